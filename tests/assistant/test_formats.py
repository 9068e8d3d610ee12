"""A question gets the same answer from a policy as text, as DOCX, as a page and as PDF; of a PDF with its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import cast

import pytest

from assistant.ask import Ask
from assistant.corpus import Corpus
from assistant.draft import Draft
from assistant.reading import read_against
from assistant.route import route
from eval.run import FOLDERS
from index.formats.extraction import Extractor
from index.store import Index
from index.text import squeeze
from tests.assistant.library import corpus_of
from tests.index.documents import as_docx, as_html, as_pdf

SOURCE = (FOLDERS[1] / "qingjiang-zhineng-2025.md").read_text("utf-8")
QUESTIONS = (
    "文号是多少？",
    "索引号是多少？",
    "市数据局负责哪些任务？",
    "到2027年冷库总库容达到多少？",
    "建强产地冷链集配中心由谁负责？",
    "一共有多少项任务？",
    "清江鱼加工冷链园总投资多少？",
)


def answer(corpus: Corpus, question: str) -> Draft | None:
    """What the ledger answers; a question in Chinese needs no index to be read."""
    return route(Ask(read_against(corpus, cast(Index, None), question), corpus, {}, date(2025, 6, 1)))


def said(draft: Draft | None) -> tuple[object, ...]:
    """Text, table and count of an answer, without blanks and marks."""
    if draft is None:
        return ()
    return squeeze(draft.text()), [[squeeze(cell) for cell in cells] for cells, _ in draft.rows], draft.count


@pytest.mark.parametrize(("form", "make"), [("DOCX", as_docx), ("HTML", as_html), ("PDF", as_pdf)])
def test_questions_get_the_same_answers(form: str, make: Callable[[str], bytes]) -> None:
    with Extractor() as extractor:
        found = corpus_of(p=extractor.read(make(SOURCE), f"p.{form}", form).text)
    plain = re.sub(r"(?m)^#+ ", "", SOURCE)  # paper has no levels of headings
    wanted = corpus_of(p=plain if form == "PDF" else SOURCE)
    answers = [said(answer(wanted, question)) for question in QUESTIONS]
    assert sum(map(bool, answers)) >= 5
    assert [said(answer(found, question)) for question in QUESTIONS] == answers
