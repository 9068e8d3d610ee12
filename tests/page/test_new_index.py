"""A page that is open while another index is published answers from it; one that is opened then shows it in every view."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.live import LiveAssistant
from assistant.settings import Settings
from index.build import build
from index.library import add
from index.settings import IndexSettings
from tests.page.conftest import opened, served

pytestmark = pytest.mark.browser

BARE = "某市档案查阅指南\n\n一、说明\n\n来馆查阅档案，请带身份证。\n"
PLAN = """某市人民政府办公室关于推进示范工作的通知

各县（区）人民政府，市政府各部门：

一、主要任务

（一）壮大示范产业。到2025年，示范企业达到20家以上（市财政局牵头，市商务局配合）。

（二）建设示范园区。每年新增园区不少于3个（市自然资源局负责）。
"""


def test_a_new_index_reaches_answers_and_views(plain: Page, tmp_path: Path) -> None:
    index = IndexSettings(policy_dir=tmp_path / "policies", index_dir=tmp_path / "index")
    index.policy_dir.mkdir()
    (index.policy_dir / "guide.txt").write_text(BARE, "utf-8")
    build(index)
    assistant = LiveAssistant(replace(Settings(), index=index, llm="none"))
    with served(assistant) as url:
        opened(plain, url)
        expect(plain.locator("#viewer li")).to_have_count(1)
        plan = tmp_path / "plan.txt"
        plan.write_text(PLAN, "utf-8")
        assert add(index, [plan]).added == ("plan.txt",)
        assert assistant.refresh()
        plain.fill("#question textarea", "到2025年示范企业要达到多少家？")
        plain.press("#question textarea", "Enter")
        expect(plain.locator("#chat .answer:not(.pending)")).to_contain_text("20")
        opened(plain, url)  # anew
        expect(plain.locator("#viewer li")).to_have_count(2)
        for view, shown in (("duties", "市财政局"), ("targets", "示范企业"), ("tour", "某市")):
            opened(plain, f"{url}/?again#view={view}")
            expect(plain.locator(f"#view-{view}").get_by_text(shown).first).to_be_visible()
        expect(plain.locator("#tour-policy input")).to_be_visible()
