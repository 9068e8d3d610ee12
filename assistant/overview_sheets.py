"""What the views of duties and targets show, as sheets and in the words of the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.bodies import Body
from assistant.duty_overview import (
    ROLES,
    DutyFilter,
    DutyRow,
    Overview,
    count_roles,
    filter_duties,
    matrix_of,
    tasks_by_role,
)
from assistant.target_overview import (
    EACH_YEAR,
    UNDATED,
    TargetFilter,
    TargetRow,
    filter_targets,
    schedule_of,
)
from assistant.view import Words
from assistant.workbook import Cell, Sheet
from index.policy import Comparator, Role

_PATH = " › "


def role_word(words: Words, role: Role) -> str:
    """牵头, lead …"""
    return words[f"duties_{role.value}"]


def comparator_word(words: Words, target: TargetRow) -> str:
    """How a value binds: 力争 and 超过, 不少于 …; a range says so."""
    name = Comparator(target.comparator).name.lower()
    if target.comparator is Comparator.EQUAL and target.low != target.high:
        name = "range"
    tentative = words["targets_tentative"] if target.tentative else ""
    return words["targets_gap"].join(filter(None, (tentative, words[f"targets_{name}"])))


def due_word(words: Words, due: str) -> str:
    """A year as it is said (2025年), or that it is each year or none."""
    if due in (EACH_YEAR, UNDATED):
        return words[f"targets_due_{due}"]
    return words["targets_year"].format(year=due)


def when_text(words: Words, target: TargetRow) -> str:
    """The year in which a target is due and its period; "" where neither is stated."""
    year = due_word(words, target.due) if target.year is not None else ""
    return " ".join(filter(None, (year, target.period)))


def body_text(body: Body, language: str) -> str:
    """The name of an organisation, in English with its usual English name."""
    return f"{body.label} ({body.english})" if language == "en" and body.english else body.label


def rule_text(words: Words, row: DutyRow) -> str:
    """Where a duty comes from that its task does not name; "" where it does."""
    if row.rule is None:
        return ""
    return words["duties_cell" if row.rule.cell else "duties_rule"]


def targets_text(words: Words, targets: Sequence[TargetRow]) -> str:
    """Targets one a line: 高新技术企业：突破300家（2025年）."""
    return "\n".join(target_text(words, target) for target in targets)


def target_text(words: Words, target: TargetRow) -> str:
    """One target in a line, its value as the policy writes it."""
    tentative = words["targets_tentative"] if target.tentative else ""
    when = when_text(words, target)
    gap = words["targets_gap"] if tentative else ""
    return words["targets_line"].format(
        indicator=target.indicator,
        value=tentative + gap + target.written,
        when=words["targets_when"].format(when=when) if when else "",
    )


def duty_sheets(overview: Overview, chosen: DutyFilter, words: Words, language: str) -> list[Sheet]:
    """The table, the matrix and the organisations of what a filter leaves."""
    rows = filter_duties(overview, chosen)
    return [
        _duty_list(overview, rows, words, language),
        _matrix(rows, words, language),
        _one_body(rows, words) if chosen.body else _bodies(rows, words, language),
    ]


def _duty_list(overview: Overview, rows: Sequence[DutyRow], words: Words, language: str) -> Sheet:
    names = ("body", "role", "task", "clause", "source", "quote", "policy", "number")
    cells = [
        (
            body_text(row.body, language),
            role_word(words, row.role),
            row.task.name,
            _PATH.join(row.task.path),
            _source(words, row),
            row.task.quote,
            overview.titles[row.task.policy],
            overview.numbers[row.task.policy],
        )
        for row in rows
    ]
    return Sheet(words["duties_mode_table"], _head(words, "duties", names), cells)


def _source(words: Words, row: DutyRow) -> str:
    if row.rule is None:
        return ""
    return words["duties_source"].format(rule=rule_text(words, row), quote=row.rule.quote)


def _matrix(rows: Sequence[DutyRow], words: Words, language: str) -> Sheet:
    matrix = matrix_of(rows)
    cells: list[list[Cell]] = []
    for body in matrix.bodies:
        held = [matrix.cells.get((body.label, task.policy, task.number), ()) for task in matrix.tasks]
        cells.append([body_text(body, language), *(letters(words, roles) for roles in held)])
    head = (words["duties_column_body"], *(task.name for task in matrix.tasks))
    return Sheet(words["duties_mode_matrix"], head, cells, fixed=1)


def letters(words: Words, roles: Sequence[Role]) -> str:
    """What stands for roles in a cell of the matrix."""
    return " ".join(words[f"duties_{role.value}_letter"] for role in roles)


def _bodies(rows: Sequence[DutyRow], words: Words, language: str) -> Sheet:
    matrix = matrix_of(rows)
    counts = count_roles(matrix.cells)
    cells: list[list[Cell]] = [
        [body_text(body, language), *(counts[body.label][role] for role in ROLES)] for body in matrix.bodies
    ]
    head = (words["duties_column_body"], *(role_word(words, role) for role in ROLES))
    return Sheet(words["duties_mode_body"], head, cells, fixed=1)


def _one_body(rows: Sequence[DutyRow], words: Words) -> Sheet:
    cells = [
        (
            role_word(words, role),
            row.task.name,
            words["duties_and"].join(head.label for head in row.task.heads),
            targets_text(words, row.task.targets),
            _PATH.join(row.task.path),
            row.task.quote,
        )
        for role, own in tasks_by_role(rows).items()
        for row in own
    ]
    names = ("role", "task", "heads", "targets", "clause", "quote")
    return Sheet(words["duties_mode_body"], _head(words, "duties", names), cells)


def target_sheets(overview: Overview, chosen: TargetFilter, words: Words) -> list[Sheet]:
    """What is to be reached, what stands already where there is any, and how many are due when."""
    rows = filter_targets(overview.targets, chosen)
    aims, stands = [row for row in rows if not row.base], [row for row in rows if row.base]
    sheets = [_target_list(overview, aims, words, "targets_aims")]
    if stands:
        sheets.append(_target_list(overview, stands, words, "targets_base"))
    schedule = schedule_of(filter_targets(overview.targets, all_dues(chosen)))
    cells: list[list[Cell]] = [
        [theme, *(schedule.counts.get((theme, due), 0) for due in schedule.dues), schedule.total(theme=theme)]
        for theme in schedule.themes
    ]
    head = (words["targets_column_theme"], *(due_word(words, due) for due in schedule.dues))
    return [*sheets, Sheet(words["targets_chart"], (*head, words["targets_total"]), cells, fixed=1)]


def all_dues(chosen: TargetFilter) -> TargetFilter:
    """The filter of the chart, which shows every year and theme and marks the chosen ones."""
    return replace(chosen, due="", theme="", sort="", descending=False)


def _target_list(overview: Overview, rows: Sequence[TargetRow], words: Words, title: str) -> Sheet:
    names = (
        *("indicator", "comparator", "value", "high", "unit", "due", "period", "written"),
        *("theme", "clause", "quote", "policy", "number"),
    )
    cells: list[Sequence[Cell]] = [
        (
            row.indicator,
            comparator_word(words, row),
            _number(row.low),
            _number(row.high) if row.high != row.low else None,
            row.unit,
            row.year,
            row.period,
            row.written,
            row.theme,
            _PATH.join(row.path),
            row.quote,
            overview.titles[row.policy],
            overview.numbers[row.policy],
        )
        for row in rows
    ]
    return Sheet(words[title], _head(words, "targets", names), cells)


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _head(words: Words, view: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(words[f"{view}_column_{name}"] for name in names)
