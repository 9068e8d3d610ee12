"""Targets with a body in the question: the number that it has to reach, those of its tasks, and who bears one besides."""

from __future__ import annotations

from dataclasses import replace

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES
from assistant.draft import Draft
from assistant.duty_text import role_words
from assistant.question import Question
from assistant.sentences import asks_number
from assistant.target_choice import choose_targets, eligible_targets
from assistant.target_fit import Found, only_carries_out, unit_fits
from assistant.target_text import say_target, target_table
from assistant.target_years import in_years
from assistant.terms import expression
from prompts import phrase

FEW = 6  # targets that are said one by one before their table


def is_of_all(ask: Ask) -> bool:
    """Whether the number asked for is one of all, of which the body that the question names has no share of its own."""
    chosen = choose_targets(ask)
    return bool(chosen) and all(only_carries_out(ask, *found) for found in chosen)


def asks_bearer_and_number(question: Question) -> bool:
    """Whether a question asks who is responsible and, besides, for a number."""
    number = question.has("number") or expression("value", "besides").search(question.folded)
    of_tasks = question.has("total") or (question.language == "zh" and question.has("tasks", "distinct"))
    return bool(number) and question.has("who") and not of_tasks


def asks_number_of_body(question: Question) -> bool:
    """Whether the number of a thing is asked for, with the body that has to reach it: 市X局要培育多少家Y."""
    body = any(mention.names for mention in question.mentions)
    thing = any(term.weight >= 0.9 for term in question.terms)
    duties = question.roles or question.has("who", "tasks", "total")
    return body and thing and asks_number(question) and not duties


def asks_number_of_task(question: Question) -> bool:
    """Whether a number of a task is asked for that the question gives to a body (X牵头的Y要建成多少家)."""
    listed = question.has("tasks", "total", "distinct", "who", "yesno", "why")
    body = any(mention.names for mention in question.mentions)
    return body and bool(question.roles) and asks_number(question) and not listed


def asks_targets_of_body(question: Question) -> bool:
    """Whether the targets of a body's tasks are asked for, whatever they are of: X局2025年有哪些指标."""
    body = any(mention.names for mention in question.mentions)
    thing = any(term.weight >= 0.4 for term in question.terms)
    listing = question.has("targets") and question.has("list", "count", "amount")
    apart = question.has("who", "yesno", "why", "sum", "largest", "smallest", "difference", "shared")
    return (
        body and listing and not thing and not apart and (bool(question.roles) or not question.has("tasks"))
    )


def targets_of_body(ask: Ask) -> Draft | None:
    """The targets in the tasks that a body leads or is responsible for (of the role asked for); None without such tasks."""
    names = {name for mention in ask.question.mentions for name in mention.names}
    roles = ask.question.roles or MAIN_ROLES
    clauses = [c for c in ask.clauses() if c.bears(names, roles)]
    found = [
        (policy, target)
        for policy, target in in_years(ask, eligible_targets(ask))
        if any(c.policy == policy and c.start <= target.start < c.end for c in clauses)
    ]
    if not clauses:
        return None
    draft = ask.draft()
    body = next(d.organisation for d in clauses[0].bearers(*roles) if d.organisation in names)
    holding = [c for c in clauses if any(c.policy == p and c.start <= t.start < c.end for p, t in found)]
    marks = [draft.cite(c.policy, c.start, c.end) for c in holding or clauses[:1]]
    values = {"org": draft.organisation(body), "role": role_words(draft, roles), "cite": "".join(marks)}
    name = "targets_of_body" if found else "targets_of_body_none"
    draft.say(name, **values, count=draft.compute(len(found)))
    draft.count = len(found)
    for policy, target in found if len(found) <= FEW else ():
        say_target(draft, policy, target)
    target_table(draft, found)
    return draft


def add_targets(ask: Ask, draft: Draft) -> None:
    """Add the number to an answer that says who is responsible; where there is none, the answer is partial."""
    rest = replace(ask.question, asks=ask.question.asks - {"who"}, roles=())
    chosen = choose_targets(replace(ask, question=rest)) or _targets_in(ask, draft)
    for policy, target in chosen[:3]:
        say_target(draft, policy, target)
    if not chosen:
        draft.status = "partial"
        draft.note("partial", "notice_partial", terms=phrase(draft.language, "kind_amount"))


def _targets_in(ask: Ask, draft: Draft) -> list[Found]:
    """Targets of the clauses that an answer cites, where they are few and of the unit asked for."""
    found = [
        (policy, target)
        for policy, target in eligible_targets(ask)
        if any(policy == cited and start <= target.start < end for cited, start, end in draft.spans)
        and unit_fits(ask.question, target.unit)
    ]
    return in_years(ask, found) if len(found) <= 3 else []
