"""What the live generation knows of documents, so that a build reads only the new ones."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from index import ledger
from index.errors import StoreError
from index.formats.kinds import READ
from index.formats.text import READER_VERSION, Extracted
from index.settings import IndexSettings
from index.sources import Known
from index.store import SCHEMA, Manifest, database_url, generation_folder


def known_texts(settings: IndexSettings, live: Manifest | None) -> Known:
    """Texts and faults of the documents of a generation; nothing where another reader made it or it cannot be read."""
    if live is None or (live.reader, live.schema) != (READER_VERSION, SCHEMA):
        return Known()
    faults = {(name, live.skipped[name]): told for name, told in live.faults.items() if name in live.skipped}
    documents = {
        Path(name).stem: digest for name, digest in live.files.items() if Path(name).suffix.lower() in READ
    }
    if not documents:
        return Known(faults=faults)
    folder = generation_folder(settings, live.generation)
    if not settings.database_url and not (folder / "ledger.sqlite").exists():
        return Known(faults=faults)  # connecting would make an empty one
    try:
        engine = ledger.connect(database_url(settings, folder))
        try:
            found = ledger.texts(engine, live.generation, documents)
        finally:
            engine.dispose()
    except (SQLAlchemyError, StoreError):
        return Known(faults=faults)
    texts = {
        documents[name]: Extracted(source, tuple((page.start, page.number) for page in pages))
        for name, (source, pages) in found.items()
    }
    return Known(texts, faults)
