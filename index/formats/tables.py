"""Tables with merged cells as lines: Markdown rows, or rows of tabs where they are the document's header.

A head of two rows becomes one. A cell merged downwards is repeated where it holds no digit (who leads holds
for every row); one with a number is left empty below, so that nothing is counted twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.formats.text import Line
from index.header import is_field, known_labels
from index.text import squeeze

DEEPEST = 3  # rows of a head
WIDEST = 200  # columns that are read
_SHORT = 2  # characters of a lower head (牵头) that stand before the upper one (责任单位)
_ONES = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at its upper left place, counted from 0; ``text`` has a line for each paragraph."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1
    page: int = 0


def table_lines(cells: Sequence[Cell]) -> list[Line]:
    """The lines that a table is read as; blank ones around what are rows of a table, [] where all is empty."""
    cells = _compact([cell for cell in cells if cell.column < WIDEST])
    if not any(cell.text.strip() for cell in cells):
        return []
    width = max(cell.column + cell.columns for cell in cells)
    rows: list[list[Cell]] = [[] for _ in range(1 + max(cell.row for cell in cells))]
    for cell in cells:
        rows[cell.row].append(cell)
    fields = list(_fields(rows))
    if fields:
        return [Line(""), *fields, Line("")]
    over, under = _across(rows, width), _across(rows[::-1], width)
    body = rows[len(over) : len(rows) - len(under)]
    if width == 1 or len(body) < 2:
        return _told(rows)
    below = _told(under[::-1])
    return [
        *_told(over),
        Line(""),
        *_markdown(body, width),
        Line(""),
        *below,
    ]


def _compact(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without the rows and columns in which none begins; a cell that overlaps another is left out."""
    taken: set[tuple[int, int]] = set()
    kept = []
    for cell in sorted(cells, key=lambda c: (c.row, c.column)):
        cell = replace(cell, columns=min(cell.columns, WIDEST - cell.column))
        if (cell.row, cell.column) not in taken:
            kept.append(cell)
            taken.update(
                (row, column)
                for row in range(cell.row, cell.row + cell.rows)
                for column in range(cell.column, cell.column + cell.columns)
            )
    lines = sorted({cell.row for cell in kept})
    places = sorted({cell.column for cell in kept})
    return [
        Cell(
            row := bisect_left(lines, cell.row),
            column := bisect_left(places, cell.column),
            cell.text,
            bisect_left(lines, cell.row + cell.rows) - row,
            bisect_left(places, cell.column + cell.columns) - column,
            cell.page,
        )
        for cell in kept
    ]


def _told(rows: list[list[Cell]]) -> list[Line]:
    """The paragraphs of cells that are no rows of a table."""
    return [Line(text, cell.page) for row in rows for cell in row for text in _paragraphs(cell)]


def _paragraphs(cell: Cell) -> list[str]:
    return [line for line in cell.text.splitlines() if line.strip()]


def _fields(rows: list[list[Cell]]) -> Iterator[Line]:
    """Rows of tabs where a table holds nothing but labels of a document's header and their values."""
    labels = 0
    lines = []
    for row in rows:
        texts = [" ".join(cell.text.split()) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        heads = [squeeze(text).rstrip(":") for text in texts[::2]]
        if all(
            head in known_labels() or _is_label(text) for head, text in zip(heads, texts[::2], strict=True)
        ):
            labels += sum(head in known_labels() for head in heads)
            pieces = [text.rstrip("：:") if n % 2 == 0 else text for n, text in enumerate(texts)]
            lines.append(Line("\t".join(pieces), row[0].page))
        elif all(is_field(text) for text in texts if text):
            labels += len(texts)
            lines.append(Line("\t".join(texts), row[0].page))
        else:
            return
    if labels >= 2:
        yield from lines


def _is_label(text: str) -> bool:
    return text.endswith(("：", ":")) and len(squeeze(text)) <= 9


def _across(rows: list[list[Cell]], width: int) -> list[list[Cell]]:
    """The rows at an end that are one cell across the whole table: its title, or a note to it."""
    found = []
    for row in rows:
        if len(row) != 1 or row[0].columns < width or row[0].rows > 1:
            break
        found.append(row)
    return found


def _markdown(rows: list[list[Cell]], width: int) -> Iterator[Line]:
    depth = max(cell.rows for cell in rows[0])
    if not (1 < depth <= DEEPEST and depth < len(rows) and any(cell.columns > 1 for cell in rows[0])):
        depth = 1
    top = rows[0][0].row
    grid: list[list[str]] = [[""] * width for _ in rows]
    for cell in (cell for row in rows for cell in row):
        text = "<br>".join(line.strip().replace("|", "\\|") for line in _paragraphs(cell))
        at = cell.row - top
        for row in range(at, min(at + cell.rows, len(grid))):
            head = row < depth
            if row == at or head or not _ONES.search(text):
                for column in range(cell.column, cell.column + (cell.columns if head else 1)):
                    grid[row][column] = text
    pages = [max(cell.page for cell in row) for row in rows]
    heads = [_head([grid[row][column] for row in range(depth)]) for column in range(width)]
    yield Line(_row(heads), pages[0])
    yield Line(_row(["---"] * width), pages[0])
    yield from (Line(_row(row), page) for row, page in zip(grid[depth:], pages[depth:], strict=True))


def _head(texts: list[str]) -> str:
    """The heads over a column, from the outer to the inner one, as one."""
    whole = ""
    for text in dict.fromkeys(filter(None, texts)):
        whole = text + whole if len(text) <= _SHORT else whole + text
    return whole


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"
