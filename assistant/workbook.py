"""Tables as an Excel file: what begins like a formula is text, numbers are numbers, the head stays in sight."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from assistant.view import printable

Cell = str | int | float | None
WIDEST = 60  # characters of a column; longer text is wrapped
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may take for a formula
_TITLE = re.compile(r"[\[\]:*?/\\]")  # characters that the name of a sheet cannot hold


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a head."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    fixed: int = 0  # columns that stay in sight when the others are scrolled


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as an .xlsx file (ECMA-376)."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    del book[book.sheetnames[0]]
    for sheet in sheets:
        page = book.create_sheet(_TITLE.sub(" ", printable(sheet.title))[:31])
        for number, values in enumerate((sheet.head, *sheet.rows), start=1):
            for column, value in enumerate(values, start=1):
                if column == 1 or value not in (
                    "",
                    None,
                ):  # a cell is slow to make, and most of a matrix is empty
                    _write(page.cell(number, column), value)
        for cell in page[1]:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EEEEEE")
        page.freeze_panes = f"{get_column_letter(sheet.fixed + 1)}2"
        for column in range(1, len(sheet.head) + 1):
            widths = (_width(row[column - 1]) for row in (sheet.head, *sheet.rows))
            page.column_dimensions[get_column_letter(column)].width = min(WIDEST, max(widths) + 2)
        if sheet.rows:
            page.auto_filter.ref = page.dimensions
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write(cell: Any, value: Cell) -> None:
    """A value in a cell; a text is never read as a formula, an error or a link."""
    from openpyxl.styles import Alignment

    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if not isinstance(value, str):
        cell.value = value
        return
    text = printable(value)
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True  # stays text when it is edited or saved as CSV


def _width(value: Cell) -> int:
    """How many half-width characters the longest line of a cell takes."""
    lines = "" if value is None else str(value)
    return max(
        (
            sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
            for line in lines.split("\n")
        ),
        default=0,
    )
