"""Whether a number of a sentence belongs to what the sentence counts, and is meant there as the sentence means it.

A passage that adds 8 green factories and 1 green park holds no 1 green factory: the part of it with the number has
to share a word with the part of the sentence, and no part with another such number may fit that one better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from assistant.numbers import NUMBER, SCALES, dates_in, english_counts, rounded, scaled_value, spoken_counts
from assistant.ordinals import STROKE, without_held_ordinals, without_ordinals
from assistant.terms import Language, blank, words
from assistant.told import Word, holds, words_told
from index.keywords import tagged
from index.policy import Comparator
from index.quantities import quantities
from index.text import squeeze
from index.wording import read_comparator

_TIMES = ("年", "日", "个月", "工作日", "小时")  # plain units of how long something takes
_BOUND = ("家", "元", "%", *_TIMES)  # plain units of numbers that are somebody's
_NAMED = ("元", "%", "个百分点", *_TIMES)  # those that English names beside the number
_UPPER = (Comparator.AT_MOST, Comparator.LESS)
_LOWER = (Comparator.AT_LEAST, Comparator.MORE)
_BARE = re.compile(r"(?<![\d.,-])\d+(?:,\d{3})*(?:\.\d+)?(?!\d|,\d|-\d|\.\d)")
_SCALE = re.compile(r"\s*(thousand|million|billion|trillion)\b")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a part, in its plain unit ("" where it is not told), and how it is meant: -1 at most, 1 at least."""

    value: float
    unit: str
    bound: int = 0
    multiplied: bool = False  # 55 billion, of which English may leave out the unit

    def is_held_by(self, other: Number) -> bool:
        """Whether a number of a passage is this one."""
        if self.value != other.value:
            return False
        if self.unit:
            return self.unit == other.unit
        return other.unit not in _NAMED or (self.multiplied and other.unit == "元")


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a text between its stops, squeezed, with its numbers; ``near`` also holds what it goes on from."""

    text: str
    near: str
    numbers: tuple[Number, ...]


def numbers_bound(said: str, support: str, language: Language) -> bool:
    """Whether each number of a folded sentence may be said of what the sentence says it of."""
    said, support = without_held_ordinals(said, support), without_ordinals(support)
    said = blank(said, ((start, end) for start, end, _ in dates_in(said)), " ")
    parts = list(_parts(support))
    before = ""
    for text in re.split(
        r"[、;:。]|,(?!\d{3})|\band\b" if language == "en" else r"[、;:。]|,(?!\d{3})", said
    ):
        numbers = numbers_of(text, language)
        if not all(_fits(number, text, before, parts, language) for number in numbers):
            return False
        before = text
    return True


def numbers_of(text: str, language: Language) -> list[Number]:
    """The numbers of a part of a folded sentence that belong to something."""
    return list(_english_numbers(text) if language == "en" else _chinese_numbers(text))


def _fits(number: Number, text: str, before: str, parts: list[_Part], language: Language) -> bool:
    """Whether a part with this number goes with the words of a part, or where that has none, of the one before it."""
    holding = [(part, other) for part in parts for other in part.numbers if number.is_held_by(other)]
    if _is_year(number):
        return True  # years_bound reads them
    if not holding:
        return False
    own, earlier = (_content(part, language, number.unit in _TIMES) for part in (text, before))
    units = {other.unit for _, other in holding}
    rivals = [
        part
        for part in parts
        if any(other.unit in units for other in part.numbers)
        and all(other.value != number.value for other in part.numbers)
    ]
    alone = number.unit in _TIMES and not rivals
    fitting = [other for part, other in holding if not own or alone or _goes_with(part, own, earlier, rivals)]
    return any(other.bound * number.bound >= 0 for other in fitting)


def _is_year(number: Number) -> bool:
    return not number.unit and number.value in range(1900, 2101)


def _goes_with(part: _Part, own: list[Word], before: list[Word], rivals: Iterable[_Part]) -> bool:
    held = _held(own, part.near)
    if not held:
        return bool(_held(before, part.near))
    return not any(held < _held(own, rival.text) for rival in rivals)


def _held(terms: Iterable[Word], text: str) -> set[Word]:
    return {term for term in terms if holds(text, term)}


def _content(text: str, language: Language, deeds: bool) -> list[Word]:
    """Words of a part that say what is counted, or for how long a deed may take, what is done."""
    if language == "en":
        return words_told(text, "en")
    flags = r"n|j|l|i|v" if deeds else r"n|j|l|i"
    return [
        (word,)
        for word, flag in tagged(squeeze(text))
        if len(word) > 1 and re.match(flags, flag) and not re.search(r"\d", word)
    ]


def _parts(support: str) -> Iterator[_Part]:
    """Parts of a folded passage; one goes on from those before it in its sentence, up to another with a number."""
    for sentence in re.split(r"[。\n]", support):
        near = ""
        for text in re.split(r"[、;:]|,(?!\d{3})", sentence):
            numbers = tuple(_held_numbers(text))
            counts = any(number.unit in _BOUND for number in numbers)
            bare = squeeze(text)
            yield _Part(bare, near + "|" + bare, numbers)
            if _content(text, "zh", deeds=False):
                near = bare if counts else near + "|" + bare
            if counts:
                near = ""


def _held_numbers(text: str) -> Iterator[Number]:
    """Every number of a part of a passage, also one without a unit (of a table)."""
    for start, end, value, unit in (*_written(text), *spoken_counts(text)):
        yield Number(value, unit, _comparison(text, start, end))
    text = blank(text, ((quantity.start, quantity.end) for quantity in quantities(text)), STROKE)
    text = blank(text, ((start, end) for start, end, _ in dates_in(text)), STROKE)
    for match in NUMBER.finditer(text):
        if re.fullmatch(r"\d+(?:,\d{3})*(?:\.\d+)?", match.group()):
            yield Number(rounded(float(match.group().replace(",", ""))), "")


def _chinese_numbers(text: str) -> Iterator[Number]:
    for start, end, value, unit in (*_written(text), *spoken_counts(text)):
        if unit in _BOUND:
            yield Number(value, unit, _comparison(text, start, end))


def _comparison(text: str, start: int, end: int) -> int:
    comparator = read_comparator(text[:start], text[end:])[0]
    return (comparator in _LOWER) - (comparator in _UPPER)


def _written(text: str) -> Iterator[tuple[int, int, float, str]]:
    """(start, end, value, plain unit) of the numbers in digits that have a unit, of a range both."""
    for quantity in quantities(text):
        for value in dict.fromkeys((quantity.high, quantity.low)):
            yield quantity.start, quantity.end, *scaled_value(value, quantity.unit)


def _english_numbers(text: str) -> Iterator[Number]:
    found = [(*number, False) for number in _written(text)]
    taken = [(start, end) for start, end, *_ in found]
    for match in _BARE.finditer(text):
        many = _SCALE.match(text, match.end())
        factor = SCALES[many[1]] if many else 1.0
        value = rounded(float(match.group().replace(",", "")) * factor)
        unit = _unit_behind(text[many.end() if many else match.end() :])
        found.append((*match.span(), value, unit, factor > 1))
    found += [
        (start, end, value, _unit_behind(text[end:]), value >= 1e6)
        for start, end, value in english_counts(text)
        if _unit_behind(text[end:])  # else it is read where the words are (counts_missing)
    ]
    bound = words()["bound"]["en"]
    for start, end, value, unit, multiplied in found:
        inside = any(begin <= start < until for begin, until in taken)
        if (unit and unit not in _BOUND) or (inside and (start, end) not in taken):
            continue
        upper, lower = (re.search(rf"\b{bound[side]}\s*$", text[:start]) for side in ("upper", "lower"))
        yield Number(value, unit, bool(lower) - bool(upper), multiplied)


@cache
def _units() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What English writes behind a number (days, in 30 to 60 days too) and the plain unit that it is."""
    also = r"(?:\s*(?:to|and|or|-|–)\s*\d+)?[\s-]*"
    return tuple(
        (re.compile(rf"{also}(?:{name})\b"), unit) for name, unit in words()["number"]["units"].items()
    )


def _unit_behind(text: str) -> str:
    return next((unit for pattern, unit in _units() if pattern.match(text)), "")
