"""What those who run the app look at: ``/health``, ``/ready`` and ``/metrics``, and the id of each request."""

from __future__ import annotations

import logging
import re
import secrets
from contextvars import ContextVar
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from gradio.context import LocalContext

from assistant.view import texts
from index.errors import PolicyIndexError
from index.store import check_readable
from pages.access import language_of

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

REQUEST_ID = "X-Request-ID"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")  # ids of a proxy that are taken over
logger = logging.getLogger(__name__)
_current: ContextVar[str] = ContextVar("request", default="")


def router(assistant: PolicyAssistant) -> APIRouter:
    """The three routes; they wait for nothing, so that they answer under load too."""
    routes = APIRouter()

    @routes.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/ready")
    async def ready(request: Request) -> JSONResponse:
        why = not_ready(assistant, language_of(request.scope))
        content = {"status": "not ready", "detail": why} if why else {"status": "ready"}
        return JSONResponse(content, 503 if why else 200, {"Cache-Control": "no-store"})

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        from prometheus_client.exposition import choose_encoder

        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(assistant.meter.registry), headers={"Content-Type": kind})

    return routes


def not_ready(assistant: PolicyAssistant, language: Language) -> str:
    """One sentence on why no question should come now; "" where each is answered at once."""
    if not assistant.is_warm:
        return texts(language)["not_loaded"]
    try:
        check_readable(assistant.index)
    except PolicyIndexError as error:
        logger.warning("%s", error)  # names the folder: not for everybody, and /ready asks nobody who he is
        return texts(language)["index_away"]
    if assistant.composer is not None and assistant.composer.model.is_loading:
        return texts(language)["model_loading"]
    return ""


def identify(request: Request) -> str:
    """The id of a request, that of a proxy or a new one, for every log that is written while it is answered."""
    given = request.headers.get(REQUEST_ID, "")
    identity = given if _USABLE.fullmatch(given) else secrets.token_hex(8)
    if identity != given:  # Gradio's queue answers later and elsewhere, with the request's headers
        name = REQUEST_ID.lower().encode()
        kept = [pair for pair in request.scope["headers"] if pair[0] != name]
        request.scope["headers"] = [*kept, (name, identity.encode())]
    _current.set(identity)
    return identity


def request_id() -> str:
    """The id of the request that is being answered here, "" where there is none."""
    asked = LocalContext.request.get(None)
    return str(asked.headers.get(REQUEST_ID, "")) if asked else _current.get()
