"""A policy to chunks: slices of one numbered item or one duty-bearing sentence group at most."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from index.grids import grids
from index.policy import Chunk, Policy, Section

LONGEST = 360  # characters; a longer item is split at sentence ends
_OPEN, _CLOSE = "（([〔“《", "）)]〕”》"


def chunk(policy: Policy) -> list[Chunk]:
    """Chunks in reading order; none crosses a section, and ``text == source[start:end]``."""
    found = []
    for section in policy.sections:
        for start, end in _groups(policy, section):
            for at, until in split(policy.source, start, end):
                found.append(_chunk(policy, section, at, until))
    return found


def _groups(policy: Policy, section: Section) -> Iterator[tuple[int, int]]:
    """The section as a whole, or cut behind each of its responsibility clauses."""
    if (
        section.level
        and not policy.source[section.body_start : section.end].strip()
        and _has_children(policy, section)
    ):
        return  # a heading alone is in the context of the chunks below it
    ends = sorted({duty.end for duty in policy.duties if duty.section == section.id and duty.bracketed})
    start = section.start
    for end in ends if len(ends) > 1 else []:
        yield start, end
        start = end
    yield start, section.end


def _has_children(policy: Policy, section: Section) -> bool:
    return section.id + 1 < len(policy.sections) and policy.sections[section.id + 1].parent == section.id


def split(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Slices of at most LONGEST characters where sentence ends allow, outer blanks left out."""
    at = last = start
    for stop in [*_sentence_ends(source, start, end), end]:
        if stop - at > LONGEST and last > at:
            yield from _trimmed(source, at, last)
            at = last
        last = stop
    yield from _trimmed(source, at, end)


def _sentence_ends(source: str, start: int, end: int) -> Iterator[int]:
    """Offsets behind 。！？； and line ends that stand outside brackets and quotation marks."""
    depth = 0
    for position in range(start, end):
        character = source[position]
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth = max(0, depth - 1)
        elif character == "\n":
            depth = 0
            yield position + 1
        elif character in "。！？；" and depth == 0:
            yield position + 1


def _trimmed(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    if re.search(r"\w", source[start:end]):
        yield start, end


def _chunk(policy: Policy, section: Section, start: int, end: int) -> Chunk:
    text = policy.source[start:end]
    headers = [
        policy.source[grid.header.start : grid.header.end]
        for grid in grids(policy.source, section.start, section.end)
        if grid.header.start < start and any(start <= row.start < end for row in grid.rows)
    ]
    context = "\n".join([policy.title, " ".join(section.path), *headers]).strip()
    identity = "\0".join([policy.id, str(start), str(end), context, text])
    return Chunk(
        id=hashlib.sha256(identity.encode()).hexdigest()[:32],
        policy=policy.id,
        section=section.id,
        path=section.path,
        start=start,
        end=end,
        text=text,
        context=context,
    )


def embedded_text(chunk: Chunk) -> str:
    """What is embedded and indexed by words: context and text."""
    return f"{chunk.context}\n{chunk.text}"
