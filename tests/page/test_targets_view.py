"""目标一览 in chromium: the chart leads to the table, a target to its clause, the file holds what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from assistant.chain import PolicyAssistant
from assistant.duty_overview import read_overview
from assistant.target_overview import TargetFilter
from assistant.view import texts
from pages.targets_html import targets_html
from tests.assistant.library import corpus_of
from tests.assistant.test_target_overview import TEXT
from tests.page.conftest import Visit
from tests.page.markup import elements, having

THEME = "引导企业专精特新提升"


def _view(page: Page) -> Locator:
    return page.locator("#view-targets .overview")


def _count(number: int) -> str:
    return texts()["count"].format(count=number)


@pytest.mark.browser
def test_from_the_chart_to_the_clause_and_into_excel(
    visit: Visit, assistant: PolicyAssistant, tmp_path: Path
) -> None:
    overview = read_overview(assistant.corpus)
    page = visit("#view=targets")
    view = _view(page)
    expect(view.locator(".count")).to_have_text(_count(len(overview.targets)))
    expect(view.locator("figcaption")).to_contain_text(f"共 {len(overview.targets)} 项目标")

    bar = view.get_by_role("button", name=f"{THEME}，2025年：6 项")
    bar.press("Enter")
    expect(view.locator(".count")).to_have_text(_count(6))
    expect(bar).to_have_attribute("aria-pressed", "true")
    expect(bar).to_be_focused()
    row = view.locator(".box:not(.bars) tbody tr").filter(has_text="高新技术企业")
    expect(row.locator("td").nth(0)).to_have_text("超过")
    expect(row.locator("td").nth(1)).to_have_text("突破300家")
    row.get_by_role("link", name="高新技术企业").click()
    expect(page.locator("#viewer mark").first).to_contain_text("高新技术企业突破 300 家")

    with page.expect_download() as download:
        view.get_by_role("button", name=texts()["targets_download"]).click()
    download.value.save_as(tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    rows = [[cell.value for cell in row] for row in book[texts()["targets_aims"]].iter_rows(min_row=2)]
    script = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    shown = view.locator(".box:not(.bars) tbody tr").evaluate_all(script)
    assert [[row[0], row[1], row[7], row[4]] for row in rows] == [line[:4] for line in shown]
    assert [row[2] for row in rows] == [800, 150, 300, 70, 10, 20]

    bar.press("Enter")
    expect(view.locator(".count")).to_have_text(_count(len(overview.targets)))
    page.locator("#view-targets").get_by_label(texts()["targets_text"]).fill("没有这样的目标")
    expect(view).to_have_text(texts()["targets_none_left"])


@pytest.mark.browser
def test_in_english_and_at_390_pixels(visit: Visit) -> None:
    page = visit("en/#view=targets", width=390)
    row = _view(page).locator(".box:not(.bars) tbody tr").filter(has_text="装备制造产业集群")
    expect(row.locator("td").nth(0)).to_have_text("aims at more than")
    assert page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)") <= 390


def test_what_stands_already_is_a_table_of_its_own() -> None:
    html = targets_html(read_overview(corpus_of(a=TEXT)), TargetFilter(), "zh")
    boxes = [found.attributes["aria-label"] for found in having(html, "box")]
    assert boxes == [texts()[name] for name in ("targets_chart", "targets_aims", "targets_base")]
    assert texts()["targets_base_hint"] in elements(html)[0].text
    assert _count(len(read_overview(corpus_of(a=TEXT)).targets) - 2) in elements(html)[0].text


def test_a_policy_without_targets_says_so_in_a_sentence() -> None:
    silent = "某市工作方案\n\n一、目标\n\n做好工作。\n"
    html = targets_html(read_overview(corpus_of(a=silent)), TargetFilter(), "zh")
    assert elements(html)[0].text == texts()["targets_none"]
    both = read_overview(corpus_of(a=silent, b=TEXT))
    html = targets_html(both, TargetFilter(policy="a"), "zh")
    assert elements(html)[0].text == texts()["targets_none_in"].format(title=both.titles["a"])


def test_what_policies_say_is_never_markup() -> None:
    hostile = TEXT.replace("示范企业", '<img src=x onerror="alert(1)">企业').replace("做强", "<b>")
    html = targets_html(read_overview(corpus_of(**{'a"b': hostile})), TargetFilter(), "zh")
    assert {found.tag for found in elements(html)}.isdisjoint({"img", "b", "script"})
