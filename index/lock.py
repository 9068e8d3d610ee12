"""One builder at a time."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from filelock import FileLock, Timeout

from index import shared
from index.errors import (
    IndexBusyError,
    IndexWriteError,
    message,
)
from index.settings import IndexSettings


@contextmanager
def one_builder(settings: IndexSettings) -> Iterator[None]:
    """One builder at a time, by a lock of the database of all machines or of the OS; the second is told who holds it."""
    if settings.shared:
        with shared.one_builder(settings):
            yield
        return
    try:
        settings.index_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexWriteError(message("write_failed", reason=error.strerror)) from error
    holder = settings.index_dir / "builder.json"
    lock = FileLock(settings.index_dir / "builder.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        try:
            who = json.loads(holder.read_text("utf-8"))
        except (OSError, ValueError):
            who = {"pid": "?", "host": "?", "since": "?"}
        raise IndexBusyError(message("busy", **who)) from error
    except OSError as error:
        raise IndexWriteError(message("write_failed", reason=error.strerror)) from error
    try:
        try:
            holder.write_text(
                json.dumps(
                    {
                        "pid": os.getpid(),
                        "host": socket.gethostname(),
                        "since": datetime.now().isoformat(" ", "seconds"),
                    }
                ),
                "utf-8",
            )
        except OSError as error:
            raise IndexWriteError(message("write_failed", reason=error.strerror)) from error
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
