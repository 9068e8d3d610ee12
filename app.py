"""The chat page: layout and events. ``python app.py`` serves it on HOST:PORT."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import load_dotenv

from assistant.settings import Settings, SettingsError
from assistant.view import (
    answer_html,
    document_html,
    evidence_html,
    failure_html,
    heading_html,
    pending_html,
    question_html,
    texts,
    viewer_html,
)
from index.errors import PolicyIndexError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response
    from langchain_core.runnables import RunnableConfig

    from assistant.chain import PolicyAssistant

os.environ["GRADIO_ANALYTICS_ENABLED"] = (
    "False"  # before gradio is imported: it looks up foreign hosts otherwise
)
import gradio as gr

ASSETS = Path(__file__).parent / "assistant" / "assets"
QUEUE = 16  # questions that may wait; more are told to come back
AT_ONCE = 4  # questions answered at a time
TURNS = 20  # messages of history that are kept for a follow-up
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'self'"
)

Messages = list[dict[str, Any]]
logger = logging.getLogger(__name__)


def respond(
    assistant: PolicyAssistant,
    question: str,
    shown: Messages,
    history: Messages,
    stop: threading.Event | None = None,
) -> Iterator[tuple[Messages, str, Messages, bool]]:
    """Messages of the chat, evidence, history, and whether more is to come; ``stop`` ends what a model writes."""
    from assistant.answer import Evidence, Final, Token
    from assistant.chain import LONGEST_QUESTION

    question = question[: LONGEST_QUESTION + 1]
    shown = [*shown, {"role": "user", "content": question_html(question)}]
    titles = {policy.id: policy.title for policy in assistant.index.policies.values()}
    evidence, text = evidence_html((), (), {}), ""
    yield [*shown, {"role": "assistant", "content": pending_html("")}], evidence, history, True
    try:
        config: RunnableConfig = {"configurable": {"stop": stop}}
        for event in assistant.stream({"question": question, "history": history[-TURNS:]}, config):
            if isinstance(event, Evidence):
                evidence = evidence_html(event.passages, (), titles)
            elif isinstance(event, Token):
                text += event.text
            elif isinstance(event, Final):
                answer = event.answer
                history = [
                    *history,
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": answer.text},
                ][-TURNS:]
                evidence = evidence_html(answer.passages, answer.citations, titles)
                yield (
                    [*shown, {"role": "assistant", "content": answer_html(answer)}],
                    evidence,
                    history,
                    False,
                )
                return
            yield [*shown, {"role": "assistant", "content": pending_html(text)}], evidence, history, True
    except PolicyIndexError as error:
        yield [*shown, {"role": "assistant", "content": failure_html(str(error))}], evidence, history, False
    except Exception:
        logger.exception("no answer")
        yield (
            [*shown, {"role": "assistant", "content": failure_html(texts()["failed"])}],
            evidence,
            history,
            False,
        )


def create_page(assistant: PolicyAssistant) -> Any:
    """The Blocks of the page."""

    words = texts()
    stops: dict[str, set[threading.Event]] = {}  # of the answers under way in each browser session
    with gr.Blocks(title=words["title"], fill_width=True, analytics_enabled=False) as page:
        gr.HTML(heading_html(), elem_id="heading")
        history = gr.State([])
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=6, min_width=340, elem_id="chat-column"):
                chat = gr.Chatbot(
                    label=words["chat_label"],
                    show_label=False,
                    elem_id="chat",
                    buttons=[],
                    feedback_options=None,
                    layout="panel",
                    placeholder=words["empty_chat"],
                    latex_delimiters=[],
                    allow_tags=False,
                    line_breaks=False,
                    examples=[{"text": example} for example in assistant.examples],
                )
                with gr.Row(elem_id="ask-row"):
                    field = gr.Textbox(
                        label=words["question_label"],
                        show_label=False,
                        placeholder=words["placeholder"],
                        lines=1,
                        max_lines=4,
                        elem_id="question",
                        autofocus=True,
                        scale=8,
                        container=False,
                    )
                    send = gr.Button(words["send"], variant="primary", scale=0, elem_id="send")
                    stop = gr.Button(words["stop"], variant="stop", scale=0, elem_id="stop", visible=False)
                    clear = gr.Button(words["clear"], scale=0, elem_id="clear")
            with gr.Column(scale=5, min_width=320, elem_id="side-column"):
                evidence = gr.HTML(evidence_html((), (), {}), elem_id="evidence")
                gr.HTML(viewer_html(assistant.index.policies.values()), elem_id="viewer")

        def answer(question: str, shown: Messages, before: Messages, request: gr.Request) -> Iterator[Any]:
            if not question.strip():
                gr.Info(words["blank"])
                return
            session = str(request.session_hash)
            stopped = threading.Event()
            stops.setdefault(session, set()).add(stopped)
            field_update: Any = ""  # emptied once the question is taken: one that is turned away stays
            try:
                for *update, running in respond(assistant, question, shown, before, stopped):
                    yield field_update, *update, gr.update(visible=running)
                    field_update = gr.skip()
            finally:
                stopped.set()
                stops[session].discard(stopped)
                if not stops[session]:
                    del stops[session]

        def choose(
            event: gr.SelectData, shown: Messages, before: Messages, request: gr.Request
        ) -> Iterator[Any]:
            yield from answer(str(event.value["text"]), shown, before, request)

        def end(request: gr.Request) -> None:
            for stopped in tuple(stops.get(str(request.session_hash), ())):
                stopped.set()

        def empty(request: gr.Request) -> tuple[Any, ...]:
            end(request)
            return "", [], evidence_html((), (), {}), [], gr.update(visible=False)

        for function in (answer, choose, end, empty):  # gradio hands these in by their annotations
            special = {"event": gr.SelectData, "request": gr.Request}
            function.__annotations__ |= {
                name: kind for name, kind in special.items() if name in function.__annotations__
            }
        options: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        outputs = [field, chat, evidence, history, stop]
        ask: dict[str, Any] = {
            "outputs": outputs,
            "concurrency_limit": AT_ONCE,
            "concurrency_id": "ask",
            **options,
        }
        gr.on([field.submit, send.click], answer, [field, chat, history], **ask)
        chat.example_select(choose, [chat, history], **ask)
        stop.click(end, None, None, queue=False, **options)
        clear.click(empty, None, outputs, queue=False, **options)
        page.unload(end)
    page.queue(max_size=QUEUE, api_open=False)
    return page


def create_app(assistant: PolicyAssistant) -> FastAPI:
    """The page with its routes and headers."""
    from fastapi import FastAPI, HTTPException
    from fastapi.responses import HTMLResponse, JSONResponse

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        if response.status_code == 503 and request.url.path.endswith("/queue/join"):
            # 503 makes Gradio's page show an English sentence of its own; with 429 it shows ours.
            response = JSONResponse({"detail": texts()["busy"]}, 429)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/document/{policy}", response_class=HTMLResponse)
    def document(policy: str) -> str:
        if policy not in assistant.index.policies:
            raise HTTPException(404)
        return document_html(assistant.index.policies[policy])

    mounted: FastAPI = gr.mount_gradio_app(
        app,
        create_page(assistant),
        path="/",
        max_file_size="1kb",
        enable_monitoring=False,
        run_history=False,
        show_error=False,
        footer_links=[],
        head=_head(),
        theme=gr.themes.Default(
            primary_hue="red", neutral_hue="slate", font=["system-ui", "sans-serif"], font_mono=["monospace"]
        ),
    )
    return mounted


def _head() -> str:
    """Style and script of the page; not through ``css=``, which puts its own scope before every selector."""
    style, script = ((ASSETS / name).read_text("utf-8") for name in ("page.css", "page.js"))
    return f"<style>{style}</style><script>{script}</script>"


def main() -> int:
    """Serve until stopped. Exit status: 0 stopped, 2 wrong settings, 3 no usable index."""
    load_dotenv(Path(".env"))
    words = texts()
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            name = "port_taken" if error.errno == errno.EADDRINUSE else "cannot_listen"
            reason = error.strerror or str(error)
            print(words[name].format(host=settings.host, port=settings.port, reason=reason), file=sys.stderr)
            return 2
    try:
        print(words["loading_index"], flush=True)
        from assistant.build import build_assistant, read_ahead

        assistant = build_assistant(settings)
        print(words["loading_model"], flush=True)
        assistant.warm_up()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except PolicyIndexError as error:
        print(error, file=sys.stderr)
        return 3
    print(words[f"answers_{assistant.writes}"], flush=True)
    print(words["loading_page"], flush=True)
    import uvicorn

    app = create_app(assistant)
    warmer = read_ahead(assistant, settings)
    print(words["ready"].format(url=f"http://{settings.host}:{settings.port}"), flush=True)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")
    if warmer:
        warmer.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
