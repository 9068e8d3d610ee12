"""The chat model: whatever an endpoint does, the passages and the quotes stay, and one sentence says what happened."""

from __future__ import annotations

import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from assistant.answer import Answer, Evidence, Final, Token
from assistant.build import build_assistant
from assistant.chain import PolicyAssistant
from assistant.model_choice import open_model
from assistant.model_composer import ModelComposer
from assistant.model_faults import ModelFailed, Stopped
from assistant.models import WAITING, ChatModel
from assistant.settings import Settings, SettingsError
from index.settings import IndexSettings
from prompts import phrase
from tests.assistant.endpoint import (
    Act,
    Handler,
    cut,
    empty,
    endless,
    endpoint,
    fails,
    garbled,
    says,
    silent,
    stalled,
    when_asked,
)

KEY = "sk-never-shown-0123456789"
OPEN = "绿色制造方面要做些什么？"
TRIES = 20


def remote(url: str, timeout: float = 5.0) -> ChatModel:
    settings = replace(
        Settings(), llm="openai", llm_base_url=url, llm_model="m", llm_api_key=KEY, llm_timeout=timeout
    )
    model = open_model(settings)
    assert model
    return model


def written(assistant: PolicyAssistant, url: str, timeout: float = 5.0) -> PolicyAssistant:
    """The same assistant, whose open questions go to an endpoint."""
    composer = ModelComposer(remote(url, timeout), assistant.index)
    return PolicyAssistant(assistant.index, assistant.retriever, composer=composer)


def ask(assistant: PolicyAssistant, question: str) -> Answer:
    return assistant.invoke({"question": question, "history": []})


FAULTS: dict[str, tuple[Act, str, float]] = {  # what it does, the phrase that says so, the time-out
    "401": (fails(401), "model_denied", 5),
    "403": (fails(403), "model_denied", 5),
    "429": (fails(429), "model_busy", 5),
    "500": (fails(500), "model_error", 5),
    "wrong model name": (fails(404), "model_unknown", 5),
    "silent": (silent, "model_silent", 0.2),
    "silent in mid-stream": (stalled, "model_silent", 0.2),
    "cut": (cut, "model_cut", 5),
    "garbage": (garbled, "model_garbled", 5),
    "empty": (empty, "model_empty", 5),
    "endless": (endless, "model_endless", 5),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_leaves_the_quotes_and_says_what_happened(
    assistant: PolicyAssistant, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    act, reason, timeout = FAULTS[fault]
    quotes = ask(assistant, OPEN)
    caplog.set_level(logging.DEBUG)
    with endpoint(act) as served:
        model = written(assistant, served.url, timeout)
        for _ in range(TRIES):
            answer = ask(model, OPEN)
            assert (answer.route, answer.status, answer.text) == ("extractive", "answered", quotes.text)
            assert answer.passages == quotes.passages
            said = [notice.text for notice in answer.notices if notice.code == "model_failed"]
            assert said == [phrase("zh", "notice_model_failed", reason=phrase("zh", reason))]
            assert KEY not in str(answer.to_json())
        assert len(served.asked) == TRIES  # nothing is tried again
        assert served.keys == [f"Bearer {KEY}"] * TRIES
    assert KEY not in caplog.text


def test_no_connection(assistant: PolicyAssistant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    model = written(assistant, f"http://127.0.0.1:{port}/v1")
    for _ in range(TRIES):
        answer = ask(model, OPEN)
        assert answer.route == "extractive"
        assert phrase("zh", "model_unreachable") in answer.notices[0].text


def test_a_good_answer_is_cited_and_certified(assistant: PolicyAssistant) -> None:
    with endpoint(says("实施绿色制造引领工程，强化节能监察和节能诊断[1]。")) as served:
        answer = ask(written(assistant, served.url), OPEN)
    assert answer.route == "model"
    assert answer.certificate.passed
    assert "强化节能监察和节能诊断[1]。" in answer.text
    assert "节能监察" in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("这个方案对中小企业有什么帮助？", True),
        ("简单说说绿色制造要做什么", True),
        ("企业上云有哪些要求？", False),
    ],
)
def test_what_wants_sentences_goes_to_the_model(
    assistant: PolicyAssistant, question: str, asked: bool
) -> None:
    with endpoint(says("强化节能监察和节能诊断[1]。")) as served:
        ask(written(assistant, served.url), question)
        assert bool(served.asked) is asked


def test_the_ledger_needs_no_model(assistant: PolicyAssistant) -> None:
    with endpoint(says("市教育局牵头[1]。")) as served:
        answer = ask(written(assistant, served.url), "绿色工厂的目标由哪个局牵头？")
        assert served.asked == []
    assert answer.route == "ledger"


def test_evidence_comes_before_the_model_is_asked(assistant: PolicyAssistant) -> None:
    with endpoint(says("强化节能监察和节能诊断[1]。")) as served:
        events = written(assistant, served.url).stream({"question": OPEN, "history": []})
        assert isinstance(next(events), Evidence)
        assert served.asked == []
        rest = list(events)
    assert [type(event) for event in rest[:-1]] == [Token] * (len(rest) - 1)
    assert isinstance(rest[-1], Final)
    shown = "".join(event.text for event in rest[:-1] if isinstance(event, Token))
    assert shown == "强化节能监察和节能诊断。"  # marks are held back


@pytest.mark.parametrize("act", [silent, endless])
def test_stopping_frees_the_endpoint_and_leaves_the_quotes(assistant: PolicyAssistant, act: Act) -> None:
    stop = threading.Event()
    with endpoint(act) as served:
        model = written(assistant, served.url, timeout=60)
        events = model.stream({"question": OPEN, "history": []}, {"configurable": {"stop": stop}})
        next(events)
        if act is silent:  # before the first token
            threading.Thread(target=when_asked, args=(served, stop.set)).start()
        else:
            assert isinstance(next(events), Token)
            stop.set()
        final = list(events)[-1]
        assert served.gone.wait(10)
    assert isinstance(final, Final)
    assert final.answer.route == "extractive"
    assert [notice.code for notice in final.answer.notices] == ["stopped"]


def test_two_readers_at_once_each_get_their_own_answer(assistant: PolicyAssistant) -> None:
    """Both requests are with the endpoint before either is answered."""
    both = threading.Barrier(2, timeout=30)

    def act(handler: Handler) -> None:
        asked = handler.body["messages"][-1]["content"]
        both.wait()
        says("强化节能监察和节能诊断[1]。" if OPEN in asked else "好。")(handler)

    answers: dict[str, Answer] = {}
    questions = (OPEN, "园区提质升级主要做什么？")
    with endpoint(act) as served:
        model = written(assistant, served.url)
        readers = [
            threading.Thread(
                target=lambda question=question: answers.update({question: ask(model, question)})
            )
            for question in questions
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    assert {question: answer.question for question, answer in answers.items()} == {q: q for q in questions}
    assert answers[OPEN].route == "model"
    assert answers[questions[1]].route == "extractive"


def test_a_stream_that_nobody_reads_on_is_ended(assistant: PolicyAssistant) -> None:
    with endpoint(endless) as served:
        events = written(assistant, served.url).stream({"question": OPEN, "history": []})
        next(events), next(events)
        events.close()  # type: ignore[attr-defined]
        assert served.gone.wait(10)


def test_a_question_interrupts_reading_ahead() -> None:
    with endpoint(silent) as served:
        model = remote(served.url, timeout=60)
        read: list[int | None] = []
        reading = threading.Thread(target=lambda: read.append(model.warm([("user", "资料")])))
        reading.start()
        when_asked(served)
        served.act = says("好。")
        assert "".join(model.stream([("user", "问题")])) == "好。"
        reading.join()
        assert read == [None]
        assert model.warm([("user", "资料")]) == 7


def test_a_short_call_has_its_time() -> None:
    with endpoint(silent) as served, pytest.raises(ModelFailed, match="model_silent"):
        remote(served.url).complete([("user", "问题")], 8, seconds=0.2)
    with endpoint(says("好。")) as served:
        assert remote(served.url).complete([("user", "问题")], 8, seconds=10) == "好。"
        assert served.asked[0]["max_tokens"] == 8


def test_few_wait_while_the_local_model_loads() -> None:
    gate = threading.Event()

    def connect() -> Any:
        assert gate.wait(60)
        raise OSError("no model")

    model = ChatModel(connect, local=True, timeout=60)
    with ThreadPoolExecutor(1 + WAITING) as pool:
        waiting = [pool.submit(lambda: list(model.stream([("user", "问题")]))) for _ in range(1 + WAITING)]
        end = time.monotonic() + 60
        while model._asking < len(waiting):
            assert time.monotonic() < end
            time.sleep(0.01)
        with pytest.raises(ModelFailed, match="model_busy"):
            list(model.stream([("user", "问题")]))
        gate.set()
        assert {str(one.exception()) for one in waiting} == {"model_not_started"}
    assert model._asking == 0


def test_stopped_before_it_begins() -> None:
    stop = threading.Event()
    stop.set()
    with endpoint(silent) as served, pytest.raises(Stopped):
        list(remote(served.url).stream([("user", "问题")], stop))


# --- settings -------------------------------------------------------------------------------------


def test_the_settings_choose_the_model(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_model(Settings()) is None  # auto: neither endpoint nor file
    assert open_model(replace(Settings(), llm="none", llm_base_url="http://127.0.0.1:1/v1")) is None
    chosen = open_model(replace(Settings(), llm_base_url="http://127.0.0.1:1/v1"))
    assert chosen and not chosen.local
    with pytest.raises(SettingsError, match="model fetch"):
        open_model(replace(Settings(), llm="local"))


def test_a_model_file_that_is_none_leaves_the_quotes(
    assistant: PolicyAssistant, index_settings: IndexSettings, tmp_path: object
) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "broken.gguf"
    path.write_bytes(b"no model")
    broken = build_assistant(replace(Settings(), index=index_settings, llm="local", llm_gguf=str(path)))
    answer = ask(broken, OPEN)
    assert answer.text == ask(assistant, OPEN).text
    assert phrase("zh", "model_not_started") in answer.notices[0].text
