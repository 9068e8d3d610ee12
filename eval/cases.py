"""Evaluation cases: load them, and check them against the source that they ask about.

The format is CONTRACT's, one JSON object a line, with two keys of our own: ``policy``, the id of
the policy that the case asks about, and ``derived``, which says why a key fact need not stand in
the evidence to the letter (it is a sum, a count, or the heading above the clause).

The folder that a file lies in is its split: ``dev`` is tuned on, ``test`` never is, and ``open`` holds
the questions that want a model's sentences.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.normalise import states

FOLDER = Path(__file__).with_name("cases")
SPLITS = ("dev", "test", "open")
CATEGORIES = (
    "responsibility",
    "numeric",
    "aggregate",
    "global-rule",
    "metadata",
    "cross-lingual",
    "colloquial",
    "multi-turn",
    "reasoning",
    "explanation",
    "unanswerable",
    "false-premise",
    "attack",
)
LEDGER_CATEGORIES = CATEGORIES[:5]  # which the ledger answers without a model


class CaseError(Exception):
    """A file of cases that cannot be read; names the file, the line and the reason."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what its answer must and must not say."""

    id: str
    category: str
    question: str
    answerable: bool
    policy: str = ""
    history: tuple[dict[str, str], ...] = ()
    key_facts: tuple[tuple[str, ...], ...] = ()  # of each inner tuple one variant must stand in the answer
    forbidden: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()  # verbatim slices, each once in the source (metadata: or more often)
    expect_count: int | None = None
    derived: str = ""
    draft: bool = False  # of ``python -m eval draft``, not finished yet
    split: str = ""  # "" in a file of the evaluator's own

    @classmethod
    def from_json(cls, row: Mapping[str, Any], split: str = "") -> Case:
        """The case of one line; raises KeyError for a missing key."""
        return cls(
            id=row["id"],
            category=row["category"],
            question=row["question"],
            answerable=row["answerable"],
            policy=row.get("policy", ""),
            history=tuple(row.get("history", ())),
            key_facts=tuple(tuple(group) for group in row["key_facts"]),
            forbidden=tuple(row.get("forbidden", ())),
            evidence=tuple(row["evidence"]),
            expect_count=row.get("expect_count"),
            derived=row.get("derived", ""),
            draft=bool(row.get("draft", False)),
            split=split,
        )


def files_of(*splits: str) -> list[Path]:
    """The files of cases of these splits, or of all."""
    return [path for split in splits or SPLITS for path in sorted((FOLDER / split).glob("*.jsonl"))]


def load(path: Path) -> list[Case]:
    """All cases of a file, in order; raises CaseError with the number of the first bad line."""
    cases = []
    split = path.parent.name if path.parent.name in SPLITS else ""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cases.append(Case.from_json(json.loads(line), split))
        except (ValueError, KeyError, TypeError) as error:
            raise CaseError(f"{path}, line {number}: {error!r}") from error
    return cases


def problems(case: Case, source: str) -> list[str]:
    """What is wrong with a case, as sentences; ``source`` is the text of its policy."""
    if case.draft:
        return ["a draft that is not finished: do what its todo says, then remove the key draft"]
    found = []
    if case.category not in CATEGORIES:
        found.append(f"unknown category {case.category!r}")
    if not case.question.strip():
        found.append("empty question")
    if any(turn.get("role") not in ("user", "assistant") or not turn.get("content") for turn in case.history):
        found.append("a turn of the history has no role or no content")
    if case.category == "multi-turn" and not case.history:
        found.append("multi-turn without history")
    if case.answerable != bool(case.key_facts) or case.answerable != bool(case.evidence):
        found.append("an answerable case needs key facts and evidence; an unanswerable one has neither")
    if any(not variant.strip() for group in case.key_facts for variant in (group or ("",))):
        found.append("empty key fact")
    most = 1 if case.category != "metadata" else len(source)  # a title or date stands in several places
    found += [
        f"evidence stands {source.count(text)} times in the source: {text}"
        for text in case.evidence
        if not 1 <= source.count(text) <= most
    ]
    joined = "\n".join(case.evidence)
    if not case.derived:
        found += [
            f"key fact does not stand in the evidence: {group[0]}"
            for group in case.key_facts
            if not states(joined, group)
        ]
    return found


def policy_file(policy: str, folders: Iterable[Path]) -> Path:
    """The file whose name without the ending is the policy's id; raises CaseError where there is none."""
    for folder in folders:
        for path in sorted(folder.glob(f"{policy}.*")):
            return path
    raise CaseError(f"no file of policy {policy!r} in {', '.join(map(str, folders))}")


def check(cases: Iterable[Case], folders: Iterable[Path]) -> list[str]:
    """Every problem of every case as ``id: sentence``, duplicate ids and questions included."""
    folders, found, seen = list(folders), [], set()
    sources: dict[str, str] = {}
    for case in cases:
        if not case.draft and case.policy not in sources:
            sources[case.policy] = policy_file(case.policy, folders).read_bytes().decode("utf-8-sig")
        found += [f"{case.id}: {problem}" for problem in problems(case, sources.get(case.policy, ""))]
        asked = (case.policy, case.question, tuple(turn["content"] for turn in case.history))
        for key in (case.id, asked):
            if key in seen:
                found.append(f"{case.id}: twice: {key}")
            seen.add(key)
    return found
