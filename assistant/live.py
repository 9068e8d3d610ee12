"""The assistant on whichever generation is live: a new one takes over between two answers, without a restart."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig

from assistant.answer import Answer, Event, Passage
from assistant.build import build_assistant
from assistant.chain import PolicyAssistant
from assistant.meter import Meter
from assistant.settings import Settings
from assistant.terms import Language
from index.errors import IndexWriteError, StoreError
from index.pointer import read_pointer

logger = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds between two looks at the pointer
AGAIN = (
    30.0  # the same after a generation could not be taken over for what may pass: a server away, a full disk
)


class LiveAssistant(PolicyAssistant):
    """Answers from the generation that is live when a question comes; a retired one is closed behind its last reader.

    Raises a PolicyIndexError where there is no usable index, SettingsError where a local model is missing.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._readers: Counter[PolicyAssistant] = Counter()
        self._stop = threading.Event()
        self._take(build_assistant(settings))
        self.meter = Meter(lambda: self.index.manifest)

    def _take(self, new: PolicyAssistant) -> None:
        """Show what another assistant shows."""
        self._now = new
        self.index, self.retriever, self.composer = new.index, new.retriever, new.composer
        self.answerer, self.versions = new.answerer, new.versions

    def watch(self, changed: Callable[[PolicyAssistant], None] = lambda _: None) -> None:
        """Look for a new generation in the background; ``changed`` is called with what reads it."""
        threading.Thread(target=self._watch, args=(changed,), name="watch", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()

    def refresh(self) -> bool:
        """Take over the generation that the pointer names; whether there is a new one.

        Raises a PolicyIndexError where it cannot be read: answers go on from the one before.
        """
        current = read_pointer(self._settings.index).get("current")
        if current in (None, self._now.index.manifest.generation):
            return False
        model = self._now.composer.model if self._now.composer else None
        new = build_assistant(self._settings, model)
        if new.index.manifest.generation == self._now.index.manifest.generation:
            new.index.close()  # the newest is damaged, and this one was opened in its place
            return False
        try:
            new.warm_up()
        except BaseException:
            new.index.close()
            raise
        with self._lock:
            retired = self._now
            self._take(new)
            if not self._readers[retired]:
                retired.index.close()
        return True

    def _watch(self, changed: Callable[[PolicyAssistant], None]) -> None:
        failed: str | None = None
        away = ""  # what was said of a database or a server that is
        pause = PATIENCE
        while not self._stop.wait(pause):
            current, pause = None, PATIENCE
            try:
                current = read_pointer(self._settings.index).get("current")
                if failed is not None and current == failed:
                    continue
                if self.refresh():
                    logger.info("answers come from generation %s", current)
                    changed(self._now)
                failed = current if current != self._now.index.manifest.generation else None
                away = ""
            except (StoreError, IndexWriteError) as error:  # it may be back in a moment
                pause = AGAIN if current else PATIENCE
                if str(error) != away:
                    logger.warning(
                        "answers go on from generation %s: %s", self.index.manifest.generation, error
                    )
                away = str(error)
            except (
                Exception
            ) as error:  # a damaged store raises what it likes; answers go on from the one before
                failed = current
                logger.warning("generation %s cannot be read: %s", current, error)

    @contextmanager
    def _reading(self) -> Iterator[PolicyAssistant]:
        """The assistant of the live generation, which stays open until the block ends."""
        with self._lock:
            assistant = self._now
            self._readers[assistant] += 1
        try:
            yield assistant
        finally:
            with self._lock:
                self._readers[assistant] -= 1
                if not self._readers[assistant]:
                    del self._readers[assistant]
                    if assistant is not self._now:
                        assistant.index.close()

    def _events(self, input: Mapping[str, Any], config: RunnableConfig | None) -> Iterator[Event]:
        with self._reading() as assistant:
            yield from assistant._events(input, config)

    def retrieve(self, question: str, k: int) -> list[Passage]:
        with self._reading() as assistant:
            return assistant.retrieve(question, k)

    def follow_ups(self, answer: Answer) -> list[str]:
        with self._reading() as assistant:
            return assistant.follow_ups(answer)

    def examples(self, language: Language = "zh") -> list[str]:
        with self._reading() as assistant:
            return assistant.examples(language)

    def warm_up(self) -> None:
        with self._reading() as assistant:
            assistant.warm_up()
        self.is_warm = True
