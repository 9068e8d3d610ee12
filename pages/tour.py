"""新员工导览: a reading path through one policy for somebody of one body, and a quiz on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.bearers import bodies_in
from assistant.bodies import Body
from assistant.duty_overview import short_titles
from assistant.quiz import make_quiz
from assistant.tour import reading_path
from assistant.view import texts
from pages.tour_html import path_html, quiz_html

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr

FIRST = 1  # number of the quiz that a reader begins with


def build(page: gr.Blocks, assistant: PolicyAssistant, evidence: gr.HTML, language: Language) -> None:
    """The choice of policy and body, the path, the quiz and the number that its questions are drawn with."""
    words, corpus = texts(language), assistant.corpus
    policies = corpus.policies
    names = short_titles({policy.id: policy.title for policy in policies.values()})
    first = next(iter(policies), "")

    def body_of(policy: str, name: str) -> Body | None:
        return next((body for body in bodies_in(corpus, policy) if body.name == name), None)

    def choices(policy: str) -> list[tuple[str, str]]:
        names = [body.name for body in bodies_in(corpus, policy)]
        return [(words["tour_no_body"], ""), *((name, name) for name in names)]

    def path_of(policy: str, name: str) -> str:
        steps = reading_path(corpus, policy, body_of(policy, name), language)
        return path_html(policies[policy], name, steps, language)

    def quiz_of(policy: str, name: str, seed: float | None) -> Any:
        if seed is None:  # the field is empty while a number is typed
            return gr.skip()
        questions = make_quiz(corpus, policy, body_of(policy, name), int(seed), language)
        return quiz_html(policies[policy], questions, language)

    with gr.Row(elem_id="tour-choice"):
        policy = gr.Dropdown(
            [(name, id) for id, name in names.items()],
            value=first,
            label=words["tour_policy"],
            visible=len(policies) > 1,
            elem_id="tour-policy",
        )
        body = gr.Dropdown(choices(first), value="", label=words["tour_body"], elem_id="tour-body")
    path = gr.HTML(path_of(first, "") if first else "", elem_id="tour-path", apply_default_css=False)
    quiz = gr.HTML(quiz_of(first, "", FIRST) if first else "", elem_id="tour-quiz", apply_default_css=False)
    with gr.Row(elem_id="tour-again"):
        again = gr.Button(words["tour_again"], scale=0, elem_id="tour-again-button")
        seed = gr.Number(
            FIRST, label=words["tour_seed"], precision=0, scale=0, min_width=280, elem_id="tour-seed"
        )

    def choose_policy(policy: str, seed: float | None) -> tuple[Any, ...]:
        bodies = gr.update(choices=choices(policy), value="")
        return bodies, path_of(policy, ""), quiz_of(policy, "", seed)

    def choose_body(policy: str, name: str | None, seed: float | None) -> tuple[Any, ...]:
        return path_of(policy, name or ""), quiz_of(policy, name or "", seed)

    def next_seed(seed: float | None) -> int:
        return FIRST if seed is None else int(seed) + 1

    options: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    policy.input(choose_policy, [policy, seed], [body, path, quiz], **options)
    body.input(choose_body, [policy, body, seed], [path, quiz], **options)
    again.click(next_seed, seed, seed, **options)
    seed.change(quiz_of, [policy, body, seed], quiz, **options)
