"""The kinds of answer that a question wants (a number, a date, a body, an amount of money …), and whether a text holds
them."""

from __future__ import annotations

import re

from assistant.corpus import Unit
from assistant.question import Question
from assistant.sentences import TIME, asks_number
from assistant.target_fit import of_another_level, of_another_whole, unit_fits
from assistant.terms import words
from index.quantities import quantities, scale_unit
from index.text import fold_with_origin, squeeze

_COMPARED = ("difference", "largest", "smallest", "ratio")


def lacking(question: Question, text: str) -> str:
    """The first kind of answer that a question wants and a text does not hold, as phrases name it; "" where it holds
    all."""
    for kind in sorted(question.kinds):
        if not re.search(words()["kind"][kind]["needs"], text):
            return kind
    if question.has("when") and not TIME.search(text):
        return "when"
    for name, kind in (("frequency", "when"), ("together", "together"), ("who", "who")):
        if question.has(name) and not re.search(words()["ask"][name]["needs"], text):
            return kind
    if asks_number(question) and not holds_number(question, text):
        return "amount"
    stated = {scale_unit(quantity.unit)[1] for quantity in question.numbers if quantity.unit}
    if stated and question.has("yesno", "why"):
        units = (scale_unit(quantity.unit)[1] for quantity in quantities(fold_with_origin(text).text))
        if stated.isdisjoint(units):
            return "amount"
    for name in _COMPARED:
        if question.has(name) and not re.search(words()["ask"][name]["needs"], text):
            return "comparison"
    return ""


def holds_number(question: Question, text: str) -> bool:
    """Whether a text holds a number of the unit, level and thing asked for."""
    folded = fold_with_origin(text).text
    return not of_another_level(question, Unit(((1.0, squeeze(text)),))) and any(
        unit_fits(question, quantity.unit)
        and not of_another_whole(question, re.split("[,;。]", folded[: quantity.start])[-1])
        for quantity in quantities(folded)
    )
