"""What readers say of answers: the table ``feedback``, from which ``python -m eval draft`` makes cases.

It lies in the database of DATABASE_URL, else in ``feedback.sqlite`` beside the generations of the index:
a rebuilt index, or one rolled back, changes nothing in it. Any number of threads and processes may add rows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from index import ledger
from index.errors import StoreError, first_line, message
from index.settings import FEEDBACK, IndexSettings

LONGEST = 10_000  # characters of a corrected answer
PATIENCE_MS = 30_000  # for which a writer waits until others have written (SQLite)

Thumb = Literal["up", "down"]
Reason = Literal["wrong_answer", "wrong_source", "should_have_answered", "should_have_refused"]
THUMBS, REASONS = get_args(Thumb), get_args(Reason)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reader's word on one answer; ``id`` and ``created`` are the store's."""

    question: str
    answer: Mapping[str, Any]  # JSON of the contract
    thumb: Thumb
    history: tuple[Mapping[str, str], ...] = ()  # turns before the question: {"role", "content"}
    reason: Reason | None = None
    corrected: str | None = None  # the right answer in the reader's words
    policies: Mapping[str, str] = field(default_factory=dict)  # of the index that answered: id -> title
    generation: str = ""  # of that index
    id: int = 0
    created: str = ""  # ISO time, UTC

    def __post_init__(self) -> None:
        """Raises ValueError for a thumb or a reason that is none, or a correction that is too long."""
        if self.thumb not in THUMBS or (self.reason is not None and self.reason not in REASONS):
            raise ValueError(f"no feedback: thumb {self.thumb!r}, reason {self.reason!r}")
        if len(self.corrected or "") > LONGEST:
            raise ValueError(f"a corrected answer of more than {LONGEST} characters")


_JSON = ("history", "answer", "policies")


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"feedback_{column}")


_TABLE = Table(
    "feedback",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("created", String(32), nullable=False),
    Column("question", Text, nullable=False),
    Column("history", Text, nullable=False),  # JSON
    Column("answer", Text, nullable=False),  # JSON
    Column("thumb", String(8), nullable=False),
    Column("reason", String(32)),
    Column("corrected", Text),
    Column("policies", Text, nullable=False),  # JSON
    Column("generation", String(64), nullable=False),
    _one_of("thumb", THUMBS),
    _one_of("reason", REASONS),
    sqlite_autoincrement=True,  # an id is never given twice
)


class FeedbackStore:
    """The table ``feedback``, made at the first row; may be shared by threads."""

    def __init__(self, settings: IndexSettings) -> None:
        self._file = None if settings.database_url else settings.index_dir / FEEDBACK
        self._engine = ledger.connect(settings.database_url or f"sqlite:///{self._file}")
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare)

    def add(self, feedback: Feedback) -> Feedback:
        """Keep one reader's word, in one transaction; returns it with its id. Raises StoreError."""
        row = {
            **{f.name: _storable(getattr(feedback, f.name)) for f in fields(Feedback) if f.name != "id"},
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with self._named():
            self._make_table()
            with self._engine.begin() as connection:
                key = connection.execute(insert(_TABLE).values(row)).inserted_primary_key
                kept = (
                    connection.execute(select(_TABLE).where(_TABLE.c.id == (key or (0,))[0])).mappings().one()
                )
        return _feedback(kept)

    def list(self, ids: Collection[int] = ()) -> list[Feedback]:
        """Every row, or those with these ids, oldest first; [] where there is no table yet. Raises StoreError."""
        query = select(_TABLE).order_by(_TABLE.c.id)
        with self._named():
            if not self._has_table():
                return []
            with self._engine.connect() as connection:
                rows = (
                    connection.execute(query.where(_TABLE.c.id.in_(ids)) if ids else query).mappings().all()
                )
        return [_feedback(row) for row in rows]

    def forget(self, before: datetime) -> int:
        """Remove what was said before a moment (UTC); how many rows. Raises StoreError."""
        old = delete(_TABLE).where(_TABLE.c.created < before.isoformat(timespec="seconds"))
        with self._named():
            if not self._has_table():
                return 0
            with self._engine.begin() as connection:
                return connection.execute(old).rowcount

    def close(self) -> None:
        """Release the connections; the next call opens new ones."""
        self._engine.dispose()

    def _has_table(self) -> bool:
        """Whether something was said yet; to look makes no file."""
        if self._file and not self._file.exists():
            return False
        return inspect(self._engine).has_table(_TABLE.name)

    def _make_table(self) -> None:
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._engine.begin() as connection:
                connection.execute(CreateTable(_TABLE, if_not_exists=True))
        except SQLAlchemyError:  # PostgreSQL: another process may have made it in this moment
            if not self._has_table():
                raise

    @contextmanager
    def _named(self) -> Iterator[None]:
        """StoreError, with one sentence, for what the database or the disk says."""
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            self.close()  # a connection would go on with the file that failed, also where it was replaced
            raise StoreError(message("feedback_failed", reason=first_line(error))) from error


def _prepare(connection: Any, _: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    # what is removed is gone from the file, and from its copies
    connection.execute("PRAGMA secure_delete = ON")


def _storable(value: Any) -> Any:
    """Text as every database takes it: JSON for a structure, no NUL, no half of a surrogate pair."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _feedback(row: Mapping[Any, Any]) -> Feedback:
    values = {name: json.loads(value) if name in _JSON else value for name, value in row.items()}
    return Feedback(**values | {"history": tuple(values["history"])})
