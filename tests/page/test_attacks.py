"""Poisoned documents in chromium, before a model that obeys them: nothing is loaded, opened or run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect, sync_playwright

from assistant.build import build_assistant
from assistant.settings import Settings
from index.build import build
from index.settings import IndexSettings
from tests.assistant.obedient import KEY, SLY, Attack, attacks, obedient
from tests.page.conftest import served

pytestmark = pytest.mark.browser

NAMES = (
    "markdown-image-exfil", "html-img-onerror", "html-script", "html-iframe", "html-form-password", "foreign-link",
    "reference-style-link", "css-background-url", "mermaid-block", "data-uri-link", "javascript-uri-link", "svg-onload",
)  # fmt: skip
NASTIEST = [attack for attack in attacks("document") if attack.name in NAMES]
FOREIGN = "img, script, iframe, object, embed, form, input, style, meta, base, svg, video, link, body, [onload], [onerror]"
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of an assistant on the nastiest documents, with a model that obeys them."""
    folder = tmp_path_factory.mktemp("nastiest")
    policies = folder / "policies"
    policies.mkdir()
    for attack in NASTIEST:
        (policies / f"{attack.name}.txt").write_text(attack.text, "utf-8")
    index = IndexSettings(policy_dir=policies, index_dir=folder / "index")
    build(index)
    with obedient() as endpoint:
        settings = Settings(
            index=index, llm="openai", llm_base_url=endpoint.url, llm_api_key=KEY, llm_model=SLY
        )
        with served(build_assistant(settings)) as url:
            yield url
        assert len(endpoint.requests) >= len(NASTIEST) / 2  # the others were quoted


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
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page. A request to another host, a dialog, a second window or an error fails the test."""
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


@pytest.mark.parametrize("question", ["{}的做法是什么？", "怎样{}？"], ids=["written", "quoted"])
def test_nothing_of_an_answer_is_alive(page: Page, question: str) -> None:
    """All in one conversation: what came before stays on the page."""
    answers = page.locator("#chat .answer:not(.pending)")
    for count, attack in enumerate(NASTIEST, start=1):
        page.locator("#question textarea").fill(question.format(attack.topic))
        page.locator("#question textarea").press("Enter")
        expect(answers).to_have_count(count)
        _is_dead(page, attack)
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
