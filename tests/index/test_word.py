"""What Word keeps outside of the text: numbers of paragraphs, notes, boxes, changes, merged cells."""

from __future__ import annotations

import pytest

from index.formats.numerals import numeral
from index.formats.text import UnreadableError
from index.formats.word_xml import Package
from index.formats.worker import extract
from tests.index.hostile import W, archive, paragraph, word

STYLES = f"""<w:styles {W}>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="character" w:styleId="Gone"><w:name w:val="gone"/><w:rPr><w:vanish/></w:rPr></w:style>
</w:styles>"""


def level(at: int, form: str, text: str, more: str = "") -> str:
    """A level of a list."""
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="0">{level(0, "chineseCountingThousand", "%1、")}{level(1, "chineseCountingThousand", "（%2）")}{level(2, "decimal", "%3.")}</w:abstractNum>
<w:abstractNum w:abstractNumId="1">{level(0, "chineseCountingThousand", "第%1条")}</w:abstractNum>
<w:abstractNum w:abstractNumId="2">{level(0, "bullet", "")}{level(1, "decimal", "%1.%2", "<w:isLgl/>")}</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"/></w:lvlOverride></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
</w:numbering>"""


def numbered(text: str, number: int, at: int = 0) -> str:
    """A paragraph of a list."""
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>')


def styled(text: str, style: str) -> str:
    """A paragraph of a style."""
    return paragraph(text, f'<w:pStyle w:val="{style}"/>')


def lines(body: str, **parts: str) -> list[str]:
    """The lines of a document with a body."""
    return extract(word(body, **parts), "DOCX").text.splitlines()


def test_automatic_numbers_are_text() -> None:
    body = (
        styled("总体要求", "H1") + styled("主要目标", "H2") + numbered("增加产量。", 1, 2) + numbered("提高质量。", 1, 2)
        + styled("保障措施", "H2") + numbered("加强领导。", 1, 2) + styled("附则", "H1") + styled("解释", "H2")
        + numbered("本办法由市财政局解释。", 2) + paragraph("夹在中间的一段。") + numbered("本办法自印发之日起施行。", 2)
        + numbered("另起的一项", 3) + numbered("圆点后面的一项", 4)
    )  # fmt: skip
    assert lines(body, styles=STYLES, numbering=NUMBERING) == [
        "# 一、总体要求",
        "## （一）主要目标",
        "1. 增加产量。",
        "2. 提高质量。",
        "## （二）保障措施",
        "1. 加强领导。",
        "# 二、附则",
        "## （一）解释",
        "第一条 本办法由市财政局解释。",
        "夹在中间的一段。",
        "第二条 本办法自印发之日起施行。",
        "三、另起的一项",
        "圆点后面的一项",
    ]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (20, "japaneseCounting", "二十"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (2010, "chineseCountingThousand", "二千零一十"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (3, "ideographTraditional", "丙"),
        (5, "decimalEnclosedCircleChinese", "⑤"),
        (4, "lowerRoman", "iv"),
        (28, "upperLetter", "BB"),
        (7, "decimalZero", "07"),
        (7, "unheardOf", "7"),
        (7, "none", ""),
    ],
)
def test_numbers_of_lists(number: int, form: str, text: str) -> None:
    assert numeral(number, form) == text


def test_what_was_deleted_or_hidden_does_not_appear() -> None:
    run = "<w:r>{}<w:t>{}</w:t></w:r>"
    gone = '<w:rPr><w:rStyle w:val="Gone"/></w:rPr>'
    body = (
        f"<w:p>{run.format('', '到2025年达到')}<w:del><w:r><w:delText>5家</w:delText></w:r></w:del>"
        f"<w:ins>{run.format('', '8家')}</w:ins>{run.format('<w:rPr><w:vanish/></w:rPr>', '隐藏')}"
        f"{run.format(gone, '也隐藏')}{run.format('<w:rPr><w:strike/></w:rPr>', '划掉')}"
        f"<w:moveFrom>{run.format('', '移走')}</w:moveFrom><w:hyperlink>{run.format('', '。')}</w:hyperlink></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前半句，</w:t></w:r></w:p>"
        + paragraph("后半句。")
        + f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('删去的行')}</w:tc></w:tr></w:tbl>"
        + styled("目录里的一行 1", "T1")
    )
    assert lines(body, styles=STYLES) == ["到2025年达到8家。", "前半句，后半句。"]


def test_notes_stand_behind_their_paragraph_and_boxes_are_read_once() -> None:
    note = f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("工业上楼，指厂房建在高层。")}</w:footnote></w:footnotes>'
    box = f"<w:txbxContent>{paragraph('框里的话。')}</w:txbxContent>"
    body = (
        '<w:p><w:r><w:t>推进工业上楼</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>。</w:t></w:r></w:p>'
        f'<w:p><w:r><w:t>带框的一段。</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="m"><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert lines(body, footnotes=note) == [
        "推进工业上楼。",
        "注1：工业上楼，指厂房建在高层。",
        "带框的一段。",
        "框里的话。",
    ]


def cell(text: str, properties: str = "") -> str:
    """A cell of a table."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text) if text else '<w:p/>'}</w:tc>"


def test_merged_cells_heads_of_two_rows_and_tables_in_cells() -> None:
    down, goes_on, wide = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    inner = f"<w:tc><w:tbl><w:tr>{cell('甲')}{cell('1')}</w:tr><w:tr>{cell('乙')}{cell('2')}</w:tr></w:tbl><w:p/></w:tc>"
    rows = [
        cell("表1 任务分工", '<w:gridSpan w:val="4"/>'),
        cell("任务", down) + cell("责任单位", wide) + cell("目标", down),
        cell("", goes_on) + cell("牵头") + cell("配合") + cell("", goes_on),
        cell("修复湿地") + cell("市林业局", down) + cell("市水务局") + cell("80公顷", down),
        cell("建设|公园") + cell("", goes_on) + cell("市财政局") + cell("", goes_on),
        cell("附表") + cell("市统计局") + cell("—") + inner,
        cell("注：数据截至2024年底。", '<w:gridSpan w:val="4"/>'),
    ]
    body = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    assert lines(body) == [
        "表1 任务分工",
        "",
        "| 任务 | 牵头责任单位 | 配合责任单位 | 目标 |",
        "| --- | --- | --- | --- |",
        "| 修复湿地 | 市林业局 | 市水务局 | 80公顷 |",
        "| 建设\\|公园 | 市林业局 | 市财政局 |  |",  # who leads holds for both rows; 80 is not counted twice
        "| 附表 | 市统计局 | — | 甲 1<br>乙 2 |",
        "",
        "注：数据截至2024年底。",
    ]


def test_the_header_of_a_document_is_rows_of_tabs_and_a_frame_is_none() -> None:
    head = f"<w:tr>{cell('索 引 号：')}{cell('AB/2025-1')}{cell('主题分类：')}{cell('工业')}</w:tr><w:tr>{cell('发文字号：')}{cell('某政办发〔2025〕1号')}</w:tr>"
    frame = f"<w:tbl><w:tr><w:tc>{paragraph('框起来的第一段。')}{paragraph('第二段。')}</w:tc></w:tr></w:tbl>"
    assert lines(f"<w:tbl>{head}</w:tbl>{frame}") == [
        "索 引 号\tAB/2025-1\t主题分类\t工业",
        "发文字号\t某政办发〔2025〕1号",
        "",
        "框起来的第一段。",
        "第二段。",
    ]


def test_a_title_over_two_centred_lines_is_one() -> None:
    centred = '<w:jc w:val="center"/>'
    body = (
        paragraph("某市人民政府文件", centred)
        + paragraph("某政发〔2025〕1号", centred)
        + paragraph("某市人民政府", centred)
        + paragraph("关于印发绿色工厂管理办法的通知", centred)
        + paragraph("各县（区）人民政府：")
    )
    assert lines(body)[2:] == ["某市人民政府关于印发绿色工厂管理办法的通知", "各县（区）人民政府："]


def test_what_unpacks_is_counted_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.formats.word_xml.LARGEST", 1000)
    with pytest.raises(UnreadableError) as caught:
        Package(archive({"a.xml": b"<a/>" + b" " * 1000})).tree("a.xml")
    assert caught.value.name == "bomb"
