"""``python -m eval compare A B``: what run B won and lost against run A, case by case.

Only the cases of both runs count. Whether B passes more or fewer is tested by McNemar's exact test
(a two-sided binomial test on the cases that only one run passes; McNemar 1947, Psychometrika 12).
Each figure's difference has a 95 % percentile interval of a paired bootstrap: cases are drawn, and
both runs are measured on the same draw.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from eval.metrics import difference, figure, shares
from eval.results import Record, Result, ResultError, read_result

Pair = tuple[Record, Record]
LEVEL = 0.05  # below it a difference is called one
_TASK = ("policy", "question", "history", "answerable", "key_facts", "forbidden", "evidence", "expect_count")
_SHORT = 160  # characters shown of a question or an answer


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
    a, b = (shares([record.model_dump() for record in run]) for run in zip(*pairs, strict=True))
    for name, parts in a.items():
        found, one, other = difference(parts, b[name]), figure(parts), figure(b[name])
        if found and one and other:
            low = found.value if found.low is None else found.low
            high = found.value if found.high is None else found.high
            yield Difference(name, found.n, one.value, other.value, low, high)


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
