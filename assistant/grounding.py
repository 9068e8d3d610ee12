"""Which sentences of a model's answer stand in the passages that it was given, and which are struck.

What a sentence claims (``claims.py``, ``numbers.py``) has to stand in one passage; most of its words have to be words
of that passage, and an English sentence has to mean one of the passages most of all. A sentence may also be drawn from
several passages, each of its parts from one; no part goes unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import Passage
from assistant.bearing import carriers_stand, roles_stand
from assistant.bound import numbers_bound
from assistant.bound_years import years_bound
from assistant.claims import (
    addresses_missing,
    bodies_missing,
    enterprises_missing,
    modals_missing,
    offices_missing,
    reversals_missing,
)
from assistant.corpus import Corpus
from assistant.english_names import is_plain, names_missing
from assistant.match import overlap
from assistant.modals import modals_stand, negations_stand
from assistant.numbers import counts_missing, months_missing, numbers_missing
from assistant.question import Question
from assistant.screen import END, MARK
from assistant.sentences import content_words, opening, share_of_words
from assistant.terms import Term, expression, find_terms, words
from index.keywords import tagged
from index.text import fold, squeeze

SHARE = 0.6  # of the content words of a sentence that its passage has to hold
CLAUSE = 0.5  # of those of each of its clauses: an invented one does not hide among true ones
NAMING = 0.35  # weight from which a noun of the question names what is asked about, or sets its scene
NEW = 2  # words of a sentence that the question does not hold; with fewer it says nothing
KNOWN = 4  # terms of the glossary, from which an English sentence that holds them all is of one passage
FOREIGN = 0.3  # share of Chinese characters above which an English sentence is none


Nearest = Callable[[str], Sequence[tuple[str, int]]]  # (policy, start) of the chunks nearest to a sentence


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer without its marks, and the numbers of the passages that it names (from 1)."""

    text: str
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grounded:
    """A sentence that stands in a passage, or each of whose clauses stands in one of several."""

    text: str
    passages: tuple[Passage, ...]


def read_sentences(text: str) -> Iterator[Said]:
    """Sentences of a model's answer with their marks ([1], 【1】, [编号1], （资料1）), before or behind the stop."""
    at = 0
    while at < len(text):
        end = END.search(text, at)
        stop = end.end() if end else len(text)
        behind = re.match(rf"(?:\s*(?:{MARK.pattern}))+", text[stop:], re.I)
        if behind:
            stop += behind.end()
        piece = text[at:stop]
        marks = [
            int(number)
            for match in MARK.finditer(piece)
            for number in re.findall(r"\d+", match[1] or match[2])
        ]
        plain = re.sub(r"\s+", " ", MARK.sub("", piece)).strip(" -*#>")
        plain = re.sub(r"\s+([。！？；.!?])", r"\1", plain)
        if re.search(r"[0-9A-Za-z㐀-鿿]", plain):
            yield Said(plain, tuple(dict.fromkeys(marks)))
        at = stop


def ground(
    text: str, passages: Sequence[Passage], question: Question, corpus: Corpus, nearest: Nearest
) -> tuple[list[Grounded], list[str]]:
    """The sentences of an answer that a passage supports, and those that are struck.

    A passage that a sentence names comes first; one without a mark, or with a wrong one, gets the passage that
    supports it. What only repeats the question is left out.
    """
    language = question.language
    kept: list[Grounded] = []
    struck: list[str] = []
    before = ""  # the sentence before, of which "it" speaks
    for said in read_sentences(text):
        if _repeats(said.text, question):
            continue
        named = [passages[number - 1] for number in said.marks if 0 < number <= len(passages)]
        order = [*named, *(passage for passage in passages if passage not in named)]
        near = {*nearest(said.text), *nearest(f"{before} {said.text}")} if language == "en" else set()
        before = said.text
        found = _supporting(said.text, order, question, corpus, near)
        if not found:
            struck.append(said.text)
        elif all(said.text != other.text for other in kept):
            kept.append(Grounded(said.text, found))
    return kept, struck


def _supporting(
    sentence: str,
    passages: Sequence[Passage],
    question: Question,
    corpus: Corpus,
    near: Collection[tuple[str, int]],
) -> tuple[Passage, ...]:
    """The passage that supports a sentence; where none does, those that support each of its clauses; () for neither.

    A part that is no clause, or repeats the question, must claim nothing that none of these passages holds.
    """
    for passage in passages:
        if _supports(sentence, passage, question, corpus, near):
            return (passage,)
    parts = _parts(sentence)
    clauses = [part for part in parts if _is_clause(part) and not _repeats(part, question)]
    found = [
        next((p for p in passages if _supports(clause, p, question, corpus, near)), None)
        for clause in clauses
    ]
    together = tuple(dict.fromkeys(passage for passage in found if passage))
    if len(together) < 2 or None in found:
        return ()
    rest = [part for part in parts if part not in clauses]
    held = all(
        any(
            _claims_stand(part, passage, question, corpus)
            and (question.language == "en" or _is_held(part, squeeze(_support(passage)), question))
            for passage in together
        )
        for part in rest
    )
    return together if held else ()


def _repeats(sentence: str, question: Question) -> bool:
    """Whether a sentence has hardly a word that is not the question's."""
    told = content_words(squeeze(sentence))
    if question.language == "en":
        told = re.findall(r"[a-z]{4,}", fold(sentence))
    return len({word for word in told if word not in question.folded}) < NEW


def _supports(
    sentence: str, passage: Passage, question: Question, corpus: Corpus, near: Collection[tuple[str, int]]
) -> bool:
    if not _claims_stand(sentence, passage, question, corpus):
        return False
    said, squeezed = fold(sentence), squeeze(_support(passage))
    if _stands(sentence, squeezed):
        return True
    if _of_other_topic(said, squeezed, question, corpus):
        return False
    if question.language == "en":
        chinese = len(re.findall(r"[㐀-鿿]", sentence)) / max(1, len(sentence))
        share = _share_of_terms(said, squeezed)
        return (
            chinese <= FOREIGN
            and share >= SHARE
            and (
                (share == 1 and _is_exact(said, question))
                or any(
                    policy == passage.policy and passage.start <= start < passage.end
                    for policy, start in near
                )
            )
        )
    parts = _parts(sentence)
    shares = (share_of_words(squeeze(part), squeezed, question.folded) for part in parts if _is_clause(part))
    whole = share_of_words(squeeze(sentence), squeezed, question.folded)
    return (
        whole >= SHARE
        and all(share >= CLAUSE for share in shares)
        and all(_is_held(part, squeezed, question) for part in parts if not _is_clause(part))
    )


def _support(passage: Passage) -> str:
    return "\n".join([passage.text, *passage.section])


def _claims_stand(text: str, passage: Passage, question: Question, corpus: Corpus) -> bool:
    """Whether a sentence, or a part of one, claims nothing that the passage does not say, whatever its words."""
    language, said, support = question.language, _without_sides(fold(text), question), fold(_support(passage))
    squeezed = squeeze(support)
    if addresses_missing(text, passage.text):
        return False
    if numbers_missing(said, support) or counts_missing(said, support) or modals_missing(said, squeezed):
        return False
    if bodies_missing(said, squeezed, corpus.directory, language == "en") or offices_missing(said, squeezed):
        return False
    if enterprises_missing(said, squeezed) or months_missing(said, support):
        return False
    if language == "en" and names_missing(
        text, squeezed, corpus.directory, question.folded, filter(None, corpus.regions)
    ):
        return False
    leads = opening(corpus.policies[passage.policy], passage.start)
    if not negations_stand(said, passage.text, leads, language):
        return False
    if not modals_stand(said, passage.text, leads, "".join(passage.section)):
        return False
    if places := _places(text, squeezed):
        return not all(map(_is_turned, places))
    if not numbers_bound(said, support, language) or not years_bound(said, support, language):
        return False
    if reversals_missing(said, squeezed):
        return False
    return roles_stand(said, passage, corpus) and carriers_stand(said, squeezed, passage, corpus)


def _without_sides(said: str, question: Question) -> str:
    """A folded sentence without the number of the things compared (两个集群) where the question gives it."""
    if not question.has("compare"):
        return said
    return expression("several", "sides").sub(
        lambda match: "" if match.group() in question.folded else match.group(), said
    )


def _stands(sentence: str, squeezed: str) -> bool:
    """Whether a text holds a sentence word for word."""
    return squeeze(sentence).strip("。;；") in squeezed


def _places(sentence: str, squeezed: str) -> list[tuple[str, str]]:
    """What of a text stands before and behind a sentence, for each place where it holds it word for word."""
    bare = squeeze(sentence).strip("。;；")
    return [
        (squeezed[: match.start()], squeezed[match.end() :])
        for match in re.finditer(re.escape(bare), squeezed)
    ]


def _is_turned(place: tuple[str, str]) -> bool:
    """Whether what stands around a piece of a text makes another thing of it: 未(达标), (拖欠工资)的，…."""
    before, behind = place
    return bool(re.search(rf"(?:{words()['negation']['turns']})$", before)) or behind.startswith("的")


def _of_other_topic(said: str, squeezed: str, question: Question, corpus: Corpus) -> bool:
    """Whether a sentence speaks of a thing of the question that the policies know and the passage does not hold.

    Asked about A and B, a model says of B what the passage says of A.
    """
    bare = squeeze(said)
    return any(
        (term.weight >= 0.9 or term.pair or (term.weight >= NAMING and _is_noun(term.text)))
        and squeeze(term.text) in bare
        and corpus.known(term)
        and all(overlap(variant, squeezed) < 0.5 for variant in term.variants)
        for term in question.terms
    )


def _is_noun(word: str) -> bool:
    """Whether a Chinese word is a noun."""
    return any(flag[:1] in "nj" for _, flag in tagged(word))


def _parts(sentence: str) -> list[str]:
    """The parts of a sentence between its commas."""
    return [part for part in re.split(r"[,，;；](?!\d{3})", sentence) if part.strip()]


def _is_clause(part: str) -> bool:
    """Whether a part of a sentence has words enough to be compared: ``NEW`` content words."""
    return len(content_words(squeeze(part))) >= NEW


def _is_held(part: str, squeezed: str, question: Question) -> bool:
    """Whether the one content word of a part stands in a text, or in the question, or says nothing (包括)."""
    return all(
        word in squeezed
        or word in question.folded
        or re.fullmatch(words()["filler"]["zh"], word)
        or re.fullmatch(words()["negation"]["denies_zh"], word)
        for word in content_words(squeeze(part))
    )


def _english_terms(said: str) -> tuple[list[Term], list[Term]]:
    """The terms of an English sentence that the glossary knows, and its other words, those that say nothing aside."""
    filler = re.compile(words()["filler"]["en"])
    terms = [term for term in find_terms(said, "en") if not filler.fullmatch(term.text)]
    known = [term for term in terms if not all(variant.isascii() for variant in term.variants)]
    return known, [term for term in terms if term not in known]


def _share_of_terms(said: str, squeezed: str) -> float:
    """Share of the terms of an English sentence that the glossary knows and a text holds; 0 where it lacks one of several words."""
    known, _ = _english_terms(said)
    lacking = [term for term in known if all(overlap(variant, squeezed) < 0.5 for variant in term.variants)]
    if any(" " in term.text or "-" in term.text for term in lacking):
        return 0.0  # carbon neutrality, where the text has a carbon peak
    return 1 - len(lacking) / max(1, len(known))


def _is_exact(said: str, question: Question) -> bool:
    """Whether an English sentence is made of what the glossary knows: many terms, or one with its number and hardly more."""
    known, others = _english_terms(said)
    new = [term for term in others if term.text not in question.folded and not is_plain(term.text)]
    amount = re.search(r"\d", re.sub(r"\b(?:19|20)\d\d\b", "", said))
    return len(new) <= 1 and bool(len(known) >= KNOWN or (known and amount))
