"""Where on a portal's page the document stands: what is around it is dropped before anything is read.

No list of portals: elements that are navigation by their tag or name go, blocks that are mostly links go, and of what
is left the smallest element that holds nearly all running text is the document, with the fields and title before it.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from index.header import known_labels
from index.text import squeeze

NEARLY_ALL = 0.85  # of the running text, that an element has to hold to be gone into
MOSTLY = 0.6  # of a block's characters that are links, where it is a list of links
GUARD = 0.4  # of the running text, that nothing holds which is dropped by its name
_DROPPED = frozenset(
    (
        "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "audio", "video",
        "nav", "footer", "aside", "select", "button", "input", "textarea", "dialog", "head", "del", "s",
        "strike", "rt", "rp", "map", "meta", "link",
    )
)  # fmt: skip
_BLOCKS = frozenset(
    (
        "address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li", "main", "ol", "p",
        "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption",
    )
)  # fmt: skip
_WHOLE = ("table", "thead", "tbody", "tfoot", "tr", "ul", "ol", "dl", "p", "pre")  # never gone into alone
_DATED = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日$")
_RUNNING = re.compile(r"[，。；：、]")


@cache
def page_words() -> dict[str, re.Pattern[str]]:
    """The patterns of ``html.toml``."""
    data = tomllib.loads(Path(__file__).with_name("html.toml").read_text("utf-8"))
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in data.items()}


def attribute(item: Any, name: str) -> str:
    """An attribute in lower case, "" where there is none."""
    return str(item.get(name) or "").lower()


def is_block(item: Any) -> bool:
    """Whether an element begins a line of its own."""
    return item.tag in _BLOCKS


def is_hidden(item: Any) -> bool:
    """Whether an element cannot be seen, or is no text."""
    if not isinstance(item.tag, str) or item.tag in _DROPPED or item.get("hidden") is not None:
        return True
    style = attribute(item, "style").replace(" ", "")
    return "display:none" in style or "visibility:hidden" in style or "mso-hide:all" in style


def page_title(root: Any) -> str:
    """The document's title as the page's metadata names it (ArticleTitle, og:title), else the page's own."""
    found = {
        (attribute(item, "name") or attribute(item, "property")): str(item.get("content") or "")
        for item in root.iter("meta")
    }
    title = root.find(".//title")
    own = (
        re.split(r"[_|–—]|\s-\s|-(?=[^-]*(?:网|政府|门户)[^-]*$)", title.text or "")[0]
        if title is not None
        else ""
    )
    return " ".join((found.get("articletitle") or found.get("og:title") or own).split())


def document_of(root: Any, title: str) -> list[Any]:
    """The elements that hold the document, in order: the text, and what belongs to it before and behind."""
    body = root.find(".//body")
    body = body if body is not None else root
    _drop(body, is_hidden)
    weights = _weights(body)
    whole = weights[body][0]
    _drop(body, lambda item: _is_around(item) and weights[item][0] <= GUARD * whole)
    weights = _weights(body)
    whole = weights[body][0]
    _drop(body, lambda item: _is_links(item, *weights[item]))
    found, before, behind = body, list[Any](), list[Any]()
    best = [body]
    while True:
        inner = [item for item in found if isinstance(item.tag, str)]
        at = next((n for n, item in enumerate(inner) if weights[item][0] >= NEARLY_ALL * whole), None)
        if at is None or not is_block(inner[at]):
            return best
        before += [part for item in inner[:at] for part in _told(item, title)]
        behind = [part for item in inner[at + 1 :] for part in _told(item, title)] + behind
        found = inner[at]
        if found.tag not in _WHOLE:
            best = [*before, found, *behind]


def _told(item: Any, title: str) -> list[Any]:
    """The parts of an element beside the text that belong to the document.

    Sentences, headings, the title, fields of the header, a date, attachments, tables; never a lone word of the page.
    """
    inner = [part for part in item if isinstance(part.tag, str) and is_block(part)]
    if inner and item.tag not in ("table", "ul", "ol", "dl") and not (item.text or "").strip():
        return [found for part in item if isinstance(part.tag, str) for found in _told(part, title)]
    text = squeeze("".join(item.itertext()))
    named = len(text) >= 8 and text in squeeze(title)
    told = named or "。" in text or _DATED.search(text) or text.startswith("附件") or _labels(item) >= 2
    told = told or item.tag in ("h1", "h2", "h3") or (item.tag == "table" and len(item.findall(".//tr")) > 1)
    return [item] if text and told else []


def _labels(item: Any) -> int:
    """How many labels of a document's header an element holds, each at the beginning of a piece of text."""
    pieces = [squeeze(text) for text in item.itertext() if text.strip()]
    whole = squeeze("".join(item.itertext()))
    split = sum(piece.split(":")[0] in known_labels() for piece in pieces)
    return split or sum(f"{label}:" in whole for label in known_labels())


def _drop(item: Any, test: Any) -> None:
    """Remove every element below one that passes a test; the text behind it stays."""
    for found in [inner for inner in item.iter() if inner is not item and test(inner)]:
        parent = found.getparent()
        if parent is not None:
            before = found.getprevious()
            if found.tail:
                if before is not None:
                    before.tail = (before.tail or "") + found.tail
                else:
                    parent.text = (parent.text or "") + found.tail
            parent.remove(found)


def _is_around(item: Any) -> bool:
    """Whether an element is navigation by its role or name."""
    if attribute(item, "role") in ("navigation", "banner", "contentinfo", "search", "complementary", "menu"):
        return True
    if item.tag == "header":
        return all(item.find(f".//{name}") is None for name in ("h1", "h2", "h3")) and _labels(item) < 2
    names = [*attribute(item, "class").split(), attribute(item, "id")]
    return any(page_words()["element"].fullmatch(name) for name in names if name)


def _is_links(item: Any, running: float, plain: int, linked: int, links: int) -> bool:
    """Whether a block is a list of links to other pages."""
    if (
        not is_block(item)
        or item.tag in ("h1", "h2", "h3")
        or links < 2
        or linked < MOSTLY * (plain + linked)
    ):
        return False
    if squeeze("".join(item.itertext())).startswith("附件"):
        return False
    files = [a for a in item.iter("a") if page_words()["attachment"].search(a.get("href") or "")]
    return not files and running < 20


def _weights(body: Any) -> dict[Any, tuple[float, int, int, int]]:
    """Of each element: weight of its running text, characters outside and inside of links, number of links."""
    found: dict[Any, tuple[float, int, int, int]] = {}
    linked: set[Any] = set()
    for item in body.iter():
        if item.tag == "a" or item.getparent() in linked:
            linked.add(item)
    for item in reversed(list(body.iter())):
        weight, plain, inside, links = 0.0, 0, 0, int(item.tag == "a" and bool(item.get("href")))
        texts = [(item.text, item in linked)] if isinstance(item.tag, str) else []
        for inner in item:
            more = found.get(inner, (0.0, 0, 0, 0))
            weight, plain, inside, links = (
                weight + more[0],
                plain + more[1],
                inside + more[2],
                links + more[3],
            )
            texts.append((inner.tail, item in linked))
        for text, in_link in texts:
            size = len("".join((text or "").split()))
            if in_link:
                inside += size
            else:
                plain += size
                weight += size if size and _RUNNING.search(text) else 0.3 * size
        found[item] = (weight, plain, inside, links)
    return found
