"""English words read as words of the policies, by the dictionary and by their forms."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dictionary import Dictionary
from index.word_forms import base_forms, tokens

LINES = [
    "# CC-CEDICT",
    "溝渠 沟渠 [gou1 qu2] /irrigation ditch/canal/CL:條|条[tiao2]/",
    "明渠 明渠 [ming2 qu2] /open channel/drain/canal/",
    "灌溉 灌溉 [guan4 gai4] /to irrigate/",
    "融資 融资 [rong2 zi1] /financing/",
    "藝術品 艺术品 [yi4 shu4 pin3] /art piece/work of art/CL:件[jian4]/",
    "新聞媒體 新闻媒体 [xin1 wen2 mei2 ti3] /news media/",
    "海洋 海洋 [hai3 yang2] /ocean/",
    "工程 工程 [gong1 cheng2] /engineering/an engineering project/",
    "繼子女 继子女 [ji4 zi3 nu:3] /stepchildren/adopted children/",
    "長 长 [chang2] /length/long/",
    "長 长 [zhang3] /chief; head; elder/",
    "孫 孙 [Sun1] /surname Sun/",
    "駱駝 骆驼 [luo4 tuo5] /camel/(coll.) blockhead/",
    "拖延 拖延 [tuo1 yan2] /to delay/to procrastinate/",
]
WORDS = ["沟渠", "明渠", "灌溉", "融资", "艺术品", "新闻媒体", "海洋工程", "继子女", "长", "孙"]


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary.read(WORDS, LINES)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("canal", "沟渠"),
        ("Canals", "沟渠"),
        ("irrigation ditch", "沟渠"),
        ("irrigating", "灌溉"),
        ("irrigation", "沟渠"),  # in a gloss as it is, before what it is made from
        ("finance", "融资"),
        ("works of art", "艺术品"),
        ("media", "新闻媒体"),
        ("stepchild", "继子女"),
        ("engineering", "工程"),  # a part of 海洋工程, which the dictionary lacks
        ("length", "长"),
        ("head", "长"),  # the second of two words spelt alike
    ],
)
def test_what_an_english_word_stands_for(dictionary: Dictionary, english: str, chinese: str) -> None:
    assert dictionary.translations(english)[0].word == chinese


def test_a_whole_gloss_counts_more_than_a_word_in_it(dictionary: Dictionary) -> None:
    whole, part = dictionary.translations("canal")[0], dictionary.translations("ditch")[0]
    assert whole.exact and not part.exact and part.head
    assert dictionary.translations("irrigation ditch")[0].share > part.share > 0


@pytest.mark.parametrize("english", ["camel", "delay", "surname", "sun", "the", "of", ""])
def test_what_the_policies_have_no_word_for(dictionary: Dictionary, english: str) -> None:
    assert dictionary.translations(english) == ()


def test_things_are_known_whether_the_policies_use_them_or_not(dictionary: Dictionary) -> None:
    assert dictionary.names_a_thing("camels") and dictionary.names_a_thing("canal")
    assert not dictionary.names_a_thing("procrastinate")  # a verb
    assert not dictionary.names_a_thing("cam") and not dictionary.names_a_thing("")


def test_the_whole_dictionary() -> None:
    whole = Dictionary.of(["疫苗", "船舶"])
    assert [translation.word for translation in whole.translations("vaccines")] == ["疫苗"]
    assert [translation.word for translation in whole.translations("ships")] == ["船舶"]
    assert whole.translations("hospital") == () and whole.names_a_thing("hospital")


@given(st.lists(st.sampled_from([line.split()[1] for line in LINES[1:]]), unique=True))
def test_only_words_of_the_policies_are_translations(words: list[str]) -> None:
    found = Dictionary.read(words, LINES)
    glosses = {gloss for line in LINES[1:] for gloss in line.split("/")[1:-1]}
    for gloss in glosses:
        for english in re.findall(r"[a-z ]+", gloss):
            translations = found.translations(english)
            assert {translation.word for translation in translations} <= set(words)
            assert all(0 < translation.share <= 1 for translation in translations)
            shares = [translation.share for translation in translations]
            assert shares == sorted(shares, reverse=True)


@given(st.text(alphabet="abcdeilnorsty'- ", max_size=24))
def test_any_word_has_itself_among_its_forms(english: str) -> None:
    forms = base_forms(english)
    assert forms[0] == " ".join(tokens(english))
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize(
    ("english", "base"),
    [
        ("greener", "green"),
        ("simpler", "simple"),
        ("easiest", "easy"),
        ("businesses", "business"),
        ("dealing", "deal"),
        ("shipped", "ship"),
        ("bought", "buy"),
        ("industrialisation", "industrialize"),
        ("deductible", "deduct"),
        ("payment", "pay"),
        ("women", "woman"),
        ("customs", "customs"),
        ("trade associations", "trade association"),
    ],
)
def test_forms(english: str, base: str) -> None:
    assert base in base_forms(english)
