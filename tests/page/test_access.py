"""Who may: every route and every function of the page, for nobody and for every role."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import Any, get_type_hints

import gradio as gr
import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.routing import Mount

from assistant.audit import AuditFiles
from assistant.users import Role, User
from assistant.view import texts
from pages.access import Visitor
from pages.frame import VIEWS
from tests.page.conftest import Guarded

LEADS = "绿色工厂的目标由哪个局牵头？"
WORDS = texts()
OURS = {text[key] for text in (WORDS, texts("en")) for key in ("sign_in", "no_key", "not_allowed")}
ROLES = ("", *(role.name for role in Role))  # "" is somebody who has not signed in
OPEN = {  # what anybody may ask for; a new one stands here or it fails
    ("GET", "/health"), ("GET", "/ready"),
    ("GET", "/login"), ("POST", "/login"), ("GET", "/en/login"), ("POST", "/en/login"),
    ("POST", "/logout"), ("GET", "/logout"),  # the second is Gradio's own, which ends nothing of ours
    ("GET", "/favicon.ico"),
}  # fmt: skip
EVALUATORS = re.compile(  # the least role is reader for all else
    r"(/en)?/gradio_api/(upload|process_recording)|/runs/.+"
)
ADMINISTRATORS = re.compile(r"/documents/.+")
FUNCTIONS = {"pages.evaluation": Role.evaluator, "pages.documents": Role.administrator} | dict.fromkeys(
    (
        "pages.api",
        "pages.chat",
        "pages.duties",
        "pages.frame",
        "pages.renewal",
        "pages.targets",
        "pages.tour",
    ),
    Role.reader,
)
OWN = {"end", "empty", "next_seed"}  # functions that touch nothing but what the same browser session began
QUIET = {"opened"}  # and those that say nothing where others would refuse
NOTHING = (
    {"__type__": "update"},
    {"__type__": "update", "props": {"__type__": "update"}},
)  # the second of gr.HTML
TELLING = {  # those that tell every role its own, and the least role that is told anything
    ("pages.evaluation", "opened"): Role.evaluator,
    ("pages.documents", "opened"): Role.administrator,
    ("pages.frame", "show"): Role.evaluator,
}


@pytest.fixture
def client(guarded: Guarded) -> Iterator[httpx.Client]:
    """A browser that has not signed in."""
    with httpx.Client(base_url=guarded.url, timeout=60) as opened:
        yield opened


# --- every route, every role --------------------------------------------------------------------


def _routes(routes: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and an address of every route, also of what is mounted."""
    for found in iter_route_contexts(routes):
        if isinstance(found.route, Mount):
            yield from _routes(found.route.routes, prefix + found.route.path)
            continue
        assert found.path is not None, found.route
        path = prefix + re.sub(r"\{[^}]+\}", "x", found.path.replace("{size}", "1"))
        for method in sorted(found.methods or {"GET"}):
            yield method, path


def _ours(client: httpx.Client, method: str, path: str, headers: dict[str, str]) -> str:
    """The sentence with which the gate or a check of ours turned a request away; "" where it let it pass."""
    with client.stream(method, path, headers=headers) as reply:
        if method != "POST" and reply.status_code == 303 and reply.headers["location"].endswith("login"):
            return WORDS["sign_in"]
        if method == "HEAD":  # has no body to tell ours from Gradio's
            return WORDS["sign_in"] if reply.status_code == 401 else ""
        if reply.status_code not in (401, 403):
            return ""
        text = reply.read().decode()
    said = json.loads(text) if text.startswith("{") else {}
    detail = said.get("detail") or said.get("error", {}).get("message", "")
    return detail if detail in OURS else ""


def test_every_route_asks_for_its_role(guarded: Guarded, client: httpx.Client) -> None:
    found = sorted(set(_routes(guarded.app.routes)))
    assert {path for _, path in found} >= {"/document/x", "/v1/chat/completions", "/en/gradio_api/queue/join"}
    assert len(found) > 100
    for method, path in found:
        least = None if (method, path) in OPEN else Role.reader
        if EVALUATORS.fullmatch(path):
            least = Role.evaluator
        if ADMINISTRATORS.fullmatch(path):
            least = Role.administrator
        for role in ROLES:
            refused = _ours(client, method, path, guarded.key(role))
            may = least is None or (role != "" and Role[role] >= least)
            assert bool(refused) is not may, (method, path, role, refused)


def test_the_open_ones_are_there(guarded: Guarded) -> None:
    assert set(_routes(guarded.app.routes)) >= OPEN


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/en",
        "//health",
        "/health/",
        "/health/../v1/models",
        "/HEALTH",
        "/%68ealth/x",
        "//evil.test/",
    ],
)
def test_what_is_no_route_is_closed_too(guarded: Guarded, path: str) -> None:
    raw = http.client.HTTPConnection(guarded.url.removeprefix("http://"))
    raw.request("GET", path)  # as it stands: httpx would tidy it up
    reply = raw.getresponse()
    raw.close()
    assert reply.status == 401 or reply.headers["Location"] == "en/"


@pytest.mark.parametrize("role", ["", "administrator"])
@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload%0A",
        "/en/gradio_api/upload%0a",
        "/gradio_api/process_recording%0A",
        "/gradio_api/upload/%0D",
        "/health%0A",
        "/document/x%00",
        "/%C2%85",
    ],
)
def test_an_address_with_control_characters_is_none(
    guarded: Guarded, client: httpx.Client, path: str, role: str
) -> None:
    files = {"files": ("x.jsonl", b"x")}
    assert client.post(path, files=files, headers=guarded.key(role)).status_code == 404
    assert client.get(path, headers=guarded.key(role)).status_code == 404


# --- every function that Gradio calls -----------------------------------------------------------


def _functions(guarded: Guarded, prefix: str = "") -> dict[int, Any]:
    """The functions of the page under an address, by the number that Gradio calls them by."""
    (page,) = [route for route in guarded.app.routes if isinstance(route, Mount) and route.path == prefix]
    found: dict[int, Any] = page.app.get_blocks().fns  # type: ignore[attr-defined]
    return found


def _call(client: httpx.Client, prefix: str, number: int, function: Any, headers: dict[str, str]) -> Any:
    """What an event of the page gives with nothing in its fields: its outputs, or the sentence that refuses."""
    session = f"session{number}{len(str(headers))}"
    body = {"data": [None] * len(function.inputs), "fn_index": number, "session_hash": session}
    if not function.queue:
        reply = client.post(f"{prefix}/gradio_api/run/predict", json=body, headers=headers)
        said = reply.json()
        return said["data"] if reply.status_code == 200 else said.get("detail") or said.get("error")
    joined = client.post(f"{prefix}/gradio_api/queue/join", json=body, headers=headers)
    if joined.status_code != 200:
        return joined.json()["detail"]
    address = f"{prefix}/gradio_api/queue/data"
    with client.stream("GET", address, params={"session_hash": session}, headers=headers) as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if message.get("msg") == "process_completed":
                output = message["output"]
                return output["data"] if message["success"] else output["error"]
    raise AssertionError("the stream ended before the answer")


def _sent_by(visitor: Visitor) -> gr.Request:
    """A request of somebody, as a function of the page is given it."""
    scope = {"type": "http", "path": "/", "headers": [], "visitor": visitor}
    return gr.Request(Request(scope), session_hash=f"of {visitor.name}")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_function_of_the_page_asks_for_its_role(
    guarded: Guarded, client: httpx.Client, prefix: str
) -> None:
    words = texts("en" if prefix else "zh")
    checked = set()
    for number, function in _functions(guarded, prefix).items():
        if function.fn is None:
            continue
        name = function.fn.__name__
        least = FUNCTIONS[function.fn.__module__]
        assert _call(client, prefix, number, function, {}) == words["sign_in"], name
        if least is Role.reader or name in OWN:
            continue
        checked.add(name)
        for role in Role:
            if role >= least:
                continue
            given = _call(client, prefix, number, function, guarded.key(role.name))
            if name in QUIET:
                assert all(data in NOTHING for data in given), (name, given)
            else:
                assert given == words["not_allowed"], name
    assert checked >= {"receive", "run", "show", "opened", "change", "interrupt"}


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_function_of_the_page_asks_behind_the_gate_too(guarded: Guarded, prefix: str) -> None:
    refused = 0
    for function in _functions(guarded, prefix).values():
        if function.fn is None or function.fn.__name__ in OWN:
            continue
        place = (function.fn.__module__, function.fn.__name__)
        least = FUNCTIONS[place[0]]
        for user in (None, User("reader", Role.reader), User("evaluator", Role.evaluator)):
            request = _sent_by(Visitor(user))
            if place in TELLING and user and user.role >= TELLING[place]:
                continue
            if place in TELLING:
                given = function.fn(request)
                shown = given if isinstance(given, (list, tuple)) else (given,)
                assert all(not one.get("visible") and "choices" not in one for one in shown), place
            elif user is None or user.role < least:
                with pytest.raises(gr.Error) as error:
                    _begin(function.fn, request)
                assert error.value.message == texts("en" if prefix else "zh")["not_allowed"], place
                refused += 1
    assert refused > 20


def _begin(function: Any, request: gr.Request) -> None:
    """Call what an event calls, with nothing but the request; of what yields, up to the first time."""
    parameters = get_type_hints(function)
    given = {
        name: request if parameters.get(name) is gr.Request else None
        for name in signature(function).parameters
    }
    result = function(**given)
    if isinstance(result, Iterator):
        next(result)


def test_a_view_for_some_is_hidden_from_others(guarded: Guarded, client: httpx.Client) -> None:
    least = [view.ROLE for view in VIEWS if getattr(view, "ROLE", Role.reader) > Role.reader]
    functions = _functions(guarded)
    (number,) = [n for n, f in functions.items() if f.fn and f.fn.__module__ == "pages.frame"]
    for role in Role:
        data = _call(client, "", number, functions[number], guarded.key(role.name))
        assert [one["visible"] for one in data] == [role >= needed for needed in least]


# --- what is recorded ---


def test_an_answer_of_the_page_is_recorded(guarded: Guarded, client: httpx.Client) -> None:
    (number,) = [n for n, f in _functions(guarded).items() if any(t[1] == "submit" for t in f.targets)]
    headers = guarded.key("evaluator")
    body = {"data": [LEADS, [], None, ""], "fn_index": number, "session_hash": "recorded"}
    assert client.post("/gradio_api/queue/join", json=body, headers=headers).status_code == 200
    address = "/gradio_api/queue/data"
    with client.stream("GET", address, params={"session_hash": "recorded"}, headers=headers) as stream:
        assert any("process_completed" in line for line in stream.iter_lines())
    line = [line for line in guarded.lines() if line["act"] == "answer"][-1]
    assert (line["who"], line["via"], line["status"], line["route"]) == (
        "evaluator",
        "page",
        "answered",
        "ledger",
    )


def test_an_answer_that_is_left_is_recorded(guarded: Guarded, tmp_path: Path) -> None:
    functions = _functions(guarded).values()
    (ask,) = [f.fn for f in functions if any(t[1] == "submit" for t in f.targets)]
    (empty,) = [f.fn for f in functions if f.fn and f.fn.__name__ == "empty"]
    log = AuditFiles(tmp_path)
    request = _sent_by(Visitor(User("leaver", Role.reader), audit=log))
    events = ask(LEADS, [], [], None, request)
    next(events)  # what shows that the question is taken
    empty(request)
    assert len(list(events)) == 1
    (path,) = tmp_path.iterdir()
    (line,) = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert (line["act"], line["who"], line["status"]) == ("answer", "leaver", "answered")
    log.close()
