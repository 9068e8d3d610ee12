"""An exported conversation: every clause that is cited stands in the file, to the letter and with its number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.answer import Answer, Certificate, Citation, Notice, Passage, Table
from assistant.conversation import Turn, new_turn
from assistant.export import file_name, to_markdown, to_word
from assistant.view import texts
from tests.assistant.conftest import Ask

DAY = date(2025, 1, 31)
NUMBER = "汉政办发〔2024〕11号"
QUESTIONS = (
    "绿色工厂的目标由哪个局牵头？",
    "市科技局配合哪些任务？",
    "绿色工厂补贴多少钱？",
    "Which bureau leads the green-factory targets?",
)
HOSTILE = (
    "<script>x</script> ![图](http://other.invalid/x.png) [链](javascript:x) **重** `码` $x$ | 列 |\n"
    "# 题\n- 项\n1. 项\n> 引\n~~~\n<b>&amp; [1][9]\x00\u202e"
)


@pytest.fixture(scope="module")
def turns(ask: Ask) -> list[Turn]:
    """A conversation with a sentence, a table, a refusal and an answer in English."""
    return [new_turn(ask(question), "g") for question in QUESTIONS]


def _bare(text: str) -> str:
    """Text without blanks and the backslashes of Markdown."""
    return re.sub(r"[\s\\]", "", text)


def _notes(document: Any) -> dict[str, str]:
    """Id and text of each footnote that has a text."""
    root = parse_xml(document.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES).blob)
    return {
        note.get(qn("w:id")): "".join(text.text for text in note.iter(qn("w:t")))
        for note in root
        if note.get(qn("w:type")) is None
    }


def _hostile() -> Answer:
    """An answer that has hostile text wherever there is a text."""
    return Answer(
        HOSTILE, HOSTILE, "zh", "partial", "ledger", HOSTILE,
        citations=(Citation(1, "p", HOSTILE, HOSTILE, (HOSTILE,), 0, 1, HOSTILE, 0.5),),
        passages=(Passage("p", (HOSTILE,), 0, 1, HOSTILE, 0.5, 0.5, 0.5),),
        table=Table((HOSTILE,), ((HOSTILE,),), ((1, 2),)),
        count=1,
        certificate=Certificate(False, (HOSTILE,)),
        notices=(Notice("x", HOSTILE),),
    )  # fmt: skip


# --- Markdown -----------------------------------------------------------------------------------


def test_markdown_quotes_every_cited_clause(turns: Sequence[Turn]) -> None:
    text = to_markdown("绿色工厂", turns, texts(), DAY)
    notes = [line for line in re.split(r"\n\n", text) if re.match(r"\[\^\d+\]:", line)]
    citations = [citation for turn in turns for citation in turn.answer.citations]
    assert len(notes) == len(citations) > 3
    for citation in citations:
        assert any(
            _bare(citation.quote) in _bare(note)
            and NUMBER in note
            and _bare("›".join(citation.section)) in _bare(note)
            for note in notes
        ), citation.quote
    assert text.startswith("# 绿色工厂\n\n") and "2025-01-31" in text and texts()["original_prevails"] in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [f"## {q}" for q in QUESTIONS]
    assert texts()["refused"] in text


def test_markdown_has_one_note_for_each_mark(turns: Sequence[Turn]) -> None:
    body, *notes = re.split(r"\n\n(?=\[\^\d+\]:)", to_markdown("对话", turns, texts(), DAY))
    marks = [int(number) for number in re.findall(r"(?<!\\)\[\^(\d+)\]", body)]
    assert list(dict.fromkeys(marks)) == list(range(1, len(notes) + 1))
    assert [int(re.match(r"\[\^(\d+)\]:", note)[1]) for note in notes] == sorted(set(marks))  # type: ignore[index]


def test_markdown_keeps_the_table(turns: Sequence[Turn]) -> None:
    table = turns[1].answer.table
    assert table
    rows = [line.strip("| ").split(" | ") for line in to_markdown("对话", turns, texts(), DAY).splitlines() if line[:1] == "|"]  # fmt: skip
    head, rule, *body = rows
    assert head == [*table.columns, texts()["cited"]] and set(rule) == {"---"}
    assert [[_bare(cell) for cell in row[:-1]] for row in body] == [
        [_bare(cell) for cell in row] for row in table.rows
    ]
    assert all(re.fullmatch(r"(\[\^\d+\])+", row[-1]) for row in body)


def test_nothing_of_an_answer_is_markup() -> None:
    text = to_markdown(HOSTILE, [new_turn(_hostile(), "g")], texts(), DAY)
    free = re.sub(r"\\.", "", text)  # without what is escaped
    assert not re.search(r"[`*_<~$&]", free.replace("<br>", ""))
    assert not re.sub(r"\[\^1\]", "", free).count("[")
    openings = {line.split(" ")[0] for line in free.splitlines() if re.match(r"[#>|+-]|\d+[.)]", line)}
    assert openings <= {"#", "##", ">", "|", "-"}
    assert "\x00" not in text and "\u202e" not in text
    assert len([line for line in text.splitlines() if line.startswith("|")]) == 3


# --- Word ---------------------------------------------------------------------------------------


def test_word_quotes_every_cited_clause_in_a_footnote(turns: Sequence[Turn]) -> None:
    document = Document(BytesIO(to_word("绿色工厂", turns, texts(), DAY)))
    notes = _notes(document)
    citations = [citation for turn in turns for citation in turn.answer.citations]
    assert len(notes) == len(citations)
    for citation in citations:
        assert any(
            _bare(citation.quote) in _bare(note)
            and NUMBER in note
            and _bare("›".join(citation.section)) in _bare(note)
            for note in notes.values()
        ), citation.quote
    referred = [found.get(qn("w:id")) for found in document.element.iter(qn("w:footnoteReference"))]
    assert referred == list(notes) == [str(number + 1) for number in range(len(notes))]
    marks = {found.get(qn("w:name")) for found in document.element.iter(qn("w:bookmarkStart"))}
    again = [found.get(qn("w:instr")).split()[1] for found in document.element.iter(qn("w:fldSimple"))]
    assert again and set(again) <= marks  # a clause that is cited twice has one note


def test_word_has_questions_as_headings_and_tables_as_tables(turns: Sequence[Turn]) -> None:
    document = Document(BytesIO(to_word("绿色工厂", turns, texts(), DAY)))
    styled = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs if paragraph.style]
    assert [text for name, text in styled if name == "Heading 2"] == list(QUESTIONS)
    assert [text for name, text in styled if name == "Heading 1"] == ["绿色工厂"]
    first = turns[0].answer.text
    assert any(_bare(text) == _bare(re.sub(r"\[\d+\]", "", first)) for _, text in styled)
    table = turns[1].answer.table
    assert table and len(document.tables) == 1
    head, *rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert head == [*table.columns, texts()["cited"]]
    assert [row[:-1] for row in rows] == [list(row) for row in table.rows]
    assert document.core_properties.title == "绿色工厂"
    assert not document.core_properties.author and not document.core_properties.comments


def test_word_takes_any_text() -> None:
    document = Document(BytesIO(to_word(HOSTILE, [new_turn(_hostile(), "g")], texts(), DAY)))
    (note,) = _notes(document).values()
    assert "<script>x</script>" in note and "\x00" not in note
    assert document.tables[0].rows[1].cells[1].text == "[2]"  # its citation is not there; [1] is a mark


def test_a_citation_without_a_mark_has_its_note_too(ask: Ask) -> None:
    answer = replace(ask(QUESTIONS[0]), text="由该局牵头。", table=None)
    assert to_markdown("对话", [new_turn(answer, "g")], texts(), DAY).count("\n[^") == 2
    assert len(_notes(Document(BytesIO(to_word("对话", [new_turn(answer, "g")], texts(), DAY))))) == 2


# --- the file's name ----------------------------------------------------------------------------


@settings(deadline=None)
@given(st.text())
@example("绿色工厂的目标由哪个局牵头？")
@example("../../etc/passwd\x00")
@example("汉" * 500)
@example("CON")
def test_a_files_name_is_safe(name: str) -> None:
    made = file_name(name, ".docx", texts())
    assert re.fullmatch(r"[\w()（）〔〕-]+\.docx", made)
    assert made.startswith("政策问答") and len(made.encode()) <= 255


def test_a_files_name_says_what_is_in_it() -> None:
    assert file_name("绿色工厂，由谁牵头？", ".md", texts()) == "政策问答-绿色工厂_由谁牵头.md"
    assert file_name("？", ".md", texts()) == "政策问答.md"
