"""Titles that a layout breaks over several centred lines become one line, as they are read aloud."""

from __future__ import annotations

import re

from index.formats.text import Line
from index.header import is_number_line
from index.parser import is_title

LONGEST = 120  # characters of a title


def whole_titles(lines: list[Line]) -> list[Line]:
    """Centred lines beside each other, of which only the last ends like a title, as one line.

    某市人民政府办公室 / 关于印发某办法的通知 is one; a red head (某市人民政府文件) and a number over it stay apart.
    """
    done: list[Line] = []
    for line in lines:
        first = len(done)
        while first and _begins(done[first - 1]) and len(done) - first < 3:
            first -= 1
        parts = [item.text for item in done[first:]]
        whole = "".join(parts) + line.text
        if parts and line.centred and is_title(line.text) and is_title(whole) and len(whole) <= LONGEST:
            hashes = re.match(r"#+ ", whole)
            bare = re.sub(r"(?<!^)#+ ", "", whole) if hashes else whole
            done[first:] = [Line(bare, done[first].page, True)]
        else:
            done.append(line)
    return done


def _begins(line: Line) -> bool:
    """Whether a line may be the beginning of a title: centred, no title, number, date or red head itself."""
    text = line.text.strip()
    return (
        line.centred
        and bool(text)
        and not is_title(text)
        and not is_number_line(text)
        and not re.search(r"[。；：:|\t]|文件$|[0-9〇]日$|^[（(]|^#* *附[件表录]", text)
    )
