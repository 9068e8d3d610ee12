"""One archive of what the program cannot make again: the policies, the live generation, what readers said.

A tar.gz whose first member, ``backup.json``, lists the sha256 and the size of every other file: ``policies/NAME``,
``generations/ID/…`` as in INDEX_DIR, and ``feedback.sqlite``. Made under the builder's lock while the app runs: a
published generation is not written again, and what SQLite writes is copied by its own online backup.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from index import generation as generations
from index.errors import ArchiveError, IndexMissingError, IndexWriteError, first_line, message
from index.files import sha256_of
from index.lock import one_builder
from index.pointer import POINTER, generation_folder
from index.reader import policy_files
from index.settings import FEEDBACK, IndexSettings
from index.store import open_index

FORMAT = 1  # of the archive
ABOUT = "backup.json"  # its first member
POLICIES = "policies"  # its folder of policies
PATIENCE = 30.0  # seconds for which the copy of a database waits until others have written
_GENERATION = re.compile(r"\w[\w-]*", re.ASCII)
_DATABASES = (".sqlite3",)  # Chroma's, into which readers write; nobody does into ours of a generation
_BESIDE = ("-wal", "-shm", "-journal")  # files of a database that is open, which its copy does not need


@dataclass(frozen=True, slots=True)
class About:
    """The first member of an archive: what the others are."""

    format: int
    created: str  # ISO time, UTC
    generation: str
    schema: int  # of that generation
    files: dict[str, str]  # path in the archive -> sha256
    sizes: dict[str, int]  # the same paths -> bytes

    def __post_init__(self) -> None:
        """Raises ValueError where it is of another format, or names a place outside the archive.

        It comes from a file that anybody may have written: no field need be of its type.
        """
        if self.format != FORMAT or not isinstance(self.files, dict) or not isinstance(self.sizes, dict):
            raise ValueError("format")
        if not isinstance(self.generation, str) or not _GENERATION.fullmatch(self.generation):
            raise ValueError("generation")
        if any(path.is_absolute() or ".." in path.parts for path in map(PurePosixPath, self.files)):
            raise ValueError("path")
        if self.sizes.keys() != self.files.keys():
            raise ValueError("sizes")
        if not all(type(size) is int and size >= 0 for size in self.sizes.values()):
            raise ValueError("sizes")

    @property
    def policies(self) -> int:
        """How many policy files there are."""
        return sum(name.startswith(f"{POLICIES}/") for name in self.files)

    @property
    def has_feedback(self) -> bool:
        """Whether what readers said is there."""
        return FEEDBACK in self.files


def backup(settings: IndexSettings, archive: Path) -> About:
    """Write an archive, whole or not at all, readable by its owner alone; it takes the place of a file of that name.

    Raises IndexMissingError, IndexDamagedError or IndexMismatchError where there is no index that can be read,
    NoPoliciesError, IndexBusyError while another process builds, ArchiveError where it cannot be made.
    """
    refuse_servers(settings)
    if not (settings.index_dir / POINTER).exists():
        raise IndexMissingError(message("missing"))
    with (
        failing("backup_failed", file=archive),
        one_builder(settings),
        TemporaryDirectory(dir=archive.absolute().parent, prefix=".backup-") as folder,
    ):
        stage, whole = Path(folder) / "stage", Path(folder) / "whole"
        stage.mkdir()
        about = _staged(settings, stage)
        _pack(stage, about, whole)
        os.replace(whole, archive)
    return about


@contextmanager
def failing(name: str, **values: object) -> Iterator[None]:
    """ArchiveError, with the sentence ``name``, for what disks and databases say."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(message(name, reason=first_line(error), **values)) from error


def refuse_servers(settings: IndexSettings) -> None:
    """ArchiveError where something lies in a server or a database, not in files of ours."""
    for name, value in (("DATABASE_URL", settings.database_url), ("CHROMA_URL", settings.chroma_url)):
        if value:
            raise ArchiveError(message("backup_servers", setting=name))


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite file, whoever reads or writes either of them; raises sqlite3.Error."""
    address = f"{source.absolute().as_uri()}?mode=rw"  # ro could not read what a killed writer has left
    with (
        closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as read,
        closing(sqlite3.connect(target, timeout=PATIENCE)) as written,
    ):
        read.backup(written)


def _staged(settings: IndexSettings, stage: Path) -> About:
    """Copy everything, and check that the copy can be read."""
    copied = replace(settings, index_dir=stage)
    index = open_index(settings)
    generation = index.manifest.generation
    try:
        _copy(index.folder, generation_folder(copied, generation))
    finally:
        index.close()
    try:
        generations.verify(copied, generation)
    except IndexWriteError as error:
        raise ArchiveError(message("backup_unsound", generation=generation)) from error
    (stage / POLICIES).mkdir()
    for path in policy_files(settings.policy_dir):
        if not any(
            "\ud800" <= character <= "\udfff" for character in path.name
        ):  # else no text, and no policy
            shutil.copyfile(path, stage / POLICIES / path.name)
    if (settings.index_dir / FEEDBACK).exists():
        copy_database(settings.index_dir / FEEDBACK, stage / FEEDBACK)
    paths = {path.relative_to(stage).as_posix(): path for path in _content(stage) if path.is_file()}
    return About(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        generation=generation,
        schema=index.manifest.schema,
        files={name: sha256_of(path) for name, path in paths.items()},
        sizes={name: path.stat().st_size for name, path in paths.items()},
    )


def _content(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def _copy(source: Path, target: Path) -> None:
    """A copy of a generation that another process may have open."""
    target.mkdir(parents=True)
    for path in _content(source):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir()
        elif path.suffix in _DATABASES:
            copy_database(path, copy)
        elif not path.name.endswith(_BESIDE):
            shutil.copyfile(path, copy)


def _pack(stage: Path, about: About, archive: Path) -> None:
    content = _content(stage)
    (stage / ABOUT).write_text(json.dumps(asdict(about), ensure_ascii=False, indent=1), "utf-8")
    with open(archive, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.PAX_FORMAT) as packed:
            for path in (stage / ABOUT, *content):
                packed.add(path, path.relative_to(stage).as_posix(), recursive=False, filter=_nobodys)
        file.flush()
        os.fsync(file.fileno())


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without its owner, who is somebody else on another machine."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
