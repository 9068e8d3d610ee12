"""What a question states beside the clause that is quoted: a number (每月扣2000元，对吧), that something is allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.match import grip
from assistant.question import Question
from assistant.sentences import Sentence, passage_unit, subject_terms
from assistant.terms import pattern, words
from index.quantities import Quantity, quantities, read_numeral, scale_unit, units_alike
from index.text import fold_with_origin, squeeze

FRAME = 3  # characters around a number (分…次拨付) that show that it is of the same thing
HELD = 0.45  # of a word, from which a text holds it
_AROUND = 4  # characters looked at on each side


def contradicted(ask: Ask, sentence: Sentence, quoted: str) -> str:
    """The number of the question that the sentence which answers it gives otherwise; "" where none is.

    ``quoted`` is all that is quoted: a number that stands in it is not denied. Only the one number of the
    same unit and the same thing contradicts: a bound or another thing's number says nothing.
    """
    question = ask.question
    own = _numbers(fold_with_origin(sentence.text).text)
    every = _numbers(fold_with_origin(quoted).text)
    in_words = [q for q in _beside(question.folded, question.numbers) if q.low > 1]  # 一人 is hardly a number
    for stated in (*question.numbers, *in_words):
        same = [q for q in own if units_alike(stated.unit, q.unit)]
        if len([q for q in question.numbers if units_alike(stated.unit, q.unit)]) > 1:
            continue  # 500元以上2000元以下，罚2000元行吗: of a range that it gives itself
        if (
            not stated.unit
            or not same
            or any(_equal(stated, q) for q in every if units_alike(stated.unit, q.unit))
        ):
            continue
        framed = any(_frame(question.folded, stated, sentence, q) >= FRAME for q in same)
        claimed = len(same) == 1 and question.has("claim") and _speaks_of_it(ask, sentence)
        if framed or (claimed and not _bounded(question, stated)):
            return squeeze(question.folded[stated.start : stated.end])
    return ""


def forbidden(ask: Ask, sentence: Sentence, quoted: str) -> bool:
    """Whether a question asks or takes for granted that something may be done (可以结转, 允许受纳) which the sentence forbids.

    The deed and every noun of the question have to stand in it; a ban with a way out (未经批准不得) decides nothing.
    """
    question, entry = ask.question, words()["permission"]
    allowed = re.search(entry["allowed"], question.folded)
    if question.language != "zh" or not allowed:
        return False
    said = [term for term in question.terms if not term.pair and term.text in allowed["what"]]
    deeds = [term for term in said if ask.corpus.known(replace(term, near=()))]
    clauses = re.split("[。;；\n]", sentence.text)
    for clause in map(squeeze, clauses):
        ban = re.search(entry["forbidden"], clause)
        if not ban or re.search(entry["unless"], clause):
            continue
        done = [term for term in deeds if any(variant in ban["what"] for variant in term.variants)]
        if done and all(grip(term, _unit(clause)) >= HELD for term in deeds) and _speaks_of_it(ask, sentence):
            return not re.search(rf"(?:可以|允许|准予)[^,，。;；]{{0,6}}{re.escape(done[0].text)}", quoted)
    return False


def _unit(text: str) -> Unit:
    return Unit(((1.0, text),))


def _numbers(text: str) -> list[Quantity]:
    found = list(quantities(text))
    return [*found, *_beside(text, found)]


def _beside(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Things counted in words that are none of the numbers found."""
    return [q for q in _counted(text) if all(q.end <= other.start or q.start >= other.end for other in found)]


def _counted(text: str) -> list[Quantity]:
    """Things counted in words (两次) in a folded text."""
    found = []
    for match in re.finditer(words()["counted"]["zh"], text):
        value = float(match["number"]) if match["number"].isdigit() else read_numeral(match["number"])
        found.append(Quantity(*match.span(), value, value, match["unit"], match.group()))
    return found


def _equal(one: Quantity, other: Quantity) -> bool:
    left, right = scale_unit(one.unit)[0], scale_unit(other.unit)[0]
    values = (other.low * right, other.high * right)
    return values[0] - 1e-6 <= one.low * left <= values[1] + 1e-6


def _frame(folded: str, stated: Quantity, sentence: Sentence, own: Quantity) -> int:
    """How many characters beside both numbers are the same; 0 where none stand right before them."""
    text = squeeze(fold_with_origin(sentence.text).text)
    number = squeeze(own.text)
    at = text.find(number)
    asked = squeeze(folded)
    place = asked.find(squeeze(stated.text))
    if at < 0 or place < 0:
        return 0
    left = _shared(text[max(0, at - _AROUND) : at][::-1], asked[max(0, place - _AROUND) : place][::-1])
    right = _shared(text[at + len(number) :][:_AROUND], asked[place + len(squeeze(stated.text)) :][:_AROUND])
    return left + right if left and right else 0


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _bounded(question: Question, stated: Quantity) -> bool:
    """Whether the question only gives a bound (超过2000元), with which another number may agree."""
    beside = question.folded[max(0, stated.start - 4) : stated.start], question.folded[stated.end :][:3]
    return bool(re.search(words()["bound"]["before"] + "$", beside[0])) or bool(
        re.match(words()["bound"]["after"], beside[1])
    )


def _speaks_of_it(ask: Ask, sentence: Sentence) -> bool:
    """Whether a sentence, its headings counted, holds every noun that the question names."""
    unit = passage_unit(ask, sentence.passage, sentence.text, sentence.start)
    asked = re.compile(f"{pattern('ask', 'claim').pattern}|{words()['permission']['of_text']}")
    counted = {quantity.text for quantity in _counted(ask.question.folded)}
    plain = [t for t in subject_terms(ask) if not (t.pair or t.text in counted or asked.fullmatch(t.text))]
    nouns = [t for t in plain if t.weight >= 0.9] or [t for t in plain if t.weight >= 0.3]  # 狗, 树
    return bool(nouns) and all(grip(term, unit) >= HELD for term in nouns)
