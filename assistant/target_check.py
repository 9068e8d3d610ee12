"""Whether the number of a question (不超过350亿元，对吗) is the number of the policies."""

from __future__ import annotations

import re

from assistant.ask import Ask
from assistant.draft import Draft, plain_number
from assistant.question import Question
from assistant.target_fit import Found
from assistant.target_text import beside, cite_target, period_text, plain_unit, value_text, when_text
from assistant.terms import words
from assistant.within import section_at
from index.policy import Comparator, Target
from index.quantities import Quantity, scale_unit
from index.text import squeeze
from index.wording import read_comparator


def check_number(ask: Ask, chosen: list[Found]) -> Draft:
    """Confirm or correct the number that the question states."""
    draft = ask.draft()
    stated = ask.question.numbers
    meant = squeeze(chosen[0][1].indicator)
    found = [(p, t) for p, t in chosen if squeeze(t.indicator) == meant][:3]
    right = [
        (p, t)
        for p, t in found
        if any(
            plain_unit(q.unit or t.unit) == plain_unit(t.unit) and _agrees(ask.question, q, t) for q in stated
        )
    ]
    for policy, target in right or found:  # of several years, the one that the number is right for
        same = [q for q in stated if not q.unit or plain_unit(q.unit) == plain_unit(target.unit)]
        values = {
            "when": when_text(draft, target),
            "indicator": beside(draft, target),
            "text": value_text(draft, target),
            "cite": cite_target(draft, policy, target),
            "period": period_text(target),
        }
        agrees = [_agrees(ask.question, quantity, target) for quantity in same]
        if not same:
            draft.say("target_one", **values)
        elif True in agrees:
            draft.say("target_right" if ask.question.has("yesno") else "target_one", **values)
        elif None in agrees:
            draft.say("target_worded", **values)
            draft.note("premise", "notice_premise")
        else:
            draft.say("target_wrong", asked=_as_claimed(ask.question, same[0]), **values)
            draft.computed.add(plain_number(same[0].low))
            draft.note("premise", "notice_premise")
    if ask.question.has("why"):
        draft.say("why_not")
    return draft


def _words_named(question: Question, target: Target) -> int:
    """Characters of an indicator that a question names."""
    indicator = squeeze(target.indicator)
    return sum(len(term.text) for term in question.terms if not term.pair and term.text in indicator)


def correct_value(ask: Ask, draft: Draft) -> None:
    """Add what a target of the cited clause is where a question about its bearers takes another for granted.

    集群要做到800亿，谁牵头: not where the number is a condition (5亿元以上的项目由谁审批).
    """
    cited = set()
    for citation in draft.citations():
        section = section_at(ask.corpus.policies[citation.policy], citation.start)
        cited.add((citation.policy, section.id if section else None))
    folded = ask.question.folded
    for stated in ask.question.numbers:
        claims = words()["claims_target"]
        before, after = folded[: stated.start], folded[stated.end :]
        if (
            not stated.unit
            or not re.search(claims["before"], before)
            or re.match(claims["not_behind"], after)
        ):
            continue
        near = [
            (policy, target)
            for policy, target in ask.corpus.targets
            if not target.base
            and plain_unit(target.unit) == plain_unit(stated.unit)
            and (not ask.question.years or target.year in ask.question.years)
            and (policy, target.section) in cited
        ]
        named = {found: _words_named(ask.question, found[1]) for found in near}
        most = max(named.values(), default=0)
        meant = near if len(near) == 1 else [found for found in near if most and named[found] == most]
        if meant and all(_agrees(ask.question, stated, target) is False for _, target in meant):
            draft.append(check_number(ask, meant))
            return


_LOWER = (Comparator.MORE, Comparator.AT_LEAST)


_UPPER = (Comparator.LESS, Comparator.AT_MOST)


def _claimed(question: Question, quantity: Quantity) -> tuple[Comparator, int, int]:
    """How the question means its number, and the slice of the question that says so."""
    folded = question.folded
    for name, entry in words()["comparator"].items():
        before = re.search(rf"(?:{entry['before']})\s*$", folded[: quantity.start])
        after = re.match(rf"\s*(?:{entry['after']})", folded[quantity.end :])
        if before or after:
            start = before.start() if before else quantity.start
            return Comparator(name), start, quantity.end + (after.end() if after else 0)
    comparator, start, end = read_comparator(folded[: quantity.start], folded[quantity.end :])
    return comparator, start, quantity.end + end


def _as_claimed(question: Question, quantity: Quantity) -> str:
    _, start, end = _claimed(question, quantity)
    text = question.folded[start:end]
    if question.language == "en":
        return text
    text = re.sub(r"\s+", "", text)
    return f"“{text}”" if text.startswith("不") else text  # 不是“不超过350亿元”


def _agrees(question: Question, quantity: Quantity, target: Target) -> bool | None:
    """Whether the target is what the question claims; None where only the wording (突破, 不超过) differs."""
    factor = scale_unit(target.unit)[0]
    own = quantity.low * (scale_unit(quantity.unit)[0] if quantity.unit else factor)
    claimed = _claimed(question, quantity)[0]
    if claimed in _LOWER:
        if target.comparator in _UPPER:
            return False
        if target.low * factor > own:
            return True
        if not equals_target(quantity, target):
            return False
        return True if target.comparator in _LOWER or claimed is Comparator.AT_LEAST else None
    if claimed in _UPPER:
        if target.comparator in _LOWER:
            return False
        if target.high * factor < own:
            return True
        if not equals_target(quantity, target):
            return False
        return True if target.comparator in _UPPER or claimed is Comparator.AT_MOST else None
    return equals_target(quantity, target)


def equals_target(quantity: Quantity, target: Target) -> bool:
    """Whether a quantity is the value of a target, or an end of its range, multipliers counted."""
    theirs = scale_unit(target.unit)[0]
    own = scale_unit(quantity.unit)[0] if quantity.unit else theirs
    return (
        abs(quantity.low * own - target.low * theirs) < 1e-6
        or abs(quantity.low * own - target.high * theirs) < 1e-6
    )
