"""The gate alone, before a small app: who is known by a proxy's header, and from whom it is believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from fastapi import HTTPException
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from assistant.audit import AuditFiles
from assistant.settings import Settings
from assistant.sign_in import Throttle
from assistant.users import Role, User, Users
from pages.access import MOST_DENIED, Visitor, allowed, demand, needs, only, visitor_of
from pages.gate import ANYONE, Access, Gate

LOOPBACK = "127.0.0.1"
Pairs = Sequence[tuple[str, str | bytes]]


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that says who asks."""
    visitor = visitor_of(Request(scope))
    user = visitor.user or User("nobody", Role.reader)
    await JSONResponse([user.name, user.role.name, visitor.address, scope["scheme"]])(scope, receive, send)


def _ask(access: Access, peer: str, headers: Pairs = (), path: str = "/x", method: str = "GET") -> list[Any]:
    """The status, and what the app behind the gate says."""

    async def work() -> httpx.Response:
        transport = httpx.ASGITransport(app=Gate(_who, access), client=(peer, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as client:
            pairs = [(n, v.encode() if isinstance(v, str) else v) for n, v in headers]
            return await client.request(
                method, path, headers=[(name.encode(), value) for name, value in pairs]
            )

    reply = asyncio.run(work())
    return [reply.status_code, *(reply.json() if reply.status_code == 200 else ())]


def _access(**settings: Any) -> Access:
    return Access(Settings(auth_header="X-Remote-User", **settings))


@pytest.mark.parametrize(
    ("proxies", "peer", "known"),
    [
        ("127.0.0.1,::1", LOOPBACK, True),
        ("127.0.0.1,::1", "::1", True),
        ("127.0.0.1,::1", "::ffff:127.0.0.1", True),
        ("127.0.0.1,::1", "10.0.0.1", False),
        ("127.0.0.1,::1", "127.0.0.2", False),
        ("10.0.0.0/8", "10.200.0.1", True),
        ("10.0.0.0/8", LOOPBACK, False),
        ("10.0.0.0/8", "", False),
    ],
)
def test_only_a_trusted_connection_names_a_user(proxies: str, peer: str, known: bool) -> None:
    for told in ((), (("X-Forwarded-For", LOOPBACK),), (("X-Forwarded-For", "10.0.0.1"),)):
        found = _ask(_access(trusted_proxies=proxies), peer, [("X-Remote-User", "王工"), *told])
        assert found[:3] == ([200, "王工", "reader"] if known else [401])


@pytest.mark.parametrize(
    "named",
    [[], [""], [" "], ["a", "b"], ["a", "a"], ["a,b"], ["a b"], ["x" * 65], [b"\xff\xfe"], [b"a\x7f"]],
    ids=repr,
)
def test_a_name_that_is_none_is_nobody(named: list[str | bytes]) -> None:
    assert _ask(_access(), LOOPBACK, [("X-Remote-User", value) for value in named]) == [401]


@given(st.binary(max_size=40).filter(lambda value: not set(value) & set(b"\r\n\0")))
def test_no_name_is_more_than_a_reader(value: bytes) -> None:
    found = _ask(_access(), LOOPBACK, [("X-Remote-User", value)])
    assert found == [401] or (found[0] == 200 and found[2] == "reader" and found[1].isprintable())


def test_the_file_gives_the_role_and_the_proxy_the_address(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.json")
    users.add("王工", Role.administrator)
    key = users.add_key("王工")
    access = _access(auth_file=str(tmp_path / "users.json"))
    told = [("X-Forwarded-For", "6.6.6.6, 10.0.0.9"), ("X-Forwarded-Proto", "https")]
    found = _ask(access, LOOPBACK, [("X-Remote-User", "王工"), *told])
    assert found == [200, "王工", "administrator", "10.0.0.9", "https"]
    assert _ask(access, LOOPBACK, [("X-Remote-User", "other")])[:3] == [200, "other", "reader"]
    assert _ask(access, "10.0.0.1", [("Authorization", f"Bearer {key}")])[:3] == [
        200,
        "王工",
        "administrator",
    ]
    assert _ask(access, LOOPBACK, path="/") == [401]  # no login page of ours


def test_where_nobody_signs_in_everybody_may() -> None:
    strange = [("X-Remote-User", "a"), ("Authorization", "Bearer none"), ("Cookie", "policy_session=x")]
    found = _ask(Access(Settings()), "10.0.0.1", strange)
    assert found == [200, "", "evaluator", "10.0.0.1", "http"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:7860", "localhost", "LOCALHOST:80", "[::1]:7860"])
def test_who_is_at_the_machine_itself_is_an_administrator(host: str) -> None:
    assert _ask(Access(), LOOPBACK, [("Host", host)])[2] == "administrator"
    assert _ask(Access(), LOOPBACK, [("Host", host), ("Origin", f"http://{host}")])[2] == "administrator"
    for told in ("https://evil.test", "null", f"http://{host}.evil.test"):
        assert _ask(Access(), LOOPBACK, [("Host", host), ("Origin", told)])[2] == "evaluator"
    for name in ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"):
        assert _ask(Access(), LOOPBACK, [("Host", host), (name, LOOPBACK)])[2] == "evaluator"
    network = Access(Settings(host="0.0.0.0", allow_anonymous=True))
    assert _ask(network, LOOPBACK, [("Host", host)])[2] == "evaluator"


@pytest.mark.parametrize(
    "host", ["", "policy.example.org", "127.0.0.1.evil.test", "[::1", "localhost.evil.test", "@"]
)
def test_a_name_from_elsewhere_is_not_the_machine_itself(host: str) -> None:
    assert _ask(Access(), LOOPBACK, [("Host", host)])[2] == "evaluator"


def test_where_nobody_signs_in_a_refusal_is_recorded_too(tmp_path: Path) -> None:
    access = Access(Settings(audit_dir=str(tmp_path)))
    assert _ask(access, LOOPBACK, path="/documents/uploads", method="PUT") == [403]
    (path,) = tmp_path.iterdir()
    line = json.loads(path.read_text("utf-8"))
    assert (line["act"], line["why"], line["path"]) == ("denied", "role", "/documents/uploads")


@pytest.mark.parametrize(("peer", "believed"), [("10.0.0.1", True), (LOOPBACK, False)])
def test_where_nobody_signs_in_only_a_trusted_proxy_tells_who_is_connected(peer: str, believed: bool) -> None:
    told = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https")]
    found = _ask(Access(Settings(trusted_proxies="10.0.0.0/8")), peer, told)
    assert found[3:] == (["6.6.6.6", "https"] if believed else [peer, "http"])


@pytest.mark.parametrize("path", ["/gradio_api/upload%0A", "/health%0A", "/x%00"])
def test_an_address_with_control_characters_is_none(path: str) -> None:
    for access in (Access(Settings()), _access()):
        assert _ask(access, LOOPBACK, [("X-Remote-User", "a")], path) == [404]


@pytest.mark.parametrize(
    ("peer", "told", "status"),
    [
        (LOOPBACK, {"Origin": "http://page.test"}, 200),
        ("10.0.0.1", {"Origin": "http://PAGE.test"}, 200),
        (LOOPBACK, {"Origin": "https://policy.test:8443", "X-Forwarded-Host": "policy.test:8443"}, 200),
        (LOOPBACK, {"Origin": "https://policy.test", "X-Forwarded-Host": "evil.test, policy.test"}, 200),
        ("10.0.0.1", {"Origin": "https://policy.test", "X-Forwarded-Host": "policy.test"}, 403),
        (LOOPBACK, {"Origin": "https://policy.test"}, 403),
        (LOOPBACK, {"Origin": "http://page.test.evil.test"}, 403),
        (LOOPBACK, {"Origin": "null", "X-Forwarded-Host": ""}, 403),
        (LOOPBACK, {}, 200),
    ],
)
def test_a_page_of_another_origin_is_refused(
    tmp_path: Path, peer: str, told: dict[str, str], status: int
) -> None:
    users = Users(tmp_path / "users.json")
    users.add("a", Role.reader)
    access = _access(auth_file=str(tmp_path / "users.json"))
    pairs = [("Authorization", f"Bearer {users.add_key('a')}"), *told.items()]
    assert _ask(access, peer, pairs, method="POST")[0] == status
    assert _ask(access, peer, pairs)[0] == 200


# --- inside -------------------------------------------------------------------------------------


def _request(visitor: Visitor | None) -> Request:
    scope: Mapping[str, Any] = {"type": "http", "path": "/", "headers": []}
    return Request({**scope, **({"visitor": visitor} if visitor else {})})


@pytest.mark.parametrize("role", list(Role))
def test_a_role_includes_those_below(role: Role) -> None:
    request = _request(Visitor(User("a", role)))
    for asked in (request, gr.Request(request)):
        assert [allowed(asked, other) for other in Role] == [other <= role for other in Role]


STRANGE: dict[str, Any] = {
    "none": None,
    "object": object(),
    "gradio's own": gr.Request(),
    "no gate": _request(None),
    "nobody": _request(Visitor()),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_did_not_come_through_the_gate_may_nothing(name: str) -> None:
    strange = STRANGE[name]
    assert not allowed(strange, Role.reader)
    with pytest.raises(gr.Error):
        demand(strange, Role.reader)
    with pytest.raises(HTTPException):
        only(Role.reader, lambda sent: sent, "zh")(1, strange)


def test_a_function_of_a_script_runs_for_who_may() -> None:
    def double(sent: Any) -> Any:
        return sent * 2

    guarded = only(Role.evaluator, double, "en")
    assert guarded.__name__ == "double"
    assert guarded(4, _request(Visitor(ANYONE))) == 8  # type: ignore[arg-type]
    with pytest.raises(HTTPException):
        guarded(4, _request(Visitor(User("a", Role.reader))))  # type: ignore[arg-type]


def test_refusals_of_an_address_fill_no_disk(tmp_path: Path) -> None:
    log, refusals = AuditFiles(tmp_path), Throttle()

    def lines() -> int:
        return sum(len(path.read_bytes().splitlines()) for path in tmp_path.iterdir())

    def refused(address: str) -> None:
        request = _request(Visitor(User("a", Role.reader), address, log, refusals))
        with pytest.raises(gr.Error):
            demand(request, Role.evaluator)
        with pytest.raises(HTTPException):
            needs(Role.evaluator)(request)
        with pytest.raises(HTTPException):
            only(Role.evaluator, lambda sent: sent, "zh")(1, request)  # type: ignore[arg-type]

    for _ in range(MOST_DENIED):
        refused("10.0.0.1")
    assert lines() == MOST_DENIED
    refused("10.0.0.2")
    assert lines() == MOST_DENIED + 3
    log.close()
