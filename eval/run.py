"""``python -m eval run``: ask every case and print the score by category.

Each policy is indexed alone in a temporary folder, because a question such as "what is the document
number?" has one answer only where there is one policy; ``--together`` indexes all of them at once.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TextIO

from eval.cases import CATEGORIES, Case, CaseError, check, load, policy_file
from eval.score import Failure, Outcome, answer_text, score

_HERE = Path(__file__).parent
FOLDERS = (_HERE.parent / "data" / "policies", _HERE / "policies")  # where the policies of our own cases lie


class Answering(Protocol):
    """What ``Answer`` offers here."""

    def to_json(self) -> dict[str, Any]:
        """The answer as schema 1 of the contract."""


class Assistant(Protocol):
    """What ``PolicyAssistant`` offers here."""

    def invoke(self, input: dict[str, Any]) -> Answering:
        """The answer to ``{"question", "history"}``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    parser.add_argument(
        "--cases",
        nargs="+",
        type=Path,
        default=sorted((_HERE / "cases").glob("*.jsonl")),
        metavar="FILE",
        help="files of cases (default: all in eval/cases)",
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
    parser.add_argument("--together", action="store_true", help="one index of all these policies")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write one JSON line for each case")
    parser.add_argument("--failures", action="store_true", help="print each failed case")
    parser.add_argument("--check", action="store_true", help="only check the cases against their policies")


def main(options: argparse.Namespace) -> int:
    """Exit status: 0 all cases passed, 1 some failed, 2 the cases or policies cannot be used."""
    try:
        cases = [case for path in options.cases for case in load(path)]
        found = check(cases, options.policies)
    except CaseError as error:
        found = [str(error)]
    if found or options.check:
        print("\n".join(found) or f"{len(cases)} cases, all sound", file=sys.stderr if found else sys.stdout)
        return 2 if found else 0
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="eval-") as folder:
        out = options.out.open("w", encoding="utf-8") if options.out else None
        try:
            for name, files, group in groups(cases, options.policies, options.together):
                assistant = indexed(files, Path(folder) / name, options.llm)
                for outcome, answer in ask(group, assistant):
                    outcomes.append(outcome)
                    _write(out, outcome, answer)
                    print(f"\r{len(outcomes)}/{len(cases)}", end="", file=sys.stderr, flush=True)
        finally:
            print(file=sys.stderr)
            if out:
                out.close()
    if options.failures:
        print(*map(_failure, (outcome for outcome in outcomes if not outcome.passed)), sep="\n")
    print(summary(outcomes))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


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


def indexed(files: Iterable[Path], folder: Path, llm: str = "none") -> Assistant:
    """An assistant on a new index of these files, kept below ``folder``; ``llm`` as the setting LLM has it."""
    from assistant.build import build_assistant
    from assistant.settings import Settings
    from index.build import build
    from index.settings import IndexSettings

    policies = folder / "policies"
    policies.mkdir(parents=True)
    for path in files:
        shutil.copy(path, policies)
    index = IndexSettings(policy_dir=policies, index_dir=folder / "index")
    build(index)
    assistant: Assistant = build_assistant(
        replace(Settings.from_environment({**os.environ, "LLM": llm}), index=index)
    )
    return assistant


def ask(cases: Iterable[Case], assistant: Assistant) -> Iterator[tuple[Outcome, dict[str, Any]]]:
    """Outcome and answer of each case; what the assistant raises fails that case, and the run goes on."""
    for case in cases:
        started = time.perf_counter()
        try:
            answer = assistant.invoke({"question": case.question, "history": list(case.history)}).to_json()
        except Exception as error:
            answer = {"status": "error", "text": repr(error), "citations": []}
        yield score(case, answer), answer | {"wall_ms": round(1000 * (time.perf_counter() - started), 1)}


def summary(outcomes: Sequence[Outcome]) -> str:
    """The table by category, then how often each kind of failure occurred."""
    lines = [f"{'category':<16}{'cases':>6}{'correct':>9}{'passed':>8}{'%':>7}"]
    for name in (*CATEGORIES, "all"):
        group = [outcome for outcome in outcomes if name in ("all", outcome.case.category)]
        if group:
            correct, passed = sum(o.correct for o in group), sum(o.passed for o in group)
            lines.append(f"{name:<16}{len(group):>6}{correct:>9}{passed:>8}{100 * passed / len(group):>7.1f}")
    kinds = Counter(kind for outcome in outcomes for kind in dict.fromkeys(outcome.failures))
    lines += ["", *(f"{kind.value:<24}{kinds[kind]:>4}" for kind in Failure if kinds[kind])]
    return "\n".join(lines).rstrip()


def _failure(outcome: Outcome) -> str:
    case = outcome.case
    turns = "".join(f"\n  {turn['role']}: {turn['content']}" for turn in case.history)
    reasons = "".join(
        f"\n  {kind.value}: {detail}" for kind, detail in zip(outcome.failures, outcome.details, strict=True)
    )
    return f"{case.id}{turns}\n  {case.question}{reasons}"


def _write(out: TextIO | None, outcome: Outcome, answer: dict[str, Any]) -> None:
    if out:
        row = {
            "id": outcome.case.id,
            "category": outcome.case.category,
            "question": outcome.case.question,
            "passed": outcome.passed,
            "correct": outcome.correct,
            "failures": [
                [kind.value, detail] for kind, detail in zip(outcome.failures, outcome.details, strict=True)
            ],
            "shown": answer_text(answer),
            "answer": answer,
        }
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()
