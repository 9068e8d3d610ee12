"""The audit log: one JSON line for each act that matters for security and for each answer.

In one file a day (UTC), or in the table of a database that machines share (``assistant/audit_table.py``). Nothing is
ever rewritten; ``assistant/retention.py`` removes what is past its time.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import message
from index.files import sha256

if TYPE_CHECKING:
    from assistant.answer import Answer

_FILE = re.compile(r"\d{4}-\d{2}-\d{2}\.jsonl")
logger = logging.getLogger(__name__)


class AuditError(Exception):
    """The audit log cannot be written; ``str(error)`` is one sentence."""


def _now() -> datetime:
    return datetime.now(UTC)


class AuditLog(ABC):
    """What a line says; may be shared by threads."""

    def __init__(self, *, questions: bool = False, clock: Callable[[], datetime] = _now) -> None:
        self._questions = questions  # whether the text of questions is kept too
        self._clock = clock
        self._guard = threading.Lock()

    @abstractmethod
    def check(self) -> None:
        """Raises AuditError where no line can be written now, StoreError where a database is away."""

    @abstractmethod
    def append(self, now: datetime, line: str) -> None:
        """Keep a line, a JSON object. Raises OSError."""

    @abstractmethod
    def forget(self, before: datetime) -> None:
        """Remove what is older. Raises OSError or StoreError."""

    @abstractmethod
    def close(self) -> None:
        """Close what is open; the next line opens it again."""

    def write(
        self, act: str, who: str = "", address: str = "", *, question: str | None = None, **values: Any
    ) -> None:
        """One line, of a question its SHA-256. Where it cannot be written that is logged, and what is recorded goes on."""
        now = self._clock()
        line = {"time": now.isoformat(timespec="milliseconds"), "act": act, "who": who, "address": address}
        if question is not None:
            line["question_sha256"] = sha256(question.encode("utf-8", "replace"))
            if self._questions:
                line["question"] = question
        try:
            self.append(now, json.dumps(line | values, ensure_ascii=False))
        except OSError:
            logger.exception("no audit line of %s", act)

    def answer(self, answer: Answer, who: str = "", address: str = "", *, via: str) -> None:
        """The line of an answer: which question, from what it was answered, how and how fast."""
        self.write(
            "answer",
            who,
            address,
            question=answer.question,
            via=via,
            policies=sorted({citation.policy for citation in answer.citations}),
            status=answer.status,
            route=answer.route,
            ms=answer.timings_ms.get("total"),
        )


class AuditFiles(AuditLog):
    """Appends to ``YYYY-MM-DD.jsonl`` of a folder, by one call, so that several processes may share it."""

    def __init__(
        self, folder: Path, *, questions: bool = False, clock: Callable[[], datetime] = _now
    ) -> None:
        super().__init__(questions=questions, clock=clock)
        self.folder = folder
        self._day = ""
        self._handle: int | None = None

    def check(self) -> None:
        try:
            with self._guard:
                self._open(f"{self._clock():%Y-%m-%d}")
        except OSError as error:
            reason = error.strerror or str(error)
            raise AuditError(message("audit_unwritable", path=self.folder, reason=reason)) from error

    def append(self, now: datetime, line: str) -> None:
        with self._guard:
            os.write(self._open(f"{now:%Y-%m-%d}"), line.encode("utf-8", "replace") + b"\n")

    def forget(self, before: datetime) -> None:
        """Remove the files of days before this one."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if _FILE.fullmatch(path.name) and path.stem < f"{before:%Y-%m-%d}":
                    path.unlink(missing_ok=True)

    def close(self) -> None:
        with self._guard:
            self._leave()

    def _open(self, day: str) -> int:
        if self._handle is None or day != self._day:
            self._leave()
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"{day}.jsonl"
            self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            owner = self.folder.stat()
            if os.geteuid() == 0 and owner.st_uid:  # of a command that root runs: the app has to go on in it
                os.fchown(self._handle, owner.st_uid, owner.st_gid)
            self._day = day
        return self._handle

    def _leave(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
