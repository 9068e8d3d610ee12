"""The tour in chromium: choose a bureau, read the path, take the quiz, see what to read again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.bearers import bodies_in
from assistant.chain import PolicyAssistant
from assistant.quiz import make_quiz
from assistant.quiz_ground import Question
from assistant.tour import reading_path
from assistant.view import texts
from pages.tour import FIRST
from tests.page.conftest import Visit
from tests.page.test_browser import PLAN, _marks, _target

pytestmark = pytest.mark.browser

BODY = "市市场监管局"
WORDS = texts()


def _choose(page: Page, body: str) -> None:
    field = page.get_by_label(WORDS["tour_body"])
    field.fill(body)
    page.get_by_role("option", name=body, exact=True).click()


def _answer(page: Page, question: Question, option: int) -> Locator:
    """The question on the page, once one of its options was chosen and checked with the keyboard."""
    shown = page.locator("#tour-quiz .quiz-question:visible")
    expect(shown.locator("legend")).to_contain_text(question.text)
    expect(shown.locator("label")).to_have_text(list(question.options))
    shown.locator("input").nth(option).check()
    shown.locator("input").nth(option).press("Enter")
    return shown


def test_a_newcomer_reads_the_path_and_takes_the_quiz(visit: Visit, assistant: PolicyAssistant) -> None:
    corpus = assistant.corpus
    policy = corpus.policies[PLAN]
    (body,) = [body for body in bodies_in(corpus, PLAN) if body.name == BODY]
    page = visit("#view=tour")
    _choose(page, BODY)
    path = reading_path(corpus, PLAN, body)
    steps, items = page.locator(".tour-step:visible"), page.locator(".tour-list button")
    expect(items).to_have_count(len(path))
    for number, step in enumerate(path):
        expect(steps).to_have_count(1)
        expect(steps).to_contain_text(step.sentence)
        expect(items.nth(number)).to_have_attribute("aria-current", "step")
        if number:
            _marks(page, policy, *step.spans[0])
        page.locator(".tour-next").press("Enter")
    expect(page.locator(".tour-read:visible")).to_have_count(len(path))
    items.nth(2).press("ArrowLeft")
    expect(steps).to_contain_text(path[-2].sentence)
    assert _target(steps.locator("a.cite").first) == path[-2].spans[0]

    quiz = make_quiz(corpus, PLAN, body, FIRST)
    page.locator(".quiz-check:visible").click()
    expect(page.get_by_role("alert").filter(has_text=WORDS["tour_choose"])).to_be_visible()
    for number, question in enumerate(quiz):
        option = question.right if number != 1 else (question.right + 1) % len(question.options)
        shown = _answer(page, question, option)
        expect(shown.get_by_text(WORDS["tour_wrong" if number == 1 else "tour_right"])).to_be_visible()
        expect(shown.locator(".quiz-verdict")).to_contain_text(question.options[question.right])
        _marks(page, policy, *question.spans[0])
        expect(shown.locator(".quiz-next")).to_be_focused()
        shown.locator(".quiz-next").press("Enter")
    result = page.locator(".quiz-result")
    expect(result).to_contain_text(WORDS["tour_score"].format(right=len(quiz) - 1, count=len(quiz)))
    again = result.locator("li:visible")
    expect(again).to_have_count(1)
    expect(again).to_contain_text(quiz[1].text)
    again.locator("a.cite").click()
    _marks(page, policy, *quiz[1].spans[0])

    page.get_by_role("button", name=WORDS["tour_again"]).click()
    other = make_quiz(corpus, PLAN, body, FIRST + 1)
    expect(page.locator(".quiz-question:visible legend")).to_contain_text(other[0].text)
    expect(page.get_by_label(WORDS["tour_seed"])).to_have_value(str(FIRST + 1))
    page.evaluate("location.hash = '#view=tour'")  # the last click named a clause
    page.reload()
    expect(page.get_by_label(WORDS["tour_body"])).to_have_value(BODY)  # what was chosen is kept
    expect(page.locator(".tour-read:visible")).to_have_count(len(path))
    page.evaluate("localStorage.setItem('tour', JSON.stringify(['gone', {}]))")
    page.reload()
    expect(page.get_by_label(WORDS["tour_body"])).to_have_value(WORDS["tour_no_body"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tour_fits_a_telephone_and_the_original_opens_over_it(visit: Visit, language: str) -> None:
    page = visit("#view=tour" if language == "zh" else "en/#view=tour", 390)
    expect(page.locator(".tour h2")).to_have_text(texts(language)["tour_path"])
    page.locator(".tour-next").click()
    expect(page.locator("#viewer")).to_be_hidden()
    page.locator(".tour-step:visible a.cite").first.click()
    expect(page.locator("#viewer mark").first).to_be_visible()
    page.locator("#viewer .back").click()
    expect(page.locator("#viewer")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
