"""Which questions the ledger answers: rules tried in order, the first that applies answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.ask import Ask
from assistant.borne_rows import answer_borne_rows
from assistant.class_answers import answer_class
from assistant.draft import Draft, plain_number
from assistant.duty_answers import answer_duties
from assistant.enumerations import answer_enumeration
from assistant.groups import answer_groups
from assistant.header_answers import answer_header
from assistant.library_answers import answer_library
from assistant.own_rows import answer_own_row
from assistant.ratios import answer_ratio
from assistant.row_answers import answer_row
from assistant.section_answers import answer_section, answer_structure
from assistant.sentences import asks_number
from assistant.table_extremes import answer_extremes
from assistant.table_rows import answer_rows
from assistant.target_answers import answer_targets
from assistant.target_check import correct_value
from assistant.target_nature import answer_nature
from assistant.target_of_body import (
    add_targets,
    asks_bearer_and_number,
    asks_number_of_body,
    asks_number_of_task,
    asks_targets_of_body,
    is_of_all,
    targets_of_body,
)
from assistant.tier_answers import answer_tier
from assistant.wanted import of_earlier_stage
from index.text import squeeze
from prompts import phrase

COUNTED = tuple("项条个家件章节部")  # units in which tasks, bodies and parts of a document are counted

HELD = 0.4  # share of the things named that the clauses of a sum have to hold

RULES: tuple[Callable[[Ask], Draft | None], ...] = (
    answer_library,
    answer_groups,
    answer_own_row,
    answer_borne_rows,
    answer_extremes,
    answer_header,
    answer_section,
    answer_class,
    answer_ratio,
    answer_tier,
    answer_nature,
    answer_rows,
    answer_duties,
    answer_structure,
    answer_targets,
    answer_enumeration,
    answer_row,
)


def route(ask: Ask) -> Draft | None:
    """The ledger's answer, or None where the question needs the text."""
    if asks_number_of_body(ask.question):
        draft = answer_rows(ask) or answer_targets(ask)
        if draft is not None or is_of_all(ask):
            return draft
    if asks_targets_of_body(ask.question):
        draft = targets_of_body(ask)
        if draft is not None:
            return draft
    compared = ask.question.has("largest", "smallest")
    things = ask.question.has("things") and not (compared or asks_number(ask.question) or ask.question.roles)
    for rule in _rules(ask):
        if things and rule is answer_targets:
            continue  # 哪三家银行: which they are, not how many
        draft = rule(ask)
        if draft is not None and ask.question.has("when") and of_earlier_stage(ask.question, draft.text()):
            return None
        if draft is not None and rule is answer_targets and _of_other_things(ask, draft):
            continue
        if draft is not None and rule is answer_duties and _of_all_tasks(ask, draft):
            continue
        if draft is not None and (draft.pieces or draft.rows):
            of_task = asks_number_of_task(ask.question) or asks_bearer_and_number(ask.question)
            if rule is answer_duties and of_task and draft.count is None:
                add_targets(ask, draft)
            elif rule is answer_duties:
                correct_value(ask, draft)
            if rule in (answer_duties, answer_structure, answer_enumeration):
                _check_count(ask, draft)
            return draft
    return _target_without_bearer(ask)


def _rules(ask: Ask) -> Sequence[Callable[[Ask], Draft | None]]:
    """The rules in their order: a list that stands in the text before targets, where no number or target is asked for."""
    question = ask.question
    if not question.has("list") or question.has("amount", "number", "targets"):
        return RULES
    rules = [rule for rule in RULES if rule is not answer_enumeration]
    rules.insert(rules.index(answer_targets), answer_enumeration)
    return rules


def _of_other_things(ask: Ask, draft: Draft) -> bool:
    """Whether a sum or a difference is of numbers whose clauses speak of hardly anything that the question names."""
    nouns = [t for t in ask.question.terms if t.weight >= 0.9 and not t.pair and ask.corpus.known(t)]
    if not ask.question.has("sum", "difference") or len(nouns) < 3:
        return False
    text = squeeze(" ".join(" ".join((*c.section, c.quote)) for c in draft.citations()))
    return sum(any(v in text for v in noun.variants) for noun in nouns) < HELD * len(nouns)


def _of_all_tasks(ask: Ask, draft: Draft) -> bool:
    """Whether all tasks of a body are listed, of whom something else is asked (去某局盖章，找哪个窗口)."""
    known = [t for t in ask.question.terms if t.weight >= 0.4 and not t.pair and ask.corpus.known(t)]
    of_body = (
        bool(ask.question.mentions) and not ask.question.roles and not ask.question.has("tasks", "total")
    )
    return of_body and (draft.count or 0) > 1 and len(known) >= 4


def _check_count(ask: Ask, draft: Draft) -> None:
    """Open the answer with 是的 or 不是 where the question states how many there are (牵头16项任务，对吗)."""
    stated = [q for q in ask.question.numbers if squeeze(q.unit)[:1] in COUNTED]
    if draft.count is None or len(stated) != 1 or not ask.question.has("yesno"):
        return
    right = stated[0].low == stated[0].high == draft.count
    said = len(draft.pieces)
    draft.say("count_right" if right else "count_wrong", asked=stated[0].text)
    draft.pieces.insert(0, draft.pieces.pop(said))
    draft.computed.add(plain_number(stated[0].low))
    if not right:
        draft.note("premise", "notice_premise")


def _target_without_bearer(ask: Ask) -> Draft | None:
    """The target whose bearer is asked for and whom no duty names: what it is, marked as partial; or None."""
    question = ask.question
    if not (question.has("who") and question.has("targets")) or question.mentions or not question.terms:
        return None
    draft = ask.draft()
    add_targets(ask, draft)
    if not draft.pieces:
        return None
    draft.status = "partial"
    draft.note("partial", "notice_partial", terms=phrase(draft.language, "kind_who"))
    return draft
