"""Serve the app until a signal ends it; what is under way then has a few seconds."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn
from fastapi.routing import Mount
from gradio.routes import App

if TYPE_CHECKING:
    from fastapi import FastAPI

PATIENCE = 5  # seconds that answers have to end; all else has as many again


async def _close_pages(app: FastAPI) -> None:
    """An open page holds a stream for good: these are closed once every event of the pages has been answered."""
    pages = [route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, App)]
    while any(ids for page in pages for ids in page.get_blocks()._queue.pending_event_ids_session.values()):
        await asyncio.sleep(0.1)
    for page in pages:
        page.stop_event.set()


def serve(app: FastAPI, host: str, port: int, ending: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``ending`` is called at once, before connections are waited for."""

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            ending()
            last = threading.Timer(2 * PATIENCE, os._exit, (0,))  # a thread that goes on is left behind
            last.daemon = True
            last.start()
            closing = asyncio.create_task(_close_pages(app))
            await super().shutdown(sockets)
            closing.cancel()

    server = Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,  # that of the program
            log_level="warning",
            timeout_graceful_shutdown=PATIENCE,
            proxy_headers=False,  # the gate reads them
        )
    )

    def end(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)  # before uvicorn's own is there, and when it raises the signal again
    server.run()
