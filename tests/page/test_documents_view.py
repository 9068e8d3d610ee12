"""The documents in chromium: an administrator adds, asks about what was added, replaces it and removes it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.live import LiveAssistant
from assistant.settings import Settings
from assistant.view import texts
from index.errors import message
from index.library import ASIDE
from index.lock import one_builder
from index.reader import LARGEST
from index.settings import IndexSettings
from tests.page.conftest import Visit, served
from tests.page.test_documents import HOSTILE, RULES, library
from tests.page.test_new_index import BARE, PLAN

WORDS = texts()
IMAGE = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """The library of the pages of this module."""
    return library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def url(index: IndexSettings) -> Iterator[str]:
    """A page that takes over what is published, as the app does."""
    assistant = LiveAssistant(replace(Settings(), index=index, llm="none"))
    assistant.warm_up()
    assistant.watch()
    with served(assistant) as address:
        yield address
    assistant.close()


def _send(page: Page, folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    page.locator("#documents-panel input[type=file]").set_input_files([folder / name for name in files])


def _ask(page: Page, question: str) -> str:
    """The last answer, in a new conversation."""
    page.get_by_role("tab", name=WORDS["view_chat"], exact=True).click()
    page.locator("#clear").click()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    answer = page.locator("#chat .answer:not(.pending)")
    expect(answer).to_have_count(1)
    return answer.inner_text()


@pytest.mark.browser
def test_a_document_is_added_asked_about_and_removed(
    visit: Visit, index: IndexSettings, tmp_path: Path
) -> None:
    page = visit("#view=documents")
    status, table = page.locator("#documents-status"), page.locator("#documents-table")
    expect(table.locator("tbody tr")).to_have_count(1)
    for part in ("#documents-cancel", "#documents-panel .sending"):
        expect(page.locator(part)).to_be_hidden()

    newer = BARE.replace("身份证", "介绍信")
    files: dict[str, str | bytes] = {
        "plan.txt": PLAN,
        HOSTILE: RULES,
        "again.txt": BARE,
        "guide.txt": newer,
        "p.png": IMAGE,
    }
    files["large.pdf"] = b"%PDF-1.7\n" + bytes(LARGEST)
    _send(page, tmp_path, files)
    refused = page.locator("#documents-panel .refused li")
    expect(refused).to_have_text(WORDS["documents_too_large"].format(name="large.pdf", size=21, limit=20))
    expect(status.locator("[data-busy] progress")).to_be_visible()
    expect(page.locator("#documents-cancel")).to_be_visible()
    expect(page.locator("#documents-panel input[type=file]")).to_be_disabled()
    done = status.locator("ul > li")
    expect(done).to_have_count(5, timeout=120_000)
    expect(status).to_contain_text(WORDS["documents_live"])
    expect(done.nth(0)).to_contain_text("plan.txt")
    expect(done.nth(0)).to_contain_text("2 条责任分工")
    expect(done.nth(1)).to_contain_text(HOSTILE)
    expect(done.nth(1)).to_contain_text(WORDS["documents_no_duties"])
    expect(done.nth(1).locator(".state.expired")).to_contain_text("2021-12-31")
    replaced = WORDS["documents_replaced"].format(file="guide.txt", where=f"{ASIDE}/guide.txt")
    expect(done.nth(2)).to_contain_text(replaced)
    expect(done.nth(3)).to_have_text(WORDS["documents_known"].format(file="again.txt", other="guide.txt"))
    expect(done.nth(4)).to_have_text(message("image", file="p.png"))
    expect(table.locator("tbody tr")).to_have_count(3)
    expect(page.locator("#viewer li")).to_have_count(3)  # as in all other views
    assert page.locator("img[src=x]").count() == 0

    assert "20" in _ask(page, "到2025年示范企业要达到多少家？")
    page.get_by_role("tab", name=WORDS["view_duties"], exact=True).click()
    expect(page.locator("#view-duties").get_by_text("市财政局").first).to_be_visible()

    page.get_by_role("tab", name=WORDS["view_documents"], exact=True).click()
    remove, dialog = table.locator("button.remove"), page.locator("dialog.documents-sure")
    expect(remove).to_be_disabled()
    table.locator('input[value="plan.txt"]').check()
    remove.click()
    expect(dialog.locator("li")).to_contain_text("plan.txt")
    dialog.get_by_role("button", name=WORDS["documents_keep"]).click()
    expect(dialog).to_be_hidden()
    remove.click()
    dialog.get_by_role("button", name=WORDS["documents_remove_now"]).click()
    where = WORDS["documents_moved"].format(file="plan.txt", where=f"{ASIDE}/plan.txt")
    expect(status).to_contain_text(where, timeout=120_000)
    expect(table.locator("tbody tr")).to_have_count(2)
    assert (index.policy_dir / ASIDE / "plan.txt").read_text("utf-8") == PLAN
    _ask(page, "到2025年示范企业要达到多少家？")
    expect(page.locator("#chat .answer.refused")).to_be_visible()

    page.get_by_role("tab", name=WORDS["view_documents"], exact=True).click()
    for box in table.locator("tbody input").all():
        box.check()
    remove.click()
    dialog.get_by_role("button", name=WORDS["documents_remove_now"]).click()
    expect(status).to_contain_text(message("last_policy"), timeout=120_000)
    expect(table.locator("tbody tr")).to_have_count(2)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_what_was_sent_waits_until_another_builder_has_ended(
    visit: Visit, index: IndexSettings, tmp_path: Path
) -> None:
    page = visit("#view=documents")
    status, rows = page.locator("#documents-status"), page.locator("#documents-table tbody tr")
    expect(rows.first).to_be_visible()
    before = rows.count()
    with one_builder(index):
        _send(page, tmp_path, {"waits.txt": PLAN.replace("示范", "样板")})
        expect(status).to_contain_text(f"进程 {os.getpid()}", timeout=120_000)
    status.get_by_role("button", name=WORDS["documents_again"]).click()
    expect(status).to_contain_text(WORDS["documents_live"], timeout=120_000)
    expect(status.locator(".again")).to_have_count(0)
    expect(rows).to_have_count(before + 1)
