"""Text folding for search: NFKC, simplified characters, lower case, with a map back to the source."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

_BRACKETS = str.maketrans(
    "〔〕［］【】“”„‟「」『』", '[][][]""""""""'
)  # brackets of a document number, quotation marks


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return text if text.isascii() else _converter().convert(text)


@lru_cache(maxsize=16384)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).translate(_BRACKETS).lower()
    while (simplified := _simplified(folded)) != folded:  # 薴 becomes 苧, and that 苎
        folded = simplified
    return " " if folded.isspace() and folded != "\n" else folded


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; ``origin[i]`` is the source offset of ``text[i]``, with one entry more for the end."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The source slice whose folded form covers ``text[start:end]``."""
        if start >= end:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> str:
    """Text as it is compared: NFKC, simplified, lower case, every blank but a line end one space; length may differ."""
    return "".join(map(_fold_character, text))


def fold_with_origin(text: str) -> Folded:
    """``fold(text)`` with the map back to offsets of ``text``."""
    pieces: list[str] = []
    origin: list[int] = []
    for offset, character in enumerate(text):
        folded = _fold_character(character)
        pieces.append(folded)
        origin.extend([offset] * len(folded))
    origin.append(len(text))
    return Folded("".join(pieces), tuple(origin))


def squeeze(text: str) -> str:
    """``fold(text)`` without blanks: 10 家 and 10家 are the same."""
    return re.sub(r"\s", "", fold(text))
