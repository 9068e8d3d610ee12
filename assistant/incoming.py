"""Questions and histories from outside: what of them can be read."""

from __future__ import annotations

import re
from typing import TypeGuard

_UNPAIRED = re.compile("[\\ud800-\\udfff]")


def is_text(value: object) -> TypeGuard[str]:
    """Whether a value is text; half a surrogate pair is no character."""
    return isinstance(value, str) and not _UNPAIRED.search(value)


def is_names(value: object) -> TypeGuard[list[str]]:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(is_text(name) for name in value)


def is_history(value: object) -> TypeGuard[list[dict[str, str]]]:
    """Whether a value is a list of turns, each with a role and what was said; other keys do not matter."""
    return isinstance(value, list) and all(
        isinstance(turn, dict) and is_text(turn.get("role")) and is_text(turn.get("content"))
        for turn in value
    )
