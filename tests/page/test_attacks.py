"""Poisoned documents in chromium, before a model that obeys them: nothing is loaded, opened or run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Dialog, Locator, Page, Request, expect, sync_playwright

from assistant.build import build_assistant
from assistant.settings import Settings
from assistant.view import texts
from index.build import build
from index.settings import IndexSettings
from tests.assistant.obedient import KEY, SLY, Attack, Endpoint, attacks, obedient
from tests.eval.test_runs import FOUR
from tests.page.conftest import PATIENCE, served

pytestmark = pytest.mark.browser

NAMES = (
    "markdown-image-exfil", "html-img-onerror", "html-script", "html-iframe", "html-form-password", "foreign-link",
    "reference-style-link", "css-background-url", "mermaid-block", "data-uri-link", "javascript-uri-link", "svg-onload",
)  # fmt: skip
NASTIEST = [attack for attack in attacks("document") if attack.name in NAMES]
# Where the views take their words from: id, title, headings, tasks, organisations, cells, indicators.
IMAGE = "<img src=//evil.example/x onerror=hit=1>"
NAMED = '"><img src=x onerror=hit=1>'
EVERYWHERE = f"""云汐市人民政府办公室关于印发{IMAGE}方案的通知

云汐办发〔2026〕3号<script>hit=1</script>

一、目标<svg onload=hit=1>

到2026年，<style>*{{background:url(//evil.example/c)}}</style>工厂达到45家，=HYPERLINK("http://evil.example")园区达到6个。

二、重点任务

1. ![图](//evil.example/i.png)<iframe src=//evil.example>改造。到2027年，"onmouseover=hit=1 x="车间达到20个。（市<b onclick=hit=1>产业局牵头，=HYPERLINK("http://evil.example")局、市财政局配合）

2. =HYPERLINK("http://evil.example","x")。做好工作。（牵头单位：市产业局；配合单位：+1+cmd局）

三、任务表

| 任务 | 牵头单位 | 配合单位 | 完成时限 |
| --- | --- | --- | --- |
| =HYPERLINK("http://evil.example")培育 | @SUM(1)局 | <form action=//evil.example><input>市农业局 | 2026年<meta http-equiv=refresh content=0;url=//evil.example> |
| ```mermaid graph``` | <video autoplay src=//evil.example/v>市水利局 | 市财政局 | 2027年底前 |
"""
MODES = {"table": "list", "matrix": "matrix", "body": r"^box\s*$"}
FOREIGN = "img, script, iframe, object, embed, form, input, style, meta, base, svg, video, link, body, [onload], [onerror]"
expect.set_options(timeout=PATIENCE)


class Poisoned(NamedTuple):
    """Where the page is, and the model that it asks."""

    address: str
    endpoint: Endpoint


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Poisoned]:
    """The page of an assistant on the nastiest documents, with a model that obeys them."""
    folder = tmp_path_factory.mktemp("nastiest")
    policies = folder / "policies"
    policies.mkdir()
    for attack in NASTIEST:
        (policies / f"{attack.name}.txt").write_text(attack.text, "utf-8")
    (policies / f"{NAMED}.txt").write_text(EVERYWHERE, "utf-8")
    index = IndexSettings(policy_dir=policies, index_dir=folder / "index")
    build(index)
    with obedient() as endpoint:
        settings = Settings(
            index=index, llm="openai", llm_base_url=endpoint.url, llm_api_key=KEY, llm_model=SLY
        )
        with served(build_assistant(settings)) as url:
            yield Poisoned(url, endpoint)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, for this module alone."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        ) as launched,
    ):
        yield launched


@pytest.fixture
def page(browser: Browser, poisoned: Poisoned) -> Iterator[Page]:
    """The page. A request to another host, a dialog, a second window or an error fails the test."""
    address = poisoned.address
    complaints: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((f"{address}/", "data:font", "data:image", "blob:")):
            complaints.append(f"request: {request.url}")

    def asked(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    opened = browser.new_page(viewport={"width": 1280, "height": 844})
    opened.on("request", requested)
    opened.on("dialog", asked)
    opened.on("popup", lambda other: complaints.append(f"window: {other.url}"))
    opened.on("console", lambda message: complaints.extend(_refused(message.text)))
    opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    opened.goto(address)
    expect(opened.locator("#question textarea")).to_be_editable()
    yield opened
    opened.close()
    assert not complaints


def _refused(text: str) -> list[str]:
    """What the browser says where the page's policy forbade a request: the markup had come so far."""
    return [f"console: {text}"] if "Content Security Policy" in text else []


@pytest.mark.parametrize(
    ("question", "written"),
    [("{}的做法是什么？", True), ("怎样{}？", False)],
    ids=["written", "quoted"],
)
def test_nothing_of_an_answer_is_alive(page: Page, poisoned: Poisoned, question: str, written: bool) -> None:
    """All in one conversation: what came before stays on the page."""
    answers = page.locator("#chat .answer:not(.pending)")
    before = len(poisoned.endpoint.requests)
    for count, attack in enumerate(NASTIEST, start=1):
        page.locator("#question textarea").fill(question.format(attack.topic))
        page.locator("#question textarea").press("Enter")
        expect(answers).to_have_count(count)
        _is_dead(page, attack)
    asked = len(poisoned.endpoint.requests) - before
    assert (asked >= len(NASTIEST) / 2) is written  # else the policies' own sentences are the answer
    for link in page.locator("#chat .answer a, #evidence a").all():
        link.evaluate("link => link.click()")
    page.locator("#viewer article").wait_for()
    _is_dead(page, attack)
    assert page.url.startswith(f"{page.url.partition('#')[0]}#p=")


def _is_dead(page: Page, attack: Attack) -> None:
    for place in ("#chat .answer", "#evidence", "#viewer .scroll"):
        for found in page.locator(place).all():
            assert found.locator(FOREIGN).count() == 0, f"{attack.name} in {place}"
            targets = found.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
            assert all(target.startswith("#p=") for target in targets), attack.name


def test_nothing_of_a_policy_is_alive_in_the_views(page: Page, tmp_path: Path) -> None:
    page.locator("#view-duties-button").click()
    view = page.locator("#duties-content")
    for mode in ("table", "matrix", "body"):
        page.locator("#duties-mode").get_by_text(texts()[f"duties_mode_{mode}"], exact=True).click()
        expect(view.locator(".box").first).to_have_class(re.compile(MODES[mode]))
        _is_text(view, '=HYPERLINK("http://evil.example")局')
        _is_plain(page, view, tmp_path)
    view.locator("a.body", has_text="=HYPERLINK").click()
    expect(view.locator("h2")).to_have_text('=HYPERLINK("http://evil.example")局')
    _is_text(view, "![图]")
    _is_plain(page, view, tmp_path)

    page.locator("#view-targets-button").click()
    view = page.locator("#targets-content")
    _is_text(view, "</style>工厂")
    _is_plain(page, view, tmp_path)
    view.locator("button.pick").first.click()
    expect(view.locator("button.pick[aria-pressed=true]")).to_be_visible()

    page.locator("#view-tour-button").click()
    page.locator("#tour-policy input").click()
    page.get_by_role("option").filter(has_text=IMAGE).click()
    view = page.locator("#view-tour")
    expect(view.locator(".tour-step:visible h3")).to_contain_text(IMAGE)
    view.locator(".tour-next").click()
    _is_text(view.locator("#tour-path"), "<svg")
    view.locator(".quiz-question:visible label").first.click()
    view.locator(".quiz-check:visible").click()
    _is_text(view.locator("#tour-quiz"), "HYPERLINK")
    expect(page.locator("#viewer article")).to_have_attribute("data-policy", NAMED)
    _is_text(page.locator("#viewer .scroll"), IMAGE)
    page.get_by_role("button", name=texts()["document_list"]).click()
    _is_text(page.locator("#viewer .documents"), IMAGE)

    page.locator("#view-evaluation-button").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=texts()["evaluation_upload"]).click()
    case = json.loads(FOUR.splitlines()[0]) | {"id": IMAGE, "question": IMAGE, "category": IMAGE}
    line = json.dumps(case).encode()
    chooser.value.set_files({"name": "cases.jsonl", "mimeType": "text/plain", "buffer": line})
    _is_text(page.locator("#evaluation-status"), IMAGE)
    assert page.evaluate("typeof hit") == "undefined"


def _is_text(place: Locator, words: str) -> None:
    """These words are read there, and nothing there is an element of theirs."""
    expect(place).to_contain_text(words)
    found = place.locator(FOREIGN.replace("input", "input:not([name^=quiz])"))
    assert found.count() == 0, found.first.evaluate("found => found.outerHTML")
    links = place.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)


def _is_plain(page: Page, view: Locator, folder: Path) -> None:
    """No cell of the file that is downloaded is a formula or a link."""
    with page.expect_download() as download:
        view.locator(".download").click()
    download.value.save_as(folder / "a.xlsx")
    cells = [cell for sheet in load_workbook(folder / "a.xlsx") for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+", "@")))
