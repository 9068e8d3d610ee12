"""Add policies to the folder and take them out of it, with the index brought up to date at once.

The folder is the truth: what is added is copied into it, what is removed or replaced is moved aside, into a hidden
folder beside the rest. Where no index can be published, the folder is as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from langchain_core.embeddings import Embeddings

from index.build import BuildReport, build_locked
from index.errors import IndexWriteError, NoPoliciesError, SourceError, message
from index.files import sha256, sha256_of
from index.formats.extraction import Extractor
from index.lock import one_builder
from index.policy import Policy
from index.reader import policy_files, read_bytes
from index.settings import IndexSettings
from index.sources import Known, read_policy
from index.steps import Progress, Step

ASIDE = ".removed"  # a folder inside POLICY_DIR, which the index does not read
HALF = ".new"  # how the hidden name of a file ends while it is copied


@dataclass(frozen=True, slots=True)
class Found:
    """What a file that was added holds."""

    file: str
    title: str
    sections: int
    clauses: int  # that say who does what
    duties: int
    targets: int


@dataclass(frozen=True, slots=True)
class Change:
    """What adding or removing did; names are those of files."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]  # files that were moved aside for an added one of the same name
    removed: tuple[str, ...]
    known: tuple[tuple[str, str], ...]  # (file, file of the same content that is there already)
    problems: tuple[str, ...]  # one sentence for each file that is no policy
    report: BuildReport | None  # None where nothing changed
    found: tuple[Found, ...] = ()  # of each added file
    moved: tuple[tuple[str, str], ...] = ()  # (file, where in the folder it lies now) of those moved aside


def add(
    settings: IndexSettings,
    files: Sequence[Path],
    progress: Progress = lambda _: None,
    embedder: Embeddings | None = None,
) -> Change:
    """Copy files into the policy folder and publish an index with them.

    A file that holds no policy is left out and explained, one of the same content as a file of the folder too; one
    of the same name takes its place. Raises IndexBusyError, IndexWriteError or ModelError; then nothing has changed.
    """
    with one_builder(settings):
        try:
            settings.policy_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexWriteError(message("write_failed", reason=error.strerror)) from error
        folder = _Folder(settings.policy_dir)
        added, replaced, known, problems, found = [], [], [], [], []
        fresh: dict[tuple[str, str], Policy] = {}
        with folder.undone_on_error():
            with Extractor() as extractor:
                for number, path in enumerate(files):
                    progress(Step("file", {"file": path.name}, number, len(files)))
                    try:
                        data = read_bytes(path)
                        key = sha256(data)
                        same = next((name for name, other in folder.names.items() if other == key), None)
                        if same:
                            known.append((path.name, same))
                            continue
                        policy = read_policy(path, data, key, extractor, Known(), {})
                    except SourceError as error:
                        problems.append(str(error))
                        continue
                    replaced += folder.put(path.name, data, key)
                    added.append(path.name)
                    fresh[path.name, key] = policy
                    found.append(_found(path.name, policy))
            report = build_locked(settings, progress, embedder, fresh, replaced) if added or known else None
        if report and not added and report.unchanged:
            report = None
        return Change(
            tuple(added),
            tuple(replaced),
            (),
            tuple(known),
            tuple(problems),
            report,
            tuple(found),
            folder.moved,
        )


def _found(file: str, policy: Policy) -> Found:
    clauses = len({duty.clause for duty in policy.duties})
    return Found(file, policy.title, len(policy.sections), clauses, len(policy.duties), len(policy.targets))


def remove(
    settings: IndexSettings,
    policies: Sequence[str],
    progress: Progress = lambda _: None,
    embedder: Embeddings | None = None,
) -> Change:
    """Move the files of these policies aside and publish an index without them; names of files are taken too.

    Raises NoPoliciesError where one is not there or none would be left, IndexBusyError or IndexWriteError; then
    nothing has changed.
    """
    with one_builder(settings):
        folder = _Folder(settings.policy_dir)
        names = list(dict.fromkeys(folder.name_of(policy) for policy in policies))
        if len(names) == len(folder.names):
            raise NoPoliciesError(message("last_policy"))
        with folder.undone_on_error():
            for name in names:
                folder.take_out(name)
            report = build_locked(settings, progress, embedder, taken_out=names) if names else None
        return Change((), (), tuple(names), (), (), report, moved=folder.moved)


@contextmanager
def taken_over(settings: IndexSettings, source: Path) -> Iterator[None]:
    """The policy folder holds the files of another one while the block runs and afterwards.

    What differs or is not there is moved aside; where the block fails, the folder is as it was. For who holds the
    lock of ``one_builder``. Raises NoPoliciesError or IndexWriteError.
    """
    files = policy_files(source)
    settings.policy_dir.mkdir(parents=True, exist_ok=True)
    folder = _Folder(settings.policy_dir)
    with folder.undone_on_error():
        for name in folder.names.keys() - {path.name for path in files}:
            folder.take_out(name)
        for path in files:
            data = path.read_bytes()
            if folder.names.get(path.name) != (key := sha256(data)):
                folder.put(path.name, data, key)
        yield


class _Folder:
    """The policy folder while it is changed: every step can be taken back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: list[tuple[Path, Path | None]] = []  # (file put in or taken out, where it was moved to)
        for left in path.glob(f".*{HALF}"):  # by one that was killed
            left.unlink(missing_ok=True)
        self.names: dict[str, str] = {}  # sha256 of each file
        with suppress(NoPoliciesError):
            for file in policy_files(path):
                with suppress(OSError):
                    self.names[file.name] = sha256_of(file)

    @property
    def moved(self) -> tuple[tuple[str, str], ...]:
        """The files that were moved aside, each with where it lies now, seen from the folder."""
        return tuple(
            (path.name, str(moved.relative_to(self._path))) for path, moved in self._done if moved is not None
        )

    def name_of(self, policy: str) -> str:
        """The file of a policy's id, or of this name; NoPoliciesError where there is none."""
        for name in self.names:
            if policy in (name, Path(name).stem):
                return name
        raise NoPoliciesError(
            message(
                "unknown_policy",
                policy=policy,
                known="、".join(sorted(Path(n).stem for n in self.names)),
            )
        )

    def put(self, name: str, data: bytes, key: str) -> list[str]:
        """Write a file; those of the same id are moved aside and returned. At no moment is neither of them there."""
        same = [other for other in self.names if Path(other).stem == Path(name).stem]
        target = self._path / name
        temporary = self._path / f".{name}{HALF}"
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if name in same:
                aside = self._aside(name)
                os.link(target, aside)
                self._done.append((target, aside))
            os.replace(temporary, target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise IndexWriteError(message("write_failed", reason=error.strerror)) from error
        if name not in same:
            self._done.append((target, None))
        self.names[name] = key
        for other in same:
            if other != name:
                self.take_out(other)
        return same

    def take_out(self, name: str) -> None:
        """Move a file aside, under a name that is free there."""
        try:
            target = self._aside(name)
            os.replace(self._path / name, target)
        except OSError as error:
            raise IndexWriteError(message("write_failed", reason=error.strerror)) from error
        self._done.append((self._path / name, target))
        del self.names[name]

    def _aside(self, name: str) -> Path:
        """A free name in the folder of what was taken out."""
        aside = self._path / ASIDE
        aside.mkdir(exist_ok=True)
        target, number = aside / name, 1
        while target.exists():
            number += 1
            target = aside / f"{Path(name).stem}-{number}{Path(name).suffix}"
        return target

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """The folder is put back as it was where the block fails."""
        try:
            yield
        except BaseException:
            self._take_back()
            raise

    def _take_back(self) -> None:
        """Undo what was done, the last first."""
        for path, moved in reversed(self._done):
            if moved is None:
                path.unlink(missing_ok=True)
            else:
                os.replace(moved, path)
        self._done.clear()
