"""Numbers with units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quantities import quantities

UNITS = ["元", "万元", "亿元", "%", "家", "个", "项", "日", "个月", "个百分点"]


@given(
    number=st.integers(1, 9999),
    unit=st.sampled_from(UNITS),
    before=st.sampled_from(["目标是", "不少于", "每人", "到2025年突破"]),
    after=st.sampled_from(["", "对吗", "对不对", "对吧", "吗", "以上", "是不是", "。", "（市财政局负责）"]),
)
def test_what_stands_behind_a_number_is_no_part_of_its_unit(
    number: int, unit: str, before: str, after: str
) -> None:
    found = [q for q in quantities(f"{before}{number}{unit}{after}") if q.low == number]
    assert [(q.unit, q.text) for q in found] == [(unit, f"{number}{unit}")]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [("28%-30%", 28, 30, "%"), ("100元至200元", 100, 200, "元"), ("3万至5万元", 3, 5, "万元"), ("1至2家", 1, 2, "家")],
)  # fmt: skip
def test_ranges(text: str, low: float, high: float, unit: str) -> None:
    assert [(q.low, q.high, q.unit) for q in quantities(text)] == [(low, high, unit)]
