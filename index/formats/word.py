"""DOCX to lines: automatic numbering, tables, text boxes and footnotes as text; deleted and hidden text left out.

Read from the parts themselves: python-docx knows no numbering, no footnotes, no text boxes and no tracked changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from index.formats.tables import Cell, table_lines
from index.formats.text import Line, UnreadableError
from index.formats.titles import whole_titles
from index.formats.word_numbering import Numbering, read_numbering
from index.formats.word_xml import (
    Package,
    boxes_of,
    cells_of,
    child,
    children,
    choice_of,
    is_on,
    name_of,
    rows_of,
    value,
)

HEADING = 60  # characters that a heading has at most; a longer paragraph in a heading's style is text
_GONE = frozenset(
    (
        "pPr", "rPr", "del", "moveFrom", "instrText", "delText", "delInstrText", "rt", "fldData", "sdtPr", "tblPr",
        "trPr", "tcPr", "tblGrid", "sectPr", "altChunk", "footnoteRef", "endnoteRef", "annotationRef",
    )
)  # fmt: skip
_SYMBOLS = {
    "F0FC": "√",
    "F0FE": "☑",
    "F052": "☑",
    "F0A8": "□",
    "F06F": "□",
    "F0A3": "□",
    "2610": "□",
    "2611": "☑",
}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_OFFICE = "officeDocument"


@dataclass(slots=True)
class _Styles:
    """What paragraphs get from their styles."""

    by_id: dict[str, Any]
    default: str = ""

    def find(self, style: str, group: str, name: str) -> Any:
        """A property of a style (``pPr`` or ``rPr``), or of one that it is based on."""
        properties = (child(child(item, group), name) for item in self._chain(style))
        return next((found for found in properties if found is not None), None)

    def numbered(self, style: str, name: str) -> str:
        """``numId`` or ``ilvl`` of a style; each may come from another one that it is based on."""
        lists = (child(child(item, "pPr"), "numPr") for item in self._chain(style))
        return next((found for item in lists if (found := value(child(item, name)))), "")

    def _chain(self, style: str) -> Iterator[Any]:
        seen = set()
        while style in self.by_id and style not in seen:
            seen.add(style)
            yield self.by_id[style]
            style = value(child(self.by_id[style], "basedOn"))

    def name(self, style: str) -> str:
        return value(child(self.by_id.get(style), "name")).lower()


@dataclass(slots=True)
class _Said:
    """A paragraph while it is read: its pieces, and what stands beside it."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # part and id


class _Reader:
    def __init__(self, package: Package, main: str, root: Any) -> None:
        folder = main.rpartition("/")[0] + "/"
        styles = package.tree(f"{folder}styles.xml")
        self._styles = _Styles({value(item, "styleId"): item for item in children(styles, "style")})
        self._styles.default = next(
            (
                value(item, "styleId")
                for item in children(styles, "style")
                if value(item, "type") == "paragraph" and value(item, "default") in ("1", "true")
            ),
            "",
        )
        self._numbering: Numbering = read_numbering(package.tree(f"{folder}numbering.xml"), styles)
        self._notes = {
            name: {value(note, "id"): note for note in tree if name_of(note) in ("footnote", "endnote")}
            for name in ("footnotes", "endnotes")
            if (tree := package.tree(f"{folder}{name}.xml")) is not None
        }
        self._noted: list[tuple[str, str]] = []
        self._root = root
        self._inside = 0  # tables that are open
        self._waiting: list[tuple[str, str]] = []  # notes of the cells of an open table
        self._carried = ""  # text of a paragraph whose end was deleted: it goes on in the next one

    def lines(self) -> list[Line]:
        """The lines of the body, in order."""
        return self._blocks(child(self._root, "body"))

    def _blocks(self, parent: Any) -> list[Line]:
        found: list[Line] = []
        for item in parent if parent is not None else ():
            name = name_of(item)
            if name == "p":
                found += self._paragraph(item)
            elif name == "tbl":
                found += self._table(item)
            elif name == "sdt":
                gallery = next((value(g) for g in item.iter() if name_of(g) == "docPartGallery"), "")
                if gallery != "Table of Contents":
                    found += self._blocks(child(item, "sdtContent"))
            elif name == "AlternateContent":
                found += self._blocks(choice_of(item))
            elif name == "altChunk":
                raise UnreadableError("embedded")
            elif name not in _GONE:
                found += self._blocks(item)
        return found

    def _paragraph(self, item: Any) -> list[Line]:
        own = child(item, "pPr")
        style = value(child(own, "pStyle")) or self._styles.default
        if re.match(r"(?:toc \d|目录)", self._styles.name(style)):
            return []
        said = _Said()
        self._inline(item, said)
        text = re.sub(r"[^\S\n\t　]", " ", self._carried + "".join(said.pieces))
        self._carried = ""
        if child(child(own, "rPr"), "del") is not None or child(child(own, "rPr"), "moveFrom") is not None:
            self._carried = text
            return []
        texts = [part.strip() for part in text.split("\n")]
        texts = [part for part in texts if part]
        marker = self._marker(own, style) if texts or _in_cell(item) else ""
        if marker:
            texts = [marker + (texts[0] if texts else ""), *texts[1:]]
        level = self._outline(own, style)
        if level and len(texts) == 1 and len(texts[0]) <= HEADING and not re.search("[。；]", texts[0]):
            texts = [f"{'#' * level} {texts[0]}"]
        aligned = child(own, "jc")
        aligned = aligned if aligned is not None else self._styles.find(style, "pPr", "jc")
        lines = [Line(part, centred=value(aligned) == "center") for part in texts]
        for box in said.boxes:
            lines += self._blocks(box)
        if self._inside:
            self._waiting += said.notes
            return lines
        return lines + [line for note in said.notes for line in self._note(*note)]

    def _inline(self, parent: Any, said: _Said) -> None:
        """Add what an element of a paragraph says."""
        for item in parent:
            name = name_of(item)
            if name in _GONE or (name == "r" and self._is_hidden(item)):
                continue
            if name == "t":
                said.pieces.append(item.text or "")
            elif name in ("tab", "ptab"):
                said.pieces.append("\t")
            elif name in ("br", "cr"):
                said.pieces.append("\n" if value(item, "type") in ("", "textWrapping") else "")
            elif name == "noBreakHyphen":
                said.pieces.append("-")
            elif name == "sym":
                said.pieces.append(_SYMBOLS.get(value(item, "char").upper(), ""))
            elif name in _NOTES:
                said.notes.append((_NOTES[name], value(item, "id")))
            elif name == "AlternateContent":
                chosen = choice_of(item)
                if chosen is not None:
                    self._inline(chosen, said)
            elif name in ("drawing", "pict", "object"):
                said.boxes += boxes_of(item)
            elif name == "sdt":
                content = child(item, "sdtContent")
                if content is not None and not is_on(child(child(item, "sdtPr"), "showingPlcHdr")):
                    self._inline(content, said)
            else:
                self._inline(item, said)

    def _is_hidden(self, run: Any) -> bool:
        own = child(run, "rPr")
        style = value(child(own, "rStyle"))
        for switch in ("vanish", "strike", "dstrike"):  # struck out by hand: not what holds
            found = child(own, switch)
            if is_on(found if found is not None else self._styles.find(style, "rPr", switch)):
                return True
        return False

    def _marker(self, own: Any, style: str) -> str:
        direct = child(own, "numPr")
        number = value(child(direct, "numId")) or self._styles.numbered(style, "numId")
        if number in ("", "0"):
            return ""
        level = value(child(direct, "ilvl")) or self._styles.numbered(style, "ilvl")
        at = int(level) if level else self._numbering.level_of(number, style)
        return self._numbering.marker(number, at)

    def _outline(self, own: Any, style: str) -> int:
        """The level of a heading from 1 to 6, 0 of what is none."""
        found = child(own, "outlineLvl")
        level = value(found if found is not None else self._styles.find(style, "pPr", "outlineLvl"))
        if level.isdigit():
            return min(int(level) + 1, 6) if int(level) < 9 else 0
        return 1 if self._styles.name(style) == "title" else 0

    def _note(self, part: str, number: str) -> list[Line]:
        """A footnote as lines behind the paragraph that refers to it."""
        note = self._notes.get(part, {}).get(number)
        if note is None or (part, number) in self._noted:
            return []
        self._noted.append((part, number))
        texts = [line.text for line in self._blocks(note)]
        return [Line(f"注{len(self._noted)}：{texts[0]}"), *map(Line, texts[1:])] if texts else []

    def _table(self, table: Any) -> list[Line]:
        """The lines of a table, then the notes that its cells refer to; of one inside a cell a line for each row."""
        rows = [cells_of(row) for row in rows_of(table)]
        if all(len(row) == 1 for row in rows) and not self._inside:  # a frame around text
            return [line for row in rows for line in self._blocks(row[0])]
        self._inside += 1
        try:
            cells = self._merged(table)
        finally:
            self._inside -= 1
        if self._inside:
            numbers = sorted({cell.row for cell in cells})
            texts = [[" ".join(c.text.split()) for c in cells if c.row == number] for number in numbers]
            return [Line(" ".join(filter(None, row))) for row in texts]
        waiting, self._waiting = self._waiting, []
        notes = [line for note in waiting for line in self._note(*note)]
        return [*table_lines(cells), *notes]

    def _merged(self, table: Any) -> list[Cell]:
        cells: list[Cell] = []
        above: dict[
            int, int
        ] = {}  # column -> number in ``cells`` of the cell that may be merged downwards there
        for count, row in enumerate(rows_of(table)):
            column = int(value(child(child(row, "trPr"), "gridBefore")) or 0)
            for item in cells_of(row):
                own = child(item, "tcPr")
                span = max(1, int(value(child(own, "gridSpan")) or 1))
                merge = child(own, "vMerge")
                if merge is not None and value(merge) in ("", "continue") and column in above:
                    upper = cells[above[column]]
                    cells[above[column]] = replace(upper, rows=count - upper.row + 1)
                else:
                    above[column] = len(cells)
                    text = "\n".join(line.text.lstrip("# ") for line in self._blocks(item) if line.text)
                    cells.append(Cell(count, column, text, 1, span))
                column += span
        return cells


def _in_cell(item: Any) -> bool:
    return name_of(item.getparent()) == "tc"


def read_word(data: bytes) -> list[Line]:
    """The lines of a DOCX; UnreadableError where it is broken, encrypted or unpacks to too much."""
    package = Package(data)
    links = package.tree("_rels/.rels")
    main = next(
        (
            value(link, "Target").lstrip("/")
            for link in (links if links is not None else ())
            if value(link, "Type").endswith(f"/{_OFFICE}")
        ),
        "word/document.xml",
    )
    root = package.tree(main)
    if root is None or name_of(root) != "document":
        raise UnreadableError("broken", format="DOCX")
    try:
        return whole_titles(_Reader(package, main, root).lines())
    except ValueError as error:  # a number that is none
        raise UnreadableError("broken", format="DOCX") from error
