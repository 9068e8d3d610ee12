"""What counts as the same fact, and each way in which an answer can fail."""

from __future__ import annotations

from typing import Any

import pytest

from eval.cases import Case
from eval.normalise import contains
from eval.score import Failure, score

CASE = Case(
    id="a",
    category="numeric",
    question="几家？",
    answerable=True,
    policy="p",
    key_facts=(("8 家", "eight"), ("绿色园区",)),
    forbidden=("教育局",),
    evidence=("绿色工厂 8 家",),
)


def answer(text: str = "绿色工厂8家、绿色园区1家[1]。", **changes: Any) -> dict[str, Any]:
    citation = {"number": 1, "policy": "p", "quote": "新增省级以上绿色工厂 8 家、绿色园区 1 家"}
    return {
        "status": "answered",
        "text": text,
        "table": None,
        "count": None,
        "citations": [citation],
        "certificate": {"passed": True, "unsupported": []},
    } | changes


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("突破 800 家", "800家"),
        ("到２０２５年", "2025年"),
        ("1,400 亿元", "1400亿元"),
        ("25000元", "2.5万元"),
        ("1.2亿", "12000万"),
        ("百分之30", "30%"),
        ("30 percent", "30%"),
        ("2024年08月08日 08:27", "2024-8-8"),
        ("on August 8, 2024", "2024年8月8日"),
        ("汉政办发[2024]11号", "汉政办发〔2024〕11号"),
        ("150亿元", "150"),
        ("各县(区)", "各县（区）"),
        ("in 2025 800 firms", "800"),
    ],
)
def test_same_fact(text: str, fact: str) -> None:
    assert contains(text, fact)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("18 家", "8家"),
        ("800", "80"),
        ("132%", "32%"),
        ("0.62", "62"),
        ("2%", "2家"),
        ("1.5", "1"),
    ],
)
def test_other_fact(text: str, fact: str) -> None:
    assert not contains(text, fact)


def test_right_answer_passes() -> None:
    assert score(CASE, answer()).passed


def test_facts_may_stand_in_the_table() -> None:
    rows = [["绿色工厂", "8 家"], ["绿色园区", "1 家"]]
    table = {"columns": ["指标", "值"], "rows": rows, "citations": [[1], [1]]}
    assert score(CASE, answer("如下表。", table=table)).passed


@pytest.mark.parametrize(
    ("given", "failure"),
    [
        (answer("绿色园区[8] 家"), Failure.INCOMPLETE_LIST),
        (answer("不知道"), Failure.MISSING_FACT),
        (answer("教育局：绿色工厂8家、绿色园区1家"), Failure.FORBIDDEN),
        (answer(status="refused"), Failure.WRONG_REFUSAL),
        (answer(citations=[]), Failure.NO_EVIDENCE),
        (answer(citations=[{"policy": "other", "quote": "绿色工厂 8 家"}]), Failure.NO_EVIDENCE),
        (answer(certificate={"passed": False, "unsupported": ["9"]}), Failure.CERTIFICATE),
        ({"status": "error", "text": "boom", "citations": []}, Failure.ERROR),
    ],
)
def test_failure(given: dict[str, Any], failure: Failure) -> None:
    assert score(CASE, given).failures == (failure,)


def test_count_is_exact() -> None:
    case = Case(
        id="a", category="aggregate", question="几项？", answerable=True, key_facts=(("家",),), expect_count=3
    )
    assert score(case, answer(count=3)).passed
    assert score(case, answer(count=2)).failures == (Failure.WRONG_COUNT,)


def test_unanswerable_must_be_refused() -> None:
    case = Case(id="a", category="unanswerable", question="电话？", answerable=False)
    assert score(case, answer(status="refused")).passed
    assert score(case, answer()).failures == (Failure.MISSED_REFUSAL,)


def test_missing_evidence_leaves_the_answer_correct() -> None:
    outcome = score(CASE, answer(citations=[]))
    assert outcome.correct and not outcome.passed
