"""Lines of pages to paragraphs: what the width of the page broke is joined, also over a page's end; so are tables."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from index.formats.pdf_lines import TextLine
from index.formats.tables import Cell, table_lines
from index.formats.text import Line
from index.lines import read_lines

INDENT = 0.7  # of the size: what begins further in begins a paragraph
APART = 1.45  # of the usual distance: lines further apart are two paragraphs
RAGGED = 1.3  # of the size: how far a full line may end before the others where nothing is justified
STRICT = 0.5  # the same of a line that ends with a sentence
NARROW = 0.5  # of a page's width: lines that are all shorter say nothing of where its block ends
SMALLER = 0.92  # of the size of the text: a footnote's
_ENDS = re.compile(r"[。；：！？.;:!?][”’）)]*$")
_HANGS = re.compile(r"[，。、；：！？”’）》]$")
_NOTE = re.compile(r"[①-⑳]|[\[〔(（［]\d{1,3}[\]〕)）］]|\d{1,3}(?=[^\d.])|[*＊]|注")
_CONTINUED = re.compile(r"[（(]?(?:续表?|接上[页表]|下转)[^。]{0,12}$")


@dataclass(frozen=True, slots=True)
class PageTable:
    """A ruled table of a page: its box, the edges of its columns and its cells, counted from 0."""

    page: int
    box: tuple[float, float, float, float]
    edges: tuple[float, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PageBlocks:
    """What stands on a page: its lines, in the order in which they are read, and its tables."""

    number: int
    width: float
    height: float
    lines: list[TextLine]
    tables: list[PageTable]


@dataclass(frozen=True, slots=True)
class _Block:
    """Where lines of a page (of a column of it) begin and end, their size and how far apart they are."""

    left: float
    right: float
    size: float
    pitch: float


def paragraphs(pages: Sequence[PageBlocks]) -> Iterator[Line]:
    """The lines of a document, each with the page that it begins on."""
    size = _usual([line for page in pages for line in page.lines])
    waiting: list[Line] = []  # footnotes, until the paragraph ends that the page's end broke
    text = ""
    last: TextLine | None = None
    begun, goes_on = Line(""), False
    table: PageTable | None = None
    pages = [page for page in pages if page.lines or page.tables]
    blocks = _blocks(pages, size)
    for page in pages:
        notes = _notes(page.lines, size)
        items = _in_order([line for line in page.lines if line not in notes], page.tables)
        for item in items:
            if isinstance(item, PageTable):
                if last is not None:
                    yield replace(begun, text=text)
                    last = None
                if table is not None and table.page != item.page and _goes_on(table, item):
                    table = _with(table, item)
                    continue
                if table is not None:
                    yield from table_lines(table.cells)
                table = item
                continue
            if table is not None:
                if item.page != table.page and _CONTINUED.match(item.text):
                    continue
                yield from table_lines(table.cells)
                table = None
            block = blocks[item.page, item.column]
            if last is not None and _joins(last, item, blocks[last.page, last.column], block, goes_on):
                goes_on = True
                text = last.with_next(text, item.text)
            else:
                if last is not None:
                    yield replace(begun, text=text)
                yield from waiting
                waiting = []
                text, goes_on = item.text, False
                begun = Line(text, item.page, _is_centred(item, block))
            last = item
        waiting += [Line(note.text, note.page) for note in _joined_notes(notes, blocks)]
    if last is not None:
        yield replace(begun, text=text)
    if table is not None:
        yield from table_lines(table.cells)
    yield from waiting


def _usual(lines: Sequence[TextLine]) -> float:
    """The size of most characters."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 12.0


def _blocks(pages: Sequence[PageBlocks], size: float) -> dict[tuple[int, int], _Block]:
    """The block of each page and column; a page with few lines takes what is usual in the document."""
    usual: dict[int, _Block] = {}
    found: dict[tuple[int, int], _Block] = {}
    for column in (0, 1, 2):
        every = [line for page in pages for line in page.lines if line.column == column]
        if every:
            usual[column] = _block(every, size)
            wide = max(page.width for page in pages)
            block = usual[column]
            full = sum(line.x1 > block.right - 2 * RAGGED * size for line in every)
            if column == 0 and (full < 2 or block.right - block.left < NARROW * wide):
                usual[column] = replace(block, right=max(block.right, wide - block.left))
    for page in pages:
        for column in {line.column for line in page.lines}:
            own = [line for line in page.lines if line.column == column]
            whole = usual[column]
            block = _block(own, size) if len(own) >= 8 else whole
            left = block.left if abs(block.left - whole.left) < 6 * size else whole.left
            told = len(own) >= 8 and (column or block.right - block.left >= NARROW * page.width)
            right = block.right if told else whole.right
            found[page.number, column] = _Block(left, right, size, whole.pitch)
    return found


def _block(lines: Sequence[TextLine], size: float) -> _Block:
    body = [line for line in lines if abs(line.size - size) <= 0.1 * size] or list(lines)
    starts = Counter(round(line.x0) for line in body)
    often = max(2, 0.04 * len(body))
    near = [x for x in starts if sum(starts[y] for y in (x - 1, x, x + 1)) >= often]
    left = min(near, default=min(line.x0 for line in body))
    ends = sorted(line.x1 for line in body)
    right = ends[min(len(ends) - 1, int(0.97 * len(ends)))]
    inner = [
        end
        for line in body
        if right - RAGGED * size <= (end := line.x1) <= right and not _HANGS.search(line.text)
    ]
    right = max(inner, default=right)  # a mark may hang over the edge
    steps = [
        b.top - a.top
        for a, b in itertools.pairwise(lines)
        if a.page == b.page and 0 < b.top - a.top < 4 * size
    ]
    return _Block(left, right, size, _pitch(steps, size))


def _pitch(steps: list[float], size: float) -> float:
    """The distance from line to line inside paragraphs: the lower quartile, since gaps between them are larger."""
    ordered = sorted(steps)
    return ordered[len(ordered) // 4] if len(ordered) >= 4 else median(ordered) if ordered else 1.5 * size


def _joins(last: TextLine, line: TextLine, before: _Block, block: _Block, goes_on: bool) -> bool:
    """Whether a line goes on with the paragraph that the last one ends, which itself ``goes_on`` with another line."""
    em = max(last.size, line.size)
    if abs(last.size - line.size) > 0.08 * em:
        return False
    beside = last.page == line.page and last.column == line.column
    if beside and line.top - last.top > APART * max(block.pitch, last.bottom - last.top):
        return False
    if not _is_full(last, line, before):
        return False
    opens = next(iter(read_lines(line.text))).rank > 0
    if opens and _ENDS.search(last.text):
        return False
    if line.x0 - block.left <= INDENT * em:
        return True
    if not beside or opens:
        return False  # an indented block goes on: its second line begins further left, the others below each other
    return line.x0 < last.x0 - em or (
        goes_on and abs(line.x0 - last.x0) < 0.3 * em and not _ENDS.search(last.text)
    )


def _is_full(line: TextLine, following: TextLine, block: _Block) -> bool:
    """Whether what the next line begins with had no room behind a line."""
    slack = STRICT if _ENDS.search(line.text) else RAGGED
    return block.right - line.x1 < min(following.first, 8 * line.size) + slack * line.size


def _is_centred(line: TextLine, block: _Block) -> bool:
    middle = abs((line.x0 + line.x1) / 2 - (block.left + block.right) / 2) < line.size
    inside = line.x0 > block.left + 1.2 * line.size and line.x1 < block.right - 1.2 * line.size
    return middle and (inside or line.size > 1.15 * block.size)


def _notes(lines: Sequence[TextLine], size: float) -> list[TextLine]:
    """The footnotes of a page: smaller lines below all others, of which the first begins with a mark."""
    at = len(lines)
    while at and lines[at - 1].size < SMALLER * size:
        at -= 1
    while at < len(lines) and not _NOTE.match(lines[at].text):
        at += 1
    above = max((line.bottom for line in lines[:at]), default=0.0)
    found = list(lines[at:])
    return found if at and found and min(line.top for line in found) > above - size else []


def _joined_notes(notes: Sequence[TextLine], blocks: dict[tuple[int, int], _Block]) -> Iterator[TextLine]:
    whole: TextLine | None = None
    for note in notes:
        if whole is not None and not _NOTE.match(note.text):
            whole = replace(note, text=whole.with_next(whole.text, note.text))
            continue
        if whole is not None:
            yield whole
        whole = note
    if whole is not None:
        yield whole


def _in_order(lines: Sequence[TextLine], tables: Sequence[PageTable]) -> list[TextLine | PageTable]:
    """Lines and tables of a page from top to bottom; a table stands before the first line below it."""
    items: list[TextLine | PageTable] = list(lines)
    for table in sorted(tables, key=lambda table: table.box[1]):
        at = next(
            (
                number
                for number, item in enumerate(items)
                if isinstance(item, TextLine)
                and item.top >= table.box[1]
                and item.x1 > table.box[0]
                and item.x0 < table.box[2]
            ),
            len(items),
        )
        items.insert(at, table)
    return items


def _goes_on(table: PageTable, following: PageTable) -> bool:
    """Whether a table at the top of a page is the one that the page before ends with: its columns are as wide."""
    if len(table.edges) != len(following.edges):
        return False
    shift = following.edges[0] - table.edges[0]
    return all(abs(b - a - shift) < 4 for a, b in zip(table.edges, following.edges, strict=True))


def _with(table: PageTable, following: PageTable) -> PageTable:
    """A table with its rows on the next page; a head that is repeated there and a row that was broken are one."""
    cells = list(table.cells)
    rest = _rows(following.cells)
    first = _rows(cells)
    skipped = 0
    while skipped < min(len(rest), len(first)) and _texts(rest[skipped]) == _texts(first[skipped]):
        skipped += 1
    end = 1 + max(cell.row + cell.rows - 1 for cell in cells)
    rest = rest[skipped:]
    if rest and _is_rest(first[-1], rest[0], first):
        more = {cell.column: cell.text for cell in rest[0] if cell.text}
        last = first[-1][0].row
        cells = [
            replace(cell, text="".join((cell.text, more.pop(cell.column))))
            if cell.row == last and cell.column in more
            else cell
            for cell in cells
        ]
        rest = rest[1:]
        skipped += 1
    offset = end - (rest[0][0].row if rest else 0)
    cells += [replace(cell, row=cell.row + offset, page=following.page) for row in rest for cell in row]
    return PageTable(following.page, following.box, following.edges, tuple(cells))


def _rows(cells: Sequence[Cell]) -> list[list[Cell]]:
    rows: dict[int, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    return [rows[number] for number in sorted(rows)]


def _texts(row: Sequence[Cell]) -> list[str]:
    return ["".join(cell.text.split()) for cell in row]


def _is_rest(last: Sequence[Cell], row: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first row of a page goes on with the last of the page before: it names nothing and leaves more empty."""
    before = {cell.column for cell in last if cell.text}
    own = {cell.column for cell in row if cell.text}
    named = sum(any(cell.column == 0 and cell.text for cell in other) for other in rows)
    return (
        bool(own)
        and 0 not in own
        and own < before
        and len(before) - len(own) >= 2
        and named > 0.8 * len(rows)
    )
