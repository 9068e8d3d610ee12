"""Reading ahead: each clause once, the likely ones first, within the memory that the cache may take."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from assistant.model_file import described
from assistant.model_prompt import opening
from assistant.models import Messages
from assistant.terms import Language
from assistant.warm import LANGUAGES, SPARE, Warmer, worth_reading
from tests.assistant.endpoint import endpoint, says
from tests.assistant.test_model_composer import with_local
from tests.assistant.test_models import OPEN, remote

TOKENS = 7  # that the scripted endpoint says it read


def test_each_text_is_read_once_and_new_ones_later() -> None:
    with endpoint(says("x")) as served:
        warmer = Warmer(remote(served.url), cache_mb=100)
        assert warmer.run(["甲", "乙"]) == 4
        assert warmer.run(["甲", "乙", "丙"]) == 2
        read = [body["messages"][1]["content"] for body in served.asked]
        assert [text[-1] for text in read] == ["甲", "乙", "甲", "乙", "丙", "丙"]
        assert [text.startswith("Clause") for text in read] == [False, False, True, True, False, True]


def test_reading_ends_where_the_memory_is_full() -> None:
    room = int((1 - SPARE) * 2**20 / int(described()["bytes_per_token"]))
    with endpoint(says("x")) as served:
        texts = [str(number) for number in range(100)]
        assert Warmer(remote(served.url), cache_mb=1).run(texts) == -(-room // TOKENS)


def test_a_model_that_is_gone_ends_it() -> None:
    assert Warmer(remote("http://127.0.0.1:9/v1"), cache_mb=100).run(["甲"]) == 0


@pytest.mark.parametrize(
    ("language", "question"), [("zh", OPEN), ("en", "How does the plan make industry green?")]
)
def test_what_is_read_is_the_beginning_of_the_question(
    assistant: PolicyAssistant, language: Language, question: str
) -> None:
    best = assistant.invoke({"question": question}).passages[0]
    begins = opening(assistant.corpus.without_bearers(best.policy, best.start, best.end), language)
    with endpoint(says("x")) as served:
        writer = with_local(assistant, served.url)
        assert writer.composer
        writer.composer.model.warm(begins)
        writer.invoke({"question": question})
        sent: Messages = [(m["role"], m["content"]) for m in served.asked[1]["messages"]]
    assert sent[0] == begins[0]
    assert sent[1][0] == begins[1][0]
    assert sent[1][1].startswith(begins[1][1])


def test_what_nobody_asks_for_any_more_counts_as_not_read() -> None:
    with endpoint(says("x")) as served:
        model = remote(served.url)
        warmer = Warmer(model, cache_mb=100)
        warmer.run(["甲", "乙"])
        warmer.start(["乙"])
        warmer.stop()
    assert not any(model.has_read(opening("甲", language)) for language in LANGUAGES)
    assert all(model.has_read(opening("乙", language)) for language in LANGUAGES)


def test_tasks_come_first_and_the_header_never(assistant: PolicyAssistant) -> None:
    texts = worth_reading(assistant.index.chunks, assistant.corpus)
    assert len(texts) == len({chunk.text for chunk in assistant.index.chunks if chunk.path})
    tasks = [
        any(clause.task and clause.task in text for clause in assistant.corpus.clauses) for text in texts
    ]
    assert not any("牵头，" in text for text in texts)  # who bears a task, no model reads
    assert tasks[: len(tasks) // 2] == [True] * (len(tasks) // 2)
    assert not any("索引号" in text for text in texts)
