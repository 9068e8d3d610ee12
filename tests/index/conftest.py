"""The real index of ``data/policies``, built once a session, and small policies written by the tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from index.build import build
from index.facts import annotate
from index.parser import parse
from index.pointer import generation_folder, read_pointer
from index.policy import Policy
from index.settings import IndexSettings
from tests.conftest import made_once

ROOT = Path(__file__).resolve().parents[2]
PLAN = "hanzhong-2024-11"

# No timing assertions: a slow machine is no fault of the code under test.
settings.register_profile("index", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("index")

CUSTOM = """某市人民政府办公室关于加快示范产业发展的通知

各县（区）人民政府，市政府各部门：

一、主要任务

（一）壮大示范产业。到2025年，示范企业达到20家以上（市财政局牵头，市商务局配合）。

（二）建设示范园区。每年新增园区不少于3个（市自然资源局负责）。
"""


@dataclass(frozen=True)
class Done:
    """Exit status and both outputs of ``python -m index``."""

    status: int
    out: str
    error: str


def environment(index: IndexSettings) -> dict[str, str]:
    """Environment of a process of the index: its settings, and this repository on the path."""
    return {
        **os.environ,
        "POLICY_DIR": str(index.policy_dir),
        "INDEX_DIR": str(index.index_dir),
        "EMBEDDING_MODEL": index.embedding_model,
        "CHROMA_URL": index.chroma_url,
        "DATABASE_URL": index.database_url,
        "PYTHONPATH": str(ROOT),
    }


def run_index(index: IndexSettings, *arguments: str) -> Done:
    """Run ``python -m index`` to its end, in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "index", *arguments],
        env=environment(index),
        cwd=index.policy_dir.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Done(result.returncode, result.stdout, result.stderr)


@pytest.fixture(scope="session")
def hanzhong() -> Policy:
    """The Hanzhong plan, parsed, with its facts."""
    source = (ROOT / "data" / "policies" / f"{PLAN}.md").read_bytes().decode("utf-8")
    return annotate(parse(source, PLAN))


@pytest.fixture(scope="session")
def _small(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    def make(folder: Path) -> None:
        index = _in(folder)
        index.policy_dir.mkdir()
        (index.policy_dir / "custom.md").write_text(CUSTOM, "utf-8")
        (index.policy_dir / "other.txt").write_text("第一条 为了规范管理，制定本办法。\n", "utf-8")
        build(index)

    return _in(made_once(tmp_path_factory, "small", make))


@pytest.fixture(scope="session")
def _two(_small: IndexSettings, tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    def make(folder: Path) -> None:
        index = copied(_small, folder)
        (index.policy_dir / "other.txt").unlink()
        build(index)

    return _in(made_once(tmp_path_factory, "two", make) / "copy")


def _in(folder: Path) -> IndexSettings:
    return IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")


def copied(index: IndexSettings, folder: Path) -> IndexSettings:
    """Settings of a copy of policies and index."""
    shutil.copytree(index.policy_dir.parent, folder / "copy")
    return replace(index, policy_dir=folder / "copy" / "policies", index_dir=folder / "copy" / "index")


def older(index: IndexSettings) -> str:
    """Make the live generation one of schema 2, which had fewer fields; returns its id."""
    folder = generation_folder(index, read_pointer(index)["current"])
    values = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name in ("clauses", "reader", "faults", "sums", "seal"):
        del values[name]
    (folder / "manifest.json").write_text(json.dumps(values | {"schema": 2}), "utf-8")
    return folder.name


def untouched(place: IndexSettings) -> bool:
    """Whether neither a policy, nor an index, nor anything that was unpacked is there."""
    left = [path.name for path in place.index_dir.iterdir()] if place.index_dir.exists() else []
    return set(left) <= {"builder.lock"} and not (
        place.policy_dir.exists() and any(place.policy_dir.iterdir())
    )


@pytest.fixture
def empty(tmp_path: Path) -> IndexSettings:
    """A place where nothing is yet."""
    return IndexSettings(policy_dir=tmp_path / "there" / "policies", index_dir=tmp_path / "there" / "index")


@pytest.fixture
def small(_small: IndexSettings, tmp_path: Path, elsewhere: dict[str, Any]) -> IndexSettings:
    """An index of two small policies, custom.md and other.txt, to break or to build again."""
    return moved(copied(_small, tmp_path), elsewhere)


@pytest.fixture
def two(
    _two: IndexSettings, _small: IndexSettings, tmp_path: Path, elsewhere: dict[str, Any]
) -> IndexSettings:
    """The same index after other.txt was removed: a live generation and the one before it."""
    if not elsewhere:
        return copied(_two, tmp_path)
    index = moved(copied(_small, tmp_path), elsewhere)
    (index.policy_dir / "other.txt").unlink()
    build(index)
    return index


def moved(index: IndexSettings, elsewhere: dict[str, Any]) -> IndexSettings:
    """The same index in servers, where these are given."""
    if not elsewhere:
        return index
    shutil.rmtree(index.index_dir)
    index = replace(index, **elsewhere)
    build(index)
    return index


@pytest.fixture(scope="session")
def read() -> Callable[[str], Policy]:
    """Text to a policy with its facts."""
    return lambda source: annotate(parse(source, "test"))
