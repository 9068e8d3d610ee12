"""Who asks, where a question says so first (我是县政府办的，…; 市数据局要列台账：我们…): seldom a body asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.terms import words
from index.organisations import Mention

_ONESELF = re.compile("[我咱俺]")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """(the introduction, what a body's name ends with, the asker's own body in the question behind it)."""
    entry = words()["asker"]
    return re.compile(entry["zh"]), re.compile(entry["body"]), re.compile(entry["own"])


def introduction(folded: str, mentions: Sequence[Mention]) -> tuple[int, int] | None:
    """The slice of a folded question in which the asker says where he works; None where there is none."""
    opening, body, _ = _patterns()
    match = opening.match(folded)
    if not match or match.end() == len(folded):
        return None
    named = any(mention.end <= match.end() for mention in mentions)
    if match["two"]:  # 新建厂的，补助多少: a condition, unless it is a body or somebody speaks of himself
        return match.span() if body.search(match["two"]) and (named or _ONESELF.search(folded)) else None
    return match.span() if named or body.search(match["one"] or match["four"] or "") else None


def asked_about(folded: str, mentions: Sequence[Mention], until: int, of_tasks: bool) -> tuple[Mention, ...]:
    """The bodies asked about: those of the introduction (up to ``until``) only where the question goes on of them.

    ``of_tasks`` says that what a body does is asked for, and not who does it.
    """
    others = tuple(mention for mention in mentions if mention.start >= until)
    own = _patterns()[2].search(folded[until:])
    if own or (of_tasks and not others):
        return tuple(mentions)
    return others
