"""What the browser keeps of the chat: conversations to reopen and export, and a reader's word on an answer."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from assistant.conversation import Turn, as_it_stands, history_of, policies_of, read_turns
from assistant.export import file_name, to_markdown, to_word
from assistant.feedback import Feedback, FeedbackStore
from assistant.users import Role
from assistant.view import texts
from index.errors import PolicyIndexError
from pages.access import only
from pages.conversations_html import bar_html

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr

EXPORTS = 2  # files made at a time
LONGEST_NAME = 200  # characters of a conversation's name
REMEMBERED = 10_000  # answers of which it is known that a word on them was kept
MOUNT = "policyConversations.mount({ element, trigger, server, restore: 'restore' });"
KEEP = "watch('value', () => policyConversations.keep(props.value));"

Reply = dict[str, Any]


def stand(assistant: PolicyAssistant, turns: Iterable[Turn], language: Language) -> list[Turn]:
    """Turns from a browser, less what the indexed policies no longer say."""
    changed = texts(language)["conversations_changed"]
    return [as_it_stands(turn, assistant.index.policies, changed) for turn in turns]


def exporter(assistant: PolicyAssistant, language: Language) -> Callable[[Any], Reply]:
    """A function that makes a file of the conversation that a browser sends: ``name`` and ``data`` (base64)."""
    words = texts(language)
    makers = threading.BoundedSemaphore(EXPORTS)

    def export(sent: Any) -> Reply:
        asked = sent if isinstance(sent, dict) else {}
        turns = stand(assistant, read_turns(asked.get("turns")), language)
        name = str(asked.get("name") or "")[:LONGEST_NAME]
        if not turns or asked.get("kind") not in ("md", "docx"):
            return {"text": words["export_failed"]}
        title, day = name or words["conversations_unnamed"], assistant.today
        with makers:
            data = (
                to_word(title, turns, words, day)
                if asked["kind"] == "docx"
                else to_markdown(title, turns, words, day).encode("utf-8")
            )
        return {
            "name": file_name(name, f".{asked['kind']}", words),
            "data": base64.b64encode(data).decode("ascii"),
        }

    return export


def keeper(assistant: PolicyAssistant, language: Language) -> Callable[[Any], Reply]:
    """A function that stores a reader's word on the last turn that a browser sends; ``stored``, and what to tell."""
    words = texts(language)
    store = FeedbackStore(assistant.index.settings)
    counted: dict[str, None] = {}
    counting = threading.Lock()

    def feedback(sent: Any) -> Reply:
        said = sent if isinstance(sent, dict) else {}
        turns = read_turns(said.get("turns"))
        if not turns:
            return {"stored": False, "text": words["feedback_failed"]}
        *before, turn = turns
        with counting:
            if turn.id in counted:
                return {"stored": True, "text": words["feedback_thanks"]}
            counted[turn.id] = None
            while len(counted) > REMEMBERED:
                del counted[next(iter(counted))]
        try:
            store.add(
                Feedback(
                    question=turn.answer.question,
                    answer=turn.answer.to_json(),
                    thumb=said.get("thumb"),  # type: ignore[arg-type]
                    history=tuple(history_of(before)),
                    reason=said.get("reason") or None,
                    corrected=str(said.get("corrected") or "").strip() or None,
                    policies=policies_of(
                        turn, assistant.index.manifest.generation, assistant.index.policies.values()
                    ),
                    generation=turn.generation,
                )
            )
        except (ValueError, PolicyIndexError) as error:
            counted.pop(turn.id, None)
            known = isinstance(error, PolicyIndexError)
            return {"stored": False, "text": str(error) if known else words["feedback_failed"]}
        return {"stored": True, "text": words["feedback_thanks"]}

    return feedback


def build_bar(assistant: PolicyAssistant, language: Language) -> gr.HTML:
    """The bar over the chat. Its event ``restore`` brings a kept conversation; its script calls the functions here."""
    return gr.HTML(
        bar_html(language),
        elem_id="conversations",
        apply_default_css=False,
        js_on_load=MOUNT,
        server_functions=[
            only(Role.reader, made(assistant, language), language) for made in (exporter, keeper)
        ],
    )


def build_channel() -> gr.HTML:
    """Takes each finished turn to the script that keeps it; shows nothing."""
    return gr.HTML(elem_id="finished-turn", html_template="", js_on_load=KEEP)
