"""Tables that share out tasks: rows as duties, merged cells, rules that bind a table, targets inside cells."""

from __future__ import annotations

import pytest

from index.chunker import chunk
from index.facts import annotate
from index.parser import parse
from index.policy import Comparator, Policy, Role
from index.task_tables import deadline_at

HEAD = "# 测试市人民政府办公室关于印发测试方案的通知\n\n测政办发〔2026〕5号\n\n# 测试方案\n\n一、任务分工\n\n"

TABS = """各项任务由主办单位负总责，协办单位按照职责分工配合。

表2 任务分解表
序号\t工作任务\t工作标准\t主办单位\t协办单位\t办结时限
1\t营造生态公益林\t完成造林5万亩\t市林业局\t市财政局 市水务局\t2026年4月底
2\t修复湿地\t修复率不低于80%\t市自然资源局\t—\t2027年10月底
3\t建设监测平台\t接入10个站点\t市大数据局\t市林业局、市气象局\t持续推进
"""
MERGED = """表1 重点任务

| 重点任务 | 具体措施 | 责任单位（排在第一位的为牵头单位） | 完成时限 |
| --- | --- | --- | --- |
| 一、提升服务 | 1. 新建便民站20个 | 市商务局、市民政局<br>各县（区）人民政府 | 2026年12月 |
|  | 2. 培训社区骨干300人次 |  | 2027年6月 |
|  | 3. 开通服务热线 | 市城管局 |  |
| 二、优化环境 |  |  |  |
| 二、优化环境 | 4. 整治背街小巷 | 市住房和城乡建设局（牵头）、市公安局 | 同上 |
"""


def read(text: str) -> Policy:
    """A policy whose one section holds the text."""
    return annotate(parse(f"{HEAD}{text}\n", "t"))


def shared(policy: Policy) -> list[tuple[str, str, str]]:
    """(task, role, organisation) of every duty."""
    return [(duty.task, duty.role.value, duty.organisation) for duty in policy.duties]


def test_rows_of_tabs_are_tasks_of_their_columns_bodies() -> None:
    policy = read(TABS)
    assert shared(policy) == [
        ("营造生态公益林", "lead", "市林业局"),
        ("营造生态公益林", "support", "市财政局"),
        ("营造生态公益林", "support", "市水务局"),
        ("修复湿地", "lead", "市自然资源局"),
        ("建设监测平台", "lead", "市大数据局"),
        ("建设监测平台", "support", "市林业局"),
        ("建设监测平台", "support", "市气象局"),
    ]
    for duty in policy.duties:
        row = policy.source[duty.start : duty.end]
        assert duty.task in row and "\n" not in row
        assert duty.organisation in policy.source[duty.clause_start : duty.clause_end]
        assert duty.task not in policy.source[duty.clause_start : duty.clause_end]


def test_a_merged_cell_means_the_one_above() -> None:
    policy = read(MERGED)
    assert shared(policy) == [
        ("提升服务：新建便民站20个", "lead", "市商务局"),
        ("提升服务：新建便民站20个", "responsible", "市民政局"),
        ("提升服务：新建便民站20个", "responsible", "各县（区）人民政府"),
        ("提升服务：培训社区骨干300人次", "lead", "市商务局"),
        ("提升服务：培训社区骨干300人次", "responsible", "市民政局"),
        ("提升服务：培训社区骨干300人次", "responsible", "各县（区）人民政府"),
        ("提升服务：开通服务热线", "lead", "市城管局"),
        ("优化环境：整治背街小巷", "lead", "市住房和城乡建设局"),
        ("优化环境：整治背街小巷", "responsible", "市公安局"),
    ]
    own = [duty for duty in policy.duties if "骨干" not in duty.task]
    assert all(duty.rule_start < 0 for duty in own)
    for duty in policy.duties:  # the body stands in the row, or in the one above that is cited beside it
        spans = [(duty.start, duty.end), (duty.rule_start, duty.rule_end)]
        assert any(duty.organisation in policy.source[a:b] for a, b in spans if a >= 0)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        (TABS, ["办结时限：2026年4月底", "办结时限：2027年10月底", "办结时限：持续推进"]),
        (
            MERGED,
            [
                "完成时限：2026年12月",
                "完成时限：2027年6月",
                "完成时限：2027年6月",
                "完成时限：2027年6月",
            ],
        ),
    ],
)
def test_the_time_limit_of_a_row(text: str, limits: list[str]) -> None:
    policy = read(text)
    rows = list(dict.fromkeys((duty.section, duty.start) for duty in policy.duties))
    found = [deadline_at(policy, *row) for row in rows]
    assert [item[0] for item in found if item] == limits
    assert all(item and item[0].split("：")[1] in policy.source[item[1] : item[2]] for item in found)


def test_a_rule_binds_the_table_that_it_names() -> None:
    rule = "表2所列任务，各县（区）人民政府、高新区管委会均须在本辖区负责落实，表中不再逐项列出。"
    policy = read(f"{TABS}\n{MERGED}\n二、要求\n\n{rule}")
    bound = [duty for duty in policy.duties if duty.rule_start >= 0 and duty.role is Role.IMPLEMENT]
    assert {duty.task for duty in bound} == {"营造生态公益林", "修复湿地", "建设监测平台"}
    assert {duty.organisation for duty in bound} == {"各县（区）人民政府", "高新区管委会"}
    assert all(policy.source[duty.rule_start : duty.rule_end] == rule[:-1] for duty in bound)


PLAIN = """表1 任务分工表

| 重点任务 | 具体措施 | 责任单位 |
| --- | --- | --- |
| 提升服务 | 新建便民站 | 市商务局、市民政局 |
| 提升服务 | 培训社区骨干 |  |
| 优化环境 | 整治背街小巷 | 市城管局、市公安局牵头 |
"""
OTHER = """表2 资金分工表

| 工作事项 | 责任单位 |
| --- | --- |
| 安排专项资金 | 市财政局、市审计局 |
"""
LED = [
    ("提升服务：新建便民站", "lead", "市商务局"),
    ("提升服务：新建便民站", "responsible", "市民政局"),
    ("提升服务：培训社区骨干", "lead", "市商务局"),
    ("提升服务：培训社区骨干", "responsible", "市民政局"),
]


def test_the_first_of_a_cell_leads_where_a_sentence_says_so() -> None:
    rule = "责任单位排在首位的为牵头单位。"
    policy = read(f"{PLAIN}\n{OTHER}\n二、要求\n\n{rule}")
    assert shared(policy)[:4] == LED
    assert shared(policy)[-2:] == [
        ("安排专项资金", "lead", "市财政局"),
        ("安排专项资金", "responsible", "市审计局"),
    ]
    first, merged = (d for d in policy.duties if d.organisation == "市商务局")
    assert policy.source[first.rule_start : first.rule_end] == rule
    assert "市商务局" in policy.source[merged.rule_start : merged.rule_end]  # the row above names it


@pytest.mark.parametrize(
    "text",
    [
        f"{PLAIN}\n注：责任单位列第一位的为牵头单位。\n\n{OTHER}",
        f"{PLAIN}| 注：责任单位列第一位的为牵头单位 |  |  |\n\n{OTHER}",
        f"{PLAIN}\n{OTHER}\n表1中责任单位列第一位的为牵头单位。\n",
        f"下表中责任单位列第一位的为牵头单位。\n\n{PLAIN}\n{OTHER}",
        f"{PLAIN.replace('责任单位 |', '责任单位（排首位的为牵头单位） |')}\n{OTHER}",
    ],
    ids=["note", "note in a row", "number", "below", "head"],
)
def test_a_rule_on_the_first_of_one_table_is_not_of_another(text: str) -> None:
    assert shared(read(text))[:4] == LED
    assert shared(read(text))[-2:] == [
        ("安排专项资金", "responsible", "市财政局"),
        ("安排专项资金", "responsible", "市审计局"),
    ]


@pytest.mark.parametrize("organisation", ["主办单位", "协办单位", "各牵头单位", "责任单位"])
def test_a_role_is_no_body(organisation: str) -> None:
    policy = read(f"本方案由{organisation}牵头落实。{organisation}负责报送进展。")
    assert shared(policy) == []


def test_a_number_in_a_cell_is_of_the_task_of_its_row() -> None:
    policy = read(TABS)
    found = [(t.indicator, t.comparator, t.low, t.unit, t.year) for t in policy.targets]
    assert found == [
        ("营造生态公益林：完成造林", Comparator.EQUAL, 5, "万亩", 2026),
        ("修复湿地：修复率", Comparator.AT_LEAST, 80, "%", 2027),
        ("建设监测平台：接入", Comparator.EQUAL, 10, "个", None),
    ]
    sentences = [policy.source[t.sentence_start : t.sentence_end] for t in policy.targets]
    assert sentences == ["完成造林5万亩", "修复率不低于80%", "接入10个站点"]


def test_a_chunk_of_rows_knows_the_header() -> None:
    policy = read(TABS)
    header = "序号\t工作任务\t工作标准\t主办单位\t协办单位\t办结时限"
    pieces = chunk(policy)
    rows = [piece for piece in pieces if piece.text.startswith(("2\t", "3\t"))]
    assert len(rows) == 2
    assert all(piece.context.endswith(header) and header not in piece.text for piece in rows)
    assert all(piece.text == policy.source[piece.start : piece.end] for piece in pieces)
    assert not any(header in piece.context for piece in pieces if header in piece.text)


@pytest.mark.parametrize(
    "sentence",
    ["80周岁以上老年人免费乘车。", "60周岁至79周岁老年人免费乘车。", "3岁以下婴幼儿家庭优先。"],
)
def test_an_age_that_somebody_has_is_no_target(sentence: str) -> None:
    assert read(sentence).targets == ()


def test_an_age_that_is_reached_is_a_target() -> None:
    assert [target.low for target in read("到2030年，人均预期寿命达到80岁。").targets] == [80]


def test_the_number_of_a_table_counts_nothing() -> None:
    assert read("表1所列任务见附件。").targets == ()
