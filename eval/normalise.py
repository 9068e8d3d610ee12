"""Two ways of writing the same fact become one string, so that scoring compares facts and not spelling.

Used on both sides: on a case's key facts and on the answer (widths, spaces, dates, percent signs,
thousands separators; 亿 and 万 against plain digits). Nothing here is for display.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

_FOLDED = str.maketrans({"〔": "[", "〕": "]", "【": "[", "】": "]", "～": "~", "—": "-", "–": "-", "−": "-"})
_CITATION = re.compile(r"\[\d{1,3}\](?:\s*[-–—]\s*\[\d{1,3}\])?")
_DATE = re.compile(r"(?<!\d)(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})(?!\d)\s*日?")
_MONTHS = {
    name: number
    for number, name in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        start=1,
    )
}
_NAMES = "|".join(_MONTHS)
_DAY_MONTH_YEAR = re.compile(rf"\b(?P<d>\d{{1,2}})\s+(?P<m>{_NAMES}),?\s+(?P<y>\d{{4}})\b")
_MONTH_DAY_YEAR = re.compile(rf"\b(?P<m>{_NAMES})\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}})\b")
_PERCENT = (re.compile(r"百分之(\d+(?:\.\d+)?)"), re.compile(r"(?<=\d)\s*(?:per\s?cent|percent)\b"))
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SPACE = re.compile(r"(?<!\d)\s+|\s+(?!\d)")  # a space between two digits keeps two numbers apart
_MULTIPLES = {"万亿": 10**12, "亿": 10**8, "万": 10**4}
_MULTIPLIED = re.compile(r"(\d+(?:\.\d+)?)(万亿|亿|万)")


def without_citations(text: str) -> str:
    """The text without its citation marks: ``[8]`` must not pass for the number 8."""
    return _CITATION.sub("", text)


def normalise(text: str) -> str:
    """The comparable form: NFKC, lower case, no spaces, ISO dates, ``%``, digits without separators."""
    text = unicodedata.normalize("NFKC", text.translate(_FOLDED)).lower()
    for pattern in (_DAY_MONTH_YEAR, _MONTH_DAY_YEAR):
        text = pattern.sub(lambda m: f"{m['y']}-{_MONTHS[m['m']]:02d}-{int(m['d']):02d}", text)
    text = _DATE.sub(lambda m: f"{m[1]}-{int(m[2]):02d}-{int(m[3]):02d}", text)
    text = _PERCENT[0].sub(r"\1%", text)
    text = _PERCENT[1].sub("%", text)
    text = _THOUSANDS.sub("", text)
    return _SPACE.sub("", text)


def _expanded(normal: str) -> str:
    """The same with 亿 and 万 multiplied out: 1.2万 becomes 12000."""

    def multiply(match: re.Match[str]) -> str:
        value = Decimal(match[1]) * _MULTIPLES[match[2]]
        return f"{value.normalize():f}"

    return _MULTIPLIED.sub(multiply, normal)


def _stands_in(fact: str, text: str) -> bool:
    """Whether the fact stands in the text; a fact that ends in a digit is not part of a longer number."""
    before = r"(?<!\d)(?<!\d\.)" if fact[:1].isdigit() else ""
    after = r"(?!\d|\.\d)" if fact[-1:].isdigit() else ""
    return re.search(before + re.escape(fact) + after, text) is not None


def states(text: str, variants: Iterable[str]) -> bool:
    """Whether one of the variants of a fact stands in the text."""
    return any(contains(text, variant) for variant in variants)


def contains(text: str, fact: str) -> bool:
    """Whether the fact stands in the text, both in any spelling that ``normalise`` makes equal."""
    plain, wanted = normalise(text), normalise(fact)
    return _stands_in(wanted, plain) or _stands_in(_expanded(wanted), _expanded(plain))
