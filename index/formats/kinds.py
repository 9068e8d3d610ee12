"""Which format a file is: by its ending, and by its first bytes, which have to agree."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from index.errors import SourceError, UnsupportedFormatError, message

TEXT = (".txt", ".md", ".markdown")
PAGES = (".html", ".htm", ".shtml", ".xhtml")
READ = dict.fromkeys(PAGES, "HTML") | {".pdf": "PDF", ".docx": "DOCX"}
SUPPORTED = (*TEXT, *READ)
_OLD = {  # formats that an office program saves as DOCX or PDF, by their ending
    "DOC": "Word 97-2003", "WPS": "WPS", "OFD": "OFD", "XLS": "Excel", "XLSX": "Excel", "ET": "WPS", "PPT": "PowerPoint",
    "PPTX": "PowerPoint", "RTF": "RTF", "ODT": "OpenDocument", "CEB": "CEB", "MHT": "MHTML", "MHTML": "MHTML",
    "DOCM": "Word", "DOTX": "Word", "DOT": "Word", "UOF": "UOF", "UOT": "UOF", "XPS": "XPS", "CAJ": "CAJ",
}  # fmt: skip
_IMAGES = ("JPG", "JPEG", "PNG", "TIF", "TIFF", "BMP", "GIF", "WEBP", "HEIC")
_ARCHIVES = ("ZIP", "RAR", "7Z", "GZ", "TAR", "TGZ", "BZ2", "XZ")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
    (b"\x1f\x8b", "GZ"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)


def refuse_ending(name: str, suffix: str) -> None:
    """Raise UnsupportedFormatError for a file whose ending names a format that is not read."""
    if suffix.lower() in SUPPORTED:
        return
    ending = suffix.lstrip(".").upper()
    if ending in _OLD:
        raise UnsupportedFormatError(
            message("old_format", file=name, format=_OLD[ending], ending=ending.lower())
        )
    if ending in _IMAGES:
        raise UnsupportedFormatError(message("image", file=name))
    if ending in _ARCHIVES:
        raise UnsupportedFormatError(message("archive", file=name))
    raise UnsupportedFormatError(message("unsupported", file=name, format=ending or name))


def refuse_content(data: bytes, name: str, suffix: str) -> None:
    """Raise SourceError where the bytes are of another format than the ending says, or an encrypted document."""
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise SourceError(message("empty_file", file=name))
    wanted = READ.get(suffix.lower(), "")
    if data.startswith(_OLE) and wanted == "DOCX" and "EncryptedPackage".encode("utf-16-le") in data:
        raise SourceError(message("encrypted", file=name, format="DOCX"))
    found = _format_of(data)
    if found == wanted or (found == "HTML" and not wanted and suffix.lower() != ".txt"):
        return  # Markdown may begin with markup
    if found:
        raise SourceError(message("misnamed", file=name, ending=suffix.lower(), format=found))
    if wanted in ("PDF", "DOCX"):
        raise SourceError(message("broken", file=name, format=wanted))


def _format_of(data: bytes) -> str:
    """The format that bytes begin like, "" where that is none that is known."""
    if data.startswith(_OLE):
        return "Word 97-2003" if "WordDocument".encode("utf-16-le") in data else "Office 97-2003"
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _archive(data)
    for magic, name in _MAGIC:
        if data.lstrip()[:1024].startswith(magic) or (name == "PDF" and magic in data[:1024]):
            return name
    return "HTML" if _MARKUP.match(data[:8192]) else ""


def _archive(data: bytes) -> str:
    """What an archive holds; DOCX also where it cannot be opened, so that it is called broken rather than misnamed."""
    try:
        names = set(zipfile.ZipFile(BytesIO(data)).namelist())
    except Exception:  # zipfile lets through whatever a damaged directory runs into
        return "DOCX"
    for entry, name in (("OFD.xml", "OFD"), ("xl/workbook.xml", "XLSX"), ("ppt/presentation.xml", "PPTX")):
        if entry in names:
            return name
    if "word/document.xml" in names or "[Content_Types].xml" in names:
        return "DOCX"
    return "ODT" if "content.xml" in names else "ZIP"
