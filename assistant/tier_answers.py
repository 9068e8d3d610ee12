"""What holds for a number of the reader's (85岁每月领多少, 120个泊位补多少), by the tier of a rule that it falls into."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.draft import Draft
from assistant.match import ENOUGH, coverage, grip
from assistant.ranges import Range, ranges
from assistant.reckoning import reckon_in
from assistant.table_conditions import Table, things_of
from assistant.table_rows import head_of, shown_row, told_cells
from assistant.terms import words
from assistant.tiers import Tiers, spoken_in_digits, tiers_of
from index.grids import Row, unit_of
from index.text import squeeze
from prompts import phrase

CLOSE = 0.1  # tiers of another rule this close to the best are equally meant
NEAR = 0.35  # what the nearness of the passage counts
JUST = 1e-6  # how far beyond 100 is what is said to be more than 100
THING = 0.9  # weight of a word that names a thing
LIKE = 0.4  # of a word that a text holds in part (餐饮 of 餐饮店)
MOST = 6  # rows of a table that are told


@dataclass(frozen=True, slots=True)
class _Said:
    """A number of the reader's."""

    text: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class _Meant:
    """Tiers that a question means with the number that falls into one of them, or between them."""

    tiers: Tiers
    said: _Said
    score: float


def answer_tier(ask: Ask) -> Draft | None:
    """What the rule says of the tier of the number that the question gives; None where no one rule has tiers of it."""
    meant = _meant(ask, lambda tiers, said: _fit(ask, tiers))
    best = [one for one in meant if one.tiers.table and one.tiers.table is meant[0].tiers.table] or meant[:1]
    rivals = [one for one in meant if one not in best and one.score > best[0].score - CLOSE]
    return _say(ask, best) if best and not rivals else None


def answer_tier_at(ask: Ask, policy: str, start: int, end: int) -> Draft | None:
    """The same, of the tiers that a slice of a policy is a part of: that of the sentence that answers best."""
    meant = _meant(
        ask, lambda tiers, said: float(tiers.policy == policy and tiers.start < end and start < tiers.end)
    )
    same = len({id(one.tiers.table or one.tiers) for one in meant}) == 1 and not _names_another(
        ask, meant[0].tiers
    )
    return _say(ask, meant) if same else None


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


def _meant(ask: Ask, fit: Callable[[Tiers, _Said], float]) -> list[_Meant]:
    """The tiers of the numbers that a question gives, best first."""
    question = ask.question
    if question.language != "zh" or question.has("why", "definition", "largest", "smallest", "list"):
        return []
    asked = {policy.id for policy in ask.policies()}
    found = [
        _Meant(tiers, one, score)
        for one in _numbers(question.folded)
        for tiers in tiers_of(ask.corpus)
        if tiers.policy in asked and one.unit == tiers.unit and (score := fit(tiers, one)) > 0
    ]
    return sorted(found, key=lambda one: -one.score)


def _say(ask: Ask, meant: Sequence[_Meant]) -> Draft | None:
    said = _numbers(ask.question.folded)
    draft = _of_table(ask, meant, said) if meant[0].tiers.table else _of_text(ask, meant[0], said)
    return draft if draft and draft.pieces else None


def _numbers(folded: str) -> list[_Said]:
    """The numbers of a folded question in plain units; of one that it bounds (超过100人) what lies just beyond."""
    text = spoken_in_digits(squeeze(folded))
    return [_Said(text[one.start : one.end], _value(one), one.unit) for one in ranges(text)]


def _value(one: Range) -> float:
    if one.high == float("inf"):
        return one.low * (1 + JUST)
    return one.high * (1 - JUST) if one.low == -float("inf") else one.low


def _fit(ask: Ask, tiers: Tiers) -> float:
    """How well tiers fit what else a question says; 0 where they do not, or where it says nothing and others may be meant."""
    policy = ask.corpus.policies[tiers.policy]
    section = policy.sections[tiers.section]
    own = policy.source[tiers.start : tiers.end]
    beside = " ".join(section.path) + _referring(policy.source, tiers.table)
    unit = Unit(((1.0, squeeze(own)), (0.9, squeeze(beside)), (0.5, squeeze(policy.title))))
    terms = [
        term
        for term in ask.question.terms
        if term.weight >= 0.4
        and not term.pair
        and not re.search(rf"(?<=\d){re.escape(term.text)}", ask.question.folded)
        and not re.search(r"\d", spoken_in_digits(term.text))
        and not re.fullmatch(words()["tier"]["plain"], term.text)
    ]
    if not terms:
        same = [other for other in tiers_of(ask.corpus) if other.unit == tiers.unit]
        return 1.0 if len(same) == 1 else 0.0
    held = coverage(ask.corpus, terms, unit)
    near = max(
        (v for (p, at), v in ask.dense.items() if p == policy.id and tiers.start - 40 <= at < tiers.end),
        default=0.0,
    )
    return held + NEAR * near if held >= ENOUGH else 0.0


def _referring(source: str, table: Table | None) -> str:
    """The sentences that refer to a table by its number (标准见附表2)."""
    if table is None or not table.numbers:
        return ""
    name = "|".join(map(re.escape, table.numbers))
    return "".join(found.group() for found in re.finditer(rf"[^。\n]*(?:{name})(?!\d)[^。\n]*", source))


def _of_text(ask: Ask, meant: _Meant, said: Sequence[_Said]) -> Draft | None:
    """The tier in the words of the source, with what it makes of the number."""
    tiers, source = meant.tiers, ask.corpus.policies[meant.tiers.policy].source
    found = tiers.of(meant.said.value)
    shown = found or tiers.tiers
    others = [one for one in said if one != meant.said]
    if not _is_held(ask, [source[tier.start : tier.end] for tier in shown], others):
        return None
    draft = ask.draft()
    if not found:
        _say_none(draft, meant)
    for tier in found:
        cite = draft.cite(tiers.policy, tier.start, tier.end)
        draft.say("tier", number=_shown(draft, meant.said), tier=tier.said, cite=cite)
    for number, tier in enumerate(shown):
        before = mark = ""
        if number == 0 and tiers.opening and tiers.opening[0] < tier.start:
            before, mark = _flat(source[slice(*tiers.opening)]), draft.cite(tiers.policy, *tiers.opening)
            before += phrase(draft.language, "left_out") if tier is not tiers.tiers[0] else ""
        text = before + _flat(source[tier.start : tier.end]).rstrip("。")
        cite = draft.cite(tiers.policy, tier.start, tier.end) + mark
        draft.quote(text=text, cite=cite + phrase(draft.language, "stop"))
    if len(found) == 1 and not re.search(words()["tier"]["each"], ask.question.folded):
        reckoned = reckon_in(ask, tiers.policy, found[0].start, found[0].end)
        if reckoned:
            draft.append(reckoned)
    return draft


def _say_none(draft: Draft, meant: _Meant) -> None:
    """No tier holds the number."""
    tiers = meant.tiers.tiers
    cite = "".join(dict.fromkeys(draft.cite(meant.tiers.policy, tier.start, tier.end) for tier in tiers))
    said = phrase(draft.language, "list_comma").join(tier.said for tier in tiers)
    draft.say("tier_none", number=_shown(draft, meant.said), tiers=said, cite=cite)


def _shown(draft: Draft, said: _Said) -> str:
    """A number as it is read, which needs no support."""
    draft.computed.update(re.findall(r"\d+(?:\.\d+)?", said.text))
    return said.text


def _flat(text: str) -> str:
    """A slice of a source on one line."""
    return re.sub(r"\s+", " ", text).strip()


def _is_held(ask: Ask, texts: Iterable[str], others: Sequence[_Said]) -> bool:
    """Whether the numbers that no tier is of stand in what is told, or are a claim that it corrects."""
    held = {(one.low, one.unit) for text in texts for one in ranges(spoken_in_digits(squeeze(text)))}
    return ask.question.has("yesno") or all((one.value, one.unit) in held for one in others)


def _of_table(ask: Ask, meant: Sequence[_Meant], said: Sequence[_Said]) -> Draft | None:
    """The rows that the numbers and the named cells choose, told whole; of heads that are tiers the column of the number."""
    table = meant[0].tiers.table
    assert table is not None
    of_heads = {tier.place for one in meant for tier in one.tiers.tiers if tier.row is None}
    places = [place for place in _columns(table) if place not in of_heads]
    rows, chosen, draft = [*table.rows], [], ask.draft()
    for one in meant:
        found = one.tiers.of(one.said.value)
        if not found:
            _say_none(draft, one)
            return draft
        places = [p for p in places if p != found[0].place]
        if found[0].row is None:
            places += [tier.place for tier in found]
        else:
            rows = [row for row in rows if any(tier.row is row for tier in found)]
        chosen.append(one.said)
    rows = _named(squeeze(ask.question.folded), rows, places)
    others = [one for one in said if one not in chosen]
    texts = [told_cells(table, row, range(len(table.heads))) for row in rows]
    if not rows or len(rows) > MOST or not _is_held(ask, texts, others):
        return None
    _say_rows(ask, draft, table, rows, sorted(set(places)), meant)
    return draft


def _columns(table: Table) -> list[int]:
    """The columns but those of serial numbers."""
    return [p for p, head in enumerate(table.heads) if not re.fullmatch(words()["table"]["serial"], head)]


def _named(folded: str, rows: Sequence[Row], places: Sequence[int]) -> list[Row]:
    """The rows of which a squeezed question names a cell (餐饮), the longest; all where it names none."""
    named = {
        number: max(
            (len(thing) for place in places for thing in things_of(row.cells[place]) if thing in folded),
            default=0,
        )
        for number, row in enumerate(rows)
    }
    return [row for number, row in enumerate(rows) if named[number] == max(named.values())]


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
        tiers = [
            tier.said
            for one in meant
            for tier in one.tiers.of(one.said.value)
            if tier.row is row or tier.row is None
        ]
        comma = phrase(draft.language, "list_comma")
        shown = comma.join(_shown(draft, one) for one in numbers)
        told = _told(draft, table, row, places, of_heads)
        draft.say("tier_row", number=shown, tier=comma.join(tiers), told=told, cite=f"[{number}]{top}")
        if not re.search(words()["tier"]["each"], ask.question.folded):
            _say_product(draft, table, row, [*numbers])


def _told(draft: Draft, table: Table, row: Row, places: Sequence[int], of_heads: Collection[int]) -> str:
    """Cells of a row behind their heads; under a head that is a tier, which is told already, the value with its unit."""
    told = [told_cells(table, row, [place for place in places if place not in of_heads])]
    told += [row.cells[place].text + table.over for place in places if place in of_heads]
    return phrase(draft.language, "item_comma").join(filter(None, told))


def _say_product(draft: Draft, table: Table, row: Row, said: Sequence[_Said]) -> None:
    """What so much for each comes to, up to the amount in a column of caps."""
    for place in _columns(table):
        money, _, per = (unit_of(table.heads[place]) or table.over).partition("/")
        value = table.value(row, place)
        count = next((one for one in said if per and one.text.endswith(per)), None)
        if not (value and count and money.endswith("元")):
            continue
        total = value[0] * count.value
        draft.say("reckoned", of=f"{head_of(table, place)}×{count.text}", total=_money(draft, total))
        for other in _columns(table):
            cap = table.value(row, other) if re.search(words()["tier"]["cap"], table.heads[other]) else None
            if cap and total > cap[0]:
                draft.say("reckoned_cap", cap=_money(draft, cap[0]))


def _money(draft: Draft, value: float) -> str:
    """An amount in 元, from ten thousand on in 万元."""
    return f"{draft.compute(value / 10_000)}万元" if value >= 10_000 else f"{draft.compute(value)}元"
