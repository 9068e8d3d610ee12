"""What the events of the views share: those under way in each browser session, and that nobody sees them as such."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import gradio as gr

Stop = TypeVar("Stop", bound=Event)
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}  # of every event of a view


class UnderWay(Generic[Stop]):
    """The answers or runs under way in each browser session, each by what is set to end it."""

    def __init__(self) -> None:
        self._stops: dict[str, set[Stop]] = {}
        self._guard = Lock()  # two of a session may begin and end at once

    @contextmanager
    def enter(self, request: gr.Request, stop: Stop) -> Iterator[None]:
        """Count one as under way in the session of a request; at the end it is set, however that comes."""
        session = str(request.session_hash)
        with self._guard:
            self._stops.setdefault(session, set()).add(stop)
        try:
            yield
        finally:
            stop.set()
            with self._guard:
                self._stops[session].discard(stop)
                if not self._stops[session]:
                    del self._stops[session]

    def of(self, request: gr.Request) -> tuple[Stop, ...]:
        """Those under way in the session of a request."""
        with self._guard:
            return tuple(self._stops.get(str(request.session_hash), ()))
