"""The runner groups cases by policy, survives an assistant that raises, and says what failed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from eval import run
from eval.cases import Case
from eval.score import Failure


class Reply:
    """An answer's JSON behind ``to_json``."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def to_json(self) -> dict[str, Any]:
        """The data it was made with."""
        return self.data


class Echo:
    """Answers a question with itself and refuses 电话; 炸 makes it raise."""

    def invoke(self, input: dict[str, Any]) -> Reply:
        """The reply to one question."""
        question = input["question"]
        if "炸" in question:
            raise RuntimeError("boom")
        status = "refused" if "电话" in question else "answered"
        return Reply(
            {
                "status": status,
                "text": question,
                "table": None,
                "count": None,
                "citations": [{"policy": "p", "quote": "甲局牵头"}],
                "certificate": {"passed": True, "unsupported": []},
            }
        )


def case(name: str, question: str, *, answerable: bool = True) -> dict[str, Any]:
    return {
        "id": name,
        "category": "responsibility" if answerable else "unanswerable",
        "policy": "p",
        "question": question,
        "answerable": answerable,
        "key_facts": [["甲局"]] if answerable else [],
        "evidence": ["甲局牵头"] if answerable else [],
    }


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> argparse.Namespace:
    monkeypatch.setattr(run, "indexed", lambda files, folder, llm: Echo())
    (tmp_path / "p.txt").write_text("绿色工厂由甲局牵头。", encoding="utf-8")
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    return parser.parse_args(
        [
            "--cases",
            str(tmp_path / "c.jsonl"),
            "--policies",
            str(tmp_path),
            "--out",
            str(tmp_path / "out.jsonl"),
            "--failures",
        ]
    )


def write(options: argparse.Namespace, *rows: dict[str, Any]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    options.cases[0].write_text("\n".join(lines), encoding="utf-8")


def test_all_passed(options: argparse.Namespace, capsys: pytest.CaptureFixture[str]) -> None:
    write(options, case("a", "甲局牵头吗"), case("b", "电话？", answerable=False))
    assert run.main(options) == 0
    assert "100.0" in capsys.readouterr().out
    assert [json.loads(line)["passed"] for line in options.out.read_text().splitlines()] == [True, True]


def test_an_error_is_one_failed_case(options: argparse.Namespace, capsys: pytest.CaptureFixture[str]) -> None:
    write(options, case("a", "炸"), case("b", "甲局牵头吗"))
    assert run.main(options) == 1
    shown = capsys.readouterr().out
    assert "boom" in shown and Failure.ERROR.value in shown


def test_unsound_case_stops_the_run(options: argparse.Namespace, capsys: pytest.CaptureFixture[str]) -> None:
    write(options, case("a", "谁牵头") | {"evidence": ["乙局牵头"]})
    assert run.main(options) == 2
    assert "a: evidence stands 0 times" in capsys.readouterr().err


def test_one_index_for_each_policy_or_one_for_all(tmp_path: Path) -> None:
    for name in "pq":
        (tmp_path / f"{name}.md").write_text("", encoding="utf-8")
    cases = [Case(id=name, category="numeric", question="", answerable=False, policy=name) for name in "pqp"]

    def sizes(together: bool) -> list[tuple[str, int, int]]:
        groups = run.groups(cases, [tmp_path], together)
        return [(name, len(files), len(group)) for name, files, group in groups]

    assert sizes(together=False) == [("p", 1, 2), ("q", 1, 1)]
    assert sizes(together=True) == [("all", 2, 3)]
