"""Words of the policies as vectors, and the neighbours of a word that they do not use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest

from index.settings import IndexSettings
from index.store import Index, open_index
from index.vocabulary import FEWEST, MOST, Vocabulary, content_words


@pytest.fixture(scope="module")
def index(index_settings: IndexSettings) -> Index:
    return open_index(index_settings)


def test_content_words() -> None:
    words = content_words("推动绿色工厂的建设，\n由市 财政局负责。\nＡＩ 2025 年 的 和")
    assert {"绿色", "工厂", "建设", "负责"} <= set(words)
    assert list(words) == sorted(words)
    assert not {"的", "和", "由", "2025", "ai", "AI"} & set(words)


def test_a_word_that_the_policies_do_not_use_has_neighbours(index: Index) -> None:
    assert "厂子" not in index.vocabulary.words
    assert index.neighbours("厂子")[0][0] == "工厂"
    assert index.neighbours("factory")[0][0] == "工厂"


def test_what_does_not_stand_out_is_no_neighbour(index: Index) -> None:
    assert index.neighbours("婚礼") == ()


def _unit(*values: float) -> list[float]:
    return list(numpy.asarray(values) / numpy.linalg.norm(values))


def test_neighbours_come_nearest_first_and_are_few() -> None:
    rows = [_unit(1, 0.01 * number, 0) for number in range(MOST + 2)] + [_unit(0, 1, 1)] * FEWEST
    words = [f"近{number}" for number in range(MOST + 2)] + [f"远{number}" for number in range(FEWEST)]
    vocabulary = Vocabulary(words, numpy.asarray(rows, dtype=numpy.float32))
    found = vocabulary.neighbours("词", lambda _: [_unit(1, 0, 0)])
    assert [word for word, _ in found] == words[:MOST]
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_among_few_words_nothing_stands_out() -> None:
    def never(_: Sequence[str]) -> Sequence[Sequence[float]]:
        raise AssertionError("nothing to compare with")

    vocabulary = Vocabulary(["词"] * (FEWEST - 1), numpy.zeros((FEWEST - 1, 3), dtype=numpy.float32))
    assert vocabulary.neighbours("词", never) == ()


def test_what_is_saved_is_loaded(tmp_path: Path, index: Index) -> None:
    index.vocabulary.save(tmp_path / "words.npz")
    loaded = Vocabulary.load(tmp_path / "words.npz")
    assert loaded.words == index.vocabulary.words
    assert loaded.neighbours("厂子", index.embedder.embed_documents) == index.neighbours("厂子")
