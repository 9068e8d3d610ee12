"""What a question says of the rows of a table that it asks for: a cell (归市水利局的), a bound for the values of a column
(投资超过1亿元的), the greatest or the least of them, when something is due (2026年内完成的)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt

from assistant.ask import Ask
from assistant.corpus import Corpus, Unit, once_a_corpus
from assistant.numbers import dates_in, scaled_value, values_of
from assistant.question import any_part, roles_in
from assistant.terms import expression, words
from index.grids import Cell, Grid, Row, grids, unit_of
from index.policy import Policy, Role, Section
from index.quantities import Quantity, is_unit, quantities
from index.tables import caption_unit, is_total
from index.text import fold, squeeze

SHORTEST = 3  # characters of the end of a thing that names it
END = 2  # characters of the end of a thing that tells one row from the others
MOSTLY = 0.5  # of a column's cells that have to be values
_Day = tuple[int | None, int | None, int | None]  # year, month, day
_TESTS = {">": gt, ">=": ge, "<": lt, "<=": le}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with what its columns hold; texts are squeezed."""

    policy: str
    source: str  # of the whole policy
    section: int
    grid: Grid
    heads: tuple[str, ...]
    label: str  # the line over it, and its heading
    unit: Unit  # what a question can say of the table
    name: int  # the column that names the rows
    rows: tuple[Row, ...]  # without those that add up others
    totals: tuple[Row, ...]
    over: str  # the unit that the line over it gives, "" where it gives none
    numbers: tuple[str, ...]  # what the line over it, or its heading, numbers it by (附件2, 表1)

    @property
    def noun(self) -> str:
        """What the rows are (项目 of 项目名称)."""
        head = self.heads[self.name]
        return re.sub(words()["table"]["row_name"], "", head) or head

    def value(self, row: Row, place: int) -> tuple[float, str] | None:
        """The value of a cell, scaled, with its plain unit: its own, its column's or its row's; None where it is none."""
        text = fold(row.cells[place].text).strip("≥≤><约各")
        if re.fullmatch(r"[\d,]+(?:\.\d+)?", text):
            cells = zip(row.cells, self.heads, strict=True)
            units = (cell.text for cell, head in cells if head == "单位" and is_unit(cell.text))
            unit = unit_of(self.heads[place]) or next(units, self.over)
            return scaled_value(float(text.replace(",", "")), unit)
        found = list(quantities(text))
        whole = len(found) == 1 and found[0].start == 0 and found[0].end == len(text)
        return values_of(found[0])[0] if whole else None

    def _has(self, row: Row, place: int, unit: str | None) -> bool:
        value = self.value(row, place)
        return value is not None if unit is None else _is_of(value, unit)

    def columns(self) -> list[int]:
        """The columns but those of the rows' names and serial numbers."""
        serial = words()["table"]["serial"]
        return [p for p, head in enumerate(self.heads) if p != self.name and not re.fullmatch(serial, head)]

    def told(self) -> list[int]:
        """The columns but those of serial numbers."""
        return [p for p, head in enumerate(self.heads) if not expression("table", "serial").fullmatch(head)]

    def of_values(self, unit: str | None = None) -> list[int]:
        """The columns of values, of a plain unit where one is given."""
        return [
            place
            for place in self.columns()
            if sum(self._has(row, place, unit) for row in self.rows) > MOSTLY * len(self.rows)
        ]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a question says of the rows that it asks for."""

    place: int  # of the column
    start: int  # of the words that say it, in the squeezed question
    end: int
    holds: Callable[[Row], bool]
    of_value: bool = False  # the cell is told beside the row's name


@once_a_corpus
def tables_of(corpus: Corpus) -> dict[str, tuple[Table, ...]]:
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


def _read(policy: Policy, section: Section, grid: Grid) -> Table | None:
    """A table, or None where nothing names its rows."""
    entry = words()["table"]
    heads = tuple(squeeze(cell.text) for cell in grid.header.cells)
    rows = [row for row in grid.rows if len(row.cells) == len(heads)]
    totals = tuple(row for row in rows if any(is_total(cell.text) for cell in row.cells[:2]))
    over = caption_unit(policy.source[grid.caption : grid.header.start])
    rows = [row for row in rows if not any(_is_of_all(cell.text) for cell in row.cells[:2])]
    by_head = (place for place, head in enumerate(heads) if re.search(entry["row"], head))
    others = (place for place, head in enumerate(heads) if not re.fullmatch(entry["serial"], head))
    name = next(by_head, next(others, -1))
    if not rows or name < 0:
        return None
    label = squeeze(policy.source[grid.caption : grid.header.start]) + squeeze(section.heading)
    path = squeeze(" ".join(section.path))
    unit = Unit(((1.0, label + "|".join(heads)), (0.9, path), (0.5, squeeze(policy.title))))
    lines = fold(policy.source[grid.caption : grid.header.start]) + "\n" + fold(section.heading)
    numbers = tuple(re.findall(entry["number"], re.sub(r"(?<=[表件]) +", "", lines)))
    return Table(
        policy.id,
        policy.source,
        section.id,
        grid,
        heads,
        label,
        unit,
        name,
        tuple(rows),
        totals,
        over,
        numbers,
    )


def text_beside(policy: Policy, table: Table) -> str:
    """The headings over a table, the sentences that refer to it by its number (标准见附表2), and the notes below it."""
    path = " ".join(policy.sections[table.section].path)
    name = "|".join(map(re.escape, table.numbers))
    found = re.finditer(rf"[^。\n]*(?:{name})(?!\d)[^。\n]*", policy.source) if name else ()
    return path + "".join(sentence.group() for sentence in found) + policy.source[slice(*notes_below(table))]


def notes_below(table: Table) -> tuple[int, int]:
    """The slice of the notes right below a table (注：…); empty where there are none."""
    after = table.grid.rows[-1].end
    notes = expression("table", "note").match(table.source, after)
    return notes.span() if notes else (after, after)


def rows_named(folded: str, rows: Sequence[Row], places: Sequence[int]) -> list[Row]:
    """The rows of which a squeezed question names a thing in these columns, the longest, or the end of one that no other
    row has (高中 of 普通高中); [] where it names none."""
    things = [{thing for place in places for thing in things_of(row.cells[place])} for row in rows]
    named = [max((len(thing) for thing in own if thing in folded), default=0) for own in things]
    if any(named):
        return [row for row, size in zip(rows, named, strict=True) if size == max(named)]
    ends = [{thing[-END:] for thing in own if len(thing) > END} for own in things]
    said = [row for row, own in zip(rows, ends, strict=True) if any(end in folded for end in own)]
    return said if len(said) == 1 else []


def conditions_of(ask: Ask, folded: str, table: Table) -> list[Condition]:
    """What a squeezed question says of the rows of a table, but for the extreme."""
    return [*_named(ask, folded, table), *_bounds(ask, folded, table), *_due(folded, table)]


def _named(ask: Ask, folded: str, table: Table) -> Iterator[Condition]:
    """Cells, or things named in them, that a question names; the longest where several overlap. None where it does not
    tell which of several columns is meant (a body that leads some rows and supports others)."""
    found: dict[tuple[int, int], dict[int, tuple[str, ...]]] = {}
    for place in table.columns():
        things = {text for row in table.rows for text in things_of(row.cells[place])}
        said: list[tuple[tuple[int, int], tuple[str, ...]]] = [
            (m.span(), (text,)) for text in things for m in re.finditer(re.escape(text), folded)
        ]
        said += [
            (m.span(), texts) for end, texts in _ends(things) for m in re.finditer(re.escape(end), folded)
        ]
        for mention in ask.question.mentions:
            names, text = tuple(map(squeeze, mention.names)), squeeze(mention.text)
            if text in folded and things & set(names):
                said.append(((folded.find(text), folded.find(text) + len(text)), names))
        for span, texts in said:
            if _of_role(ask, table.heads[place], texts) and not re.fullmatch(
                words()["table"]["all"], texts[0]
            ):
                found.setdefault(span, {})[place] = texts
    taken: list[tuple[int, int]] = []
    for (start, end), places in sorted(found.items(), key=lambda item: item[0][0] - item[0][1]):
        if not any(start < until and at < end for at, until in taken):
            taken.append((start, end))
            if len(places) == 1:
                [(place, texts)] = places.items()
                yield Condition(place, start, end, _has_thing(place, texts))


def _ends(things: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ends of things that a reader may name them by, with what ends so (高新区 of 东江高新区), where just one does."""
    ends: dict[str, set[str]] = {}
    for thing in things:
        for size in range(SHORTEST, len(thing)):
            ends.setdefault(thing[-size:], set()).add(thing)
    yield from ((end, tuple(named)) for end, named in ends.items() if len(named) == 1)


def _of_role(ask: Ask, head: str, texts: Sequence[str]) -> bool:
    """Whether a column tells of the role that is asked for, where what is named is a body and a role is asked for; of any
    part in it, every column of bodies does."""
    named = {squeeze(name) for mention in ask.question.mentions for name in mention.names}
    meant = set(Role) if any_part(ask.question) else set(ask.question.roles)
    return not (meant and named & set(texts)) or bool(set(roles_in(head)) & meant)


def _has_thing(place: int, texts: Sequence[str]) -> Callable[[Row], bool]:
    return lambda row: bool(set(texts) & set(things_of(row.cells[place])))


def things_of(cell: Cell) -> list[str]:
    """The things that a cell names, of two characters or more, none a bare value."""
    things = re.split(r"[、,;]|<br\s*/?>", squeeze(cell.text))
    return [thing for thing in things if len(thing) > 1 and not re.fullmatch(r"[\d.%年月日:/—-]+", thing)]


def _bounds(ask: Ask, folded: str, table: Table) -> Iterator[Condition]:
    """Bounds for the values of a column: the one whose head is nearest to what the question says."""
    for quantity in quantities(folded):
        sign, start, end = _sign(folded, quantity)
        value, unit = values_of(quantity)[0]
        place = _column(ask, folded, table, table.of_values(unit)) if sign else -1
        if place >= 0:
            yield Condition(place, start, end, _is_bounded(table, place, value, unit, sign), True)


def _column(ask: Ask, folded: str, table: Table, places: Sequence[int]) -> int:
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
    """>, >=, < or <= as the words around a number say (不超过, not its 超过), and the slice that says it; "" where they
    bound nothing."""
    best = "", quantity.start, quantity.end
    for sign, (ahead, after) in words()["table"]["bound"].items():
        before = re.search(f"(?:{ahead})$", folded[: quantity.start])
        behind = re.compile(after).match(folded, quantity.end)
        found = (
            sign,
            before.start() if before else quantity.start,
            behind.end() if behind else quantity.end,
        )
        if (before or behind) and (not best[0] or found[2] - found[1] > best[2] - best[1]):
            best = found
    return best


def _is_of_all(text: str) -> bool:
    """Whether a cell says that its row is of all others (合计, 全市) or of a part of one (其中：续建)."""
    return is_total(text) or bool(re.match(words()["table"]["all"], squeeze(text)))


def _is_of(value: tuple[float, str] | None, unit: str) -> bool:
    """Whether a value is of a plain unit; a bare number is of any but money."""
    return value is not None and (
        value[1] == unit or (not (value[1] and unit) and "元" not in (value[1], unit))
    )


def _is_bounded(table: Table, place: int, bound: float, unit: str, sign: str) -> Callable[[Row], bool]:
    def holds(row: Row) -> bool:
        value = table.value(row, place)
        return value is not None and _is_of(value, unit) and bool(_TESTS[sign](value[0], bound))

    return holds


def value_asked(ask: Ask, folded: str, table: Table) -> int:
    """The column of values that a question names (总投资多少); -1 where it names none, or several alike."""
    place = _column(ask, folded, table, table.of_values())
    return place if place >= 0 and _told(ask, folded, table.heads[place]) else -1


def extreme_of(ask: Ask, folded: str, table: Table, rows: Sequence[Row]) -> Condition | None:
    """The greatest, or the least, value of the column that a question names, where all its values are of one unit."""
    said = re.search(words()["table"]["extreme"], folded)
    if not said or not ask.question.has("largest", "smallest"):
        return None
    place = value_asked(ask, folded, table)
    values = [value for row in rows if place >= 0 and (value := table.value(row, place))]
    if not values or len({unit for _, unit in values}) > 1:
        return None
    best = (max if ask.question.has("largest") else min)(value for value, _ in values)
    return Condition(place, *said.span(), lambda row: (table.value(row, place) or (None,))[0] == best, True)


def _due(folded: str, table: Table) -> Iterator[Condition]:
    """When the rows that are asked for are due: a year, or a day or month of it, in a column of dates; of a column of
    years, any year that is named. None where it is by when (2026年底前)."""
    entry = words()["table"]
    places = [place for place, head in enumerate(table.heads) if re.search(entry["due"], head)]
    places = [place for place in places if place not in table.of_values()]
    begins = re.search(entry["begins"], folded)
    named = [
        place for place in places if bool(re.search(entry["begins"], table.heads[place])) == bool(begins)
    ]
    place = named[0] if len(named) == 1 else -1
    by_year = place >= 0 and all(
        re.fullmatch(r"20\d\d年?", fold(row.cells[place].text)) for row in table.rows
    )
    said: list[tuple[int, int, _Day]] = [found for found in dates_in(folded) if found[2][0]]
    years = re.finditer(r"(?P<year>20\d\d)年?" if by_year else entry["year"], folded)
    said += [(*match.span(), (int(match["year"]), None, None)) for match in years]
    if place >= 0 and said and not re.match(entry["until"], folded[said[0][1] :]):
        start, end, day = said[0]
        yield Condition(place, start, end, _is_due(place, day))


def _is_due(place: int, said: _Day) -> Callable[[Row], bool]:
    def holds(row: Row) -> bool:
        text = fold(row.cells[place].text)
        years = re.findall(r"20\d\d", text)
        last: _Day = (int(years[-1]) if years else None, None, None)
        last = next((date for _, _, date in reversed([*dates_in(text)]) if date[0]), last)
        return all(mine is None or mine == theirs for mine, theirs in zip(said, last, strict=True))

    return holds
