"""Runs beside an index: what they keep, that there is one at a time, that a cancelled one leaves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event

import pytest

from assistant.chain import PolicyAssistant
from eval.cases import Case
from eval.compare import compare
from eval.results import read_result
from eval.runs import BusyError, Progress, check_text, folder_of_run, kept, perform
from eval.systems import AssistantSystem

FOUR = Path(__file__).with_name("four.jsonl").read_text("utf-8")
PLAN = "hanzhong-2024-11"
OTHER = "qingshui-shuiwang-2026"  # of eval/policies, not indexed here


def _cases(assistant: PolicyAssistant) -> tuple[Case, ...]:
    found = check_text(FOUR, assistant)
    assert not found.bad
    return found.cases


def _run(assistant: PolicyAssistant, title: str = "four.jsonl") -> list[Progress]:
    return list(perform(assistant, _cases(assistant), title, stop=Event()))


def test_a_run_is_kept_with_its_report(assistant: PolicyAssistant, runs: Path) -> None:
    steps = _run(assistant)
    assert [(step.done, step.passed) for step in steps] == [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (4, 3)]
    assert [step.name for step in steps[:-1]] == [""] * 5
    ((name, info),) = kept(runs)
    assert name == steps[-1].name and info.files == ("four.jsonl",) and info.llm == "none"
    assert {path.name for path in (runs / name).iterdir()} == {
        "run.json",
        "cases.jsonl",
        "report.html",
        "report.md",
    }
    result = read_result(runs / name)
    (failed,) = [record for record in result.records if not record.passed]
    assert failed.id == "fails-1" and failed.failures[0][0] == "forbidden fact"
    assert info.figures.named["passed"].value == 0.75
    assert compare(result, result).lost == []


def test_a_policy_that_is_not_indexed_is_asked_on_an_index_of_its_own(
    assistant: PolicyAssistant, runs: Path
) -> None:
    row = json.loads(FOUR.split("\n")[2]) | {"policy": OTHER, "id": "other"}
    found = check_text(f"{FOUR}{json.dumps(row)}", assistant)
    assert not found.bad
    steps = list(perform(assistant, found.cases, "x", stop=Event()))
    assert [step.policy for step in steps] == [PLAN] * 5 + [OTHER] * 2 + [""]
    record = read_result(runs / steps[-1].name).records[-1]
    assert record.policy == OTHER and record.passed
    assert all(passage.policy == OTHER for passage in record.answer.passages)


def test_one_run_at_a_time(assistant: PolicyAssistant, runs: Path) -> None:
    first = perform(assistant, _cases(assistant), "first", stop=Event())
    next(first)
    with pytest.raises(BusyError):
        _run(assistant)
    assert kept(runs) == []
    first.close()
    assert _run(assistant)[-1].name


@pytest.mark.parametrize("closed", [True, False])
def test_a_cancelled_run_leaves_nothing(assistant: PolicyAssistant, runs: Path, closed: bool) -> None:
    stop = Event()
    steps = perform(assistant, _cases(assistant), "x", stop=stop)
    assert [next(steps).done, next(steps).done] == [0, 1]
    if closed:
        steps.close()
    else:
        stop.set()
        assert list(steps) == []
    assert [path.name for path in runs.iterdir()] == ["run.lock"]


def test_an_error_leaves_nothing(
    assistant: PolicyAssistant, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> AssistantSystem:
        raise OSError("disk full")

    monkeypatch.setattr("eval.runs.AssistantSystem", broken)
    with pytest.raises(OSError, match="disk full"):
        _run(assistant)
    assert [path.name for path in runs.iterdir()] == ["run.lock"]


def test_only_the_newest_are_kept_and_no_other_folder_is_one(
    assistant: PolicyAssistant, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.runs.KEPT", 2)
    (runs / "20200101-000000-aaaa").mkdir(parents=True)  # of a run that was killed
    names = [_run(assistant)[-1].name for _ in range(3)]
    assert {name for name, _ in kept(runs)} < set(names) and len(kept(runs)) == 2
    assert not (runs / "20200101-000000-aaaa").exists()
    for name in (names[-1], "..", "../runs", "", None, 7, "run.lock"):
        assert (folder_of_run(runs, name) is not None) == (name == names[-1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{", "不是有效的 JSON"),
        ("[]", "不是有效的 JSON"),
        ({"question": None}, "字段 question 的类型不对"),
        ({"history": [1]}, "字段 history 的类型不对"),
        ({"policy": "nowhere"}, "政策“nowhere”没有收录，也不是评测自带的"),
        ({"policy": "../policies/qingshui-shuiwang-2026"}, "没有收录"),
        ({"category": "new"}, "没有“new”这一类别"),
        ({"evidence": ["不在原文中"]}, "evidence 在原文中出现 0 次：不在原文中"),
        ({"id": "passes-1"}, "重复：passes-1"),
    ],
)
def test_what_is_wrong_is_said_by_line(
    assistant: PolicyAssistant, change: str | dict[str, object], said: str
) -> None:
    bad = (
        change
        if isinstance(change, str)
        else json.dumps(json.loads(FOUR.split("\n")[1]) | {"id": "n"} | change)
    )
    lines = FOUR.split("\n")
    found = check_text("\n".join([lines[0], "", bad, *lines[2:]]), assistant, language="zh")
    assert [line for line, _ in found.bad] == [3] * len(found.bad)
    assert any(said in sentence for _, sentence in found.bad)
    (english, *_) = check_text(bad, assistant).bad or [(0, "twice")]  # alone it is no repetition
    assert english[1].replace("不在原文中", "").isascii()


def test_a_missing_key_is_named(assistant: PolicyAssistant) -> None:
    row = json.loads(FOUR.split("\n")[0])
    del row["question"]
    assert check_text(json.dumps(row), assistant, language="zh").bad == ((1, "缺少字段 question"),)
