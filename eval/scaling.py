"""``python -m eval bench --scaling``: how index and retrieval grow with the number of policies.

Synthetic policies are really built and really searched, in a folder of their own that is removed. Time to index
grows with what has to be embedded; so that the largest size takes minutes and not hours, its vectors are drawn at
random, and its row says so. The question's own vector is always the model's.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
from langchain_core.embeddings import Embeddings

from eval.measuring import ASK_SECTION, percentiles, section_questions
from eval.synthetic import policy_text, write_policies
from index.settings import IndexSettings

if TYPE_CHECKING:
    from index.store import Index

SEED = 4
QUESTIONS = 50  # at most, of each size
PASSES = 5  # over the questions; each gives a p50 and a p95


@dataclass(frozen=True, slots=True)
class Size:
    """One point of the series."""

    policies: int
    builds: int  # from nothing; their median is shown
    random: bool = False  # vectors drawn at random in place of the model's


SIZES = (Size(1, 3), Size(10, 3), Size(100, 1), Size(1000, 1, random=True))


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured at one size; lists hold a value for each build or pass."""

    size: Size
    characters: int
    chunks: int
    seconds: list[float]  # of a build from nothing, with the model loaded
    added: float  # seconds to publish one policy more
    megabytes: float  # on disk (10^6 bytes), policies not counted
    p50: list[float]  # ms of a search, the embedding of the question included
    p95: list[float]


class RandomVectors(Embeddings):
    """L2-normalised vectors of ``size`` numbers that say nothing of the texts (Muller 1959), the same at every run."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._draws = numpy.random.default_rng(SEED)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A new vector for each text."""
        drawn = self._draws.standard_normal((len(texts), self._size))
        rows: list[list[float]] = (drawn / numpy.linalg.norm(drawn, axis=1, keepdims=True)).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """Another one: to search with these vectors is not meant."""
        return self.embed_documents([text])[0]


def series(
    model: str, sizes: Sequence[Size] = SIZES, say: Callable[[str], None] = lambda _: None
) -> Iterator[Row]:
    """Measure each size in turn, with embedded stores; raises a PolicyIndexError where one cannot be built."""
    from index.embedder import load

    embedder = load(model)
    vector = embedder.embed_query(ASK_SECTION)
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="scaling-") as folder:
            say(f"{size.policies} policies: building")
            yield measure(size, Path(folder), model, RandomVectors(len(vector)) if size.random else None, say)


def measure(
    size: Size, folder: Path, model: str, embedder: Embeddings | None, say: Callable[[str], None]
) -> Row:
    """One point of the series; everything that it writes lies below ``folder``."""
    from index.build import build
    from index.store import open_index

    policies = folder / "policies"
    characters = write_policies(policies, SEED, size.policies)
    seconds = []
    for number in range(size.builds):
        settings = IndexSettings(policies, folder / f"index-{number}", model)
        report = build(settings, embedder=embedder)
        seconds.append(report.seconds)
    index = open_index(settings)
    try:
        say(f"{size.policies} policies: searching")
        p50, p95 = searched(index)
    finally:
        index.close()
    megabytes = disk_megabytes(settings.index_dir)
    say(f"{size.policies} policies: adding one")
    (policies / "one-more.md").write_text(policy_text(SEED, size.policies), "utf-8")
    added = build(settings, embedder=embedder).seconds
    return Row(size, characters, report.chunks, seconds, added, megabytes, p50, p95)


def searched(index: Index) -> tuple[list[float], list[float]]:
    """p50 and p95 in ms of the product's retriever, of each pass over the questions."""
    from assistant.retriever import HybridRetriever

    retriever = HybridRetriever(index=index)
    questions = section_questions(index.policies.values(), QUESTIONS)
    retriever.search(questions[0])  # opens the store
    passes = []
    for _ in range(PASSES):
        times = []
        for question in questions:
            started = time.perf_counter()
            retriever.search(question)
            times.append(1000 * (time.perf_counter() - started))
        passes.append(percentiles(times))
    return [p50 for p50, _ in passes], [p95 for _, p95 in passes]


def disk_megabytes(folder: Path) -> float:
    """Size of all files below a folder in 10^6 bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def header() -> str:
    """The heads of the columns."""
    return _columns(
        "policies",
        "passages",
        "vectors",
        "index, s",
        "add one, s",
        "disk, MB",
        "search p50, ms",
        "search p95, ms",
    )


def line(row: Row) -> str:
    """A row of the table: medians, and behind them the least and the most."""
    return _columns(
        f"{row.size.policies:,}",
        f"{row.chunks:,}",
        "random" if row.size.random else "model",
        _spread(row.seconds),
        f"{row.added:.1f}",
        f"{row.megabytes:.1f}",
        _spread(row.p50),
        _spread(row.p95),
    )


def note(rows: Sequence[Row]) -> str:
    """What the reader of the table has to know."""
    policies, characters = sum(row.size.policies for row in rows), sum(row.characters for row in rows)
    return (
        f"Synthetic policies of {characters / policies:,.0f} characters each. Medians (least - most) of "
        f"{' / '.join(str(row.size.builds) for row in rows)} builds from nothing, with the model loaded, and of "
        f"{PASSES} passes over up to {QUESTIONS} questions. random: vectors of the passages drawn at random in place "
        "of the model's, so that this index took no time to embed."
    )


def _spread(values: Sequence[float]) -> str:
    median = f"{statistics.median(values):.1f}"
    return median if len(values) == 1 else f"{median} ({min(values):.1f} - {max(values):.1f})"


def _columns(*cells: str) -> str:
    widths = (9, 10, 9, 22, 12, 10, 24, 24)
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
