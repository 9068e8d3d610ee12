"""The benchmark measures what it says, from questions that the index itself gives."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eval import bench
from eval.measuring import BenchError, percentiles, resident_megabytes, spread


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentiles([float(n) for n in range(100, 0, -1)]) == (50, 95)
    assert percentiles([7.0]) == (7, 7)


@pytest.mark.parametrize(("measured", "reached"), [((10, 20), "yes"), ((40, 100), "yes"), ((10, 101), "no")])
def test_a_line_says_whether_the_goal_is_reached(measured: tuple[float, ...], reached: str) -> None:
    line = bench.Measurement("answer", measured, (40, 100), "ms").line()
    assert line.split()[-1] == reached
    assert "40 / 100 ms" in line


def test_a_goal_may_be_the_least() -> None:
    assert bench.Measurement("facts", (96,), (95,), "%", least=True).line().endswith("yes")
    assert bench.Measurement("facts", (94,), (95,), "%", least=True).line().endswith("no")


def test_resident_memory_of_this_process() -> None:
    assert 10 < resident_megabytes(os.getpid()) < 100_000


def test_at_most_so_many_questions_from_all_over() -> None:
    questions = spread([str(number) for number in range(1001)], bench.MOST_QUESTIONS)
    assert len(questions) <= bench.MOST_QUESTIONS
    assert questions[0] == "0"
    assert int(questions[-1]) > 900


def test_a_process_that_ends_early_is_reported() -> None:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    process.wait(60)
    with pytest.raises(BenchError, match="status 3"):
        bench.answer_over_http(process, 1, "？")


def test_wrong_settings_and_a_missing_index_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    options = argparse.Namespace(no_processes=True, model=False, scaling=False)
    monkeypatch.setenv("PORT", "x")
    assert bench.main(options) == 2
    assert capsys.readouterr().err.startswith("PORT")
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "none"))
    assert bench.main(options) == 3
    assert len(capsys.readouterr().err.strip().splitlines()) <= 2
