"""Files: what tells that they are the same, and how they are written so that nobody reads a half of one."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def sha256(data: bytes) -> str:
    """64 hexadecimal digits, as manifests and archives have them."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path) -> str:
    """The same of a file, which may be larger than the memory; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file in one step, as UTF-8: a reader sees the old one or the new one. Raises OSError.

    Whoever could read the old one still can: the new one has its mode, and its owner where root writes. Where there is
    none, it has ``mode``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            before = path.stat() if path.exists() else None
            os.fchmod(handle, before.st_mode & 0o777 if before else mode)
            if before and os.geteuid() == 0:
                os.fchown(handle, before.st_uid, before.st_gid)
            file.write(text)
            file.flush()
            os.fsync(handle)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
