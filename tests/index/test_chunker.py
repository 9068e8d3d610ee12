"""Chunks: slices of the source, none across a section, one duty-bearing sentence group at most."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunker import LONGEST, chunk, embedded_text, split
from index.facts import annotate
from index.parser import parse
from index.policy import Chunk, Policy

Read = Callable[[str], Policy]

_WORDS = st.text(st.sampled_from("示范产业集群提升能力建设（）“”《》，、0123 "), min_size=1, max_size=120)
_SENTENCES = st.lists(st.tuples(_WORDS, st.sampled_from("。！？；")), min_size=1, max_size=12).map(
    lambda parts: "".join(text + mark for text, mark in parts)
)
_LINES = st.tuples(
    st.sampled_from(["", "一、", "（一）任务。", "1. 措施。", "第一章 ", "第三条 ", "## ", "（1）"]),
    _SENTENCES,
    st.sampled_from(["", "（市财政局牵头，市商务局配合）。", "（市教育局负责）"]),
).map("".join)
SOURCES = st.lists(_LINES, min_size=1, max_size=12).map(lambda lines: "\n\n".join(lines) + "\n")


def assert_sound(policy: Policy, chunks: list[Chunk]) -> None:
    """Slices, in order, apart, each inside its section."""
    for piece in chunks:
        section = policy.sections[piece.section]
        assert piece.text == policy.source[piece.start : piece.end] == piece.text.strip()
        assert piece.text
        assert section.start <= piece.start < piece.end <= section.end
        assert (piece.policy, piece.path) == (policy.id, section.path)
    assert all(a.end <= b.start for a, b in pairwise(chunks))
    assert len({piece.id for piece in chunks}) == len(chunks)


def one_sentence(text: str) -> bool:
    """Whether no sentence ends inside ``text`` outside brackets and quotation marks."""
    depth = 0
    for position, character in enumerate(text[:-1]):
        if character in "（([〔“《":
            depth += 1
        elif character in "）)]〕”》":
            depth = max(0, depth - 1)
        elif character == "\n":
            return not text[position:].strip()
        elif character in "。！？；" and depth == 0:
            return False
    return True


@settings(max_examples=40)
@given(SOURCES)
def test_chunks_of_any_policy(source: str) -> None:
    policy = annotate(parse(source, "any"))
    chunks = chunk(policy)
    assert_sound(policy, chunks)
    for piece in chunks:
        assert len(piece.text) <= LONGEST or one_sentence(piece.text)


def test_a_file_that_ends_with_its_second_clause(read: Read) -> None:
    policy = read("一、任务\n\n（一）甲任务。做好甲（市财政局牵头）。做好乙（市商务局牵头）")
    assert_sound(policy, chunk(policy))


@settings(max_examples=40)
@given(SOURCES)
def test_nothing_that_can_be_read_is_left_out(source: str) -> None:
    policy = annotate(parse(source, "any"))
    kept = list(policy.source)
    for piece in chunk(policy):
        kept[piece.start : piece.end] = [""] * (piece.end - piece.start)
    for section in policy.sections:  # a heading whose text stands below it is in their context
        if not policy.source[section.body_start : section.end].strip():
            kept[section.start : section.end] = [""] * (section.end - section.start)
    assert not re.search(r"\w", "".join(kept))


@given(st.text(st.sampled_from("字句（）“”。；！ \n"), max_size=2000), st.data())
def test_split_keeps_every_word(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    pieces = list(split(text, start, end))
    assert all(start <= a < b <= end for a, b in pieces)
    assert all(a[1] <= b[0] for a, b in pairwise(pieces))
    assert re.sub(r"\W", "", "".join(text[a:b] for a, b in pieces)) == re.sub(r"\W", "", text[start:end])


def test_the_plan(hanzhong: Policy) -> None:
    chunks = chunk(hanzhong)
    assert_sound(hanzhong, chunks)
    assert all(len(piece.text) <= LONGEST for piece in chunks)
    for duty in hanzhong.duties:  # a clause is never cut, and no chunk holds two
        holders = [
            piece for piece in chunks if piece.start <= duty.clause_start and duty.clause_end <= piece.end
        ]
        assert len(holders) == 1
    for piece in chunks:
        inside = {
            duty.clause
            for duty in hanzhong.duties
            if duty.bracketed and piece.start <= duty.clause_start < piece.end
        }
        assert len(inside) <= 1


def test_a_target_of_the_plan_is_in_one_chunk(hanzhong: Policy) -> None:
    chunks = chunk(hanzhong)
    for target in hanzhong.targets:
        assert any(piece.start <= target.start and target.end <= piece.end for piece in chunks), target


def test_title_and_path_are_embedded_and_not_shown(hanzhong: Policy) -> None:
    piece = next(piece for piece in chunk(hanzhong) if piece.path[-1:] == ("8. 推动绿色低碳转型",))
    assert piece.context == hanzhong.title + "\n" + " ".join(piece.path)
    assert embedded_text(piece) == piece.context + "\n" + piece.text
    assert hanzhong.title not in piece.text


def test_a_heading_alone_is_no_chunk(hanzhong: Policy) -> None:
    assert not any(piece.text.strip("# ") == "（一）坚持科技创新驱动" for piece in chunk(hanzhong))
    assert any("（一）坚持科技创新驱动" in piece.path for piece in chunk(hanzhong))


def test_each_clause_of_a_section_closes_a_chunk(read: Read) -> None:
    policy = read(
        "某市关于示范的通知\n\n一、任务\n\n（一）甲任务。做好甲（市财政局负责）。做好乙（市商务局牵头）。做好丙。\n"
    )
    texts = [piece.text for piece in chunk(policy) if piece.path[-1:] == ("（一）甲任务",)]
    assert texts == ["（一）甲任务。做好甲（市财政局负责）。", "做好乙（市商务局牵头）。", "做好丙。"]


def test_a_long_item_is_cut_at_sentence_ends_outside_brackets(read: Read) -> None:
    sentence = "做好示范工作（包括甲；乙。丙），" + "提升能力" * 20 + "。"
    policy = read("某市关于示范的通知\n\n一、任务\n\n（一）甲任务。" + sentence * 9 + "\n")
    pieces = [piece for piece in chunk(policy) if piece.path[-1:] == ("（一）甲任务",)]
    assert len(pieces) > 1
    assert all(piece.text.endswith("提升能力。") and len(piece.text) <= LONGEST for piece in pieces)
    assert "".join(piece.text for piece in pieces) == "（一）甲任务。" + sentence * 9


def test_the_same_text_gives_the_same_ids_and_another_place_others(read: Read) -> None:
    source = "某市关于示范的通知\n\n一、任务\n\n做好甲。\n"
    assert [piece.id for piece in chunk(read(source))] == [piece.id for piece in chunk(read(source))]
    moved = chunk(read("\n" + source))
    assert not {piece.id for piece in chunk(read(source))} & {piece.id for piece in moved}


def test_a_bracket_that_never_closes_ends_with_its_line() -> None:
    text = "没有闭合（的一行。\n" + ("提升能力" * 20 + "。") * 9
    assert all(end - start <= LONGEST for start, end in split(text, 0, len(text)))
