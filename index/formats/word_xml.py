"""The parts of a DOCX as trees, read within a limit, and short ways to walk them.

Names are compared without their namespace: the strict and the transitional form of the format differ in nothing else.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from index.formats.text import UnreadableError

LARGEST = 64 * 1024 * 1024  # bytes of all parts together as they come out of the archive
_ONCE = 1024 * 1024


class Package:
    """A DOCX whose parts are read one by one; what they hold is counted as it comes, not as it is declared."""

    def __init__(self, data: bytes) -> None:
        """Raises UnreadableError where the bytes are no archive."""
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise UnreadableError("broken", format="DOCX") from error
        self._left = LARGEST

    def tree(self, name: str) -> Any:
        """The root of a part, None where there is none; UnreadableError where it is broken or too large."""
        data = self._read(name)
        if data is None:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableError("broken", format="DOCX") from error

    def _read(self, name: str) -> bytes | None:
        try:
            info = self._archive.getinfo(name.lstrip("/"))
        except KeyError:
            return None
        if info.flag_bits & 1:
            raise UnreadableError("encrypted", format="DOCX")
        pieces = []
        try:
            with self._archive.open(info) as file:
                while piece := file.read(_ONCE):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise UnreadableError("bomb", limit=LARGEST // 2**20)
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
            raise UnreadableError("broken", format="DOCX") from error
        return b"".join(pieces)


def name_of(item: Any) -> str:
    """The name of an element without its namespace, "" of what is none."""
    tag = item.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(item: Any, name: str) -> Iterator[Any]:
    """The children of an element (or of None) with a name."""
    if item is not None:
        yield from (found for found in item if name_of(found) == name)


def child(item: Any, name: str) -> Any:
    """The first child with a name, None where there is none."""
    return next(children(item, name), None)


def value(item: Any, name: str = "val") -> str:
    """An attribute of an element (or of None) by its name, "" where there is none."""
    if item is None:
        return ""
    for key, found in item.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(found)
    return ""


def is_on(item: Any) -> bool:
    """Whether a switch such as ``w:vanish`` is there and not turned off."""
    return item is not None and value(item) not in ("0", "false", "off", "none")


def rows_of(table: Any) -> list[Any]:
    """The rows of a table that are not deleted, also those in content controls and tracked changes."""
    found: list[Any] = []
    for item in table:
        if name_of(item) == "tr" and child(child(item, "trPr"), "del") is None:
            found.append(item)
        elif name_of(item) in ("sdt", "sdtContent", "customXml", "ins"):
            found += rows_of(item)
    return found


def cells_of(row: Any) -> list[Any]:
    """The cells of a row, also those in content controls."""
    found: list[Any] = []
    for item in row:
        if name_of(item) == "tc":
            found.append(item)
        elif name_of(item) in ("sdt", "sdtContent", "customXml"):
            found += cells_of(item)
    return found


def choice_of(item: Any) -> Any:
    """The first alternative: the others say the same for older programs."""
    choice = child(item, "Choice")
    return choice if choice is not None else child(item, "Fallback")


def boxes_of(item: Any) -> list[Any]:
    """The contents of the text boxes of a drawing, not of those inside them."""
    if name_of(item) == "txbxContent":
        return [item]
    if name_of(item) == "AlternateContent":
        chosen = choice_of(item)
        return boxes_of(chosen) if chosen is not None else []
    return [box for part in item for box in boxes_of(part)]
