"""责任分工 in chromium: find, sort, read the matrix, open one organisation, download what is shown."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from assistant.chain import PolicyAssistant
from assistant.duty_overview import DutyFilter, filter_duties, read_overview
from assistant.view import texts
from index.policy import Role
from pages.duties_html import duties_html
from tests.assistant.library import corpus_of
from tests.assistant.test_duty_overview import WRITTEN
from tests.page.conftest import Visit
from tests.page.markup import elements, having

BODY = "市工业和信息化局"
PAIRS = [
    (DutyFilter(), "table"),
    (DutyFilter(), "matrix"),
    (DutyFilter(), "body"),
    (DutyFilter(body=BODY), "body"),
]


def _view(page: Page) -> Locator:
    return page.locator("#view-duties .overview")


def _fits(page: Page) -> None:
    width = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    assert page.viewport_size and width <= page.viewport_size["width"]


def _rows(view: Locator) -> list[list[str]]:
    """The cells of the table as they are read."""
    script = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    found: list[list[str]] = view.locator("tbody tr").evaluate_all(script)
    return found


@pytest.mark.browser
def test_find_sort_open_the_clause_and_download(
    visit: Visit, tmp_path: Path, assistant: PolicyAssistant
) -> None:
    overview = read_overview(assistant.corpus)
    page = visit("#view=duties")
    view = _view(page)
    expect(view.locator(".count")).to_have_text(texts()["count"].format(count=len(overview.duties)))
    assert len(_rows(view)) == len(overview.duties)

    page.locator("#view-duties").get_by_label(texts()["duties_text"]).fill("绿色工厂")
    left = filter_duties(overview, DutyFilter(text="绿色工厂"))
    expect(view.locator(".count")).to_have_text(texts()["count"].format(count=len(left)))
    view.get_by_role("link", name=re.compile("8. 推动绿色低碳转型")).first.click()
    expect(page.locator("#viewer mark").first).to_contain_text("推动绿色低碳转型")
    view.get_by_role("link", name=texts()["duties_rule"]).first.click()
    expect(page.locator("#viewer mark").first).to_contain_text("以下均需各县（区）")

    view.get_by_role("button", name=texts()["duties_column_role"]).press("Enter")
    head = view.locator('th[aria-sort="ascending"] button')
    expect(head).to_be_focused()
    assert [row[1].split("\n")[0] for row in _rows(view)] == ["牵头", "配合", "配合", "落实", "落实"]

    with page.expect_download() as download:
        view.get_by_role("button", name=texts()["duties_download"]).click()
    assert download.value.suggested_filename == "责任分工.xlsx"
    download.value.save_as(tmp_path / "a.xlsx")
    sheet = load_workbook(tmp_path / "a.xlsx")[texts()["duties_mode_table"]]
    assert [[cell.value for cell in row[:3]] for row in sheet.iter_rows(min_row=2)] == [
        [row[0].split("\n")[0].removesuffix(texts()["duties_group"]), row[1].split("\n")[0], row[2]]
        for row in _rows(view)
    ]


@pytest.mark.browser
def test_the_matrix_scrolls_in_its_box_and_each_cell_opens_its_clause(visit: Visit) -> None:
    page = visit("#view=duties", width=390)
    view = _view(page)
    expect(view.locator("table")).to_be_visible()
    _fits(page)
    page.locator("#view-duties").get_by_text(texts()["duties_mode_matrix"], exact=True).click()
    expect(view.locator(".legend li")).to_have_count(len(Role))
    _fits(page)
    box = view.locator(".box")
    box.evaluate("box => box.scrollTo(400, 300)")
    assert box.evaluate("box => [box.scrollLeft, box.scrollTop]") == [400, 300]
    corner, frame = view.locator("th.corner").bounding_box(), box.bounding_box()
    assert corner and frame
    assert abs(corner["x"] - frame["x"]) <= 2 and abs(corner["y"] - frame["y"]) <= 2
    cell = view.get_by_role("link", name=f"{BODY}：牵头“推动绿色低碳转型”")
    expect(cell).to_have_text(texts()["duties_lead_letter"])
    cell.click()
    expect(page.locator("#viewer mark").first).to_contain_text("推动绿色低碳转型")


@pytest.mark.browser
def test_an_organisation_has_a_page_with_an_address(visit: Visit, url: str) -> None:
    page = visit("#view=duties")
    view = _view(page)
    page.locator("#view-duties").get_by_label(texts()["duties_text"]).fill("绿色工厂")
    expect(view.locator("tbody tr")).to_have_count(5)
    view.locator(f'a.body[data-body="{BODY}"]').first.click()
    expect(view.locator("h2")).to_have_text(BODY)
    expect(view.locator("h2")).to_be_focused()
    expect(page).to_have_url(re.compile(f"#view=duties&body={re.escape(quote(BODY))}$"))
    expect(view.locator("h3")).to_have_text(
        [re.compile(f"^{word} \\d+ 项$") for word in ("牵头", "负责", "配合")]
    )
    found = page.locator("#view-duties").get_by_label(texts()["duties_text"])
    expect(found).to_have_value("")
    page.go_back()
    expect(found).to_have_value("绿色工厂")
    expect(view.locator("tbody tr")).to_have_count(5)
    page.go_forward()
    expect(view.locator("h2")).to_have_text(BODY)
    view.get_by_role("link", name="创新型中小企业：突破150家（2025年）").click()
    mark = page.locator("#viewer mark").first
    expect(mark).to_contain_text("创新型中小企业突破 150 家")
    page.reload()  # the address has the view, the organisation and the clause
    expect(view.locator("h2")).to_have_text(BODY)
    expect(mark).to_contain_text("创新型中小企业突破 150 家")
    page.go_back()
    page.go_back()
    expect(view.locator("h2")).to_have_count(0)

    page = visit(f"#view=duties&body={quote('市科技局')}")
    expect(_view(page).locator("h2")).to_have_text("市科技局")
    expect(page).to_have_url(re.compile(re.escape(quote("市科技局")) + "$"))
    page.evaluate(f"location.hash = '#view=duties&body={quote('市工信局')}'")
    expect(_view(page).locator("h2")).to_have_text(BODY)
    page.evaluate("location.hash = '#view=duties&body=' + encodeURIComponent('<img src=x onerror=alert(1)>')")
    expect(_view(page).locator(".hint").first).to_contain_text("没有名为“<img src=x onerror=alert(1)>”的单位")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_policy_without_duties_says_so_in_a_sentence(language: str) -> None:
    words = texts(language)
    silent = "某市工作方案\n\n一、目标\n\n做好工作。\n"
    nothing = duties_html(read_overview(corpus_of(a=silent)), DutyFilter(), "table", language)  # type: ignore[arg-type]
    assert elements(nothing)[0].text == words["duties_none"]
    both = read_overview(corpus_of(a=silent, b=WRITTEN))
    for mode in ("table", "matrix", "body"):
        html = duties_html(both, DutyFilter(policy="a"), mode, language)  # type: ignore[arg-type]
        assert not having(html, "box")
        assert words["duties_none_in"].format(title=both.titles["a"]) in elements(html)[0].text


@pytest.mark.parametrize(("chosen", "mode"), PAIRS)
def test_what_policies_say_is_never_markup(chosen: DutyFilter, mode: str) -> None:
    hostile = WRITTEN.replace("培育企业", '<img src=x onerror="alert(1)">企业')
    html = duties_html(read_overview(corpus_of(**{'a"b': hostile})), chosen, mode, "zh", "<b>")
    assert {found.tag for found in elements(html)}.isdisjoint({"img", "b", "script"})
    assert all(not name.startswith("on") for found in elements(html) for name in found.attributes)
