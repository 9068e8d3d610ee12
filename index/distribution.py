"""Values of several subjects or years in one row: A、B的…分别为1、2."""

from __future__ import annotations

import re

from index.quantities import Quantity
from index.wording import read_comparator, without_leads

_YEARS = re.compile(r"(?:到|至)?20\d\d年?(?:[、和及与,](?:到|至)?20\d\d年?)+")


_RESPECTIVELY = re.compile(r"(?:每人每月|每月|每年|均)?分别(?:为|是|达到|达)?$")


def row_of(numbers: list[Quantity], quantity: Quantity, sentence: str) -> list[Quantity]:
    """The values that stand in one row (2413元、2512元、2121元) with this one."""
    at = numbers.index(quantity)
    row = [quantity]
    for other in numbers[at + 1 :]:
        if sentence[row[-1].end : other.start].strip() not in ("、", "和", "及", ","):
            break
        row.append(other)
    for other in reversed(numbers[:at]):
        if sentence[other.end : row[0].start].strip() not in ("、", "和", "及", ","):
            break
        row.insert(0, other)
    return row


def distribute(sentence: str, numbers: list[Quantity]) -> dict[Quantity, str]:
    """A、B、C的…分别为1、2、3: which value is whose."""
    found: dict[Quantity, str] = {}
    for quantity in numbers:
        row = row_of(numbers, quantity, sentence)
        if len(row) < 2 or row[0] is not quantity:
            continue
        before = sentence[: quantity.start]
        if "分别" not in before[-14:]:
            continue
        lists = [
            match.group().split("、")
            for match in re.finditer(r"[^,;:。、的和()]{2,14}(?:、[^,;:。、的和()]{2,14})+", before)
        ]
        fitting = [names for names in lists if len(names) == len(row)]
        if not fitting:
            continue
        what = re.split(r"[,;:]", _RESPECTIVELY.sub("", before.rstrip()))[-1]
        names, tail = _names_and_tail(fitting[-1], what)
        for value, name in zip(row, names, strict=True):
            found[value] = name + tail
    return found


def distribute_years(sentence: str, numbers: list[Quantity]) -> dict[Quantity, tuple[int, str]]:
    """到2025年和2027年，产值分别达到1、2: which value is due when, and of what."""
    found: dict[Quantity, tuple[int, str]] = {}
    for quantity in numbers:
        row = row_of(numbers, quantity, sentence)
        before = sentence[: quantity.start]
        if len(row) < 2 or row[0] is not quantity or "分别" not in before[-14:]:
            continue
        years = next((m for m in _YEARS.finditer(before) if len(_years_in(m.group())) == len(row)), None)
        if years is None:
            continue
        what = re.split(r"[,;:]", _YEARS.sub("", before))[-1]
        what = _RESPECTIVELY.sub("", what[: read_comparator(what, "")[1]].strip())
        name = without_leads(what)
        found |= {value: (year, name) for value, year in zip(row, _years_in(years.group()), strict=True)}
    return found


def _years_in(text: str) -> list[int]:
    return [int(year) for year in re.findall(r"20\d\d", text)]


def _names_and_tail(names: list[str], what: str) -> tuple[list[str], str]:
    """The names of a list, and what is said of all: 甲类、乙类企业奖励 -> 甲类, 乙类 and 企业奖励."""
    *others, last = [_RESPECTIVELY.sub("", name) for name in names]
    if "、".join([*others, last]) not in what:
        return names, what.removeprefix("其")
    if "的" in what:
        return names, what.split("的", 1)[1]
    cut = last.find(names[0][-1]) + 1
    if cut and all(name.endswith(names[0][-1]) for name in others):
        return [*others, last[:cut]], last[cut:]
    return names, what.removeprefix("其")
