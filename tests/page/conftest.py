"""The real page on the real assistant, served once a session."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright
from pydantic import Field

from app import create_app
from assistant.answer import Passage
from assistant.chain import PolicyAssistant
from assistant.retriever import HybridRetriever
from assistant.settings import Settings
from assistant.users import Role, Users
from index.parser import parse
from index.policy import Policy
from pages.gate import Access

PASSWORD = "correct horse battery"  # of every user
RARE = parse(
    "𠮷野市工作方案\n\n一、目标\n\n𠮷野𠮷野：到2025年，建成𠮷野工厂8家。\n", "rare"
)  # two UTF-16 units each

ELSEWHERE = "chat.test"  # a name of this machine that is no secure context, as on a network without https
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
]
Visit = Callable[..., Page]
PATIENCE = 60_000  # milliseconds, on a machine that other tests keep busy
expect.set_options(timeout=PATIENCE)


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


class Guarded(NamedTuple):
    """A page where readers sign in."""

    app: FastAPI
    url: str
    users: Users
    keys: dict[str, str]
    audit: Path

    def key(self, role: str) -> dict[str, str]:
        """The header that a program of a role sends; none for nobody."""
        return {"Authorization": f"Bearer {self.keys[role]}"} if role else {}

    def lines(self) -> list[dict[str, Any]]:
        """The audit log."""
        found = [path.read_text("utf-8") for path in sorted(self.audit.glob("*.jsonl"))]
        return [json.loads(line) for line in "".join(found).splitlines()]


@contextmanager
def served(assistant: PolicyAssistant) -> Iterator[str]:
    """The address of the assistant's page while it is served."""
    with serving(create_app(assistant)) as address:
        yield address


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of an app while it is served."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, proxy_headers=False)
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


@pytest.fixture(scope="session")
def guarded(assistant: PolicyAssistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The page with a user of each role, each with a password and an API key."""
    folder = tmp_path_factory.mktemp("guarded")
    users = Users(folder / "users.json")
    for role in Role:
        users.add(role.name, role, PASSWORD)
    keys = {role.name: users.add_key(role.name) for role in Role}
    settings = Settings(auth_file=str(folder / "users.json"), audit_dir=str(folder / "audit"))
    app = create_app(assistant, Access(settings))
    with serving(app) as url:
        yield Guarded(app, url, users, keys, folder / "audit")


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


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, for this module alone: playwright keeps an event loop running in the thread."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS) as launched,
    ):
        yield launched


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Visit]:
    """Open the page: ``visit(fragment, width)``. A request to another host or an error fails the test."""
    pages: list[Page] = []
    complaints: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:", "blob:")):
            complaints.append(f"request: {request.url}")

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            complaints.append(f"console: {message.text}")

    def visited(fragment: str = "", width: int = 1280) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.set_default_timeout(PATIENCE)
        pages.append(page)
        page.on("request", requested)
        page.on("console", logged)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        return opened(page, f"{url}/{fragment}")

    yield visited
    for page in pages:
        page.close()
    assert not complaints


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser page that may log errors."""
    page = browser.new_page(viewport={"width": 1280, "height": 844})
    yield page
    page.close()


def opened(page: Page, address: str) -> Page:
    """The page at an address, once it takes a question."""
    page.goto(address)
    expect(page.locator("#question textarea")).to_be_editable()
    return page


def join(client: httpx.Client, question: str, session: str) -> httpx.Response:
    """Send a question as the page's script does, past every check that the page makes."""
    config = client.get("/config").json()
    (number,) = [d["id"] for d in config["dependencies"] if any(t[1] == "submit" for t in d["targets"])]
    body = {"data": [question, [], None, ""], "fn_index": number, "session_hash": session}
    return client.post("/gradio_api/queue/join", json=body)
