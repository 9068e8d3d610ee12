"""Many readers at the real app, whose model is a script that takes as long as a model does."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy
import pytest

from assistant.chain import PolicyAssistant
from assistant.model_composer import is_open
from eval.cases import FOLDER, load
from index.settings import IndexSettings
from tests.assistant.endpoint import Handler, endpoint
from tests.page.test_operation import metrics, running
from tests.soak.conftest import SHARE, SHORT, Note, times
from tests.soak.crowd import Crowd, Questions, submit_of

FIRST, EACH = 0.5, 0.05  # seconds until a model's first token, and for each: 20 a second
SAYS = "强化节能监察和节能诊断，提高能源利用效率。提升清洁能源消费比重，促进资源循环利用。推动生产过程绿色化转型。"
TOKEN = 2  # characters
CROWDS = (25, 50, 100) if SHARE > SHORT else (50,)
SECONDS = 300 * SHARE if SHARE > SHORT else 6
LEAVING = 4  # readers who leave at a time; pools of threads and kept connections may differ by as many
GROWTH = 0.05  # of the memory
PLAN = "hanzhong-2024-11"
OPEN = "绿色制造方面要做些什么？"


def slowly(handler: Handler) -> None:
    """What a model says, at a model's pace."""
    wait = handler.endpoint.over.wait
    if not handler.body.get("stream"):
        wait(FIRST + 10 * EACH)
        message = {"role": "assistant", "content": OPEN}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        handler.whole(200, json.dumps(reply))
        return
    handler.begin()
    wait(FIRST)
    for at in range(0, len(SAYS), TOKEN):
        handler.piece(SAYS[at : at + TOKEN])
        wait(EACH)
    handler.piece("", "stop")
    handler.wfile.write(b"data: [DONE]\n\n")


@dataclass
class Served:
    """The app: its address, its process and its log."""

    url: str
    pid: int
    log: Path

    @property
    def threads(self) -> int:
        """How many it has."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @property
    def descriptors(self) -> int:
        """Files and connections that are open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    @property
    def memory(self) -> int:
        """Resident, in kB."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(status.split("VmRSS:")[1].split()[0])


@pytest.fixture(scope="module")
def app(index_settings: IndexSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``python app.py`` on the plan, with the slow model."""
    folder = tmp_path_factory.mktemp("load")
    with (
        endpoint(slowly) as model,
        running(
            folder, index_settings, LLM="openai", LLM_BASE_URL=model.url, LLM_MODEL="m", AS_OF="2025-01-31"
        ) as (process, url),
    ):
        yield Served(url, process.pid, folder / "stderr")
        assert "Traceback" not in (folder / "stderr").read_text("utf-8")


@pytest.fixture(scope="module")
def questions(assistant: PolicyAssistant) -> Questions:
    """Those of the evaluation about the plan, by what answers them."""
    found: dict[str, list[str]] = {"ledger": [], "retrieval": [], "model": []}
    files = [path for split in ("dev", "open") for path in sorted((FOLDER / split).glob("*.jsonl"))]
    cases = [case for path in files for case in load(path)]
    asked = [case.question for case in cases if case.policy == PLAN and not case.history]
    for question in asked[:: max(1, len(asked) // 40)]:
        ask = assistant.answerer.ask(assistant.read(question), ())
        route = assistant.invoke({"question": question}).route
        kind = "ledger" if route == "ledger" else "model" if is_open(ask) and route != "none" else "retrieval"
        found[kind].append(question)
    return found


@pytest.mark.parametrize("readers", CROWDS)
def test_every_question_is_answered_or_told_to_come_back(
    app: Served, questions: Questions, readers: int, note: Note
) -> None:
    crowd = Crowd(app.url, questions)
    crowd.ask_for(readers, SECONDS)
    for name, figure in crowd.figures().items():
        note(f"{readers} readers, {SECONDS:g} s: {name}", figure)
    assert crowd.wrong() == []
    assert {reply.kind for reply in crowd.replies if reply.status == 200} == set(questions)
    if SHARE > SHORT:  # alone on its machine, not beside other tests
        busy = [reply.seconds for reply in crowd.replies if reply.status != 200]
        assert max(busy, default=0) < 1
        assert numpy.percentile(crowd.health, 99) < 1


def test_readers_who_leave_in_mid_answer_leave_nothing_behind(app: Served, note: Note) -> None:
    _leave(app, 4 * LEAVING)  # every thread that a pool keeps is there
    _settled(app, lambda: True)
    threads, descriptors = app.threads, app.descriptors
    _leave(app, times(200))
    _settled(app, lambda: app.threads <= threads + LEAVING and app.descriptors <= descriptors + LEAVING)
    note(f"{times(200)} left in mid-answer: threads", f"{threads} before, {app.threads} after")
    note(f"{times(200)} left in mid-answer: descriptors", f"{descriptors} before, {app.descriptors} after")


def test_memory_does_not_grow_with_questions(app: Served, questions: Questions, note: Note) -> None:
    known = {kind: questions[kind] for kind in ("ledger", "retrieval")}
    many = times(10_000, short=100)
    Crowd(app.url, known).ask_times(8, many // 3)
    before = app.memory
    crowd = Crowd(app.url, known)
    crowd.ask_times(8, many)
    assert crowd.wrong() == [] and len(crowd.replies) == many
    grown = app.memory / before - 1
    note(f"memory after {many} questions", f"{before // 1024} MB before, {grown:+.1%}")
    assert grown < GROWTH


def _leave(app: Served, count: int) -> None:
    """So many readers ask what a model answers, and leave while it writes: of the page and of the API in turn."""

    async def all_of_them() -> None:
        async with httpx.AsyncClient(base_url=app.url, timeout=60) as client:
            config = (await client.get("/config")).json()
        submit = submit_of(config)
        for first in range(0, count, LEAVING):
            numbers = range(first, min(count, first + LEAVING))
            await asyncio.gather(*(_leaves(app.url, submit, number) for number in numbers))

    asyncio.run(all_of_them())


async def _leaves(url: str, submit: int, number: int) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        if number % 2:
            body = {
                "model": "policy-assistant",
                "messages": [{"role": "user", "content": OPEN}],
                "stream": True,
            }
            asking = asyncio.create_task(client.post("/v1/chat/completions", json=body))
            await asyncio.sleep(FIRST + 4 * EACH)
            asking.cancel()
            return
        session = f"leaving {number} {time.monotonic_ns()}"
        asked: dict[str, Any] = {"data": [OPEN, [], None, ""], "fn_index": submit, "session_hash": session}
        async with client.stream("GET", f"/gradio_api/heartbeat/{session}"):
            reply = await client.post("/gradio_api/queue/join", json=asked)
            assert reply.status_code == 200
            async with client.stream(
                "GET", "/gradio_api/queue/data", params={"session_hash": session}
            ) as stream:
                async for line in stream.aiter_lines():
                    if SAYS[:TOKEN] in line:
                        return


def _settled(app: Served, so: Callable[[], bool]) -> None:
    """Wait until no answer is under way and something is so."""
    until = time.monotonic() + 60
    with httpx.Client(base_url=app.url, timeout=60) as client:
        while metrics(client)["answers_under_way",] or not so():
            assert time.monotonic() < until, (app.threads, app.descriptors)
            time.sleep(0.2)
