"""A policy's text as a DOCX, a page of a portal and a PDF, as an office would write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from io import BytesIO
from typing import Any

Rows = list[list[str]]
Block = tuple[int, str] | Rows  # level of a heading (0: a paragraph) and its text, or the rows of a table


def blocks(source: str) -> Iterator[Block]:
    """The paragraphs and tables of a text in order; a table's cells without Markdown."""
    rows: Rows = []
    for line in [*source.splitlines(), ""]:
        cells = cells_of(line)
        if cells:
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
            continue
        if rows:
            yield rows
            rows = []
        match = re.match(r"(#*)\s*(.*)", line.strip(" 　"))
        if match and match.group(2):
            yield len(match.group(1)), match.group(2)
    if rows:
        yield rows


def cells_of(line: str) -> list[str]:
    """The cells of a row of Markdown or tabs, [] of a line that is none."""
    if line.startswith("|"):
        return [cell.strip() for cell in line.strip().strip("|").split("|")]
    return (
        [cell.strip() for cell in line.split("\t")] if line.count("\t") >= 2 and "： \t" not in line else []
    )


def as_docx(source: str) -> bytes:
    """A Word document: headings in Word's styles, paragraphs, tables."""
    from docx import Document

    document = Document()
    for block in blocks(source):
        if isinstance(block, tuple):
            level, text = block
            document.add_heading(text, min(level, 9)) if level else document.add_paragraph(f"　　{text}")
            continue
        table = document.add_table(0, max(map(len, block)))
        for row in block:
            for cell, text in zip(table.add_row().cells, row, strict=False):
                cell.text = text.replace("<br>", "\n")
    file = BytesIO()
    document.save(file)
    return file.getvalue()


PAGE = """<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{title}_政府文件_某市人民政府门户网站</title><script>var a = "脚本里的文字，不是正文。";</script>
<style>p {{ text-indent: 2em }}</style></head><body>
<div class="top-nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk">政务公开</a></li><li><a href="/hd">互动交流</a></li></ul></div>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; 正文</div>
<div class="main"><div class="article" id="zoom">
{body}
</div><div class="share">分享到：<a href="#">微信</a> <a href="#">微博</a></div></div>
<div class="footer"><p>主办：某市人民政府　地址：某市某路1号</p><p>某ICP备12345678号　网站标识码：1234567890</p></div>
</body></html>"""


def as_html(source: str, charset: str = "utf-8") -> bytes:
    """A page of a portal with the text in it, and navigation and foot around it."""
    parts = []
    title = next(
        (text for block in blocks(source) if isinstance(block, tuple) for level, text in [block] if level), ""
    )
    for block in blocks(source):
        if isinstance(block, tuple):
            level, text = block
            said = escape(text)
            parts.append(
                f"<h{level}>{said}</h{level}>" if level else f"<p>&nbsp;&nbsp;&nbsp;&nbsp;{said}</p>"
            )
            continue
        rows = [
            "".join(f"<td>{escape(cell).replace('&lt;br&gt;', '<br>')}</td>" for cell in row) for row in block
        ]
        parts.append(f"<table border=1>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
    return PAGE.format(charset=charset, title=title, body="\n".join(parts)).encode(
        charset, "xmlcharrefreplace"
    )


@cache
def font() -> str:
    """A Chinese font that readers have, so that no file is embedded."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def as_pdf(source: str, head: str = "某市人民政府公报", **options: Any) -> bytes:
    """A PDF of A4 pages with page numbers and a running head unless that is ""; headings are centred, tables ruled, their head repeated."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    body = ParagraphStyle(
        "body", fontName=font(), fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK"
    )
    title = ParagraphStyle("title", parent=body, fontSize=16, leading=26, alignment=1, firstLineIndent=0)
    small = ParagraphStyle("cell", parent=body, fontSize=10, leading=14, firstLineIndent=0)
    story: list[Any] = []
    for block in blocks(source):
        if isinstance(block, tuple):
            level, text = block
            story.append(
                Paragraph(escape(text), title if level == 1 or (level == 2 and "的通知" in text) else body)
            )
            continue
        width = max(map(len, block))
        rows = [
            [
                Paragraph(escape(cell).replace("&lt;br&gt;", "<br/>"), small)
                for cell in [*row, *[""] * (width - len(row))]
            ]
            for row in block
        ]
        story += [
            Spacer(0, 6),
            Table(
                rows,
                colWidths=[450 / width] * width,
                repeatRows=1,
                style=[("GRID", (0, 0), (-1, -1), 0.5, "black")],
            ),
            Spacer(0, 6),
        ]

    def margins(canvas: Any, made: Any) -> None:
        canvas.setFont(font(), 9)
        if head:
            canvas.drawCentredString(A4[0] / 2, A4[1] - 40, head)
        canvas.drawCentredString(A4[0] / 2, 36, f"— {made.page} —")

    file = BytesIO()
    made = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=72, rightMargin=72, topMargin=72, bottomMargin=72, **options
    )
    made.build(story, onFirstPage=margins, onLaterPages=margins)
    return file.getvalue()
