"""The audit log of several machines: the table ``audit`` of the database that they share (DATABASE_URL)."""

from __future__ import annotations

import logging
import threading
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
PAUSE = 5.0  # seconds until it is tried again
logger = logging.getLogger(__name__)

_TABLE = Table(
    "audit",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("time", String(32), nullable=False, index=True),  # of the line: ISO, UTC
    Column("line", Text, nullable=False),  # JSON
)


class AuditTable(AuditLog):
    """Adds rows, by a thread of its own: whoever has something to record waits for no database.

    Lines of a time in which it is away are added when it is back.
    """

    def __init__(
        self, url: str, *, questions: bool = False, clock: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__(questions=questions, **{"clock": clock} if clock else {})
        self._engine = ledger.connect(url)
        self._waiting: deque[dict[str, str]] = deque(maxlen=WAITING)  # under the guard of lines
        self._writing = threading.Lock()  # held while rows are added
        self._more, self._end = threading.Event(), threading.Event()  # there are lines; no more will come
        self._writer: threading.Thread | None = None
        self._told = 0  # lines that wait, as far as that was logged
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
            if self._writer is None or not self._writer.is_alive():
                self._end = threading.Event()
                self._writer = threading.Thread(
                    target=self._keep_writing, args=(self._end,), name="audit", daemon=True
                )
                self._writer.start()
        self._more.set()

    def _keep_writing(self, end: threading.Event) -> None:
        while not end.is_set():
            self._more.wait()
            self._more.clear()
            if not self.flush():
                end.wait(PAUSE)
                self._more.set()

    def flush(self) -> bool:
        """Add the lines that wait, now; whether that could be done. If not they go on waiting, and that is logged."""
        with self._writing:
            with self._guard:
                rows = list(self._waiting)
            if not rows:
                return True
            try:
                if not self._is_made:
                    self._make_table()
                with self._engine.begin() as connection:
                    connection.execute(insert(_TABLE), rows)
            except SQLAlchemyError as error:
                self._is_made = False
                if self._told != len(rows):
                    logger.error("%d audit lines wait for the database: %s", len(rows), first_line(error))
                self._told = len(rows)
                return False
            self._told = 0
            written = set(map(id, rows))
            with self._guard:  # lines that have come meanwhile stay
                while self._waiting and id(self._waiting[0]) in written:
                    self._waiting.popleft()
            return True

    def forget(self, before: datetime) -> None:
        with shared.named():
            if inspect(self._engine).has_table(_TABLE.name):
                with self._engine.begin() as connection:
                    old = before.astimezone(UTC).isoformat(timespec="milliseconds")
                    connection.execute(delete(_TABLE).where(_TABLE.c.time < old))

    def close(self) -> None:
        with self._guard:
            writer, end, self._writer = self._writer, self._end, None
        if writer is not None:
            end.set()
            self._more.set()
            writer.join()
        self.flush()

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
