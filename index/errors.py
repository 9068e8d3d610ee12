"""The named errors of the index; each carries one sentence fit for a reader.

The core raises them, the edges (command line, chat, API) translate them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def _messages() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))


def message(name: str, /, **values: object) -> str:
    """The sentence ``name`` of ``messages.toml``; KeyError where it or a value is missing."""
    return _messages()[name].format_map(values)


def first_line(error: BaseException) -> str:
    """What an error says, or what the database said that it comes from, in one line that fits a sentence."""
    error = getattr(error, "orig", None) or error
    text = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    return str(text).splitlines()[0][:200]


class PolicyIndexError(Exception):
    """Base of all errors below; ``str(error)`` is one clear sentence."""


class SourceError(PolicyIndexError):
    """A policy file that cannot be read; names the file and the reason."""


class UnsupportedFormatError(SourceError):
    """A file whose format is not supported (yet); names the format."""


class NoPoliciesError(PolicyIndexError):
    """The policy folder is missing or holds no readable policy."""


class IndexMissingError(PolicyIndexError):
    """No generation has been published in the index folder."""


class IndexDamagedError(PolicyIndexError):
    """A published generation is incomplete or fails verification."""


class IndexMismatchError(PolicyIndexError):
    """The index was built with another embedding model or schema; names the command that rebuilds."""


class IndexBusyError(PolicyIndexError):
    """Another builder holds the lock; says who."""


class IndexWriteError(PolicyIndexError):
    """The new generation could not be written (disk full, read-only); the live one is unchanged."""


class ArchiveError(PolicyIndexError):
    """A backup that cannot be made, read or put in place; says why."""


class OccupiedError(PolicyIndexError):
    """A backup was to be restored where policies or an index are already; names the place."""


class StoreError(PolicyIndexError):
    """The server of CHROMA_URL or the database of DATABASE_URL cannot be used; names the setting."""


class ModelError(PolicyIndexError):
    """The embedding model cannot be loaded; names it."""


class CancelledError(PolicyIndexError):
    """Who began the build has ended it; nothing has changed."""
