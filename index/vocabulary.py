"""The content words of the policies as vectors: what a word that they do not use may stand for.

People say 房贷 where a policy says 住房贷款. The words are embedded when the index is built; a word of a
question is compared with all of them, and those that stand out are its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy
from numpy.typing import NDArray

from index.keywords import tagged
from index.text import fold

FEWEST = 100  # words; among fewer nothing can be said to stand out
STANDS_OUT = 3.3  # standard deviations above the mean similarity (chosen on eval/cases)
SPREAD = 0.6  # standard deviations below the nearest that still count
MOST = 4  # neighbours of a word


def content_words(text: str) -> tuple[str, ...]:
    """Nouns, verbs, adjectives, adverbs, places, times and set phrases of more than one character, sorted."""
    words = {
        word
        for line in fold(text).split("\n")
        for word, part in tagged(line.replace(" ", ""))
        if len(word) > 1 and part[:1] in "nvajbildst" and not word.isascii()
    }
    return tuple(sorted(words))


class Vocabulary:
    """Words with their L2-normalised vectors; finds the neighbours of a word."""

    def __init__(self, words: Sequence[str], vectors: NDArray[numpy.float32]) -> None:
        self.words = tuple(words)
        self._vectors = vectors

    def save(self, path: Path) -> None:
        """Write words and vectors into one file."""
        numpy.savez(path, words=numpy.asarray(self.words, dtype=str), vectors=self._vectors)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read what ``save`` wrote."""
        with numpy.load(path) as file:
            return cls(file["words"].tolist(), file["vectors"])

    def neighbours(
        self, word: str, embed: Callable[[Sequence[str]], Sequence[Sequence[float]]]
    ) -> tuple[tuple[str, float], ...]:
        """(word of the policies, standard deviations above the mean similarity), nearest first."""
        if len(self.words) < FEWEST:
            return ()
        vector = numpy.asarray(embed([word])[0], dtype=numpy.float32)
        similar = self._vectors @ vector
        scores = (similar - similar.mean()) / similar.std()
        order = numpy.argsort(-scores)[:MOST]
        least = max(STANDS_OUT, float(scores[order[0]]) - SPREAD)
        return tuple((self.words[at], float(scores[at])) for at in order if scores[at] >= least)
