"""The figures of a run: every metric is defined here, once, with its source.

| figure | of which cases | what |
|---|---|---|
| passed, correct | all | see ``eval/score.py`` |
| facts, all_facts | answerable | share of the key facts in the answer; answers that hold all of them |
| ledger_all_facts | answerable, of the categories that the ledger answers | answers that hold all key facts |
| hit@k, mrr, ndcg@10 | with evidence | Success, reciprocal rank and nDCG (Järvelin and Kekäläinen 2002) as ``ir-measures`` |
|  |  | computes them; the relevant items are the pieces of evidence, not chunks, so that another splitter is comparable |
| citation_precision, citation_recall | answered | ALCE (Gao et al. 2023, https://arxiv.org/abs/2305.14627), with containment |
|  |  | of evidence in place of an entailment model |
| evidence_cited | answerable | answers whose citations hold every piece of evidence |
| refusal_precision, _recall, _f1 | all | of refusing what the policies do not answer |
| over_refusal | answerable | answers refused wrongly |
| false_premise | of that category | answers that hold the correction and nothing forbidden |
| list_precision, list_recall, exact_count | lists | rows that belong; items that are there; counts that are right |
| certificate_failures | all | answers shown without a passed certificate, a count |

Intervals are 95 % percentile bootstrap intervals over cases (Efron and Tibshirani 1993) of ``scipy.stats.bootstrap``.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.cases import CATEGORIES, LEDGER_CATEGORIES
from eval.measuring import percentiles
from eval.score import DEPTH

RESAMPLES = 2000
SEED = 7

Record = Mapping[str, Any]  # a line of cases.jsonl


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval (None where it has none) over ``n`` cases."""

    value: float
    low: float | None
    high: float | None
    n: int


def figures(records: Sequence[Record]) -> dict[str, Any]:
    """Every figure by name as JSON, ``latency`` by route in ms, and ``categories``."""
    answerable = [row for row in records if row["answerable"]]
    answered = [row for row in answerable if row["answer"]["status"] in ("answered", "partial")]
    lists = [row for row in answerable if row["list_recall"] is not None]
    counted = [row for row in answerable if row["expect_count"] is not None]
    by_mean: dict[str, Iterable[float | bool | None]] = {
        "passed": (row["passed"] for row in records),
        "correct": (row["correct"] for row in records),
        "facts": (row["facts"] for row in answerable),
        "all_facts": (row["facts"] == 1 for row in answerable),
        "ledger_all_facts": (row["facts"] == 1 for row in answerable if row["category"] in LEDGER_CATEGORIES),
        **_retrieval([row for row in answerable if row["evidence"]]),
        "citation_precision": (row["citation_precision"] for row in answered),
        "citation_recall": (row["citation_recall"] for row in answered),
        "evidence_cited": (row["citation_recall"] == 1 for row in answerable if row["evidence"]),
        "over_refusal": (_refused(row) for row in answerable),
        "false_premise": (row["correct"] for row in records if row["category"] == "false-premise"),
        "list_precision": (row["list_precision"] for row in lists),
        "list_recall": (row["list_recall"] for row in lists),
        "exact_count": (row["answer"].get("count") == row["expect_count"] for row in counted),
    }
    found = {
        name: mean([float(value) for value in values if value is not None])
        for name, values in by_mean.items()
    }
    pairs = [(_refused(row), not row["answerable"]) for row in records]
    for name, formula in (("precision", _precision), ("recall", _recall), ("f1", _f1)):
        found[f"refusal_{name}"] = _paired(pairs, formula)
    failed = sum(not _certified(row) for row in records)
    found["certificate_failures"] = Figure(failed, None, None, len(records))
    return {
        **{name: asdict(figure) for name, figure in found.items() if figure},
        "latency": latency(records),
        "categories": _categories(records),
    }


def mean(values: Sequence[float]) -> Figure | None:
    """The mean of values with its interval; None without any."""
    return (
        _bootstrapped((np.asarray(values, dtype=float),), lambda some: float(np.mean(some)))
        if values
        else None
    )


def latency(records: Iterable[Record]) -> dict[str, dict[str, float]]:
    """p50 and p95 in ms, and how many, by the route of the answer."""
    times: dict[str, list[float]] = defaultdict(list)
    for row in records:
        times[row["answer"].get("route", "error")].append(row["wall_ms"])
    found: dict[str, dict[str, float]] = {}
    for route, some in sorted(times.items()):
        p50, p95 = percentiles(some)
        found[route] = {"p50": p50, "p95": p95, "n": len(some)}
    return found


def _categories(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    found = {}
    for name in CATEGORIES:
        group = [row for row in records if row["category"] == name]
        if group:
            found[name] = {
                "n": len(group),
                "passed": sum(row["passed"] for row in group),
                "correct": sum(row["correct"] for row in group),
            }
    return found


def _retrieval(records: Sequence[Record]) -> dict[str, list[float]]:
    """Values of each retrieval measure, one a case."""
    import ir_measures
    from ir_measures import RR, Success, nDCG

    measures = {
        "hit@1": Success @ 1,
        "hit@3": Success @ 3,
        "hit@5": Success @ 5,
        "mrr": RR,
        "ndcg@10": nDCG @ 10,
    }
    qrels, run = [], []
    for row in records:
        for number, rank in enumerate(row["ranks"]):
            qrels.append(ir_measures.Qrel(row["id"], f"evidence {number}", 1))
            if rank:
                run.append(
                    ir_measures.ScoredDoc(row["id"], f"evidence {number}", DEPTH - rank + 1 - number / 100)
                )
        held = {rank for rank in row["ranks"] if rank}
        run += [
            ir_measures.ScoredDoc(row["id"], f"other {rank}", DEPTH - rank + 1)
            for rank in range(1, DEPTH + 1)
            if rank not in held
        ]
    values: dict[str, dict[str, float]] = {name: {} for name in measures}
    names = {str(measure): name for name, measure in measures.items()}
    for value in ir_measures.iter_calc(list(measures.values()), qrels, run):
        values[names[str(value.measure)]][value.query_id] = value.value
    return {name: list(some.values()) for name, some in values.items()}


def _refused(row: Record) -> bool:
    return bool(row["answer"]["status"] == "refused")


def _certified(row: Record) -> bool:
    return bool(row["answer"].get("certificate", {"passed": True})["passed"])


def _precision(refused: Any, wanted: Any) -> float:
    return float(np.sum(refused & wanted) / max(1, np.sum(refused)))


def _recall(refused: Any, wanted: Any) -> float:
    return float(np.sum(refused & wanted) / max(1, np.sum(wanted)))


def _f1(refused: Any, wanted: Any) -> float:
    return float(2 * np.sum(refused & wanted) / max(1, np.sum(refused) + np.sum(wanted)))


def _paired(pairs: Sequence[tuple[bool, bool]], formula: Callable[..., float]) -> Figure | None:
    if not any(wanted for _, wanted in pairs):
        return None
    columns = tuple(np.asarray(column, dtype=bool) for column in zip(*pairs, strict=True))
    return _bootstrapped(columns, formula)


def _bootstrapped(columns: tuple[Any, ...], formula: Callable[..., float]) -> Figure:
    from scipy.stats import bootstrap

    value, n = formula(*columns), len(columns[0])
    if n < 2:
        return Figure(value, None, None, n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all alike: the interval is a point
        interval = bootstrap(
            columns, formula, paired=len(columns) > 1, vectorized=False, n_resamples=RESAMPLES,
            method="percentile", rng=np.random.default_rng(SEED),
        ).confidence_interval  # fmt: skip
    return Figure(value, float(interval.low), float(interval.high), n)
