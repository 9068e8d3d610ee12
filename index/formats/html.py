"""HTML of a government portal to lines: the document, without what the page has around it.

Block elements and breaks are paragraphs, ordered lists get their markers, tables are read with their merged cells.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from index.formats.html_page import attribute, document_of, is_block, page_title, page_words
from index.formats.numerals import numeral
from index.formats.tables import WIDEST, Cell, table_lines
from index.formats.text import Line, UnreadableError, one_line
from index.formats.titles import whole_titles
from index.header import FIELD, is_field
from index.reader import decode_as
from index.text import squeeze

LEAST = 20  # characters that a document has at least
LAYOUT = 400  # characters of a cell that is no cell of a table, but a place on the page
ROWS = 20_000
_CHARSET = re.compile(
    rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w-]{3,20})|<\?xml[^>]{0,100}?encoding=["']([\w-]{3,20})""",
    re.I,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_NOTED = re.compile(r"[\[〔(（［]?\d{1,3}[\]〕)）］]?|[①-⑳]")


def read_html(data: bytes) -> list[Line]:
    """The lines of a page; UnreadableError where it is in no known encoding, broken off by its depth, or without text."""
    match = _CHARSET.search(data[:4096])
    declared = (match.group(1) or match.group(2)).decode("ascii") if match else ""
    text = decode_as(data, declared)
    if text is None:
        raise UnreadableError("undecodable")
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    text = re.sub(r"^\s*<\?xml[^>]*>", "", text).replace("\0", "")
    if not text.strip():
        raise UnreadableError("empty_file")
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("no_content") from error
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise UnreadableError("broken", format="HTML")
    title = page_title(root)
    reader = _Reader()
    for item in document_of(root, title):
        reader.read(item)
    lines = _trimmed(reader.lines, title)
    if sum(len(squeeze(line.text)) for line in lines) < LEAST:
        raise UnreadableError("no_content")
    return whole_titles(lines)


class _Reader:
    """Collects the lines of elements in order."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._pieces: list[str] = []
        self._before = ""  # marker of a list's item, or hashes of a heading, that its first line begins with
        self._centred = False
        self._exact = False  # line ends count (pre)

    def read(self, item: Any) -> None:
        """Add the lines of an element that begins a line of its own."""
        self._flush()
        self._inside(item)
        self._flush()

    def _flush(self) -> None:
        whole = "".join(self._pieces)
        self._pieces = []
        parts = whole.splitlines() if self._exact else [whole]
        for part in parts:
            text = one_line(part)
            if text:
                self.lines.append(Line(self._before + text, centred=self._centred))
                self._before = ""

    def _inside(self, item: Any) -> None:
        self._pieces.append(item.text or "")
        for inner in item:
            self._element(inner)
            self._pieces.append(inner.tail or "")

    def _element(self, item: Any) -> None:
        if not isinstance(item.tag, str):
            return
        if item.tag == "br":
            if self._before.startswith("#"):
                self._pieces.append("\n")  # a title over two lines is one
            else:
                self._flush()
        elif item.tag == "table":
            self._table(item)
        elif item.tag in ("dt", "dd"):
            self._term(item)
        elif item.tag == "sup" and _is_reference(item):
            return
        elif is_block(item):
            self._block(item)
        else:
            self._inside(item)

    def _block(self, item: Any) -> None:
        self._flush()
        kept = self._centred, self._exact
        self._centred = item.tag == "center" or _is_centred(item) or (self._centred and not _is_aligned(item))
        self._exact = self._exact or item.tag == "pre" or "white-space:pre" in _style(item)
        if item.tag in _HEADINGS:
            self._before = "#" * _HEADINGS.index(item.tag) + "# "
            self._centred = True
        elif item.tag == "li":
            self._before = _marker(item)
        self._inside(item)
        self._flush()
        self._before = ""
        self._centred, self._exact = kept

    def _term(self, item: Any) -> None:
        """索引号 and its value, of a list of terms, are one line."""
        if item.tag == "dt":
            self._flush()
            self._inside(item)
            text = one_line("".join(self._pieces))
            self._pieces = [text if text.endswith(("：", ":")) or not text else f"{text}："]
        else:
            self._inside(item)
            self._flush()

    def _table(self, table: Any) -> None:
        self._flush()
        rows = _rows(table)
        if _is_layout(table, rows):
            for row in rows:
                for cell in row:
                    self._block(cell)
            return
        caption = table.find("caption")
        if caption is not None:
            self._block(caption)
        self.lines += table_lines(_cells(rows))


def _cells(rows: list[list[Any]]) -> list[Cell]:
    """The cells of a table at the places that spans of others leave to them."""
    found: list[Cell] = []
    taken: dict[int, int] = {}  # column -> rows that a cell above still takes there
    for number, row in enumerate(rows):
        column = 0
        for item in row:
            while taken.get(column, 0) > number:
                column += 1
            if column >= WIDEST:
                break
            wide = min(_span(item, "colspan"), WIDEST - column)
            high = min(_span(item, "rowspan"), len(rows) - number)
            inner = _Reader()
            inner.read(item)
            text = "\n".join(line.text.lstrip("# ") for line in inner.lines if line.text)
            found.append(Cell(number, column, text, high, wide))
            for place in range(column, column + wide):
                taken[place] = number + high
            column += wide
    return found


def _rows(table: Any) -> list[list[Any]]:
    """The cells of each row of a table, not of those inside it; the foot comes last."""
    parts: dict[str, list[Any]] = {"thead": [], "tbody": [], "tfoot": []}
    for item in table:
        if item.tag == "tr":
            parts["tbody"].append(item)
        elif item.tag in parts:
            parts[item.tag] += [row for row in item if row.tag == "tr"]
    rows = [*parts["thead"], *parts["tbody"], *parts["tfoot"]][:ROWS]
    return [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]


def _is_layout(table: Any, rows: list[list[Any]]) -> bool:
    """Whether a table only places things on the page."""
    cells = [cell for row in rows for cell in row]
    if attribute(table, "role") == "presentation" or all(len(row) <= 1 for row in rows):
        return True
    if len(rows) < 2 and any(cell.find(".//table") is not None for cell in cells):
        return True
    return any(
        len("".join(cell.itertext())) > LAYOUT
        and (len(cell.findall(".//p")) + len(cell.findall(".//div")) > 3 or cell.find(".//table") is not None)
        for cell in cells
    )


def _span(item: Any, name: str) -> int:
    text = attribute(item, name).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return ROWS if number == 0 and name == "rowspan" else max(1, number)


def _style(item: Any) -> str:
    return attribute(item, "style").replace(" ", "")


def _is_centred(item: Any) -> bool:
    return attribute(item, "align") == "center" or "text-align:center" in _style(item)


def _is_aligned(item: Any) -> bool:
    return bool(attribute(item, "align")) or "text-align:" in _style(item)


def _is_reference(item: Any) -> bool:
    """Whether a raised number refers to a note: it is a link, or stands in brackets."""
    text = "".join(item.itertext()).strip()
    linked = item.find(".//a") is not None or (item.getparent() is not None and item.getparent().tag == "a")
    return bool(_NOTED.fullmatch(text)) and (linked or not text.isdigit())


def _marker(item: Any) -> str:
    """What a browser draws before an item of an ordered list (1. , 一、)."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return ""
    own = re.search(r"list-style(?:-type)?:([\w-]+)", _style(item) + ";" + _style(parent))
    form = own.group(1) if own else _TYPES.get(parent.get("type") or "1", "decimal")
    start = parent.get("start") or "1"
    number = int(start) if start.lstrip("-").isdigit() and len(start) < 6 else 1
    for other in parent:
        if other.tag == "li":
            given = other.get("value") or ""
            number = int(given) if given.isdigit() and len(given) < 6 else number
            if other is item:
                break
            number += 1
    text = numeral(number, form)
    return f"{text}{'、' if 'chinese' in form or form == 'cjk-ideographic' else '. '}" if text else ""


def _trimmed(lines: list[Line], title: str) -> list[Line]:
    """The lines without the page's own, headed by the title where no line gives it."""
    words = page_words()
    kept: list[Line] = []
    for line in lines:
        if line.text.startswith("|"):
            kept.append(line)
            continue
        text = squeeze(line.text.lstrip("# "))
        if text and words["foot"].fullmatch(text) and len(text) < 200:
            while kept and words["over_foot"].fullmatch(squeeze(kept[-1].text)):
                kept.pop()
            break
        if not text or not words["line"].fullmatch(text):
            cut = words["tail"].sub("", line.text) if FIELD.match(line.text) else line.text
            kept.append(Line(cut, line.page, line.centred))
    kept = _with_whole_title(kept, title)
    at = next((n for n, line in enumerate(kept) if _is_named(line.text, title)), None)
    if at is not None:
        fields = [line for line in kept[:at] if not line.text or "\t" in line.text or is_field(line.text)]
        headings = [line for line in kept[:at] if line.text.startswith("# ")]
        return [*(fields or headings), *kept[at:]] if len(kept[:at]) < 30 else kept
    headed = any(line.text.startswith("#") for line in kept)
    return [Line(f"# {title}"), *kept] if title and not headed and kept else kept


def _with_whole_title(lines: list[Line], title: str) -> list[Line]:
    """The lines, those in which the page's title stands over two or three as one."""
    whole = squeeze(title)
    for at in range(len(lines)):
        for count in (2, 3):
            parts = [line.text for line in lines[at : at + count]]
            if len(parts) == count and whole and squeeze("".join(parts)) == whole:
                return [*lines[:at], Line("".join(parts), centred=True), *lines[at + count :]]
    return lines


def _is_named(text: str, title: str) -> bool:
    """Whether a line is the title of the page, or a piece of it."""
    line, whole = squeeze(text.lstrip("# ")), squeeze(title)
    return len(line) >= 8 and (
        line == whole or whole.startswith(line) or (whole in line and len(line) < 120 and len(whole) >= 8)
    )
