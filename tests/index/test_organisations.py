"""Organisations: how people call them, in both languages, and those that no policy names."""

from __future__ import annotations

import pytest

from index.directory import Directory
from index.organisations import (
    english_name,
    is_generic,
    is_place,
    looks_like_name,
    read_name,
    region_spellings_of,
)
from index.policy import Policy
from index.text import fold, squeeze

OFFICE = "领导小组办公室（市工业和信息化局）"  # an office of the bureau: its duty is the bureau's, too


@pytest.fixture(scope="module")
def directory(hanzhong: Policy) -> Directory:
    """The organisations of the Hanzhong plan."""
    return Directory(
        (duty.organisation for duty in hanzhong.duties), ["陕西省", "汉中市"], squeeze(hanzhong.source)
    )


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("工信局牵头哪些任务？", "市工业和信息化局"),
        ("市工信局负责什么", "市工业和信息化局"),
        ("汉中市工业和信息化局负责什么", "市工业和信息化局"),
        ("工业和信息化局负责什么", "市工业和信息化局"),
        ("市工业和信息化局负责什么", "市工业和信息化局"),
        ("发改委配合哪些任务", "市发展改革委"),
        ("市发展和改革委员会配合哪些任务", "市发展改革委"),
        ("發改委配合哪些任務", "市发展改革委"),
        ("人社局牵头什么", "市人力资源社会保障局"),
        ("住建局配合什么", "市住房城乡建设局"),
        ("环保局配合什么", "市生态环境局"),
        ("卫健委配合什么", "市卫生健康委"),
        ("市监局牵头什么", "市市场监管局"),
        ("由市财政局配合的任务", "市财政局"),
        ("人民银行牵头什么", "中国人民银行汉中市分行"),
        ("各县区要做什么", "各县（区）"),
        ("What does the Industry and IT Bureau lead?", "市工业和信息化局"),
        ("What does the Bureau of Industry and Information Technology lead?", "市工业和信息化局"),
        ("Which tasks does the Development and Reform Commission support?", "市发展改革委"),
        ("Which tasks does the municipal DEVELOPMENT & REFORM commission support?", "市发展改革委"),
        ("Which tasks does the Ecology and Environment Bureau support?", "市生态环境局"),
    ],
)
def test_what_people_call_an_organisation_of_the_plan(directory: Directory, question: str, name: str) -> None:
    (mention,) = directory.find(question)
    assert mention.names[0] == name
    assert set(mention.names[1:]) <= {OFFICE}
    assert mention.text == fold(question)[mention.start : mention.end]
    assert directory.named(mention)


def test_two_organisations_come_in_reading_order(directory: Directory) -> None:
    mentions = directory.find("发改委和工信局谁牵头，市财政局呢？")
    assert [mention.names[0] for mention in mentions] == ["市发展改革委", "市工业和信息化局", "市财政局"]


@pytest.mark.parametrize(
    "question",
    [
        "西安市工信局牵头什么？",
        "西安市工业和信息化局牵头什么？",
        "西安工信局牵头什么？",
    ],
)
def test_the_bureau_of_another_city_is_not_ours(directory: Directory, question: str) -> None:
    assert not any("市工业和信息化局" in mention.names for mention in directory.find(question))


def test_a_ministry_is_not_the_bureau_of_the_city(directory: Directory) -> None:
    (mention,) = directory.find("工业和信息化部负责什么？")
    assert mention.names == ()


@pytest.mark.parametrize(
    ("question", "text"),
    [("市体育局负责什么？", "市体育局"), ("市教育局牵头什么？", "市教育局"), ("海洋局负责什么", "海洋局")],
)
def test_a_bureau_that_the_policies_never_name(directory: Directory, question: str, text: str) -> None:
    (mention,) = directory.find(question)
    assert (mention.text, mention.names) == (text, ())
    assert not directory.named(mention)


@pytest.mark.parametrize(
    "question", ["绿色工厂的目标是多少？", "How many green factories?", "", "   ", "😀😀", "哪个局牵头？"]
)
def test_questions_that_name_nobody(directory: Directory, question: str) -> None:
    assert directory.find(question) == []


def test_every_name_of_the_plan_finds_itself(directory: Directory) -> None:
    for name in directory.names:
        mentions = directory.find(f"{name}负责什么？")
        assert name in [found for mention in mentions for found in mention.names], name


def test_parts_of_a_name() -> None:
    name = read_name("汉中市工信局")
    assert (name.region, name.level, name.stem, name.ending, name.listed) == (
        "汉中",
        "市",
        "工业和信息化",
        "局",
        True,
    )
    assert read_name("市发展改革委").stem == read_name("发改委").stem == read_name("发展和改革委员会").stem
    assert not read_name("市示范局").listed


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("市工业和信息化局", "Municipal Industry and Information Technology Bureau"),
        ("市发展改革委", "Municipal Development and Reform Commission"),
        ("示范研究局", ""),
    ],
)
def test_english_names(name: str, english: str) -> None:
    assert english_name(name) == english


@pytest.mark.parametrize(
    "name", ["市财政局", "各县（区）", "领导小组办公室（市财政局）", "市级有关部门", "高新区管委会"]
)
def test_names_look_like_names(name: str) -> None:
    assert looks_like_name(name)


@pytest.mark.parametrize("text", ["", "局", "加强领导", "20家企业单位", "提高水平", "x" * 60])
def test_other_words_do_not(text: str) -> None:
    assert not looks_like_name(text)


def test_generic_names_and_places() -> None:
    assert is_generic("有关部门") and is_generic("市级相关单位") and not is_generic("市财政局")
    assert is_place("西安") and is_place("西安市") and not is_place("财政")
    assert region_spellings_of("汉中市") == "hanzhong"


@pytest.mark.parametrize(
    ("question", "said"),
    [("人社部门要提供什么信息？", "人力资源社会保障等部门"), ("住建部门负责什么", "住房城乡建设部门"),
     ("教育部门的职责", "教育部门")],
)  # fmt: skip
def test_departments_by_their_field(question: str, said: str) -> None:
    text = "人力资源社会保障等部门提供学籍信息；住房城乡建设部门提供租赁信息；教育部门提供考籍信息。"
    directory = Directory([], [], text)
    (mention,) = directory.find(question)
    assert directory.named(mention)
    assert directory.in_text(mention) == (said,)


def test_a_department_that_no_policy_names() -> None:
    directory = Directory([], [], "教育部门提供考籍信息。")
    (mention,) = directory.find("交通部门提供什么？")
    assert mention.text == "交通部门"
    assert not directory.named(mention)
