"""Whether what a sentence puts in a year stands there for that year: the targets of 2025 and 2027 are not exchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.bound import Number, numbers_of
from assistant.ordinals import without_ordinals
from assistant.terms import Language
from assistant.told import HALF, holds, words_told
from index.text import squeeze
from index.wording import YEAR

_ENGLISH = re.compile(
    r"(?<!from )(?<!than )(?<!with )(?<!since )\b(?P<a>20\d\d)(?:\s*(?:-|–|to)\s*(?P<b>20\d\d))?\b"
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a text between its commas, squeezed, the years that it is about and its numbers."""

    text: str
    years: frozenset[int]
    numbers: tuple[Number, ...]


def years_bound(said: str, support: str, language: Language) -> bool:
    """Whether no part of a folded sentence is about another year than the part of the text that says the same."""
    held = list(_parts(without_ordinals(support), "zh"))
    return all(_stands(part, held, language) for part in _parts(without_ordinals(said), language))


def _stands(part: _Part, held: list[_Part], language: Language) -> bool:
    if not part.years:
        return True
    if part.numbers:
        same = [p for p in held if any(n.is_held_by(o) for n in part.numbers for o in p.numbers)]
    else:
        same = held
    told = words_told(YEAR.sub("", part.text) if language == "zh" else part.text, language)
    shares = [(sum(holds(p.text, word) for word in told), p) for p in same]
    best = max((share for share, _ in shares), default=0)
    if not part.numbers and (len(told) < 2 or best < HALF * len(told)):
        return True
    near = [p for share, p in shares if share == best]
    return not near or any(not p.years or p.years & part.years for p in near)


def _parts(text: str, language: Language) -> Iterator[_Part]:
    """A part is about the years that it names, else about those of the part before it in its sentence."""
    pattern = YEAR if language == "zh" else _ENGLISH
    for sentence in re.split(r"[。\n]", text):
        named = [_span(match) for match in pattern.finditer(sentence)]
        years = named[0] if language == "en" and len(named) == 1 else frozenset[int]()
        for part in re.split(r"[;:]|,(?!\d{3})", sentence):
            own = frozenset[int]().union(*(_span(match) for match in pattern.finditer(part)))
            years = own or years
            yield _Part(squeeze(part) if language == "zh" else part, years, tuple(numbers_of(part, language)))


def _span(match: re.Match[str]) -> frozenset[int]:
    first = int(match["a"])
    return frozenset(range(first, int(match["b"] or first) + 1))
