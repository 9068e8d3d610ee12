"""``python -m eval retrieval``: the retriever alone on passages and questions of your own.

Each passage is one chunk of an index as the product writes it (Chroma, keyword index), its title in the
place of the policy's title. The retriever of the product is measured beside each of its two sides, with
EMBEDDING_MODEL as the model. Vectors are kept between runs: only new passages are embedded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.measuring import percentiles
from eval.metrics import Figure, mean
from eval.passages import CorpusPassage, PassagesError, Query, read_corpus, read_queries
from eval.vectors import VectorsError, VectorStore
from index.policy import Chunk

if TYPE_CHECKING:
    from index.settings import IndexSettings
    from index.store import Index

VECTORS = Path(__file__).parent / "out" / "vectors"
MEASURES = ("Success@1", "Success@3", "Success@5", "RR", "nDCG@10", "R@{k}")  # names of ir-measures
DEEPEST = 10  # of the measures that do not depend on k

Search = Callable[[str], list[str]]  # a question -> ids of passages, best first


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one way to search found: for each question the ids of passages, best first, and its time."""

    name: str
    found: dict[str, list[str]]  # question id -> passage ids
    milliseconds: tuple[float, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``retrieval``."""
    parser.add_argument(
        "--corpus", type=Path, required=True, metavar="FILE", help="JSON lines of {id, title, text}"
    )
    parser.add_argument(
        "--queries",
        type=Path,
        required=True,
        metavar="FILE",
        help="JSON lines of {id, question, passages: [{id, relevant}]}; relevant: true, false or a grade",
    )
    parser.add_argument(
        "--vectors",
        type=Path,
        default=VECTORS,
        metavar="DIR",
        help="where vectors are kept between runs (default: eval/out/vectors)",
    )
    parser.add_argument("--k", type=_positive, default=10, help="passages that recall looks at (default: 10)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write what was found, one JSON line a question"
    )


def main(options: argparse.Namespace) -> int:
    """Exit status: 0 measured, 2 the files, the folder or the model cannot be used."""
    from dotenv import load_dotenv

    from index.errors import PolicyIndexError
    from index.settings import IndexSettings

    load_dotenv(Path(".env"))
    model = IndexSettings.from_environment({**os.environ}).embedding_model
    try:
        corpus = read_corpus(options.corpus)
        queries = read_queries(options.queries, {passage.id for passage in corpus})
        judged = [query for query in queries if query.relevant]
        if not judged:
            raise PassagesError(f"{options.queries}: no question has a relevant passage.")
        with tempfile.TemporaryDirectory(prefix="retrieval-") as folder:
            settings = IndexSettings(index_dir=Path(folder), embedding_model=model)
            index = indexed(corpus, settings, options.vectors)
            try:
                rankings = rank(index, judged, max(DEEPEST, options.k))
            finally:
                index.close()
        if options.out:
            _write(options.out, judged, rankings)
    except (PassagesError, VectorsError, PolicyIndexError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or options.out}: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"{len(corpus)} passages, {len(judged)} questions, EMBEDDING_MODEL={model}\n")
    print(table(judged, rankings, options.k))
    for note in notes(len(queries) - len(judged), options.k):
        print(f"\n{note}")
    return 0


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)


def indexed(corpus: Sequence[CorpusPassage], settings: IndexSettings, vectors: Path) -> Index:
    """An opened index whose chunks are the passages."""
    from tqdm import tqdm

    from index.build import index_chunks
    from index.chunker import embedded_text
    from index.embedder import BATCH, load
    from index.store import open_generation

    chunks = [as_chunk(passage) for passage in corpus]
    embedder = load(settings.embedding_model)
    with tqdm(desc="embedding", unit="passage", disable=None) as bar:

        def tell(new: int, done: int) -> None:
            bar.total = new
            bar.update(done - bar.n)

        rows = VectorStore(vectors, settings.embedding_model).vectors(
            [embedded_text(chunk) for chunk in chunks],
            embedder.embed_documents,
            len(embedder.embed_query("?")),
            BATCH,
            tell,
        )
    return open_generation(settings, index_chunks(settings, chunks, rows))


def as_chunk(passage: CorpusPassage) -> Chunk:
    """A passage as the one chunk of a policy of its own, which bears the passage's id."""
    return Chunk(
        id=hashlib.sha256(passage.id.encode()).hexdigest()[:32],
        policy=passage.id,
        section=0,
        path=(),
        start=0,
        end=len(passage.text),
        text=passage.text,
        context=passage.title,
    )


def rank(index: Index, queries: Sequence[Query], depth: int) -> list[Ranking]:
    """The first ``depth`` passages for every question: hybrid as the product has it, then each side alone."""
    from tqdm import tqdm

    from assistant.retriever import HybridRetriever
    from index.keywords import tokenise
    from index.text import fold

    ids = [chunk.policy for chunk in index.chunks]
    retriever = HybridRetriever(index=index)
    ways: tuple[tuple[str, Search], ...] = (
        ("hybrid", lambda question: [passage.policy for passage in retriever.passages(question, depth)]),
        ("dense", lambda question: [ids[at] for at, _ in index.dense(fold(question), depth)]),
        (
            "keywords",
            lambda question: [ids[at] for at, _ in index.keywords.search(tokenise(question), depth)],
        ),
    )
    rankings = []
    for name, search in ways:
        search(queries[0].question)  # opens the store: no part of the latency
        found, times = {}, []
        for query in tqdm(queries, desc=name, unit="question", disable=None):
            started = time.perf_counter()
            found[query.id] = search(query.question)
            times.append(1000 * (time.perf_counter() - started))
        rankings.append(Ranking(name, found, tuple(times)))
    return rankings


def measured(queries: Sequence[Query], ranking: Ranking, k: int) -> dict[str, list[float]]:
    """Name of a measure -> its value for each question, by ir-measures (trec_eval)."""
    import ir_measures

    names = {name: ir_measures.parse_measure(name.format(k=k)) for name in MEASURES}
    # Scores only have to fall: trec_eval would order equal ones by id.
    run = {
        query.id: {passage: 1.0 / rank for rank, passage in enumerate(ranking.found[query.id], start=1)}
        for query in queries
    }
    values = {measure: dict.fromkeys(run, 0.0) for measure in names.values()}
    grades = {query.id: query.grades for query in queries}
    for metric in ir_measures.iter_calc([*names.values()], grades, run):
        values[metric.measure][metric.query_id] = metric.value
    return {
        name.format(k=k): [values[measure][query.id] for query in queries] for name, measure in names.items()
    }


def table(queries: Sequence[Query], rankings: Sequence[Ranking], k: int) -> str:
    """A line for each measure, a column for each way to search, with 95 % intervals; latency last."""
    values = [measured(queries, ranking, k) for ranking in rankings]
    lines = [("", *(ranking.name for ranking in rankings))]
    for name in values[0]:
        lines.append((name.replace("R@", "Recall@"), *(_cell(mean(column[name])) for column in values)))
    times = [percentiles(ranking.milliseconds) for ranking in rankings]
    lines.append(("latency, p50 / p95", *(f"{p50:.1f} / {p95:.1f} ms" for p50, p95 in times)))
    return "\n".join(
        (f"{name:<20}" + "".join(f"{cell:<24}" for cell in cells)).rstrip() for name, *cells in lines
    )


def _cell(figure: Figure | None) -> str:
    if figure is None or figure.low is None:
        return f"{figure.value:.3f}" if figure else ""
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def notes(left_out: int, k: int) -> list[str]:
    """What the reader of the table has to know."""
    from assistant.retriever import POOL

    found = [f"[low, high]: 95 % bootstrap interval over questions. RR looks at the first {max(DEEPEST, k)}."]
    if left_out:
        found.append(f"Left out: {left_out} questions that have no relevant passage.")
    if k > POOL:
        found.append(
            f"The hybrid retriever takes {POOL} passages from each side, so that k={k} is past its end."
        )
    return found


def _write(path: Path, queries: Sequence[Query], rankings: Sequence[Ranking]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for query in queries:
            row = {"id": query.id, "question": query.question, "relevant": query.relevant}
            found = {ranking.name: ranking.found[query.id] for ranking in rankings}
            file.write(json.dumps(row | found, ensure_ascii=False) + "\n")
