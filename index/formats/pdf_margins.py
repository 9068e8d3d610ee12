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
    outer = [_outer(page) for page in pages]
    seen = Counter(key for lines in outer for key in {_key(line) for line in lines})
    often = max(2, REPEATED * len(pages))
    done = []
    for page, lines in zip(pages, outer, strict=True):
        own = {
            id(line) for line in lines if _NUMBER.fullmatch(squeeze(line.text)) or seen[_key(line)] >= often
        }
        done.append(replace(page, lines=[line for line in page.lines if id(line) not in own]))
    return done


def _key(line: TextLine) -> str:
    return re.sub(r"\d+", "0", squeeze(line.text))


def _outer(page: PageBlocks) -> list[TextLine]:
    """The first two and the last two lines of a page, where they are near its edge."""
    tops = sorted({line.top for line in page.lines})
    ends = {*tops[:2], *tops[-2:]}
    return [
        line
        for line in page.lines
        if line.top in ends and (line.bottom < MARGIN * page.height or line.top > (1 - MARGIN) * page.height)
    ]
