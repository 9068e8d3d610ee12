"""Answers about targets, read from the ledger: a value, a list, a sum, a difference, the largest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.corpus import Unit, subtree_end
from assistant.draft import Draft, plain_number
from assistant.duty_answers import Ask
from assistant.match import NEAR, Fit, coverage, grip, precision, rank_targets
from assistant.question import Question
from index.policy import Comparator, Policy, Target
from index.targets import Quantity
from index.text import squeeze
from prompts import phrase

Found = tuple[str, Target]

_COUNTING = set("家户个项条件人名所座处台套辆艘架张部期批种类支只头株棵门本份款位对栋间")
_SCALE = {
    "万": 1e4,
    "亿": 1e8,
    "千": 1e3,
    "百": 1e2,
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "千万": 1e7,
    "百万": 1e6,
}
_NUMBER_WORDS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9} | {
    word: number
    for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine"), start=2)
}
_COUNTED = re.compile(
    r"([二三四五六七八九两]|\b(?:two|three|four|five|six|seven|eight|nine)\b)(?:大|个(?!百分)|项|类|\s)"
)
_DURATIONS = frozenset(
    (
        "年",
        "个月",
        "月",
        "天",
        "日",
        "个工作日",
        "工作日",
        "小时",
        "个小时",
        "分钟",
        "周",
        "自然日",
        "个自然日",
    )
)
_COMPARED = re.compile(r"是|相当于|\bas\b")
_JOINTS = re.compile(r"、|和|与|及|跟|比|,|/|;|\band\b|\bthan\b|\bversus\b|\bvs\b|加上|还有|以及")


def answer_targets(ask: Ask) -> Draft | None:
    """The answer to a question about numbers that the ledger holds, or None."""
    question = ask.question
    if question.kinds - {"penalty", "growth"} or question.has("definition") or not _targets(ask):
        return None
    wants = (
        question.has("amount", "targets", "sum", "difference", "largest", "smallest", "ratio")
        or bool(question.numbers)
        or bool(question.years)
    )
    if not wants or (question.has("who") and not question.has("largest", "smallest")) or question.roles:
        return None
    if not [term for term in question.terms if term.weight >= 0.4]:
        return _list_all(ask) if question.has("targets", "list") or question.years else None
    section = _of_section(ask)
    if section:
        return _list(ask, section)
    chosen = _choose(ask)
    if not chosen:
        return None
    return _answer(ask, chosen)


def _targets(ask: Ask) -> list[Found]:
    chosen = ask.question.policies
    return [(policy, target) for policy, target in ask.corpus.targets if not chosen or policy in chosen]


def is_commitment(target: Target) -> bool:
    """Whether a number is promised for a time, rather than a standard or limit in force."""
    return target.year is not None or target.period.startswith(("每年", "年均")) or target.tentative


# Which targets are meant


def _choose(ask: Ask) -> list[Found]:
    """The targets that the question names: one, or one for each part of it."""
    question = ask.question
    pool = _targets(ask)
    if question.has("sum", "difference", "ratio", "largest", "smallest", "list", "amount") and (
        question.has("ratio") or _JOINTS.search(question.folded)
    ):
        parts = _by_parts(ask, pool)
        if len(parts) > 1:
            return _in_years(ask, parts)
    ranked = rank_targets(ask.corpus, question, pool)
    if not ranked:
        return []
    fit, policy, best = ranked[0]
    if not _means(ask, fit, policy, best):
        return []
    group = question.has("sum", "largest", "smallest", "difference")
    if group:
        counted = _COUNTED.search(question.folded)
        least = 0.3 if counted else max(0.35, 0.6 * fit.coverage)
        same = [
            (p, t)
            for f, p, t in ranked
            if scale_unit(t.unit)[1] == scale_unit(best.unit)[1]
            and f.coverage >= least
            and (t.year == best.year or question.has("difference"))
        ]
        if counted:  # 四大产业集群: four, or none
            number = _NUMBER_WORDS[counted.group(1)]
            if len(same) < number:
                return []
            same = same[:number]
        if question.has("difference") and not question.has("largest", "smallest"):
            same = [(p, t) for p, t in same if squeeze(t.indicator) == squeeze(best.indicator)]
            if len(same) < 2:
                return []  # a change or a gap needs two numbers of one thing
        return _in_years(ask, same)
    whole = _under_heading(ask, policy, best)
    if whole:
        return _in_years(ask, whole)
    alike = [
        (p, t)
        for f, p, t in ranked
        if (f.score >= fit.score - NEAR / 2 or squeeze(t.indicator) == squeeze(best.indicator))
        and _means(ask, f, p, t)
    ]
    if question.has("list", "targets") and not question.has("count"):
        alike = [
            (p, t) for f, p, t in ranked if f.score >= fit.score - 2 * NEAR and _means(ask, f, p, t)
        ] or alike
    return _in_years(ask, alike)


def _under_heading(ask: Ask, policy: str, best: Target) -> list[Found]:
    """All targets of a section where the question names its heading rather than one indicator."""
    document = ask.corpus.policies[policy]
    heading = squeeze(document.sections[best.section].heading)
    terms = ask.question.terms
    direct = coverage(ask.corpus, terms, Unit(ask.corpus.target_unit(policy, best).texts[:1]))
    above = coverage(ask.corpus, terms, Unit(((1.0, heading),))) if heading else 0.0
    if above < 0.8 or direct >= above:
        return []
    return [(policy, target) for target in document.targets if target.section == best.section]


def _by_parts(ask: Ask, pool: Sequence[Found]) -> list[Found]:
    """One target for each part of a question that names several (A、B和C)."""
    question = ask.question
    found: list[Found] = []
    shared = [term for term in question.terms if re.search(r"产业|规模|集群|企业|目标|占比|比重", term.text)]
    text = _COMPARED.sub("、", question.folded) if question.has("ratio") else question.folded
    for part in _JOINTS.split(text):
        own = [term for term in question.terms if term.text in part.replace(" ", "") or term.text in part]
        if not [term for term in own if term.weight >= 0.5]:
            continue
        ranked = []
        for policy, target in pool:
            unit = ask.corpus.target_unit(policy, target)
            direct = coverage(ask.corpus, own, Unit(unit.texts[:1]))
            extra = coverage(ask.corpus, shared, unit) if shared else 0.0
            ranked.append(
                (
                    direct + 0.35 * precision([*own, *shared], squeeze(target.indicator)) + 0.1 * extra,
                    direct,
                    policy,
                    target,
                )
            )
        ranked.sort(key=lambda item: -item[0])
        if not ranked or ranked[0][1] < 0.6:
            return []
        best = ranked[0]
        for score, direct, policy, target in ranked:
            same = squeeze(target.indicator) == squeeze(best[3].indicator)
            wanted = not question.years or target.year in question.years or target.year is None
            if direct >= 0.6 and wanted and (score == best[0] or same) and (policy, target) not in found:
                found.append((policy, target))
    return found


def _means(ask: Ask, fit: Fit, policy: str, target: Target) -> bool:
    """Whether a target is what the question asks for: every weighty term held, most of them closely."""
    question = ask.question
    if fit.coverage < (0.5 if question.language == "zh" else 0.4):
        return False
    unit = ask.corpus.target_unit(policy, target)
    weighty = [term for term in question.terms if term.weight >= 0.9]
    if question.language == "zh" and any(grip(term, unit) < 0.3 for term in weighty):
        return False
    direct = coverage(ask.corpus, question.terms, Unit(unit.texts[:1]))
    exact = precision(question.terms, squeeze(target.indicator))
    if direct < 0.34 or (direct < 0.6 and exact < 0.34) or exact < 0.16:
        return False
    return unit_fits(question, target.unit)


def unit_fits(question: Question, unit: str) -> bool:
    """Whether the unit that is asked for (多少家, 百分之几, 亿元) can be this one."""
    unit = squeeze(unit)
    asked = re.search(
        r"(?:多少|几|how many|how much)\s*(万|亿|千|百)?\s*(个月|个?小时|分钟|个?工作日|家|户|个(?!百分)|项|名|人|元|%|百分点|个百分点|倍|年|天|日|月|岁|辆|台|公里|吨|亩|套|所|座)",
        question.folded,
    )
    if asked:
        word = asked.group(2)
        if word in _COUNTING:
            return unit[-1:] in _COUNTING
        if word == "元":
            return unit.endswith("元")
        if word in ("%", "百分点", "个百分点"):
            return unit in ("%", "百分点", "个百分点", "‰")
        if word in _DURATIONS:
            return unit in _DURATIONS
        return unit.endswith(word) or word[-1] == unit[-1:]
    if re.search(r"\bhow old\b|几岁|多大(?:岁数|年龄|年纪|的?人|才)|岁数|年龄.{0,4}多", question.folded):
        return unit == "岁"
    if re.search(r"多久|多长时间|how long", question.folded):
        return unit in _DURATIONS
    if re.search(r"百分之几|占比|比重|比例|\bpercent|\bshare\b|\bproportion", question.folded):
        return unit in ("%", "个百分点", "百分点", "‰", "倍", "万分之")
    return True


def _in_years(ask: Ask, found: Sequence[Found]) -> list[Found]:
    """Those of the years asked for; a target of every year counts for each."""
    years = ask.question.years
    if not years:
        return list(found)
    return [
        (p, t)
        for p, t in found
        if t.year in years or (t.year is None and _holds_in(ask.corpus.policies[p], years))
    ]


def _holds_in(policy: Policy, years: Sequence[int]) -> bool:
    """Whether a policy's undated numbers hold in these years: unless its title is of other years."""
    titled = [int(year) for year in re.findall(r"20\d\d", policy.title)]
    return not titled or any(year in titled for year in years)


def other_years(ask: Ask) -> list[Found]:
    """Targets that the question names, but of other years than it asks for."""
    if not ask.question.years:
        return []
    ranked = rank_targets(ask.corpus, ask.question, _targets(ask))
    return [
        (p, t)
        for f, p, t in ranked[:3]
        if _means(ask, f, p, t) and t.year is not None and t.year not in ask.question.years
    ]


def _of_section(ask: Ask) -> list[Found]:
    """All targets of the section whose heading (or number) the question gives."""
    question = ask.question
    if not question.has("targets", "list", "tasks", "count"):
        return []
    text = squeeze(question.text)
    for policy in ask.corpus.policies.values():
        if question.policies and policy.id not in question.policies:
            continue
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


# How they are said


def _answer(ask: Ask, chosen: list[Found]) -> Draft | None:
    question = ask.question
    if len(chosen) > 1 and question.has("ratio"):
        return _ratio(ask, chosen)
    if (len(chosen) > 1 and question.has("difference") and not question.has("largest")) or (
        len(chosen) == 2 and question.has("difference")
    ):
        return _difference(ask, chosen)
    if len(chosen) > 1 and question.has("sum") and not question.has("list"):
        return _sum(ask, chosen)
    if len(chosen) > 1 and question.has("largest", "smallest"):
        return _extreme(ask, chosen)
    if question.numbers and (question.has("yesno", "why") or not question.has("amount")):
        return _check_number(ask, chosen)
    return _list(ask, chosen)


def _value(draft: Draft, target: Target) -> str:
    """The value as written, with 力争 where the text says so."""
    tentative = phrase(draft.language, "tentative") if target.tentative else ""
    return f"{tentative}{target.text}"


def _cite(draft: Draft, policy: str, target: Target) -> str:
    return draft.cite(policy, target.sentence_start, target.sentence_end)


def _when(draft: Draft, target: Target) -> str:
    if target.year is not None:
        return phrase(draft.language, "when_year", year=target.year)
    return ""


def _period(target: Target) -> str:
    return "" if squeeze(target.period) in squeeze(target.indicator) else target.period


def _list(ask: Ask, chosen: Sequence[Found]) -> Draft:
    draft = ask.draft()
    if len(chosen) > 3:
        draft.say("target_list", count=draft.compute(len(chosen)))
    if ask.question.has("list", "count", "targets") and len(chosen) > 1:
        draft.count = len(chosen)
    quoted: set[tuple[int, int]] = set()
    for policy, target in chosen[:6] if len(chosen) <= 6 else []:
        span = (target.sentence_start, target.sentence_end)
        if not is_commitment(target) and span[1] - span[0] <= 260:  # a standard holds with its conditions
            if span not in quoted:
                quoted.add(span)
                text = re.sub(r"\s+", " ", ask.corpus.policies[policy].source[slice(*span)]).strip()
                draft.say("quote", text=text, cite=_cite(draft, policy, target))
            continue
        draft.say(
            "target_one",
            when=_when(draft, target),
            indicator=target.indicator,
            period=_period(target),
            text=_value(draft, target),
            cite=_cite(draft, policy, target),
        )
    _table(draft, chosen)
    return draft


def _table(draft: Draft, chosen: Iterable[Found]) -> None:
    draft.head("indicator", "value", "year", "section")
    for policy, target in chosen:
        path = draft.corpus.policies[policy].sections[target.section].path
        due = str(target.year) if target.year else (target.period or "—")
        number = draft.number(policy, target.sentence_start, target.sentence_end)
        draft.row([target.indicator, _value(draft, target), due, " › ".join(path)], [number])


def _list_all(ask: Ask) -> Draft | None:
    """All targets, or those of the years asked for; commitments before standards."""
    found = _in_years(ask, _targets(ask))
    if ask.question.years:
        found = [(p, t) for p, t in found if t.year in ask.question.years]
    else:
        found = [(p, t) for p, t in found if is_commitment(t)] or found
    return _list(ask, found) if found else None


def _parts(draft: Draft, chosen: Sequence[Found]) -> str:
    items = [
        phrase(
            draft.language,
            "part",
            indicator=_dated(target, chosen),
            text=_value(draft, target),
            cite=_cite(draft, policy, target),
        )
        for policy, target in chosen
    ]
    return ("，" if draft.language == "zh" else ", ").join(items)


def _dated(target: Target, chosen: Sequence[Found]) -> str:
    same = sum(squeeze(other.indicator) == squeeze(target.indicator) for _, other in chosen)
    return f"{target.indicator}（{target.year}）" if same > 1 and target.year else target.indicator


def scale_unit(unit: str) -> tuple[float, str]:
    """(factor, plain unit): 亿元 is (1e8, 元); counting words are one unit."""
    folded = squeeze(unit)
    for word in sorted(_SCALE, key=len, reverse=True):
        if folded.startswith(word) and len(folded) > len(word):
            return _SCALE[word], folded[len(word) :]
    same = {"天": "日", "个工作日": "工作日", "月": "个月", "百分点": "个百分点", "岁": "周岁"}
    return 1.0, "家" if folded in _COUNTING else same.get(folded, folded)


def _common(chosen: Sequence[Found]) -> tuple[list[float], str] | None:
    """Values in the first target's unit, or None where units differ in kind."""
    factor, plain = scale_unit(chosen[0][1].unit)
    values = []
    for _, target in chosen:
        own, kind = scale_unit(target.unit)
        if kind != plain:
            return None
        values.append(target.low * own / factor)
    return values, chosen[0][1].unit


def _sum(ask: Ask, chosen: list[Found]) -> Draft | None:
    common = _common(chosen)
    if common is None:
        return _list(ask, chosen)
    draft = ask.draft()
    parts = _parts(draft, chosen)
    draft.say("sum", total=draft.compute(sum(common[0])), unit=common[1], parts=parts)
    if any(t.comparator in (Comparator.MORE, Comparator.AT_LEAST) for _, t in chosen):
        draft.say("lower_bound")
    _table(draft, chosen)
    return draft


def _difference(ask: Ask, chosen: list[Found]) -> Draft | None:
    pair = chosen[:2]
    if len(chosen) > 2 and ask.question.years:
        pair = sorted(chosen, key=lambda item: item[1].year or 0)[:2]
    common = _common(pair)
    if common is None:
        return _list(ask, pair)
    draft = ask.draft()
    unit = (
        "个百分点"
        if common[1] == "%" and draft.language == "zh"
        else ("percentage points" if common[1] == "%" else common[1])
    )
    parts = _parts(draft, pair)
    draft.say("difference", total=draft.compute(abs(common[0][0] - common[0][1])), unit=unit, parts=parts)
    _table(draft, pair)
    return draft


def _ratio(ask: Ask, chosen: list[Found]) -> Draft | None:
    pair = chosen[:2]
    common = _common(pair)
    if common is None or not min(common[0]):
        return _list(ask, pair)
    draft = ask.draft()
    parts = _parts(draft, pair)
    draft.say("ratio", total=draft.compute(common[0][0] / common[0][1]), parts=parts)
    _table(draft, pair)
    return draft


def _extreme(ask: Ask, chosen: list[Found]) -> Draft | None:
    common = _common(chosen)
    if common is None:
        return _list(ask, chosen)
    draft = ask.draft()
    name = "largest" if ask.question.has("largest") else "smallest"
    order = sorted(range(len(chosen)), key=lambda i: common[0][i], reverse=name == "largest")
    policy, best = chosen[order[0]]
    rest = [chosen[i] for i in order[1:]]
    cite = _cite(draft, policy, best)
    draft.say(name, indicator=best.indicator, text=_value(draft, best), cite=cite, parts=_parts(draft, rest))
    _table(draft, [chosen[i] for i in order])
    return draft


def _check_number(ask: Ask, chosen: list[Found]) -> Draft:
    """Confirm or correct the number that the question states."""
    draft = ask.draft()
    stated = ask.question.numbers
    meant = squeeze(chosen[0][1].indicator)
    for policy, target in [(p, t) for p, t in chosen if squeeze(t.indicator) == meant][:3]:
        same = [q for q in stated if _kind(q.unit) == _kind(target.unit)]
        values = {
            "when": _when(draft, target),
            "indicator": target.indicator,
            "text": _value(draft, target),
            "cite": _cite(draft, policy, target),
            "period": _period(target),
        }
        if not same:
            draft.say("target_one", **values)
        elif any(_equal(q, target) for q in same):
            draft.say("target_right" if ask.question.has("yesno") else "target_one", **values)
        else:
            draft.say("target_wrong", asked=re.sub(r"\s+", "", same[0].text), **values)
            draft.computed.add(plain_number(same[0].low))
            draft.note("premise", "notice_premise")
    if ask.question.has("why"):
        draft.say("why_not")
    return draft


def _kind(unit: str) -> str:
    return scale_unit(unit)[1]


def _equal(quantity: Quantity, target: Target) -> bool:
    own, theirs = scale_unit(quantity.unit)[0], scale_unit(target.unit)[0]
    return (
        abs(quantity.low * own - target.low * theirs) < 1e-6
        or abs(quantity.low * own - target.high * theirs) < 1e-6
    )
