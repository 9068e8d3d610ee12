"""Tasks named side by side (A和B由谁牵头): each has clauses of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.ask import Ask
from assistant.corpus import Clause, Unit
from assistant.match import coverage, missing
from assistant.terms import words
from index.text import squeeze

NAMED = 0.6  # coverage at which the name of a task gives what a part of the question names
WEIGHTY = 0.9  # weight of a noun: a part without one names no task

Find = Callable[[Ask], list[Clause]]


def clauses_by_parts(ask: Ask, find: Find) -> list[Clause]:
    """The clauses of each task that a question names beside another, in its order; [] where it names one.

    ``find`` gives the clauses that a question with one topic means. A clause that holds the words of all
    parts keeps the question, unless it only lists things that tasks of their own are named after.
    """
    asks = _parts(ask)
    if len(asks) < 2:
        return []
    found = [find(part) for part in asks]
    if not all(found) or any(set(one) & set(other) for one, other in _pairs(found)):
        return []
    whole = find(ask)
    if whole and _holds(ask, whole[0]):
        named = [
            own[0] == whole[0] or _named(part, own) > _named(part, whole)
            for part, own in zip(asks, found, strict=True)
        ]
        if not all(named):
            return []
    return [clause for own in found for clause in own]


def _parts(ask: Ask) -> list[Ask]:
    """The question with the terms of each part that names something; parts that only ask are left out."""
    question = ask.question
    if question.mentions or not question.has("who"):
        return []
    parts = []
    for part in re.split(f"{words()['several']['joints']}|[?。]", question.folded):
        terms = tuple(term for term in question.terms if term.text in part)
        if any(term.weight >= WEIGHTY and not term.pair for term in terms):
            parts.append(replace(ask, question=replace(question, terms=terms)))
    return parts


def _holds(ask: Ask, clause: Clause) -> bool:
    """Whether a clause speaks of every thing that the question names."""
    lost = missing(ask.corpus, ask.question.terms, ask.corpus.clause_unit(clause))
    return not any(term.weight >= WEIGHTY for term in lost)


def _named(part: Ask, clauses: list[Clause]) -> float:
    """How well the name of the first of these tasks gives what a part names; 0 where hardly at all."""
    value = coverage(part.corpus, part.question.terms, Unit(((1.0, squeeze(clauses[0].task)),)))
    return value if value >= NAMED else 0.0


def _pairs(found: list[list[Clause]]) -> list[tuple[list[Clause], list[Clause]]]:
    return [(one, other) for at, one in enumerate(found) for other in found[at + 1 :]]
