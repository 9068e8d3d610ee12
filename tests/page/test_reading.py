"""What a reader does with an answer and the original: ask on, sort, copy, ask about a clause, pass its link on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.chain import PolicyAssistant
from assistant.view import texts
from tests.page.conftest import Visit, opened

pytestmark = pytest.mark.browser

LEADS = "绿色工厂的目标由哪个局牵头？"
TABLE = "市科技局配合哪些任务？"
CLAUSE = "8. 推动绿色低碳转型"


def _answer(page: Page, question: str) -> Locator:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    answer = page.locator("#chat .answer:not(.pending)").last
    expect(answer).to_be_visible()
    return answer


def test_what_leads_on_is_asked_by_a_click_and_then_gone(visit: Visit, assistant: PolicyAssistant) -> None:
    page = visit()
    _answer(page, LEADS)
    following = assistant.follow_ups(assistant.invoke({"question": LEADS}))
    options = page.locator("#chat .option")
    expect(options).to_have_text(following)
    options.first.click()
    expect(page.locator("#chat .asked")).to_have_text([LEADS, following[0]])
    expect(page.locator("#chat .answer.answered")).to_have_count(2)
    then = assistant.follow_ups(assistant.invoke({"question": following[0]}))
    expect(options).to_have_text(then)  # the earlier answer offers no more


def test_a_table_is_sorted_by_its_heads(visit: Visit) -> None:
    page = visit()
    answer = _answer(page, TABLE)
    first = answer.locator("tbody tr td:first-child")
    expect(first.first).to_be_visible()
    before = first.all_inner_texts()
    head = answer.locator("th").first
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    up = first.all_inner_texts()
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert first.all_inner_texts() == up[::-1] != before
    assert sorted(up) == sorted(before)


def test_a_table_is_copied_as_cells(visit: Visit, assistant: PolicyAssistant) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = _answer(page, TABLE)
    answer.get_by_role("button", name=texts()["copy_table"]).click()
    expect(answer.locator(".copy-table")).to_have_text(texts()["copied"])
    rows = [row.split("\t") for row in page.evaluate("navigator.clipboard.readText()").splitlines()]
    table = assistant.invoke({"question": TABLE}).table
    assert table
    assert [tuple(row[:-1]) for row in rows] == [table.columns, *table.rows]


def test_a_clause_of_the_original_is_asked_about(visit: Visit) -> None:
    page = visit()
    page.locator("#viewer .documents a").first.click()
    page.locator("#viewer article").get_by_text(CLAUSE).click(position={"x": 20, "y": 10})
    expect(page.locator("#viewer mark")).to_contain_text(CLAUSE)
    page.get_by_role("button", name=texts()["about_clause"]).click()
    field = page.locator("#question textarea")
    expect(field).to_have_value("关于“推动绿色低碳转型”，")
    expect(field).to_be_focused()
    field.press_sequentially("由谁牵头？")
    field.press("Enter")
    expect(page.locator("#chat .answer.answered")).to_contain_text("市工业和信息化局牵头")


def test_a_clause_has_a_link_of_its_own(visit: Visit, plain: Page) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#viewer .documents a").first.click()
    line = page.locator("#viewer article [data-start]", has_text=CLAUSE).first
    anchor = line.get_by_role("link", name=texts()["clause_link"])
    anchor.press("Enter")
    expect(page.locator("#viewer mark")).to_contain_text(CLAUSE)
    page.get_by_role("button", name=texts()["copy_link"]).click()
    expect(page.locator("#viewer .copy-link")).to_have_text(texts()["copied"])
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.url
    expect(opened(plain, address).locator("#viewer mark")).to_contain_text(CLAUSE)


def test_language_and_theme_are_kept(plain: Page, url: str) -> None:
    page = opened(plain, url)  # which logs what leaving a page early breaks off
    page.get_by_role("button", name=texts()["dark"]).click()
    page.locator("a.language").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text(texts("en")["title"])
    expect(page.locator("#question textarea")).to_be_editable()
    page.reload()
    expect(page.locator("#question textarea")).to_be_editable()
    expect(page.locator("body.dark")).to_be_attached()
    expect(page.get_by_role("button", name=texts("en")["dark"])).to_have_attribute("aria-pressed", "true")
    page.goto(page.url.partition("/en")[0])  # the bare address opens the language chosen last
    expect(page.locator("#question textarea")).to_be_editable()
    expect(page.locator("h1")).to_have_text(texts("en")["title"])
    page.locator("a.language").click()
    expect(page.locator("h1")).to_have_text(texts()["title"])


def test_the_chat_in_english(visit: Visit) -> None:
    page = visit("en/")
    answer = _answer(page, "Which bureau leads the green-factory targets?")
    expect(answer).to_contain_text("市工业和信息化局 (Municipal Industry and Information Technology Bureau)")
    expect(page.locator("#evidence h2")).to_have_text(texts("en")["evidence_title"])
    answer.locator("a.cite").first.click()
    expect(page.locator("#viewer mark").first).to_be_visible()
    expect(page.get_by_role("button", name=texts("en")["about_clause"])).to_be_visible()
