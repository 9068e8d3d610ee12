"""The policy folder beside an index: the files that it does not hold as they are now, each with the reason."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from index.errors import NoPoliciesError, SourceError, message
from index.files import sha256
from index.formats.kinds import READ, refuse_content
from index.reader import decode, policy_files, read_bytes
from index.settings import IndexSettings
from index.store import Index


@dataclass(frozen=True, slots=True)
class Outside:
    """A file that an index does not hold: ``reason`` says why it cannot; "" where the next build takes it."""

    file: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between a folder and an index."""

    outside: tuple[Outside, ...]  # files that are not indexed
    changed: tuple[str, ...]  # files whose bytes are others than those that are indexed
    gone: tuple[str, ...]  # indexed files that are no longer there

    @property
    def is_due(self) -> bool:
        """Whether a build would change the index."""
        return bool(self.changed or self.gone) or any(not one.reason for one in self.outside)


def difference(index: Index) -> Difference:
    """How the policy folder differs from an index. Only files that are not indexed are read as texts.

    Of a shared index, whose policies may lie on another machine, an empty folder differs in nothing.
    """
    manifest, folder = index.manifest, index.settings.policy_dir
    try:
        files = policy_files(folder)
    except NoPoliciesError:
        files = []
    if index.settings.shared and not files:
        return Difference((), (), ())
    now = source_hashes(index.settings) if is_stale(index) else {**manifest.files, **manifest.skipped}
    outside = tuple(
        Outside(path.name, _reason(index, path, now.get(path.name, "")))
        for path in files
        if path.name not in manifest.files
    )
    there = {path.name for path in files}
    changed = tuple(n for n, key in manifest.files.items() if n in there and now.get(n, key) != key)
    gone = tuple(name for name in manifest.files if name not in there)
    return Difference(outside, changed, gone)


def _reason(index: Index, path: Path, key: str) -> str:
    """Why a file that is not indexed cannot be: as the build told it, or as reading it tells again."""
    manifest = index.manifest
    is_known = manifest.skipped.get(path.name) == key  # since the last build
    if is_known and path.name in manifest.faults:
        return manifest.faults[path.name]
    try:
        data = read_bytes(path)
        refuse_content(data, path.name, path.suffix)
        if path.suffix.lower() not in READ:
            decode(data, path.name)
    except SourceError as error:
        return str(error)
    other = next((name for name in manifest.files if Path(name).stem == path.stem), "")
    if other:
        return message("same_name", file=path.name, other=other)
    return ""


def source_hashes(settings: IndexSettings) -> dict[str, str]:
    """sha256 of each policy file that can be read as bytes; {} where the folder is missing or empty."""
    hashes = {}
    try:
        files = policy_files(settings.policy_dir)
    except NoPoliciesError:
        return {}
    for path in files:
        try:
            hashes[path.name] = sha256(read_bytes(path))
        except SourceError:
            continue
    return hashes


def is_stale(index: Index) -> bool:
    """Whether the policy folder holds other sources than the index was made from.

    Of a shared index, whose policies may lie on another machine, an empty folder says nothing. Hashes are read again
    only where a name, size or time of change differs from the last look.
    """
    look = _look(index.settings.policy_dir)
    if index.settings.shared and not look:
        return False
    seen = index.last_look
    if seen is None or seen[0] != look:
        made_from = {**index.manifest.files, **index.manifest.skipped}
        seen = (look, source_hashes(index.settings) != made_from)
        object.__setattr__(index, "last_look", seen)
    return seen[1]


def _look(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of change of each file; () where the folder cannot be read."""
    try:
        return tuple(
            sorted(
                (entry.name, entry.stat().st_size, entry.stat().st_mtime_ns)
                for entry in os.scandir(folder)
                if entry.is_file()
            )
        )
    except OSError:
        return ()
