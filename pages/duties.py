"""责任分工: who does what, as a table, a matrix and a page for each organisation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.bodies import bodies_called
from assistant.duty_overview import ROLES, DutyFilter, read_overview
from assistant.overview_sheets import body_text, duty_sheets, role_word
from assistant.users import Role
from assistant.view import texts
from pages.access import demand, only
from pages.duties_html import MODES, duties_html
from pages.overview_html import LONGEST, ON_LOAD, SHOWN, download, next_order, read_query, told
from pages.renewal import on_new_index

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr


def build(page: gr.Blocks, assistant: PolicyAssistant, evidence: gr.HTML, language: Language) -> None:
    """Filters over what they leave of the ledger; ``#view=duties&body=NAME`` opens one organisation."""
    words = texts(language)

    def workbook(query: object) -> dict[str, str]:
        chosen, overview = read_query(DutyFilter, query), read_overview(assistant.corpus)
        return download(words["duties_file"], duty_sheets(overview, chosen, words, language))

    def policies() -> list[tuple[str, str]]:
        names = read_overview(assistant.corpus).names
        return [(words["duties_all_policies"], ""), *((name, id) for id, name in names.items())]

    def bodies(policy: str) -> list[tuple[str, str]]:
        """Those that have a duty in a policy."""
        overview = read_overview(assistant.corpus)
        there = {row.body.label for row in overview.duties if policy in ("", row.task.policy)}
        own = [(body_text(body, language), body.label) for body in overview.bodies]
        return [(words["duties_all_bodies"], ""), *(one for one in own if one[1] in there)]

    def picked(policy: str, body: str) -> Any:
        return gr.update(choices=bodies(policy), value=body)

    roles = [(role_word(words, role), role.value) for role in ROLES]
    offered = policies()
    any_duty = bool(read_overview(assistant.corpus).duties)
    with gr.Row(elem_classes="filters", visible=any_duty) as filters:
        policy = gr.Dropdown(offered, value="", label=words["duties_policy"], visible=len(offered) > 2)
        body = gr.Dropdown(bodies(""), value="", label=words["duties_body"])
        role = gr.Dropdown([(words["duties_all_roles"], ""), *roles], value="", label=words["duties_role"])
        text = gr.Textbox(
            value="",
            label=words["duties_text"],
            placeholder=words["duties_text_hint"],
            max_lines=1,
            elem_id="duties-text",
        )
    mode = gr.Radio(
        [(words[f"duties_mode_{name}"], name) for name in MODES],
        value=MODES[0],
        label=words["duties_mode"],
        show_label=False,
        container=False,
        elem_id="duties-mode",
        visible=any_duty,
    )
    order = gr.State(("", False))
    before = gr.State(  # what was shown before the page of an organisation
        ("", "", "", "", MODES[0], ("", False))
    )
    content = gr.HTML(
        duties_html(read_overview(assistant.corpus), DutyFilter(), MODES[0], language),
        js_on_load=ON_LOAD,
        apply_default_css=False,
        elem_id="duties-content",
        server_functions=[only(Role.reader, workbook, language)],
    )

    def view(policy: str, body: str, role: str, text: str, mode: str, order: tuple[str, bool]) -> str:
        chosen = DutyFilter(policy, body, role, text[:LONGEST], *order)
        return duties_html(read_overview(assistant.corpus), chosen, mode, language)

    def show(
        policy: str,
        body: str,
        role: str,
        text: str,
        mode: str,
        order: tuple[str, bool],
        request: gr.Request,
    ) -> str:
        demand(request, Role.reader, language)
        return view(policy, body, role, text, mode, order)

    def choose_policy(
        policy: str,
        body: str,
        role: str,
        text: str,
        mode: str,
        order: tuple[str, bool],
        request: gr.Request,
    ) -> tuple[Any, str]:
        demand(request, Role.reader, language)
        body = body if body in (label for _, label in bodies(policy)) else ""
        return picked(policy, body), view(policy, body, role, text, mode, order)

    def choose(
        policy: str,
        body: str,
        role: str,
        text: str,
        mode: str,
        order: tuple[str, bool],
        before: tuple[Any, ...],
        event: gr.EventData,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        demand(request, Role.reader, language)
        column, typed, name = told(event, "sort"), told(event, "text"), told(event, "body")
        if name is None:
            order = next_order(order, column) if column else order
            html = view(policy, body, role, text if typed is None else typed, mode, order)
            return *(gr.skip() for _ in range(5)), order, before, html
        if not name:  # the browser's way back from an organisation's page
            policy, body, *others = before
            return policy, picked(policy, body), *others, before, view(*before)
        if not (mode == "body" and body):
            before = (policy, body, role, text, mode, order)
        overview = read_overview(assistant.corpus)
        found = bodies_called(name[:LONGEST], overview.bodies, assistant.corpus)
        if len(found) == 1:
            chosen = DutyFilter(body=found[0].label)
            html = duties_html(overview, chosen, "body", language)
            return "", picked("", chosen.body), "", "", "body", ("", False), before, html
        notice = words["duties_several" if found else "duties_unknown"].format(name=name[:LONGEST])
        some = replace(overview, duties=tuple(row for row in overview.duties if row.body in found))
        html = duties_html(some if found else overview, DutyFilter(), "body", language, notice)
        return "", picked("", ""), "", "", "body", order, before, html

    inputs = [policy, body, role, text, mode, order]
    policy.input(choose_policy, inputs, [body, content], **SHOWN)
    gr.on([body.input, role.input, mode.input], show, inputs, content, **SHOWN)
    content.choose(choose, [*inputs, before], [*inputs, before, content], **SHOWN)

    def renew() -> tuple[Any, ...]:
        """The view of an index that was published since the page was made."""
        offered, any_duty = policies(), bool(read_overview(assistant.corpus).duties)
        return (
            gr.update(visible=any_duty),
            gr.update(choices=offered, value="", visible=len(offered) > 2),
            gr.update(choices=bodies(""), value=""),
            "",
            "",
            gr.update(value=MODES[0], visible=any_duty),
            ("", False),
            view("", "", "", "", MODES[0], ("", False)),
        )

    on_new_index(page, assistant, renew, [filters, policy, body, role, text, mode, order, content], language)
