"""RETENTION_DAYS: what readers said of answers and the audit log are removed when they are older."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from assistant.feedback import FeedbackStore
from assistant.settings import Settings
from index.errors import PolicyIndexError

DAY = 24 * 60 * 60  # seconds between two looks
_FILE = re.compile(r"\d{4}-\d{2}-\d{2}\.jsonl")
logger = logging.getLogger(__name__)


def forget_old(settings: Settings, now: datetime | None = None) -> None:
    """Remove what is older than the setting says; nothing where it says nothing.

    Raises StoreError for the feedback, OSError for the audit log.
    """
    if not settings.retention_days:
        return
    oldest = (now or datetime.now(UTC)) - timedelta(days=settings.retention_days)
    folder = settings.audit_folder
    if folder is not None and folder.is_dir():
        for path in folder.iterdir():
            if _FILE.fullmatch(path.name) and path.stem < f"{oldest:%Y-%m-%d}":
                path.unlink(missing_ok=True)
    store = FeedbackStore(settings.index)
    try:
        store.forget(oldest)
    finally:
        store.close()


def keep_forgetting(settings: Settings, stop: Event) -> None:
    """The same now and every day, in a thread of its own, until ``stop`` is set."""

    def work() -> None:
        while True:
            try:
                forget_old(settings)
            except (PolicyIndexError, OSError):  # a database that is away today is there tomorrow
                logger.exception("nothing old was removed")
            if stop.wait(DAY):
                return

    if settings.retention_days:
        Thread(target=work, name="retention", daemon=True).start()
