"""Whether a number of a sentence belongs to what the sentence counts, and is meant there as the sentence means it.

A passage that adds 8 green factories and 1 green park holds no 1 green factory: the part of it with the number has
to share a word with the part of the sentence, and no part with another such number may fit that one better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.claims import english_counts, rounded, scaled_value, spoken_counts
from assistant.match import overlap
from assistant.terms import Language, find_terms, words
from index.keywords import tagged
from index.policy import Comparator
from index.quantities import quantities
from index.text import squeeze
from index.wording import read_comparator

_BOUND = ("家", "元", "%")  # plain units of numbers that are somebody's
_HELD = 0.5  # overlap from which a part holds a word
_UPPER = (Comparator.AT_MOST, Comparator.LESS)
_LOWER = (Comparator.AT_LEAST, Comparator.MORE)
_BARE = re.compile(r"(?<![\d.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\d,-]|\.\d)")

Word = tuple[str, ...]  # a word and what else it may be called


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of a part, in its plain unit ("" where it is not told), and how it is meant: -1 at most, 1 at least."""

    value: float
    unit: str
    bound: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a text between its stops, squeezed, with its numbers; ``near`` also holds what it goes on from."""

    text: str
    near: str
    numbers: tuple[_Number, ...]


def numbers_bound(said: str, support: str, language: Language) -> bool:
    """Whether each number of a folded sentence may be said of what the sentence says it of."""
    parts = list(_parts(support))
    before = ""
    for text in re.split(r"[,、;:。]|\band\b" if language == "en" else r"[、;:。]|,(?!\d)", said):
        numbers = list(_english_numbers(text) if language == "en" else _chinese_numbers(text))
        own = _content(text, language)
        if not all(_fits(number, own, _content(before, language), parts) for number in numbers):
            return False
        before = text
    return True


def _fits(number: _Number, own: list[Word], before: list[Word], parts: Iterable[_Part]) -> bool:
    """Whether a part with this number goes with these words; also where no part holds it, or there are no words."""
    parts = list(parts)
    holding = [
        (part, other)
        for part in parts
        for other in part.numbers
        if other.value == number.value and number.unit in ("", other.unit)
    ]
    if not holding:
        return True
    units = {other.unit for _, other in holding}
    rivals = [
        part
        for part in parts
        if any(other.unit in units for other in part.numbers)
        and all(other.value != number.value for other in part.numbers)
    ]
    fitting = [other for part, other in holding if not own or _goes_with(part, own, before, rivals)]
    return any(other.bound * number.bound >= 0 for other in fitting)


def _goes_with(part: _Part, own: list[Word], before: list[Word], rivals: Iterable[_Part]) -> bool:
    held = _held(own, part.near)
    if not held:
        return bool(_held(before, part.near))
    return not any(held < _held(own, rival.text) for rival in rivals)


def _held(terms: Iterable[Word], text: str) -> set[Word]:
    return {term for term in terms if any(overlap(variant, text) >= _HELD for variant in term)}


def _content(text: str, language: Language) -> list[Word]:
    """Words of a part that say what is counted; of English those that the glossary knows."""
    if language == "en":
        known = (tuple(v for v in term.variants if not v.isascii()) for term in find_terms(text, "en"))
        return [variants for variants in known if variants]
    return [
        (word,)
        for word, flag in tagged(squeeze(text))
        if len(word) > 1 and re.match(r"n|j|l|i", flag) and not re.search(r"\d", word)
    ]


def _parts(support: str) -> Iterator[_Part]:
    """Parts of a folded passage; one goes on from those before it in its sentence, up to another with a number."""
    for sentence in re.split(r"[。\n]", support):
        near = ""
        for text in re.split(r"[、;:]|,(?!\d{3})", sentence):
            numbers = tuple(_chinese_numbers(text))
            bare = squeeze(text)
            yield _Part(bare, near + "|" + bare, numbers)
            if _content(text, "zh"):
                near = bare if numbers else near + "|" + bare
            if numbers:
                near = ""


def _chinese_numbers(text: str) -> Iterator[_Number]:
    for start, end, value, unit in (*_written(text), *spoken_counts(text)):
        if unit in _BOUND:
            comparator = read_comparator(text[:start], text[end:])[0]
            yield _Number(value, unit, (comparator in _LOWER) - (comparator in _UPPER))


def _written(text: str) -> Iterator[tuple[int, int, float, str]]:
    """(start, end, value, plain unit) of the numbers in digits that have a unit."""
    for quantity in quantities(text):
        yield quantity.start, quantity.end, *scaled_value(quantity.high, quantity.unit)


def _english_numbers(text: str) -> Iterator[_Number]:
    found = [number for number in _written(text) if number[-1] in _BOUND]
    scale = r"\s*(thousand|million|billion|trillion)\b"
    for match in _BARE.finditer(text):
        many = re.match(scale, text[match.end() :])
        factor = float(words()["number"]["scale"][many[1]]) if many else 1.0
        found.append((*match.span(), rounded(float(match.group().replace(",", "")) * factor), ""))
    found += [(start, end, value, "") for start, end, value in english_counts(text)]
    bound = words()["bound"]["en"]
    for at, (start, _, value, unit) in enumerate(found):
        if any(start == other[0] for other in found[:at]):
            continue
        upper, lower = (re.search(rf"\b{bound[end]}\s*$", text[:start]) for end in ("upper", "lower"))
        yield _Number(value, unit, bool(lower) - bool(upper))
