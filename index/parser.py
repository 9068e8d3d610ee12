"""Text to a Policy: header fields, title, issuing body, recipients and the section tree.

Markers follow GB/T 9704-2012 (一、 （一） 1. （1）) and the form of regulations (第X章 第X节 第X条
（一）). The rank of a marker decides its depth; Markdown levels count only where there is no marker.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from index.policy import HeaderField, Policy, Section
from index.text import fold, squeeze

PARSER_VERSION = 3
_NUMERAL = "[一二三四五六七八九十百零〇]+"
# Rank and pattern of each kind of marker, outermost first (rows of a table, tried in order).
_MARKERS = tuple(
    (rank, re.compile(pattern))
    for rank, pattern in (
        (1, rf"第{_NUMERAL}[编部]分?(?=[\s　])"),
        (2, rf"第(?:{_NUMERAL}|\d+)章"),
        (3, rf"第(?:{_NUMERAL}|\d+)节"),
        (4, rf"第(?:{_NUMERAL}|\d+)条(?:之{_NUMERAL})?"),
        (5, rf"{_NUMERAL}\s?[、.．](?!\d)"),
        (6, rf"[（(]{_NUMERAL}[）)]、?"),
        (7, r"[0-9０-９]{1,3}\s?(?:[.．、](?![0-9０-９]))"),
        (8, r"[（(][0-9０-９]{1,3}[）)]、?"),
        (9, r"[①-⑳]"),
    )
)
_ARTICLE_RANK = 4
_HEADING_RANKS = (1, 2, 3)  # whose whole line is a heading
_LONGEST_HEADING = 45
_MARKUP = re.compile(r"[\s　]*(?:(#{1,6})[\s　]+)?(?:\*\*)?[\s　]*")
DOCUMENT_KINDS = "通知|意见|办法|条例|规定|方案|决定|公告|细则|规划|计划|纲要|章程|准则|规则|通告|批复|函|决议|命令|措施|制度|清单|要点"
_TITLE = re.compile(rf"[^。；;]{{4,120}}(?:{DOCUMENT_KINDS})(?:[（(][^（）()]{{1,20}}[）)])?$")
_FIELD = re.compile(r"(?:(?<=\s)|^)([一-鿿]{2,8}|[一-鿿](?:[ 　]+[一-鿿]){1,4})[ 　]*[：:]")
_DATE_LINE = re.compile(r"(?:二[〇○零ＯO0一二]{2,3}.?年.{2,8}日|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)$")
_NUMBER_LINE = re.compile(r"[一-鿿]{2,12}[〔\[［(（]\d{4}[〕\]］)）](?:第)?\d{1,5}号$")
_SIGNED_NOTE = re.compile(r"[（(]此件.{2,8}[）)]$")


@cache
def header_labels() -> dict[str, dict[str, list[str]]]:
    """Meaning -> labels and the words that ask for it, from ``header.toml``."""
    return tomllib.loads(Path(__file__).with_name("header.toml").read_text("utf-8"))


@cache
def _known_labels() -> frozenset[str]:
    return frozenset(label for row in header_labels().values() for label in row["labels"])


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: ``start:end`` with its line end; ``text`` stripped, beginning at ``at``."""

    start: int
    end: int
    at: int
    text: str
    hashes: int  # Markdown heading level, 0 for none
    rank: int  # rank of the marker, 0 for none
    marker: str


@dataclass(slots=True)
class _Draft:
    """A section while it grows."""

    level: int
    rank: int
    marker: str
    heading: str
    start: int
    body_start: int
    parent: int | None


def parse(source: str, policy_id: str) -> Policy:
    """The policy that ``source`` holds; its sections tile ``source``. Facts are not filled in here."""
    lines = list(_lines(source))
    front, body_at = _front(lines)
    header = _with_number(tuple(_header(source, [*front, *_tail_fields(lines, body_at)])), lines[:body_at])
    title = _title(header, front, lines)
    drafts = _drafts(source, lines, body_at, title)
    sections = tuple(_sections(drafts, len(source)))
    recipients = next((line.text for line in lines[:body_at] if _is_recipients(line)), "")
    signature = [line.text for line in lines if _DATE_LINE.match(line.text)]
    return Policy(
        id=policy_id,
        title=title or policy_id,
        source=source,
        header=header,
        issuer=_issuer(title, header, lines, bool(signature)),
        recipients=recipients.rstrip("：:"),
        sections=sections,
    )


def _lines(source: str) -> Iterator[_Line]:
    position = 0
    for raw in source.splitlines(keepends=True):
        markup = _MARKUP.match(raw)
        skip = markup.end() if markup else 0
        hashes = len(markup.group(1) or "") if markup else 0
        text = raw[skip:].rstrip().removesuffix("**").rstrip()
        rank, marker = _marker(text)
        yield _Line(position, position + len(raw), position + skip, text, hashes, rank, marker)
        position += len(raw)


def _marker(text: str) -> tuple[int, str]:
    for rank, pattern in _MARKERS:
        match = pattern.match(text)
        if match and (rank != _ARTICLE_RANK or _opens_article(text[match.end() :])):
            return rank, match.group()
    return 0, ""


def _opens_article(rest: str) -> bool:
    """第五条 opens an article; 第五条第二款规定的 or 第五条、第六条 refers to one."""
    return not re.match(r"[第、，,和至]|规定|所称|的", rest)


def _is_recipients(line: _Line) -> bool:
    text = line.text
    return (
        text.endswith(("：", ":"))
        and not line.rank
        and not line.hashes
        and squeeze(text[:-1]) not in _known_labels()
        and len(text) < 200
        and bool(re.search(r"政府|部门|单位|机构|委员会|局|厅|办|企业|各|公司|学校|医院|委|部", text))
        and not re.search(r"[。；]|如下|以下|下列|其中", text)
    )


def _front(lines: list[_Line]) -> tuple[list[_Line], int]:
    """The lines in which header fields may stand, and the number of the first line of the body.

    The front ends where the running text begins: at the first marker, or at the first paragraph
    that is a sentence.
    """
    fields_end = 0
    for number, line in enumerate(lines):
        running = "。" in line.text and "\t" not in line.text
        if line.rank or running or _is_recipients(line):
            fields_end = number
            break
    else:
        fields_end = len(lines)
    first_marker = next((n for n, line in enumerate(lines) if line.rank), len(lines))
    return lines[:fields_end], first_marker


def _tail_fields(lines: list[_Line], body_at: int) -> list[_Line]:
    """Lines such as 公开方式：主动公开 behind the signature."""
    tail = lines[max(body_at, len(lines) - 6) :]
    return [
        line
        for line in tail
        if (match := _FIELD.match(line.text))
        and squeeze(match.group(1)) in _known_labels()
        and len(line.text) < 40
    ]


def _header(source: str, front: list[_Line]) -> Iterator[HeaderField]:
    for line in front:
        if line.hashes or line.rank:
            continue
        raw = source[line.start : line.end]
        yield from _tab_pairs(line, raw) if _is_tab_row(raw) else _colon_fields(line, raw)


def _with_number(header: tuple[HeaderField, ...], front: list[_Line]) -> tuple[HeaderField, ...]:
    """The header, with the document number that stands on a line of its own if no field gives it."""
    labels = header_labels()["document_number"]["labels"]
    if any(item.label in labels for item in header):
        return header
    for line in front:
        if _NUMBER_LINE.match(line.text):
            found = HeaderField(labels[0], line.text, line.at, line.at + len(line.text))
            return (*header, found)
    return header


def _is_tab_row(raw: str) -> bool:
    cells = raw.rstrip("\r\n").split("\t")
    return len(cells) >= 2 and squeeze(cells[0]).rstrip(":") in _known_labels() and ("：" not in cells[0])


def _tab_pairs(line: _Line, raw: str) -> Iterator[HeaderField]:
    position = line.start
    cells: list[tuple[str, int]] = []
    for cell in raw.rstrip("\r\n").split("\t"):
        cells.append((cell, position))
        position += len(cell) + 1
    for (label, _), (value, at) in zip(cells[::2], cells[1::2], strict=False):
        if label.strip() and value.strip():
            start = at + len(value) - len(value.lstrip())
            yield HeaderField(squeeze(label), value.strip(), start, start + len(value.strip()))


def _colon_fields(line: _Line, raw: str) -> Iterator[HeaderField]:
    raw = raw.replace("**", "  ")  # labels in bold; offsets stay
    matches = list(_FIELD.finditer(raw))
    if not matches or raw[: matches[0].start()].strip():
        return
    for number, match in enumerate(matches):
        stop = matches[number + 1].start() if number + 1 < len(matches) else len(raw)
        value = raw[match.end() : stop]
        label = squeeze(match.group(1))
        if value.strip() and (label in _known_labels() or number == 0):
            start = line.start + match.end() + len(value) - len(value.lstrip())
            yield HeaderField(label, value.strip(), start, start + len(value.strip()))


def _title(header: tuple[HeaderField, ...], front: list[_Line], lines: list[_Line]) -> str:
    labels = header_labels()["title"]["labels"]
    for item in header:
        if item.label in labels:
            return item.value
    headed = next((line.text for line in lines if line.hashes and line.text and not line.rank), "")
    if headed:
        return headed
    plain = [
        line.text for line in front if line.text and not _FIELD.match(line.text) and "\t" not in line.text
    ]
    for number, text in enumerate(plain):
        if _TITLE.match(text):
            before = plain[number - 1] if number else ""
            broken = (
                before
                and not re.search(r"[。：:\]〕]|号$|信息$", before)
                and "关于" in before
                and "关于" not in text
            )
            return before + text if broken else text
    return plain[0] if plain and len(plain[0]) < 80 else ""


def _issuer(title: str, header: tuple[HeaderField, ...], lines: list[_Line], signed: bool) -> str:
    """Issuing body: from 「X关于…」 in the title, else the header, else the line over the date."""
    match = re.match(r"(.{2,60}?)关于", title)
    if match and not re.match(r"^(?:关|印发)", match.group(1)):
        return match.group(1).strip()
    for item in header:
        if item.label in header_labels()["issuer"]["labels"]:
            return item.value
    if signed:
        for before, line in pairwise(lines):
            if _DATE_LINE.match(line.text) and 2 <= len(before.text) <= 40 and "。" not in before.text:
                return before.text
    return ""


def _drafts(source: str, lines: list[_Line], body_at: int, title: str) -> list[_Draft]:
    """Sections in reading order; the first begins at 0."""
    drafts = [_Draft(0, 0, "", "", 0, 0, None)]
    marked = any(line.rank for line in lines)
    titled = any(line.hashes and not _is_title_like(line.text, title, False) for line in lines)
    tail_at = _signature_at(lines, body_at)
    stack: list[int] = []  # numbers of the open sections
    for number, line in enumerate(lines):
        if not line.text:
            continue
        if number == tail_at:
            drafts.append(_Draft(0, 0, "", "", line.start, line.at, None))
            stack = []
        elif line.rank:
            _open(drafts, stack, line, *_split_heading(source, lines, number))
        elif line.hashes and _is_title_like(line.text, title, number < body_at):
            drafts.append(_Draft(0, 0, "", line.text, line.start, line.at + len(line.text), None))
            stack = []
        elif line.hashes:
            _open(drafts, stack, line, line.text, line.at + len(line.text))
        elif not marked and number > 0 and not titled:
            drafts.append(_Draft(1, 1, "", "", line.start, line.at, None))
        elif _attached_title(lines, number, body_at):
            drafts.append(_Draft(0, 0, "", line.text, line.start, line.at + len(line.text), None))
            stack = []
        elif not stack and len(drafts) == 1 and (_is_recipients(line) or "。" in line.text):
            drafts.append(_Draft(0, 0, "", "", line.start, line.at, None))
    first = drafts[0]
    if len(drafts) > 1 and drafts[1].start == 0:
        drafts.remove(first)
        for draft in drafts:
            draft.parent = None if draft.parent is None else draft.parent - 1
    return drafts


def _open(drafts: list[_Draft], stack: list[int], line: _Line, heading: str, body_start: int) -> None:
    """Add the section that ``line`` opens below the last open section of a smaller rank."""
    rank = line.rank or line.hashes / 10
    while stack and (drafts[stack[-1]].rank or 0.1) >= rank:
        stack.pop()
    parent = stack[-1] if stack else None
    level = drafts[parent].level + 1 if parent is not None else 1
    drafts.append(_Draft(level, rank, line.marker, heading, line.start, body_start, parent))  # type: ignore[arg-type]
    stack.append(len(drafts) - 1)


def _is_title_like(text: str, title: str, before_body: bool) -> bool:
    """A Markdown heading that names the document or one attached to it, not a part of it."""
    return text == title or before_body or (text in title) or bool(_TITLE.match(text) and len(text) > 12)


def _attached_title(lines: list[_Line], number: int, body_at: int) -> bool:
    """An unmarked line such as 个人所得税专项附加扣除暂行办法 between a notice and its attachment."""
    line = lines[number]
    return (
        number < body_at
        and number > 0
        and bool(_TITLE.match(line.text))
        and len(line.text) < 60
        and any(_DATE_LINE.match(earlier.text) for earlier in lines[:number])
        and not _FIELD.match(line.text)
        and "\t" not in line.text
    )


def _signature_at(lines: list[_Line], body_at: int) -> int:
    """Number of the first line of the closing block (issuing body, date, notes); -1 where none is."""
    at = -1
    for number in range(len(lines) - 1, body_at, -1):
        text = lines[number].text
        if not text:
            continue
        closing = (
            _DATE_LINE.match(text)
            or _SIGNED_NOTE.match(text)
            or (at > 0 and len(text) <= 40 and not re.search(r"[。；：，]", text) and not lines[number].rank)
            or (_FIELD.match(text) and len(text) < 40 and squeeze(_FIELD.match(text)[1]) in _known_labels())  # type: ignore[index]
        )
        if not closing:
            break
        at = number
    return at


def _split_heading(source: str, lines: list[_Line], number: int) -> tuple[str, int]:
    """Heading and body start of a marked line; the heading may share its line with its text."""
    line = lines[number]
    rest = line.text[len(line.marker) :]
    lead = len(rest) - len(rest.lstrip(" 　"))
    text = rest[lead:]
    at = line.at + len(line.marker) + lead
    if line.rank in _HEADING_RANKS:
        return text, at + len(text)
    if line.rank == _ARTICLE_RANK:
        named = re.match(r"[【\[（(]([^】\]）)]{2,15})[】\]）)](?=.)", text)
        return (named.group(1), at + named.end()) if named else ("", at)
    sentence = re.match(r"[^。；：:]+?(?=[。：:]|$)", text)
    if not sentence or len(sentence.group()) > _LONGEST_HEADING or _is_statement(sentence.group()):
        return "", at
    stop = text[sentence.end() : sentence.end() + 1]
    behind = text[sentence.end() + 1 :].strip()
    if stop in ("：", ":"):
        short = (
            len(sentence.group()) <= 16 and behind and not re.search(r"单位|部门|其中|如下", sentence.group())
        )
        return (sentence.group(), at + sentence.end() + 1) if short else ("", at)
    if not behind:
        following = next((other for other in lines[number + 1 :] if other.text), None)
        has_child = following is not None and following.rank > line.rank
        has_body = following is not None and following.rank == 0
        if stop == "。" and not has_child:
            return "", at
        if text.endswith(("；", ";", "，", "、")):
            return "", at
        return (sentence.group(), at + len(text)) if has_child or has_body or not stop else ("", at)
    return sentence.group(), at + sentence.end() + 1


def _is_statement(text: str) -> bool:
    """Whether a first sentence states something with a number or duty, so that it is no heading."""
    return bool(
        re.search(
            r"[0-9０-９]+\s*(?:元|%|％|日|万|亿|个|家|户)|应当|不得|[（(][^）)]*(?:牵头|负责|配合)", text
        )
    )


def _sections(drafts: list[_Draft], end: int) -> Iterator[Section]:
    paths: list[tuple[str, ...]] = []
    for number, draft in enumerate(drafts):
        stop = drafts[number + 1].start if number + 1 < len(drafts) else end
        above = paths[draft.parent] if draft.parent is not None else ()
        name = display_name(draft.marker, draft.heading) if draft.level else ""
        paths.append((*above, name) if name else above)
        yield Section(
            id=number,
            parent=draft.parent,
            level=draft.level,
            marker=draft.marker,
            heading=draft.heading,
            path=paths[-1],
            start=draft.start,
            body_start=min(draft.body_start, stop),
            end=stop,
        )


def display_name(marker: str, heading: str) -> str:
    """How a section is called: 三、主要措施, 8. 提高服务质量, 第一章 总则, 第五条."""
    compact = re.sub(r"(?<=[一-鿿])[\s　]+(?=[一-鿿])", "", heading)
    spaced = marker[:1] == "第" or fold(marker)[-1:] in (".",)
    return f"{marker} {compact}".strip() if spaced else f"{marker}{compact}"
