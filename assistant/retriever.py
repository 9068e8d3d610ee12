"""Hybrid retriever: dense and keyword search over the chunks, fused, as a LangChain BaseRetriever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.answer import Passage
from index.keywords import tokenise
from index.store import Index
from index.text import fold

POOL = 40  # chunks that the dense side is asked for
SPREAD = 0.05  # cosine above the mean of those found that counts in full (measured for e5)
CHUNK, SENTENCE, WORDS = 0.25, 0.35, 0.4  # weights of the three sides (chosen on eval/cases)


class HybridRetriever(BaseRetriever):
    """Chunks that fit a question, best first, with both scores in the metadata.

    ``score`` is 0..1: the cosine of the chunk and that of its nearest sentence, as their rise over the mean of the
    pool (e5's cosines lie close together), and BM25 as a share of the best chunk's. A side that has nothing to say
    (BM25 on an English question) does not vote.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: int = 8
    policies: frozenset[str] | None = None  # ids of those that are searched; all where it is None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None, **_: Any
    ) -> list[Document]:
        return [_document(passage) for passage in self.passages(query, self.k)]

    def passages(self, query: str, k: int) -> list[Passage]:
        """The ``k`` best passages; [] where the index holds none."""
        return self.search(query)[:k]

    def search(self, query: str) -> list[Passage]:
        """Every chunk that either side found, best first."""
        query = fold(query)
        dense = dict(self.index.dense(query, POOL, self.policies))
        keyword = dict(self._keywords(query))
        vector = self.index.vector(query)
        like = self.index.likeness
        near = {
            at: tuple(map(like, self.index.sentences.similar(at, vector)))
            for at in dense.keys() | keyword.keys()
        }
        sides = (
            (CHUNK, _risen({at: like(cosine) for at, cosine in dense.items()})),
            (SENTENCE, _risen({at: max(own) for at, own in near.items() if own})),
            (WORDS, _share(keyword)),
        )
        total = sum(weight for weight, side in sides if side) or 1.0
        scores = {at: sum(weight * side.get(at, 0.0) for weight, side in sides) / total for at in near}
        order = sorted(scores, key=lambda at: (-scores[at], at))
        return [
            self._passage(at, scores[at], dense.get(at, 0.0), keyword.get(at, 0.0), near[at]) for at in order
        ]

    def _keywords(self, query: str) -> list[tuple[int, float]]:
        """(position, BM25 score) of up to POOL chunks, best first."""
        if self.policies is None:
            return self.index.keywords.search(tokenise(query), POOL)
        found = self.index.keywords.search(tokenise(query), len(self.index.chunks))
        return [row for row in found if self.index.chunks[row[0]].policy in self.policies][:POOL]

    def _passage(
        self, position: int, score: float, dense: float, keyword: float, near: tuple[float, ...]
    ) -> Passage:
        chunk = self.index.chunks[position]
        return Passage(
            chunk.policy,
            chunk.path,
            chunk.start,
            chunk.end,
            chunk.text,
            round(score, 4),
            round(dense, 4),
            round(keyword, 4),
            round(score, 4),
            near,
        )


def _risen(similar: Mapping[int, float]) -> dict[int, float]:
    """Cosines as 0..1: their rise over their mean, of which SPREAD counts in full."""
    mean = sum(similar.values()) / len(similar) if similar else 0.0
    return {at: max(0.0, min(1.0, (value - mean) / SPREAD)) for at, value in similar.items()}


def _share(found: Mapping[int, float]) -> dict[int, float]:
    """BM25 scores as a share of the best."""
    best = max(found.values(), default=0.0)
    return {at: value / best for at, value in found.items()} if best else {}


def _document(passage: Passage) -> Document:
    return Document(
        page_content=passage.text,
        metadata={
            "policy": passage.policy,
            "section": list(passage.section),
            "start": passage.start,
            "end": passage.end,
            "score": passage.score,
            "dense": passage.dense,
            "keyword": passage.keyword,
        },
    )
