"""The rows of a table that a question asks for: all of them, or those whose cells fulfil what it says of them.

A condition is a cell that the question names (归市水利局的), a bound for the values of a column (投资超过1亿元的), the
greatest or least of them, or when something is due (2026年内完成的). Rows answer where all that the question says of
them is a condition of one table, or stands in its heading, its header or the line over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.draft import Draft, without_own_marks
from assistant.enumerations import ENOUGH, asked_of, say_listing
from assistant.listing_asked import Asked
from assistant.listings import Listing, split_joined
from assistant.match import coverage
from assistant.table_conditions import Condition, Table, conditions_of, extreme_of, tables_of, value_asked
from assistant.terms import Term, words
from index.grids import BRACKET, Cell, Grid, Row, row_told, unit_of
from index.policy import Policy
from index.quantities import scale_unit
from index.text import squeeze
from prompts import phrase

AHEAD = 0.15  # how much better a cell has to fit than the next
SHOWN = 12  # rows that the answer names in its sentence; the table has all
_OF_ROWS = {"who", "when", "largest", "smallest"}  # asked of rows, whose cells say it


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of a table that answer."""

    table: Table
    rows: Sequence[Row]
    shown: tuple[int, ...]  # columns that chose them by their values
    of_all: bool  # nothing chose them


def answer_rows(ask: Ask) -> Draft | None:
    """The rows of a table that are asked for, counted; None where no table is meant, or more is asked than it tells."""
    question, entry = ask.question, words()["table"]
    folded = squeeze(question.folded)
    both = re.search(entry["greatest"], folded) and re.search(entry["least"], folded)
    if both or question.has("yesno", "except", "without"):
        return None
    asked = asked_of(replace(ask, question=replace(question, roles=(), asks=question.asks - _OF_ROWS)))
    if asked is None and not question.has("largest", "smallest", "sum"):
        return None
    found = [
        fitting
        for policy in ask.policies()
        for table in tables_of(ask.corpus)[policy.id]
        if (fitting := _fitting(ask, table, asked))
    ]
    if found:
        return _say_rows(ask, max(found, key=lambda fitting: fitting[0])[1])
    return answer_cell(ask, asked) if asked else None


def answer_cell(ask: Ask, asked: Asked) -> Draft | None:
    """What the cell of a row lists, where the question names the row and the column (租房补贴要哪几样材料)."""
    best: list[tuple[float, Listing]] = []
    for policy in ask.policies():
        for table in tables_of(ask.corpus)[policy.id]:
            best += _cells(ask, asked, policy, table)
    best.sort(key=lambda item: -item[0])
    clear = len(best) == 1 or (len(best) > 1 and best[0][0] - best[1][0] >= AHEAD)
    return say_listing(ask, asked, best[0][1]) if clear else None


def _cells(ask: Ask, asked: Asked, policy: Policy, table: Table) -> Iterator[tuple[float, Listing]]:
    """How well each cell fits that lists things of the sort asked for."""
    sorts = [variant for term in asked.sorts for variant in term.variants if len(variant) > 1]
    places = [
        place
        for place, head in enumerate(table.heads)
        if place != table.name and any(variant in head for variant in sorts)
    ]
    rest = [
        term
        for term in ask.question.terms
        if term.weight >= 0.4 and not term.pair and term.text not in sorts and ask.corpus.known(term)
    ]
    for row in table.rows if len(places) == 1 and rest else ():
        cell, name = row.cells[places[0]], squeeze(row.cells[table.name].text)
        items = split_joined(policy.source, [*_parts(policy.source, cell)])
        held = coverage(ask.corpus, rest, Unit(((1.0, name), (0.5, table.label))))
        if len(items) > 1 and held >= ENOUGH and coverage(ask.corpus, rest, Unit(((1.0, name),))) > 0:
            section = policy.sections[table.section]
            head = table.heads[places[0]]
            yield held, Listing(policy.id, section, head, name, tuple(items), row.start, row.end)


def _parts(source: str, cell: Cell) -> Iterator[tuple[int, int]]:
    """The slices of a cell between 、 and ；."""
    for part in re.finditer(r"[^、；;]+", source[cell.start : cell.end]):
        yield cell.start + part.start(), cell.start + part.end()


def _fitting(ask: Ask, table: Table, asked: Asked | None) -> tuple[float, _Found] | None:
    """How well the rows of a table answer, and those that are asked for; None where none is."""
    entry, folded = words()["table"], squeeze(ask.question.folded)
    conditions = conditions_of(ask, folded, table)
    rows = [row for row in table.rows if all(_holds(row, conditions, c.place) for c in conditions)]
    extreme = extreme_of(ask, folded, table, rows)
    if extreme:
        conditions.append(extreme)
        rows = [row for row in rows if extreme.holds(row)]
    if not rows or _says_otherwise(ask, folded, table, conditions, bool(extreme)):
        return None
    is_named = bool(re.search(entry["is"], folded)) and _is_meant(folded, table)
    added = table.totals or ask.question.has("sum")
    of_all = bool(asked and is_named) or bool(asked is None and added and table.noun in folded)
    place = value_asked(ask, folded, table)
    if not (conditions or of_all) or (asked is None and not extreme and place < 0):
        return None
    held = _held(ask, folded, table, conditions, asked, is_named)
    if held < ENOUGH:
        return None
    shown = {condition.place for condition in conditions if condition.of_value}
    shown |= {place} if ask.question.has("amount", "number") else set()
    return held + 0.5 * len(conditions) + 0.5 * is_named, _Found(
        table, rows, tuple(sorted(shown - {-1})), not conditions
    )


def _says_otherwise(
    ask: Ask, folded: str, table: Table, conditions: Sequence[Condition], extreme: bool
) -> bool:
    """Whether a question says more of rows than the conditions, denies one, or asks for an extreme that none chooses."""
    said = [(condition.start, condition.end) for condition in conditions]
    denied = any(re.search(words()["table"]["not"], folded[: condition.start]) for condition in conditions)
    return (
        denied or _says_more(ask, folded, said, table) or ask.question.has("largest", "smallest") != extreme
    )


def _held(
    ask: Ask, folded: str, table: Table, conditions: Sequence[Condition], asked: Asked | None, is_named: bool
) -> float:
    """The share of what a question says besides the conditions that a table holds; 0 where its rows are of another sort."""
    said = [(condition.start, condition.end) for condition in conditions]
    rest = [
        term
        for term in ask.question.terms
        if term.weight >= 0.4
        and not term.pair
        and not _inside(folded, term.text, said)
        and not re.search(words()["table"]["is"], term.text)
    ]
    sorts = asked.sorts if asked else ()
    own = rest if conditions or asked is None else sorts
    if not (conditions and is_named) and not _is_of_sort(folded, table, own, bool(conditions)):
        return 0.0
    rest = [term for term in rest if not any(term.text in s.text or s.text in term.text for s in sorts)]
    return coverage(ask.corpus, rest, table.unit) if rest else 1.0


def _is_of_sort(folded: str, table: Table, sorts: Sequence[Term], chosen: bool) -> bool:
    """Whether the rows of a table are what is asked for; where no condition chooses them, the line over it tells too."""
    entry, noun = words()["table"], table.noun
    own = noun + table.label
    places = re.search(entry["place_asked"], folded) and re.search(entry["place"], table.heads[table.name])
    named = chosen and len(noun) > 1 and noun in folded
    return named or bool(places) or any(variant in own for term in sorts for variant in term.variants)


def _holds(row: Row, conditions: Sequence[Condition], place: int) -> bool:
    """Whether a row fulfils one of the conditions on a column (市水利局和市数据局的)."""
    return any(condition.holds(row) for condition in conditions if condition.place == place)


def _inside(folded: str, text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a word stands in a squeezed question, and wherever it does in or over the edge of one of these slices."""
    at = [match.span() for match in re.finditer(re.escape(text), folded)]
    return bool(at) and all(any(a < until and start < b for start, until in spans) for a, b in at)


def _is_meant(folded: str, table: Table) -> bool:
    """Whether a question that names a table by its number (附件2) names this one."""
    numbers = re.findall(words()["table"]["number"], folded)
    return not numbers or any(named in table.numbers for named in numbers)


def _says_more(ask: Ask, folded: str, said: Sequence[tuple[int, int]], table: Table) -> bool:
    """Whether a question names a body, a number or a year that is no condition and stands in no head."""
    question = ask.question
    named = [m.text for m in question.mentions if m.text not in words()["listing"]["places"]]
    named += [number.text for number in question.numbers] + [str(year) for year in question.years]
    heads = "|".join(table.heads)
    dated = re.findall(r"20\d\d", table.label)  # 2025年任务分解表
    return any(
        not _inside(folded, text, said) and text not in heads and text not in dated
        for text in map(squeeze, named)
    )


def _say_rows(ask: Ask, found: _Found) -> Draft:
    """The rows, counted, with all their cells, each with its citation."""
    draft, table = ask.draft(), found.table
    _say_sum(ask, draft, found)
    top = draft.cite(table.policy, table.grid.caption, table.grid.header.end)
    draft.count = len(found.rows)
    count = draft.compute(draft.count)
    draft.say("rows_all" if found.of_all else "rows", name=f"“{table.noun}”", count=count, cite=top)
    source = ask.corpus.policies[table.policy].source
    draft.head_of_source(_shown(source, cell) for cell in table.grid.header.cells)
    said = []
    told = table.columns() if len(found.rows) == 1 else found.shown  # one row is told whole
    for row in found.rows:
        number = draft.number(table.policy, row.start, row.end)
        draft.row([_shown(source, cell) for cell in row.cells], [number])
        values = told_cells(table, row, told)
        name = _shown(source, row.cells[table.name])
        said.append(name + (f"（{values}）" if values else "") + f"[{number}]")
    shown = said if len(said) <= SHOWN else [*said[:SHOWN], "…"]
    draft.pieces.append(phrase(draft.language, "item_comma").join(shown) + phrase(draft.language, "stop"))
    return draft


def _say_sum(ask: Ask, draft: Draft, found: _Found) -> None:
    """What the values of the rows come to, where the question asks for that of a column (总投资多少): as the table's own
    row says for all of them, else added up."""
    table = found.table
    place = value_asked(ask, squeeze(ask.question.folded), table) if ask.question.has("sum") else -1
    [*_, total] = table.totals if found.of_all and len(table.totals) == 1 else [None]
    if place >= 0 and total and table.value(total, place) and any(table.value(r, place) for r in found.rows):
        cite = draft.cite(table.policy, total.start, total.end)
        draft.say("rows_sum", told=told_cells(table, total, [place]), cite=cite)
    else:
        say_sum(ask, draft, table, found.rows)


def say_sum(ask: Ask, draft: Draft, table: Table, rows: Sequence[Row]) -> None:
    """What the values of some rows come to in the column that a question asks to add up; nothing where it asks for none."""
    place = value_asked(ask, squeeze(ask.question.folded), table) if ask.question.has("sum") else -1
    values = [table.value(row, place) for row in rows if place >= 0]
    told = [value for value in values if value]
    if len({unit for _, unit in told}) == 1 and len(told) > 1:
        value = amount_told(draft, table, place, sum(v for v, _ in told))
        draft.say("rows_sum", told=head_of(table, place) + value, cite="")
        if len(told) < len(values):
            draft.say("rows_unvalued", count=draft.compute(len(values) - len(told)))


def amount_told(draft: Draft, table: Table, place: int, value: float) -> str:
    """A computed value of a column in the unit of the column."""
    scale, _ = scale_unit(unit := unit_of(table.heads[place]) or table.over)
    return f"{draft.compute(value / scale)}{unit}"


def head_of(table: Table, place: int) -> str:
    """The head of a column without its unit in brackets."""
    return BRACKET.sub("", table.heads[place])


def told_cells(table: Table, row: Row, places: Sequence[int]) -> str:
    """Cells of a row, each behind the head of its column, with the unit that this or the line over the table gives."""
    return row_told(*_part(table, row, places), table.source)


def shown_row(source: str, row: Row) -> list[str]:
    """The cells of a row as the source writes them."""
    return [_shown(source, cell) for cell in row.cells]


def _shown(source: str, cell: Cell) -> str:
    """A cell as the source writes it, on one line."""
    return without_own_marks(re.sub(r"\s+", " ", source[cell.start : cell.end]))


def _part(table: Table, row: Row, places: Sequence[int]) -> tuple[Grid, Row]:
    """A table and a row of it, of these columns alone; heads without a unit take that of the line over the table."""
    cells = [table.grid.header.cells[place] for place in places]
    over = f"({table.over})" if table.over else ""
    named = tuple(cell if unit_of(cell.text) else replace(cell, text=cell.text + over) for cell in cells)
    header = replace(table.grid.header, cells=named)
    return replace(table.grid, header=header), replace(row, cells=tuple(row.cells[p] for p in places))
