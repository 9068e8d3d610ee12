"""Which one of a sort is asked for (由哪家企业承建, 是哪三家银行), and whether the policies name one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.match import coverage
from assistant.sentences import sentences, subject_terms
from assistant.terms import words
from index.keywords import tagged
from index.organisations import is_place
from index.text import squeeze

ABOUT = 0.55  # coverage of the question's terms, the sort aside, at which a sentence speaks of its topic
NEAR = 0.1  # sentences this close to the best speak of it as much


def is_none_named(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether one of a sort is asked for, and of the sentences about the topic none names one."""
    question = ask.question
    entry = words()["one_of"]
    match = re.search(entry["zh"], question.folded)
    if not match or question.roles or question.has("yesno", "definition") or question.mentions:
        return False
    sort = match["sort"] or match["before"]
    needs = next((needs for asked, needs in entry["sorts"].items() if re.search(asked, sort)), "")
    terms = [
        term
        for term in subject_terms(ask)
        if term.weight >= 0.4 and ask.corpus.known(term) and not sort.startswith(term.text)
    ]
    held = {
        sentence: coverage(ask.corpus, terms, Unit(((1.0, squeeze(sentence.text)),)))
        for passage in passages
        for sentence in sentences(ask, passage)
    }
    least = max(ABOUT, max(held.values(), default=0.0) - NEAR)
    about = [
        ask.corpus.without_bearers(sentence.policy, sentence.start, sentence.end)
        for sentence, share in held.items()
        if share >= least
    ]
    return bool(terms and about) and not any(_names_one(text, needs) for text in about)


def _names_one(text: str, needs: str) -> bool:
    """Whether a text holds a name of the sort: what ``needs`` matches, or for ``""`` a place."""
    if needs:
        return bool(re.search(needs, text))
    return any(
        is_place(word) or (flag == "ns" and len(word) > 2 and word[-1] in "县区市镇乡")
        for word, flag in tagged(squeeze(text))
    )
