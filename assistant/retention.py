"""RETENTION_DAYS: what readers said of answers and the audit log are removed when they are older."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from assistant.audit_table import open_audit
from assistant.feedback import FeedbackStore
from assistant.settings import Settings
from index.errors import PolicyIndexError

DAY = 24 * 60 * 60  # seconds between two looks
logger = logging.getLogger(__name__)


def forget_old(settings: Settings, now: datetime | None = None) -> None:
    """Remove what is older than the setting says; nothing where it says nothing.

    Raises StoreError for the feedback, OSError or StoreError for the audit log.
    """
    if not settings.retention_days:
        return
    oldest = (now or datetime.now(UTC)) - timedelta(days=settings.retention_days)
    log = open_audit(settings)
    if log is not None:
        log.forget(oldest)
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
