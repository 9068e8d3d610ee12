"""The chat: ask, read the certified answer and its evidence."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.conversation import TURNS, Turn, history_of, new_turn, read_turns
from assistant.users import Role
from assistant.view import answer_html, evidence_html, failure_html, pending_html, question_html, texts
from index.errors import PolicyIndexError
from pages.access import demand, record_answer
from pages.conversations import build_bar, build_channel, stand
from pages.conversations_html import thumbs_html
from pages.renewal import on_new_index
from pages.sessions import QUIET, UnderWay

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from assistant.answer import Answer
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr

AT_ONCE = 16  # answers under way at a time: more than models write (assistant/models.py), so that others need not wait

Messages = list[dict[str, Any]]
logger = logging.getLogger(__name__)


class Run(threading.Event):
    """An answer under way; set: what a model writes ends. ``left``: its conversation is, and nothing more is shown."""

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question
        self.left = False


def turn_html(turn: Turn, titles: Mapping[str, str], language: Language) -> str:
    """An answer with what a reader may say of it below."""
    return answer_html(turn.answer, titles) + thumbs_html(turn.id, language)


def _titles(assistant: PolicyAssistant) -> dict[str, str]:
    """The titles of the policies by id."""
    return {policy.id: policy.title for policy in assistant.index.policies.values()}


def sent_twice(question: str, shown: Messages, history: Messages) -> bool:
    """Whether a question is the last one again, sent by a page that did not show that yet."""
    if not history or history[-2]["content"] != question:
        return False
    return not any(question_html(question) in str(message["content"]) for message in shown[-2:])


def leads_on(assistant: PolicyAssistant, answer: Answer) -> list[dict[str, str]]:
    """What may be asked next, as the chat offers it below an answer."""
    return [{"value": question} for question in assistant.follow_ups(answer)]


def reopened(
    assistant: PolicyAssistant, turns: Sequence[Turn], language: Language
) -> tuple[Messages, str, Messages]:
    """Messages, evidence and history of a conversation that a browser kept."""
    turns = stand(assistant, turns, language)
    titles = _titles(assistant)
    shown: Messages = []
    for turn in turns:
        shown.append({"role": "user", "content": question_html(turn.answer.question)})
        shown.append({"role": "assistant", "content": turn_html(turn, titles, language)})
    if turns:
        shown[-1]["options"] = leads_on(assistant, turns[-1].answer)
    last = turns[-1].answer if turns else None
    evidence = evidence_html(last.passages if last else (), last.citations if last else (), titles, language)
    return shown, evidence, history_of(turns)


def respond(
    assistant: PolicyAssistant,
    question: str,
    shown: Messages,
    history: Messages,
    stop: threading.Event | None = None,
    language: Language = "zh",
    policy: str = "",
) -> Iterator[tuple[Messages, str, Messages, Turn | None, bool]]:
    """Messages of the chat, evidence, history, the finished turn, and whether more is to come.

    ``stop`` ends what a model writes; ``policy`` is the one that may answer, "" for all.
    """
    from assistant.answer import Evidence, Final, Token
    from assistant.chain import LONGEST_QUESTION

    question = question[: LONGEST_QUESTION + 1]
    shown = [
        {"role": message["role"], "content": message["content"]} for message in shown
    ]  # no older suggestions
    shown = [*shown, {"role": "user", "content": question_html(question)}]
    titles = _titles(assistant)
    evidence, text = evidence_html((), (), {}, language), ""
    yield (
        [*shown, {"role": "assistant", "content": pending_html("", language)}],
        evidence,
        history,
        None,
        True,
    )
    try:
        config: RunnableConfig = {"configurable": {"stop": stop}}
        asked = {
            "question": question,
            "history": history[-TURNS:],
            "policies": [policy] if policy else [],
        }
        for event in assistant.stream(asked, config):
            if isinstance(event, Evidence):
                evidence = evidence_html(event.passages, (), titles, language)
            elif isinstance(event, Token):
                text += event.text
            elif isinstance(event, Final):
                answer = event.answer
                turn = new_turn(answer, assistant.index.manifest.generation)
                history = [
                    *history,
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": answer.text},
                ][-TURNS:]
                evidence = evidence_html(answer.passages, answer.citations, titles, language)
                said: dict[str, Any] = {"role": "assistant", "content": turn_html(turn, titles, language)}
                # at once with the answer: a question asked while more was to come would be dropped
                yield (
                    [*shown, said | {"options": leads_on(assistant, answer)}],
                    evidence,
                    history,
                    turn,
                    False,
                )
                return
            yield (
                [*shown, {"role": "assistant", "content": pending_html(text, language)}],
                evidence,
                history,
                None,
                True,
            )
    except PolicyIndexError as error:
        yield (
            [*shown, {"role": "assistant", "content": failure_html(str(error))}],
            evidence,
            history,
            None,
            False,
        )
    except Exception:
        logger.exception("no answer")
        yield (
            [*shown, {"role": "assistant", "content": failure_html(texts(language)["failed"])}],
            evidence,
            history,
            None,
            False,
        )


def build(page: gr.Blocks, assistant: PolicyAssistant, evidence: gr.HTML, language: Language) -> None:
    """The conversation and the field below it; what an answer rests on goes to ``evidence``."""
    words = texts(language)
    under_way = UnderWay[Run]()
    history = gr.State([])
    bar = build_bar(assistant, language)
    chat = gr.Chatbot(
        label=words["chat_label"],
        show_label=False,
        elem_id="chat",
        buttons=[],
        feedback_options=None,
        autoscroll=False,  # to the end of an answer; page.js keeps its question in sight
        layout="panel",
        placeholder=words["empty_chat"],
        latex_delimiters=[],
        allow_tags=False,
        line_breaks=False,
        examples=[{"text": example} for example in assistant.examples(language)],
    )

    def documents() -> list[tuple[str, str]]:
        return [(words["all_documents"], ""), *((name, id) for id, name in assistant.corpus.names.items())]

    def several() -> bool:
        return len(assistant.corpus.names) > 1

    among = gr.Dropdown(
        documents(),
        value="",
        label=words["among"],
        show_label=False,
        container=False,
        visible=several(),
        elem_id="among",
    )
    on_new_index(
        page,
        assistant,
        lambda: (
            gr.update(examples=[{"text": example} for example in assistant.examples(language)]),
            gr.update(choices=documents(), value="", visible=several()),
        ),
        [chat, among],
        language,
    )
    with gr.Row(elem_id="ask-row"):
        field = gr.Textbox(
            label=words["question_label"],
            show_label=False,
            placeholder=words["placeholder"],
            lines=1,
            max_lines=4,
            elem_id="question",
            autofocus=True,
            scale=8,
            container=False,
        )
        send = gr.Button(words["send"], variant="primary", scale=0, elem_id="send")
        stop = gr.Button(words["stop"], variant="stop", scale=0, elem_id="stop", visible=False)
        clear = gr.Button(words["clear"], scale=0, elem_id="clear")
    channel = build_channel()

    def answer(
        question: str, shown: Messages, before: Messages, policy: str | None, request: gr.Request
    ) -> Iterator[Any]:
        demand(request, Role.reader, language)
        asked = [run.question for run in under_way.of(request) if not run.left]
        if asked or sent_twice(question, shown, before):
            if asked and question.strip() and question not in asked:
                gr.Info(words["one_at_a_time"])
            yield (gr.skip(),) * len(outputs)  # without it the field is emptied
            return
        if not question.strip():
            gr.Info(words["blank"])
            return
        run = Run(question)
        field_update: Any = ""  # emptied once the question is taken: one that is turned away stays
        with under_way.enter(request, run):
            for *update, turn, running in respond(
                assistant, question, shown, before, run, language, policy or ""
            ):
                if turn:
                    record_answer(request, turn.answer, "page")
                if run.left and running:
                    continue  # to the end, which is recorded: the reader may have seen some of it
                if run.left:
                    yield (gr.skip(),) * len(outputs)  # what comes last is sent twice
                    return
                finished = turn.to_json() if turn else gr.skip()
                yield field_update, *update, gr.update(visible=running), finished
                field_update = gr.skip()

    def choose(
        event: gr.SelectData, shown: Messages, before: Messages, policy: str | None, request: gr.Request
    ) -> Iterator[Any]:
        demand(request, Role.reader, language)
        value = event.value
        text = str(value["text"] if isinstance(value, dict) else value)
        yield from answer(text, shown, before, policy, request)

    def end(request: gr.Request) -> None:
        for run in under_way.of(request):
            run.set()

    def leave(request: gr.Request) -> None:
        for run in under_way.of(request):
            run.left = True
            run.set()

    def empty(request: gr.Request) -> tuple[Any, ...]:
        leave(request)
        return gr.skip(), *reopened(assistant, (), language), gr.update(visible=False), gr.skip()

    def restore(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        demand(request, Role.reader, language)
        data = event._data if isinstance(event._data, dict) else {}
        if data.get("atStart") and under_way.of(request):
            return (gr.skip(),) * len(outputs)  # whoever asks before the page has all is answered first
        leave(request)
        turns = read_turns(data.get("turns"))
        return gr.skip(), *reopened(assistant, turns, language), gr.update(visible=False), gr.skip()

    outputs = [field, chat, evidence, history, stop, channel]
    ask: dict[str, Any] = {
        "outputs": outputs,
        "concurrency_limit": AT_ONCE,
        "concurrency_id": "ask",
        "trigger_mode": "multiple",  # a conversation that is left may still be ending when the next one is asked in
        **QUIET,
    }
    gr.on([field.submit, send.click], answer, [field, chat, history, among], **ask)
    gr.on([chat.example_select, chat.option_select], choose, [chat, history, among], **ask)
    stop.click(end, None, None, queue=False, **QUIET)
    clear.click(
        empty, None, outputs, queue=False, js="() => { policyConversations.begin(); return []; }", **QUIET
    )
    bar.restore(restore, None, outputs, queue=False, **QUIET)
    page.load(None, js="() => policyConversations.reopen()", **QUIET)
    page.unload(end)
