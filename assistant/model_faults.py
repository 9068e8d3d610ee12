"""What can go wrong with a chat model, and the phrase that says so."""

from __future__ import annotations


class ModelFailed(Exception):
    """The model gave no answer; ``reason`` is the name of a phrase that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stopped(Exception):
    """The reader has stopped the answer."""


def reason_of(error: BaseException) -> str:
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
