"""PDF with a text layer to lines: pages in order, tables whole, running heads and page numbers left out.

Text comes from the places of its characters (pdfplumber over pdfminer.six): the order in the file says nothing.
"""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from index.formats.pdf_lines import Glyph, TextLine, lines_of
from index.formats.pdf_margins import without_margins
from index.formats.pdf_paragraphs import PageBlocks, PageTable, paragraphs
from index.formats.radicals import unified
from index.formats.tables import Cell
from index.formats.text import Line, UnreadableError
from index.formats.titles import whole_titles

if TYPE_CHECKING:
    from pdfplumber.page import Page

PAGES = 2000
SCANNED = 0.1  # of a page, that an image covers at least where the page is a scan
WHOLE = 0.8  # the same where some characters (a watermark, a page number) stand on it
MARKS = 30  # characters that say nothing on such a page
OUTLINES = 50  # curves of a page without characters: its text was turned into drawings
UNMAPPED = 0.02  # of the characters, that may have no Unicode
PADDING = 8.0  # points between the edge of a cell and its text, at most
_TAIL = 2048  # bytes at the end in which %%EOF stands
WIDE = 0.3  # of a page's width: a line across a table
_SAME = 3.0  # points that edges of one line are apart at most


def read_pdf(data: bytes) -> list[Line]:
    """The lines of a PDF with their pages.

    UnreadableError where it is encrypted or broken, where a page is a scan without a text layer, and where its
    characters are not mapped to Unicode.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # a line for each oddity of each font
    if b"%%EOF" not in data[-_TAIL:]:
        raise UnreadableError("broken", format="PDF")
    try:
        with pdfplumber.open(BytesIO(data), unicode_norm=None) as document:
            if not document.pages:
                raise UnreadableError("broken", format="PDF")
            if len(document.pages) > PAGES:
                raise UnreadableError("too_many_pages", pages=len(document.pages), limit=PAGES)
            found = list(_pages(document.pages))
    except PdfminerException as error:
        _refuse_heavy(error)
        if isinstance(error.args[0] if error.args else None, PDFPasswordIncorrect):
            raise UnreadableError("encrypted", format="PDF") from error
        raise UnreadableError("broken", format="PDF") from error
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:  # pdfminer.six raises whatever a malformed object runs into
        _refuse_heavy(error)
        raise UnreadableError("broken", format="PDF") from error
    bare = [page.number for page in found if page.scanned]
    if bare:
        shown = "、".join(map(str, bare[:10])) + ("…" if len(bare) > 10 else "")
        raise UnreadableError("scanned" if len(bare) < len(found) else "all_scanned", pages=shown)
    glyphs = sum(page.glyphs for page in found)
    if glyphs and sum(page.unmapped for page in found) > UNMAPPED * glyphs:
        raise UnreadableError("unmapped")
    return whole_titles(list(paragraphs(without_margins([page.blocks for page in found]))))


def _refuse_heavy(error: BaseException | None) -> None:
    """Raise MemoryError where that is what an error of pdfminer.six hides."""
    while error is not None:
        if any(isinstance(item, MemoryError) for item in (error, *error.args)):
            raise MemoryError from error
        error = error.__cause__ or error.__context__


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    blocks: PageBlocks
    scanned: bool
    glyphs: int
    unmapped: int


def _pages(pages: list[Page]) -> Iterator[_Page]:
    for page in pages:
        upright = _upright(page)
        yield _page(upright)
        upright.close()
        page.close()


def _upright(page: Page) -> Page:
    """A page whose text runs up or down (a wide table on a tall page) turned, so that it can be read across."""
    from pdfplumber.page import Page as Made

    turned = [char for char in page.chars if not char["upright"] and char["text"].strip()]
    if len(turned) <= len(page.chars) / 2:
        return page
    up = sum(char["matrix"][1] > 0 for char in turned) * 2 >= len(turned)
    inner = page.page_obj
    turn = (int(inner.rotate or 0) + (90 if up else 270)) % 360
    inner.rotate = turn
    inner.attrs["Rotate"] = turn
    return Made(page.pdf, inner, page_number=page.page_number, initial_doctop=0)


def _page(page: Page) -> _Page:
    width, height = float(page.width), float(page.height)
    everything = page.dedupe_chars().chars
    chars = [char for char in everything if char["text"].strip()]
    unmapped = sum(_is_unmapped(char["text"]) for char in chars)
    tables = [
        table for table in (_table(found, everything, page.page_number) for found in _ruled(page)) if table
    ]
    outside = [
        char
        for char in everything
        if char["upright"] and not any(_holds(table.box, char) for table in tables)
    ]
    covered = sum(
        max(0.0, min(image["x1"], width) - max(image["x0"], 0.0))
        * max(0.0, min(image["bottom"], height) - max(image["top"], 0.0))
        for image in page.images
    )
    blocks = PageBlocks(
        page.page_number, width, height, lines_of(map(_glyph, outside), page.page_number), tables
    )
    share = covered / (width * height)
    scanned = (not chars and (share >= SCANNED or len(page.curves) >= OUTLINES)) or (
        len(chars) < MARKS and share >= WHOLE
    )
    return _Page(page.page_number, blocks, scanned, len(chars), unmapped)


def _ruled(page: Page) -> list[Any]:
    """The ruled tables of a page; one whose outer sides are open, as is usual in print, is closed first."""
    across = Counter(
        (round(edge["x0"]), round(edge["x1"]))
        for edge in page.edges
        if edge["orientation"] == "h" and edge["x1"] - edge["x0"] > WIDE * float(page.width)
    )
    down = [edge["x0"] for edge in page.edges if edge["orientation"] == "v"]
    open_ = {
        x
        for ends, count in across.items()
        for x in ends
        if count >= 3 and down and not any(abs(x - other) <= _SAME for other in down)
    }
    return list(page.find_tables({"explicit_vertical_lines": sorted(open_)} if open_ else None))


def _glyph(char: dict[str, Any]) -> Glyph:
    text = "\ufffd" if _is_unmapped(char["text"]) else unified(char["text"])
    return Glyph(text, char["x0"], char["x1"], char["top"], char["bottom"], char["size"])


def _is_unmapped(text: str) -> bool:
    return text.startswith("(cid:") or text == "\ufffd" or "\ue000" <= text[0] <= "\uf8ff"


def _holds(box: tuple[float, float, float, float], char: dict[str, Any]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _table(found: Any, chars: list[dict[str, Any]], page: int) -> PageTable | None:
    """A ruled table with the text of its cells; None where it is a frame around text or holds none."""
    edges = [(float(x0), float(top), float(x1), float(bottom)) for x0, top, x1, bottom in found.cells]
    xs = _clusters(edge for box in edges for edge in (box[0], box[2]))
    ys = _clusters(edge for box in edges for edge in (box[1], box[3]))
    if len(xs) < 3 or len(edges) < 2:
        return None
    inside = [char for char in chars if _holds(found.bbox, char)]
    cells = []
    for box in edges:
        left, right = _place(xs, box[0]), _place(xs, box[2])
        top, bottom = _place(ys, box[1]), _place(ys, box[3])
        if right <= left or bottom <= top:
            continue
        own = lines_of((_glyph(char) for char in inside if _holds(box, char)), page)
        cells.append(Cell(top, left, cell_text(own, box[0], box[2]), bottom - top, right - left, page))
    if not any(cell.text for cell in cells):
        return None
    return PageTable(page, found.bbox, tuple(xs), tuple(cells))


def cell_text(lines: list[TextLine], left: float, right: float) -> str:
    """The text of a cell between two edges: lines that its width broke are one, others stay paragraphs."""
    if not lines:
        return ""
    room = right - left - 2 * min(PADDING, *(max(0.0, line.x0 - left) for line in lines))
    texts = [lines[0].text]
    for before, line in itertools.pairwise(lines):
        full = before.x1 - before.x0 + line.first > room - 0.05 * line.size
        if full or before.text.endswith(("、", "，", ",", "（", "(")):
            texts[-1] = before.with_next(texts[-1], line.text)
        else:
            texts.append(line.text)
    return "\n".join(texts)


def _clusters(edges: Iterator[float]) -> list[float]:
    """Distinct edges in order; those nearer than a few points are one."""
    found: list[float] = []
    for edge in sorted(edges):
        if not found or edge - found[-1] > _SAME:
            found.append(edge)
    return found


def _place(edges: list[float], edge: float) -> int:
    return min(range(len(edges)), key=lambda n: abs(edges[n] - edge))
