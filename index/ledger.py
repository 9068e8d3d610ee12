"""The relational side of a generation: policies with their sections, duties, targets and chunks.

SQLite inside the generation, or one database for all generations (DATABASE_URL): every row carries
the generation's id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from index.errors import StoreError, first_line, message
from index.policy import Chunk, Comparator, Duty, HeaderField, Page, Policy, Role, Section, Target

_METADATA = MetaData()


def _table(name: str, kind: type, *, keyed: bool = True) -> Table:
    """A table with a column for each field of a dataclass, the generation and a running number."""
    types: dict[str, Any] = {"int": Integer, "float": Float, "bool": Integer, "int | None": Integer}
    columns = [
        Column(field.name, types.get(str(field.type), Text))
        for field in fields(kind)
        if not str(field.type).startswith(
            ("tuple[HeaderField", "tuple[Section", "tuple[Duty", "tuple[Target", "tuple[Page")
        )
    ]
    own = (
        []
        if any(column.name == "policy" for column in columns) or not keyed
        else [Column("policy", String(255), index=True)]
    )
    return Table(
        name,
        _METADATA,
        Column("generation", String(64), index=True),
        Column("ordinal", Integer),
        *own,
        *columns,
    )


_POLICIES = _table("policies", Policy, keyed=False)
_FIELDS = _table("header_fields", HeaderField)
_SECTIONS = _table("sections", Section)
_DUTIES = _table("duties", Duty)
_TARGETS = _table("targets", Target)
_PAGES = _table("pages", Page)
_CHUNKS = _table("chunks", Chunk)
_WORDS = Table(
    "words",
    _METADATA,
    Column("generation", String(64), index=True),
    Column("ordinal", Integer),
    Column("policy", String(255)),
    Column("words", Text),
)
_PARTS: tuple[tuple[str, Table, Any], ...] = (
    ("header", _FIELDS, HeaderField),
    ("sections", _SECTIONS, Section),
    ("duties", _DUTIES, Duty),
    ("targets", _TARGETS, Target),
    ("pages", _PAGES, Page),
)
_OURS = {"generation", "ordinal"}  # columns of every table of ours, in every version
# libpq's: a server that has vanished is noticed within seconds, not hours
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def connect(url: str) -> Engine:
    """An engine; the file of an SQLite URL is made when something is written, that of a server serves the whole process.

    Raises StoreError where the URL names a database or a driver that is not there; no error shows its password.
    """
    try:
        return _server(url) if url.startswith("postgresql") else create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        reason = first_line(error)
    except ValueError:  # says a part of the URL, which may be one of the password
        reason = message("bad_database_url")
    raise StoreError(message("store_failed", setting="DATABASE_URL", reason=reason))


@lru_cache(maxsize=8)
def _server(url: str) -> Engine:
    """The engine of a database server; connections that it has lost are made anew."""
    address = make_url(url)
    if "@" in (address.host or ""):  # the rest of a password
        raise ValueError
    options = {name: value for name, value in _PATIENCE.items() if name not in address.query}
    return create_engine(
        address,
        pool_pre_ping=True,
        max_overflow=5,
        connect_args=options if address.get_driver_name().startswith("psycopg") else {},
    )


def write(
    engine: Engine,
    generation: str,
    policies: Iterable[Policy],
    chunks: Iterable[Chunk],
    words: Mapping[str, Sequence[str]],
) -> None:
    """Add a generation in one transaction; ``words`` are the content words of each policy, by its id."""
    _drop_of_other_schemas(engine)
    _METADATA.create_all(engine)
    with engine.begin() as connection:
        for ordinal, policy in enumerate(policies):
            row = {"generation": generation, "ordinal": ordinal}
            connection.execute(
                insert(_POLICIES),
                [
                    row
                    | _plain(
                        {c.name: getattr(policy, c.name) for c in _POLICIES.columns if c.name not in row}
                    )
                ],
            )
            for name, table, _ in _PARTS:
                rows = [
                    row | {"policy": policy.id, "ordinal": number} | _plain(asdict(item))
                    for number, item in enumerate(getattr(policy, name))
                ]
                if rows:
                    connection.execute(insert(table), rows)
        rows = [
            {"generation": generation, "ordinal": number} | _plain(asdict(item))
            for number, item in enumerate(chunks)
        ]
        if rows:
            connection.execute(insert(_CHUNKS), rows)
        rows = [
            {"generation": generation, "ordinal": number, "policy": policy} | _plain({"words": list(found)})
            for number, (policy, found) in enumerate(words.items())
        ]
        if rows:
            connection.execute(insert(_WORDS), rows)


def _drop_of_other_schemas(engine: Engine) -> None:
    """Remove the tables that another version has left in a shared database: it had other columns, we cannot read it.

    Raises StoreError, before anything is removed, where a table of such a name is another program's.
    """
    found = inspect(engine)
    left = []
    for table in reversed(_METADATA.sorted_tables):
        if found.has_table(table.name):
            columns = {column["name"] for column in found.get_columns(table.name)}
            if not columns >= _OURS:
                raise StoreError(message("store_foreign", setting="DATABASE_URL", table=table.name))
            if columns != set(table.columns.keys()):
                left.append(table)
    for table in left:
        table.drop(engine)


def forget(engine: Engine, generation: str) -> None:
    """Remove a generation."""
    there = set(inspect(engine).get_table_names())
    with engine.begin() as connection:
        for table in _METADATA.tables.values():
            if table.name in there:
                connection.execute(delete(table).where(table.c.generation == generation))


def read(engine: Engine, generation: str) -> tuple[dict[str, Policy], tuple[Chunk, ...]]:
    """Policies by id and chunks by position, equal to what was written."""
    with engine.connect() as connection:
        parts = {name: _grouped(connection, table, kind, generation) for name, table, kind in _PARTS}
        policies = {}
        for row in _rows(connection, _POLICIES, generation):
            values: dict[str, Any] = {name: tuple(parts[name].get(row["id"], ())) for name, _, _ in _PARTS}
            own: dict[str, Any] = {f.name: row[f.name] for f in fields(Policy) if f.name in row}
            policies[row["id"]] = Policy(**own, **values)
        chunks = tuple(_object(Chunk, row) for row in _rows(connection, _CHUNKS, generation))
    return policies, chunks


def read_words(engine: Engine, generation: str) -> dict[str, tuple[str, ...]]:
    """The content words of each policy, by its id."""
    with engine.connect() as connection:
        return {
            row["policy"]: tuple(json.loads(row["words"])) for row in _rows(connection, _WORDS, generation)
        }


def _rows(connection: Connection, table: Table, generation: str) -> Sequence[Mapping[str, Any]]:
    query = select(table).where(table.c.generation == generation).order_by(table.c.ordinal)
    return connection.execute(query).mappings().all()  # type: ignore[return-value]


def _grouped(connection: Connection, table: Table, kind: Any, generation: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for row in _rows(connection, table, generation):
        groups.setdefault(row["policy"], []).append(_object(kind, row))
    return groups


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Tuples as JSON, enums as their values, truths as 1 and 0 (a column of PostgreSQL is of one type)."""
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (Role, Comparator)):
        return str(value)
    return int(value) if isinstance(value, bool) else value


_READERS: dict[str, Callable[[Any], Any]] = {
    "path": lambda text: tuple(json.loads(text)),
    "role": Role,
    "comparator": Comparator,
    "bracketed": bool,
    "tentative": bool,
    "base": bool,
}


def _object(kind: Any, row: Mapping[str, Any]) -> Any:
    return kind(**{f.name: _READERS.get(f.name, lambda value: value)(row[f.name]) for f in fields(kind)})
