"""Signing in and out in chromium: what is read, what is kept of the address, what another user sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from assistant.view import texts
from tests.page.conftest import PASSWORD, Guarded

pytestmark = pytest.mark.browser

LEADS = "绿色工厂的目标由哪个局牵头？"


@pytest.fixture
def page(browser: Browser, guarded: Guarded) -> Iterator[Page]:
    """A browser; a request to another host or what the page's policy forbids fails the test."""
    complaints: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((f"{guarded.url}/", "data:", "blob:")):
            complaints.append(f"request: {request.url}")

    opened = browser.new_page(viewport={"width": 390, "height": 844})
    opened.on("request", requested)
    opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security" in message.text else None,
    )
    yield opened
    opened.close()
    assert not complaints


def _sign_in(page: Page, name: str, language: str = "zh", password: str = PASSWORD) -> None:
    words = texts(language)
    page.get_by_label(words["login_name"]).fill(name)
    page.get_by_label(words["login_password"]).fill(password)
    page.get_by_role("button", name=words["login"]).click()


def _can_be_used(page: Page) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_login_page_can_be_used_by_everyone(page: Page, guarded: Guarded) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{guarded.url}/")
        expect(page.get_by_label(texts()["login_name"])).to_be_focused()
        _sign_in(page, "nobody")
        expect(page.get_by_role("alert")).to_have_text(texts()["login_failed"])
        expect(page.get_by_label(texts()["login_password"])).to_be_focused()
        _can_be_used(page)
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name=texts("en")["login"])).to_be_visible()


def test_in_and_out(page: Page, guarded: Guarded) -> None:
    words = texts()
    page.set_viewport_size({"width": 1280, "height": 844})
    page.goto(f"{guarded.url}/#view=duties")
    _sign_in(page, "reader")
    expect(page.get_by_role("tab", name=words["view_duties"], exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    expect(page.get_by_role("tab", name=words["view_evaluation"], exact=True)).to_have_count(0)
    page.get_by_role("tab", name=words["view_chat"], exact=True).click()
    page.locator("#question textarea").fill(LEADS)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .answer.answered")).to_be_visible()
    page.reload()
    expect(page.locator("#chat .answer.answered")).to_be_visible()  # kept in this browser
    out = page.get_by_role("button", name=words["logout"])
    expect(out).to_have_attribute("title", "reader")
    out.click()
    expect(page.get_by_label(words["login_name"])).to_be_visible()
    page.go_back()
    expect(page.get_by_label(words["login_name"])).to_be_visible()
    _sign_in(page, "evaluator")
    expect(page.get_by_role("tab", name=words["view_evaluation"], exact=True)).to_be_visible()
    expect(page.locator("#question textarea")).to_be_editable()
    expect(page.locator("#chat .answer")).to_have_count(0)  # another reader's
