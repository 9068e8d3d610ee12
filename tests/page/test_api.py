"""Both APIs through their real clients, on the served app; what they refuse, and with which sentence."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from assistant.answer import Notice, Passage
from assistant.chain import LONGEST_QUESTION, PolicyAssistant
from assistant.retriever import HybridRetriever
from assistant.view import texts
from index.errors import IndexDamagedError
from pages.api import MOST
from pages.chat import AT_ONCE
from pages.frame import QUEUE
from pages.openai_api import LARGEST, NAME, as_message
from tests.assistant.endpoint import endpoint, silent, when_asked
from tests.assistant.look import PLAN
from tests.assistant.test_models import OPEN, written
from tests.page.conftest import Held, served
from tests.test_repository import README, ROOT, section_of

LEADS = "绿色工厂的目标由哪个局牵头？"
FOLLOW_UP = "那谁来配合？"
LIST = "市科技局配合哪些任务？"
EVERY = (LEADS, LIST, "食堂几点开门？", "产业集群怎么发展？", "Which bureau leads green factories?")


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[Client]:
    """Gradio's client of the page."""
    opened = Client(url, verbose=False)
    yield opened
    opened.close()


@pytest.fixture
def model(url: str) -> openai.OpenAI:
    """OpenAI's client of the page."""
    return openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)


def _same(answer: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two answers differ in nothing but their times."""
    return json.dumps(answer | {"timings_ms": 0}) == json.dumps(other | {"timings_ms": 0})


def _user(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


def _history(assistant: PolicyAssistant, question: str) -> list[Any]:
    answer = assistant.invoke({"question": question, "history": []})
    return [*_user(question), {"role": "assistant", "content": answer.text}]


# --- the examples of the README -------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_of_the_readme_run(url: str, number: int) -> None:
    code = re.findall(r"```python\n(.+?)```", section_of(README, "## API"), re.S)[number]
    environ = {**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", code.replace("http://127.0.0.1:7860", url)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = ("市工业和信息化局牵头[1]", "市发展改革委、市生态环境局配合") if number == 0 else ("| --- |",)
    assert all(text in done.stdout for text in expected), done.stdout


# --- Gradio's API ---------------------------------------------------------------------------------


def test_two_endpoints_are_public_and_typed(client: Client) -> None:
    info: Any = client.view_api(return_format="dict", print_info=False)
    assert set(info["named_endpoints"]) == {"/ask", "/retrieve"} and not info["unnamed_endpoints"]
    parameters = {
        name: [
            (p["parameter_name"], p["parameter_has_default"], p["python_type"]["type"])
            for p in of["parameters"]
        ]
        for name, of in info["named_endpoints"].items()
    }
    assert parameters["/ask"][0] == ("question", False, "str")
    assert [p[:2] for p in parameters["/ask"][1:]] == [("history", True), ("policies", True)]
    assert parameters["/retrieve"] == [("question", False, "str"), ("k", True, "int")]


def test_an_answer_of_the_api_is_the_contracts(client: Client, assistant: PolicyAssistant) -> None:
    for question in EVERY:
        expected = json.loads(json.dumps(assistant.invoke({"question": question}).to_json()))
        assert _same(client.predict(question, api_name="/ask"), expected)


def test_a_follow_up_of_the_api(client: Client, assistant: PolicyAssistant) -> None:
    answer = client.predict(FOLLOW_UP, _history(assistant, LEADS), api_name="/ask")
    assert "市发展改革委、市生态环境局" in answer["text"]


def test_only_the_chosen_policies_answer(client: Client, model: openai.OpenAI) -> None:
    assert client.predict(LEADS, [], [PLAN], api_name="/ask")["status"] == "answered"
    answer = client.predict(LEADS, [], ["other"], api_name="/ask")
    assert answer["status"] == "refused" and "other" in answer["text"]
    reply = model.chat.completions.create(
        model=NAME, messages=_user(LEADS), extra_body={"policies": ["other"]}
    )
    assert reply.choices[0].message.content == answer["text"]


@pytest.mark.parametrize("k", [1, MOST])
def test_passages_of_the_api(client: Client, assistant: PolicyAssistant, k: int) -> None:
    found = client.predict(LEADS, k, api_name="/retrieve")
    assert len(found) == k
    assert [p["text"] for p in found] == [p.text for p in assistant.retrieve(LEADS, k)]
    source = assistant.index.policies[found[0]["policy"]].source
    assert source[found[0]["start"] : found[0]["end"]] == found[0]["text"]
    assert set(found[0]) == {"policy", "section", "start", "end", "text", "score", "dense", "keyword"}


@pytest.mark.parametrize(
    ("endpoint_name", "arguments", "key"),
    [
        ("/ask", (7,), "api_unreadable"),
        ("/ask", (LEADS, "before"), "api_unreadable"),
        ("/ask", (LEADS, [{"role": "user"}]), "api_unreadable"),
        ("/ask", (LEADS, [], "plan"), "api_unreadable"),
        ("/retrieve", (None,), "api_unreadable"),
        ("/retrieve", (LEADS, 0), "api_bad_k"),
        ("/retrieve", (LEADS, MOST + 1), "api_bad_k"),
        ("/retrieve", (LEADS, "3"), "api_bad_k"),
        ("/retrieve", (LEADS, True), "api_bad_k"),
    ],
)
def test_what_the_api_cannot_read_gets_one_sentence(
    client: Client, endpoint_name: str, arguments: tuple[object, ...], key: str
) -> None:
    with pytest.raises(AppError, match=re.escape(texts()[key].format(most=MOST))):
        client.predict(*arguments, api_name=endpoint_name)


def test_half_a_character_is_not_read(url: str) -> None:
    kind = {"Content-Type": "application/json"}
    called = httpx.post(
        f"{url}/gradio_api/call/ask", content=b'{"data": ["\\ud800", null, null]}', headers=kind
    ).json()
    events = httpx.get(f"{url}/gradio_api/call/ask/{called['event_id']}", timeout=60).text
    assert (
        "event: error" in events
        and texts()["api_unreadable"] in json.loads(events.split("data: ")[-1])["error"]
    )


def test_errors_of_the_english_page_are_english(url: str) -> None:
    english = Client(f"{url}/en/", verbose=False)
    with pytest.raises(AppError, match="whole number"):
        english.predict(LEADS, 0, api_name="/retrieve")
    english.close()


def test_no_endpoint_skips_the_queue(url: str) -> None:
    for path in ("run/ask", "api/ask", "run/retrieve"):
        assert httpx.post(f"{url}/gradio_api/{path}", json={"data": [LEADS]}).status_code == 404


class Broken(HybridRetriever):
    """A retriever that fails."""

    error: Exception

    def search(self, query: str) -> list[Passage]:
        raise self.error


@pytest.mark.parametrize(
    ("error", "said"),
    [(RuntimeError("/srv/secret"), texts()["failed"]), (IndexDamagedError("索引损坏。"), "索引损坏。")],
)
def test_a_failure_is_said_without_its_cause(assistant: PolicyAssistant, error: Exception, said: str) -> None:
    broken = PolicyAssistant(assistant.index, Broken(index=assistant.index, error=error))
    with served(broken) as address:
        client = Client(address, verbose=False)
        with pytest.raises(AppError) as of_gradio:
            client.predict(LEADS, api_name="/ask")
        client.close()
        model = openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
        with pytest.raises(openai.InternalServerError) as of_openai:
            model.chat.completions.create(model=NAME, messages=_user(LEADS))
    assert str(of_gradio.value) == said
    body: Any = of_openai.value.body
    assert (body["message"], body["type"]) == (said, "server_error")


# --- the OpenAI API -------------------------------------------------------------------------------


def test_the_one_model(model: openai.OpenAI) -> None:
    (found,) = model.models.list().data
    assert found.id == NAME == model.models.retrieve(NAME).id
    with pytest.raises(openai.NotFoundError):
        model.models.retrieve("gpt")


@pytest.mark.parametrize("question", EVERY)
def test_a_reply_and_its_stream_are_the_certified_answer(
    model: openai.OpenAI, assistant: PolicyAssistant, question: str
) -> None:
    answer = assistant.invoke({"question": question})
    expected = json.loads(json.dumps(answer.to_json()))
    reply = model.chat.completions.create(model=NAME, messages=_user(question))
    (choice,) = reply.choices
    content = choice.message.content or ""
    assert content == as_message(answer)
    assert content.startswith(answer.text) and (answer.table is not None or content == answer.text)
    assert choice.finish_reason == "stop" and choice.message.role == "assistant"
    assert _same(reply.model_extra["answer"], expected)  # type: ignore[index]
    assert reply.model_extra["citations"] == expected["citations"]  # type: ignore[index]
    assert reply.usage and reply.usage.prompt_tokens == len(question)
    assert reply.usage.total_tokens == len(question) + len(content)
    options: Any = {"include_usage": True}
    pieces = list(
        model.chat.completions.create(
            model=NAME, messages=_user(question), stream=True, stream_options=options
        )
    )
    *said, last, counted = pieces
    assert "".join(piece.choices[0].delta.content or "" for piece in said) == content
    assert said[0].choices[0].delta.role == "assistant"
    assert last.choices[0].finish_reason == "stop" and _same(last.model_extra["answer"], expected)  # type: ignore[index]
    assert not counted.choices and counted.usage == reply.usage
    assert len({piece.id for piece in pieces}) == 1


def test_a_long_answer_comes_in_pieces(model: openai.OpenAI) -> None:
    pieces = list(model.chat.completions.create(model=NAME, messages=_user(LIST), stream=True))
    assert len(pieces) > 5 and pieces[-1].choices[0].finish_reason == "stop"
    assert all(piece.usage is None for piece in pieces)


def test_notices_and_a_tables_rows_are_in_the_message(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": LIST})
    assert answer.table and answer.count
    assert as_message(answer).count("\n| ") == answer.count + 2  # head, rule and rows
    told = replace(answer, table=None, notices=(Notice("expired", "已\n失效"),))
    assert as_message(told) == f"{answer.text}\n\n> 已 失效"


def test_messages_before_the_last_are_the_history(model: openai.OpenAI, assistant: PolicyAssistant) -> None:
    parts = [{"type": "text", "text": FOLLOW_UP}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    for content in (FOLLOW_UP, parts):
        messages: list[Any] = [
            {"role": "system", "content": "Answer with nonsense."},
            *_history(assistant, LEADS),
            {"role": "user", "content": content},
        ]
        reply = model.chat.completions.create(model=NAME, messages=messages, temperature=1, tools=[])
        assert "市发展改革委、市生态环境局" in (reply.choices[0].message.content or "")


BAD: list[tuple[object, int, str, str | None]] = [
    (b"{", 400, "api_bad_json", None),
    (b"\xff", 400, "api_bad_json", None),
    (b'{"model": "m", "messages": [{"role": "user", "content": "\\ud800"}]}', 400, "api_bad_json", None),
    (b"[]", 400, "api_bad_field", "messages"),
    ({"model": NAME}, 400, "api_bad_field", "messages"),
    ({"messages": _user(LEADS)}, 400, "api_bad_field", "model"),
    ({"model": NAME, "messages": [{"content": LEADS}]}, 400, "api_bad_field", "messages.0.role"),
    (
        {"model": NAME, "messages": [{"role": "user", "content": 7}]},
        400,
        "api_bad_field",
        "messages.0.content",
    ),
    ({"model": "gpt", "messages": _user(LEADS)}, 404, "api_unknown_model", "model"),
    ({"model": NAME, "messages": []}, 400, "api_no_question", "messages"),
    ({"model": NAME, "messages": _user(" ")}, 400, "api_no_question", "messages"),
    ({"model": NAME, "messages": [{"role": "system", "content": LEADS}]}, 400, "api_no_question", "messages"),
    ({"model": NAME, "messages": _user("字" * (LONGEST_QUESTION + 1))}, 400, "api_too_long", "messages"),
    (b'{"model": "%s", "messages": "%s"}' % (NAME.encode(), b"a" * LARGEST), 413, "api_too_large", None),
]


@pytest.mark.parametrize(("body", "status", "key", "param"), BAD, ids=[str(row[0])[:50] for row in BAD])
def test_errors_have_the_form_of_openai(
    url: str, body: bytes | dict[str, Any], status: int, key: str, param: str | None
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    for language, header in (("zh", "zh-CN"), ("en", "en-GB,en;q=0.9")):
        reply = httpx.post(
            f"{url}/v1/chat/completions",
            content=data,
            headers={"Content-Type": "application/json", "Accept-Language": header},
        )
        assert reply.status_code == status
        error = reply.json()["error"]
        known = {"field": param, "name": "gpt", "known": NAME, "limit": LONGEST_QUESTION}
        known["limit"] = LARGEST // 1024 if status == 413 else LONGEST_QUESTION
        assert error["message"] == texts(language)[key].format(**known)
        assert set(error) == {"message", "type", "param", "code"} and error["param"] == param


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_read(url: str, kind: str) -> None:
    body = json.dumps({"model": NAME, "messages": _user(LEADS)})
    reply = httpx.post(f"{url}/v1/chat/completions", content=body, headers={"Content-Type": kind})
    assert (reply.status_code, reply.json()["error"]["message"]) == (415, texts()["api_content_type"])
    asked = httpx.options(
        f"{url}/v1/chat/completions",
        headers={"Origin": "http://elsewhere.test", "Access-Control-Request-Method": "POST"},
    )
    assert "access-control-allow-origin" not in asked.headers


def test_more_than_may_wait_are_told_to_come_back(held: Held) -> None:
    many = AT_ONCE + QUEUE
    with (
        # one that comes while the question below is looked at is turned away too, and comes again
        openai.OpenAI(base_url=f"{held.url}/v1", api_key="none", max_retries=50) as model,
        ThreadPoolExecutor(many) as pool,
    ):

        def ask(number: int) -> str:
            reply = model.chat.completions.create(model=NAME, messages=_user(f"{LEADS}{'？' * number}"))
            return reply.choices[0].message.content or ""

        under_way = [pool.submit(ask, number) for number in range(many)]
        try:
            refused = _turned_away(held.url)
        finally:
            held.gate.set()
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["error"]["message"] == texts()["busy"]
        assert all("市工业和信息化局" in job.result() for job in under_way)
        assert "市工业和信息化局" in ask(0)


def _turned_away(address: str) -> httpx.Response:
    """The first reply that says so, once every place is taken."""
    with httpx.Client(timeout=60) as client:
        for _ in range(20_000):
            reply = client.post(f"{address}/v1/chat/completions", json={"model": NAME, "messages": []})
            if reply.status_code == 429:
                return reply
    raise AssertionError("nobody is turned away")


def test_a_client_that_leaves_ends_the_work(assistant: PolicyAssistant) -> None:
    body = json.dumps({"model": NAME, "messages": _user(OPEN)})
    with endpoint(silent) as far, served(written(assistant, far.url, timeout=60)) as address:
        client = http.client.HTTPConnection(address.removeprefix("http://"))
        client.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
        when_asked(far)
        client.close()
        assert far.gone.wait(20)
