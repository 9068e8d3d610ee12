"""What the views of duties and targets share: sortable heads, links to clauses, the button that downloads."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.duty_overview import DutyFilter, Overview
from assistant.target_overview import TargetFilter, place
from assistant.view import Words, cite, safe
from assistant.workbook import Sheet, write_workbook
from pages.sessions import QUIET

if TYPE_CHECKING:
    import gradio as gr

Filter = TypeVar("Filter", DutyFilter, TargetFilter)
LONGEST = 200  # characters of what a reader looks for
ON_LOAD = "window.overview(element, (data) => trigger('choose', data), server)"  # overview.js
SHOWN: dict[str, Any] = {  # of an event that shows the same facts anew
    **QUIET,
    "queue": False,
    "trigger_mode": "always_last",
}


def clause_link(policy: str, start: int, end: int, path: Sequence[str], title: str) -> str:
    """A link to a clause, named by its place; ``title`` is that of its policy."""
    whole = " › ".join(path) or title
    return cite(policy, start, end, place(path) or title, whole)


def policy_cell(overview: Overview, policy: str) -> str:
    """The policy of a row in short; its whole title as a hint."""
    return f'<td class="policy" title="{safe(overview.titles[policy])}"><span>{safe(overview.names[policy])}</span></td>'


def head_cell(
    words: Words,
    view: str,
    column: str,
    chosen: DutyFilter | TargetFilter,
    *,
    sortable: bool = True,
) -> str:
    """The head of a column, with the button that sorts by it."""
    label = words[f"{view}_column_{column}"]
    if not sortable:
        return f'<th scope="col">{safe(label)}</th>'
    own = chosen.sort == column
    order = ("descending" if chosen.descending else "ascending") if own else "none"
    mark = {"ascending": "▲", "descending": "▼", "none": "↕"}[order]
    hint = safe(words[f"{view}_sort"].format(column=label))
    return (
        f'<th scope="col" aria-sort="{order}"><button type="button" class="order" data-sort="{column}" '
        f'title="{hint}">{safe(label)}<span class="mark" aria-hidden="true">{mark}</span></button></th>'
    )


def box(table: str, label: str, kind: str = "") -> str:
    """A wide table in a box of its own that scrolls, by keyboard too."""
    return f'<div class="box {kind}" role="region" tabindex="0" aria-label="{safe(label)}">{table}</div>'


def top(words: Words, view: str, chosen: DutyFilter | TargetFilter, count: str) -> str:
    """How much is shown, and the button that downloads just that."""
    query = safe(json.dumps(asdict(chosen), ensure_ascii=False))
    return (
        f'<div class="top"><p class="count">{safe(count)}</p>'
        f'<button type="button" class="download" data-query="{query}">{safe(words[f"{view}_download"])}</button>'
        f'<span class="failed" role="alert" data-text="{safe(words[f"{view}_download_failed"])}"></span></div>'
    )


def hint(text: str) -> str:
    """A sentence in place of a table, or above one."""
    return f'<p class="hint">{safe(text)}</p>'


def read_query(kind: type[Filter], query: object) -> Filter:
    """The filter that the page's button names; anything that is no field of one, or of another type, is left out."""
    given = query if isinstance(query, dict) else {}
    known = {field.name: field.default for field in fields(kind)}
    values: dict[str, Any] = {n: given[n] for n in known if type(given.get(n)) is type(known[n])}
    bounded = {name: value[:LONGEST] for name, value in values.items() if isinstance(value, str)}
    return kind(**values | bounded)


def download(name: str, sheets: Sequence[Sheet]) -> dict[str, str]:
    """A workbook as the page's script takes it."""
    return {"name": f"{name}.xlsx", "data": b64encode(write_workbook(sheets)).decode()}


def next_order(order: tuple[str, bool], column: str) -> tuple[str, bool]:
    """How a table is sorted once the head of a column is clicked: up, then down, then as the text has it."""
    if order[0] != column:
        return column, False
    return ("", False) if order[1] else (column, True)


def told(event: gr.EventData, name: str) -> str | None:
    """What the page's script sent with an event, None where it sent no text of that name."""
    data = event._data if isinstance(event._data, dict) else {}
    value = data.get(name)
    return value if isinstance(value, str) else None
