"""Build and publish a generation: read -> parse -> facts -> chunk -> embed -> write -> verify -> publish."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index import generation as generations
from index import ledger
from index.chroma import has_collection
from index.chunker import chunk, embedded_text
from index.errors import (
    IndexDamagedError,
    IndexWriteError,
    NoPoliciesError,
    PolicyIndexError,
    StoreError,
    first_line,
    message,
)
from index.formats.kinds import READ
from index.formats.text import READER_VERSION, Extracted
from index.generation import Content, digest
from index.lock import one_builder
from index.manifest import SCHEMA, Manifest, manifest_of
from index.parser import PARSER_VERSION
from index.pointer import candidates, generation_folder, read_pointer, write_pointer
from index.policy import Chunk, Policy
from index.sentences import sentences_of
from index.settings import IndexSettings
from index.sources import Known, Sources, read_sources
from index.steps import Progress, Step
from index.store import Index, database_url, open_generation, open_index
from index.vocabulary import content_words

LEAST_KEPT = (
    0.5  # of the live policies: a folder that holds fewer is not believed where machines share an index
)


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

    A policy whose file, parser and model are those of the live generation is taken over from it as it is.
    Raises NoPoliciesError, IndexBusyError, IndexWriteError or ModelError; the live generation stays.
    """
    with one_builder(settings):
        return build_locked(settings, progress, embedder)


def build_locked(
    settings: IndexSettings,
    progress: Progress = lambda _: None,
    embedder: Embeddings | None = None,
    fresh: Mapping[tuple[str, str], Policy] | None = None,
    taken_out: Collection[str] = (),
) -> BuildReport:
    """The same for who holds the lock of ``one_builder``; ``fresh`` has been read already, by name and sha256.

    ``taken_out`` are files that were moved out of the folder on purpose.
    """
    start = time.perf_counter()
    generations.sweep(settings)
    live = _live(settings)
    if live and live.schema != SCHEMA:
        progress(Step("schema", {"built": live.schema, "wanted": SCHEMA}))
    base = _base(settings)
    try:
        return _brought_up_to_date(settings, live, base, fresh or {}, taken_out, start, progress, embedder)
    finally:
        if base:
            base.close()


def _brought_up_to_date(
    settings: IndexSettings,
    live: Manifest | None,
    base: Index | None,
    fresh: Mapping[tuple[str, str], Policy],
    taken_out: Collection[str],
    start: float,
    progress: Progress,
    embedder: Embeddings | None,
) -> BuildReport:
    known = _known(base)
    sources = read_sources(settings, progress, replace(known, policies={**known.policies, **fresh}))
    if settings.shared and live:
        _refuse_foreign(settings, sources, live, taken_out)
    now = (PARSER_VERSION, READER_VERSION, sources.files, sources.skipped)
    is_live = base is not None and base.manifest.generation == read_pointer(settings).get("current")
    if base and is_live and _made_from(base.manifest) == now:
        return _report(base.manifest, sources, 0, start, unchanged=True)
    content, embedded = _content(settings, live, base, sources, progress, embedder)
    progress(Step("write"))
    stays = base.manifest if base else live  # as the one before: a sound one, where there is one
    before = stays.generation if stays else ""
    try:
        manifest = _published(settings, content, sources, base, before, progress)
    except IndexWriteError:
        if base is None:
            raise
        manifest = _published(settings, content, sources, None, before, progress)  # the copy may be at fault
    with suppress(PolicyIndexError, OSError):  # it is published, come what may; the next build sweeps again
        generations.sweep(settings)
    return _report(manifest, sources, embedded, start, unchanged=False)


def _published(
    settings: IndexSettings,
    content: Content,
    sources: Sources,
    base: Index | None,
    before: str,
    progress: Progress,
) -> Manifest:
    """Write, verify and publish a generation, from a copy of ``base`` where there is one."""
    manifest = _manifest(settings, content, sources)
    try:
        generations.write(settings, manifest, content, base)
        progress(Step("verify"))
        generations.verify(settings, manifest.generation)
        generations.sync(generation_folder(settings, manifest.generation))
        write_pointer(settings, manifest.generation, before)
    except PolicyIndexError:
        _give_up(settings, manifest.generation)
        raise
    except Exception as error:
        _give_up(settings, manifest.generation)
        raise IndexWriteError(message("write_failed", reason=first_line(error))) from error
    return manifest


def _give_up(settings: IndexSettings, generation: str) -> None:
    """Remove what was not published: the error may have come when it was (a commit whose answer was lost).

    Where a database that is away cannot tell, the next build removes it.
    """
    with suppress(StoreError):
        if generation not in read_pointer(settings).values():
            generations.discard(settings, generation)


def index_chunks(settings: IndexSettings, chunks: list[Chunk], vectors: NDArray[numpy.float32]) -> str:
    """Write a generation of chunks that stand for themselves (an evaluator's passages), one vector each.

    Returns its id, for ``open_generation``; it holds no policy and is not published.
    """
    by_text = {digest(embedded_text(piece)): vector for piece, vector in zip(chunks, vectors, strict=True)}
    for piece, vector in zip(chunks, vectors, strict=True):  # its sentences are as near as it is
        by_text.update(dict.fromkeys(map(digest, sentences_of(piece)), vector))
    content = Content((), chunks, {}, by_text)
    manifest = _manifest(settings, content, Sources((), {}, {}, ()))
    generations.write(settings, manifest, content)
    return manifest.generation


def verify_live(settings: IndexSettings) -> str:
    """Check the live generation; returns its id. Raises a PolicyIndexError with the reason."""
    current = read_pointer(settings).get("current")
    index = open_generation(settings, current) if current else open_index(settings)
    generations.verify(settings, index.manifest.generation)
    return index.manifest.generation


def _live(settings: IndexSettings) -> Manifest | None:
    """The manifest of the newest sound generation, None where there is none."""
    for generation in candidates(settings):
        try:
            return manifest_of(settings, generation)
        except IndexDamagedError:
            continue
    return None


def _base(settings: IndexSettings) -> Index | None:
    """The live generation, or the one before it where that is damaged; None where it has another schema or model.

    One whose vectors a server has lost with its folder is no base: it is filled anew.
    """
    for generation in candidates(settings):
        try:
            base = open_generation(settings, generation)
        except IndexDamagedError:
            continue
        except PolicyIndexError:
            return None
        if not settings.chroma_url or has_collection(base):
            return base
        base.close()
        return None
    return None


def _refuse_foreign(
    settings: IndexSettings, sources: Sources, live: Manifest, taken_out: Collection[str]
) -> None:
    """NoPoliciesError where a folder held less than half of what the live index was made from.

    It may well be that of another machine than the library's, which would take the place of the library everywhere.
    """
    names, hashes = {*sources.files, *sources.skipped, *taken_out}, set(sources.files.values())
    here = sum(name in names or key in hashes for name, key in live.files.items())
    if here < len(live.files) * LEAST_KEPT:
        counts = {"here": here, "live": len(live.files)}
        raise NoPoliciesError(message("foreign_folder", folder=settings.policy_dir, **counts))


def _made_from(manifest: Manifest) -> tuple[int, int, dict[str, str], dict[str, str]]:
    return manifest.parser, manifest.reader, manifest.files, manifest.skipped


def _known(base: Index | None) -> Known:
    """What a generation tells of files that have not changed since."""
    if base is None or base.manifest.reader != READER_VERSION:
        return Known()
    manifest = base.manifest
    files = list(zip(manifest.files.items(), base.policies.values(), strict=True))
    texts = {
        key: Extracted(policy.source, tuple((page.start, page.number) for page in policy.pages))
        for (name, key), policy in files
        if Path(name).suffix.lower() in READ
    }
    faults = {
        (name, manifest.skipped[name]): told
        for name, told in manifest.faults.items()
        if name in manifest.skipped
    }
    return Known(dict(files) if manifest.parser == PARSER_VERSION else {}, texts, faults)


def _content(
    settings: IndexSettings,
    live: Manifest | None,
    base: Index | None,
    sources: Sources,
    progress: Progress,
    embedder: Embeddings | None,
) -> tuple[Content, int]:
    """What goes into the new generation, and how many of its chunks had to be embedded."""
    held: dict[str, list[Chunk]] = {}
    told: Mapping[str, Sequence[str]] = {}
    if base:
        for piece in base.chunks:
            held.setdefault(piece.policy, []).append(piece)
        engine = ledger.connect(database_url(settings, base.folder))
        try:
            told = ledger.read_words(engine, base.manifest.generation)
        finally:
            engine.dispose()
    chunks: list[Chunk] = []
    words: dict[str, Sequence[str]] = {}
    for policy in sources.policies:
        same = base is not None and base.policies.get(policy.id) is policy
        chunks += held.get(policy.id, []) if same else chunk(policy)
        words[policy.id] = told[policy.id] if same and policy.id in told else content_words(policy.source)
    texts = [embedded_text(piece) for piece in chunks]
    said = [text for piece in chunks for text in sentences_of(piece)]
    known: dict[str, NDArray[numpy.float32]] = {}
    of_both = {manifest.generation: manifest for manifest in (live, base and base.manifest) if manifest}
    for manifest in of_both.values():
        if manifest.model == settings.embedding_model:
            known |= generations.read_vectors(settings, manifest)
    vectors = _embed(settings, known, [*texts, *said, *generations.vocabulary(words)], progress, embedder)
    embedded = sum(digest(text) not in known for text in texts)
    return Content(sources.policies, chunks, words, vectors), embedded


def _embed(
    settings: IndexSettings,
    known: Mapping[str, NDArray[numpy.float32]],
    texts: Sequence[str],
    progress: Progress,
    embedder: Embeddings | None,
) -> dict[str, NDArray[numpy.float32]]:
    """A vector for each text, by its hash; ``known`` ones where the text is not new."""
    keys = {text: digest(text) for text in texts}
    vectors = dict(known)
    fresh = [text for text, key in keys.items() if key not in known]
    if fresh:
        from tqdm import tqdm

        from index.embedder import BATCH as AT_ONCE
        from index.embedder import load

        progress(Step("model", {"model": settings.embedding_model}))
        model = embedder or load(settings.embedding_model)
        with tqdm(
            total=len(fresh), desc=message("step_embed"), unit=message("embed_unit"), disable=None
        ) as bar:
            for at in range(0, len(fresh), AT_ONCE):
                progress(Step("embed", done=at, total=len(fresh)))
                part = fresh[at : at + AT_ONCE]
                for text, vector in zip(part, model.embed_documents(part), strict=True):
                    vectors[keys[text]] = numpy.asarray(vector, dtype=numpy.float32)
                bar.update(len(part))
    return {key: vectors[key] for key in keys.values()}


def _manifest(settings: IndexSettings, content: Content, sources: Sources) -> Manifest:
    now = datetime.now(UTC)
    policies = content.policies
    return Manifest(
        generation=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
        schema=SCHEMA,
        parser=PARSER_VERSION,
        model=settings.embedding_model,
        created=now.isoformat(timespec="seconds"),
        files=sources.files,
        skipped=sources.skipped,
        chunks=len(content.chunks),
        sections=sum(len(policy.sections) for policy in policies),
        clauses=sum(len({duty.clause for duty in policy.duties}) for policy in policies),
        duties=sum(len(policy.duties) for policy in policies),
        targets=sum(len(policy.targets) for policy in policies),
        reader=READER_VERSION,
        faults=sources.faults,
    )


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
