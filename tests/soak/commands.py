"""Commands of this repository in processes that begin with everything imported: a hundred can be killed in minutes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path

from index.settings import IndexSettings
from tests.index.conftest import ROOT, environment

PATIENCE = 120  # seconds that one may take
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.soak.preloaded"])


class Command:
    """``python -m MODULE ARGUMENTS`` on an index, under way; both outputs go to one file."""

    def __init__(self, output: Path, settings: IndexSettings, module: str, *arguments: str) -> None:
        self.output, self._began = output, time.monotonic()
        output.unlink(missing_ok=True)
        os.environ.setdefault("PYTHONPATH", str(ROOT))  # of the process that forks, which imports us
        environ = environment(settings) | {"LLM": "none"}
        given = (module, list(arguments), environ, str(settings.policy_dir.parent), str(output))
        self._process: BaseProcess = _forks.Process(target=_run, args=given)
        self._process.start()
        self.until(output.exists)

    @property
    def pid(self) -> int:
        """Its process, which leads a group."""
        assert self._process.pid
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether it has ended, however."""
        return self._process.exitcode is not None

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self._began

    def said(self) -> str:
        """What it has written so far."""
        return self.output.read_text("utf-8", errors="replace")

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so, or it has ended."""
        deadline = time.monotonic() + PATIENCE
        while not (reached() or self.is_over):
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.001)

    def until_seconds(self, seconds: float) -> None:
        """Wait until so much time has passed since the start, or it has ended."""
        self.until(lambda: self.seconds > seconds)

    def kill(self, *, alone: bool = False) -> bool:
        """kill -9, with the processes that it has started or ``alone``; whether it was still there."""
        with suppress(ProcessLookupError):
            (os.kill if alone else os.killpg)(self.pid, signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def wait(self) -> int:
        """Its exit status, once it has ended."""
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, self.said()
        return self._process.exitcode


def run(output: Path, settings: IndexSettings, module: str, *arguments: str) -> tuple[int, str]:
    """Run a command to its end: exit status and what it wrote."""
    command = Command(output, settings, module, *arguments)
    return command.wait(), command.said()


def _run(module: str, arguments: list[str], environ: dict[str, str], folder: str, output: str) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.update(environ)
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number in (1, 2):
        os.dup2(handle, number)
    sys.exit(import_module(f"{module}.__main__").main(arguments))
