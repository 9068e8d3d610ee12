"""Targets as a list: each value with what it is of, a standard with its conditions, and all of a year or of one value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.match import coverage
from assistant.references import slices_referred
from assistant.target_check import equals_target
from assistant.target_choice import eligible_targets
from assistant.target_fit import Found, is_commitment
from assistant.target_text import cite_target, is_cell, plain_unit, say_target, target_table
from assistant.target_years import in_years, years_asked
from assistant.terms import Term, expression
from index.policy import Target
from index.quantities import Quantity, quantities
from index.text import fold_with_origin, squeeze

OF_TOPIC = 0.35  # share of a question's words that a target of the value which it gives has to hold
FEW = 6  # targets that are said one by one before their table
SEVERAL = 3  # from so many on their number is said
LONGEST = 260  # characters of a standard that is quoted


def list_targets(ask: Ask, chosen: Sequence[Found]) -> Draft:
    """Each value, a few in sentences before their table: a standard is quoted, for it holds with its conditions."""
    draft = ask.draft()
    if len(chosen) > SEVERAL:
        draft.say("target_list", count=draft.compute(len(chosen)))
    if ask.question.has("list", "count", "targets") and len(chosen) > 1:
        draft.count = len(chosen)
    quoted: set[tuple[int, int]] = set()
    for policy, target in chosen if len(chosen) <= FEW else ():
        own = (target.sentence_start, target.sentence_end)
        standard = not is_commitment(target) and not is_cell(draft, policy, target)
        if standard and own[1] - own[0] <= LONGEST:
            _quote_standard(draft, policy, target, quoted)
            continue
        both = _with_other_case(ask, policy, target, chosen)
        if not both:
            say_target(draft, policy, target)
        elif both not in quoted:
            quoted.add(both)
            draft.quote_slice(policy, *both)
    if ask.question.has("why"):
        draft.say("why_not")
    target_table(draft, chosen)
    return draft


def _quote_standard(draft: Draft, policy: str, target: Target, quoted: set[tuple[int, int]]) -> None:
    """Quote a target's sentence and what it refers to, each of which is quoted once."""
    span = (target.sentence_start, target.sentence_end)
    if span in quoted:
        return
    quoted.add(span)
    text = draft.quote_slice(policy, *span, cite_target(draft, policy, target))
    for referred in slices_referred(draft.corpus.policies[policy], span[0], text):
        if referred not in quoted:
            quoted.add(referred)
            draft.quote_slice(policy, *referred)


def _with_other_case(
    ask: Ask, policy: str, target: Target, chosen: Sequence[Found]
) -> tuple[int, int] | None:
    """The clauses of a sentence from that of a target to one with another value of its unit, where the question has a word
    that only the latter holds (每年培训不少于8学时，新进人员须经20学时的岗前培训); None where it has none, or where
    that value is itself among the chosen."""
    source, base = ask.corpus.policies[policy].source, target.sentence_start
    sentence = source[base : target.sentence_end]
    cuts = [0, *(m.end() for m in re.finditer("[，,；;]", sentence)), len(sentence)]
    clauses = [(a, b) for a, b in pairwise(cuts) if b > a]
    own = next((n for n, (a, b) in enumerate(clauses) if a < target.end - base <= b), None)
    if own is None or is_cell(ask.draft(), policy, target):
        return None
    valued = [
        n
        for n, (a, b) in enumerate(clauses)
        if n != own and _has_unit(sentence[a:b], plain_unit(target.unit))
    ]
    apart = _terms_beside(ask, squeeze(sentence[slice(*clauses[own])]))
    for other in valued:
        stop = next((n for n in valued if n > other), len(clauses)) if other > own else own
        behind = squeeze(sentence[clauses[other][0] : clauses[stop - 1][1]])
        first, last = (base + at for at in clauses[other])
        if any(p == policy and first <= t.start and t.end <= last for p, t in chosen):
            continue
        if any(variant in behind for term in apart for variant in term.variants):
            start, end = min(own, other), max(own + 1, stop)
            return base + clauses[start][0], base + clauses[end - 1][1]
    return None


def _has_unit(text: str, unit: str) -> bool:
    """Whether a number of a plain unit stands in a text."""
    return any(plain_unit(q.unit) == unit for q in quantities(fold_with_origin(text).text))


def _terms_beside(ask: Ask, held: str) -> list[Term]:
    """The question's words that name a topic and do not stand in a squeezed text."""
    return [
        t
        for t in ask.question.terms
        if t.weight >= 0.4 and not (t.pair or any(v in held for v in t.variants))
    ]


def all_targets(ask: Ask) -> Draft | None:
    """All targets, or those of the years asked for; commitments before standards."""
    found = in_years(ask, eligible_targets(ask))
    years = years_asked(ask.question)
    if years:
        found = [(p, t) for p, t in found if t.year in years and not t.base]
    elif "每年" in ask.question.folded or "annual" in ask.question.folded:
        found = [(p, t) for p, t in found if t.period.startswith(("每年", "年均"))]
    else:
        found = [(p, t) for p, t in found if is_commitment(t)] or found
    for words_quoted in map(squeeze, ask.question.quoted):  # 带“力争”的目标
        found = [
            (p, t)
            for p, t in found
            if words_quoted in squeeze(ask.corpus.policies[p].source[t.start : t.end])
            or (t.tentative and words_quoted in _tentative(ask, p, t))
        ]
    return list_targets(ask, found) if found else None


def _tentative(ask: Ask, policy: str, target: Target) -> str:
    """The words before a value from the beginning of its sentence, where 力争 and the like may stand."""
    return squeeze(ask.corpus.policies[policy].source[target.sentence_start : target.end])


def targets_of_value(ask: Ask) -> Draft | None:
    """突破350亿元的是哪个产业: the targets of the value that the question gives, of its topic if it names one."""
    if expression("value", "compares").search(ask.question.folded):
        return None
    found = [
        (policy, target)
        for policy, target in eligible_targets(ask)
        if any(
            q.unit
            and plain_unit(q.unit) == plain_unit(target.unit)
            and equals_target(q, target)
            and not _is_named_behind(ask, q, policy, target)
            for q in ask.question.numbers
        )
        and coverage(ask.corpus, ask.question.terms, ask.corpus.target_unit(policy, target)) >= OF_TOPIC
    ]
    return list_targets(ask, in_years(ask, found)) if in_years(ask, found) else None


def _is_named_behind(ask: Ask, quantity: Quantity, policy: str, target: Target) -> bool:
    """Whether the question says itself what its number counts (6支抢险队分别驻在哪): it asks for something else."""
    behind = ask.question.folded[quantity.end :]
    named = [term for term in ask.question.terms if term.weight >= 0.4 and behind.startswith(term.text)]
    source = ask.corpus.policies[policy].source
    sentence = squeeze(source[target.sentence_start : target.sentence_end])
    held = any(variant in sentence for term in named for variant in term.variants)
    return held and not expression("value", "of_which").search(behind)
