"""Answers that count or compare duties: of several organisations, of a role, of all."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES, Clause
from assistant.draft import Draft
from assistant.duty_text import (
    clause_table,
    join_parts,
    role_words,
    rules_behind,
    say_clause,
    task_table,
    unique_clauses,
)
from assistant.question import Question, any_part
from assistant.terms import pattern
from index.policy import Duty, Role
from prompts import phrase


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
            first = next((c for c in ask.clauses() if c.bears(group)), None)
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
    """Who has more tasks of a role; without one, or where only 负责 is said, of leading and being responsible.

    Bodies are compared within a policy that gives duties to all of them: a ministry and a city's bureau may
    share a name.
    """
    draft = ask.draft()
    policies = [p for p in ask.corpus.policies if all(_of_bodies(ask, group, p) for group in groups)]
    for policy in policies or [""]:
        title = f"《{ask.corpus.names[policy]}》" if len(policies) > 1 else ""
        clauses = [clause for clause in ask.clauses() if policy in ("", clause.policy)]
        _compare_in(ask, draft, groups, clauses, title)
    return draft


def _of_bodies(ask: Ask, names: Sequence[str], policy: str) -> list[Clause]:
    """The clauses of a policy in which some of these names have a role."""
    return [
        clause
        for clause in ask.clauses()
        if clause.policy == policy and any(duty.organisation in names for duty in clause.duties)
    ]


def _compare_in(
    ask: Ask, draft: Draft, groups: list[tuple[str, ...]], clauses: Sequence[Clause], title: str
) -> None:
    """The comparison within these clauses; ``title`` opens its sentence where there are several."""
    wanted = ask.question.roles[:1]
    roles = (
        wanted if wanted and wanted[0] not in MAIN_ROLES else (wanted if Role.LEAD in wanted else MAIN_ROLES)
    )
    held = {group: unique_clauses(c for c in clauses if c.bears(group, roles)) for group in groups}
    called = {
        group: next((d.organisation for c in clauses for d in c.duties if d.organisation in group), group[0])
        for group in groups
    }
    fewest = ask.question.has("smallest")
    order = sorted(groups, key=lambda group: len(held[group]) * (1 if fewest else -1))
    items = [
        phrase(
            draft.language,
            "compare_item",
            org=draft.organisation(called[group]),
            role=role_words(draft, roles),
            count=draft.compute(len(held[group])),
            cite="".join(draft.cite(*span) for c in held[group][:1] for span in _spans(c, group, roles)),
        )
        for group in order
    ]
    equal = len({len(found) for found in held.values()}) == 1
    name = "compare_equal" if equal else ("compare_least" if fewest else "compare")
    first = [called[group] for group in order if len(held[group]) == len(held[order[0]])]
    if title:
        draft.pieces.append(title)
    draft.say(name, org=draft.organisations(first), list=join_parts(draft, items))
    task_table(
        draft,
        unique_clauses(c for group in order for c in held[group]),
        [n for group in order for n in group],
    )


def distinct_organisations(ask: Ask, without: Sequence[str] = ()) -> Draft | None:
    """Which organisations have a role at all, with the number of their tasks.

    ``without`` leaves some out, and looks for the others where these have duties.
    """
    roles = tuple(Role) if any_part(ask.question) else ask.question.roles or tuple(Role)
    held = _tasks_of_others(ask, without, roles)
    if not held:
        return None
    draft = ask.draft()
    order = sorted(held, key=lambda name: -len(unique_clauses(held[name])))
    role = role_words(draft, roles)
    ends = {"largest": ("distinct_most", order[0]), "smallest": ("distinct_least", order[-1])}
    asked = next((ends[name] for name in ends if ask.question.has(name)), None)
    if asked:
        sentence, end = asked
        number = len(held[end])
        alike = draft.organisations([name for name in order if len(held[name]) == number])
        draft.say(sentence, role=role, orgs=alike, count=draft.compute(number))
    draft.count = len(order)
    draft.say("distinct", role=role, count=draft.compute(len(order)), orgs=draft.organisations(order))
    draft.head("org", "count")
    for name in order:
        clauses = unique_clauses(held[name])
        cells = [name, draft.compute(len(clauses))]
        draft.row(cells, [draft.number(*span) for c in clauses for span in _spans(c, [name], roles)])
    draft.pieces.append(_marks(draft, [[(c.policy, c.start, c.end) for c in held[n]] for n in order]))
    return draft


def _tasks_of_others(ask: Ask, without: Sequence[str], roles: Sequence[Role]) -> dict[str, list[Clause]]:
    """The tasks in which each organisation has one of these roles: but for some, beside which the others are looked for."""
    held: dict[str, list[Clause]] = {}
    beside = {clause.policy for policy in ask.corpus.policies for clause in _of_bodies(ask, without, policy)}
    for clause in ask.clauses():
        if without and clause.policy not in beside:
            continue
        for duty in _bearing(clause, roles):
            if duty.organisation not in without:
                held.setdefault(duty.organisation, []).append(clause)
    return held


def _bearing(clause: Clause, roles: Sequence[Role]) -> list[Duty]:
    """The duties of these roles; asked who is responsible, also of the first of such a list, who leads by a rule."""
    by_rule = [duty for duty in clause.bearers(Role.LEAD) if duty.rule_start >= 0]
    return [*clause.bearers(*roles), *(by_rule if tuple(roles) == (Role.RESPONSIBLE,) else [])]


def _spans(clause: Clause, names: Sequence[str], roles: Sequence[Role]) -> list[tuple[str, int, int]]:
    """Where it stands that one of these names has one of these roles in a task: its slice, and the rules behind it."""
    own = [duty for duty in _bearing(clause, roles) if duty.organisation in names]
    return [(clause.policy, *span) for span in (*clause.spans, *rules_behind(own))]


def _marks(draft: Draft, places: Sequence[Sequence[tuple[str, int, int]]]) -> str:
    """The fewest citations, taken in turn, that show a place of each of those whom a sentence names."""
    marks: set[int] = set()
    for spans in places:
        numbers = [draft.number(*span) for span in spans]
        if numbers and not marks & set(numbers):
            marks.add(numbers[0])
    return "".join(f"[{number}]" for number in sorted(marks))


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
    places = []
    for name in names:
        held = [
            [c for c in ask.clauses() if any(d.organisation == name for d in c.bearers(role))]
            for role in ([first] if never else [first, second])
        ]
        draft.row(
            [name, *(draft.compute(len(clauses)) for clauses in held)],
            [
                draft.number(*s)
                for clauses in held
                for c in clauses
                for s in _spans(c, [name], (first, second))
            ],
        )
        places += [[(c.policy, c.start, c.end) for c in clauses] for clauses in held]
    draft.pieces.append(_marks(draft, places))
    return draft
