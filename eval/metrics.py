"""The figures of a run: every metric is defined here, once, for ``run``, ``compare`` and ``retrieval``.

``eval/labels.py`` says in a sentence what each one means; ``eval/score.py`` scores the single case. Sources:

- hit@k, mrr, ndcg@10: Success, reciprocal rank and nDCG (Järvelin and Kekäläinen 2002) as ``ir-measures`` computes
  them. The relevant items are the pieces of evidence, not chunks, so that another splitter is comparable.
- citation_precision, citation_recall: ALCE (Gao et al. 2023, https://arxiv.org/abs/2305.14627), with containment of
  evidence in place of an entailment model.
- Intervals: 95 % percentile bootstrap over cases (Efron and Tibshirani 1993) of ``scipy.stats.bootstrap``; a
  difference of two runs is drawn in pairs.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.cases import CATEGORIES, LEDGER_CATEGORIES
from eval.measuring import percentiles
from eval.score import DEPTH

RESAMPLES = 2000
SEED = 7

Record = Mapping[str, Any]  # a line of cases.jsonl
Share = tuple[float, float]  # what one case adds above and below the line


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval (None where it has none) over the ``n`` cases that count towards it."""

    value: float
    low: float | None
    high: float | None
    n: int


def _mean(value: float | bool | None) -> Share:
    return (0.0, 0.0) if value is None else (float(value), 1.0)


def _among(part: bool, whole: bool) -> Share:
    return float(part and whole), float(whole)


# Every figure is a sum over the cases divided by another.
_SHARES: dict[str, Callable[[Record], Share]] = {
    "passed": lambda r: _mean(r["passed"]),
    "correct": lambda r: _mean(r["correct"]),
    "facts": lambda r: _mean(r["facts"] or 0.0 if r["answerable"] else None),
    "all_facts": lambda r: _among(r["facts"] == 1, r["answerable"]),
    "ledger_all_facts": lambda r: _among(
        r["facts"] == 1, r["answerable"] and r["category"] in LEDGER_CATEGORIES
    ),
    "citation_precision": lambda r: _mean(r["citation_precision"]),
    "citation_recall": lambda r: _mean(r["citation_recall"]),
    "evidence_cited": lambda r: _among(r["citation_recall"] == 1, r["answerable"] and bool(r["evidence"])),
    "beside@1": lambda r: _among(r.get("rank_beside") == 1, _shows_beside(r)),
    "beside@3": lambda r: _among((r.get("rank_beside") or DEPTH) <= 3, _shows_beside(r)),
    "refusal_precision": lambda r: _among(not r["answerable"], _refused(r)),
    "refusal_recall": lambda r: _among(_refused(r), not r["answerable"]),
    "refusal_f1": lambda r: (
        2.0 * (_refused(r) and not r["answerable"]),
        float(_refused(r)) + float(not r["answerable"]),
    ),
    "over_refusal": lambda r: _among(_refused(r), r["answerable"]),
    "false_premise": lambda r: _among(r["correct"], r["category"] == "false-premise"),
    "list_precision": lambda r: _mean(r["list_precision"]),
    "list_recall": lambda r: _mean(r["list_recall"]),
    "exact_count": lambda r: _among(
        r["answer"].get("count") == r["expect_count"], r["expect_count"] is not None
    ),
    "certificate_failures": lambda r: _mean(not _certified(r)),
}


def shares(records: Sequence[Record]) -> dict[str, NDArray[np.float64]]:
    """For each figure what every record, in order, adds above and below the line."""
    found = {name: np.array([share(row) for row in records]) for name, share in _SHARES.items()}
    return found | _retrieval(records)


def figures(records: Sequence[Record]) -> dict[str, Any]:
    """Every figure by name as JSON, ``latency`` by route in ms, and ``categories``.

    ``certificate_failures`` is a count, all others are shares.
    """
    found = {name: figure(parts) for name, parts in shares(records).items()}
    failed = sum(not _certified(row) for row in records)
    found["certificate_failures"] = Figure(failed, None, None, len(records))
    return {
        **{name: asdict(one) for name, one in found.items() if one},
        "latency": latency(records),
        "categories": _categories(records),
    }


def figure(parts: NDArray[np.float64]) -> Figure | None:
    """The figure of what the cases add above and below the line; None where no case counts."""
    return _bootstrapped(parts[parts[:, 1] > 0], lambda some: _ratio(some[0], some[1]))


def mean(values: Sequence[float]) -> Figure | None:
    """The mean of values with its interval; None without any."""
    return figure(np.array([(value, 1.0) for value in values]).reshape(-1, 2))


def difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> Figure | None:
    """How much higher a figure is in run B than in A on the same cases; None where none counts in one of them."""
    if not a[:, 1].any() or not b[:, 1].any():
        return None
    counts = (a[:, 1] > 0) | (b[:, 1] > 0)
    return _bootstrapped(
        np.hstack([a, b])[counts], lambda some: _ratio(some[2], some[3]) - _ratio(some[0], some[1])
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


def _retrieval(records: Sequence[Record]) -> dict[str, NDArray[np.float64]]:
    """The shares of each retrieval measure; cases without evidence do not count."""
    import ir_measures
    from ir_measures import RR, Success, nDCG

    measures = {"hit@1": Success @ 1, "hit@3": Success @ 3, "hit@5": Success @ 5, "mrr": RR}
    measures["ndcg@10"] = nDCG @ 10
    qrels, run = [], []
    for place, row in enumerate(records):
        query = str(place)
        for number, rank in enumerate(row["ranks"] if row["answerable"] else ()):
            qrels.append(ir_measures.Qrel(query, f"evidence {number}", 1))
            if rank:
                run.append(ir_measures.ScoredDoc(query, f"evidence {number}", DEPTH - rank + 1))
        held = {rank for rank in row["ranks"] if rank}
        run += [
            ir_measures.ScoredDoc(query, f"other {rank}", DEPTH - rank + 1)
            for rank in range(1, DEPTH + 1)
            if rank not in held
        ]
    found = {name: np.zeros((len(records), 2)) for name in measures}
    names = {str(measure): name for name, measure in measures.items()}
    for value in ir_measures.iter_calc(list(measures.values()), qrels, run):
        found[names[str(value.measure)]][int(value.query_id)] = value.value, 1.0
    return found


def _shows_beside(row: Record) -> bool:
    """Whether passages with evidence may stand beside an answer: not of a system that shows none, nor of an old run."""
    return bool(
        row["answerable"] and row["evidence"] and "rank_beside" in row and row["answer"].get("passages")
    )


def _refused(row: Record) -> bool:
    return bool(row["answer"]["status"] == "refused")


def _certified(row: Record) -> bool:
    return bool((row["answer"].get("certificate") or {"passed": True})["passed"])


def _ratio(above: Any, below: Any) -> Any:
    """Sums of the last axis divided; not a number where no drawn case counts."""
    above, below = above.sum(axis=-1), below.sum(axis=-1)
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _bootstrapped(parts: NDArray[np.float64], statistic: Callable[[Sequence[Any]], Any]) -> Figure | None:
    """A statistic of the columns of ``parts`` (a row a case) with its interval; None without rows."""
    from scipy.stats import bootstrap  # a second of imports that no other command needs

    if not len(parts):
        return None
    columns = tuple(parts.T)
    value = float(statistic(columns))
    if len(parts) < 2:
        return Figure(value, None, None, len(parts))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all alike: the interval is a point
        drawn = bootstrap(
            columns,
            lambda *some, axis: statistic(some),
            paired=True,
            vectorized=True,
            n_resamples=RESAMPLES,
            method="percentile",
            rng=np.random.default_rng(SEED),
        ).bootstrap_distribution
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Figure(value, float(low), float(high), len(parts))
