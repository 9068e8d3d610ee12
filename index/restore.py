"""Put an archive of ``index.backup`` back: unpack, check, verify, then policies and index at once."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index import generation as generations
from index import library
from index.backup import ABOUT, POLICIES, About, copy_database, failing, refuse_servers
from index.errors import ArchiveError, IndexWriteError, NoPoliciesError, OccupiedError, first_line, message
from index.files import sha256_of
from index.lock import one_builder
from index.manifest import SCHEMA
from index.pointer import POINTER, generation_folder, read_pointer, write_pointer
from index.reader import policy_files
from index.settings import FEEDBACK, IndexSettings

STAGE = ".restore-"  # how the folder in INDEX_DIR begins in which an archive is unpacked
LARGEST_ABOUT = 64 * 1024 * 1024  # bytes of the list of files


def restore(settings: IndexSettings, archive: Path, *, replacing: bool = False) -> About:
    """Put policies, generation and what readers said in their places; the generation is published last.

    Without ``replacing``, only where nothing else is. With it, policies that the archive has not are moved aside, a
    running app takes over the generation, and what readers said since is lost. A generation of another schema cannot be
    checked here and stays out: the next build makes one from the policies.
    Raises ArchiveError, OccupiedError, NoPoliciesError, IndexBusyError or IndexWriteError; then policies, index and what
    readers said are as they were.
    """
    refuse_servers(settings)
    with one_builder(settings), failing("restore_failed"):
        for left in settings.index_dir.glob(f"{STAGE}*"):  # by one that was killed
            shutil.rmtree(left)
        with TemporaryDirectory(dir=settings.index_dir, prefix=STAGE) as folder:
            stage = Path(folder)
            about = _unpacked(archive, stage)
            occupied = None if replacing else _occupied(settings, about)
            if occupied:
                aside = settings.policy_dir / library.ASIDE
                raise OccupiedError(message("backup_occupied", place=occupied, aside=aside))
            if about.schema == SCHEMA:
                generations.verify(replace(settings, index_dir=stage), about.generation)
            with library.taken_over(settings, stage / POLICIES):
                if about.schema == SCHEMA:
                    _publish(settings, stage, about.generation)
                else:
                    with _said_anew(settings, stage):
                        pass
    return about


def _unpacked(archive: Path, stage: Path) -> About:
    """Unpack what the list names and nothing else, and compare every file with it."""
    try:
        with tarfile.open(archive, "r:gz") as packed:
            about = _read_about(packed, archive)
            _refuse_too_large(about, archive, stage)
            left = dict(about.sizes)  # a file comes once
            for member in packed:
                if member.offset == 0:  # the list itself
                    continue
                if not member.isdir():
                    if not member.isreg() or member.name not in left:
                        raise ArchiveError(message("backup_foreign", file=archive, member=member.name))
                    if member.size != left.pop(member.name):
                        raise ArchiveError(message("backup_changed", file=archive, member=member.name))
                _unpack(packed, member, archive, stage)
    except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error) as error:  # ValueError: odd headers
        raise ArchiveError(message("backup_unreadable", file=archive, reason=first_line(error))) from error
    for name, digest in about.files.items():
        if not (stage / name).is_file() or sha256_of(stage / name) != digest:
            raise ArchiveError(message("backup_changed", file=archive, member=name))
    return about


def _unpack(packed: tarfile.TarFile, member: tarfile.TarInfo, archive: Path, stage: Path) -> None:
    """Write a folder or a file below ``stage``; of what else the archive says of it, only who may read it counts."""
    target = (stage / member.name).resolve()
    if not target.is_relative_to(stage.resolve()):
        raise ArchiveError(message("backup_leaves", file=archive, member=member.name))
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source = packed.extractfile(member)
    assert source
    with source, target.open("xb") as file:
        shutil.copyfileobj(source, file)
    target.chmod(member.mode & 0o644 | 0o600)


def _read_about(packed: tarfile.TarFile, archive: Path) -> About:
    first = packed.next()
    is_list = first and first.isreg() and first.name == ABOUT and first.size <= LARGEST_ABOUT
    file = packed.extractfile(first) if first and is_list else None
    try:
        values: Any = json.loads(file.read()) if file else None
        return About(**values)
    except (ValueError, TypeError, RecursionError) as error:
        raise ArchiveError(message("backup_no_backup", file=archive)) from error


def _refuse_too_large(about: About, archive: Path, stage: Path) -> None:
    """ArchiveError where the disk has no room for what the list says; no member may be larger than that."""
    size, free = sum(about.sizes.values()), shutil.disk_usage(stage).free
    if size > free:
        sizes = {"size": size // 10**6, "free": free // 10**6}
        raise ArchiveError(message("backup_too_large", file=archive, **sizes))


def _occupied(settings: IndexSettings, about: About) -> Path | None:
    """What would be replaced; a policy that is the same file would not."""
    if (settings.index_dir / POINTER).exists() or generation_folder(settings, about.generation).exists():
        return settings.index_dir
    if about.has_feedback and (settings.index_dir / FEEDBACK).exists():
        return settings.index_dir / FEEDBACK
    with suppress(NoPoliciesError):
        for path in policy_files(settings.policy_dir):
            if about.files.get(f"{POLICIES}/{path.name}") != sha256_of(path):
                return path
    return None


def _publish(settings: IndexSettings, stage: Path, generation: str) -> None:
    """The generation and what readers said take their places; the pointer comes last."""
    target = generation_folder(settings, generation)
    free = _cleared(settings, generation)
    try:
        if free:
            target.parent.mkdir(exist_ok=True)
            os.replace(generation_folder(replace(settings, index_dir=stage), generation), target)
            generations.sync(target)
        with _said_anew(settings, stage):
            before = read_pointer(settings).get("current", "")
            write_pointer(settings, generation, before if before != generation else "")
    except BaseException:
        if free:
            shutil.rmtree(target, ignore_errors=True)
        raise


@contextmanager
def _said_anew(settings: IndexSettings, stage: Path) -> Iterator[None]:
    """What readers said is that of the archive while the block runs and afterwards; as before where the block fails."""
    restored, live, kept = stage / FEEDBACK, settings.index_dir / FEEDBACK, stage / f"kept-{FEEDBACK}"
    if not restored.exists():
        yield
        return
    was_there, replaced = live.exists(), False
    if was_there:
        copy_database(live, kept)
    try:
        copy_database(restored, live)  # one transaction of SQLite: where it fails, nothing has changed
        replaced = True
        yield
    except BaseException:
        if not was_there:
            live.unlink(missing_ok=True)
        elif replaced:
            copy_database(kept, live)
        raise


def _cleared(settings: IndexSettings, generation: str) -> bool:
    """Whether the place of a generation is free; one that is there and sound stays, for it is the same."""
    if not generation_folder(settings, generation).exists():
        return True
    with suppress(IndexWriteError):
        generations.verify(settings, generation)
        return False
    if not generations.remove_unread(settings, generation):
        raise ArchiveError(message("backup_in_use", generation=generation))
    return True
