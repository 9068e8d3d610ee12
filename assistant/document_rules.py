"""Rules of a document that bind all of it (以上包括本数, 列首位的牵头): how they are asked for, where they stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from assistant.terms import expression
from index.policy import Policy
from index.text import squeeze


@cache
def document_rules() -> dict[str, dict[str, Any]]:
    """Sort of rule -> how it is asked for (``zh``, ``en``) and worded (``says``) …, from ``document_rules.toml``."""
    return tomllib.loads(Path(__file__).with_name("document_rules.toml").read_text("utf-8"))


@cache
def _asked(sort: str) -> re.Pattern[str]:
    return re.compile("|".join([*document_rules()[sort]["zh"], *document_rules()[sort]["en"]]))


def rules_asked(folded: str) -> list[tuple[str, re.Match[str]]]:
    """The sorts of rule that a folded question asks for, each with the words that do."""
    found = ((sort, _asked(sort).search(folded)) for sort in document_rules())
    return [(sort, match) for sort, match in found if match]


def rules_of(policy: Policy, sort: str) -> Iterator[tuple[int, int]]:
    """The slices of a policy that state its rules of a sort, their blanks aside."""
    opening = document_rules()[sort].get("place") == "head"
    yield from _stated(policy.source[: _head_end(policy)] if opening else policy.source, sort)


def _head_end(policy: Policy) -> int:
    """Where the opening of a document ends: its second article, its second part, or the first item within a part."""
    parts = 0
    for section in policy.sections:
        marker = squeeze(section.marker)
        article = marker.startswith("第") and marker.endswith("条")
        if article and marker not in ("第一条", "第1条"):
            return section.start
        if not marker or article or marker.endswith(("章", "节")):
            continue
        parts += 1
        if parts > 1:
            return section.start
    return len(policy.source)


@lru_cache(maxsize=256)
def _stated(source: str, sort: str) -> tuple[tuple[int, int], ...]:
    found = []
    for match in re.finditer(document_rules()[sort]["says"], source):
        text = match.group()
        start = match.start() + len(text) - len(text.lstrip())
        if expression("body", "his").search(text):
            # who that is stands before
            start = max(source.rfind(stop, 0, start) for stop in "。；;！？\n") + 1
            start += len(source[start:]) - len(source[start:].lstrip())
        found.append((start, match.start() + len(text.rstrip())))
    return tuple(found)
