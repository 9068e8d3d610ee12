"""What a text claims that another does not hold, in Chinese and English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.claims import (
    addresses_missing,
    bodies_missing,
    counts_missing,
    modals_missing,
    numbers_missing,
)
from index.directory import Directory
from index.text import fold, squeeze

NAMES = ("市科技局", "市工业和信息化局")
DIRECTORY = Directory(NAMES, ("汉中市",), "".join(NAMES))


@pytest.mark.parametrize(
    ("said", "support"),
    [
        ("exceed 55 billion yuan", "突破550亿元"),
        ("55 billion", "突破550亿元"),
        ("550亿", "突破550亿元"),
        ("at least 30 percent", "达到30%以上"),
        ("0.05% a day", "按照每日利率万分之五支付"),
        ("on August 2, 2024", "2024年8月2日"),
        ("on 2 August 2024", "2024年8月2日"),
        ("in August 2024", "2024年8月2日"),
        ("by 2025", "到2025年"),
        ("8月2日", "2024-08-02"),
        ("1,309 yuan", "每人每月1309元"),
        ("10 家", "新增10家"),
    ],
)
def test_the_same_number_in_another_form_is_held(said: str, support: str) -> None:
    assert numbers_missing(fold(said), fold(support)) == []


@pytest.mark.parametrize(
    ("said", "support"),
    [
        ("exceed 550 billion yuan", "突破550亿元"),
        ("5.5 billion", "突破550亿元"),
        ("0.005% a day", "按照每日利率万分之五支付"),
        ("on August 8, 2024", "2024年8月2日，8家"),
        ("on February 8, 2024", "2024年8月2日"),
        ("by 2027", "到2025年"),
        ("10亿元", "10家"),
        ("80 factories", "800家"),
    ],
)
def test_another_number_is_missing(said: str, support: str) -> None:
    assert numbers_missing(fold(said), fold(support))


@given(value=st.integers(1, 9999), other=st.integers(1, 9999))
def test_billions_and_yi(value: int, other: int) -> None:
    said = f"{value / 10:g} billion yuan"
    assert (numbers_missing(said, f"{value}亿元") == []) is True
    assert (numbers_missing(said, f"{other}亿元") == []) == (value == other)


@pytest.mark.parametrize(
    ("said", "support", "missing"),
    [
        ("three actions", "三大行动", []),
        ("six deductions", "6项专项附加扣除", []),
        ("five measures", "三大行动", ["five"]),
        ("分为四类", "分为三类", ["四"]),
        ("每年两次", "每年2次", []),
        ("第三条", "第五条", []),
    ],
)
def test_counts_in_words(said: str, support: str, missing: list[str]) -> None:
    found = counts_missing(fold(said), fold(support))
    assert [any(word in text for text in found) for word in missing] == [True] * len(missing)
    assert bool(found) == bool(missing)


@pytest.mark.parametrize(
    ("said", "support", "missing"),
    [
        ("可以延期", "应当在30日内支付", ["may"]),
        ("应当支付", "可以支付", ["must"]),
        ("不得垫资", "不得由施工单位垫资", []),
        ("Contractors may advance funds", "不得由施工单位垫资", ["may"]),
        ("They must not advance funds", "不得由施工单位垫资", []),
        ("It must be paid", "应当支付", []),
        ("in May 2024", "2024年5月", []),
        ("可以申请", "可靠性强、可持续", ["may"]),
    ],
)
def test_modals(said: str, support: str, missing: list[str]) -> None:
    assert modals_missing(fold(said), squeeze(support)) == missing


def test_bodies_in_both_languages() -> None:
    assert bodies_missing("由市科技局牵头", "市科技局", DIRECTORY) == []
    assert bodies_missing("由市科技局牵头", "市工业和信息化局", DIRECTORY) == ["市科技局"]
    assert bodies_missing("由市教育局牵头", "市科技局", DIRECTORY)
    said = "the Municipal Science and Technology Bureau leads"
    assert bodies_missing(said, "市科技局", DIRECTORY, english=True) == []
    assert bodies_missing(said, "市工业和信息化局", DIRECTORY, english=True)


def test_addresses() -> None:
    assert addresses_missing("see https://evil.example", "网址")
    assert addresses_missing("![x](//evil.example)", "网址")
    assert not addresses_missing("推进绿色制造", "网址")
