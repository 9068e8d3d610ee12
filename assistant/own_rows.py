"""What a table says that a body has to do, a row for each body (成员单位 | 主要职责)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.ask import Ask
from assistant.draft import Draft, without_own_marks
from assistant.question import Question
from assistant.table_conditions import Table, tables_of
from assistant.terms import words
from index.grids import Row
from index.policy import Role
from index.text import squeeze

THING = 0.9  # weight of a word that names a matter of its own


def answer_own_row(ask: Ask) -> Draft | None:
    """All that a table says of the duties of a body; None where the ledger knows the body, or a matter of its is asked."""
    question = ask.question
    if len(question.mentions) != 1 or question.mentions[0].names or not _asks_all(question):
        return None
    draft = ask.draft()
    say_own_rows(ask, draft, {squeeze(question.mentions[0].text)})
    return draft if draft.pieces else None


def _asks_all(question: Question) -> bool:
    """Whether a question asks for all that a body has to do."""
    aside = question.has("who", "yesno", "why", "when", "how", "count") or question.kinds
    of_one = any(term.weight >= THING and not term.pair for term in question.terms)
    other = {*question.roles} - {Role.RESPONSIBLE}
    return not (aside or of_one or other) and asks_duties(question.folded)


def asks_duties(folded: str) -> bool:
    """Whether a folded question asks what somebody has to do."""
    return bool(re.search(words()["own_row"]["asked"], folded))


def say_own_rows(ask: Ask, draft: Draft, names: set[str]) -> None:
    """Say what each table has of the duties of a body of one of these (squeezed) names."""
    for policy in ask.policies():
        for table in tables_of(ask.corpus)[policy.id]:
            for row, place in _rows(table, names):
                cell = row.cells[place]
                text = without_own_marks(re.sub(r"\s+", " ", policy.source[cell.start : cell.end]))
                org = next(name for name in sorted(names) if name in _texts(row))
                cite = draft.cite(policy.id, row.start, row.end)
                draft.say("own_row", org=org, head=table.heads[place], text=text.rstrip("。；"), cite=cite)


def _rows(table: Table, names: set[str]) -> Iterator[tuple[Row, int]]:
    """The rows whose own column of bodies names one of these alone, with the column of duties."""
    entry = words()["own_row"]
    bodies = [place for place, head in enumerate(table.heads) if re.search(entry["body"], head)]
    duties = [place for place, head in enumerate(table.heads) if re.search(entry["duties"], head)]
    if len(bodies) != 1 or len(duties) != 1:
        return
    for row in table.rows:
        if squeeze(row.cells[bodies[0]].text) in names and row.cells[duties[0]].text:
            yield row, duties[0]


def _texts(row: Row) -> set[str]:
    return {squeeze(cell.text) for cell in row.cells}
