"""Folding for search: what is one, and that the map back is right."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import fold, fold_with_origin, squeeze

# Any character, and often those that folding changes: wide, ligatures, traditional, brackets, blanks.
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("０Ａ％㈠①Ⅷﬁ㎡〔〕［】“」　\t\n綠廠牽頭㍿½İ"),
    )
)


@given(TEXTS)
def test_each_folded_character_maps_back_to_the_one_it_came_from(text: str) -> None:
    folded = fold_with_origin(text)
    assert folded.text == fold(text)
    assert len(folded.origin) == len(folded.text) + 1
    assert folded.origin[-1] == len(text)
    assert all(a <= b for a, b in pairwise(folded.origin))
    for position, character in enumerate(folded.text):
        assert character in fold(text[folded.origin[position]])


@given(TEXTS, st.data())
def test_the_span_of_a_folded_slice_folds_to_text_that_holds_it(text: str, data: st.DataObject) -> None:
    folded = fold_with_origin(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    at, until = folded.span(start, end)
    assert 0 <= at <= until <= len(text)
    assert folded.text[start:end] in fold(text[at:until])
    if start == end:
        assert at == until


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_folding_twice_changes_nothing_for_the_one_chain_of_opencc() -> None:
    assert fold(fold("薴")) == fold("薴")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("１０ 家", "10 家"),
        ("汉政办发〔2024〕11号", "汉政办发[2024]11号"),
        ("汉政办发［2024］11号", "汉政办发[2024]11号"),
        ("綠色工廠的目標由哪個局牽頭？", "绿色工厂的目标由哪个局牵头?"),
        ("“小巨人”「链主」", '"小巨人""链主"'),
        ("GB／T　9704", "gb/t 9704"),
        ("（一）\n㎡", "(一)\nm2"),
    ],
)
def test_forms_that_are_one(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_blanks_do_not_count_when_squeezed() -> None:
    assert squeeze("突破 800 家") == squeeze("突破８００　家") == "突破800家"


def test_the_span_covers_a_character_that_folds_to_several() -> None:
    folded = fold_with_origin("面积㎡大")
    assert folded.text == "面积m2大"
    assert folded.span(2, 3) == folded.span(2, 4) == (2, 3)
