"""Who does a thing by the words of the text itself, beside those who bear the tasks of the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.ask import Ask
from assistant.corpus import Clause, Unit
from assistant.match import ENOUGH, Fit, coverage, deed_is_lost, deeds, grip, missing
from assistant.terms import Term, words
from assistant.within import section_at
from index.policy import Policy, Role
from index.sentences import sentence_spans
from index.text import squeeze

LEAST = (
    0.8  # weight of what a question says besides the name of a task, from which it asks about a part of it
)
MOSTLY = 0.75  # of that, what the sentence has to hold which says who does it
CLOSER = 0.2  # how much more of a question a sentence has to hold than the task
HALF = 0.4  # of the question that the sentence has to hold which says who does just what is asked


def told_in_task(ask: Ask, clause: Clause) -> Iterator[tuple[int, int]]:
    """The sentence of a task's text that says who does the very thing which is asked about (夜班安排由站长统一确定): it holds
    what a question says besides the name of the task."""
    policy, question = ask.corpus.policies[clause.policy], ask.question
    if not question.has("who") or set(question.roles) - {Role.RESPONSIBLE} or not clause.bracketed:
        return
    name = Unit(((1.0, squeeze(clause.task)),))
    terms = [term for term in question.terms if not term.pair and ask.corpus.known(term)]
    besides = [term for term in terms if grip(term, name) < ENOUGH]
    if sum(term.weight for term in besides) < LEAST:
        return
    section = policy.sections[clause.section]
    spans = sentence_spans(policy.source, section.body_start, section.end)
    said = [span for span in spans if re.search(words()["done_by"]["zh"], policy.source[slice(*span)])]
    best = max(said, key=lambda span: _held_by(ask, policy, besides, span), default=None)
    if best and _held_by(ask, policy, besides, best) >= MOSTLY:
        yield best


def _held_by(ask: Ask, policy: Policy, terms: Sequence[Term], span: tuple[int, int]) -> float:
    """The share of terms that a slice of a policy holds without its brackets."""
    text = re.sub(r"[（(][^（）()]*[）)]", "", policy.source[slice(*span)])
    return coverage(ask.corpus, terms, Unit(((1.0, squeeze(text)),)))


def doing_it(ask: Ask, ranked: Sequence[tuple[Fit, Clause]]) -> list[Clause]:
    """The sentence of running text that says who does just what is asked (谁审计), of a thing that the question names."""
    for fit, clause in ranked:
        lost = missing(ask.corpus, ask.question.terms, ask.corpus.clause_unit(clause))
        named = [term for term in ask.question.terms if term.weight >= 0.9 and term not in lost]
        if fit.coverage >= HALF and named and not clause.bracketed and not deed_is_lost(ask.question, lost):
            return [clause]
    return []


def is_said_elsewhere(ask: Ask, held: float) -> bool:
    """Whether a sentence outside of all tasks holds far more of the question than the best task does (``held``)."""
    for policy, start in ask.dense:
        document = ask.corpus.policies[policy]
        section = section_at(document, start)
        for match in re.finditer(r"[^。；\n]+", document.source[start : section.end] if section else ""):
            at = start + match.start()
            inside = any(c.policy == policy and c.start <= at < c.end for c in ask.corpus.clauses)
            unit = Unit(((1.0, squeeze(match.group())),))
            if not inside and coverage(ask.corpus, ask.question.terms, unit) >= held + CLOSER:
                return True
    return False


def is_done_by_another(ask: Ask, clause: Clause) -> bool:
    """Whether the text gives what is asked about to another than who bears the task (国务院批准设立…之日起)."""
    asked = deeds(ask.question) if ask.question.language == "zh" else []
    terms = [t.text for t in ask.question.terms if not t.pair and any(d.startswith(t.text) for d in asked)]
    actor = re.compile(words()["deed"]["actor"])
    return any(
        actor.search(clause.own[: match.start()])
        for term in terms
        if term not in squeeze(clause.task)
        for match in re.finditer(re.escape(term), clause.own)
    )
