"""What a generation was made from: a file that is written last, so that an incomplete one has none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index import shared
from index.errors import IndexDamagedError, IndexMismatchError, message
from index.pointer import generation_folder
from index.settings import IndexSettings
from index.sums import MANIFEST, sealed, unsealed

SCHEMA = 4  # of the files of a generation


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made from; written last, so that an incomplete one has none."""

    generation: str
    schema: int
    parser: int
    model: str
    created: str  # ISO time, UTC
    files: dict[str, str]  # name of a policy file -> sha256 of its bytes
    skipped: dict[str, str]  # the same for files that could not be read as a policy
    chunks: int
    sections: int
    clauses: int
    duties: int
    targets: int
    reader: int = 0  # version of what reads PDF, DOCX and HTML
    faults: dict[str, str] = field(default_factory=dict)  # of skipped documents: why they were
    sums: dict[str, str] = field(default_factory=dict)  # sha256 of each file of the generation


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation; IndexDamagedError where it is missing or unreadable.

    Of one of another schema it has schema, model and time; all else is empty.
    """
    return _parsed(folder.name, lambda: (folder / MANIFEST).read_text("utf-8"))


def manifest_of(settings: IndexSettings, generation: str) -> Manifest:
    """The same by a generation's id, from the database where it lies there; StoreError where that is away."""
    if settings.shared:
        return _parsed(generation, lambda: shared.read_manifest(settings, generation))
    return read_manifest(generation_folder(settings, generation))


def _parsed(generation: str, read: Callable[[], str]) -> Manifest:
    try:
        values = unsealed(json.loads(read()))
        if values["schema"] == SCHEMA:
            return Manifest(**values)
        empty: dict[str, Any] = {"generation": generation, "files": {}, "skipped": {}}
        empty |= dict.fromkeys(("parser", "chunks", "sections", "clauses", "duties", "targets"), 0)
        return Manifest(**empty, **{name: values[name] for name in ("schema", "model", "created")})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(message("damaged", reason=f"{generation}: {type(error).__name__}")) from error


def manifest_text(manifest: Manifest) -> str:
    """A manifest as JSON, with its seal."""
    return json.dumps(sealed(asdict(manifest)), ensure_ascii=False, indent=1)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest; the generation is complete with it."""
    (folder / MANIFEST).write_text(manifest_text(manifest), "utf-8")


def check_fits(settings: IndexSettings, manifest: Manifest) -> None:
    """IndexMismatchError for a generation of another schema or model."""
    if manifest.schema != SCHEMA:
        raise IndexMismatchError(message("other_schema", built=manifest.schema, wanted=SCHEMA))
    if manifest.model != settings.embedding_model:
        raise IndexMismatchError(
            message("other_model", built=manifest.model, wanted=settings.embedding_model)
        )
