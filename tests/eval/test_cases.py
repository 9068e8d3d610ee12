"""Every case in the repository is sound, and the check of cases finds what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.cases import CATEGORIES, SPLITS, Case, CaseError, check, files_of, load, problems
from eval.run import FOLDERS

FILES = files_of()
SOUND = Case(
    id="a",
    category="numeric",
    question="几家？",
    answerable=True,
    key_facts=(("8家",),),
    evidence=("绿色工厂 8 家",),
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_cases_are_sound(path: Path) -> None:
    cases = load(path)
    assert cases
    assert check(cases, FOLDERS) == []


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_split_covers_every_category_and_enough_refusals(split: str) -> None:
    cases = [case for path in files_of(split) for case in load(path)]
    assert {case.category for case in cases} == set(CATEGORIES)
    refused = [case for case in cases if not case.answerable or case.category == "false-premise"]
    assert 0.25 <= len(refused) / len(cases) <= 0.32


def test_no_case_is_in_two_splits() -> None:
    cases = [case for path in files_of() for case in load(path)]
    assert {case.split for case in cases} == set(SPLITS)
    assert len({case.id for case in cases}) == len(cases)
    asked = {(case.policy, case.question, str(case.history)) for case in cases}
    assert len(asked) == len(cases)


def test_there_are_as_many_cases_as_were_promised() -> None:
    cases = [case for path in files_of("dev", "test") for case in load(path)]
    on_plan = sum(case.policy == "hanzhong-2024-11" for case in cases)
    assert on_plan >= 220
    assert len(cases) - on_plan >= 60


def test_evidence_must_be_verbatim_and_unique() -> None:
    assert problems(SOUND, "新增绿色工厂 8 家") == []
    assert problems(SOUND, "新增绿色工厂8家") != []
    assert problems(SOUND, "绿色工厂 8 家，绿色工厂 8 家") != []


def test_key_fact_must_stand_in_the_evidence() -> None:
    case = Case(
        id="a",
        category="numeric",
        question="几家？",
        answerable=True,
        key_facts=(("9家",),),
        evidence=("绿色工厂 18 家、19家",),
    )
    assert problems(case, "绿色工厂 18 家、19家") == ["key fact does not stand in the evidence: 9家"]


def test_unanswerable_case_has_no_facts() -> None:
    case = Case(id="a", category="unanswerable", question="电话？", answerable=False, key_facts=(("1",),))
    assert len(problems(case, "1")) == 2


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"draft": True}, "a draft"),
        ({"category": "new"}, "unknown category 'new'"),
        ({"question": " "}, "empty question"),
        ({"history": ({"role": "system", "content": "x"},)}, "a turn of the history"),
        ({"history": ({"role": "user", "content": ""},)}, "a turn of the history"),
        ({"category": "multi-turn"}, "multi-turn without history"),
        ({"key_facts": ((" ",),), "derived": "x"}, "empty key fact"),
        ({"key_facts": ((),), "derived": "x"}, "empty key fact"),
        ({"key_facts": ()}, "an answerable case"),
        ({"evidence": (), "derived": "x"}, "an answerable case"),
    ],
)
def test_each_problem_is_named(change: dict[str, Any], problem: str) -> None:
    (found,) = problems(replace(SOUND, **change), "新增绿色工厂 8 家")
    assert found.startswith(problem)


def test_what_stands_in_the_header_may_stand_again() -> None:
    twice = "绿色工厂 8 家，绿色工厂 8 家"
    assert problems(replace(SOUND, category="metadata"), twice) == []
    assert problems(replace(SOUND, category="metadata"), "8") != []


def test_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps({"id": "x"}) + "\n", encoding="utf-8")
    with pytest.raises(CaseError, match="line 1"):
        load(path)


def test_unknown_policy_and_duplicate_id(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("绿色工厂 8 家", encoding="utf-8")
    case = Case(
        id="a",
        category="numeric",
        question="几家？",
        answerable=True,
        policy="p",
        key_facts=(("8家",),),
        evidence=("绿色工厂 8 家",),
    )
    assert check([case], [tmp_path]) == []
    assert len(check([case, case], [tmp_path])) == 2
    assert len(check([case, replace(case, id="b")], [tmp_path])) == 1
    assert len(check([case, replace(case, question="多少？")], [tmp_path])) == 1
    with pytest.raises(CaseError, match="no file of policy"):
        check([SOUND], [tmp_path])
