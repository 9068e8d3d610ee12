"""What holds for replies: an id, a bounded request, headers that keep a page to itself, our sentence when all is busy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.view import texts
from pages import operation
from pages.access import language_of
from pages.gate import LOGIN, Access, is_upload

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'self'"
)
# bytes of a request: a question goes with what the page shows of a conversation
LARGEST_BODY = 32 * 1024 * 1024
LARGEST_UPLOAD = 2 * 1024 * 1024  # of one that uploads, however many files


class Secured:
    """ASGI middleware, outside the gate: a reader who leaves is no error to it."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        path, words = str(scope["path"]), texts(language_of(scope))
        identity = operation.identify(request)
        busy = JSONResponse({"detail": words["busy"]}, 429)
        is_busy = has_begun = False

        async def sent(message: Message) -> None:
            nonlocal is_busy, has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                # 503 makes Gradio's page show an English sentence of its own; with 429 it shows ours
                is_busy = message["status"] == 503 and "/gradio_api/" in path
                if is_busy:
                    message = {**message, "status": busy.status_code, "headers": [*busy.raw_headers]}
                self._add(MutableHeaders(scope=message), path, identity)
                await send(message)
                if is_busy:
                    await send({"type": "http.response.body", "body": busy.body})
            elif not is_busy:
                await send(message)

        answer = _without_app(request, words) or self._app
        with suppress(ClientDisconnect):  # in the middle of the request
            try:
                await answer(scope, receive, sent)
            except Exception as error:
                # the server's own page for it has none of these headers, and is in English
                if not has_begun and not isinstance(error, ClientDisconnect):
                    await JSONResponse({"detail": words["failed"]}, 500)(scope, receive, sent)
                raise

    def _add(self, headers: MutableHeaders, path: str, identity: str) -> None:
        headers[operation.REQUEST_ID] = identity
        if path not in LOGIN or not self._access.signs_in:  # that page has a stricter one of its own
            headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"


def _without_app(request: Request, words: Mapping[str, str]) -> Response | None:
    """What goes back without the app, else None: a redirect to the page in the language chosen last; 413 for a body that is
    too large, 411 for one that does not say its length."""
    path, chosen = str(request.scope["path"]), request.cookies.get("language")
    if path == "/en" or (path == "/" and chosen == "en"):
        return RedirectResponse("en/", headers={"Cache-Control": "no-store"})
    if "transfer-encoding" in request.headers:
        return JSONResponse({"detail": words["too_large"]}, 411)
    length = request.headers.get("content-length", "0")
    most = LARGEST_UPLOAD if is_upload(path) else LARGEST_BODY
    if not length.isdecimal() or int(length) > most:
        return JSONResponse({"detail": words["too_large"]}, 413)
    return None
