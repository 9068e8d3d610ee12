"""Runs kept beside an index: one at a time, with progress, cancelled at any case, bounded in number.

A run is what ``python -m eval run --out`` leaves. It asks the assistant that is served, or, where that has other
policies too, one on an index of the policy alone, as the command does.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from eval.cases import Case, faults, parse
from eval.results import Info, ResultError, read_info
from eval.run import FOLDERS, describe, finish, groups, records, resumed
from eval.systems import AssistantSystem, System, indexed
from index.sources import read_text

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant

KEPT = 20  # runs; the oldest are removed
MOST_CASES = 1000  # of one file
_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


class BusyError(Exception):
    """Another run is under way on this index."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; ``name`` is that of its folder once it is finished."""

    policy: str
    done: int
    total: int
    passed: int
    name: str = ""

    @property
    def news(self) -> bool:
        """Whether there is something to show: nothing or everything is done, or another whole per cent of the cases."""
        if self.done in (0, self.total):
            return True
        return self.done * 100 // self.total > (self.done - 1) * 100 // self.total


@dataclass(frozen=True, slots=True)
class Checked:
    """A file of cases: the cases, or for each bad line its number and a sentence."""

    cases: tuple[Case, ...]
    bad: tuple[tuple[int, str], ...]


def check_text(text: str, assistant: PolicyAssistant, split: str = "", language: str = "en") -> Checked:
    """The cases of a file's text, checked against the policies that are indexed, else against the evaluation's own."""
    read = parse(text, split, language)
    cases = [case for _, case in read.cases]
    own = {path.stem: path for folder in FOLDERS for path in sorted(folder.glob("*.*"))}

    def source(policy: str) -> str | None:  # a name is looked up, never joined to a path
        if policy in assistant.index.policies:
            return assistant.index.policies[policy].source
        return read_text(own[policy]) if policy in own else None

    found = ((read.cases[at][0], sentence) for at, sentence in faults(cases, source, language))
    return Checked(tuple(cases), tuple(sorted((*read.bad, *found))))


def folder_of(assistant: PolicyAssistant) -> Path:
    """Where the runs on an index are kept."""
    return assistant.index.settings.index_dir / "runs"


def kept(folder: Path) -> list[tuple[str, Info]]:
    """Name and description of each finished run, newest first."""
    found = []
    names = sorted((path.name for path in folder.glob("*") if _NAME.fullmatch(path.name)), reverse=True)
    for name in names:
        try:
            info = read_info(folder / name)
        except ResultError:
            continue
        if info.seconds is not None:
            found.append((name, info))
    return found


def folder_of_run(folder: Path, name: object) -> Path | None:
    """The folder of a finished run; None for any other name."""
    return next((folder / one for one, _ in kept(folder) if one == name), None)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The only run on the index; raises BusyError. An OS lock, so that it holds for other processes too."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "run.lock", timeout=0, thread_local=False)  # a stream goes from thread to thread
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError from error
    try:
        yield
    finally:
        lock.release()


def perform(
    assistant: PolicyAssistant,
    cases: Sequence[Case],
    title: str,
    *,
    with_model: bool = False,
    stop: Event,
) -> Generator[Progress]:
    """Ask every case and keep the run; the last Progress names it. ``stop`` ends it, and nothing is kept.

    Raises BusyError where another run is under way, OSError where the folder cannot be written.
    """
    runs = folder_of(assistant)
    with _alone(runs):
        _remove(runs, {name for name, _ in kept(runs)[: KEPT - 1]})
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        whole = False
        try:
            with closing(_performed(assistant, cases, title, runs / name, with_model, stop)) as steps:
                for progress in steps:
                    if stop.is_set():
                        return
                    whole = bool(progress.name)
                    yield progress
        finally:
            if not whole:
                shutil.rmtree(runs / name, ignore_errors=True)


def _remove(runs: Path, names: set[str]) -> None:
    """Remove every run but these, also what a killed one has left."""
    for path in runs.iterdir():
        if path.is_dir() and path.name not in names:
            shutil.rmtree(path, ignore_errors=True)


def _performed(
    assistant: PolicyAssistant,
    cases: Sequence[Case],
    title: str,
    out: Path,
    with_model: bool,
    stop: Event,
) -> Generator[Progress]:
    writes = assistant.writes if with_model else "none"
    llm = {"remote": "openai"}.get(writes, writes)
    embedding = assistant.index.settings.embedding_model
    splits = {case.split for case in cases}
    split = splits.pop() if len(splits) == 1 else ""
    about = describe(cases, [title], split=split, llm=llm, embedding=embedding)
    resumed(out, about)
    started, rows = time.perf_counter(), list[dict[str, Any]]()
    with (
        tempfile.TemporaryDirectory(prefix="eval-") as temporary,
        _systems(assistant, Path(temporary), llm != "none", stop) as (folders, opened),
        closing(records(groups(cases, folders, together=False), opened, llm=llm, out=out)) as found,
    ):
        for policy, row in found:
            if row:
                rows.append(row)
            yield Progress(policy, len(rows), len(cases), sum(one["passed"] for one in rows))
    finish(about, rows, time.perf_counter() - started, out)
    yield Progress("", len(rows), len(cases), sum(row["passed"] for row in rows), out.name)


@contextmanager
def _systems(
    assistant: PolicyAssistant, temporary: Path, with_model: bool, stop: Event
) -> Iterator[tuple[list[Path], Callable[[str, Sequence[Path]], System]]]:
    """Folders that hold the policies, those that are indexed first, and what opens a system on one of them."""
    from assistant.chain import PolicyAssistant
    from assistant.model_composer import ModelComposer
    from index.store import Index

    sources = temporary / "sources"
    sources.mkdir()
    for policy in assistant.index.policies.values():
        (sources / f"{policy.id}.md").write_text(policy.source, "utf-8", newline="")
    model = assistant.composer.model if assistant.composer and with_model else None
    made: list[Index] = []

    def opened(name: str, files: Sequence[Path]) -> System:
        index, retriever = assistant.index, assistant.retriever
        if set(index.policies) != {name}:
            own = indexed(files, temporary / name, embedding=index.settings.embedding_model)
            index, retriever = own.index, own.retriever
            made.append(index)
        composer = ModelComposer(model, index) if model else None
        return AssistantSystem(PolicyAssistant(index, retriever, assistant.today, composer), stop)

    try:
        yield [sources, *FOLDERS], opened
    finally:
        for index in made:
            index.close()
