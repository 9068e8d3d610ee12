"""What stands before a question: who asks (我是县政府办的，…; 市数据局要列台账：我们…), seldom a body asked about; that one
asks, and what for (写稿子要用：…), no part of it at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.terms import expression, is_asking, pattern, words
from index.organisations import Mention
from index.text import fold_with_origin

SHORTEST = 3  # characters of a question behind a preamble


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """(the introduction, what a body's name ends with, the asker's own body in the question behind it)."""
    entry = words()["asker"]
    return re.compile(entry["zh"]), re.compile(entry["body"]), re.compile(entry["own"])


@cache
def _preamble() -> re.Pattern[str]:
    """One clause that opens a question and is no part of it, with the stops behind it."""
    entry = words()["preamble"]
    setting, request, direct, stop = (
        form.replace("{look}", entry["look"])
        for form in ("|".join(entry["setting"]), entry["request"], entry["direct"], entry["stop"])
    )
    return re.compile(
        rf"(?:(?:{setting})(?=\s*{stop}|(?:{request})\s*{stop}|(?:{direct}))|(?:{request})(?=\s*{stop})|(?:{direct}))"
        rf"(?:\s|{stop})*"
    )


def without_preamble(text: str) -> str:
    """A question without the clauses that open it and are no part of it, as long as a question stands behind them."""
    folded = fold_with_origin(text)
    at = 0
    while (match := _preamble().match(folded.text, at)) and match.end() > at:
        rest = folded.text[match.end() :]
        if len(rest) < SHORTEST or not (is_asking(rest) or _requests(rest)):
            break
        at = match.end()
    return text[folded.span(at, len(folded.text))[0] :] if at else text


def _requests(rest: str) -> bool:
    """Whether a folded text asks without a word that asks: for a list, an account, a confirmation."""
    return any(pattern("ask", name).search(rest) for name in ("list", "open", "claim", "tasks"))


def introduction(folded: str, mentions: Sequence[Mention]) -> tuple[int, int] | None:
    """The slice of a folded question in which the asker says where he works; None where there is none."""
    opening, body, _ = _patterns()
    match = opening.match(folded)
    if not match or match.end() == len(folded):
        return None
    named = any(mention.end <= match.end() for mention in mentions)
    if match["two"]:  # 新建厂的，补助多少: a condition, unless it is a body or somebody speaks of himself
        own = named or expression("asker", "oneself").search(folded)
        return match.span() if own and body.search(match["two"]) else None
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
