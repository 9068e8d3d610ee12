"""Figures of records worked out by hand, and the step that lost a case."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case
from eval.metrics import figures, mean
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


def test_ranks_of_evidence() -> None:
    evidence = spans(CASE, SOURCE)
    start = evidence[0][0][1]
    assert ranks([("p", 0, 3), ("p", start, start + 9)], evidence) == [2]
    assert ranks([("p", 0, 3)], evidence) == [None]
    assert ranks([("p", 0, 3)] * 10 + [("p", start, start + 9)], evidence) == [None]


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


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_an_interval_holds_its_mean(values: list[float]) -> None:
    figure = mean(values)
    assert figure is not None
    assert figure.low is not None and figure.high is not None
    assert min(values) - 1e-9 <= figure.low <= figure.high + 1e-9 <= max(values) + 2e-9


@pytest.mark.parametrize(
    ("reply", "found", "rank", "step"),
    [
        (answer(), Found(), 1, None),
        (answer("乙局[1]。"), Found(in_chunks=False), None, "parse"),
        (answer("乙局[1]。"), Found(in_ledger=False), 1, "parse"),
        (answer("乙局[1]。"), Found(), 1, "route"),
        (answer("乙局[1]。", route="extractive"), Found(in_ledger=False), None, "retrieve"),
        (answer("乙局[1]。", route="extractive"), Found(in_ledger=False), 3, "compose"),
        (answer(status="refused", route="none"), Found(in_ledger=False), 3, "refuse"),
        (answer("乙局[1]。", notices=[{"code": "replaced", "text": ""}]), Found(), 1, "certify"),
        (answer(certificate={"passed": False, "unsupported": ["x"]}), Found(), 1, "certify"),
    ],
)
def test_the_step_that_lost_it(
    reply: dict[str, Any], found: Found, rank: int | None, step: str | None
) -> None:
    assert lost_at(score(CASE, reply), reply, found, rank) == step


def test_an_answer_where_none_is_was_lost_at_refusing() -> None:
    assert lost_at(score(NONE, answer()), answer(), Found(), None) == "refuse"
