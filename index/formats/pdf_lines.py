"""Characters at their places to lines of text, from top to bottom, columns one after the other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

GAP = 0.25  # of the size: a gap between words
COLUMN_LINES = 6  # that two columns have at least
FILLED = 0.6  # of a column's width, that its lines fill on the average


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character; places in points from the upper left corner of the page."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text and the box around it."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    first: float  # width of what cannot be parted from its first character: a word, or the character itself
    page: int
    column: int = 0  # 0 across the page, 1 left, 2 right

    def with_next(self, text: str, following: str) -> str:
        """``text``, which ends with this line, and the line that goes on with it; a blank between Latin words."""
        apart = re.search(r"[A-Za-z,;:]$", text) and re.match(r"[A-Za-z0-9]", following)
        return f"{text}{' ' if apart else ''}{following}"


def lines_of(glyphs: Iterable[Glyph], page: int) -> list[TextLine]:
    """The lines that characters stand on; those of two columns in the order in which they are read."""
    every = sorted(glyphs, key=lambda glyph: (glyph.top + glyph.bottom, glyph.x0))
    rows = [part for row in _rows(every) if (part := _stripped(row))]
    gutter = _gutter(rows)
    if gutter is None:
        return [_line(row, page) for row in rows]
    lines: list[TextLine] = []
    left: list[TextLine] = []
    right: list[TextLine] = []
    for row in rows:
        if any(glyph.x0 < gutter < glyph.x1 for glyph in row) or _centred(row, gutter):
            lines += [*left, *right, _line(row, page)]
            left, right = [], []
            continue
        for part, into, column in (
            ([g for g in row if g.x1 <= gutter], left, 1),
            ([g for g in row if g.x0 >= gutter], right, 2),
        ):
            if part:
                into.append(_line(part, page, column))
    return [*lines, *left, *right]


def _stripped(row: list[Glyph]) -> list[Glyph]:
    """A row without the blanks at its ends; [] where it is nothing but blanks."""
    solid = [number for number, glyph in enumerate(row) if glyph.text.strip()]
    return row[solid[0] : solid[-1] + 1] if solid else []


def _rows(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Characters that stand beside each other: their middles lie within half of the larger one's height."""
    rows: list[list[Glyph]] = []
    middle = height = 0.0
    for glyph in glyphs:
        own = (glyph.top + glyph.bottom) / 2
        tall = glyph.bottom - glyph.top
        if rows and abs(own - middle) <= 0.5 * max(height, tall):
            rows[-1].append(glyph)
            if tall >= height:
                middle, height = own, tall
        else:
            rows.append([glyph])
            middle, height = own, tall
    return [sorted(row, key=lambda glyph: glyph.x0) for row in rows]


def _line(row: list[Glyph], page: int, column: int = 0) -> TextLine:
    size = median(glyph.size for glyph in row)
    pieces: list[str] = []
    before: Glyph | None = None
    for glyph in row:
        if before is not None:
            gap = glyph.x0 - before.x1
            latin = before.text[-1:].isascii() and glyph.text[:1].isascii()
            blank = not before.text.strip() or not glyph.text.strip()
            if gap > (GAP if latin else 0.9) * size and not blank:
                pieces.append(" ")
        pieces.append(glyph.text)
        before = glyph
    text = re.sub(r"[ \t]+", " ", "".join(pieces))
    word = re.match(r"[A-Za-z0-9.,%-]+|.[，。；：、！？）》”’〕]*", text)
    count = len(word.group()) if word else 1
    first = row[min(count, len(row)) - 1].x1 - row[0].x0
    return TextLine(
        text,
        row[0].x0,
        max(glyph.x1 for glyph in row),
        min(glyph.top for glyph in row),
        max(glyph.bottom for glyph in row),
        size,
        first,
        page,
        column,
    )


def _gutter(rows: list[list[Glyph]]) -> float | None:
    """Where the white band between two columns of running text lies, None where there is one column."""
    if len(rows) < COLUMN_LINES:
        return None
    left = min(row[0].x0 for row in rows)
    right = max(glyph.x1 for row in rows for glyph in row)
    candidates: list[float] = []
    for row in rows:
        for before, glyph in itertools.pairwise(row):
            middle = (before.x1 + glyph.x0) / 2
            central = abs(middle - (left + right) / 2) < 0.1 * (right - left)
            if central and glyph.x0 - before.x1 > 1.2 * glyph.size:
                candidates.append(middle)
    if len(candidates) < COLUMN_LINES:
        return None
    gutter = median(candidates)
    parted = [row for row in rows if not any(glyph.x0 < gutter < glyph.x1 for glyph in row)]
    if len(parted) < max(COLUMN_LINES, 0.5 * len(rows)):
        return None
    for side in (
        ([g for g in row if g.x1 <= gutter] for row in parted),
        ([g for g in row if g.x0 >= gutter] for row in parted),
    ):
        widths = [part[-1].x1 - part[0].x0 for part in side if part]
        if not widths or sum(widths) / len(widths) < FILLED * (right - left) / 2:
            return None
    return gutter


def _centred(row: list[Glyph], gutter: float) -> bool:
    """Whether a short row lies around the gutter without crossing it with a character."""
    return bool(
        row[0].x1 < gutter < row[-1].x0
        and all(b.x0 - a.x1 < 1.2 * b.size for a, b in itertools.pairwise(row))
    )
