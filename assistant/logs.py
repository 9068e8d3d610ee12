"""Logs on stderr: lines for people, or one JSON object a line (LOG_FORMAT). They hold no question and no answer."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

OURS = ("assistant", "eval", "index", "pages", "app")  # shown from INFO on, others from WARNING
TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
logger = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, ``request``.

    ``request`` is the request's id, left out where there is none. An exception is ``error``, its kind, and ``trace``,
    without its text: that may hold what a reader asked. A record's ``fields`` stand beside.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        data: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := getattr(record, "request", ""):
            data["request"] = request
        data |= getattr(record, "fields", {})
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            data |= {"error": type(error).__name__, "trace": _trace(error)}
        return json.dumps(data, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A record as a line for people, with the request's id at its end; an exception as Python shows it."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line, to which ``format`` adds the exception."""
        request = getattr(record, "request", "")
        return super().formatMessage(record) + (f" [{request}]" if request else "")


def configure(form: str, request: Callable[[], str] = lambda: "") -> None:
    """Write every log to stderr, as ``json`` or ``text``; ``request`` gives the id of the request that is answered."""

    def named(record: logging.LogRecord) -> bool:
        record.request = request()
        return True

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    handler.addFilter(named)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)
    if form == "json":  # what others print to stderr becomes a line of the log
        sys.excepthook = _uncaught
        threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
        traceback.print_exc = lambda *_, **__: logger.error("an error", exc_info=True)  # as Gradio does


def complain(sentence: str) -> None:
    """Why the program ends, on stderr: the sentence alone, or in JSON where the logs are."""
    if any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers):
        logger.error("%s", sentence)
    else:
        print(sentence, file=sys.stderr)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None, /) -> None:
    logger.critical("uncaught", exc_info=(kind, error or kind(), trace))


def _trace(error: BaseException | None) -> list[str]:
    """Where an exception and those behind it were raised: kinds, places and code, no texts."""
    lines: list[str] = []
    while error is not None:
        lines += [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
        lines.append(type(error).__name__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
