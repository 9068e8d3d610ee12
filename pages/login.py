"""Signing in and out: ``/login`` in Chinese, ``/en/login`` in English, and ``POST /logout``.

There is no address to go on to: whoever has signed in comes to the page of that language, so that no link to here
can lead elsewhere. Behind a proxy's prefix all of this works as the page does: addresses are relative.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from dataclasses import replace
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from assistant.sign_in import limits_of
from assistant.terms import Language
from assistant.users import LONGEST_NAME, User
from assistant.view import texts
from pages.access import language_of, visitor_of
from pages.frame_html import address
from pages.gate import COOKIE, LOGIN, Access

LARGEST = 16 * 1024  # bytes of a form
AT_ONCE = 2  # passwords checked at a time: each takes 19 MB and a thread
TOKEN = "policy_login"  # cookie with the token that a form has to repeat: another site's form cannot
TOKEN_SECONDS = 3600
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("login.html")


def routes(access: Access) -> APIRouter:
    """The routes, where there are passwords; else none."""
    found = APIRouter()
    if not access.signs_in or access.users is None or access.sessions is None:
        return found
    users, sessions = access.users, access.sessions
    places = asyncio.Semaphore(AT_ONCE)

    def show(request: Request) -> Response:
        if visitor_of(request).user:
            return RedirectResponse("./", 303)
        return _page(request)

    def known(name: str) -> str:
        return name if users.find(name) else ""  # else it may be a password

    async def sign_in(request: Request) -> Response:
        words = texts(language_of(request.scope))
        if int(request.headers.get("content-length", "0")) > LARGEST:
            return _page(request, 413, words["too_large"])
        form = await request.form(max_files=0, max_fields=8)
        name, password, token = (str(form.get(field) or "") for field in ("name", "password", "token"))
        cookie = request.cookies.get(TOKEN, "")
        if not cookie or not secrets.compare_digest(cookie.encode(), token.encode()):
            return _page(request, 400, words["login_again"], name)
        limits = limits_of(name, visitor_of(request).address)
        wait = access.throttle.take(limits)
        if wait:
            visitor_of(request).deny("throttled", name=known(name), path=request.url.path)
            page = _page(request, 429, words["login_wait"].format(minutes=math.ceil(wait / 60)), name)
            page.headers["Retry-After"] = str(math.ceil(wait))
            return page
        async with places:
            user = await asyncio.to_thread(users.check, name, password)
        if user is None:
            visitor_of(request).record("login_failed", name=known(name))
            return _page(request, 401, words["login_failed"], name)
        access.throttle.give_back(limits)
        return _entered(request, user)

    def _entered(request: Request, user: User) -> Response:
        replace(visitor_of(request), user=user).record("login")
        response = RedirectResponse("./", 303)
        response.delete_cookie(TOKEN, httponly=True, samesite="strict")
        response.set_cookie(
            COOKIE,
            sessions.start(user),
            max_age=sessions.seconds,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    def sign_out(request: Request) -> Response:
        visitor = visitor_of(request)
        if visitor.user:
            visitor.record("logout")
        sessions.end(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("login", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    for path in LOGIN:
        found.add_api_route(path, show, methods=["GET"])
        found.add_api_route(path, sign_in, methods=["POST"])
    found.add_api_route("/logout", sign_out, methods=["POST"])
    return found


def _page(request: Request, status: int = 200, problem: str = "", name: str = "") -> Response:
    """The form, with what is wrong and the name that was given."""
    language = language_of(request.scope)
    other: Language = "zh" if language == "en" else "en"
    nonce, token = secrets.token_urlsafe(16), request.cookies.get(TOKEN) or secrets.token_urlsafe(32)
    html = _template().render(
        words=texts(language),
        lang="zh-CN" if language == "zh" else language,
        other=other,
        other_login=f"{address(other)}login",
        other_language=texts(other)["language"],
        problem=problem,
        name=name[:LONGEST_NAME],
        token=token,
        nonce=nonce,
    )
    policy = CONTENT_SECURITY_POLICY.format(nonce=nonce)
    response = HTMLResponse(html, status, {"Content-Security-Policy": policy})
    secure = request.url.scheme == "https"
    response.set_cookie(TOKEN, token, max_age=TOKEN_SECONDS, httponly=True, samesite="strict", secure=secure)
    return response
