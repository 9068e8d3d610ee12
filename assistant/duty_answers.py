"""Answers about duties, read from the ledger: who leads a task, what an organisation does, how many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.corpus import MAIN_ROLES, Clause, Corpus, numbered_section, subtree_end
from assistant.draft import Draft
from assistant.match import ENOUGH, NEAR, deed_is_lost, missing, rank_clauses
from assistant.question import Question
from index.organisations import Mention
from index.policy import Duty, Role
from index.text import squeeze
from prompts import phrase

_BUSY = ("contact", "person", "penalty", "apply", "money")  # kinds of answer that no duty gives
_ROLE_COLUMNS = ("lead", "responsible", "support", "implement")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with what is needed to answer it."""

    question: Question
    corpus: Corpus
    dense: dict[tuple[str, int], float]  # 0..1 for the chunk at (policy, offset)
    today: date

    def draft(self) -> Draft:
        """An empty answer in the language of the question."""
        return Draft(self.corpus, self.question.language)

    def clauses(self) -> list[Clause]:
        """Clauses of the policies that the question names, or all."""
        chosen = self.question.policies
        return [clause for clause in self.corpus.clauses if not chosen or clause.policy in chosen]

    def topical(self) -> list[tuple[str, float]]:
        """Terms that carry a topic."""
        return [(term.text, term.weight) for term in self.question.terms if term.weight >= 0.4]


def answer_duties(ask: Ask) -> Draft | None:
    """The answer to a question about duties, or None where it is no such question."""
    question = ask.question
    if question.kinds & set(_BUSY) or not ask.corpus.clauses:
        return None
    if question.has("definition") and not question.has("who"):
        return None
    bearers = [mention for mention in question.mentions if mention.names]
    topic = _topic_clauses(ask) if ask.topical() or question.marker else []
    if bearers:
        return _about_organisations(ask, bearers, topic)
    if question.mentions and not topic:
        return None  # named somewhere, but with no task: the text may say more
    if question.has("distinct") and not question.has("leaderless") and not topic:
        return _distinct(ask)
    asks_role = bool(question.roles) or question.has("who")
    if (
        topic
        and asks_role
        and (question.has("who") or not question.has("amount", "why", "when") or _terse(question))
    ):
        return _about_task(ask, topic)
    if not ask.topical() and question.roles and question.has("tasks", "list", "count", "leaderless"):
        return _by_role(ask)
    if not ask.topical() and question.has("total") and not question.mentions:
        return _total(ask)
    return None


def _terse(question: Question) -> bool:
    return len(question.folded) <= 16


def _topic_clauses(ask: Ask) -> list[Clause]:
    """Clauses that the question is about, best first; several where they fit equally well."""
    question = ask.question
    if question.marker:
        return _clauses_at(ask, question.marker)
    ranked = rank_clauses(ask.corpus, question, ask.clauses(), ask.dense)
    if not ranked:
        return []
    fit, best = ranked[0]
    lost = [
        term
        for term in missing(ask.corpus, question.terms, ask.corpus.clause_unit(best))
        if term.weight >= 0.9
    ]
    needed = ENOUGH if question.language == "zh" else 0.42
    strong = (
        ask.dense
        and max(
            (s for (p, at), s in ask.dense.items() if p == best.policy and best.start - 40 <= at < best.end),
            default=0,
        )
        >= 0.95
    )
    if fit.coverage < needed and not (strong and fit.coverage >= needed - 0.18):
        return []
    if fit.coverage < 0.75 and lost:
        return []
    if deed_is_lost(question, missing(ask.corpus, question.terms, ask.corpus.clause_unit(best))):
        return []
    if not best.bracketed and any(
        term.weight >= 0.9 or not ask.corpus.known(term)
        for term in missing(ask.corpus, question.terms, ask.corpus.clause_unit(best))
    ):
        return []  # running text says many things: all that is asked about has to stand there
    chosen = [
        clause
        for other, clause in ranked
        if other.score >= fit.score - NEAR and other.coverage >= fit.coverage - 0.05
    ]
    running = [clause for clause in chosen if not clause.bracketed]
    if len(chosen) > len(running):
        chosen = (
            [clause for clause in chosen if clause.bracketed]
            if not best.bracketed or len(chosen) > 1
            else chosen
        )
    heading = _section_named(ask, ranked)
    return heading or chosen[:8]


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


# One task: who does what


def _about_task(ask: Ask, clauses: list[Clause]) -> Draft | None:
    draft = ask.draft()
    roles = _asked_roles(ask.question)
    if len(clauses) == 1:
        _say_clause(draft, clauses[0], roles)
    else:
        draft.say(
            "several_clauses",
            topic="、".join(text for text, _ in ask.topical()[:4]),
            count=draft.compute(len(clauses)),
        )
        for clause in sorted(clauses, key=lambda c: (c.policy, c.start)):
            _say_clause(draft, clause, roles)
    draft.topic = tuple(clause.task for clause in clauses)
    unnamed = [m.text for m in ask.question.mentions if not ask.corpus.directory.named(m)]
    if unnamed:
        draft.note("not_named", "notice_not_named", names="、".join(unnamed))
    _clause_table(draft, clauses)
    return draft


def _asked_roles(question: Question) -> tuple[Role, ...]:
    """Roles to report: those asked for; all of them where none is, or where only 负责 is."""
    roles = question.roles
    if not roles or Role.RESPONSIBLE in roles or Role.LEAD in roles:
        return tuple(Role)
    return roles


def _say_clause(draft: Draft, clause: Clause, roles: Sequence[Role]) -> None:
    """One sentence: lead first, then what else was asked; rules get a citation of their own."""
    mark = draft.cite(clause.policy, clause.start, clause.end)
    if not clause.bracketed:  # running text says what each of them does: quote it
        text = draft.corpus.policies[clause.policy].source[clause.start : clause.end]
        draft.say("quote", text=re.sub(r"\s*\n\s*", " ", text).strip(), cite=mark)
        return
    task = f"“{clause.task}”"
    parts: list[str] = []
    lead = clause.bearers(Role.LEAD)
    responsible = clause.bearers(Role.RESPONSIBLE)
    if Role.LEAD in roles or Role.RESPONSIBLE in roles:
        if lead:
            parts.append(_part(draft, "lead", lead, mark, clause, task))
            if responsible:
                parts.append(_part(draft, "responsible_only", responsible, mark, clause, task))
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
            parts.append(phrase(draft.language, f"no_{role.value}"))
            if responsible and not lead and role is Role.SUPPORT:
                parts.insert(0, _part(draft, "responsible", responsible, mark, clause, task))
    comma, stop = ("; ", ".") if draft.language == "en" else ("，", "。")
    draft.pieces.append(comma.join(parts) + stop)


def _part(draft: Draft, name: str, duties: Sequence[Duty], mark: str, clause: Clause, task: str) -> str:
    rules = {(d.rule_start, d.rule_end) for d in duties if d.rule_start >= 0}
    cite = mark + "".join(draft.cite(clause.policy, *rule) for rule in sorted(rules))
    return phrase(
        draft.language, name, orgs=draft.organisations(d.organisation for d in duties), task=task, cite=cite
    )


def _clause_table(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Task and everybody's role, one row a clause; columns that nobody fills are left out."""
    clauses = sorted(clauses, key=lambda c: (c.policy, c.start))
    used = [name for name in _ROLE_COLUMNS if any(c.bearers(Role(name)) for c in clauses)]
    draft.head("task", *used, "section")
    for clause in clauses:
        number = draft.number(clause.policy, clause.start, clause.end)
        rules = {(d.rule_start, d.rule_end) for d in clause.duties if d.rule_start >= 0}
        marks = [number, *(draft.number(clause.policy, *rule) for rule in sorted(rules))]
        cells = ["、".join(d.organisation for d in clause.bearers(Role(name))) or "—" for name in used]
        draft.row([clause.task, *cells, " › ".join(clause.path)], marks)


# One organisation: its tasks


def _about_organisations(ask: Ask, bearers: list[Mention], topic: list[Clause]) -> Draft | None:
    question = ask.question
    names = list(dict.fromkeys(name for mention in bearers for name in mention.names))
    groups = list(dict.fromkeys(mention.names for mention in bearers))
    if len(groups) > 1 and question.has("largest", "smallest", "difference") and not topic:
        return _compare(ask, groups)
    if topic and ask.topical():
        if len(groups) > 1 and question.has("shared") and question.has("tasks"):
            return _joint(ask, groups)
        if len(topic) > 1 and question.roles and question.has("count", "list", "tasks"):
            return _tasks_of(ask, names, topic)
        return _organisation_in_task(ask, bearers, groups, topic)
    if _unanswered_topic(ask):
        return None
    if len(groups) > 1 and (question.has("shared", "tasks", "list", "count", "amount") or question.roles):
        return _joint(ask, groups)
    if question.has("tasks", "list", "count", "yesno", "total") or question.roles or not ask.topical():
        return _tasks_of(ask, names)
    return None


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
    policies = list(dict.fromkeys(clause.policy for clause in bearing))
    rows: list[Clause] = []
    draft.count = 0
    for policy in policies or [""]:
        clauses = [clause for clause in bearing if clause.policy == policy]
        title = f"《{ask.corpus.policies[policy].title}》" if len(policies) > 1 else ""
        listed, shown = _say_tasks(ask, draft, clauses, names, title)
        draft.count += len(listed)
        rows += shown
    _task_table(draft, rows, names)
    draft.topic = (names[0],)
    if ask.question.has("why"):
        draft.say("why_not")
    return draft


def _say_tasks(
    ask: Ask, draft: Draft, clauses: Sequence[Clause], names: Sequence[str], title: str
) -> tuple[list[Clause], list[Clause]]:
    """Sentences on one policy; the clauses that were asked for, and those to show."""
    question = ask.question
    mine = {
        role: [clause for clause in clauses if any(d.organisation in names for d in clause.bearers(role))]
        for role in Role
    }
    name = next(
        (d.organisation for clause in clauses for d in clause.duties if d.organisation in names), names[0]
    )
    org = title + draft.organisation(name)
    wanted = _wanted_roles(question, mine)
    listed = _unique(clause for role in wanted for clause in mine[role])
    others = [role for role in Role if role not in wanted and mine[role]]
    near = _unique(clause for role in others for clause in mine[role])
    rule = _whole_rule(mine[Role.IMPLEMENT], names)
    if listed and rule and wanted == [Role.IMPLEMENT]:
        source = ask.corpus.policies[listed[0].policy].source
        draft.say(
            "all_tasks_rule",
            orgs=title
            + draft.organisations(
                d for d in names if any(d == x.organisation for c in listed for x in c.duties)
            ),
            count=draft.compute(len(listed)),
            rule=_rule_text(source[rule[0] : rule[1]]),
            cite=draft.cite(listed[0].policy, *rule),
        )
        return listed, listed
    if listed:
        more = phrase(draft.language, "see_table") if len(listed) > 1 else ""
        parts = _counted(draft, {role: mine[role] for role in wanted})
        draft.say("org_roles", org=org, parts=parts, more=more)
        if len(listed) == 1:
            _say_clause(draft, listed[0], tuple(Role))
    else:
        cite = "".join(draft.cite(c.policy, c.start, c.end) for c in near[:1])
        draft.say("org_none", org=org, role=_joined_roles(draft, wanted), cite=cite)
        if question.has("why"):
            draft.note("premise", "notice_premise")
    if others:
        cite = "" if listed else "".join(draft.cite(c.policy, c.start, c.end) for c in near[:1])
        draft.say(
            "org_also", org=org, parts=_counted(draft, {role: mine[role] for role in others}), cite=cite
        )
    return listed, listed or near


def _wanted_roles(question: Question, mine: dict[Role, list[Clause]]) -> list[Role]:
    """The roles asked for; every role held where none is named, or only 负责, 参与 or the like."""
    wanted = [role for role in Role if role in question.roles]
    involved = re.search(r"参与|涉及|承担|involved", question.folded) and not re.search(
        r"配合|牵头", question.folded
    )
    if involved or not wanted or (Role.RESPONSIBLE in wanted and Role.LEAD not in wanted):
        return [role for role in Role if mine[role]] or [Role.LEAD]
    return wanted


def _counted(draft: Draft, held: dict[Role, list[Clause]]) -> str:
    """牵头 6 项、配合 11 项."""
    return _join(
        draft,
        [
            phrase(draft.language, "org_role", role=_role(draft, role), count=draft.compute(len(clauses)))
            for role, clauses in held.items()
            if clauses
        ],
    )


def _task_table(draft: Draft, clauses: Sequence[Clause], names: Sequence[str]) -> None:
    """Task, the organisation's role in it, who leads, clause."""
    draft.head("task", "role", "lead", "section")
    for clause in clauses:
        roles = [role for role in Role if any(d.organisation in names for d in clause.bearers(role))]
        marks = [draft.number(clause.policy, clause.start, clause.end)]
        for duty in clause.duties:
            if duty.organisation in names and duty.rule_start >= 0:
                marks.append(draft.number(clause.policy, duty.rule_start, duty.rule_end))
        heads = "、".join(d.organisation for d in clause.heads()) or "—"
        draft.row(
            [clause.task, "、".join(_role(draft, r) for r in roles), heads, " › ".join(clause.path)], marks
        )


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
) -> Draft:
    """An organisation and a task: confirm, correct, or say what its role there is."""
    question, draft = ask.question, ask.draft()
    clause = topic[0]
    names = [name for group in groups for name in group]
    with_name = [c for c in topic if any(d.organisation in names for d in c.duties)]
    if with_name:
        clause = with_name[0]
    mark = draft.cite(clause.policy, clause.start, clause.end)
    asks_others = question.has("who") and not question.has("yesno")
    asked = _claimed_roles(question, bearers)
    for group in groups:
        roles = [role for role in Role if any(d.organisation in group for d in clause.bearers(role))]
        bearing = [d for d in clause.duties if d.organisation in group]
        rules = sorted(
            {(d.rule_start, d.rule_end) for d in bearing if d.rule_start >= 0 and d.role is Role.IMPLEMENT}
        )
        cite = mark + "".join(draft.cite(clause.policy, *rule) for rule in rules)
        org = (
            draft.organisations(d.organisation for d in bearing)
            if bearing
            else draft.organisations(group[:1])
        )
        actual = _joined_roles(draft, roles)
        values = {
            "org": org,
            "task": clause.task,
            "actual": actual,
            "asked": _joined_roles(draft, asked),
            "cite": cite,
        }
        claims = (
            bool(asked)
            and not asks_others
            and (question.has("yesno", "why") or not question.has("tasks", "list"))
        )
        if not roles:
            draft.say("premise_absent", **values)
            draft.denied.update(group)
            draft.note("premise", "notice_premise")
        elif claims and not _agrees(asked, roles):
            draft.say("premise_wrong", **values)
            draft.note("premise", "notice_premise")
        elif claims and question.has("yesno"):
            draft.say("premise_right", **{**values, "asked": actual})
        else:
            draft.say("premise_neutral", **values)
    if question.has("why"):
        draft.say("why_not")
    _say_clause(draft, clause, tuple(Role))
    draft.topic = (clause.task,)
    if len(topic) > 1:
        _clause_table(draft, topic)
    return draft


def _claimed_roles(question: Question, bearers: list[Mention]) -> list[Role]:
    """Roles that the question gives to its organisation."""
    return list(question.roles)


def _agrees(asked: Sequence[Role], roles: Sequence[Role]) -> bool:
    """负责 agrees with leading and with being responsible; other roles only with themselves."""
    for role in asked:
        if role in roles or (role is Role.RESPONSIBLE and any(r in MAIN_ROLES for r in roles)):
            return True
    return False


# Several organisations, all organisations


def _joint(ask: Ask, groups: list[tuple[str, ...]]) -> Draft:
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
        _say_clause(draft, clauses[0], tuple(Role))
    _clause_table(draft, clauses)
    return draft


def _paired_roles(question: Question) -> list[Role]:
    """Roles in the order in which the question names them (A牵头、B配合)."""
    places: list[tuple[int, Role]] = []
    words = {
        Role.LEAD: r"牵头|lead",
        Role.SUPPORT: r"配合|协助|support",
        Role.RESPONSIBLE: r"负责|responsible",
        Role.IMPLEMENT: r"落实|implement",
    }
    for role, pattern in words.items():
        places += [(match.start(), role) for match in re.finditer(pattern, question.folded)]
    return [role for _, role in sorted(places)]


def _compare(ask: Ask, groups: list[tuple[str, ...]]) -> Draft:
    """Who has more tasks of a role."""
    draft = ask.draft()
    role = ask.question.roles[0] if ask.question.roles else Role.LEAD
    held = {
        group: [c for c in ask.clauses() if any(d.organisation in group for d in c.bearers(role))]
        for group in groups
    }
    order = sorted(groups, key=lambda group: -len(held[group]))
    items = [
        phrase(
            draft.language,
            "compare_item",
            org=draft.organisation(group[0]),
            role=_role(draft, role),
            count=draft.compute(len(held[group])),
            cite="".join(draft.cite(c.policy, c.start, c.end) for c in held[group][:1]),
        )
        for group in order
    ]
    draft.say("compare", org=draft.organisation(order[0][0]), list=_join(draft, items))
    _task_table(
        draft, _unique(c for group in order for c in held[group]), [n for group in order for n in group]
    )
    return draft


def _distinct(ask: Ask) -> Draft | None:
    """Which organisations have a role at all, with the number of their tasks."""
    draft = ask.draft()
    roles = ask.question.roles or tuple(Role)
    held: dict[str, list[Clause]] = {}
    for clause in ask.clauses():
        for duty in clause.bearers(*roles):
            held.setdefault(duty.organisation, []).append(clause)
    if not held:
        return None
    order = sorted(held, key=lambda name: -len(_unique(held[name])))
    most = len(held[order[0]])
    if ask.question.has("largest"):
        top = [name for name in order if len(held[name]) == most]
        draft.say(
            "distinct_most",
            role=_joined_roles(draft, roles),
            orgs=draft.organisations(top),
            count=draft.compute(most),
        )
    elif ask.question.has("smallest"):
        least = len(held[order[-1]])
        low = [name for name in order if len(held[name]) == least]
        draft.say(
            "distinct_least",
            role=_joined_roles(draft, roles),
            orgs=draft.organisations(low),
            count=draft.compute(least),
        )
    draft.count = len(order)
    draft.say(
        "distinct",
        role=_joined_roles(draft, roles),
        count=draft.compute(len(order)),
        orgs=draft.organisations(order),
    )
    draft.head("org", "count")
    for name in order:
        clauses = _unique(held[name])
        cells = [name, draft.compute(len(clauses))]
        draft.row(cells, [draft.number(c.policy, c.start, c.end) for c in clauses])
    draft.pieces.append("".join(f"[{number}]" for number in sorted(set(draft.spans.values()))[:3]))
    return draft


def _by_role(ask: Ask) -> Draft | None:
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
    draft.say(name, count=draft.compute(len(clauses)), role=_joined_roles(draft, roles))
    draft.count = len(clauses)
    if len(clauses) == 1:
        _say_clause(draft, clauses[0], tuple(Role))
    _clause_table(draft, clauses)
    return draft


def _total(ask: Ask) -> Draft | None:
    draft = ask.draft()
    clauses = [clause for clause in ask.clauses() if clause.bracketed] or ask.clauses()
    if not clauses:
        return None
    draft.say("tasks_total", count=draft.compute(len(clauses)))
    draft.count = len(clauses)
    _clause_table(draft, clauses)
    return draft


def _role(draft: Draft, role: Role) -> str:
    return phrase(draft.language, f"role_{role.value}")


def _joined_roles(draft: Draft, roles: Iterable[Role]) -> str:
    return _join(draft, [_role(draft, role) for role in roles])


def _join(draft: Draft, parts: Sequence[str]) -> str:
    return (
        ("；" if any("[" in p for p in parts) else "、").join(parts)
        if draft.language == "zh"
        else ", ".join(parts)
    )


def _unique(clauses: Iterable[Clause]) -> list[Clause]:
    seen = {(clause.policy, clause.number): clause for clause in clauses}
    return sorted(seen.values(), key=lambda clause: (clause.policy, clause.start))
