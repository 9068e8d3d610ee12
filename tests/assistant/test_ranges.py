"""Ranges of numbers as official documents bound them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ranges import Range, ranges
from index.text import fold

PAIRS = st.tuples(st.integers(1, 4000), st.integers(1, 4000)).map(sorted).filter(lambda two: two[0] < two[1])


def one(text: str) -> Range:
    """The only range of a text."""
    [found] = ranges(fold(text))
    return found


@pytest.mark.parametrize(
    ("text", "low", "high", "inside", "outside"),
    [
        ("50人以下", -math.inf, 50, [1, 50], [51]),
        ("不足50人", -math.inf, 50, [49], [50]),
        ("50人（不含）以下", -math.inf, 50, [49], [50]),
        ("超过50人", 50, math.inf, [51], [50]),
        ("50人（含）以上", 50, math.inf, [50], [49]),
        ("50人以上（含）不足100人", 50, 100, [50, 99], [49, 100]),
        ("50人以上、不足100人", 50, 100, [50, 99], [49, 100]),
        ("50人（含）至100人（不含）", 50, 100, [50, 99], [49, 100]),
        ("300万元（含）—1000万元", 3e6, 1e7, [3e6, 1e7], [2e6, 2e7]),
        ("超过30分钟不足2小时", 30, 120, [31, 119], [30, 120]),
        ("80—89周岁", 80, 89, [80, 89], [79, 90]),
        ("4层", 4, 4, [4], [3, 5]),
    ],
)
def test_a_range_holds_what_its_words_say(
    text: str, low: float, high: float, inside: list[float], outside: list[float]
) -> None:
    found = one(text)
    assert (found.low, found.high) == (low, high)
    assert (found.start, found.end) == (0, len(fold(text)))
    assert all(found.holds(value) for value in inside)
    assert not any(found.holds(value) for value in outside)


@pytest.mark.parametrize("text", ["不少于5人，超过30天的", "50人以下的奖5万元", "每户3人、5人以上"])
def test_bounds_of_two_things_are_two(text: str) -> None:
    assert len(list(ranges(fold(text)))) == 2


@given(PAIRS, st.sampled_from(["{}人以上{}人以下", "{}人至{}人", "{}—{}人", "不少于{}人不超过{}人"]))
def test_two_bounds_side_by_side_are_one_range(two: tuple[int, int], form: str) -> None:
    low, high = two
    found = one(form.format(low, high))
    assert (found.low, found.high) == (low, high)
    assert found.holds(low) and found.holds(high) and not found.holds(high + 1)


@given(PAIRS)
def test_what_is_below_a_bound_is_not_above_it(two: tuple[int, int]) -> None:
    low, high = two
    below, above = one(f"不足{high}家"), one(f"{high}家以上")
    assert below.meets(above) and not above.meets(below)
    assert [below.holds(low), above.holds(low)] == [True, False]
    assert [below.holds(high), above.holds(high)] == [False, True]


@given(st.text("0123456789万元人以上下不足超过（含）至—，。的", max_size=60))
def test_ranges_are_slices_in_order(text: str) -> None:
    folded = fold(text)
    at = 0
    for found in ranges(folded):
        assert at <= found.start < found.end <= len(folded)
        assert found.low <= found.high or not found.holds(found.low)  # 5—3人 is none
        at = found.end
