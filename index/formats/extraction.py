"""Documents to text in a process beside this one, which a document may slow down, fill or kill without harm."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from index.errors import SourceError, message
from index.formats.text import Extracted

SECONDS = 300  # that a document may take, on the clock and of a processor
_ROOT = Path(__file__).resolve().parents[2]


class TransientError(SourceError):
    """A document that took too long or took its process down: the next build tries again."""


class Extractor:
    """One process for all documents of a build, started at the first; after a failure the next gets a new one."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Extractor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def read(self, data: bytes, name: str, form: str) -> Extracted:
        """The text of a document's bytes; ``form`` is PDF, DOCX or HTML.

        Raises SourceError with the reason where it cannot be read, TransientError where reading it failed.
        """
        answer = self._ask(data, name, form)
        if "text" in answer:
            return Extracted(answer["text"], tuple((at, page) for at, page in answer["pages"]))
        if answer["name"] == "too_heavy":
            self._stop()  # its memory is in pieces
        raise SourceError(message(answer["name"], file=name, **answer["values"]))

    def _ask(self, data: bytes, name: str, form: str) -> dict[str, Any]:
        process = self._process or self._start()
        assert process.stdin and process.stdout
        head = {"format": form, "size": len(data), "seconds": self._seconds}
        deadline = time.monotonic() + self._seconds
        try:
            process.stdin.write(json.dumps(head).encode() + b"\n" + data)
            process.stdin.flush()
            line = _line(process, deadline)
        except TimeoutError as error:
            self._stop()
            raise TransientError(message("too_slow", file=name, seconds=int(self._seconds))) from error
        except OSError:
            line = b""
        if not line:
            self._stop()
            if process.returncode == -signal.SIGXCPU:
                raise TransientError(message("too_slow", file=name, seconds=int(self._seconds)))
            raise TransientError(message("reader_died", file=name))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ}
        path = [str(_ROOT), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "index.formats.worker"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        process.wait()


def _line(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """The next line that a process writes, b"" where it ends first; TimeoutError at the deadline."""
    assert process.stdout
    pieces: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not (pieces and pieces[-1].endswith(b"\n")):
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
            piece = os.read(process.stdout.fileno(), 1 << 20)
            if not piece:
                return b""
            pieces.append(piece)
    return b"".join(pieces)
