"""Questions on who does what, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.bearers import Span, clause_spans, is_vague, main_role, may_be_same
from assistant.corpus import MAIN_ROLES, Clause
from assistant.quiz_ground import GAP, LONGEST, Ground, Question
from assistant.task_lists import deadline_in, deadline_words
from index.policy import Role
from index.text import squeeze
from prompts import phrase

_WHEN = re.compile(r"(?P<year>20\d\d)年(?:(?P<month>\d{1,2})月)?(?P<end>年?[底末])?")


def ask_who(ground: Ground, clause: Clause) -> Question | None:
    """Who leads a task; of those who do not, first who supports it, then who leads another."""
    role = main_role(clause)
    heads = [duty.organisation for duty in clause.bearers(*MAIN_ROLES)]
    if not clause.bearers(role) or any(map(is_vague, heads)):
        return None
    right = _chosen(ground, [duty.organisation for duty in clause.bearers(role)])
    others = [d.organisation for c in ground.beside(clause) for d in c.bearers(*MAIN_ROLES)]
    wrong = _others(ground, [*heads, *others], [duty.organisation for duty in clause.bearers(Role.SUPPORT)])
    text = phrase(ground.language, f"quiz_{role.value}", task=clause.task)
    return ground.question("who", text, right, wrong, clause_spans(ground.policy, clause, [right]))


def ask_support(ground: Ground, clause: Clause) -> Question | None:
    """Who supports a task, beside bodies that have no part in it."""
    supporting = [duty.organisation for duty in clause.bearers(Role.SUPPORT)]
    if not supporting or any(is_vague(duty.organisation) for duty in clause.duties):
        return None
    right = _chosen(ground, supporting)
    bearers = [duty.organisation for other in ground.beside(clause) for duty in other.duties]
    text = phrase(ground.language, "quiz_support", task=clause.task)
    spans = clause_spans(ground.policy, clause, [right])
    return ground.question("support", text, right, _others(ground, bearers, ()), spans)


def ask_task(ground: Ground, clause: Clause) -> Question | None:
    """Which of these tasks a body leads."""
    role = main_role(clause)
    heads = [duty.organisation for duty in clause.bearers(role)]
    if not heads or any(map(is_vague, heads)):
        return None
    org = _chosen(ground, heads)
    wrong = [
        other.task
        for other in ground.tasks
        if other.section != clause.section
        and other.heads()
        and org not in other.task
        and not any(
            is_vague(duty.organisation) or may_be_same(org, duty.organisation)
            for duty in other.bearers(*MAIN_ROLES)
        )
    ]
    ground.random.shuffle(wrong)
    text = phrase(ground.language, f"quiz_body_{role.value}", org=org)
    return ground.question("task", text, clause.task, wrong, clause_spans(ground.policy, clause, [org]))


def ask_name(ground: Ground, clause: Clause) -> Question | None:
    """The name that is left out of a sentence which says what a body does."""
    source = ground.policy.source
    bearers = [duty.organisation for duty in clause.duties]
    named = [name for name in bearers if not is_vague(name) and name in source[clause.start : clause.end]]
    if not named:
        return None
    right = _chosen(ground, named)
    parts = re.split("(?<=[；;])", source[clause.start : clause.end])
    text = next((part for part in parts if right in part), "")
    if not text or len(text) > LONGEST:
        return None
    wrong = [name for name in _others(ground, bearers, ()) if name not in text]
    text = " ".join(text.replace(right, GAP).split())
    asked = phrase(ground.language, "quiz_blank", text=text)
    return ground.question("name", asked, right, wrong, clause_spans(ground.policy, clause, [right]))


def _chosen(ground: Ground, names: Sequence[str]) -> str:
    """The reader's body where it is one of these, else any of them."""
    own = [name for name in names if ground.body and name in ground.body.names]
    return own[0] if own else ground.random.choice(names)


def _others(ground: Ground, taken: Iterable[str], first: Iterable[str]) -> list[str]:
    """Bodies that are none of ``taken``: up to two of ``first``, then those that lead something, then any."""
    excluded, preferred = list(taken), set(first)
    leading = {d.organisation for clause in ground.clauses for d in clause.bearers(*MAIN_ROLES)}
    names = [body.name for body in ground.bodies]
    names = [name for name in names if not any(may_be_same(name, other) for other in excluded)]
    ground.random.shuffle(names)
    near = [name for name in names if name in preferred][:2]
    rest = sorted((name for name in names if name not in near), key=lambda name: name not in leading)
    return [*near, *rest]


def ask_deadline(ground: Ground, clause: Clause) -> Question | None:
    """Until when a task has to be done, beside the dates of other tasks."""
    own = _deadline(ground, clause)
    if own is None:
        return None
    right, span = own
    others = [found[0] for other in ground.tasks if (found := _deadline(ground, other))]
    ground.random.shuffle(others)
    wrong = {_when(text): text for text in others if _when(text) != _when(right)}
    text = phrase(ground.language, "quiz_deadline", task=clause.task)
    spans = tuple(dict.fromkeys((span, *clause_spans(ground.policy, clause, ()))))
    return ground.question("deadline", text, right, list(wrong.values()), spans)


def _deadline(ground: Ground, clause: Clause) -> tuple[str, Span] | None:
    """Until when a task has to be done, and where that stands; None where it could be another task's."""
    found = deadline_in(ground.policy, clause)
    if found is None or any(clause.start < other.start < found[1] for other in ground.beside(clause)):
        return None
    text, start, end = found
    return deadline_words(text), (start, end)


def _when(text: str) -> tuple[str, ...]:
    """A date as year and month, so that 2026年底前 and 2026年12月底 are one; other words as they are."""
    match = _WHEN.search(squeeze(text))
    if not match:
        return (squeeze(text),)
    month = match["month"] or ("12" if match["end"] else "")
    return match["year"], month.lstrip("0")
