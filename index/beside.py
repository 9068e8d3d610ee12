"""Change the policy folder and its index in a process beside this one, which goes on answering meanwhile.

``Changing`` starts ``python -m index.beside``: the request is one line of JSON on stdin, the replies are lines on stdout,
one for each step and the last with what was done or why not. What a build needs of memory ends with that process; it
leaves the processor to others, and what takes it down takes nothing else down.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

from index import errors
from index.build import BuildReport, build
from index.errors import CancelledError, PolicyIndexError, message
from index.library import Change, Found, add, remove
from index.settings import IndexSettings
from index.steps import Progress, Step

KINDS = ("add", "remove", "build")
NICE = 10  # how far the build stands behind the answers
LONGEST_LOG = 2000  # characters that are kept of what a process that died has said
_ROOT = Path(__file__).resolve().parents[1]


class Changing:
    """One change: ``steps`` performs it, ``cancel`` ends it, from any thread. Nothing is left half done by that."""

    def __init__(self, settings: IndexSettings, kind: str, names: Sequence[str] = ()) -> None:
        plain = _plain(asdict(settings))
        self._request = {"kind": kind, "names": list(names), "settings": plain, "nice": NICE}
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = False
        self._guard = threading.Lock()  # between starting and cancelling
        self.change: Change | None = None  # once the steps have ended
        self.log = ""  # what a process that died has said

    def steps(self) -> Iterator[Step]:
        """Perform it; raises a PolicyIndexError with the reason where it was not done."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            process = self._started(said)
            assert process.stdin and process.stdout
            last: dict[str, Any] = {}
            with process:
                with suppress(BrokenPipeError), process.stdin as request:  # closing it writes what is left
                    request.write(json.dumps(self._request) + "\n")
                for line in process.stdout:
                    if not line.endswith("\n"):
                        break  # it was killed while it wrote
                    last = json.loads(line)
                    if "step" in last:
                        yield Step(**last["step"])
            if "change" in last:
                self.change = _change(last["change"])
                return
            if "error" in last:
                raise getattr(errors, last["error"])(last["text"])
            if self._cancelled and process.returncode == -signal.SIGTERM:  # before it could heed that
                raise CancelledError(message("cancelled"))
            said.seek(0)
            self.log = said.read()[-LONGEST_LOG:]
            raise PolicyIndexError(message("builder_died"))

    def _started(self, said: TextIO) -> subprocess.Popen[str]:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
        with self._guard:
            if self._cancelled:
                raise CancelledError(message("cancelled"))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "index.beside"],
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                encoding="utf-8",
            )
            return self._process

    def cancel(self) -> None:
        """End it at its next step, unless it is published already."""
        with self._guard:
            self._cancelled = True
            if self._process and self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in settings.items()}


def _change(values: dict[str, Any]) -> Change:
    """A Change as JSON gives it back."""
    report = values["report"]
    if report:
        report = BuildReport(**report | {"problems": tuple(report["problems"])})
    found = tuple(Found(**one) for one in values["found"])
    known, moved = (tuple((one, other) for one, other in values[name]) for name in ("known", "moved"))
    names = {name: tuple(values[name]) for name in ("added", "replaced", "removed", "problems")}
    return Change(**names, known=known, moved=moved, report=report, found=found)


# --- the process beside -------------------------------------------------------------------------


def perform(request: Mapping[str, Any], progress: Progress) -> Change:
    """What a request asks for; raises a PolicyIndexError."""
    values = request["settings"]
    policies, index = Path(values["policy_dir"]), Path(values["index_dir"])
    settings = replace(IndexSettings(**values), policy_dir=policies, index_dir=index)
    if request["kind"] == "add":
        return add(settings, [Path(name) for name in request["names"]], progress)
    if request["kind"] == "remove":
        return remove(settings, request["names"], progress)
    report = build(settings, progress)
    return Change((), (), (), (), report.problems, report)


def main() -> None:
    """Answer one request."""
    cancelled = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: cancelled.set())
    request = json.loads(sys.stdin.readline())
    with suppress(OSError):
        os.nice(request["nice"])
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no reply

    def reply(**values: Any) -> None:
        print(json.dumps(values), file=replies, flush=True)  # in ASCII: a file's name may be no UTF-8

    def progress(step: Step) -> None:  # nothing is published between the last step and the end
        if cancelled.is_set():
            raise CancelledError(message("cancelled"))
        reply(step=asdict(step))

    try:
        change = perform(request, progress)
    except PolicyIndexError as error:
        reply(error=type(error).__name__, text=str(error))
    else:
        reply(change=asdict(change))


if __name__ == "__main__":
    main()
