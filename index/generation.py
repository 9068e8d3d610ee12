"""Write a generation beside the live one, check it, and take away those that nobody needs."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy
from numpy.typing import NDArray

from index import ledger, shared
from index.chroma import BATCH, collection_name, connect
from index.chunker import embedded_text
from index.errors import IndexDamagedError, IndexWriteError, message
from index.files import sha256
from index.keywords import KeywordIndex
from index.manifest import Manifest, manifest_text, read_manifest, write_manifest
from index.pointer import generation_folder, read_pointer
from index.policy import Chunk, Policy
from index.sentences import SentenceVectors, sentences_of
from index.settings import IndexSettings
from index.store import WORDS, Index, database_url, held
from index.sums import MANIFEST, first_damaged, sums_of
from index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from chromadb import Collection

VERIFY_SECONDS = 120  # and a hundredth of one for each passage
VECTORS = "vectors.npz"  # of a generation: hashes of the embedded texts and their vectors, for the next build
MOST_REMOVED = 0.5  # of the passages: beyond that the store of vectors is written anew, not copied

Vectors = Mapping[str, NDArray[numpy.float32]]  # by the hash of the text


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a generation."""

    policies: tuple[Policy, ...]
    chunks: Sequence[Chunk]
    words: Mapping[str, Sequence[str]]  # content words of each policy, by its id
    vectors: Vectors


def vocabulary(words: Mapping[str, Sequence[str]]) -> list[str]:
    """The content words of all policies, sorted."""
    return sorted({word for found in words.values() for word in found})


def digest(text: str) -> str:
    """The key of a text's vector."""
    return sha256(text.encode())


def read_vectors(settings: IndexSettings, manifest: Manifest) -> dict[str, NDArray[numpy.float32]]:
    """Vectors of a generation by the hash of the text; {} where there are none, or damaged ones.

    From the database, or a file beside Chroma: a builder that opened the live store would write into it.
    """
    if settings.shared:
        return shared.read_vectors(settings, manifest.generation)
    folder = generation_folder(settings, manifest.generation)
    if VECTORS in manifest.sums and first_damaged(folder, {VECTORS: manifest.sums[VECTORS]}):
        return {}
    try:
        with numpy.load(folder / VECTORS) as file:
            return dict(zip(file["digests"].tolist(), file["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}


def write(settings: IndexSettings, manifest: Manifest, content: Content, base: Index | None = None) -> None:
    """Fill a new directory, the manifest last.

    Where there is a ``base``, the embedded store of vectors begins as a copy of its own, which no reader writes to;
    only what differs is added and removed. All else is written anew.
    """
    folder = generation_folder(settings, manifest.generation)
    if settings.shared:
        shared.announce(settings, manifest.generation, manifest_text(manifest))
    folder.mkdir(parents=True)
    engine = ledger.connect(database_url(settings, folder))
    try:
        ledger.write(engine, manifest.generation, content.policies, content.chunks, content.words)
    finally:
        engine.dispose()
    write_collection(settings, manifest, content, folder, base)
    if settings.shared:
        shared.write_vectors(settings, manifest.generation, content.vectors)
    else:
        numpy.savez(
            folder / VECTORS,
            digests=list(content.vectors),
            vectors=numpy.asarray([*content.vectors.values()], dtype=numpy.float32),
        )
    write_files(folder, content)
    write_manifest(folder, replace(manifest, sums=sums_of(folder)))


def write_files(folder: Path, content: Content) -> None:
    """Write what is made anew of a generation's content: the keyword index, the vectors of sentences and of words."""
    KeywordIndex.build([embedded_text(piece) for piece in content.chunks]).save(folder / "keywords")
    SentenceVectors.save(
        folder,
        content.chunks,
        {text: content.vectors[digest(text)] for piece in content.chunks for text in sentences_of(piece)},
    )
    words = vocabulary(content.words)
    Vocabulary(
        words, numpy.asarray([content.vectors[digest(word)] for word in words], dtype=numpy.float32)
    ).save(folder / WORDS)


def write_collection(
    settings: IndexSettings, manifest: Manifest, content: Content, folder: Path, base: Index | None = None
) -> None:
    """Write the vectors of the chunks into the store of vectors, of a generation's folder or of CHROMA_URL."""
    wanted = {piece.id: piece for piece in content.chunks}
    held = {piece.id for piece in base.chunks} if base else set()
    gone = sorted(held - wanted.keys())
    if base is None or settings.chroma_url or len(gone) > MOST_REMOVED * len(held):
        client = connect(settings, folder)
        try:
            collection = client.create_collection(
                collection_name(manifest.generation),
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine"}},
            )
            _add(collection, content.chunks, content.vectors)
        finally:
            client.close()
        return
    shutil.copytree(base.folder / "chroma", folder / "chroma")
    client = connect(settings, folder)
    try:
        collection = client.get_collection(collection_name(base.manifest.generation), embedding_function=None)
        collection.modify(name=collection_name(manifest.generation))
        for at in range(0, len(gone), BATCH):
            collection.delete(ids=gone[at : at + BATCH])
        _add(collection, [piece for piece in content.chunks if piece.id not in held], content.vectors)
    finally:
        client.close()


def _add(collection: Collection, chunks: Sequence[Chunk], vectors: Vectors) -> None:
    """Fresh inserts only: an id that is there already would keep its old row without a word."""
    for at in range(0, len(chunks), BATCH):
        part = chunks[at : at + BATCH]
        collection.add(
            ids=[piece.id for piece in part],
            embeddings=numpy.asarray(
                [vectors[digest(embedded_text(piece))] for piece in part], dtype=numpy.float32
            ),
            documents=[piece.text for piece in part],
            metadatas=[
                {
                    "policy": piece.policy,
                    "section": " › ".join(piece.path),
                    "start": piece.start,
                    "end": piece.end,
                }
                for piece in part
            ],
        )


def verify(settings: IndexSettings, generation: str) -> None:
    """Run ``index.verify`` in a process of its own; IndexWriteError where it finds a fault."""
    environment = {**os.environ, "CHROMA_URL": settings.chroma_url, "DATABASE_URL": settings.database_url}
    root = Path(__file__).resolve().parent.parent
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH", "")]))
    folder, seconds = generation_folder(settings, generation), float(VERIFY_SECONDS)
    with suppress(IndexDamagedError):  # which the other process tells
        seconds += read_manifest(folder).chunks / 100
    command = [sys.executable, "-m", "index.verify", str(folder), generation]
    try:
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise IndexWriteError(message("verify_failed", reason=f"{seconds:.0f} s")) from error
    if result.returncode:
        reason = (
            result.stdout.strip() or result.stderr.strip() or f"status {result.returncode}"
        ).splitlines()[-1]
        raise IndexWriteError(message("verify_failed", reason=reason))


def sync(folder: Path) -> None:
    """Force every file of a generation to the disk."""
    for path in [*folder.rglob("*"), folder, folder.parent]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def discard(settings: IndexSettings, generation: str) -> None:
    """Remove a generation; of a server that is gone nothing can be removed, and the next build sweeps again."""
    shutil.rmtree(generation_folder(settings, generation), ignore_errors=True)
    with suppress(Exception):
        _forget(settings, generation)


def sweep(settings: IndexSettings) -> None:
    """Remove generations that are neither live nor the one before and that nobody reads; what a killed build left, too."""
    if settings.shared:
        from index import copies  # which writes files as a build does

        for generation in shared.unwanted(settings):
            with suppress(Exception):  # of a server that is away; the next build tries again
                _forget(settings, generation)
        copies.sweep(settings)
        return
    pointer = read_pointer(settings)
    folder = settings.index_dir / "generations"
    if not folder.is_dir() or (not pointer and any((path / MANIFEST).exists() for path in folder.iterdir())):
        return  # a damaged pointer: keep what may still be opened
    for path in folder.iterdir():
        if path.name in pointer.values():
            continue
        remove_unread(settings, path.name)


def remove_unread(settings: IndexSettings, generation: str) -> bool:
    """Remove a generation unless somebody reads it; whether nobody did. One without a manifest nobody can read."""
    folder = generation_folder(settings, generation)
    alone = held(folder, fcntl.LOCK_EX)
    if alone is None and (folder / MANIFEST).exists():
        return False
    discard(settings, generation)
    if alone is not None:
        alone.close()
    return True


def _forget(settings: IndexSettings, generation: str) -> None:
    """Remove a generation from a shared server or database."""
    if settings.database_url:
        engine = ledger.connect(settings.database_url)
        ledger.forget(engine, generation)
        engine.dispose()
    if settings.chroma_url:
        client = connect(settings, settings.index_dir)
        if any(c.name == collection_name(generation) for c in client.list_collections()):
            client.delete_collection(collection_name(generation))
        client.close()
    if settings.shared:
        shared.forget(settings, generation)  # where all else is gone: until then it is known
