"""A full disk, a folder that only may be read, a second process: a sentence each, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import build, verify_live
from index.pointer import read_pointer
from index.settings import IndexSettings
from index.store import open_index
from tests.commands import Command, run
from tests.index.conftest import CUSTOM
from tests.soak.conftest import Note, sample, times

NEWER = CUSTOM.replace("20家", "30家").replace("示范", "试点")
QUESTION = "到2025年示范企业要达到多少家？"
STEP = 50  # kB that each disk is larger than the one before
DISKS = 20


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """An index of one policy."""
    folder = tmp_path_factory.mktemp("disk") / "copy"
    settings = IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")
    settings.policy_dir.mkdir(parents=True)
    (settings.policy_dir / "custom.md").write_text(CUSTOM, "utf-8")
    build(settings)
    return settings


@contextmanager
def _disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own; skipped where nobody may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "soak", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a disk of a given size, where the machine lets it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _copied(sound: IndexSettings, disk: Path) -> IndexSettings:
    shutil.copytree(sound.policy_dir.parent, disk / "copy")
    return replace(sound, policy_dir=disk / "copy/policies", index_dir=disk / "copy/index")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("more", sample([STEP * number for number in range(DISKS)], short=1))
@pytest.mark.parametrize("act", ["add", "build"])
def test_a_full_disk_loses_nothing(
    sound: IndexSettings, tmp_path: Path, act: str, more: int, note: Note
) -> None:
    """From a disk with no room at all to one with room for nearly a generation."""
    used = sum(path.stat().st_size + 4096 for path in sound.policy_dir.parent.rglob("*"))
    newer = tmp_path / "newer.md"
    newer.write_text(NEWER, "utf-8")
    with _disk(tmp_path / "disk", f"{used // 1024 + 64 + more}k") as disk:
        settings = _copied(sound, disk)
        if act == "build":
            shutil.copy(newer, settings.policy_dir)
        policies, pointer = _files(settings.policy_dir), read_pointer(settings)
        status, said = run(tmp_path / "output", settings, "index", act, *[str(newer)][: act == "add"])
        note(f"disk full, {act}, {more} kB left", said.splitlines()[-1][:60])
        assert "Traceback" not in said
        if status:
            assert (status, said.splitlines()[-1][:6]) == (3, "写索引失败（")
            assert (_files(settings.policy_dir), read_pointer(settings)) == (policies, pointer)
        assert verify_live(settings)
        assert set(open_index(settings).policies) == {"custom"} | ({"newer"} if status == 0 else set())
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert run(tmp_path / "output", settings, "index", "add", str(newer))[0] == 0
        assert set(open_index(settings).policies) == {"custom", "newer"}


def test_a_folder_that_only_may_be_read_answers_and_says_why_it_does_not_change(
    sound: IndexSettings, tmp_path: Path, note: Note
) -> None:
    newer = tmp_path / "newer.md"
    newer.write_text(NEWER, "utf-8")
    with _disk(tmp_path / "disk", "64m") as disk:
        settings = _copied(sound, disk)
        before = _files(disk)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for command in (["build"], ["add", str(newer)], ["remove", "custom"]):
            status, said = run(tmp_path / "output", settings, "index", *command)
            assert status in (2, 3) and "Traceback" not in said, said
            assert said.count("\n") == 1
            note(f"read-only, {command[0]}", said.strip())
        status, said = run(tmp_path / "output", settings, "assistant", "ask", QUESTION, "--json")
        assert status == 0, said
        assert "20家" in json.loads(said[said.index("{") :])["text"].replace(" ", "")
        assert _files(disk) == before


def test_of_two_builders_at_once_one_publishes_and_one_is_told(
    sound: IndexSettings, tmp_path: Path, note: Note
) -> None:
    settings = _copied(sound, tmp_path)
    told, pairs = 0, times(30, short=1)
    for number in range(pairs):
        (settings.policy_dir / "custom.md").write_text(CUSTOM.replace("20家", f"{30 + number}家"), "utf-8")
        both = [Command(tmp_path / f"output{at}", settings, "index", "build") for at in range(2)]
        statuses = [command.wait() for command in both]
        said = [command.said() for command in both]
        assert set(statuses) <= {0, 1} and 0 in statuses
        for status, text in zip(statuses, said, strict=True):
            assert "Traceback" not in text
            assert ("另一个进程正在建索引" in text) == (status == 1)
        told += statuses.count(1)
        assert f"{30 + number}家" in open_index(settings).policies["custom"].source
    assert verify_live(settings)
    note("two builders at once", f"{pairs} pairs, {told} told to wait")
