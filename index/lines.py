"""The lines of a source with the markers that open sections (GB/T 9704-2012: 一、 （一） 1. （1）; 第X条)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMERAL = "[一二三四五六七八九十百零〇]+"


# Rank and pattern of each kind of marker, outermost first (rows of a table, tried in order).
_MARKERS = tuple(
    (rank, re.compile(pattern))
    for rank, pattern in (
        (1, rf"第{_NUMERAL}[编部]分?(?=[\s　])"),
        (2, rf"第(?:{_NUMERAL}|\d+)章"),
        (3, rf"第(?:{_NUMERAL}|\d+)节"),
        (4, rf"第(?:{_NUMERAL}|\d+)条(?:之{_NUMERAL})?"),
        (5, rf"{_NUMERAL}\s?[、.．](?!\d)"),
        (6, rf"[（(]{_NUMERAL}[）)]、?"),
        (7, r"[0-9０-９]{1,3}\s?(?:[.．、](?![0-9０-９]))"),
        (8, r"[（(][0-9０-９]{1,3}[）)]、?"),
        (9, r"[①-⑳]"),
    )
)


ARTICLE_RANK = 4
GAP = re.compile(r"　{2,}| {3,}|[ 　]{4,}")  # between the cells of a row that is laid out with blanks
CELL = 24  # characters that such a cell has at most
COLUMNS = 3  # cells that such a row has at least


HEADING_RANKS = (1, 2, 3)  # whose whole line is a heading


_MARKUP = re.compile(r"[\s　]*(?:(#{1,6})[\s　]+)?(?:\*\*)?[\s　]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``start:end`` with its line end; ``text`` stripped, beginning at ``at``."""

    start: int
    end: int
    at: int
    text: str
    hashes: int  # Markdown heading level, 0 for none
    rank: int  # rank of the marker, 0 for none
    marker: str


def read_lines(source: str) -> Iterator[Line]:
    """Every line of a source, in order; together they are the source."""
    position = 0
    for raw in source.splitlines(keepends=True):
        markup = _MARKUP.match(raw)
        skip = markup.end() if markup else 0
        hashes = len(markup.group(1) or "") if markup else 0
        text = raw[skip:].rstrip().removesuffix("**").rstrip()
        rank, marker = (0, "") if is_row(raw) else _marker(text)
        yield Line(position, position + len(raw), position + skip, text, hashes, rank, marker)
        position += len(raw)


def is_row(text: str) -> bool:
    """Whether a line is one of a table: cells between bars, or at least three apart by tabs or by wide gaps."""
    plain = text.strip(" \r\n")
    cells = [cell for cell in plain.split("\t") if cell.strip()]
    return (plain.startswith("|") and plain.count("|") >= 2) or len(cells) >= 3 or is_aligned(text)


def is_aligned(text: str, least: int = COLUMNS) -> bool:
    """Whether a line is a row whose cells, at least so many, only blanks set apart.

    They are short, no sentences and no fields. A line that opens a section is none, nor are letters that stand apart
    (总　　则).
    """
    cells = GAP.split(text.strip())
    return (
        len(cells) >= least
        and "\t" not in text
        and all(len(c) <= CELL and not re.search("[。；：:|]", c) for c in cells)
        and 2 * sum(bool(re.fullmatch("[一-鿿]", c)) for c in cells) <= len(cells)
        and not _opens_section(text)
    )


def _opens_section(text: str) -> bool:
    """Whether a line begins with hashes or with a marker."""
    markup = _MARKUP.match(text)
    return markup is not None and bool(markup.group(1) or _marker(text[markup.end() :])[0])


def _marker(text: str) -> tuple[int, str]:
    for rank, pattern in _MARKERS:
        match = pattern.match(text)
        if match and (rank != ARTICLE_RANK or _opens_article(text[match.end() :])):
            return rank, match.group()
    return 0, ""


def _opens_article(rest: str) -> bool:
    """第五条 opens an article; 第五条第二款规定的 or 第五条、第六条 refers to one."""
    return not re.match(r"[第、，,和至]|规定|所称|的", rest)
