"""The gate before every route: who is known here, and who may pass.

With neither AUTH_FILE nor AUTH_HEADER it lets everybody through: as an administrator on a machine of one's own, as an
evaluator where he comes from elsewhere (ALLOW_ANONYMOUS, or a proxy that says so), so that nobody there removes
documents.
With one of them it is closed: what is not in PUBLIC needs a reader at least, so a new route is protected before
anybody thinks of it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from assistant.audit_table import open_audit
from assistant.settings import Settings, is_loopback
from assistant.sign_in import Sessions, Throttle
from assistant.users import Role, User, Users, UsersError, is_name
from assistant.view import texts
from pages.access import Visitor, language_of

COOKIE = "policy_session"
LOGIN = ("/login", "/en/login")
PAGES = ("/", "/en/")  # "login", seen from there, is where to sign in
PUBLIC = frozenset({*LOGIN, "/logout", "/health", "/ready", "/favicon.ico"})
UPLOADS = ("/upload", "/process_recording")  # ends of the addresses at which Gradio takes files
STATIC = ("/assets/", "/static/", "/en/assets/", "/en/static/")  # Gradio's own files: the same for everybody
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # stands in no address of a route
DOCUMENTS = "/documents/"  # how addresses begin that only who manages documents may ask
FORWARDED = ("forwarded", "via", "x-real-ip")  # what a proxy adds, beside X-Forwarded-…
ANYONE = User("", Role.administrator)  # where nobody has to sign in, on a machine of one's own
ANYONE_ELSE = User("", Role.evaluator)  # the same from elsewhere
logger = logging.getLogger(__name__)


class Access:
    """How users are known here: by a session (AUTH_FILE), by a proxy (AUTH_HEADER), by an API key, or not at all.

    Raises UsersError where AUTH_FILE cannot be read, or names nobody though it is the only way in; StoreError where the
    audit log should lie in a database that DATABASE_URL does not name.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self.protected = settings.protected
        self._on_network = settings.on_network
        self.signs_in = bool(settings.auth_file) and not settings.auth_header  # on a page of ours
        self.users = Users(Path(settings.auth_file)) if settings.auth_file else None
        if self.users is not None and not self.users.all() and self.signs_in:
            raise UsersError(texts()["no_users"])
        self.sessions = Sessions(self.users, settings.session_hours * 3600) if self.users else None
        self.throttle = Throttle()
        self._refusals = Throttle()  # of its own: no flood of refusals makes failures to sign in forgotten
        self.proxies = settings.proxies
        self._header = settings.auth_header
        self.audit = open_audit(settings)

    @property
    def anyone(self) -> Role:
        """What a page shows before it is known who has opened it is for this role."""
        return Role.reader if self.protected else ANYONE_ELSE.role

    def _anyone(self, scope: Scope) -> User:
        """Who is at the machine itself is an administrator: the host asked for is this machine, and no proxy's name or
        one by which a page elsewhere reaches it; no proxy passed the request on, whose reader may say Host: localhost;
        and no other site's page sent it."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname if _host_of(f"//{host}") else None
        passed_on = any(one in FORWARDED or one.startswith("x-forwarded-") for one in headers)
        elsewhere = self._on_network or passed_on or not name or not is_loopback(name)
        return ANYONE_ELSE if elsewhere or _is_of_another_site(headers, [host]) else ANYONE

    def visitor(self, scope: Scope) -> Visitor:
        """Who sent a request. UsersError where AUTH_FILE cannot be read any longer."""
        address = (scope.get("client") or ("",))[0]
        user = self._user(scope) if self.protected else self._anyone(scope)
        return Visitor(user, address, self.audit, self._refusals)

    def _user(self, scope: Scope) -> User | None:
        headers = Headers(scope=scope)
        if self._header and self.is_proxy((scope.get("peer") or ("",))[0]):
            named = headers.getlist(self._header)
            if named:
                return self._known(named)
        kind, _, key = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.users.of_key(key.strip()) if self.users else None
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE) if self.signs_in else None
        return self.sessions.user(token) if token and self.sessions else None

    def _known(self, named: list[str]) -> User | None:
        """Whom the proxy names: with the role of AUTH_FILE, else as a reader. Named twice is not named."""
        try:
            (name,) = [one.encode("latin-1").decode("utf-8") for one in named]
        except ValueError:
            return None
        if not is_name(name):
            return None
        return (self.users.find(name) if self.users else None) or User(name, Role.reader)

    def is_proxy(self, peer: str) -> bool:
        """Whether a connection from an address is one of TRUSTED_PROXIES."""
        try:
            found = ip_address(peer)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self.proxies)


class Gate:
    """ASGI middleware: puts the Visitor of each request into its scope, and turns away who may not pass.

    It alone reads what a trusted proxy says of a reader (``X-Forwarded-For`` and ``-Proto``), for it has to know who is
    connected as well: the server before it must not.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        proxies = [str(network) for network in access.proxies]
        self._enter: Any = ProxyHeadersMiddleware(self._pass, proxies)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        scope["peer"] = scope.get("client")  # who is connected, whatever the headers say
        await self._enter(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        # a route also matches an address with a line break after it
        if scope["type"] == "http" and CONTROL.search(str(scope["path"])):
            return await JSONResponse({"detail": "Not Found"}, 404)(scope, receive, send)
        if not self._access.protected:
            scope["visitor"] = visitor = self._access.visitor(scope)
            if scope["type"] == "http" and visitor.user and visitor.user.role < role_of(str(scope["path"])):
                _denied(scope, visitor, "role")
                return await _refusal(scope, 403, "not_allowed")(scope, receive, send)
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":  # there are none here
            return await send({"type": "websocket.close", "code": 1008})
        send = _private(scope, send)
        try:
            scope["visitor"] = visitor = self._access.visitor(scope)
        except UsersError:
            logger.exception("nobody can sign in")
            return await _refusal(scope, 503, "failed")(scope, receive, send)
        refused = self._refused(scope, visitor)
        if refused is not None:
            return await refused(scope, receive, send)
        await self._app(scope, receive, send)

    def _refused(self, scope: Scope, visitor: Visitor) -> Response | None:
        """What is answered in place of the route; None where the request may pass."""
        path, method = str(scope["path"]), scope["method"]
        if method not in ("GET", "HEAD", "OPTIONS") and self._is_of_another_site(scope):
            _denied(scope, visitor, "other_site")
            return _refusal(scope, 403, "other_site")
        if path in PUBLIC or (visitor.user and visitor.user.role >= role_of(path)):
            return None
        if visitor.user:
            _denied(scope, visitor, "role")
            return _refusal(scope, 403, "not_allowed")
        if self._access.signs_in and path in PAGES and method in ("GET", "HEAD"):
            return RedirectResponse("login", 303)
        _denied(scope, visitor, "anonymous")
        return _refusal(scope, 401, "sign_in")

    def _is_of_another_site(self, scope: Scope) -> bool:
        """Whether a browser says that a page of another origin sent this. Over plain http only ``Origin`` says so."""
        headers = Headers(scope=scope)
        hosts = [headers.get("host", "")]
        if self._access.is_proxy((scope.get("peer") or ("",))[0]):
            told = ",".join(headers.getlist("x-forwarded-host"))
            hosts += [host.strip() for host in told.split(",")]
        return _is_of_another_site(headers, hosts)


def _is_of_another_site(headers: Headers, hosts: Iterable[str]) -> bool:
    """The same, for the hosts by which this one may be asked."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")  # a program sends none
    return origin is not None and _host_of(origin) not in {host.lower() for host in hosts if host}


def _denied(scope: Scope, visitor: Visitor, why: str) -> None:
    visitor.deny(why, method=scope["method"], path=str(scope["path"])[:200])


def _host_of(origin: str) -> str:
    """The host of an origin, with its port where it has one; "" where it has none (null)."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def is_upload(path: str) -> bool:
    """Whether Gradio takes files at an address, of either page."""
    return path.rstrip("/").endswith(UPLOADS)


def role_of(path: str) -> Role:
    """The least role for a path that is not public. Only who may run evaluations may send files to Gradio."""
    if path.startswith(DOCUMENTS):
        return Role.administrator
    return Role.evaluator if is_upload(path) else Role.reader


def _refusal(scope: Scope, status: int, key: str) -> Response:
    """One sentence, in the form that the caller reads: OpenAI's or Gradio's."""
    api = str(scope["path"]).startswith("/v1/")
    text = texts(language_of(scope))["no_key" if api and status == 401 else key]
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    body: dict[str, Any] = {"detail": text}
    if api:
        code = "invalid_api_key" if status == 401 else key
        body = {"error": {"message": text, "type": "invalid_request_error", "param": None, "code": code}}
    return JSONResponse(body, status, headers)


def _private(scope: Scope, send: Send) -> Send:
    """Nothing that only users may see stays in a cache, of a browser or of a proxy; no refusal does."""
    static = str(scope["path"]).startswith(STATIC)

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start" and (message["status"] >= 400 or not static):
            MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
        await send(message)

    return sent
