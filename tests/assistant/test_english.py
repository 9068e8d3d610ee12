"""English questions: what the glossary does not know is read by the dictionary, in the words of the policies."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from assistant.build import build_assistant
from assistant.chain import PolicyAssistant
from assistant.english import translated
from assistant.settings import Settings
from assistant.terms import UNKNOWN, Term
from index.dictionary import Dictionary
from index.settings import IndexSettings
from tests.assistant.conftest import Ask
from tests.assistant.look import on_text

LINES = [
    "藝術品 艺术品 [yi4 shu4 pin3] /art piece/work of art/",
    "拒絕 拒绝 [ju4 jue2] /to refuse/",
    "測試 测试 [ce4 shi4] /to test/testing/",
    "駱駝 骆驼 [luo4 tuo5] /camel/",
]


def terms_of(*words: str) -> list[Term]:
    return [Term(word, (word,), UNKNOWN) for word in words]


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary.read(["艺术品", "拒绝", "测试"], LINES)


def test_a_noun_weighs_more_than_a_verb(dictionary: Dictionary) -> None:
    refuse, piece = translated(terms_of("refuses", "piece"), "who refuses a piece", dictionary)
    assert refuse.variants == ("拒绝", "refuses") and piece.variants == ("艺术品", "piece")
    assert UNKNOWN <= refuse.weight < piece.weight <= 1


def test_a_phrase_goes_before_its_words(dictionary: Dictionary) -> None:
    (term,) = translated(terms_of("works", "art"), "are works of art taxed?", dictionary)
    assert term.text == "works of art" and term.variants[0] == "艺术品"
    assert len(translated(terms_of("work", "art"), "work, then art", dictionary)) == 2


def test_what_the_policies_do_not_hold_is_missed_more_than_a_word_nobody_knows(
    dictionary: Dictionary,
) -> None:
    camel, unheard = translated(terms_of("camels", "blorf"), "camels and blorf", dictionary)
    assert camel.variants == ("camels",) and unheard == terms_of("blorf")[0]
    assert camel.weight > unheard.weight


def test_the_glossary_keeps_its_words_and_the_dictionary_adds_to_them(dictionary: Dictionary) -> None:
    term = Term("testing", ("检测",), 1.0)
    (read,) = translated([term], "testing", dictionary)
    assert (read.variants, read.weight) == (term.variants, term.weight)
    assert [word for word, _ in read.near] == ["测试"]


def test_a_word_made_from_one_of_the_glossary(dictionary: Dictionary) -> None:
    (read,) = translated(terms_of("complainants"), "complainants", dictionary)
    assert read.variants == ("投诉",)


def test_a_chinese_word_stays_as_it_is(dictionary: Dictionary) -> None:
    term = Term("测试", ("测试",), 1.0)
    assert translated([term], "测试", dictionary) == (term,)


def test_words_of_the_policy_are_searched_for(assistant: PolicyAssistant) -> None:
    (term,) = [term for term in assistant.read("Which factories are meant?").terms if "factor" in term.text]
    assert "工厂" in term.variants
    assert all(variant in assistant.corpus.text for variant in term.variants if not variant.isascii())


@pytest.mark.parametrize(
    "question",
    [
        "How much is the visa fee for camels?",
        "Which hospitals give free vaccines?",
        "What discount do pensioners get on bus tickets?",
        "Where can I buy a lottery ticket?",
    ],
)
def test_what_the_plan_does_not_hold_is_refused(ask: Ask, question: str) -> None:
    assert ask(question).status == "refused"


def test_chinese_questions_do_not_load_the_dictionary(index_settings: IndexSettings) -> None:
    own = build_assistant(dataclasses.replace(Settings(), index=index_settings, llm="none"))
    for question in ("绿色工厂的目标由哪个局牵头？", "怎么吸引人才？", "房贷利息怎么扣？"):
        own.invoke({"question": question})
    assert "dictionary" not in vars(own.index)
    own.invoke({"question": "Which factories are smart?"})
    assert "dictionary" in vars(own.index)


def test_a_penalty_is_found_without_the_word_for_who_asks(tmp_path: Path) -> None:
    text = """# 某市餐厨垃圾管理办法

第一条　市市场监管局负责餐饮服务单位食品安全的监督管理。

第二条　餐厨垃圾应当每日清运，产生单位应当建立台账。

第三条　餐厨垃圾产生单位未建立台账的，由城市管理部门责令限期改正；逾期不改正的，处5000元以上2万元以下的罚款。
"""
    rules = on_text(tmp_path, "canchu-2025.md", text)
    fined = rules.invoke({"question": "Why might a restaurant get into trouble over its kitchen waste?"})
    assert "5000元以上2万元以下" in fined.text
    assert rules.invoke({"question": "What is the fine for smoking in a restaurant?"}).status == "refused"
