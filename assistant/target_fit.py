"""Whether a target is what a question asks for: its words, its unit, its level, what it is a share of."""

from __future__ import annotations

import re

from assistant.ask import Ask
from assistant.class_labels import of_another_class
from assistant.corpus import Unit
from assistant.match import Fit, coverage, grip, is_of_opposite, precision
from assistant.question import Question
from assistant.terms import expression, is_verb, words
from index.policy import Role, Target
from index.quantities import COUNTING
from index.text import squeeze

Found = tuple[str, Target]
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
_OWN_PART = 0.5  # of the numerator's name that the question has to give where it does not ask for a share


def is_commitment(target: Target) -> bool:
    """Whether a number is promised for a time, rather than a standard or limit in force."""
    return not target.base and (
        target.year is not None or target.period.startswith(("每年", "年均")) or target.tentative
    )


def means(ask: Ask, fit: Fit, policy: str, target: Target) -> bool:
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
    document = ask.corpus.policies[policy]
    sentence = squeeze(document.source[target.sentence_start : target.sentence_end])
    headings = squeeze(" ".join(document.sections[target.section].path))
    if of_sibling(question, ask.corpus.text, sentence, target.indicator + headings):
        return False
    if of_another_kind(question, target.indicator + sentence, headings) or is_of_opposite(
        question.folded, sentence
    ):
        return False
    if of_another_level(question, unit) or of_another_whole(question, squeeze(target.indicator)):
        return False
    if of_another_class(question.folded, target.indicator):
        return False
    direct = coverage(ask.corpus, question.terms, Unit(unit.texts[:1]))
    exact = precision(question.terms, squeeze(target.indicator))
    if direct < 0.34 or (direct < 0.6 and exact < 0.34) or exact < 0.16:
        return False
    return unit_fits(question, target.unit)


def only_carries_out(ask: Ask, policy: str, target: Target) -> bool:
    """Whether a target is of all, while a single body is asked about that only has to carry out every task.

    What the whole has to reach is no number of a zone's own, unless the sentence names it.
    """
    document = ask.corpus.policies[policy]
    sentence = squeeze(document.source[target.sentence_start : target.sentence_end])
    for mention in ask.question.mentions:
        held = [duty for duty in document.duties if duty.organisation in mention.names]
        named = any(squeeze(name) in sentence for name in (*mention.names, mention.text))
        single = not any(name.startswith("各") for name in mention.names)
        if (
            single
            and not named
            and held
            and all(d.rule_start >= 0 and d.role is Role.IMPLEMENT for d in held)
        ):
            return True
    return False


def of_another_kind(question: Question, text: str, headings: str) -> bool:
    """Whether a squeezed text speaks of the things that a question counts, but of another kind (公办园, not 民办园).

    A heading that names the kind together with the thing is enough.
    """
    many = words()["value"]["of_things"]
    single = [term for term in question.terms if not term.pair and len(term.text) > 1]
    for kind in single:
        for thing in single:
            both = re.escape(kind.text + thing.text)
            if not re.search(f"{both}[^,。;?]{{0,4}}{many}|{many}[^,。;?]{{0,6}}?{both}", question.folded):
                continue
            if kind.text + thing.text in headings or is_verb(kind.text) or is_verb(thing.text):
                continue
            held = any(variant in text for variant in thing.variants)
            if held and not any(variant in text for variant in kind.variants):
                return True
    return False


def of_sibling(question: Question, corpus: str, text: str, beside: str = "") -> bool:
    """Whether a squeezed text speaks of the like of a thing (甲种保险) that a question and the policies name with another
    kind (乙种保险), which neither it nor what stands over it names."""
    nouns = [term for term in question.terms if not term.pair and len(term.text) > 1 and term.weight >= 0.2]
    for kind in nouns:
        for thing in nouns:
            for last in (thing, *(t for t in nouns if thing.text + t.text in question.folded)):
                what = thing.text if last is thing else thing.text + last.text
                named = kind.text + what in question.folded and kind.text + what in corpus
                if (
                    named
                    and len(what) >= 4
                    and kind.text not in text + beside
                    and re.search(f"[一-鿿]{{2}}{what}", text)
                ):
                    return True
    return False


def of_another_level(question: Question, unit: Unit) -> bool:
    """Whether a level (国家级) is asked for that is not named here: the province's number is not the state's."""
    level = expression("value", "level")
    levels = [term for term in question.terms if any(map(level.fullmatch, term.variants))]
    text = "".join(part for _, part in unit.texts).lower()
    return any(grip(term, unit) < 0.5 for term in levels) or of_another_grade(question, text)


def of_another_grade(question: Question, text: str) -> bool:
    """Whether a squeezed text gives grades (五星级、四星级) without one that is asked for (三星级)."""
    asked = list(expression("value", "grade").finditer(question.folded))
    return bool(asked and expression("value", "grade").search(text.lower())) and not all(
        re.search(
            rf"{grade['which']}(?:[、,和及或至-][一二三四五初中高特甲乙丙a\d]+)*{grade['grade']}",
            text.lower(),
        )
        for grade in asked
    )


def of_another_whole(question: Question, indicator: str) -> bool:
    """Whether this is a share (A占B比重) while the question asks for B, or for more than A, itself."""
    share = expression("value", "share").search(indicator)
    if not share or expression("value", "share_asked").search(question.folded):
        return False
    return precision(question.terms, indicator[: share.start()]) < _OWN_PART


def unit_of_time(unit: str) -> bool:
    """Whether a unit measures a time."""
    return squeeze(unit) in _DURATIONS


def unit_fits(question: Question, unit: str) -> bool:
    """Whether the unit that is asked for (多少家, 百分之几, 亿元) can be this one."""
    unit = squeeze(unit).split("/")[0]  # 元/人·月
    if re.search("[最多](?:亮|厚|宽|深|重|远|快|响)", question.folded) and unit in _DURATIONS:
        return False
    asked = re.search(
        r"(?:多少|(?<!哪)几|how many|how much)\s*(万|亿|千|百)?\s*(个月|个?小时|分钟|个?工作日|家|户|个(?!百分|税|钱)|项|名|位(?!置)|人|票|元|%|百分点|个百分点|倍|年|天|日|月|岁|辆|台|公里|吨|亩|套|所|座|处|宗|次|口(?!粮|径)|眼(?![镜睛下看])|[艘株棵栋]|间(?!接|隔|距|断)|只(?![能需要是有])|架(?!次|构)|头(?!部|寸)|起(?![步算付])|平方米|平方公里|立方米|公顷)",
        question.folded,
    )
    if asked:
        word = asked.group(2)
        if word in ("人", "名", "位"):
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
    if re.search(
        r"[百千万]分之几|几成|几折|占比|比重|比例|\bpercent|\bshare\b|\bproportion", question.folded
    ):
        return unit in ("%", "个百分点", "百分点", "‰", "倍", "万分之", "成", "折")
    return True
