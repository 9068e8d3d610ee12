"""The local model reads the clauses ahead of the questions: llama.cpp keeps its state for each in memory.

A question whose best passage was read pays only for its own words. Reading goes on in the background, one clause at
a time, and a question interrupts it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence

from assistant.corpus import Corpus
from assistant.model_faults import ModelFailed
from assistant.model_file import described
from assistant.model_prompt import opening, whole_item
from assistant.models import ChatModel, Messages
from assistant.terms import Language
from index.policy import Chunk

logger = logging.getLogger(__name__)


SPARE = 0.2  # of the memory, for the questions: when it is full, what was read first is lost first
LANGUAGES: tuple[Language, ...] = ("zh", "en")  # of the answers, the likelier one first
TRIES = 2  # at a clause that takes too long


class Warmer:
    """Reads clauses ahead, each once, until the memory that the prompt cache may take is full."""

    def __init__(self, model: ChatModel, cache_mb: int) -> None:
        self._model = model
        room = (1 - SPARE) * cache_mb * 2**20
        self._room = int(room / int(described()["bytes_per_token"]))  # tokens
        self._read: dict[Messages, int] = {}  # tokens of each prompt
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, texts: Iterable[str]) -> None:
        """Read these texts in the background, in place of what is left; those that were read before are left out."""
        self.stop()
        self._stop.clear()
        wanted = list(texts)
        for prompt in self._read.keys() - set(_prompts(wanted)):
            self._room += self._read.pop(prompt)  # nobody asks for it any more, and the cache will drop it
            self._model.forget(prompt)
        self._thread = threading.Thread(target=self.run, args=(wanted,), name="warm", daemon=True)
        self._thread.start()

    def run(self, texts: Iterable[str]) -> int:
        """Read these texts now, for answers in Chinese and then for those in English; how many readings are new."""
        new = 0
        for prompt in _prompts(list(texts)):
            if prompt in self._read:
                continue
            tokens, failures = None, 0
            while tokens is None and failures < TRIES:
                if self._stop.is_set() or self._room <= 0:
                    return new
                try:
                    tokens = self._model.warm(prompt)
                except ModelFailed as failure:
                    failures += 1
                    if failure.reason != "model_silent":
                        logger.warning("reading ahead ends: %s", failure.reason)
                        return new  # a question will say so, with its answer
            if tokens is None:
                logger.warning(
                    "a prompt of %d characters takes too long to read ahead",
                    sum(len(text) for _, text in prompt),
                )
                continue
            self._room -= tokens
            self._read[prompt] = tokens
            new += 1
        logger.info("%d prompts read ahead", new)
        return new

    def stop(self) -> None:
        """Read nothing more."""
        self._stop.set()
        self._model.stop_warming()
        if self._thread is not None:
            self._thread.join()


def _prompts(texts: Sequence[str]) -> Iterator[Messages]:
    for language in LANGUAGES:
        for text in texts:
            yield opening(text, language)


def worth_reading(chunks: Sequence[Chunk], corpus: Corpus) -> list[str]:
    """Texts of the chunks in the order in which they are likely to be asked about, header and signature left out.

    Those that say who does what come first, then those that open a section, then what follows.
    """
    tasks = [(clause.policy, *span) for clause in corpus.clauses for span in clause.spans]

    def rank(chunk: Chunk) -> int:
        if any(chunk.policy == p and chunk.start < end and chunk.end > start for p, start, end in tasks):
            return 0
        section = corpus.policies[chunk.policy].sections[chunk.section]
        return 1 if chunk.start == section.start else 2

    ranked = sorted((chunk for chunk in chunks if chunk.path), key=rank)
    slices = [(c.policy, *whole_item(corpus.policies[c.policy], c.start, c.end)) for c in ranked]
    return [corpus.without_bearers(*part) for part in dict.fromkeys(slices)]
