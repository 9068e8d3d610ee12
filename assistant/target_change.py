"""By how much values differ: two of them, or what stands already and what an indicator of a table is to be (五年下来净增多少)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.target_choice import choose_targets
from assistant.target_fit import Found
from assistant.target_text import is_cell, target_table, value_list
from assistant.target_years import years_asked
from assistant.terms import words
from index.policy import Target
from index.quantities import scale_unit
from index.text import squeeze
from prompts import phrase

_RECKONED = {"difference", "sum", "yesno"}


def answer_change(ask: Ask) -> Draft | None:
    """By how much an indicator has to rise or fall from what stands to the year asked for, else to the last; None where
    no row of a table gives both, or the indicator is a rise itself."""
    question = ask.question
    years = years_asked(question)
    if len(years) > 1 or not re.search(words()["change"]["zh"], question.folded):
        return None
    asks = (question.asks - _RECKONED) | {"amount", "number"}
    terms = tuple(t for t in question.terms if not re.fullmatch(words()["change"]["verb"], t.text))
    plain = replace(question, asks=asks, kinds=question.kinds - {"growth", "result"}, terms=terms)
    draft = ask.draft()
    chosen = [f for f in choose_targets(replace(ask, question=plain)) if is_cell(draft, *f) and not f[1].base]
    ends = [found for found in chosen if found[1].year]
    if not ends or len({squeeze(target.indicator) for _, target in chosen}) > 1:
        return None
    policy, last = max(ends, key=lambda found: found[1].year or 0)
    stood = [
        (policy, target)
        for target in ask.corpus.policies[policy].targets
        if target.sentence_start == last.sentence_start
        and target.indicator == last.indicator
        and (target.base or (target.year or 9999) < (last.year or 0))
    ]
    stood = sorted(stood, key=lambda found: found[1].year or 0)[:1]  # the first of several years
    rises = re.search(words()["change"]["indicator"], last.indicator)
    if len(stood) != 1 or rises or common_values([*stood, *ends]) is None:
        return None
    pair = [stood[0], (policy, last)]
    say_difference(draft, pair)
    target_table(draft, pair)
    return draft


def common_values(chosen: Sequence[Found]) -> tuple[list[float], str] | None:
    """Values in the first target's unit as it is written (万元 of 三千万元), or None where units differ in kind."""
    unit = _spoken_unit(chosen[0][1])
    factor, plain = scale_unit(unit)
    values = []
    for _, target in chosen:
        own, kind = scale_unit(target.unit)
        if kind != plain:
            return None
        values.append(target.low * own / factor)
    return values, unit


def _spoken_unit(target: Target) -> str:
    """The unit of a value with the 万 or 亿 that ends its Chinese numeral, which counts in plain units otherwise."""
    many = re.search(
        f"(?<=[一二两三四五六七八九十百千])[万亿](?={re.escape(target.unit)})", squeeze(target.text)
    )
    return f"{many.group()}{target.unit}" if many else target.unit


def say_difference(draft: Draft, pair: Sequence[Found]) -> None:
    """By how much two values of one kind of unit differ."""
    common = common_values(pair)
    if common is None:
        return
    unit = phrase(draft.language, "percentage_points") if common[1] == "%" else common[1]
    total = draft.compute(abs(common[0][0] - common[0][1]))
    draft.say("difference", total=total, unit=unit, parts=value_list(draft, pair))
