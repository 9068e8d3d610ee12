"""What the page's server answers: headers, documents, a full queue, questions that bypass the page, failures."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from assistant.answer import Passage
from assistant.chain import LONGEST_QUESTION, PolicyAssistant
from assistant.conversation import TURNS
from assistant.retriever import HybridRetriever
from assistant.view import failure_html, texts
from index.errors import IndexDamagedError
from pages.chat import AT_ONCE, respond
from pages.frame import QUEUE
from pages.frame_html import document_html
from pages.gate import Access
from pages.secured import CONTENT_SECURITY_POLICY, Secured
from prompts import phrase
from tests.page.conftest import Held, join
from tests.page.markup import having

PLAN = "hanzhong-2024-11"
LEADS = "绿色工厂的目标由哪个局牵头？"


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """A client of the page's server."""
    with httpx.Client(base_url=url, timeout=60) as opened:
        yield opened


def _reply(client: httpx.Client, session: str) -> tuple[str, list[str], str]:
    """Field, messages and evidence once the answer is complete."""
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if message.get("msg") == "process_completed":
                assert message["success"], message
                field, shown, evidence, *_ = message["output"]["data"]
                return field, [turn["content"][0]["text"] for turn in shown], evidence
    raise AssertionError("the stream ended before the answer")


# --- headers and documents ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/config", 200),
        ("GET", "/theme.css", 200),
        ("GET", "/health", 200),
        ("GET", f"/document/{PLAN}", 200),
        ("GET", "/document/other", 404),
        ("GET", "/nothing", 404),
        ("POST", "/health", 404),
        ("POST", "/gradio_api/queue/join", 422),
        ("GET", "/gradio_api/file=/etc/passwd", 403),
    ],
)
def test_every_response_is_bound_to_this_host(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    reply = client.request(method, path)
    assert reply.status_code == status
    assert reply.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("reads", [True, False])
def test_a_reader_who_leaves_before_the_reply_is_no_error(reads: bool) -> None:
    async def left(scope: Scope, receive: Receive, send: Send) -> None:
        if reads:
            await Request(scope, receive).body()
            raise AssertionError("nothing came")
        assert (await receive())["type"] == "http.disconnect"

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/config", "headers": [], "query_string": b""}
    asyncio.run(Secured(left, Access())(scope, receive, send))
    assert sent == []


def test_a_fault_of_ours_is_told_in_the_readers_language() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError("secret")

    fastapi = FastAPI()
    fastapi.mount("/", broken)
    fastapi.add_middleware(Secured, access=Access())
    with TestClient(fastapi, raise_server_exceptions=False) as client:
        for path, language in (("/config", "zh"), ("/en/config", "en")):
            reply = client.get(path)
            assert (reply.status_code, reply.json()["detail"]) == (500, texts(language)["failed"])
            assert reply.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_the_policy_of_content_names_no_other_host() -> None:
    directives = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    own = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert {source for sources in directives.values() for source in sources.split()} <= own
    assert directives["default-src"] == directives["connect-src"] == "'self'"
    assert directives["object-src"] == directives["frame-src"] == "'none'"


def test_health(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}


def test_a_document_is_the_original(client: httpx.Client, assistant: PolicyAssistant) -> None:
    reply = client.get(f"/document/{PLAN}")
    assert reply.text == document_html(assistant.index.policies[PLAN])
    assert reply.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("name", ["other", f"{PLAN}.md", "..%2F..%2FREADME.md", "%00", "汉中"])
def test_another_document_is_not_found(client: httpx.Client, name: str) -> None:
    assert client.get(f"/document/{name}").status_code == 404


# --- questions past the page --------------------------------------------------------------------


@pytest.mark.parametrize("length", [LONGEST_QUESTION + 1, 10_000, 1_000_000])
def test_a_very_long_question_gets_one_sentence(client: httpx.Client, length: int) -> None:
    session = f"long {length}"
    assert join(client, "字" * length, session).status_code == 200
    _, (asked, answer), _ = _reply(client, session)
    assert [found.text for found in having(answer, "text")] == [
        phrase("zh", "too_long", limit=LONGEST_QUESTION)
    ]
    assert len(having(asked, "asked")[0].text) == LONGEST_QUESTION + 1


def test_after_it_the_next_question_is_answered(client: httpx.Client) -> None:
    for question in ("字" * 20_000, "\x00\x07", "🏭" * 3000, LEADS):
        assert join(client, question, "one after the other").status_code == 200
        _, messages, evidence = _reply(client, "one after the other")
    assert "市工业和信息化局牵头[1]" in having(messages[-1], "text")[0].text
    assert having(evidence, "card")


def test_a_full_queue_asks_to_come_back(held: Held) -> None:
    with httpx.Client(base_url=held.url, timeout=60) as client:
        replies = [join(client, LEADS, f"reader {n}") for n in range(QUEUE + AT_ONCE + 1)]
        turned_away = [reply for reply in replies if reply.status_code != 200]
        assert len(replies) > len(turned_away) > 0
        for reply in turned_away:
            assert (reply.status_code, reply.json()) == (429, {"detail": texts()["busy"]})
            assert reply.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        held.gate.set()
        _, messages, _ = _reply(client, "reader 0")
        assert "市工业和信息化局" in messages[-1]


# --- an answer as it comes ----------------------------------------------------------------------


def _said(count: int) -> list[dict[str, Any]]:
    return [{"role": ("user", "assistant")[n % 2], "content": f"第{n}句"} for n in range(count)]


def test_an_answer_is_announced_then_streamed_then_final(assistant: PolicyAssistant) -> None:
    updates = list(respond(assistant, LEADS, [], []))
    messages = [shown[-1]["content"] for shown, *_ in updates]
    assert [running for *_, running in updates] == [True] * (len(updates) - 1) + [False]
    assert texts()["pending"] in messages[0]
    assert having(updates[0][1], "hint")
    assert having(updates[1][1], "card") and texts()["pending"] in messages[1]  # evidence before any word
    words = [having(message, "pending")[0].text for message in messages[2:-1]]
    assert words and all(later.startswith(earlier) for earlier, later in pairwise(words))
    final = having(messages[-1], "text")[0].text
    assert final == words[-1] and not having(messages[-1], "pending")
    assert [option["value"] for option in updates[-1][0][-1]["options"]]  # what may be asked next
    assert updates[-1][2] == [{"role": "user", "content": LEADS}, {"role": "assistant", "content": final}]
    assert [history for _, _, history, *_ in updates[:-1]] == [[]] * (len(updates) - 1)


def test_the_conversation_stays_and_the_history_is_bounded(assistant: PolicyAssistant) -> None:
    before = _said(2 * TURNS)
    *_, (shown, _, history, *_) = respond(assistant, LEADS, before, before)
    assert shown[: len(before)] == before and len(shown) == len(before) + 2
    assert len(history) == TURNS
    assert history[:-2] == before[-(TURNS - 2) :]


# --- failures -----------------------------------------------------------------------------------


class Broken(HybridRetriever):
    """A retriever that fails."""

    error: Exception

    def search(self, query: str) -> list[Passage]:
        raise self.error


def _fails(assistant: PolicyAssistant, error: Exception) -> tuple[str, list[dict[str, Any]]]:
    """Last message and history after an error inside the assistant."""
    broken = PolicyAssistant(assistant.index, Broken(index=assistant.index, error=error))
    *_, (shown, _, history, *_) = respond(broken, LEADS, _said(2), _said(2))
    assert shown[:2] == _said(2) and having(shown[2]["content"], "asked")[0].text == LEADS
    return shown[-1]["content"], history


def test_an_error_is_logged_and_the_reader_is_told(
    assistant: PolicyAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        message, history = _fails(assistant, RuntimeError("/srv/secret: no such file"))
    assert message == failure_html(texts()["failed"])
    assert history == _said(2)
    (record,) = [record for record in caplog.records if record.name == "pages.chat"]
    assert record.exc_info and "/srv/secret" in str(record.exc_info[1])


def test_an_error_of_the_index_is_its_own_sentence(assistant: PolicyAssistant) -> None:
    message, history = _fails(assistant, IndexDamagedError("索引<已>损坏。"))
    assert [found.text for found in having(message, "failed")] == ["索引<已>损坏。"]
    assert history == _said(2)
