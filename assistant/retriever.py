"""Hybrid retriever: dense and keyword search over the chunks, fused, as a LangChain BaseRetriever."""

from __future__ import annotations

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
SPREAD = 0.05  # cosine above the pool's mean that counts as a full dense score (measured for e5)
DENSE_SHARE = 0.5  # weight of the dense side where both have something to say (chosen on eval/cases)


class HybridRetriever(BaseRetriever):
    """Chunks that fit a question, best first, with both scores in the metadata.

    ``score`` is 0..1: the dense side is the cosine's rise over the mean of the pool (e5's cosines lie
    close together), the keyword side BM25 as a share of the best chunk's. A side that has nothing to
    say (BM25 on an English question) does not vote.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: int = 8

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
        dense = dict(self.index.dense(query, POOL))
        keyword = dict(self.index.keywords.search(tokenise(query), POOL))
        mean = sum(dense.values()) / len(dense) if dense else 0.0
        best = max(keyword.values(), default=0.0)
        found = []
        for position in dense.keys() | keyword.keys():
            near = max(0.0, min(1.0, (dense.get(position, mean) - mean) / SPREAD))
            word = keyword.get(position, 0.0) / best if best else 0.0
            score = DENSE_SHARE * near + (1 - DENSE_SHARE) * word if best else near
            found.append((score, position, dense.get(position, 0.0), keyword.get(position, 0.0)))
        found.sort(key=lambda item: (-item[0], item[1]))
        return [self._passage(position, score, near, word) for score, position, near, word in found]

    def _passage(self, position: int, score: float, dense: float, keyword: float) -> Passage:
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
        )


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
