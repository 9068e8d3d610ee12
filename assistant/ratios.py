"""How many follow from a ratio of a rule (从业人员与学生之比不低于1∶80, 每50张床位配备2名护士) for a number of the reader's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.corpus import Corpus, Unit, once_a_corpus
from assistant.draft import Draft, plain_number
from assistant.match import ENOUGH, coverage
from assistant.ranges import ranges, spoken_in_digits
from assistant.sentences import asks_number
from assistant.terms import expression
from index.policy import Policy
from index.sentences import sentence_spans
from index.text import fold, squeeze

COUNTED = 4  # characters behind a number in which a question says what it counts
AHEAD = 0.1  # how much better a rule has to fit than the next


@dataclass(frozen=True, slots=True)
class _Ratio:
    """So many of one thing for so many of another, as a text writes it."""

    said: str
    left: str  # of whom there are few
    right: str  # of whom there are many
    unit: str  # of the few, "" where it has none
    one: int
    many: int


@once_a_corpus
def _sentences(corpus: Corpus) -> list[tuple[Policy, int, int]]:
    """The sentences of every policy that hold a ratio."""
    return [
        (policy, start, end)
        for policy in corpus.policies.values()
        for start, end in sentence_spans(policy.source, 0, len(policy.source))
        if any(_ratios(squeeze(fold(policy.source[start:end]))))
    ]


def answer_ratio(ask: Ask) -> Draft | None:
    """The one rule with a ratio that a question with a number means, and what it makes of that; None where none is meant."""
    if ask.question.language != "zh" or not expression("ratio", "asked").search(ask.question.folded):
        return None
    terms = [term for term in ask.question.terms if term.weight >= 0.4 and not term.pair]
    asked = {policy.id for policy in ask.policies()}
    found = sorted(
        (
            (
                coverage(ask.corpus, terms, Unit(((1.0, squeeze(policy.source[start:end])),))),
                policy.id,
                start,
                end,
            )
            for policy, start, end in (_sentences(ask.corpus) if terms else ())
            if policy.id in asked
        ),
        reverse=True,
    )
    if not found or found[0][0] < ENOUGH or (len(found) > 1 and found[1][0] > found[0][0] - AHEAD):
        return None
    draft = ask.draft()
    say_ratio(ask, draft, *found[0][1:])
    return draft if draft.pieces else None


def say_ratio(ask: Ask, draft: Draft, policy: str, start: int, end: int) -> None:
    """Add what a ratio of a sentence, quoted where it is not yet, makes of the one number of the question, where it asks how
    many."""
    sentence = ask.corpus.policies[policy].source[start:end]
    asked = expression("ratio", "asked").search(ask.question.folded)
    text = spoken_in_digits(squeeze(ask.question.folded))
    numbers = [one for one in ranges(text) if one.is_point]
    if not asked or not asks_number(ask.question) or len(numbers) != 1:
        return
    [number] = numbers
    counted = re.split("[,;。?]", text[number.end : number.end + COUNTED])[0]
    ratio = _meant(counted, asked, list(_ratios(squeeze(fold(sentence)))))
    if ratio is None:
        return
    said = plain_number(number.low)
    draft.computed.update((said, str(ratio.one), str(ratio.many)))
    if squeeze(sentence) not in squeeze(draft.text()):
        draft.quote_slice(policy, start, end)
    up = _shared(counted, ratio.left) > _shared(
        counted, ratio.right
    )  # asked for those of whom there are many
    share = number.low * ratio.many / ratio.one if up else math.ceil(number.low * ratio.one / ratio.many)
    draft.say("ratio_of", number=said, ratio=ratio.said, total=f"{draft.compute(share)}{asked['unit']}")


def _meant(counted: str, asked: re.Match[str], ratios: list[_Ratio]) -> _Ratio | None:
    """The ratio whose clause repeats most of what the reader counts (失能老人), of those that none does the first, behind
    which exceptions stand; None where its units are not those asked for."""
    persons = expression("tier", "persons")
    fitting = [
        ratio
        for ratio in ratios
        if not ratio.unit or bool(persons.search(ratio.unit)) == bool(persons.search(asked["unit"]))
    ]
    return max(fitting, key=lambda ratio: _shared(counted, ratio.left + ratio.right), default=None)


def _shared(one: str, other: str) -> int:
    """The length of the longest stretch of two characters or more that two texts share; 0 where there is none."""
    sizes = range(len(one), 1, -1)
    return next((n for n in sizes for at in range(len(one) - n + 1) if one[at : at + n] in other), 0)


def _ratios(text: str) -> Iterator[_Ratio]:
    """The ratios of a squeezed text in its order."""
    for match in expression("ratio", "of").finditer(text):
        clause = re.split("[,;:。]", text[: match.start()])[-1]
        if match["few"]:
            few = re.split("[,;。]", text[match.end() :])[0]
            yield _Ratio(
                match.group(), few, match["of"], match["unit"], int(match["few"]), int(match["every"])
            )
            continue
        left, right = int(match["left"]), int(match["right"])
        parts = re.split(expression("ratio", "and").pattern, clause, maxsplit=1)
        if (
            len(parts) < 2
            or not expression("ratio", "is").search(clause + match.group())
            or min(left, right) != 1
        ):
            continue
        before, behind = parts if left < right else parts[::-1]
        if left != right:
            yield _Ratio(match.group(), before, behind, "", 1, max(left, right))
