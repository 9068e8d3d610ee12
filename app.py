"""The pages and the API: routes and headers. ``python app.py`` serves it on HOST:PORT."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import load_dotenv

from assistant import logs
from assistant.audit import AuditError
from assistant.retention import keep_forgetting
from assistant.settings import Settings, SettingsError
from assistant.users import UsersError
from assistant.view import texts
from index.errors import PolicyIndexError, StoreError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

# before gradio is imported: it looks up foreign hosts otherwise
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# else it keeps the last 10,000 questions' times, and makes a table of them after each answer
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
import gradio as gr

from pages import documents, evaluation, login, openai_api, operation, serving
from pages.access import visitor_of
from pages.frame import create_page
from pages.frame_html import document_html
from pages.gate import Access, Gate
from pages.secured import Secured

ASSETS = Path(__file__).parent / "assistant" / "assets"
SWITCH = (
    0.001  # seconds after which a thread that computes lets the one go on that serves (Python's own: 5 ms)
)
PAGES: tuple[tuple[Language, str], ...] = (("en", "/en"), ("zh", "/"))  # "/" takes every address that is left


def create_app(assistant: PolicyAssistant, access: Access | None = None) -> FastAPI:
    """The page with its routes and headers; without ``access`` nobody has to sign in."""
    from fastapi import FastAPI, HTTPException
    from fastapi.responses import HTMLResponse

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    known = access or Access()
    app.add_middleware(Gate, access=known)
    app.add_middleware(Secured, access=known)  # outside the gate

    @app.get("/document/{policy}", response_class=HTMLResponse)
    def document(policy: str) -> str:
        policies = assistant.index.policies
        if policy not in policies:
            raise HTTPException(404)
        return document_html(policies[policy])

    app.include_router(login.routes(known))
    app.include_router(operation.router(assistant))
    app.include_router(openai_api.router(assistant))
    app.include_router(evaluation.routes(assistant))
    app.include_router(documents.routes(assistant))
    theme = gr.themes.Default(
        primary_hue="red", neutral_hue="slate", font=["system-ui", "sans-serif"], font_mono=["monospace"]
    ).set(  # white on the theme's own red is too pale to read (WCAG AA)
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
    )
    for language, path in PAGES:
        app = gr.mount_gradio_app(
            app,
            create_page(assistant, language, known),
            path=path,
            auth_dependency=(lambda request: visitor_of(request).name or None) if known.protected else None,
            max_file_size=evaluation.LARGEST,
            enable_monitoring=False,
            run_history=False,
            show_error=False,
            footer_links=[],
            head=_head(language),
            theme=theme,
        )
    return app


def _head(language: Language) -> str:
    """Style and script of a page; not through ``css=``, which puts its own scope before every selector."""
    style, script = (
        "\n".join(path.read_text("utf-8") for path in sorted(ASSETS.glob(f"*.{kind}")))
        for kind in ("css", "js")
    )
    settings = f'document.documentElement.lang = "{"zh-CN" if language == "zh" else language}";'
    return f"<style>{style}</style><script>{settings}{script}</script>"


def main() -> int:
    """Serve until stopped. Exit status: 0 stopped, 2 wrong settings, 3 no usable index."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # while it loads
    load_dotenv(Path(".env"))
    words = texts()
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(settings.log_format, operation.request_id)
    if settings.exposed:
        logs.complain(words["exposed"].format(host=settings.host))
        return 2
    try:
        access = Access(settings)
        if access.audit:
            access.audit.check()
    except (UsersError, AuditError) as error:
        logs.complain(str(error))
        return 2
    except StoreError as error:
        logs.complain(str(error))
        return 3
    if settings.protected and settings.allow_anonymous:
        print(words["anonymous_unused"], flush=True)
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            name = "port_taken" if error.errno == errno.EADDRINUSE else "cannot_listen"
            reason = error.strerror or str(error)
            logs.complain(words[name].format(host=settings.host, port=settings.port, reason=reason))
            return 2
    try:
        print(words["loading_index"], flush=True)
        from assistant.build import read_ahead
        from assistant.live import LiveAssistant
        from assistant.warm import worth_reading

        assistant = LiveAssistant(settings)
        print(words["loading_model"], flush=True)
        assistant.warm_up()
    except SettingsError as error:
        logs.complain(str(error))
        return 2
    except PolicyIndexError as error:
        logs.complain(str(error))
        return 3
    print(words[f"answers_{assistant.writes}"], flush=True)
    print(words["loading_page"], flush=True)
    app = create_app(assistant, access)
    warmer = read_ahead(assistant, settings)

    def taken_over(new: PolicyAssistant) -> None:
        if access.audit:
            access.audit.write("index", generation=new.index.manifest.generation)
        if warmer:
            warmer.start(worth_reading(new.index.chunks, new.corpus))

    assistant.watch(taken_over)
    print(words["ready"].format(url=f"http://{settings.host}:{settings.port}"), flush=True)
    sys.setswitchinterval(SWITCH)
    stop = threading.Event()
    keep_forgetting(settings, stop)

    def ending() -> None:
        documents.stop(assistant)
        assistant.meter.end()

    serving.serve(app, settings.host, settings.port, ending)
    documents.wait(assistant)  # whose process systemd kills once this one has ended
    stop.set()
    if access.audit:
        access.audit.close()
    assistant.close()
    if warmer:
        warmer.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
