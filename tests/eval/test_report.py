"""The report holds every case, shows what each failure needs, and runs or fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, sync_playwright

from eval.__main__ import main
from eval.labels import figure_labels, step_labels
from eval.report import html, latency_chart, markdown, milliseconds, plain, view, write_report
from eval.results import Latency, ResultError, read_result
from tests.eval.results import Row, answer, row, write

HOSTILE = "\"'><script>document.title='no'</script><img src=//e.test/x onerror=alert(1)>{{ 7*7 }}<b>|`x` [a](//e.test)\u202e"


class Reader(HTMLParser):
    """Tags, and the text as it is read, without the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile() -> Row:
    """A failed case with HOSTILE wherever a text can stand."""
    spoiled = answer(HOSTILE, HOSTILE) | {
        "table": {"columns": [HOSTILE], "rows": [[HOSTILE]]},
        "notices": [{"code": HOSTILE, "text": HOSTILE}],
        "certificate": {"passed": False, "unsupported": [HOSTILE]},
        "route": HOSTILE,
        "standalone_question": HOSTILE + "?",
    }
    spoiled["citations"][0] |= {"document_number": HOSTILE, "section": [HOSTILE]}
    texts = {"question": HOSTILE, "history": [{"role": HOSTILE, "content": HOSTILE}], "category": HOSTILE}
    lists = {"evidence": [HOSTILE], "forbidden": [HOSTILE], "key_facts": [[HOSTILE + "x"]]}
    failures = {"failures": [[HOSTILE, HOSTILE]], "shown": HOSTILE, "answer": spoiled}
    return row(HOSTILE, step=HOSTILE, **texts, **lists, **failures)


@pytest.fixture
def page(tmp_path: Path) -> str:
    """A report with two failures at the ends of the pipeline, written in the wrong order, and two passes."""
    history = [{"role": "user", "content": "先前的问题"}, {"role": "assistant", "content": "先前的答复"}]
    rows = [
        row("ok-1"),
        row("late", step="certify", evidence=["乙局牵头"]),
        row("early", step="retrieve", history=history, rank=None),
        row("ok-2", category="numeric"),
    ]
    return html(read_result(write(tmp_path / "run", *rows)))


def test_failures_come_first_and_by_step(page: str) -> None:
    text = Reader(page[page.index("<h2>Failures") :]).text
    order = ("Lost at retrieve (1)", "early由", "Lost at certify (1)", "late由", "ok-1由", "ok-2由")
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    steps = step_labels()
    assert steps["retrieve"] in text and steps["certify"] in text
    assert "Lost at parse" not in text


def test_a_failure_shows_what_it_takes_to_understand_it(page: str) -> None:
    failed = page[page.index('id="case-early"') : page.index('id="case-late"')]
    text = Reader(failed).text
    for part in (
        "先前的问题",
        "先前的答复",
        "early由谁牵头？",
        "没有提到[1]。",
        "绿色工厂 8 家（甲局牵头）",
        "missing fact",
    ):
        assert part in text
    assert re.search(r"Key facts missing\s+甲局\s", text)
    assert "甲局牵头 cited" in text and "none of the passages" in text
    assert "乙局牵头 in no citation" in Reader(page).text


def test_passed_cases_are_folded(page: str) -> None:
    folds = [attributes for tag, attributes in Reader(page).tags if tag == "details"]
    shown = {attributes.get("id") for attributes in folds if "open" in attributes}
    assert shown == {"case-early", "case-late"}


def test_headline_has_intervals_and_keeps_an_unknown_figure(page: str) -> None:
    text = Reader(page).text
    assert re.search(r"Passed.*50\.0 %25\.0 % – 75\.0 %4", text)
    assert re.search(r"Certificate failures.*count2–4", text)
    assert re.search(r"new_figure––0", text)
    assert "2 of 4 cases passed, 2 failed." in text


def test_charts_have_a_text(page: str) -> None:
    labels = [
        attributes.get("aria-label") for _, attributes in Reader(page).tags if attributes.get("role") == "img"
    ]
    assert labels == [
        "1 of 3 passed, 1 correct",
        "1 of 1 passed, 1 correct",
        "p50 10 ms, p95 100 ms",
        "p50 1 s, p95 10 s",
    ]


def test_latency_stands_on_whole_decades() -> None:
    ticks, bands = latency_chart(
        {"ledger": Latency(p50=10, p95=100, n=3), "model": Latency(p50=1000, p95=10000, n=1)}
    )
    assert ticks == [("10 ms", 0.0), ("100 ms", 33.33), ("1 s", 66.67), ("10 s", 100.0)]
    assert [(band.left, band.right) for band in bands] == [(0.0, 33.33), (66.67, 100.0)]
    assert latency_chart({}) == ([], [])
    one = latency_chart({"none": Latency(p50=0, p95=0, n=1)})
    assert [(band.left, band.right) for band in one[1]] == [(0.0, 0.0)]


@pytest.mark.parametrize(
    ("time", "text"), [(0.42, "0.42 ms"), (12.4, "12 ms"), (999.7, "1 s"), (21_500, "21.5 s")]
)
def test_times_are_short(time: float, text: str) -> None:
    assert milliseconds(time) == text


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    result = read_result(
        write(tmp_path / "run", hostile(), system=HOSTILE, split=HOSTILE, policies=[HOSTILE])
    )
    page = Reader(html(result))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "object", "form", "svg"}
    assert page.text.count("{{ 7*7 }}") == html(result).count("{{ 7*7 }}") - 2 > 15  # two stand in attributes
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        assert (attributes.get("href") or "#").startswith("#")
    summary = markdown(result)
    assert not re.search(r"<\w|(?<!\\)`|(?<!\\)\[|\u202e", summary)
    assert (
        len(re.findall(r"^- .*script", summary, re.M)) == 4
    )  # system, split, policies and the case, one line each


def test_policy_of_the_page_forbids_all_but_its_style(page: str) -> None:
    metas = [attributes for tag, attributes in Reader(page).tags if tag == "meta"]
    policy = next(meta["content"] for meta in metas if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.split("; ")[:2] == ["default-src 'none'", "style-src 'unsafe-inline'"]
    assert not re.search(r"url\(|@import|//", page)


def test_markdown_names_each_failure_once(tmp_path: Path) -> None:
    rows = [row("ok"), row("late", step="certify"), row("early", step="retrieve")]
    summary = markdown(read_result(write(tmp_path / "run", *rows)))
    assert re.findall(r"^(?:### .*|- (?:early|late|ok).*)$", summary, re.M) == [
        "### retrieve (1)",
        "- early: early由谁牵头？ (missing fact: 甲局)",
        "### certify (1)",
        "- late: late由谁牵头？ (missing fact: 甲局)",
    ]
    assert "| Passed | 50.0 % | 25.0 % – 75.0 % | 4 |" in summary
    assert "| responsibility | 3 | 1 | 1 | 33.3 % |" in summary


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b\n# c", "a&#124;b &#35; c"),
        ("<b>&", "&#60;b&#62;&#38;"),
        (
            "*x* [y](http://e.test) @all www.e.test",
            "\\*x\\* \\[y\\](http&#58;//e.test) &#64;all www&#46;e.test",
        ),
        ("- 项", "\\- 项"),
        ("Hit@1，10%：8 家", "Hit@1，10%：8 家"),
    ],
)
def test_plain_is_one_line_of_text(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_missing_and_forbidden_facts_are_found_in_any_spelling(tmp_path: Path) -> None:
    facts = {
        "key_facts": [["10家"], ["乙局", "丙局"]],
        "forbidden": ["2025年1月2日"],
        "shown": "10 家，2025-01-02",
    }
    found = view(read_result(write(tmp_path / "run", row("a", step="compose", **facts))).records[0])
    assert (found.missing, found.said) == (("乙局",), ("2025年1月2日",))


def test_a_run_without_cases_or_figures_has_a_report(tmp_path: Path) -> None:
    result = read_result(write(tmp_path / "run", figures={}))
    assert "there are no cases" in html(result)
    assert markdown(result).endswith("None.\n")


def test_an_answer_of_an_error_has_a_report(tmp_path: Path) -> None:
    failed = {"status": "error", "text": "RuntimeError('boom')", "citations": []}
    result = read_result(write(tmp_path / "run", row("a", step="error", answer=failed)))
    assert "RuntimeError('boom')" in Reader(html(result)).text


def test_command_writes_both_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "run", row("a"))
    assert main(["report", str(folder)]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "report.html")
    assert (folder / "report.html").stat().st_size and (folder / "report.md").stat().st_size


def test_command_says_in_one_line_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'none' / 'run.json'}: No such file or directory\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a"', r", line 2: .*JSON.*"),
        ('{"id": "a"}', r", line 2: category: Field required"),
        ("[]", r", line 2: .*"),
        ('{"id": "\\ud800"}', r", line 2: Invalid JSON: .*"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, line: str, reason: str) -> None:
    folder = write(tmp_path / "run", row("ok"))
    with (folder / "cases.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(line + "\n")
    with pytest.raises(ResultError) as raised:
        write_report(folder)
    assert re.fullmatch(re.escape(str(folder / "cases.jsonl")) + reason, str(raised.value))


def test_an_id_may_stand_once_only(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="two lines have the id 'a'"):
        read_result(write(tmp_path / "run", row("a"), row("a")))


def test_every_figure_has_a_meaning() -> None:
    assert all(label and meaning for label, meaning in figure_labels().values())


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, for this module alone."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        ) as launched,
    ):
        yield launched


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_page_fits_asks_for_nothing_and_runs_nothing(browser: Browser, tmp_path: Path, width: int) -> None:
    long = row("long", step="compose", answer=answer("x" * 500, "长" * 500), question="y" * 300)
    folder = write(tmp_path / "run", hostile(), long, row("ok"))
    write_report(folder)
    requests: list[str] = []
    complaints: list[str] = []

    def alerted(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    page = browser.new_page(viewport={"width": width, "height": 844})
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", alerted)
    page.goto((folder / "report.html").as_uri())
    assert page.locator(".case.failed").first.is_visible()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.title().startswith("Evaluation: ")
    assert requests == [(folder / "report.html").as_uri()]
    assert complaints == []
    page.close()
