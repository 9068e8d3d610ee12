"""The tiers of a rule: what holds in each range of a number (80—89周岁的每人每月100元，90—99周岁的…), in a sentence, in the
items of a list, or in the rows of a table; and the tier that a number of the reader's falls into.

Ranges are tiers where each begins where the one before ends: so 不少于5人 and 超过30天 of two rules are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, isfinite

from assistant.corpus import Corpus, once_a_corpus
from assistant.document_rules import rules_of
from assistant.numbers import values_of
from assistant.ranges import Range, plain, ranges, spoken_in_digits
from assistant.table_conditions import Table, tables_of
from assistant.terms import expression, words
from assistant.within import ITEM, subtree_end, table_over
from index.distribution import row_of, with_bare
from index.grids import Cell, Row, unit_of
from index.policy import Policy, Section
from index.quantities import Quantity, quantities
from index.text import Folded, fold, fold_with_origin, squeeze

LOWER = "以上"  # bounds from below, the other words from above
_Read = tuple[Row | None, Cell, int, Range]  # a cell, the column, and the range that it is


@dataclass(frozen=True, slots=True)
class Tier:
    """A range and the slice of the source that says what holds in it."""

    range: Range
    said: str  # the range as the source writes it
    start: int
    end: int
    row: Row | None = None  # of a table, whose cell the range is
    place: int = -1  # of a table: the column whose head or cell the range is
    outcome: str = ""  # of steps: what the source gives for it (分别奖励20万元、50万元)


@dataclass(frozen=True, slots=True)
class Tiers:
    """The tiers of one rule, in the order of the source."""

    policy: str
    section: int
    tiers: tuple[Tier, ...]
    opening: tuple[int, int] | None  # the slice before the first that says of what they are
    counted: str = ""  # squeezed: what the ranges count (新增用工, 泊位数), as the words before them say
    beside: tuple[
        Range, ...
    ] = ()  # other ranges of the unit in the same slice, for others or for something else
    table: Table | None = None

    @property
    def unit(self) -> str:
        """The plain unit of the ranges."""
        return self.tiers[0].range.unit

    @property
    def start(self) -> int:
        """Where what they are of begins."""
        first = min(tier.start for tier in self.tiers)
        return min(first, self.opening[0]) if self.opening else first

    @property
    def end(self) -> int:
        """Where the last of them ends."""
        return max(tier.end for tier in self.tiers)

    def of(self, number: Range, rows: Sequence[Row] | None = None) -> list[Tier]:
        """The tiers that a number lies in, or a range of the reader's reaches into, of a table in these rows; of two that
        meet in it the one that says so."""
        found = [
            tier
            for tier in self.tiers
            if (tier.range.cuts(number) if number.is_point else tier.range.overlaps(number))
            and (tier.row is None or rows is None or any(tier.row is row for row in rows))
        ]
        sure = [tier for tier in found if number.is_point and tier.range.says(number.low)]
        return sure or found


@once_a_corpus
def tiers_of(corpus: Corpus) -> tuple[Tiers, ...]:
    """The tiers of every policy."""
    return tuple(
        _as_included(policy, found)
        for policy in corpus.policies.values()
        for found in (*_in_tables(corpus, policy), *_in_text(policy))
    )


def _as_included(policy: Policy, tiers: Tiers) -> Tiers:
    """Tiers whose ends are in or out as the document says of 以上 and 以下 (“以上”包括本数，“以下”不包括本数)."""
    stated = "".join(squeeze(policy.source[start:end]) for start, end in rules_of(policy, "inclusive"))
    words_in, words_out = (
        set(expression("tier", "bound_word").findall("".join(expression("tier", name).findall(stated))))
        for name in ("includes", "excludes")
    )

    def read(tier: Tier) -> Tier:
        one = tier.range
        for word in expression("tier", "bound_word").findall(tier.said):
            stands = word in words_in | words_out
            if word == LOWER and stands and isfinite(one.low) and not one.sure_low:
                one = replace(one, low_in=word in words_in, sure_low=True)
            elif word != LOWER and stands and isfinite(one.high) and not one.sure_high:
                one = replace(one, high_in=word in words_in, sure_high=True)
        return replace(tier, range=one)

    return replace(tiers, tiers=tuple(map(read, tiers.tiers))) if words_in or words_out else tiers


def _in_text(policy: Policy) -> Iterator[Tiers]:
    """Tiers in running text: of an article by itself, or of the items of a list together."""
    for section in policy.sections:
        items = [s for s in policy.sections if s.parent == section.id and ITEM.match(s.marker)]
        opening = policy.source[section.body_start : section.end].rstrip()
        listed = bool(items) and opening.endswith(("：", ":"))
        if (
            section.parent is not None
            and _opens_list(policy, policy.sections[section.parent])
            and ITEM.match(section.marker)
        ):
            continue  # read with its list
        end = subtree_end(policy.sections, section.id) if listed else section.end
        yield from _chains(policy, section, section.start, end)
    for section in policy.sections:
        yield from _steps(policy, section)


def _opens_list(policy: Policy, section: Section) -> bool:
    return policy.source[section.start : section.end].rstrip().endswith(("：", ":"))


def _chains(policy: Policy, section: Section, start: int, end: int) -> Iterator[Tiers]:
    """The runs of ranges in a slice, one beside the other, of which each begins where the one before ends, or all end so."""
    text = fold_with_origin(policy.source[start:end])
    found = [
        one
        for one in ranges(text.text)
        if _decides(text.text, one) and not table_over(policy, start + text.origin[one.start])
    ]
    for unit in dict.fromkeys(one.unit for one in found):
        every = [one for one in found if one.unit == unit]
        chains: list[list[Range]] = []
        for one in every:
            if chains and _goes_on(text.text, chains[-1], one):
                chains[-1].append(one)
            else:
                chains.append([one])
        for chain in chains:
            if len(chain) > 1 and not all(one.is_point for one in chain):
                beside = tuple(one for one in every if one not in chain)
                yield replace(_tiers(policy, section, start, end, chain), beside=beside)


def _goes_on(folded: str, chain: Sequence[Range], one: Range) -> bool:
    """Whether a range goes on in the direction of a chain, and is of the same thing."""
    up, down = chain[-1].meets(one), one.meets(chain[-1])
    if len(chain) > 1:
        rises = chain[-2].meets(chain[-1])
        up, down = up and rises, down and not rises
    first, own = (_counted(folded, each) for each in (chain[0], one))
    return (up or down) and _alike(first, own)


def _alike(one: str, other: str) -> bool:
    """Whether what two ranges count is the same: nothing said, one within the other, or most of the shorter."""
    short, long = sorted((one, other), key=len)
    most = -(-len(short) * 2 // 3)
    return any(short[at : at + most] in long for at in range(len(short) - most + 1))


def _counted(folded: str, one: Range) -> str:
    """What a range counts: the words of its clause before it, without the marker of an item."""
    clause = folded[_clause_start(folded, one.start, 0) : one.start]
    return expression("tier", "marker").sub("", squeeze(clause))


def _counted_first(folded: str, first: Range) -> str:
    """What the first of some ranges counts; where its clause says no more than that it is an area or an age, its sentence."""
    own = _counted(folded, first)
    start = max(folded.rfind(mark, 0, first.start) for mark in "。;\n") + 1
    generic = not own or expression("tier", "generic").fullmatch(own)
    return squeeze(folded[start : first.start]) if generic else own


def _decides(folded: str, one: Range) -> bool:
    """Whether a range says for whom something holds (50人以下的，), and is not what holds (处1万元以上5万元以下的罚款)."""
    entry = words()["tier"]
    if re.match(entry["outcome"], folded[one.end :]) or re.search(entry["gives"], folded[: one.start]):
        return False
    opens = one.start == _clause_start(folded, one.start, 0)
    return bool(re.match(entry["decides"], folded[one.end :])) and (
        opens or not one.is_point or bool(expression("tier", "of").match(folded, one.end))
    )


def _tiers(policy: Policy, section: Section, start: int, end: int, members: Sequence[Range]) -> Tiers:
    """Tiers with what is said of each: from the clause of its range up to that of the next, the last to the end of its sentence."""
    source = policy.source
    folded = fold_with_origin(source[start:end])
    spans = [folded.span(one.start, one.end) for one in members]
    begins = [
        start + _clause_start(source[start:end], at, until)
        for (at, _), until in zip(spans, [0, *(b for _, b in spans)], strict=False)
    ]
    tiers = []
    for number, (one, (a, b)) in enumerate(zip(members, spans, strict=True)):
        stop = begins[number + 1] if number + 1 < len(members) else end
        sentence = re.compile(r"[^。\n]*[。\n]?").match(source, start + b)
        stop = min(stop, sentence.end()) if sentence else stop
        while stop > begins[number] and source[stop - 1] in " \n，,、;；":
            stop -= 1
        tiers.append(Tier(one, source[start + a : start + b], begins[number], stop))
    opening = source[start : begins[0]]
    at = max(opening.rstrip().rfind(mark) for mark in "。\n；") + 1
    lead = opening[at:].strip()
    head = (start + at, begins[0]) if len(squeeze(lead)) > 1 else None
    if head is None and spans[0][0] > begins[0] - start:
        head = (begins[0], start + spans[0][0])  # 设备投资 of 设备投资300万元至1000万元的
    counted = _counted_first(folded.text, members[0]) or (squeeze(fold(source[slice(*head)])) if head else "")
    return Tiers(policy.id, section.id, tuple(tiers), head, counted)


def _steps(policy: Policy, section: Section) -> Iterator[Tiers]:
    """首次突破1亿元、3亿元、5亿元的，分别奖励20万元、50万元、100万元: each number up to the next, with what is given for it."""
    entry = words()["tier"]
    for whole in re.finditer(r"[^。\n]+。?", policy.source[section.start : section.end]):
        start, end = section.start + whole.start(), section.start + whole.end()
        folded = fold_with_origin(whole.group())
        sentence = folded.text
        numbers = with_bare(sentence, [*quantities(sentence)])
        rows = [
            row
            for number in numbers
            if len(row := row_of(numbers, number, sentence)) > 1 and row[0] is number
        ]
        for one, other in pairwise(rows):
            between = sentence[one[-1].end : other[0].start]
            lows = [values_of(number)[0][0] for number in one]
            reached = re.search(entry["reached"], sentence[: one[0].start]) or re.match(
                entry["above"], between
            )
            if (
                len(one) != len(other)
                or not reached
                or not expression("tier", "respectively").search(between)
                or lows != sorted(set(lows))
            ):
                continue
            begin = start + folded.span(_clause_start(sentence, one[0].start, 0), one[0].start)[0]
            counted = squeeze(sentence[: one[0].start])
            steps = tuple(_as_steps(policy, folded, start, begin, end, one, other))
            yield Tiers(policy.id, section.id, steps, None, counted)


def _as_steps(
    policy: Policy,
    folded: Folded,
    start: int,
    begin: int,
    end: int,
    one: Sequence[Quantity],
    other: Sequence[Quantity],
) -> Iterator[Tier]:
    """A row of numbers as steps, each with the number of the other row in its place."""
    units = [values_of(number)[0][1] for number in one]
    lows = [values_of(number)[0][0] for number in one]
    for number, given, low, high, unit in zip(one, other, lows, [*lows[1:], inf], units, strict=True):
        said = policy.source[slice(*(start + at for at in folded.span(number.start, number.end)))]
        bare = "" if number.text.endswith(number.unit) else number.unit
        outcome = f"{given.text}{'' if given.text.endswith(given.unit) else given.unit}"
        one_step = Range(
            0, 0, *plain(low, unit)[:1], *plain(high, unit)[:1], plain(low, unit)[1], True, high == inf, True
        )
        yield Tier(one_step, said + bare, begin, end, outcome=outcome)


def _clause_start(text: str, at: int, until: int) -> int:
    """Where the clause of a range begins: behind the last mark before it, and not before the range that goes ahead."""
    marks = [text.rfind(mark, until, at) for mark in "。；;，,：:、\n"]
    begin = max(marks) + 1 if max(marks) >= 0 else until
    return begin + len(text[begin:at]) - len(text[begin:at].lstrip())


def _in_tables(corpus: Corpus, policy: Policy) -> Iterator[Tiers]:
    """Tiers in tables: the cells of a column that are ranges, and the heads that are."""
    for table in tables_of(corpus)[policy.id]:
        for place, head in enumerate(table.heads):
            cells = [(row, row.cells[place], place) for row in table.rows]
            yield from _of_cells(policy, table, cells, unit_of(head))
        heads = [(None, cell, place) for place, cell in enumerate(table.grid.header.cells)]
        yield from _of_cells(
            policy, table, [(row, cell, place) for row, cell, place in heads if place != table.name], ""
        )


def _of_cells(
    policy: Policy, table: Table, cells: Sequence[tuple[Row | None, Cell, int]], unit: str
) -> Iterator[Tiers]:
    """The cells as tiers where each is a range and some meet; heads that are none stay apart."""
    read = [(row, cell, place, one) for row, cell, place in cells if (one := _cell_range(cell.text, unit))]
    read = _up_to_the_next(read)
    of_heads = any(row is None for row, _, _ in cells)
    if (len(read) < len(cells) and not of_heads) or all(one.is_point for *_, one in read):
        return
    if not any(a.meets(b) or b.meets(a) for (*_, a), (*_, b) in pairwise(read)):
        return
    tiers = tuple(
        Tier(one, policy.source[cell.start : cell.end], (row or cell).start, (row or cell).end, row, place)
        for row, cell, place, one in read
    )
    heads = {tier.place: table.heads[tier.place] for tier in tiers}
    counted = squeeze("|".join(heads.values()) + table.label)
    yield Tiers(
        policy.id, table.section, tiers, (table.grid.caption, table.grid.header.end), counted, (), table
    )


def _up_to_the_next(read: list[_Read]) -> list[_Read]:
    """Cells that are lower bounds alone (50家以上, 30家以上, 15家以上), each up to the next higher."""
    lows = sorted({one.low for *_, one in read})
    if len(lows) < len(read) or any(isfinite(one.high) or not isfinite(one.low) for *_, one in read):
        return read
    above = dict(pairwise(lows))
    return [
        (
            row,
            cell,
            place,
            replace(one, high=above.get(one.low, inf), high_in=one.low not in above, sure_low=True),
        )
        for row, cell, place, one in read
    ]


def _cell_range(text: str, unit: str) -> Range | None:
    """The range that a cell is, behind what it is of, with the unit of its column where it has none; None where it says
    anything else."""
    folded = spoken_in_digits(squeeze(fold(text)))
    found = list(ranges(folded))
    if not found and unit:
        folded = re.sub(r"(\d[\d,.]*)(?![\d,.]*[-—–~至到]\d)(?![\d,.])", rf"\1{unit}", folded)
        found = list(ranges(folded))
    rest = re.compile(words()["tier"]["rest"])
    whole = len(found) == 1 and rest.fullmatch(folded, found[0].end)
    return found[0] if whole and re.fullmatch(r"[^\d,;。:]{0,12}", folded[: found[0].start]) else None
