"""Running heads, running feet and page numbers: what stands in a page's margins and is no part of the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from index.formats.pdf_lines import TextLine
from index.formats.pdf_paragraphs import PageBlocks
from index.text import squeeze

MARGIN = 0.12  # of a page's height
REPEATED = 0.3  # of the pages (and two at least), on which a line stands that is the page's own
_NUMBER = re.compile(
    r"[-—–·•*]*(?:第?\d{1,4}页?(?:[,，]?(?:/|共|of)\d{1,4}页?)?|[ivxl]{1,6})[-—–·•*]*|page\d{1,4}(?:of\d{1,4})?"
)


def without_margins(pages: Sequence[PageBlocks]) -> list[PageBlocks]:
    """The pages without the lines of their margins that number them or that other pages repeat."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_key(line) for line in page.lines if _in_margin(line, page)})
    often = max(2, REPEATED * len(pages))

    def is_own(line: TextLine, page: PageBlocks) -> bool:
        if not _in_margin(line, page):
            return False
        return bool(_NUMBER.fullmatch(squeeze(line.text))) or seen[_key(line)] >= often

    return [replace(page, lines=[line for line in page.lines if not is_own(line, page)]) for page in pages]


def _key(line: TextLine) -> str:
    return re.sub(r"\d+", "0", squeeze(line.text))


def _in_margin(line: TextLine, page: PageBlocks) -> bool:
    """Whether a line is one of the first two or last two of a page, and near its edge."""
    tops = sorted({other.top for other in page.lines})
    outer = line.top in (*tops[:2], *tops[-2:])
    return outer and (line.bottom < MARGIN * page.height or line.top > (1 - MARGIN) * page.height)
