"""Where the last exchange stands: a follow-up is likely answered there, or right beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.answer import Passage
from assistant.corpus import Corpus
from assistant.draft import Draft
from assistant.question import Place, Question
from assistant.sentences import share_of_words
from assistant.within import lead_in, section_at, subtree_end
from index.policy import Policy, Section
from index.sentences import sentence_spans
from index.text import fold, squeeze

NEXT = 0.6  # what a sentence gains that stands behind the one that was quoted
THERE, BESIDE = 0.4, 0.2  # what one gains in the article that was quoted, and in the one before or behind it
TOLD = -0.2  # what the one gains that was quoted whole: something else is asked
HELD = 0.5  # share of the words of an answer that the passage holds which it was taken from
WHOLE = 0.7  # share of the words of a sentence in an answer that has told it
LONGEST = 300  # characters of an answer by which its place is found
_MARK = re.compile(r"\[\d+\](?:[–-]\[\d+\])?")  # of a citation


def last_exchange(history: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """The reader's last question, and the answer without its marks; "" for each that is not there."""
    said: dict[str, str] = {}
    for turn in history[-2:]:
        said[turn.get("role", "")] = turn.get("content") or ""
    return said.get("user", ""), _MARK.sub("", said.get("assistant", ""))[:LONGEST]


def places_of(said: str, found: Sequence[Passage], corpus: Corpus) -> tuple[Place, ...]:
    """The sentences of the article or the item that an answer was taken from, and of the one before and behind it.

    ``found`` are the passages nearest to the exchange, best first; () where the first does not hold what was said: a
    refusal stands nowhere.
    """
    if not said or not found or share_of_words(squeeze(said), squeeze(_whole(found[0]))) < HELD:
        return ()
    policy = corpus.policies[found[0].policy]
    section = section_at(policy, found[0].start)
    if section is None:
        return ()
    if section.parent is not None and lead_in(policy, section.start):
        section = policy.sections[section.parent]
    beside = [other for other in policy.sections if other.parent == section.parent]
    at = beside.index(section)
    near = beside[max(0, at - 1) : at] + beside[at + 1 : at + 2] if section.parent is not None else []
    return (
        *_own(policy, section, said),
        *(Place(policy.id, other.start, subtree_end(policy.sections, other.id), BESIDE) for other in near),
    )


def around(draft: Draft, corpus: Corpus) -> tuple[Place, ...]:
    """The articles or items that an answer quotes, in which what is asked besides is likely answered."""
    sections = ((policy, section_at(corpus.policies[policy], start)) for policy, start, _ in draft.spans)
    return tuple(
        Place(policy, section.start, subtree_end(corpus.policies[policy].sections, section.id), THERE)
        for policy, section in dict.fromkeys(sections)
        if section is not None
    )


def _own(policy: Policy, section: Section, said: str) -> Iterator[Place]:
    """The sentences of the article that was quoted, each with its gain."""
    end = subtree_end(policy.sections, section.id)
    spans = list(sentence_spans(policy.source, section.body_start, end))
    told = [_is_told(policy.source[slice(*span)], said) for span in spans]
    again = TOLD if sum(told) == 1 else THERE  # of an article told whole, any sentence may be asked about
    for (start, end), own, before in zip(spans, told, [False, *told], strict=False):
        yield Place(policy.id, start, end, again if own else NEXT if before else THERE)


def names_its_own(asked: Question) -> bool:
    """Whether a follow-up names a clause, a document or a body: it is answered there, wherever the last answer stands."""
    return bool(asked.marker or asked.policies or asked.mentions)


def leads_there(asked: Question, places: Sequence[Place], corpus: Corpus) -> bool:
    """Whether a follow-up may be answered in these places: what it names that the policies know stands there."""
    if not places:
        return False
    text = squeeze("\n".join(corpus.policies[p.policy].source[p.start : p.end] for p in places))
    known = [
        term
        for term in asked.terms
        if not term.pair and corpus.known(term)
        if term.weight >= 0.9 or (term.weight >= 0.4 and term.text in corpus.text)
    ]
    return all(
        any(word in text for word in (*term.variants, *(near for near, _ in term.near))) for term in known
    )


def _whole(passage: Passage) -> str:
    return " ".join((*passage.section, passage.text))


def _is_told(sentence: str, said: str) -> bool:
    """Whether an answer has told a sentence, with all its numbers: what is asked next likely stands in another."""
    numbers = set(re.findall(r"\d+", fold(sentence)))
    return (
        numbers <= set(re.findall(r"\d+", fold(said)))
        and share_of_words(squeeze(sentence), squeeze(said)) >= WHOLE
    )
