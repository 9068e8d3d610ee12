"""Evaluation cases: load them, and check them against the source that they ask about.

The format is CONTRACT's, one JSON object a line, with two keys of our own: ``policy``, the id of
the policy that the case asks about, and ``derived``, which says why a key fact need not stand in
the evidence to the letter (it is a sum, a count, or the heading above the clause).

The folder that a file lies in is its split: ``dev`` is tuned on, ``test`` never is, and ``open`` holds
the questions that want a model's sentences.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from glob import escape
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.normalise import states
from index.sources import read_text

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


@dataclass(frozen=True, slots=True)
class Read:
    """A file of cases as it was read: every number counts lines from 1."""

    cases: tuple[tuple[int, Case], ...]
    bad: tuple[tuple[int, str], ...]  # lines that hold no case, with a sentence that says why


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))


@cache
def _adapter() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


def parse(text: str, split: str = "", language: str = "en") -> Read:
    """The cases of a file's text, one JSON object a line; keys that no case has are ignored."""
    say = _sentences()[language]
    cases, bad = [], []
    for number, line in enumerate(
        text.split("\n"), start=1
    ):  # splitlines would cut at U+2028 inside a string
        if not line.strip():
            continue
        try:
            cases.append((number, replace(_adapter().validate_json(line), split=split)))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = {"json_invalid": "not_json", "missing": "missing"}.get(first["type"], "wrong_type")
            key = str(first["loc"][0]) if first["loc"] else ""
            bad.append((number, say[name if key else "not_json"].format(key=key)))
    return Read(tuple(cases), tuple(bad))


def files_of(*splits: str) -> list[Path]:
    """The files of cases of these splits, or of all."""
    return [path for split in splits or SPLITS for path in sorted((FOLDER / split).glob("*.jsonl"))]


def load(path: Path) -> list[Case]:
    """All cases of a file, in order; raises CaseError with the number of the first bad line."""
    split = path.parent.name if path.parent.name in SPLITS else ""
    try:
        read = parse(path.read_text(encoding="utf-8"), split)
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: {error}") from error
    for number, sentence in read.bad:
        raise CaseError(f"{path}, line {number}: {sentence}")
    return [case for _, case in read.cases]


def problems(case: Case, source: str, language: str = "en") -> list[str]:
    """What is wrong with a case, as sentences; ``source`` is the text of its policy."""
    say = _sentences()[language]
    if case.draft:
        return [say["draft"]]
    found = []
    if case.category not in CATEGORIES:
        found.append(say["unknown_category"].format(category=case.category))
    if not case.question.strip():
        found.append(say["empty_question"])
    if any(turn.get("role") not in ("user", "assistant") or not turn.get("content") for turn in case.history):
        found.append(say["bad_turn"])
    if case.category == "multi-turn" and not case.history:
        found.append(say["no_history"])
    if case.answerable != bool(case.key_facts) or case.answerable != bool(case.evidence):
        found.append(say["half"])
    if any(not variant.strip() for group in case.key_facts for variant in (group or ("",))):
        found.append(say["empty_fact"])
    most = 1 if case.category != "metadata" else len(source)  # a title or date stands in several places
    found += [
        say["evidence"].format(count=source.count(text), text=text)
        for text in case.evidence
        if not 1 <= source.count(text) <= most
    ]
    joined = "\n".join(case.evidence)
    if not case.derived:
        found += [
            say["unstated"].format(text=group[0])
            for group in case.key_facts
            if group and not states(joined, group)
        ]
    return found


def policy_file(policy: str, folders: Iterable[Path]) -> Path:
    """The file whose name without the ending is the policy's id; raises CaseError where there is none."""
    for folder in folders:
        for path in sorted(folder.glob(f"{escape(policy)}.*")):
            return path
    raise CaseError(f"no file of policy {policy!r} in {', '.join(map(str, folders))}")


def faults(
    cases: Sequence[Case], source: Callable[[str], str | None], language: str = "en"
) -> Iterator[tuple[int, str]]:
    """Every problem of every case: its position and a sentence, duplicate ids and questions included.

    ``source`` gives the text of a policy, None where there is none.
    """
    say, seen = _sentences()[language], set()
    for at, case in enumerate(cases):
        text = "" if case.draft else source(case.policy)
        if text is None:
            yield at, say["unknown_policy"].format(policy=case.policy)
        else:
            yield from ((at, problem) for problem in problems(case, text, language))
        asked = (case.policy, case.question, tuple(turn.get("content", "") for turn in case.history))
        for key, shown in ((case.id, case.id), (asked, case.question)):
            if key in seen:
                yield at, say["twice"].format(key=shown)
            seen.add(key)


def check(cases: Iterable[Case], folders: Iterable[Path]) -> list[str]:
    """Every problem of every case as ``id: sentence``; raises CaseError for a policy without a file."""
    cases, folders = list(cases), list(folders)

    @cache
    def source(policy: str) -> str:
        return read_text(policy_file(policy, folders))

    return [f"{cases[at].id}: {sentence}" for at, sentence in faults(cases, source)]
