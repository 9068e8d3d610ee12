"""The page in chromium: ask, read, open the original at the clause; and nothing leaves the host."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import parse_qs

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.answer import Citation
from assistant.chain import PolicyAssistant
from assistant.view import link, texts
from index.policy import Policy
from pages.chat import AT_ONCE
from pages.frame import QUEUE
from prompts import phrase
from tests.assistant.endpoint import endpoint, says, silent, when_asked
from tests.assistant.test_models import OPEN, written
from tests.page.conftest import ELSEWHERE, Held, Visit, join, opened, served

pytestmark = pytest.mark.browser

PLAN = "hanzhong-2024-11"
LEADS = "绿色工厂的目标由哪个局牵头？"
FOLLOW_UP = "那谁来配合？"
TABLE = "市科技局配合哪些任务？"


def _type(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def _ask(page: Page, question: str) -> Locator:
    """The finished answer to a question typed into the field."""
    answers = page.locator("#chat .answer:not(.pending)")
    before = answers.count()
    _type(page, question)
    expect(answers).to_have_count(before + 1)
    return answers.nth(before)


def _bare(text: str) -> str:
    """Text without line breaks, blanks and Markdown marks."""
    return re.sub(r"[\s#*]", "", text)


def _marks(page: Page, policy: Policy, start: int, end: int) -> None:
    """The marked text is exactly this slice, and the first of it is in sight."""
    expect(page.locator("#viewer article")).to_have_attribute("data-policy", policy.id)
    marks = page.locator("#viewer mark")
    expect(marks.first).to_be_visible()
    assert _bare("".join(marks.all_text_contents())) == _bare(policy.source[start:end]) != ""
    mark, box = marks.first.bounding_box(), page.locator("#viewer .scroll").bounding_box()
    assert mark and box and page.viewport_size
    assert box["y"] <= mark["y"] < min(box["y"] + box["height"], page.viewport_size["height"])


def _target(found: Locator) -> tuple[int, int]:
    place = parse_qs((found.get_attribute("href") or "").removeprefix("#"))
    return int(place["s"][0]), int(place["e"][0])


@pytest.fixture(scope="module")
def plan(assistant: PolicyAssistant) -> Policy:
    """The Hanzhong plan."""
    return assistant.index.policies[PLAN]


@pytest.fixture(scope="module")
def cited(assistant: PolicyAssistant) -> tuple[Citation, ...]:
    """What the answer to LEADS cites."""
    return assistant.invoke({"question": LEADS}).citations


# --- the main job -------------------------------------------------------------------------------


def test_the_answer_is_read_and_its_citation_opens_the_clause(
    visit: Visit, plan: Policy, cited: tuple[Citation, ...]
) -> None:
    page = visit()
    answer = _ask(page, LEADS)
    expect(answer).to_contain_text("由市工业和信息化局牵头[1]，市发展改革委、市生态环境局配合[1]")
    expect(answer).to_contain_text("各县（区）、汉中经济技术开发区落实")
    expect(page.locator("#question textarea")).to_have_value("")
    answer.get_by_text("[1]", exact=True).first.click()
    _marks(page, plan, cited[0].start, cited[0].end)
    assert "新增省级以上绿色工厂 8 家" in cited[0].quote
    assert page.url.endswith(link(PLAN, cited[0].start, cited[0].end))
    answer.get_by_text("[2]", exact=True).first.click()
    expect(page.locator("#viewer mark").first).to_contain_text("以下均需各县（区）")
    _marks(page, plan, cited[1].start, cited[1].end)


def test_an_english_question_is_answered_in_english(visit: Visit) -> None:
    answer = _ask(visit(), "Which bureau leads the green-factory targets?")
    expect(answer).to_contain_text(
        "is led by 市工业和信息化局 (Municipal Industry and Information Technology Bureau)"
    )
    expect(answer).to_contain_text("市发展改革委 (Municipal Development and Reform Commission)")
    expect(answer.locator(".copy")).to_have_text(texts("en")["copy"])


def test_a_follow_up_is_understood(visit: Visit) -> None:
    page = visit()
    _ask(page, LEADS)
    answer = _ask(page, FOLLOW_UP)
    expect(answer).to_have_class("answer answered")
    expect(answer).to_contain_text("市发展改革委、市生态环境局配合")


def test_an_example_is_asked_by_a_click(visit: Visit, assistant: PolicyAssistant) -> None:
    page = visit()
    examples = page.locator("#chat .example")
    expect(examples).to_have_text(assistant.examples())
    examples.first.click()
    expect(page.locator("#chat .answer.answered .cite").first).to_be_visible()
    expect(page.locator("#chat .asked")).to_have_text(assistant.examples()[:1])


def test_the_page_says_that_the_original_prevails(visit: Visit) -> None:
    expect(visit().get_by_text("以原文为准")).to_be_visible()


def test_clear_empties_chat_evidence_and_history(visit: Visit) -> None:
    page = visit()
    _ask(page, LEADS)
    expect(page.locator("#evidence .card").first).to_be_visible()
    page.locator("#clear").click()
    expect(page.locator("#chat .asked, #chat .answer, #evidence .card")).to_have_count(0)
    expect(page.locator("#evidence")).to_contain_text(texts()["evidence_empty"])
    expect(_ask(page, FOLLOW_UP)).to_have_class("answer refused")


@pytest.mark.parametrize("host", ["127.0.0.1", ELSEWHERE])
def test_copy_takes_the_answer_with_its_sources(plain: Page, url: str, host: str) -> None:
    address = url.replace("127.0.0.1", host)
    if host != ELSEWHERE:
        plain.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    answer = _ask(opened(plain, address), LEADS)
    answer.locator(".copy").click()
    expect(answer.locator(".copy")).to_have_text(texts()["copied"])
    field = plain.locator("#question textarea")
    field.press("Control+v")
    expect(field).to_have_value(re.compile("由市工业和信息化局牵头"))
    first, *others = field.input_value().splitlines()
    assert first == answer.locator(".text").inner_text()
    assert "汉政办发〔2024〕11号" in "".join(others)
    assert texts()["copy"] not in field.input_value()


# --- the original -------------------------------------------------------------------------------


def test_a_deep_link_opens_the_document_at_the_mark(visit: Visit, plan: Policy) -> None:
    start = plan.source.index("6. 推动大中小企业融通发展")
    end = plan.source.index("8. 推动绿色低碳转型")  # several paragraphs and a heading between
    page = visit(link(PLAN, start, end))
    expect(page.locator("#viewer mark").nth(2)).to_be_attached()
    _marks(page, plan, start, end)


def test_a_passage_of_the_evidence_opens_too(visit: Visit, plan: Policy) -> None:
    page = visit()
    _ask(page, LEADS)
    cards = page.locator("#evidence .card")
    assert cards.locator(".number").all_text_contents() == ["[1]", "[2]"]
    card = cards.last  # found, not cited
    start, end = _target(card)
    card.click()
    _marks(page, plan, start, end)
    assert _bare(card.locator(".quote").text_content() or "") == _bare(plan.source[start:end])


def test_a_document_is_opened_from_the_list_and_left(visit: Visit, plan: Policy) -> None:
    page = visit()
    title = page.locator("#viewer .documents").get_by_text(plan.title)
    title.click()
    expect(page.locator("#viewer article h2")).to_have_text(plan.title)
    expect(page.locator("#viewer article h2")).to_be_in_viewport()
    expect(page.locator("#viewer mark")).to_have_count(0)
    expect(title).to_be_hidden()
    page.get_by_role("button", name=texts()["document_list"]).click()
    expect(title).to_be_visible()
    expect(page.locator("#viewer article")).to_be_hidden()


def test_offsets_count_characters_not_units(plain: Page, held: Held) -> None:
    start = held.rare.source.index("到2025年")
    page = opened(plain, f"{held.url}/{link(held.rare.id, start, start + 13)}")
    _marks(page, held.rare, start, start + 13)
    expect(page.locator("#viewer mark")).to_have_text("到2025年，建成𠮷野工厂")


def test_a_document_that_cannot_be_fetched_says_so(plain: Page, url: str, plan: Policy) -> None:
    page = opened(plain, f"{url}/{link('other', 0, 1)}")
    expect(page.locator("#viewer .document")).to_have_text(texts()["document_failed"])
    page.get_by_role("button", name=texts()["document_list"]).click()
    page.locator("#viewer .documents").get_by_text(plan.title).click()
    expect(page.locator("#viewer article h2")).to_have_text(plan.title)


# --- a narrow screen ----------------------------------------------------------------------------


def _fits(page: Page) -> None:
    width = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    assert width <= 390
    for name in ("#question", "#send", "#clear"):
        box = page.locator(name).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_at_390_pixels_the_original_opens_full_screen(
    visit: Visit, plan: Policy, cited: tuple[Citation, ...]
) -> None:
    page = visit(width=390)
    viewer = page.locator("#viewer")
    expect(viewer).to_be_hidden()
    _fits(page)
    expect(_ask(page, TABLE).locator("table")).to_be_visible()
    _fits(page)
    mark = _ask(page, LEADS).get_by_text("[1]", exact=True).first
    mark.click()
    _marks(page, plan, cited[0].start, cited[0].end)
    assert viewer.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    _fits(page)
    back = page.get_by_role("button", name=texts()["back"])
    expect(back).to_be_focused()
    back.click()
    expect(viewer).to_be_hidden()
    expect(mark).to_be_focused()
    assert "#p=" not in page.url
    expect(page.locator("#chat .answer").last).to_be_in_viewport()
    _fits(page)
    page.locator("#chat .text .cite").last.click()
    expect(viewer).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    mark.click()
    expect(viewer).to_be_visible()
    page.go_back()
    expect(viewer).to_be_hidden()
    expect(page.locator("#chat .asked")).to_have_text([TABLE, LEADS])  # the page was not left


def test_nothing_of_the_chat_lies_over_the_opened_original(visit: Visit) -> None:
    page = visit(width=390)
    for question in (TABLE, LEADS):
        _ask(page, question)
    arrow = page.locator("#chat .scroll-down-button-container")  # Gradio's, above all layers
    page.locator("#chat .answer").last.hover()
    page.mouse.wheel(0, -100_000)
    expect(arrow).to_be_visible()
    page.locator("#chat .answer .cite").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    expect(arrow).to_be_hidden()


def test_at_390_pixels_the_question_field_stays_in_sight(visit: Visit) -> None:
    page = visit(width=390)
    for question in (LEADS, FOLLOW_UP, TABLE):
        _ask(page, question)
    expect(
        page.locator("#chat .asked").last
    ).to_be_in_viewport()  # above a table that is taller than the page
    page.mouse.wheel(0, -100_000)
    expect(page.locator("#question")).to_be_in_viewport(ratio=1)
    _fits(page)


# --- what is typed ------------------------------------------------------------------------------

OLDER = """field => {
  for (const kind of ["keydown", "keypress"])
    field.dispatchEvent(new KeyboardEvent(kind, { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }));
}"""  # how browsers say it that do not set isComposing on this event


def test_enter_that_confirms_a_candidate_does_not_send(visit: Visit) -> None:
    page = visit()
    sent: list[str] = []  # questions; the page joins the queue also to reopen a conversation
    page.on("request", lambda request: sent.extend(re.findall("lvse|绿色", request.post_data or "")))
    field = page.locator("#question textarea")
    field.focus()
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "lvse", "selectionStart": 4, "selectionEnd": 4})
    expect(field).to_have_value("lvse")
    field.press("Enter")
    method.send("Input.insertText", {"text": "绿色"})
    expect(field).to_have_value(re.compile("绿色"))
    field.evaluate(OLDER)
    expect(_ask(page, LEADS)).to_contain_text("市工业和信息化局")
    expect(page.locator("#chat .asked")).to_have_text([LEADS])
    assert len(sent) == 1


def test_html_and_markdown_in_a_question_are_text(visit: Visit) -> None:
    question = (
        "<img src=x onerror=hit=1><script>hit=1</script><b>粗</b> **重** `码` $$x$$ &lt; "
        "![图](http://other.invalid/x.png) [链](javascript:hit=1) 文号是多少？"
    )
    page = visit()
    expect(_ask(page, question)).to_contain_text("汉政办发〔2024〕11号")
    asked = page.locator("#chat .asked")
    assert asked.inner_text() == question
    assert asked.locator("*").count() == 0
    assert page.evaluate("typeof hit") == "undefined"


@pytest.mark.parametrize("blank", ["", " \t　"])
def test_a_blank_enter_sends_nothing(visit: Visit, blank: str) -> None:
    page = visit()
    _type(page, blank)
    expect(page.get_by_text(texts()["blank"])).to_be_visible()
    expect(page.locator("#chat .asked")).to_have_count(0)
    _ask(page, LEADS)
    expect(page.locator("#chat .asked")).to_have_text([LEADS])


# --- the server holds ---------------------------------------------------------------------------


def test_a_question_that_is_turned_away_stays_in_the_field(plain: Page, held: Held) -> None:
    page = opened(plain, held.url)
    with httpx.Client(base_url=held.url, timeout=60) as client:
        replies = (join(client, LEADS, f"reader {n}") for n in range(1000))
        taken = islice((reply for reply in replies if reply.is_success), QUEUE + AT_ONCE)
        assert len(list(taken)) == QUEUE + AT_ONCE
    _type(page, LEADS)
    expect(page.get_by_text(texts()["busy"])).to_be_visible()
    expect(page.locator("#question textarea")).to_have_value(LEADS)
    expect(page.locator("#chat .asked")).to_have_count(0)


def test_one_question_is_answered_at_a_time(plain: Page, held: Held) -> None:
    page = opened(plain, held.url)
    field = page.locator("#question textarea")
    field.fill(LEADS)
    field.press("Enter")
    field.press("Enter")
    expect(page.locator("#chat .answer.pending")).to_be_visible()
    expect(page.get_by_text(texts()["blank"])).to_have_count(0)
    _type(page, OPEN)
    expect(page.get_by_text(texts()["one_at_a_time"])).to_be_visible()
    expect(field).to_have_value(OPEN)
    held.gate.set()
    expect(page.locator("#chat .answer.answered")).to_contain_text("市工业和信息化局")
    field.press("Enter")
    expect(page.locator("#chat .answer:not(.pending)")).to_have_count(2)
    expect(page.locator("#chat .asked")).to_have_text([LEADS, OPEN])


def test_a_chosen_document_answers_alone(plain: Page, held: Held) -> None:
    held.gate.set()
    page = opened(plain, held.url)
    expect(_ask(page, "文号是多少？")).to_contain_text("汉政办发〔2024〕11号")
    page.get_by_label(texts()["among"]).click()
    page.get_by_role("option", name=held.rare.title, exact=True).click()
    refused = _ask(page, "文号是多少？")
    expect(refused).to_contain_text(phrase("zh", "notice_chosen", policies=f"《{held.rare.title}》"))
    page.get_by_label(texts()["among"]).click()
    page.get_by_role("option", name=texts()["all_documents"], exact=True).click()
    expect(_ask(page, "文号是多少？")).to_contain_text("汉政办发〔2024〕11号")


def test_while_it_is_looked_for_the_page_says_so(plain: Page, held: Held) -> None:
    page = opened(plain, held.url)
    _type(page, LEADS)
    expect(page.locator("#chat .answer.pending")).to_have_text(texts()["pending"])
    held.gate.set()
    expect(page.locator("#chat .answer.answered")).to_contain_text("市工业和信息化局")
    expect(page.locator("#chat .answer.pending")).to_have_count(0)


@pytest.mark.parametrize(
    ("script", "directive"),
    [
        ("fetch('http://other.invalid/').catch(() => {})", "connect-src"),
        ("new Image().src = 'http://other.invalid/x.png'", "img-src"),
        (
            "document.head.append(Object.assign(document.createElement('script'), {src: '//other.invalid/x.js'}))",
            "script-src-elem",
        ),
    ],
    ids=["fetch", "image", "script"],
)
def test_the_browser_stops_what_would_leave_the_host(
    plain: Page, url: str, script: str, directive: str
) -> None:
    page = opened(plain, url)
    page.evaluate(
        "addEventListener('securitypolicyviolation', e => { window.stopped = e.effectiveDirective })"
    )
    page.evaluate(f"() => {{ {script} }}")
    assert page.wait_for_function("window.stopped").json_value() == directive


def test_stop_ends_the_models_answer_before_its_first_word(plain: Page, assistant: PolicyAssistant) -> None:
    with endpoint(silent) as model, served(written(assistant, model.url, timeout=60)) as url:
        page = opened(plain, url)
        _type(page, OPEN)
        expect(page.locator("#evidence .card").first).to_be_visible()  # the evidence is there at once
        expect(page.locator("#chat .answer.pending")).to_be_visible()
        when_asked(model)
        page.locator("#stop").click()
        expect(page.locator("#chat .answer:not(.pending)")).to_contain_text(phrase("zh", "notice_stopped"))
        expect(page.locator("#stop")).to_be_hidden()
        assert model.gone.wait(10)


def test_a_models_answer_is_written_word_by_word_and_cited(plain: Page, assistant: PolicyAssistant) -> None:
    with (
        endpoint(says("强化节能监察和节能诊断，提高能源利用效率[1]。")) as model,
        served(written(assistant, model.url)) as url,
    ):
        page = opened(plain, url)
        answer = _ask(page, OPEN)
        expect(answer).to_contain_text("强化节能监察和节能诊断")
        expect(answer.locator(".foot")).to_contain_text(texts()["written"])
        answer.locator("a.cite").first.click()
        expect(page.locator("#viewer mark").first).to_contain_text("绿色")
