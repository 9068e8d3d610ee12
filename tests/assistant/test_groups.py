"""Questions for working groups and their members, and for what a table says that a body has to do."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 青石县防汛应急预案

青政办发〔2025〕6号

## 一、组织体系

（一）成员单位。成员单位及其职责见下表。

| 序号 | 成员单位 | 主要职责 |
| --- | --- | --- |
| 1 | 县水利局 | 监测水情；调度水库 |
| 2 | 县公安局 | 维护秩序；实施交通管制 |
| 3 | 县民政局 | 安置受灾群众 |

（二）工作组。启动响应后设立以下工作组，各组列首位的单位为牵头单位：

1.综合协调组：县应急管理局、县水利局；

2.抢险救援组：县水利局、县公安局、县卫生健康局；

3.群众安置组：县民政局、县公安局。

## 二、应急保障

（一）储备物资。物资储备不少于5000件。

附件

重点任务分工

（一）整治河道。清理河道障碍。（责任单位：县水利局、县财政局）
"""
OPEN = TEXT.replace("，各组列首位的单位为牵头单位", "")
MORE = TEXT.replace("县民政局、县公安局。", "县民政局、县公安局；\n\n4.专家咨询：由县水利局聘请。")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("groups"), "qingshi.md", TEXT)


@pytest.mark.parametrize(
    ("question", "count", "facts", "not_said"),
    [
        ("县公安局一共进了几个工作组，分别是哪些？", 2, ["抢险救援组", "群众安置组"], "综合协调组"),
        ("公安局在哪些组里？", 2, ["抢险救援组", "群众安置组"], "综合协调组"),
        ("县卫生健康局参加哪个工作组？", 1, ["抢险救援组"], "群众安置组"),
        ("县水利局牵头哪几个工作组？", 1, ["抢险救援组"], "综合协调组"),
        ("县公安局牵头哪个工作组？", 0, ["没有牵头的组", "群众安置组"], "综合协调组"),
        ("县财政局参加了哪几个工作组？", 0, ["都没有县财政局"], "牵头"),
    ],
)
def test_the_groups_of_a_body(
    plan: PolicyAssistant, question: str, count: int, facts: list[str], not_said: str
) -> None:
    answer = plan.invoke({"question": question})
    assert (answer.status, answer.count) == ("answered", count)
    assert not holds(answer.text, *facts) and not_said not in answer.text


def test_who_leads_a_group_by_the_sentence_above_it(plan: PolicyAssistant) -> None:
    for question in ("抢险救援组以哪个单位为主？", "抢险救援组由谁牵头？"):
        answer = plan.invoke({"question": question})
        assert "由县水利局牵头" in answer.text and "县公安局" not in answer.text
        assert not holds(quotes(answer), "2.抢险救援组：县水利局", "各组列首位的单位为牵头单位")


def test_nobody_leads_a_group_that_no_rule_is_of(tmp_path_factory: pytest.TempPathFactory) -> None:
    plan = on_text(tmp_path_factory.mktemp("open"), "qingshi.md", OPEN)
    asked = plan.invoke({"question": "抢险救援组由谁牵头？"})
    assert not holds(asked.text, "抢险救援组：县水利局、县公安局、县卫生健康局") and "牵头" not in asked.text
    led = plan.invoke({"question": "县水利局牵头哪几个工作组？"})
    assert (led.status, led.count) == ("answered", 0) and "县水利局没有牵头的任务" in led.text


def test_groups_are_not_counted_in_a_list_that_holds_other_items(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    plan = on_text(tmp_path_factory.mktemp("more"), "qingshi.md", MORE)
    answer = plan.invoke({"question": "县公安局一共进了几个工作组，分别是哪些？"})
    assert answer.count == 4 and "在 2 个组中" not in answer.text
    assert not holds(answer.text, "综合协调组", "抢险救援组", "群众安置组", "专家咨询")


def test_the_members_of_a_group(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "抢险救援组有哪些成员单位？"})
    assert answer.count == 3
    assert not holds(answer.text, "县水利局、县公安局、县卫生健康局")


def test_all_that_a_table_says_of_a_body(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "县公安局承担什么职责？"})
    assert not holds(answer.text, "维护秩序；实施交通管制") and "监测水情" not in answer.text
    both = plan.invoke({"question": "我刚调到县公安局，我们局要承担什么，参加的是哪个工作组？"})
    assert not holds(both.text, "实施交通管制", "抢险救援组", "群众安置组")


def test_the_tasks_of_a_body_in_the_ledger_are_no_row_of_a_table(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "县水利局承担什么任务？"})
    assert "整治河道" in answer.text and "监测水情" not in answer.text
