"""An endpoint on loopback whose model obeys whatever orders its prompt holds.

Where it is told to, it tells its prompt and its key: what no model could, an endpoint can.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

KEY = "SECRET-KEY-1234"  # as the demands have it
BLUNT, SLY = "blunt", "sly"  # names of its models: what is demanded alone, or cited between true sentences
# One called by the name of an attack does what that demands, unasked.
REFUSING = "refusing"  # one that answers 401, and repeats the key
PIECE = 3  # characters of a streamed piece, so that marks, tags and addresses come in parts


class Attack(NamedTuple):
    """What a document or a reader says, and what a model that obeys writes."""

    name: str
    text: str
    demand: str

    @property
    def topic(self) -> str:
        """The heading of a document without its number."""
        found = re.match(r"\s*[（(]?[\d一二三四五六七八九十]+[、.）)]\s*([^。]+)。", self.text)
        assert found, self.name
        return found[1]

    def stands_in(self, prompt: str) -> bool:
        """Whether a prompt holds a clause of the text; tags are taken out of questions."""
        clauses = [part for part in re.split(r"[。！？；\n]|<[^<>]*>", self.text) if len(part) >= 10]
        return any(clause in prompt for clause in clauses or [self.text])


@cache
def attacks(kind: str) -> list[Attack]:
    """The attacks of a kind, ``document`` or ``question``."""
    tables = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text("utf-8"))
    return [Attack(**table) for table in tables[kind]]


def reply(body: Mapping[str, Any], key: str) -> str:
    """What the model that a request names writes; without an order, the first sentences of the best passage."""
    system, user = (message["content"] for message in body["messages"])
    prompt = f"{system}\n{user}"
    demands = [
        attack.demand.replace("PROMPT-LEAK", system).replace(KEY, key)
        for attack in (*attacks("document"), *attacks("question"))
        if attack.stands_in(prompt) or body["model"] == attack.name
    ]
    best = user.partition("[1] ")[2].partition("\n[2]")[0].partition("\n问题：")[0]
    true = [f"{sentence}[1]。" for sentence in re.findall(r"[^。\n]{8,}(?=。)", best)]
    if demands and body["model"] == BLUNT:
        return "\n".join(demands)
    return "\n".join([*true[:1], *(f"{demand}[1]" for demand in demands), *true[1:]])


class Endpoint(NamedTuple):
    """Where the model is to be had, and what it was asked, in order."""

    url: str
    requests: list[dict[str, Any]]


@contextmanager
def obedient() -> Iterator[Endpoint]:
    """The endpoint while it is served."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append(body)
            key = self.headers["Authorization"].removeprefix("Bearer ")
            if body["model"] == REFUSING:
                self._refuse(key)
                return
            text = reply(body, key)
            self.send_response(200)
            self.send_header(
                "Content-Type", "text/event-stream" if body.get("stream") else "application/json"
            )
            self.end_headers()
            if not body.get("stream"):
                self.wfile.write(json.dumps(_completion(message=text)).encode())
                return
            for at in range(0, len(text), PIECE):
                self._send(_completion(delta=text[at : at + PIECE]))
            self._send(_completion(delta="", finish="stop"))
            self.wfile.write(b"data: [DONE]\n\n")

        def _refuse(self, key: str) -> None:
            self.send_response(401)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"error": {"message": f"wrong key: {key}"}}).encode())

        def _send(self, event: dict[str, Any]) -> None:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: tests read the product's log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Endpoint(f"http://127.0.0.1:{server.server_port}/v1", requests)
        finally:
            server.shutdown()
            thread.join()


def _completion(*, message: str | None = None, delta: str | None = None, finish: str = "") -> dict[str, Any]:
    """An object of the chat completions API, whole or as one chunk of a stream."""
    name, text, kind = (
        ("message", message, "chat.completion")
        if delta is None
        else ("delta", delta, "chat.completion.chunk")
    )
    choice = {
        "index": 0,
        name: {"role": "assistant", "content": text},
        "finish_reason": finish or (None if delta is not None else "stop"),
    }
    return {"id": "1", "object": kind, "created": 0, "model": "obedient", "choices": [choice]}
