"""The kinds of answer that a question wants (a number, a date, a body, an amount of money …), and whether a text holds
them."""

from __future__ import annotations

import re

from assistant.corpus import Unit
from assistant.listings import value_of
from assistant.question import Question
from assistant.sentences import TIME, asks_number
from assistant.target_fit import of_another_level, of_another_whole, unit_fits, unit_of_time
from assistant.terms import expression, words
from index.quantities import in_digits, quantities, scale_unit
from index.text import fold_with_origin, squeeze

_YEARS = re.compile(r"(?<![\d.])(20\d\d)(?:年?[-—~至到]+(20\d\d))?年")
_DAYS = re.compile(r"\d{1,2}月\d{1,2}日(?:(?:至|到|—|-|~)(?:\d{1,2}月)?\d{1,2}日)?")  # a period is one
_NEEDED = (
    ("frequency", "when"),
    ("date", "when"),
    ("together", "together"),
    ("who", "who"),
    ("per_day", "amount"),
    ("per_month", "amount"),
)  # what is asked, each with what the refusal calls it
_COMPARED = ("difference", "rest", "largest", "smallest", "ratio")


def lacking(question: Question, text: str) -> str:
    """The first kind of answer that a question wants and a text does not hold, as phrases name it; "" where it holds
    all. Amounts and times of the day in Chinese numerals count as those in digits."""
    claimed = {"person"} if question.has("yesno") else set()  # who is said to hold an office needs no name
    for kind in sorted(question.kinds - claimed):
        if not _holds(words()["kind"][kind]["needs"], text):
            return kind
    if question.has("when") and not (TIME.search(text) or TIME.search(in_digits(text))):
        return "when"
    if question.has("when") and of_earlier_stage(question, text):
        return "when"
    for name, kind in _NEEDED:
        by_definition = name == "who" and question.has("definition")  # 是指什么人
        if question.has(name) and not by_definition and not _holds(words()["ask"][name]["needs"], text):
            return kind
    listed = question.has("targets") and question.has("list")  # 有哪些里程目标
    allowed = re.search("(?<!才)[能准允]|可以|最[多高]", question.folded)
    forbids = allowed and re.search(words()["modal"]["must_not"]["stands"], text)  # 不得垫资: no share of it
    shared = expression("value", "fraction_asked").search(question.folded)
    halved = not shared and _holds(words()["ask"]["number"]["needs"], text)  # how much, in words
    if (asks_number(question) or listed) and not (forbids or halved or holds_number(question, text)):
        return "amount"
    if asks_number(question) and question.years and _of_other_years(question, text):
        return "amount"
    stated = {_measure(quantity.unit) for quantity in question.numbers if quantity.unit}
    if stated and question.has("claim", "why"):
        units = (_measure(quantity.unit) for quantity in quantities(fold_with_origin(text).text))
        if stated.isdisjoint(units):
            return "amount"
    if _names_fewer(question, text):
        return "names"
    for name in _COMPARED:
        needs = words()["ask"][name]["needs"]
        other_bodies = name == "rest" and question.has("who")  # 除了X，还有哪些单位
        if question.has(name) and not other_bodies and not _holds(needs, text) and not _holds_two(text):
            return "comparison"
    return ""


def of_earlier_stage(question: Question, text: str) -> bool:
    """Whether it is asked when something is finished (建成开放), and a text says only when it is begun (12月底前开工)."""
    stage = words()["stage"]
    asked = re.search(stage["asked"], question.folded)
    begun = re.search(stage["before"], text) and not re.search(stage["before"], question.folded)
    return bool(asked and begun) and not re.search(stage["asked"], text)


def _holds(needs: str, text: str) -> bool:
    """Whether a text matches a pattern as it stands or with its Chinese numerals in digits."""
    return bool(re.search(needs, text) or re.search(needs, in_digits(text)))


def asks_fine(question: Question) -> bool:
    """Whether it is asked how much a penalty is: one sentence has to hold the penalty and the amount."""
    return {"money", "penalty"} <= question.kinds and bool(
        re.search(words()["amount"]["fine"], question.folded)
    )


def holds_number(question: Question, text: str) -> bool:
    """Whether a text holds a number of the unit, level and thing asked for; a duration also in words (五年)."""
    if unit_fits(question, "年") and not unit_fits(question, "元") and TIME.search(text):
        return True
    folded, asked = fold_with_origin(text).text, question.folded
    often = expression("often", "times").search(folded) or len(_DAYS.findall(folded)) > 1
    if often and expression("often", "asked").search(asked):
        return True  # 每季度开展一次, or 每年6月20日、12月10日
    if (
        question.numbers
        and expression("ratio", "of").search(squeeze(folded))
        and expression("ratio", "asked").search(asked)
    ):
        return True  # 1∶80, of so many
    for told, wanted in (("fraction", "fraction_asked"), ("of_people", "people_asked")):
        if expression("value", told).search(folded) and expression("value", wanted).search(asked):
            return True
    return not of_another_level(question, Unit(((1.0, squeeze(text)),))) and any(
        unit_fits(question, quantity.unit)
        and not of_another_whole(question, before := re.split("[,;。]", folded[: quantity.start])[-1])
        and not _of_all(question, before)
        for quantity in quantities(folded)
    )


def _measure(unit: str) -> str:
    """What a unit measures: its plain unit, one for all times (1小时, 40分钟)."""
    return "时" if unit_of_time(unit) else scale_unit(unit)[1]


def _names_fewer(question: Question, text: str) -> bool:
    """Whether it is asked which so many things are by name (9处灌区是哪九处), and a text lists fewer."""
    asked = re.search(words()["listing"]["by_name"], question.folded)
    if not asked or question.has("who"):
        return False
    number = value_of(asked["which"] or asked["number"])
    return len(re.findall("[、；;\n|]|[和与及]", text)) + 1 < number


def _of_all(question: Question, before: str) -> bool:
    """Whether the number behind these words is of a whole (总规模30亿元), and one of those that share it is asked about."""
    entry = words()["amount"]
    return bool(re.search(entry["one"], question.folded) and re.search(f"(?:{entry['all']})$", before))


def _of_other_years(question: Question, text: str) -> bool:
    """Whether a text dates its numbers by years, and none of those asked about is among them or between them."""
    spans = [(int(a), int(b or a)) for a, b in _YEARS.findall(fold_with_origin(text).text)]
    return bool(spans) and not any(low <= year <= high for year in question.years for low, high in spans)


def _holds_two(text: str) -> bool:
    """Whether a text holds two numbers of one unit, which can be compared."""
    units = [scale_unit(quantity.unit)[1] for quantity in quantities(fold_with_origin(text).text)]
    return len(units) > len(set(units))
