"""Answers that count or compare duties: of several organisations, of a role, of all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES, Clause, Unit
from assistant.draft import Draft
from assistant.duty_text import (
    clause_table,
    join_parts,
    role_words,
    say_clause,
    task_table,
    unique_clauses,
)
from assistant.match import missing
from assistant.question import Question, topic_of
from assistant.terms import Term, pattern
from index.policy import Role
from index.text import squeeze
from prompts import phrase

_DEADLINE = re.compile(r"(?:完成|办结|落实)(?:时限|时间|期限)[ 　]*[:：]([^\n。]*)")  # 完成时限：2026年底前
_TAKES_PART = re.compile(r"参与|涉及|involv|take part|既不.{0,12}也不")


def shared_tasks(ask: Ask, groups: list[tuple[str, ...]]) -> Draft:
    """Tasks in which all of them have a role (each its own where the question gives one)."""
    draft = ask.draft()
    shown = draft.organisations(group[0] for group in groups)
    wanted = _paired_roles(ask.question)
    clauses = []
    for clause in ask.clauses():
        held = [[d for d in clause.duties if d.organisation in group] for group in groups]
        if not all(held):
            continue
        if (
            wanted
            and len(wanted) == len(groups)
            and not all(
                any(d.role is role or (role is Role.LEAD and d.role in MAIN_ROLES) for d in duties)
                for role, duties in zip(wanted, held, strict=True)
            )
        ):
            continue
        one_role = len(set(wanted)) == 1 and len(wanted) < len(groups) and not ask.question.has("shared")
        if one_role and not all(any(d.role is wanted[0] for d in duties) for duties in held):
            continue
        clauses.append(clause)
    draft.count = len(clauses)
    if not clauses:
        draft.say("joint_none", orgs=shown)
        for group in groups:
            first = next((c for c in ask.clauses() if any(d.organisation in group for d in c.duties)), None)
            if first:
                draft.pieces.append(draft.cite(first.policy, first.start, first.end))
        draft.computed.add("0")
        return draft
    draft.say("joint", orgs=shown, count=draft.compute(len(clauses)))
    if len(clauses) == 1:
        say_clause(draft, clauses[0], tuple(Role))
    clause_table(draft, clauses)
    return draft


def _paired_roles(question: Question) -> list[Role]:
    """Roles in the order in which the question names them (A牵头、B配合)."""
    places = [
        (match.start(), role)
        for role in Role
        for match in pattern("role", role.value).finditer(question.folded)
    ]
    return [role for _, role in sorted(places)]


def compare_organisations(ask: Ask, groups: list[tuple[str, ...]]) -> Draft:
    """Who has more tasks of a role; without one, or where only 负责 is said, of leading and being responsible."""
    draft = ask.draft()
    wanted = ask.question.roles[:1]
    roles = (
        wanted if wanted and wanted[0] not in MAIN_ROLES else (wanted if Role.LEAD in wanted else MAIN_ROLES)
    )
    held = {
        group: unique_clauses(
            c for c in ask.clauses() if any(d.organisation in group for d in c.bearers(*roles))
        )
        for group in groups
    }
    fewest = ask.question.has("smallest")
    order = sorted(groups, key=lambda group: len(held[group]) * (1 if fewest else -1))
    items = [
        phrase(
            draft.language,
            "compare_item",
            org=draft.organisation(group[0]),
            role=role_words(draft, roles),
            count=draft.compute(len(held[group])),
            cite="".join(draft.cite(c.policy, c.start, c.end) for c in held[group][:1]),
        )
        for group in order
    ]
    equal = len({len(clauses) for clauses in held.values()}) == 1
    name = "compare_equal" if equal else ("compare_least" if fewest else "compare")
    first = [group[0] for group in order if len(held[group]) == len(held[order[0]])]
    draft.say(name, org=draft.organisations(first), list=join_parts(draft, items))
    task_table(
        draft,
        unique_clauses(c for group in order for c in held[group]),
        [n for group in order for n in group],
    )
    return draft


def distinct_organisations(ask: Ask, without: Sequence[str] = ()) -> Draft | None:
    """Which organisations have a role at all, with the number of their tasks; ``without`` leaves some out."""
    draft = ask.draft()
    roles = ask.question.roles or tuple(Role)
    held: dict[str, list[Clause]] = {}
    for clause in ask.clauses():
        for duty in clause.bearers(*roles):
            if duty.organisation in without:
                continue
            held.setdefault(duty.organisation, []).append(clause)
    if not held:
        return None
    order = sorted(held, key=lambda name: -len(unique_clauses(held[name])))
    most = len(held[order[0]])
    if ask.question.has("largest"):
        top = [name for name in order if len(held[name]) == most]
        draft.say(
            "distinct_most",
            role=role_words(draft, roles),
            orgs=draft.organisations(top),
            count=draft.compute(most),
        )
    elif ask.question.has("smallest"):
        least = len(held[order[-1]])
        low = [name for name in order if len(held[name]) == least]
        draft.say(
            "distinct_least",
            role=role_words(draft, roles),
            orgs=draft.organisations(low),
            count=draft.compute(least),
        )
    draft.count = len(order)
    draft.say(
        "distinct",
        role=role_words(draft, roles),
        count=draft.compute(len(order)),
        orgs=draft.organisations(order),
    )
    draft.head("org", "count")
    for name in order:
        clauses = unique_clauses(held[name])
        cells = [name, draft.compute(len(clauses))]
        draft.row(cells, [draft.number(c.policy, c.start, c.end) for c in clauses])
    draft.pieces.append("".join(f"[{number}]" for number in sorted(set(draft.spans.values()))[:3]))
    return draft


def combined_roles(ask: Ask) -> Draft | None:
    """Who has one role and another (既牵头又配合), or one and never the other (只配合不牵头)."""
    draft, question = ask.draft(), ask.question
    first, second = list(dict.fromkeys(_paired_roles(question)))[:2]
    holders = {
        role: list(dict.fromkeys(d.organisation for c in ask.clauses() for d in c.bearers(role)))
        for role in (first, second)
    }
    never = not question.has("both_roles")
    names = [name for name in holders[first] if (name in holders[second]) is not never]
    words = role_words(draft, [first, second]) if not never else role_words(draft, [first])
    draft.count = len(names)
    draft.say(
        "never_role" if never else "both_roles",
        count=draft.compute(len(names)),
        orgs=draft.organisations(names),
        roles=words,
        other=role_words(draft, [second]),
    )
    draft.head("org", *(("count",) if never else (first.value, second.value)))
    for name in names:
        held = [
            [c for c in ask.clauses() if any(d.organisation == name for d in c.bearers(role))]
            for role in ([first] if never else [first, second])
        ]
        draft.row(
            [name, *(draft.compute(len(clauses)) for clauses in held)],
            [draft.number(c.policy, c.start, c.end) for clauses in held for c in clauses],
        )
    draft.pieces.append("".join(f"[{number}]" for number in sorted(set(draft.spans.values()))[:3]))
    return draft


def tasks_by_role(ask: Ask) -> Draft | None:
    """All tasks of which somebody has a role (哪些任务由一个单位负责)."""
    draft, question = ask.draft(), ask.question
    roles = question.roles
    alone = question.has("leaderless") or (
        Role.RESPONSIBLE in roles
        and (Role.LEAD not in roles or re.search(r"不是|而非|没有|不", question.folded))
    )
    if alone:
        clauses = [
            c
            for c in ask.clauses()
            if c.bearers(Role.RESPONSIBLE) and not c.bearers(Role.LEAD) and c.bracketed
        ]
        name = "role_tasks"
    else:
        clauses = [c for c in ask.clauses() if c.bearers(*roles)]
        name = "role_all"
    if not clauses:
        return None
    draft.say(name, count=draft.compute(len(clauses)), role=role_words(draft, roles))
    draft.count = len(clauses)
    if len(clauses) == 1:
        say_clause(draft, clauses[0], tuple(Role))
    clause_table(draft, clauses)
    return draft


def tasks_without(ask: Ask, names: Sequence[str]) -> Draft | None:
    """Tasks in which these have no such role; without names, tasks for which nobody has it."""
    draft, question = ask.draft(), ask.question
    roles = tuple(Role) if not question.roles or _TAKES_PART.search(question.folded) else question.roles
    clauses = [
        clause
        for clause in ask.clauses()
        if clause.bracketed
        and not any(d.role in roles and (not names or d.organisation in names) for d in clause.duties)
    ]
    if not clauses:
        return None
    draft.denied.update(names)
    draft.say(
        "without_org" if names else "without_role",
        orgs=draft.organisations(names[:1]),
        role=role_words(draft, roles),
        count=draft.compute(len(clauses)),
    )
    draft.count = len(clauses)
    clause_table(draft, clauses)
    return draft


def tasks_about(ask: Ask) -> Draft | None:
    """The tasks whose text speaks of all that the question names (和中医药有关的任务); None where there are none."""
    draft = ask.draft()
    topic = topic_of(ask.question)
    terms = [term for term in ask.question.terms if term.weight >= 0.4 and not term.pair]
    if squeeze(topic) in ask.corpus.text:  # 绿色工厂 as one, not 绿色 here and 工厂 there
        terms = [Term(topic, (squeeze(topic),), 1.0)]
    clauses = [
        clause
        for clause in ask.clauses()
        if terms
        and not missing(ask.corpus, terms, Unit(((1.0, clause.own), (1.0, clause.parents))), least=1.0)
    ]
    if not clauses:
        return None
    draft.say("tasks_about", topic=topic, count=draft.compute(len(clauses)))
    draft.count = len(clauses)
    if len(clauses) == 1:
        say_clause(draft, clauses[0], tuple(Role))
    clause_table(draft, clauses)
    return draft


def deadline(ask: Ask, clause: Clause) -> tuple[int, int] | None:
    """The slice of the line below a task that says until when it has to be done (完成时限：…), or None."""
    policy = ask.corpus.policies[clause.policy]
    match = _DEADLINE.search(policy.source, clause.start, policy.sections[clause.section].end)
    return match.span() if match else None


def tasks_due(ask: Ask) -> Draft | None:
    """The tasks whose 完成时限 is in a year asked for; None where the policies give no such lines."""
    draft = ask.draft()
    clauses = []
    for clause in ask.clauses():
        policy = ask.corpus.policies[clause.policy]
        section = policy.sections[clause.section]
        lines = _DEADLINE.findall(policy.source[clause.start : section.end])
        if any(str(year) in line for line in lines[:1] for year in ask.question.years):
            clauses.append(clause)
    if not clauses:
        return None
    years = "、".join(map(str, ask.question.years))
    draft.say("tasks_due", years=years, count=draft.compute(len(clauses)))
    draft.count = len(clauses)
    for clause in clauses[:6]:
        say_clause(draft, clause, tuple(Role))
    clause_table(draft, clauses)
    return draft


def all_tasks(ask: Ask) -> Draft | None:
    """All responsibility clauses, counted."""
    draft = ask.draft()
    clauses = [clause for clause in ask.clauses() if clause.bracketed] or ask.clauses()
    if not clauses:
        return None
    draft.say("tasks_total", count=draft.compute(len(clauses)))
    draft.count = len(clauses)
    clause_table(draft, clauses)
    return draft
