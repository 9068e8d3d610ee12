"""What an extractor gives back: lines with their pages, or the reason why there are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 5_000_000  # characters of a document
READER_VERSION = 2  # counts up where a reader gives another text for the same bytes

_WIDE = r"[⺀-鿿豈-﫿︰-﹏＀-￯　-〿“”‘’—…·①-⑳〇]"
_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n]*(?={_WIDE})")


class UnreadableError(Exception):
    """A document without a text that can be trusted; ``name`` is that of a sentence in ``messages.toml``."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(name)
        self.name = name
        self.values = values


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or one row of a table; ``page`` is 0 in a format without pages."""

    text: str
    page: int = 0
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a document and its pages as (offset of the first character, number), sorted."""

    text: str
    pages: tuple[tuple[int, int], ...] = ()


def one_line(text: str) -> str:
    """Text of a source whose line ends mean nothing: none between Chinese characters, else one space."""
    text = _BREAK.sub("", re.sub(r"[\u200b\u2060\ufeff\xad]", "", text))
    return re.sub(r"[ \t\r\n\f\v\xa0\u2002-\u200a\u202f]+", " ", text).strip(" 　")


def joined(lines: list[Line]) -> Extracted:
    """Lines as a text; blank ones at the ends and beside each other are left out.

    A page begins at its first line. UnreadableError where no line says anything.
    """
    pieces: list[str] = []
    pages: list[tuple[int, int]] = []
    at = 0
    for line in lines:
        text = line.text.rstrip()
        if not text and (not pieces or not pieces[-1]):
            continue
        if text and line.page and (not pages or pages[-1][1] != line.page):
            pages.append((at, line.page))
        pieces.append(text)
        at += len(text) + 1
    whole = "\n".join(pieces).rstrip("\n")
    if not whole.strip():
        raise UnreadableError("no_text")
    if len(whole) > LONGEST:
        raise UnreadableError("too_much_text", size=len(whole) // 10_000, limit=LONGEST // 10_000)
    return Extracted(whole + "\n", tuple(pages))
