"""Tables as grids: cells that are slices of the source, rows that fit their header, and how a row is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.grids import Grid, grids, row_told
from index.lines import CELL

HEADER = "岗位类别　　　　巡查里程（公里）　　　人数（人）　　　津贴（元/月）"
FULL = "专职护河员　　　40　　　3　　　1360"
BLANK = "兼职护河员　　　　　　　　　5　　　620"


def tables(*lines: str) -> tuple[Grid, ...]:
    """The tables of a text of these lines."""
    source = "\n".join(lines)
    return grids(source, 0, len(source))


def heads(grid: Grid) -> list[str]:
    """The first cell of each row below the header."""
    return [row.cells[0].text for row in grid.rows]


@given(
    st.lists(st.text("甲乙丙丁子丑", min_size=2, max_size=CELL), min_size=3, max_size=5),
    st.lists(st.text("壬癸0123456789", min_size=2, max_size=CELL), min_size=5, max_size=5),
    st.data(),
)
def test_cells_apart_by_blanks_are_slices_of_the_source(
    names: list[str], values: list[str], data: st.DataObject
) -> None:
    values = values[: len(names)]
    gaps = st.sampled_from(["　　", "　　　　", "   ", " 　 　"])
    lines = ["".join(f"{cell}{data.draw(gaps)}" for cell in row) for row in (names, values)]
    source = f"按下表执行：\n{lines[0]}\n{lines[1]}\n完。\n"
    (grid,) = grids(source, 0, len(source))
    assert [source[cell.start : cell.end] for cell in grid.header.cells] == names
    assert [source[cell.start : cell.end] for cell in grid.rows[0].cells] == values


@pytest.mark.parametrize("stray", [BLANK, FULL + "　　　备用", "专职\t\t\t3\t1360"])
def test_a_row_with_other_than_its_headers_cells_stays_text(stray: str) -> None:
    (grid,) = tables(HEADER, FULL, stray, FULL.replace("专职", "季节"))
    assert heads(grid) == ["专职护河员", "季节护河员"]
    assert tables(HEADER, stray) == ()


def test_behind_a_row_of_two_cells_no_row_is_read() -> None:
    header, *rows = "岗位　　　人数　　　津贴", "专职　　　3人　　　1360元", "兼职　　　　　　　620元"
    (grid,) = tables(header, *rows, "季节工　　　全天　　　按日计", "代巡员　　　2人　　　300元")
    assert heads(grid) == ["专职"]
    again, other = tables(header, *rows, "表二", header, rows[0].replace("专职", "临时"))
    assert (heads(again), heads(other)) == (["专职"], ["临时"])


def test_a_line_of_blanks_over_a_table_of_bars_is_not_its_header() -> None:
    (grid,) = tables("表1　　　岗位补贴　　　2025年", "| 岗位 | 津贴 |", "|---|---|", "| 专职 | 1360 |")
    assert [cell.text for cell in grid.header.cells] == ["岗位", "津贴"]
    assert heads(grid) == ["专职"]


@pytest.mark.parametrize(
    "first", ["申请表　　　原件　　　2份", "专职　　　3　　　1360", "甲县　　　三个月　　　全县"]
)
def test_blanks_whose_first_row_holds_a_quantity_have_no_header(first: str) -> None:
    assert tables(first, "身份证　　　复印件　　　1份", "承诺书　　　原件　　　1份") == ()


@pytest.mark.parametrize(
    "header", ["指标　　　2025年　　　2026年", "指标　　　2025　　　2026", "岗位　　　5年以上　　　1月"]
)
def test_a_year_and_a_limit_are_names_of_columns(header: str) -> None:
    (grid,) = tables(header, "护河员　　　30　　　40")
    assert heads(grid) == ["护河员"]


@pytest.mark.parametrize(
    ("header", "cell", "told"),
    [
        ("津贴（元/月）", "1360", "津贴1360元/月"),
        ("津贴（单位：元）", "1,360", "津贴1,360元"),
        ("津贴（元/月）", "按季核算", "津贴按季核算"),
        ("产值（2025年）", "100", "产值(2025年)100"),
        ("津贴（试行）", "1360", "津贴(试行)1360"),
        ("产值（万元）（2025年）", "100", "产值(2025年)100万元"),
    ],
)
def test_of_the_brackets_of_a_header_only_a_unit_is_told_behind_the_value(
    header: str, cell: str, told: str
) -> None:
    (grid,) = tables(f"| 岗位 | {header} |", "|---|---|", f"| 专职 | {cell} |")
    assert row_told(grid, grid.rows[0]) == f"岗位专职；{told}"
