"""The real page on the real assistant, served once a session."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import NamedTuple

import httpx
import pytest
import uvicorn
from pydantic import Field

from app import create_app
from assistant.answer import Passage
from assistant.chain import PolicyAssistant
from assistant.retriever import HybridRetriever
from index.parser import parse
from index.policy import Policy

RARE = parse(
    "𠮷野市工作方案\n\n一、目标\n\n𠮷野𠮷野：到2025年，建成𠮷野工厂8家。\n", "rare"
)  # two UTF-16 units each


class Waiting(HybridRetriever):
    """Searches as soon as its gate is open."""

    gate: Event = Field(default_factory=Event)

    def search(self, query: str) -> list[Passage]:
        self.gate.wait()
        return super().search(query)


class Held(NamedTuple):
    """A page whose answers wait for the gate."""

    url: str
    gate: Event
    rare: Policy


@contextmanager
def served(assistant: PolicyAssistant) -> Iterator[str]:
    """The address of the assistant's page while it is served."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(assistant), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def url(assistant: PolicyAssistant) -> Iterator[str]:
    """The address of the page."""
    assistant.warm_up()
    with served(assistant) as address:
        yield address


@pytest.fixture
def held(assistant: PolicyAssistant) -> Iterator[Held]:
    """A second page, with a second policy, whose answers wait."""
    retriever = Waiting(index=assistant.index)
    index = replace(assistant.index, policies={**assistant.index.policies, RARE.id: RARE})
    with served(PolicyAssistant(index, retriever)) as address:
        try:
            yield Held(address, retriever.gate, RARE)
        finally:
            retriever.gate.set()


def join(client: httpx.Client, question: str, session: str) -> httpx.Response:
    """Send a question as the page's script does, past every check that the page makes."""
    config = client.get("/config").json()
    (number,) = [d["id"] for d in config["dependencies"] if any(t[1] == "submit" for t in d["targets"])]
    body = {"data": [question, [], None], "fn_index": number, "session_hash": session}
    return client.post("/gradio_api/queue/join", json=body)
