"""What machines share in PostgreSQL (DATABASE_URL) beside the ledger: generations, their vectors, and who builds.

The database holds what a generation was made of; each process makes its own files of it (``index/copies.py``). The
live generation is the row of ``index_generations`` that says so. One that was replaced stays for a while, because
readers of other machines hold nothing that is seen here: a lock of theirs would be lost with their connection, and
an answer ends within minutes.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import numpy
from numpy.typing import NDArray
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from index import ledger
from index.errors import IndexBusyError, IndexWriteError, StoreError, first_line, message
from index.settings import IndexSettings

GRACE = timedelta(minutes=15)  # for which a generation that two others have followed is kept for its readers
LOCK = int.from_bytes(
    b"policies"
)  # key of the builder's advisory lock; PostgreSQL keeps those of databases apart
BLOCK = 1000  # vectors in a row
DIGEST = 64  # characters

_METADATA = MetaData()
_GENERATIONS = Table(
    "index_generations",
    _METADATA,
    Column("generation", String(64), primary_key=True),
    Column("state", String(16), nullable=False),  # building, current, previous, retired
    Column("manifest", Text, nullable=False),  # JSON
    Column("retired", DateTime(timezone=True)),  # since when two others have followed
)
_VECTORS = Table(
    "index_vectors",
    _METADATA,
    Column("generation", String(64), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("digests", Text, nullable=False),  # hashes of the texts, one behind the other
    Column("vectors", LargeBinary, nullable=False),  # as many float32 vectors
)
_BUILDER = Table(
    "index_builder",
    _METADATA,
    Column("id", Integer, primary_key=True),  # 1
    Column("pid", Integer, nullable=False),
    Column("host", String(255), nullable=False),
    Column("since", String(32), nullable=False),
)
_LIVE = ("current", "previous")


@contextmanager
def named() -> Iterator[None]:
    """StoreError, with one sentence, for what the database says."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(message("store_failed", setting="DATABASE_URL", reason=first_line(error))) from error


def engine(settings: IndexSettings) -> Engine:
    """The process's engine of the database."""
    return ledger.connect(settings.database_url)


def _me() -> dict[str, Any]:
    return {"pid": os.getpid(), "host": socket.gethostname()[:255]}


@contextmanager
def one_builder(settings: IndexSettings) -> Iterator[None]:
    """One builder at a time of all machines; IndexBusyError for a second, which says who builds, StoreError.

    An advisory lock on a connection of its own: PostgreSQL frees it when that ends, however the process does. Who holds
    it stands in a row, which ``publish`` looks at again, for a connection may be lost and another may build since.
    """
    with named(), engine(settings).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # it ends with this block, and with it the lock
        for name, value in (("idle", 30), ("interval", 10), ("count", 3)):  # of a machine that has vanished
            connection.execute(text(f"SET tcp_keepalives_{name} = {value}"))
        if not connection.scalar(select(func.pg_try_advisory_lock(LOCK))):
            raise IndexBusyError(message("busy", **_holder(connection)))
        _METADATA.create_all(connection)
        connection.execute(delete(_BUILDER))
        since = datetime.now().isoformat(" ", "seconds")
        connection.execute(insert(_BUILDER).values(id=1, since=since, **_me()))
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # the connection was lost, and the lock with it
                connection.execute(delete(_BUILDER).filter_by(**_me()))
                connection.scalar(
                    select(func.pg_advisory_unlock(LOCK))
                )  # the next need not wait for the server


def _holder(connection: Connection) -> dict[str, Any]:
    """Who holds the lock; "?" in the moment in which that is not written yet."""
    try:
        row = connection.execute(select(_BUILDER)).mappings().first()
    except ProgrammingError:
        row = None
    return {name: row[name] if row else "?" for name in ("pid", "host", "since")}


def read_pointer(settings: IndexSettings) -> dict[str, str]:
    """``current`` and ``previous`` generation; {} where nothing was published. Raises StoreError."""
    query = select(_GENERATIONS.c.state, _GENERATIONS.c.generation).where(_GENERATIONS.c.state.in_(_LIVE))
    with named():
        try:
            with engine(settings).connect() as connection:
                return {str(state): str(generation) for state, generation in connection.execute(query)}
        except ProgrammingError:
            if inspect(engine(settings)).has_table(_GENERATIONS.name):
                raise
            return {}


def publish(settings: IndexSettings, current: str, previous: str) -> None:
    """Make a generation the live one, in one transaction, for who holds the lock of ``one_builder``.

    Raises IndexWriteError where another process has taken the lock meanwhile, StoreError.
    """
    row = _GENERATIONS.c
    with named(), engine(settings).begin() as connection:
        holder = (
            connection.execute(select(_BUILDER.c.pid, _BUILDER.c.host).with_for_update()).mappings().first()
        )
        if holder is None or dict(holder) != _me():
            raise IndexWriteError(message("lock_lost"))
        connection.execute(
            update(_GENERATIONS).where(row.state.in_(_LIVE)).values(state="retired", retired=func.now())
        )
        for generation, state in ((previous, "previous"), (current, "current")):
            connection.execute(
                update(_GENERATIONS).where(row.generation == generation).values(state=state, retired=None)
            )


def announce(settings: IndexSettings, generation: str, manifest: str) -> None:
    """Begin a generation: it is known, so that nobody takes its files for leftovers, and not live."""
    values = {"generation": generation, "state": "building", "manifest": manifest}
    with named(), engine(settings).begin() as connection:
        connection.execute(insert(_GENERATIONS).values(values))


def read_manifest(settings: IndexSettings, generation: str) -> str:
    """The manifest of a generation as JSON, "" where there is no such generation. Raises StoreError."""
    query = select(_GENERATIONS.c.manifest).where(_GENERATIONS.c.generation == generation)
    with named(), engine(settings).connect() as connection:
        return str(connection.scalar(query) or "")


def known(settings: IndexSettings) -> set[str]:
    """Every generation, whatever its state. Raises StoreError."""
    with named(), engine(settings).connect() as connection:
        return set(connection.scalars(select(_GENERATIONS.c.generation)))


def unwanted(settings: IndexSettings) -> list[str]:
    """What killed builds have left, and what was replaced long enough ago; for who holds the lock. Raises StoreError."""
    row = _GENERATIONS.c
    old = row.retired < func.now() - GRACE
    query = select(row.generation).where(or_(row.state == "building", (row.state == "retired") & old))
    with named(), engine(settings).connect() as connection:
        return list(connection.scalars(query))


def write_vectors(
    settings: IndexSettings, generation: str, vectors: Mapping[str, NDArray[numpy.float32]]
) -> None:
    """Keep vectors by the hash of their text. Raises StoreError."""
    items = list(vectors.items())
    with named(), engine(settings).begin() as connection:
        for at in range(0, len(items), BLOCK):
            part = items[at : at + BLOCK]
            row = {
                "generation": generation,
                "ordinal": at // BLOCK,
                "digests": "".join(digest for digest, _ in part),
                "vectors": numpy.asarray([vector for _, vector in part], dtype="<f4").tobytes(),
            }
            connection.execute(insert(_VECTORS).values(row))


def read_vectors(settings: IndexSettings, generation: str) -> dict[str, NDArray[numpy.float32]]:
    """What ``write_vectors`` wrote. Raises StoreError."""
    query = select(_VECTORS.c.digests, _VECTORS.c.vectors).where(_VECTORS.c.generation == generation)
    found: dict[str, NDArray[numpy.float32]] = {}
    with named(), engine(settings).connect() as connection:
        for digests, data in connection.execute(query):
            keys = [digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST)]
            rows = numpy.frombuffer(data, dtype="<f4").reshape(len(keys), -1)
            found.update(zip(keys, rows, strict=True))
    return found


def forget(settings: IndexSettings, generation: str) -> None:
    """Remove a generation from these tables, the last of what there is of it. Raises StoreError."""
    with named(), engine(settings).begin() as connection:
        for table in (_VECTORS, _GENERATIONS):
            connection.execute(delete(table).where(table.c.generation == generation))
