"""Excel files: what is written is what is read, and nothing of it is a formula."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from assistant.duty_overview import DutyFilter, Overview, filter_duties, read_overview
from assistant.overview_sheets import comparator_word, duty_sheets, role_word, target_sheets
from assistant.target_overview import TargetFilter, filter_targets
from assistant.view import texts
from assistant.workbook import Cell, Sheet, write_workbook
from tests.assistant.library import corpus_of
from tests.assistant.test_duty_overview import WRITTEN
from tests.assistant.test_target_overview import TEXT


def read(sheets: list[Sheet]) -> dict[str, list[list[Any]]]:
    """Title -> rows with their head, of the file that the sheets make; an empty cell is "" or None as written."""
    book = load_workbook(BytesIO(write_workbook(sheets)))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book}


def plain(sheet: Sheet) -> list[list[Cell]]:
    """What a reader sees of a sheet: an empty text is an empty cell."""
    return [[None if cell == "" else cell for cell in row] for row in (sheet.head, *sheet.rows)]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from("=+-@'\"a1 年家（）()\n#N/A:"), max_size=12),
            st.integers(-5, 9) | st.none(),
        ),
        max_size=5,
    )
)
def test_text_is_text_and_numbers_are_numbers(rows: list[tuple[str, int | None]]) -> None:
    sheet = Sheet("表", ("文", "数"), rows)
    book = load_workbook(BytesIO(write_workbook([sheet])))
    cells = list(book["表"].iter_rows(min_row=2))
    assert [[cell.value for cell in row] for row in cells] == plain(sheet)[1:]
    for (text, number), (first, second) in zip(rows, cells, strict=True):
        assert first.data_type != "f"
        assert not text or first.data_type == "s"
        assert bool(first.quotePrefix) == text.startswith(("=", "+", "-", "@"))
        assert number is None or second.data_type == "n"


def test_a_formula_is_shown_and_not_run() -> None:
    sheet = Sheet("[a]:*?/\\b", ("=1+1",), [['=HYPERLINK("http://x.test")'], ["a\x00b\ud800"], ["#REF!"]])
    (title, rows), *_ = read([sheet]).items()
    assert not set(title) & set("[]:*?/\\")
    assert rows == [["=1+1"], ['=HYPERLINK("http://x.test")'], ["a\ufffdb\ufffd"], ["#REF!"]]


def test_the_head_stays_in_sight_and_columns_are_as_wide_as_their_words() -> None:
    sheet = Sheet("表", ("单位", "任务"), [["市财政局", "很长" * 80]], fixed=1)
    page = load_workbook(BytesIO(write_workbook([sheet])))["表"]
    assert page.freeze_panes == "B2"
    assert page.column_dimensions["A"].width == len("市财政局") * 2 + 2
    assert page.column_dimensions["B"].width == 60
    assert page["B2"].alignment.wrap_text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("chosen", [DutyFilter(), DutyFilter(sort="body", descending=True, text="市")])
def test_duties_in_excel_are_those_shown(everything: Overview, chosen: DutyFilter, language: str) -> None:
    words = texts(language)
    sheets = duty_sheets(everything, chosen, words, language)
    table, matrix, bodies = read(sheets).values()
    assert [table, matrix, bodies] == [plain(sheet) for sheet in sheets]
    rows = filter_duties(everything, chosen)
    assert [(row[1], row[2], row[5], row[6]) for row in table[1:]] == [
        (role_word(words, row.role), row.task.name, row.task.quote, everything.titles[row.task.policy])
        for row in rows
    ]
    letters = sum(len(str(cell).split()) for row in matrix[1:] for cell in row[1:] if cell)
    assert letters == len({(row.body.label, row.task.policy, row.task.number, row.role) for row in rows})
    assert letters == sum(sum(row[1:]) for row in bodies[1:])


def test_the_sheet_of_one_organisation_has_its_tasks_and_targets() -> None:
    overview = read_overview(corpus_of(lanjiang=WRITTEN))
    *_, sheet = duty_sheets(overview, DutyFilter(body="市工业和信息化局"), texts(), "zh")
    assert [row[:4] for row in sheet.rows] == [
        ("牵头", "培育企业", "市工业和信息化局", "示范企业：力争突破300家（2025年）"),
        ("牵头", "建设园区", "市工业和信息化局", "园区：达到5个（2027年）"),
    ]


def test_targets_in_excel_are_those_shown() -> None:
    words, everything = texts(), read_overview(corpus_of(yunxiu=TEXT))
    chosen = TargetFilter(sort="due")
    sheets = target_sheets(everything, chosen, words)
    book = read(sheets)
    assert list(book.values()) == [plain(sheet) for sheet in sheets]
    assert list(book) == [words["targets_aims"], words["targets_base"], words["targets_chart"]]
    rows = filter_targets(everything.targets, chosen)
    aims = [row for row in rows if not row.base]
    assert [row[:3] for row in book[words["targets_aims"]][1:]] == [
        [row.indicator, comparator_word(words, row), row.low] for row in aims
    ]
    assert all(isinstance(row[2], int | float) for row in book[words["targets_aims"]][1:])
    assert len(book[words["targets_base"]]) - 1 == len(rows) - len(aims)
    assert sum(row[-1] for row in book[words["targets_chart"]][1:]) == len(aims)
