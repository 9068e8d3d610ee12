"""What a page holds of the index when it is made, made anew where another index has been published since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from assistant.users import Role
from pages.access import demand
from pages.sessions import QUIET

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr

_published: WeakKeyDictionary[gr.Blocks, gr.State] = WeakKeyDictionary()


def published(page: gr.Blocks) -> gr.State:
    """The generation that the reader of a page has published since opening it: its change renews the page.

    Made at the first call, inside the page.
    """
    if page not in _published:
        _published[page] = gr.State("")
    return _published[page]


def on_new_index(
    page: gr.Blocks,
    assistant: PolicyAssistant,
    renew: Callable[[], tuple[Any, ...]],
    outputs: Sequence[Any],
    language: Language,
) -> None:
    """Fill ``outputs`` with what ``renew`` gives where a browser opens the page after another index was published, or
    publishes one itself."""
    made_from = assistant.index.manifest.generation

    def load(request: gr.Request) -> Any:
        demand(request, Role.reader, language)
        same = assistant.index.manifest.generation == made_from
        values = (gr.skip(),) * len(outputs) if same else renew()
        return values if len(values) > 1 else values[0]

    gr.on([page.load, published(page).change], load, None, list(outputs), queue=False, **QUIET)
