"""Conversations in chromium: kept across reloads, named, exported, deleted; and a word on an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from assistant.chain import PolicyAssistant
from assistant.feedback import FeedbackStore
from assistant.view import texts
from tests.page.conftest import Held, Visit, opened

pytestmark = pytest.mark.browser

LEADS = "绿色工厂的目标由哪个局牵头？"
FOLLOW_UP = "那谁来配合？"
TABLE = "市科技局配合哪些任务？"
REFUSED = "绿色工厂补贴多少钱？"
FOLLOWED = "市发展改革委、市生态环境局配合"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('conversation:'))"
SAFE = r"政策问答-[\w()（）〔〕-]+\.(md|docx)"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with its own storage, in which several tabs may be opened."""
    made = browser.new_context(viewport={"width": 1280, "height": 844})
    yield made
    made.close()


def _ask(page: Page, question: str) -> Locator:
    answers = page.locator("#chat .answer:not(.pending)")
    before = answers.count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(answers).to_have_count(before + 1)
    return answers.nth(before)


def _list(page: Page) -> Locator:
    """The entries of the list, which is opened where it is not."""
    opener = page.get_by_role("button", name=texts()["conversations_title"], exact=True)
    if opener.get_attribute("aria-expanded") == "false":
        opener.click()
    return page.locator("#kept-conversations li")


def _fits(page: Page) -> None:
    assert page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)") <= 390


def test_a_conversation_stands_there_again_after_a_reload(visit: Visit) -> None:
    page = visit()
    _ask(page, TABLE)
    answer = _ask(page, LEADS)
    following = page.locator("#chat .option")
    expect(following).not_to_have_count(0)
    suggested = following.all_inner_texts()
    before, evidence = answer.inner_html(), page.locator("#evidence .evidence").inner_html()
    page.reload()
    answers = page.locator("#chat .answer")
    expect(page.locator("#chat .asked")).to_have_text([TABLE, LEADS])
    assert answers.nth(1).inner_html() == before
    expect(following).to_have_text(suggested)
    expect(answers.nth(0).locator("table")).to_be_visible()
    assert page.locator("#evidence .evidence").inner_html() == evidence
    answers.nth(1).get_by_text("[1]", exact=True).first.click()
    expect(page.locator("#viewer mark").first).to_contain_text("绿色工厂")
    expect(_ask(page, FOLLOW_UP)).to_contain_text(FOLLOWED)
    page.get_by_role("link", name=texts("en")["language"]).click()
    expect(page.locator("#chat .asked")).to_have_text([TABLE, LEADS, FOLLOW_UP])  # both languages share it
    expect(page.get_by_role("button", name=texts("en")["conversations_title"])).to_be_visible()


def test_conversations_are_named_opened_and_deleted(visit: Visit) -> None:
    page = visit()
    _ask(page, LEADS)
    page.locator("#clear").click()
    expect(page.locator("#chat .asked")).to_have_count(0)
    page.reload()
    expect(page.locator("#chat .asked")).to_have_count(0)  # the new conversation
    _ask(page, REFUSED)
    entries = _list(page)
    expect(entries).to_have_count(2)
    expect(entries.nth(0)).to_contain_text(REFUSED)
    entries.nth(1).get_by_role("button", name=texts()["conversations_rename"]).click()
    field = page.get_by_role("textbox", name=texts()["conversations_name"])
    expect(field).to_be_focused()
    field.fill("<b>工厂</b> & 牵头")
    field.press("Enter")
    expect(entries.nth(1)).to_contain_text("<b>工厂</b> & 牵头")
    expect(entries.nth(1).locator(".rename")).to_be_focused()
    entries.nth(1).locator(".open").press("Enter")
    expect(page.locator("#chat .asked")).to_have_text([LEADS])
    expect(page.locator(".conversations .current")).to_have_text("<b>工厂</b> & 牵头")
    expect(page.locator("#kept-conversations")).to_be_hidden()
    expect(_ask(page, FOLLOW_UP)).to_contain_text(FOLLOWED)
    entries = _list(page)
    expect(entries.nth(0)).to_contain_text("<b>工厂</b> & 牵头")  # the one that was last gone on with
    delete = entries.nth(0).get_by_role("button", name=texts()["conversations_delete"])
    delete.click()
    page.get_by_role("button", name=texts()["conversations_cancel"]).click()
    expect(delete).to_be_focused()
    delete.click()
    page.keyboard.press("Enter")
    expect(entries).to_have_count(1)
    expect(page.locator("#chat .asked")).to_have_count(0)  # it was the one that is shown
    page.keyboard.press("Escape")
    expect(page.locator("#kept-conversations")).to_be_hidden()
    page.reload()
    expect(_list(page)).to_have_count(1)


def test_a_conversation_is_exported(visit: Visit) -> None:
    page = visit()
    buttons = [page.get_by_role("button", name=texts()[name]) for name in ("export_markdown", "export_word")]
    for button in buttons:
        expect(button).to_be_disabled()
    _ask(page, TABLE)
    answer = _ask(page, LEADS)
    quote = page.locator("#evidence .card .quote").first.inner_text()
    page.reload()
    expect(answer).to_be_visible()
    files = []
    for button in buttons:
        with page.expect_download() as download:
            button.click()
        assert re.fullmatch(SAFE, download.value.suggested_filename)
        files.append(Path(download.value.path()).read_bytes())
    plain = re.sub(r"[\s\\]", "", files[0].decode())
    assert re.sub(r"\s", "", quote)[:80] in plain and "（汉政办发〔2024〕11号）" in plain
    document = Document(BytesIO(files[1]))
    assert [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 2"] == [TABLE, LEADS]
    assert document.tables


def test_a_word_on_an_answer_is_stored_once(visit: Visit, assistant: PolicyAssistant) -> None:
    store = FeedbackStore(assistant.index.settings)
    known = len(store.list())
    page = visit()
    _ask(page, LEADS)
    _ask(page, TABLE)
    up, down = (page.locator(".rate").nth(n) for n in (0, 1))
    up.get_by_role("button", name=texts()["feedback_up"]).dblclick()
    expect(up.locator(".thanks")).to_be_visible()
    expect(up.locator(".thumb").first).to_be_hidden()
    down.get_by_role("button", name=texts()["feedback_down"]).click()
    dialog = page.get_by_role("dialog", name=texts()["feedback_title"])
    expect(dialog.get_by_label(texts()["feedback_should_have_answered"])).to_be_hidden()  # it was
    dialog.get_by_role("button", name=texts()["feedback_send"]).click()
    expect(dialog.get_by_role("alert")).to_have_text(texts()["feedback_lacking"])
    dialog.get_by_label(texts()["feedback_wrong_source"]).check()
    dialog.get_by_label(texts()["feedback_corrected"]).fill("见第三部分")
    dialog.get_by_role("button", name=texts()["feedback_send"]).dblclick()
    expect(dialog).to_be_hidden()
    expect(down.locator(".thanks")).to_be_visible()
    page.reload()
    expect(page.locator(".rate .thanks").nth(1)).to_be_visible()
    expect(page.locator(".rate .thumb").first).to_be_hidden()
    first, second = store.list()[known:]
    assert (first.question, first.thumb, first.reason, first.history) == (LEADS, "up", None, ())
    assert (second.question, second.thumb, second.reason) == (TABLE, "down", "wrong_source")
    assert second.corrected == "见第三部分" and second.answer["count"] == 5
    assert second.history[0]["content"] == LEADS
    assert second.generation == assistant.index.manifest.generation and second.policies


def test_two_tabs_keep_each_others_turns(context: BrowserContext, url: str) -> None:
    one = opened(context.new_page(), url)
    _ask(one, LEADS)
    other = opened(context.new_page(), url)  # opens the last conversation, and goes on with it
    expect(other.locator("#chat .asked")).to_have_text([LEADS])
    _ask(other, REFUSED)
    _ask(one, FOLLOW_UP)
    one.locator("#clear").click()
    expect(one.locator("#chat .asked")).to_have_count(0)
    _ask(one, TABLE)
    other.reload()
    expect(other.locator("#chat .asked")).to_have_text([LEADS, REFUSED, FOLLOW_UP])
    expect(_list(other)).to_have_count(2)


def test_what_is_left_does_not_come_back(browser: Browser, held: Held) -> None:
    page = opened(browser.new_page(), held.url)
    page.locator("#question textarea").fill(LEADS)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .answer.pending")).to_be_visible()
    page.locator("#clear").click()
    expect(page.locator("#chat .asked")).to_have_count(0)
    page.locator("#question textarea").fill(TABLE)
    page.locator("#question textarea").press(
        "Enter"
    )  # while the answer that was left is being looked for still
    expect(page.locator("#chat .answer.pending")).to_be_visible()
    held.gate.set()
    expect(page.locator("#chat .answer:not(.pending) table")).to_be_visible()
    expect(page.locator("#chat .asked")).to_have_text([TABLE])
    assert page.evaluate(f"{KEPT}.map(key => JSON.parse(localStorage[key]).turns.length)") == [1]
    page.close()


DAMAGED: dict[str, Callable[[Page], object]] = {
    "damaged": lambda page: page.evaluate(
        f"""() => {{ const [key] = {KEPT};
        localStorage[key] = '{{'; localStorage['conversation:x'] = '[]'; localStorage['conversation:y'] = 'null';
        localStorage['conversation:z'] = JSON.stringify({{ name: '<img src=x>', at: 'x', turns: [{{ answer: 1 }}, null] }}); }}"""
    ),
    "full": lambda page: page.evaluate(
        "() => { let part = 'x'.repeat(1 << 20), n = 0; while (part.length > 1) "
        "{ try { localStorage['other' + n] = part; n++; } catch { part = part.slice(1 + part.length / 2); } } }"
    ),
}


@pytest.mark.parametrize("state", DAMAGED)
def test_a_broken_store_does_not_break_asking(visit: Visit, state: str) -> None:
    page = visit()
    _ask(page, LEADS)
    DAMAGED[state](page)
    page.reload()
    expect(page.locator("#question textarea")).to_be_editable()
    expect(page.locator("#chat .asked")).to_have_text([LEADS] if state == "full" else [])
    expect(_ask(page, TABLE).locator("table")).to_be_visible()
    if state == "full":
        expect(page.get_by_text(texts()["conversations_full"])).to_be_visible()
        expect(_list(page)).to_have_count(1)  # what was kept is there still
    else:
        expect(_list(page).first).to_contain_text(TABLE)
    with page.expect_download():
        page.get_by_role("button", name=texts()["export_markdown"]).click()


def test_many_conversations_make_room_for_new_ones(visit: Visit) -> None:
    page = visit()
    _ask(page, LEADS)
    page.evaluate(
        f"""() => {{ const [key] = {KEPT}; const one = JSON.parse(localStorage[key]);
        for (let n = 0; n < 60; n++) localStorage['conversation:old' + n] = JSON.stringify({{ ...one, name: 'n' + n, at: n + 1 }}); }}"""
    )
    _ask(page, FOLLOW_UP)
    entries = _list(page)
    expect(entries).to_have_count(50)
    expect(entries.first).to_contain_text(LEADS)
    expect(entries.last).to_contain_text("n11")


def test_at_390_pixels_the_bar_fits(visit: Visit) -> None:
    page = visit(width=390)
    _ask(page, LEADS)
    _fits(page)
    expect(_list(page)).to_have_count(1)
    _fits(page)
    for button in page.locator(".conversations button:visible").all():
        box = button.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    page.locator(".rate").get_by_role("button", name=texts()["feedback_down"]).click()
    box = page.get_by_role("dialog").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".rate .thumb.down")).to_be_focused()
