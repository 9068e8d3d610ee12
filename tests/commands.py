"""Commands of this repository in processes that begin with everything imported: a hundred can be killed in minutes."""

from __future__ import annotations

import multiprocessing
import os
import resource
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from index.settings import IndexSettings
from tests.index.conftest import ROOT, environment

PATIENCE = 120  # seconds that one may take
Limits = Sequence[tuple[int, tuple[int, int]]]
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.preloaded"])


class Command:
    """``python -m MODULE ARGUMENTS`` on an index, under way; what it writes goes to two files beside ``output``.

    ``limits`` are set in its process before it begins, as ``resource.setrlimit`` takes them.
    """

    def __init__(
        self, output: Path, settings: IndexSettings, module: str, *arguments: str, limits: Limits = ()
    ) -> None:
        self._written = output.with_suffix(".out"), output.with_suffix(".err")
        self._began = time.monotonic()
        for path in self._written:
            path.unlink(missing_ok=True)
        environ = environment(settings) | {"LLM": "none"}
        where = (str(settings.policy_dir.parent), *map(str, self._written))
        self._process = _forked(module, arguments, environ, where, limits)
        self.until(self._written[1].exists)

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

    @property
    def out(self) -> str:
        """What it has written to stdout so far."""
        return self._written[0].read_text("utf-8", errors="replace")

    @property
    def error(self) -> str:
        """What it has written to stderr so far."""
        return self._written[1].read_text("utf-8", errors="replace")

    def said(self) -> str:
        """Both."""
        return self.out + self.error

    def until_it_says(self, words: str) -> None:
        """Wait until words stand in what it has written; AssertionError where it ends without them."""
        self.until(lambda: words in self.said())
        assert words in self.said()

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


def run_python(
    command: Sequence[str], *, env: Mapping[str, str], timeout: float, **_: object
) -> subprocess.CompletedProcess[str]:
    """``subprocess.run`` of ``python -m MODULE ARGUMENTS``, whose output is captured, in such a process."""
    module, *arguments = command[2:]
    with tempfile.TemporaryDirectory() as folder:
        written = [Path(folder, name) for name in ("out", "err")]
        process = _forked(module, arguments, env, (os.getcwd(), *map(str, written)))
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, timeout)
        texts = [path.read_text("utf-8") if path.exists() else "" for path in written]
    return subprocess.CompletedProcess(command, process.exitcode, *texts)


def _forked(
    module: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    where: tuple[str, ...],
    limits: Limits = (),
) -> BaseProcess:
    os.environ.setdefault("PYTHONPATH", str(ROOT))  # of the process that forks, which imports us
    process = _forks.Process(target=_run, args=(module, arguments, environ, where, limits))
    process.start()
    return process


def _run(
    module: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    where: tuple[str, ...],
    limits: Limits,
) -> None:
    folder, *outputs = where
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    for number, output in enumerate(outputs, start=1):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600), number)
    for resource_kind, limit in limits:
        resource.setrlimit(resource_kind, limit)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
