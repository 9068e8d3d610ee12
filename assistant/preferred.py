"""Where a document answers questions of a sort: why at its purpose, what has to be done where it is prescribed,
what it is all about under the headings that official documents keep for that."""

from __future__ import annotations

import re

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.definitions import defines
from assistant.terms import words
from index.text import squeeze

SUITED = 0.3  # what a sentence of the sort asked for gains, beside its share of the question's terms
OVERALL = 0.6  # what a passage under such a heading gains for a question about the whole document


def sentence_suits(ask: Ask, text: str) -> float:
    """What a sentence gains or loses for being of the sort that the question asks for."""
    gain = 0.0
    for name in ("rules", "why"):
        if ask.question.has(name) and re.search(words()["ask"][name]["needs"], text):
            gain += SUITED
    if ask.question.has("rules") and defines(text):
        gain -= 0.5
    return gain


def passage_suits(ask: Ask, passage: Passage) -> float:
    """What a passage gains where the whole document is asked about (总的思路) and its heading is kept for that."""
    if not ask.question.has("overall") or not passage.section:
        return 0.0
    if not re.search(words()["ask"]["overall"]["needs"], squeeze(passage.section[-1])):
        return 0.0
    title = squeeze(ask.corpus.policies[passage.policy].title)
    nouns = [term for term in ask.question.terms if term.weight >= 0.9 and not term.pair]
    return OVERALL if all(any(v in title for v in term.variants) for term in nouns) else 0.0
