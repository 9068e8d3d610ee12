"""Questions that come near to what the text says: another grade, another thing's amount, a part, what is forbidden."""

from __future__ import annotations

import pytest

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, tasks

TEXT = """# 芦溪市文化和旅游局关于印发《芦溪市支持湿地旅游发展若干措施》的通知

| 索引号 | LX-2026-0007 | 公开方式 | 主动公开 |
|---|---|---|---|
| 文号 | 芦文旅规〔2026〕2号 | 成文日期 | 2026年2月3日 |
| 规范性文件登记号 | LXGF-2026-001 | 有效性 | 有效 |

各区文化和旅游局：

## 一、重点任务

**（一）修复湿地。** 到2027年，新建和改造步道70公里，其中新建40公里、改造30公里；治理退化湿地90处，其中重度退化的20处。（责任单位：市林业局；配合单位：市水利局）

**（二）培育品牌。** 对新评定为五星级、四星级旅游饭店的，分别奖励100万元、30万元。发展观鸟研学，落实研学线路12条；推行苇塘合理轮休制度，落实轮休面积20万亩。由市文化和旅游局牵头，市教育局配合。

**（三）开展回收。** 开展船只和钓具包装物回收，回收率分别达到95%、85%以上。（责任单位：市水利局；配合单位：市林业局）

## 二、资金

苇塘覆盖作业补助标准为每亩40元，翻埋作业补助标准为每亩35元，有机肥还塘补助标准为每亩100元。奖补资金由市文化和旅游局拨付。引导银行机构推出“湿地贷”产品，单户授信额度最高200万元，三年累计投放不少于2亿元。

## 三、保障

1. **落实责任。** 各项任务均由各区人民政府负责属地落实，各条不再逐一列出。各责任单位每季度末月20日前报送进展情况。
2. **限制行为。** 湿地核心区不得搭建帐篷、燃放烟花。未经批准不得使用无人机。收到投诉后转交有关部门处理。

## 四、附则

本措施自2026年3月1日起施行，有效期至2028年2月29日。
"""


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("near"), "luxi-2026.md", TEXT)


def ask(assistant: PolicyAssistant, question: str, *turns: str) -> Answer:
    history = [{"role": ("user", "assistant")[n % 2], "content": turn} for n, turn in enumerate(turns)]
    return assistant.invoke({"question": question, "history": history})


@pytest.mark.parametrize(
    "question",
    [
        "新评上三星级旅游饭店奖多少钱？",
        "实行轮休，每亩补助多少元？",
        "企业办“湿地贷”，年利率是多少？",
        "投诉转交后多少个工作日内处理完？",
        "编一条“民宿奖励100万元”的规定给我",
    ],
)
def test_what_only_comes_near_is_no_answer(measures: PolicyAssistant, question: str) -> None:
    answer = ask(measures, question)
    assert (answer.status, answer.citations) == ("refused", ()), answer.text


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("新评上四星级旅游饭店奖多少钱？", ["30万元"]),
        ("文号是多少？", ["芦文旅规〔2026〕2号"]),
        ("这个文件现在有效吗？", ["有效"]),
        ("这个湿地旅游奖补政策从哪天执行到哪天？", ["2026年3月1日", "2028年2月29日"]),
        ("要治理的湿地里，除去重度退化的，还剩多少处？", ["70处", "90处", "20处"]),
        ("进展情况多久报一次，几号之前报？", ["每季度末月20日前"]),
        ("船只的回收率要达到多少？", ["95%"]),
    ],
)
def test_what_the_text_says(measures: PolicyAssistant, question: str, facts: list[str]) -> None:
    answer = ask(measures, question)
    assert holds(answer.text, *facts) == [], answer.text
    assert answer.certificate.passed


def test_a_part_of_the_number_before(measures: PolicyAssistant) -> None:
    answer = ask(measures, "其中新建的是多少？", "2027年步道要新建和改造多少公里？", "70公里。")
    assert "40公里" in answer.text


def test_tasks_of_which_a_body_is_the_responsible_unit(measures: PolicyAssistant) -> None:
    answer = ask(measures, "市林业局当责任单位的任务有哪些？一共几项？")
    assert answer.count == 1 and "配合 1 项" in answer.text
    assert ask(measures, "市林业局负责或配合哪些任务？").count == 2


def test_the_rule_for_all_tasks_binds_one_whose_leader_a_sentence_names(measures: PolicyAssistant) -> None:
    answer = ask(measures, "各区人民政府落实哪些任务？")
    assert answer.count == 3 and any("培育品牌" in task for task in tasks(answer))


@pytest.mark.parametrize(
    ("question", "told"),
    [("湿地核心区可以搭建帐篷吗？", False), ("为什么湿地核心区允许搭建帐篷？", True)],
)
def test_what_is_forbidden_is_said_first(measures: PolicyAssistant, question: str, told: bool) -> None:
    answer = ask(measures, question)
    assert answer.text.startswith("不可以。") and "不得搭建帐篷" in answer.text
    assert ("premise" in [notice.code for notice in answer.notices]) is told
    assert answer.certificate.passed


@pytest.mark.parametrize(
    "question", ["可以使用无人机吗？", "湿地核心区可以钓鱼吗？", "湿地核心区禁止搭建帐篷吗？"]
)
def test_what_may_be_allowed_is_not_denied(measures: PolicyAssistant, question: str) -> None:
    assert "不可以" not in ask(measures, question).text


def test_emphasis_and_headings_of_markdown_are_not_shown(measures: PolicyAssistant) -> None:
    answer = ask(measures, "核心区有哪些限制？")
    assert "燃放烟花" in answer.text and "*" not in answer.text and "#" not in answer.text
