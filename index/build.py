"""Build and publish a generation: read -> parse -> facts -> chunk -> embed -> write -> verify -> publish."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import BadZipFile

import numpy
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index import ledger
from index.chunker import chunk, embedded_text
from index.errors import (
    IndexWriteError,
    PolicyIndexError,
    message,
)
from index.facts import annotate
from index.formats.text import READER_VERSION
from index.keywords import KeywordIndex
from index.known import known_texts
from index.lock import one_builder
from index.parser import PARSER_VERSION
from index.policy import Chunk, Policy
from index.sentences import SentenceVectors, sentences_of
from index.settings import IndexSettings
from index.sources import Progress, Sources, read_sources
from index.store import (
    BATCH,
    SCHEMA,
    WORDS,
    Manifest,
    candidates,
    collection_name,
    connect,
    database_url,
    first_line,
    generation_folder,
    open_generation,
    open_index,
    read_manifest,
    read_pointer,
    write_manifest,
    write_pointer,
)
from index.vocabulary import Vocabulary, content_words

Vector = Sequence[float] | NDArray[numpy.float32]

VERIFY_SECONDS = 120
VECTORS = "vectors.npz"  # of a generation: hashes of the embedded texts and their vectors, for the next build


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did."""

    generation: str
    unchanged: bool  # nothing to do: the live generation was made from the same bytes
    policies: int
    sections: int
    chunks: int
    embedded: int  # chunks whose text was new
    clauses: int
    duties: int
    targets: int
    seconds: float
    problems: tuple[str, ...]  # one sentence for each file that could not be read


def build(
    settings: IndexSettings, progress: Progress = lambda _: None, embedder: Embeddings | None = None
) -> BuildReport:
    """Bring the index up to date with the policy folder; ``embedder`` stands in for the model of the settings.

    Raises NoPoliciesError, IndexBusyError, IndexWriteError or ModelError; the live generation stays.
    """
    start = time.perf_counter()
    try:
        settings.index_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexWriteError(message("write_failed", reason=error.strerror)) from error
    with one_builder(settings):
        _sweep(settings)
        live = _live(settings)
        sources = read_sources(settings, progress, known_texts(settings, live))
        if (
            live
            and (live.files, live.skipped, live.schema, live.parser, live.reader, live.model)
            == (
                sources.files,
                sources.skipped,
                SCHEMA,
                PARSER_VERSION,
                READER_VERSION,
                settings.embedding_model,
            )
            and _opens(settings, live.generation)
        ):
            return _report(live, sources, 0, start, unchanged=True)
        policies = tuple(annotate(policy) for policy in sources.policies)
        chunks = [piece for policy in policies for piece in chunk(policy)]
        texts = [embedded_text(piece) for piece in chunks]
        words = content_words(policy.source for policy in policies)
        said = [text for piece in chunks for text in sentences_of(piece)]
        known = _old_vectors(settings, live)
        embedded = sum(_digest(text) not in known for text in texts)
        vectors = _embed(settings, known, [*texts, *said, *words], progress, embedder)
        progress(message("step_write"))
        manifest = _manifest(settings, policies, chunks, sources)
        try:
            _write(settings, manifest, policies, chunks, words, vectors)
            progress(message("step_verify"))
            _verify(settings, manifest.generation)
            _sync(generation_folder(settings, manifest.generation))
            write_pointer(settings, manifest.generation, live.generation if live else "")
        except PolicyIndexError:
            _discard(settings, manifest.generation)
            raise
        except Exception as error:
            _discard(settings, manifest.generation)
            raise IndexWriteError(message("write_failed", reason=first_line(error))) from error
        _sweep(settings)
        return _report(manifest, sources, embedded, start, unchanged=False)


def index_chunks(settings: IndexSettings, chunks: list[Chunk], vectors: NDArray[numpy.float32]) -> str:
    """Write a generation of chunks that stand for themselves (an evaluator's passages), one vector each.

    Returns its id, for ``open_generation``; it holds no policy and is not published.
    """
    manifest = _manifest(settings, (), chunks, Sources((), {}, {}, ()))
    texts = [embedded_text(piece) for piece in chunks]
    by_text = {_digest(text): vector for text, vector in zip(texts, vectors, strict=True)}
    for piece, vector in zip(chunks, vectors, strict=True):  # its sentences are as near as it is
        by_text.update(dict.fromkeys(map(_digest, sentences_of(piece)), vector))
    _write(settings, manifest, (), chunks, [], by_text)
    return manifest.generation


def _live(settings: IndexSettings) -> Manifest | None:
    """The manifest of the newest sound generation, None where there is none."""
    for generation in candidates(settings):
        folder = generation_folder(settings, generation)
        try:
            return read_manifest(folder)
        except PolicyIndexError:
            continue
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _embed(
    settings: IndexSettings,
    known: dict[str, list[float]],
    texts: Sequence[str],
    progress: Progress,
    embedder: Embeddings | None,
) -> dict[str, list[float]]:
    """A vector for each text, by its hash; ``known`` ones where the text is not new."""
    vectors = dict(known)
    fresh = [text for text in dict.fromkeys(texts) if _digest(text) not in known]
    if fresh:
        from tqdm import tqdm

        from index.embedder import BATCH as AT_ONCE
        from index.embedder import load

        progress(message("step_model", model=settings.embedding_model))
        model = embedder or load(settings.embedding_model)
        with tqdm(
            total=len(fresh), desc=message("step_embed"), unit=message("embed_unit"), disable=None
        ) as bar:
            for at in range(0, len(fresh), AT_ONCE):
                part = fresh[at : at + AT_ONCE]
                for text, vector in zip(part, model.embed_documents(part), strict=True):
                    vectors[_digest(text)] = vector
                bar.update(len(part))
    return {_digest(text): vectors[_digest(text)] for text in texts}


def _old_vectors(settings: IndexSettings, live: Manifest | None) -> dict[str, list[float]]:
    """Vectors of the live generation by the hash of the text; {} where there are none of this model.

    From a file beside Chroma: a builder that opened the live store would write into it.
    """
    if live is None or live.model != settings.embedding_model:
        return {}
    try:
        with numpy.load(generation_folder(settings, live.generation) / VECTORS) as file:
            return dict(zip(file["digests"].tolist(), file["vectors"].tolist(), strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}


def _manifest(
    settings: IndexSettings, policies: tuple[Policy, ...], chunks: list[Chunk], sources: Sources
) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(
        generation=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
        schema=SCHEMA,
        parser=PARSER_VERSION,
        model=settings.embedding_model,
        created=now.isoformat(timespec="seconds"),
        files=sources.files,
        skipped=sources.skipped,
        chunks=len(chunks),
        sections=sum(len(policy.sections) for policy in policies),
        clauses=sum(len({duty.clause for duty in policy.duties}) for policy in policies),
        duties=sum(len(policy.duties) for policy in policies),
        targets=sum(len(policy.targets) for policy in policies),
        reader=READER_VERSION,
        faults=sources.faults,
    )


def _write(
    settings: IndexSettings,
    manifest: Manifest,
    policies: tuple[Policy, ...],
    chunks: list[Chunk],
    words: list[str],
    vectors: Mapping[str, Vector],
) -> None:
    """Fill a new directory; fresh inserts only, the manifest last."""
    folder = generation_folder(settings, manifest.generation)
    folder.mkdir(parents=True)
    engine = ledger.connect(database_url(settings, folder))
    try:
        ledger.write(engine, manifest.generation, policies, chunks)
    finally:
        engine.dispose()
    KeywordIndex.build([embedded_text(piece) for piece in chunks]).save(folder / "keywords")
    client = connect(settings, folder)
    try:
        collection = client.create_collection(
            collection_name(manifest.generation),
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )
        for at in range(0, len(chunks), BATCH):
            part = chunks[at : at + BATCH]
            collection.add(
                ids=[piece.id for piece in part],
                embeddings=numpy.asarray(
                    [vectors[_digest(embedded_text(piece))] for piece in part], dtype=numpy.float32
                ),
                documents=[piece.text for piece in part],
                metadatas=[
                    {
                        "position": at + number,
                        "policy": piece.policy,
                        "section": " › ".join(piece.path),
                        "start": piece.start,
                        "end": piece.end,
                    }
                    for number, piece in enumerate(part)
                ],
            )
    finally:
        client.close()
    numpy.savez(
        folder / VECTORS,
        digests=list(vectors),
        vectors=numpy.asarray([*vectors.values()], dtype=numpy.float32),
    )
    SentenceVectors.save(
        folder,
        chunks,
        {text: vectors[_digest(text)] for piece in chunks for text in sentences_of(piece)},
    )
    Vocabulary(words, numpy.asarray([vectors[_digest(word)] for word in words], dtype=numpy.float32)).save(
        folder / WORDS
    )
    write_manifest(folder, manifest)


def _verify(settings: IndexSettings, generation: str) -> None:
    """Run ``index.verify`` in a process of its own; IndexWriteError where it finds a fault."""
    environment = {**os.environ, "CHROMA_URL": settings.chroma_url, "DATABASE_URL": settings.database_url}
    root = Path(__file__).resolve().parent.parent
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", "index.verify", str(generation_folder(settings, generation)), generation]
    try:
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=VERIFY_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise IndexWriteError(message("verify_failed", reason=f"{VERIFY_SECONDS} s")) from error
    if result.returncode:
        reason = (
            result.stdout.strip() or result.stderr.strip() or f"status {result.returncode}"
        ).splitlines()[-1]
        raise IndexWriteError(message("verify_failed", reason=reason))


def verify_live(settings: IndexSettings) -> str:
    """Check the live generation; returns its id. Raises a PolicyIndexError with the reason."""
    current = read_pointer(settings).get("current")
    index = open_generation(settings, current) if current else open_index(settings)
    _verify(settings, index.manifest.generation)
    return index.manifest.generation


def _opens(settings: IndexSettings, generation: str) -> bool:
    """Whether a generation can be read: one that is damaged is built anew."""
    try:
        open_generation(settings, generation)
    except PolicyIndexError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Force every file of a generation to the disk."""
    for path in [*folder.rglob("*"), folder, folder.parent]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _discard(settings: IndexSettings, generation: str) -> None:
    shutil.rmtree(generation_folder(settings, generation), ignore_errors=True)
    with suppress(Exception):  # of a server that is gone nothing can be removed; the next build sweeps again
        _forget(settings, generation)


def _sweep(settings: IndexSettings) -> None:
    """Remove generations that are neither live nor the one before; what a killed build left, too."""
    pointer = read_pointer(settings)
    folder = settings.index_dir / "generations"
    if not folder.is_dir() or (
        not pointer and any((path / "manifest.json").exists() for path in folder.iterdir())
    ):
        return  # a damaged pointer: keep what may still be opened
    for path in folder.iterdir():
        if path.name not in pointer.values():
            _discard(settings, path.name)


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


def _report(
    manifest: Manifest, sources: Sources, embedded: int, start: float, *, unchanged: bool
) -> BuildReport:
    values = asdict(manifest)
    return BuildReport(
        generation=manifest.generation,
        unchanged=unchanged,
        policies=len(manifest.files),
        embedded=embedded,
        seconds=round(time.perf_counter() - start, 1),
        problems=sources.problems,
        **{name: values[name] for name in ("sections", "chunks", "clauses", "duties", "targets")},
    )
