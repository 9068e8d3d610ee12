"""Answers about an organisation: its tasks, and its role in one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES, Clause
from assistant.draft import Draft
from assistant.duty_lists import compare_organisations, shared_tasks
from assistant.duty_text import (
    cite_clause,
    clause_table,
    join_parts,
    part_named,
    role_word,
    role_words,
    rules_behind,
    say_clause,
    task_table,
    unique_clauses,
)
from assistant.match import coverage, missing
from assistant.question import Question, any_part, roles_in
from assistant.task_lists import deadline, say_deadline, say_deadlines_asked
from assistant.terms import words
from assistant.within import subtree_end
from index.organisations import Mention
from index.policy import Role, Section
from prompts import phrase

FIRM = 0.75  # coverage at which a clause is the task that a question names
_APART = (Role.LEAD, Role.SUPPORT, Role.IMPLEMENT)  # roles that are asked for one by one


def about_organisations(ask: Ask, bearers: list[Mention], topic: list[Clause]) -> Draft | None:
    """What these bodies do, or do in the task of ``topic``; None where the question asks something else of them."""
    question = ask.question
    names = list(dict.fromkeys(name for mention in bearers for name in mention.names))
    groups = list(dict.fromkeys(mention.names for mention in bearers))
    if len(groups) > 1 and question.has("largest", "smallest", "difference") and not topic:
        return compare_organisations(ask, groups)
    asks_part = bool(question.roles) or question.has("who", "tasks", "list", "count", "why", "shared")
    if topic and (ask.topical() or question.marker):
        if not asks_part:
            return None  # 材料是不是递给它: something else than its part in the task
        if len(groups) > 1 and question.has("shared") and question.has("tasks"):
            return shared_tasks(ask, groups)
        of_part = len(topic) > 1 and bool(question.marker) and not question.has("who")  # 第三部分里的任务
        if (of_part or (question.roles and _is_section(ask, topic))) and question.has(
            "count", "list", "tasks"
        ):
            return _tasks_of(ask, names, topic)
        return _organisation_in_task(ask, bearers, groups, topic)
    if _unanswered_topic(ask):
        return None
    apart = question.has("count", "amount", "sum") and not question.has("shared")
    if len(groups) > 1 and apart:
        return _tasks_of_each(ask, groups)
    if len(groups) > 1 and (question.has("shared", "tasks", "list", "count", "amount") or question.roles):
        return shared_tasks(ask, groups)
    if question.has("tasks", "list", "count", "total") or not ask.topical():
        return _tasks_of(ask, names)
    return None


def _alone(clause: Clause, names: Sequence[str]) -> bool:
    """Whether nobody else is named for a task; who only implements it, as every other, does not count."""
    return all(
        duty.organisation in names or (duty.role is Role.IMPLEMENT and duty.rule_start >= 0)
        for duty in clause.duties
    )


def _is_section(ask: Ask, clauses: Sequence[Clause]) -> bool:
    """Whether clauses are all of one section, which has several."""
    places = {(clause.policy, clause.section) for clause in clauses}
    every = [c for c in ask.clauses() if (c.policy, c.section) in places and c.bracketed]
    return len(places) == 1 and len(every) == len(clauses) > 1


def _unanswered_topic(ask: Ask) -> bool:
    """Whether the question has a topic of its own that no clause holds (市商务局的展会补贴)."""
    terms = [term for term in ask.question.terms if term.weight >= 0.9]
    return (bool(terms) and not all(ask.corpus.known(term) for term in terms)) or len(terms) >= 2


def _tasks_of(ask: Ask, names: Sequence[str], within: Sequence[Clause] = ()) -> Draft:
    """What an organisation leads, supports, is responsible for, implements: complete and counted.

    ``within`` limits it to the clauses of a part of the policy. Organisations of different policies may
    share a name; each policy is answered for itself.
    """
    draft = ask.draft()
    bearing = [
        clause
        for clause in within or ask.clauses()
        if any(duty.organisation in names for duty in clause.duties)
    ]
    if ask.question.has("alone"):
        first = bearing[:1]
        bearing = [clause for clause in bearing if _alone(clause, names)]
        if not bearing:
            draft.count = 0
            cite = "".join(draft.cite(c.policy, c.start, c.end) for c in first)
            draft.say("org_none_alone", org=draft.organisation(names[0]), cite=cite)
            return draft
    policies = list(dict.fromkeys(clause.policy for clause in bearing))
    rows: list[Clause] = []
    draft.count = 0
    for policy in policies or [""]:
        clauses = [clause for clause in bearing if clause.policy == policy]
        title = f"《{ask.corpus.names[policy]}》" if len(policies) > 1 else ""
        part = None if within or not policy else part_named(ask, policy)
        listed, shown = (
            _say_tasks_in_part(ask, draft, clauses, names, title, part)
            if part
            else _say_tasks(ask, draft, clauses, names, title)
        )
        draft.count += len(listed)
        rows += shown
    task_table(draft, rows, names)
    if ask.question.has("when"):
        _say_deadlines(ask, draft, rows)
    if ask.question.has("why"):
        draft.say("why_not")
    return draft


def _say_tasks_in_part(
    ask: Ask, draft: Draft, clauses: Sequence[Clause], names: Sequence[str], title: str, part: Section
) -> tuple[list[Clause], list[Clause]]:
    """As ``_say_tasks``, for the part that the question names (牵头了哪几项重点任务), and what there is beside it."""
    end = subtree_end(ask.corpus.policies[clauses[0].policy].sections, part.id)
    inside = [clause for clause in clauses if part.start <= clause.start < end]
    if len(inside) == len(clauses):
        return _say_tasks(ask, draft, clauses, names, title)
    opening = title + phrase(draft.language, "in_part", part=part.path[-1])
    listed, shown = _say_tasks(ask, draft, inside, names, opening)
    mine = _held(clauses, names)
    wanted = _wanted_roles(ask.question, mine)
    every = unique_clauses(clause for role in wanted for clause in mine[role])
    whole = phrase(draft.language, "in_whole")
    if not listed:
        _, shown = _say_tasks(ask, draft, clauses, names, title + whole)
    elif len(every) > len(listed):
        parts = _counted(draft, {role: mine[role] for role in wanted})
        draft.say("org_roles", org=whole + draft.organisation(names[0]), parts=parts, more="")
    return listed, shown


def _say_deadlines(ask: Ask, draft: Draft, clauses: Sequence[Clause]) -> None:
    """Until when each task has to be done; where none says so, the answer is partial."""
    found = [clause for clause in clauses if deadline(ask, clause)]
    for clause in found[:6]:
        say_deadline(ask, draft, clause)
    if not found:
        draft.status = "partial"
        draft.note("partial", "notice_partial", terms=phrase(draft.language, "kind_when"))


def _tasks_of_each(ask: Ask, groups: Sequence[tuple[str, ...]]) -> Draft:
    """A牵头几项，B牵头几项: each counted for itself, the tasks of all in one table."""
    draft = ask.draft()
    rows: list[Clause] = []
    listed: list[Clause] = []
    for names in groups:
        bearing = [c for c in ask.clauses() if any(duty.organisation in names for duty in c.duties)]
        own, shown = _say_tasks(ask, draft, bearing, names, "")
        listed += own
        rows += shown
    draft.count = len(unique_clauses(listed))
    task_table(draft, unique_clauses(rows), [name for names in groups for name in names])
    return draft


def _say_tasks(
    ask: Ask, draft: Draft, clauses: Sequence[Clause], names: Sequence[str], title: str
) -> tuple[list[Clause], list[Clause]]:
    """Sentences on one policy; the clauses that were asked for, and those to show."""
    mine = _held(clauses, names)
    name = next(
        (d.organisation for clause in clauses for d in clause.duties if d.organisation in names), names[0]
    )
    org = title + draft.organisation(name)
    wanted = _wanted_roles(ask.question, mine)
    listed = unique_clauses(clause for role in wanted for clause in mine[role])
    others = [role for role in Role if role not in wanted and mine[role]]
    near = unique_clauses(clause for role in others for clause in mine[role])
    rule = _whole_rule(mine[Role.IMPLEMENT], names)
    if listed and rule and wanted == [Role.IMPLEMENT]:
        _say_rule_of_all(ask, draft, listed, names, title, rule)
        return listed, listed
    if listed:
        _say_wanted(draft, org, mine, wanted, listed)
    else:
        spans = [(c.policy, *span) for c in near[:1] for span in _why_not_led(c, wanted)]
        cite = "".join(draft.cite(*span) for span in spans)
        draft.say("org_none", org=org, role=role_words(draft, wanted), cite=cite)
        if ask.question.has("why"):
            draft.note("premise", "notice_premise")
    if others:
        cite = "" if listed else "".join(draft.cite(c.policy, c.start, c.end) for c in near[:1])
        draft.say(
            "org_also", org=org, parts=_counted(draft, {role: mine[role] for role in others}), cite=cite
        )
    return listed, listed or near


def _say_rule_of_all(
    ask: Ask,
    draft: Draft,
    listed: Sequence[Clause],
    names: Sequence[str],
    title: str,
    rule: tuple[int, int],
) -> None:
    """That these bodies implement all tasks, by the one rule that says so."""
    policy = listed[0].policy
    bearing = {duty.organisation for clause in listed for duty in clause.duties}
    draft.say(
        "all_tasks_rule",
        orgs=title + draft.organisations(name for name in names if name in bearing),
        count=draft.compute(len(listed)),
        rule=_rule_text(ask.corpus.policies[policy].source[slice(*rule)]),
        cite=draft.cite(policy, *rule),
    )


def _say_wanted(
    draft: Draft,
    org: str,
    mine: dict[Role, list[Clause]],
    wanted: Sequence[Role],
    listed: Sequence[Clause],
) -> None:
    """How many tasks a body has of each role asked for; a single one with who else bears it."""
    more = phrase(draft.language, "see_table") if len(listed) > 1 else ""
    parts = _counted(draft, {role: mine[role] for role in wanted})
    draft.say("org_roles", org=org, parts=parts, more=more)
    if len(listed) == 1:
        say_clause(draft, listed[0], tuple(Role))
    lacking = [role for role in wanted if role in _APART and not mine[role]]
    if lacking:  # 牵头几项，配合几项: of which there is none, is said too
        draft.say("org_none", org=org, role=role_words(draft, lacking), cite="")


def _held(clauses: Sequence[Clause], names: Sequence[str]) -> dict[Role, list[Clause]]:
    """The clauses in which these names have each role."""
    return {role: [clause for clause in clauses if clause.bears(names, [role])] for role in Role}


def _wanted_roles(question: Question, mine: dict[Role, list[Clause]]) -> list[Role]:
    """The roles asked for; every role held where none is named, or only 负责, 参与 or the like."""
    wanted = [role for role in Role if role in question.roles]
    if len(wanted) > 1 and re.search(words()["part"]["leads_not"], question.folded):  # 不牵头、只参与分工的
        return [role for role in Role if role is not Role.LEAD and mine[role]] or [Role.SUPPORT]
    beside = wanted == [Role.SUPPORT] and mine[Role.RESPONSIBLE] and not mine[Role.SUPPORT]
    if beside and not any_part(question) and re.search(words()["part"]["has"], question.folded):
        return [Role.RESPONSIBLE]  # A牵头，B按职责分工负责: B has a part in it
    if wanted == [Role.RESPONSIBLE] and re.search(r"责任(?:单位|部门|主体|方)", question.folded):
        return [role for role in MAIN_ROLES if mine[role]] or wanted  # beside which others support
    if any_part(question) or not wanted or (Role.RESPONSIBLE in wanted and Role.LEAD not in wanted):
        return [role for role in Role if mine[role]] or wanted or [Role.LEAD]
    return wanted


def _counted(draft: Draft, held: dict[Role, list[Clause]]) -> str:
    """牵头 6 项、配合 11 项."""
    return join_parts(
        draft,
        [
            phrase(
                draft.language,
                "org_role" if len(clauses) > 1 else "org_role_one",
                role=role_word(draft, role),
                count=draft.compute(len(clauses)),
            )
            for role, clauses in held.items()
            if clauses
        ],
    )


def _why_not_led(clause: Clause, wanted: Sequence[Role]) -> list[tuple[int, int]]:
    """The slice of a task in which a body has another role than asked for, and the rule by which somebody else leads it."""
    leading = clause.bearers(Role.LEAD) if Role.LEAD in wanted else []
    return [(clause.start, clause.end), *rules_behind(leading)]


def _whole_rule(clauses: Sequence[Clause], names: Sequence[str]) -> tuple[int, int] | None:
    """The rule that gives an organisation most of its tasks, if one does."""
    rules = Counter(
        (duty.rule_start, duty.rule_end)
        for clause in clauses
        for duty in clause.duties
        if duty.organisation in names and duty.rule_start >= 0
    )
    return rules.most_common(1)[0][0] if rules else None


def _rule_text(clause: str) -> str:
    match = re.search(r"(?:以下|以上|上述|下列)[^（）()]*(?:（[^（）]*）[^（）()]*)*", clause)
    return (match.group() if match else clause).strip("）)。 ")


def _organisation_in_task(
    ask: Ask, bearers: list[Mention], groups: list[tuple[str, ...]], topic: list[Clause]
) -> Draft | None:
    """An organisation and a task: confirm, correct, or say what its role there is; None where none is stated."""
    question, draft = ask.question, ask.draft()
    clause = topic[0]
    names = [name for group in groups for name in group]
    with_name = [c for c in topic if c.bears(names)]
    if with_name:
        clause = with_name[0]
    elif not _states_role(question) or not _speaks_of_all(ask, clause):
        return None  # no role in this very task is stated that could be denied
    mark = cite_clause(draft, clause)
    claimed = dict(zip([m.names for m in bearers], _claimed_roles(question, bearers), strict=True))
    for group in groups:
        _say_part(draft, question, clause, group, claimed[group], mark)
    if question.has("why"):
        draft.say("why_not")
    say_clause(draft, clause, tuple(Role))
    say_deadlines_asked(ask, draft, [clause])
    if len(topic) > 1:
        clause_table(draft, topic)
    return draft


def _say_part(
    draft: Draft, question: Question, clause: Clause, group: tuple[str, ...], asked: Sequence[Role], mark: str
) -> None:
    """What part a body has in a task, against the roles ``asked`` that the question gives it; ``mark`` cites the task."""
    roles = [role for role in Role if clause.bears(group, [role])]
    bearing = [d for d in clause.duties if d.organisation in group]
    cite = mark + "".join(draft.cite(clause.policy, *rule) for rule in rules_behind(bearing))
    names = [d.organisation for d in bearing] or group[:1]
    org, actual = draft.organisations(names), role_words(draft, roles)
    values = {"org": org, "task": clause.task, "actual": actual, "cite": cite}
    values["asked"] = role_words(draft, asked)
    asks_others = question.has("who") and not question.has("yesno")
    listing = question.has("tasks", "list") and not question.has("yesno", "why")
    claims = bool(asked) and not asks_others and not listing
    if not roles:
        draft.say("premise_absent" if claims else "role_absent", **values)
        draft.denied.update(group)
        if claims:
            draft.note("premise", "notice_premise")
    elif claims and not _agrees(asked, roles):
        draft.say("premise_wrong", **values)
        draft.note("premise", "notice_premise")
    elif claims and question.has("yesno"):
        draft.say("premise_right", **{**values, "asked": actual})
    else:
        draft.say("premise_neutral", **values)


def _states_role(question: Question) -> bool:
    """Whether a question says, or asks, that a body has a part in something."""
    return bool(question.roles) or question.has("yesno", "why", "tasks")


def _speaks_of_all(ask: Ask, clause: Clause) -> bool:
    """Whether a clause holds all that the question names: what is denied of it is then denied of the right task."""
    if ask.question.marker:
        return True
    terms = [term for term in ask.question.terms if term.pair or not _abbreviates(term.text, clause.own)]
    unit = ask.corpus.clause_unit(clause)
    lost = [term for term in missing(ask.corpus, terms, unit) if term.weight >= 0.9]
    return not lost and coverage(ask.corpus, terms, unit) >= FIRM


def _abbreviates(short: str, text: str) -> bool:
    """Whether three or four characters are short for words of a text (长护险: 长期护理保险)."""
    pattern = "[一-鿿]{0,2}".join(map(re.escape, short))
    return len(short) in (3, 4) and short not in text and bool(re.search(pattern, text))


def _claimed_roles(question: Question, bearers: Sequence[Mention]) -> list[list[Role]]:
    """Roles that the question gives to each of its organisations: A牵头、B配合; led by A and supported by B."""
    everyone = list(question.roles)
    if len(bearers) < 2 or len(everyone) < 2:
        return [everyone for _ in bearers]
    ends = [0, *(mention.end for mention in bearers)]
    starts = [*(mention.start for mention in bearers), len(question.folded)]
    claimed: list[list[Role]] = []
    for number, mention in reversed(list(enumerate(bearers))):
        before = question.folded[ends[number] : mention.start]
        behind = question.folded[mention.end : starts[number + 1]]
        passive = re.search(r"\bby\s+(?:the\s+)?$", before)
        own = list(roles_in(before if passive else behind))
        claimed.insert(0, own or (claimed[0] if claimed else everyone))
    return claimed


def _agrees(asked: Sequence[Role], roles: Sequence[Role]) -> bool:
    """负责 agrees with leading and with being responsible; other roles only with themselves."""
    for role in asked:
        if role in roles or (role is Role.RESPONSIBLE and any(r in MAIN_ROLES for r in roles)):
            return True
    return False
