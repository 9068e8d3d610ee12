"""Answers from a table that shares out tasks: who leads, who supports, until when, how many, and who is bound by a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes, shown

TEXT = """# 澄州市人民政府办公室关于印发澄州市湿地保护行动方案（2026—2028年）的通知

澄政办发〔2026〕7号

《澄州市湿地保护行动方案（2026—2028年）》已经市人民政府第18次常务会议审议通过，现印发给你们，请认真组织实施。

# 澄州市湿地保护行动方案（2026—2028年）

## 一、任务分工

各项任务由主办单位负总责，协办单位按照职责分工参与。

表1　任务分解表

| 序号 | 工作任务 | 工作标准 | 主办单位 | 协办单位 | 办结时限 |
| --- | --- | --- | --- | --- | --- |
| 1 | 修复退化湿地 | 修复面积达到12万亩 | 市林业局 | 市财政局、市水利局 | 2026年10月底 |
| 2 | 建设城市湿地公园 | 建成公园4处 | 市住房城乡建设局 | 市林业局 | 2028年6月底 |
| 3 | 推行湿地生态补偿制度 | 覆盖率达到90% | 市财政局 | 市林业局、市农业农村局 | 2026年12月底 |

表1所列任务，各县（区）人民政府、澄州高新区管委会均须在本辖区负责落实，表中不再逐项列出。

## 二、工作要求

（一）强化调度。各主办单位于每季度结束后10日内向市湿地保护办公室报送任务进展。
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("tasks"), "chengzhou-2026.md", TEXT)


def asked(plan: PolicyAssistant, question: str, *earlier: str) -> Answer:
    """The answer; ``earlier`` are questions before it."""
    return plan.invoke({"question": question, "history": [{"role": "user", "content": t} for t in earlier]})


@pytest.mark.parametrize(
    ("question", "facts", "others"),
    [
        ("退化湿地修复由谁牵头，谁配合？", ["市林业局", "市财政局", "市水利局"], ["市农业农村局"]),
        ("湿生补由哪个局牵头？", ["市财政局"], []),
        ("城市湿地公园什么时候建成？", ["2028年6月底"], ["2026"]),
        ("退化湿地的修复面积要达到多少？", ["12万亩"], ["90%"]),
        ("市林业局配合哪些任务？", ["建设城市湿地公园", "推行湿地生态补偿制度"], []),
        ("哪些任务2026年要办完？", ["修复退化湿地", "推行湿地生态补偿制度"], ["建设城市湿地公园"]),
        ("澄州高新区要落实哪些任务？", ["3 项", "修复退化湿地", "建设城市湿地公园"], []),
        ("城市湿地公园是市工信局牵头的，对吧？", ["不是", "市住房城乡建设局"], []),
        ("这个方案是第几次常务会议通过的？", ["第18次"], []),
        ("主办单位多长时间报一次任务进展？", ["每季度结束后10日内"], []),
    ],
)
def test_a_table_of_tasks_answers(
    plan: PolicyAssistant, question: str, facts: list[str], others: list[str]
) -> None:
    answer = asked(plan, question)
    assert answer.status == "answered", answer.text
    assert holds(shown(answer), *facts) == [], answer.text
    assert holds(shown(answer), *others) == others, answer.text
    assert answer.certificate.passed


def test_the_row_is_quoted(plan: PolicyAssistant) -> None:
    answer = asked(plan, "城市湿地公园由谁牵头？")
    row = "| 2 | 建设城市湿地公园 | 建成公园4处 | 市住房城乡建设局 | 市林业局 | 2028年6月底 |"
    assert row in quotes(answer)


def test_a_zone_that_carries_out_every_task_has_no_number_of_its_own(plan: PolicyAssistant) -> None:
    assert asked(plan, "澄州高新区自己要建成几处湿地公园？").status == "refused"


TWICE = """河口市“清洁水源”实施方案

河政办发〔2026〕12号

一、重点任务

（一）清理河道垃圾。2026年底前清理河道120公里。（牵头单位：市水利局；配合单位：市城市管理局）

（二）改造排污口。2027年底前改造排污口46处。（牵头单位：市生态环境局；配合单位：市水利局）

（三）实施节水器具补贴。对购买节水器具的用水户给予补贴。（牵头单位：市财政局；配合单位：市水利局）

（四）巡查水源地。每月巡查一次水源地。（牵头单位：市水利局）

（五）绿化河岸。每年绿化河岸20公里。（责任单位：市林业局、市园林局）

二、监督管理

市审计局依法对补贴资金进行审计监督。

附件：重点任务分工表

| 序号 | 重点任务 | 牵头单位 | 配合单位 | 完成时限 |
| --- | --- | --- | --- | --- |
| 1 | 清理河道垃圾 | 市水利局 | 市城市管理局、市公安局 | 2026年12月底 |
| 2 | 改造排污口 | 市生态环境局 | 市水利局 | 2027年12月底 |
| 3 | 实施节水器具补贴 | 市财政局 | 市水利局 | 2026年6月底 |
| 4 | 巡查水源地 | 市生态环境局 | 市水利局 | 持续推进 |
| 5 | （五）绿化河岸 | 市林业局 | 市园林局 | 持续推进 |
"""


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on a plan whose table says the tasks of its text again, the last with another lead."""
    return on_text(tmp_path_factory.mktemp("twice"), "hekou-2026.md", TWICE)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("市水利局牵头几项任务？", 2),
        ("市生态环境局牵头几项任务？", 2),
        ("市水利局配合几项任务？", 3),
        ("市林业局牵头几项任务？", 1),
        ("市园林局配合几项任务？", 1),
    ],
)
def test_a_task_of_the_text_and_its_row_count_once(twice: PolicyAssistant, question: str, count: int) -> None:
    answer = asked(twice, question)
    assert answer.count == count, answer.text
    assert answer.certificate.passed


def test_both_places_are_cited_and_each_adds_what_it_says(twice: PolicyAssistant) -> None:
    answer = asked(twice, "清理河道垃圾由谁牵头，谁配合？")
    assert holds(answer.text, "市水利局", "市城市管理局", "市公安局") == []
    assert "| 1 | 清理河道垃圾 |" in quotes(answer)
    assert "（牵头单位：市水利局；配合单位：市城市管理局）" in quotes(answer)
    assert holds(shown(asked(twice, "清理河道垃圾的完成时限？")), "2026年12月底") == []


def test_a_row_with_another_lead_is_told_beside_the_text(twice: PolicyAssistant) -> None:
    answer = asked(twice, "巡查水源地由谁牵头？")
    assert holds(shown(answer), "市水利局", "市生态环境局") == []


def test_who_does_just_what_is_asked_comes_before_the_task_of_that_name(twice: PolicyAssistant) -> None:
    answer = asked(twice, "节水器具补贴的钱由哪个部门来做审计？")
    assert holds(answer.text, "市审计局") == []
    assert "牵头" not in answer.text


def test_tasks_of_one_name_in_several_parts_stay_apart(tmp_path: Path) -> None:
    text = """# 某市产业发展方案

## 一、装备产业

（一）加强人才培养。培养装备产业技工500名。（牵头单位：市教育局）

## 二、旅游产业

（一）加强人才培养。培养旅游产业导游300名。（牵头单位：市文化和旅游局）
"""
    plan = on_text(tmp_path, "chanye-2026.md", text)
    answer = asked(plan, "旅游产业的人才培养由谁牵头？")
    assert holds(shown(answer), "市文化和旅游局") == []
    assert "市教育局" not in shown(answer)
