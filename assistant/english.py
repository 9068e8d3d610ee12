"""English words of a question that the glossary (``terms.toml``) does not know, by the dictionary of the index."""

from __future__ import annotations

import re
from functools import cache
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.terms import POS_WEIGHTS, Term, official_weight
from assistant.corpus import Corpus
from index.keywords import tagged
from index.dictionary import MOST_WORDS, Dictionary, Translation

import os
NAMED = float(os.environ.get("NAMED", "0.55"))  # weight of a thing that the policies have no word for
UNKNOWN = 0.4  # weight of an English word that no glossary knows
MOST = 3  # words that an English word may stand for
CLOSE = 0.6  # of the best translation's share: what another must have to be meant as well
INSIDE = 0.6  # what a word counts in whose gloss the English one only occurs, beside 1 for its translation
_WORD = re.compile(r"[a-z][a-z']*")


def translated(terms: Sequence[Term], folded: str, dictionary: Dictionary, corpus: Corpus) -> tuple[Term, ...]:
    """Terms, the unknown English ones with the words of the policies that they stand for; phrases go before words."""
    found = list(terms)
    for phrase, start, end in _phrases(folded):
        inside = [term for term in found if start <= folded.find(term.text, start) <= end - len(term.text)]
        exact = [translation for translation in dictionary.translations(phrase) if translation.exact]
        if exact and inside and all(term.text != phrase for term in inside):
            at = found.index(inside[0])
            found = [term for term in found if term not in inside]
            found.insert(at, _standing_for(Term(phrase, (phrase,), UNKNOWN), exact))
    return tuple(
        _standing_for(term, dictionary.translations(term.text), dictionary.names(term.text)) if term.text.isascii() and not corpus.known(term) else term
        for term in found
    )


def _phrases(folded: str) -> Iterator[tuple[str, int, int]]:
    """Two and more words that stand side by side, the longest first, with their place."""
    found = list(_WORD.finditer(folded))
    for length in range(MOST_WORDS, 1, -1):
        for at in range(len(found) - length + 1):
            start, end = found[at].start(), found[at + length - 1].end()
            if re.fullmatch(r"[a-z' \-]+", folded[start:end]):
                yield folded[start:end], start, end


def _standing_for(term: Term, found: Sequence[Translation], names: bool = False) -> Term:
    """A term with its translations as official forms; with what only names it in its gloss as words close in meaning."""
    own = tuple(word for word in term.variants if word != term.text)
    if own:
        same = [t for t in found if t.exact and official_weight(t.word) == official_weight(own[0])]
        return replace(term, variants=(*own, *(t.word for t in same[:MOST])))
    if not found:
        return replace(term, weight=NAMED * term.weight / UNKNOWN) if names else term
    exact = [t for t in found if t.exact and t.share >= CLOSE * found[0].share] or [t for t in found if t.head]
    near = tuple((t.word, INSIDE * t.share) for t in found if t not in exact)[:MOST]
    if not exact:
        return replace(term, near=near)
    weight = _weight(exact[0].word) * exact[0].share * term.weight / UNKNOWN
    return replace(term, variants=tuple(t.word for t in exact[:MOST]), weight=weight, near=near)


@cache
def _weight(word: str) -> float:
    """What a word of the policies weighs by its part of speech."""
    flags = [flag[:1] for _, flag in tagged(word)]
    return max(0.4, POS_WEIGHTS.get(flags[0], 0.4)) if len(flags) == 1 else 1.0


def is_noun(word):
    return any(flag[:1]=="n" for _, flag in tagged(word))
