"""The fields above or below a text (发文字号, 成文日期 …), in both layouts that are in use."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from index.lines import Line
from index.policy import HeaderField, Policy
from index.text import fold, squeeze

FIELD = re.compile(r"(?:(?<=\s)|^)([一-鿿]{2,8}|[一-鿿](?:[ 　]+[一-鿿]){1,4})[ 　]*[：:]")


_ISSUED = re.compile(
    r"(?:关于\s*|^)(?:印发|发布|公布|转发)\s*(?:《(?P<quoted>[^《》]+(?:《[^《》]*》[^《》]*)*)》|(?P<plain>[^《\s].{5,}?))\s*"
    r"的\s*(?:通知|公告|通告|决定|函|意见)$",
    re.S,
)
_NUMBER_LINE = re.compile(
    r"[一-鿿]{2,12}[〔\[［(（]\d{4}[〕\]］)）](?:第)?\d{1,5}号$|[一-鿿]{2,24}令[ 　]*第?[ 　]*\d{1,4}[ 　]*号$"
)


@cache
def header_labels() -> dict[str, dict[str, list[str]]]:
    """Meaning -> labels and the words that ask for it, from ``header.toml``."""
    return tomllib.loads(Path(__file__).with_name("header.toml").read_text("utf-8"))


def field_of(policy: Policy, meaning: str) -> HeaderField | None:
    """The header field of a policy with this meaning (``header.toml``)."""
    return policy.field(*header_labels()[meaning]["labels"])


def region_of(policy: Policy) -> str:
    """The region whose government issued the policy, "" for a national one."""
    match = re.match(
        r"(?:中共)?([一-鿿]{2,7}?(?:自治区|自治州|省|市|县|区|州))", policy.issuer or policy.title
    )
    return fold(match.group(1)) if match and not match.group(1).startswith(("国务", "国家")) else ""


def document_name(title: str) -> str:
    """The name of the document itself, without the notice that issues it: 某某办法 of 某某局关于印发《某某办法》的通知."""
    match = _ISSUED.search(title)
    return re.sub(r"\s*\n\s*", "", match["quoted"] or match["plain"]) if match else title


def is_field(text: str) -> bool:
    """Whether a line begins with one of the labels of ``header.toml``."""
    match = FIELD.match(text)
    return bool(match and squeeze(match.group(1)) in known_labels())


@cache
def known_labels() -> frozenset[str]:
    """All labels of ``header.toml``."""
    return frozenset(label for row in header_labels().values() for label in row["labels"])


def read_header(source: str, front: list[Line]) -> Iterator[HeaderField]:
    """The fields of the lines before the body: tab-separated pairs, or 标签： 值 several on a line."""
    for line in front:
        if line.hashes or line.rank:
            continue
        raw = source[line.start : line.end]
        cells = _cells(raw)
        yield from _pairs(line, cells) if _is_row(cells, raw) else _colon_fields(line, raw)


def with_number(header: tuple[HeaderField, ...], front: list[Line]) -> tuple[HeaderField, ...]:
    """The header, with the document number that stands on a line of its own if no field gives it."""
    labels = header_labels()["document_number"]["labels"]
    if any(item.label in labels for item in header):
        return header
    for line in front:
        if _NUMBER_LINE.match(line.text):
            found = HeaderField(labels[0], line.text, line.at, line.at + len(line.text))
            return (*header, found)
    return header


def is_number_line(text: str) -> bool:
    """Whether a line is nothing but a document's number (某政办发〔2024〕11号, 某市人民政府令第8号)."""
    return bool(_NUMBER_LINE.match(text))


def _cells(raw: str) -> list[tuple[str, int]]:
    """The cells of a line, apart by tabs or between bars (a Markdown table), each with where it begins in the line."""
    bar = "|" if raw.lstrip().startswith("|") else "\t"
    cells, at = [], 0
    for cell in raw.rstrip("\r\n").split(bar):
        cells.append((cell, at))
        at += len(cell) + 1
    return cells[1:] if bar == "|" else cells


def _is_row(cells: list[tuple[str, int]], raw: str) -> bool:
    """Whether labels and values stand in turn, of which a label is a known one (标签： and a tab is no such row)."""
    labels = [cell for cell, _ in cells[::2]] if len(cells) >= 2 else []
    apart = raw.lstrip().startswith("|") or not any("：" in label for label in labels)
    return apart and any(_label(label) in known_labels() for label in labels)


def _label(cell: str) -> str:
    return squeeze(cell.replace("*", "")).rstrip(":")


def _pairs(line: Line, cells: list[tuple[str, int]]) -> Iterator[HeaderField]:
    for (label, _), (value, at) in zip(cells[::2], cells[1::2], strict=False):
        if label.strip() and value.strip():
            start = line.start + at + len(value) - len(value.lstrip())
            yield HeaderField(_label(label), value.strip(), start, start + len(value.strip()))


def _colon_fields(line: Line, raw: str) -> Iterator[HeaderField]:
    raw = raw.replace("**", "  ")  # labels in bold; offsets stay
    matches = list(FIELD.finditer(raw))
    if not matches or raw[: matches[0].start()].strip():
        return
    for number, match in enumerate(matches):
        stop = matches[number + 1].start() if number + 1 < len(matches) else len(raw)
        value = raw[match.end() : stop]
        label = squeeze(match.group(1))
        if value.strip() and (label in known_labels() or number == 0):
            start = line.start + match.end() + len(value) - len(value.lstrip())
            yield HeaderField(label, value.strip(), start, start + len(value.strip()))
