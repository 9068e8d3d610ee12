"""What several targets make together: their sum, difference, ratio, the largest of them; one over several years."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.target_change import common_values, say_difference
from assistant.target_fit import Found, is_commitment
from assistant.target_list import list_targets
from assistant.target_text import (
    cite_target,
    dated,
    is_cell,
    plain_unit,
    target_table,
    value_list,
    value_text,
)
from assistant.target_years import without_totals
from assistant.terms import expression
from index.policy import Comparator, Target
from index.quantities import scale_unit
from index.text import squeeze


def sum_of(ask: Ask, chosen: list[Found]) -> Draft | None:
    rules = not any(is_commitment(t) or is_cell(ask.draft(), p, t) for p, t in chosen)
    if rules and not expression("value", "each").search(ask.question.folded):
        return None  # limits for several cases make no sum, unless the question names each
    chosen = without_totals(ask, _of_bodies(ask, chosen))
    if not chosen:
        return None
    if len({squeeze(t.indicator) for _, t in chosen}) == 1 and _stands(ask, chosen):
        return list_targets(ask, chosen)  # 累计, 占比: the values of two years are no two amounts
    common = common_values(chosen)
    if common is None or len(chosen) < 2:
        return list_targets(ask, chosen)
    draft = ask.draft()
    parts = value_list(draft, chosen)
    total, unit = _in_larger_unit(sum(common[0]), common[1])
    draft.say("sum", total=draft.compute(total), unit=unit, parts=parts)
    if any(t.comparator in (Comparator.MORE, Comparator.AT_LEAST) for _, t in chosen):
        draft.say("lower_bound")
    target_table(draft, chosen)
    return draft


def _of_bodies(ask: Ask, chosen: Sequence[Found]) -> list[Found]:
    """Of the cells of tables, those whose row names a body that the question names, where it names some."""
    names = {name for mention in ask.question.mentions for name in mention.names}
    return [
        (policy, target)
        for policy, target in chosen
        if not names
        or not is_cell(ask.draft(), policy, target)
        or any(name in _row_of(ask, policy, target) for name in names)
    ]


def _row_of(ask: Ask, policy: str, target: Target) -> str:
    return ask.corpus.policies[policy].source[target.sentence_start : target.sentence_end]


def sum_over_years(ask: Ask, chosen: list[Found], years: int) -> Draft:
    """What comes every year, added up over as many years as the question says (三年加起来)."""
    draft = ask.draft()
    target = chosen[0][1]
    total, unit = _in_larger_unit(years * target.low, target.unit)
    values = {"years": draft.compute(years), "total": draft.compute(total), "unit": unit}
    draft.say("sum_of_years", **values, parts=value_list(draft, chosen))
    if target.comparator in (Comparator.MORE, Comparator.AT_LEAST):
        draft.say("lower_bound")
    return draft


def _stands(ask: Ask, chosen: Sequence[Found]) -> bool:
    """Whether values tell how much there is at the end of a year, rather than what comes in it."""
    return any(
        plain_unit(t.unit) in ("%", "‰")
        or t.comparator is Comparator.REACH
        or expression("value", "stock").search(t.indicator)
        or "累计" in ask.corpus.policies[p].source[t.start : t.end]
        for p, t in chosen
    )


def _in_larger_unit(value: float, unit: str) -> tuple[float, str]:
    """24000万元 as 2.4亿元."""
    return (value / 1e4, f"亿{unit[1:]}") if unit.startswith("万") and value >= 1e4 else (value, unit)


def difference_of(ask: Ask, chosen: list[Found]) -> Draft | None:
    pair = chosen[:2]
    if len(chosen) > 2:
        pair = _ends(chosen)
    common = common_values(pair)
    if common is None:
        return _incomparable(ask, pair)
    draft = ask.draft()
    say_difference(draft, pair)
    target_table(draft, pair)
    return draft


def _ends(chosen: Sequence[Found]) -> list[Found]:
    """Of one indicator the first and the last year, of several the smallest and the largest value."""
    if len({squeeze(t.indicator) for _, t in chosen}) == 1 and all(t.year for _, t in chosen):
        order = sorted(chosen, key=lambda item: item[1].year or 0)
    else:
        order = sorted(chosen, key=lambda item: item[1].low * scale_unit(item[1].unit)[0])
    return [order[0], order[-1]]


def ratio_of(ask: Ask, chosen: list[Found]) -> Draft | None:
    pair = chosen[:2]
    common = common_values(pair)
    if common is None or not min(common[0]):
        return _incomparable(ask, pair)
    draft = ask.draft()
    parts = value_list(draft, pair)
    draft.say("ratio", total=draft.compute(common[0][0] / common[0][1]), parts=parts)
    target_table(draft, pair)
    return draft


def extreme_of(ask: Ask, chosen: list[Found]) -> Draft | None:
    chosen = without_totals(ask, chosen)
    common = common_values(chosen)
    if common is None:
        return _incomparable(ask, chosen)
    draft = ask.draft()
    name = "largest" if ask.question.has("largest") else "smallest"
    order = sorted(range(len(chosen)), key=lambda i: common[0][i], reverse=name == "largest")
    ends = [chosen[order[0]], chosen[order[-1]]]
    first = [i for i in order if common[0][i] == common[0][order[0]]]
    rest = [chosen[i] for i in order if i not in first]
    if len(first) > 1:
        draft.say(f"{name}_equal" if rest else "equal", parts=value_list(draft, [chosen[i] for i in first]))
        if rest:
            draft.say("others", parts=value_list(draft, rest))
    else:
        policy, best = chosen[first[0]]
        cite = cite_target(draft, policy, best)
        same = len({squeeze(t.indicator) for _, t in chosen}) == 1
        named = dated(best) if same else best.indicator
        values = {"indicator": named, "text": value_text(draft, best), "cite": cite}
        draft.say(name, **values, parts=value_list(draft, rest))
    if ask.question.has("difference") and rest:
        say_difference(draft, ends)
    if ask.question.has("sum") and not _stands(ask, chosen):
        total, unit = _in_larger_unit(sum(common[0]), common[1])
        draft.say("sum", total=draft.compute(total), unit=unit, parts=value_list(draft, chosen))
    target_table(draft, [chosen[i] for i in order])
    return draft


def _incomparable(ask: Ask, chosen: Sequence[Found]) -> Draft:
    """The values as they are, where their units do not allow what was asked."""
    draft = list_targets(ask, chosen)
    draft.say("incomparable")
    return draft
