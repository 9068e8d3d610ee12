"""The ledger of duties as people look at it: a filtered table, a matrix, one organisation's tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.bodies import Body, dictionary_key, read_bodies
from assistant.corpus import Corpus, once_a_corpus, targets_in
from assistant.target_overview import TargetRow, holds_words, read_targets
from assistant.within import section_at
from index.header import field_of
from index.policy import Role
from index.tables import heading_of
from index.text import squeeze

COLUMNS = ("body", "role", "task", "clause")  # by which the table can be sorted
ROLES = (Role.LEAD, Role.RESPONSIBLE, Role.SUPPORT, Role.IMPLEMENT)  # in the order of what they weigh


@dataclass(frozen=True, slots=True)
class Rule:
    """The slice that gives a duty to a task which does not name its bearer."""

    start: int
    end: int
    cell: bool  # the row above, with which the cell of bodies is merged; else a rule that binds several tasks
    quote: str


@dataclass(frozen=True, slots=True)
class Task:
    """A responsibility clause: what is to be done, where that stands, and its targets."""

    policy: str
    number: int  # of the clause in its policy
    name: str
    path: tuple[str, ...]
    start: int
    end: int
    targets: tuple[TargetRow, ...]  # that stand in the clause; what stands already is none
    heads: tuple[Body, ...]  # who leads it; where nobody does, who is responsible
    quote: str


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty of the ledger."""

    body: Body
    organisation: str  # as the policy writes it
    role: Role
    task: Task
    rule: Rule | None
    words: str  # squeezed: the names of the organisation, the clause and its headings


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """What is looked at, and in which order; "" does not limit."""

    policy: str = ""
    body: str = ""  # the label of one
    role: str = ""
    text: str = ""  # words, all of which a row holds
    sort: str = ""  # one of COLUMNS; "" is the order of the text
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Matrix:
    """Organisations by tasks: those with the most to lead first, tasks in reading order."""

    bodies: tuple[Body, ...]
    tasks: tuple[Task, ...]
    cells: Mapping[tuple[str, str, int], tuple[Role, ...]]  # (label, policy, clause) -> roles


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the views of one generation show."""

    bodies: tuple[Body, ...]  # in the order of a dictionary
    duties: tuple[DutyRow, ...]
    targets: tuple[TargetRow, ...]
    titles: Mapping[str, str]  # of every policy, also one without facts
    names: Mapping[str, str]  # the same in short, no two alike that were not
    numbers: Mapping[str, str]  # document numbers, "" where a policy has none


@once_a_corpus
def read_overview(corpus: Corpus) -> Overview:
    """All duties and targets of the indexed policies, each once."""
    targets = read_targets(corpus)
    duties = tuple(_duties(corpus, targets))
    bodies = {row.body.label: row.body for row in duties}
    numbers = {policy.id: field_of(policy, "document_number") for policy in corpus.policies.values()}
    titles = {policy.id: policy.title for policy in corpus.policies.values()}
    return Overview(
        bodies=tuple(sorted(bodies.values(), key=lambda body: (body.group, dictionary_key(body.label)))),
        duties=duties,
        targets=targets,
        titles=titles,
        names=corpus.names,
        numbers={policy: field.value if field else "" for policy, field in numbers.items()},
    )


def _duties(corpus: Corpus, targets: Sequence[TargetRow]) -> Iterable[DutyRow]:
    bodies = read_bodies(corpus)
    rows = dict(zip(corpus.targets, targets, strict=True))  # both in reading order
    rules: dict[tuple[str, int, int], Rule] = {}
    for clause in corpus.clauses:
        policy = corpus.policies[clause.policy]
        task = Task(
            policy=clause.policy,
            number=clause.number,
            name=clause.task,
            path=clause.path,
            start=clause.start,
            end=clause.end,
            targets=tuple(rows[clause.policy, target] for target in targets_in(policy, clause)),
            heads=tuple(dict.fromkeys(bodies[clause.policy, duty.organisation] for duty in clause.heads())),
            quote=policy.source[clause.start : clause.end].strip(),
        )
        words = squeeze(" ".join((policy.source[clause.start : clause.end], *clause.path)))
        for duty in clause.duties:
            at = duty.rule_start
            if at >= 0 and (clause.policy, at, duty.rule_end) not in rules:
                section = section_at(policy, at)
                cell = bool(section and heading_of(policy, section.id, at))
                quote = policy.source[at : duty.rule_end].strip()
                rules[clause.policy, at, duty.rule_end] = Rule(at, duty.rule_end, cell, quote)
            body = bodies[clause.policy, duty.organisation]
            yield DutyRow(
                body=body,
                organisation=duty.organisation,
                role=duty.role,
                task=task,
                rule=rules.get((clause.policy, at, duty.rule_end)),
                words=squeeze(" ".join((body.label, body.english, *body.names))) + "\n" + words,
            )


def filter_duties(overview: Overview, chosen: DutyFilter) -> tuple[DutyRow, ...]:
    """The duties that a filter leaves, sorted."""
    rows = [
        row
        for row in overview.duties
        if chosen.policy in ("", row.task.policy)
        and chosen.body in ("", row.body.label)
        and chosen.role in ("", row.role.value)
        and holds_words(chosen.text, row.words)
    ]
    if chosen.sort in ("body", "task"):
        by_body = chosen.sort == "body"
        rows.sort(
            key=lambda row: dictionary_key(row.body.label if by_body else row.task.name),
            reverse=chosen.descending,
        )
    elif chosen.sort == "role":
        rows.sort(key=lambda row: ROLES.index(row.role), reverse=chosen.descending)
    elif chosen.descending:
        rows.reverse()
    return tuple(rows)


def matrix_of(rows: Iterable[DutyRow]) -> Matrix:
    """Who has which roles in which task; a role that the ledger gives twice is one."""
    bodies: dict[str, Body] = {}
    tasks: dict[tuple[str, int], Task] = {}
    held: dict[tuple[str, str, int], set[Role]] = {}
    for row in rows:
        bodies[row.body.label] = row.body
        tasks[row.task.policy, row.task.number] = row.task
        held.setdefault((row.body.label, row.task.policy, row.task.number), set()).add(row.role)
    cells = {place: tuple(role for role in ROLES if role in roles) for place, roles in held.items()}
    counts = count_roles(cells)
    return Matrix(
        bodies=tuple(
            sorted(
                bodies.values(), key=lambda b: (b.group, [-counts[b.label][role] for role in ROLES], b.label)
            )
        ),
        tasks=tuple(sorted(tasks.values(), key=lambda task: (task.policy, task.start))),
        cells=cells,
    )


def count_roles(cells: Mapping[tuple[str, str, int], Sequence[Role]]) -> dict[str, dict[Role, int]]:
    """For each organisation's label, in how many tasks it has each role."""
    counts: dict[str, dict[Role, int]] = {}
    for (label, _, _), roles in cells.items():
        own = counts.setdefault(label, dict.fromkeys(ROLES, 0))
        for role in roles:
            own[role] += 1
    return counts


def tasks_by_role(rows: Iterable[DutyRow]) -> dict[Role, tuple[DutyRow, ...]]:
    """The tasks of one organisation under each role that it has, a task once a role, in reading order."""
    found: dict[Role, dict[tuple[str, int], DutyRow]] = {role: {} for role in ROLES}
    for row in rows:
        found[row.role].setdefault((row.task.policy, row.task.number), row)
    return {role: tuple(tasks.values()) for role, tasks in found.items() if tasks}
