"""The chat model: an endpoint that speaks the OpenAI API, the local file behind one on loopback, or none.

There is one client, LangChain's ``ChatOpenAI``; nothing else knows which model answers. Its stream runs on an event
loop of its own, so that it can be ended from any thread, also before the first token.
"""

from __future__ import annotations

import asyncio
import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.local_server import serve
from assistant.model_file import model_path
from assistant.settings import Settings, SettingsError
from index.errors import message

if TYPE_CHECKING:
    from concurrent.futures import Future

    from langchain_openai import ChatOpenAI

logger = logging.getLogger(__name__)

LONGEST = 4000  # characters of an answer; a model that writes on is stopped
MOST_TOKENS = 320  # of an answer
PATIENCE = 0.05  # seconds between two looks at whether the reader has stopped

Messages = Sequence[tuple[str, str]]  # (role, text)


class ModelFailed(Exception):
    """The model gave no answer; ``reason`` is the name of a phrase that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stopped(Exception):
    """The reader has stopped the answer."""


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
        self._asking = 0  # questions under way
        self._warming: Future[int] | None = None
        self._broken = ""  # why there is no client
        self._turn = threading.Lock()  # the local model answers one question at a time

    @cached_property
    def client(self) -> ChatOpenAI:
        """The one client; raises ModelFailed where it cannot be made, or the local model not be loaded."""
        if self._broken:
            raise ModelFailed(self._broken)
        try:
            return self._connect()
        except Exception as error:  # also what a wrong address or a proxy setting makes httpx raise
            self._broken = "model_not_started" if self.local else "model_unreachable"
            logger.warning("%s", message("model_start_failed", reason=type(error).__name__))
            raise ModelFailed(self._broken) from None

    @property
    def is_ready(self) -> bool:
        """Whether the client is made: for the local model, whether it is loaded."""
        return "client" in self.__dict__

    def stream(
        self, messages: Messages, stop: threading.Event | None = None, tokens: int = MOST_TOKENS
    ) -> Iterator[str]:
        """Pieces of the answer as they come.

        Raises:
            ModelFailed: no connection, a refusal, silence, an empty or an endless answer.
            Stopped: ``stop`` was set; the model is freed.
        """
        pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        client = self.client
        with self._question(stop):
            running = asyncio.run_coroutine_threadsafe(_pump(client, messages, tokens, pieces), _loop())
            try:
                yield from self._received(pieces, stop)
            finally:
                running.cancel()

    def _received(
        self, pieces: queue.SimpleQueue[str | BaseException | None], stop: threading.Event | None
    ) -> Iterator[str]:
        length, last = 0, time.monotonic()
        while True:
            if stop is not None and stop.is_set():
                raise Stopped
            try:
                piece = pieces.get(timeout=PATIENCE)
            except queue.Empty:
                if time.monotonic() - last > self.timeout:
                    raise ModelFailed("model_silent") from None
                continue
            if piece is None:
                break
            if isinstance(piece, BaseException):
                raise ModelFailed(_reason(piece)) from None
            if piece:
                last = time.monotonic()
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
        client, until = self.client, time.monotonic() + seconds
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
                raise ModelFailed(_reason(error)) from None
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
            return running.result(self.timeout)
        except CancelledError:
            return None
        except TimeoutError:
            running.cancel()
            raise ModelFailed("model_silent") from None
        except Exception as error:
            raise ModelFailed(_reason(error)) from None
        finally:
            self._warming = None

    @contextmanager
    def _question(self, stop: threading.Event | None, until: float = math.inf) -> Iterator[None]:
        """A question under way: reading ahead makes way, and the local model waits for the question before it."""
        with self._idle:
            self._asking += 1
            if self._warming is not None:
                self._warming.cancel()
        taken = False
        try:
            while self.local and not (taken := self._turn.acquire(timeout=PATIENCE)):
                if stop is not None and stop.is_set():
                    raise Stopped
                if time.monotonic() > until:
                    raise ModelFailed("model_silent")
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
    tokens: int,
    pieces: queue.SimpleQueue[str | BaseException | None],
) -> None:
    finish = ""
    try:
        async for chunk in client.astream(list(messages), extra_body={"max_tokens": tokens}):
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


def _reason(error: BaseException) -> str:
    """The phrase for what an endpoint did. Its own words are not shown: they may hold a key."""
    import httpx
    import openai

    if isinstance(error, ModelFailed):
        return error.reason
    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (openai.AuthenticationError, "model_denied"),
        (openai.PermissionDeniedError, "model_denied"),
        (openai.RateLimitError, "model_busy"),
        (openai.NotFoundError, "model_unknown"),
        (openai.APITimeoutError, "model_silent"),
        (openai.APIStatusError, "model_error"),
        (openai.APIConnectionError, "model_unreachable"),
        (httpx.TimeoutException, "model_silent"),
        (httpx.TransportError, "model_cut"),
    )
    return next((reason for kind, reason in kinds if isinstance(error, kind)), "model_garbled")


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


def open_model(settings: Settings) -> ChatModel | None:
    """The chat model that the settings ask for, None where answers are extractive.

    Raises:
        SettingsError: the local model is asked for by name and is not there.
    """
    if settings.llm == "none":
        return None
    if settings.llm == "openai" or (settings.llm == "auto" and settings.llm_base_url):
        key, name = settings.llm_api_key or "none", settings.llm_model
        return ChatModel(
            lambda: _client(settings.llm_base_url, key, name, settings),
            local=False,
            timeout=settings.llm_timeout,
            key=settings.llm_api_key,
        )
    path = model_path(settings)
    if path is None:
        if settings.llm == "local":
            raise SettingsError(message("model_missing"))
        return None

    def connect() -> ChatOpenAI:
        address, key = serve(path, settings.llm_cache_mb)
        return _client(f"{address}/v1", key, "local", settings, loopback=True)

    return ChatModel(connect, local=True, timeout=settings.llm_timeout)


def _client(url: str, key: str, name: str, settings: Settings, *, loopback: bool = False) -> ChatOpenAI:
    """The client; the local server is never reached through a proxy."""
    import httpx
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        http_async_client=httpx.AsyncClient(trust_env=False, timeout=settings.llm_timeout)
        if loopback
        else None,
        base_url=url,
        api_key=SecretStr(key),
        model=name,
        temperature=0,
        max_retries=0,
        timeout=settings.llm_timeout,
        stream_usage=False,
        stream_chunk_timeout=None,  # its wait_for loses a cancellation (Python 3.11); the time-out here is ours
    )
