"""Who asks, and whether that may be: what every page and route asks of the Visitor that the gate put into a request.

Every function of the page asks ``demand``, also behind the gate (``pages/gate.py``); a route that does more than show
the index depends on ``needs``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import HTTPException, Request
from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.audit import AuditLog
from assistant.sign_in import Throttle, network_of
from assistant.terms import Language
from assistant.users import Role, User
from assistant.view import texts

if TYPE_CHECKING:
    from assistant.answer import Answer

import gradio as gr

PROGRAMS = ("/v1/", "/ready")  # how addresses begin that only programs ask
MOST_DENIED = 100  # lines of the audit log on refusals, of an address and a reason in a quarter of an hour


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a request, from where, and where that is recorded."""

    user: User | None = None
    address: str = ""
    audit: AuditLog | None = None
    refusals: Throttle | None = None  # counts those of every address

    @property
    def name(self) -> str:
        """The user's name; "" of nobody, and of anyone where nobody signs in."""
        return self.user.name if self.user else ""

    def record(self, act: str, **values: Any) -> None:
        """A line in the audit log, where there is one."""
        if self.audit:
            self.audit.write(act, self.name, self.address, **values)

    def deny(self, why: str, **values: Any) -> None:
        """A line that says "denied", of each address so many that nobody fills the disk with them."""
        key = ("denied", why, network_of(self.address))
        if self.refusals is None or self.refusals.take({key: MOST_DENIED}) == 0:
            self.record("denied", why=why, **values)


NOBODY = Visitor()


def visitor_of(request: Any) -> Visitor:
    """Who sent a request of Starlette's, FastAPI's or Gradio's; NOBODY where it did not come through the gate."""
    scope = getattr(getattr(request, "request", request), "scope", None) or {}
    found = scope.get("visitor", NOBODY)
    return found if isinstance(found, Visitor) else NOBODY


def allowed(request: Any, role: Role) -> bool:
    """Whether the sender of a request has this role or one above it."""
    user = visitor_of(request).user
    return user is not None and user.role >= role


def demand(request: Any, role: Role, language: Language = "zh") -> None:
    """gr.Error with one sentence where the sender of a request lacks a role: for functions that Gradio calls."""
    if not allowed(request, role):
        visitor_of(request).deny("role", needs=role.name)
        raise gr.Error(texts(language)["not_allowed"], print_exception=False)


def needs(role: Role) -> Callable[[Request], None]:
    """A dependency of FastAPI's routes: 403 where the sender of a request lacks a role."""

    def check(request: Request) -> None:
        if not allowed(request, role):
            visitor_of(request).deny("role", needs=role.name, path=request.url.path[:200])
            raise HTTPException(403, texts(language_of(request.scope))["not_allowed"])

    return check


def only(role: Role, function: Callable[[Any], Any], language: Language) -> Callable[[Any, gr.Request], Any]:
    """A function that a component's script calls, for those who have a role."""

    def guarded(sent: Any, request: gr.Request) -> Any:
        if not allowed(request, role):  # no gr.Error: Gradio makes none of it here
            visitor_of(request).deny("role", needs=role.name, function=function.__name__)
            raise HTTPException(403, texts(language)["not_allowed"])
        return function(sent)

    guarded.__name__ = function.__name__
    return guarded


def record(request: Any, act: str, **values: Any) -> None:
    """A line in the audit log on what the sender of a request did."""
    visitor_of(request).record(act, **values)


def record_answer(request: Any, answer: Answer, via: str) -> None:
    """The line of an answer; ``via`` is the way it went out: page, api or v1."""
    visitor = visitor_of(request)
    if visitor.audit:
        visitor.audit.answer(answer, visitor.name, visitor.address, via=via)


def language_of(scope: Scope) -> Language:
    """The language of a request's page; for programs, which ask no page, the one that they say they read."""
    path = str(scope["path"])
    accepted = Headers(scope=scope).get("accept-language", "").lower() if path.startswith(PROGRAMS) else ""
    return "en" if path.startswith("/en/") or accepted.startswith("en") else "zh"
