"""Tables as grids: rows of Markdown, of tabs or of wide gaps, their cells as slices of the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.lines import COLUMNS, GAP, is_aligned, is_row
from index.quantities import is_unit, quantities
from index.text import fold, squeeze

BRACKET = re.compile(r"\((?:(?:计量)?单位\s*:\s*)?([^()]{1,16})\)")
_EITHER = re.compile(r"[(（][^()（）]{1,30}[)）]")  # BRACKET in a text that is not folded
_RULE = re.compile(r":?-{2,}:?|-")
_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)[\d.,]+")  # without a unit, and no year
_CAPTION = 80  # characters that the line over a table has at most


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell without its outer blanks: a slice of the source, and its folded text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    aligned: bool  # only blanks set its cells apart, so that it shows no empty one


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its header, the rows under it, and where the line over it (单位：万元) begins."""

    caption: int  # equals the header's start where there is none
    header: Row
    rows: tuple[Row, ...]


@lru_cache(maxsize=64)
def grids(source: str, start: int, end: int) -> tuple[Grid, ...]:
    """The tables of a slice of the source; kept, since the rows of one are asked about one after another."""
    return tuple(
        grid for caption, rows in _blocks(source, start, end) for grid in _grid(source, rows, caption)
    )


def row_at(source: str, start: int, end: int, at: int) -> tuple[Grid, Row] | None:
    """The table of a slice of the source, and the row below its header, that an offset lies in; None where there is none."""
    tables = grids(source, start, end)
    number = bisect_right(tables, at, key=lambda grid: grid.rows[0].start)
    rows = tables[number - 1].rows if number else ()
    place = bisect_right(rows, at, key=lambda row: row.start)
    return (tables[number - 1], rows[place - 1]) if place and at < rows[place - 1].end else None


def rows_left(source: str, start: int, end: int) -> Iterator[Row]:
    """The rows of tables laid out with blanks that stay text: nothing tells which columns their cells belong to."""
    held = {row.start for grid in grids(source, start, end) for row in (grid.header, *grid.rows)}
    for _, rows in _blocks(source, start, end):
        if len(rows) > 1:
            yield from (r for r in rows if (r.aligned or rows[0].aligned) and r.start not in held)


def _blocks(source: str, start: int, end: int) -> Iterator[tuple[int, list[Row]]]:
    """The rows that stand together, each time with where the line over them begins, -1 where none is."""
    rows: list[Row] = []
    caption = before = -1
    for match in re.finditer(r"[^\n]*\n?", source[start:end]):
        line = match.group()
        at = start + match.start()
        bars = line.lstrip().startswith("|")
        row = read_row(source, at, at + len(line.rstrip("\r\n"))) if _may_be_row(line, rows) else None
        if row is not None:
            if rows and rows[0].aligned and bars:  # a line of blanks over a table of bars is no header
                yield caption, rows
                rows, before = [], rows[-1].start
            if not rows:
                caption = before
            rows.append(row)
            continue
        if rows and bars:
            continue  # one cell across the whole table: the name of a group of rows
        if line.strip() or (rows and source[rows[-1].start : rows[-1].end].lstrip().startswith("|")):
            yield caption, rows
            rows = []
        if line.strip():
            before = at if len(line.strip()) <= _CAPTION else -1
    yield caption, rows


def cell_end(source: str, end: int) -> int:
    """Where a cell ends with the bar behind it, if there is one."""
    bar = re.compile(r"[ \t]*\|").match(source, end)
    return bar.end() if bar else end


def row_told(grid: Grid, row: Row, source: str = "") -> str:
    """A row in words: each cell behind its column's name, with the unit in brackets there (补贴标准（元/月） over 1450).

    As ``source`` writes them, where it is given; folded else.
    """
    told = []
    for name, cell in zip(grid.header.cells, row.cells, strict=row.aligned):
        unit = unit_of(name.text) if re.fullmatch(r"[\d.,]+", cell.text) else ""
        told.append(f"{_without_unit(_written(name, source))}{_written(cell, source)}{unit}")
    return "；".join(told)


def _written(cell: Cell, source: str) -> str:
    """A cell as a source writes it, on one line; folded without one, or where it says more than stands there."""
    text = re.sub(r"\s+", " ", source[cell.start : cell.end])
    return text if text and cell.text.startswith(fold(text)) else cell.text


def unit_of(text: str) -> str:
    """The last unit in brackets of a header or of a row's head, "" where there is none."""
    return next((squeeze(unit) for unit in reversed(BRACKET.findall(text)) if is_unit(unit)), "")


def _without_unit(name: str) -> str:
    """A header without its brackets that hold a unit; those that tell it from others (2025年) stay."""
    return _EITHER.sub(lambda bracket: "" if is_unit(_unit_in(bracket[0])) else bracket[0], name)


def _unit_in(bracket: str) -> str:
    """What stands in brackets of a head, without 单位：."""
    found = BRACKET.fullmatch(fold(bracket))
    return found[1] if found else ""


def _may_be_row(line: str, rows: list[Row]) -> bool:
    """Whether a line is a row; below others also one of as many cells, of which merging or blanks left two or fewer."""
    tabs = line.strip("\r\n").count("\t")
    merged = tabs >= 1 and (tabs == len(rows[0].cells) - 1 if rows else True)
    return is_row(line) or merged or (bool(rows) and rows[0].aligned and is_aligned(line, 2))


def read_row(source: str, start: int, end: int) -> Row | None:
    """A line of the source as a row; its cells keep their places, empty ones too."""
    line = source[start:end]
    bars = line.lstrip().startswith("|")
    cells = []
    aligned = is_aligned(line, 2)
    if aligned:  # a tab in the place of each gap, and the cells keep theirs
        body = len(line) - len(line.lstrip())
        line = line[:body] + GAP.sub(lambda gap: "\t" + gap.group()[1:], line[body:].rstrip())
    for match in re.finditer(r"(?:\\\||[^|])*" if bars else r"[^\t]*", line):
        raw = match.group()
        left = start + match.start() + len(raw) - len(raw.lstrip())
        if match.end() == match.start() and match.start() and line[match.start() - 1] not in "|\t":
            continue  # the empty match behind a cell
        right = max(left, start + match.start() + len(raw.rstrip()))
        cells.append(Cell(left, right, fold(source[left:right]).replace("\n", " ")))
    if bars:
        cells = cells[1:-1] if line.rstrip().endswith("|") else cells[1:]
    return Row(start, end, tuple(cells), aligned) if len(cells) > 1 else None


def _grid(source: str, rows: list[Row], caption: int) -> Iterator[Grid]:
    body = [row for row in rows if not all(_RULE.fullmatch(cell.text) for cell in row.cells)]
    if len(body) > 1 and _is_header(body[0]):
        header = body[0]
        names = [cell.text for cell in header.cells]  # may stand again on a new page
        rest = [row for row in _fitting(header, body[1:]) if [cell.text for cell in row.cells] != names]
        near = caption >= 0 and not re.search(r"[。]", source[caption : header.start].rstrip()[:-1])
        if rest:
            yield Grid(caption if near else header.start, header, tuple(rest))


def _is_header(row: Row) -> bool:
    """Whether a first row names columns: one that is laid out with blanks and has a cell that ends with a value does not."""
    return not (row.aligned and any(_ends_with_value(squeeze(cell.text)) for cell in row.cells))


def _ends_with_value(text: str) -> bool:
    """Whether a cell is a number or ends with one and its unit (2份, 不超过20小时); not a year, a month or 5年以上."""
    return bool(_NUMBER.fullmatch(text)) or any(found.end == len(text) for found in quantities(text))


def _fitting(header: Row, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows that have as many cells as a header where one of both is laid out with blanks.

    Nothing is read behind one that has too few cells to be told from other lines: what follows may be another table.
    """
    for row in rows:
        if header.aligned and len(row.cells) < COLUMNS:
            return
        if len(row.cells) == len(header.cells) or not (header.aligned or row.aligned):
            yield row
