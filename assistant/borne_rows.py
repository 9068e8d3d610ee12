"""The rows of a table that a body leads, supports or has some part in (附件1的项目里，某局参与了哪些), by the ledger.

The question names the table: by its number, or by what the line over it is of (民生实事). All tasks of a body, wherever
they stand, are answered by ``duty_answers``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES, Clause
from assistant.draft import Draft
from assistant.duty_text import part_named, role_words, rules_behind
from assistant.question import Question, any_part
from assistant.table_conditions import Table, tables_of, value_asked
from assistant.table_rows import say_sum, shown_row, told_cells
from assistant.terms import words
from index.grids import Row
from index.policy import Duty, Role
from index.text import squeeze
from prompts import phrase

NAME = 3  # characters of the line over a table that a question has to repeat to name it
THING = 0.9  # weight of a word that names a thing


@dataclass(frozen=True, slots=True)
class _Borne:
    """A row of a table with the roles that the body has in it."""

    row: Row
    duties: tuple[Duty, ...]


def answer_borne_rows(ask: Ask) -> Draft | None:
    """The rows of the table that a question names in which a body has the role asked for, counted; None for others."""
    question = ask.question
    if question.language != "zh" or len(question.mentions) != 1 or not question.roles:
        return None
    if question.has("yesno", "why", "without", "except", "when", "largest", "smallest", "alone"):
        return None
    if not question.has("list", "count", "tasks", "number"):
        return None
    if re.search(words()["table"]["who"], question.folded):
        return None
    [mention] = question.mentions
    folded = squeeze(question.folded)
    rest = folded.replace(squeeze(mention.text), "\n")
    table = table_named(ask, rest)
    if table is None or says_more(ask, rest, table):
        return None
    tasks = {clause.start: clause for clause in ask.clauses() if clause.policy == table.policy}
    of_table = [(row, tasks[row.start]) for row in table.rows if row.start in tasks]
    roles = _roles(question, [clause for _, clause in of_table])
    if not of_table or not roles:
        return None
    found = [
        _Borne(row, duties)
        for row, clause in of_table
        if (duties := tuple(d for d in _stated(clause, mention.names) if d.role in roles))
    ]
    return _say(ask, table, found, [c for _, c in of_table], roles, mention.names or (mention.text,))


def _stated(clause: Clause, names: Sequence[str]) -> list[Duty]:
    """The duties of a body in a task, but for what a rule lays on every task (各县均须落实)."""
    own = (duty for duty in clause.duties if duty.organisation in names)
    return [duty for duty in own if duty.role is not Role.IMPLEMENT or duty.rule_start < 0]


def _roles(question: Question, clauses: Sequence[Clause]) -> tuple[Role, ...]:
    """The roles meant: all for any part and for 责任单位; () where the table says of nobody that it has the one asked for."""
    if any_part(question) or question.roles == (Role.RESPONSIBLE,):
        return tuple(Role)
    if question.roles == (Role.SUPPORT,) and any(clause.bearers(Role.LEAD) for clause in clauses):
        return (Role.SUPPORT, Role.RESPONSIBLE)  # A牵头，B按职责分工负责: B has a part in it
    stated = {duty.role for clause in clauses for duty in clause.duties}
    return question.roles if {*question.roles} <= stated and len(question.roles) == 1 else ()


def table_named(ask: Ask, folded: str) -> Table | None:
    """The table that a squeezed question names, by its number or by the most of the line over it; None where none, or
    several alike."""
    entry = words()["table"]
    every = [table for policy in ask.policies() for table in tables_of(ask.corpus)[policy.id]]
    numbers = re.findall(entry["number"], folded)
    if numbers:
        every = [t for t in every if {*numbers} & {*t.numbers}]
    else:
        every = [t for t in every if not part_named(ask, t.policy)]
    if ask.question.has("sum") and not numbers:  # 总投资一共多少: of the table that has such a column
        valued = [t for t in every if value_asked(ask, folded, t) >= 0]
        every = valued or every
        if len(valued) == 1:
            return valued[0]
    named = {place: _name_said(folded, table) for place, table in enumerate(every)}
    longest = max(map(len, named.values()), default=0)
    best = [every[place] for place, name in named.items() if len(name) == longest]
    return best[0] if len(best) == 1 and (numbers or longest >= NAME) else None


def _name_said(folded: str, table: Table) -> str:
    """The longest stretch of the line over a table that a squeezed question repeats and that names a thing."""
    label = re.sub(words()["table"]["number"], "", table.label)
    plain = re.compile(words()["table"]["plain_name"])
    said = (
        label[start:end]
        for start in range(len(label))
        for end in range(start + NAME, len(label) + 1)
        if label[start:end] in folded
    )
    return max((text for text in said if not plain.fullmatch(text)), key=len, default="")


def says_more(ask: Ask, folded: str, table: Table) -> bool:
    """Whether a squeezed question names a year, a number that does not count the rows, or a thing that is not the table's."""
    question = ask.question
    own = table.label + "|".join(table.heads)
    counted = [
        n for n in question.numbers if n.low == n.high == len(table.rows) and n.unit in tuple("个件项条家")
    ]
    if len(counted) < len(question.numbers) or any(str(year) not in own for year in question.years):
        return True
    plain = re.compile(rf"{words()['table']['is']}|\d+|{words()['table']['plain_name']}")
    return any(
        term.weight >= THING
        and not term.pair
        and term.text in folded
        and not plain.fullmatch(term.text)
        and not any(variant in own for variant in term.variants)
        for term in question.terms
    )


def _say(
    ask: Ask,
    table: Table,
    found: Sequence[_Borne],
    clauses: Sequence[Clause],
    roles: Sequence[Role],
    names: Sequence[str],
) -> Draft:
    """The rows, counted, each with the role of the body where several are meant, and the rule that gives it."""
    draft = ask.draft()
    source = ask.corpus.policies[table.policy].source
    part = phrase(draft.language, "in_part", part=_label(source, table))
    held = [role for role in Role if any(duty.role is role for borne in found for duty in borne.duties)]
    duties = [duty for borne in found for duty in borne.duties]
    rules = rules_behind(duties or [d for c in clauses[:1] for d in c.bearers(*MAIN_ROLES)])
    cite = draft.cite(table.policy, table.grid.caption, table.grid.header.end)
    cite += "".join(draft.cite(table.policy, *rule) for rule in rules)
    org = part + draft.organisation(duties[0].organisation if duties else names[0])
    draft.count = len(found)
    if not found:
        draft.denied.update(names)
        draft.say("org_none", org=org, role=role_words(draft, ask.question.roles), cite=cite)
        return draft
    count = draft.compute(draft.count)
    draft.say("borne_rows", org=org, role=role_words(draft, held), count=count, cite=cite)
    place = value_asked(ask, squeeze(ask.question.folded), table)
    told = table.columns() if len(found) == 1 else [place] if place >= 0 else []  # one row is told whole
    items = []
    draft.head_of_source(shown_row(source, table.grid.header))
    for borne in found:
        number = draft.number(table.policy, borne.row.start, borne.row.end)
        cells = shown_row(source, borne.row)
        draft.row(cells, [number])
        role = f"（{role_words(draft, [duty.role for duty in borne.duties])}）" if len(held) > 1 else ""
        value = f"（{told_cells(table, borne.row, told)}）" if told else ""
        items.append(f"{cells[table.name]}{role}{value}[{number}]")
    draft.pieces.append(phrase(draft.language, "item_comma").join(items) + phrase(draft.language, "stop"))
    say_sum(ask, draft, table, [borne.row for borne in found])
    return draft


def _label(source: str, table: Table) -> str:
    """The line over a table as the source writes it; its heading where none is."""
    line = re.sub(r"\s+", " ", source[table.grid.caption : table.grid.header.start]).strip("#* \n：:")
    return line or table.label
