"""A change in a process beside: what it tells, and that nothing of it stays where it is cancelled, refused or killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import pytest

from index.beside import Changing
from index.build import _known, build, verify_live
from index.errors import CancelledError, IndexBusyError, PolicyIndexError, message
from index.folder import Outside, difference
from index.lock import one_builder
from index.pointer import read_pointer
from index.settings import IndexSettings
from index.sources import read_sources
from index.steps import Step
from index.store import open_index
from tests.index.conftest import CUSTOM
from tests.index.test_library import THIRD, folder


@pytest.fixture
def third(tmp_path: Path) -> Path:
    path = tmp_path / "third.txt"
    path.write_text(THIRD, "utf-8")
    return path


def _until(changing: Changing, name: str) -> Iterator[Step]:
    """The steps of a change, which stands at one of a name; the rest is for who goes on."""
    steps = changing.steps()
    assert any(step.name == name for step in steps)
    return steps


def test_a_change_tells_its_steps_and_what_was_done(
    small: IndexSettings, third: Path, tmp_path: Path
) -> None:
    again, image = tmp_path / "again.md", tmp_path / "<img src=x>.png"
    again.write_text(CUSTOM, "utf-8")
    image.write_bytes(b"\x89PNG")
    changing = Changing(small, "add", [str(third), str(again), str(image)])
    steps = list(changing.steps())
    assert [(step.name, step.done, step.total) for step in steps if step.name == "file"] == [
        ("file", number, 3) for number in range(3)
    ]
    assert [step.name for step in steps if step.name in ("read", "write", "verify")] == [
        "read",
        "write",
        "verify",
    ]
    assert {step.total for step in steps if step.name == "embed"} - {0}
    change = changing.change
    assert change and change.added == ("third.txt",) and change.known == (("again.md", "custom.md"),)
    assert change.problems == (message("image", file=image.name),)
    (found,) = change.found
    assert (
        (found.file, found.clauses, found.targets) == ("third.txt", 1, 0) and found.duties and found.sections
    )
    assert change.report and change.report.generation == read_pointer(small)["current"]


def test_a_change_that_is_cancelled_leaves_nothing(small: IndexSettings, third: Path) -> None:
    before, pointer = folder(small), read_pointer(small)
    changing = Changing(small, "add", [str(third)])
    steps = _until(changing, "read")  # the file lies in the folder
    changing.cancel()
    with pytest.raises(CancelledError):
        list(steps)
    assert (folder(small), read_pointer(small)) == (before, pointer)
    verify_live(small)
    changing = Changing(small, "remove", ["other.txt"])
    changing.cancel()  # before it has begun
    with pytest.raises(CancelledError):
        list(changing.steps())
    assert folder(small) == before


@pytest.mark.parametrize("names", [1, 100_000])  # more than a pipe holds
def test_a_change_that_is_cancelled_as_its_process_starts_is_no_failure(
    small: IndexSettings, names: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = Changing(small, "remove", ["other.txt"] * names)
    started = changing._started

    def start(said: TextIO) -> subprocess.Popen[str]:
        process = started(said)
        changing.cancel()
        return process

    monkeypatch.setattr(changing, "_started", start)
    before = folder(small)
    with pytest.raises(CancelledError):
        list(changing.steps())
    assert folder(small) == before


def test_a_change_that_is_killed_is_made_good_by_the_next_build(
    small: IndexSettings, third: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.beside.NICE", 2)
    pointer = read_pointer(small)
    changing = Changing(small, "add", [str(third)])
    steps = _until(changing, "read")
    assert changing._process
    ours, its = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, changing._process.pid))
    assert its == ours + 2  # it stands behind the answers
    os.kill(changing._process.pid, signal.SIGKILL)
    with pytest.raises(PolicyIndexError, match=message("builder_died")):
        list(steps)
    assert read_pointer(small) == pointer and verify_live(small) == pointer["current"]
    index = open_index(small)
    assert difference(index).outside == (Outside("third.txt"),) and difference(index).is_due
    index.close()
    build(small)
    assert set(open_index(small).policies) == {"custom", "other", "third"}
    assert not difference(open_index(small)).is_due


def test_a_change_beside_another_build_says_who_holds_it(small: IndexSettings, third: Path) -> None:
    before = folder(small)
    with one_builder(small), pytest.raises(IndexBusyError, match=str(os.getpid())):
        list(Changing(small, "add", [str(third)]).steps())
    assert folder(small) == before


def test_a_build_tells_each_file_that_it_reads(small: IndexSettings, third: Path) -> None:
    (small.policy_dir / third.name).write_text(THIRD, "utf-8")
    live = open_index(small)
    steps: list[Step] = []
    read_sources(small, steps.append, _known(live))
    live.close()
    assert [(step.name, step.values.get("file")) for step in steps] == [("file", "third.txt"), ("read", None)]
    assert (steps[0].done, steps[0].total) == (2, 3)


def test_each_file_that_is_not_indexed_has_its_reason(small: IndexSettings) -> None:
    live = open_index(small)
    assert difference(live) == difference(live) and not difference(live).is_due
    bad = {"旧版.doc": b"x", "照片.jpg": b"\xff\xd8\xff", "空.txt": b"", "二进制.txt": bytes(range(256)) * 9}
    for name, data in bad.items():
        (small.policy_dir / name).write_bytes(data)
    (small.policy_dir / "third.txt").write_text(THIRD, "utf-8")
    (small.policy_dir / "custom.txt").write_text(THIRD, "utf-8")  # custom.md is indexed
    (small.policy_dir / "custom.md").write_text(CUSTOM + "附则\n", "utf-8")
    (small.policy_dir / "other.txt").unlink()
    found = difference(live)
    told = {one.file: one.reason for one in found.outside}
    assert told.pop("third.txt") == ""
    assert told.pop("custom.txt") == message("same_name", file="custom.txt", other="custom.md")
    assert told.keys() == bad.keys() and all(name in reason for name, reason in told.items())
    assert (found.changed, found.gone) == (("custom.md",), ("other.txt",))


def test_an_empty_folder_of_a_shared_index_differs_in_nothing(small: IndexSettings, tmp_path: Path) -> None:
    live = open_index(small)
    there = replace(small, policy_dir=tmp_path / "nothing")
    assert difference(replace(live, settings=there)).gone == ("custom.md", "other.txt")
    shared = replace(there, database_url="postgresql://policy.test/policy")
    assert not difference(replace(live, settings=shared)).is_due
    live.close()
