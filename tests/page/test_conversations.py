"""What the page's functions say to a browser that asks for a file or sends a word on an answer."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.chain import PolicyAssistant
from assistant.conversation import Turn, new_turn
from assistant.feedback import LONGEST, FeedbackStore
from assistant.view import question_html, texts
from index.settings import FEEDBACK, IndexSettings
from pages.chat import reopened, sent_twice
from pages.conversations import exporter, keeper
from tests.page.markup import having

LEADS = "绿色工厂的目标由哪个局牵头？"
FOLLOW_UP = "那谁来配合？"


@pytest.fixture
def apart(assistant: PolicyAssistant, tmp_path: Path) -> PolicyAssistant:
    """The assistant, with a feedback store of its own."""
    settings = IndexSettings(index_dir=tmp_path)
    return PolicyAssistant(replace(assistant.index, settings=settings), assistant.retriever)


@pytest.fixture
def turns(assistant: PolicyAssistant) -> list[Turn]:
    """Two turns of a conversation."""
    generation = assistant.index.manifest.generation
    return [
        new_turn(assistant.invoke({"question": question}), generation) for question in (LEADS, "文号是多少？")
    ]


def _sent(turns: list[Turn], **values: Any) -> dict[str, Any]:
    return {"turns": f"[{','.join(turn.to_json() for turn in turns)}]", **values}


# --- a word on an answer ------------------------------------------------------------------------


def test_a_word_is_stored_with_what_led_to_the_answer(apart: PolicyAssistant, turns: list[Turn]) -> None:
    said = _sent(turns, thumb="down", reason="wrong_source", corrected="  见第三条。 ")
    assert keeper(apart, "zh")(said) == {"stored": True, "text": texts()["feedback_thanks"]}
    (row,) = FeedbackStore(apart.index.settings).list()
    assert (row.question, row.thumb, row.reason, row.corrected) == (
        "文号是多少？",
        "down",
        "wrong_source",
        "见第三条。",
    )
    assert [turn["content"] for turn in row.history] == [LEADS, turns[0].answer.text]
    assert row.generation == apart.index.manifest.generation
    assert row.policies == {policy.id: policy.title for policy in apart.index.policies.values()}
    assert row.answer["citations"][0]["quote"] == turns[1].answer.citations[0].quote


def test_a_word_sent_twice_counts_once(apart: PolicyAssistant, turns: list[Turn]) -> None:
    keep = keeper(apart, "zh")
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(keep, [_sent(turns, thumb="up")] * 8))
    assert all(reply["stored"] for reply in replies)
    assert len(FeedbackStore(apart.index.settings).list()) == 1
    assert keep(_sent(turns[:1], thumb="up"))["stored"]  # of the other answer
    assert len(FeedbackStore(apart.index.settings).list()) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"thumb": "sideways"},
        {"thumb": ["up"]},
        {"thumb": "down", "reason": "rude"},
        {"thumb": "down", "corrected": "字" * (LONGEST + 1)},
    ],
)
def test_a_word_that_is_none_is_not_stored(
    apart: PolicyAssistant, turns: list[Turn], wrong: dict[str, Any]
) -> None:
    keep = keeper(apart, "en")
    assert keep(_sent(turns, **wrong)) == {"stored": False, "text": texts("en")["feedback_failed"]}
    assert not FeedbackStore(apart.index.settings).list()
    assert keep(_sent(turns, thumb="up"))["stored"]  # it may be put right


@pytest.mark.parametrize("sent", [None, [], "x", {}, {"turns": "[]", "thumb": "up"}, {"turns": 5}])
def test_what_is_no_conversation_gets_a_sentence(apart: PolicyAssistant, sent: Any) -> None:
    assert keeper(apart, "zh")(sent) == {"stored": False, "text": texts()["feedback_failed"]}
    assert exporter(apart, "zh")(sent) == {"text": texts()["export_failed"]}


def test_a_store_that_fails_says_so_in_one_sentence(apart: PolicyAssistant, turns: list[Turn]) -> None:
    keep = keeper(apart, "zh")
    place = apart.index.settings.index_dir / FEEDBACK
    place.write_text("no database, and longer than the header of one" * 100)
    reply = keep(_sent(turns, thumb="up"))
    assert not reply["stored"] and len(reply["text"].splitlines()) == 1
    place.unlink()
    assert keep(_sent(turns, thumb="up"))["stored"]


# --- files and reopening ------------------------------------------------------------------------


def test_a_file_holds_what_the_policies_still_say(apart: PolicyAssistant, turns: list[Turn]) -> None:
    forged = replace(turns[0].answer.citations[0], quote="由市教育局牵头。")
    answer = replace(turns[0].answer, citations=(forged, *turns[0].answer.citations[1:]))
    sent = _sent([replace(turns[0], answer=answer), turns[1]], name="../甲", kind="md")
    reply = exporter(apart, "zh")(sent)
    text = base64.b64decode(reply["data"]).decode()
    assert reply["name"] == "政策问答-甲.md"
    assert "由市教育局牵头" not in text and texts()["conversations_changed"] in text
    assert exporter(apart, "zh")(sent | {"kind": "docx"})["name"] == "政策问答-甲.docx"
    assert exporter(apart, "zh")(sent | {"kind": "exe"}) == {"text": texts()["export_failed"]}


def test_a_reopened_answer_says_that_its_document_was_changed(
    assistant: PolicyAssistant, turns: list[Turn]
) -> None:
    without = PolicyAssistant(replace(assistant.index, policies={}), assistant.retriever)
    shown, evidence, history = reopened(without, turns[:1], "zh")
    (notice,) = having(shown[1]["content"], "notice")
    assert notice.text == texts()["conversations_changed"]
    assert not having(shown[1]["content"], "sound") and not having(shown[1]["content"], "cite")
    assert not having(evidence, "card")
    assert len(history) == 2


def test_a_question_is_sent_twice_by_a_page_that_does_not_show_it() -> None:
    before = [{"role": "user", "content": "<谁>牵头？"}, {"role": "assistant", "content": "市科技局"}]
    shown = [
        {"role": "user", "content": question_html("<谁>牵头？")},
        {"role": "assistant", "content": "<p>"},
    ]
    assert sent_twice("<谁>牵头？", [], before)
    assert not sent_twice("<谁>牵头？", shown, before)  # asked once more
    assert not sent_twice("<谁>牵头？", [], [])
    assert not sent_twice("谁配合？", [], before)
