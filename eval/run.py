"""``python -m eval run``: ask every case, print the figures, and write a report.

Each policy is indexed alone in a temporary folder, because a question such as "what is the document
number?" has one answer only where there is one policy; ``--together`` indexes all of them at once.
With ``--out`` a run that was killed goes on where it stopped. Exit status: 0 all figures reach the thresholds of
``eval/thresholds.toml``, 1 some do not, 2 the cases, policies or the folder cannot be used.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import operator
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eval.cases import CATEGORIES, FOLDER, SPLITS, Case, CaseError, check, files_of, load, policy_file
from eval.metrics import figures
from eval.report import write_report
from eval.results import CASES, RUN
from eval.score import Found, record, score, spans
from eval.systems import SYSTEMS, WITHOUT, System, open_system, without
from index.sources import read_text

_HERE = Path(__file__).parent
FOLDERS = (_HERE.parent / "data" / "policies", _HERE / "policies")  # where the policies of our own cases lie
THRESHOLDS = _HERE / "thresholds.toml"
AT_ONCE = 4  # questions under way at a remote model; what runs on this machine takes them one by one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    parser.add_argument("--cases", nargs="+", type=Path, metavar="FILE", help="files of cases of your own")
    parser.add_argument(
        "--split", choices=SPLITS, default="dev", help=f"which of the cases in {FOLDER.name}/ (default: dev)"
    )
    parser.add_argument(
        "--policies",
        nargs="+",
        type=Path,
        default=list(FOLDERS),
        metavar="DIR",
        help="folders that hold the policies which the cases name",
    )
    parser.add_argument(
        "--llm",
        choices=("none", "local", "openai"),
        default="none",
        help="the chat model (default: none); openai takes LLM_BASE_URL, LLM_API_KEY and LLM_MODEL",
    )
    parser.add_argument(
        "--system",
        choices=SYSTEMS,
        default="assistant",
        help="the assistant, or a baseline (default: assistant)",
    )
    parser.add_argument(
        "--without", choices=sorted(WITHOUT), nargs="+", default=[], metavar="PART", help=", ".join(WITHOUT)
    )
    parser.add_argument("--together", action="store_true", help="one index of all these policies")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="a folder for the cases, the figures and the report"
    )
    parser.add_argument("--failures", action="store_true", help="print each failed case")
    parser.add_argument("--check", action="store_true", help="only check the cases against their policies")


def main(options: argparse.Namespace) -> int:
    """Exit status: 0 the figures reach the thresholds, 1 they do not, 2 something cannot be used."""
    try:
        cases = [case for path in options.cases or files_of(options.split) for case in load(path)]
        found = check(cases, options.policies)
    except CaseError as error:
        found = [str(error)]
    if found or options.check:
        print("\n".join(found) or f"{len(cases)} cases, all sound", file=sys.stderr if found else sys.stdout)
        return 2 if found else 0
    about = describe(
        cases,
        [path.name for path in options.cases or files_of(options.split)],
        split="" if options.cases else options.split,
        system=options.system,
        llm=options.llm,
        without=options.without,
        together=options.together,
    )
    done: dict[str, dict[str, Any]] = {}
    if options.out:
        try:
            done = resumed(options.out, about)
        except RunError as error:
            print(error, file=sys.stderr)
            return 2
    started = time.perf_counter()
    records = _asked(options, cases, done)
    finish(about, records, time.perf_counter() - started, options.out)
    if options.failures:
        print(*map(_failure, (row for row in records if not row["passed"])), sep="\n")
    print(summary(about["figures"]))
    missed = _missed(about)
    print(*missed, sep="\n", end="\n" if missed else "")
    return 1 if missed else 0


class RunError(Exception):
    """A folder that cannot take this run; says why."""


def groups(
    cases: Sequence[Case], folders: Sequence[Path], together: bool
) -> Iterator[tuple[str, list[Path], list[Case]]]:
    """Name, policy files and cases of each index that is needed."""
    names = list(dict.fromkeys(case.policy for case in cases))
    if together:
        yield "all", [policy_file(name, folders) for name in names], list(cases)
        return
    for name in names:
        yield name, [policy_file(name, folders)], [case for case in cases if case.policy == name]


def _asked(
    options: argparse.Namespace, cases: Sequence[Case], done: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The record of each case, with a bar on the terminal."""
    from tqdm import tqdm

    rows = []
    with (
        tempfile.TemporaryDirectory(prefix="eval-") as folder,
        without(options.without),
        tqdm(total=len(cases), unit="case", disable=None) as bar,
    ):

        def opened(name: str, files: Sequence[Path]) -> System:
            return open_system(options.system, options.llm, files, Path(folder) / name)

        parts = groups(cases, options.policies, options.together)
        for _, row in records(parts, opened, done=done, llm=options.llm, out=options.out):
            if row:
                rows.append(row)
                bar.update()
    return rows


def records(
    parts: Iterable[tuple[str, list[Path], list[Case]]],
    opened: Callable[[str, Sequence[Path]], System],
    *,
    done: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    llm: str = "none",
    out: Path | None = None,
) -> Generator[tuple[str, dict[str, Any] | None]]:
    """The index's name and the record of each case, in the order of the cases of each index.

    A name comes without a record before its system is opened, which may take a while. What is ``done`` is not asked
    again; the others are written to the folder ``out`` as they come.
    """
    with (out / CASES).open("a", encoding="utf-8") if out else nullcontext() as file:
        for name, files, group in parts:
            yield name, None
            left = [case for case in group if case.id not in done]
            fresh = ask(left, opened(name, files), files, llm) if left else iter(())
            for case in group:
                row = done[case.id] if case.id in done else next(fresh)
                if file and case.id not in done:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    file.flush()
                yield name, row


def ask(
    cases: Sequence[Case], system: System, files: Iterable[Path], llm: str = "none"
) -> Iterator[dict[str, Any]]:
    """The record of each case, in order; what the system raises fails that case, and the run goes on."""
    sources = {path.stem: read_text(path) for path in files}

    def one(case: Case) -> dict[str, Any]:
        evidence = spans(case, sources[case.policy])
        started = time.perf_counter()
        try:
            answer = system.answer(case.question, case.history)
            took = time.perf_counter() - started
            found = system.found(answer, evidence)
        except Exception as error:
            took, found = time.perf_counter() - started, Found()
            answer = {
                "status": "error",
                "text": repr(error),
                "citations": [],
                "route": "error",
                "notices": [],
            }
        row = record(score(case, answer), answer, found, evidence)
        return row | {"wall_ms": round(1000 * took, 1)}

    with ThreadPoolExecutor(AT_ONCE if llm == "openai" else 1) as pool:
        yield from pool.map(one, cases)


def summary(found: dict[str, Any]) -> str:
    """The headline figures with their intervals, then the table by category."""
    lines = []
    for name, figure in found.items():
        if name not in ("latency", "categories"):
            span = "" if figure["low"] is None else f"  [{figure['low']:.3f}, {figure['high']:.3f}]"
            lines.append(f"{name:<22}{figure['value']:>8.3f}{span:<20}  of {figure['n']}")
    lines += ["", f"{'category':<16}{'cases':>6}{'correct':>9}{'passed':>8}{'%':>7}"]
    for name in CATEGORIES:
        row = found["categories"].get(name)
        if row:
            share = 100 * row["passed"] / row["n"]
            lines.append(f"{name:<16}{row['n']:>6}{row['correct']:>9}{row['passed']:>8}{share:>7.1f}")
    lines.append("")
    for route, row in found["latency"].items():
        lines.append(f"{route:<12}p50 {row['p50']:>9.1f} ms   p95 {row['p95']:>9.1f} ms   of {row['n']}")
    return "\n".join(lines)


def _missed(about: dict[str, Any]) -> list[str]:
    """A sentence for each figure of a run of the assistant itself that does not reach its threshold."""
    if about["system"] != "assistant" or about["without"] or not about["split"]:
        return []
    limits = tomllib.loads(THRESHOLDS.read_text("utf-8")).get(about["split"], {}).get(about["llm"], {})
    found = []
    for kind, worse in (("least", operator.lt), ("most", operator.gt)):
        for name, limit in limits.get(kind, {}).items():
            value = about["figures"][name]["value"]
            if worse(round(value, 4), limit):
                found.append(f"{name} is {value:.4f}, and at {kind} {limit} is wanted")
    return found


def describe(
    cases: Sequence[Case],
    files: Sequence[str],
    *,
    split: str = "",
    system: str = "assistant",
    llm: str = "none",
    without: Iterable[str] = (),
    together: bool = False,
    embedding: str = "",
) -> dict[str, Any]:
    """What a run is of: runs that differ in one of these (but for ``started`` and ``files``) are not one run."""
    from index.settings import IndexSettings

    digest = hashlib.sha256(json.dumps([asdict(case) for case in cases], ensure_ascii=False).encode())
    return {
        "schema": 1,
        "system": system,
        "llm": llm,
        "split": split,
        "without": sorted(without),
        "together": together,
        "embedding": embedding or IndexSettings().embedding_model,
        "cases": digest.hexdigest()[:16],
        "policies": list(dict.fromkeys(case.policy for case in cases)),
        "commit": _commit(),
        "files": list(files),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def finish(
    about: dict[str, Any], rows: Sequence[Mapping[str, Any]], seconds: float, out: Path | None = None
) -> None:
    """Add the figures to what the run is of; where there is a folder, write both and the report into it."""
    about["figures"] = figures(rows)
    about["seconds"] = round(seconds, 1)
    if out:
        _write_json(out / RUN, about)
        write_report(out)


def _commit() -> str:
    """The commit of the code, with + where it was changed since; "" outside a repository."""
    try:
        git = ["git", "-C", str(_HERE), "describe", "--always", "--dirty=+", "--exclude=*"]
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def resumed(folder: Path, about: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The records that a killed run has left; raises RunError where the folder holds another run."""
    run, rows = folder / RUN, folder / CASES
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = json.loads(run.read_text("utf-8")) if run.exists() else None
    except (OSError, ValueError) as error:
        raise RunError(f"{run}: {error}") from error
    loose = ("started", "files")
    same = before and all(before.get(key) == value for key, value in about.items() if key not in loose)
    if before and not same:
        raise RunError(f"{folder} holds another run; choose another folder, or remove it.")
    if not before:
        rows.write_text("", "utf-8")
        _write_json(run, about)
        return {}
    about["started"] = before["started"]
    *whole, _ = rows.read_text("utf-8").split("\n")  # splitlines would cut at U+2028 inside a string
    rows.write_text(
        "".join(f"{line}\n" for line in whole), "utf-8"
    )  # without the line at which it was killed
    return {row["id"]: row for row in map(json.loads, whole)}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a file as a whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")
    new.replace(path)


def _failure(row: dict[str, Any]) -> str:
    turns = "".join(f"\n  {turn['role']}: {turn['content']}" for turn in row["history"])
    reasons = "".join(f"\n  {kind}: {detail}" for kind, detail in row["failures"])
    return f"{row['id']} (lost at {row['step']}){turns}\n  {row['question']}{reasons}"
