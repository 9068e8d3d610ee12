"""From a reader's word to a draft of a case: what is filled in, what is left to do, what may not be lost."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.chain import PolicyAssistant
from assistant.feedback import Feedback, FeedbackStore
from eval import draft as command
from eval import run
from eval.cases import CATEGORIES, check, load, parse
from eval.draft import draft
from index.settings import IndexSettings

QUOTE = "绿色工厂由甲局牵头，乙局配合。"
PASSAGES = [
    {
        "policy": "p",
        "section": ["一"],
        "start": 3,
        "end": 9,
        "text": text,
        "score": 0.5,
        "dense": 0.5,
        "keyword": 1.0,
    }
    for text in (QUOTE, "第二段。", "第三段。", "第四段。")
]


def answer(**values: Any) -> dict[str, Any]:
    """An answer's JSON; ``values`` replace parts of it."""
    return {
        "status": "answered",
        "route": "ledger",
        "language": "zh",
        "text": "由甲局牵头[1]。",
        "table": None,
        "count": None,
        "citations": [{"policy": "p", "quote": QUOTE}],
        "passages": PASSAGES,
    } | values


REFUSED = answer(status="refused", route="none", text="没有找到。", citations=[])


def said(**values: Any) -> Feedback:
    """A reader's word; ``values`` replace parts of it."""
    given: dict[str, Any] = {"question": "谁牵头？", "answer": answer(), "thumb": "down", "id": 7}
    return Feedback(**given | values)


def test_question_history_and_spans_are_filled_in() -> None:
    history = (
        {"role": "user", "content": "绿色工厂？", "metadata": "x"},
        {"role": "assistant", "content": "8 家。"},
    )
    case = draft(said(history=history, reason="wrong_answer", corrected="由丙局牵头[1]；乙局、丁局配合。"))
    ((_, drafted),) = parse(json.dumps(case)).cases
    assert drafted.draft
    assert (case["id"], case["policy"], case["question"]) == ("feedback-7", "p", "谁牵头？")
    assert case["history"][0] == {"role": "user", "content": "绿色工厂？"}
    assert case["key_facts"] == [["由丙局牵头"], ["乙局"], ["丁局配合"]]
    assert case["evidence"] == [QUOTE]
    assert [span["text"] for span in case["retrieved"]] == [passage["text"] for passage in PASSAGES]
    assert case["said"]["text"] == "由甲局牵头[1]。"


@pytest.mark.parametrize(
    ("values", "answerable", "category", "evidence"),
    [
        ({"reason": "wrong_answer"}, True, "responsibility", [QUOTE]),
        ({"reason": "wrong_source"}, True, "responsibility", [QUOTE, "第二段。", "第三段。"]),
        ({"reason": "should_have_refused"}, False, "unanswerable", []),
        (
            {"reason": "should_have_answered", "answer": REFUSED},
            True,
            "colloquial",
            [QUOTE, "第二段。", "第三段。"],
        ),
        ({"thumb": "up"}, True, "responsibility", [QUOTE]),
        ({"thumb": "up", "answer": REFUSED}, False, "unanswerable", []),
        ({"answer": REFUSED, "corrected": "甲局"}, True, "colloquial", [QUOTE, "第二段。", "第三段。"]),
        ({"history": ({"role": "user", "content": "那"},)}, True, "multi-turn", [QUOTE]),
        ({"answer": answer(language="en")}, True, "cross-lingual", [QUOTE]),
        ({"answer": answer(count=3)}, True, "aggregate", [QUOTE]),
        ({"answer": answer(text="8 家[1]。")}, True, "numeric", [QUOTE]),
        ({"answer": answer(text="〔2025〕1号"), "question": "文号是什么"}, True, "metadata", [QUOTE]),
        ({"answer": answer(route="model", text="…")}, True, "explanation", [QUOTE]),
    ],
)
def test_what_is_guessed(
    values: dict[str, Any], answerable: bool, category: str, evidence: list[str]
) -> None:
    case = draft(said(**values))
    assert (case["answerable"], case["category"], case["evidence"]) == (answerable, category, evidence)
    assert category in CATEGORIES


def test_a_count_that_the_reader_approves_is_expected() -> None:
    assert draft(said(answer=answer(count=3), thumb="up"))["expect_count"] == 3
    assert draft(said(answer=answer(count=3)))["expect_count"] is None


def test_the_todo_names_what_is_open() -> None:
    def todo(**values: Any) -> str:
        return " ".join(draft(said(**values))["todo"])

    assert "Write the key facts." in todo()
    assert "Shorten the key facts" in todo(corrected="甲局")
    assert "key facts" not in todo(reason="should_have_refused")
    assert "gave no reason" in todo() and "gave no reason" not in todo(reason="wrong_answer")
    assert "Copy the evidence" in todo(answer=answer(citations=[], passages=[]))
    assert "Name the policy: a, b" in todo(
        answer=answer(citations=[], passages=[]), policies={"a": "甲", "b": "乙"}
    )
    assert "Name the policy" not in todo(answer=answer(citations=[], passages=[]), policies={"a": "甲"})


# --- the command -------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FeedbackStore:
    """An empty store, which the environment names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("DATABASE_URL", "")
    return FeedbackStore(IndexSettings(index_dir=tmp_path / "index"))


def call(*arguments: str) -> int:
    """Exit status of ``python -m eval draft``."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args(arguments))


def test_all_rows_are_printed_or_those_asked_for(
    store: FeedbackStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call() == 0
    assert capsys.readouterr().out == ""
    for number in range(3):
        store.add(said(question=str(number)))
    assert call() == 0
    assert [json.loads(line)["question"] for line in capsys.readouterr().out.splitlines()] == ["0", "1", "2"]
    assert call("--id", "3", "1") == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [
        "feedback-1",
        "feedback-3",
    ]
    assert call("--id", "3", "9", "8") == 2
    assert capsys.readouterr() == ("", "There is no feedback 8, 9.\n")


def test_what_somebody_has_worked_on_stays(store: FeedbackStore, tmp_path: Path) -> None:
    out = tmp_path / "new" / "cases.jsonl"
    store.add(said())
    store.add(said(question="第二个"))
    assert call("--out", str(out)) == 0
    finished = json.loads(out.read_text("utf-8").splitlines()[0]) | {"id": "green-01", "question": "改过"}
    mine = json.dumps(finished, ensure_ascii=False, indent=None, separators=(",", ":"))
    own = '{"id": "own", "question":   "自己写的"}'
    out.write_text(f"{own}\n\n{mine}", "utf-8")  # no line feed at its end, the second one thrown out
    store.add(said(question="第三个"))
    assert call("--out", str(out)) == 0
    lines = out.read_text("utf-8").splitlines()
    assert lines[:3] == [own, "", mine]
    assert [json.loads(line)["question"] for line in lines[3:]] == ["第二个", "第三个"]
    before = out.stat()
    assert call("--out", str(out)) == 0
    assert out.stat().st_mtime_ns == before.st_mtime_ns
    assert [path.name for path in out.parent.iterdir()] == ["cases.jsonl"]


@pytest.mark.parametrize("data", [b"{", b"[]", b"{}", "绿".encode("gbk")])
def test_a_file_that_is_not_cases_is_left_alone(store: FeedbackStore, tmp_path: Path, data: bytes) -> None:
    out = tmp_path / "notes.txt"
    out.write_bytes(data)
    store.add(said())
    assert call("--out", str(out)) == 2
    assert out.read_bytes() == data


# --- the check ---------------------------------------------------------------------------------------


def test_a_draft_is_reported_until_it_is_finished(
    store: FeedbackStore, tmp_path: Path, capsys: pytest.CaptureFixture[str], assistant: PolicyAssistant
) -> None:
    real = assistant.invoke({"question": "绿色工厂的目标由哪个局牵头？"}).to_json()
    store.add(
        said(question=real["question"], answer=real, reason="wrong_answer", corrected="市工业和信息化局")
    )
    out = tmp_path / "cases.jsonl"
    assert call("--out", str(out)) == 0
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    options = parser.parse_args(["--cases", str(out), "--check"])
    capsys.readouterr()
    assert run.main(options) == 2
    assert "feedback-1: a draft that is not finished" in capsys.readouterr().err

    row = json.loads(out.read_text("utf-8"))
    row = {key: value for key, value in row.items() if key not in ("draft", "todo", "said", "retrieved")}
    out.write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    assert run.main(options) == 0


def test_a_draft_of_an_unknown_policy_is_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    rows = (draft(said(id=number, question=f"{number}\u2028")) for number in (1, 2))
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    found = check(load(path), [tmp_path])
    assert len(found) == 2 and all("not finished" in line for line in found)
