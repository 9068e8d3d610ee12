"""Bytes of a policy file, and their text where it is txt or Markdown, in UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import codecs
from pathlib import Path

from index.errors import NoPoliciesError, SourceError, message
from index.formats.kinds import refuse_ending

LARGEST = 20 * 1024 * 1024  # bytes of one file
HIDDEN = (".", "~$")  # how the names of files begin that are left out: hidden ones, locks of a word processor
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def policy_files(folder: Path) -> list[Path]:
    """The files of a folder (not below it), sorted by name; hidden ones and Word's locks (~$…) are left out.

    Raises NoPoliciesError where the folder is missing or holds no file.
    """
    if not folder.is_dir():
        raise NoPoliciesError(message("no_folder", folder=folder))
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(HIDDEN))
    if not files:
        raise NoPoliciesError(message("no_policies", folder=folder))
    return files


def read_bytes(path: Path) -> bytes:
    """The bytes of a policy file; SourceError where it is of another format, misnamed or too large."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise SourceError(message("odd_name", file=path.name.encode(errors="replace").decode())) from None
    if path.name.startswith(HIDDEN):
        raise SourceError(message("hidden_name", file=path.name))
    refuse_ending(path.name, path.suffix)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise SourceError(
                message("too_large", file=path.name, size=size // 2**20, limit=LARGEST // 2**20)
            )
        return path.read_bytes()
    except OSError as error:
        raise SourceError(message("unreadable", file=path.name, reason=error.strerror)) from error


def decode(data: bytes, name: str) -> str:
    """Text of a file without its BOM, line ends as they were; SourceError where there is none."""
    text = _decode(data)
    if text is None or not _is_text(text):
        raise SourceError(message("undecodable" if data.strip() else "empty_file", file=name))
    if not text.strip():
        raise SourceError(message("empty_file", file=name))
    return text


def _decode(data: bytes) -> str | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding)
    if (text := _strict(data, "utf-8")) is not None and "\0" not in text:
        return text
    if len(data) % 2 == 0 and (guess := _utf16(data)) is not None:
        return guess
    text = _strict(data, "gb18030")
    if text is not None and _is_text(text):
        return text
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return str(best) if best is not None and best.chaos < 0.1 else None


def decode_as(data: bytes, declared: str) -> str | None:
    """Text of bytes that name their encoding themselves (HTML); None where they are no text.

    What is valid UTF-8 is UTF-8 whatever is declared: pages are converted and their declaration is forgotten.
    """
    if not data.startswith(tuple(bom for bom, _ in _BOMS)):
        if (text := _strict(data, "utf-8")) is not None and "\0" not in text:
            return text
        name = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(declared.lower(), declared)
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            pass
    return _decode(data)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a BOM: the byte order in which line ends and common characters make sense."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strict(data, encoding)
        if text and _is_text(text) and sum("一" <= c <= "鿿" or c.isascii() for c in text) > 0.9 * len(text):
            return text
    return None


def _is_text(text: str) -> bool:
    """Whether text is readable: few control, private or unassigned characters."""
    odd = sum((ord(c) < 32 and c not in "\t\r\n\f\v") or "" <= c <= "" or c == "\ufffd" for c in text)
    common = sum(
        "一" <= c <= "鿿" or c.isascii() or "　" <= c <= "〿" or "！" <= c <= "￮" or c in "“”‘’—…·"
        for c in text
    )
    return odd * 50 <= len(text) and common >= 0.7 * len(text)
