"""The words of the product as dataclasses: Policy, Section, Duty, Target, Chunk.

All offsets count characters of ``Policy.source``: decoded, BOM removed, line ends as they
were. Every object is immutable, so that a published index can be shared by threads.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an organisation has to do in a clause."""

    LEAD = "lead"  # 牵头
    SUPPORT = "support"  # 配合
    RESPONSIBLE = "responsible"  # 负责
    IMPLEMENT = "implement"  # 落实, 组织实施


class Comparator(StrEnum):
    """How a value binds; 突破 is not 等于."""

    EQUAL = "="
    AT_LEAST = ">="  # 以上, 不少于, 不低于, 至少
    MORE = ">"  # 突破, 超过, 高于
    AT_MOST = "<="  # 以下, 以内, 不超过, 不得高于
    LESS = "<"  # 低于, 少于
    REACH = "reach"  # 达到
    ABOUT = "~"  # 左右


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One labelled field of the document's header; ``start:end`` is the slice of its value."""

    label: str  # as normalised: NFKC, no spaces inside ("索引号")
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A node of the section tree; ``start:end`` is its own text, up to the next section.

    The sections of a policy, in order, tile its source. ``body_start`` is where the text behind
    the marker and heading begins.
    """

    id: int  # position in Policy.sections
    parent: int | None  # id of the parent section
    level: int  # 0 is the document itself: header, title, preamble
    marker: str  # "（一）", "第五条", "8."; "" where there is none
    heading: str  # "提高服务质量"; "" for an article that has no heading
    path: tuple[str, ...]  # display names from the outermost section to this one
    start: int
    body_start: int
    end: int


@dataclass(frozen=True, slots=True)
class Duty:
    """One organisation's role in one responsibility clause.

    ``clause`` counts the responsibility clauses of the policy, in reading order: the duties of one
    clause share it. ``start:end`` is the slice with the task's sentences and the clause;
    ``clause_start:clause_end`` is the clause alone. A duty that comes from a rule which binds
    later tasks has the rule's slice in ``rule_start:rule_end`` (else both are -1). Of a table, ``start:end``
    is the row; where its cell of bodies is merged, ``rule_start:rule_end`` is the row above that names them.
    """

    clause: int
    role: Role
    organisation: str  # as the policy writes it
    task: str  # short name of the task
    section: int
    start: int
    end: int
    clause_start: int
    clause_end: int
    bracketed: bool
    rule_start: int = -1
    rule_end: int = -1


@dataclass(frozen=True, slots=True)
class Target:
    """A commitment with a number; ``start:end`` is its own slice, inside ``sentence_start:sentence_end``."""

    indicator: str
    comparator: Comparator
    low: float  # the value, or the lower end of a range, in `unit`
    high: float  # equals low where there is no range
    unit: str  # as written, with its multiplier: "亿元", "%", "家"
    text: str  # the value as written, with comparator words: "突破 800 家"
    year: int | None  # due year
    period: str  # "每年", "每人每月" …, else ""
    tentative: bool  # 力争, 争取
    section: int
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    base: bool = False  # what stands already (现状, 基期): no commitment


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a document that has pages (PDF): its number from 1, and where its first line begins in the source."""

    number: int
    start: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One official document with its facts."""

    id: str  # file name without the ending
    title: str
    source: str
    header: tuple[HeaderField, ...]
    issuer: str  # issuing body, "" where none is found
    recipients: str  # the addressees' line, "" where there is none
    sections: tuple[Section, ...]
    duties: tuple[Duty, ...] = ()
    targets: tuple[Target, ...] = ()
    pages: tuple[Page, ...] = ()  # of a PDF, by start; () of a format without pages

    def page_at(self, offset: int) -> int | None:
        """The page on which the paragraph or row at an offset begins, None where the document has no pages."""
        at = bisect_right(self.pages, offset, key=lambda page: page.start)
        return self.pages[max(0, at - 1)].number if self.pages else None

    def field(self, *labels: str) -> HeaderField | None:
        """The first header field with one of these labels, or None."""
        for label in labels:
            for item in self.header:
                if item.label == label:
                    return item
        return None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a policy that is embedded and retrieved: ``text == source[start:end]``.

    ``id`` is a hash of policy id, offsets and embedded text; ``context`` (title, section path
    and the header of a table of which the slice holds only rows) is embedded with the text and never shown as its text.
    """

    id: str
    policy: str
    section: int
    path: tuple[str, ...]
    start: int
    end: int
    text: str
    context: str
