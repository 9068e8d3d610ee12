"""Where in a policy an offset lies: its section, its table, the sentence that opens its list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.grids import Grid, Row, row_at
from index.policy import Policy, Section

ITEM = re.compile(r"[（(](?:[一二三四五六七八九十]+|\d+)[）)]|\d+[.．、]")  # the marker of an item of a list


def section_at(policy: Policy, at: int) -> Section | None:
    """The section that an offset of the source lies in."""
    return next((section for section in policy.sections if section.start <= at < section.end), None)


def subtree_end(sections: Sequence[Section], number: int) -> int:
    """Where a section ends with everything below it."""
    own = sections[number]
    end = own.end
    for section in sections[number + 1 :]:
        if section.level <= own.level:
            break
        end = section.end
    return end


def table_over(policy: Policy, at: int) -> tuple[Grid, Row] | None:
    """The table, and the row of it, that an offset lies in; None in running text."""
    section = section_at(policy, at)
    return row_at(policy.source, section.start, section.end, at) if section else None


def caption_over(policy: Policy, at: int) -> str:
    """What stands over the table that an offset lies in (公益性岗位补贴按下表执行), and its columns; "" in running text."""
    found = table_over(policy, at)
    return policy.source[found[0].caption : found[0].header.end] if found else ""


def lead_in(policy: Policy, at: int) -> tuple[int, int] | None:
    """The slice of the sentence (按照以下标准扣除：) that opens the list whose item lies at an offset, or None."""
    section = section_at(policy, at)
    if section is None or section.parent is None or not ITEM.match(section.marker):
        return None
    parent = policy.sections[section.parent]
    opening = policy.source[parent.start : parent.end].rstrip()
    if not opening.endswith(("：", ":")):
        return None
    start = max(opening.rfind("。"), opening.rfind("\n")) + 1
    start += len(opening[start:]) - len(opening[start:].lstrip())
    return parent.start + start, parent.start + len(opening)
