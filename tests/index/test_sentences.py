"""Sentences of a chunk, and the vectors of them: slices in order, bearers kept, one mapped file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexDamagedError
from index.policy import Chunk
from index.sentences import FIRST, VECTORS, SentenceVectors, sentence_spans, sentences_of
from index.settings import IndexSettings
from index.store import Index, open_generation, open_index

_PARTS = st.lists(
    st.sampled_from(
        ["推进", "绿色", "。", "；", "！", "\n", "（", "）", "“", "”", "（一）", " ", "2025年", "(", ")"]
    ),
    max_size=40,
)


@given(_PARTS, st.integers(0, 5))
def test_sentences_are_slices_in_order_that_lose_nothing(parts: list[str], before: int) -> None:
    source = "前" * before + "".join(parts)
    spans = list(sentence_spans(source, before, len(source)))
    assert all(before <= start < end <= len(source) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    kept = "".join(source[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(source[before:].split())
    assert all(source[start:end] == source[start:end].strip() for start, end in spans)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("甲做乙。（商务局、财政局负责）丙做丁。", ["甲做乙。（商务局、财政局负责）", "丙做丁。"]),
        ("甲做乙；丙（丁。戊）做己。", ["甲做乙；", "丙（丁。戊）做己。"]),
        ("下列条件：（一）年满60岁。（二）有住房。", ["下列条件：（一）年满60岁。", "（二）有住房。"]),
        ("甲\n乙。", ["甲", "乙。"]),
    ],
)
def test_who_does_it_belongs_to_the_sentence(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text, 0, len(text))] == sentences


def _chunk(number: int, text: str) -> Chunk:
    return Chunk(str(number), "p", 0, (), 0, len(text), text, "")


def test_what_is_saved_is_compared_chunk_by_chunk(tmp_path: Path) -> None:
    chunks = [_chunk(0, "甲。乙。"), _chunk(1, "丙。")]
    vectors = {"甲。": [1.0, 0.0], "乙。": [0.0, 1.0], "丙。": [0.6, 0.8]}
    SentenceVectors.save(tmp_path, chunks, vectors)
    loaded = SentenceVectors.load(tmp_path)
    assert loaded.similar(0, [1.0, 0.0]) == pytest.approx((1.0, 0.0), abs=1e-3)
    assert loaded.similar(1, [1.0, 0.0]) == pytest.approx((0.6,), abs=1e-3)


def test_no_sentence_at_all_can_be_saved(tmp_path: Path) -> None:
    SentenceVectors.save(tmp_path, [], {})
    SentenceVectors.load(tmp_path)


def test_every_sentence_of_the_plan_has_its_own_vector(index_settings: IndexSettings) -> None:
    index: Index = open_index(index_settings)
    for position, chunk in enumerate(index.chunks):
        texts = sentences_of(chunk)
        own = numpy.asarray(index.embedder.embed_documents(texts[:1])[0])
        near = index.sentences.similar(position, own)
        assert len(near) == len(texts)
        assert near[0] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("name", [FIRST, VECTORS])
def test_a_damaged_file_of_vectors_is_a_damaged_index(index_settings: IndexSettings, name: str) -> None:
    index = open_index(index_settings)
    path = index.folder / name
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:20])
        with pytest.raises(IndexDamagedError):
            open_generation(index_settings, index.manifest.generation)
    finally:
        path.write_bytes(whole)
