"""What a text claims, and which of it another text does not hold: numbers, dates, bodies, modals, addresses.

Chinese and English are read alike (55 billion is 550亿, August 2, 2024 is 2024年8月2日, five months is 5个月).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from assistant.terms import words
from index.directory import Directory
from index.organisations import offices_in, read_name
from index.quantities import Quantity, quantities, read_numeral, scale_unit
from index.text import squeeze

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SCALED = re.compile(
    r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*(trillion|billion|million|thousand|万亿|千亿|百亿|千万|百万|亿|万)"
)
_SCALES = {
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
_SHARES = {"‰": 0.1, "万分之": 0.01}  # in per cent
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
ADDRESS = re.compile(r"https?:|www\.|//|!\[|\]\(|<[a-z/!]|javascript:|data:[a-z]|mailto:", re.I)

_OFFICE = re.compile(  # by its form, whatever it is called: 市体育发展局; not 市场布局
    r"[省市州县区盟旗][一-鿿]{2,8}?(?:(?<![布格结开大全当新变僵])局|(?<![大餐展客])厅|委员会)"
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


@cache
def _modals() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    rows = words()["modal"].items()
    return tuple((name, re.compile(row["said"]), re.compile(row["stands"])) for name, row in rows)


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
    held = {value for quantity in quantities(support) for value in values_of(quantity)} | set(cells)
    scaled = {value for value, _ in held} | {_scaled(match) for match in _SCALED.finditer(support)}
    plain = {number.strip(".,") for number in NUMBER.findall(support)}
    missing: list[str] = []
    dates = [date for _, _, date in _dates(support)]
    for start, end, date in sorted(_dates(said), reverse=True):
        agrees = any(_agree(date, other) for other in dates)
        if not agrees and not allowed.issuperset(NUMBER.findall(said[start:end])):
            missing.append(said[start:end])
        said = said[:start] + "|" * (end - start) + said[end:]
    for quantity in list(quantities(said)):
        written = [number.strip(".,") for number in NUMBER.findall(quantity.text)]
        if written and allowed.issuperset(written):
            continue
        if held.issuperset(values_of(quantity)):
            said = said[: quantity.start] + "|" * (quantity.end - quantity.start) + said[quantity.end :]
        elif not written or plain.issuperset(written):
            missing.append(quantity.text)
    for match in list(_SCALED.finditer(said)):
        if _scaled(match) in scaled:
            said = said[: match.start()] + "|" * (match.end() - match.start()) + said[match.end() :]
    for number in NUMBER.findall(said):
        number = number.strip(".,")
        if number not in allowed and number not in plain and not _stands_alone(number, support):
            missing.append(number)
    return missing


def rounded(value: float) -> float:
    """To nine significant digits: 8.2 billion is 82亿."""
    return float(f"{value:.9g}")


def _scaled(match: re.Match[str]) -> float:
    return rounded(float(match[1].replace(",", "")) * _SCALES[match[2]])


def _stands_alone(number: str, support: str) -> bool:
    """Whether the number stands in a text as a whole (8 does not stand in 800)."""
    return bool(re.search(rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)", support))


def _dates(text: str) -> Iterator[tuple[int, int, Date]]:
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
    held = {float(number.replace(",", "").strip(".")) for number in NUMBER.findall(support)}
    held |= {read_numeral(match) for match in _NUMERALS.findall(support)}
    counted = {value for quantity in quantities(support) for value in values_of(quantity)}
    counted |= {(value, unit) for _, _, value, unit in spoken_counts(support)}
    held |= {value for value, _ in counted} | {_scaled(match) for match in _SCALED.finditer(support)}
    missing = [said[start:end] for start, end, value in english_counts(said) if value not in held]
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
    held = {month for _, _, (_, month, _) in _dates(support)} | {month for _, month in _months_alone(support)}
    return [text for text, month in _months_alone(said) if month not in held]


def _months_alone(text: str) -> Iterator[tuple[str, int]]:
    for match in _MONTHS.finditer(text):
        yield match.group(), int(match[1] or read_numeral(match[2]))
    names = "|".join(name for name in _months() if name not in ("may", "march"))
    before = "in|by|since|from|until|till|during|before|after|of|early|late|mid|through"
    for match in re.finditer(rf"\b(?P<name>{names})\b|\b(?:{before})[\s-](?P<verb>may|march)\b", text):
        yield match.group(), _months()[match["name"] or match["verb"]]


def bodies_missing(said: str, support: str, directory: Directory, english: bool = False) -> list[str]:
    """Bodies that a text names and a squeezed text does not, in Chinese or by their English names."""
    folded = squeeze(said)
    missing = [name for name in directory.names if squeeze(name) in folded and squeeze(name) not in support]
    missing += [  # also those that no policy names
        office
        for office in offices_in(folded)
        if office not in support and not any(office in name for name in missing)
    ]
    if english:
        for mention in directory.find(said):
            names = [squeeze(name) for name in mention.names]
            if not any(name in support or read_name(name).stem in support for name in names):
                missing.append(mention.text)
    return missing


def offices_named(said: str) -> list[str]:
    """Offices of a place that a text names, by their form, also those that no list holds."""
    return _OFFICE.findall(squeeze(said))


def offices_missing(said: str, support: str) -> list[str]:
    """Offices, by their form, that a text names and a squeezed text does not."""
    return [office for office in offices_named(said) if office not in support]


def enterprises_missing(said: str, support: str) -> list[str]:
    """Governments, companies, banks and courts, by their form, that a text names and a squeezed text does not."""
    data = words()["body"]
    said, support = (text.replace("人民政府", "政府") for text in (squeeze(said), support))
    missing = [name for name in re.findall(data["whole"], said) if name not in support]
    for match in re.finditer(data["named"], said):
        name = said[match.start() - 2 : match.end()]
        if re.search(data["plain"], name[:2]):
            name = match.group()
        if name not in support:
            missing.append(name)
    return missing


def reversals_missing(said: str, support: str) -> list[str]:
    """What a folded text ends, forbids or lessens (取消补贴) and a squeezed text does not."""
    missing: list[str] = []
    for row in words()["reversal"].values():
        for match in re.finditer(row["english"], said):
            if not re.search(row["stands"], support):
                missing.append(match.group())
        for match in re.finditer(row["said"], bare := squeeze(said)):
            object_ = re.match(r"(?:对|了|将|把)*([㐀-鿿]{0,2})", bare[match.end() :])
            what = object_[1] if object_ else ""
            near = rf"(?:{row['stands']})[^,;。:]{{0,8}}?{what}"
            if not re.search(near if what in support else row["stands"], support):
                missing.append(match.group() + what)
    return missing


def modals_missing(said: str, support: str) -> list[str]:
    """Kinds of modal (must_not, must, may) of a folded text that another does not hold."""
    return [name for name, asked, stands in _modals() if asked.search(said) and not stands.search(support)]


def addresses_missing(said: str, support: str) -> bool:
    """Whether a text holds a web address, a link or a tag that another does not."""
    return any(match.group() not in support for match in ADDRESS.finditer(said))
