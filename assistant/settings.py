"""Settings of the whole product, read from the environment once, at the edge."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from index.errors import message
from index.settings import IndexSettings


class SettingsError(ValueError):
    """A setting that cannot be used; ``str(error)`` is one sentence that names its variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The index's settings and the assistant's own."""

    index: IndexSettings = field(default_factory=IndexSettings)
    host: str = "127.0.0.1"  # address on which the chat listens
    port: int = 7860  # its TCP port
    as_of: datetime.date | None = None  # the day that counts as today; None is the clock's

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from environment variables; an empty value means the default.

        Raises:
            SettingsError: a value cannot be read.
        """
        default = cls()
        return cls(
            index=IndexSettings.from_environment(environ),
            host=environ.get("HOST") or default.host,
            port=_port(environ.get("PORT") or str(default.port)),
            as_of=_date(environ.get("AS_OF") or ""),
        )


def _port(text: str) -> int:
    if re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 65536:
        return int(text)
    raise SettingsError(message("bad_port", value=text))


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(message("bad_date", value=text)) from None
