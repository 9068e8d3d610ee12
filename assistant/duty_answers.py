"""Answers about duties, read from the ledger: which clauses a question means, and who does what in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES, Clause, Unit
from assistant.document_rules import rules_asked
from assistant.done_by import doing_it, is_done_by_another, is_said_elsewhere, told_in_task
from assistant.draft import Draft
from assistant.duty_lists import combined_roles, distinct_organisations
from assistant.duty_text import clause_table, part_named, rules_behind, say_clause
from assistant.match import ENOUGH, NEAR, Fit, coverage, deed_is_lost, missing, rank_clauses
from assistant.organisation_answers import about_organisations
from assistant.question import Question, names_unread, topic_of
from assistant.references import numbered_section
from assistant.sentences import Sentence
from assistant.task_lists import (
    all_tasks,
    deadline_of_task,
    say_deadlines_asked,
    tasks_about,
    tasks_by_role,
    tasks_due,
    tasks_ranked,
    tasks_without,
)
from assistant.task_parts import clauses_by_parts
from assistant.terms import Term, expression, words
from assistant.within import subtree_end, table_over
from index.policy import Role
from index.text import squeeze

HELD = 0.98  # coverage at which a clause speaks of all that is asked about
MOSTLY = 0.8  # coverage below which another sentence may be what the question is about
NAMED = 0.3  # coverage below which the name of a task does not say that it is the one meant
SURE = (
    0.88,
    0.855,
)  # cosine of a sentence that is surely meant: Chinese, English (chosen on our own questions, for e5)
CLEAR = 0.3  # how much nearer the task meant has to be than the next, where only nearness tells
_BUSY = (
    "contact",
    "person",
    "penalty",
    "apply",
    "papers",
    "where",
    "money",
)  # kinds of answer that no duty gives


def answer_duties(ask: Ask) -> Draft | None:
    """The answer to a question about duties, or None where it is no such question."""
    question = ask.question
    if not ask.corpus.clauses or _is_of_another_kind(question):
        return None
    bearers = [mention for mention in question.mentions if mention.names]
    named = [name for mention in bearers for name in mention.names]
    if not question.has("yesno", "why") and not ask.topical():
        if question.has("ranked_tasks") and not bearers:
            return tasks_ranked(ask)
        combined = question.has("both_roles", "only_role") and len(question.roles) > 1 and not bearers
        if combined and question.has("who") and not question.has("tasks"):
            return combined_roles(ask)
        if question.has("without") and not question.has("leaderless"):
            return tasks_without(ask, named)
        if question.has("except") and named:
            return distinct_organisations(ask, named) if question.roles else None
    if question.has("filtered") or _asks_members(question) or _of_unnamed(question):
        return None
    if bearers and question.has("tasks") and not question.marker and _is_of_whole(ask, named):
        question = replace(question, terms=())
        ask = replace(ask, question=question)
    topic = _topic_clauses(ask) if ask.topical() or question.marker else []
    if bearers:
        return about_organisations(ask, bearers, topic)
    if question.has("tasks") and not question.mentions:
        due = not question.has("targets") and question.years and not ask.topical()
        listed = tasks_due(ask) if due else None
        if listed:
            return listed
        if question.has("about") and not question.has("who"):
            return tasks_about(ask)
    if question.mentions and not topic:
        return None  # named somewhere, but with no task: the text may say more
    return _of_topic(ask, topic) if topic else _of_all(ask)


def _is_of_another_kind(question: Question) -> bool:
    """Whether a question asks for what no duty tells: money, a definition, the way of doing it, which one it is."""
    if question.kinds & set(_BUSY):
        return True
    if question.has("definition") and not question.has("who"):
        return True
    if question.has("how") and not question.roles and not question.has("who", "tasks", "count"):
        return True  # how the counties organise it: the way, not who does it
    return question.has("identity", "things") and not question.roles  # 谁是龙头企业, 哪家企业承建


def _of_topic(ask: Ask, topic: list[Clause]) -> Draft | None:
    """Who bears the task of these clauses, or until when it is done; else what is asked of all tasks."""
    question = ask.question
    asks_role = bool(question.roles) or question.has("who")
    if question.has("when") and not asks_role and not question.has("amount", "yesno", "why"):
        return deadline_of_task(ask, topic)
    of_reason = question.has("why", "when") and not question.has("who")
    of_number = question.has("amount") and not question.has("who") and not _terse(question)
    if asks_role and not of_reason and not of_number:
        return _about_task(ask, topic)
    return _of_all_tasks(ask)


def _of_all(ask: Ask) -> Draft | None:
    """What is asked of no task of its own: which bodies have a part at all, or which tasks there are."""
    question = ask.question
    of_end = question.has("who") and question.has("largest", "smallest")
    ranked = of_end and (question.roles or question.has("tasks"))
    if (question.has("distinct") or ranked) and not question.has("leaderless"):
        return None if ask.names_a_thing(0.4) else distinct_organisations(ask)
    return _of_all_tasks(ask)


def _of_all_tasks(ask: Ask) -> Draft | None:
    """All tasks, or those of a role; None where the question names a thing, though no clause was found to speak of it."""
    question = ask.question
    if names_unread(question) or ask.topical():
        return None
    leaderless = question.has("leaderless")
    counted = question.has("total") and "责任" in question.folded and Role.LEAD not in question.roles
    if counted and not question.mentions and not leaderless:
        return all_tasks(ask)
    if question.roles and question.has("tasks", "list", "count", "leaderless"):
        return tasks_by_role(ask)
    return all_tasks(ask) if question.has("total") and not question.mentions and not _of_part(ask) else None


def _is_of_whole(ask: Ask, names: Sequence[str]) -> bool:
    """Whether a question names no more than what the document as a whole is about, where these bodies have tasks."""
    titles = [
        squeeze(ask.corpus.policies[policy].title)
        for policy in {clause.policy for clause in ask.clauses() if clause.bears(names)}
    ]
    topical = [term for term in ask.question.terms if term.weight >= 0.4]
    headings = "|".join(clause.parents for clause in ask.clauses())
    return bool(titles and topical) and all(
        any(variant in title and variant not in headings for variant in term.variants)
        for title in titles
        for term in topical
    )


def bearers_of_nearest(ask: Ask, near: Sequence[tuple[float, Sentence]]) -> Draft | None:
    """Who bears the task whose sentence is nearest to a question that tells its topic in words of its own; None where
    two tasks are nearly as near. ``near`` holds sentences with their values, the nearest first."""
    question = ask.question
    if not (question.has("who") and {*MAIN_ROLES} & {*question.roles}) or question.mentions or question.kinds:
        return None
    if not near or near[0][1].near < SURE[question.language == "en"]:
        return None
    policies = {sentence.policy for _, sentence in near}
    tasks = [c for c in ask.clauses() if c.bracketed and c.policy in policies]
    each = [(value, _task_at(tasks, sentence)) for value, sentence in near]
    best, meant = each[0]
    others = [value for value, clause in each if clause != meant]
    if meant is None or (others and best - others[0] < CLEAR):
        return None
    lost = missing(ask.corpus, question.terms, ask.corpus.clause_unit(meant))
    if deed_is_lost(question, lost) or any(term.kind for term in lost):
        return None  # of another deed (谁审批), of another kind (建筑垃圾)
    return _about_task(ask, [meant])


def _task_at(tasks: Sequence[Clause], sentence: Sentence) -> Clause | None:
    """The task in whose text a sentence stands; None where it stands in none."""
    return next((c for c in tasks if c.policy == sentence.policy and c.start <= sentence.start < c.end), None)


def _asks_members(question: Question) -> bool:
    """Whether it is asked how many there are of a group (有几个县区), which no duty tells."""
    return question.has("members") and not question.roles and not question.has("tasks", "who")


def _of_part(ask: Ask) -> bool:
    """Whether the items of a part of a policy are asked for by its heading (主要任务共有多少条)."""
    return any(part_named(ask, policy.id) for policy in ask.policies())


def _of_unnamed(question: Question) -> bool:
    """Whether the duties of a body are asked for that no rule took for one (国务院负责什么)."""
    match = expression("body", "asked").match(question.folded)
    return bool(match) and not question.mentions and not question.has("who")


def _terse(question: Question) -> bool:
    return len(question.folded) <= 16


def _topic_clauses(ask: Ask) -> list[Clause]:
    """Clauses that the question is about, best first; several where they fit equally well."""
    if ask.question.marker:
        return _clauses_at(ask, ask.question.marker)
    return clauses_by_parts(ask, _clauses_of_topic) or _clauses_of_topic(ask)


def _clauses_of_topic(ask: Ask) -> list[Clause]:
    """Clauses of the one thing that the question names; [] where none speaks of it closely enough."""
    question = ask.question
    ranked = rank_clauses(ask.corpus, question, ask.clauses(), ask.dense)
    if not ranked:
        return []
    fit, best = ranked[0]
    lost = missing(ask.corpus, question.terms, ask.corpus.clause_unit(best))
    if not _speaks_of_it(ask, fit, best, lost):
        return []
    if deed_is_lost(question, lost):
        return doing_it(ask, ranked)
    if is_done_by_another(ask, best):
        return []
    if best.bracketed and fit.coverage < MOSTLY and is_said_elsewhere(ask, fit.coverage):
        return []
    if not best.bracketed and any(term.weight >= 0.9 or not ask.corpus.known(term) for term in lost):
        return []  # running text says many things: all that is asked about has to stand there
    chosen = [
        clause
        for other, clause in ranked
        if other.score >= fit.score - NEAR and other.coverage >= fit.coverage - 0.05
    ]
    if coverage(ask.corpus, question.terms, Unit(((1.0, squeeze(best.task)),))) < NAMED:
        chosen += [c for other, c in ranked if other.coverage >= HELD and c not in chosen]
        inside = [c for c in chosen if not c.bracketed and best.start <= c.start and c.end <= best.end]
        if inside and best.bracketed:
            return [best, *inside]  # a sentence of the task says itself who does what is asked about
    bracketed = [clause for clause in chosen if clause.bracketed]
    if bracketed and (not best.bracketed or len(chosen) > 1):
        chosen = bracketed
    chosen = _section_named(ask, ranked) or chosen[:8]
    return chosen + [c for _, c in ranked if _is_said_otherwise(ask, c, chosen[:1]) and c not in chosen]


def _speaks_of_it(ask: Ask, fit: Fit, best: Clause, lost: Sequence[Term]) -> bool:
    """Whether the best clause holds enough of what is asked about, or somewhat less and is near in meaning; ``lost`` are
    the words that it lacks."""
    needed = ENOUGH if ask.question.language == "zh" else 0.42
    near = [s for (p, at), s in ask.dense.items() if p == best.policy and best.start - 40 <= at < best.end]
    if fit.coverage < needed and not (max(near, default=0) >= 0.95 and fit.coverage >= needed - 0.18):
        return False
    return fit.coverage >= 0.75 or not any(term.weight >= 0.9 for term in lost)


def _is_said_otherwise(ask: Ask, clause: Clause, chosen: Sequence[Clause]) -> bool:
    """Whether a table says of a task of the text, or the text of a task of a table, that another body leads it."""
    return any(
        other.policy == clause.policy
        and squeeze(other.task) == squeeze(clause.task)
        and _is_row(ask, other) != _is_row(ask, clause)
        for other in chosen
    )


def _is_row(ask: Ask, clause: Clause) -> bool:
    """Whether a clause is a row of a table."""
    return table_over(ask.corpus.policies[clause.policy], clause.start) is not None


def _clauses_at(ask: Ask, marker: str) -> list[Clause]:
    """Clauses of the section that is asked for by its number (第8项任务由谁牵头)."""
    found = []
    for policy in ask.corpus.policies.values():
        section = numbered_section(policy, marker)
        if section:
            end = subtree_end(policy.sections, section.id)
            found += [c for c in ask.clauses() if c.policy == policy.id and section.start <= c.start < end]
    return found


def _section_named(ask: Ask, ranked: Sequence[tuple[object, Clause]]) -> list[Clause]:
    """All clauses of a section whose heading the question names as a whole (加强组织领导)."""
    text = squeeze(ask.question.text)
    for _, clause in ranked[:6]:
        section = ask.corpus.policies[clause.policy].sections[clause.section]
        heading = squeeze(section.heading)
        if len(heading) >= 4 and heading in text:
            return [
                c
                for _, c in ranked
                if c.policy == clause.policy and c.section == clause.section and c.bracketed
            ]
    return []


def _about_task(ask: Ask, clauses: list[Clause]) -> Draft | None:
    draft = ask.draft()
    roles = _asked_roles(ask.question)
    if ask.question.has("yesno", "why") and ask.question.roles:
        for mention in ask.question.mentions:  # claimed of a body that has no duty anywhere
            mark = draft.cite(clauses[0].policy, clauses[0].start, clauses[0].end)
            draft.say("premise_absent", org=mention.text, task=clauses[0].task, cite=mark)
            draft.denied.add(mention.text)
            draft.note("premise", "notice_premise")
    if len(clauses) == 1:
        for start, end in told_in_task(ask, clauses[0]):
            text = ask.corpus.policies[clauses[0].policy].source[start:end]
            draft.quote(text=text, cite=draft.cite(clauses[0].policy, start, end))
        say_clause(draft, clauses[0], roles)
        if ask.question.has("distinct") and expression("several", "how_many").search(ask.question.folded):
            draft.count = len({duty.organisation for duty in clauses[0].bearers(*roles)})
            draft.say("bearers_counted", count=draft.compute(draft.count))
        elif expression("several", "bodies").search(ask.question.folded):
            own = clauses[0].bearers(*ask.question.roles) or clauses[0].bearers(*roles)
            draft.count = len({duty.organisation for duty in own})
    else:
        draft.say(
            "several_clauses",
            topic=topic_of(ask.question),
            count=draft.compute(len(clauses)),
        )
        for clause in sorted(clauses, key=lambda c: (c.policy, c.start)):
            say_clause(draft, clause, roles)
    unnamed = [m.text for m in ask.question.mentions if not ask.corpus.directory.named(m)]
    if unnamed:
        draft.note("not_named", "notice_not_named", names="、".join(dict.fromkeys(unnamed)))
    if ask.question.has("why"):
        draft.say("why_not")
    _say_rule_of_lead(ask, draft, clauses)
    say_deadlines_asked(ask, draft, clauses)
    clause_table(draft, clauses)
    if ask.question.years and not any(
        str(year) in clause.own for year in ask.question.years for clause in clauses
    ):
        draft.note("year", "notice_year", years="、".join(map(str, ask.question.years)))
    return draft


def _say_rule_of_lead(ask: Ask, draft: Draft, clauses: Sequence[Clause]) -> None:
    """The sentence by which the first of a list leads, where it is asked how one tells that, or said that nobody is named."""
    folded = ask.question.folded
    how = any(sort == "first_leads" for sort, _ in rules_asked(folded))
    if not (how or re.search(words()["part"]["nobody_leads"], folded)):
        return
    for policy in dict.fromkeys(clause.policy for clause in clauses):
        leading = [d for c in clauses if c.policy == policy for d in c.bearers(Role.LEAD)]
        for start, end in rules_behind(leading):
            value = ask.corpus.policies[policy].source[start:end].strip("。；;，,：: \n")
            draft.say("rule", value=value, cite=draft.cite(policy, start, end))


def _asked_roles(question: Question) -> tuple[Role, ...]:
    """Roles to report: those asked for; all of them where none is, or where only 负责 is."""
    roles = question.roles
    if not roles or Role.RESPONSIBLE in roles or Role.LEAD in roles:
        return tuple(Role)
    return roles
