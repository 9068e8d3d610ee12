"""The ledger of targets as HTML: how many are due when, by theme, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.duty_overview import Overview
from assistant.overview_sheets import all_dues, comparator_word, due_word, when_text
from assistant.target_overview import (
    COLUMNS,
    Schedule,
    TargetFilter,
    TargetRow,
    filter_targets,
    schedule_of,
)
from assistant.terms import Language
from assistant.view import Words, cite, safe, texts
from pages.overview_html import box, clause_link, head_cell, hint, policy_cell, top


def targets_html(overview: Overview, chosen: TargetFilter, language: Language) -> str:
    """What a filter leaves of the ledger of targets; what stands already in a table of its own."""
    words = texts(language)
    rows = filter_targets(overview.targets, chosen)
    schedule = schedule_of(filter_targets(overview.targets, all_dues(chosen)))
    parts = [_chart(schedule, chosen, words)] if schedule.counts else []
    aims, stands = [row for row in rows if not row.base], [row for row in rows if row.base]
    if rows:
        parts.append(top(words, "targets", chosen, words["count"].format(count=len(aims))))
    if aims:
        parts.append(_table(overview, chosen, aims, words, words["targets_aims"]))
    if stands:
        count = words["count"].format(count=len(stands))
        parts.append(f"<h3>{safe(words['targets_base'])} <small>{safe(count)}</small></h3>")
        parts.append(hint(words["targets_base_hint"]))
        parts.append(_table(overview, chosen, stands, words, words["targets_base"]))
    if not rows:
        parts.append(hint(_nothing(overview, chosen, words)))
    return f'<div class="overview targets" lang="{language}">{"".join(parts)}</div>'


def _nothing(overview: Overview, chosen: TargetFilter, words: Words) -> str:
    """One sentence on why nothing is shown."""
    if not overview.targets:
        return words["targets_none"]
    if chosen.policy and all(row.policy != chosen.policy for row in overview.targets):
        return words["targets_none_in"].format(title=overview.titles.get(chosen.policy, chosen.policy))
    return words["targets_none_left"]


def _table(
    overview: Overview, chosen: TargetFilter, rows: Sequence[TargetRow], words: Words, label: str
) -> str:
    several = len({row.policy for row in overview.targets}) > 1
    columns = ("indicator", "comparator", "written", "unit", "due", "clause")
    heads = [head_cell(words, "targets", name, chosen, sortable=name in COLUMNS) for name in columns]
    if several:
        heads.append(head_cell(words, "targets", "policy", chosen, sortable=False))
    lines = []
    for row in rows:
        policy = policy_cell(overview, row.policy) if several else ""
        clause = clause_link(row.policy, *row.sentence, row.path, overview.titles[row.policy])
        lines.append(
            f'<tr><th scope="row">{cite(row.policy, *row.sentence, row.indicator)}</th>'
            f"<td>{safe(comparator_word(words, row))}</td><td>{safe(row.written)}</td><td>{safe(row.unit)}</td>"
            f"<td>{safe(when_text(words, row)) or '—'}</td><td>{clause}</td>{policy}</tr>"
        )
    table = f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return box(table, label)


def _chart(schedule: Schedule, chosen: TargetFilter, words: Words) -> str:
    """Themes by due years, a bar for each number; the same in a sentence below it."""
    most = max(schedule.counts.values())
    heads = "".join(f'<th scope="col">{safe(due_word(words, due))}</th>' for due in schedule.dues)
    lines = []
    for theme in schedule.themes:
        cells = "".join(_cell(schedule, theme, due, most, chosen, words) for due in schedule.dues)
        total = f'<td class="figure">{schedule.total(theme=theme)}</td>'
        lines.append(f'<tr><th scope="row">{safe(theme)}</th>{cells}{total}</tr>')
    corner = f'<th scope="col">{safe(words["targets_column_theme"])}</th>'
    head = f'{corner}{heads}<th scope="col">{safe(words["targets_total"])}</th>'
    sums = "".join(f'<td class="figure">{schedule.total(due=due)}</td>' for due in schedule.dues)
    foot = f'<tr><th scope="row">{safe(words["targets_total"])}</th>{sums}<td class="figure">{schedule.total()}</td></tr>'
    table = (
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody><tfoot>{foot}</tfoot></table>"
    )
    caption = f"<figcaption>{safe(_summary(schedule, words))}{safe(words['targets_pick'])}</figcaption>"
    return f'<figure class="chart">{caption}{box(table, words["targets_chart"], "bars")}</figure>'


def _cell(schedule: Schedule, theme: str, due: str, most: int, chosen: TargetFilter, words: Words) -> str:
    count = schedule.counts.get((theme, due), 0)
    if not count:
        return "<td></td>"
    name = words["targets_cell"].format(theme=theme, due=due_word(words, due), count=count)
    pressed = str((chosen.theme, chosen.due) == (theme, due)).lower()
    return (
        f'<td><button type="button" class="pick" aria-pressed="{pressed}" aria-label="{safe(name)}" '
        f'data-theme="{safe(theme)}" data-due="{safe(due)}"><span class="bar" style="width:{100 * count // most}%">'
        f"</span><span>{count}</span></button></td>"
    )


def _summary(schedule: Schedule, words: Words) -> str:
    """The chart in a sentence."""
    dues = words["targets_and"].join(
        words["targets_summary_due"].format(due=due_word(words, due), count=schedule.total(due=due))
        for due in schedule.dues
    )
    totals = {theme: schedule.total(theme=theme) for theme in schedule.themes}
    theme = max(totals, key=lambda name: totals[name])
    return words["targets_summary"].format(count=schedule.total(), dues=dues, theme=theme, most=totals[theme])
