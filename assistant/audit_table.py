"""The audit log of several machines: the table ``audit`` of the database that they share (DATABASE_URL)."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text, delete, insert, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from assistant.audit import AuditFiles, AuditLog
from assistant.settings import Settings
from index import ledger, shared
from index.errors import StoreError, first_line, message

WAITING = 10_000  # lines at most that wait for a database which is away; the oldest go first
PAUSE = 5.0  # seconds until it is tried again, so that it delays one answer and not all
logger = logging.getLogger(__name__)

_TABLE = Table(
    "audit",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("time", String(32), nullable=False, index=True),  # of the line: ISO, UTC
    Column("line", Text, nullable=False),  # JSON
)


class AuditTable(AuditLog):
    """Adds rows; those of a time in which the database is away are added with the next one."""

    def __init__(
        self, url: str, *, questions: bool = False, clock: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__(questions=questions, **{"clock": clock} if clock else {})
        self._engine = ledger.connect(url)
        self._waiting: deque[dict[str, str]] = deque(maxlen=WAITING)
        self._next_try = 0.0  # on the clock of time.monotonic
        self._is_made = False  # the table

    def check(self) -> None:
        try:
            self._make_table()
        except SQLAlchemyError as error:
            raise StoreError(message("audit_no_table", reason=first_line(error))) from error

    def append(self, now: datetime, line: str) -> None:
        text = line.encode("utf-8", "replace").decode("utf-8")
        with self._guard:
            self._waiting.append({"time": now.isoformat(timespec="milliseconds"), "line": text})
            self._write()

    def _write(self) -> None:
        """Add what waits, if it is time; what cannot be added goes on waiting, and that is logged."""
        if not self._waiting or time.monotonic() < self._next_try:
            return
        try:
            if not self._is_made:
                self._make_table()
            with self._engine.begin() as connection:
                connection.execute(insert(_TABLE), list(self._waiting))
        except SQLAlchemyError as error:
            self._next_try, self._is_made = time.monotonic() + PAUSE, False
            logger.error("%d audit lines wait for the database: %s", len(self._waiting), first_line(error))
        else:
            self._waiting.clear()

    def forget(self, before: datetime) -> None:
        with shared.named():
            if inspect(self._engine).has_table(_TABLE.name):
                with self._engine.begin() as connection:
                    old = before.astimezone(UTC).isoformat(timespec="milliseconds")
                    connection.execute(delete(_TABLE).where(_TABLE.c.time < old))

    def close(self) -> None:
        with self._guard:
            self._next_try = 0.0
            self._write()

    def _make_table(self) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(CreateTable(_TABLE, if_not_exists=True))
        except SQLAlchemyError:  # another process may have made it in this moment
            if not inspect(self._engine).has_table(_TABLE.name):
                raise
        self._is_made = True


def open_audit(settings: Settings) -> AuditLog | None:
    """The audit log of these settings, None where there is none. Raises StoreError for a URL that is none."""
    questions = settings.log_questions
    if settings.audit_folder is not None:
        return AuditFiles(settings.audit_folder, questions=questions)
    if settings.protected and settings.index.shared:
        return AuditTable(settings.index.database_url, questions=questions)
    return None
