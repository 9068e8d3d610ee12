"""How duties are said: a clause as a sentence, clauses as rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.ask import Ask
from assistant.corpus import Clause
from assistant.draft import Draft
from assistant.terms import sorts_in
from index.policy import Duty, Role, Section
from index.text import squeeze
from prompts import phrase

_ROLE_COLUMNS = ("lead", "responsible", "support", "implement")


def say_clause(draft: Draft, clause: Clause, roles: Sequence[Role]) -> None:
    """One sentence: lead first, then what else was asked; rules get a citation of their own."""
    mark = cite_clause(draft, clause)
    if not clause.bracketed:  # running text says what each of them does: quote it
        text = draft.corpus.policies[clause.policy].source[clause.start : clause.end]
        draft.quote(text=re.sub(r"\s*\n\s*", " ", text).strip(), cite=mark)
        return
    task = f"“{clause.task}”"
    parts: list[str] = []
    lead = clause.bearers(Role.LEAD)
    responsible = clause.bearers(Role.RESPONSIBLE)
    if Role.LEAD in roles or Role.RESPONSIBLE in roles:
        if lead:
            parts.append(_part(draft, "lead", lead, mark, clause, task))
            if responsible:
                parts.append(_part(draft, _responsible_name(draft, clause), responsible, mark, clause, task))
        elif responsible:
            parts.append(_part(draft, "responsible", responsible, mark, clause, task))
        elif roles != tuple(Role):
            parts.append(phrase(draft.language, "no_lead"))
    for role in (Role.SUPPORT, Role.IMPLEMENT):
        if role not in roles:
            continue
        duties = clause.bearers(role)
        if duties:
            name = role.value if parts else f"{role.value}_task"
            parts.append(_part(draft, name, duties, mark, clause, task))
        elif roles != tuple(Role):
            beside = responsible and role is Role.SUPPORT and not {Role.LEAD, Role.RESPONSIBLE} & {*roles}
            if beside and lead:  # A牵头，B按职责分工负责: B is who has a part in it
                parts.append(_part(draft, "lead", lead, mark, clause, task))
                name = _responsible_name(draft, clause)
                parts.append(_part(draft, name, responsible, mark, clause, task))
                continue
            parts.append(phrase(draft.language, f"no_{role.value}"))
            if beside:
                parts.insert(0, _part(draft, "responsible", responsible, mark, clause, task))
    draft.pieces.append(phrase(draft.language, "clause_comma").join(parts) + phrase(draft.language, "stop"))


def cite_clause(draft: Draft, clause: Clause) -> str:
    """The citations of all the places that say who bears a task."""
    return "".join(draft.cite(clause.policy, *span) for span in clause.spans)


def _responsible_name(draft: Draft, clause: Clause) -> str:
    """The phrase for who is responsible beside a lead: within its remit (按职责分工), or simply."""
    source = draft.corpus.policies[clause.policy].source[clause.start : clause.end]
    return "responsible_only" if "职责" in source else "responsible_beside"


def _part(draft: Draft, name: str, duties: Sequence[Duty], mark: str, clause: Clause, task: str) -> str:
    cite = mark + "".join(draft.cite(clause.policy, *rule) for rule in rules_behind(duties))
    return phrase(
        draft.language, name, orgs=draft.organisations(d.organisation for d in duties), task=task, cite=cite
    )


def rules_behind(duties: Iterable[Duty]) -> list[tuple[int, int]]:
    """The slices beside the clauses themselves from which duties come: rules, merged rows; each once, in reading order."""
    return sorted({(duty.rule_start, duty.rule_end) for duty in duties if duty.rule_start >= 0})


def clause_table(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Task and everybody's role, one row a clause; columns that nobody fills are left out."""
    clauses = sorted(clauses, key=lambda c: (c.policy, c.start))
    used = [name for name in _ROLE_COLUMNS if any(c.bearers(Role(name)) for c in clauses)]
    draft.head("task", *used, "section")
    for clause in clauses:
        rules = rules_behind(clause.duties)
        marks = [draft.number(clause.policy, *span) for span in (*clause.spans, *rules)]
        cells = ["、".join(d.organisation for d in clause.bearers(Role(name))) or "—" for name in used]
        draft.row([clause.task, *cells, " › ".join(clause.path)], marks)


def task_table(draft: Draft, clauses: Sequence[Clause], names: Sequence[str]) -> None:
    """Task, the organisation's role in it, who leads, clause."""
    draft.head("task", "role", "lead", "section")
    for clause in clauses:
        roles = [role for role in Role if clause.bears(names, [role])]
        shown = [d for d in clause.duties if d.organisation in names or d.role is Role.LEAD]
        marks = [draft.number(clause.policy, *span) for span in (*clause.spans, *rules_behind(shown))]
        heads = "、".join(d.organisation for d in clause.heads()) or "—"
        draft.row(
            [clause.task, "、".join(role_word(draft, r) for r in roles), heads, " › ".join(clause.path)],
            marks,
        )


def role_word(draft: Draft, role: Role) -> str:
    """牵头, 配合 …, leads, supports … in the language of the answer."""
    return phrase(draft.language, f"role_{role.value}")


def role_words(draft: Draft, roles: Iterable[Role]) -> str:
    """Several roles in a row (牵头、配合)."""
    return join_parts(draft, [role_word(draft, role) for role in roles])


def join_parts(draft: Draft, parts: Sequence[str]) -> str:
    """Parts of a sentence in a row; parts with citations are set apart by ；."""
    return (
        ("；" if any("[" in p for p in parts) else "、").join(parts)
        if draft.language == "zh"
        else ", ".join(parts)
    )


def part_named(ask: Ask, policy: str) -> Section | None:
    """The part of a policy whose whole heading is the sort of thing asked for (重点任务 in 二、重点任务), or None."""
    sorts = sorts_in(ask.question.folded)
    sections = ask.corpus.policies[policy].sections
    return next((section for section in sections if squeeze(section.heading) in sorts), None)


def unique_clauses(clauses: Iterable[Clause]) -> list[Clause]:
    """Each clause once, in reading order."""
    seen = {(clause.policy, clause.number): clause for clause in clauses}
    return sorted(seen.values(), key=lambda clause: (clause.policy, clause.start))
