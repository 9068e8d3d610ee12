"""Gradio's own API: ``/ask`` and ``/retrieve``, public and typed; every other event of the page is private."""

# No `from __future__ import annotations` here: Gradio reads the types of an endpoint from its annotations.
import logging
from collections.abc import Callable
from typing import Any, Literal, TypedDict, TypeVar

import gradio as gr
from gradio.events import api

from assistant.chain import LONGEST_QUESTION, PolicyAssistant
from assistant.conversation import TURNS
from assistant.incoming import is_history, is_names, is_text
from assistant.terms import Language
from assistant.users import Role
from assistant.view import texts
from index.errors import PolicyIndexError
from pages.access import demand, record, record_answer
from pages.chat import AT_ONCE

MOST = 12  # passages of one search
Given = TypeVar("Given")
logger = logging.getLogger(__name__)


class Turn(TypedDict):
    """One turn of a history."""

    role: Literal["user", "assistant"]
    content: str


def build(assistant: PolicyAssistant, language: Language) -> None:
    """Both endpoints; what they cannot read is an error of one sentence. They share the chat's places."""
    words = texts(language)

    def tried(work: Callable[[], Given]) -> Given:
        try:
            return work()
        except PolicyIndexError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:
            logger.exception("no answer")
            raise gr.Error(words["failed"], print_exception=False) from error

    def ask(
        request: gr.Request,
        question: str,
        history: list[Turn] | None = None,
        policies: list[str] | None = None,
    ) -> dict[str, Any]:
        """The certified answer as one object; docs/contract.md describes it. ``history`` is what was said before,
        ``policies`` the ids of those that may answer (all where it is empty)."""
        demand(request, Role.reader, language)
        turns: object = history or []
        chosen: object = policies or []
        if not is_text(question) or not is_history(turns) or not is_names(chosen):
            raise gr.Error(words["api_unreadable"], print_exception=False)
        asked = {"question": question, "history": turns[-TURNS:], "policies": chosen}
        answer = tried(lambda: assistant.invoke(asked))
        record_answer(request, answer, "api")
        return answer.to_json()

    def retrieve(request: gr.Request, question: str, k: int = 5) -> list[dict[str, Any]]:
        """The ``k`` passages nearest to a question, best first; they look as ``passages`` of an answer does."""
        demand(request, Role.reader, language)
        if not is_text(question):
            raise gr.Error(words["api_unreadable"], print_exception=False)
        if type(k) is not int or not 1 <= k <= MOST:
            raise gr.Error(words["api_bad_k"].format(most=MOST), print_exception=False)
        found = tried(lambda: assistant.retrieve(question[:LONGEST_QUESTION], k))
        policies = sorted({passage.policy for passage in found})
        record(request, "retrieve", question=question, via="api", policies=policies)
        return [passage.to_json() for passage in found]

    for function in (ask, retrieve):
        api(function, concurrency_limit=AT_ONCE, concurrency_id="ask")
