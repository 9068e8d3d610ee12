"""目标一览: every target, by due year and theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.duty_overview import read_overview
from assistant.overview_sheets import due_word, target_sheets
from assistant.target_overview import TargetFilter, dues_of, themes_of
from assistant.users import Role
from assistant.view import texts
from pages.access import demand, only
from pages.overview_html import LONGEST, ON_LOAD, SHOWN, download, next_order, read_query, told
from pages.renewal import on_new_index
from pages.targets_html import targets_html

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr


def build(page: gr.Blocks, assistant: PolicyAssistant, evidence: gr.HTML, language: Language) -> None:
    """Filters over the chart and the table of what they leave."""
    words = texts(language)

    def workbook(query: object) -> dict[str, str]:
        chosen, overview = read_query(TargetFilter, query), read_overview(assistant.corpus)
        return download(words["targets_file"], target_sheets(overview, chosen, words))

    def policies() -> list[tuple[str, str]]:
        names = read_overview(assistant.corpus).names
        return [(words["targets_all_policies"], ""), *((name, id) for id, name in names.items())]

    def choices(policy: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """When the targets of a policy are due, and under which themes they stand."""
        rows = [row for row in read_overview(assistant.corpus).targets if policy in ("", row.policy)]
        dues = [(due_word(words, due), due) for due in dues_of(rows)]
        themes = [(theme, theme) for theme in themes_of(rows)]
        return [(words["targets_all_dues"], ""), *dues], [(words["targets_all_themes"], ""), *themes]

    dues, themes = choices("")
    offered = policies()
    with gr.Row(elem_classes="filters", visible=bool(read_overview(assistant.corpus).targets)) as filters:
        policy = gr.Dropdown(offered, value="", label=words["targets_policy"], visible=len(offered) > 2)
        due = gr.Dropdown(dues, value="", label=words["targets_due"])
        theme = gr.Dropdown(themes, value="", label=words["targets_theme"])
        text = gr.Textbox(
            value="",
            label=words["targets_text"],
            placeholder=words["targets_text_hint"],
            max_lines=1,
            elem_id="targets-text",
        )
    order = gr.State(("", False))
    content = gr.HTML(
        targets_html(read_overview(assistant.corpus), TargetFilter(), language),
        js_on_load=ON_LOAD,
        server_functions=[only(Role.reader, workbook, language)],
        apply_default_css=False,
        elem_id="targets-content",
    )

    def view(policy: str, due: str, theme: str, text: str, order: tuple[str, bool]) -> str:
        chosen = TargetFilter(policy, due, theme, text[:LONGEST], *order)
        return targets_html(read_overview(assistant.corpus), chosen, language)

    def show(
        policy: str, due: str, theme: str, text: str, order: tuple[str, bool], request: gr.Request
    ) -> str:
        demand(request, Role.reader, language)
        return view(policy, due, theme, text, order)

    def choose_policy(
        policy: str, due: str, theme: str, text: str, order: tuple[str, bool], request: gr.Request
    ) -> tuple[Any, ...]:
        demand(request, Role.reader, language)
        (dues, themes) = choices(policy)
        due, theme = (
            value if value in (own for _, own in offered) else ""
            for value, offered in ((due, dues), (theme, themes))
        )
        html = view(policy, due, theme, text, order)
        return gr.update(choices=dues, value=due), gr.update(choices=themes, value=theme), html

    def choose(
        policy: str,
        due: str,
        theme: str,
        text: str,
        order: tuple[str, bool],
        event: gr.EventData,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        demand(request, Role.reader, language)
        column, typed = told(event, "sort"), told(event, "text")
        picked = told(event, "due") or "", told(event, "theme") or ""
        rows = read_overview(assistant.corpus).targets
        text = typed if typed is not None else text
        if column:
            order = next_order(order, column)
        elif any(picked) and picked == (due, theme):
            due, theme = "", ""
        elif picked[0] in dues_of(rows) and picked[1] in themes_of(rows):
            due, theme = picked
        return due, theme, order, view(policy, due, theme, text, order)

    inputs = [policy, due, theme, text, order]
    policy.input(choose_policy, inputs, [due, theme, content], **SHOWN)
    gr.on([due.input, theme.input], show, inputs, content, **SHOWN)
    content.choose(choose, inputs, [due, theme, order, content], **SHOWN)

    def renew() -> tuple[Any, ...]:
        """The view of an index that was published since the page was made."""
        offered, (dues, themes) = policies(), choices("")
        return (
            gr.update(visible=bool(read_overview(assistant.corpus).targets)),
            gr.update(choices=offered, value="", visible=len(offered) > 2),
            gr.update(choices=dues, value=""),
            gr.update(choices=themes, value=""),
            "",
            ("", False),
            view("", "", "", "", ("", False)),
        )

    on_new_index(page, assistant, renew, [filters, policy, due, theme, text, order, content], language)
