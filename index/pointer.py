"""Which generation is live: ``current`` holds its id and that of the one before it, and is replaced in one step.

With a PostgreSQL database (DATABASE_URL) it is a row there (``index/shared.py``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from index import shared
from index.settings import IndexSettings
from index.sums import MANIFEST

POINTER = "current"


def generation_folder(settings: IndexSettings, generation: str) -> Path:
    """Where a generation lies, or this machine's copy of it."""
    return settings.index_dir / ("copies" if settings.shared else "generations") / generation


def read_pointer(settings: IndexSettings) -> dict[str, str]:
    """``current`` and ``previous`` generation; {} where nothing was published or the file is damaged.

    Raises StoreError where it lies in a database that is away.
    """
    if settings.shared:
        return shared.read_pointer(settings)
    try:
        data = json.loads((settings.index_dir / POINTER).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {key: value for key, value in data.items() if isinstance(value, str)}
        if isinstance(data, dict)
        else {}
    )


def write_pointer(settings: IndexSettings, current: str, previous: str) -> None:
    """Publish: replace the pointer in one step."""
    if settings.shared:
        shared.publish(settings, current, previous)
        return
    target = settings.index_dir / POINTER
    temporary = target.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"current": current, "previous": previous}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, target)
    folder = os.open(settings.index_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def candidates(settings: IndexSettings) -> Iterator[str]:
    """Generations that may be live, best first: the pointer's, then complete ones by age."""
    pointer = read_pointer(settings)
    seen = [pointer[key] for key in ("current", "previous") if key in pointer]
    yield from seen
    folder = settings.index_dir / "generations"
    if not settings.shared and folder.is_dir() and not pointer and (settings.index_dir / POINTER).exists():
        complete = [path.name for path in folder.iterdir() if (path / MANIFEST).exists()]
        yield from sorted(complete, reverse=True)
