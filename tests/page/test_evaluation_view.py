"""The evaluation in chromium: choose, run, read, cancel, compare; files with faults; what an upload may be."""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path
from threading import Event
from time import monotonic

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from assistant.chain import PolicyAssistant
from assistant.terms import Language
from assistant.view import texts
from eval.cases import CATEGORIES
from eval.compare import compare
from eval.labels import name_of, step_labels
from eval.results import read_result
from eval.runs import check_text, kept, perform
from eval.score import Failure
from pages import evaluation_html as html
from pages.evaluation import FILES
from pages.secured import CONTENT_SECURITY_POLICY, LARGEST_BODY, LARGEST_UPLOAD
from tests.assistant.endpoint import endpoint, says
from tests.assistant.test_models import OPEN, written
from tests.eval.results import row, write
from tests.eval.test_report import HOSTILE, hostile
from tests.eval.test_runs import FOUR
from tests.page.conftest import Visit, opened, served
from tests.page.markup import elements

WORDS = texts()
SAID = "强化节能监察和节能诊断，提高能源利用效率"


def _upload(page: Page, text: str | bytes, name: str = "four.jsonl") -> None:
    data = text if isinstance(text, bytes) else text.encode()
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=WORDS["evaluation_upload"]).click()
    chooser.value.set_files(file)


def _choose(page: Page, field: str, option: str) -> None:
    page.locator(f"#{field} input").click()
    page.get_by_role("option").filter(has_text=option).first.click()


def _run(page: Page) -> None:
    page.locator("#evaluation-run").click()


def _many(count: int) -> str:
    row = json.loads(FOUR.split("\n")[0])
    rows = [row | {"id": f"n{n}", "question": f"{row['question']}{'？' * n}"} for n in range(count)]
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in rows)


@pytest.mark.browser
def test_cases_are_uploaded_run_read_compared_and_cancelled(visit: Visit, runs: Path) -> None:
    page = visit("#view=evaluation")
    status, report = page.locator("#evaluation-status"), page.locator("#evaluation-report")
    broken = FOUR.split("\n")
    _upload(page, "\n".join([broken[0], "{", broken[1].replace("50家", "51家")]), "broken.jsonl")
    expect(status.locator("li")).to_have_count(2)
    expect(status.locator("li").first).to_have_text("第 2 行 不是有效的 JSON")
    expect(status.locator("li").nth(1)).to_contain_text("第 3 行 evidence 在原文中出现 0 次")

    _upload(page, FOUR)
    expect(status).to_contain_text(WORDS["evaluation_sound"].format(count=4))
    _run(page)
    expect(status).to_contain_text(WORDS["evaluation_finished"].format(total=4, passed=3))
    expect(report.locator("table.figures tbody tr").first).to_contain_text("75.0 %")
    expect(report.locator("table.figures tbody tr").first.locator("td").nth(1)).to_contain_text("–")
    expect(report).to_contain_text(WORDS["evaluation_verdict"].format(total=4, passed=3, failed=1))

    case = report.locator(".evaluation-case")
    expect(case).to_have_count(1)
    case.locator("summary").click()
    for name in ("answer", "citations", "evidence", "step"):
        expect(case.locator("dt", has_text=WORDS[f"evaluation_{name}"]).first).to_be_visible()
    case.locator("a.cite").first.click()
    expect(page.locator("#viewer mark").first).to_contain_text("市经合局")
    with page.expect_download() as download:
        report.locator("a.download").first.click()
    assert "<!doctype html>" in Path(download.value.path()).read_text("utf-8")

    better = "\n".join([*broken[:3], json.dumps(json.loads(broken[3]) | {"forbidden": []})])
    _upload(page, better, "better.jsonl")
    expect(status).to_contain_text(WORDS["evaluation_sound"].format(count=4))
    _run(page)
    expect(report).to_contain_text(WORDS["evaluation_verdict"].format(total=4, passed=4, failed=0))
    _choose(page, "evaluation-other", "75.0 %")
    won = WORDS["evaluation_same"].format(shared=4, lost=0, won=1, p="1")
    expect(report.locator(".comparison")).to_contain_text(won)
    report.locator(".comparison summary").click()
    expect(report.locator(".comparison details li")).to_contain_text("招商引资")
    _choose(page, "evaluation-shown", "75.0 %")
    expect(report.locator(".evaluation-case")).to_have_count(1)

    _upload(page, _many(300), "many.jsonl")
    expect(status).to_contain_text(WORDS["evaluation_sound"].format(count=300))
    _run(page)
    page.locator("#evaluation-cancel").click()
    expect(status).to_contain_text(WORDS["evaluation_cancelled"])
    expect(page.locator("#evaluation-cancel")).to_be_hidden()
    assert len(kept(runs)) == 2

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_a_second_run_is_refused_and_one_that_is_left_behind_ends(
    visit: Visit, assistant: PolicyAssistant, runs: Path
) -> None:
    page = visit("#view=evaluation")
    status = page.locator("#evaluation-status")
    _choose(page, "evaluation-cases", "dev/hanzhong.jsonl")
    other = perform(assistant, check_text(FOUR, assistant).cases, "other", stop=Event())
    next(other)
    _run(page)
    expect(status).to_contain_text(WORDS["evaluation_busy"])
    other.close()
    _run(page)
    expect(page.locator("#evaluation-cancel")).to_be_visible()
    expect(status.locator("progress")).to_be_visible()
    page.close()
    again = visit("#view=evaluation")
    _upload(again, FOUR)
    expect(again.locator("#evaluation-status")).to_contain_text(WORDS["evaluation_sound"].format(count=4))
    done = again.locator("#evaluation-status").get_by_text(
        WORDS["evaluation_finished"].format(total=4, passed=3)
    )
    deadline = monotonic() + 60
    while not done.is_visible():  # the one that was left ends at its next case
        if monotonic() > deadline:
            pytest.fail("the run that was left behind does not end")
        _run(again)
        expect(again.locator("#evaluation-status .evaluation-note")).to_contain_text(
            re.compile(f"{WORDS['evaluation_busy']}|{WORDS['evaluation_finished'].format(total=4, passed=3)}")
        )
    assert len(kept(runs)) == 1


@pytest.mark.browser
def test_the_model_writes_where_it_is_asked_for(plain: Page, assistant: PolicyAssistant, runs: Path) -> None:
    asks = {"question": OPEN, "key_facts": [["节能监察"]], "forbidden": [], "evidence": [SAID]}
    case = json.loads(FOUR.split("\n")[0]) | asks
    with (
        endpoint(says(f"{SAID}[1]。")) as model,
        served(written(assistant, model.url, timeout=60)) as url,
    ):
        page = opened(plain, f"{url}/#view=evaluation")
        status = page.locator("#evaluation-status")
        _upload(page, json.dumps(case))
        expect(status).to_contain_text(WORDS["evaluation_sound"].format(count=1))
        for asked in (False, True):
            page.get_by_label(WORDS["evaluation_model"]).set_checked(asked)
            _run(page)
            expect(status).to_contain_text(WORDS["evaluation_finished"].format(total=1, passed=1))
            expect(page.locator("#evaluation-report")).to_contain_text("openai" if asked else "four.jsonl")
            assert bool(model.asked) is asked
    results = [read_result(runs / name) for name, _ in kept(runs)]
    found = {result.info.llm: result.records[0].answer for result in results}
    assert {llm: answer.route for llm, answer in found.items()} == {"none": "extractive", "openai": "model"}
    assert SAID in found["openai"].text


# --- without a browser ----------------------------------------------------------------------------


def test_nothing_of_a_case_is_alive_in_the_report(assistant: PolicyAssistant, tmp_path: Path) -> None:
    result = read_result(write(tmp_path / "run", hostile(), files=[HOSTILE], started=HOSTILE))
    found = html.report("name", result, assistant.index.policies, "zh")
    found += html.comparison(compare(result, result), "zh")
    found += html.faults([(1, HOSTILE)], "zh") + html.note(HOSTILE)
    assert not {element.tag for element in elements(found)} & {"script", "img", "iframe", "form", "style"}
    assert HOSTILE not in found and HOSTILE[:10] in "".join(element.text for element in elements(found))


def test_a_clause_is_a_link_only_where_the_index_says_it(assistant: PolicyAssistant) -> None:
    (policy,) = assistant.index.policies.values()
    quote = policy.source[100:120]
    assert "href" in html._clause("x", policy.id, 100, quote, assistant.index.policies)
    for name, start, text in ((policy.id, 101, quote), ("other", 100, quote), (policy.id, -1, quote)):
        assert "href" not in html._clause("x", name, start, text, assistant.index.policies)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_the_reports_is_there(
    language: Language, assistant: PolicyAssistant, tmp_path: Path
) -> None:
    rows = [
        row(step, step=step, category=category)
        for step, category in zip(step_labels(), CATEGORIES, strict=False)
    ]
    result = read_result(write(tmp_path / "run", *rows))
    text = "".join(e.text for e in elements(html.report("n", result, {}, language)))
    for step in step_labels():
        assert step_labels(language)[step] in text and name_of(step, language) in text
    named = {
        name
        for table in (step_labels(), CATEGORIES, Failure, ("ledger", "extractive", "model"))
        for name in table
    }
    assert language == "en" or all(name_of(name, "zh") != name for name in named)


def test_downloads_are_those_of_a_finished_run(url: str, assistant: PolicyAssistant, runs: Path) -> None:
    *_, last = perform(assistant, check_text(FOUR, assistant).cases, "four", stop=Event())
    for file, kind in FILES.items():
        reply = httpx.get(f"{url}/runs/{last.name}/{file}")
        assert reply.status_code == 200 and reply.headers["Content-Type"].startswith(kind)
        assert "attachment" in reply.headers["Content-Disposition"]
        assert reply.content == (runs / last.name / file).read_bytes()
    for path in (
        f"{last.name}/run.json",
        f"{last.name}/..%2Frun.lock",
        "..%2F..%2Fx/report.html",
        "x/report.html",
    ):
        assert httpx.get(f"{url}/runs/{path}").status_code == 404


@pytest.mark.parametrize(("size", "status"), [(900 * 1024, 200), (1100 * 1024, 413), (LARGEST_UPLOAD, 413)])
def test_an_upload_is_bounded(url: str, size: int, status: int) -> None:
    reply = httpx.post(f"{url}/gradio_api/upload", files={"files": ("c.jsonl", b"x" * size)}, timeout=60)
    assert reply.status_code == status


def test_a_body_without_a_length_is_refused(url: str) -> None:
    for path in ("gradio_api/upload", "v1/chat/completions", "en/gradio_api/upload"):
        reply = httpx.post(f"{url}/{path}", content=iter([b"x"]))
        assert reply.status_code == 411
        assert reply.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    client = http.client.HTTPConnection(url.removeprefix("http://"))
    client.putrequest("POST", "/gradio_api/queue/join")
    client.putheader("Content-Length", str(LARGEST_BODY + 1))
    client.endheaders()
    assert client.getresponse().status == 413  # before any of it was sent
    client.close()
