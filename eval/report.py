"""``python -m eval report``: write ``report.html`` and ``report.md`` from the two files of a run.

The page is one file that asks nothing of anyone: no script, no font, no picture, and a policy in its
head that forbids them. Questions and answers are untrusted text, escaped by the template.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.cases import CATEGORIES
from eval.labels import figure_labels, step_labels
from eval.normalise import contains, states
from eval.results import Figure, Info, Latency, Passage, Record, Result, ResultError, read_result

_RATIOS = {"mrr", "ndcg@10"}  # customarily read as numbers between 0 and 1
_COUNTS = {"certificate_failures"}

_OPEN = 10  # so many failures are shown unfolded
_PASSAGE = 240  # characters shown of a retrieved passage
# Signs that Markdown or GitHub reads as more than themselves; addresses and @names become links unasked.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&$]|@(?!\d)|:(?=//)|(?<=www)\.|^[-+]")


class Row(NamedTuple):
    """One line of the headline table, ready to print."""

    label: str
    meaning: str
    value: str
    interval: str
    n: int


class Share(NamedTuple):
    """One bar of the chart by category, in cases."""

    name: str
    n: int
    passed: int
    correct: int


class Band(NamedTuple):
    """One route of the latency chart; ``left`` and ``right`` are per cent of a logarithmic axis."""

    route: str
    latency: Latency
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class CaseView:
    """A record with what a reader would otherwise have to look for."""

    record: Record
    missing: tuple[str, ...]  # key facts, by their first variant
    said: tuple[str, ...]  # forbidden facts that the answer states
    evidence: tuple[tuple[str, bool], ...]  # and whether a citation holds it
    passages: tuple[tuple[Passage, bool], ...]  # and whether it holds a piece of evidence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder to report on."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `run --out` wrote")


def main(options: argparse.Namespace) -> int:
    """Exit status: 0 written, 2 the folder cannot be read or written."""
    try:
        write_report(options.folder)
    except (ResultError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(options.folder / "report.html")
    return 0


def write_report(folder: Path) -> None:
    """Write both reports beside the files they are made from; raises ResultError or OSError."""
    result = read_result(folder)
    (folder / "report.html").write_text(html(result), encoding="utf-8", newline="\n")
    (folder / "report.md").write_text(markdown(result), encoding="utf-8", newline="\n")


def html(result: Result) -> str:
    """The page; every text of the run is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    failed, passed = by_step(result.records)
    axis, bands = latency_chart(result.info.figures.latency)
    return environment.get_template("report.html").render(
        info=result.info,
        facts=run_facts(result.info),
        total=len(result.records),
        failed=sum(map(len, failed.values())),
        unfolded=sum(map(len, failed.values())) <= _OPEN,
        rows=headline(result.info.figures.named),
        shares=shares(result.records),
        axis=axis,
        bands=bands,
        steps=[(step, step_labels()[step], list(map(view, records))) for step, records in failed.items()],
        groups=[(name, list(map(view, records))) for name, records in passed.items()],
        ms=milliseconds,
        passage_length=_PASSAGE,
    )


def markdown(result: Result) -> str:
    """The summary: headline table, categories, latency, and one line a failure."""
    failed, _ = by_step(result.records)
    count = sum(map(len, failed.values()))
    parts = [f"# Evaluation: {plain(result.info.name)}"]
    parts.append(f"{len(result.records) - count} of {len(result.records)} cases passed, {count} failed.")
    parts.append("\n".join(f"- {label}: {plain(value)}" for label, value in run_facts(result.info)))
    rows = [(plain(row.label), row.value, row.interval, row.n) for row in headline(result.info.figures.named)]
    parts += ["## Figures", _table(("figure", "value", "95 % interval", "n"), rows)]
    by_category = [
        (plain(share.name), share.n, share.passed, share.correct, f"{100 * share.passed / share.n:.1f} %")
        for share in shares(result.records)
    ]
    parts += ["## Categories", _table(("category", "cases", "passed", "correct", "passed %"), by_category)]
    if result.info.figures.latency:
        by_route = [
            (plain(route), milliseconds(latency.p50), milliseconds(latency.p95), latency.n)
            for route, latency in result.info.figures.latency.items()
        ]
        parts += ["## Latency", _table(("route", "p50", "p95", "n"), by_route)]
    parts.append("## Failures")
    for step, records in failed.items():
        parts += [f"### {step} ({len(records)})", step_labels()[step]]
        parts.append("\n".join(f"- {plain(record.id)}: {_why(record)}" for record in records))
    if not failed:
        parts.append("None.")
    return "\n\n".join(part for part in parts if part) + "\n"


def view(record: Record) -> CaseView:
    """The record with its missing facts, cited evidence and passages that hold evidence worked out."""
    missing = [group[0] for group in record.key_facts if group and not states(record.shown, group)]
    return CaseView(
        record,
        tuple(missing),
        tuple(fact for fact in record.forbidden if contains(record.shown, fact)),
        tuple((text, record.cites(text)) for text in record.evidence),
        tuple(
            (passage, any(text in passage.text for text in record.evidence))
            for passage in record.answer.passages
        ),
    )


def headline(figures: Mapping[str, Figure], language: str = "en") -> list[Row]:
    """The rows of the headline table, in the order of the labels."""
    labels = figure_labels(language)
    names = [name for name in labels if name in figures] + [name for name in figures if name not in labels]
    rows = []
    for name in names:
        figure = figures[name]
        label, meaning = labels.get(name, (name, ""))
        between = figure.low is not None and figure.high is not None
        interval = f"{_number(name, figure.low)} – {_number(name, figure.high)}" if between else "–"
        rows.append(Row(label, meaning, _number(name, figure.value), interval, figure.n))
    return rows


def shares(records: Sequence[Record]) -> list[Share]:
    """One bar for each category that has cases, in the order of CATEGORIES, then all of them."""
    names = [*CATEGORIES, *sorted({record.category for record in records} - set(CATEGORIES))]
    bars = []
    for name in names:
        group = [record for record in records if record.category == name]
        if group:
            bars.append(Share(name, len(group), sum(r.passed for r in group), sum(r.correct for r in group)))
    return bars


def latency_chart(latency: dict[str, Latency]) -> tuple[list[tuple[str, float]], list[Band]]:
    """Ticks (label, per cent) and bands of a logarithmic axis over whole decades: routes differ by 1,000."""
    times = [max(time, 0.1) for one in latency.values() for time in (one.p50, one.p95)]
    if not times:
        return [], []
    first = math.floor(math.log10(min(times)))
    last = max(math.ceil(math.log10(max(times))), first + 1)

    def place(time: float) -> float:
        return round(100 * (math.log10(max(time, 0.1)) - first) / (last - first), 2)

    ticks = [(milliseconds(10.0**power), place(10.0**power)) for power in range(first, last + 1)]
    return ticks, [Band(route, one, place(one.p50), place(one.p95)) for route, one in latency.items()]


def milliseconds(time: float) -> str:
    """A time as it is read: ``0.4 ms``, ``12 ms``, ``3.1 s``."""
    if time >= 999.5:
        return f"{time / 1000:.3g} s"
    return f"{time:.2g} ms" if time < 10 else f"{time:.0f} ms"


def run_facts(info: Info) -> list[tuple[str, str]]:
    """What was run, as label and text; what the run does not say is left out."""
    facts = [
        ("System", info.system),
        ("Without", ", ".join(info.without)),
        ("Language model", info.llm),
        ("Split", info.split),
        ("Embedding", info.embedding),
        ("Policies", ", ".join(info.policies)),
        ("Started", info.started),
        ("Duration", f"{info.seconds:.1f} s" if info.seconds is not None else ""),
        ("Commit", info.commit),
    ]
    return [(label, value) for label, value in facts if value]


def plain(text: str) -> str:
    """One line of Markdown that shows the text and nothing else: no markup, link, tag or table cell."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return _MARKUP.sub(
        lambda match: f"&#{ord(match[0])};" if match[0] in "<>&@|#:." else f"\\{match[0]}", line
    )


def _why(record: Record) -> str:
    reasons = "; ".join(f"{kind}: {' '.join(detail.split())[:120]}" for kind, detail in record.failures)
    return f"{plain(record.question)} ({plain(reasons)})"


def by_step(records: Iterable[Record]) -> tuple[dict[str, list[Record]], dict[str, list[Record]]]:
    """The failed by step, in the order of ``step_labels``, and the passed by category."""
    failed: dict[str, list[Record]] = {step: [] for step in step_labels()}
    passed: dict[str, list[Record]] = {}
    for record in records:
        if record.passed:
            passed.setdefault(record.category, []).append(record)
        else:
            failed[record.step if record.step and record.step in failed else "unknown"].append(record)
    return {step: group for step, group in failed.items() if group}, passed


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in _COUNTS:
        return f"{value:.0f}"
    return f"{value:.3f}" if name in _RATIOS else f"{100 * value:.1f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def lines() -> Iterator[str]:
        yield f"| {' | '.join(head)} |"
        yield f"|{' --- |' + ' ---: |' * (len(head) - 1)}"
        for row in rows:
            yield f"| {' | '.join(map(str, row))} |"

    return "\n".join(lines())
