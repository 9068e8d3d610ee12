"""Days of documents and questions: dates as they write them, years told by today (今年, next year)."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from assistant.terms import words
from index.quantities import read_numeral
from index.text import fold

_ZERO, _NUMERAL = "〇○零o", "一二三四五六七八九十"
DAY = (
    r"(?:\d{4}\s*[年\-/.]\s*\d{1,2}\s*[月\-/.]\s*\d{1,2}\s*日?"
    rf"|[{_ZERO}{_NUMERAL}ＯO]{{4}}年[{_NUMERAL}]{{1,3}}月[{_NUMERAL}]{{1,3}}日)"
)
_ANY_YEAR = re.compile(rf"(?<![\d.])20[0-4]\d(?!\d|\.\d|\s*[元万亿户家人])|[{_ZERO}{_NUMERAL}]{{4}}年")
_SINCE = re.compile(r"[自从由]\s*20\d\d\s*年(?:\s*\d+\s*月)?(?:\s*\d+\s*日)?\s*(?:起|开始|以来)")
_PARTS = re.compile(
    rf"(\d{{4}})\s*[年\-/.]\s*(\d{{1,2}})\s*[月\-/.]\s*(\d{{1,2}})"
    rf"|([{_ZERO}{_NUMERAL}]{{4}})年([{_NUMERAL}]{{1,3}})月([{_NUMERAL}]{{1,3}})日"
)


def with_dated_years(text: str, today: date) -> str:
    """A question with the one year that it gives by today (今年, 明年) as a number.

    Two of them, or a year told from the one before it (留到明年), are any year and the next: they stay.
    """
    entry = words()["relative_year"]
    found = list(re.finditer("|".join(f"(?:{form})" for form in entry["forms"]), text, re.I))
    if len(found) != 1 or re.search(entry["beside"], text):
        return text
    match = found[0]
    if re.match(r"\s*[（(]\s*20\d\d", text[match.end() :]):
        return text  # 今年（2025年）: the reader says which
    for form, distance in zip(entry["forms"], entry["distances"], strict=True):
        if re.fullmatch(form, match.group(), re.I):
            written: str = entry["zh" if re.match("[一-鿿]", match.group()) else "en"]
            return text[: match.start()] + written.format(year=today.year + distance) + text[match.end() :]
    return text


def says_this_year(text: str) -> bool:
    """Whether a question says 今年 or this year."""
    entry = words()["relative_year"]
    forms = [form for form, distance in zip(entry["forms"], entry["distances"], strict=True) if not distance]
    return bool(re.search("|".join(forms), text, re.I))


def is_of_a_year(text: str) -> bool:
    """Whether a text says something of one year (到2025年, 2024年的), not of all since then (自2025年1月1日起)."""
    return bool(_ANY_YEAR.search(_SINCE.sub("", text)))


def read_date(text: str) -> date | None:
    """The last date of a text (the end of 2025-11-01至2027-10-31), in digits or as 二〇二五年十一月一日, or None."""
    found = None
    for match in _PARTS.finditer(fold(text)):
        year, month, day = match.groups()[:3]
        if year is None:
            said, month, day = match.groups()[3:]
            year = "".join("0" if c in _ZERO else str(int(read_numeral(c))) for c in said)
            month, day = (str(int(read_numeral(number))) for number in (month, day))
        with suppress(ValueError):
            found = date(int(year), int(month), int(day))
    return found


def last_day(text: str) -> date | None:
    """Until when a text says that it holds; None where it gives the first day and for how long (自…起，有效期5年)."""
    return None if "起" in text else read_date(text)
