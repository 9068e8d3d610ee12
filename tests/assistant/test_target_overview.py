"""The ledger of targets as a table and by due year and theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from assistant.bodies import dictionary_key
from assistant.corpus import Corpus
from assistant.duty_overview import Overview, read_overview
from assistant.overview_sheets import comparator_word, due_word, target_text
from assistant.target_overview import (
    COLUMNS,
    EACH_YEAR,
    UNDATED,
    TargetFilter,
    TargetRow,
    filter_targets,
    schedule_of,
)
from assistant.view import texts
from index.policy import Comparator
from tests.assistant.library import corpus_of

TEXT = """云岫市产业提升方案

一、总体目标

（一）做强企业。到2025年，力争示范企业突破300家，骨干企业300家，服务平台1至2个。到2027年，示范企业达到500家。

（二）做优环境。每年举办展会不少于2场。办理时限不超过5个工作日。

| 指标 | 2023年现状 | 2027年目标 |
| --- | --- | --- |
| 园区数（个） | 3 | 8 |
| 入驻企业（家） | 40 | 90 |
"""


@pytest.fixture(scope="module")
def own() -> Overview:
    """A text with each sort of target."""
    return read_overview(corpus_of(yunxiu=TEXT))


def _of(overview: Overview, indicator: str, due: str = "") -> TargetRow:
    (row,) = [r for r in overview.targets if r.indicator == indicator and due in ("", r.due) and not r.base]
    return row


def test_the_table_has_each_target_of_the_ledger_once(corpus: Corpus, everything: Overview) -> None:
    ledger = Counter(
        (
            policy.id,
            t.indicator,
            t.comparator,
            t.low,
            t.high,
            t.unit,
            t.year,
            t.period,
            t.base,
            t.start,
            t.end,
        )
        for policy in corpus.policies.values()
        for t in policy.targets
    )
    shown = Counter(
        (r.policy, r.indicator, r.comparator, r.low, r.high, r.unit, r.year, r.period, r.base, r.start, r.end)
        for r in filter_targets(everything.targets, TargetFilter())
    )
    assert len(ledger) > 100
    assert shown == ledger


def test_the_numbers_of_the_chart_are_those_of_the_table(everything: Overview) -> None:
    schedule = schedule_of(everything.targets)
    assert schedule.total() == sum(not row.base for row in everything.targets)
    for (theme, due), count in schedule.counts.items():
        rows = filter_targets(everything.targets, TargetFilter(theme=theme, due=due))
        assert count == sum(not row.base for row in rows)
    assert set(schedule.dues) == {due for _, due in schedule.counts}
    assert list(schedule.dues) == sorted(schedule.dues)


def test_what_binds_how_is_kept(own: Overview) -> None:
    zh, en = texts("zh"), texts("en")
    exceeded, plain = _of(own, "示范企业", "2025"), _of(own, "骨干企业")
    assert comparator_word(zh, exceeded) == "力争超过"
    assert comparator_word(zh, plain) == "等于"
    assert comparator_word(en, exceeded) == "aims at more than"
    assert comparator_word(zh, _of(own, "服务平台")) == "介于"
    assert comparator_word(zh, _of(own, "办理时限")) == "不超过"
    assert (exceeded.low, exceeded.unit, exceeded.written) == (300, "家", "突破300家")
    assert target_text(zh, exceeded) == "示范企业：力争突破300家（2025年）"
    assert target_text(en, exceeded) == "示范企业: aims at 突破300家 (2025)"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_comparator_has_a_word_of_its_own(language: str, own: Overview) -> None:
    from dataclasses import replace

    row = replace(_of(own, "骨干企业"), tentative=False)
    words = [comparator_word(texts(language), replace(row, comparator=c)) for c in Comparator]
    assert len(set(words)) == len(Comparator)


def test_when_it_is_due(own: Overview) -> None:
    zh = texts("zh")
    dues = {row.indicator: row.due for row in own.targets if row.indicator in ("每年举办展会", "办理时限")}
    assert dues == {"每年举办展会": EACH_YEAR, "办理时限": UNDATED}
    assert [due_word(zh, due) for due in ("2025", EACH_YEAR, UNDATED)] == ["2025年", "每年", "未写年份"]


def test_what_stands_already_is_no_target(own: Overview) -> None:
    stands = {(row.indicator, row.low) for row in own.targets if row.base}
    assert stands == {("园区数", 3), ("入驻企业", 40)}
    schedule = schedule_of(own.targets)
    assert schedule.total() == len(own.targets) - 2
    assert "2023" not in schedule.dues
    assert schedule.themes == ("做强企业", "做优环境")
    assert schedule.total(theme="做优环境", due="2027") == 2


def test_a_cell_of_a_table_is_read_in_its_row(own: Overview) -> None:
    row = _of(own, "园区数")
    assert row.written == "8个"
    assert TEXT[slice(*row.sentence)] == row.quote == "| 园区数（个） | 3 | 8 |"


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("descending", [False, True])
def test_sorting_keeps_every_row(everything: Overview, column: str, descending: bool) -> None:
    policies = list(everything.titles)
    keys: dict[str, Callable[[TargetRow], Any]] = {
        "indicator": lambda row: dictionary_key(row.indicator),
        "due": lambda row: row.due,  # years come before each year and none
        "clause": lambda row: (policies.index(row.policy), row.start),
    }
    rows = filter_targets(everything.targets, TargetFilter(sort=column, descending=descending))
    assert Counter(map(id, rows)) == Counter(map(id, everything.targets))
    order = [keys[column](row) for row in rows]
    assert len(set(order)) > 3
    assert order == sorted(order, reverse=descending)


def test_filters_leave_what_fits(own: Overview) -> None:
    def left(due: str = "", theme: str = "", text: str = "", policy: str = "") -> set[str]:
        chosen = TargetFilter(policy, due, theme, text)
        return {row.indicator for row in filter_targets(own.targets, chosen)}

    assert left(due="2027") == {"示范企业", "园区数", "入驻企业"}
    assert left(due="2027", theme="做强企业") == {"示范企业"}
    assert left(text="展会 2场") == {"每年举办展会"}
    assert left(text="没有") == left(policy="other") == set()
