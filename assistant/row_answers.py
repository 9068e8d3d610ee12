"""What a table says of the row, and of the column, that a question names (初中的午餐多少钱, C级多久查一次)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.class_labels import of_another_class
from assistant.corpus import Unit
from assistant.draft import Draft
from assistant.match import ENOUGH, coverage, grip
from assistant.ranges import spoken_in_digits
from assistant.sentences import asks_number
from assistant.table_conditions import Table, notes_below, rows_named, tables_of, text_beside
from assistant.table_rows import shown_row, told_cells
from assistant.terms import Term, expression
from assistant.wanted import lacking
from index.grids import Row
from index.text import squeeze

AHEAD = 0.1  # how much better a table has to fit than the next
THING = 0.9  # weight of a word that names a thing
LEAST = 0.3  # of each such word, that a table has to hold
SURE = 0.6  # coverage from which one word that names a thing may be missing
MOST = 3  # rows that are told


@dataclass(frozen=True, slots=True)
class _Meant:
    """Rows of a table that a question names, and the columns that it asks for."""

    table: Table
    rows: Sequence[Row]
    places: Sequence[int]
    score: float


def answer_row(ask: Ask) -> Draft | None:
    """The cells of the named row under the heads that are asked for, all where none is; None where no one table is meant."""
    question = ask.question
    if question.language != "zh" or question.has(
        "why", "definition", "largest", "smallest", "list", "sum", "yesno"
    ):
        return None
    if question.has("who") or (question.mentions and question.roles):
        return None  # what a body does is the ledger's
    meant = [
        found
        for policy in ask.policies()
        for table in tables_of(ask.corpus)[policy.id]
        if (found := _fit(ask, table))
    ]
    meant.sort(key=lambda found: -found.score)
    if not meant or (len(meant) > 1 and meant[0].score - meant[1].score < AHEAD):
        return None
    return _say(ask, meant[0])


def _fit(ask: Ask, table: Table) -> _Meant | None:
    """The rows of a table that a question names, with how well the table fits what else it says."""
    folded = squeeze(ask.question.folded)
    rows = rows_named(folded, table.rows, [place for place in table.told() if place not in table.of_values()])
    if not rows or len(rows) > MOST or len(rows) == len(table.rows) > 1:
        return None
    terms = [
        term
        for term in ask.question.terms
        if term.weight >= 0.4 and not term.pair and not expression("document", "plain").fullmatch(term.text)
    ]
    own = (
        "|".join(table.heads)
        + table.label
        + "|"
        + "|".join(squeeze(cell.text) for row in rows for cell in row.cells)
    )
    policy = ask.corpus.policies[table.policy]
    beside = text_beside(policy, table)
    unit = Unit(((1.0, own), (0.9, squeeze(beside)), (0.5, squeeze(policy.title))))
    held = coverage(ask.corpus, terms, unit) if terms else 0.0
    lost = [t for t in terms if t.weight >= THING and ask.corpus.known(t) and grip(t, unit) < LEAST]
    places = _asked(terms, table)
    told = " ".join(told_cells(table, row, places) for row in rows)
    enough = held >= (SURE if lost else ENOUGH) and len(lost) < 2
    exact = ask.question.has("frequency") or asks_number(ask.question)
    if not exact and len(places) == len(table.told()):
        return None  # when what is done: a column has to say so
    if not enough or lacking(ask.question, told) or not _holds_numbers(ask, own):
        return None
    return _Meant(table, rows, places, held + coverage(ask.corpus, terms, Unit(((1.0, own),))))


def _asked(terms: Sequence[Term], table: Table) -> list[int]:
    """The column that names the rows, and those whose heads a question names most; all where it names none."""
    said = {
        place: sum(
            max((len(v) for v in term.variants if v in table.heads[place]), default=0) for term in terms
        )
        for place in table.told()
        if place != table.name
    }
    chosen = [place for place, size in said.items() if 0 < size == max(said.values())]
    return sorted({table.name, *chosen}) if chosen else table.told()


def _holds_numbers(ask: Ask, own: str) -> bool:
    """Whether all numbers and labels of classes of a question stand in a table: what it says of another is no answer."""
    digits = re.findall(r"\d+(?:\.\d+)?", spoken_in_digits(squeeze(ask.question.folded)))
    written = re.findall(r"\d+(?:\.\d+)?", spoken_in_digits(own))
    return set(digits) <= set(written) and not of_another_class(ask.question.folded, own)


def _say(ask: Ask, meant: _Meant) -> Draft:
    """The cells, and the notes below the table that speak of what the question names."""
    draft, table = ask.draft(), meant.table
    source = ask.corpus.policies[table.policy].source
    top = draft.cite(table.policy, table.grid.caption, table.grid.header.end)
    draft.head_of_source(shown_row(source, table.grid.header))
    for row in meant.rows:
        number = draft.number(table.policy, row.start, row.end)
        draft.row(shown_row(source, row), [number])
        draft.say("table_row", told=told_cells(table, row, meant.places), cite=f"[{number}]{top}")
    told = squeeze(" ".join(told_cells(table, row, table.told()) for row in meant.rows)) + table.label
    names = [v for t in ask.question.terms if t.weight >= 0.4 for v in t.variants if v not in told]
    start, end = notes_below(table)
    for note in re.finditer(r"[^。\n]*[^。\s][^。\n]*。?", table.source[start:end]):
        if any(name in squeeze(note.group()) for name in names):
            draft.quote_slice(table.policy, start + note.start(), start + note.end())
    return draft
