"""A quiz on one policy, made from its ledger: one option of a question is right, the others are wrong by the ledger.

What could be right beside it is never an option: a body whose name may stand for the right one, another value of the
same indicator where the question does not tell the year, a task whose bearers are not all named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from random import Random

from assistant.bearers import bodies_in, clauses_of
from assistant.bodies import Body
from assistant.corpus import MAIN_ROLES, Clause, Corpus
from assistant.quiz_duties import ask_deadline, ask_name, ask_support, ask_task, ask_who
from assistant.quiz_ground import Ground, Question
from assistant.quiz_targets import ask_number, ask_year
from assistant.terms import Language
from index.policy import Role

QUESTIONS = 10


@dataclass(frozen=True, slots=True)
class _Subject:
    """Something that can be asked about."""

    at: int  # where its clause begins in the policy
    own: bool  # whether it is about the reader's body
    ask: Callable[[], Question | None]  # None where too little of it is wrong for certain


def make_quiz(
    corpus: Corpus, policy: str, body: Body | None, seed: int, language: Language = "zh"
) -> tuple[Question, ...]:
    """At most QUESTIONS questions, those about the body first; the same for the same seed, () where the ledger gives none."""
    random = Random(f"{policy}\n{body.name if body else ''}\n{seed}")
    clauses = tuple(clauses_of(corpus, policy))
    ground = Ground(corpus.policies[policy], clauses, bodies_in(corpus, policy), body, language, random)
    pools = _subjects(ground)
    for subjects in pools.values():
        random.shuffle(subjects)
    found: dict[str, Question] = {}
    asked: set[int] = set()
    for again in (False, True):  # once about each clause; where that gives too few, in another way too
        for own in (True, False):
            _draw(pools, found, asked, own, again)
    return tuple(found.values())


def _subjects(ground: Ground) -> dict[str, list[_Subject]]:
    """What can be asked about, by the kind of question, in the order in which the kinds take turns."""
    names = ground.body.names if ground.body else ()

    def bears(clause: Clause, *roles: Role) -> bool:
        return not names or clause.bears(names, roles or tuple(Role))

    def within(at: int) -> bool:
        return not names or any(c.start <= at < c.end and bears(c) for c in ground.clauses)

    tasks, targets = ground.tasks, ground.targets
    running = [clause for clause in ground.clauses if not clause.bracketed]
    return {
        "who": [_Subject(c.start, bears(c), partial(ask_who, ground, c)) for c in tasks],
        "number": [_Subject(t.start, within(t.start), partial(ask_number, ground, t)) for t in targets],
        "task": [_Subject(c.start, bears(c, *MAIN_ROLES), partial(ask_task, ground, c)) for c in tasks],
        "name": [_Subject(c.start, bears(c), partial(ask_name, ground, c)) for c in running],
        "deadline": [_Subject(c.start, bears(c), partial(ask_deadline, ground, c)) for c in tasks],
        "support": [_Subject(c.start, bears(c), partial(ask_support, ground, c)) for c in tasks],
        "year": [_Subject(t.start, within(t.start), partial(ask_year, ground, t)) for t in targets],
    }


def _draw(
    pools: dict[str, list[_Subject]], found: dict[str, Question], asked: set[int], own: bool, again: bool
) -> None:
    """Add questions, by their text, of every kind in turn, each about the next subject that gives one."""
    waiting = {kind: iter(subjects) for kind, subjects in pools.items()}
    for kind in cycle(pools):
        if len(found) == QUESTIONS or not waiting:
            return
        for subject in waiting.get(kind, ()):
            if subject.own is not own or (subject.at in asked and not again):
                continue
            question = subject.ask()
            if question and question.text not in found:
                found[question.text] = question
                asked.add(subject.at)
                break
        else:
            waiting.pop(kind, None)
