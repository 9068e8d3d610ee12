"""What a text claims that another does not hold, in Chinese and English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.claims import (
    addresses_missing,
    bodies_missing,
    enterprises_missing,
    modals_missing,
    reversals_missing,
)
from assistant.numbers import counts_missing, months_missing, numbers_missing
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
        ("投入五百亿元", "投入500亿元", []),
        ("投入五百亿元", "突破550亿元", ["五百"]),
        ("奖励三亿元", "奖励3万元，3家", ["三亿元"]),
        ("绿色工厂一家", "绿色园区 1 家", []),
        ("绿色工厂一家", "进一步新增8家", ["一家"]),
        ("新增八家", "新增 8 家", []),
        ("新增八家", "8. 推动转型，新增80家", ["八家"]),
        ("对每一家企业一户一策", "对企业分类施策", []),
        ("建设一个园区、一批项目", "建设园区", []),
        ("thirteen factories", "8家", ["thirteen"]),
        ("forty factories", "新增40家", []),
        ("seventy factories", "新增8家", ["seventy"]),
        ("twenty-five factories", "新增25家", []),
        ("twenty-five factories", "新增20家、5个", ["twenty-five"]),
        ("eighty thousand yuan", "8万元", []),
        ("eighty thousand yuan", "80元", ["eighty thousand"]),
        ("one hundred and twenty factories", "120家", []),
        ("a dozen factories", "8家", ["dozen"]),
        ("hundreds of factories", "数百家", []),
        ("thousands of factories", "8家", ["thousands"]),
        ("one factory", "工厂", []),
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
        ("企业不能申请", "企业可以申请", ["must_not"]),
        ("发展集群是为了融通发展", "推动融通发展，发展集群", ["cause"]),
        ("规范市场是制定本办法的目的", "为规范市场，制定本办法", []),
        ("因为山区多，制定本办法", "由于山区多，制定本办法", []),
        ("企业不许申请", "企业可以申请", ["must_not"]),
        ("企业不能申请", "企业不得申请", []),
        ("firms can't apply", "企业可以申请", ["must_not"]),
        ("firms mustn't apply", "企业应当申请", ["must_not"]),
        ("firms cannot apply", "企业可以申请", ["must_not"]),
        ("企业须申请", "企业可以申请", ["must"]),
        ("企业可以申请", "鼓励支持企业申请", ["may"]),
    ],
)
def test_modals(said: str, support: str, missing: list[str]) -> None:
    assert modals_missing(fold(said), squeeze(support)) == missing


@pytest.mark.parametrize(
    ("said", "support", "held"),
    [
        ("在8月完成", "2024年8月2日", True),
        ("在8月完成", "1-8月", True),
        ("在9月完成", "2024年8月2日，9家", False),
        ("在九月完成", "2024年8月2日，九项", False),
        ("用3个月完成", "3个月", True),
        ("in August", "2024年8月2日", True),
        ("in September", "2024年8月2日", False),
        ("by May", "2024年8月2日", False),
        ("Firms may apply", "可以申请", True),
    ],
)
def test_a_month_alone(said: str, support: str, held: bool) -> None:
    assert (months_missing(fold(said), fold(support)) == []) is held


@pytest.mark.parametrize(
    ("said", "support", "held"),
    [
        ("由国务院组织", "市政府组织", False),
        ("由省政府组织", "市人民政府组织", False),
        ("由市政府组织", "汉中市人民政府组织", True),
        ("由长江银行支持", "各银行支持", False),
        ("由陕汽集团牵头", "龙头企业牵头", False),
        ("由陕汽集团牵头", "支持陕汽集团发展", True),
        ("向银行申请", "由银行支持", True),
        ("由中级人民法院审理", "由市司法局审理", False),
    ],
)
def test_governments_companies_and_banks(said: str, support: str, held: bool) -> None:
    assert (enterprises_missing(fold(said), squeeze(support)) == []) is held


@pytest.mark.parametrize(
    ("said", "support", "held"),
    [
        ("取消节能监察", "强化节能监察", False),
        ("停止绿色制造", "实施绿色制造引领工程", False),
        ("减少企业补贴", "增加企业补贴", False),
        ("减少企业负担", "减轻企业负担", True),
        ("不再单独列出", "不再单独列出", True),
        ("无需提交材料", "不需要提交材料", True),
        ("it no longer supports firms", "支持企业", False),
        ("it abolishes the fee", "取消收费", True),
    ],
)
def test_a_reversal(said: str, support: str, held: bool) -> None:
    assert (reversals_missing(fold(said), squeeze(support)) == []) is held


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
