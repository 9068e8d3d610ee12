"""Answers about targets, read from the ledger: a value, a list, a sum, a difference, the largest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.ask import Ask
from assistant.corpus import MAIN_ROLES
from assistant.document_rules import rules_asked
from assistant.draft import Draft
from assistant.duty_text import role_words
from assistant.listings import value_of
from assistant.match import coverage
from assistant.question import Question
from assistant.reckoning import answer_reckoned, answer_size
from assistant.references import slices_referred
from assistant.sentences import asks_number
from assistant.target_change import answer_change, common_values, say_difference
from assistant.target_check import check_number, equals_target
from assistant.target_choice import choose_targets, eligible_targets, rows_named, targets_of_section
from assistant.target_fit import Found, is_commitment, only_carries_out, unit_fits
from assistant.target_text import (
    cite_target,
    dated,
    is_cell,
    plain_unit,
    say_target,
    target_table,
    value_list,
    value_text,
)
from assistant.target_years import (
    asks_what_stands,
    in_years,
    without_base_words,
    without_totals,
    years_asked,
)
from assistant.terms import words
from index.policy import Comparator, Target
from index.quantities import Quantity, quantities, scale_unit
from index.text import fold_with_origin, squeeze
from prompts import phrase

OF_TOPIC = 0.35  # share of a question's words that a target of the value which it gives has to hold
FEW = 6  # targets that are said one by one before their table
_WHICH = re.compile(r"哪|什么|谁的|\b(?:which|what)\b")
_COMPARES = re.compile(
    r"大于|小于|高于|低于|多于|少于|超过|不足|不到|以上|以下|\b(?:more|less|fewer|over|above|below|under)\b"
)
_YEARS = re.compile(
    r"(?<![第\d一二两三四五六七八九十])([两二三四五六七八九]|十[一二三四五六七八九]?|\d{1,2})年(?![底末度期]|行动|计划|规划|方案)"
)
_EACH_NAMED = re.compile(r"、|(?<![总之温])和(?![谐平])|与|及|跟|加上|\band\b")
_WAY = re.compile("怎么|怎样|如何|咋")
_DATE = re.compile(r"\d{1,2}月(?:\d{1,2}[日号])?")
_STOCK = re.compile(r"累计|总数|总量|保有|持证|在岗|存量|[率比]$|占比|比重")
_MONEY = re.compile(r"(?:多少|几)个?(?:钱|[万亿]?元|资金|投资|经费)|how much money")
_REACHED = re.compile(r"完成|实现|达到|建成|突破|\b(?:reach|achiev|complet|met|done)\w*")
_NUMBER_BESIDES = r"目标(?:分别|和|与|、)|[和与、及]目标|what (?:is|are) the (?:[\w-]+ ){0,5}?(?:targets?|goals?|size|figure)"


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
        return _list(ask, rows)
    stood = _what_stood(ask)
    if stood and not years_asked(question):
        return _list(ask, stood)
    if stood:
        question = replace(question, kinds=question.kinds - {"result"})
        ask = replace(ask, question=question)
    if (
        question.kinds - {"penalty", "growth", *(("money",) if computed else ())}
        or question.has("definition")
        or not eligible_targets(ask)
    ):
        return None
    wants = (
        question.has("amount", "targets", "sum", "difference", "largest", "smallest", "ratio")
        or bool(question.numbers)
        or bool(question.years)
        or (question.has("when") and bool(_REACHED.search(question.folded)))
    )
    if not wants or (question.has("who") and not question.has("largest", "smallest")) or question.roles:
        return None
    if question.has("claim") and _DATE.search(question.folded):
        return None  # 是6月1日才起算的，对不对: a day is stated, no value
    if any(sort == "inclusive" for sort, _ in rules_asked(question.folded)):
        return None  # 正好5台算不算在内: what 以上 includes
    if question.has("norm") and question.has("yesno"):
        return None  # 3岁以下能扣吗: whether it is allowed, not whether the number is right
    if question.numbers and _WHICH.search(question.folded) and not question.has("yesno", "why"):
        return _with_value(ask)
    if not [term for term in question.terms if term.weight >= 0.4]:
        if question.numbers or question.has("largest", "smallest", "difference"):
            return None  # of which targets, is not said
        return _list_all(ask) if question.has("targets", "list") or question.years else None
    section = targets_of_section(ask)
    if section:
        return _list(ask, section)
    chosen = [found for found in choose_targets(ask) if not only_carries_out(ask, *found)]
    if not chosen and len(question.years) > 1 and re.search(words()["change"]["net"], question.folded):
        return _of_each_year(ask)
    if "money" in question.kinds and _MONEY.search(question.folded):  # 总共要投多少钱: no number of places
        chosen = [found for found in chosen if plain_unit(found[1].unit) == "元"]
    if question.has("when"):
        chosen = [(policy, target) for policy, target in chosen if target.year]
    if not chosen:
        return None
    return _answer(ask, chosen)


def _of_each_year(ask: Ask) -> Draft | None:
    """The values of the years from one to another (2026年到2028年净增多少), where no one thing has two to reckon with; None
    where there are not several."""
    asks = (ask.question.asks - {"difference"}) | {"amount"}
    plain = replace(ask, question=replace(ask.question, asks=asks))
    chosen = choose_targets(plain)
    return _list(plain, chosen) if len({target.year for _, target in chosen}) > 1 else None


def _what_stood(ask: Ask) -> list[Found]:
    """What stood when the document was written, where it is asked how many there are now (现在有多少家)."""
    if "result" not in ask.question.kinds or not asks_what_stands(ask.question):
        return []
    return [found for found in choose_targets(ask) if found[1].base]


def is_of_all(ask: Ask) -> bool:
    """Whether the number asked for is one of all, of which the body that the question names has no share of its own."""
    chosen = choose_targets(ask)
    return bool(chosen) and all(only_carries_out(ask, *found) for found in chosen)


def asks_bearer_and_number(question: Question) -> bool:
    """Whether a question asks who is responsible and, besides, for a number."""
    number = question.has("number") or re.search(_NUMBER_BESIDES, question.folded)
    of_tasks = question.has("total") or (question.language == "zh" and question.has("tasks", "distinct"))
    return bool(number) and question.has("who") and not of_tasks


def asks_number_of_body(question: Question) -> bool:
    """Whether the number of a thing is asked for, with the body that has to reach it: 市X局要培育多少家Y."""
    body = any(mention.names for mention in question.mentions)
    thing = any(term.weight >= 0.9 for term in question.terms)
    duties = question.roles or question.has("who", "tasks", "total")
    return body and thing and asks_number(question) and not duties


def asks_number_of_task(question: Question) -> bool:
    """Whether a number of a task is asked for that the question gives to a body (X牵头的Y要建成多少家)."""
    listed = question.has("tasks", "total", "distinct", "who", "yesno", "why")
    body = any(mention.names for mention in question.mentions)
    return body and bool(question.roles) and asks_number(question) and not listed


def asks_targets_of_body(question: Question) -> bool:
    """Whether the targets of a body's tasks are asked for, whatever they are of: X局2025年有哪些指标."""
    body = any(mention.names for mention in question.mentions)
    thing = any(term.weight >= 0.4 for term in question.terms)
    listing = question.has("targets") and question.has("list", "count", "amount")
    apart = question.has("who", "yesno", "why", "sum", "largest", "smallest", "difference", "shared")
    return (
        body and listing and not thing and not apart and (bool(question.roles) or not question.has("tasks"))
    )


def targets_of_body(ask: Ask) -> Draft | None:
    """The targets in the tasks that a body leads or is responsible for (of the role asked for); None without such tasks."""
    names = {name for mention in ask.question.mentions for name in mention.names}
    roles = ask.question.roles or MAIN_ROLES
    clauses = [c for c in ask.clauses() if c.bears(names, roles)]
    found = [
        (policy, target)
        for policy, target in in_years(ask, eligible_targets(ask))
        if any(c.policy == policy and c.start <= target.start < c.end for c in clauses)
    ]
    if not clauses:
        return None
    draft = ask.draft()
    body = next(d.organisation for d in clauses[0].bearers(*roles) if d.organisation in names)
    holding = [c for c in clauses if any(c.policy == p and c.start <= t.start < c.end for p, t in found)]
    marks = [draft.cite(c.policy, c.start, c.end) for c in holding or clauses[:1]]
    values = {"org": draft.organisation(body), "role": role_words(draft, roles), "cite": "".join(marks)}
    name = "targets_of_body" if found else "targets_of_body_none"
    draft.say(name, **values, count=draft.compute(len(found)))
    draft.count = len(found)
    for policy, target in found if len(found) <= FEW else ():
        say_target(draft, policy, target)
    target_table(draft, found)
    return draft


def add_targets(ask: Ask, draft: Draft) -> None:
    """Add the number to an answer that says who is responsible; where there is none, the answer is partial."""
    rest = replace(ask.question, asks=ask.question.asks - {"who"}, roles=())
    chosen = choose_targets(replace(ask, question=rest)) or _targets_in(ask, draft)
    for policy, target in chosen[:3]:
        say_target(draft, policy, target)
    if not chosen:
        draft.status = "partial"
        draft.note("partial", "notice_partial", terms=phrase(draft.language, "kind_amount"))


def _targets_in(ask: Ask, draft: Draft) -> list[Found]:
    """Targets of the clauses that an answer cites, where they are few and of the unit asked for."""
    found = [
        (policy, target)
        for policy, target in eligible_targets(ask)
        if any(policy == cited and start <= target.start < end for cited, start, end in draft.spans)
        and unit_fits(ask.question, target.unit)
    ]
    return in_years(ask, found) if len(found) <= 3 else []


def _answer(ask: Ask, chosen: list[Found]) -> Draft | None:
    question = ask.question
    if len(chosen) > 1 and question.has("ratio"):
        return _ratio(ask, chosen)
    if len(chosen) > 1 and question.has("difference", "rest") and not question.has("largest", "smallest"):
        return _difference(ask, chosen)
    if len(chosen) > 1 and question.has("largest", "smallest") and not _of_one_rule(ask, chosen):
        return _extreme(ask, chosen)
    years = _YEARS.search(question.folded) if len(chosen) == 1 and question.has("sum") else None
    if years and chosen[0][1].period == "每年":
        return _over_years(ask, chosen, value_of(years[1]))
    size = answer_size(ask, chosen[0]) if question.has("sum") else None
    if size is not None:
        return size
    if len(chosen) > 1 and question.has("sum") and not question.has("list"):
        return _sum(ask, chosen)
    if question.numbers and _WAY.search(question.folded) and not question.has("yesno", "why", "amount"):
        return None  # 100分怎么分: no claim
    if question.numbers and (question.has("yesno", "why") or not question.has("amount")):
        return check_number(ask, chosen)
    return _list(ask, chosen)


def _of_one_rule(ask: Ask, chosen: Sequence[Found]) -> bool:
    """Whether values are limits for several cases in one sentence, which is quoted with its conditions."""
    draft = ask.draft()
    rules = not any(is_commitment(t) or is_cell(draft, p, t) for p, t in chosen)
    return rules and len({(p, t.sentence_start) for p, t in chosen}) == 1


def _list(ask: Ask, chosen: Sequence[Found]) -> Draft:
    draft = ask.draft()
    if len(chosen) > 3:
        draft.say("target_list", count=draft.compute(len(chosen)))
    if ask.question.has("list", "count", "targets") and len(chosen) > 1:
        draft.count = len(chosen)
    quoted: set[tuple[int, int]] = set()
    for policy, target in chosen[:6] if len(chosen) <= 6 else []:
        span = (target.sentence_start, target.sentence_end)
        if (
            not is_commitment(target) and not is_cell(draft, policy, target) and span[1] - span[0] <= 260
        ):  # a standard holds with its conditions
            if span not in quoted:
                quoted.add(span)
                source = ask.corpus.policies[policy].source
                text = re.sub(r"\s+", " ", source[slice(*span)]).strip()
                draft.quote(text=text, cite=cite_target(draft, policy, target))
                for slice_ in slices_referred(ask.corpus.policies[policy], span[0], text):
                    if slice_ not in quoted:
                        quoted.add(slice_)
                        referred = re.sub(r"\s+", " ", source[slice(*slice_)]).strip()
                        draft.quote(text=referred, cite=draft.cite(policy, *slice_))
            continue
        told = _with_other_case(ask, policy, target, chosen)
        if told:
            if told not in quoted:
                quoted.add(told)
                text = re.sub(r"\s+", " ", ask.corpus.policies[policy].source[slice(*told)]).strip()
                draft.quote(text=text, cite=draft.cite(policy, *told))
            continue
        say_target(draft, policy, target)
    if ask.question.has("why"):
        draft.say("why_not")
    target_table(draft, chosen)
    return draft


def _with_other_case(
    ask: Ask, policy: str, target: Target, chosen: Sequence[Found]
) -> tuple[int, int] | None:
    """The clauses of a sentence from that of a target to one with another value of its unit, where the question has a word
    that only the latter holds (每年培训不少于8学时，新进人员须经20学时的岗前培训); None where it has none, or where
    that value is itself among the chosen."""
    source = ask.corpus.policies[policy].source
    sentence = source[target.sentence_start : target.sentence_end]
    cuts = [0, *(m.end() for m in re.finditer("[，,；;]", sentence)), len(sentence)]
    clauses = [(a, b) for a, b in pairwise(cuts) if b > a]
    at = target.end - target.sentence_start
    own = next((n for n, (a, b) in enumerate(clauses) if a < at <= b), None)
    if own is None or is_cell(ask.draft(), policy, target):
        return None
    unit = plain_unit(target.unit)
    valued = [
        n
        for n, (a, b) in enumerate(clauses)
        if n != own
        and any(plain_unit(q.unit) == unit for q in quantities(fold_with_origin(sentence[a:b]).text))
    ]
    held = squeeze(sentence[slice(*clauses[own])])
    apart = [
        t
        for t in ask.question.terms
        if t.weight >= 0.4 and not (t.pair or any(v in held for v in t.variants))
    ]
    for other in valued:
        stop = next((n for n in valued if n > other), len(clauses)) if other > own else own
        behind = squeeze(sentence[clauses[other][0] : clauses[stop - 1][1]])
        first, last = (target.sentence_start + at for at in clauses[other])
        if any(p == policy and first <= t.start and t.end <= last for p, t in chosen):
            continue
        if any(variant in behind for term in apart for variant in term.variants):
            start, end = min(own, other), max(own + 1, stop)
            base = target.sentence_start
            return base + clauses[start][0], base + clauses[end - 1][1]
    return None


def _list_all(ask: Ask) -> Draft | None:
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
    return _list(ask, found) if found else None


def _tentative(ask: Ask, policy: str, target: Target) -> str:
    """The words before a value from the beginning of its sentence, where 力争 and the like may stand."""
    return squeeze(ask.corpus.policies[policy].source[target.sentence_start : target.end])


def _with_value(ask: Ask) -> Draft | None:
    """突破350亿元的是哪个产业: the targets of the value that the question gives, of its topic if it names one."""
    if _COMPARES.search(ask.question.folded):
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
    return _list(ask, in_years(ask, found)) if in_years(ask, found) else None


def _is_named_behind(ask: Ask, quantity: Quantity, policy: str, target: Target) -> bool:
    """Whether the question says itself what its number counts (6支抢险队分别驻在哪): it asks for something else."""
    behind = ask.question.folded[quantity.end :]
    named = [term for term in ask.question.terms if term.weight >= 0.4 and behind.startswith(term.text)]
    source = ask.corpus.policies[policy].source
    sentence = squeeze(source[target.sentence_start : target.sentence_end])
    held = any(variant in sentence for term in named for variant in term.variants)
    return held and not re.search("的是?(?:哪|什么|谁)", behind)


def _in_larger_unit(value: float, unit: str) -> tuple[float, str]:
    """24000万元 as 2.4亿元."""
    return (value / 1e4, f"亿{unit[1:]}") if unit.startswith("万") and value >= 1e4 else (value, unit)


def _sum(ask: Ask, chosen: list[Found]) -> Draft | None:
    rules = not any(is_commitment(t) or is_cell(ask.draft(), p, t) for p, t in chosen)
    if rules and not _EACH_NAMED.search(ask.question.folded):
        return None  # limits for several cases make no sum, unless the question names each
    chosen = without_totals(ask, _of_bodies(ask, chosen))
    if not chosen:
        return None
    if len({squeeze(t.indicator) for _, t in chosen}) == 1 and _stands(ask, chosen):
        return _list(ask, chosen)  # 累计, 占比: the values of two years are no two amounts
    common = common_values(chosen)
    if common is None or len(chosen) < 2:
        return _list(ask, chosen)
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


def _over_years(ask: Ask, chosen: list[Found], years: int) -> Draft:
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
        or _STOCK.search(t.indicator)
        or "累计" in ask.corpus.policies[p].source[t.start : t.end]
        for p, t in chosen
    )


def _incomparable(ask: Ask, chosen: Sequence[Found]) -> Draft:
    """The values as they are, where their units do not allow what was asked."""
    draft = _list(ask, chosen)
    draft.say("incomparable")
    return draft


def _difference(ask: Ask, chosen: list[Found]) -> Draft | None:
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


def _ratio(ask: Ask, chosen: list[Found]) -> Draft | None:
    pair = chosen[:2]
    common = common_values(pair)
    if common is None or not min(common[0]):
        return _incomparable(ask, pair)
    draft = ask.draft()
    parts = value_list(draft, pair)
    draft.say("ratio", total=draft.compute(common[0][0] / common[0][1]), parts=parts)
    target_table(draft, pair)
    return draft


def _extreme(ask: Ask, chosen: list[Found]) -> Draft | None:
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
