"""Pages of portals: the document is read, what is around it is not."""

from __future__ import annotations

import pytest

from index.formats.worker import extract

TITLE = "某市人民政府办公室关于印发绿色工厂管理办法的通知"
RUNNING = "为贯彻落实省政府文件精神，推动工业绿色发展，现印发给你们，请结合实际，认真组织实施。"


def lines(
    body: str, head: str = f"<title>{TITLE}_政府文件_某市人民政府</title>", charset: str = "utf-8"
) -> list[str]:
    """The lines of a page with a body."""
    page = f'<html><head><meta charset="{charset}">{head}</head><body>{body}</body></html>'
    return extract(page.encode(charset), "HTML").text.splitlines()


OLD = f"""<table width=1000><tr><td><a href=/>首页</a> <a href=/a>政务公开</a> <a href=/b>政民互动</a></td></tr>
<tr><td>您现在的位置：<a href=/>首页</a> &gt;&gt; 政策文件</td></tr>
<tr><td><table><tr><td width=750><p align=center><font size=5><b>某市人民政府办公室<br>关于印发绿色工厂管理办法的通知</b></font></p>
<p align=center>某政办发〔2024〕11号</p>
<font size=3>&nbsp;&nbsp;&nbsp;&nbsp;各县（区）人民政府：<br>&nbsp;&nbsp;&nbsp;&nbsp;{RUNNING}<br>&nbsp;&nbsp;&nbsp;&nbsp;一、到2025年，新增8家。<br>
<p align=right>某市人民政府办公室<br>2024年8月2日</p></font></td></tr></table></td></tr>
<tr><td>【打印本页】 【关闭窗口】</td></tr><tr><td>版权所有：某市人民政府 某ICP备1号</td></tr></table>"""
NEW = f"""<header class="top"><a href="/">某市人民政府</a><input placeholder="请输入"></header>
<div class="nav-bar"><a href=/a>首页</a><a href=/b>要闻</a></div>
<div class="container"><div class="bread">当前位置：<a href=/>首页</a> &gt; 文件</div>
<dl class="info"><dt>索 引 号：</dt><dd>AB-01/2024-00012</dd><dt>发文字号</dt><dd>某政办发〔2024〕11号</dd><dt>成文日期</dt><dd>2024-08-02</dd></dl>
<h1>{TITLE}</h1><div class="sub"><span>来源：市政府办</span> <span>发布时间：2024-08-08 10:00</span> <span>字体：[大 中 小]</span> <span>浏览次数：12</span></div>
<div class="content"><p>　　{RUNNING}</p><p style="display:none">看不见的字。</p><!-- 注释 --><p>一、任务<sup><a href="#n1">[1]</a></sup>，绿化5m<sup>2</sup>。</p>
<ol><li>建设工厂。</li><li>评选园区。</li></ol><ol style="list-style-type: simp-chinese-informal"><li>总则</li></ol>
<p>附件：<a href="/f/1.docx">1.申请表</a></p><p>　　<a href="/f/2.pdf">2.汇总表</a></p></div>
<p>某市人民政府办公室</p><p>2024年8月2日</p></div>
<ul class="list"><li><a href=1>图解一</a></li><li><a href=2>图解二</a></li></ul>
<div class="footer">主办：某市人民政府</div><div>网站标识码：610</div><script>document.write("脚本的字。")</script>"""


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb18030"])
def test_a_page_of_tables_and_breaks(charset: str) -> None:
    assert lines(OLD, charset=charset) == [
        TITLE,
        "某政办发〔2024〕11号",
        "各县（区）人民政府：",
        RUNNING,
        "一、到2025年，新增8家。",
        "某市人民政府办公室",
        "2024年8月2日",
    ]


def test_a_page_with_fields_lists_and_attachments() -> None:
    found = lines(NEW)
    assert found == [
        "索 引 号：AB-01/2024-00012",
        "发文字号：某政办发〔2024〕11号",
        "成文日期：2024-08-02",
        f"# {TITLE}",
        "来源：市政府办 发布时间：2024-08-08 10:00",
        RUNNING,
        "一、任务，绿化5m2。",
        "1. 建设工厂。",
        "2. 评选园区。",
        "一、总则",
        "附件：1.申请表",
        "2.汇总表",
        "某市人民政府办公室",
        "2024年8月2日",
    ]


def test_the_title_of_a_page_without_one_is_its_metadata() -> None:
    found = lines(
        f"<div><p>{RUNNING}</p></div>", f'<meta name="ArticleTitle" content="{TITLE}"><title>正文</title>'
    )
    assert found == [f"# {TITLE}", RUNNING]


def test_the_title_over_two_lines_is_known_by_the_page() -> None:
    found = lines(f"<div class=t>某市人民政府办公室<br>关于印发绿色工厂管理办法的通知</div><p>{RUNNING}</p>")
    assert found == [TITLE, RUNNING]


def test_a_short_notice_beside_a_long_attachment_is_not_lost() -> None:
    long = "".join(f"<p>第{n}条　本办法所称的事项，按照有关规定执行，并接受监督。</p>" for n in range(1, 60))
    found = lines(
        f"<div><div>{RUNNING}</div><div class=x>{long}</div><div>本件由市财政局解释，另有规定的除外。</div></div>"
    )
    assert found[1] == RUNNING and found[-1].startswith("本件由") and len(found) == 62


def test_a_table_with_spans_and_a_page_in_a_form() -> None:
    table = "<table><tr><th rowspan=2>任务<th colspan=2>责任单位<tr><th>牵头<th>配合<tr><td>湿地<td rowspan=2>市林业局<td>市水务局<br>市财政局<tr><td>公园<td>—</table>"
    found = lines(f"<form id=aspnetForm><p>{RUNNING}</p>{table}</form>", "")
    assert found == [
        RUNNING,
        "",
        "| 任务 | 牵头责任单位 | 配合责任单位 |",
        "| --- | --- | --- |",
        "| 湿地 | 市林业局 | 市水务局<br>市财政局 |",
        "| 公园 | 市林业局 | — |",
    ]
