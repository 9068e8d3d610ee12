"""A new generation takes over between two answers, without a restart and with no failed answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer, Final
from assistant.chain import PolicyAssistant
from assistant.live import LiveAssistant
from assistant.settings import Settings
from index.build import build
from index.errors import IndexWriteError
from index.pointer import read_pointer
from index.settings import IndexSettings
from tests.servers import both_stores

TEXT = """某市人民政府办公室关于推进示范工作的通知

各县（区）人民政府，市政府各部门：

一、主要任务

（一）壮大示范产业。到2025年，示范企业达到{count}家以上（市财政局牵头，市商务局配合）。
"""
QUESTION = "到2025年示范企业要达到多少家？"


@pytest.fixture
def settings(tmp_path: Path, elsewhere: dict[str, Any]) -> Settings:
    index = IndexSettings(tmp_path / "policies", tmp_path / "index", **elsewhere)
    index.policy_dir.mkdir()
    publish(index, 20)
    return replace(Settings(), index=index, llm="none")


@pytest.fixture
def live(settings: Settings) -> Iterator[LiveAssistant]:
    assistant = LiveAssistant(settings)
    yield assistant
    assistant.close()


def publish(index: IndexSettings, count: int) -> str:
    (index.policy_dir / "plan.txt").write_text(TEXT.format(count=count), "utf-8")
    return build(index).generation


def ask(assistant: LiveAssistant) -> Answer:
    return assistant.invoke({"question": QUESTION, "history": []})


@both_stores
def test_the_next_answer_comes_from_the_new_generation(settings: Settings, live: LiveAssistant) -> None:
    assert "20家" in ask(live).text.replace(" ", "")
    assert not live.refresh()
    generation = publish(settings.index, 30)
    assert [notice.code for notice in ask(live).notices] == ["index_stale"]
    assert live.refresh()
    answer = ask(live)
    assert "30家" in answer.text.replace(" ", "")
    assert answer.notices == ()
    assert live.index.manifest.generation == generation
    assert {chunk.text for chunk in live.index.chunks} == {
        passage.text for passage in live.retrieve(QUESTION, 9)
    }


def test_an_answer_under_way_ends_in_the_generation_that_it_began_in(
    settings: Settings, live: LiveAssistant
) -> None:
    events = live.stream({"question": QUESTION, "history": []})
    next(events)
    first = live._now
    for count in (30, 40):
        publish(settings.index, count)
        assert live.refresh()
    assert (first.index.folder / "manifest.json").exists()  # it is read, so it is not swept
    final = list(events)[-1]
    assert isinstance(final, Final)
    assert "20家" in final.answer.text.replace(" ", "")
    assert first.index._clients == []  # closed behind its last reader
    publish(settings.index, 50)
    assert not first.index.folder.exists()


def test_publications_under_readers(settings: Settings, live: LiveAssistant) -> None:
    done = threading.Event()
    seen: list[str] = []
    failures: list[BaseException] = []
    changes: list[str] = []

    def reader() -> None:
        while not done.is_set():
            try:
                seen.append(ask(live).text.replace(" ", ""))
            except BaseException as error:
                failures.append(error)
                return

    changed = threading.Event()

    def note(assistant: object) -> None:
        changes.append(live.index.manifest.generation)
        changed.set()

    readers = [threading.Thread(target=reader) for _ in range(2)]
    for thread in readers:
        thread.start()
    live.watch(note)
    generations = []
    for count in (30, 40, 50):
        changed.clear()
        generations.append(publish(settings.index, count))
        assert changed.wait(120)
    done.set()
    for thread in readers:
        thread.join()
    assert failures == []
    assert changes == generations
    assert seen
    assert all(any(f"{count}家" in text for count in (20, 30, 40, 50)) for text in seen)
    assert "50家" in ask(live).text.replace(" ", "")


def test_a_generation_that_cannot_be_read_is_left(settings: Settings, live: LiveAssistant) -> None:
    publish(settings.index, 30)
    current = read_pointer(settings.index)["current"]
    (settings.index.index_dir / "generations" / current / "ledger.sqlite").unlink()
    assert not live.refresh()
    assert "20家" in ask(live).text.replace(" ", "")


def test_a_generation_whose_copy_found_no_room_is_tried_again(
    assistant: PolicyAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, before = threading.Semaphore(0), set(threading.enumerate())

    def full(*_: object) -> PolicyAssistant:
        tried.release()
        raise IndexWriteError("no room")

    monkeypatch.setattr("assistant.live.build_assistant", lambda _: assistant)
    live = LiveAssistant(Settings())
    monkeypatch.setattr("assistant.live.build_assistant", full)
    monkeypatch.setattr("assistant.live.read_pointer", lambda _: {"current": "new"})
    for name in ("PATIENCE", "AGAIN"):
        monkeypatch.setattr(f"assistant.live.{name}", 0.01)
    live.watch()
    assert tried.acquire(timeout=60) and tried.acquire(timeout=60)
    live.close()
    for thread in set(threading.enumerate()) - before:
        thread.join()
