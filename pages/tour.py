"""新员工导览: a reading path through one policy for somebody of one body, and a quiz on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.bearers import bodies_in
from assistant.bodies import Body
from assistant.duty_overview import read_overview
from assistant.quiz import make_quiz
from assistant.tour import reading_path
from assistant.users import Role
from assistant.view import texts
from pages.access import demand
from pages.renewal import published
from pages.sessions import QUIET
from pages.tour_html import path_html, quiz_html

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.corpus import Corpus
    from assistant.terms import Language

import gradio as gr

FIRST = 1  # number of the quiz that a reader begins with
KEEP_POLICY = "(policy, seed) => { policyTour.keep(policy, ''); return [policy, seed]; }"  # tour.js
KEEP_BODY = "(policy, body, seed) => { policyTour.keep(policy, body); return [policy, body, seed]; }"
KEPT = "() => [policyTour.kept()]"


def build(page: gr.Blocks, assistant: PolicyAssistant, evidence: gr.HTML, language: Language) -> None:
    """The choice of policy and body, the path, the quiz and the number that its questions are drawn with."""
    words = texts(language)

    def policies() -> list[tuple[str, str]]:
        return [(name, id) for id, name in read_overview(assistant.corpus).names.items()]

    def there(corpus: Corpus, policy: str) -> str:
        """The policy, or the first one where it has been taken out of the index since."""
        return policy if policy in corpus.policies else next(iter(corpus.policies), "")

    def body_of(corpus: Corpus, policy: str, name: str) -> Body | None:
        return next((body for body in bodies_in(corpus, policy) if body.name == name), None)

    def choices(policy: str) -> list[tuple[str, str]]:
        names = [body.name for body in bodies_in(assistant.corpus, policy)]
        return [(words["tour_no_body"], ""), *((name, name) for name in names)]

    def path_of(policy: str, name: str) -> str:
        corpus = assistant.corpus
        policy = there(corpus, policy)
        steps = reading_path(corpus, policy, body_of(corpus, policy, name), language)
        return path_html(corpus.policies[policy], name, steps, language)

    def quiz_of(policy: str, name: str, seed: float | None) -> Any:
        if seed is None:  # the field is empty while a number is typed
            return gr.skip()
        corpus = assistant.corpus
        policy = there(corpus, policy)
        questions = make_quiz(corpus, policy, body_of(corpus, policy, name), int(seed), language)
        return quiz_html(corpus.policies[policy], questions, language)

    first, offered = there(assistant.corpus, ""), policies()

    with gr.Row(elem_id="tour-choice"):
        policy = gr.Dropdown(
            offered,
            value=first,
            label=words["tour_policy"],
            visible=len(offered) > 1,
            elem_id="tour-policy",
        )
        body = gr.Dropdown(choices(first), value="", label=words["tour_body"], elem_id="tour-body")
    kept = gr.JSON(visible=False)
    path = gr.HTML(path_of(first, "") if first else "", elem_id="tour-path", apply_default_css=False)
    quiz = gr.HTML(quiz_of(first, "", FIRST) if first else "", elem_id="tour-quiz", apply_default_css=False)
    with gr.Row(elem_id="tour-again"):
        again = gr.Button(words["tour_again"], scale=0, elem_id="tour-again-button")
        seed = gr.Number(
            FIRST, label=words["tour_seed"], precision=0, scale=0, min_width=280, elem_id="tour-seed"
        )

    def choose_policy(policy: str, seed: float | None, request: gr.Request) -> tuple[Any, ...]:
        demand(request, Role.reader, language)
        bodies = gr.update(choices=choices(policy), value="")
        return bodies, path_of(policy, ""), quiz_of(policy, "", seed)

    def choose_body(
        policy: str, name: str | None, seed: float | None, request: gr.Request
    ) -> tuple[Any, ...]:
        demand(request, Role.reader, language)
        return path_of(policy, name or ""), quiz_of(policy, name or "", seed)

    def next_seed(seed: float | None) -> int:
        return FIRST if seed is None else int(seed) + 1

    def choose_seed(policy: str, name: str, seed: float | None, request: gr.Request) -> Any:
        demand(request, Role.reader, language)
        return quiz_of(policy, name, seed)

    chosen = [policy, body, seed]
    policy.input(choose_policy, [policy, seed], [body, path, quiz], js=KEEP_POLICY, queue=False, **QUIET)
    body.input(choose_body, chosen, [path, quiz], js=KEEP_BODY, queue=False, **QUIET)
    again.click(next_seed, seed, seed, queue=False, **QUIET)
    seed.change(choose_seed, chosen, quiz, queue=False, **QUIET)
    made_from = assistant.index.manifest.generation

    def reopen(kept: Any, request: gr.Request) -> tuple[Any, ...]:
        """The view with what a browser kept, and of an index that was published since the page was made."""
        demand(request, Role.reader, language)
        parts = [part if isinstance(part, str) else "" for part in kept] if isinstance(kept, list) else []
        wanted, name = (*parts, "", "")[:2]
        if not wanted and assistant.index.manifest.generation == made_from:
            return (gr.skip(),) * 4
        opened, offered = there(assistant.corpus, wanted), policies()
        bodies = choices(opened)
        name = name if opened == wanted and any(name == value for _, value in bodies) else ""
        return (
            gr.update(choices=offered, value=opened, visible=len(offered) > 1),
            gr.update(choices=bodies, value=name),
            path_of(opened, name),
            quiz_of(opened, name, FIRST),
        )

    gr.on(
        [page.load, published(page).change],
        reopen,
        kept,
        [policy, body, path, quiz],
        js=KEPT,
        queue=False,
        **QUIET,
    )
