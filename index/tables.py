"""Tables of a policy (Markdown rows, rows of tabs): every number under a value's column is a target.

A column holds values where most of its cells are numbers and its header, a column of units or a
bracket tells what they are: a year, a unit or both. What stands already (现状, 基期, a year before
the document's own) is kept apart from what is to be reached.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.grids import BRACKET, Cell, Grid, Row, grids, read_row, row_at, rows_left, unit_of
from index.header import field_of
from index.lines import is_row
from index.policy import Comparator, Policy, Section, Target
from index.quantities import is_unit
from index.task_tables import shares_out
from index.text import fold, fold_with_origin, squeeze
from index.wording import PLAN_ENDS, YEAR, read_comparator

_ORDINAL = re.compile(r"^(?:\(?[\d一二三四五六七八九十]{1,3}[).、]\s*(?!\d)|其中\s*:?|\*+|[—·-]+)+")
_PLAN_END = re.compile(r'"?(十[一二三四五六七])五"?')
_SIGNS = {"≥": Comparator.AT_LEAST, ">": Comparator.MORE, "≤": Comparator.AT_MOST, "<": Comparator.LESS}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CELL = re.compile(
    rf"[\[(]?\s*(?P<head>[≥>≤<=]?|[^\d\s,;。()\[\]]{{0,6}}?)\s*(?P<low>[-+]?(?:{_NUMBER}))\s*"
    rf"(?:%?\s*(?:-|—|–|~|至|到)\s*(?P<high>{_NUMBER}))?\s*(?P<tail>[^\d\s,;。()\[\]]{{0,8}}(?:\s*/\s*[^\d\s,;。()\[\]]{{1,6}})?)\s*"
    r"[\])]?(?:\([^()]*\))?"
)
_AFTER = re.compile(r"(?:及?以[上下内]|之内|左右|上下)$")
_OF_YEARS = re.compile(r"(?:19|20)\d\d(?:年?(?:-|—|–|~|至|到)(?:(?:19|20)\d\d))?年")  # 2025年, 2025-2027年
_ENOUGH = 0.5  # of a column's cells that have to be numbers


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of values."""

    place: int
    year: int | None
    base: bool
    unit: str  # in its header
    over: str  # in the line over the table
    name: str  # what its header adds to the head of a row, "" where it adds nothing


@dataclass(frozen=True, slots=True)
class _Heads:
    """Which columns tell what the values of a row are: name, unit (-1 where none is)."""

    name: int
    unit: int


@cache
def _words() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(Path(__file__).with_name("tables.toml").read_text("utf-8"))
    return {name: re.compile(pattern) for name, pattern in data.items()}


def is_total(indicator: str) -> bool:
    """Whether a row's head says that it adds up the others (合计)."""
    return bool(_words()["total"].match(squeeze(indicator)))


def caption_unit(text: str) -> str:
    """The unit that the line over a table gives (单位：万元), "" where it gives none."""
    return next(_caption_units(text), "")


def _caption_units(text: str) -> Iterator[str]:
    """The units that the lines over tables give (单位：万元; at the end of one, 补助标准（万元/个）)."""
    for found in _words()["caption_unit"].finditer(fold(text)):
        unit = next(filter(None, found.groups()))
        if is_unit(unit):
            yield unit


def heading_of(policy: Policy, section: int, at: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The slices of the row that an offset lies in, and of its table's header (with a line over it that gives a unit).

    None where the offset, of the section with this number, lies in no table.
    """
    own = policy.sections[section]
    found = row_at(policy.source, own.start, own.end, at)
    if found is None:
        return None
    grid, row = found
    over = caption_unit(policy.source[grid.caption : grid.header.start])
    return (row.start, row.end), (grid.caption if over else grid.header.start, grid.header.end)


def cell_values(quotes: list[str]) -> Iterator[tuple[float, str]]:
    """(value, unit) that rows of tables state: a bare number of a cell takes any unit that the rows name."""
    rows = [
        row
        for quote in quotes
        for line in quote.splitlines()
        if is_row(line) and (row := read_row(line, 0, len(line)))
    ]
    named = [unit for row in rows for cell in row.cells for unit in [*BRACKET.findall(cell.text), cell.text]]
    named += [unit for quote in quotes for unit in _caption_units(quote)]
    units = {squeeze(unit) for unit in named if is_unit(unit)}
    for row in rows:
        for cell in row.cells:
            value = _CELL.fullmatch(cell.text)
            if value and not is_unit(_AFTER.sub("", value["tail"])):
                ends = [value["low"], value["high"] or value["low"]]
                yield from ((_number(end), unit) for end in ends for unit in units)


def table_targets(policy: Policy, section: Section) -> tuple[list[Target], list[tuple[int, int]]]:
    """The targets of a section's tables, and the slices in which no others are: tables that were read, and rows that
    cannot be."""
    found: list[Target] = []
    spans = [(row.start, row.end) for row in rows_left(policy.source, section.start, section.end)]
    for grid in grids(policy.source, section.start, section.end):
        heads, columns = _columns(policy, grid)
        if not columns:
            continue
        spans.append((grid.caption, grid.rows[-1].end))
        for row in grid.rows:
            found += _row_targets(policy, section, grid, row, heads, columns)
    return found, spans


def _columns(policy: Policy, grid: Grid) -> tuple[_Heads, list[_Column]]:
    words = _words()
    texts = [squeeze(cell.text) for cell in grid.header.cells]
    units = next(
        (
            place
            for place, text in enumerate(texts)
            if words["unit"].fullmatch(text) and _share(grid, place, is_unit) >= _ENOUGH
        ),
        -1,
    )
    above = caption_unit(policy.source[grid.caption : grid.header.start])
    values = []
    is_value = _is_bare if shares_out(policy.source, grid) else _is_value
    for place, text in enumerate(texts):
        if place == 0 or place == units or words["serial"].fullmatch(text):
            continue
        year, bracket = _year(text), unit_of(text)
        if (words["other"].search(text) and year is None) or _share(grid, place, is_value) < _ENOUGH:
            continue
        own = bracket or above
        aim = bool(words["target"].search(text))
        base = not aim and (bool(words["base"].search(text)) or (year or 9999) < _issued(policy))
        told = bool(own) or units >= 0 or year is not None or aim or base or _heads_have_units(grid)
        if told or _share(grid, place, _own_unit) >= _ENOUGH:
            values.append(_Column(place, year, base, bracket, above, _added(text)))
    taken = {column.place for column in values} | {units}
    rest = [p for p, text in enumerate(texts) if p not in taken and not words["serial"].fullmatch(text)]
    rest = [p for p in rest if p < min((c.place for c in values), default=0)]
    named = [p for p in rest if words["name"].search(texts[p])]
    called = [p for p in named if words["own"].search(texts[p])]
    name = (called or named or rest or [-1])[-1]
    return _Heads(name, units), values if name >= 0 else []


def _share(grid: Grid, place: int, test: Callable[[str], object]) -> float:
    """Share of a column's cells, dashes and empty ones aside, that pass a test."""
    cells = [row.cells[place].text for row in grid.rows if place < len(row.cells)]
    cells = [text for text in cells if text.strip("-—–/ ")]
    return sum(map(bool, map(test, cells))) / len(cells) if cells else 0.0


def _is_value(text: str) -> bool:
    value = _CELL.fullmatch(text)
    if not value or _OF_YEARS.fullmatch(squeeze(text)):
        return False
    tail = _AFTER.sub("", value["tail"])
    return not tail or is_unit(tail)


def _is_bare(text: str) -> bool:
    """Whether a cell holds a value with no more than how it is meant (不少于5家), not what is done (建成公园5处)."""
    value = _CELL.fullmatch(text)
    head = value["head"] if value else ""
    return _is_value(text) and (head in _SIGNS or not head[: read_comparator(head, "")[1]])


def _own_unit(text: str) -> str:
    """The unit that a cell names itself (50家)."""
    value = _CELL.fullmatch(text)
    tail = _AFTER.sub("", value["tail"]) if value else ""
    return squeeze(tail) if is_unit(tail) else ""


def _heads_have_units(grid: Grid) -> bool:
    return any(unit_of(cell.text) for row in grid.rows for cell in row.cells)


def _year(text: str) -> int | None:
    years = list(YEAR.finditer(text)) or list(re.finditer(r"^(?P<a>20\d\d)(?P<b>)$", text))
    if years:
        return int(years[-1]["b"] or years[-1]["a"])
    plan = _PLAN_END.search(text)
    return PLAN_ENDS.get(plan.group(1)) if plan else None


def _issued(policy: Policy) -> int:
    """The year that a document is of: of its number, else of the first year of its title; 0 where unknown."""
    number = field_of(policy, "document_number")
    for text in (number.value if number else "", policy.title):
        year = re.search(r"20\d\d", fold(text))
        if year:
            return int(year.group())
    return 0


def _added(header: str) -> str:
    """What a header names besides year, unit and words such as 目标值."""
    text = BRACKET.sub("", header)
    text = _PLAN_END.sub("", YEAR.sub("", re.sub(r"^20\d\d$", "", text)))
    text = re.sub(r"期?末|期间|时期", "", text) if "五" in header else text
    text = text.strip('()"[]:/、 ')
    return "" if _words()["plain"].fullmatch(text) or _words()["base"].fullmatch(text) else text


def _row_targets(
    policy: Policy, section: Section, grid: Grid, row: Row, heads: _Heads, columns: list[_Column]
) -> Iterator[Target]:
    if heads.name >= len(row.cells):
        return
    named = row.cells[heads.name]
    if not named.text and is_total(row.cells[0].text):
        named = row.cells[0]  # 合计 stands where the rows are counted
    head = named.text
    own = _year(head)
    name = _ORDINAL.sub("", re.sub(r"[\s*]+", "", BRACKET.sub("", head)))
    if own is not None:
        name = YEAR.sub("", re.sub(r"^20\d\d$", "", name)).strip()
    column_unit = squeeze(row.cells[heads.unit].text) if 0 <= heads.unit < len(row.cells) else ""
    over = _year_over(policy, grid)
    for column in columns:
        if column.place >= len(row.cells) or not _is_value(row.cells[column.place].text):
            continue
        cell = row.cells[column.place]
        value = _CELL.fullmatch(cell.text)
        indicator = _shown(policy, named, name) + column.name
        if value is None or not indicator:
            continue
        rows_unit = (column_unit if is_unit(column_unit) else "") or unit_of(head) or column.over
        if _words()["growth"].search(column.name) and not cell.text.startswith("["):
            rows_unit = ""  # a rate of what the row counts; [] is how plans mark a sum of years
        unit = _own_unit(cell.text) or column.unit or rows_unit
        low = _number(value["low"])
        yield _target(
            policy,
            section,
            row,
            cell,
            value,
            indicator=indicator,
            low=low,
            high=_number(value["high"]) if value["high"] else low,
            unit=unit,
            year=column.year or own or (None if column.base else over),
            base=column.base or (own is not None and own < _issued(policy)),
        )


def _shown(policy: Policy, cell: Cell, name: str) -> str:
    """The head of a row as the source writes it, where its folded form is a slice of the cell."""
    folded = fold_with_origin(policy.source[cell.start : cell.end])
    at = folded.text.find(name)
    if at < 0 or not name:
        return name
    start, end = folded.span(at, at + len(name))
    return re.sub(r"\s+", "", policy.source[cell.start + start : cell.start + end])


def _year_over(policy: Policy, grid: Grid) -> int | None:
    """The one year that the line over a table names (2025年主要指标)."""
    years = {_year(m.group()) for m in YEAR.finditer(fold(policy.source[grid.caption : grid.header.start]))}
    return years.pop() if len(years) == 1 else None


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _target(
    policy: Policy,
    section: Section,
    row: Row,
    cell: Cell,
    value: re.Match[str],
    *,
    indicator: str,
    low: float,
    high: float,
    unit: str,
    year: int | None,
    base: bool,
) -> Target:
    folded = fold_with_origin(policy.source[cell.start : cell.end])
    start, end = folded.span(value.start("head"), value.end("tail"))
    text = re.sub(r"\s+", "", policy.source[cell.start + start : cell.start + end])
    comparator = _SIGNS.get(value["head"]) or read_comparator(value["head"], value["tail"])[0]
    return Target(
        indicator=indicator,
        comparator=comparator,
        low=low,
        high=high,
        unit=unit,
        text=text,
        year=year,
        period="",
        tentative=False,
        section=section.id,
        start=cell.start + start,
        end=cell.start + end,
        sentence_start=row.start,
        sentence_end=row.end,
        base=base,
    )
