"""``python -m eval compare A B``: what run B won and lost against run A, case by case.

Only the cases of both runs count. Whether B passes more or fewer is tested by McNemar's exact test
(a two-sided binomial test on the cases that only one run passes; McNemar 1947, Psychometrika 12).
Each figure's difference has a 95 % percentile interval of a paired bootstrap: cases are drawn, and
both runs are measured on the same draw. nDCG needs more than a record keeps and is not compared.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.cases import LEDGER_CATEGORIES
from eval.results import Record, Result, ResultError, read_result

Pair = tuple[Record, Record]
Share = tuple[float, float]  # what one case adds above and below the line
DRAWS, SEED = 2000, 20241
LEVEL = 0.05  # below it a difference is called one
_TASK = ("policy", "question", "history", "answerable", "key_facts", "forbidden", "evidence", "expect_count")
_SHORT = 160  # characters shown of a question or an answer


def _mean(value: float | bool | None) -> Share:
    return (0.0, 0.0) if value is None else (float(value), 1.0)


def _hit(record: Record, within: int) -> Share:
    return _mean((record.rank or within + 1) <= within if record.evidence else None)


def _among(part: bool, whole: bool) -> Share:
    return float(part and whole), float(whole)


# Every figure is a sum over the cases divided by another, so that a draw is two products of matrices.
SHARES: dict[str, Callable[[Record], Share]] = {
    "passed": lambda r: _mean(r.passed),
    "correct": lambda r: _mean(r.correct),
    "facts": lambda r: _mean(r.facts),
    "all_facts": lambda r: _among(r.facts == 1, r.answerable),
    "ledger_all_facts": lambda r: _among(r.facts == 1, r.answerable and r.category in LEDGER_CATEGORIES),
    "hit@1": lambda r: _hit(r, 1),
    "hit@3": lambda r: _hit(r, 3),
    "hit@5": lambda r: _hit(r, 5),
    "mrr": lambda r: _mean((1 / r.rank if r.rank else 0.0) if r.evidence else None),
    "citation_precision": lambda r: _mean(r.citation_precision),
    "citation_recall": lambda r: _mean(r.citation_recall),
    "evidence_cited": lambda r: _among(r.citation_recall == 1, r.answerable and bool(r.evidence)),
    "refusal_precision": lambda r: _among(not r.answerable, r.refused),
    "refusal_recall": lambda r: _among(r.refused, not r.answerable),
    "refusal_f1": lambda r: (2.0 * (r.refused and not r.answerable), float(r.refused + (not r.answerable))),
    "over_refusal": lambda r: _among(r.refused, r.answerable),
    "false_premise": lambda r: _among(r.correct, r.category == "false-premise"),
    "list_precision": lambda r: _mean(r.list_precision),
    "list_recall": lambda r: _mean(r.list_recall),
    "exact_count": lambda r: _among(r.answer.count == r.expect_count, r.expect_count is not None),
    "certificate_failures": lambda r: (
        float(r.answer.certificate is not None and not r.answer.certificate.passed),
        1.0,
    ),
}


class Difference(NamedTuple):
    """One figure on the shared cases; shares between 0 and 1, ``n`` the cases that count in both runs."""

    name: str
    n: int
    a: float
    b: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A, over the cases that both runs have, in the order of A."""

    pairs: tuple[Pair, ...]
    only_a: int
    only_b: int
    changed: tuple[tuple[str, tuple[str, ...]], ...]  # id, and the parts of the case that differ
    differences: tuple[Difference, ...]
    p: float  # of McNemar's exact test on `passed`, two-sided

    @property
    def lost(self) -> list[Pair]:
        """Passed in A and not in B."""
        return [(a, b) for a, b in self.pairs if a.passed and not b.passed]

    @property
    def won(self) -> list[Pair]:
        """Passed in B and not in A."""
        return [(a, b) for a, b in self.pairs if b.passed and not a.passed]

    @property
    def worse(self) -> bool:
        """Whether B passes fewer cases, and chance would seldom make it so."""
        return len(self.lost) > len(self.won) and self.p < LEVEL


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two folders."""
    for name, text in (("a", "the run to compare with"), ("b", "the run that may be better or worse")):
        parser.add_argument(name, type=Path, metavar=name.upper(), help=f"{text}: what `run --out` wrote")


def main(options: argparse.Namespace) -> int:
    """Exit status: 0 B is not shown to be worse, 1 it is worse with p < 0.05, 2 the runs cannot be compared."""
    try:
        a, b = read_result(options.a), read_result(options.b)
        comparison = compare(a, b)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    print(text(a, b, comparison))
    return 1 if comparison.worse else 0


def compare(a: Result, b: Result) -> Comparison:
    """The comparison over the cases with the same id; raises ResultError where there are none."""
    others = {record.id: record for record in b.records}
    pairs = tuple((record, others[record.id]) for record in a.records if record.id in others)
    if not pairs:
        raise ResultError(f"no case is in both {a.folder} and {b.folder}")
    changed = [
        (one.id, tuple(part for part in _TASK if getattr(one, part) != getattr(other, part)))
        for one, other in pairs
    ]
    return Comparison(
        pairs=pairs,
        only_a=len(a.records) - len(pairs),
        only_b=len(b.records) - len(pairs),
        changed=tuple((name, parts) for name, parts in changed if parts),
        differences=tuple(differences(pairs)),
        p=mcnemar(
            sum(one.passed and not other.passed for one, other in pairs),
            sum(other.passed and not one.passed for one, other in pairs),
        ),
    )


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p of so many discordant pairs; 1 where there are none."""
    from scipy.stats import binomtest  # a second of imports that no other command needs

    return float(binomtest(lost, lost + won, 0.5).pvalue) if lost + won else 1.0


def differences(pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Every figure that some shared case counts towards in both runs."""
    generator = np.random.default_rng(SEED)
    draws = generator.multinomial(len(pairs), [1 / len(pairs)] * len(pairs), size=DRAWS).astype(float)
    for name, share in SHARES.items():
        parts = np.array([[share(a), share(b)] for a, b in pairs])  # case, run, above and below the line
        whole = parts.sum(axis=0)
        if not whole[:, 1].all():
            continue
        values = whole[:, 0] / whole[:, 1]
        drawn = _ratios(np.einsum("dc,crs->drs", draws, parts))
        low, high = np.nanpercentile(drawn[:, 1] - drawn[:, 0], (2.5, 97.5))
        n = int((parts[:, :, 1] > 0).any(axis=1).sum())
        yield Difference(name, n, float(values[0]), float(values[1]), float(low), float(high))


def _ratios(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Above by below the line; not a number where no drawn case counts."""
    above, below = sums[..., 0], sums[..., 1]
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def text(a: Result, b: Result, comparison: Comparison) -> str:
    """The comparison as it is printed."""
    lines = [f"{name}: {short(str(run.folder))}  ({_about(run)})" for name, run in (("A", a), ("B", b))]
    lines.append(
        f"{len(comparison.pairs)} cases in both runs; not compared: "
        f"{comparison.only_a} only in A, {comparison.only_b} only in B"
    )
    for name, parts in comparison.changed:
        lines.append(f"warning: {short(name)} is not the same case in both runs: {', '.join(parts)} differ")
    for title, pairs in (
        ("Lost: passed in A, not in B", comparison.lost),
        ("Won: passed in B, not in A", comparison.won),
    ):
        lines += ["", f"{title} ({len(pairs)})", *(line for pair in pairs for line in _case(pair))]
    lines += ["", f"{'figure':<22}{'n':>5}{'A':>9}{'B':>9}{'B - A':>9}   95 % interval"]
    for row in comparison.differences:
        a_, b_, gap, low, high = (100 * value for value in (row.a, row.b, row.b - row.a, row.low, row.high))
        lines.append(f"{row.name:<22}{row.n:>5}{a_:>9.1f}{b_:>9.1f}{gap:>+9.1f}   {low:+.1f} to {high:+.1f}")
    lines += [
        "",
        "Shares in per cent, differences in points; certificate_failures is a share of the cases here.",
    ]
    lines.append(_verdict(comparison))
    return "\n".join(lines)


def short(line: str) -> str:
    """One line of at most 160 characters, without signs that a terminal would obey."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"


def _about(run: Result) -> str:
    parts = [run.info.name, run.info.split, run.info.commit[:10], f"{len(run.records)} cases"]
    return short(", ".join(part for part in parts if part))


def _case(pair: Pair) -> Iterator[str]:
    yield f"  {short(pair[0].id)} [{short(pair[0].category)}] {short(pair[0].question)}"
    for name, record in zip("AB", pair, strict=True):
        yield f"    {name}: {short(record.answer.text) or '(no text)'}"
        if not record.passed:
            reasons = short("; ".join(f"{kind}: {detail}" for kind, detail in record.failures))
            yield f"       failed at {short(record.step or 'an unknown step')}: {reasons}"


def _verdict(comparison: Comparison) -> str:
    lost, won = len(comparison.lost), len(comparison.won)
    if comparison.p >= LEVEL:
        verdict = "no difference is shown"
    else:
        verdict = "B is worse" if lost > won else "B is better"
    return f"McNemar's exact test on passed: {lost} lost, {won} won, p = {comparison.p:.3g}: {verdict}."
