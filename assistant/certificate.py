"""The certificate: every number, date and organisation of an answer stands in a cited span.

Numbers that an answer computes (a count, a sum, a difference) are allowed where their operands are
shown; the draft names them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from assistant.answer import Certificate, Citation, Table
from index.directory import Directory
from index.organisations import offices_in
from index.quantities import Quantity, quantities, scale_unit
from index.tables import cell_values
from index.text import squeeze

_MARK = re.compile(r"\[\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_APART = re.compile(r"(?<=\d)[.,]?\s+(?=\d)")
_GLOSS = re.compile(r" \([A-Z][^()]*\)")  # the English name behind an official one


def certify(
    text: str,
    table: Table | None,
    citations: Iterable[Citation],
    computed: Iterable[str],
    directory: Directory,
    denied: Collection[str] = (),
) -> Certificate:
    """Check an answer's text and table against its quotes; lists what no quote supports."""
    quotes = list(citations)
    support = _joined(c.quote for c in quotes)
    cells = [cell for row in table.rows for cell in row] if table else []
    said = _joined(_GLOSS.sub("", part) for part in (*_MARK.split(text), *cells))
    names = {squeeze(name) for c in quotes for name in (c.title, *c.section)}
    for name in sorted(filter(None, names), key=len, reverse=True):
        said = said.replace(name, "|")  # the name of a document or section is no claim
    allowed = set(computed)
    unsupported: list[str] = []
    numbers = set(_NUMBER.findall(support))
    for number in _NUMBER.findall(said):
        plain = number.strip(".,")
        if plain not in allowed and plain not in numbers and not _inside(plain, support):
            unsupported.append(plain)
    values = {value for quantity in quantities(support) for value in _values(quantity)}
    for number, unit in cell_values([c.quote for c in quotes]):  # the unit stands in the header
        factor, plain = scale_unit(unit)
        values.add((round(number * factor, 6), plain))
    for quantity in quantities(said):
        plain = _NUMBER.findall(quantity.text)
        if not allowed.issuperset(plain or ["?"]) and not values.issuperset(_values(quantity)):
            unsupported += [] if set(plain) & set(unsupported) else [quantity.text]
    for name in directory.names:
        if squeeze(name) in said and squeeze(name) not in support and name not in denied:
            unsupported.append(name)
    for office in offices_in(said):  # also those that no policy names
        absent = office not in support and not any(office in squeeze(name) for name in denied)
        if absent and not any(office in name for name in unsupported):
            unsupported.append(office)
    unsupported = list(dict.fromkeys(unsupported))
    return Certificate(not unsupported, tuple(unsupported))


def _values(quantity: Quantity) -> list[tuple[float, str]]:
    """(value in the plain unit, that unit) of both ends: 10亿元 is not 10家."""
    factor, unit = scale_unit(quantity.unit)
    return [(round(value * factor, 6), unit) for value in {quantity.low, quantity.high}]


def _joined(parts: Iterable[str]) -> str:
    """Parts squeezed and kept apart: numbers that a blank, mark or cell parts do not make a third."""
    return "|".join(squeeze(_APART.sub("|", part)) for part in parts)


def _inside(number: str, support: str) -> bool:
    """Whether the number stands in the quotes as a whole (8 does not stand in 800)."""
    return bool(re.search(rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)", support))
