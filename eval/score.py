"""One case and one answer's JSON to an outcome: what the answer got right, and how it failed.

An answer passes when it is refused exactly where the policies do not answer, every key fact stands
in its text or table, nothing forbidden does, a count is the expected one, its certificate passed,
and each piece of evidence lies inside one cited quote (containment, in place of an entailment
model). A question with a false premise is answered by its correction; refusing it is a miss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eval.cases import Case
from eval.normalise import contains, without_citations


class Failure(StrEnum):
    """Ways to fail, worst first."""

    ERROR = "error"
    MISSED_REFUSAL = "missed refusal"
    WRONG_REFUSAL = "wrong refusal"
    FORBIDDEN = "forbidden fact"
    WRONG_COUNT = "wrong count"
    MISSING_FACT = "missing fact"
    INCOMPLETE_LIST = "incomplete list"  # some of several key facts are there
    CERTIFICATE = "certificate failed"
    NO_EVIDENCE = "citation lacks evidence"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The score of one case; ``details`` holds one sentence for each failure."""

    case: Case
    failures: tuple[Failure, ...]
    details: tuple[str, ...]

    @property
    def correct(self) -> bool:
        """Whether what the answer says is right, wherever its citations point."""
        return not set(self.failures) - {Failure.NO_EVIDENCE}

    @property
    def passed(self) -> bool:
        """Whether it is right and its citations hold the evidence."""
        return not self.failures


def answer_text(answer: Mapping[str, Any]) -> str:
    """What the reader sees of an answer, without citation marks: its text and the cells of its table."""
    table = answer.get("table")
    cells = [cell for row in table["rows"] for cell in row] if table else []
    return without_citations("\n|\n".join([answer["text"], *map(str, cells)]))


def score(case: Case, answer: Mapping[str, Any]) -> Outcome:
    """The outcome of an answer as CONTRACT's JSON (schema 1)."""
    found: list[tuple[Failure, str]] = []
    refused = answer["status"] == "refused"
    if answer["status"] == "error":
        found.append((Failure.ERROR, answer["text"]))
    elif refused == case.answerable:
        found.append((Failure.WRONG_REFUSAL if refused else Failure.MISSED_REFUSAL, answer["text"]))
    elif case.answerable:
        found = _facts(case, answer) + _evidence(case, answer)
    return Outcome(case, tuple(kind for kind, _ in found), tuple(detail for _, detail in found))


def _facts(case: Case, answer: Mapping[str, Any]) -> list[tuple[Failure, str]]:
    text = answer_text(answer)
    found = [(Failure.FORBIDDEN, fact) for fact in case.forbidden if contains(text, fact)]
    if case.expect_count is not None and answer["count"] != case.expect_count:
        found.append((Failure.WRONG_COUNT, f"{answer['count']} instead of {case.expect_count}"))
    missing = [group[0] for group in case.key_facts if not any(contains(text, variant) for variant in group)]
    if missing:
        some = len(missing) < len(case.key_facts)
        found.append((Failure.INCOMPLETE_LIST if some else Failure.MISSING_FACT, "、".join(missing)))
    if not answer["certificate"]["passed"]:
        found.append((Failure.CERTIFICATE, "、".join(answer["certificate"]["unsupported"])))
    return found


def _evidence(case: Case, answer: Mapping[str, Any]) -> list[tuple[Failure, str]]:
    quotes = [
        citation["quote"]
        for citation in answer["citations"]
        if not case.policy or citation["policy"] == case.policy
    ]
    return [
        (Failure.NO_EVIDENCE, text) for text in case.evidence if not any(text in quote for quote in quotes)
    ]
