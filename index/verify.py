"""Check a generation in a process of its own: ``python -m index.verify FOLDER GENERATION``.

A damaged Chroma store can take the process down with it, so the builder calls this as a subprocess.
Prints the reason and exits with 1 where something is wrong.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index import ledger
from index.chroma import BATCH, collection_name, connect
from index.chunker import embedded_text
from index.errors import PolicyIndexError, first_line
from index.generation import digest, read_vectors
from index.keywords import KeywordIndex, tokenise
from index.manifest import read_manifest
from index.sentences import SentenceVectors
from index.settings import IndexSettings
from index.store import WORDS, database_url
from index.sums import first_damaged
from index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from chromadb import Collection


def find_fault(settings: IndexSettings, folder: Path, generation: str) -> str:
    """What is wrong with a generation, "" where all is well."""
    manifest = read_manifest(folder)
    damaged = first_damaged(folder, manifest.sums)
    if damaged:
        return damaged
    engine = ledger.connect(database_url(settings, folder))
    policies, chunks = ledger.read(engine, generation)
    engine.dispose()
    if len(chunks) != manifest.chunks or len(policies) != len(manifest.files):
        return "ledger"
    if any(chunk.text != policies[chunk.policy].source[chunk.start : chunk.end] for chunk in chunks):
        return "chunks"
    keywords = KeywordIndex.load(folder / "keywords")
    probe = next((chunk for chunk in chunks if tokenise(chunk.text)), None)
    if probe and not keywords.search(tokenise(probe.text), 1):
        return "keywords"
    Vocabulary.load(folder / WORDS)
    SentenceVectors.load(folder)
    if (
        settings.shared
        and not {digest(embedded_text(chunk)) for chunk in chunks} <= read_vectors(settings, manifest).keys()
    ):
        return "vectors"
    client = connect(settings, folder)
    try:
        return _vector_fault(
            client.get_collection(collection_name(generation)), [chunk.id for chunk in chunks]
        )
    finally:
        client.close()


def _vector_fault(collection: Collection, ids: list[str]) -> str:
    import numpy

    if collection.count() != len(ids):
        return "chroma count"
    for at in range(0, len(ids), BATCH):  # all at once would be gigabytes, in JSON where a server sends them
        part = ids[at : at + BATCH]
        rows = collection.get(ids=part, include=["embeddings"])
        vectors = numpy.asarray(rows["embeddings"], dtype=float)
        if set(rows["ids"]) != set(part) or not numpy.isfinite(vectors).all():
            return "chroma rows"
        for vector in vectors[:: max(1, len(ids) // 20)]:
            nearest = collection.query(query_embeddings=[vector.tolist()], n_results=1, include=["distances"])
            distances = nearest["distances"]
            if not distances or not distances[0] or distances[0][0] > 1e-3:
                return "chroma search"
    return ""


def main() -> int:
    """Exit status 0 where the generation is sound."""
    settings = IndexSettings.from_environment(os.environ)
    try:
        fault = find_fault(settings, Path(sys.argv[1]), sys.argv[2])
    except PolicyIndexError as error:
        fault = str(error)
    except Exception as error:
        fault = f"{type(error).__name__}: {first_line(error)}"
    if fault:
        print(fault)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
