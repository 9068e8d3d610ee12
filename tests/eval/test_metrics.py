"""Figures of records worked out by hand, and the step that lost a case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case
from eval.metrics import figures, latency, mean
from eval.score import Found, holds, lost_at, ranks, record, score, spans

SOURCE = "序。新增绿色工厂8家。甲局牵头，乙局配合。"
CASE = Case(
    id="a",
    category="responsibility",
    question="谁牵头？",
    answerable=True,
    policy="p",
    key_facts=(("甲局",),),
    evidence=("甲局牵头",),
)
NONE = Case(id="n", category="unanswerable", question="电话？", answerable=False, policy="p")


def answer(text: str = "甲局牵头[1]。", **changes: Any) -> dict[str, Any]:
    return {
        "status": "answered",
        "route": "ledger",
        "text": text,
        "table": None,
        "count": None,
        "citations": [{"number": 1, "policy": "p", "quote": "甲局牵头，乙局配合"}],
        "certificate": {"passed": True, "unsupported": []},
        "notices": [],
    } | changes


def row(case: Case, reply: dict[str, Any], *passages: tuple[int, int]) -> dict[str, Any]:
    found = Found(tuple(("p", start, end) for start, end in passages))
    return record(score(case, reply), reply, found, spans(case, SOURCE)) | {"wall_ms": 1.0}


def test_a_passage_holds_evidence_from_half_of_it() -> None:
    ((place,),) = spans(CASE, SOURCE)
    _, start, end = place
    assert holds(("p", start, end), [place])
    assert holds(("p", start + 2, end + 9), [place])
    assert not holds(("p", start + 3, end), [place])
    assert not holds(("q", start, end), [place])
    assert holds(("p", 50, 100), [("p", 0, 100)])
    assert not holds(("p", 51, 100), [("p", 0, 100)])


def test_ranks_of_evidence() -> None:
    evidence = spans(CASE, SOURCE)
    start = evidence[0][0][1]
    assert ranks([("p", 0, 3), ("p", start, start + 9)], evidence) == [2]
    assert ranks([("p", 0, 3)], evidence) == [None]
    assert ranks([("p", 0, 3)] * 10 + [("p", start, start + 9)], evidence) == [None]
    title, again = ("p", 90, 94), ("p", 40, 44)  # the first piece stands in two places
    assert ranks([("p", 0, 3), again, ("p", start, start + 9), again], [(title, again), *evidence]) == [2, 3]


def test_figures_by_hand() -> None:
    start = spans(CASE, SOURCE)[0][0][1]
    rows = [
        row(CASE, answer(), (start, start + 9)),
        row(CASE, answer("乙局[1]。"), (0, 3), (start, start + 9)) | {"id": "b"},
        row(CASE, answer(status="refused"), (0, 3)) | {"id": "c"},
        row(NONE, answer(status="refused", route="none")),
        row(NONE, answer()) | {"id": "m"},
    ]
    found = figures(rows)
    values = {name: figure["value"] for name, figure in found.items() if "value" in figure}
    assert values["passed"] == pytest.approx(2 / 5)
    assert values["facts"] == values["all_facts"] == values["ledger_all_facts"] == pytest.approx(1 / 3)
    assert (values["hit@1"], values["hit@3"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert values["mrr"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert values["ndcg@10"] == pytest.approx((1 + 0.63093 + 0) / 3, abs=1e-4)
    assert values["over_refusal"] == pytest.approx(1 / 3)
    assert values["refusal_precision"] == values["refusal_recall"] == values["refusal_f1"] == 0.5
    assert values["evidence_cited"] == pytest.approx(2 / 3)
    assert found["categories"]["unanswerable"] == {"n": 2, "passed": 1, "correct": 1}
    assert found["latency"]["ledger"]["n"] == 4


def test_figures_of_lists_citations_and_refusals_by_hand() -> None:
    table = {"columns": ["局"], "rows": [["甲局"], ["丙局"], ["丁局"]]}
    listed = replace(CASE, category="aggregate", key_facts=(("甲局",), ("乙局",)), expect_count=2)
    premise = replace(CASE, category="false-premise")
    holding, other, fact = (
        {"number": 1, "policy": "p", "quote": quote} for quote in ("甲局牵头，乙局配合", "序。", "甲局")
    )
    rows = [
        *(row(listed, answer("如下[1]。", table=table, count=count)) for count in (3, 2, 2)),
        *(row(premise, answer(text)) for text in ("甲局[1]。", "乙局[1]。", "乙局[1]。")),
        *[row(CASE, answer(status="refused"))] * 2,
        row(NONE, answer(status="refused")),
        row(NONE, answer()),
        row(CASE, answer(citations=[holding, other, other])),
        row(replace(CASE, category="reasoning"), answer(citations=[fact])),
        row(CASE, answer(certificate={"passed": False, "unsupported": ["x"]})),
    ]
    found = figures([one | {"id": str(number)} for number, one in enumerate(rows)])
    by_hand = {
        "passed": 3 / 13,
        "correct": 4 / 13,
        "facts": 5.5 / 11,
        "all_facts": 4 / 11,
        "ledger_all_facts": 2 / 7,
        "citation_precision": (8 + 1 / 3) / 9,
        "citation_recall": 8 / 9,
        "evidence_cited": 8 / 11,
        "refusal_precision": 1 / 3,
        "refusal_recall": 1 / 2,
        "refusal_f1": 2 / 5,
        "over_refusal": 2 / 11,
        "false_premise": 1 / 3,
        "list_precision": 1 / 3,
        "list_recall": 1 / 2,
        "exact_count": 2 / 3,
        "certificate_failures": 1,
    }
    assert {name: found[name]["value"] for name in by_hand} == pytest.approx(by_hand)


def test_latency_is_told_for_each_route() -> None:
    times = [*(("ledger", float(ms)) for ms in range(1, 102)), ("model", 7.0), (None, 3.0)]
    rows = [{"answer": {"route": route} if route else {}, "wall_ms": ms} for route, ms in times]
    assert latency(rows) == {
        "error": {"p50": 3.0, "p95": 3.0, "n": 1},
        "ledger": {"p50": 51.0, "p95": 96.0, "n": 101},
        "model": {"p50": 7.0, "p95": 7.0, "n": 1},
    }


def test_an_interval_is_one_of_95_percent() -> None:
    figure = mean([0.0, 1.0] * 50)
    assert figure is not None
    assert (figure.value, figure.low, figure.high) == pytest.approx((0.5, 0.402, 0.598), abs=0.015)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_an_interval_holds_its_mean(values: list[float]) -> None:
    figure = mean(values)
    assert figure is not None
    assert figure.low is not None and figure.high is not None
    assert figure.value == pytest.approx(sum(values) / len(values))
    assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9
    assert min(values) - 1e-9 <= figure.low <= figure.high + 1e-9 <= max(values) + 2e-9


@pytest.mark.parametrize(
    ("reply", "found", "rank", "step"),
    [
        (answer(), Found(), 1, None),
        (answer("乙局[1]。"), Found(in_chunks=False), None, "parse"),
        (answer("乙局[1]。"), Found(in_ledger=False), 1, "parse"),
        (answer("乙局[1]。"), Found(), 1, "route"),
        (answer("乙局[1]。", route="extractive"), Found(), 3, "route"),
        (answer("乙局[1]。", route="extractive"), Found(in_ledger=False), None, "retrieve"),
        (answer("乙局[1]。", route="extractive"), Found(in_ledger=False), 3, "compose"),
        (answer(status="refused", route="none"), Found(in_ledger=False), 3, "refuse"),
        (answer(status="refused", route="none"), Found(in_ledger=False), None, "retrieve"),
        (answer(citations=[]), Found(), 3, "compose"),
        (answer(citations=[]), Found(), None, "retrieve"),
        (answer(citations=[], notices=[{"code": "replaced", "text": ""}]), Found(), 3, "compose"),
        (answer("乙局[1]。", notices=[{"code": "replaced", "text": ""}]), Found(), 1, "certify"),
        (answer(certificate={"passed": False, "unsupported": ["x"]}), Found(), 1, "certify"),
    ],
)
def test_the_step_that_lost_it(
    reply: dict[str, Any], found: Found, rank: int | None, step: str | None
) -> None:
    assert lost_at(score(CASE, reply), reply, found, rank) == step


def test_the_ledger_loses_only_what_it_answers() -> None:
    case = replace(CASE, category="reasoning")
    for reply in (answer("乙局[1]。"), answer("乙局[1]。", route="extractive")):
        assert lost_at(score(case, reply), reply, Found(), 3) == "compose"


def test_an_answer_where_none_is_was_lost_at_refusing() -> None:
    assert lost_at(score(NONE, answer()), answer(), Found(), None) == "refuse"


def test_passages_beside_an_answer_count_only_where_it_shows_some() -> None:
    ((_, start, end),) = spans(CASE, SOURCE)[0]
    bare = row(CASE, answer())
    shown = row(CASE, answer(passages=[{"policy": "p", "start": start, "end": end}]))
    old = {
        key: value for key, value in shown.items() if key != "rank_beside"
    }  # of a run before there was such a figure
    assert not (figures([bare, old]).get("beside@1") or {}).get("n")
    found = figures([bare, old, shown])["beside@1"]
    assert (found["value"], found["n"]) == (1, 1)
