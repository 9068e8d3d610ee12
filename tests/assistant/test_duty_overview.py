"""The ledger of duties as a table, a matrix and a page for each organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bodies import bodies_called, dictionary_key
from assistant.corpus import Corpus, short_titles
from assistant.duty_overview import (
    COLUMNS,
    ROLES,
    DutyFilter,
    DutyRow,
    Overview,
    count_roles,
    filter_duties,
    matrix_of,
    read_overview,
    tasks_by_role,
)
from eval.synthetic import policy_text
from index.policy import Role
from tests.assistant.library import corpus_of

WRITTEN = """澜江市人民政府办公室关于印发智造行动方案的通知

各县（区）人民政府：

一、重点任务

（一）培育企业。到2025年，力争示范企业突破300家（市工业和信息化局牵头，市财政局配合，各县（区）落实，以下均需各县（区）落实，不再单独列出）。

（二）建设园区。到2027年，园区达到5个（澜江市工信局牵头，财政局、市公安局交警支队配合）。

（三）开拓市场。每年举办展会不少于2场（市公安局负责，西川市财政局、各县（区）人民政府配合）。

（四）夯实基础。加强统计监测（人民银行澜江市分行牵头，市级有关部门配合）。
"""

TABLE = """测试市人民政府办公室关于印发测试方案的通知

一、任务分工

| 重点任务 | 具体措施 | 责任单位（排在第一位的为牵头单位） | 完成时限 |
| --- | --- | --- | --- |
| 提升服务 | 1. 新建便民站20个 | 市商务局、市民政局 | 2026年12月 |
|  | 2. 培训骨干300人次 |  | 2027年6月 |
|  | 3. 开通服务热线 | 市城管局 |  |
| 优化环境 | 4. 整治背街小巷 | 市公安局 | 同上 |
"""


STANDS = """测试市人民政府办公室关于印发测试方案的通知

测政办发〔2025〕5号

一、任务分工

| 重点任务 | 2023年现状（个） | 2027年目标（个） | 牵头单位 |
| --- | --- | --- | --- |
| 建设园区 | 3 | 8 | 市商务局 |
| 培育企业 | 5 | 9 | 市财政局 |
"""


@pytest.fixture(scope="module")
def written() -> Overview:
    """A policy that writes its organisations in several ways."""
    return read_overview(corpus_of(lanjiang=WRITTEN))


def _said(row: DutyRow) -> tuple[object, ...]:
    rule = (row.rule.start, row.rule.end) if row.rule else (-1, -1)
    return row.task.policy, row.task.number, row.role, row.organisation, row.task.start, row.task.end, *rule


def test_the_table_has_each_duty_of_the_ledger_once(corpus: Corpus, everything: Overview) -> None:
    ledger = Counter(
        (policy.id, d.clause, d.role, d.organisation, first.start, first.end, d.rule_start, d.rule_end)
        for policy in corpus.policies.values()
        for d in policy.duties
        for first in [next(other for other in policy.duties if other.clause == d.clause)]
    )
    assert len(ledger) > 300
    assert Counter(map(_said, filter_duties(everything, DutyFilter()))) == ledger


def test_the_matrix_is_the_ledger(corpus: Corpus, everything: Overview) -> None:
    matrix = matrix_of(everything.duties)
    names = {(row.task.policy, row.organisation): row.body.label for row in everything.duties}
    ledger: dict[tuple[str, str, int], set[Role]] = {}
    for policy in corpus.policies.values():
        for duty in policy.duties:
            place = names[policy.id, duty.organisation], policy.id, duty.clause
            ledger.setdefault(place, set()).add(duty.role)
    assert {place: set(roles) for place, roles in matrix.cells.items()} == ledger
    assert sum(len(roles) for roles in matrix.cells.values()) == sum(map(len, ledger.values()))
    assert {(task.policy, task.number) for task in matrix.tasks} == {place[1:] for place in ledger}
    assert {body.label for body in matrix.bodies} == {place[0] for place in ledger}
    counts = count_roles(matrix.cells)
    for body in matrix.bodies:
        own = tasks_by_role(row for row in everything.duties if row.body == body)
        assert {role: len(rows) for role, rows in own.items()} == {
            r: n for r, n in counts[body.label].items() if n
        }


def test_one_body_is_one_row_however_it_is_written(written: Overview) -> None:
    bodies = {body.name: set(body.names) for body in written.bodies}
    assert bodies == {
        "市工业和信息化局": {"市工业和信息化局", "澜江市工信局"},
        "市财政局": {"市财政局", "财政局"},
        "市公安局": {"市公安局"},
        "市公安局交警支队": {"市公安局交警支队"},
        "西川市财政局": {"西川市财政局"},
        "人民银行澜江市分行": {"人民银行澜江市分行"},
        "各县（区）": {"各县（区）", "各县（区）人民政府"},
        "市级有关部门": {"市级有关部门"},
    }
    groups = {body.name for body in written.bodies if body.group}
    assert groups == {"各县（区）", "市级有关部门"}
    assert [body.group for body in written.bodies] == sorted(body.group for body in written.bodies)


def test_bodies_of_one_name_in_two_regions_are_two() -> None:
    overview = read_overview(corpus_of(a=WRITTEN, b=WRITTEN.replace("澜江", "东屏")))
    labels = {body.label for body in overview.bodies}
    assert {"市财政局（澜江市）", "市财政局（东屏市）"} <= labels
    assert len(labels) == len(overview.bodies)


def test_a_body_is_found_by_what_people_call_it(written: Overview) -> None:
    corpus = corpus_of(lanjiang=WRITTEN)

    def called(text: str) -> list[str]:
        return [body.label for body in bodies_called(text, written.bodies, corpus)]

    assert called("澜江市工信局") == called("市工信局") == called("工信局") == ["市工业和信息化局"]
    assert called("各县(区)") == ["各县（区）"]
    assert called("市教育局") == called("") == called("<b>") == []


def test_a_duty_by_a_general_rule_names_the_rule(written: Overview) -> None:
    ruled = [row for row in written.duties if row.rule]
    assert {row.task.name for row in ruled} == {"建设园区", "开拓市场", "夯实基础"}
    for row in ruled:
        assert row.rule
        assert (row.body.name, row.role) == ("各县（区）", Role.IMPLEMENT)
        assert row.rule.quote == WRITTEN[row.rule.start : row.rule.end].strip()
        assert "以下均需" in row.rule.quote
        assert not row.rule.cell


def test_a_merged_cell_is_no_general_rule() -> None:
    overview = read_overview(corpus_of(table=TABLE))
    row = next(row for row in overview.duties if row.task.name.endswith("培训骨干300人次"))
    assert row.rule
    assert row.rule.cell
    assert row.rule.quote == "| 提升服务 | 1. 新建便民站20个 | 市商务局、市民政局 | 2026年12月 |"


def test_the_targets_of_a_clause_stand_with_its_tasks(written: Overview) -> None:
    (lead,) = tasks_by_role(
        row for row in written.duties if row.body.name == "市工业和信息化局" and row.task.name == "培育企业"
    )[Role.LEAD]
    assert [(target.indicator, target.written) for target in lead.task.targets] == [("示范企业", "突破300家")]
    assert [head.name for head in lead.task.heads] == ["市工业和信息化局"]


def test_what_stands_already_is_no_target_of_a_task() -> None:
    overview = read_overview(corpus_of(stands=STANDS))
    found = {row.task.name: [target.low for target in row.task.targets] for row in overview.duties}
    assert found == {"建设园区": [8], "培育企业": [9]}


@pytest.mark.parametrize(
    ("chosen", "tasks"),
    [
        (DutyFilter(text="展会"), {"开拓市场"}),
        (DutyFilter(text="培育 工信局", role="lead"), {"培育企业"}),
        (DutyFilter(body="市财政局", role="support"), {"培育企业", "建设园区"}),
        (DutyFilter(policy="lanjiang", text="Ｆinance support"), set()),
        (DutyFilter(policy="other"), set()),
    ],
)
def test_filters_leave_what_fits(written: Overview, chosen: DutyFilter, tasks: set[str]) -> None:
    rows = filter_duties(written, chosen)
    assert {row.task.name for row in rows} == tasks


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_filter_drops_and_sorts_and_nothing_else(everything: Overview, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(everything.duties))
    chosen = DutyFilter(
        policy=data.draw(st.sampled_from(["", *everything.titles])),
        body=data.draw(st.sampled_from(["", one.body.label])),
        role=data.draw(st.sampled_from(["", *Role])),
        text=data.draw(st.sampled_from(["", "市", one.task.name, "没有"])),
        sort=data.draw(st.sampled_from(["", *COLUMNS])),
        descending=data.draw(st.booleans()),
    )
    rows = filter_duties(everything, chosen)
    plain = filter_duties(everything, replace(chosen, sort="", descending=False))
    assert Counter(map(id, rows)) == Counter(map(id, plain))
    left = {id(row) for row in plain}
    assert plain == tuple(row for row in everything.duties if id(row) in left)
    for row in everything.duties:
        fits = (
            chosen.policy in ("", row.task.policy)
            and chosen.body in ("", row.body.label)
            and chosen.role in ("", row.role)
        )
        assert fits or id(row) not in left
        assert not fits or chosen.text or id(row) in left


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("descending", [False, True])
def test_the_table_is_in_the_order_of_a_column(everything: Overview, column: str, descending: bool) -> None:
    policies = list(everything.titles)
    keys: dict[str, Callable[[DutyRow], Any]] = {
        "body": lambda row: dictionary_key(row.body.label),
        "role": lambda row: ROLES.index(row.role),
        "task": lambda row: dictionary_key(row.task.name),
        "clause": lambda row: (policies.index(row.task.policy), row.task.number),
    }
    order = [
        keys[column](row) for row in filter_duties(everything, DutyFilter(sort=column, descending=descending))
    ]
    assert len(set(order)) > 3
    assert order == sorted(order, reverse=descending)


def test_a_large_ledger_is_complete() -> None:
    text = policy_text(seed=5, number=0, items=120)
    corpus = corpus_of(large=text)
    overview = read_overview(corpus)
    assert len(overview.duties) == len(corpus.policies["large"].duties) > 350
    assert len(matrix_of(overview.duties).tasks) == 120


def test_a_policy_is_called_in_short_by_what_it_issues() -> None:
    titles = {
        "a": "甲市人民政府办公室关于印发《智造行动方案（2025—2027年）》的通知",
        "b": "乙市关于印发年度工作要点的通知",
        "c": "丙市关于印发年度工作要点的通知",  # so called twice
        "d": "丁省关于推进交通一体化的实施意见",
        "e": "戊市关于印发贯彻《某某条例》实施办法的通知",
        "f": "己市关于公布《甲办法》和《乙办法》的通知",
    }
    assert short_titles(titles) == titles | {
        "a": "智造行动方案（2025—2027年）",
        "e": "贯彻《某某条例》实施办法",
    }
