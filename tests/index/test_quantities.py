"""Numbers with units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quantities import in_digits, quantities

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


_NUMERALS = "零一二三四五六七八九"


def _spelt(number: int) -> str:
    """A number below 100,000 as documents write it in Chinese numerals."""
    if number >= 10_000:
        rest = number % 10_000
        zero = "零" if 0 < rest < 1000 else ""
        return _spelt(number // 10_000) + "万" + zero + (_spelt(rest) if rest else "")
    text, gap = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            text += ("零" if gap and text else "") + _NUMERALS[digit] + name
            gap = False
        else:
            gap = bool(text)
    return text[1:] if text.startswith("一十") else text


@given(
    number=st.integers(11, 99_999).filter(lambda n: n % 10_000 not in range(10, 20)),
    unit=st.sampled_from(["元", "米", "平方米", "公顷", "日", "人", "只", "分钟", "学时"]),
    before=st.sampled_from(["不超过", "每次处", "长度为", ""]),
    after=st.sampled_from(["", "以上", "以下罚款", "。"]),
)
def test_chinese_numerals_are_read_as_digits_are(number: int, unit: str, before: str, after: str) -> None:
    found = list(quantities(f"{before}{_spelt(number)}{unit}{after}"))
    assert [(q.low, q.high, q.unit) for q in found] == [(number, number, unit)]
    assert in_digits(f"{before}{_spelt(number)}{unit}{after}") == f"{before}{number}{unit}{after}"


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("百分之三十", 30, 30, "%"), ("百分之三十至五十", 30, 50, "%"), ("一亿五千万元", 1.5e8, 1.5e8, "元"), ("三至五年", 3, 5, "年"),
        ("三至五万元", 3e4, 5e4, "元"), ("二点五倍", 2.5, 2.5, "倍"), ("不超过四只", 4, 4, "只"), ("三次以上", 3, 3, "次"), ("两万五元", 25000, 25000, "元"),
        ("万人以上", 10000, 10000, "人"), ("四周内", 4, 4, "周"), ("培训四周", 4, 4, "周"), ("六月以内", 6, 6, "月"), ("总数十家", 10, 10, "家"),
        ("路面以上十米", 10, 10, "米"), ("百米以内", 100, 100, "米"), ("九年", 9, 9, "年"), ("三周", 3, 3, "周"),
    ],
)  # fmt: skip
def test_numerals_with_ends_and_scales(text: str, low: float, high: float, unit: str) -> None:
    assert [(q.low, q.high, q.unit) for q in quantities(text)] == [(low, high, unit)]


@pytest.mark.parametrize(
    "text", ["四只", "十分重要", "三分之二", "十四五期间", "二零二六年", "第二十米", "每百米", "亿元企业", "一米", "两个市场", "最后一公里",
             "亭子四周设置围栏", "桥墩四周不得堆料", "庆祝建馆三周年", "几十家", "数百人", "上千户", "五月一日起", "六月底前", "三至五月",
             "百日会战", "两个一百年", "九年制义务教育", "六年级", "千人进村", "万年基业"]
)  # fmt: skip
def test_a_turn_of_phrase_is_no_number(text: str) -> None:
    assert not list(quantities(text))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("每日二十二时至次日七时不得施工", "每日22时至次日7时不得施工"), ("上午九时", "上午9时"), ("百分之三十以上百分之五十以下", "30%以上50%以下"),
        ("同时报送", "同时报送"), ("第九时段", "第九时段"), ("一时间", "一时间"), ("二十多年", "20多年"), ("三十余万元", "三十余万元"), ("两万余元", "20000余元"), ("五月一日", "五月一日"),
    ],
)  # fmt: skip
def test_a_text_in_digits(text: str, written: str) -> None:
    assert in_digits(text) == written
