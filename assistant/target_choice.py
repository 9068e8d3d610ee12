"""Which targets of the ledger a question means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.match import NEAR, Fit, coverage, grip, rank_targets
from assistant.references import numbered_section
from assistant.target_fit import Found, means, unit_fits
from assistant.target_parts import by_parts, by_sides, by_topic
from assistant.target_text import is_cell
from assistant.target_years import asks_both, asks_what_stands, in_years, is_part, of_one_series, years_asked
from assistant.terms import expression, words
from assistant.within import subtree_end
from index.policy import Target
from index.quantities import read_numeral, scale_unit, units_alike
from index.text import squeeze

ROW = 0.3  # of each noun of a question, that a row of a table has to hold whose name it gives
_Ranked = tuple[Fit, str, Target]  # how well a target of a policy fits a question


def eligible_targets(ask: Ask) -> list[Found]:
    """Targets of the policies that the question names; of all where it names none.

    What stands already is among them only where the question asks for its year, for it or for a change.
    """
    chosen, question = ask.question.policies, ask.question
    stands = question.has("difference") or asks_what_stands(question)
    found = [
        (policy, target)
        for policy, target in ask.corpus.targets
        if (not chosen or policy in chosen)
        and (not target.base or stands or target.year in years_asked(question))
    ]
    return list({_said_once(number, item): item for number, item in reversed([*enumerate(found)])}.values())[
        ::-1
    ]


def _said_once(number: int, found: Found) -> tuple[object, ...]:
    """What is the same of a target that a sentence and a table state alike; undated standards stay apart."""
    policy, target = found
    if target.year is None:
        return (number,)
    value = (target.low, target.high, target.unit, target.base)
    return (policy, squeeze(target.indicator), target.year, *value)


def choose_targets(ask: Ask) -> list[Found]:
    """The targets that the question names: one, or one for each part of it."""
    question = ask.question
    pool = eligible_targets(ask)
    if question.has("difference") and "money" in question.kinds:
        pool = [found for found in pool if scale_unit(found[1].unit.split("/")[0])[1] == "元"]
    parts = _of_several_things(ask, pool)
    if parts:
        return in_years(ask, parts)
    if question.numbers and (question.has("yesno", "why") or not question.has("amount")):
        stated = {scale_unit(quantity.unit)[1] for quantity in question.numbers}
        pool = [(p, t) for p, t in pool if scale_unit(t.unit)[1] in stated] or pool
    every = ranked = rank_targets(ask.corpus, question, pool)
    group = question.has("sum", "largest", "smallest", "difference")
    dated = [item for item in ranked if item[2].year in years_asked(question)]
    if dated and not group and means(ask, *dated[0]):
        ranked = dated  # of the year asked for, though another year's is named more exactly
    if not ranked or not means(ask, *ranked[0]):
        return []
    _, policy, best = ranked[0]
    spans = asks_both(question) or (group and not question.has("difference"))
    series = of_one_series(ask, best, every) if spans else []
    if len(series) > 1:
        return series
    if group:
        return in_years(ask, _of_group(ask, ranked))
    if question.has("rest"):
        return _whole_and_part(ask, policy, best)
    inside = _parts_of(ask, policy, best)
    if inside:
        return [(policy, best), *inside]
    beside = _under_heading(ask, policy, best) or _of_task(ask, policy, best)
    return in_years(ask, beside or _alike(ask, ranked))


def _of_several_things(ask: Ask, pool: Sequence[Found]) -> list[Found]:
    """The targets of each of the things that a question joins or compares (A和B); [] where it names one."""
    question = ask.question
    computed = question.has("sum", "difference", "ratio", "largest", "smallest")
    joined = question.has("ratio") or expression("several", "joints").search(question.folded)
    if not joined or not (computed or question.has("list", "amount")):
        return []
    of_topic = by_topic(ask, pool)
    if of_topic and not computed:
        return of_topic
    fitting = [f for f in pool if unit_fits(question, f[1].unit)]
    parts = (by_sides(ask, pool) if question.has("difference") else []) or by_parts(ask, fitting)
    if len(parts) < 2 and question.has("ratio", "difference"):
        parts = by_parts(ask, pool)  # 几倍, 几个点: not the unit of the values
    counted = expression("value", "counted").search(question.folded) if question.has("sum") else None
    whole = len(parts) > 1 and (not counted or len(parts) >= _counted(counted.group(1)))
    return parts if whole else []


def _of_group(ask: Ask, ranked: Sequence[_Ranked]) -> list[Found]:
    """Those of the unit and the year of the best that are added up or compared with it; [] where they are not as many as
    the question says, or none is left to tell a change by."""
    question = ask.question
    fit, _, best = ranked[0]
    counted = expression("value", "counted").search(question.folded)
    least = 0.3 if counted else max(0.35, 0.5 * fit.coverage)
    same = [
        (p, t)
        for f, p, t in ranked
        if units_alike(t.unit, best.unit)
        and f.coverage >= least
        and (t.year == best.year or question.has("difference"))
    ]
    if not counted and question.language == "zh":
        nouns = [term for term in question.terms if term.weight >= 0.9]
        same = [
            (p, t) for p, t in same if all(grip(term, ask.corpus.target_unit(p, t)) >= 0.3 for term in nouns)
        ]
    same = [found for found in same if not _told_apart(ask, found, same)]
    if counted:  # 四大产业集群: four, or none
        number = _counted(counted.group(1))
        same = same[:number] if len(same) >= number else []
    if same and question.has("difference") and not question.has("largest", "smallest"):
        same = [(p, t) for p, t in same if squeeze(t.indicator) == squeeze(best.indicator)]
        return same if len(same) > 1 else []  # a change or a gap needs two numbers of one thing
    return same


def _alike(ask: Ask, ranked: Sequence[_Ranked]) -> list[Found]:
    """The best, and those that fit about as well; where a list is asked for, a little less well."""
    question = ask.question
    fit, _, best = ranked[0]
    alike = [
        (p, t)
        for f, p, t in ranked
        if (f.score >= fit.score - NEAR / 2 or squeeze(t.indicator) == squeeze(best.indicator))
        and means(ask, f, p, t)
    ]
    if not question.has("list", "targets") or question.has("count"):
        return alike
    return [(p, t) for f, p, t in ranked if f.score >= fit.score - 2 * NEAR and means(ask, f, p, t)] or alike


def rows_named(ask: Ask) -> list[Found]:
    """The values of the row of a table whose name the question gives with its number (5站的补多少); [] where none is."""
    folded, corpus = ask.question.folded, ask.corpus
    names = [
        name
        for name in re.findall(r"(?<![\d.])\d+[一-鿿]", folded)
        if not expression("value", "measure").search(name)
    ]
    nouns = [term for term in ask.question.terms if term.weight >= 0.9]
    found = [
        (policy, target)
        for policy, target in (eligible_targets(ask) if names else ())
        if any(squeeze(target.indicator).startswith(name) for name in names)
        and is_cell(ask.draft(), policy, target)
        and unit_fits(ask.question, target.unit)
        and all(grip(term, corpus.target_unit(policy, target)) >= ROW for term in nouns)
    ]
    return in_years(ask, found) if len({target.sentence_start for _, target in found}) == 1 else []


def _counted(numeral: str) -> int:
    """The number that a Chinese numeral or an English word names (四, four)."""
    return int(words()["number"]["en"][numeral] if numeral.isascii() else read_numeral(numeral))


def _told_apart(ask: Ask, found: Found, group: Sequence[Found]) -> bool:
    """Whether a value is of another thing (城镇) than most of the group (农村), which its sentence holds too."""
    own = squeeze(found[1].indicator)
    names = [squeeze(t.indicator) for _, t in group]
    beside = [squeeze(t.indicator) for _, t in group if t.sentence_start == found[1].sentence_start]
    for term in ask.question.terms:
        if term.weight < 0.9 or term.pair or any(word in own for word in term.variants):
            continue
        holding = [name for name in names if any(word in name for word in term.variants)]
        if len(holding) > len(names) / 2 and set(holding) & set(beside):
            return True
    return False


def _parts_of(ask: Ask, policy: str, whole: Target) -> list[Found]:
    """The parts of a target that a question asks for (其中专精特新的几家); [] where it asks for none, or none is named."""
    said = ask.question.folded.partition("其中")[2]
    source = ask.corpus.policies[policy].source
    asked = [
        term for term in ask.question.terms if term.weight >= 0.4 and not term.pair and term.text in said
    ]
    return [
        (policy, target)
        for target in ask.corpus.policies[policy].targets
        if asked and is_part(source, whole, target)
        if all(grip(term, Unit(((1.0, squeeze(target.indicator)),))) >= 0.45 for term in asked)
    ]


def _whole_and_part(ask: Ask, policy: str, best: Target) -> list[Found]:
    """A total and the part of it that the question leaves out (除去大中型的); [] where no such pair is near ``best``."""
    document = ask.corpus.policies[policy]
    for total in document.targets:
        for part in document.targets:
            if best not in (total, part) or total is part or not is_part(document.source, total, part):
                continue
            named = Unit(((1.0, squeeze(part.indicator)),))
            own = [
                t for t in ask.question.terms if t.weight >= 0.4 and t.text not in squeeze(total.indicator)
            ]
            if any(grip(term, named) >= 0.45 for term in own):
                return [(policy, total), (policy, part)]
    return []


def _under_heading(ask: Ask, policy: str, best: Target) -> list[Found]:
    """All targets of a section where the question names its heading rather than one indicator."""
    document = ask.corpus.policies[policy]
    heading = squeeze(document.sections[best.section].heading)
    terms = ask.question.terms
    direct = coverage(ask.corpus, terms, Unit(ask.corpus.target_unit(policy, best).texts[:1]))
    above = coverage(ask.corpus, terms, Unit(((1.0, heading),))) if heading else 0.0
    if above < 0.8 or direct >= above:
        return []
    return [
        (policy, target)
        for target in document.targets
        if target.section == best.section and unit_fits(ask.question, target.unit)
    ]


def _of_task(ask: Ask, policy: str, best: Target) -> list[Found]:
    """All targets of a task of a table (地下水治理：封填自备井) where the question names the task and none of them."""
    task, colon, own = best.indicator.partition("：")
    unit = Unit(((1.0, squeeze(own)),))
    named = [
        t for t in ask.question.terms if t.weight >= 0.4 and not any(v in squeeze(task) for v in t.variants)
    ]
    if not colon or any(grip(term, unit) >= 0.45 for term in named):
        return []
    return [
        (policy, target)
        for target in ask.corpus.policies[policy].targets
        if target.indicator.startswith(task + colon) and unit_fits(ask.question, target.unit)
    ]


def other_years(ask: Ask) -> list[Found]:
    """Targets that the question names, but of other years than it asks for."""
    if not ask.question.years:
        return []
    ranked = rank_targets(ask.corpus, ask.question, eligible_targets(ask))
    least = ranked[0][0].coverage - NEAR if ranked else 0.0
    meant = [
        (p, t) for f, p, t in ranked[:3] if f.coverage >= least and means(ask, f, p, t) and t.year is not None
    ]
    names = {squeeze(t.indicator) for _, t in meant}
    years = years_asked(ask.question)
    if any(t.year in years and squeeze(t.indicator) in names for _, _, t in ranked):
        return []  # the year asked for is among them
    if any(
        t.year in years and _goes_on(ask, found, (policy, t)) for _, policy, t in ranked for found in meant
    ):
        return []  # 2025年底，50处整治完成20处；2026年底，完成40处
    return meant


def _goes_on(ask: Ask, one: Found, other: Found) -> bool:
    """Whether one target stands behind another in its sentence, of the same unit: it may be of the same thing."""
    between = ask.corpus.policies[one[0]].source[one[1].end : other[1].start]
    return (
        one[0] == other[0]
        and one[1].end < other[1].start
        and one[1].unit == other[1].unit
        and not re.search(r"[。\n|]", between)
    )


def targets_of_section(ask: Ask) -> list[Found]:
    """All targets of the section whose heading (or number) the question gives."""
    question = ask.question
    if not question.has("targets", "list", "tasks", "count"):
        return []
    text = squeeze(question.text)
    for policy in ask.policies():
        numbered = numbered_section(policy, question.marker) if question.marker else None
        if numbered:
            return [
                (policy.id, target)
                for target in policy.targets
                if numbered.start <= target.start < subtree_end(policy.sections, numbered.id)
            ]
        for section in policy.sections:
            heading = squeeze(section.heading)
            short = (
                heading.removeprefix("推动").removeprefix("推进").removeprefix("加快").removeprefix("突出")
            )
            if len(short) >= 4 and section.level and short in text:
                inside = [
                    (policy.id, t)
                    for t in policy.targets
                    if section.start <= t.start < subtree_end(policy.sections, section.id)
                ]
                rest = text.replace(short, "")
                if inside and re.search(
                    r"(?:哪|所有|全部|几个|有什么|多少个?|什么|有没有|有无|是否有|有).{0,8}(?:目标|指标|数字|量化)"
                    r"|(?:目标|指标).{0,4}(?:哪|有|多少|是什么|几)",
                    rest,
                ):
                    return inside
    return []
