"""The views of the ledger of duties as HTML: table, matrix, organisations."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.bodies import Body
from assistant.duty_overview import (
    COLUMNS,
    ROLES,
    DutyFilter,
    DutyRow,
    Matrix,
    Overview,
    Rule,
    Task,
    count_roles,
    filter_duties,
    matrix_of,
    tasks_by_role,
)
from assistant.overview_sheets import letters, role_word, target_text
from assistant.terms import Language
from assistant.view import Words, body_link, cite, link, safe, texts
from index.policy import Role
from pages.overview_html import box, clause_link, head_cell, hint, policy_cell, top

MODES = ("table", "matrix", "body")


def duties_html(
    overview: Overview, chosen: DutyFilter, mode: str, language: Language, notice: str = ""
) -> str:
    """What a filter leaves of the ledger, in one of MODES; ``notice`` stands above it."""
    words = texts(language)
    rows = filter_duties(overview, chosen)
    label = chosen.body if mode == "body" else ""
    return (
        f'<div class="overview duties" lang="{language}" data-body="{safe(label)}">'
        f"{hint(notice) if notice else ''}{_shown(overview, chosen, rows, mode, language, words)}</div>"
    )


def _shown(
    overview: Overview,
    chosen: DutyFilter,
    rows: Sequence[DutyRow],
    mode: str,
    language: Language,
    words: Words,
) -> str:
    if not rows:
        return hint(_nothing(overview, chosen, words))
    if mode == "matrix":
        matrix = matrix_of(rows)
        size = words["duties_matrix_size"].format(bodies=len(matrix.bodies), tasks=len(matrix.tasks))
        return (
            top(words, "duties", chosen, size) + _legend(words) + _matrices(overview, rows, language, words)
        )
    if mode == "body":
        if chosen.body:
            return _page(overview, chosen, rows, language, words)
        count = words["count"].format(count=len({row.body.label for row in rows}))
        return (
            top(words, "duties", chosen, count) + hint(words["duties_choose"]) + _index(rows, language, words)
        )
    count = words["count"].format(count=len(rows))
    return top(words, "duties", chosen, count) + _table(overview, chosen, rows, language, words)


def _nothing(overview: Overview, chosen: DutyFilter, words: Words) -> str:
    """One sentence on why nothing is shown."""
    if not overview.duties:
        return words["duties_none"]
    if chosen.policy and all(row.task.policy != chosen.policy for row in overview.duties):
        return words["duties_none_in"].format(title=overview.titles.get(chosen.policy, chosen.policy))
    return words["duties_none_left"]


def _table(
    overview: Overview, chosen: DutyFilter, rows: Sequence[DutyRow], language: Language, words: Words
) -> str:
    several = len({row.task.policy for row in overview.duties}) > 1
    heads = [head_cell(words, "duties", name, chosen) for name in COLUMNS]
    if several:
        heads.append(head_cell(words, "duties", "policy", chosen, sortable=False))
    lines = []
    for row in rows:
        policy = policy_cell(overview, row.task.policy) if several else ""
        lines.append(
            f'<tr><th scope="row">{_body(row.body, language, words)}</th><td>{_badge(row.role, words)}'
            f"{_rule(row.task, row.rule, words)}</td><td>{safe(row.task.name)}</td>"
            f"<td>{_clause(overview, row.task)}</td>{policy}</tr>"
        )
    table = f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return box(table, words["duties_mode_table"], "list several" if several else "list")


def _body(body: Body, language: Language, words: Words) -> str:
    """The name of an organisation as a link to its page."""
    english = (
        f'<span class="english">{safe(body.english)}</span>' if language == "en" and body.english else ""
    )
    group = ""
    if body.group:
        group = f'<span class="group" title="{safe(words["duties_group_hint"])}">{safe(words["duties_group"])}</span>'
    name = f'<a class="body" href="{safe(body_link(body.label))}" data-body="{safe(body.label)}">{safe(body.label)}</a>'
    return f"{name}{group}{english}"


def _badge(role: Role, words: Words) -> str:
    return f'<span class="role {role.value}">{safe(role_word(words, role))}</span>'


def _rule(task: Task, rule: Rule | None, words: Words) -> str:
    """That a duty stands elsewhere than in its task, as a link to that place."""
    if rule is None:
        return ""
    name = words["duties_cell" if rule.cell else "duties_rule"]
    return f'<span class="rule">{cite(task.policy, rule.start, rule.end, name, rule.quote)}</span>'


def _clause(overview: Overview, task: Task) -> str:
    return clause_link(task.policy, task.start, task.end, task.path, overview.titles[task.policy])


def _legend(words: Words) -> str:
    items = "".join(
        f'<li><span class="letter {role.value}">{safe(letters(words, [role]))}</span> '
        f"{safe(role_word(words, role))}</li>"
        for role in ROLES
    )
    return f'<ul class="legend" aria-label="{safe(words["duties_legend"])}">{items}</ul>'


def _matrices(overview: Overview, rows: Sequence[DutyRow], language: Language, words: Words) -> str:
    """A matrix for each policy: tasks of two hardly ever have a body in common."""
    there = {row.task.policy for row in rows}
    policies = [policy for policy in overview.titles if policy in there]
    if len(policies) == 1:
        return _matrix(matrix_of(rows), language, words, words["duties_mode_matrix"])
    return "".join(
        f'<h3 title="{safe(overview.titles[policy])}">{safe(overview.names[policy])}</h3>'
        + _matrix(
            matrix_of(row for row in rows if row.task.policy == policy),
            language,
            words,
            overview.names[policy],
        )
        for policy in policies
    )


def _matrix(matrix: Matrix, language: Language, words: Words, label: str) -> str:
    heads = "".join(
        f'<th scope="col">{cite(task.policy, task.start, task.end, task.name, task.name)}</th>'
        for task in matrix.tasks
    )
    lines = []
    for body in matrix.bodies:
        cells = []
        for task in matrix.tasks:
            roles = matrix.cells.get((body.label, task.policy, task.number), ())
            cells.append(f"<td>{_cell(body, task, roles, words)}</td>" if roles else "<td></td>")
        lines.append(f'<tr><th scope="row">{_body(body, language, words)}</th>{"".join(cells)}</tr>')
    corner = f'<th scope="col" class="corner">{safe(words["duties_column_body"])}</th>'
    table = f"<table><thead><tr>{corner}{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return box(table, label, "matrix")


def _cell(body: Body, task: Task, roles: Sequence[Role], words: Words) -> str:
    """The letters of the roles, together one link to the clause."""
    said = words["duties_and"].join(role_word(words, role) for role in roles)
    name = safe(words["duties_held"].format(body=body.label, roles=said, task=task.name))
    shown = "".join(
        f'<span class="letter {role.value}">{safe(letters(words, [role]))}</span>' for role in roles
    )
    place = safe(link(task.policy, task.start, task.end))
    return f'<a class="cite" href="{place}" title="{name}" aria-label="{name}">{shown}</a>'


def _index(rows: Sequence[DutyRow], language: Language, words: Words) -> str:
    """Every organisation with the number of its tasks."""
    matrix = matrix_of(rows)
    counts = count_roles(matrix.cells)
    heads = "".join(f'<th scope="col">{safe(role_word(words, role))}</th>' for role in ROLES)
    lines = "".join(
        f'<tr><th scope="row">{_body(body, language, words)}</th>'
        + "".join(f'<td class="figure">{counts[body.label][role] or "—"}</td>' for role in ROLES)
        + "</tr>"
        for body in matrix.bodies
    )
    head = f'<th scope="col">{safe(words["duties_column_body"])}</th>{heads}'
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    return box(table, words["duties_mode_body"])


def _page(
    overview: Overview, chosen: DutyFilter, rows: Sequence[DutyRow], language: Language, words: Words
) -> str:
    """One organisation: its tasks under each role, with their targets and clauses."""
    body = rows[0].body
    by_role = tasks_by_role(rows)
    counts = " · ".join(
        words["duties_count"].format(role=role_word(words, role), count=len(own))
        for role, own in by_role.items()
    )
    others = [name for name in body.names if name != body.name]
    names = hint(words["duties_names"].format(names=words["duties_and"].join(others))) if others else ""
    english = (
        f' <span class="english">{safe(body.english)}</span>' if language == "en" and body.english else ""
    )
    group = hint(words["duties_group_hint"]) if body.group else ""
    title = f'<h2 tabindex="-1">{safe(body.label)}{english}</h2>'
    address = f'<a class="address" href="{safe(body_link(body.label))}">{safe(words["duties_address"])}</a>'
    parts = "".join(_tasks(overview, body, role, own, words) for role, own in by_role.items())
    return f"{title}{names}{group}{top(words, 'duties', chosen, counts)}{address}{parts}"


def _tasks(overview: Overview, body: Body, role: Role, rows: Sequence[DutyRow], words: Words) -> str:
    """The tasks of one role."""
    led = role not in (Role.LEAD, Role.RESPONSIBLE)  # who leads what it supports is worth a column
    names = ("task", *(("heads",) if led else ()), "targets", "clause")
    heads = "".join(f'<th scope="col">{safe(words[f"duties_column_{name}"])}</th>' for name in names)
    lines = []
    for row in rows:
        task = row.task
        leads = safe(words["duties_and"].join(head.label for head in task.heads if head != body)) or "—"
        targets = "".join(
            f"<li>{cite(task.policy, *target.sentence, target_text(words, target))}</li>"
            for target in task.targets
        )
        cells = f"<td>{leads}</td>" if led else ""
        lines.append(
            f'<tr><th scope="row">{safe(task.name)}{_rule(task, row.rule, words)}</th>{cells}'
            f"<td>{f'<ul>{targets}</ul>' if targets else '—'}</td><td>{_clause(overview, task)}</td></tr>"
        )
    title = words["duties_count"].format(role=role_word(words, role), count=len(rows))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return f'<h3><span class="role {role.value}">{safe(title)}</span></h3>{box(table, title, "page")}'
