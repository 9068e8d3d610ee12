"""The runner groups cases by policy, survives a system that raises, goes on after a kill, and judges by thresholds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.retriever import WORDS
from eval import run
from eval.__main__ import main
from eval.cases import Case
from eval.compare import compare
from eval.results import read_result
from eval.score import Failure, Found, Span
from eval.systems import indexed, without
from index.settings import IndexSettings
from tests.commands import Command

ROOT = Path(__file__).parents[2]


class Echo:
    """Answers a question with itself and refuses 电话; 炸 makes it raise, 表 adds a table, 疑 fails the certificate.

    Each 深 puts the evidence one passage deeper.
    """

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
            "table": {"columns": ["局"], "rows": [["甲局"], ["乙局"], ["丙局"]]}
            if "表" in question
            else None,
            "count": 3 if "表" in question else None,
            "citations": [{"number": 1, "policy": "p", "start": 0, "end": 4, "quote": "甲局牵头"}],
            "certificate": {"passed": "疑" not in question, "unsupported": []},
            "notices": [],
        }

    def found(self, answer: Mapping[str, Any], evidence: Sequence[tuple[Span, ...]]) -> Found:
        """The first place of each piece of evidence."""
        deeper = [("other", 0, 1)] * str(answer["text"]).count("深")
        return Found((*deeper, *(places[0] for places in evidence)))


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
    uncited = {"evidence": ["绿色工厂由甲局"]}
    place.write(
        case("good", "甲局牵头吗"),
        case("wrong", "乙局牵头吗"),
        case("doubtful", "甲局疑"),
        case("refused", "电话？"),
        case("refused too", "电话是谁") | {"category": "numeric"},
        case("rightly refused", "电话吗", answerable=False),
        case("not refused", "谁", answerable=False),
        case("uncited", "甲局深深深") | {"category": "reasoning"} | uncited,
        case("elsewhere", "绿色深深深深深深") | {"key_facts": [["绿色"]], "evidence": ["绿色工厂"]},
        case("list", "表深")
        | uncited
        | {"category": "aggregate", "key_facts": [["甲局"], ["绿色"]], "expect_count": 3},
        case("count", "甲局有几个") | {"expect_count": 2},
        case("premise", "甲局吧") | {"category": "false-premise"},
        case("wrong premise", "乙局吧") | {"category": "false-premise"},
    )
    place.run()
    said = json.loads((place.out / "run.json").read_text("utf-8"))["figures"]
    said["certificate_failures"]["value"] /= said["certificate_failures"]["n"]  # a count there, a share here
    result = read_result(place.out)
    compared = {found.name: found for found in compare(result, result).differences}
    assert set(compared) == set(said) - {"latency", "categories"}
    for name, found in compared.items():
        if name.startswith("beside@"):  # the answers of this system have no passages
            continue
        assert 0 < found.a < 1, name  # a figure of 0 or 1 would agree by chance
        assert found.a == found.b == pytest.approx(said[name]["value"]), name
        assert found.low == found.high == 0, name


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
    for other in (["--system", "bm25"], ["--without", "ledger"], ["--together"], ["--llm", "openai"]):
        assert place.run(*other) == 2, other
    place.write(case("a", "甲局配合吗"))
    assert place.run() == 2
    assert "another run" in capsys.readouterr().err
    assert [row["question"] for row in place.records()] == ["甲局牵头吗"]


def test_only_a_line_feed_ends_a_line_of_what_is_done(place: Place, echo: Echo) -> None:
    place.write(case("a", "甲局牵头\u2028吗"))
    assert place.run() == place.run() == 0
    assert len(echo.asked) == 1


def test_a_killed_run_goes_on(place: Place) -> None:
    rows = [case(f"c{number}", f"绿色工厂由谁牵头{'呀' * number}？") for number in range(40)]
    place.write(*rows)
    arguments = [
        "run",
        "--cases",
        str(place._cases),
        "--policies",
        str(place._folder),
        "--out",
        str(place.out),
    ]
    settings = IndexSettings(policy_dir=place._folder)
    running = Command(place.out.with_name("command"), settings, "eval", *arguments)
    written = place.out / "cases.jsonl"
    running.until(lambda: written.exists() and written.read_bytes().count(b"\n") >= 2)
    assert running.kill()
    left = written.read_bytes()
    left = left[: left.rindex(b"\n") + 1]
    assert 2 <= left.count(b"\n") < len(rows)  # killed between two cases, not behind the last
    assert main(arguments) == 0
    assert [row["id"] for row in place.records()] == [row["id"] for row in rows]
    assert written.read_bytes().startswith(left)  # with the times of before: not asked again


@pytest.mark.parametrize(
    ("least", "most", "more", "status"),
    [
        (0.5, 0.3333, (), 0),
        (0.51, 0.3333, (), 1),
        (0.5, 0.33, (), 1),
        (0.51, 0.33, ("--system", "bm25"), 0),  # the limits are the assistant's
        (0.51, 0.33, ("--without", "ledger"), 0),
        (0.51, 0.33, ("--llm", "local"), 0),  # which has limits of its own
    ],
)
def test_the_thresholds_decide(
    place: Place,
    echo: Echo,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    least: float,
    most: float,
    more: tuple[str, ...],
    status: int,
) -> None:
    limits = tmp_path / "thresholds.toml"
    limits.write_text(
        f"[dev.none.least]\npassed = {least}\n[dev.none.most]\nover_refusal = {most}\n", "utf-8"
    )
    place.write(
        case("a", "甲局牵头吗"), case("b", "哪个局"), case("c", "电话？"), case("d", "电话", answerable=False)
    )
    monkeypatch.setattr(run, "THRESHOLDS", limits)
    monkeypatch.setattr(run, "files_of", lambda split: [place._cases])
    assert main(["run", "--policies", str(place._folder), *more]) == status


@pytest.fixture
def doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every certificate that is made finds a number that no quote holds."""
    monkeypatch.setattr("assistant.certificate.numbers_missing", lambda *_, **__: ["9"])


@pytest.mark.parametrize(
    ("part", "whole", "taken_out"),
    [
        ("ledger", ("ledger", True), ("extractive", True)),
        ("certificate", ("extractive", False), ("ledger", True)),
    ],
)
def test_the_ledger_and_the_certificate_can_be_taken_out(
    place: Place,
    request: pytest.FixtureRequest,
    part: str,
    whole: tuple[str, bool],
    taken_out: tuple[str, bool],
) -> None:
    if part == "certificate":
        request.getfixturevalue("doubted")
    place.write(case("a", "绿色工厂由谁牵头？"))
    for more, expected in (((), whole), (("--without", part), taken_out)):
        place.out = place.out.with_name("-".join(("out", *more)))
        assert place.run(*more) == 0
        (row,) = place.records()
        assert (row["answer"]["route"], row["answer"]["certificate"]["passed"]) == expected


def test_a_part_of_the_retriever_can_be_taken_out(tmp_path: Path) -> None:
    policy = tmp_path / "p.md"
    policy.write_text(
        "# 方案\n\n## 一、循环经济\n\n### （一）建设\n\n绿色工厂由甲局牵头。\n\n## 二、其他\n\n另行通知。\n",
        "utf-8",
    )

    def scores(question: str, *parts: str) -> tuple[float, float, float]:
        """Of the passage on factories: the score, and what meaning and words give it."""
        with without(parts):
            assistant = indexed([policy], tmp_path / "-".join(("at", question, *parts)))
            (found,) = [p for p in assistant.retriever.search(question) if "工厂" in p.text]
        return found.score, found.dense, found.keyword

    whole = scores("循环经济")
    by_meaning = scores("循环经济", "keywords")
    assert by_meaning[1:] == whole[1:]
    assert by_meaning[0] == pytest.approx((whole[0] - WORDS) / (1 - WORDS), abs=1e-3)  # the words fit best
    without_path = scores("循环经济", "section-path")
    assert whole[2] > 0 == without_path[2]
    assert without_path[1] < whole[1]
    for question in ("厂", "化工厂"):  # a character of an indexed word; a word that holds an indexed one
        assert scores(question)[2] > 0 == scores(question, "character-tokens")[2]


def test_what_was_taken_out_comes_back() -> None:
    code = """
from eval.systems import without
with without(["character-tokens"]):
    pass
import assistant.retriever, index.keywords
assert assistant.retriever.tokenise is index.keywords.tokenise
"""  # in a process of its own, which has not imported what is changed
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("system", ["tutorial", "bm25"])
def test_a_baseline_runs_through_the_same_runner(place: Place, system: str) -> None:
    by_meaning = system == "tutorial"  # which finds a chunk that shares no word with the question
    place.write(case("a", "绿色工厂由谁牵头？"), case("b", "Who leads?"))
    assert place.run("--system", system) == 0
    found = [(row["passed"], row["rank"], row["answer"]["route"]) for row in place.records()]
    assert found[0] == (True, 1, "extractive")
    assert found[1] == (by_meaning, 1 if by_meaning else None, "extractive")


def test_one_index_for_each_policy_or_one_for_all(tmp_path: Path) -> None:
    for name in "pq":
        (tmp_path / f"{name}.md").write_text("", encoding="utf-8")
    cases = [Case(id=name, category="numeric", question="", answerable=False, policy=name) for name in "pqp"]

    def sizes(together: bool) -> list[tuple[str, int, int]]:
        groups = run.groups(cases, [tmp_path], together)
        return [(name, len(files), len(group)) for name, files, group in groups]

    assert sizes(together=False) == [("p", 1, 2), ("q", 1, 1)]
    assert sizes(together=True) == [("all", 2, 3)]
