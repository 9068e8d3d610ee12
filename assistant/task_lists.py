"""Lists of tasks: of a role, without a role, about a thing, due in a year, all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES, Clause, Unit
from assistant.draft import Draft
from assistant.duty_text import clause_table, role_words, say_clause, unique_clauses
from assistant.match import missing
from assistant.question import Question, roles_in, topic_of
from assistant.terms import Term, expression, words
from assistant.within import ITEM, section_at
from index.policy import Policy, Role, Section
from index.task_tables import deadline_at
from index.text import squeeze


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
    return _listed(draft, clauses, 1 if len(clauses) == 1 else 0)


def tasks_without(ask: Ask, names: Sequence[str]) -> Draft | None:
    """Tasks in which these have no such role; without names, tasks for which nobody has it.

    A role named before the negation (由一个部门负责、没有配合单位) is one that somebody has to have.
    """
    draft, question = ask.draft(), ask.question
    held, roles = ((), question.roles) if names else _around_negation(question)
    if not roles or expression("part", "takes_part").search(question.folded):
        held, roles = (), tuple(Role)
    clauses = [
        clause
        for clause in ask.clauses()
        if clause.bracketed
        and not any(d.role in roles and (not names or d.organisation in names) for d in clause.duties)
        and (not held or clause.bearers(*held))
        and not (held and question.has("alone") and len(clause.bearers(*MAIN_ROLES)) > 1)
    ]
    if not clauses:
        return None
    draft.denied.update(names)
    draft.say(
        "held_without" if held else ("without_org" if names else "without_role"),
        orgs=draft.organisations(names[:1]),
        held=role_words(draft, held),
        role=role_words(draft, roles),
        count=draft.compute(len(clauses)),
    )
    draft.count = len(clauses)
    if len(clauses) == 1:  # a table of one row is not shown
        say_clause(draft, clauses[0], tuple(Role))
    clause_table(draft, clauses)
    return draft


def _around_negation(question: Question) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
    """Roles that a question names before it denies some (the first may be none), and those that it denies."""
    denied = expression("part", "denies").search(question.folded)
    if not denied:
        return (), question.roles
    before = roles_in(question.folded[: denied.start()])
    behind = roles_in(question.folded[denied.start() :])
    return (before, behind) if before and behind and not set(before) & set(behind) else ((), question.roles)


def tasks_ranked(ask: Ask) -> Draft | None:
    """The tasks with the most, or the fewest, bodies of a role (配合单位最多的任务); None where none has any."""
    draft, question = ask.draft(), ask.question
    roles = question.roles or tuple(Role)
    numbers = {clause: len(clause.bearers(*roles)) for clause in ask.clauses() if clause.bearers(*roles)}
    if not numbers:
        return None
    fewest = question.has("smallest")
    best = (min if fewest else max)(numbers.values())
    clauses = [clause for clause, number in numbers.items() if number == best]
    draft.say(
        "tasks_fewest" if fewest else "tasks_most",
        role=role_words(draft, roles),
        most=draft.compute(best),
        count=draft.compute(len(clauses)),
    )
    return _listed(draft, clauses, 3)


def _listed(draft: Draft, clauses: Sequence[Clause], told: int) -> Draft:
    """An answer with tasks, counted: the first of them in sentences, all in a table."""
    draft.count = len(clauses)
    for clause in clauses[:told]:
        say_clause(draft, clause, tuple(Role))
    clause_table(draft, clauses)
    return draft


def tasks_about(ask: Ask) -> Draft | None:
    """The tasks whose text speaks of all that the question names (和中医药有关的任务); None where there are none."""
    draft = ask.draft()
    topic = topic_of(ask.question)
    terms = [term for term in ask.question.terms if term.weight >= 0.4 and not term.pair]
    if squeeze(topic) in ask.corpus.text:  # 智慧社区 as one, not 智慧 here and 社区 there
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
    return _listed(draft, clauses, 1 if len(clauses) == 1 else 0)


def deadline(ask: Ask, clause: Clause) -> tuple[str, int, int] | None:
    """Until when a task has to be done (完成时限：…), and where that stands; or None."""
    return deadline_in(ask.corpus.policies[clause.policy], clause)


def deadline_in(policy: Policy, clause: Clause) -> tuple[str, int, int] | None:
    """Until when a task of a policy has to be done, by its row or by a line below it, and where that stands; or None."""
    for start, _ in clause.spans if clause.bracketed else ():
        section = section_at(policy, start)
        if section and (row := deadline_at(policy, section.id, start)):
            return row
    end = policy.sections[clause.section].end
    match = expression("part", "deadline").search(policy.source, clause.start, end)
    return (match.group(), *match.span()) if match else None


def deadline_words(text: str) -> str:
    """Until when a task has to be done, without the words that introduce it (完成时限：)."""
    return re.sub("^[^:：]*[:：]", "", text).strip("；。 　")


def say_deadline(ask: Ask, draft: Draft, clause: Clause) -> bool:
    """Say until when a task has to be done; False where nothing says so."""
    found = deadline(ask, clause)
    if found:
        text, *span = found
        mark = draft.cite(clause.policy, *span)
        draft.say("task_due", task=clause.task, text=text.strip("；。 "), cite=mark)
    return bool(found)


def say_deadlines_asked(ask: Ask, draft: Draft, clauses: Sequence[Clause]) -> None:
    """Until when tasks have to be done, behind who bears them, where a question asks for that too, or states it."""
    if ask.question.has("when") or (
        ask.question.has("yesno") and re.search(words()["part"]["done_by"], ask.question.folded)
    ):
        for clause in clauses:
            say_deadline(ask, draft, clause)


def deadline_of_task(ask: Ask, clauses: Sequence[Clause]) -> Draft | None:
    """Until when the tasks that a question names have to be done; None where one of them has no such limit."""
    draft = ask.draft()
    said = [say_deadline(ask, draft, clause) for clause in clauses]
    return draft if all(said) else None


def tasks_due(ask: Ask) -> Draft | None:
    """The tasks whose 完成时限 is in a year asked for; None where the policies give no such lines."""
    draft = ask.draft()
    clauses = []
    for clause in ask.clauses():
        found = deadline(ask, clause)
        if found and any(str(year) in found[0] for year in ask.question.years):
            clauses.append(clause)
    if not clauses:
        return None
    years = "、".join(map(str, ask.question.years))
    draft.say("tasks_due", years=years, count=draft.compute(len(clauses)))
    return _listed(draft, clauses, 6)


def all_tasks(ask: Ask) -> Draft | None:
    """All responsibility clauses, counted."""
    draft = ask.draft()
    bracketed = [clause for clause in ask.clauses() if clause.bracketed]
    clauses = unique_clauses([*bracketed, *_items_in_words(ask, bracketed)]) or ask.clauses()
    if not clauses:
        return None
    draft.say("tasks_total", count=draft.compute(len(clauses)))
    draft.count = len(clauses)
    clause_table(draft, clauses)
    return draft


def _items_in_words(ask: Ask, bracketed: Sequence[Clause]) -> list[Clause]:
    """The numbered tasks whose text says in a sentence who bears them, beside others with a clause for it; one each."""
    with_clause = {(clause.policy, clause.section) for clause in bracketed}
    items: dict[tuple[str, int], Clause] = {}
    for clause in ask.clauses():
        place = clause.policy, clause.section
        section = ask.corpus.policies[clause.policy].sections[clause.section]
        sort = _sort_of(section)
        beside = any(
            policy == clause.policy and _sort_of(ask.corpus.policies[policy].sections[number]) == sort
            for policy, number in with_clause
        )
        if place in with_clause or not sort or not beside:
            continue
        first = items.get(place)
        duties = (*first.duties, *clause.duties) if first else clause.duties
        items[place] = replace(first or clause, task=section.heading or clause.task, duties=duties)
    return list(items.values())


def _sort_of(section: Section) -> str:
    """What kind of item a section is by its marker (1., （一）), "" where it is none."""
    match = ITEM.match(section.marker)
    return re.sub(r"[\d一二三四五六七八九十]+", "#", match.group()) + str(section.level) if match else ""
