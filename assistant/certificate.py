"""The certificate: every number, date and organisation of an answer stands in a cited span.

Numbers that an answer computes (a count, a sum, a difference) are allowed where their operands are
shown; the draft names them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from assistant.answer import Certificate, Citation, Table
from assistant.claims import bodies_missing, numbers_missing, scaled_value
from index.directory import Directory
from index.tables import cell_values
from index.text import fold, squeeze

_MARK = re.compile(r"\[\d+\]")
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
    support = _joined(citation.quote for citation in quotes)
    cells = [cell for row in table.rows for cell in row] if table else []
    said = _joined(_GLOSS.sub("", part) for part in (*_MARK.split(text), *cells))
    names = {fold(name) for c in quotes for name in (c.title, *c.section)}
    for name in sorted(filter(None, names), key=len, reverse=True):
        said = said.replace(name, "|")  # the name of a document or section is no claim
    refused = {squeeze(name) for name in denied}
    bodies = [
        name
        for name in bodies_missing(said, squeeze(support), directory)
        if not any(squeeze(name) in other for other in refused)
    ]
    cells_quoted = [scaled_value(value, unit) for value, unit in cell_values([c.quote for c in quotes])]
    numbers = numbers_missing(said, support, computed, cells_quoted)
    unsupported = tuple(dict.fromkeys([*numbers, *bodies]))
    return Certificate(not unsupported, unsupported)


def _joined(parts: Iterable[str]) -> str:
    """Folded parts, kept apart: numbers that a mark or cell parts do not make a third."""
    return "|".join(map(fold, parts))
