"""What a rule makes of a number that the question gives: so much for each, times as many; a share of an amount, up to
its cap. Nothing is computed where the rule, its unit or what it is a share of is in doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.ask import Ask
from assistant.draft import Draft, plain_number
from assistant.match import grip, rank_targets
from assistant.sentences import asks_number
from assistant.target_choice import eligible_targets
from assistant.target_fit import Found
from assistant.target_text import beside, cite_target, is_cell, plain_unit, value_text
from assistant.target_years import in_years
from assistant.terms import words
from index.distribution import row_of, with_bare
from index.keywords import tagged
from index.policy import Comparator, Target
from index.quantities import Quantity, quantities, read_numeral, scale_unit
from index.text import fold_with_origin, squeeze

CLOSE = 0.1  # rules of other numbers this close to the best are equally meant
HELD = 0.3  # of each weighty word of the question that a rule has to hold
MANY = 100_000  # 元 from which an amount is told in 万元
LONGEST = 260  # characters of a paragraph that is quoted whole
_OTHERWISE = (
    "yesno",
    "why",
    "definition",
    "difference",
    "ratio",
    "largest",
    "smallest",
    "who",
    "when",
    "list",
)


@dataclass(frozen=True, slots=True)
class _Row:
    """The numbers of one sentence around the value of a target."""

    sentence: str  # folded
    numbers: list[Quantity]  # all of them, in order
    own: Quantity | None  # the target's; None where it is not found among them
    values: list[Quantity]  # those side by side with it, itself too


def answer_reckoned(ask: Ask) -> Draft | None:
    """The amount that follows from one rule and one number of the question, with the rule; else None."""
    question = ask.question
    if question.language != "zh" or question.has(*_OTHERWISE) or not asks_number(question):
        return None
    return _times(ask, eligible_targets(ask)) or _share(ask, eligible_targets(ask))


def reckon_in(ask: Ask, policy: str, start: int, end: int) -> Draft | None:
    """The amount that follows from the one rule in a slice of a policy; None where it says no such rule."""
    if ask.question.has(*_OTHERWISE) or not asks_number(ask.question):
        return None
    pool = [(p, t) for p, t in eligible_targets(ask) if p == policy and start <= t.start < end]
    return _times(ask, pool, alone=True) or _share(ask, pool, alone=True)


def answer_size(ask: Ask, found: Found) -> Draft | None:
    """What so many projects of a size or more come to at least (亿元以上项目50个); None where it is not that."""
    policy, target = found
    size = re.search(words()["reckon"]["size"], squeeze(target.indicator))
    if not size or not re.search(words()["reckon"]["volume"], ask.question.folded):
        return None
    draft = ask.draft()
    total = float(size["number"] or 1) * target.low
    of = f"{beside(draft, target)}{value_text(draft, target)}{cite_target(draft, policy, target)}，每个{size.group()}"
    draft.say("reckoned_least", of=of, total=f"{draft.compute(total)}{size['unit']}")
    return draft


def _times(ask: Ask, pool: Sequence[Found], *, alone: bool = False) -> Draft | None:
    """So much for each person and month, of a family of three."""
    entry = words()["reckon"]
    counts = list(re.finditer(entry["count"], ask.question.folded))
    stated = {entry["same"].get(m["unit"], m["unit"]): m for m in counts}
    if len(stated) < len(counts):
        return None  # 3台旧的和5台新的
    if not stated or re.search(f"每(?:{'|'.join(stated)})", ask.question.folded):
        return None  # 每台按多少补 is the rule itself
    amounts = [f for f in pool if plain_unit(f[1].unit.split("/")[0]) == "元"]
    fitting = [f for f in amounts if set(stated) <= set(_each(ask, *f))]
    found = _only(fitting) if alone else _meant(ask, fitting)
    if not found or _is_shared(ask, *found):
        return None
    draft = ask.draft()
    total = found[1].low
    for match in stated.values():
        number = match["number"]
        value = _value(number) * entry["many"].get(match["many"], 1)
        total *= value
        draft.computed.update((number, plain_number(value)))
    left = "".join(f"每{per}" for per in _each(ask, *found) if per not in stated)
    of = "、".join(match.group() for match in stated.values())
    return _said(draft, found, f"{of}{left}", total, found[1].unit.split("/")[0], quoted=not alone)


def _share(ask: Ask, pool: Sequence[Found], *, alone: bool = False) -> Draft | None:
    """按设备投资额的20%给予补助，不超过80万元, of an investment of 5 million."""
    entry = words()["reckon"]
    stated = list(re.finditer(entry["money"], ask.question.folded))
    if len(stated) != 1 or not re.search(entry["given"], ask.question.folded):
        return None
    said = re.split("[,;。?]", ask.question.folded[: stated[0].start()])[-1]
    shares = [f for f in pool if f[1].unit == "%" and f[1].low == f[1].high]
    fitting = [f for f in shares if any(_is_said(word, said) for word in _whole(ask, *f))]
    found = _only(shares) if alone else _meant(ask, fitting)
    if not found:
        return None
    draft = ask.draft()
    unit = f"{stated[0]['many'] or ''}元"
    draft.computed.add(stated[0]["number"])
    of = f"{stated[0]['number']}{unit}的{plain_number(found[1].low)}%"
    base = _value(stated[0]["number"])
    ends = _range(ask, *found)
    if ends:
        low, high = (f"{draft.compute(base * end / 100)}{unit}" for end in ends)
        draft.computed.update(map(plain_number, ends))
        of = f"{stated[0]['number']}{unit}的{plain_number(ends[0])}%以上{plain_number(ends[1])}%以下"
        draft.say("reckoned", of=of, total=f"{low}以上{high}以下")
        if not alone:
            draft.quote_slice(found[0], *_paragraph(draft, *found))
        return draft
    return _said(draft, found, of, base * found[1].low / 100, unit, quoted=not alone)


def _only(found: Sequence[Found]) -> Found | None:
    """The one rule there is; None where there are several, or a range is its value."""
    return found[0] if len(found) == 1 and found[0][1].low == found[0][1].high else None


def _range(ask: Ask, policy: str, target: Target) -> tuple[float, float] | None:
    """Both bounds of a share that is given between two (30%以上50%以下); None where a value is no such bound."""
    source = ask.corpus.policies[policy].source
    sentence = fold_with_origin(source[target.sentence_start : target.sentence_end]).text
    for low, high in pairwise(q for q in quantities(sentence) if q.unit == "%"):
        joined = re.fullmatch("及?以上[,、]?(?:至|到)?", sentence[low.end : high.start])
        if joined and re.match("及?以[下内]", sentence[high.end :]) and target.low in (low.low, high.low):
            return low.low, high.low
    return None


def _value(number: str) -> float:
    """The value of digits, with or without commas, or of a Chinese numeral."""
    return float(number.replace(",", "")) if number[0].isdigit() else read_numeral(number)


def _said(draft: Draft, found: Found, of: str, total: float, unit: str, *, quoted: bool) -> Draft:
    """The computed amount, what caps it, and the rule where it is not told already."""
    policy, target = found
    if total < 1 and unit.startswith("亿"):
        total, unit = total * 10_000, "万元"
    elif total >= MANY and unit == "元":
        total, unit = total / 10_000, "万元"
    cap = _cap(draft, *found)
    value = f"{draft.compute(total)}{unit}"
    most = target.comparator in (Comparator.LESS, Comparator.AT_MOST)
    draft.say("reckoned_most" if most else "reckoned", of=of, total=value)
    if cap and total * scale_unit(unit)[0] > cap[0]:
        draft.say("reckoned_cap", cap=cap[1])
    if target.comparator in (Comparator.MORE, Comparator.AT_LEAST):
        draft.say("lower_bound")
    start, end = _paragraph(draft, *found)
    if quoted:
        draft.quote_slice(policy, start, max(end, cap[2]) if cap else end)
    elif cap and cap[2] > target.sentence_end:
        draft.quote_slice(policy, target.sentence_end, cap[2])
    return draft


def _meant(ask: Ask, pool: Sequence[Found]) -> Found | None:
    """The rule that a question means; None where it means none, or several alike."""
    weighty = [term for term in ask.question.terms if term.weight >= 0.9]
    ranked = [
        (fit, policy, target)
        for fit, policy, target in rank_targets(ask.corpus, ask.question, in_years(ask, pool))
        if weighty and all(grip(term, ask.corpus.target_unit(policy, target)) >= HELD for term in weighty)
    ]
    if not ranked:
        return None
    fit, policy, best = ranked[0]
    row = _row(ask.corpus.policies[policy].source, best).values
    if len(row) > 1:  # 国家级、省级分别按40%、30%
        best_of = _class_named(ask, policy, best, row)
        return None if best_of is None or is_cell(ask.draft(), policy, best_of) else (policy, best_of)
    beside = [(p, t) for p, t in pool if p == policy and t.sentence_start == best.sentence_start]
    if len({t.low for _, t in beside}) > 1:  # 甲类每亩500元、乙类每亩300元
        named = [found for found in beside if _is_called(ask, *found)]
        return named[0] if len(named) == 1 else None
    rivals = [t for f, _, t in ranked if f.score >= fit.score - CLOSE and t.low != best.low]
    doubtful = rivals or best.low != best.high or is_cell(ask.draft(), policy, best)
    return None if doubtful else (policy, best)


def _row(source: str, target: Target) -> _Row:
    """The row of numbers that a target's value stands in (分别按…50%、40%)."""
    folded = fold_with_origin(source[target.sentence_start : target.sentence_end])
    numbers = with_bare(folded.text, list(quantities(folded.text)))
    at, until = target.start - target.sentence_start, target.end - target.sentence_start
    same = [q for q in numbers if (q.low, q.unit) == (target.low, target.unit)]
    own = next((q for q in reversed(same) if at <= folded.origin[q.start] < until), None)
    return _Row(folded.text, numbers, own, row_of(numbers, own, folded.text) if own else [])


def _class_named(ask: Ask, policy: str, best: Target, row: Sequence[Quantity]) -> Target | None:
    """The one value of a row whose class the question names (国家级, 大型), by what its name alone has; None without."""
    values = {(quantity.low, quantity.unit) for quantity in row}
    found = [
        t
        for p, t in eligible_targets(ask)
        if p == policy and t.sentence_start == best.sentence_start and (t.low, t.unit) in values
    ]
    names = [squeeze(t.indicator)[::-1] for t in found]
    same = next(
        (n for n in range(min(map(len, names), default=0)) if len({name[n] for name in names}) > 1), 0
    )
    # one character beside the common end tells a class, with its neighbour: 大型, for 大 alone stands in 大概
    keys = [name[max(0, same - 1) : max(0, same - 1) + 2][::-1] for name in names]
    meant = [t for t, key in zip(found, keys, strict=True) if len(key) == 2 and key in ask.question.folded]
    return meant[0] if len(meant) == 1 and len(found) == len(row) and meant[0].low == meant[0].high else None


def _is_called(ask: Ask, policy: str, target: Target) -> bool:
    """Whether the question names what a value of several in a sentence is of, by the end of its name."""
    name = _clause(ask, policy, target).split("每")[0].rstrip("为是的")
    return len(name) > 1 and name[-2:] in ask.question.folded


def _is_shared(ask: Ask, policy: str, target: Target) -> bool:
    """Whether several pay a value, or more than it is reckoned with, as its sentence goes on to say."""
    source = ask.corpus.policies[policy].source
    return bool(re.search(words()["reckon"]["unless"], source[target.sentence_start : target.sentence_end]))


def _clause(ask: Ask, policy: str, target: Target) -> str:
    """The words of a rule's sentence before its value, folded, from the last mark on."""
    source = ask.corpus.policies[policy].source
    sentence = fold_with_origin(source[target.sentence_start : target.end]).text
    value = [q for q in quantities(sentence) if q.low == target.low and q.unit == target.unit]
    return re.split("[,;:。、]", sentence[: value[-1].start])[-1] if value else ""


def _each(ask: Ask, policy: str, target: Target) -> list[str]:
    """What an amount is for each of: 人 and 月 of 每人每月, 吨 of 元/吨."""
    return re.findall(words()["reckon"]["each"], _clause(ask, policy, target)) + target.unit.split("/")[1:]


def _whole(ask: Ask, policy: str, target: Target) -> list[str]:
    """The nouns of what a value is a share of: 设备, 投资额 of 按设备投资额的20%."""
    clause = _clause(ask, policy, target)
    whole = re.search(words()["reckon"]["whole"], clause)
    return [w for w, flag in tagged(whole["whole"]) if len(w) > 1 and flag[:1] in "nv"] if whole else []


def _is_said(noun: str, said: str) -> bool:
    """Whether a question says what a value is a share of: by its noun, or that so much was spent."""
    entry = words()["reckon"]
    return noun in said or bool(re.search(entry["spending"], noun) and re.search(entry["spent"], said))


def _cap(draft: Draft, policy: str, target: Target) -> tuple[float, str, int] | None:
    """The amount that a rule may not exceed, in 元 and as written, and where what says so ends: behind the rule in its
    clause, or of each firm or project in a sentence of its paragraph (单个企业每年度补贴总额不超过120万元)."""
    source, end = draft.corpus.policies[policy].source, target.sentence_end
    behind = re.split("[;。]", fold_with_origin(source[target.end : target.sentence_end]).text)[0]
    capped = re.search(words()["reckon"]["cap"], behind)
    if capped and re.search("分别$|^分别", behind[: capped.start()][-2:] + behind[capped.end() :][:2]):
        return _cap_in_row(draft, policy, target)
    amount = next((q for q in quantities(behind) if capped and q.start == capped.end()), None)
    if not capped:
        sentence = re.match(r"[^。\n]*。?", source[end:]).group()  # type: ignore[union-attr]
        rest = fold_with_origin(sentence).text
        capped = re.search(words()["reckon"]["cap_of_all"], rest)
        amount = next((q for q in quantities(rest) if capped and q.start == capped.end()), None)
        end += len(sentence) if amount else 0
    if not amount or plain_unit(amount.unit) != "元":
        return None
    return amount.low * scale_unit(amount.unit)[0], squeeze(amount.text), end


def _cap_in_row(draft: Draft, policy: str, target: Target) -> tuple[float, str, int] | None:
    """The cap of a value of a row, from the row of amounts behind it: 分别按50%、40%, 最高分别不超过200万元、100万元."""
    row = _row(draft.corpus.policies[policy].source, target)
    behind = [
        q for q in row.numbers if row.values and q.start >= row.values[-1].end and plain_unit(q.unit) == "元"
    ]
    caps = row_of(row.numbers, behind[0], row.sentence) if behind else []
    if row.own is None or len(caps) != len(row.values):
        return None
    cap = caps[row.values.index(row.own)]
    return cap.low * scale_unit(cap.unit)[0], f"{plain_number(cap.low)}{cap.unit}", target.sentence_end


def _paragraph(draft: Draft, policy: str, target: Target) -> tuple[int, int]:
    """The paragraph of a rule, whose other sentences tell whom it is for; its sentence where that is long."""
    source = draft.corpus.policies[policy].source
    start = source.rfind("\n", 0, target.sentence_start) + 1
    end = source.find("\n", target.sentence_end)
    end = len(source) if end < 0 else end
    return (start, end) if end - start <= LONGEST else (target.sentence_start, target.sentence_end)
