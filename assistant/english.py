"""English words of a question in the words of the policies, by the dictionary, where the glossary has none for them.

The glossary (``terms.toml``) holds the terms of official documents, which no general dictionary renders well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from assistant.terms import UNKNOWN, Term, glossary, official_weight
from index.dictionary import MOST_WORDS, Dictionary, Translation
from index.keywords import tagged
from index.word_forms import base_forms

MOST = 3  # words that an English word may stand for
CLOSE = 0.6  # of the best translation's share: what another must have to be meant as well
SURE = 0.9  # share from which a translation is meant beside the glossary's
SYNONYM = 0.8  # what it counts there, beside 1 for the glossary's
INSIDE = 0.6  # what a word counts whose gloss only holds the English one
THING = 0.55  # weight of a thing that the policies have no word for: enough to be missed in an answer
VERB = 0.45  # weight of what is no noun


def translated(terms: Sequence[Term], folded: str, dictionary: Dictionary) -> tuple[Term, ...]:
    """Terms of a question, the English ones with the words of the policies that they stand for."""
    found = list(terms)
    for phrase, start, end in _phrases(folded):
        inside = [term for term in found if start <= folded.find(term.text, start) <= end - len(term.text)]
        exact = [translation for translation in dictionary.translations(phrase) if translation.exact]
        if exact and inside and all(term.text != phrase for term in inside):
            at = found.index(inside[0])
            found = [term for term in found if term not in inside]
            found.insert(at, _by_dictionary(Term(phrase, (phrase,), UNKNOWN), exact))
    return tuple(_in_chinese(term, dictionary) if term.text.isascii() else term for term in found)


def is_noun(word: str) -> bool:
    """Whether a Chinese word is a noun, or ends with one."""
    return tagged(word)[-1][1].startswith("n")


def _phrases(folded: str) -> Iterator[tuple[str, int, int]]:
    """Words that stand side by side, the most words first, with their place."""
    found = list(re.finditer(r"[a-z][a-z']*", folded))
    for length in range(MOST_WORDS, 1, -1):
        for first, last in zip(found, found[length - 1 :], strict=False):
            text = folded[first.start() : last.end()]
            if re.fullmatch(r"[a-z' \-]+", text):
                yield text, first.start(), last.end()


def _in_chinese(term: Term, dictionary: Dictionary) -> Term:
    term = _by_glossary(term) if term.variants == (term.text,) else term
    found = dictionary.translations(term.text)
    if term.text not in term.variants:
        return _with_synonyms(term, found)
    if found:
        return _by_dictionary(term, found)
    return replace(term, weight=_scaled(term, THING)) if dictionary.names_a_thing(term.text) else term


def _by_glossary(term: Term) -> Term:
    """A word that is made from one of the glossary (complainant) as that word; else the term as it is."""
    for form in base_forms(term.text):
        if chinese := glossary().get(form):
            return replace(term, variants=chinese, weight=_scaled(term, official_weight(chinese[0])))
    return term


def _with_synonyms(term: Term, found: Sequence[Translation]) -> Term:
    """A term of the glossary, with the sure translations of the same part of speech as words close in meaning."""
    words = [translation.word for translation in found if translation.exact and translation.share >= SURE]
    weight = official_weight(term.variants[0])
    close = [w for w in words if w not in term.variants and official_weight(w) == weight][:MOST]
    return replace(term, near=(*term.near, *((word, SYNONYM) for word in close)))


def _by_dictionary(term: Term, found: Sequence[Translation]) -> Term:
    """A term with its translations, the word itself last; what only holds it in its gloss is close in meaning."""
    meant = [t for t in found if t.exact and t.share >= CLOSE * found[0].share] or [
        t for t in found if t.head
    ]
    near = tuple((t.word, INSIDE * t.share) for t in found if t not in meant)[:MOST]
    if not meant:
        return replace(term, near=near)
    best = meant[0]
    words = tuple(translation.word for translation in meant[:MOST])
    return replace(
        term, variants=(*words, term.text), weight=_scaled(term, best.share * _weight(best.word)), near=near
    )


def _scaled(term: Term, weight: float) -> float:
    """A weight in place of that of an unknown word, which may be less for its place in the question."""
    return weight * term.weight / UNKNOWN


@cache
def _weight(word: str) -> float:
    """What a word of the policies weighs by its part of speech."""
    flags = {flag[:1] for _, flag in tagged(word)}
    return 1.0 if len(flags) > 1 or flags - set("vadbz") else VERB
