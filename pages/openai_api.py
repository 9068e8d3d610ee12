"""The assistant as an endpoint that speaks the OpenAI API: ``/v1/chat/completions`` and ``/v1/models``.

Only certified text is sent: a stream begins when the answer is final, and its pieces add up to it. ``citations`` and
``answer`` (the whole object of docs/contract.md) stand beside ``choices``, of a stream in its last piece. ``policies``
of a request (``extra_body`` of the official client) names those that may answer.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ValidationError

from assistant.chain import LONGEST_QUESTION
from assistant.conversation import TURNS
from assistant.users import Role
from assistant.view import texts
from index.errors import PolicyIndexError
from pages.access import language_of, needs, record_answer
from pages.chat import AT_ONCE
from pages.frame import QUEUE

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.chain import PolicyAssistant

NAME = "policy-assistant"  # of the one model
LARGEST = 256 * 1024  # bytes of a request
_PIECE = re.compile(r"[^。；;\n]*[。；;\n]+|[^。；;\n]+")
logger = logging.getLogger(__name__)


class Refused(Exception):
    """A request that gets no answer: status, the text that says why, and the names that OpenAI has for it."""

    def __init__(
        self, status: int, text: str, code: str, param: str | None = None, kind: str = "invalid_request_error"
    ) -> None:
        super().__init__(text)
        self.status = status
        self.body = {"error": {"message": text, "type": kind, "param": param, "code": code}}


class _Part(BaseModel):
    type: str
    text: str = ""


class _Message(BaseModel):
    role: str
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        """What is said; parts that are no text are left out."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class _StreamOptions(BaseModel):
    include_usage: bool = False


class _Request(BaseModel):
    """What is read of a request; temperature, tools and the like change nothing here."""

    model: str
    messages: list[_Message]
    stream: bool | None = False
    stream_options: _StreamOptions | None = None
    policies: list[str] | None = None  # ids of those that may answer, which the OpenAI API does not know


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question of a request, what was said before it, and the ids of the policies that may answer, [] for all."""

    question: str
    history: list[dict[str, str]]
    policies: list[str]


def router(assistant: PolicyAssistant) -> APIRouter:
    """The routes of one assistant."""
    routes = APIRouter(prefix="/v1", dependencies=[Depends(needs(Role.reader))])
    places = asyncio.Semaphore(AT_ONCE)
    workers = ThreadPoolExecutor(AT_ONCE, "v1")  # asyncio's own have fewer places, on few cores
    created = int(time.time())
    model = {"id": NAME, "object": "model", "created": created, "owned_by": NAME}
    inside = 0

    @routes.get("/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [model]}

    @routes.get("/models/{name}")
    def one_model(name: str, request: Request) -> Response:
        if name == NAME:
            return JSONResponse(model)
        return _unknown(name, _words(request))

    @routes.post("/chat/completions")
    async def complete(request: Request) -> Response:
        nonlocal inside
        words = _words(request)
        if inside >= AT_ONCE + QUEUE:
            busy = Refused(429, words["busy"], "rate_limit_exceeded", kind="requests")
            return JSONResponse(busy.body, 429, {"Retry-After": "1"})
        inside += 1
        try:
            wanted = _read(await _body(request, words), words)
            if wanted.model != NAME:
                return _unknown(wanted.model, words)
            answer = await _answered(assistant, _asked(wanted, words), request, places, workers, words)
        except Refused as refused:
            return JSONResponse(refused.body, refused.status)
        finally:
            inside -= 1
        if answer is None:
            return Response(status_code=499)  # nobody reads it
        record_answer(request, answer, "v1")
        return _completion(answer, wanted)

    return routes


def _words(request: Request) -> Mapping[str, str]:
    """Texts in English for those who say that they read it, else in Chinese."""
    return texts(language_of(request.scope))


def _unknown(name: str, words: Mapping[str, str]) -> JSONResponse:
    text = words["api_unknown_model"].format(name=name[:80], known=NAME)
    return JSONResponse(Refused(404, text, "model_not_found", "model").body, 404)


async def _body(request: Request, words: Mapping[str, str]) -> bytes:
    """The body, no further than LARGEST. Only JSON: a page of another site cannot send it unasked."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, words["api_content_type"], "unsupported_content_type")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise Refused(413, words["api_too_large"].format(limit=LARGEST // 1024), "request_too_large")
    return body


def _read(body: bytes, words: Mapping[str, str]) -> _Request:
    try:
        return _Request.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Refused(400, words["api_bad_json"], "invalid_json") from error
        field = ".".join(map(str, first["loc"][:3])) or "messages"
        raise Refused(400, words["api_bad_field"].format(field=field), "invalid_value", field) from error


def _asked(wanted: _Request, words: Mapping[str, str]) -> _Asked:
    """The last message of the user, and the turns before it; what a system says is not read."""
    said = [
        {"role": message.role, "content": message.text}
        for message in wanted.messages
        if message.role in ("user", "assistant") and message.text.strip()
    ]
    while said and said[-1]["role"] != "user":
        said.pop()
    if not said:
        raise Refused(400, words["api_no_question"], "no_user_message", "messages")
    *history, last = said
    question = last["content"]
    if len(question) > LONGEST_QUESTION:
        text = words["api_too_long"].format(limit=LONGEST_QUESTION)
        raise Refused(400, text, "string_above_max_length", "messages")
    return _Asked(question, history[-TURNS:], wanted.policies or [])


async def _answered(
    assistant: PolicyAssistant,
    asked: _Asked,
    request: Request,
    places: asyncio.Semaphore,
    workers: ThreadPoolExecutor,
    words: Mapping[str, str],
) -> Answer | None:
    """The certified answer; None where the reader has left, which ends what a model writes."""
    stop = Event()

    def work() -> Answer:
        question = {"question": asked.question, "history": asked.history, "policies": asked.policies}
        return assistant.invoke(question, {"configurable": {"stop": stop}})

    async def left() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    gone = asyncio.create_task(left())
    try:
        async with places:
            if gone.done():
                return None
            context = contextvars.copy_context()  # with the id of the request, for what is logged
            job = asyncio.get_running_loop().run_in_executor(workers, context.run, work)
            either: set[asyncio.Future[Any]] = {job, gone}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            stop.set()
            answer = await job
            return None if gone.done() else answer
    except PolicyIndexError as error:
        raise Refused(503, str(error), "index_unusable", kind="server_error") from error
    except Exception as error:
        logger.exception("no answer")
        raise Refused(500, words["failed"], "server_error", kind="server_error") from error
    finally:
        stop.set()
        gone.cancel()


def _completion(answer: Answer, wanted: _Request) -> Response:
    """The reply as one object, or as a stream of its pieces."""
    content = as_message(answer)
    spent = sum(len(message.text) for message in wanted.messages)
    usage = {  # characters: most answers have no tokenizer behind them
        "prompt_tokens": spent,
        "completion_tokens": len(content),
        "total_tokens": spent + len(content),
    }
    about = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": NAME}
    data = answer.to_json()
    beside = {"citations": data["citations"], "answer": data}
    if not wanted.stream:
        message = {"role": "assistant", "content": content, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        whole = {**about, "object": "chat.completion", "choices": [choice], "usage": usage, **beside}
        return JSONResponse(whole)

    def chunk(delta: dict[str, str], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        piece = {**about, "object": "chat.completion.chunk", "choices": [choice], **more}
        return f"data: {json.dumps(piece, ensure_ascii=False)}\n\n"

    def chunks() -> Iterator[str]:
        yield chunk({"role": "assistant", "content": ""})
        for text in _PIECE.findall(content):
            yield chunk({"content": text})
        yield chunk({}, "stop", **beside)
        if wanted.stream_options and wanted.stream_options.include_usage:
            last = {**about, "object": "chat.completion.chunk", "choices": [], "usage": usage}
            yield f"data: {json.dumps(last)}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(
        chunks(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def as_message(answer: Answer) -> str:
    """An answer as a chat shows it: the text, the rows of its table as Markdown, what the reader must be told."""
    parts = [answer.text]
    if answer.table:
        marks = ["".join(f"[{number}]" for number in row) for row in answer.table.citations]
        rows = [(*cells, mark) for cells, mark in zip(answer.table.rows, marks, strict=True)]
        head = (*answer.table.columns, texts(answer.language)["cited"])
        parts.append("\n".join(map(_row, [head, ("---",) * len(head), *rows])))
    parts += [f"> {' '.join(notice.text.split())}" for notice in answer.notices]
    return "\n\n".join(parts)


def _row(cells: tuple[str, ...]) -> str:
    plain = [" ".join(cell.split()).replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(plain)} |"
