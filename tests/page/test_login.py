"""Signing in and out, the brake on guessing, other sites, API keys, and a start that is not open."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from gradio_client import Client

import app as application
from assistant.sign_in import MOST_TOGETHER
from assistant.users import Role, Users
from assistant.view import texts
from index.errors import message
from pages.gate import COOKIE
from pages.openai_api import NAME
from tests.page.conftest import PASSWORD, Guarded

LEADS = "绿色工厂的目标由哪个局牵头？"
PLAN = "hanzhong-2024-11"
WORDS = texts()


@pytest.fixture
def client(guarded: Guarded) -> Iterator[httpx.Client]:
    """A browser that has not signed in."""
    with httpx.Client(base_url=guarded.url, timeout=60) as opened:
        yield opened


# --- signing in and out -------------------------------------------------------------------------


def _token(client: httpx.Client, path: str = "/login") -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def _sign_in(client: httpx.Client, name: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    data = {"name": name, "password": password, "token": _token(client)}
    return client.post("/login", data=data, **more)


def test_from_the_login_page_to_signing_out(guarded: Guarded, client: httpx.Client) -> None:
    first = client.get("/")
    assert (first.status_code, first.headers["location"]) == (303, "login")
    told = (first, client.get("/login"), client.get("/v1/models"), client.get("/static/img/logo.svg"))
    assert [reply.headers["cache-control"] for reply in told] == ["no-store"] * 4
    reply = _sign_in(client, "reader")
    assert (reply.status_code, reply.headers["location"]) == (303, "./")
    (cookie,) = [text for text in reply.headers.get_list("set-cookie") if text.startswith(f"{COOKIE}=")]
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= flags and "secure" not in flags
    assert any(re.fullmatch(r"max-age=43200", flag) for flag in flags)
    page = client.get("/")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert client.get(f"/document/{PLAN}").status_code == 200
    assert client.get("/login").headers["location"] == "./"
    copied = client.cookies[COOKIE]
    assert client.post("/logout").headers["location"] == "login"
    assert COOKIE not in client.cookies
    assert client.get("/v1/models").status_code == 401
    assert client.get("/v1/models", headers={"Cookie": f"{COOKIE}={copied}"}).status_code == 401
    acts = [line["act"] for line in guarded.lines() if line["who"] == "reader"]
    assert acts[-2:] == ["login", "logout"]


def test_behind_tls_the_cookie_is_secure(client: httpx.Client) -> None:
    reply = _sign_in(client, "reader", headers={"X-Forwarded-Proto": "https"})
    assert "secure" in next(text for text in reply.headers.get_list("set-cookie") if COOKIE in text).lower()


def test_the_login_page_loads_nothing(client: httpx.Client) -> None:
    for path in ("/login", "/en/login"):
        page = client.get(path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "form-action 'self'" in policy and "unsafe" not in policy
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)


def test_an_unknown_name_is_told_what_a_wrong_password_is(client: httpx.Client) -> None:
    replies = [
        _sign_in(client, name, "wrong password", headers={"X-Forwarded-For": "10.9.9.9"})
        for name in ("reader", "nobody")
    ]
    assert {reply.status_code for reply in replies} == {401}
    shown = {re.sub(r'(nonce|value|nonce-)="?[^" ]+"?', "", reply.text) for reply in replies}
    assert len(shown) == 1 and WORDS["login_failed"] in shown.pop()


def test_guessing_is_braked(guarded: Guarded, client: httpx.Client) -> None:
    here, elsewhere = ({"X-Forwarded-For": f"10.1.1.{n}"} for n in (1, 2))
    for _ in range(MOST_TOGETHER):
        assert _sign_in(client, "evaluator", "a guess", headers=here).status_code == 401
    reply = _sign_in(client, "evaluator", headers=here)  # right, and too late
    assert reply.status_code == 429 and int(reply.headers["Retry-After"]) > 0 and COOKIE not in client.cookies
    assert _sign_in(client, "reader", headers=here).status_code == 303
    client.cookies.clear()
    assert _sign_in(client, "evaluator", headers=elsewhere).status_code == 303
    failed = [
        line for line in guarded.lines() if line["act"] == "login_failed" and line["address"] == "10.1.1.1"
    ]
    assert [line["name"] for line in failed] == ["evaluator"] * MOST_TOGETHER
    (line,) = [line for line in guarded.lines() if line.get("why") == "throttled"]
    assert (line["act"], line["name"], line["address"]) == ("denied", "evaluator", "10.1.1.1")


def test_a_name_that_may_be_a_password_is_not_recorded(guarded: Guarded, client: httpx.Client) -> None:
    _sign_in(client, "my secret", "", headers={"X-Forwarded-For": "10.3.3.3"})
    (line,) = [line for line in guarded.lines() if line["address"] == "10.3.3.3"]
    assert (line["act"], line["name"]) == ("login_failed", "")


# --- other sites --------------------------------------------------------------------------------


def test_another_sites_form_signs_nobody_in(client: httpx.Client) -> None:
    form = {"name": "reader", "password": PASSWORD}
    for token in ({}, {"token": ""}, {"token": "x"}):
        reply = client.post("/login", data=form | token)
        assert reply.status_code == 400 and COOKIE not in client.cookies
        client.cookies.clear()
    _token(client)
    assert client.post("/login", data=form | {"token": "x"}).status_code == 400
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_another_sites_page_does_nothing_for_a_reader(client: httpx.Client, foreign: dict[str, str]) -> None:
    _sign_in(client, "evaluator")
    for path in (
        "/logout",
        "/login",
        "/gradio_api/upload",
        "/v1/chat/completions",
        "/en/gradio_api/queue/join",
    ):
        assert client.post(path, headers=foreign).status_code == 403
    assert client.get("/", headers=foreign).status_code == 200  # a link may lead here
    for own in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": str(client.base_url).rstrip("/")}):
        assert client.post("/v1/chat/completions", json={}, headers=own).status_code == 400


@pytest.mark.parametrize(
    "more", ["?next=//evil.example", "?next=https://evil.example", "?next=/\\evil.example"]
)
def test_no_link_leads_elsewhere(client: httpx.Client, more: str) -> None:
    data = {"name": "reader", "password": PASSWORD, "token": _token(client, f"/login{more}")}
    data["next"] = "//evil.example"
    assert client.post(f"/login{more}", data=data).headers["location"] == "./"
    assert client.get(f"/login{more}").headers["location"] == "./"


def test_what_is_no_form_is_refused(client: httpx.Client) -> None:
    token = _token(client)
    assert client.post("/login", data={"token": token, "name": "x" * 20_000}).status_code == 413
    files = {"password": ("f", b"x"), "token": (None, token.encode())}
    assert client.post("/login", files=files).status_code == 400
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/login", content=b"\xff%%%=&&", headers=kind).status_code == 400
    shown = client.post("/login", data={"token": token, "name": '"><script>x</script>', "password": "y"})
    assert shown.status_code == 401 and "<script>x" not in shown.text


# --- programs -----------------------------------------------------------------------------------


def test_api_keys(guarded: Guarded) -> None:
    user: Any = [{"role": "user", "content": LEADS}]
    for key in ("none", "", guarded.keys["reader"][:-1]):
        with openai.OpenAI(base_url=f"{guarded.url}/v1", api_key=key or "x", max_retries=0) as model:
            with pytest.raises(openai.AuthenticationError) as refused:
                model.chat.completions.create(model=NAME, messages=user)
            assert refused.value.code == "invalid_api_key"
            assert WORDS["no_key"] in str(refused.value)
    with openai.OpenAI(base_url=f"{guarded.url}/v1", api_key=guarded.keys["reader"], max_retries=0) as model:
        reply = model.chat.completions.create(model=NAME, messages=user)
    assert "市工业和信息化局牵头" in (reply.choices[0].message.content or "")
    gradio = Client(guarded.url, headers=guarded.key("reader"), verbose=False)
    assert gradio.predict(LEADS, api_name="/ask")["status"] == "answered"
    assert gradio.predict(LEADS, 1, api_name="/retrieve")[0]["policy"] == PLAN
    gradio.close()
    asked = [line for line in guarded.lines() if line["act"] in ("answer", "retrieve")]
    assert [(line["who"], line["via"], line["policies"]) for line in asked[-3:]] == [
        ("reader", via, [PLAN]) for via in ("v1", "api", "api")
    ]
    assert LEADS not in json.dumps(asked, ensure_ascii=False)
    assert len({line["question_sha256"] for line in asked[-3:]}) == 1


def test_a_removed_user_is_out_at_once_and_a_damaged_file_lets_nobody_in(
    guarded: Guarded, client: httpx.Client
) -> None:
    guarded.users.add("leaver", Role.administrator, PASSWORD)
    assert _sign_in(client, "leaver").status_code == 303
    assert client.get("/v1/models").status_code == 200
    guarded.users.remove("leaver")
    assert client.get("/v1/models").status_code == 401
    path = guarded.users._path
    kept = path.read_bytes()
    try:
        path.write_bytes(b"{}x")
        assert client.get("/v1/models", headers=guarded.key("reader")).status_code == 503
        assert client.get("/health").status_code == 503  # whoever watches it is told
    finally:
        path.write_bytes(kept)
    assert client.get("/v1/models", headers=guarded.key("reader")).status_code == 200


# --- the start ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"HOST": "0.0.0.0"}, WORDS["exposed"].format(host="0.0.0.0")),
        ({"AUTH_FILE": "none.json"}, "没有 AUTH_FILE 指定的文件 none.json"),
        ({"AUTH_FILE": "empty.json"}, WORDS["no_users"]),
        (
            {"AUTH_HEADER": "X-User", "TRUSTED_PROXIES": "0.0.0.0/0"},
            message("proxies_everybody", value="0.0.0.0/0"),
        ),
        ({"AUDIT_DIR": "empty.json"}, "请检查 AUDIT_DIR。"),
        ({"AUTH_HEADER": "X-User", "INDEX_DIR": "empty.json"}, "审计日志写不了（empty.json/audit："),
    ],
)
def test_the_app_does_not_start_open(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environ: dict[str, str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    users = Users(tmp_path / "empty.json")
    users.add("x", Role.reader)
    users.remove("x")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert application.main() == 2
    assert sentence in capsys.readouterr().err


def test_the_start_says_that_readers_still_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    users = Users(tmp_path / "users.json")
    users.add("x", Role.reader)
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that it ends there
        environ = {"AUTH_FILE": "users.json", "ALLOW_ANONYMOUS": "1", "PORT": str(taken.getsockname()[1])}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        assert application.main() == 2
    assert capsys.readouterr().out.splitlines() == [WORDS["anonymous_unused"]]
