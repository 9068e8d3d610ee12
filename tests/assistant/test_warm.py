"""Reading ahead: each clause once, the likely ones first, within the memory that the cache may take."""

from __future__ import annotations

from assistant.chain import PolicyAssistant
from assistant.model_composer import ModelComposer
from assistant.model_file import described
from assistant.model_prompt import opening
from assistant.models import Messages
from assistant.warm import SPARE, Warmer, worth_reading
from tests.assistant.endpoint import endpoint, says
from tests.assistant.test_models import OPEN, remote, written

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


def test_what_is_read_is_the_beginning_of_the_question(assistant: PolicyAssistant) -> None:
    composer = ModelComposer(remote("http://127.0.0.1:9/v1"), assistant.index)
    with endpoint(says("强化节能监察和节能诊断[1]。")) as served:
        answer = written(assistant, served.url).invoke({"question": OPEN, "history": []})
        sent: Messages = [(m["role"], m["content"]) for m in served.asked[0]["messages"]]
    texts = [assistant.corpus.without_bearers(p.policy, p.start, p.end) for p in answer.passages]
    best = next(text for text in texts if text in sent[1][1])
    (system, said), (user, begins) = opening(best, "zh", local=False)
    assert sent[0] == (system, said)
    assert sent[1][0] == user
    assert sent[1][1].startswith(begins)
    assert begins.endswith(best.strip())
    assert composer.model.local is False


def test_tasks_come_first_and_the_header_never(assistant: PolicyAssistant) -> None:
    texts = worth_reading(assistant.index.chunks, assistant.corpus)
    assert len(texts) == len({chunk.text for chunk in assistant.index.chunks if chunk.path})
    tasks = [
        any(clause.task and clause.task in text for clause in assistant.corpus.clauses) for text in texts
    ]
    assert not any("牵头，" in text for text in texts)  # who bears a task, no model reads
    assert tasks[: len(tasks) // 2] == [True] * (len(tasks) // 2)
    assert not any("索引号" in text for text in texts)
