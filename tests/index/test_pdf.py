"""What a PDF does to a text: broken lines, margins, columns, tables over pages, notes, pages that are turned."""

from __future__ import annotations

from typing import Any

import pytest

from index.formats.pdf_lines import Glyph, lines_of
from index.formats.radicals import unified
from index.formats.text import UnreadableError
from index.formats.worker import extract
from tests.index.documents import as_pdf, font
from tests.index.hostile import SENTENCE, drawn, rotated, sideways

LONG = "为深入贯彻落实上级关于推进新型工业化的重要部署，加快构建现代工业产业体系，结合本市实际制定本方案，请各部门认真组织实施，并按时报送进展情况"


def lines(data: bytes) -> list[str]:
    """The lines of a PDF."""
    return extract(data, "PDF").text.splitlines()


def put(canvas: Any, x: float, y: float, text: str, size: float = 12) -> None:
    """Draw a line of text."""
    canvas.setFont(font(), size)
    canvas.drawString(x, y, text)


@pytest.mark.parametrize("page", [rotated, sideways])
def test_a_page_that_is_turned_is_read(page: Any) -> None:
    assert lines(drawn(page)) == [SENTENCE]


def test_a_table_over_pages_is_one_with_the_page_of_each_row() -> None:
    rows = "\n".join(
        f"| {n} | 建设第{n}处便民服务站点并投入使用 | 市民政局 | 市财政局、市自然资源局 |"
        for n in range(1, 61)
    )
    source = f"# 某市办法\n\n一、任务分工\n\n| 序号 | 任务 | 牵头单位 | 配合单位 |\n| --- | --- | --- | --- |\n{rows}\n\n二、附则"
    found = extract(as_pdf(source), "PDF")
    kept = found.text.splitlines()
    assert [line for line in kept if line.startswith("|")] == source.split("\n\n")[2].splitlines()
    assert kept[-1] == "二、附则" and len(found.pages) >= 3
    starts = {page: found.text[at:].splitlines()[0] for at, page in found.pages}
    assert starts[2].startswith("|") and starts[3].startswith("|")


def test_a_paragraph_over_a_page_s_end_is_one_and_notes_stand_behind_it() -> None:
    def first(canvas: Any) -> None:
        put(canvas, 96, 200, LONG[:34])
        put(canvas, 72, 180, LONG[34:70])
        put(canvas, 96, 700, "一、总体要求")
        put(canvas, 72, 90, "① 新型工业化，指与信息化融合的工业化。", 9)
        put(canvas, 290, 40, "— 1 —", 9)

    def second(canvas: Any) -> None:
        put(canvas, 72, 740, "本句从上一页接续而来，在这里结束。")
        put(canvas, 96, 720, "二、主要任务")
        put(canvas, 290, 40, "— 2 —", 9)

    found = lines(drawn(first, second))
    assert found == [
        "一、总体要求",
        f"{LONG[:70]}本句从上一页接续而来，在这里结束。",
        "① 新型工业化，指与信息化融合的工业化。",
        "二、主要任务",
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = (
        [f"左栏第{n}行的文字排得满满当当一直到栏边" for n in range(9)],
        [f"右栏第{n}行的文字排得满满当当一直到栏边" for n in range(9)],
    )

    def page(canvas: Any) -> None:
        put(canvas, 72, 760, "跨过两栏的标题写在最上面，它比任何一栏都要宽，所以单独成行")
        for number, (a, b) in enumerate(zip(left, right, strict=True)):
            put(canvas, 60, 720 - 20 * number, a)
            put(canvas, 320, 720 - 20 * number, b)

    found = "".join(lines(drawn(page)))
    assert found.index("左栏第8行") < found.index("右栏第0行") < found.index("右栏第8行")


def test_fields_side_by_side_keep_their_gap() -> None:
    def page(canvas: Any) -> None:
        put(canvas, 72, 760, "索引号：AB/2025-1")
        put(canvas, 320, 760, "主题分类：工业")
        put(canvas, 72, 740, "发文字号：某政办发〔2025〕1号")
        put(canvas, 320, 740, "成文日期：2025年1月2日")

    assert lines(drawn(page)) == [
        "索引号：AB/2025-1 主题分类：工业",
        "发文字号：某政办发〔2025〕1号 成文日期：2025年1月2日",
    ]


def test_bold_by_printing_twice_is_one_text() -> None:
    def page(canvas: Any) -> None:
        put(canvas, 72, 700, SENTENCE)
        put(canvas, 72.3, 700, SENTENCE)

    assert lines(drawn(page)) == [SENTENCE]


def test_radicals_are_the_characters_that_they_look_like() -> None:
    assert unified("⼯业和信息化局⻓负责⾷品⻋间，⺠政 8家") == "工业和信息化局长负责食品车间，民政 8家"


def test_words_of_latin_letters_stay_apart_and_a_raised_mark_stays_on_its_line() -> None:
    def glyphs(text: str, x: float, top: float, size: float = 12) -> list[Glyph]:
        return [Glyph(c, x + i * size, x + (i + 1) * size, top, top + size, size) for i, c in enumerate(text)]

    (line,) = lines_of(
        [*glyphs("AI", 0, 100), *glyphs("and", 30, 100), *glyphs("算力", 66, 100), *glyphs("1", 90, 98, 7)], 1
    )
    assert line.text == "AI and算力1"


def test_pages_without_text_are_named() -> None:
    from tests.index.hostile import scan, written

    with pytest.raises(UnreadableError) as caught:
        extract(drawn(written, scan, scan), "PDF")
    assert (caught.value.name, caught.value.values) == ("scanned", {"pages": "2、3"})


def test_a_table_without_lines_at_its_sides_is_whole() -> None:
    from reportlab.platypus import Table

    rows = [
        ["任务", "牵头单位", "配合单位"],
        ["修复湿地", "市林业局", "市水务局"],
        ["建设公园", "市住建局", "市财政局"],
    ]

    def page(canvas: Any) -> None:
        put(canvas, 72, 760, "一、任务分工")
        style: list[tuple[Any, ...]] = [
            ("INNERGRID", (0, 0), (-1, -1), 0.5, "black"),
            ("LINEABOVE", (0, 0), (-1, 0), 1, "black"),
        ]
        style += [("LINEBELOW", (0, -1), (-1, -1), 1, "black"), ("FONTNAME", (0, 0), (-1, -1), font())]
        table = Table(rows, colWidths=[150] * 3, style=style)
        table.wrapOn(canvas, 450, 200)
        table.drawOn(canvas, 72, 650)

    found = lines(drawn(page))
    assert found == [
        "一、任务分工",
        "",
        *(f"| {' | '.join(row)} |" for row in [rows[0], ["---"] * 3, *rows[1:]]),
    ]
