"""The dev split against the real assistant: the score may not fall unnoticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.__main__ import main


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    folder = tmp_path_factory.mktemp("dev") / "out"
    return main(["run", "--split", "dev", "--out", str(folder)]), folder


def test_the_dev_split_reaches_its_thresholds(
    run: tuple[int, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    status, folder = run
    failed = [(row["id"], row["step"]) for row in records(folder) if not row["passed"]]
    assert status == 0, failed


def test_nothing_is_shown_uncertified(run: tuple[int, Path]) -> None:
    assert all(row["answer"]["certificate"]["passed"] for row in records(run[1]))


def test_a_lost_case_names_its_step(run: tuple[int, Path]) -> None:
    for row in records(run[1]):
        assert (row["step"] is None) == row["passed"]


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]
