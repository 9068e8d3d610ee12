"""A scripted endpoint that speaks the OpenAI API on loopback, well or badly."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Act = Callable[["Handler"], None]


@dataclass
class Endpoint:
    """Its address, what it does with a request, and what it was asked."""

    url: str = ""
    act: Act | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    gone: Event = field(default_factory=Event)  # set where a client closed the connection early
    over: Event = field(default_factory=Event)  # set at the end: whoever waits may go


class Handler(BaseHTTPRequestHandler):
    """One request."""

    endpoint: Endpoint
    body: dict[str, Any]

    def do_POST(self) -> None:
        """Note the request and act."""
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.endpoint.asked.append(self.body)
        self.endpoint.keys.append(self.headers.get("Authorization", ""))
        assert self.endpoint.act
        try:
            self.endpoint.act(self)
        except OSError:
            self.endpoint.gone.set()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def whole(self, status: int, text: str, kind: str = "application/json") -> None:
        """A reply in one piece."""
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin(self) -> None:
        """The head of a stream."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def piece(self, text: str, finish: str | None = None) -> None:
        """One piece of a stream."""
        choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()


def says(*replies: str) -> Act:
    """Each reply in turn, the last one for ever; in pieces of two characters where a stream is asked for."""
    left = list(replies)

    def act(handler: Handler) -> None:
        text = left.pop(0) if len(left) > 1 else left[0]
        if handler.body.get("stream"):
            handler.begin()
            for at in range(0, len(text), 2):
                handler.piece(text[at : at + 2])
            handler.piece("", "stop")
            handler.wfile.write(b"data: [DONE]\n\n")
        else:
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}
            reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
            handler.whole(200, json.dumps({**reply, "usage": usage}))

    return act


def fails(status: int) -> Act:
    """An error of the API; its text holds the key, as some servers' do."""

    def act(handler: Handler) -> None:
        key = handler.endpoint.keys[-1]
        handler.whole(status, json.dumps({"error": {"message": f"no: {key}", "type": "x", "code": "y"}}))

    return act


def silent(handler: Handler) -> None:
    """No answer until the client goes away."""
    _until_gone(handler, [b""])


def cut(handler: Handler) -> None:
    """A stream that ends in the middle."""
    handler.begin()
    handler.piece("推进绿色")


def stalled(handler: Handler) -> None:
    """A stream that begins and then says nothing more."""
    handler.begin()
    handler.piece("推进绿色")
    _until_gone(handler, [])


def garbled(handler: Handler) -> None:
    """A page where a stream should be."""
    handler.begin()
    handler.wfile.write(b"data: <html>not json</html>\n\n")


def empty(handler: Handler) -> None:
    """A stream of nothing."""
    says("")(handler)


def endless(handler: Handler) -> None:
    """A stream that does not end."""
    handler.begin()
    while not handler.endpoint.over.is_set():
        handler.piece("推进绿色制造。" * 20)


def slow(first: float, text: str) -> Act:
    """A stream whose first piece comes late, in seconds."""

    def act(handler: Handler) -> None:
        handler.begin()
        _until_gone(handler, [b": wait\n\n"], first)
        says(text)(handler)

    return act


def _until_gone(handler: Handler, signs: Sequence[bytes], seconds: float = 60.0) -> None:
    """Wait, and notice where the client goes away (OSError)."""
    handler.connection.settimeout(0.02)
    until = time.monotonic() + seconds
    while time.monotonic() < until and not handler.endpoint.over.is_set():
        for sign in signs:
            handler.wfile.write(sign)
        try:
            if handler.connection.recv(1) == b"":
                raise ConnectionResetError
        except TimeoutError:
            continue


@contextmanager
def endpoint(act: Act) -> Iterator[Endpoint]:
    """Serve a script while the block runs."""
    served = Endpoint(act=act)
    handler = type("Bound", (Handler,), {"endpoint": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()


def when_asked(served: Endpoint, then: Callable[[], None] = lambda: None) -> None:
    """Wait until the endpoint has a request, then do something."""
    while not served.asked and not served.over.is_set():
        served.over.wait(0.01)
    then()
