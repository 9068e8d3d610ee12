"""The numbers that a text claims, and which of them another text does not hold: amounts, counts, dates, months.

Chinese and English are read alike (55 billion is 550亿, August 2, 2024 is 2024年8月2日, five months is 5个月). What only
numbers a part of a document supports no count, and the digits of 550亿元, 30% or a date are no number by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from assistant.ordinals import STROKE, without_held_ordinals, without_ordinals
from assistant.terms import blank, words
from index.quantities import Quantity, quantities, read_numeral, scale_unit

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SCALES = {
    "trillion": 1e12,
    "billion": 1e9,
    "million": 1e6,
    "thousand": 1e3,
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "千万": 1e7,
    "百万": 1e6,
    "亿": 1e8,
    "万": 1e4,
}
_SCALED = re.compile(rf"(\d+(?:,\d{{3}})*(?:\.\d+)?)\s*({'|'.join(SCALES)})")
_SHARES = {"‰": 0.1, "万分之": 0.01}  # in per cent
_PARTS = ("%", "个百分点")  # plain units of what is a share, and no count
_NUMERALS = re.compile(r"[一二三四五六七八九十百千万亿零两]+")
_COUNTED = re.compile(
    r"(?<![\d第〇一二三四五六七八九十百千万亿零两])(?<!\d\s)"
    r"(?P<number>一(?=[家户](?![一人]))|(?!一[^百千万亿十])[一二三四五六七八九十百千两][一二三四五六七八九十百千万亿零两]*)"
    r"(?P<unit>[个项家条种类年月日天次倍成户名元])"
)
_STRICT = set("家户元")  # no turn of phrase: a count in these has to stand there with its unit
_EACH = re.compile(r"[每何某同哪统另任]$")
_MONTHS = re.compile(r"(?<![\d年.])(\d{1,2})\s*月|(?<![一二三四五六七八九十])([一二三四五六七八九十]{1,2})月")
_DATES = (
    re.compile(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号])?"),
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
)

Date = tuple[int | None, int, int | None]  # year, month, day


@cache
def _months() -> dict[str, int]:
    return {name: number for number, name in enumerate(words()["month"]["en"], start=1)}


@cache
def _english_dates() -> tuple[re.Pattern[str], ...]:
    month = rf"(?P<name>{'|'.join(_months())})\.?"
    return (
        re.compile(rf"\b{month}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year>\d{{4}}))?"),
        re.compile(rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?{month}(?:,?\s+(?P<year>\d{{4}}))?"),
    )


@cache
def _number_words() -> tuple[re.Pattern[str], dict[str, float], dict[str, float]]:
    """A number in English words, and what its words count for: by themselves, and as a multiplier."""
    data = words()["number"]
    plain = {name: float(value) for name, value in data["en"].items()}
    scale = {name: float(value) for name, value in data["scale"].items()}
    some, many = "|".join(plain), rf"(?:{'|'.join(scale)})s?"
    first = rf"(?:one|an?)[\s-]+(?={many}\b)|(?:{some}|{many})\b"
    return (
        re.compile(rf"(?<!\d)(?<!\d\s)\b(?:{first})(?:[\s-]*\b(?:{many}|(?:and\s+)?(?:{some}|one))\b)*"),
        plain | {"one": 1.0, "a": 1.0, "an": 1.0},
        scale,
    )


def values_of(quantity: Quantity) -> list[tuple[float, str]]:
    """(value in the plain unit, that unit) of both ends: 10亿元 is not 10家, 万分之五 is 0.05%."""
    return [scaled_value(value, quantity.unit) for value in {quantity.low, quantity.high}]


def scaled_value(value: float, unit: str) -> tuple[float, str]:
    """A number in its plain unit, and that unit."""
    factor, plain = (_SHARES[unit], "%") if unit in _SHARES else scale_unit(unit)
    return rounded(value * factor), plain


def numbers_missing(
    said: str, support: str, allowed: Iterable[str] = (), cells: Iterable[tuple[float, str]] = ()
) -> list[str]:
    """Numbers, with their units where they have one, and dates of a folded text that another does not hold.

    ``allowed`` are numbers, as written, that need no support; ``cells`` are values of the support whose unit stands
    in the header of their table.
    """
    allowed = set(allowed)
    said = without_held_ordinals(said, support)
    support = without_ordinals(support)
    held = {value for quantity in quantities(support) for value in values_of(quantity)} | set(cells)
    scaled = {value for value, _ in held} | {_scaled(match) for match in _SCALED.finditer(support)}
    bare = _without_amounts(support)
    plain = _digits(bare)
    missing: list[str] = []
    dates = [date for _, _, date in dates_in(support)]
    for start, end, date in sorted(dates_in(said), reverse=True):
        agrees = any(_agree(date, other) for other in dates)
        if not agrees and not allowed.issuperset(NUMBER.findall(said[start:end])):
            missing.append(said[start:end])
        said = blank(said, [(start, end)], STROKE)
    known = _months_of(support)
    for match in list(_MONTHS.finditer(said)):
        if match[1] and int(match[1]) in known:
            said = blank(said, [match.span()], STROKE)
    for quantity in list(quantities(said)):
        written = [number.strip(".,") for number in NUMBER.findall(quantity.text)]
        if quantity.text in allowed or (written and allowed.issuperset(written)):
            continue
        if held.issuperset(values_of(quantity)):
            said = blank(said, [(quantity.start, quantity.end)], STROKE)
        elif not written or plain.issuperset(written):
            missing.append(quantity.text)
    for match in list(_SCALED.finditer(said)):
        if _scaled(match) in scaled:
            said = blank(said, [match.span()], STROKE)
    for number in NUMBER.findall(said):
        number = number.strip(".,")
        if number not in allowed and number not in plain and not _stands_alone(number, bare):
            missing.append(number)
    return missing


def _without_amounts(text: str) -> str:
    """A folded text with strokes in place of amounts that are multiplied or shares, and of dates but for their year."""
    for quantity in list(quantities(text)):
        factor, plain = (0.0, "%") if quantity.unit in _SHARES else scale_unit(quantity.unit)
        if factor != 1 or plain in _PARTS:
            text = blank(text, [(quantity.start, quantity.end)], STROKE)
    text = blank(text, (match.span() for match in _SCALED.finditer(text)), STROKE)
    for start, end, (year, _, _) in list(dates_in(text)):
        kept = 4 if year and text[start : start + 4] == str(year) else 0
        text = blank(text, [(start + kept, end)], STROKE)
    return blank(text, (match.span() for match in _MONTHS.finditer(text)), STROKE)


def _digits(text: str) -> set[str]:
    found = {number.strip(".,") for number in NUMBER.findall(text)}
    return found | {number.replace(",", "") for number in found}


def rounded(value: float) -> float:
    """To nine significant digits: 8.2 billion is 82亿."""
    return float(f"{value:.9g}")


def _scaled(match: re.Match[str]) -> float:
    return rounded(float(match[1].replace(",", "")) * SCALES[match[2]])


def _stands_alone(number: str, support: str) -> bool:
    """Whether the number stands in a text as a whole (8 does not stand in 800), its thousands apart or not."""
    forms = {number, number.replace(",", "")} if re.fullmatch(r"\d{1,3}(?:,\d{3})+", number) else {number}
    return any(re.search(rf"(?<![\d.]){re.escape(form)}(?![\d]|\.\d)", support) for form in forms)


def dates_in(text: str) -> Iterator[tuple[int, int, Date]]:
    """(start, end, date) of the dates of a folded text, none inside another; a month alone is no date."""
    seen: list[tuple[int, int]] = []
    for pattern in (*_DATES, *_english_dates()):
        for match in pattern.finditer(text):
            start, end = match.span()
            parts = match.groupdict()
            year, day = parts.get("year"), parts.get("day")
            if not (year or day) or any(start < until and end > at for at, until in seen):
                continue
            month = _months()[parts["name"]] if "name" in parts else int(parts["month"])
            seen.append((start, end))
            yield start, end, (int(year) if year else None, month, int(day) if day else None)


def _agree(date: Date, other: Date) -> bool:
    """Whether a date says nothing else than another, which may say more."""
    return all(mine is None or mine == theirs for mine, theirs in zip(date, other, strict=True))


def counts_missing(said: str, support: str) -> list[str]:
    """Counts in words (three, 三项, 五百亿元) of a folded text that another holds neither in words nor in digits."""
    support = without_ordinals(support)
    bare = _without_amounts(support)
    held = {float(number.replace(",", "").strip(".")) for number in NUMBER.findall(bare)}
    held |= {read_numeral(match) for match in _NUMERALS.findall(bare)}
    counted = {value for quantity in quantities(support) for value in values_of(quantity)}
    counted |= {(value, unit) for _, _, value, unit in spoken_counts(support)}
    held |= {value for value, unit in counted if unit not in _PARTS}
    held |= {_scaled(match) for match in _SCALED.finditer(support)}
    missing: list[str] = []
    for start, end, value in english_counts(said):
        share = re.match(r"\s*(?:%|per\s?cent)", said[end:])
        if not any((value, unit) in counted for unit in _PARTS) if share else value not in held:
            missing.append(said[start:end])
    for start, end, value, unit in spoken_counts(said):
        strict = said[end - 1] in _STRICT
        if (value, unit) not in counted if strict else value not in held:
            missing.append(said[start:end])
    return missing


def spoken_counts(text: str) -> Iterator[tuple[int, int, float, str]]:
    """(start, end, value, plain unit) of the counts in Chinese numerals of a folded text: 八家, 五百亿元."""
    for match in _COUNTED.finditer(text):
        if match["number"] == "一" and _EACH.search(text[: match.start()]):
            continue
        yield *match.span(), *scaled_value(read_numeral(match["number"]), match["unit"])


def english_counts(text: str) -> Iterator[tuple[int, int, float]]:
    """(start, end, value) of the numbers in English words of a folded text: eight, twenty-five, eighty thousand."""
    pattern, plain, scale = _number_words()
    for match in pattern.finditer(text):
        total = section = 0.0
        for word in re.findall(r"[a-z]+", match.group()):
            many = scale.get(word) or scale.get(word.removesuffix("s"))
            if many and many < 1000:
                section = (section or 1) * many
            elif many:
                total, section = total + (section or 1) * many, 0.0
            elif word != "and":
                section += plain[word]
        yield *match.span(), rounded(total + section)


def months_missing(said: str, support: str) -> list[str]:
    """Months without a year or a day (8月, in August) of a folded text that another does not hold."""
    held = _months_of(support)
    return [text for text, month in _months_alone(said) if month not in held]


def _months_of(text: str) -> set[int]:
    return {month for _, _, (_, month, _) in dates_in(text)} | {month for _, month in _months_alone(text)}


def _months_alone(text: str) -> Iterator[tuple[str, int]]:
    for match in _MONTHS.finditer(text):
        yield match.group(), int(match[1] or read_numeral(match[2]))
    names = "|".join(name for name in _months() if name not in ("may", "march"))
    before = "in|by|since|from|until|till|during|before|after|of|early|late|mid|through"
    for match in re.finditer(rf"\b(?P<name>{names})\b|\b(?:{before})[\s-](?P<verb>may|march)\b", text):
        yield match.group(), _months()[match["name"] or match["verb"]]
