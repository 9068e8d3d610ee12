"""HTML of answers, evidence and originals: no text becomes markup, no character of a policy is lost."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.answer import Answer, Certificate, Citation, Notice, Passage, Status, Table
from assistant.chain import PolicyAssistant
from assistant.view import (
    answer_html,
    evidence_html,
    failure_html,
    link,
    pending_html,
    printable,
    question_html,
    texts,
    with_citations,
)
from eval.run import FOLDERS
from index.parser import parse
from index.policy import Policy, Section
from pages.frame_html import document_html, viewer_html
from tests.page.markup import Element, elements, having

ROOT = Path(__file__).parents[2]
FILES = [path for folder in FOLDERS for path in sorted(folder.iterdir())]
LEADS = "绿色工厂的目标由哪个局牵头？"
LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")
PIECES = (
    "<script>alert(1)</script>", "</div>", "</a>", '" onmouseover="x', "' onclick='x", "<img src=x onerror=x>",
    "&lt;b&gt;", "&#60;", "<!--", "-->", "]]>", "<?x", "[1]", "[2]", "\n\n", "\r\n", "\u2028", "**", "# ", "`", "$$",
    "{x}", "\x00", "\x1b", "\ud800", "\ufffe", "一、总体要求", "（一）", "甲",
)  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- nothing becomes markup ---------------------------------------------------------------------


def _answer(text: str, status: Status, language: Literal["zh", "en"]) -> Answer:
    """An answer that has ``text`` wherever there is a text."""
    name = text.replace("\ud800", "")  # no policy is called by it
    return Answer(
        text, text, language, status, "ledger", text,
        citations=(Citation(1, name, text, text, (text, text), 0, 1, text, 0.5),),
        passages=(Passage(name, (text,), 5, 9, text, 0.5, 0.5, 0.5), Passage(name, (), 5, 9, text, 2, 1, 1)),
        table=Table((text,), ((text,),), ((1, 2),)),
        count=1,
        certificate=Certificate(status == "answered", (text,)),
        notices=(Notice(text, text),),
    )  # fmt: skip


def _policy(text: str) -> Policy:
    section = Section(0, None, 1, "", text, (text,), 0, len(text), len(text))
    return Policy(text.replace("\ud800", ""), text, text, (), text, text, (section,))


def _everything(text: str) -> str:
    answers = [_answer(text, status, language) for status in get_args(Status) for language in LANGUAGES]
    return "".join(
        [
            *(make(text) for make in (question_html, pending_html, failure_html)),
            *map(answer_html, answers),
            evidence_html(answers[0].passages, answers[0].citations, {text: text}),
            document_html(_policy(text)),
            viewer_html([_policy(text)]),
        ]
    )


def _harmless(text: str) -> str:
    return re.sub("[<>&\"']", "x", text)


def _outline(html: str) -> list[Element]:
    """Elements without what addresses hold, where the harmless characters differ."""
    return [
        Element(
            tag,
            {name: "" if name == "href" else _harmless(value) for name, value in attributes.items()},
            _harmless(text),
        )
        for tag, attributes, text in elements(html)
    ]


@patient
@given(hostile)
@example("".join(PIECES))
def test_a_text_becomes_neither_tag_nor_attribute(text: str) -> None:
    assert _outline(_everything(text)) == _outline(_everything(_harmless(text)))


@patient
@given(hostile)
@example('a&b="c"#')
def test_every_address_is_a_place_on_the_page(policy: str) -> None:
    name = policy.replace("\ud800", "")
    html = viewer_html([_policy(name)]) + evidence_html(
        (), [Citation(1, name, "", "", (), 3, 7, "", 0.0)], {}
    )
    targets = [found.attributes["href"] for found in elements(html) if found.tag == "a"]
    assert targets == [link(name, 0, 0), link(name, 3, 7)]
    assert all(re.fullmatch(r"#p=[\w.~%-]*&s=\d+&e=\d+", target, re.ASCII) for target in targets)


@patient
@given(hostile)
def test_a_message_is_one_line(text: str) -> None:
    """Markdown would read on behind a blank line."""
    plain = Citation(1, "p", "t", "", (), 0, 1, text, 0.5)  # titles are lines of a policy
    table = Table(("项目",), ((text,),), ((1,),))
    for status in get_args(Status):
        answer = Answer(
            text,
            text,
            "zh",
            status,
            "ledger",
            text,
            None,
            (plain,),
            (),
            table,
            1,
            notices=(Notice("", text),),
        )
        for html in (question_html(text), pending_html(text), failure_html(text), answer_html(answer)):
            assert not re.search(r"[\n\r]", html)


@patient
@given(hostile)
def test_a_question_keeps_its_words(text: str) -> None:
    unseen = r"[\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd-\uffff]"
    shown = elements(question_html(text))[0].text
    assert re.sub(unseen, "", shown) == re.sub(unseen, "", text)


def test_what_no_page_can_show_is_marked() -> None:
    assert elements(question_html("甲\x00乙\ud800丙\x1b"))[0].text == "甲\ufffd乙\ufffd丙\ufffd"
    assert elements(question_html("甲 \r\n\n 乙"))[0].text == "甲\n乙"
    assert elements(question_html("每人\u202e元0021\u202c"))[0].text == "每人\ufffd元0021\ufffd"


# --- the original -------------------------------------------------------------------------------


def _paragraphs(policy: Policy) -> Iterator[tuple[int, Element]]:
    for found in elements(document_html(policy)):
        if "data-start" in found.attributes:
            yield int(found.attributes["data-start"]), found


def _lost(policy: Policy) -> str:
    """What a document's paragraphs leave out; each paragraph must be the slice at its offset, in order."""
    at, lost = 0, []
    for start, found in _paragraphs(policy):
        assert start >= at
        assert found.text == printable(policy.source[start : start + len(found.text)])
        lost.append(policy.source[at:start])
        at = start + len(found.text)
    return "".join([*lost, policy.source[at:]])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_document_keeps_every_character(path: Path) -> None:
    policy = parse(path.read_bytes().decode("utf-8"), path.stem)
    assert not re.sub(r"[\s#*]", "", _lost(policy))
    assert len(list(_paragraphs(policy))) >= len(policy.sections) - 1


@patient
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=20).map("\n".join))
@example("# **一、总体要求**\n\n** 甲 **\n<b>乙</b> &amp; \x85 丙")
@example("0\x1f0")
def test_any_document_keeps_every_character(source: str) -> None:
    shown = re.sub(
        "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800\ufffe\uffff]", "甲", source
    )
    assert not re.sub(r"[\s#*]", "", _lost(parse(shown, "any")))


def test_characters_that_are_not_shown_keep_the_offsets() -> None:
    policy = _policy("甲\x00乙<丙\n丁")
    assert [(start, found.text) for start, found in _paragraphs(policy)] == [(0, "甲\ufffd乙<丙"), (6, "丁")]


def test_headings_are_headings(assistant: PolicyAssistant) -> None:
    tags = {found.text: found.tag for _, found in _paragraphs(assistant.index.policies["hanzhong-2024-11"])}
    assert tags["一、总体要求"] == tags["二、重点任务"] == "h3"
    assert tags["（一）坚持科技创新驱动"] == "h4"
    assert next(tag for text, tag in tags.items() if text.startswith("8. 推动绿色低碳转型。")) == "p"


# --- texts --------------------------------------------------------------------------------------


def test_both_languages_have_the_texts_that_are_used() -> None:
    tables = tomllib.loads((ROOT / "assistant" / "ui.toml").read_text("utf-8"))
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "assistant").glob("*.py")]
    code = "".join(path.read_text("utf-8") for path in files)
    named = set(re.findall(r"""words\[["'](\w+)["']\]""", code))
    literals = re.findall(r"""["']([\w{}.()]+)["']""", code)
    patterns = [r"\w+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", name)) for name in literals]
    plain, made = set(patterns), [name for name in set(patterns) if r"\w+" in name and name != r"\w+"]
    assert set(tables) == set(LANGUAGES)
    assert set(tables["zh"]) == set(tables["en"]) >= named
    unused = [key for key in tables["zh"] if key not in plain and not any(re.fullmatch(m, key) for m in made)]
    assert unused == []
    between = {"targets_gap"}  # what stands between two texts: nothing, in Chinese
    assert all(text.strip() for table in tables.values() for key, text in table.items() if key not in between)


@pytest.mark.parametrize("key", tomllib.loads((ROOT / "assistant" / "ui.toml").read_text("utf-8"))["zh"])
def test_a_text_has_the_same_variables_in_both_languages(key: str) -> None:
    chinese, english = (sorted(re.findall(r"\{\w*\}", texts(language)[key])) for language in LANGUAGES)
    assert chinese == english


# --- answers ------------------------------------------------------------------------------------


def _links(html: str) -> list[tuple[str, str]]:
    return [(found.text, found.attributes["href"]) for found in elements(html) if found.tag == "a"]


def _places(answer: Answer) -> dict[str, str]:
    return {f"[{found.number}]": link(found.policy, found.start, found.end) for found in answer.citations}


def test_an_answer_links_its_citations(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": LEADS})
    html = answer_html(answer)
    marks = re.findall(r"\[\d+\]", answer.text)
    places = _places(answer)
    assert marks and set(marks) == set(places)
    assert _links(html) == [(mark, places[mark]) for mark in [*marks, *places]]  # text, then sources
    (text,) = having(html, "text")
    assert text.text == answer.text
    (sources,) = having(html, "sources")
    assert sources.text.count("汉政办发〔2024〕11号") == len(places)
    assert "8. 推动绿色低碳转型" in sources.text
    assert [found.text for found in having(html, "sound")] == [texts()["certified"]]
    assert not having(html, "state") and not having(html, "notice")
    assert elements(html)[0].attributes == {"class": "answer answered", "lang": "zh"}


def test_a_table_cites_every_row(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": "市科技局配合哪些任务？"})
    assert answer.table
    html = answer_html(answer)
    (table,) = [found for found in elements(html) if found.tag == "table"]
    heads = [found.text for found in elements(html) if found.tag == "th"]
    assert heads == [*answer.table.columns, texts()["cited"]]
    cells = iter([found.text for found in elements(html) if found.tag == "td"])
    for row, numbers in zip(answer.table.rows, answer.table.citations, strict=True):
        marks = "".join(f"[{number}]" for number in numbers)
        assert [next(cells) for _ in heads] == [*row, marks]
    assert next(cells, None) is None and table.text
    assert [found.text for found in having(html, "count")] == [f"共 {answer.count} 项"]
    assert set(_links(html)) == set(_places(answer).items())


def test_a_partial_answer_says_so_first_and_names_what_is_unsupported(assistant: PolicyAssistant) -> None:
    answer = replace(
        assistant.invoke({"question": LEADS}),
        status="partial",
        notices=(Notice("expired", "该文件已失效。"),),
        certificate=Certificate(False, ("9 家", "市财政局")),
    )
    html = answer_html(answer)
    assert [found.text for found in having(html, "state")] == [texts()["partial"]]
    assert [found.text for found in having(html, "notice")] == ["该文件已失效。"]
    assert [found.text for found in having(html, "unsound")] == ["未能核对：9 家、市财政局"]
    assert not having(html, "sound")
    assert elements(html)[0].text.startswith("该文件已失效。" + texts()["partial"])


def test_a_refusal_names_the_nearest_clauses(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": "绿色工厂补贴多少钱？"})
    html = answer_html(answer)
    assert answer.status == "refused"
    assert [found.text for found in having(html, "state")] == [texts()["refused"]]
    nearest = answer.passages[:3]
    assert len(nearest) == 3
    assert _links(html) == [(" › ".join(p.section), link(p.policy, p.start, p.end)) for p in nearest]
    assert not having(html, "foot") and not having(html, "sources")
    assert not having(answer_html(replace(answer, passages=())), "nearest")
    header = replace(answer, passages=(replace(nearest[0], section=()),))
    assert _links(answer_html(header, {nearest[0].policy: "某方案"}))[0][0] == "某方案"


def test_quotes_are_shown_without_marks_of_headings(assistant: PolicyAssistant) -> None:
    answer = replace(assistant.invoke({"question": LEADS}), text="### 一、目标\n8 家#[1]", table=None)
    assert having(answer_html(answer), "text")[0].text == "一、目标\n8 家#[1]"


def test_an_english_answer_is_framed_in_english(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": "Which bureau leads the green-factory targets?"})
    html = answer_html(answer)
    assert elements(html)[0].attributes["lang"] == "en"
    assert [found.text for found in having(html, "sound")] == [texts("en")["certified"]]
    assert [found.text for found in having(html, "copy")] == ["Copy"]
    assert "市工业和信息化局 (Municipal Industry" in having(html, "text")[0].text


def test_a_mark_without_a_citation_stays_text() -> None:
    html = with_citations("甲[1]，见[2]和[12345]。", [Citation(1, "p", "", "", (), 3, 7, "", 0.0)])
    assert _links(html) == [("[1]", "#p=p&s=3&e=7")]
    assert html.endswith("，见[2]和[12345]。")


# --- evidence -----------------------------------------------------------------------------------


def test_evidence_is_what_is_cited_then_what_else_was_found() -> None:
    cited = Citation(1, "p", "标题", "某政发〔2024〕1号", ("一、目标",), 10, 20, "所引", 0.504)
    passages = [
        Passage("p", ("一、目标",), 5, 11, "重叠", 0.9, 0.9, 0.9),
        Passage("p", ("二、任务",), 20, 30, "相邻", 1.7, 0.9, 0.9),
        Passage("q", (), 10, 20, "他件", -0.2, 0.1, 0.1),
    ]
    html = evidence_html(passages, [cited], {"p": "标题", "q": "另件"})
    assert [text for found in having(html, "quote") for text in [found.text]] == ["所引", "相邻", "他件"]
    assert [found.text for found in having(html, "place")] == ["[1] 一、目标", "二、任务", "另件"]
    assert [found.text for found in having(html, "source")] == ["标题 某政发〔2024〕1号", "标题", "另件"]
    assert [found.text for found in having(html, "name")] == [
        f"{texts()['relevance']} {share}%" for share in (50, 100, 0)
    ]
    hrefs = [found.attributes["href"] for found in having(html, "card")]
    assert hrefs == ["#p=p&s=10&e=20", "#p=p&s=20&e=30", "#p=q&s=10&e=20"]
    assert not having(html, "hint")
    assert [found.text for found in having(evidence_html((), (), {}), "hint")] == [texts()["evidence_empty"]]
