"""Text to a Policy: header fields, title, issuing body, recipients and the section tree.

Markers follow GB/T 9704-2012 (一、 （一） 1. （1）) and the form of regulations (第X章 第X节 第X条
（一）). The rank of a marker decides its depth; Markdown levels count only where there is no marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.clauses import rule_of_first
from index.header import FIELD, header_labels, is_field, known_labels, read_header, with_number
from index.lines import ARTICLE_RANK, HEADING_RANKS, Line, read_lines
from index.policy import HeaderField, Policy, Section
from index.text import fold, squeeze

PARSER_VERSION = 22
_LONGEST_HEADING = 45
_OPENING = re.compile(r"[ 　]*(?:\*\*[ 　]*)?")  # between a marker and its heading: 1. **名称。**
DOCUMENT_KINDS = "通知|意见|办法|条例|规定|方案|决定|公告|细则|规划|计划|纲要|章程|准则|规则|通告|批复|函|决议|命令|措施|制度|清单|要点"
_TITLE = re.compile(rf"[^。；;]{{4,120}}(?:{DOCUMENT_KINDS})(?:[（(][^（）()]{{1,20}}[）)])?$")
_DATE_LINE = re.compile(r"(?:二[〇○零ＯO0一二]{2,3}.?年.{2,8}日|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)$")
_SIGNED_NOTE = re.compile(r"[（(]此件.{2,8}[）)]$")


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
    lines = list(read_lines(source))
    front, body_at = _front(lines)
    header = with_number(tuple(read_header(source, [*front, *_tail_fields(lines, body_at)])), lines[:body_at])
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


def _is_recipients(line: Line) -> bool:
    text = line.text
    return (
        text.endswith(("：", ":"))
        and not line.rank
        and not line.hashes
        and squeeze(text[:-1]) not in known_labels()
        and len(text) < 200
        and bool(re.search(r"政府|部门|单位|机构|委员会|局|厅|办|企业|各|公司|学校|医院|委|部", text))
        and not re.search(r"[。；]|如下|以下|下列|其中", text)
    )


def _front(lines: list[Line]) -> tuple[list[Line], int]:
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


def is_title(text: str) -> bool:
    """Whether a line is formed like the title of an official document (…的通知, …办法（试行）)."""
    return bool(_TITLE.match(text))


def _tail_fields(lines: list[Line], body_at: int) -> list[Line]:
    """Lines such as 公开方式：主动公开 behind the signature."""
    tail = lines[max(body_at, len(lines) - 6) :]
    return [line for line in tail if len(line.text) < 40 and is_field(line.text)]


def _title(header: tuple[HeaderField, ...], front: list[Line], lines: list[Line]) -> str:
    labels = header_labels()["title"]["labels"]
    for item in header:
        if item.label in labels:
            return item.value
    headed = next((line.text for line in lines if line.hashes and line.text and not line.rank), "")
    if headed:
        return headed
    plain = [
        line.text for line in front if line.text and not FIELD.match(line.text) and "\t" not in line.text
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


def _issuer(title: str, header: tuple[HeaderField, ...], lines: list[Line], signed: bool) -> str:
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


def _drafts(source: str, lines: list[Line], body_at: int, title: str) -> list[_Draft]:
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
        elif not marked and not titled and (number > 0 or "。" in line.text):
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


def _open(drafts: list[_Draft], stack: list[int], line: Line, heading: str, body_start: int) -> None:
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


def _attached_title(lines: list[Line], number: int, body_at: int) -> bool:
    """An unmarked line such as 个人所得税专项附加扣除暂行办法 between a notice and its attachment."""
    line = lines[number]
    return (
        number < body_at
        and number > 0
        and bool(_TITLE.match(line.text))
        and len(line.text) < 60
        and any(_DATE_LINE.match(earlier.text) for earlier in lines[:number])
        and not FIELD.match(line.text)
        and "\t" not in line.text
    )


def _signature_at(lines: list[Line], body_at: int) -> int:
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
            or (len(text) < 40 and is_field(text))
        )
        if not closing:
            break
        at = number
    return at


def _split_heading(source: str, lines: list[Line], number: int) -> tuple[str, int]:
    """Heading and body start of a marked line; the heading may share its line with its text."""
    line = lines[number]
    rest = line.text[len(line.marker) :]
    opening = _OPENING.match(rest)
    lead = opening.end() if opening else 0
    text = rest[lead:]
    at = line.at + len(line.marker) + lead
    if line.rank in HEADING_RANKS:
        return text, at + len(text)
    if line.rank == ARTICLE_RANK:
        named = re.match(r"[【\[（(]([^】\]）)]{2,15})[】\]）)](?=.)", text)
        return (named.group(1), at + named.end()) if named else ("", at)
    sentence = re.match(r"(?P<name>[^。；：:]+?)(?:\*\*)?(?=[。：:]|$)", text)
    if not sentence or len(sentence["name"]) > _LONGEST_HEADING or _is_statement(sentence["name"]):
        return "", at
    name = sentence["name"]
    stop = text[sentence.end() : sentence.end() + 1]
    bold = text.startswith("**", sentence.end() + 1)  # **名称。** 正文
    after = sentence.end() + len(stop) + 2 * bold
    behind = text[after:].strip()
    if stop in ("：", ":"):
        short = len(name) <= 16 and behind and not re.search(r"单位|部门|其中|如下", name)
        return (name, at + after) if short else ("", at)
    if not behind:
        following = next((other for other in lines[number + 1 :] if other.text), None)
        has_child = following is not None and following.rank > line.rank
        has_body = following is not None and following.rank == 0
        if stop == "。" and not has_child:
            return "", at
        if text.endswith(("；", ";", "，", "、")):
            return "", at
        return (name, at + len(text)) if has_child or has_body or not stop else ("", at)
    return name, at + after


def _is_statement(text: str) -> bool:
    """Whether a first sentence states something with a number or duty, or who leads, so that it is no heading."""
    stated = re.search(
        r"[0-9０-９]+\s*(?:元|%|％|日|万|亿|个|家|户)|应当|不得|[（(][^）)]*(?:牵头|负责|配合)", text
    )
    return bool(stated) or rule_of_first(fold(text), bracketed=False) is not None


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
