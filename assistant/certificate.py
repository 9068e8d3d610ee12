"""The certificate: every number, date and organisation of an answer stands in a cited span.

Numbers that an answer computes (a count, a sum, a difference) are allowed where their operands are
shown; the draft names them. Of an answer in a model's words each sentence is held against what it cites, with its
modals, counts in words, months, companies and offices too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from assistant.answer import Certificate, Citation, Table
from assistant.claims import bodies_missing, enterprises_missing, modals_missing, offices_missing
from assistant.numbers import counts_missing, months_missing, numbers_missing, scaled_value
from index.directory import Directory
from index.header import document_name
from index.tables import cell_values
from index.text import fold, squeeze

_MARK = re.compile(r"\[\d+\]")
_MARKS = re.compile(r"(?:\[\d+\])+")
_GLOSS = re.compile(r" \([A-Z][^()]*\)")  # the English name behind an official one


def certify(
    text: str,
    table: Table | None,
    citations: Iterable[Citation],
    computed: Iterable[str],
    directory: Directory,
    denied: Collection[str] = (),
    *,
    written: bool = False,
) -> Certificate:
    """Check an answer's text and table against its quotes; lists what no quote supports.

    ``written`` tells that a model wrote it.
    """
    quotes = list(citations)
    support = _joined(citation.quote for citation in quotes)
    cells = [cell for row in table.rows for cell in row] if table else []
    said = _joined(_GLOSS.sub("", part) for part in (*_MARK.split(text), *cells))
    names = {fold(name) for c in quotes for name in (c.title, document_name(c.title), *c.section)}
    for name in sorted(filter(None, names), key=len, reverse=True):
        said = said.replace(name, "|")  # the name of a document or section is no claim
    refused = {squeeze(name) for name in denied}
    bodies = [
        name
        for name in bodies_missing(said, squeeze(support), directory)
        if not any(squeeze(name) in other for other in refused)
    ]
    cells_quoted = [
        scaled_value(value, unit.split("/")[0]) for value, unit in cell_values([c.quote for c in quotes])
    ]
    numbers = numbers_missing(said, support, computed, cells_quoted)
    more = [claim for part in _by_marks(text, quotes) for claim in _untold(*part)] if written else []
    unsupported = tuple(dict.fromkeys([*numbers, *bodies, *more]))
    return Certificate(not unsupported, unsupported)


def _by_marks(text: str, quotes: Sequence[Citation]) -> Iterator[tuple[str, str]]:
    """(words, what they cite) of each part of an answer up to its marks; without marks, all that is cited."""
    at = 0
    for match in _MARKS.finditer(text):
        numbers = {int(number) for number in re.findall(r"\d+", match.group())}
        yield text[at : match.start()], _support(quote for quote in quotes if quote.number in numbers)
        at = match.end()
    yield text[at:], _support(quotes)


def _support(quotes: Iterable[Citation]) -> str:
    return "\n".join(fold(part) for quote in quotes for part in (quote.quote, *quote.section))


def _untold(text: str, support: str) -> list[str]:
    """What a part of a model's answer claims beside numbers in digits and known bodies, and its quotes do not hold."""
    said, squeezed = fold(text), squeeze(support)
    if squeeze(text) in squeezed:
        return []
    return [
        *counts_missing(said, support),
        *months_missing(said, support),
        *modals_missing(said, squeezed),
        *offices_missing(said, squeezed),
        *enterprises_missing(said, squeezed),
    ]


def _joined(parts: Iterable[str]) -> str:
    """Folded parts, kept apart: numbers that a mark or cell parts do not make a third."""
    return "|".join(map(fold, parts))
