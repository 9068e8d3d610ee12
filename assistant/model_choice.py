"""Which chat model the settings ask for, and the client that speaks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.local_server import serve
from assistant.model_file import model_path
from assistant.models import ChatModel
from assistant.settings import Settings, SettingsError
from index.errors import message

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI


def open_model(settings: Settings) -> ChatModel | None:
    """The chat model that the settings ask for, None where answers are extractive.

    Raises:
        SettingsError: the local model is asked for by name and is not there.
    """
    if settings.llm == "none":
        return None
    if settings.remote:
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
