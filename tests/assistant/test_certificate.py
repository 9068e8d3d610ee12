"""The certificate: what no quote supports is named, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Certificate, Citation, Table
from assistant.certificate import certify
from assistant.chain import PolicyAssistant
from index.directory import Directory

NAMES = ("市科技局", "市工业和信息化局", "市生态环境局", "中国人民银行汉中市分行")
DIRECTORY = Directory(NAMES, ("汉中市",), "".join(NAMES))
NUMBERS = st.integers(0, 99_999)


def _cite(*quotes: str, title: str = "某方案", section: tuple[str, ...] = ()) -> list[Citation]:
    return [
        Citation(number, "p", title, "", section, 0, len(quote), quote, 1.0)
        for number, quote in enumerate(quotes, start=1)
    ]


def _check(
    text: str, *quotes: str, computed: tuple[str, ...] = (), rows: tuple[tuple[str, ...], ...] = ()
) -> Certificate:
    table = Table(("指标", "目标值"), rows, ((1,),) * len(rows)) if rows else None
    return certify(text, table, _cite(*quotes), computed, DIRECTORY)


@given(said=NUMBERS, quoted=st.lists(NUMBERS, max_size=5))
def test_a_number_is_supported_exactly_where_a_quote_holds_it(said: int, quoted: list[int]) -> None:
    quote = "，".join(f"新增{number}家" for number in quoted)
    certificate = _check(f"新增{said}家[1]。", quote)
    assert certificate.passed == (said in quoted)
    assert certificate.unsupported == (() if said in quoted else (str(said),))


@given(whole=st.integers(0, 999), tenths=st.integers(1, 9), said=st.integers(0, 999))
def test_a_decimal_is_one_number(whole: int, tenths: int, said: int) -> None:
    assert _check(f"提高到{whole}.{tenths}%。", f"提高到{whole}.{tenths}%").passed
    assert not _check(f"提高到{said}%。", f"提高到{whole}.{tenths}%").passed
    assert not _check(f"提高到{whole}.{tenths}%。", f"提高到{whole}%、{tenths}%").passed


@given(number=NUMBERS, more=st.integers(0, 9))
def test_a_part_of_a_number_does_not_support(number: int, more: int) -> None:
    if number:
        assert not _check(f"{number}家。", f"{number}{more}家").passed
        assert not _check(f"{number}家。", f"{more + 1}{number}家").passed


def test_8_is_not_supported_by_800() -> None:
    assert _check("绿色工厂8家[1]。", "规上工业企业突破 800 家").unsupported == ("8",)
    assert _check("规上工业企业800家[1]。", "绿色工厂 8 家").unsupported == ("800",)
    assert _check("规上工业企业800家[1]。", "规上工业企业突破 800 家").passed


@given(number=NUMBERS)
def test_a_computed_number_needs_no_quote(number: int) -> None:
    assert _check(f"合计 {number}亿元。", computed=(str(number),)).passed
    assert not _check(f"合计 {number}亿元。", computed=(str(number + 1),)).passed


@given(number=NUMBERS)
def test_a_citation_mark_is_no_number(number: int) -> None:
    assert _check(f"由市科技局配合[{number}]。", "市科技局配合").passed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_an_organisation_is_supported_exactly_where_a_quote_names_it(name: str, other: str) -> None:
    certificate = _check(f"由{name}牵头[1]。", f"（{other}牵头）")
    assert certificate.passed == (name == other)
    assert certificate.unsupported == (() if name == other else (name,))


def test_the_cells_of_a_table_are_checked() -> None:
    quote = "绿色工厂 8 家（市科技局配合）"
    assert _check("见表。", quote, rows=(("绿色工厂", "8家"), ("配合", "市科技局"))).passed
    certificate = _check("见表。", quote, rows=(("绿色工厂", "9家"), ("配合", "市生态环境局")))
    assert set(certificate.unsupported) == {"9", "市生态环境局"}


def test_blanks_and_full_width_digits_are_the_same_number() -> None:
    assert _check("新增８ 家。", "新增 8家").passed
    assert _check("新增8家。", "新增 ８ 家").passed


def test_the_name_of_a_document_or_section_is_no_claim_and_supports_none() -> None:
    quotes = _cite("推进智改数转网联", title="2025年工作方案", section=("7. 推进智改数转网联",))
    assert certify("《2025年工作方案》“7. 推进智改数转网联”[1]。", None, quotes, (), DIRECTORY).passed
    assert certify("到2025年完成[1]。", None, quotes, (), DIRECTORY).unsupported == ("2025",)


@pytest.mark.parametrize(
    ("said", "quoted"),
    [("10亿元", "10家"), ("三十五家", "新增三家"), ("10万元", "10亿元"), ("十五日内", "五十日内")],
)
def test_a_number_is_supported_with_its_unit_only(said: str, quoted: str) -> None:
    assert not _check(f"为{said}[1]。", quoted).passed
    assert _check(f"为{said}[1]。", f"共{said}").passed


def test_the_end_of_a_sentence_parts_two_numbers() -> None:
    assert _check("The most: 11. 18 bodies.", computed=("11", "18")).passed


def test_without_citations_nothing_is_supported() -> None:
    assert _check("由市科技局负责 3 项。").unsupported == ("3", "市科技局")
    assert _check("该任务没有列出配合单位。").passed


def test_the_english_name_behind_an_official_one_is_no_claim() -> None:
    assert _check("市科技局 (Municipal Science and Technology Bureau) supports[1].", "市科技局配合").passed


def test_each_unsupported_thing_is_named_once() -> None:
    assert _check("9家，9家，市科技局、市科技局。").unsupported == ("9", "市科技局")


def test_numbers_of_two_cells_are_two_numbers() -> None:
    quote = "到2027年底，有效利用系数提高到0.58，建成智慧灌区2处"
    assert _check(
        "见表。", quote, rows=(("有效利用系数", "0.58", "2027"), ("智慧灌区", "2处", "2027"))
    ).passed


def test_numbers_on_both_sides_of_a_mark_are_two_numbers() -> None:
    assert _check("系数提高到0.58[1]2027年底前实行[2]。", "系数提高到0.58；", "2027年底前实行").passed


def test_two_numbers_do_not_make_a_third() -> None:
    assert not _check("见表。", "新增12家", rows=(("新增", "1", "2"),)).passed


def test_two_quotes_do_not_make_a_number() -> None:
    assert not _check("新增12家。", "新增1", "2家").passed


@pytest.mark.parametrize(
    "question",
    ["市工业和信息化局牵头哪些任务？", "四大产业集群规模目标合计多少？", "各县（区）落实哪些任务？",
     "Which tasks does the Development and Reform Commission lead?", "文件什么时候印发的？", "重点任务有哪些？"],
)  # fmt: skip
def test_the_answers_of_the_assistant_are_certified(assistant: PolicyAssistant, question: str) -> None:
    answer = assistant.invoke({"question": question})
    assert answer.certificate == Certificate(True, ())


def test_an_office_that_no_policy_names_is_found_too() -> None:
    assert _check("由市教育局牵头[1]。", "由市科技局牵头").unsupported == ("教育局",)
    assert _check("由市教育局牵头[1]。", "由市教育局牵头").passed
