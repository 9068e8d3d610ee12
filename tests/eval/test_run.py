"""The runner groups cases by policy, survives a system that raises, goes on after a kill, and judges by thresholds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval import run
from eval.__main__ import main
from eval.cases import Case
from eval.compare import SHARES
from eval.results import read_result
from eval.score import Failure, Found, Span

ROOT = Path(__file__).parents[2]


class Echo:
    """Answers a question with itself and refuses 电话; 炸 makes it raise."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, question: str, history: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """The reply to one question."""
        self.asked.append(question)
        if "炸" in question:
            raise RuntimeError("boom")
        return {
            "status": "refused" if "电话" in question else "answered",
            "route": "none",
            "text": question,
            "standalone_question": question,
            "table": None,
            "count": None,
            "citations": [{"number": 1, "policy": "p", "start": 0, "end": 4, "quote": "甲局牵头"}],
            "certificate": {"passed": True, "unsupported": []},
            "notices": [],
        }

    def found(self, answer: Mapping[str, Any], evidence: Sequence[tuple[Span, ...]]) -> Found:
        """The first place of each piece of evidence."""
        return Found(tuple(places[0] for places in evidence))


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


class Place:
    """A folder with one policy, a file of cases and a place for the run."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self._folder, self._cases = folder, folder / "c.jsonl"
        (folder / "p.txt").write_text("绿色工厂由甲局牵头。", encoding="utf-8")

    def write(self, *rows: dict[str, Any]) -> None:
        """Make these the cases."""
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        self._cases.write_text("\n".join(lines), encoding="utf-8")

    def run(self, *more: str) -> int:
        """The exit status of a run of the cases."""
        own = ["--cases", str(self._cases), "--policies", str(self._folder), "--out", str(self.out)]
        return main(["run", *own, "--failures", *more])

    def records(self) -> list[dict[str, Any]]:
        """What the run wrote, case by case."""
        return [json.loads(line) for line in (self.out / "cases.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Echo:
    system = Echo()
    monkeypatch.setattr(run, "open_system", lambda name, llm, files, folder: system)
    return system


def test_what_a_run_leaves(place: Place, echo: Echo, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(case("a", "甲局牵头吗"), case("b", "电话？", answerable=False))
    assert place.run() == 0
    assert "100.0" in capsys.readouterr().out
    assert [row["passed"] for row in place.records()] == [True, True]
    about = json.loads((place.out / "run.json").read_text("utf-8"))
    assert about["figures"]["passed"]["value"] == 1.0
    assert {path.name for path in place.out.iterdir()} == {
        "run.json",
        "cases.jsonl",
        "report.html",
        "report.md",
    }


def test_a_comparison_means_by_a_figure_what_the_run_means(place: Place, echo: Echo) -> None:
    good, wrong = case("a", "甲局牵头吗"), case("b", "乙局牵头吗")
    place.write(
        good,
        wrong,
        case("c", "电话？"),
        case("d", "电话吗", answerable=False),
        case("e", "谁", answerable=False),
    )
    place.run()
    said = json.loads((place.out / "run.json").read_text("utf-8"))["figures"]
    result = read_result(place.out)
    shared = 0
    for name, share in SHARES.items():
        above, below = (sum(part) for part in zip(*map(share, result.records), strict=True))
        if below and name != "certificate_failures":
            assert above / below == pytest.approx(said[name]["value"]), name
            shared += 1
    assert shared >= 12


def test_an_error_is_one_failed_case(place: Place, echo: Echo, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(case("a", "炸"), case("b", "甲局牵头吗"))
    assert place.run() == 0  # cases of one's own have no threshold
    shown = capsys.readouterr().out
    assert "boom" in shown and Failure.ERROR.value in shown
    assert [row["step"] for row in place.records()] == ["error", None]


def test_unsound_case_stops_the_run(place: Place, echo: Echo, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(case("a", "谁牵头") | {"evidence": ["乙局牵头"]})
    assert place.run() == 2
    assert "a: evidence stands 0 times" in capsys.readouterr().err


def test_a_second_run_asks_nothing_again(place: Place, echo: Echo) -> None:
    place.write(case("a", "甲局牵头吗"), case("b", "电话？", answerable=False))
    assert place.run() == place.run() == 0
    assert echo.asked == ["甲局牵头吗", "电话？"]


def test_a_line_that_was_cut_is_asked_again(place: Place, echo: Echo) -> None:
    place.write(case("a", "甲局牵头吗"), case("b", "电话？", answerable=False))
    place.run()
    rows = place.out / "cases.jsonl"
    whole = rows.read_bytes()
    for cut in (len(whole) - 1, whole.index(b"\n") + 9):
        rows.write_bytes(whole[:cut])
        echo.asked.clear()
        assert place.run() == 0
        assert echo.asked == ["电话？"]
        assert [row["id"] for row in place.records()] == ["a", "b"]


def test_another_run_is_not_mixed_in(place: Place, echo: Echo, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(case("a", "甲局牵头吗"))
    place.run()
    assert place.run("--system", "bm25") == 2
    place.write(case("a", "甲局配合吗"))
    assert place.run() == 2
    assert "another run" in capsys.readouterr().err
    assert [row["question"] for row in place.records()] == ["甲局牵头吗"]


def test_only_a_line_feed_ends_a_line_of_what_is_done(place: Place, echo: Echo) -> None:
    place.write(case("a", "甲局牵头\u2028吗"))
    assert place.run() == place.run() == 0
    assert len(echo.asked) == 1


def test_a_killed_run_goes_on(place: Place) -> None:
    rows = [case(f"c{number}", f"绿色工厂由谁牵头{'呀' * number}？") for number in range(12)]
    place.write(*rows)
    command = [
        sys.executable,
        "-m",
        "eval",
        "run",
        "--cases",
        str(place._cases),
        "--policies",
        str(place._folder),
    ]
    running = subprocess.Popen([*command, "--out", str(place.out)], cwd=ROOT, stderr=subprocess.DEVNULL)
    written = place.out / "cases.jsonl"
    while running.poll() is None and not (written.exists() and written.read_bytes().count(b"\n") >= 2):
        os.sched_yield()
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    kept = written.read_bytes().count(b"\n")
    assert 2 <= kept <= 12
    again = subprocess.run([*command, "--out", str(place.out)], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert [row["id"] for row in place.records()] == [row["id"] for row in rows]


@pytest.mark.parametrize(("value", "status"), [(0.5, 0), (0.51, 1)])
def test_the_thresholds_decide(
    place: Place, echo: Echo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: float, status: int
) -> None:
    limits = tmp_path / "thresholds.toml"
    limits.write_text(f"[dev.none.least]\npassed = {value}\n[dev.none.most]\nover_refusal = 0\n", "utf-8")
    place.write(case("a", "甲局牵头吗"), case("b", "哪个局"))
    monkeypatch.setattr(run, "THRESHOLDS", limits)
    monkeypatch.setattr(run, "files_of", lambda split: [place._cases])
    assert main(["run", "--policies", str(place._folder)]) == status


@pytest.mark.parametrize("part", ["ledger", "certificate", "keywords", "section-path", "character-tokens"])
def test_a_part_can_be_taken_out(place: Place, part: str) -> None:
    place.write(case("a", "绿色工厂由谁牵头？"))
    assert place.run("--without", part) == 0
    (row,) = place.records()
    assert row["answer"]["route"] == ("extractive" if part == "ledger" else "ledger")


@pytest.mark.parametrize("system", ["tutorial", "bm25"])
def test_a_baseline_runs_through_the_same_runner(place: Place, system: str) -> None:
    place.write(case("a", "绿色工厂由谁牵头？"))
    assert place.run("--system", system) == 0
    (row,) = place.records()
    assert (row["passed"], row["rank"]) == (True, 1)


def test_one_index_for_each_policy_or_one_for_all(tmp_path: Path) -> None:
    for name in "pq":
        (tmp_path / f"{name}.md").write_text("", encoding="utf-8")
    cases = [Case(id=name, category="numeric", question="", answerable=False, policy=name) for name in "pqp"]

    def sizes(together: bool) -> list[tuple[str, int, int]]:
        groups = run.groups(cases, [tmp_path], together)
        return [(name, len(files), len(group)) for name, files, group in groups]

    assert sizes(together=False) == [("p", 1, 2), ("q", 1, 1)]
    assert sizes(together=True) == [("all", 2, 3)]
