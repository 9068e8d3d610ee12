"""A conversation as a file to keep: Markdown or Word, with a footnote that quotes each cited clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from assistant.answer import Answer, Citation
from assistant.conversation import Turn
from assistant.view import NEAREST, Words, place_of, printable, texts

if TYPE_CHECKING:
    from docx.document import Document

    from assistant.footnotes import Footnotes

LONGEST_NAME = 60  # characters of a file's name: each may take three bytes of the 255
FONTS = ("Times New Roman", "宋体")  # of a Word file, for Latin and for Chinese; every office has them
Kind = Literal["question", "notice", "text", "item", "small"]
Piece = str | Citation
_MARK = re.compile(r"\[(\d{1,4})\]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~&$])")  # what Markdown would read as its own, anywhere in a line
_OPENING = re.compile(r"^(\d*)([-+=.)])")  # and at its beginning
_LINE_END = re.compile(r"\s*[\n\r\x85\u2028\u2029]\s*")
_PARAGRAPHS: Mapping[Kind, tuple[str, str]] = {  # of Markdown: what stands before one, and between its lines
    "question": ("## ", " "),
    "notice": ("> ", "\\\n> "),
    "text": ("", "\\\n"),
    "item": ("- ", "\\\n  "),
    "small": ("", "\\\n"),
}
_UNNAMABLE = re.compile(r"[^\w()（）〔〕-]+")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of an answer: text, with citations where its marks stood."""

    kind: Kind
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The table of an answer; the first row names the columns."""

    rows: tuple[tuple[tuple[Piece, ...], ...], ...]


def file_name(name: str, ending: str, words: Words) -> str:
    """A name that every file system takes, whatever the conversation is called."""
    plain = _UNNAMABLE.sub("_", name).strip("_")
    return "-".join(filter(None, (words["export_file"], plain[:LONGEST_NAME].strip("_")))) + ending


def to_markdown(name: str, turns: Sequence[Turn], words: Words, day: date) -> str:
    """Questions, answers, tables and footnotes in Markdown; nothing of them is markup or HTML."""
    parts = [f"# {_escaped(_plain(name))}", _escaped(_about(words, day))]
    notes: dict[tuple[str, int], str] = {}
    for turn in turns:
        for block in _blocks(turn.answer, words):
            if isinstance(block, Grid):
                rows = [
                    [_line(cell, turn.id, notes).replace("\n", "<br>") for cell in row] for row in block.rows
                ]
                rows.insert(1, ["---"] * len(rows[0]))
                parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
            else:
                before, between = _PARAGRAPHS[block.kind]
                parts.append(before + _line(block.pieces, turn.id, notes).replace("\n", between))
    return "\n\n".join([*parts, *notes.values()]) + "\n"


def to_word(name: str, turns: Sequence[Turn], words: Words, day: date) -> bytes:
    """A Word file (DOCX) with real headings, tables and footnotes."""
    from docx import Document as new_document

    from assistant.footnotes import Footnotes

    document = new_document()
    _lay_out(document)
    document.core_properties.title = _plain(name)
    document.core_properties.author = document.core_properties.comments = ""  # the template's
    document.add_heading(_plain(name), 1)
    document.add_paragraph(_about(words, day))
    notes = Footnotes(document)
    for turn in turns:
        for block in _blocks(turn.answer, words):
            if isinstance(block, Grid):
                _add_table(document, notes, turn.id, block)
                continue
            if block.kind == "question":
                paragraph = document.add_heading("", 2)
            else:
                styles = {"item": "List Bullet", "notice": "Intense Quote"}
                paragraph = document.add_paragraph("", styles.get(block.kind))
            _add(paragraph, notes, turn.id, block.pieces)
    notes.write()
    file = BytesIO()
    document.save(file)
    return file.getvalue()


# --- what both files say ------------------------------------------------------------------------


def _about(words: Words, day: date) -> str:
    return f"{words['export_about'].format(day=day.isoformat())}{words['original_prevails']}"


def _blocks(answer: Answer, words: Words) -> Iterator[Block | Grid]:
    """The parts of a question and its answer, in the order of the page."""
    known = {citation.number: citation for citation in answer.citations}
    text = _pieces(answer.text, known)
    table = answer.table
    seen = {piece.number for piece in text if isinstance(piece, Citation)}
    seen.update(number for numbers in (table.citations if table else ()) for number in numbers)
    text += tuple(citation for citation in answer.citations if citation.number not in seen)
    yield Block("question", (_plain(answer.question),))
    yield from (Block("notice", (_plain(notice.text),)) for notice in answer.notices)
    if answer.status != "answered":
        yield Block("small", (words[answer.status],))
    yield Block("text", text)
    if table:
        if answer.count is not None:
            yield Block("text", (words["count"].format(count=answer.count),))
        head = tuple((_plain(column),) for column in (*table.columns, words["cited"]))
        rows = [
            (
                *(_pieces(cell, {}) for cell in row),
                tuple(known.get(number, f"[{number}]") for number in numbers),
            )
            for row, numbers in zip(table.rows, table.citations, strict=True)
        ]
        yield Grid((head, *rows))
    if answer.status == "refused":
        if answer.passages:
            yield Block("small", (words["nearest"],))
        for passage in answer.passages[:NEAREST]:
            yield Block("item", (_plain(" › ".join(passage.section) or passage.policy),))
    else:
        yield Block("small", (_checked(answer, words),))


def _pieces(text: str, known: Mapping[int, Citation]) -> tuple[Piece, ...]:
    """Text taken apart at its marks ``[n]``; a mark that no citation has stays text."""
    parts = _MARK.split(_plain(text))
    return tuple(
        known.get(int(part), f"[{part}]") if at % 2 else part for at, part in enumerate(parts) if part
    )


def _plain(text: str) -> str:
    """Text as any file takes it, one line end between two lines."""
    return printable(_LINE_END.sub("\n", text.strip()))


def _checked(answer: Answer, words: Words) -> str:
    if not answer.certificate.passed:
        return words["uncertified"].format(names="、".join(map(_plain, answer.certificate.unsupported)))
    return words["written" if answer.route == "model" else "certified"]


def _note(citation: Citation) -> str:
    """What a footnote says: the clause to the letter, and where it stands."""
    number = f"（{citation.document_number}）" if citation.document_number else ""
    place = place_of(citation, texts())
    return _plain(f"“{citation.quote.strip()}”——{citation.title}{number} {place}")


# --- Markdown -----------------------------------------------------------------------------------


def _line(pieces: Sequence[Piece], turn: str, notes: dict[tuple[str, int], str]) -> str:
    """Pieces in Markdown; the note of a citation not met before is added to ``notes``."""
    written = []
    for piece in pieces:
        if isinstance(piece, str):
            written.append(_escaped(piece))
            continue
        key = (turn, piece.number)
        if key not in notes:
            text = _escaped(_note(piece)).replace("\n", "\\\n    ")
            notes[key] = f"[^{len(notes) + 1}]: {text}"
        written.append(notes[key].partition(":")[0])
    return "".join(written)


def _escaped(text: str) -> str:
    lines = (_MARKDOWN.sub(r"\\\1", line) for line in text.split("\n"))
    return "\n".join(_OPENING.sub(r"\1\\\2", line) for line in lines)


# --- Word ---------------------------------------------------------------------------------------


def _lay_out(document: Document) -> None:
    """A4, and the fonts of Chinese offices in place of the template's."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, RGBColor

    (section,) = document.sections
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for name in ("Normal", "Heading 1", "Heading 2", "Intense Quote", "List Bullet"):
        style: Any = document.styles[name]
        style.font.name = FONTS[0]
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)  # they would win over the names
        fonts.set(qn("w:eastAsia"), FONTS[1])


def _add(paragraph: Any, notes: Footnotes, turn: str, pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        if isinstance(piece, str):
            paragraph.add_run(piece)
        else:
            notes.refer(paragraph, (turn, piece.number), _note(piece))


def _add_table(document: Document, notes: Footnotes, turn: str, grid: Grid) -> None:
    from docx.oxml import OxmlElement

    table: Any = document.add_table(len(grid.rows), len(grid.rows[0]), "Table Grid")
    cells = iter(table._cells)  # once: each look at a cell of a row goes through the whole table
    for at, row in enumerate(grid.rows):
        for pieces in row:
            paragraph = next(cells).paragraphs[0]
            _add(paragraph, notes, turn, pieces)
            if at == 0:
                for run in paragraph.runs:
                    run.bold = True
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # stands again on the next page
    document.add_paragraph()
