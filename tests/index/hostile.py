"""Files that break readers: name -> bytes, and what has to come of each."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from tests.index.documents import as_docx, as_html, as_pdf, font

SENTENCE = "到2025年，新增绿色工厂8家，由市工业和信息化局牵头，市发展改革委配合。"
TEXT = f"# 某市人民政府办公室关于建设绿色工厂的通知\n\n各县（区）人民政府：\n\n一、目标任务\n\n{SENTENCE}\n\n二、组织实施\n\n各部门要加强协作，确保各项任务落到实处。\n"


@dataclass(frozen=True)
class Hostile:
    """A file: it ends in the sentence (a pattern), or in a text that holds ``text``; in either where both are given."""

    name: str
    data: bytes
    sentence: str = ""
    text: str = ""


GOOD = "绿色工厂8家"  # stands in the text of those that are read
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def archive(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return file.getvalue()


def word(body: str, **parts: str) -> bytes:
    """A DOCX with a body, and with other parts by their names (numbering, styles …)."""
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>'
    return archive(
        {"word/document.xml": document, **{f"word/{name}.xml": text for name, text in parts.items()}}
    )


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of a DOCX."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def drawn(*pages: Callable[..., None], **options: object) -> bytes:
    """A PDF whose pages are drawn by functions of a canvas."""
    from reportlab.pdfgen.canvas import Canvas

    file = BytesIO()
    canvas = Canvas(file, **options)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def written(canvas: object) -> None:
    """A page with the sentence on it."""
    canvas.setFont(font(), 12)  # type: ignore[attr-defined]
    canvas.drawString(72, 700, SENTENCE)  # type: ignore[attr-defined]


def scan(canvas: object) -> None:
    """A page that is an image and nothing else."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 595, 842)  # type: ignore[attr-defined]


def stamped(canvas: object) -> None:
    """A scan with the mark of the program that made it."""
    scan(canvas)
    canvas.drawString(400, 20, "Scanned by App")  # type: ignore[attr-defined]


def nothing(canvas: object) -> None:
    """A blank page."""


def rotated(canvas: object) -> None:
    """A page that viewers turn."""
    canvas.setPageRotation(90)  # type: ignore[attr-defined]
    canvas.rotate(90)  # type: ignore[attr-defined]
    canvas.translate(0, -595)  # type: ignore[attr-defined]
    written(canvas)


def sideways(canvas: object) -> None:
    """A page that is not turned, with text that runs up."""
    canvas.rotate(90)  # type: ignore[attr-defined]
    canvas.translate(0, -800)  # type: ignore[attr-defined]
    written(canvas)


def locked(user: str) -> bytes:
    """A PDF with a password for its owner, and one to open it unless that is empty."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    def page(canvas: object) -> None:
        canvas.drawString(72, 700, "Green factories: 8")  # type: ignore[attr-defined]

    return drawn(page, encrypt=StandardEncryption(user, ownerPassword="owner", strength=128))


def raw_pdf(
    content: bytes, *, filters: str = "", count: int = 1, font_: str = "/BaseFont/Helvetica"
) -> bytes:
    """A PDF of one page written by hand; the reader has to find its objects itself."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        + b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count %d>>endobj\n" % count
        + b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
        + b"4 0 obj<</Length %d%s>>stream\n" % (len(content), filters.encode())
        + content
        + b"\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1%s>>endobj\n" % font_.encode()
        + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF\n"
    )


def inflated(size: int) -> bytes:
    """A stream of zlib that unpacks to about ``size`` blanks, without packing so many."""
    block = zlib.compressobj(9)
    head, part = block.compress(b" " * 2**24), block.flush(zlib.Z_FULL_FLUSH)
    first = head + part
    again = zlib.compressobj(9, wbits=-15)
    piece = again.compress(b" " * 2**24) + again.flush(zlib.Z_FULL_FLUSH)
    return first + piece * (size // 2**24)


def unmapped() -> bytes:
    """A PDF whose font tells of no character what it is."""
    pdf = as_pdf(TEXT)
    return re.sub(rb"/Encoding /UniGB-UCS2-H", b"/Encoding /Identity-H  ", pdf)


def declared(page: bytes, charset: str) -> bytes:
    """A page that declares an encoding."""
    return re.sub(rb"charset=[\w-]+", f"charset={charset}".encode(), page)


ROW = "<w:tr><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc></w:tr>"
ENTITIES = '<!DOCTYPE d [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">' + "".join(
    f'<!ENTITY {name} "{f"&{of};" * 10}">' for name, of in zip("bcdefghi", "abcdefgh", strict=True)
) + "]>"  # fmt: skip


def files() -> Iterator[Hostile]:
    """All of them; names are told apart by their number where they are written."""
    docx, pdf, page = as_docx(TEXT), as_pdf(TEXT), as_html(TEXT)
    # PDF
    yield Hostile("空.pdf", b"", "文件是空的")
    yield Hostile("空白.pdf", b" \n\r\n\t ", "文件是空的")
    yield Hostile("截断.pdf", pdf[: len(pdf) // 2], "PDF 文件已损坏")
    yield Hostile("缺尾.pdf", pdf[:-400], "PDF 文件已损坏")
    yield Hostile("乱码.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40, "PDF 文件已损坏")
    yield Hostile("不是.pdf", b"hello, this is no document at all", "PDF 文件已损坏")
    yield Hostile("加密.pdf", locked("secret"), "PDF 文件设有打开密码")
    yield Hostile("限制打印.pdf", locked(""), text="Green factories")
    yield Hostile("扫描.pdf", drawn(scan, scan), "第 1、2 页没有文字层，像是扫描件")
    yield Hostile("部分扫描.pdf", drawn(written, scan, written), "第 2 页没有文字层（扫描页）")
    yield Hostile("空白页.pdf", drawn(nothing), "没有文字")
    yield Hostile("夹空白页.pdf", drawn(written, nothing), text=GOOD)
    yield Hostile("旋转.pdf", drawn(rotated), text=GOOD)
    yield Hostile("横排.pdf", drawn(sideways), text=GOOD)
    yield Hostile("无编码.pdf", unmapped(), "字体没有文字编码")
    yield Hostile(
        "炸弹.pdf",
        raw_pdf(inflated(3 * 2**30), filters="/Filter/FlateDecode"),
        "内存超过上限|异常退出|已损坏",
    )
    yield Hostile(
        "无页.pdf",
        raw_pdf(b"").replace(b"/Kids[3 0 R]/Count 1", b"/Kids[]/Count 0"),
        "PDF 文件已损坏|没有文字",
    )
    yield Hostile(
        "循环.pdf", raw_pdf(b"").replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"), "PDF 文件已损坏|没有文字"
    )
    yield Hostile("虚报页数.pdf", raw_pdf(b"BT /F1 12 Tf 72 700 Td (short) Tj ET", count=10**9), text="short")
    yield Hostile("尾部多余.pdf", pdf + b"\n" * 500, text=GOOD)
    yield Hostile("头部多余.pdf", b"\xef\xbb\xbf\n\n" + pdf, text=GOOD)
    yield Hostile("太多页.pdf", drawn(*[nothing] * 2001), "2001 页，超过上限 2000 页")
    yield Hostile("超大.pdf", b"%PDF-1.7\n" + bytes(21 * 2**20), "21 MB，超过上限 20 MB")
    yield Hostile("其实是网页.pdf", page, "后缀是 .pdf，内容却是 HTML")
    yield Hostile("其实是文档.pdf", docx, "后缀是 .pdf，内容却是 DOCX")
    yield Hostile("其实是图片.pdf", b"\x89PNG\r\n\x1a\n" + bytes(400), "内容却是 PNG")
    yield Hostile("带水印的扫描.pdf", drawn(stamped, stamped), "第 1、2 页没有文字层")
    # DOCX
    yield Hostile("空.docx", b"", "文件是空的")
    yield Hostile("截断.docx", docx[: len(docx) // 2], "DOCX 文件已损坏")
    yield Hostile("坏字节.docx", docx[:2000] + bytes(3000) + docx[5000:], "DOCX 文件已损坏")
    yield Hostile("无正文.docx", archive({"[Content_Types].xml": "<Types/>"}), "DOCX 文件已损坏")
    yield Hostile("坏标记.docx", archive({"word/document.xml": "<w:document><w:body>"}), "DOCX 文件已损坏")
    bomb = f"<w:document {W}><w:body>{'<w:p/>' * 12_000_000}</w:body></w:document>"
    yield Hostile("炸弹.docx", archive({"word/document.xml": bomb}), "解压后超过上限 64 MB")
    yield Hostile(
        "实体.docx",
        archive(
            {
                "word/document.xml": f"{ENTITIES}<w:document {W}><w:body>{paragraph('&i;')}{paragraph(SENTENCE)}</w:body></w:document>"
            }
        ),
        "已损坏",
        text=GOOD,
    )
    yield Hostile(
        "外部实体.docx",
        archive(
            {
                "word/document.xml": f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document {W}><w:body>{paragraph("&x;")}{paragraph(SENTENCE)}</w:body></w:document>'
            }
        ),
        text=GOOD,
    )
    yield Hostile(
        "加密.docx", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(400), "DOCX 文件设有打开密码"
    )
    yield Hostile("没有段落.docx", word(""), "没有文字")
    yield Hostile("只有空白.docx", word(paragraph("　 ") * 50), "没有文字")
    yield Hostile(
        "嵌套.docx",
        word("<w:tbl><w:tr><w:tc>" * 20_000 + "</w:tc></w:tr></w:tbl>" * 20_000),
        "DOCX 文件已损坏",
    )
    yield Hostile(
        "坏编号.docx",
        word(paragraph(SENTENCE, '<w:numPr><w:ilvl w:val="x"/><w:numId w:val="7"/></w:numPr>')),
        "DOCX 文件已损坏",
    )
    yield Hostile(
        "循环样式.docx",
        word(
            paragraph(SENTENCE, '<w:pStyle w:val="a"/>'),
            styles=f'<w:styles {W}><w:style w:styleId="a"><w:basedOn w:val="a"/></w:style></w:styles>',
        ),
        text=GOOD,
    )
    yield Hostile(
        "巨大合并.docx",
        word(
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr>{paragraph(SENTENCE)}</w:tc></w:tr></w:tbl>'
        ),
        text=GOOD,
    )
    yield Hostile(
        "无头合并.docx",
        word(
            f"<w:tbl>{ROW.format('任务', SENTENCE)}<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>"
        ),
        text=GOOD,
    )
    yield Hostile(
        "全部删除.docx",
        word(f"<w:p><w:del><w:r><w:delText>{SENTENCE}</w:delText></w:r></w:del></w:p>"),
        "没有文字",
    )
    yield Hostile(
        "其实是旧版.docx", OLE + "WordDocument".encode("utf-16-le") + bytes(400), "内容却是 Word 97-2003"
    )
    yield Hostile(
        "其实是表格.docx", archive({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "内容却是 XLSX"
    )
    yield Hostile("其实是压缩包.docx", archive({"a.txt": "文字"}), "内容却是 ZIP")
    yield Hostile("其实是PDF.docx", pdf, "后缀是 .docx，内容却是 PDF")
    yield Hostile("太多文字.docx", word(paragraph("各部门要加强协作。" * 1000) * 700), "超过上限 500 万字")
    yield Hostile("嵌入文件.docx", word(paragraph(SENTENCE) + "<w:altChunk/>"), "嵌着另一份文件")
    # HTML
    yield Hostile("空正文.html", b"<html><body></body></html>", "没有找到正文")
    yield Hostile(
        "脚本.html",
        b"<html><body><div id=app></div><script>var x='" + SENTENCE.encode() + b"'</script></body></html>",
        "没有找到正文",
    )
    yield Hostile(
        "导航.html",
        ("<html><body><div class=nav>" + "<a href=/>政务公开</a>" * 50 + "</div></body></html>").encode(),
        "没有找到正文",
    )
    yield Hostile("图片.html", b"<html><body><img src=a.jpg></body></html>", "没有找到正文")
    yield Hostile("错报编码.html", declared(page, "gbk"), text=GOOD)
    yield Hostile("国标.html", as_html(TEXT, "gb18030"), text=GOOD)
    yield Hostile("双字节.htm", page.decode().encode("utf-16"), text=GOOD)
    yield Hostile(
        "大五码.html",
        as_html("# 關於綠色工廠的通知\n\n到2025年，綠色工廠8家，各部門應加強協作，確保完成任務。", "big5"),
        text="綠色工廠8家",
    )
    yield Hostile(
        "未闭合.html", page.replace(b"</p>", b"").replace(b"</div>", b"").replace(b"</html>", b""), text=GOOD
    )
    yield Hostile("嵌套.html", b"<html><body>" + b"<div>" * 100_000 + SENTENCE.encode(), "HTML 文件已损坏")
    yield Hostile(
        "巨大合并.html",
        f"<html><body><table><tr><td colspan=1000000000 rowspan=1000000000>{SENTENCE}</td></tr><tr><td>一</td><td>二</td></tr></table></body></html>".encode(),
        text=GOOD,
    )
    yield Hostile("零字节.html", page.replace("绿色".encode(), b"\0" + "绿色".encode()), text=GOOD)
    yield Hostile("二进制.html", bytes(range(256)) * 200, "读不出文字")
    yield Hostile("其实是PDF.html", pdf, "后缀是 .html，内容却是 PDF")
    # others
    yield Hostile("旧版.doc", OLE, "另存为 DOCX 或 PDF")
    yield Hostile("金山.wps", OLE, "另存为 DOCX 或 PDF")
    yield Hostile("版式.ofd", archive({"OFD.xml": ""}), "另存为 DOCX 或 PDF")
    yield Hostile("表格.xls", OLE, "另存为 DOCX 或 PDF")
    yield Hostile("照片.jpg", b"\xff\xd8\xff" + bytes(100), "是图片")
    yield Hostile("打包.zip", archive({"a": "a"}), "是压缩包")
    yield Hostile("程序.exe", b"MZ" + bytes(100), "暂不支持 EXE 格式")
    yield Hostile("其实是网页.txt", page, "内容却是 HTML")
    yield Hostile("其实是RTF.txt", b"{\\rtf1\\ansi " + SENTENCE.encode(), "内容却是 RTF")
    yield Hostile("其实是文档.md", docx, "内容却是 DOCX")
    yield Hostile("换行\n名字.pdf", pdf, text=GOOD)
