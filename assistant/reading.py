"""A question read against the indexed policies: their bodies, titles and words, also by abbreviation and by meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.classes import class_meant, with_class
from assistant.corpus import Corpus
from assistant.english import is_noun, translated
from assistant.question import Question, read_question, without_control
from assistant.terms import UNKNOWN, Term
from index.store import Index

NEIGHBOUR = 0.8  # what the nearest word of the policies counts, beside 1 for the word itself
_ENGLISH = re.compile(r"[a-z][a-z'\- ]+")


def read_against(corpus: Corpus, index: Index, text: str) -> Question:
    """A question taken apart; what abbreviates words of the policies is spelt out, English words are translated."""
    question = _parse(corpus, text)
    whole = _spelt_out(corpus, question)
    if whole != question.text:
        question = _parse(corpus, whole)
    terms = question.terms
    if any(_ENGLISH.fullmatch(term.text) for term in terms):
        terms = translated(terms, question.folded, index.dictionary)
    return _with_classes(corpus, replace(question, terms=tuple(_as_used(corpus, term) for term in terms)))


def _with_classes(corpus: Corpus, question: Question) -> Question:
    """A question that speaks of the members of a class (博士), which rules name by its label (C类)."""
    found = [
        meant
        for policy, classes in corpus.classes.items()
        if not question.policies or policy in question.policies
        if (meant := class_meant(classes, question.terms, question.folded))
    ]
    terms = question.terms
    for meant in found:
        terms = with_class(terms, meant, corpus.classes[meant.policy])
    return replace(question, terms=terms, member_of=tuple(found))


def with_neighbours(corpus: Corpus, index: Index, terms: Iterable[Term]) -> tuple[Term, ...]:
    """Terms, those that no policy uses with the words of the policies that stand out as close to them."""
    return tuple(_with_neighbours(corpus, index, term) for term in terms)


def _parse(corpus: Corpus, text: str) -> Question:
    mentions = corpus.directory.find(without_control(text))
    return read_question(text, mentions, corpus.titles, corpus.regions, corpus.text)


def _spelt_out(corpus: Corpus, question: Question) -> str:
    """The question with the words of the policies in place of what abbreviates them (综保区)."""
    text = question.text
    for term in question.terms:
        at = text.find(term.text)
        if term.pair or at < 0 or (len(term.text) > 1 and corpus.known(term)):
            continue
        for short in (text[at : at + 4], text[at : at + 3]):
            whole = "" if short in corpus.text else corpus.spelt_out(short)
            if whole and len(short) > len(term.text) and short[0] not in "有是在把被让给和与":
                text = text.replace(short, whole)
                break
    return text


def _as_used(corpus: Corpus, term: Term) -> Term:
    """A term that no policy uses, with the words that it may abbreviate (综保 for 综合保税)."""
    whole = "" if term.pair or corpus.known(term) else corpus.spelt_out(term.text)
    return replace(term, variants=(*term.variants, whole)) if whole else term


def _with_neighbours(corpus: Corpus, index: Index, term: Term) -> Term:
    english = term.text.isascii()
    names = term.weight >= 0.9 or (english and term.weight >= UNKNOWN)
    by_dictionary = (
        english and term.text in term.variants
    )  # its words are not the only ones that may be meant
    if term.pair or not names or (corpus.known(replace(term, near=())) and not by_dictionary):
        return term
    thing = english and index.dictionary.names_a_thing(term.text)
    near = tuple(
        (word, min(NEIGHBOUR, NEIGHBOUR * (score - 2) / 2.5))
        for word, score in index.neighbours(term.text)
        if not thing or is_noun(word)
    )
    return replace(term, near=(*term.near, *near))
