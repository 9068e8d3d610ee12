"""The page in one language: heading, a tab for each view, and the original beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.view import evidence_html, texts
from pages import api, chat, duties, evaluation, targets, tour
from pages.frame_html import heading_html, viewer_html
from pages.renewal import on_new_index

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr

VIEWS = (chat, duties, targets, tour, evaluation)
FORGET = 3600  # seconds after which an uploaded file is deleted
QUEUE = 16  # questions that may wait; more are told to come back


def create_page(assistant: PolicyAssistant, language: Language = "zh") -> Any:
    """The Blocks of the page in one language; ``#view=NAME`` opens a view, ``#p=…&s=…&e=…`` a clause."""
    words = texts(language)
    with gr.Blocks(
        title=words["title"],
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(FORGET, FORGET),
    ) as page:
        api.build(assistant, language)
        gr.HTML(heading_html(language), elem_id="heading")
        evidence = gr.HTML(evidence_html((), (), {}, language), elem_id="evidence", render=False)
        with gr.Row(elem_id="columns"):
            with (
                gr.Column(scale=6, min_width=340, elem_id="main-column"),
                gr.Tabs(elem_id="views", overflow_behavior="wrap"),
            ):
                for view in VIEWS:
                    name = view.__name__.rpartition(".")[2]
                    with gr.Tab(words[f"view_{name}"], id=name, elem_id=f"view-{name}"):
                        view.build(page, assistant, evidence, language)
            with gr.Column(scale=5, min_width=320, elem_id="side-column"):
                evidence.render()  # type: ignore[no-untyped-call]
                viewer = gr.HTML(viewer_html(assistant.index.policies.values(), language), elem_id="viewer")
        on_new_index(
            page,
            assistant,
            lambda: (viewer_html(assistant.index.policies.values(), language),),
            [viewer],
        )
    page.queue(max_size=QUEUE, api_open=False)
    return page
