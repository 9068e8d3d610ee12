"""How many follow from a ratio of a rule (从业人员与学生之比不低于1∶80, 每50张床位配备2名护士) for a number of the reader's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.draft import Draft, plain_number
from assistant.ranges import ranges
from assistant.sentences import Sentence, asks_number
from assistant.terms import expression
from assistant.tiers import spoken_in_digits
from index.text import fold, squeeze

MOST = 2  # ratios of one sentence that are told


@dataclass(frozen=True, slots=True)
class _Ratio:
    """So many for so many, as a text writes it."""

    said: str
    clause: str
    one: int
    many: int


def say_ratio(ask: Ask, draft: Draft, sentence: Sentence) -> None:
    """Add what each ratio of the sentence that answers makes of the one number of the question, where it asks how many."""
    asked = expression("ratio", "asked").search(ask.question.folded)
    numbers = [one for one in ranges(spoken_in_digits(squeeze(ask.question.folded))) if one.is_point]
    found = _meant(ask, list(_ratios(squeeze(fold(sentence.text)))))
    if not asked or not asks_number(ask.question) or len(numbers) != 1 or not 0 < len(found) <= MOST:
        return
    [number] = numbers
    said = plain_number(number.low)
    draft.computed.add(said)
    for ratio in found:
        draft.computed.update((str(ratio.one), str(ratio.many)))
        total = draft.compute(math.ceil(number.low * ratio.one / ratio.many))
        draft.say("ratio_of", number=said, ratio=ratio.said, total=f"{total}{asked['unit']}")


def _meant(ask: Ask, ratios: list[_Ratio]) -> list[_Ratio]:
    """Of several ratios those whose clause alone holds a word of the question (与失能老人的比例); all where none does."""
    words = [v for t in ask.question.terms if t.weight >= 0.4 and not t.pair for v in t.variants]
    apart = [word for word in words if not all(word in ratio.clause for ratio in ratios)]
    return [ratio for ratio in ratios if any(word in ratio.clause for word in apart)] or ratios


def _ratios(text: str) -> Iterator[_Ratio]:
    """The ratios of a squeezed text in its order, the smaller number first."""
    for match in expression("ratio", "of").finditer(text):
        clause = re.split("[,;:。]", text[: match.start()])[-1]
        one, many = int(match["one"] or match["few"]), int(match["many"] or match["every"])
        yield _Ratio(match.group(), clause, min(one, many), max(one, many))
