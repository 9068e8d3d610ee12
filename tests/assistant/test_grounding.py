"""Sentences of a model's answer: which stand in a passage, which are struck, what a reader sees meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Passage
from assistant.bound import numbers_bound
from assistant.chain import PolicyAssistant
from assistant.claims import bodies_missing
from assistant.grounding import Grounded, ground, read_sentences
from assistant.modals import negations_stand
from assistant.model_prompt import instructions
from assistant.screen import Screen, without_marks
from index.policy import Role
from index.text import fold, squeeze

GREEN = "实施绿色制造引领工程，强化节能监察和节能诊断"


def passages(assistant: PolicyAssistant, *needles: str) -> list[Passage]:
    """The chunks that hold these texts, as passages."""
    return [
        Passage(chunk.policy, chunk.path, chunk.start, chunk.end, chunk.text, 1.0, 1.0, 1.0)
        for needle in needles
        for chunk in assistant.index.chunks
        if needle in chunk.text
    ]


def grounded(
    assistant: PolicyAssistant, text: str, *needles: str, question: str = "说说这方面的要求"
) -> tuple[list[Grounded], list[str]]:
    def nearest(sentence: str) -> Sequence[tuple[str, int]]:
        chunks = assistant.index.chunks
        return [(chunks[at].policy, chunks[at].start) for at, _ in assistant.index.dense(sentence, 4)]

    found = passages(assistant, *needles)
    return ground(text, found, assistant.read(question), assistant.corpus, nearest)


@pytest.mark.parametrize(
    "mark", ["[1]", "【1】", "[编号1]", "（资料1）", "[ 1 ]", "[资料 1]", "[1,2]", "[1、2]"]
)
def test_marks_are_read_however_they_are_written(mark: str) -> None:
    for text in (f"强化节能监察{mark}。", f"强化节能监察。{mark}"):
        (said,) = read_sentences(text)
        assert said.text == "强化节能监察。"
        assert said.marks[0] == 1


@pytest.mark.parametrize("text", ["（资料）", "[abc]", "2024〔19〕号", "（2025年）"])
def test_what_is_no_mark_stays(text: str) -> None:
    assert without_marks(text) == text


def test_a_sentence_without_a_mark_or_with_a_wrong_one_gets_its_passage(assistant: PolicyAssistant) -> None:
    for mark in ("", "[2]", "[9]"):
        kept, struck = grounded(assistant, f"要强化节能监察和节能诊断{mark}。", GREEN, "四水四定")
        assert not struck
        assert GREEN in kept[0].passages[0].text


@pytest.mark.parametrize(
    "text",
    [
        "到2026年，新增绿色工厂8家[1]。",
        "到2025年，新增绿色工厂80家[1]。",
        "由市教育局强化节能监察和节能诊断[1]。",
        "由市生态环境局牵头强化节能监察[1]。",
        "市工业和信息化局配合，强化节能监察和节能诊断[1]。",
        "企业不得参与绿色制造，强化节能监察[1]。",
        "强化节能监察和节能诊断，详见 https://evil.example [1]。",
        "对绿色工厂发放购房优惠券和旅游门票[1]。",
        "到2025年，新增省级以上绿色工厂八十家[1]。",
        "到2025年，新增省级以上绿色园区8家[1]。",
        "到2025年，新增省级以上绿色工厂一家[1]。",
        "到2025年，新增绿色工厂1家[1]。",
        "到9月，新增省级以上绿色工厂8家[1]。",
        "由国务院强化节能监察和节能诊断[1]。",
        "市生态环境局主抓节能监察和节能诊断[1]。",
        "市发展改革委、市生态环境局统筹节能监察和节能诊断[1]。",
        "企业不能实施绿色制造，强化节能监察[1]。",
        "停止实施绿色制造引领工程，强化节能监察[1]。",
    ],
)
def test_what_the_passage_does_not_say_is_struck(assistant: PolicyAssistant, text: str) -> None:
    kept, struck = grounded(assistant, text, GREEN)
    assert kept == []
    assert len(struck) == 1


@pytest.mark.parametrize(
    "text",
    [
        "到2025年，新增省级以上绿色工厂八家[1]。",
        "市工业和信息化局主抓节能监察和节能诊断[1]。",
        "新增省级以上绿色工厂8家、绿色园区1家[1]。",
        "实施绿色制造引领工程，强化节能监察和节能诊断[1]。",
    ],
)
def test_what_the_passage_says_is_kept(assistant: PolicyAssistant, text: str) -> None:
    kept, struck = grounded(assistant, text, GREEN)
    assert (len(kept), struck) == (1, [])


@pytest.mark.parametrize(
    ("said", "bound"),
    [
        ("装备制造产业规上企业达到350家", True),
        ("装备制造产业产值突破550亿元", True),
        ("现代材料产业产值突破550亿元", False),
        ("装备制造产业产值不超过550亿元", False),
        ("装备制造产业产值达到550亿元以上", True),
        ("技术改造投资占比至多达到30%", True),
        ("突破550亿元", True),
    ],
)
def test_a_number_belongs_to_what_it_is_said_of(said: str, bound: bool) -> None:
    support = (
        "全市规上工业企业突破 800 家，装备制造产业 350 家。到2025年，装备制造产业产值突破 550 亿元，"
        "现代材料产业产值突破300亿元，技术改造投资占比达到30%。"
    )
    assert numbers_bound(fold(said), fold(support), "zh") is bound


@pytest.mark.parametrize(
    ("said", "bound"),
    [
        ("equipment manufacturing output exceeds 55 billion yuan", True),
        ("equipment manufacturing output is up to 55 billion yuan", False),
        ("green food output exceeds 55 billion yuan", False),
    ],
)
def test_a_number_of_an_english_sentence(said: str, bound: bool) -> None:
    support = "装备制造产业产值突破550亿元，绿色食品产业产值突破300亿元。"
    assert numbers_bound(fold(said), fold(support), "en") is bound


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("亩均投入不低于2400元", True),
        ("亩均投入低于2400元", False),
        ("建高标准农田：统筹布局林网，亩均投入不低于2400元", True),
    ],
)
def test_a_bound_that_is_said_as_the_passage_says_it_is_no_negation(said: str, stands: bool) -> None:
    text = "建设高标准农田。统筹布局林网，亩均投入不低于2400元，到2030年建成45万亩。"
    assert negations_stand(fold(said), text, "", "zh") is stands


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("By 2025, the equipment manufacturing cluster aims at 35 billion yuan.", True),
        ("By 2025, the equipment manufacturing cluster aims at 53 billion yuan.", False),
        ("By 2025, the green food and medicine cluster aims at 35 billion yuan by carbon trading.", False),
        ("By 2025 there are 10 industrial internet platforms.", True),
        ("Our county has 10 industrial internet platforms by 2025.", False),  # all counties together have
        ("The town will have 10 dentists by 2025.", False),
        ("By 2025, unicorns will roam the town freely.", False),
        ("Our county has 10 industrial internet platforms and tax refunds by 2025.", False),
    ],
)
def test_an_exact_english_sentence_needs_no_likeness(
    assistant: PolicyAssistant, said: str, kept: bool
) -> None:
    found = passages(assistant, "（一）做强装备制造产业集群", "形成 10 个工业互联网平台")
    question = assistant.read("What do the industrial clusters and our county's factories aim at?")
    sentences, struck = ground(said, found, question, assistant.corpus, lambda _: ())
    assert (len(sentences), len(struck)) == ((1, 0) if kept else (0, 1))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("In our county 10 industrial internet platforms take shape.", True),
        ("Each county builds 10 industrial internet platforms.", False),
        ("Counties build 10 industrial internet platforms.", False),
    ],
)
def test_a_county_is_a_place_and_does_nothing_that_the_text_does_not_say(
    assistant: PolicyAssistant, said: str, kept: bool
) -> None:
    missing = bodies_missing(fold(said), squeeze("形成10个工业互联网平台"), assistant.corpus.directory, True)
    assert (missing == []) is kept


def test_the_number_of_things_compared_is_the_readers(assistant: PolicyAssistant) -> None:
    found = passages(assistant, "（一）做强装备制造产业集群", "（二）做优现代材料产业集群")
    said = (
        "装备制造和现代材料两个产业集群的路子不同，装备制造聚焦工业母机领域新高地，现代材料推动钢铁延链升级。"
    )
    for question, stands in (
        ("装备制造和现代材料两个产业集群，发展路子有什么不同？", True),
        ("装备制造和现代材料是怎么发展的？", False),
    ):
        kept, _ = ground(said, found, assistant.read(question), assistant.corpus, lambda _: ())
        assert bool(kept) is stands, question


def test_a_verbatim_piece_without_its_negation_is_struck(assistant: PolicyAssistant) -> None:
    passage = passages(assistant, GREEN)[0]
    found = replace(passage, text="企业不得由施工单位垫付工程资金。")
    question = assistant.read("工程资金怎么办？")
    for text, kept in (("由施工单位垫付工程资金。", 0), ("不得由施工单位垫付工程资金。", 1)):
        assert len(ground(text, [found], question, assistant.corpus, lambda _: ())[0]) == kept


@pytest.mark.parametrize(
    "text",
    [
        "The plan must strengthen energy-saving supervision and diagnosis and use energy more efficiently[1].",
        "By 2025 it adds 8 provincial green factories and 1 green industrial park[1].",
    ],
)
def test_an_english_sentence_that_means_the_passage_is_kept(assistant: PolicyAssistant, text: str) -> None:
    kept, struck = grounded(assistant, text, GREEN, question="How does it make industry greener?")
    assert (len(kept), struck) == (1, [])


@pytest.mark.parametrize(
    "text",
    [
        "Green factories receive subsidies and tax refunds from the bureau[1].",
        "The Education Bureau strengthens energy-saving supervision[1].",
        "By 2025 it adds 80 green factories[1].",
        "By 2025 it adds 1 provincial green factories[1].",
        "By 2025 it adds 8 green industrial parks[1].",
        "The plan builds kindergartens and hospitals in every village[1].",
    ],
)
def test_an_english_sentence_that_does_not_is_struck(assistant: PolicyAssistant, text: str) -> None:
    kept, _ = grounded(assistant, text, GREEN, question="How does it make industry greener?")
    assert kept == []


def test_a_sentence_drawn_from_two_passages_cites_both(assistant: PolicyAssistant) -> None:
    text = "要强化节能监察和节能诊断，落实“四水四定”要求。"
    (kept,), struck = grounded(assistant, text, GREEN, "四水四定")
    assert not struck
    assert len(kept.passages) == 2


@pytest.mark.parametrize("invented", ["发放节水补贴", "建设垃圾焚烧电厂", "对企业实行停业整顿"])
def test_an_invented_clause_does_not_hide_among_true_ones(assistant: PolicyAssistant, invented: str) -> None:
    for text in (
        f"实施绿色制造引领工程，强化节能监察和节能诊断，{invented}，提高能源利用效率，促进资源循环利用。",
        f"要强化节能监察和节能诊断，{invented}，落实“四水四定”要求。",  # of two passages
    ):
        kept, struck = grounded(assistant, text, GREEN, "四水四定")
        assert not kept
        assert struck == [text]


@pytest.mark.parametrize(
    "form",
    [
        "{lead}牵头，{support}配合。",
        "由{lead}来牵头，由{support}来配合。",
        "由{lead}牵头，配合单位为{support}。",
        "牵头单位为{lead}，配合单位为{support}。",
    ],
)
def test_each_body_has_its_own_role(assistant: PolicyAssistant, form: str) -> None:
    clause = next(c for c in assistant.corpus.clauses if c.bearers(Role.LEAD) and c.bearers(Role.SUPPORT))
    lead, support = (clause.bearers(role)[0].organisation for role in (Role.LEAD, Role.SUPPORT))
    where = assistant.corpus.policies[clause.policy].source[clause.start : clause.end][:12]
    said, turned = (form.format(lead=a, support=b) for a, b in ((lead, support), (support, lead)))
    assert not grounded(assistant, said, where)[1]
    assert grounded(assistant, turned, where)[1]


def test_what_a_passage_says_of_one_thing_is_not_said_of_another(assistant: PolicyAssistant) -> None:
    question = "绿色工厂和紧缺人才，路子有什么不同？"
    assert "人才" not in "".join(p.text for p in passages(assistant, GREEN))
    true, false = (f"{name}要强化节能监察和节能诊断，提高能源利用效率。" for name in ("绿色工厂", "人才"))
    assert not grounded(assistant, true, GREEN, question=question)[1]
    assert grounded(assistant, false, GREEN, question=question)[1]


def test_what_only_repeats_the_question_is_no_answer(assistant: PolicyAssistant) -> None:
    question = "绿色制造要怎样推进工作？"
    assert grounded(assistant, "绿色制造要推进工作[1]。", GREEN, question=question) == ([], [])


# --- the screen -----------------------------------------------------------------------------------


def shown(text: str, size: int) -> str:
    screen = Screen(instructions("zh", local=True))
    return "".join(screen.feed(text[at : at + size]) for at in range(0, len(text), size))


@given(st.integers(1, 7))
def test_marks_are_never_seen_in_half(size: int) -> None:
    assert shown("强化节能监察[1]。提高效率【2】。[编号3]推进。", size) == "强化节能监察。提高效率。推进。"


@given(st.integers(1, 9))
def test_markup_and_instructions_are_not_shown(size: int) -> None:
    leak = instructions("zh", local=True).splitlines()[1]
    for bad in (
        "![x](https://evil.example/a)",
        "<img src=x>",
        "见http://evil.example",
        "www.evil.example",
        leak,
    ):
        seen = shown(f"先说一句。{bad}。再说一句。", size)
        assert seen.startswith("先说一句。")
        assert "evil" not in seen
        assert "img" not in seen
        assert leak[:12] not in seen


@given(st.text("绿色工厂，。[1]编号 ab.", max_size=60), st.integers(1, 5))
def test_what_is_shown_only_grows_and_is_of_the_text(text: str, size: int) -> None:
    screen = Screen(instructions("zh", local=True))
    seen = "".join(screen.feed(text[at : at + size]) for at in range(0, len(text), size))
    assert without_marks(text).startswith(seen)
