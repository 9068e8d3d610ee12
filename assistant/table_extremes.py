"""The greatest and the least row of a table, both asked for in one question, and what lies between them."""

from __future__ import annotations

import re

from assistant.ask import Ask
from assistant.borne_rows import says_more, table_named
from assistant.draft import Draft
from assistant.table_conditions import Table, value_asked
from assistant.table_rows import amount_told, head_of, shown_row, told_cells
from assistant.terms import words
from index.grids import Row
from index.text import squeeze
from prompts import phrase


def answer_extremes(ask: Ask) -> Draft | None:
    """The rows with the greatest and with the least value of a column, and the difference where it is asked for; None
    where not both are asked for, no one table is meant, or a row has no value."""
    entry, question = words()["table"], ask.question
    folded = squeeze(question.folded)
    both = re.search(entry["greatest"], folded) and re.search(entry["least"], folded)
    if question.language != "zh" or not both or question.mentions or question.has("yesno", "why"):
        return None
    table = table_named(ask, folded)
    place = value_asked(ask, folded, table) if table else -1
    if table is None or place < 0 or says_more(ask, folded, table):
        return None
    values = [(value, row) for row in table.rows if (value := table.value(row, place))]
    if len(values) < max(2, len(table.rows)) or len({unit for (_, unit), _ in values}) > 1:
        return None
    amounts = [value for (value, _), _ in values]
    draft = ask.draft()
    cite = draft.cite(table.policy, table.grid.caption, table.grid.header.end)
    for name, best in (("rows_greatest", max(amounts)), ("rows_least", min(amounts))):
        rows = [row for (value, _), row in values if value == best]
        draft.say(name, head=head_of(table, place), rows=_named(ask, draft, table, rows, place), cite=cite)
    if question.has("difference"):
        gap = amount_told(draft, table, place, max(amounts) - min(amounts))
        draft.say("rows_gap", told=gap)
    return draft


def _named(ask: Ask, draft: Draft, table: Table, rows: list[Row], place: int) -> str:
    """Rows in a row: their names with the value and a citation, and as rows of the answer's table."""
    source = ask.corpus.policies[table.policy].source
    draft.head_of_source(shown_row(source, table.grid.header))
    told = []
    for row in rows:
        number = draft.number(table.policy, row.start, row.end)
        draft.row(shown_row(source, row), [number])
        told.append(f"{shown_row(source, row)[table.name]}（{told_cells(table, row, [place])}）[{number}]")
    return phrase(draft.language, "item_comma").join(told)
