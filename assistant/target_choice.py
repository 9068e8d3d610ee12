"""Which targets of the ledger a question means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.corpus import Unit, numbered_section, subtree_end
from assistant.match import NEAR, Fit, coverage, grip, precision, rank_targets
from assistant.question import Question
from assistant.terms import Term
from index.policy import Policy, Target
from index.quantities import COUNTING, scale_unit
from index.tables import is_total
from index.text import squeeze

Found = tuple[str, Target]


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


_SHARE = re.compile(r"占.+(?:比重|比例|比)")  # behind it: what the share is of
_SHARE_ASKED = re.compile(r"占|比重|比例|百分|%|\bpercent|\bshare\b|\bproportion")
_OWN_PART = 0.5  # of the numerator's name that the question has to give where it does not ask for a share
_LEVEL = re.compile(r"(?:国家|部|省|市|县)级")
NEARBY = 0.85  # what the words count that stand in the sentence or the heading of a target
_SPAN = re.compile(r"(20\d\d)年?(?:底|末)?(?:-|—|–|~|至|到)(20\d\d)年?")
_BASE = re.compile(r"现状|基期|基数|目前|现有|现在|原来|\bcurrent|\bbaseline|\bnow\b")
_OVER_YEARS = re.compile(
    r"哪一?年|[两二三四五]年|各年|历年|逐年|分年|\bwhich year|\b(?:two|three|four|five) years"
)
_COMPARED = re.compile(r"是|相当于|\bas\b")
JOINTS = re.compile(
    r"、|(?<![总之温])和(?![谐平])|与|及|跟|比|,|/|;|\band\b|\bthan\b|\bversus\b|\bvs\b|加上|还有|以及"
)


def years_asked(question: Question) -> tuple[int, ...]:
    """The years of a question; of a span (2025到2027年) all, unless it asks for the change from end to end."""
    if question.has("difference"):
        return question.years
    spans = [range(int(m[1]), int(m[2]) + 1) for m in _SPAN.finditer(question.folded)]
    return tuple(dict.fromkeys([*question.years, *(year for span in spans for year in span)]))


def eligible_targets(ask: Ask) -> list[Found]:
    """Targets of the policies that the question names; of all where it names none.

    What stands already is among them only where the question asks for its year, for it or for a change.
    """
    chosen, question = ask.question.policies, ask.question
    stands = question.has("difference") or bool(_BASE.search(question.folded))
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


def without_base_words(question: Question) -> Question:
    """A question that compares with what stands (比现状提高多少) without the words for that among its terms."""
    terms = tuple(term for term in question.terms if not _BASE.search(term.text))
    return replace(question, terms=terms) if terms and question.has("difference") else question


def of_one_series(ask: Ask, best: Target, ranked: Sequence[tuple[Fit, str, Target]]) -> list[Found]:
    """The values of one indicator over the years that a question spans (三年一共, 哪年最多), and their total."""
    spans = len(years_asked(ask.question)) > 1 or bool(_OVER_YEARS.search(ask.question.folded))
    name = squeeze(best.indicator)
    series = [
        (p, t)
        for _, p, t in ranked
        if squeeze(t.indicator) == name and t.section == best.section and not t.base
    ]
    dated = [found for found in series if found[1].year]
    if not spans or len(dated) < 2 or len({t.year for _, t in dated}) < len(dated):
        return []
    return sorted(in_years(ask, series), key=lambda found: found[1].year or 0)


def without_totals(ask: Ask, chosen: Sequence[Found]) -> list[Found]:
    """The values without those that add up the others: a row 合计, or the total before 其中.

    Where the parts are not all of their total and the question gives no years, the total stays alone.
    """
    policies = ask.corpus.policies
    rest = [found for found in chosen if not is_total(found[1].indicator)] or list(chosen)
    for found in list(rest):
        others = [t for p, t in rest if found[1] is not t and p == found[0]]
        parts = [t for t in others if _is_part(policies[found[0]].source, found[1], t)]
        if len(parts) < 2:
            continue
        whole = found[1].low * scale_unit(found[1].unit)[0]
        if (
            len(years_asked(ask.question)) > 1
            or abs(whole - sum(t.low * scale_unit(t.unit)[0] for t in parts)) < 1e-6
        ):
            rest.remove(found)
        else:
            rest = [(p, t) for p, t in rest if t not in parts]
    return rest


def _is_part(source: str, total: Target, part: Target) -> bool:
    """Whether a value stands behind the 其中 that opens the parts of another in its sentence."""
    between = source[total.end : part.end]
    return part.sentence_start == total.sentence_start and bool(re.match(r"[^。；;]*?[，,]?其中", between))


def is_commitment(target: Target) -> bool:
    """Whether a number is promised for a time, rather than a standard or limit in force."""
    return not target.base and (
        target.year is not None or target.period.startswith(("每年", "年均")) or target.tentative
    )


def choose_targets(ask: Ask) -> list[Found]:
    """The targets that the question names: one, or one for each part of it."""
    question = ask.question
    pool = eligible_targets(ask)
    if question.has("sum", "difference", "ratio", "largest", "smallest", "list", "amount") and (
        question.has("ratio") or JOINTS.search(question.folded)
    ):
        parts = _by_parts(ask, pool)
        counted = _COUNTED.search(question.folded) if question.has("sum") else None
        if len(parts) > 1 and (not counted or len(parts) >= _NUMBER_WORDS[counted.group(1)]):
            return in_years(ask, parts)
    if question.numbers and (question.has("yesno", "why") or not question.has("amount")):
        stated = {scale_unit(quantity.unit)[1] for quantity in question.numbers}
        pool = [(p, t) for p, t in pool if scale_unit(t.unit)[1] in stated] or pool
    ranked = rank_targets(ask.corpus, question, pool)
    if not ranked:
        return []
    fit, policy, best = ranked[0]
    if not _means(ask, fit, policy, best):
        return []
    group = question.has("sum", "largest", "smallest", "difference")
    series = of_one_series(ask, best, ranked) if group and not question.has("difference") else []
    if len(series) > 1:
        return series
    if group:
        counted = _COUNTED.search(question.folded)
        least = 0.3 if counted else max(0.35, 0.5 * fit.coverage)
        same = [
            (p, t)
            for f, p, t in ranked
            if scale_unit(t.unit)[1] == scale_unit(best.unit)[1]
            and f.coverage >= least
            and (t.year == best.year or question.has("difference"))
        ]
        if not counted and question.language == "zh":
            nouns = [term for term in question.terms if term.weight >= 0.9]
            same = [
                (p, t)
                for p, t in same
                if all(grip(term, ask.corpus.target_unit(p, t)) >= 0.3 for term in nouns)
            ]
        same = [found for found in same if not _told_apart(ask, found, same)]
        if counted:  # 四大产业集群: four, or none
            number = _NUMBER_WORDS[counted.group(1)]
            if len(same) < number:
                return []
            same = same[:number]
        if question.has("difference") and not question.has("largest", "smallest"):
            same = [(p, t) for p, t in same if squeeze(t.indicator) == squeeze(best.indicator)]
            if len(same) < 2:
                return []  # a change or a gap needs two numbers of one thing
        return in_years(ask, same)
    whole = _under_heading(ask, policy, best)
    if whole:
        return in_years(ask, whole)
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
    return in_years(ask, alike)


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
    named: list[Target] = []  # the best for each part
    last: list[str] = []  # words of the last part, whose end is often said of all
    text = _COMPARED.sub("、", question.folded) if question.has("ratio") else question.folded
    parts = [_terms_in(question, part) for part in JOINTS.split(text)]
    parts = [own for own in parts if any(term.weight >= 0.5 for term in own)]
    if len(parts) < 2 and question.has("largest", "smallest"):
        return []  # 哪个最大，比最小的多多少: one group is named, not two things
    rankings: list[list[_Ranked]] = []
    for own in parts:
        last = [word for term in own if term.weight >= 0.9 and not term.pair for word in term.variants[:1]]
        ranked = _ranked_for(ask, own, pool)
        if not ranked or ranked[0][1] < 0.6:
            return []
        rankings.append(ranked)
    for ranked in rankings:
        best = _ends_like(ranked, rankings[-1][0][3])
        named.append(best[3])
        for score, direct, policy, target in ranked:
            same = squeeze(target.indicator) == squeeze(best[3].indicator)
            years = years_asked(question)
            wanted = not years or target.year in years or target.year is None
            alike = target is best[3] or (score == best[0] and best is ranked[0])
            if direct >= 0.6 and wanted and (alike or same) and (policy, target) not in found:
                found.append((policy, target))
    if len(named) < 2 and len({squeeze(t.indicator) for _, t in found}) > 1:
        return []  # one part is of several: not one for each
    if any(named.count(t) > 1 and any(word not in squeeze(t.indicator) for word in last) for t in named):
        return []  # two parts are of one target, which is none of what the last says of all
    return found


def _terms_in(question: Question, part: str) -> list[Term]:
    """Terms that a part of the question holds."""
    return [term for term in question.terms if term.text in part.replace(" ", "") or term.text in part]


_Ranked = tuple[float, float, str, Target]  # score, how directly the target is named, policy, target


def _ranked_for(ask: Ask, own: Sequence[Term], pool: Sequence[Found]) -> list[_Ranked]:
    """The targets for one part of a question, of whose terms ``own`` are, best first."""
    every = ask.question.terms
    shared = [term for term in every if re.search(r"产业|规模|集群|企业|目标|占比|比重", term.text)]
    ranked = []
    for policy, target in pool:
        unit = ask.corpus.target_unit(policy, target)
        direct = coverage(ask.corpus, own, Unit(unit.texts[:1]))
        direct = max(direct, NEARBY * coverage(ask.corpus, own, unit))
        extra = coverage(ask.corpus, shared, unit) if shared else 0.0
        exact = precision([*own, *shared], squeeze(target.indicator))
        ranked.append((direct + 0.35 * exact + 0.1 * extra, direct, policy, target))
    return sorted(ranked, key=lambda item: -item[0])


def _ends_like(ranked: Sequence[_Ranked], last: Target) -> _Ranked:
    """The best for a part; of those named as directly, the one whose name ends most as that of the last part.

    The words behind the last name are said of every part: 甲区和乙区农村人员标准 is of 农村人员 in both.
    """
    best = ranked[0]
    if best[3] is last:
        return best
    rivals = [item for item in ranked if item[1] >= best[1] - 0.01 and item[3].unit == last.unit]
    ending = squeeze(last.indicator)
    return max([best, *rivals], key=lambda item: _same_end(squeeze(item[3].indicator), ending))


def _same_end(one: str, other: str) -> int:
    """How many characters two names have in common at their end."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _means(ask: Ask, fit: Fit, policy: str, target: Target) -> bool:
    """Whether a target is what the question asks for: every weighty term held, most of them closely."""
    question = ask.question
    if fit.coverage < (0.5 if question.language == "zh" else 0.4):
        return False
    unit = ask.corpus.target_unit(policy, target)
    weighty = [term for term in question.terms if term.weight >= 0.9]
    unread = [term for term in question.terms if term.weight < 0.9 and not ask.corpus.known(term)]
    if question.language == "en" and len(unread) > len(weighty):
        return False  # most of what the question names stands in no glossary
    if question.language == "zh" and any(grip(term, unit) < 0.3 for term in weighty):
        return False
    if of_another_level(question, unit) or of_another_whole(question, squeeze(target.indicator)):
        return False
    direct = coverage(ask.corpus, question.terms, Unit(unit.texts[:1]))
    exact = precision(question.terms, squeeze(target.indicator))
    if direct < 0.34 or (direct < 0.6 and exact < 0.34) or exact < 0.16:
        return False
    return unit_fits(question, target.unit)


def of_another_level(question: Question, unit: Unit) -> bool:
    """Whether a level (国家级) is asked for that is not named here: the province's number is not the state's."""
    levels = [term for term in question.terms if any(map(_LEVEL.fullmatch, term.variants))]
    return any(grip(term, unit) < 0.5 for term in levels)


def of_another_whole(question: Question, indicator: str) -> bool:
    """Whether this is a share (A占B比重) while the question asks for B, or for more than A, itself."""
    share = _SHARE.search(indicator)
    if not share or _SHARE_ASKED.search(question.folded):
        return False
    return precision(question.terms, indicator[: share.start()]) < _OWN_PART


def unit_fits(question: Question, unit: str) -> bool:
    """Whether the unit that is asked for (多少家, 百分之几, 亿元) can be this one."""
    unit = squeeze(unit)
    asked = re.search(
        r"(?:多少|几|how many|how much)\s*(万|亿|千|百)?\s*(个月|个?小时|分钟|个?工作日|家|户|个(?!百分|税)|项|名|人|元|%|百分点|个百分点|倍|年|天|日|月|岁|辆|台|公里|吨|亩|套|所|座)",
        question.folded,
    )
    if asked:
        word = asked.group(2)
        if word in ("人", "名"):
            return unit[-1:] in ("人", "名", "位")
        if word in COUNTING:
            return unit[-1:] in COUNTING
        if word == "元":
            return unit.endswith("元")
        if word in ("%", "百分点", "个百分点"):
            return unit in ("%", "百分点", "个百分点", "‰")
        if word in _DURATIONS:
            return unit in _DURATIONS
        return unit.endswith(word) or word[-1] == unit[-1:]
    if re.search(r"(?:多少|几)(?:百|千)?(?:万|亿)(?![户人家个项名])", question.folded):
        return unit.endswith("元") or unit in ("万", "亿")
    if re.search(r"多少(?:员工|人员?|职工)", question.folded):
        return unit in ("人", "名", "位")
    if re.search(r"\bhow old\b|几岁|多大(?:岁数|年龄|年纪|的?人|才)|岁数|年龄.{0,4}多", question.folded):
        return unit == "岁"
    if re.search(r"多久|多长时间|how long", question.folded):
        return unit in _DURATIONS
    if re.search(r"百分之几|占比|比重|比例|\bpercent|\bshare\b|\bproportion", question.folded):
        return unit in ("%", "个百分点", "百分点", "‰", "倍", "万分之")
    return True


def in_years(ask: Ask, found: Sequence[Found]) -> list[Found]:
    """Those of the years asked for; a target of every year counts for each."""
    years = years_asked(ask.question)
    if not years:
        return list(found)
    stands = bool(_BASE.search(ask.question.folded))
    return [
        (p, t)
        for p, t in found
        if t.year in years
        or (t.base and stands)
        or (t.year is None and _holds_in(ask.corpus.policies[p], years))
    ]


def _holds_in(policy: Policy, years: Sequence[int]) -> bool:
    """Whether a policy's undated numbers are of one of these years: of its title, else of its text."""
    titled = re.findall(r"20\d\d", policy.title)
    return any(str(year) in (titled or policy.source) for year in years)


def other_years(ask: Ask) -> list[Found]:
    """Targets that the question names, but of other years than it asks for."""
    if not ask.question.years:
        return []
    ranked = rank_targets(ask.corpus, ask.question, eligible_targets(ask))
    meant = [(p, t) for f, p, t in ranked[:3] if _means(ask, f, p, t) and t.year is not None]
    names = {squeeze(t.indicator) for _, t in meant}
    years = years_asked(ask.question)
    if any(t.year in years and squeeze(t.indicator) in names for _, _, t in ranked):
        return []  # the year asked for is among them
    return meant


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
