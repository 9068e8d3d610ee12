"""Vectors of texts on disk between runs: one SQLite file, a row for each text of each model."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy
from numpy.typing import NDArray

FILE = "vectors.sqlite"
AT_ONCE = 500  # keys asked for at once; SQLite takes some thousands
PATIENCE = 60.0  # seconds to wait for another process that writes

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]


class VectorsError(Exception):
    """A folder of vectors that cannot be used; ``str(error)`` is one sentence that names the file."""


class VectorStore:
    """Vectors of one model, by the hash of model and text; a kill loses the batch in hand and no more.

    A model that changes under the same name needs a folder of its own: the name is all that is compared.
    """

    def __init__(self, folder: Path, model: str) -> None:
        self._path = folder / FILE
        self._model = model

    def vectors(
        self,
        texts: Sequence[str],
        embed: Embed,
        size: int,
        batch: int,
        tell: Callable[[int, int], None] = lambda new, done: None,
    ) -> NDArray[numpy.float32]:
        """Vectors of (texts, ``size``), the new ones embedded and kept ``batch`` by ``batch``.

        ``tell`` hears how many texts are new, and how many of them are done. Raises VectorsError.
        """
        with self._opened() as database:
            known = self._known(database, texts, size)
            fresh = [text for text in dict.fromkeys(texts) if text not in known]
            tell(len(fresh), 0)
            for at in range(0, len(fresh), batch):
                part = fresh[at : at + batch]
                rows = numpy.asarray(embed(part), dtype=numpy.float32)
                with database:  # one transaction a batch
                    database.executemany(
                        "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                        [(self._key(text), row.tobytes()) for text, row in zip(part, rows, strict=True)],
                    )
                known.update(zip(part, rows, strict=True))
                tell(len(fresh), at + len(part))
        return numpy.stack([known[text] for text in texts])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=PATIENCE)) as database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
                )
                yield database
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise VectorsError(f"{self._path} cannot be used: {reason}.") from error

    def _known(
        self, database: sqlite3.Connection, texts: Sequence[str], size: int
    ) -> dict[str, NDArray[numpy.float32]]:
        """Vectors that are kept; one of another size is none, it is embedded anew."""
        of_key = {self._key(text): text for text in texts}
        keys, known = list(of_key), {}
        for at in range(0, len(keys), AT_ONCE):
            part = keys[at : at + AT_ONCE]
            marks = ", ".join("?" * len(part))
            for key, data in database.execute(f"SELECT * FROM vectors WHERE key IN ({marks})", part):
                vector = numpy.frombuffer(data, dtype=numpy.float32)
                if len(vector) == size:
                    known[of_key[key]] = vector
        return known

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._model}\0{text}".encode("utf-8", "surrogatepass")).digest()
