"""The rows of a table that a question asks for: all of them, or those whose cells fulfil what it says of them.

A condition is a cell that the question names (归市水利局的), a bound for the values of a column (投资超过1亿元的), the
greatest or least of them, or when something is due (2026年内完成的). Rows answer where all that the question says of
them is a condition of one table, or stands in its heading, its header or the line over it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import ge, gt, le, lt

from assistant.ask import Ask
from assistant.corpus import Corpus, Unit, once_a_corpus
from assistant.draft import Draft, without_own_marks
from assistant.enumerations import ENOUGH, asked_of, say_listing
from assistant.listing_asked import Asked
from assistant.listings import Listing, split_joined
from assistant.match import coverage
from assistant.numbers import dates_in, scaled_value, values_of
from assistant.terms import Term, words
from index.grids import Cell, Grid, Row, grids, row_told, unit_of
from index.policy import Policy, Section
from index.quantities import Quantity, is_unit, quantities
from index.tables import is_total
from index.text import fold, squeeze
from prompts import phrase

MOSTLY = 0.5  # of a column's cells that have to be values
AHEAD = 0.15  # how much better a cell has to fit than the next
SHOWN = 12  # rows that the answer names in its sentence; the table has all
_OF_ROWS = {"who", "when", "largest", "smallest"}  # asked of rows, whose cells say it
_Day = tuple[int | None, int | None, int | None]  # year, month, day
_TESTS = {">": gt, ">=": ge, "<": lt, "<=": le}


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with what its columns hold; texts are squeezed."""

    policy: str
    section: int
    grid: Grid
    heads: tuple[str, ...]
    label: str  # the line over it, and its heading
    unit: Unit  # what a question can say of the table
    name: int  # the column that names the rows
    rows: tuple[Row, ...]  # without those that add up others

    @property
    def noun(self) -> str:
        """What the rows are (项目 of 项目名称)."""
        return re.sub(words()["table"]["row_name"], "", self.heads[self.name])

    def value(self, row: Row, place: int) -> tuple[float, str] | None:
        """The value of a cell, scaled, with its plain unit: its own, its column's or its row's; None where it is none."""
        text = fold(row.cells[place].text).strip("≥≤><约各")
        if re.fullmatch(r"[\d,]+(?:\.\d+)?", text):
            cells = zip(row.cells, self.heads, strict=True)
            units = (cell.text for cell, head in cells if head == "单位" and is_unit(cell.text))
            return scaled_value(float(text.replace(",", "")), unit_of(self.heads[place]) or next(units, ""))
        found = list(quantities(text))
        whole = len(found) == 1 and found[0].start == 0 and found[0].end == len(text)
        return values_of(found[0])[0] if whole else None

    def of_values(self, unit: str = "") -> list[int]:
        """The columns of values, of a plain unit where one is given."""
        return [
            place
            for place in range(len(self.heads))
            if place != self.name and not re.fullmatch(words()["table"]["serial"], self.heads[place])
            if sum(_is_of(self.value(row, place), unit) for row in self.rows) > MOSTLY * len(self.rows)
        ]


@dataclass(frozen=True, slots=True)
class _Condition:
    """What a question says of the rows that it asks for."""

    place: int  # of the column
    start: int  # of the words that say it, in the squeezed question
    end: int
    holds: Callable[[Row], bool]
    of_value: bool = False  # the cell is told beside the row's name


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of a table that answer."""

    table: _Table
    rows: Sequence[Row]
    shown: tuple[int, ...]  # columns that chose them by their values
    of_all: bool  # nothing chose them


def answer_rows(ask: Ask) -> Draft | None:
    """The rows of a table that are asked for, counted; None where no table is meant, or more is asked than it tells."""
    question = ask.question
    if question.has("yesno", "except", "without"):
        return None
    asked = asked_of(replace(ask, question=replace(question, roles=(), asks=question.asks - _OF_ROWS)))
    if asked is None and not question.has("largest", "smallest"):
        return None
    found = [
        fitting
        for policy in ask.policies()
        for table in _tables(ask.corpus)[policy.id]
        if (fitting := _fitting(ask, table, asked))
    ]
    if found:
        return _say_rows(ask, max(found, key=lambda fitting: fitting[0])[1])
    return answer_cell(ask, asked) if asked else None


def answer_cell(ask: Ask, asked: Asked) -> Draft | None:
    """What the cell of a row lists, where the question names the row and the column (见习补贴要哪几样材料)."""
    best: list[tuple[float, Listing]] = []
    for policy in ask.policies():
        for table in _tables(ask.corpus)[policy.id]:
            best += _cells(ask, asked, policy, table)
    best.sort(key=lambda item: -item[0])
    clear = len(best) == 1 or (len(best) > 1 and best[0][0] - best[1][0] >= AHEAD)
    return say_listing(ask, asked, best[0][1]) if clear else None


def _cells(ask: Ask, asked: Asked, policy: Policy, table: _Table) -> Iterator[tuple[float, Listing]]:
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


@once_a_corpus
def _tables(corpus: Corpus) -> dict[str, tuple[_Table, ...]]:
    """The tables of every policy by its id."""
    return {
        policy.id: tuple(
            table
            for section in policy.sections
            for grid in grids(policy.source, section.start, section.end)
            if (table := _read(policy, section, grid))
        )
        for policy in corpus.policies.values()
    }


def _read(policy: Policy, section: Section, grid: Grid) -> _Table | None:
    """A table, or None where nothing names its rows."""
    entry = words()["table"]
    heads = tuple(squeeze(cell.text) for cell in grid.header.cells)
    rows = [row for row in grid.rows if len(row.cells) == len(heads)]
    rows = [row for row in rows if not any(is_total(cell.text) for cell in row.cells[:2])]
    by_head = (place for place, head in enumerate(heads) if re.search(entry["row"], head))
    others = (place for place, head in enumerate(heads) if not re.fullmatch(entry["serial"], head))
    name = next(by_head, next(others, -1))
    if not rows or name < 0:
        return None
    label = squeeze(policy.source[grid.caption : grid.header.start]) + squeeze(section.heading)
    path = squeeze(" ".join(section.path))
    unit = Unit(((1.0, label + "|".join(heads)), (0.9, path), (0.5, squeeze(policy.title))))
    return _Table(policy.id, section.id, grid, heads, label, unit, name, tuple(rows))


def _fitting(ask: Ask, table: _Table, asked: Asked | None) -> tuple[float, _Found] | None:
    """How well the rows of a table answer, and those that are asked for; None where none is."""
    entry, folded = words()["table"], squeeze(ask.question.folded)
    conditions = [*_named(ask, folded, table), *_bounds(ask, folded, table), *_due(folded, table)]
    rows = [row for row in table.rows if all(_holds(row, conditions, c.place) for c in conditions)]
    extreme = _extreme(ask, folded, table, rows)
    if extreme:
        conditions.append(extreme)
        rows = [row for row in rows if extreme.holds(row)]
    said = [(condition.start, condition.end) for condition in conditions]
    is_named = bool(re.search(entry["is"], folded)) and _is_meant(folded, table.label)
    if not rows or not (conditions or is_named) or _says_more(ask, folded, said, table):
        return None
    if ask.question.has("largest", "smallest") != bool(extreme):
        return None
    rest = [
        term
        for term in ask.question.terms
        if term.weight >= 0.4
        and not term.pair
        and not _inside(folded, term.text, said)
        and not re.search(entry["is"], term.text)
    ]
    sorts = asked.sorts if asked else ()
    meant = bool(conditions) and is_named
    if not meant and not _is_of_sort(folded, table, rest if conditions else sorts, bool(conditions)):
        return None
    rest = [term for term in rest if not any(term.text in s.text or s.text in term.text for s in sorts)]
    held = coverage(ask.corpus, rest, table.unit) if rest else 1.0
    if held < ENOUGH:
        return None
    shown = tuple(condition.place for condition in conditions if condition.of_value)
    return held + 0.5 * len(conditions) + 0.5 * is_named, _Found(table, rows, shown, not conditions)


def _is_of_sort(folded: str, table: _Table, sorts: Sequence[Term], chosen: bool) -> bool:
    """Whether the rows of a table are what is asked for; where no condition chooses them, the line over it tells too."""
    entry, noun = words()["table"], table.noun
    own = noun if chosen else noun + table.label
    places = re.search(entry["place_asked"], folded) and re.search(entry["place"], table.heads[table.name])
    named = chosen and len(noun) > 1 and noun in folded
    return named or bool(places) or any(variant in own for term in sorts for variant in term.variants)


def _holds(row: Row, conditions: Sequence[_Condition], place: int) -> bool:
    """Whether a row fulfils one of the conditions on a column (市水利局和市数据局的)."""
    return any(condition.holds(row) for condition in conditions if condition.place == place)


def _inside(folded: str, text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a word stands in a squeezed question, and wherever it does in or over the edge of one of these slices."""
    at = [match.span() for match in re.finditer(re.escape(text), folded)]
    return bool(at) and all(any(a < until and start < b for start, until in spans) for a, b in at)


def _is_meant(folded: str, label: str) -> bool:
    """Whether a question names a table by what stands over it (附件2, 清单 of 扑火物资储备清单)."""
    entry = words()["table"]
    numbers = re.findall(entry["number"], folded)
    if numbers:
        return any(number in re.findall(entry["number"], label) for number in numbers)
    kinds = re.findall(entry["kind"], folded)
    return not kinds or any(kind[-2:] in label or kind[-1] in label for kind in kinds)


def _named(ask: Ask, folded: str, table: _Table) -> Iterator[_Condition]:
    """Cells, or things named in them, that a question names; the longest where several overlap."""
    found: list[tuple[int, int, int, tuple[str, ...]]] = []
    for place, head in enumerate(table.heads):
        if place == table.name or re.fullmatch(words()["table"]["serial"], head):
            continue
        things = {text for row in table.rows for text in _things(row.cells[place])}
        found += [
            (*m.span(), place, (text,)) for text in things for m in re.finditer(re.escape(text), folded)
        ]
        for mention in ask.question.mentions:
            names, start = tuple(map(squeeze, mention.names)), folded.find(squeeze(mention.text))
            if start >= 0 and things & set(names):
                found.append((start, start + len(squeeze(mention.text)), place, names))
    taken: list[tuple[int, int]] = []
    for start, end, place, texts in sorted(found, key=lambda item: item[0] - item[1]):
        if not any(start < until and at < end for at, until in taken):
            taken.append((start, end))
            yield _Condition(place, start, end, _has_thing(place, texts))


def _has_thing(place: int, texts: Sequence[str]) -> Callable[[Row], bool]:
    return lambda row: bool(set(texts) & set(_things(row.cells[place])))


def _things(cell: Cell) -> list[str]:
    """The things that a cell names, of two characters or more, none a bare value."""
    things = re.split(r"[、,;]|<br\s*/?>", squeeze(cell.text))
    return [thing for thing in things if len(thing) > 1 and not re.fullmatch(r"[\d.%年月日:/—-]+", thing)]


def _bounds(ask: Ask, folded: str, table: _Table) -> Iterator[_Condition]:
    """Bounds for the values of a column: the one whose head is nearest to what the question says."""
    for quantity in quantities(folded):
        sign, start, end = _sign(folded, quantity)
        value, unit = values_of(quantity)[0]
        place = _column(ask, folded, table, table.of_values(unit)) if sign else -1
        if place >= 0:
            yield _Condition(place, start, end, _is_bounded(table, place, value, unit, sign), True)


def _column(ask: Ask, folded: str, table: _Table, places: Sequence[int]) -> int:
    """The column of these whose head a question names most, of the total where none; -1 where nothing tells which."""
    told = {place: _told(ask, folded, table.heads[place]) for place in places}
    best = [place for place in places if told[place] == max(told.values())]
    if len(best) > 1:
        best = [place for place in best if re.search(words()["table"]["total"], table.heads[place])]
    return best[0] if len(best) == 1 else -1


def _told(ask: Ask, folded: str, head: str) -> float:
    """How much of a column's head the question says: its terms, and its year."""
    years = set(re.findall(r"20\d\d", head))
    if years and not years & set(re.findall(r"20\d\d", folded)):
        return 0.0
    terms = [term for term in ask.question.terms if not term.pair]
    return sum(len(term.text) for term in terms if any(v in head for v in term.variants)) + 2.0 * bool(years)


def _sign(folded: str, quantity: Quantity) -> tuple[str, int, int]:
    """>, >=, < or <= as the words around a number say, and the slice that says it; "" where they bound nothing."""
    for sign, (ahead, after) in words()["table"]["bound"].items():
        before = re.search(f"(?:{ahead})$", folded[: quantity.start])
        behind = re.compile(after).match(folded, quantity.end)
        if before or behind:
            start = before.start() if before else quantity.start
            return sign, start, behind.end() if behind else quantity.end
    return "", quantity.start, quantity.end


def _is_of(value: tuple[float, str] | None, unit: str) -> bool:
    """Whether a value is of a plain unit, or one of both has none."""
    return value is not None and (value[1] == unit or not (value[1] and unit))


def _is_bounded(table: _Table, place: int, bound: float, unit: str, sign: str) -> Callable[[Row], bool]:
    def holds(row: Row) -> bool:
        value = table.value(row, place)
        return value is not None and _is_of(value, unit) and bool(_TESTS[sign](value[0], bound))

    return holds


def _extreme(ask: Ask, folded: str, table: _Table, rows: Sequence[Row]) -> _Condition | None:
    """The greatest, or the least, value of the column that a question names, where all its values are of one unit."""
    said = re.search(words()["table"]["extreme"], folded)
    if not said or not ask.question.has("largest", "smallest"):
        return None
    place = _column(ask, folded, table, table.of_values())
    values = [value for row in rows if place >= 0 and (value := table.value(row, place))]
    if not values or not _told(ask, folded, table.heads[place]) or len({unit for _, unit in values}) > 1:
        return None
    best = (max if ask.question.has("largest") else min)(value for value, _ in values)
    return _Condition(place, *said.span(), lambda row: (table.value(row, place) or (None,))[0] == best, True)


def _due(folded: str, table: _Table) -> Iterator[_Condition]:
    """When the rows that are asked for are due: a year, or a day or month of it, in a column of dates."""
    entry = words()["table"]
    place = next((p for p, head in enumerate(table.heads) if re.search(entry["due"], head)), -1)
    said: list[tuple[int, int, _Day]] = [found for found in dates_in(folded) if found[2][0]]
    said += [(*m.span(), (int(m["year"]), None, None)) for m in re.finditer(entry["year"], folded)]
    if place >= 0 and said:
        start, end, day = said[0]
        yield _Condition(place, start, end, _is_due(place, day))


def _is_due(place: int, said: _Day) -> Callable[[Row], bool]:
    def holds(row: Row) -> bool:
        text = fold(row.cells[place].text)
        years = re.findall(r"20\d\d", text)
        last: _Day = (int(years[-1]) if years else None, None, None)
        last = next((date for _, _, date in reversed([*dates_in(text)]) if date[0]), last)
        return all(mine is None or mine == theirs for mine, theirs in zip(said, last, strict=True))

    return holds


def _says_more(ask: Ask, folded: str, said: Sequence[tuple[int, int]], table: _Table) -> bool:
    """Whether a question names a body, a number or a year that is no condition and stands in no head."""
    question = ask.question
    named = [m.text for m in question.mentions if m.text not in words()["listing"]["places"]]
    named += [number.text for number in question.numbers] + [str(year) for year in question.years]
    heads = "|".join(table.heads)
    return any(not _inside(folded, text, said) and text not in heads for text in map(squeeze, named))


def _say_rows(ask: Ask, found: _Found) -> Draft:
    """The rows, counted, with all their cells, each with its citation."""
    draft, table = ask.draft(), found.table
    top = draft.cite(table.policy, table.grid.caption, table.grid.header.end)
    draft.count = len(found.rows)
    count = draft.compute(draft.count)
    draft.say("rows_all" if found.of_all else "rows", name=f"“{table.noun}”", count=count, cite=top)
    draft.head_of_source(table.heads)
    said = []
    for row in found.rows:
        number = draft.number(table.policy, row.start, row.end)
        draft.row([cell.text for cell in row.cells], [number])
        told = row_told(*_part(table.grid, row, found.shown))
        name = without_own_marks(squeeze(row.cells[table.name].text))
        said.append(name + (f"（{told}）" if told else "") + f"[{number}]")
    shown = said if len(said) <= SHOWN else [*said[:SHOWN], "…"]
    draft.pieces.append(phrase(draft.language, "item_comma").join(shown) + phrase(draft.language, "stop"))
    return draft


def _part(grid: Grid, row: Row, places: Sequence[int]) -> tuple[Grid, Row]:
    """A table and a row of it, of these columns alone."""
    header = replace(grid.header, cells=tuple(grid.header.cells[place] for place in places))
    return replace(grid, header=header), replace(row, cells=tuple(row.cells[place] for place in places))
