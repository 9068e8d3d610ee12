"""What a chat model is given to read, and how much of what it writes is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chain import PolicyAssistant
from assistant.model_composer import (
    ENOUGH_LOCAL,
    SENTENCES_LOCAL,
    ModelComposer,
    enough,
    until_enough,
)
from assistant.model_prompt import UNREAD, WIDEST, amounts_in_english, opening, whole_item
from assistant.models import LONGEST, ChatModel
from assistant.terms import Language
from index.parser import parse
from index.policy import Role
from tests.assistant.endpoint import Act, Handler, endless, endpoint, says
from tests.assistant.look import on_text
from tests.assistant.test_models import OPEN, remote, written

TOLD = "强化节能监察和节能诊断[1]。提高能源利用效率[1]。"


def with_local(assistant: PolicyAssistant, url: str) -> PolicyAssistant:
    """The same assistant, whose endpoint counts as a model of this machine."""
    model = ChatModel(lambda: remote(url).client, local=True, timeout=5.0)
    return PolicyAssistant(
        assistant.index, assistant.retriever, composer=ModelComposer(model, assistant.index)
    )


def test_who_bears_a_task_is_not_read_by_a_model(assistant: PolicyAssistant) -> None:
    bearers = [c for c in assistant.corpus.clauses if c.bracketed and c.bearers(Role.LEAD)]
    assert bearers
    for clause in bearers:
        duty = clause.duties[0]
        text = assistant.corpus.without_bearers(clause.policy, duty.start, duty.clause_end + 1)
        source = assistant.corpus.policies[clause.policy].source
        assert source[duty.clause_start : duty.clause_end] not in text
        assert source[duty.start : duty.clause_start].rstrip("（\n ") in text


@pytest.mark.parametrize("local", [True, False])
def test_no_prompt_says_who_bears_a_task(assistant: PolicyAssistant, local: bool) -> None:
    with endpoint(says(TOLD)) as served:
        writer = with_local(assistant, served.url) if local else written(assistant, served.url)
        answer = writer.invoke({"question": OPEN})
        (prompt,) = [
            message["content"] for message in served.asked[0]["messages"] if message["role"] == "user"
        ]
    bearing = [
        assistant.corpus.policies[clause.policy].source[duty.clause_start : duty.clause_end]
        for clause in assistant.corpus.clauses
        if clause.bracketed
        for duty in clause.duties[:1]
    ]
    assert any(text in answer.passages[0].text for text in bearing)
    assert local or any(text in passage.text for text in bearing for passage in answer.passages[1:])
    assert not any(text in prompt for text in bearing)


@given(st.data())
def test_the_rest_of_a_slice_stays(assistant: PolicyAssistant, data: st.DataObject) -> None:
    policy = data.draw(st.sampled_from(sorted(assistant.corpus.policies)))
    source = assistant.corpus.policies[policy].source
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(source))] * 2)))
    text = assistant.corpus.without_bearers(policy, start, end)
    assert in_order(text, source[start:end])
    bearing = {
        at
        for clause in assistant.corpus.clauses
        if clause.policy == policy and clause.bracketed
        for at in range(clause.duties[0].clause_start - 1, clause.duties[0].clause_end + 1)
    }
    assert in_order("".join(source[at] for at in range(start, end) if at not in bearing), text)


def in_order(part: str, whole: str) -> bool:
    """Whether the characters of one text stand in another, in their order."""
    left = iter(whole)
    return all(character in left for character in part)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("规模突破350亿元。", "规模突破 35 billion yuan。"),
        ("处200万元以上罚款", "处 2 million yuan以上罚款"),
        ("１至２亿元", " 100 to 200 million yuan"),
        ("新增8家，到2025年达到30%", "新增8家，到2025年达到30%"),
        ("新增2000000家", "新增2000000家"),
    ],
)
def test_amounts_as_english_says_them(text: str, said: str) -> None:
    assert amounts_in_english(text) == said


def test_a_local_model_is_stopped_when_it_has_said_enough(assistant: PolicyAssistant) -> None:
    more = "促进资源循环利用[1]。推动生产过程绿色化转型[1]。"
    with endpoint(says(TOLD + more)) as served:
        answer = with_local(assistant, served.url).invoke({"question": OPEN})
        assert served.asked[0]["max_tokens"] < 320
    assert answer.route == "model"
    assert "循环利用" not in answer.text.split("相关规定")[0]
    assert answer.certificate.passed


def test_what_a_local_model_began_without_end_is_left_out(assistant: PolicyAssistant) -> None:
    whole = "强化节能监察和节能诊断[1]。"
    with endpoint(says(whole + "提高能源利用效率和")) as served:
        answer = with_local(assistant, served.url).invoke({"question": OPEN})
    assert answer.route == "model"
    assert "效率和。" not in answer.text
    assert answer.text.startswith("强化节能监察和节能诊断[1]。\n")


def never_stops(text: str) -> Act:
    """A stream that begins so and then has no stop, nor an end within what is read."""

    def act(handler: Handler) -> None:
        handler.begin()
        handler.piece(text)
        for _ in range(LONGEST // 100):
            handler.piece("推进绿色制造、" * 20)
        handler.piece("", "stop")

    return act


def test_a_local_model_that_repeats_itself_is_stopped(assistant: PolicyAssistant) -> None:
    with endpoint(endless) as served:
        answer = with_local(assistant, served.url).invoke({"question": OPEN})
        assert served.gone.wait(5)
    assert "model_failed" not in {notice.code for notice in answer.notices}
    assert answer.certificate.passed


def test_an_endless_local_model_is_a_fault(assistant: PolicyAssistant) -> None:
    quotes = assistant.invoke({"question": OPEN})
    with endpoint(never_stops("")) as served:
        answer = with_local(assistant, served.url).invoke({"question": OPEN})
    assert [notice.code for notice in answer.notices] == ["model_failed"]
    assert (answer.route, answer.text) == ("extractive", quotes.text)
    assert answer.certificate.passed


def test_what_a_local_model_said_before_it_went_on_without_end_is_kept(assistant: PolicyAssistant) -> None:
    whole = "强化节能监察和节能诊断[1]。"
    with endpoint(never_stops(whole)) as served:
        answer = with_local(assistant, served.url).invoke({"question": OPEN})
    assert answer.route == "model"
    assert answer.text.startswith(whole)
    assert "绿色制造，推进" not in answer.text


def test_a_denied_number_stays_denied_in_a_models_words(assistant: PolicyAssistant) -> None:
    question = "简单说说，绿色制造引领工程每年节能监察500次，对吗？"
    plain = assistant.invoke({"question": question})
    with endpoint(says("强化节能监察和节能诊断[1]。")) as served:
        answer = with_local(assistant, served.url).invoke({"question": question})
    assert [n.code for n in answer.notices] == [n.code for n in plain.notices]


def test_of_two_things_both_are_read(assistant: PolicyAssistant) -> None:
    question = "绿色低碳转型和智改数转有什么不同？"
    with endpoint(says("强化节能监察和节能诊断[1]。")) as served:
        with_local(assistant, served.url).invoke({"question": question})
        user = served.asked[0]["messages"][1]["content"]
    assert "节能监察" in user
    assert "上云上平台" in user


def test_what_the_quotes_hold_is_never_lost(assistant: PolicyAssistant) -> None:
    plain = assistant.invoke({"question": OPEN})
    with endpoint(says("强化节能监察和节能诊断[1]。")) as served:
        answer = with_local(assistant, served.url).invoke({"question": OPEN})
    assert answer.route == "model"
    for citation in plain.citations:
        assert citation.quote in "".join(c.quote for c in answer.citations)


def user_message(asked: Mapping[str, Any]) -> str:
    """What a request says as the user."""
    return next(str(m["content"]) for m in asked["messages"] if m["role"] == "user")


def test_a_chunk_that_was_read_ahead_is_sent_whole_and_another_as_its_best_sentences(
    assistant: PolicyAssistant,
) -> None:
    with endpoint(says(TOLD)) as served:
        writer = with_local(assistant, served.url)
        best = writer.invoke({"question": OPEN}).passages[0]
        read = assistant.corpus.without_bearers(best.policy, best.start, best.end)
        assert writer.composer
        writer.composer.model.warm(opening(read, "zh"))
        writer.invoke({"question": OPEN})
        short, whole = (user_message(served.asked[number]) for number in (0, 2))
    assert read.strip() in whole
    assert read.strip() not in short
    told = short.split("[1] ")[1].split("\n\n")[0]
    assert len(told) <= UNREAD
    assert in_order(told, read)


def test_an_english_answer_of_the_local_model_has_no_chinese(assistant: PolicyAssistant) -> None:
    question = "Explain how the plan wants to save energy in industry."
    with endpoint(says(TOLD)) as served:
        with_local(assistant, served.url).invoke({"question": question})
        with_local(assistant, served.url).invoke({"question": OPEN})
        english, chinese = served.asked
    assert re.search(r"\[([^]]+)\]", english["grammar"])
    assert not re.search("[㐀-鿿]", english["grammar"])
    assert "grammar" not in chinese


LIST = """某市管理办法

第一条　为了管理，制定本办法。

第二条　单位应当遵守下列规定：

（一）设置容器；

（二）建立台账，{long}。

第三条　本办法自发布之日起施行。
"""


@pytest.mark.parametrize("long", ["保存两年", "保存两年" * WIDEST])
def test_an_article_is_read_with_its_items_unless_that_is_long(long: str) -> None:
    policy = parse(LIST.format(long=long), "a")
    opens, item, other = (policy.source.index(text) for text in ("第二条", "（一）", "第三条"))
    for at in (opens, item):
        start, end = whole_item(policy, at, at + 3)
        assert (start, end) == ((opens, other) if len(long) < WIDEST else (at, at + 3))
    assert whole_item(policy, other, other + 3) == (other, other + 3)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("强化节能监察和节能诊断，提高能源利用效率。", None),  # short: it may go on
        ("一" * 70 + "，提高能源利用效率，", 71),  # long enough, and the clause stands by itself
        ("一" * 70 + "，提高", None),  # what comes next is not known yet
        ("一" * 70 + "，单个项目最高80万元", None),  # what comes next caps it
        ("一" * 70 + "，补助不超过80万元的", None),
        ("一" * 70 + "，年度补助总额累计", None),  # it may yet be capped
        ("一" * 70 + "，但已使用的除外", None),  # what comes next limits it
        ("一" * 45 + "，对符合条件的企业，给予", None),  # a clause that leads up to the next
        ("一" * 62 + "的，给予", None),
        ("一" * 60 + "“三整治，四提升行动方案与措施", None),  # inside a name
        ("一" * 45 + "。", 46),
    ],
)
def test_a_long_chinese_sentence_ends_with_a_clause_that_nothing_limits(text: str, end: int | None) -> None:
    assert enough(text, "zh") == end


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (
            "The bureau acts under Notice No. 8 of the city and keeps a record book of all the checks made. It",
            94,
        ),
        ("The plan aims at a total output value of 35 billion yuan for the whole cluster by 2025. The", 87),
        (
            "The bureau acts under Notice No. 8 of the city and keeps a record book, e.g. of all the checks",
            None,
        ),
    ],
)
def test_an_english_sentence_does_not_end_with_an_abbreviation(text: str, whole: int | None) -> None:
    assert enough(text, "en") == whole


DOES = (
    "The plan makes industry greener by setting up pilot projects for a carbon peak"
    + " of all the sectors" * 4
)


@pytest.mark.parametrize(
    ("behind", "ends"),
    [
        (", promoting green factories.", True),
        (", and actively promoting green factories.", True),
        (", excluding small firms.", False),
        (", which small firms may leave out.", False),
        (" (steel, building materials).", False),  # inside a bracket
        (", promot", False),  # what comes next is not known yet
        (", failing which the money is recovered.", False),
        (", namely steel, tourism, engineering consulting, and housing.", False),
    ],
)
def test_a_long_english_sentence_ends_before_one_more_thing_done(behind: str, ends: bool) -> None:
    assert enough(DOES + behind, "en") == (len(DOES) + 1 if ends else None)


def test_what_leads_up_to_the_main_clause_is_no_answer() -> None:
    text = "By setting up pilot projects of all the sectors" + " of all the sectors" * 6
    assert enough(f"{text}, promoting green factories, the plan makes industry greener", "en") is None


@given(
    st.lists(
        st.sampled_from([DOES, " a, b", ", ", "promoting", "strong", "ly ", " parks", ". ", "and "]),
        max_size=12,
    )
)
def test_what_comes_in_english_is_what_was_written_up_to_its_end(pieces: list[str]) -> None:
    text, got = "".join(pieces), "".join(until_enough(iter(pieces), "en"))
    assert text.startswith(got) or (
        text.startswith(got[:-1]) and text[len(got) - 1] == "," and got[-1] == "."
    )


@given(st.lists(st.sampled_from(["强化节能监察", "，", "；", "。", "但", "的", "提高效率" * 9]), max_size=14))
def test_what_comes_is_what_was_written_up_to_its_end(pieces: list[str]) -> None:
    text, got = "".join(pieces), "".join(until_enough(iter(pieces), "zh"))
    if got != text:  # it ended early: with a sentence, or with a clause in place of its comma
        assert text.startswith(got[:-1])
        assert got[-1] == "。"
        assert text[len(got) - 1] in "，；。"
        assert len(got) >= ENOUGH_LOCAL["zh"] or got.count("。") >= SENTENCES_LOCAL


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize(
    ("language", "clause", "behind", "stop"),
    [
        ("zh", "深化改革创新" * 11, "，增强园区承载能力，加快形成新格局。", "。"),
        ("en", DOES, ", and comprehensively strengthening parks.", "."),
    ],
)
def test_nothing_of_the_clause_behind_is_shown(
    size: int, language: Language, clause: str, behind: str, stop: str
) -> None:
    text = clause + behind
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    assert "".join(until_enough(pieces, language)) == clause + stop


def test_english_is_told_the_terms_that_a_small_model_gets_wrong_and_no_slogan(
    assistant: PolicyAssistant,
) -> None:
    with endpoint(says("The plan supports carbon peak pilot projects.")) as served:
        with_local(assistant, served.url).invoke({"question": "How does the plan make industry green?"})
        with_local(assistant, served.url).invoke(
            {"question": "Explain how the plan makes it easier for companies to get finance."}
        )
        green, finance = map(user_message, served.asked)
    assert "碳达峰 = carbon peak" in green
    assert "主办行 = lead bank" in finance
    assert "十行千亿" not in finance


@pytest.mark.parametrize(
    ("said", "opens"),
    [("如实记录废油的种类、数量和去向", "（二）"), ("单位应当如实记录废油的种类、数量和去向", "第二条")],
)
def test_the_item_is_cited_where_it_alone_supports_a_sentence_and_else_its_article(
    tmp_path: Path, said: str, opens: str
) -> None:
    container = "设置符合标准的密闭容器，保持容器完好、整洁，并把废油和其他废弃物分开存放" * 4
    ledger = "建立管理台账，如实记录废油的种类、数量和去向，台账保存两年" * 7
    text = LIST.replace("设置容器", container).format(long=ledger)  # too long for one chunk, but read as one
    plain = on_text(tmp_path, "weisheng-2025.txt", text)
    with endpoint(says(f"{said}[1]。")) as served:
        answer = with_local(plain, served.url).invoke({"question": "简单说说管理台账怎么建立？"})
    assert answer.route == "model"
    assert answer.citations[0].quote.startswith(opens)


def test_only_names_that_count_several_things_are_kept_from_an_english_answer(
    assistant: PolicyAssistant,
) -> None:
    text = "实施“十行百亿惠千企”行动，培育“小巨人”企业50家，推进“十四五”规划和“一带一路”建设。"
    (_, _), (_, user) = opening(text, "en")
    assert "十行百亿" not in user
    assert all(kept in user for kept in ("“小巨人”企业50家", "“十四五”", "“一带一路”"))
