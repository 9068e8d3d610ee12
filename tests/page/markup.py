"""HTML taken apart as a browser would."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple


class Element(NamedTuple):
    """A start tag and all text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self.open: list[int] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))
        if tag == "br":
            self.handle_data("\n")
        elif tag != "input":  # the others that are used have an end
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.elements[self.open.pop()][0] == tag, f"</{tag}> ends nothing"

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
        for number in self.open:
            self.elements[number][2].append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def elements(html: str) -> list[Element]:
    """Every element in order; AssertionError where a tag is not closed, or for anything but tags and text."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert not parser.open, "a tag is not closed"
    return [Element(tag, attributes, "".join(text)) for tag, attributes, text in parser.elements]


def having(html: str, name: str) -> list[Element]:
    """The elements with this class."""
    return [found for found in elements(html) if name in found.attributes.get("class", "").split()]
