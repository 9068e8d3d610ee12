"""Answers about targets, read from the ledger: which of them a question means, and whether it asks for a value, a list, a
sum, a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.document_rules import rules_asked
from assistant.draft import Draft
from assistant.listings import value_of
from assistant.question import Question
from assistant.reckoning import answer_reckoned, answer_size
from assistant.sentences import asks_number
from assistant.target_change import answer_change
from assistant.target_check import check_number
from assistant.target_choice import choose_targets, eligible_targets, rows_named, targets_of_section
from assistant.target_fit import Found, is_commitment, only_carries_out
from assistant.target_list import all_targets, list_targets, targets_of_value
from assistant.target_sums import difference_of, extreme_of, ratio_of, sum_of, sum_over_years
from assistant.target_text import is_cell, plain_unit
from assistant.target_years import asks_what_stands, without_base_words, years_asked
from assistant.terms import expression


def answer_targets(ask: Ask) -> Draft | None:
    """The answer to a question about numbers that the ledger holds, or None."""
    ask = replace(ask, question=without_base_words(ask.question))
    question = ask.question
    reckoned = answer_reckoned(ask) or answer_change(ask)
    if reckoned is not None:
        return reckoned
    computed = question.has("sum", "difference", "ratio", "largest", "smallest")
    rows = rows_named(ask) if asks_number(question) and not computed and not question.has("yesno") else []
    if rows:
        return list_targets(ask, rows)
    stood = _what_stood(ask)
    if stood and not years_asked(question):
        return list_targets(ask, stood)
    if stood:
        question = replace(question, kinds=question.kinds - {"result"})
        ask = replace(ask, question=question)
    other_kinds = question.kinds - {"penalty", "growth", *(("money",) if computed else ())}
    if other_kinds or question.has("definition") or not eligible_targets(ask):
        return None
    if not _asks_values(question):
        return None
    gives = bool(question.numbers) and not question.has("yesno", "why")
    if gives and expression("value", "which").search(question.folded):
        return targets_of_value(ask)
    if not [term for term in question.terms if term.weight >= 0.4]:
        if question.numbers or question.has("largest", "smallest", "difference"):
            return None  # of which targets, is not said
        return all_targets(ask) if question.has("targets", "list") or question.years else None
    section = targets_of_section(ask)
    return list_targets(ask, section) if section else _of_topic(ask)


def _asks_values(question: Question) -> bool:
    """Whether a question asks for values: a number, a year or a computation, and neither who nor what the law allows."""
    wants = (
        question.has("amount", "targets", "sum", "difference", "largest", "smallest", "ratio")
        or bool(question.numbers)
        or bool(question.years)
        or (question.has("when") and bool(expression("value", "reached").search(question.folded)))
    )
    if not wants or (question.has("who") and not question.has("largest", "smallest")) or question.roles:
        return False
    if question.has("claim") and expression("value", "day").search(question.folded):
        return False  # 是6月1日才起算的，对不对: a day is stated, no value
    if any(sort == "inclusive" for sort, _ in rules_asked(question.folded)):
        return False  # 正好5台算不算在内: what 以上 includes
    return not (question.has("norm") and question.has("yesno"))  # 3岁以下能扣吗: whether it is allowed


def _of_topic(ask: Ask) -> Draft | None:
    """The answer of the targets that the question's words mean; None where they mean none."""
    question = ask.question
    chosen = [found for found in choose_targets(ask) if not only_carries_out(ask, *found)]
    if not chosen and len(question.years) > 1 and expression("change", "net").search(question.folded):
        return _of_each_year(ask)
    of_money = expression("value", "money").search(question.folded)
    if "money" in question.kinds and of_money:  # 总共要投多少钱: no number of places
        chosen = [found for found in chosen if plain_unit(found[1].unit) == "元"]
    if question.has("when"):
        chosen = [(policy, target) for policy, target in chosen if target.year]
    return _answer(ask, chosen) if chosen else None


def _of_each_year(ask: Ask) -> Draft | None:
    """The values of the years from one to another (2026年到2028年净增多少), where no one thing has two to reckon with; None
    where there are not several."""
    asks = (ask.question.asks - {"difference"}) | {"amount"}
    plain = replace(ask, question=replace(ask.question, asks=asks))
    chosen = choose_targets(plain)
    return list_targets(plain, chosen) if len({target.year for _, target in chosen}) > 1 else None


def _what_stood(ask: Ask) -> list[Found]:
    """What stood when the document was written, where it is asked how many there are now (现在有多少家)."""
    if "result" not in ask.question.kinds or not asks_what_stands(ask.question):
        return []
    return [found for found in choose_targets(ask) if found[1].base]


def _answer(ask: Ask, chosen: list[Found]) -> Draft | None:
    """What is asked of these targets: reckoned with, checked or listed; None where their number is no claim."""
    question = ask.question
    if len(chosen) > 1 and question.has("ratio"):
        return ratio_of(ask, chosen)
    if len(chosen) > 1 and question.has("difference", "rest") and not question.has("largest", "smallest"):
        return difference_of(ask, chosen)
    if len(chosen) > 1 and question.has("largest", "smallest") and not _of_one_rule(ask, chosen):
        return extreme_of(ask, chosen)
    years = expression("value", "years").search(question.folded)
    if years and len(chosen) == 1 and question.has("sum") and chosen[0][1].period == "每年":
        return sum_over_years(ask, chosen, value_of(years[1]))
    size = answer_size(ask, chosen[0]) if question.has("sum") else None
    if size is not None:
        return size
    if len(chosen) > 1 and question.has("sum") and not question.has("list"):
        return sum_of(ask, chosen)
    of_way = expression("value", "shares").search(question.folded)
    if question.numbers and of_way and not question.has("yesno", "why", "amount"):
        return None  # 100分怎么分: no claim
    if question.numbers and (question.has("yesno", "why") or not question.has("amount")):
        return check_number(ask, chosen)
    return list_targets(ask, chosen)


def _of_one_rule(ask: Ask, chosen: Sequence[Found]) -> bool:
    """Whether values are limits for several cases in one sentence, which is quoted with its conditions."""
    draft = ask.draft()
    rules = not any(is_commitment(t) or is_cell(draft, p, t) for p, t in chosen)
    return rules and len({(p, t.sentence_start) for p, t in chosen}) == 1
