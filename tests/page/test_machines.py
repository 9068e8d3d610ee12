"""Two programs, as on two machines, that share a database and a Chroma server: one publishes, both answer."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import httpx
import pytest

from index.settings import IndexSettings
from tests.assistant.test_live import QUESTION, publish
from tests.page.test_operation import ask, running
from tests.servers import PASSWORD, Chroma, Postgres

PATIENCE = 60  # seconds for what happens elsewhere
OPEN = "示范产业怎么壮大？"


class Machines(NamedTuple):
    """The settings of the machine that has the policies, and both programs."""

    here: IndexSettings
    programs: tuple[subprocess.Popen[str], subprocess.Popen[str]]
    clients: tuple[httpx.Client, httpx.Client]
    folders: tuple[Path, Path]


@pytest.fixture(scope="module")
def machines(
    postgres: Postgres, chroma: Chroma, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    """Both answer from the first generation; the second machine has nothing of its own."""
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    index = IndexSettings(
        here / "policies", here / "index", database_url=postgres.database(), chroma_url=chroma.url
    )
    index.policy_dir.mkdir()
    publish(index, 20)
    empty = IndexSettings(there / "policies", there / "index")
    shared = {"DATABASE_URL": index.database_url, "CHROMA_URL": index.chroma_url, "LLM": "none"}
    with (
        running(here, index, **shared) as (one, first),
        running(there, empty, **shared) as (other, second),
        httpx.Client(base_url=first, timeout=60) as left,
        httpx.Client(base_url=second, timeout=60) as right,
    ):
        yield Machines(index, (one, other), (left, right), (here, there))
    for folder in (here, there):
        assert PASSWORD not in (folder / "stderr").read_text("utf-8")


def answers(machines: Machines, question: str) -> list[dict[str, Any]]:
    """What each of the two says, but for how long it took."""
    found = []
    for client in machines.clients:
        reply = ask(client, question)
        assert reply.status_code == 200, reply.text
        found.append({name: value for name, value in reply.json()["answer"].items() if name != "timings_ms"})
    return found


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def says(client: httpx.Client, count: int) -> bool:
    reply = ask(client, QUESTION)
    return reply.status_code == 200 and f"{count}家" in reply.json()["answer"]["text"].replace(" ", "")


def has_told(folder: Path) -> bool:
    """Whether the log says that the database is away."""
    return "DATABASE_URL" in (folder / "stderr").read_text("utf-8")


@pytest.mark.servers
def test_both_answer_the_same_and_follow_a_publication_without_a_failed_answer(machines: Machines) -> None:
    for question in (QUESTION, OPEN, "示范企业由谁牵头？"):
        one, other = answers(machines, question)
        assert one == other and one["status"] == "answered" and one["notices"] == []
    done, failed, texts = Event(), list[str](), set[str]()

    def reader() -> None:
        while not done.is_set():
            reply = ask(machines.clients[1], QUESTION)
            if reply.status_code != 200:
                failed.append(reply.text)
                return
            texts.add(reply.json()["answer"]["text"].replace(" ", ""))

    thread = Thread(target=reader)
    thread.start()
    try:
        for count in (30, 40):
            publish(machines.here, count)
            for client in machines.clients:
                until(partial(says, client, count))
    finally:
        done.set()
        thread.join()
    assert failed == []
    assert all(any(f"{count}家" in text for count in (20, 30, 40)) for text in texts)
    one, other = answers(machines, QUESTION)
    assert one == other


@pytest.mark.servers
def test_answers_go_on_without_the_database_and_a_publication_is_seen_when_it_is_back(
    machines: Machines, postgres: Postgres
) -> None:
    before = answers(machines, QUESTION)
    postgres.stop()
    try:
        assert answers(machines, QUESTION) == before
        assert [client.get("/ready").status_code for client in machines.clients] == [200, 200]
        for folder in machines.folders:
            until(partial(has_told, folder))
    finally:
        postgres.start()
    publish(machines.here, 50)
    for client in machines.clients:
        until(partial(says, client, 50))


@pytest.mark.servers
def test_without_the_chroma_server_one_sentence_and_then_answers_again(
    machines: Machines, chroma: Chroma
) -> None:
    chroma.stop()
    try:
        reply = ask(machines.clients[1], OPEN)
        assert reply.status_code == 503
        assert reply.json()["error"]["message"].startswith("CHROMA_URL 指向的服务用不了")
    finally:
        chroma.start()
    one, other = answers(machines, OPEN)
    assert one == other and one["status"] == "answered"
