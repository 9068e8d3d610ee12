"""What the files of a generation were when it was written, so that a damaged one is known before it is read.

A flipped bit in a text would be quoted as the policy's, one in Chroma's files can take the process down.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256 as begin
from pathlib import Path
from typing import Any

from index.files import sha256, sha256_of

MANIFEST = "manifest.json"
SEAL = "seal"  # of a manifest: the sha256 of all else that it says
DATABASE = "chroma.sqlite3"  # Chroma's
OPENINGS = "acquire_write"  # its table that gets a row whenever Chroma opens it
SAVED = (
    "index_metadata.pickle"  # among Chroma's files of a graph; without it they are made anew at each opening
)
PATIENCE = 30.0  # seconds for which another process may write such a row


def sums_of(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a generation but its manifest, by its path in there; of Chroma's database that of its rows."""
    return {path.relative_to(folder).as_posix(): _sum_of(path) for path in sorted(_lasting(folder))}


def _lasting(folder: Path) -> Iterator[Path]:
    """The files that stay as they are, however often they are opened."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != MANIFEST:
            is_chromas = "chroma" in path.relative_to(folder).parts
            if not is_chromas or path.name == DATABASE or (path.parent / SAVED).exists():
                yield path


def _sum_of(path: Path) -> str:
    """Raises OSError or sqlite3.Error."""
    if path.name != DATABASE:
        return sha256_of(path)
    found = begin()
    address = f"{path.absolute().as_uri()}?mode=rw"  # ro could not read what a killed reader has left
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as database:
        database.text_factory = bytes
        tables = (  # a virtual one shows what lies in others
            "select name from sqlite_master where type = 'table' and name <> ? and sql not like '%virtual%' order by name"
        )
        for (name,) in database.execute("pragma quick_check").fetchall():
            found.update(name)
        for (name,) in database.execute(tables, (OPENINGS,)).fetchall():
            for row in database.execute(f'select * from "{name.decode()}"'):
                found.update(repr(row).encode())
    return found.hexdigest()


def first_damaged(folder: Path, sums: Mapping[str, str]) -> str:
    """The first file that is not what it was, "" where all are; of those that are not named nothing is known."""
    for name, wanted in sums.items():
        try:
            if _sum_of(folder / name) != wanted:
                return name
        except (OSError, ValueError, sqlite3.Error):
            return name
    return ""


def sealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says, with its seal."""
    return {**values, SEAL: _seal_of(values)}


def unsealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says, without its seal; ValueError where that is broken. Older ones have none."""
    bare = {name: value for name, value in values.items() if name != SEAL}
    if SEAL in values and values[SEAL] != _seal_of(bare):
        raise ValueError(SEAL)
    return bare


def _seal_of(values: Mapping[str, Any]) -> str:
    return sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"))
