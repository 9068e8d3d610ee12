"""What a question asks about that no policy knows, or that the unit at hand does not hold itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.match import grip
from assistant.terms import Term

_ONE_OF = re.compile("哪一?[个家所座](?![一-鿿]?文件)([一-鿿]{2,4})")


def is_asked_thing_unknown(ask: Ask) -> bool:
    """Whether one thing of a sort is asked for (去哪个法院) that the policies never mention."""
    asked = _ONE_OF.findall(ask.question.folded)
    return any(
        text.startswith(term.text) and not ask.corpus.known(term)
        for text in asked
        for term in ask.question.terms
        if not term.pair
    )


def is_procedure_of_unknown(ask: Ask, terms: Sequence[Term]) -> bool:
    """Whether it is asked how to go about something (想退出X，怎么办手续) that no policy speaks of by any word."""
    words_asked = [term for term in terms if not term.pair and len(term.text) > 1]
    procedure = "apply" in ask.question.kinds and ask.question.language == "zh"
    return procedure and any(not ask.corpus.known(term) for term in words_asked)


def is_another_kind(ask: Ask, unit: Unit) -> bool:
    """Whether a kind of thing is asked about (建筑垃圾) that no policy names, and the unit has another of its kinds."""
    folded = ask.question.folded
    nouns = [term for term in ask.question.terms if term.weight >= 0.9]
    thing = max(nouns, key=lambda term: folded.rfind(term.text), default=None)
    for pair in ask.question.terms:
        if not thing or not pair.pair or ask.corpus.known(pair) or not pair.text.endswith(thing.text):
            continue
        kinds = [noun for noun in nouns if noun is not thing and pair.text.startswith(noun.text)]
        if unheld(kinds, unit) and not unheld([thing], unit):
            return True
    return False


def unheld(terms: Sequence[Term], unit: Unit) -> list[Term]:
    """Terms that a unit does not hold themselves: a number is asked for by its name, not by a neighbour."""
    return [term for term in terms if grip(replace(term, near=()), unit) < 0.45]
