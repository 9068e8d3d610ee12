"""What holds for a number of the reader's (85岁每月领多少, 120个泊位补多少), by the tier of a rule that it falls into."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.draft import Draft
from assistant.match import ENOUGH, coverage, grip
from assistant.numbers import values_of
from assistant.question import Question
from assistant.ranges import Range, ranges
from assistant.reckoning import reckon_in
from assistant.table_conditions import Table, rows_named, text_beside
from assistant.table_rows import head_of, shown_row, told_cells
from assistant.terms import expression, words
from assistant.tiers import Tier, Tiers, spoken_in_digits, tiers_of
from assistant.wanted import lacking
from index.grids import Row, unit_of
from index.quantities import quantities
from index.text import squeeze
from prompts import phrase

CLOSE = 0.1  # tiers of another rule this close to the best are equally meant
NEAR = 0.35  # what the nearness of the passage counts
OWN = 0.5  # what the words count that stand in the tiers themselves
JUST = 1e-6  # how far beyond 100 is what is said to be more than 100
THING = 0.9  # weight of a word that names a thing
LEAST = 0.3  # of each word that names a thing which the policies speak of, that the tiers have to hold
LIKE = 0.4  # of a word that a text holds in part (餐饮 of 餐饮店)
MOST = 6  # rows of a table that are told


@dataclass(frozen=True, slots=True)
class _Said:
    """A number of the reader's."""

    text: str
    value: float
    unit: str
    got: bool  # an amount that he has had already


@dataclass(frozen=True, slots=True)
class _Meant:
    """Tiers that a question means with the number that falls into one of them, or between them."""

    tiers: Tiers
    said: _Said
    score: float


def answer_tier(ask: Ask) -> Draft | None:
    """What the rule says of the tier of the number that the question gives; None where no one rule has tiers of it."""
    meant = _meant(ask, lambda tiers: _fit(ask, tiers))
    best = [one for one in meant if _same(one.tiers, meant[0].tiers)]
    rivals = [one for one in meant if one not in best and one.score > best[0].score - CLOSE]
    return _say(ask, best) if best and not rivals else None


def answer_tier_at(ask: Ask, policy: str, start: int, end: int) -> Draft | None:
    """The same, of the tiers that a slice of a policy is a part of: that of the sentence that answers best."""
    meant = _meant(
        ask, lambda tiers: float(tiers.policy == policy and tiers.start < end and start < tiers.end)
    )
    alone = bool(meant) and all(_same(one.tiers, meant[0].tiers) for one in meant)
    return _say(ask, meant) if alone and not _names_another(ask, meant[0].tiers) else None


def _same(one: Tiers, other: Tiers) -> bool:
    """Whether tiers are the same, or of one table."""
    return one is other or (one.table is not None and one.table is other.table)


def _names_another(ask: Ask, tiers: Tiers) -> bool:
    """Whether a question names a thing that no policy speaks of, and nothing like it stands beside the tiers."""
    unit = Unit(((1.0, squeeze(ask.corpus.policies[tiers.policy].source[tiers.start : tiers.end])),))
    return any(
        term.weight >= THING
        and not term.pair
        and len(term.variants) == 1
        and not ask.corpus.known(term)
        and grip(term, unit) < LIKE
        for term in ask.question.terms
    )


def _meant(ask: Ask, fit: Callable[[Tiers], float]) -> list[_Meant]:
    """The tiers of the numbers that a question gives, best first."""
    question = ask.question
    listed = question.has("list") and not question.has("amount")
    if listed or question.has("why", "definition", "largest", "smallest"):
        return []
    asked = {policy.id for policy in ask.policies()}
    found = [
        _Meant(tiers, one, score)
        for one in _numbers(question)
        if not one.got
        for tiers in tiers_of(ask.corpus)
        if tiers.policy in asked and one.unit == tiers.unit and (score := fit(tiers)) > 0
    ]
    return sorted(found, key=lambda one: -one.score)


def _say(ask: Ask, meant: Sequence[_Meant]) -> Draft | None:
    """What the tiers of one rule, or the rows of one table, say; None where that is not what is asked for."""
    said = _numbers(ask.question)
    draft = _of_table(ask, meant, said) if meant[0].tiers.table else _of_text(ask, meant, said)
    return draft if draft and draft.pieces else None


def _numbers(question: Question) -> list[_Said]:
    """The numbers of a question in plain units; of one that it bounds (超过100人) what lies just beyond."""
    text = question.folded if question.language == "en" else squeeze(question.folded)
    for spoken, written in words()["tier"]["english"].items() if question.language == "en" else ():
        text = re.sub(rf"(?<=\d){spoken}", written, text)
    text = spoken_in_digits(text)
    got = words()["tier"]["got"]
    return [
        _Said(text[one.start : one.end], _value(one), one.unit, bool(re.search(got, text[: one.start])))
        for one in ranges(text)
    ]


def _value(one: Range) -> float:
    if one.high == float("inf"):
        return one.low * (1 + JUST)
    return one.high * (1 - JUST) if one.low == -float("inf") else one.low


def _fit(ask: Ask, tiers: Tiers) -> float:
    """How well tiers fit what else a question says; 0 where they do not, or where it says nothing and others may be meant."""
    policy = ask.corpus.policies[tiers.policy]
    own = policy.source[tiers.start : tiers.end]
    beside = (
        text_beside(policy, tiers.table) if tiers.table else " ".join(policy.sections[tiers.section].path)
    )
    unit = Unit(((1.0, squeeze(own)), (0.9, squeeze(beside)), (0.5, squeeze(policy.title))))
    terms = [
        term
        for term in ask.question.terms
        if term.weight >= 0.4
        and not term.pair
        and not re.search(rf"(?<=\d){re.escape(term.text)}", ask.question.folded)
        and not re.search(r"\d", spoken_in_digits(term.text))
        and not re.fullmatch(f"{words()['tier']['plain']}|{words()['document']['plain']}", term.text)
    ]
    if not terms:
        same = [other for other in tiers_of(ask.corpus) if other.unit == tiers.unit]
        return 1.0 if len(same) == 1 else 0.0
    if any(term.weight >= THING and ask.corpus.known(term) and grip(term, unit) < LEAST for term in terms):
        return 0.0
    held = coverage(ask.corpus, terms, unit)
    near = max(
        (v for (p, at), v in ask.dense.items() if p == policy.id and tiers.start - 40 <= at < tiers.end),
        default=0.0,
    )
    named = coverage(ask.corpus, terms, Unit(((1.0, squeeze(own)),)))
    return held + NEAR * near + OWN * named if held >= ENOUGH else 0.0


def _of_text(ask: Ask, meant: Sequence[_Meant], said: Sequence[_Said]) -> Draft | None:
    """The tiers in the words of the source, with what they make of the number."""
    tiers, source = meant[0].tiers, ask.corpus.policies[meant[0].tiers.policy].source
    numbers = [one.said for one in meant]
    found = [tier for tier in tiers.tiers if any(tier in tiers.of(one.value) for one in numbers)]
    had = [one for one in said if one.got]
    if had and len(found) > 1 and found[0].outcome:  # what he has reached before
        found = [max(found, key=lambda tier: tier.range.low)]
        numbers = [one for one in numbers if found[0] in tiers.of(one.value)]
    texts = [source[tier.start : tier.end] for tier in found or tiers.tiers]
    rest = " ".join(
        tier.outcome or text.replace(tier.said, "")
        for tier, text in zip(found or tiers.tiers, texts, strict=True)
    )
    others = [one for one in said if not one.got and all(one != other.said for other in meant)]
    if lacking(ask.question, rest) or not _is_held(ask, texts, others):
        return None
    draft = ask.draft()
    for one in numbers:
        own = tiers.of(one.value)
        if not own:
            _say_none(draft, tiers, one)
        for tier in own:
            name, cite = (
                "tier_step" if tier.outcome else "tier",
                draft.cite(tiers.policy, tier.start, tier.end),
            )
            draft.say(name, number=_shown(draft, one), tier=tier.said, outcome=tier.outcome, cite=cite)
    _quote(draft, source, tiers, found)
    if len(found) == 1 and found[0].outcome:
        _say_balance(draft, tiers, found[0], said, texts[0])
    elif len(found) == 1 and not re.search(words()["tier"]["each"], ask.question.folded):
        reckoned = reckon_in(ask, tiers.policy, found[0].start, found[0].end)
        if reckoned:
            draft.append(reckoned)
    return draft


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


def _say_balance(draft: Draft, tiers: Tiers, tier: Tier, said: Sequence[_Said], text: str) -> None:
    """What is left of a step for one who has had what a lower one gives, where the text says that the rest is paid."""
    lower = {tuple(_values(other.outcome)[:1]) for other in tiers.tiers if other.range.low < tier.range.low}
    had = [one for one in said if one.got and ((one.value, one.unit),) in lower]
    given = _values(tier.outcome)
    if len(had) == 1 and given and re.search(words()["tier"]["balance"], text):
        total = _money(draft, given[0][0] - had[0].value)
        draft.say("tier_balance", high=tier.outcome, low=_shown(draft, had[0]), total=total)


def _say_none(draft: Draft, tiers: Tiers, number: _Said) -> None:
    """No tier holds the number."""
    cite = "".join(dict.fromkeys(draft.cite(tiers.policy, tier.start, tier.end) for tier in tiers.tiers))
    said = phrase(draft.language, "list_comma").join(tier.said for tier in tiers.tiers)
    draft.say("tier_none", number=_shown(draft, number), tiers=said, cite=cite)


def _values(text: str) -> list[tuple[float, str]]:
    """The numbers of a text in plain units."""
    return [value for quantity in quantities(squeeze(text)) for value in values_of(quantity)[:1]]


def _shown(draft: Draft, said: _Said) -> str:
    """A number as it is read, which needs no support."""
    draft.computed.update(re.findall(r"\d+(?:\.\d+)?", said.text))
    return said.text if draft.language == "zh" else re.sub("[一-鿿]+", "", said.text).strip()


def _flat(text: str) -> str:
    """A slice of a source on one line."""
    return re.sub(r"\s+", " ", text).strip()


def _is_held(ask: Ask, texts: Iterable[str], others: Sequence[_Said]) -> bool:
    """Whether the numbers that no tier is of stand in what is told, or are a claim of its units that it corrects."""
    held = {(one.low, one.unit) for text in texts for one in ranges(spoken_in_digits(squeeze(text)))}
    units = {unit for _, unit in held} if ask.question.has("yesno") else set()
    return all((one.value, one.unit) in held or one.unit in units for one in others)


def _of_table(ask: Ask, meant: Sequence[_Meant], said: Sequence[_Said]) -> Draft | None:
    """The rows that the numbers and the named cells choose, told whole; of heads that are tiers the column of the number."""
    table = meant[0].tiers.table
    assert table is not None
    source = ask.corpus.policies[table.policy].source
    of_heads = {tier.place for one in meant for tier in one.tiers.tiers if tier.row is None}
    places = [place for place in table.told() if place not in of_heads]
    draft = ask.draft()
    if lost := [one for one in meant if not one.tiers.of(one.said.value)]:
        _say_none(draft, lost[0].tiers, lost[0].said)
        return (
            draft
            if not lacking(ask.question, "".join(told_cells(table, row, places) for row in table.rows))
            else None
        )
    chosen = [one.said for one in meant]
    for one in meant:
        found = one.tiers.of(one.said.value)
        places = [place for place in places if place != found[0].place]
        places += [tier.place for tier in found if tier.row is None]
    rows = _rows(meant, table)
    rows = rows_named(squeeze(ask.question.folded), rows, places) or rows
    places = sorted(set(places))
    others = [one for one in said if one not in chosen and not one.got]
    told = " ".join(_told(draft, table, row, places, of_heads) for row in rows)
    texts = [told_cells(table, row, range(len(table.heads))) for row in rows]
    if not rows or len(rows) > MOST or lacking(ask.question, told) or not _is_held(ask, texts, others):
        return None
    _say_rows(ask, draft, table, rows, places, meant)
    section = ask.corpus.policies[table.policy].sections[table.section]
    apart = len(rows) > 1 and len(meant) > 1
    for rule in expression("tier", "joint").finditer(source, section.start, section.end) if apart else ():
        draft.quote_slice(table.policy, *rule.span())
    return draft


def _rows(meant: Sequence[_Meant], table: Table) -> list[Row]:
    """The rows that the numbers choose together; those of each, where no row is of all (one number reaches a higher step)."""
    of_each = []
    for one in meant:
        found = one.tiers.of(one.said.value)
        if found[0].row is not None:
            of_each.append([row for row in table.rows if any(tier.row is row for tier in found)])
    together = [row for row in table.rows if all(any(row is own for own in rows) for rows in of_each)]
    return together or [row for row in table.rows if any(row is own for rows in of_each for own in rows)]


def _say_rows(
    ask: Ask, draft: Draft, table: Table, rows: Sequence[Row], places: Sequence[int], meant: Sequence[_Meant]
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
            for tier in one.tiers.of(one.said.value)
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


def _say_product(draft: Draft, table: Table, row: Row, said: Sequence[_Said]) -> None:
    """What so much for each comes to, up to the amount in a column of caps."""
    for place in table.told():
        money, _, per = (unit_of(table.heads[place]) or table.over).partition("/")
        value = table.value(row, place)
        count = next((one for one in said if per and one.text.endswith(per)), None)
        if not (value and count and money.endswith("元")):
            continue
        total = value[0] * count.value
        draft.say("reckoned", of=f"{head_of(table, place)}×{count.text}", total=_money(draft, total))
        for other in table.told():
            cap = table.value(row, other) if re.search(words()["tier"]["cap"], table.heads[other]) else None
            if cap and total > cap[0]:
                draft.say("reckoned_cap", cap=_money(draft, cap[0]))


def _money(draft: Draft, value: float) -> str:
    """An amount in 元, from ten thousand on in 万元."""
    return f"{draft.compute(value / 10_000)}万元" if value >= 10_000 else f"{draft.compute(value)}元"
