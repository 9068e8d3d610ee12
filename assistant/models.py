"""The chat model behind an endpoint that speaks the OpenAI API: somewhere, or on loopback for the local file.

There is one client, LangChain's ``ChatOpenAI``; nothing else knows which model answers. Its stream runs on an event
loop of its own, so that it can be ended from any thread, also before the first token.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from assistant.model_faults import ModelFailed, Stopped, reason_of
from index.errors import message

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

logger = logging.getLogger(__name__)

LONGEST = 4000  # characters of an answer; a model that writes on is stopped
MOST_TOKENS = 2048  # of an answer, with what a model thinks before it
WHOLE = 3  # times the time-out, after which an answer has to be there in full
PATIENCE = 0.05  # seconds between two looks at whether the reader has stopped
AT_ONCE = 8  # questions that an endpoint answers at a time; the local model takes one
WAITING = 3  # questions that wait for their turn: whoever comes then has quotes at once, and no place is held for long

Messages = Sequence[tuple[str, str]]  # (role, text)


class ChatModel:
    """A chat model that streams, can be stopped, and lets a question go before what only prepares for one.

    ``connect`` makes the client at the first use, which takes seconds for the local model. ``local`` tells that it
    runs on this machine, where long prompts are slow; ``timeout`` is in seconds without a token; ``key`` is what its
    words must never tell.
    """

    def __init__(
        self, connect: Callable[[], ChatOpenAI], *, local: bool, timeout: float, key: str = ""
    ) -> None:
        self._connect = connect
        self.key = key
        self.local = local
        self.timeout = timeout
        self._idle = threading.Condition()
        self._read: set[Messages] = set()  # what was read ahead
        self._asking = 0  # questions under way, and those that wait for their turn
        self._warming: Future[int] | None = None
        self._loading: Future[ChatOpenAI] | None = None
        self._places = 1 if local else AT_ONCE
        self._turn = threading.BoundedSemaphore(self._places)

    @property
    def client(self) -> ChatOpenAI:
        """The one client; raises ModelFailed where it cannot be made, or the local model not be loaded."""
        return self._connected(None)

    @property
    def is_ready(self) -> bool:
        """Whether the client is made: for the local model, whether it is loaded."""
        loading = self._loading
        return loading is not None and loading.done() and loading.exception() is None

    @property
    def is_loading(self) -> bool:
        """Whether the client is being made at this moment."""
        loading = self._loading
        return loading is not None and not loading.done()

    def _connected(self, stop: threading.Event | None) -> ChatOpenAI:
        """The client, waited for while the local model is loaded; raises ModelFailed or Stopped."""
        with self._idle:
            if self._loading is None:
                self._loading = Future()
                threading.Thread(target=self._load, args=(self._loading,), name="load", daemon=True).start()
        while not self._loading.done():
            if stop is not None and stop.is_set():
                raise Stopped
            wait([self._loading], PATIENCE)
        error = self._loading.exception()
        if error is not None:
            raise ModelFailed(reason_of(error))
        return self._loading.result()

    def _load(self, loading: Future[ChatOpenAI]) -> None:
        try:
            loading.set_result(self._connect())
        except Exception as error:  # also what a wrong address or a proxy setting makes httpx raise
            name = "model_start_failed" if self.local else "model_client_failed"
            logger.warning("%s", message(name, reason=type(error).__name__))
            loading.set_exception(ModelFailed("model_not_started" if self.local else "model_unreachable"))

    def stream(
        self,
        messages: Messages,
        stop: threading.Event | None = None,
        tokens: int = MOST_TOKENS,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> Iterator[str]:
        """Pieces of the answer as they come; ``options`` are fields of the request beside OpenAI's (llama.cpp's grammar).

        Raises:
            ModelFailed: no connection, a refusal, silence, an empty or an endless answer, no turn in time.
            Stopped: ``stop`` was set; the model is freed.
        """
        pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        with self._question(stop, time.monotonic() + self.timeout):
            client = self._connected(stop)  # in its turn: while the local model loads few wait
            running = asyncio.run_coroutine_threadsafe(
                _pump(client, messages, {**options, "max_tokens": tokens}, pieces), _loop()
            )
            try:
                yield from self._received(pieces, stop)
            finally:
                running.cancel()

    def _received(
        self, pieces: queue.SimpleQueue[str | BaseException | None], stop: threading.Event | None
    ) -> Iterator[str]:
        length, last = 0, time.monotonic()
        end = last + WHOLE * self.timeout
        while True:
            if stop is not None and stop.is_set():
                raise Stopped
            if time.monotonic() > end:
                raise ModelFailed("model_endless" if length else "model_silent")
            try:
                piece = pieces.get(timeout=PATIENCE)
            except queue.Empty:
                if time.monotonic() - last > self.timeout:
                    raise ModelFailed("model_silent") from None
                continue
            if piece is None:
                break
            if isinstance(piece, BaseException):
                reason = reason_of(piece)
                raise ModelFailed(reason if length or reason != "model_endless" else "model_empty") from None
            last = time.monotonic()  # also without a word: a model that thinks is none that is silent
            length += len(piece)
            if length > LONGEST:
                raise ModelFailed("model_endless")
            if piece:
                yield piece
        if not length:
            raise ModelFailed("model_empty")

    def complete(
        self, messages: Messages, tokens: int, seconds: float, stop: threading.Event | None = None
    ) -> str:
        """A short answer as a whole, within ``seconds``, which a local model is not loaded for.

        Raises:
            ModelFailed: no answer, or none in time.
            Stopped: ``stop`` was set.
        """
        if self.local and not self.is_ready:
            raise ModelFailed("model_silent")
        until = time.monotonic() + seconds
        client = self._connected(stop)
        with self._question(stop, until):
            running = asyncio.run_coroutine_threadsafe(
                client.ainvoke(list(messages), extra_body={"max_tokens": tokens}), _loop()
            )
            try:
                while True:
                    if stop is not None and stop.is_set():
                        raise Stopped
                    try:
                        return str(running.result(PATIENCE).content)
                    except TimeoutError:
                        if running.done() or time.monotonic() > until:
                            raise ModelFailed("model_silent") from None
            except (ModelFailed, Stopped):
                raise
            except Exception as error:  # whatever the endpoint sends
                raise ModelFailed(reason_of(error)) from None
            finally:
                running.cancel()

    def warm(self, messages: Messages) -> int | None:
        """Have the model read a prompt while nobody asks; its tokens, or None where a question came between.

        Raises:
            ModelFailed: the model is not to be had.
        """
        client = self.client
        with self._idle:
            self._idle.wait_for(lambda: not self._asking)
            self._warming = running = asyncio.run_coroutine_threadsafe(_read(client, messages), _loop())
        try:
            tokens = running.result(self.timeout)
            self._read.add(tuple(messages))
            return tokens
        except CancelledError:
            return None
        except TimeoutError:
            running.cancel()
            raise ModelFailed("model_silent") from None
        except Exception as error:
            raise ModelFailed(reason_of(error)) from None
        finally:
            self._warming = None

    def has_read(self, messages: Messages) -> bool:
        """Whether a prompt was read ahead, so that one which begins with it costs only what is behind."""
        return tuple(messages) in self._read

    def forget(self, messages: Messages) -> None:
        """Count a prompt as not read ahead."""
        self._read.discard(tuple(messages))

    @contextmanager
    def _question(self, stop: threading.Event | None, until: float) -> Iterator[None]:
        """A question under way: reading ahead makes way, and it waits for its turn; ModelFailed where too many wait."""
        with self._idle:
            if self._asking >= self._places + WAITING:
                raise ModelFailed("model_busy")
            self._asking += 1
            if self._warming is not None:
                self._warming.cancel()
        taken = False
        try:
            while not (taken := self._turn.acquire(timeout=PATIENCE)):
                if stop is not None and stop.is_set():
                    raise Stopped
                if time.monotonic() > until:
                    raise ModelFailed("model_busy")
            yield
        finally:
            if taken:
                self._turn.release()
            with self._idle:
                self._asking -= 1
                self._idle.notify_all()

    def stop_warming(self) -> None:
        """End what is being read ahead."""
        if self._warming is not None:
            self._warming.cancel()


async def _pump(
    client: ChatOpenAI,
    messages: Messages,
    fields: Mapping[str, Any],
    pieces: queue.SimpleQueue[str | BaseException | None],
) -> None:
    finish = ""
    try:
        async for chunk in client.astream(list(messages), extra_body=dict(fields)):
            pieces.put(str(chunk.content))
            finish = chunk.response_metadata.get("finish_reason") or finish
        if finish == "length":
            pieces.put(ModelFailed("model_endless"))
        pieces.put(None if finish else ModelFailed("model_cut"))
    except Exception as error:  # whatever the endpoint sends: the reader is told which kind it was
        pieces.put(error)


async def _read(client: ChatOpenAI, messages: Messages) -> int:
    reply = await client.ainvoke(list(messages), extra_body={"max_tokens": 1})
    usage = reply.usage_metadata
    return usage["input_tokens"] if usage else 0


_started: list[asyncio.AbstractEventLoop] = []
_starting = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    """The event loop of the streams, in a thread of its own."""
    with _starting:
        if not _started:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="model-streams", daemon=True).start()
            _started.append(loop)
        return _started[0]
