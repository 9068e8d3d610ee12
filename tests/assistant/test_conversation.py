"""A kept conversation: it comes back as it was, and nothing that a browser may send does harm."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from assistant.conversation import (
    LONGEST,
    MOST,
    TURNS,
    Turn,
    as_it_stands,
    history_of,
    new_turn,
    policies_of,
    read_turns,
)
from assistant.export import to_markdown, to_word
from assistant.view import answer_html, evidence_html, texts
from tests.assistant.conftest import Ask
from tests.assistant.look import PLAN

LEADS = "绿色工厂的目标由哪个局牵头？"
QUESTIONS = (
    LEADS,
    "市科技局配合哪些任务？",
    "绿色工厂补贴多少钱？",
    "Which bureau leads the green-factory targets?",
    "绿色工厂由谁牵头，市教育局牵头什么？",
)
DAY = date(2025, 1, 31)


def _kept(*turns: Turn) -> str:
    return f"[{','.join(turn.to_json() for turn in turns)}]"


def _plain(answer: Answer) -> Answer:
    """The answer as JSON tells it."""
    return replace(
        answer, passages=tuple(replace(passage, near=(), fused=0.0) for passage in answer.passages)
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_turn_comes_back_as_it_was(ask: Ask, question: str) -> None:
    turn = new_turn(ask(question), "20250101T000000-abc")
    assert read_turns(_kept(turn)) == [replace(turn, answer=_plain(turn.answer))]
    assert json.loads(turn.to_json())["answer"] == json.loads(json.dumps(turn.answer.to_json()))


def test_each_turn_has_an_id_of_its_own(ask: Ask) -> None:
    answer = ask(LEADS)
    assert len({new_turn(answer, "g").id for _ in range(100)}) == 100


def test_half_a_character_does_not_stop_a_conversation(ask: Ask) -> None:
    (turn,) = read_turns(_kept(new_turn(replace(ask(LEADS), question="甲\ud800乙"), "g")))
    assert turn.answer.question == "甲?乙"


# --- what a browser may send ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent", [None, 7, [], {}, "", "{", "null", "[null]", "{}", "[[]]", '["a"]', "[" * 50_000]
)
def test_what_is_no_conversation_is_an_empty_one(sent: object) -> None:
    assert read_turns(sent) == []


def test_a_conversation_is_read_within_bounds(ask: Ask) -> None:
    turns = [new_turn(ask(LEADS), "g") for _ in range(MOST + 1)]
    assert [turn.id for turn in read_turns(_kept(*turns))] == [turn.id for turn in turns[1:]]
    assert read_turns(_kept(turns[0]) + " " * LONGEST) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), '"><img src=x>'),
        (("generation",), "g" * 65),
        (("answer", "status"), "sure"),
        (("answer", "language"), "fr"),
        (("answer", "text"), None),
        (("answer", "citations", 0, "score"), float("inf")),
        (("answer", "citations", 0, "score"), float("nan")),
        (("answer", "citations", 1, "number"), 1),
        (("answer", "citations", 0, "section"), "一"),
        (("answer", "table"), {"columns": ["甲", "乙"], "rows": [["一"]], "citations": [[1]]}),
        (("answer", "table"), {"columns": ["甲"], "rows": [["一"]], "citations": []}),
    ],
)
def test_a_damaged_turn_is_left_out_and_no_other(ask: Ask, path: tuple[Any, ...], value: object) -> None:
    turns = [new_turn(ask(LEADS), "g") for _ in range(3)]
    items = json.loads(_kept(*turns))
    part = items[1]
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    assert [turn.id for turn in read_turns(json.dumps(items))] == [turns[0].id, turns[2].id]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["<img src=x>", "|a|", "[1]", "\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in _places(inner, (*path, key)))]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_whatever_is_read_can_be_shown_and_exported(
    assistant: PolicyAssistant, ask: Ask, data: st.DataObject
) -> None:
    turn = new_turn(ask(data.draw(st.sampled_from(QUESTIONS[:3]))), "g")
    items = json.loads(_kept(turn))
    for path in data.draw(st.lists(st.sampled_from(_places(items)[1:]), min_size=1, max_size=2)):
        part = items
        try:
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = data.draw(_json)
        except (KeyError, IndexError, TypeError):  # the first change took the place of the second away
            continue
    turns = [as_it_stands(t, assistant.index.policies, "改动") for t in read_turns(json.dumps(items))]
    for kept in turns:
        answer_html(kept.answer)
        evidence_html(kept.answer.passages, kept.answer.citations, {})
    to_markdown("对话", turns, texts(), DAY)
    to_word("对话", turns, texts(), DAY)


# --- the index of today -------------------------------------------------------------------------


def test_a_turn_stands_while_the_policies_say_what_it_cites(assistant: PolicyAssistant, ask: Ask) -> None:
    policies = assistant.index.policies
    turn = new_turn(ask(LEADS), "g")
    assert as_it_stands(turn, policies, "改动") == turn
    altered = replace(policies[PLAN], source=policies[PLAN].source.replace("绿色工厂", "绿色园地"))
    first, second = turn.answer.citations
    for now, left in ((altered, [second]), (None, [])):
        answer = as_it_stands(turn, {PLAN: now} if now else {}, "改动").answer
        assert list(answer.citations) == left
        assert [notice.text for notice in answer.notices] == ["改动"]
        assert not answer.certificate.passed and answer.certificate.unsupported == (first.title,)
        assert all("绿色工厂" not in passage.text for passage in answer.passages)


def test_a_span_outside_the_policy_is_no_citation(assistant: PolicyAssistant, ask: Ask) -> None:
    turn = new_turn(ask(LEADS), "g")
    for start, end in ((5, 5), (-4, 0), (10**9, 10**9 + 1), (7, 3)):
        empty = replace(turn.answer.citations[0], start=start, end=end, quote="")
        forged = replace(turn, answer=replace(turn.answer, citations=(empty,)))
        assert not as_it_stands(forged, assistant.index.policies, "改动").answer.citations


# --- what follows from it -----------------------------------------------------------------------


def test_a_follow_up_is_understood_from_what_was_kept(assistant: PolicyAssistant, ask: Ask) -> None:
    turns = read_turns(_kept(new_turn(ask(LEADS), "g")))
    answer = assistant.invoke({"question": "那谁来配合？", "history": history_of(turns)})
    assert "市发展改革委、市生态环境局配合" in answer.text


def test_the_history_is_bounded(ask: Ask) -> None:
    turns = [new_turn(replace(ask(LEADS), question=f"第{n}问"), "g") for n in range(TURNS)]
    history = history_of(turns)
    assert len(history) == TURNS
    assert history[-2] == {"role": "user", "content": f"第{TURNS - 1}问"}


def test_the_policies_of_an_answer_are_those_of_its_index(assistant: PolicyAssistant, ask: Ask) -> None:
    policies = assistant.index.policies.values()
    turn = new_turn(ask("绿色工厂补贴多少钱？"), "now")
    assert policies_of(turn, "now", policies) == {PLAN: assistant.index.policies[PLAN].title}
    assert policies_of(turn, "later", policies) == {}
    title = ask(LEADS).citations[0].title
    assert policies_of(new_turn(ask(LEADS), "now"), "later", policies) == {PLAN: title}
