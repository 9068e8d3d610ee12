"""Every view by axe-core (WCAG 2 A and AA): nothing serious, in both themes; and nothing wider than a telephone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from assistant.view import texts
from pages.frame import VIEWS
from tests.page.conftest import Visit

pytestmark = pytest.mark.browser

NAMES = [view.__name__.rpartition(".")[2] for view in VIEWS]


def _serious(page: Page) -> list[str]:
    """What axe finds serious or critical, once colours have stopped changing: rule, place and reason."""
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {[each['message'] for each in node['any']]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_view_can_be_used_by_everyone(visit: Visit, name: str) -> None:
    page = visit(f"#view={name}")
    expect(page.get_by_role("tab", name=texts()[f"view_{name}"], exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    assert _serious(page) == []
    page.get_by_role("button", name=texts()["dark"]).click()
    expect(page.locator("body.dark")).to_be_attached()
    assert _serious(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_answer_with_a_table_can_be_used_by_everyone(visit: Visit) -> None:
    page = visit()
    page.locator("#question textarea").fill("市科技局配合哪些任务？")
    page.locator("#question textarea").press("Enter")
    answer = page.locator("#chat .answer.answered")
    answer.locator("a.cite").first.click()
    expect(page.locator("#viewer mark").first).to_be_visible()
    assert _serious(page) == []
