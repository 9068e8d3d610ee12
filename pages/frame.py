"""The page in one language: heading, a tab for each view, and the original beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.users import Role
from assistant.view import evidence_html, texts
from pages import api, chat, documents, duties, evaluation, targets, tour
from pages.access import allowed
from pages.frame_html import heading_html, viewer_html
from pages.gate import Access
from pages.renewal import on_new_index
from pages.sessions import QUIET

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr

VIEWS = (chat, duties, targets, tour, evaluation, documents)
FORGET = 3600  # seconds after which an uploaded file is deleted
QUEUE = 16  # questions that may wait; more are told to come back


def create_page(assistant: PolicyAssistant, language: Language, access: Access) -> Any:
    """The Blocks of the page in one language; ``#view=NAME`` opens a view, ``#p=…&s=…&e=…`` a clause."""
    words = texts(language)
    tabs: list[tuple[gr.Tab, Role]] = []  # those that some may not see
    with gr.Blocks(
        title=words["title"],
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(FORGET, FORGET),
    ) as page:
        api.build(assistant, language)
        gr.HTML(heading_html(language, sign_out=access.signs_in), elem_id="heading")
        evidence = gr.HTML(evidence_html((), (), {}, language), elem_id="evidence", render=False)
        with gr.Row(elem_id="columns"):
            with (
                gr.Column(scale=6, min_width=340, elem_id="main-column"),
                gr.Tabs(elem_id="views", overflow_behavior="wrap"),
            ):
                for view in VIEWS:
                    name = view.__name__.rpartition(".")[2]
                    role = getattr(view, "ROLE", Role.reader)
                    # hidden until it is known who has opened the page
                    hidden = role > access.anyone
                    tab = gr.Tab(words[f"view_{name}"], id=name, elem_id=f"view-{name}", visible=not hidden)
                    with tab:
                        view.build(page, assistant, evidence, language)
                    if hidden:
                        tabs.append((tab, role))
            with gr.Column(scale=5, min_width=320, elem_id="side-column"):
                evidence.render()  # type: ignore[no-untyped-call]
                viewer = gr.HTML(viewer_html(assistant.index.policies.values(), language), elem_id="viewer")
        on_new_index(
            page,
            assistant,
            lambda: (viewer_html(assistant.index.policies.values(), language),),
            [viewer],
            language,
        )

        def show(request: gr.Request) -> Any:
            shown = [gr.update(visible=allowed(request, role)) for _, role in tabs]
            return shown if len(shown) > 1 else shown[0]

        if tabs:
            page.load(show, None, [tab for tab, _ in tabs], queue=False, **QUIET)
    page.queue(max_size=QUEUE, api_open=False)
    return page
