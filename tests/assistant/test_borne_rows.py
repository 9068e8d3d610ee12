"""Questions for the rows of a table that a body leads or has a part in, for extremes of a table, for natures of a list."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 云台市2026年城市更新实施方案

云政办发〔2026〕3号

## 一、明确责任

（一）落实责任。各项目“责任单位”栏中列首位的为牵头单位，其余为配合单位。

（二）推进绿化任务。建设街头绿地。（市园林局、市财政局）

## 二、项目安排

### 表1　2026年惠民项目表

| 序号 | 项目名称 | 年度资金（万元） | 责任单位 | 完成时限 |
|---|---|---|---|---|
| 1 | 街巷照明改造 | 1200 | 市住建局、市财政局 | 9月底 |
| 2 | 菜市场升级 | 800 | 市商务局、市住建局 | 10月底 |
| 3 | 公厕新建 | 450 | 市住建局、市卫生健康委 | 6月底 |

### 表2　2026年骨干道路工程表

| 序号 | 工程名称 | 总投资（亿元） | 责任单位 |
|---|---|---|---|
| 1 | 东环路改造 | 3.6 | 市交通局、市财政局 |
| 2 | 西桥加固 | 1.2 | 市住建局、市交通局 |

## 附件

主要指标

1．街巷照明覆盖率（%）：2026年95，约束性；
2．公厕达标率（%）：2026年90，预期性；
3．15分钟生活圈数（个）：2026年12，约束性。
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("borne"), "yuntai.md", TEXT)


@pytest.mark.parametrize(
    ("question", "count", "facts", "not_said"),
    [
        (
            "3个惠民项目里市住建局牵头的有几个，年度资金加起来多少？",
            2,
            ["街巷照明改造", "公厕新建", "1650万元"],
            "菜市场升级",
        ),
        ("惠民项目表里市住建局参与了哪些？", 3, ["街巷照明改造", "菜市场升级（配合", "公厕新建"], "西桥加固"),
        ("表2里市住建局牵头的有哪些？", 1, ["西桥加固"], "公厕新建"),
        ("表1里市财政局是配合单位的项目有几个？", 1, ["街巷照明改造"], "东环路"),
        ("表1里市财政局牵头的项目有几个？", 0, ["没有牵头"], "街巷照明改造"),
        ("市住建局牵头的任务有哪些？", 3, ["3 项"], "菜市场升级"),
    ],
)
def test_the_rows_that_a_body_bears(
    plan: PolicyAssistant, question: str, count: int, facts: list[str], not_said: str
) -> None:
    answer = plan.invoke({"question": question})
    assert (answer.status, answer.count) == ("answered", count)
    assert not holds(answer.text, *facts) and not_said not in answer.text


def test_the_rule_by_which_the_first_of_a_cell_leads_is_cited(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "表2里市交通局牵头的有哪些？"})
    assert not holds(quotes(answer), "列首位的为牵头单位", "| 1 | 东环路改造 |")


@pytest.mark.parametrize(
    "question", ["4个惠民项目里市住建局牵头的有几个？", "惠民项目里市住建局牵头、投资超过1000万元的有几个？"]
)
def test_rows_that_the_question_says_more_of_are_not_counted(plan: PolicyAssistant, question: str) -> None:
    answer = plan.invoke({"question": question})
    assert (answer.status, answer.count) == ("refused", None)


def test_the_greatest_and_the_least_row_and_the_difference(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "惠民项目里年度资金最多的和最少的各是哪个，相差多少？"})
    assert not holds(answer.text, "街巷照明改造", "公厕新建", "相差750万元") and "菜市场" not in answer.text
    other = plan.invoke({"question": "2个骨干道路工程里总投资最大和最小的分别是哪个？"})
    assert not holds(other.text, "东环路改造（总投资3.6亿元）", "西桥加固") and "相差" not in other.text
    wrong = plan.invoke({"question": "5个骨干道路工程里总投资最大和最小的分别是哪个，差多少？"})
    assert "相差" not in wrong.text


@pytest.mark.parametrize(("nature", "count"), [("约束性", 2), ("预期性", 1)])
def test_the_lines_of_a_list_by_their_nature(plan: PolicyAssistant, nature: str, count: int) -> None:
    answer = plan.invoke({"question": f"附件的指标里属于{nature}的一共有几个？列一下。"})
    assert answer.count == count and answer.status == "answered"
    assert ("公厕达标率" in answer.text) is (nature == "预期性")
    assert ("15分钟生活圈数" in answer.text) is (nature == "约束性")


def test_a_list_with_a_line_of_no_nature_is_not_counted(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = TEXT.replace("2026年90，预期性；", "2026年90；")
    plan = on_text(tmp_path_factory.mktemp("unsaid"), "yuntai.md", text)
    answer = plan.invoke({"question": "附件的指标里属于约束性的一共有几个？"})
    assert (answer.status, answer.count) == ("refused", None)


def test_the_deadline_is_told_beside_who_bears_a_task(plan: PolicyAssistant) -> None:
    asked = plan.invoke({"question": "菜市场升级由谁牵头，什么时候完成？"})
    assert not holds(asked.text, "市商务局", "10月底")
    claimed = plan.invoke({"question": "菜市场升级是市住建局牵头、12月底前完成对吧？"})
    assert not holds(claimed.text, "不是", "10月底")
    assert "10月底" not in plan.invoke({"question": "菜市场升级由谁牵头？"}).text
