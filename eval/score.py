"""One case and one answer's JSON to an outcome: what the answer got right, how it failed, and which step lost it.

An answer passes when it is refused exactly where the policies do not answer, every key fact stands
in its text or table, nothing forbidden does, a count is the expected one, its certificate passed,
and each piece of evidence lies inside one cited quote (containment, in place of an entailment
model). A question with a false premise is answered by its correction; refusing it is a miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from eval.cases import LEDGER_CATEGORIES, Case
from eval.normalise import contains, states, without_citations

DEPTH = 10  # retrieved passages that are looked at
HALF = 0.5  # of a piece of evidence that a passage has to hold: another splitter may cut it

Span = tuple[str, int, int]  # policy, start, end


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
    """The score of one case; ``details`` holds one sentence for each failure. Shares are 0..1, None where they do
    not apply."""

    case: Case
    failures: tuple[Failure, ...]
    details: tuple[str, ...]
    facts: float | None = None  # of the key facts, those that the answer holds
    citation_precision: float | None = (
        None  # of the citations, those that hold a piece of evidence or a key fact
    )
    citation_recall: float | None = None  # of the evidence, what lies inside one citation
    list_precision: float | None = None  # of the table's rows, those that hold a key fact
    list_recall: float | None = None  # of the key facts of a list

    @property
    def correct(self) -> bool:
        """Whether what the answer says is right, wherever its citations point."""
        return not set(self.failures) - {Failure.NO_EVIDENCE}

    @property
    def passed(self) -> bool:
        """Whether it is right and its citations hold the evidence."""
        return not self.failures


@dataclass(frozen=True, slots=True)
class Found:
    """What a system had at hand for a case: what it retrieved, best first, and whether it holds the evidence at all."""

    passages: tuple[Span, ...] = ()
    in_chunks: bool = True
    in_ledger: bool = True


def answer_text(answer: Mapping[str, Any]) -> str:
    """What the reader sees of an answer, without citation marks: its text and the cells of its table."""
    table = answer.get("table")
    cells = [cell for row in table["rows"] for cell in row] if table else []
    return without_citations("\n|\n".join([answer["text"], *map(str, cells)]))


def score(case: Case, answer: Mapping[str, Any]) -> Outcome:
    """The outcome of an answer as CONTRACT's JSON (schema 1)."""
    if answer["status"] == "error":
        return Outcome(case, (Failure.ERROR,), (answer["text"],))
    refused = answer["status"] == "refused"
    if refused == case.answerable:
        kind = Failure.WRONG_REFUSAL if refused else Failure.MISSED_REFUSAL
        facts = 0.0 if case.answerable else None
        return Outcome(case, (kind,), (answer["text"],), facts=facts)
    if not case.answerable:
        return Outcome(case, (), ())
    found = _facts(case, answer) + _evidence(case, answer)
    text = answer_text(answer)
    facts = _share(states(text, group) for group in case.key_facts)
    lists = case.category == "aggregate" and answer.get("table") and len(case.key_facts) > 1
    quotes = [citation["quote"] for citation in answer["citations"]]
    return Outcome(
        case,
        tuple(kind for kind, _ in found),
        tuple(detail for _, detail in found),
        facts=facts,
        citation_precision=_share(_holds_proof(case, quote) for quote in quotes),
        citation_recall=_share(any(piece in quote for quote in quotes) for piece in case.evidence),
        list_precision=_share(_holds_fact(case, row) for row in answer["table"]["rows"]) if lists else None,
        list_recall=facts if lists else None,
    )


def spans(case: Case, source: str) -> list[tuple[Span, ...]]:
    """For each piece of evidence the places where it stands in the source."""
    found = []
    for piece in case.evidence:
        places, at = [], source.find(piece)
        while at >= 0:
            places.append((case.policy, at, at + len(piece)))
            at = source.find(piece, at + 1)
        found.append(tuple(places))
    return found


def holds(passage: Span, places: Iterable[Span]) -> bool:
    """Whether a passage holds at least half of a piece of evidence that stands at one of these places."""
    policy, start, end = passage
    return any(
        policy == where and min(end, until) - max(start, begin) >= HALF * (until - begin)
        for where, begin, until in places
    )


def ranks(passages: Sequence[Span], evidence: Sequence[tuple[Span, ...]]) -> list[int | None]:
    """For each piece of evidence the rank, from 1, of the first passage that holds it; None beyond ``DEPTH``."""
    return [
        next((rank for rank, p in enumerate(passages[:DEPTH], start=1) if holds(p, places)), None)
        for places in evidence
    ]


def lost_at(outcome: Outcome, answer: Mapping[str, Any], found: Found, rank: int | None) -> str | None:
    """The step at which a failed case was lost; None where it passed.

    parse: no chunk, or for the ledger's categories no duty, target or field, holds the evidence; retrieve: no passage
    among the first ten; route: the ledger holds it and was not asked, or not for that; compose: the evidence was
    there and the fact, or its citation, is not in the answer; refuse: refused with the evidence at hand, or not
    refused; certify: the certificate failed, or its replacement left the fact out.
    """
    case, failures = outcome.case, set(outcome.failures)
    if not failures:
        return None
    if Failure.ERROR in failures:
        return "error"
    if Failure.MISSED_REFUSAL in failures:
        return "refuse"
    codes = {notice["code"] for notice in answer["notices"]}
    if Failure.CERTIFICATE in failures or (codes & {"replaced"} and not failures <= {Failure.NO_EVIDENCE}):
        return "certify"
    if not found.in_chunks:
        return "parse"
    if case.category in LEDGER_CATEGORIES and failures - {Failure.NO_EVIDENCE}:
        if answer["route"] != "ledger" and found.in_ledger:
            return "route"
        if answer["route"] == "ledger":
            return "route" if found.in_ledger else "parse"
    if Failure.WRONG_REFUSAL in failures:
        return "refuse" if rank else "retrieve"
    return "compose" if rank else "retrieve"


def record(
    outcome: Outcome, answer: Mapping[str, Any], found: Found, evidence: Sequence[tuple[Span, ...]]
) -> dict[str, Any]:
    """One line of ``cases.jsonl``: the case, its score, the step that lost it, and the answer."""
    case = outcome.case
    each = ranks(found.passages, evidence)
    rank = min((number for number in each if number), default=None)
    beside = ranks([(p["policy"], p["start"], p["end"]) for p in answer.get("passages", ())], evidence)
    return {
        **{key: value for key, value in asdict(case).items() if key != "derived"},
        "passed": outcome.passed,
        "correct": outcome.correct,
        "failures": [
            [kind.value, detail] for kind, detail in zip(outcome.failures, outcome.details, strict=True)
        ],
        "step": lost_at(outcome, answer, found, rank),
        "facts": outcome.facts,
        "rank": rank,
        "ranks": each,
        "rank_beside": min((number for number in beside if number), default=None),
        "citation_precision": outcome.citation_precision,
        "citation_recall": outcome.citation_recall,
        "list_precision": outcome.list_precision,
        "list_recall": outcome.list_recall,
        "shown": answer_text(answer),
        "answer": answer,
    }


def _share(values: Iterable[bool]) -> float | None:
    every = list(values)
    return sum(every) / len(every) if every else None


def _holds_fact(case: Case, row: Iterable[object]) -> bool:
    text = "\n|\n".join(map(str, row))
    return any(states(text, group) for group in case.key_facts)


def _holds_proof(case: Case, quote: str) -> bool:
    return any(piece in quote or quote in piece for piece in case.evidence) or _holds_fact(case, [quote])


def _facts(case: Case, answer: Mapping[str, Any]) -> list[tuple[Failure, str]]:
    text = answer_text(answer)
    found = [(Failure.FORBIDDEN, fact) for fact in case.forbidden if contains(text, fact)]
    if case.expect_count is not None and answer["count"] != case.expect_count:
        found.append((Failure.WRONG_COUNT, f"{answer['count']} instead of {case.expect_count}"))
    missing = [group[0] for group in case.key_facts if not states(text, group)]
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
