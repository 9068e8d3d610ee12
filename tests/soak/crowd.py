"""Readers who ask, wait, read and ask again, through the page's queue and through the API, and what they met."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy

KINDS = {"ledger": 5, "retrieval": 3, "model": 2}  # how often each is asked
THINKS = (1.0, 3.0)  # seconds between an answer and the next question
AGAIN = 1.0  # seconds until who was told to come back does: ``Retry-After``
LOOK = 0.1  # seconds between two looks at /health
BUSY = 429
Questions = Mapping[str, Sequence[str]]  # of each kind


@dataclass(frozen=True)
class Reply:
    """What one question met: the HTTP status (0: no reply), and how long it took."""

    kind: str
    status: int
    seconds: float
    text: str


@dataclass
class Crowd:
    """Readers at one address, and what they have met."""

    url: str
    questions: Questions
    replies: list[Reply] = field(default_factory=list)
    health: list[float] = field(default_factory=list)

    def ask_for(self, readers: int, seconds: float) -> None:
        """So many readers ask for so long."""
        until = time.monotonic() + seconds
        asyncio.run(self._all(readers, lambda: time.monotonic() < until, THINKS))

    def ask_times(self, readers: int, count: int) -> None:
        """So many questions, by so many readers who do not pause."""
        left = iter(range(count))
        asyncio.run(self._all(readers, lambda: next(left, None) is not None, (0.0, 0.0)))

    async def _all(self, readers: int, going: Callable[[], bool], thinks: tuple[float, float]) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=self.url, timeout=120, limits=limits) as client:
            config = (await client.get("/config")).json()
            submit = submit_of(config)
            watching = asyncio.create_task(self._watch())
            await asyncio.gather(
                *(self._read(client, number, submit, going, thinks) for number in range(readers))
            )
            if watching.done():
                watching.result()  # raises what /health has met
            watching.cancel()

    async def _watch(self) -> None:
        async with httpx.AsyncClient(base_url=self.url, timeout=120) as client:
            while True:
                began = time.monotonic()
                (await client.get("/health")).raise_for_status()
                self.health.append(time.monotonic() - began)
                await asyncio.sleep(LOOK)

    async def _read(
        self,
        client: httpx.AsyncClient,
        number: int,
        submit: int,
        going: Callable[[], bool],
        thinks: tuple[float, float],
    ) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.uniform(0, thinks[1]))
        while going():
            (kind,) = chance.choices(list(KINDS), [*KINDS.values()])
            kind = kind if self.questions.get(kind) else "ledger"
            question = chance.choice(self.questions[kind])
            began = time.monotonic()
            try:
                if number % 2:
                    status, text = await _through_the_api(client, question)
                else:
                    status, text = await _through_the_page(client, question, submit, f"reader {number}")
            except httpx.TransportError as error:
                status, text = 0, repr(error)
            self.replies.append(Reply(kind, status, time.monotonic() - began, text))
            await asyncio.sleep(AGAIN if status == BUSY else chance.uniform(*thinks))

    def figures(self) -> dict[str, str]:
        """A line for each kind of question, for those who were told to come back, and for /health."""
        rows = {}
        for kind in self.questions:
            seconds = [r.seconds for r in self.replies if r.kind == kind and r.status == 200]
            rows[kind] = f"{len(seconds)} answered, {percentiles(seconds)}"
        busy = [r.seconds for r in self.replies if r.status == BUSY]
        rows["told to come back"] = f"{len(busy)} of {len(self.replies)}, {percentiles(busy)}"
        rows["/health"] = percentiles(self.health)
        return rows

    def wrong(self) -> list[Reply]:
        """Replies that are neither an answer nor the one that asks to come back."""
        return [reply for reply in self.replies if reply.status not in (200, BUSY)]


def percentiles(seconds: Sequence[float]) -> str:
    """p50 / p95 / p99 and the longest, in seconds."""
    if not seconds:
        return "-"
    found = [float(value) for value in numpy.percentile(seconds, [50, 95, 99, 100])]
    return "p50 {:.2f} p95 {:.2f} p99 {:.2f} most {:.2f} s".format(*found)


def submit_of(config: Mapping[str, Any]) -> int:
    """The number of the event with which the page sends a question, from Gradio's configuration of it."""
    events = config["dependencies"]
    return next(int(event["id"]) for event in events if any(t[1] == "submit" for t in event["targets"]))


async def _through_the_api(client: httpx.AsyncClient, question: str) -> tuple[int, str]:
    body = {"model": "policy-assistant", "messages": [{"role": "user", "content": question}]}
    reply = await client.post("/v1/chat/completions", json=body)
    return reply.status_code, reply.text


async def _through_the_page(
    client: httpx.AsyncClient, question: str, submit: int, session: str
) -> tuple[int, str]:
    body: dict[str, Any] = {"data": [question, [], None, ""], "fn_index": submit, "session_hash": session}
    taken = await client.post("/gradio_api/queue/join", json=body)
    if taken.status_code != 200:
        return taken.status_code, taken.text
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            told = json.loads(line[6:]) if line.startswith("data: ") else {}
            if told.get("msg") == "process_completed":
                return (200 if told["success"] else 500), line
            if told.get("msg") == "unexpected_error":
                return 500, line
    return 0, "the stream ended before the answer"
