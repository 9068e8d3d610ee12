"""Ranges of a number as a text bounds them (50人以下, 50人（含）至100人, 超过30分钟不足2小时, 6层及以上), in plain units.

以上 and 以下 include the number itself, as official documents have it, unless （不含） says otherwise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.numbers import scaled_value
from assistant.terms import expression, words
from index.quantities import Quantity, quantities, read_numeral


@dataclass(frozen=True, slots=True)
class Range:
    """A range of numbers, in a plain unit; ``start:end`` in the folded text. ``low_in`` and ``high_in``: with the end itself."""

    start: int
    end: int
    low: float
    high: float
    unit: str
    low_in: bool = True
    high_in: bool = True
    sure_low: bool = False  # (含) says so, or a sign leaves it out
    sure_high: bool = False
    step: float = (
        1.0  # one of the unit as written, in the plain unit: 10,000 of 199万元, after which 200万元 comes
    )

    @property
    def is_point(self) -> bool:
        """Whether it is a single number (4层)."""
        return self.low == self.high

    def holds(self, value: float) -> bool:
        """Whether a value in the plain unit lies in it."""
        above = value > self.low or (self.low_in and value == self.low)
        return above and (value < self.high or (self.high_in and value == self.high))

    def says(self, value: float) -> bool:
        """Whether it says itself that it holds a value that is one of its ends."""
        return (self.sure_low and self.low == value) or (self.sure_high and self.high == value)

    def meets(self, other: Range) -> bool:
        """Whether another of the same unit begins where this one ends, or with the next whole number behind it."""
        gap = other.low - self.high
        next_one = gap == self.step == other.step and (self.high / self.step).is_integer()
        return self.unit == other.unit and (gap == 0 or next_one)

    def overlaps(self, other: Range) -> bool:
        """Whether more than one number lies in both."""
        return max(self.low, other.low) < min(self.high, other.high)

    def cuts(self, other: Range) -> bool:
        """Whether some number lies in both."""
        low = max(self.low, other.low)
        return self.overlaps(other) or (self.holds(low) and other.holds(low))


def ranges(folded: str) -> Iterator[Range]:
    """The ranges, and the single numbers, of a folded text, in its order; two bounds side by side are one range."""
    held: Range | None = None
    for bound in (_bound(folded, quantity) for quantity in quantities(folded)):
        whole = _joined(folded, held, bound) if held else None
        if held and not whole:
            yield held
        held = whole or bound
    if held:
        yield held


def _bound(folded: str, quantity: Quantity) -> Range:
    """What one number with the words around it bounds."""
    entry = words()["table"]["bound"]
    (low, unit), (high, _) = (plain(end, quantity.unit) for end in (quantity.low, quantity.high))
    included = expression("tier", "included")
    note = included.match(folded, quantity.end)
    end = note.end() if note else quantity.end
    sign, start, until = "", quantity.start, end
    for name, (ahead, after) in entry.items():
        before = re.search(f"(?:{ahead})$", folded[: quantity.start])
        behind = re.compile(after).match(folded, end)
        if before and (not sign or before.start() < start):
            sign, start = name, before.start()
        if behind and not before and behind.end() > until:
            sign, until = name, behind.end()
            note = note or expression("tier", "with_it").match(behind.group())
    late = included.match(folded, until) if until > end else None
    if late:
        until, note = late.end(), late
    outside = bool(note and note.groupdict().get("out"))
    found = Range(start, until, low, high, unit, step=plain(1, quantity.unit)[0])
    if quantity.low != quantity.high:
        return replace(found, high_in=not outside, sure_high=bool(note))
    if sign in (">", ">="):
        out = sign == ">" or outside
        return replace(found, high=math.inf, low_in=not out, sure_low=sign == ">" or bool(note))
    if sign in ("<", "<="):
        out = sign == "<" or outside
        return replace(found, low=-math.inf, high_in=not out, sure_high=sign == "<" or bool(note))
    return replace(found, low_in=not outside, high_in=not outside, sure_low=bool(note), sure_high=bool(note))


def _joined(folded: str, one: Range, two: Range) -> Range | None:
    """Two bounds as one range (300万元（含）至1000万元, 超过30分钟不足2小时); None where they are two."""
    between = re.fullmatch(words()["tier"]["between"], folded[one.end : two.start])
    opens = one.is_point or (one.high == math.inf and math.isfinite(one.low))
    closes = two.is_point or (two.low == -math.inf and math.isfinite(two.high))
    signs = (one.high == math.inf) + (two.low == -math.inf)
    if not between or not (opens and closes) or one.unit != two.unit or not one.low < two.high:
        return None
    if not signs and not between["to"]:
        return None
    return Range(
        one.start,
        two.end,
        one.low,
        two.high,
        one.unit,
        one.low_in,
        two.high_in,
        one.sure_low,
        two.sure_high,
        two.step,
    )


def plain(value: float, unit: str) -> tuple[float, str]:
    """A number in the plain unit by which ranges are compared: minutes for hours, 层 for 楼."""
    value, unit = scaled_value(value, unit)
    factor, same = words()["tier"]["same"].get(unit, (1, unit))
    return value * factor, same


def spoken_in_digits(folded: str) -> str:
    """A folded text as its numbers are compared: 4层 for 四楼, 80平方米 for 80平, 2000万元 for 2000万."""
    entry = words()["tier"]
    folded = re.sub(entry["numeral"], lambda found: f"{read_numeral(found[1]):g}", folded)
    for spoken, written in entry["spoken"].items():
        folded = re.sub(spoken, written, folded)
    return folded
