"""The reading path and the quiz as HTML, all of both at once: ``tour.js`` shows one step, one question at a time."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.bearers import Span
from assistant.quiz import QUESTIONS
from assistant.quiz_ground import Question
from assistant.terms import Language
from assistant.tour_reader import Step
from assistant.view import Words, cite, quoted, safe, texts
from assistant.within import section_at
from index.policy import Policy


def path_html(policy: Policy, body: str, steps: Sequence[Step], language: Language = "zh") -> str:
    """The steps with their list; ``data-key`` tells what was read of which path."""
    words = texts(language)
    if not steps:
        return f'<section class="tour"><h2>{safe(words["tour_path"])}</h2><p>{safe(words["tour_no_path"])}</p></section>'
    count = len(steps)
    items = "".join(_item(words, number, step) for number, step in enumerate(steps))
    shown = "".join(_step(words, policy, number, step, count) for number, step in enumerate(steps))
    progress = safe(words["tour_progress"]).format(read='<span class="tour-read-count">0</span>', count=count)
    return (
        f'<section class="tour" data-key="{safe(f"{policy.id}|{body}")}">'
        f"<h2>{safe(words['tour_path'])}</h2>"
        f'<p class="hint">{safe(words["tour_path_hint"].format(count=count))}</p>'
        f'<div class="tour-columns"><nav aria-label="{safe(words["tour_steps"])}"><ol class="tour-list">{items}</ol>'
        f'<p class="hint" aria-live="polite">{progress}</p></nav>'
        f'<div class="tour-steps">{shown}<div class="tour-buttons">'
        f'<button type="button" class="tour-previous" aria-disabled="true">{safe(words["tour_previous"])}</button>'
        f'<button type="button" class="tour-next">{safe(words["tour_next"])}</button></div></div></div></section>'
    )


def _item(words: Words, number: int, step: Step) -> str:
    current = ' aria-current="step"' if number == 0 else ""
    return (
        f'<li><button type="button" data-step="{number}"{current}>'
        f'<span class="tour-kind">{safe(words[f"tour_kind_{step.kind}"])}</span>'
        f'<span class="tour-title">{safe(step.title)}</span>'
        f'<span class="tour-read" hidden>{safe(words["tour_read"])}</span></button></li>'
    )


def _step(words: Words, policy: Policy, number: int, step: Step, count: int) -> str:
    hidden = " hidden" if number else ""
    place = words["tour_step"].format(number=number + 1, count=count)
    return (
        f'<article class="tour-step" tabindex="-1"{hidden}>'
        f'<p class="tour-place">{safe(place)} · {safe(words[f"tour_kind_{step.kind}"])}</p>'
        f'<h3>{safe(step.title)}</h3><p class="tour-why">{safe(step.sentence)}</p>'
        f"{_quotes(words, policy, step.spans)}</article>"
    )


def _quotes(words: Words, policy: Policy, spans: Sequence[Span]) -> str:
    """The clauses verbatim, each with the link that opens it."""
    found = []
    for number, (start, end) in enumerate(spans):
        name = words["tour_beside"] if number else words["tour_open"]
        found.append(
            f'<blockquote lang="zh-CN">{quoted(policy.source[start:end])} '
            f"{cite(policy.id, start, end, name)}</blockquote>"
        )
    return "".join(found)


def quiz_html(policy: Policy, questions: Sequence[Question], language: Language = "zh") -> str:
    """The questions, each with what is shown once it is answered, and the result with the clauses of all of them."""
    words = texts(language)
    count = len(questions)
    title = f'<h2 tabindex="-1">{safe(words["tour_quiz"])}</h2>'
    if not questions:
        return f'<section class="quiz">{title}<p>{safe(words["tour_quiz_none"])}</p></section>'
    hint = words["tour_quiz_hint" if count == QUESTIONS else "tour_quiz_few"].format(count=count)
    asked = "".join(_question(words, policy, number, q, count) for number, q in enumerate(questions))
    score = safe(words["tour_score"]).format(right='<b class="quiz-score">0</b>', count=count)
    again = "".join(_reread(policy, number, question) for number, question in enumerate(questions))
    return (
        f'<section class="quiz">{title}<p class="hint">{safe(hint)}</p>{asked}'
        f'<div class="quiz-result" tabindex="-1" hidden><p class="quiz-total">{score}</p>'
        f'<p class="quiz-perfect">{safe(words["tour_all_right"])}</p>'
        f'<div class="quiz-reread"><p>{safe(words["tour_reread"])}</p><ol>{again}</ol></div></div></section>'
    )


def _question(words: Words, policy: Policy, number: int, question: Question, count: int) -> str:
    place = words["tour_question"].format(number=number + 1, count=count)
    options = "".join(
        f'<label><input type="radio" name="quiz-{number}" value="{value}"> <span>{safe(option)}</span></label>'
        for value, option in enumerate(question.options)
    )
    answer = words["tour_answer"].format(answer=question.options[question.right])
    following = words["tour_next_question" if number + 1 < count else "tour_result"]
    return (
        f'<fieldset class="quiz-question" data-right="{question.right}"{" hidden" if number else ""}>'
        f'<legend tabindex="-1"><span class="quiz-place">{safe(place)}</span> {safe(question.text)}</legend>{options}'
        f'<p class="quiz-choose" role="alert" hidden>{safe(words["tour_choose"])}</p>'
        f'<button type="button" class="quiz-check">{safe(words["tour_check"])}</button>'
        f'<div class="quiz-explained" hidden><p class="quiz-verdict" role="status">'
        f'<span class="quiz-right">{safe(words["tour_right"])}</span>'
        f'<span class="quiz-wrong">{safe(words["tour_wrong"])}</span> {safe(answer)}</p>'
        f"{_quotes(words, policy, question.spans)}"
        f'<button type="button" class="quiz-next">{safe(following)}</button></div></fieldset>'
    )


def _reread(policy: Policy, number: int, question: Question) -> str:
    """An item of the list of clauses to read again, for a question that was answered wrong."""
    start, end = question.spans[0]
    section = section_at(policy, start)
    place = " › ".join(section.path if section else ()) or policy.title
    return (
        f'<li data-question="{number}" hidden>{cite(policy.id, start, end, place)}'
        f"<span>{safe(question.text)}</span></li>"
    )
