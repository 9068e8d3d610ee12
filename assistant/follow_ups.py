"""What a reader may want to ask next: made from the clauses that an answer cites, so that the ledger answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.answer import Answer
from assistant.corpus import Clause, Corpus
from assistant.examples import SHORT
from assistant.terms import Language
from index.organisations import english_name
from index.policy import Role, Target
from prompts import phrase

MOST = 3
_NEAREST = 2  # clauses near a question that was refused


def follow_ups(answer: Answer, corpus: Corpus, answered: Callable[[str, str], bool]) -> list[str]:
    """Up to three questions about what the answer cites and does not say, in the answer's language.

    A refusal has nothing to cite: then about the clauses nearest to the question. ``answered`` tells of a question
    whether the ledger answers it, in that language, from a policy.
    """
    found: list[str] = []
    for policy, question in _candidates(answer, corpus):
        if question not in found and question != answer.question and answered(question, policy):
            found.append(question)
        if len(found) == MOST:
            break
    return found


def _candidates(answer: Answer, corpus: Corpus) -> Iterator[tuple[str, str]]:
    """(policy, question) of what stands in the cited places, the likeliest first: who, how much, what else."""
    if answer.status == "refused":
        places = [(p.policy, p.start, p.end) for p in answer.passages[:_NEAREST]]
    else:
        places = [(c.policy, c.start, c.end) for c in answer.citations]
    clauses = [
        clause
        for place in places
        for clause in corpus.clauses
        if any(_overlap(place, (clause.policy, *span)) for span in clause.spans)
    ]
    targets = [
        (policy, target)
        for place in places
        for policy, target in corpus.targets
        if _overlap(place, (policy, target.start, target.end))
    ]
    said = answer.text + "".join(cell for row in (answer.table.rows if answer.table else ()) for cell in row)
    language = answer.language
    one = clauses[:1]  # of a list the first: the table shows the others
    for clause in one:
        if len(clause.task) <= SHORT:
            yield from ((clause.policy, question) for question in _who(clause, said, language))
    for policy, target in targets:
        if target.text not in said and _nameable(target):
            yield (
                policy,
                phrase(language, "example_target", year=target.year, indicator=target.indicator),
            )
    for clause in one:
        for name, role in (("example_tasks", Role.LEAD), ("example_supports", Role.SUPPORT)):
            for duty in clause.bearers(role)[:1]:
                asked = {
                    phrase(language, name, body=body)
                    for body in (duty.organisation, _named(duty.organisation, language))
                }
                if not asked & {answer.question, answer.standalone_question}:
                    yield clause.policy, phrase(language, name, body=_named(duty.organisation, language))
    for policy, target in targets[:1]:
        if target.year:
            yield policy, phrase(language, "example_year", year=target.year)


def _who(clause: Clause, said: str, language: Language) -> Iterator[str]:
    """Who leads and who supports a task, where the answer has not named them."""
    for name, roles in (
        ("example_lead", (Role.LEAD, Role.RESPONSIBLE)),
        ("example_support", (Role.SUPPORT,)),
    ):
        bearers = clause.bearers(*roles)
        if bearers and not all(duty.organisation in said for duty in bearers):
            yield phrase(language, name, task=clause.task)


def _named(organisation: str, language: Language) -> str:
    return (english_name(organisation) if language == "en" else "") or organisation


def _nameable(target: Target) -> bool:
    return bool(target.year) and not target.base and len(target.indicator) <= SHORT


def _overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
