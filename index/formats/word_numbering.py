"""The markers that Word puts before numbered paragraphs, which stand in no run (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from index.formats.numerals import numeral
from index.formats.word_xml import child, children, value

_JOINED = re.compile(r"[、）)：:。．】」①-⑳⑴-⒛]$")  # behind these Word's tab stands for nothing to read


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int = -1  # level (from 1) that restarts it, 0 none, -1 every one above
    legal: bool = False  # all numbers of the marker in Arabic digits
    style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """A ``w:num``: the counter that it shares with others, its levels, and where it begins anew."""

    counter: str
    levels: Mapping[int, _Level]
    restarts: Mapping[int, int]


@dataclass(slots=True)
class Numbering:
    """Counts the numbered paragraphs of a document, in order."""

    lists: Mapping[str, _List]
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def level_of(self, number: str, style: str) -> int:
        """The level that a style is bound to in a list, 0 where it is bound to none."""
        levels = self.lists[number].levels if number in self.lists else {}
        return next((at for at, level in levels.items() if style and level.style == style), 0)

    def marker(self, number: str, at: int) -> str:
        """The marker of the next paragraph of a list at a level (from 0), with what parts it from its text."""
        known = self.lists.get(number)
        if known is None or at not in known.levels:
            return ""
        counts = self._counts.setdefault(known.counter, {})
        if number not in self._begun:
            self._begun.add(number)
            for level, start in known.restarts.items():
                counts[level] = start - 1
        own = known.levels[at]
        counts[at] = counts.get(at, own.start - 1) + 1
        for deeper in [level for level in counts if level > at]:
            restart = known.levels[deeper].restart if deeper in known.levels else -1
            if restart < 0 or (restart > 0 and at < restart):
                del counts[deeper]

        def shown(match: re.Match[str]) -> str:
            level = int(match.group(1)) - 1
            upper = known.levels.get(level, own)
            count = counts.setdefault(level, upper.start) if level < at else counts[at]
            return numeral(count, "decimal" if own.legal else upper.form)

        text = "" if own.form == "bullet" else re.sub(r"%(\d)", shown, own.text).strip()
        if not text or own.suffix == "nothing" or _JOINED.search(text):
            return text
        return f"{text} "


def read_numbering(root: Any, styles: Any) -> Numbering:
    """The lists of a document from the roots of its numbering and styles (each may be None)."""
    if root is None:
        return Numbering({})
    abstract = {value(item, "abstractNumId"): item for item in children(root, "abstractNum")}
    nums = {value(item, "numId"): item for item in children(root, "num")}
    linked = {
        value(item, "styleId"): value(child(child(child(item, "pPr"), "numPr"), "numId"))
        for item in children(styles, "style")
    }

    def levels_of(number: str, seen: frozenset[str]) -> tuple[str, dict[int, _Level]]:
        key = value(child(nums.get(number), "abstractNumId"))
        item = abstract.get(key)
        other = linked.get(value(child(item, "numStyleLink")), "")
        if other and other not in seen:  # a list style: its levels stand elsewhere
            return levels_of(other, seen | {other})
        return key, {int(value(level, "ilvl") or 0): _level(level) for level in children(item, "lvl")}

    lists = {}
    for number, item in nums.items():
        counter, levels = levels_of(number, frozenset([number]))
        restarts = {}
        for override in children(item, "lvlOverride"):
            at = int(value(override, "ilvl") or 0)
            own = child(override, "lvl")
            if own is not None:
                levels[at] = _level(own)
            start = value(child(override, "startOverride"))
            if start:
                restarts[at] = int(start)
                levels[at] = replace(levels.get(at, _Level()), start=int(start))
        lists[number] = _List(counter, levels, restarts)
    return Numbering(lists)


def _level(item: Any) -> _Level:
    return _Level(
        start=int(value(child(item, "start")) or 1),
        form=value(child(item, "numFmt")) or "decimal",
        text=value(child(item, "lvlText")),
        suffix=value(child(item, "suff")) or "tab",
        restart=int(value(child(item, "lvlRestart")) or -1),
        legal=child(item, "isLgl") is not None,
        style=value(child(item, "pStyle")),
    )
