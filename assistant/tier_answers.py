"""What holds for a number of the reader's (85岁每月领多少, 120个泊位补多少), by the tier of a rule that it falls into."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.numbers import values_of
from assistant.ranges import ranges, spoken_in_digits
from assistant.reckoning import reckon_in
from assistant.table_conditions import Table, rows_named
from assistant.table_rows import head_of, shown_row, told_cells
from assistant.terms import expression, words
from assistant.tier_choice import Meant, Said, numbers_said, tiers_meant, tiers_meant_at
from assistant.tiers import Tier, Tiers
from assistant.wanted import lacking
from index.grids import Row, unit_of
from index.quantities import quantities
from index.text import squeeze
from prompts import phrase

MOST = 6  # rows of a table that are told
TOLD = 3  # tiers that a range of the reader's may reach into


def answer_tier(ask: Ask) -> Draft | None:
    """What the rule says of the tier of the number that the question gives; None where no one rule with tiers is meant."""
    return _say(ask, tiers_meant(ask))


def answer_tier_at(ask: Ask, policy: str, start: int, end: int) -> Draft | None:
    """The same, of the tiers that a slice of a policy is a part of."""
    return _say(ask, tiers_meant_at(ask, policy, start, end))


def _say(ask: Ask, meant: Sequence[Meant]) -> Draft | None:
    """What the tiers of one rule, or the rows of one table, say; None where that is not what is asked for."""
    if not meant:
        return None
    said = numbers_said(ask.question)
    draft = _of_table(ask, meant, said) if meant[0].tiers.table else _of_text(ask, meant, said)
    return draft if draft and draft.pieces else None


def _of_text(ask: Ask, meant: Sequence[Meant], said: Sequence[Said]) -> Draft | None:
    """The tiers in the words of the source, with what they make of the number."""
    tiers, source = meant[0].tiers, ask.corpus.policies[meant[0].tiers.policy].source
    numbers = [one.said for one in meant]
    found = [tier for tier in tiers.tiers if any(tier in tiers.of(one.range) for one in numbers)]
    had = [one for one in said if one.got]
    if had and len(found) > 1 and found[0].outcome:  # what he has reached before
        found = [max(found, key=lambda tier: tier.range.low)]
        numbers = [one for one in numbers if found[0] in tiers.of(one.range)]
    shown = found or tiers.tiers
    texts = [source[tier.start : tier.end] for tier in shown]
    rest = " ".join(
        tier.outcome or text.replace(tier.said, "") for tier, text in zip(shown, texts, strict=True)
    )
    others = [one for one in said if not one.got and all(one != other.said for other in meant)]
    if len(found) > TOLD or lacking(ask.question, rest) or not _is_held(ask, texts, others):
        return None
    draft = ask.draft()
    for one in numbers:
        if not _say_tiers(draft, tiers, one):
            return None
    _quote(draft, source, tiers, found)
    if len(found) == 1 and found[0].outcome:
        _say_balance(draft, tiers, found[0], had, texts[0])
    elif len(found) == 1 and not expression("tier", "each").search(ask.question.folded):
        reckoned = reckon_in(ask, tiers.policy, found[0].start, found[0].end)
        if reckoned:
            draft.append(reckoned)
    return draft


def _say_tiers(draft: Draft, tiers: Tiers, number: Said) -> bool:
    """Say which tiers a number lies in, or that it lies in none; False where the tiers may not tell that all."""
    own = tiers.of(number.range)
    if not own and (any(tier.range.is_point for tier in tiers.tiers) or not number.range.is_point):
        return False
    if not own:
        _say_none(draft, tiers.policy, tiers.tiers, number)
    for tier in own:
        name, cite = "tier_step" if tier.outcome else "tier", draft.cite(tiers.policy, tier.start, tier.end)
        draft.say(name, number=_shown(draft, number), tier=tier.said, outcome=tier.outcome, cite=cite)
    if len(own) > 1 and number.range.is_point:
        draft.say("tier_both", number=_shown(draft, number))
    return True


def _quote(draft: Draft, source: str, tiers: Tiers, found: Sequence[Tier]) -> None:
    """The slices of tiers, behind what opens them; of all where none is found."""
    slices = dict.fromkeys((tier.start, tier.end) for tier in found or tiers.tiers)
    for number, (start, end) in enumerate(slices):
        before = mark = ""
        if number == 0 and tiers.opening and tiers.opening[0] < start:
            before, mark = _flat(source[slice(*tiers.opening)]), draft.cite(tiers.policy, *tiers.opening)
            before += phrase(draft.language, "left_out") if start != tiers.tiers[0].start else ""
        text = before + _flat(source[start:end]).rstrip("。；")
        cite = draft.cite(tiers.policy, start, end) + mark
        draft.quote(text=text, cite=cite + ("" if draft.language == "en" else phrase(draft.language, "stop")))


def _say_balance(draft: Draft, tiers: Tiers, tier: Tier, had: Sequence[Said], text: str) -> None:
    """What is left of a step for one who has had what a lower one gives, where the text says that the rest is paid."""
    lower = {tuple(_values(other.outcome)[:1]) for other in tiers.tiers if other.range.low < tier.range.low}
    had = [one for one in had if ((one.range.low, one.range.unit),) in lower]
    given = _values(tier.outcome)
    if len(had) == 1 and given and re.search(words()["tier"]["balance"], text):
        total = _money(draft, given[0][0] - had[0].range.low)
        draft.say("tier_balance", high=tier.outcome, low=_shown(draft, had[0]), total=total)


def _say_none(draft: Draft, policy: str, tiers: Sequence[Tier], number: Said) -> None:
    """No tier holds the number."""
    cite = "".join(dict.fromkeys(draft.cite(policy, tier.start, tier.end) for tier in tiers))
    said = phrase(draft.language, "list_comma").join(tier.said for tier in tiers)
    draft.say("tier_none", number=_shown(draft, number), tiers=said, cite=cite)


def _values(text: str) -> list[tuple[float, str]]:
    """The numbers of a text in plain units."""
    return [value for quantity in quantities(squeeze(text)) for value in values_of(quantity)[:1]]


def _shown(draft: Draft, said: Said) -> str:
    """A number as it is read, which needs no support."""
    draft.computed.update(re.findall(r"\d+(?:\.\d+)?", said.text))
    return said.text if draft.language == "zh" else re.sub("[一-鿿]+", "", said.text).strip()


def _flat(text: str) -> str:
    """A slice of a source on one line."""
    return re.sub(r"\s+", " ", text).strip()


def _is_held(ask: Ask, texts: Iterable[str], others: Sequence[Said]) -> bool:
    """Whether the numbers that no tier is of stand in what is told, or are a claim of its units that it corrects."""
    held = {(one.low, one.unit) for text in texts for one in ranges(spoken_in_digits(squeeze(text)))}
    units = {unit for _, unit in held} if ask.question.has("yesno") else set()
    return all((one.range.low, one.range.unit) in held or one.range.unit in units for one in others)


def _of_table(ask: Ask, meant: Sequence[Meant], said: Sequence[Said]) -> Draft | None:
    """The rows that the named cells and the numbers choose, told whole; of heads that are tiers the column of the number."""
    table = meant[0].tiers.table
    assert table is not None
    ranged = {tier.place for one in meant for tier in one.tiers.tiers}
    of_heads = {tier.place for one in meant for tier in one.tiers.tiers if tier.row is None}
    plain_ones = [place for place in table.told() if place not in ranged]
    named = rows_named(squeeze(ask.question.folded), table.rows, plain_ones)
    within = named or table.rows
    draft = ask.draft()
    for one in meant:
        if not one.tiers.of(one.said.range, within):
            return _none_within(ask, draft, one, within, plain_ones)
    rows = _rows(meant, table, within)
    chosen = {
        tier.place for one in meant for tier in one.tiers.of(one.said.range, within) if tier.row is None
    }
    places = sorted({*plain_ones, *chosen})
    others = [one for one in said if not one.got and all(one != other.said for other in meant)]
    told = " ".join(_told(draft, table, row, places, of_heads) for row in rows)
    texts = [told_cells(table, row, range(len(table.heads))) for row in rows]
    if len(rows) > MOST or lacking(ask.question, told) or not _is_held(ask, texts, others):
        return None
    _say_rows(ask, draft, table, rows, places, meant)
    section = ask.corpus.policies[table.policy].sections[table.section]
    apart = len(rows) > 1 and len(meant) > 1
    for rule in (
        expression("tier", "joint").finditer(table.source, section.start, section.end) if apart else ()
    ):
        draft.quote_slice(table.policy, *rule.span())
    return draft


def _none_within(
    ask: Ask, draft: Draft, one: Meant, rows: Sequence[Row], places: Sequence[int]
) -> Draft | None:
    """That no tier of these rows holds a number, where they tell what is asked for and read no sign as a number."""
    tiers = [tier for tier in one.tiers.tiers if tier.row is None or any(tier.row is row for row in rows)]
    table = one.tiers.table
    told = "".join(told_cells(table, row, places) for row in rows) if table else ""
    if (
        any(tier.range.is_point for tier in tiers)
        or not one.said.range.is_point
        or lacking(ask.question, told)
    ):
        return None
    _say_none(draft, one.tiers.policy, tiers, one.said)
    return draft


def _rows(meant: Sequence[Meant], table: Table, within: Sequence[Row]) -> list[Row]:
    """The rows that the numbers choose together; those of each, where no row is of all (one number reaches a higher step)."""
    of_each = [
        [row for row in within if any(tier.row is row for tier in found)]
        for one in meant
        if (found := one.tiers.of(one.said.range, within))[0].row is not None
    ]
    together = [row for row in within if all(any(row is own for own in rows) for rows in of_each)]
    return together or [row for row in within if any(row is own for rows in of_each for own in rows)]


def _say_rows(
    ask: Ask, draft: Draft, table: Table, rows: Sequence[Row], places: Sequence[int], meant: Sequence[Meant]
) -> None:
    """Each row with the tiers that chose it, the rest of its cells, and what they come to for the number."""
    source = ask.corpus.policies[table.policy].source
    top = draft.cite(table.policy, table.grid.caption, table.grid.header.end)
    draft.head_of_source(shown_row(source, table.grid.header))
    numbers = dict.fromkeys(one.said for one in meant)
    of_heads = {tier.place for one in meant for tier in one.tiers.tiers if tier.row is None}
    for row in rows:
        number = draft.number(table.policy, row.start, row.end)
        draft.row(shown_row(source, row), [number])
        of_row = [
            (one.said, tier.said)
            for one in meant
            for tier in one.tiers.of(one.said.range)
            if tier.row is row or tier.row is None
        ]
        comma = phrase(draft.language, "list_comma")
        shown = comma.join(_shown(draft, one) for one in dict.fromkeys(one for one, _ in of_row))
        tiers = [tier for _, tier in of_row]
        told = _told(draft, table, row, places, of_heads)
        draft.say("tier_row", number=shown, tier=comma.join(tiers), told=told, cite=f"[{number}]{top}")
        if not re.search(words()["tier"]["each"], ask.question.folded):
            _say_product(draft, table, row, [*numbers])


def _told(draft: Draft, table: Table, row: Row, places: Sequence[int], of_heads: Collection[int]) -> str:
    """Cells of a row behind their heads; under a head that is a tier, which is told already, the value with its unit."""
    told = [told_cells(table, row, [place for place in places if place not in of_heads])]
    told += [shown_row(table.source, row)[place] + table.over for place in places if place in of_heads]
    return phrase(draft.language, "item_comma").join(filter(None, told))


def _say_product(draft: Draft, table: Table, row: Row, said: Sequence[Said]) -> None:
    """What so much for each comes to, up to the amount in a column of caps."""
    for place in table.told():
        money, _, per = (unit_of(table.heads[place]) or table.over).partition("/")
        value = table.value(row, place)
        count = next((one for one in said if per and one.text.endswith(per)), None)
        if not (value and count and money.endswith("元")):
            continue
        total = value[0] * count.range.low / count.range.step
        draft.say("reckoned", of=f"{head_of(table, place)}×{count.text}", total=_money(draft, total))
        for other in table.told():
            cap = table.value(row, other) if re.search(words()["tier"]["cap"], table.heads[other]) else None
            if cap and total > cap[0]:
                draft.say("reckoned_cap", cap=_money(draft, cap[0]))


def _money(draft: Draft, value: float) -> str:
    """An amount in 元, from ten thousand on in 万元."""
    return f"{draft.compute(value / 10_000)}万元" if value >= 10_000 else f"{draft.compute(value)}元"
