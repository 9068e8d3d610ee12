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
from assistant.ranges import ranges
from assistant.sentences import asks_number
from assistant.terms import expression
from assistant.tiers import spoken_in_digits
from index.policy import Policy
from index.sentences import sentence_spans
from index.text import fold, squeeze

AHEAD = 0.1  # how much better a rule has to fit than the next
MOST = 2  # ratios of one sentence that are told


@dataclass(frozen=True, slots=True)
class _Ratio:
    """So many for so many, as a text writes it."""

    said: str
    clause: str
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
    """Add what each ratio of a sentence, quoted where it is not yet, makes of the one number of the question, where it asks how many."""
    sentence = ask.corpus.policies[policy].source[start:end]
    asked = expression("ratio", "asked").search(ask.question.folded)
    text = spoken_in_digits(squeeze(ask.question.folded))
    numbers = [one for one in ranges(text) if one.is_point]
    found = list(_ratios(squeeze(fold(sentence))))
    if not asked or not asks_number(ask.question) or len(numbers) != 1 or not 0 < len(found) <= MOST:
        return
    [number] = numbers
    said = plain_number(number.low)
    draft.computed.add(said)
    if squeeze(sentence) not in squeeze(draft.text()):
        draft.quote_slice(policy, start, end)
    for ratio in _meant(re.split("[,;。?]", text[number.end :])[0], found):
        draft.computed.update((str(ratio.one), str(ratio.many)))
        total = draft.compute(math.ceil(number.low * ratio.one / ratio.many))
        draft.say("ratio_of", number=said, ratio=ratio.said, total=f"{total}{asked['unit']}")


def _meant(counted: str, ratios: list[_Ratio]) -> list[_Ratio]:
    """Of several ratios the one whose clause repeats most of what the reader counts (失能老人); all where none does so alone."""

    def repeated(ratio: _Ratio) -> int:
        sizes = range(len(counted), 1, -1)
        return next(
            (n for n in sizes for at in range(len(counted) - n + 1) if counted[at : at + n] in ratio.clause),
            0,
        )

    most = max(map(repeated, ratios))
    best = [ratio for ratio in ratios if repeated(ratio) == most]
    return best if len(best) == 1 else ratios


def _ratios(text: str) -> Iterator[_Ratio]:
    """The ratios of a squeezed text in its order, the smaller number first."""
    for match in expression("ratio", "of").finditer(text):
        clause = re.split("[,;:。]", text[: match.start()])[-1]
        one, many = int(match["one"] or match["few"]), int(match["many"] or match["every"])
        yield _Ratio(match.group(), clause, min(one, many), max(one, many))
