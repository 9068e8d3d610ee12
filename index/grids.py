"""Tables as grids: rows of Markdown or of tabs, their cells as slices of the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.lines import GAP, is_aligned, is_row
from index.text import fold

_RULE = re.compile(r":?-{2,}:?|-")
_UNIT = re.compile(r"[(（](?:单位[:：])?([^()（）]{1,12})[)）]$")
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


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its header, the rows under it, and where the line over it (单位：万元) begins."""

    caption: int  # equals the header's start where there is none
    header: Row
    rows: tuple[Row, ...]


@lru_cache(maxsize=64)
def grids(source: str, start: int, end: int) -> tuple[Grid, ...]:
    """The tables of a slice of the source; kept, since the rows of one are asked about one after another."""
    return tuple(_read(source, start, end))


def _read(source: str, start: int, end: int) -> Iterator[Grid]:
    rows: list[Row] = []
    caption = before = -1
    for match in re.finditer(r"[^\n]*\n?", source[start:end]):
        line = match.group()
        at = start + match.start()
        row = read_row(source, at, at + len(line.rstrip("\r\n"))) if _may_be_row(line, rows) else None
        if row is not None:
            if not rows:
                caption = before
            rows.append(row)
            continue
        if rows and line.lstrip().startswith("|"):
            continue  # one cell across the whole table: the name of a group of rows
        if line.strip() or (rows and source[rows[-1].start : rows[-1].end].lstrip().startswith("|")):
            yield from _grid(source, rows, caption)
            rows = []
        if line.strip():
            before = at if len(line.strip()) <= _CAPTION else -1
    yield from _grid(source, rows, caption)


def row_told(grid: Grid, row: Row) -> str:
    """A row in words: each cell behind its column's name, with the unit in brackets there (补贴标准（元/月） over 1450)."""
    told = []
    for name, cell in zip(grid.header.cells, row.cells, strict=False):
        unit = _UNIT.search(name.text)
        bare = re.fullmatch(r"[\d.,]+", cell.text)
        told.append(f"{_UNIT.sub('', name.text)}{cell.text}{unit[1] if unit and bare else ''}")
    return "；".join(told)


def _may_be_row(line: str, rows: list[Row]) -> bool:
    """Whether a line is a row; below others also one of as many cells, of which merging left two or fewer."""
    tabs = line.strip("\r\n").count("\t")
    return is_row(line) or (tabs >= 1 and (tabs == len(rows[0].cells) - 1 if rows else True))


def read_row(source: str, start: int, end: int) -> Row | None:
    """A line of the source as a row; its cells keep their places, empty ones too."""
    line = source[start:end]
    bars = line.lstrip().startswith("|")
    cells = []
    if is_aligned(line):  # a tab in the place of each gap, and the cells keep theirs
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
    return Row(start, end, tuple(cells)) if len(cells) > 1 else None


def _grid(source: str, rows: list[Row], caption: int) -> Iterator[Grid]:
    body = [row for row in rows if not all(_RULE.fullmatch(cell.text) for cell in row.cells)]
    if len(body) > 1:
        header = body[0]
        names = [cell.text for cell in header.cells]
        rest = [row for row in body if [cell.text for cell in row.cells] != names]  # repeated on a new page
        near = caption >= 0 and not re.search(r"[。]", source[caption : header.start].rstrip()[:-1])
        if rest:
            yield Grid(caption if near else header.start, header, tuple(rest))
