"""Which sentences of a model's answer stand in the passages that it was given, and which are struck.

What a sentence claims (``claims.py``) has to stand in one passage; most of its words have to be words of that
passage, and an English sentence has to mean one of the passages most of all. Who leads or supports a task is
never taken from a model's words: such a sentence is kept only where the body has that role there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import Passage
from assistant.bound import numbers_bound
from assistant.claims import (
    ADDRESS,
    addresses_missing,
    bodies_missing,
    counts_missing,
    enterprises_missing,
    modals_missing,
    months_missing,
    numbers_missing,
    offices_missing,
    offices_named,
    reversals_missing,
)
from assistant.corpus import Corpus
from assistant.match import overlap
from assistant.question import Question, roles_at, roles_in, without_unseen
from assistant.sentences import content_words, share_of_words
from assistant.terms import blank, find_terms, words
from index.keywords import tagged
from index.policy import Role
from index.text import fold, squeeze

SHARE = 0.6  # of the content words of a sentence that its passage has to hold
CLAUSE = 0.5  # of those of each of its clauses: an invented one does not hide among true ones
NAMING = 0.35  # weight from which a noun of the question names what is asked about, or sets its scene
NEW = 2  # words of a sentence that the question does not hold; with fewer it says nothing
FOREIGN = 0.3  # share of Chinese characters above which an English sentence is none
_MARK = re.compile(
    r"[\[【]\s*(?:编号|资料|来源|条款|passage|source|document|no\.?)?\s*(\d{1,2}(?:\s*[,、，]\s*\d{1,2})*)\s*[\]】]"
    r"|[（(]\s*(?:编号|资料|来源|passage|source|document)\s*(\d{1,2}(?:\s*[,、，]\s*\d{1,2})*)\s*[）)]",
    re.I,
)
_HALF_MARK = re.compile(r"[\[【（(][^\]】）)]{0,12}$")
_END = re.compile(
    r"[。！？；\n]+[”\"]?|[.!?]+[”\"]?(?=[\s㐀-鿿]|[\[【]\s*\d|$)"
)  # not within an address, nor in ![
_HALF_MARKUP = re.compile(
    r"(?:h|ht|htt|http|https|w|ww|www|!|\]|<|<[a-z/!]*|j[a-z]*|d|da|dat|data|m|ma|mai|mail|mailt|mailto)$",
    re.I,
)
LEAK = 12  # characters of the instructions in a row that make a sentence of the answer a leak
NEAREST = 0.8  # of the best sentence's share of words, from which another says the same
_BEARING = (Role.LEAD, Role.RESPONSIBLE, Role.IMPLEMENT)
_NEGATION = re.compile(r"(?:不|不得|不应|不应当|不能|不可|不准|不予|不再|禁止|严禁|未|未经|无|非|免|勿)$")
FAR = 200  # characters that a piece of the instructions, or the key, takes at most, blanks counted
LEAST_KEY = 8  # characters; a shorter key ("none", "ollama") is a word, and no secret

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


class Screen:
    """Passes a stream on without marks, markup, the instructions and the key; holds back what may become one of them."""

    def __init__(self, instructions: str, key: str = "") -> None:
        self._instructions = squeeze(instructions)
        self._key = squeeze(key) if len(key) >= LEAST_KEY else ""
        self._open = ""  # the sentence that has not ended
        self._shown = ""  # of it
        self._read = 0  # characters of it in which no secret was found
        self._hidden = False

    def feed(self, piece: str) -> str:
        """What may be shown now that this piece has come."""
        self._open += without_unseen(piece)
        new = ""
        while end := next(filter(self._is_end, _END.finditer(self._open)), None):
            rest = self._open[end.end() :]
            self._open = self._open[: end.end()]
            new += self._fresh(ended=True)
            self._open, self._shown, self._read, self._hidden = rest, "", 0, False
        return new + self._fresh(ended=False)

    def hides(self, text: str) -> bool:
        """Whether a text tells the key, or instructions, blanks aside."""
        bare = squeeze(text)
        windows = (bare[at : at + LEAK] for at in range(len(bare) - LEAK + 1))
        return any(window in self._instructions for window in windows) or (self._key or "\n") in bare

    def _is_end(self, stop: re.Match[str]) -> bool:
        """Whether a sentence ends here: not where ``.`` or ``!`` is the last to have come.

        A line's end ends only what is hidden: a secret may be told a letter a line.
        """
        first = stop.group()[0]
        if first == "\n":
            return self._hidden and not self._secret_begun(self._open[: stop.end()])
        return first not in ".!?" or stop.end() < len(self._open)

    def _fresh(self, *, ended: bool) -> str:
        """What of the open sentence may be shown and was not; "" from where it holds what must not be."""
        self._hidden = (
            self._hidden
            or bool(ADDRESS.search(self._open))
            or self.hides(self._open[max(0, self._read - FAR) :])
        )
        self._read = len(self._open)
        clean = _MARK.sub("", self._open)
        if not ended:
            clean = clean[: len(clean) - self._doubtful(clean)]
        if self._hidden or not clean.startswith(self._shown):
            return ""
        new, self._shown = clean[len(self._shown) :], clean
        return new

    def _doubtful(self, text: str) -> int:
        """How many characters at the end may be half a mark, the start of markup, the instructions or the key."""
        halves = (pattern.search(text) for pattern in (_HALF_MARK, _HALF_MARKUP))
        return max([self._secret_begun(text), *(len(half.group()) for half in halves if half)])

    def _secret_begun(self, text: str) -> int:
        """How many characters at the end are a piece of the instructions, or the beginning of the key."""
        begun, bare = 0, ""
        for length, character in enumerate(reversed(text[-FAR:]), start=1):
            bare = squeeze(character) + bare
            if bare and (self._key.startswith(bare) or (len(bare) > 3 and bare in self._instructions)):
                begun = length
            elif len(bare) > max(LEAK, len(self._key)):
                break
        return begun


def without_marks(text: str) -> str:
    """A text without its marks, however they are written."""
    return _MARK.sub("", text)


def read_sentences(text: str) -> Iterator[Said]:
    """Sentences of a model's answer with their marks ([1], 【1】, [编号1], （资料1）), before or behind the stop."""
    at = 0
    while at < len(text):
        end = _END.search(text, at)
        stop = end.end() if end else len(text)
        behind = re.match(rf"(?:\s*(?:{_MARK.pattern}))+", text[stop:], re.I)
        if behind:
            stop += behind.end()
        piece = text[at:stop]
        marks = [
            int(number)
            for match in _MARK.finditer(piece)
            for number in re.findall(r"\d+", match[1] or match[2])
        ]
        plain = re.sub(r"\s+", " ", _MARK.sub("", piece)).strip(" -*#>")
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
    """The passage that supports a sentence; where none does, those that support each of its clauses; () for neither."""
    for passage in passages:
        if _supports(sentence, passage, question, corpus, near):
            return (passage,)
    clauses = [clause for clause in _clauses(sentence) if not _repeats(clause, question)]
    found = [
        next((p for p in passages if _supports(clause, p, question, corpus, near)), None)
        for clause in clauses
    ]
    together = tuple(dict.fromkeys(passage for passage in found if passage))
    return together if len(together) > 1 and None not in found else ()


def _repeats(sentence: str, question: Question) -> bool:
    """Whether a sentence has hardly a word that is not the question's."""
    told = content_words(squeeze(sentence))
    if question.language == "en":
        told = re.findall(r"[a-z]{4,}", fold(sentence))
    return len({word for word in told if word not in question.folded}) < NEW


def _supports(
    sentence: str, passage: Passage, question: Question, corpus: Corpus, near: Collection[tuple[str, int]]
) -> bool:
    english = question.language == "en"
    said = fold(sentence)
    support = fold("\n".join([passage.text, *passage.section]))
    squeezed = squeeze(support)
    if addresses_missing(sentence, passage.text):
        return False
    if numbers_missing(said, support) or counts_missing(said, support) or modals_missing(said, squeezed):
        return False
    if bodies_missing(said, squeezed, corpus.directory, english) or offices_missing(said, squeezed):
        return False
    if enterprises_missing(said, squeezed) or months_missing(said, support):
        return False
    if places := _before(squeeze(sentence).strip("。;；"), squeezed):
        return not all(map(_NEGATION.search, places)) and _modals_stand(said, passage)
    if not numbers_bound(said, support, question.language) or reversals_missing(said, squeezed):
        return False
    if not _modals_stand(said, passage) or not _roles_stand(said, passage, corpus):
        return False
    if not _carriers_stand(said, squeezed, passage, corpus) or _of_other_topic(
        said, squeezed, question, corpus
    ):
        return False
    if english:
        chinese = len(re.findall(r"[㐀-鿿]", sentence)) / max(1, len(sentence))
        topical = _share_of_terms(said, squeezed)
        return chinese <= FOREIGN and topical and (passage.policy, passage.start) in near
    shares = (share_of_words(squeeze(clause), squeezed, question.folded) for clause in _clauses(sentence))
    whole = share_of_words(squeeze(sentence), squeezed, question.folded)
    return whole >= SHARE and all(share >= CLAUSE for share in shares)


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


def _clauses(sentence: str) -> list[str]:
    """The parts of a sentence between its commas that have at least ``NEW`` content words."""
    parts = re.split(r"[,，;；](?!\d{3})", sentence)
    return [part for part in parts if len(content_words(squeeze(part))) >= NEW]


def _share_of_terms(said: str, squeezed: str) -> bool:
    """Whether a text holds most of the terms of an English sentence that the glossary knows."""
    known = [term for term in find_terms(said, "en") if not all(v.isascii() for v in term.variants)]
    held = sum(any(overlap(variant, squeezed) >= 0.5 for variant in term.variants) for term in known)
    return held >= SHARE * len(known)


def _roles_stand(said: str, passage: Passage, corpus: Corpus) -> bool:
    """Whether each body that a sentence gives a role has just that role in the clauses of the passage."""
    roles, bodies = roles_in(said), corpus.directory.find(said)
    known = "".join(squeeze(text) for mention in bodies for text in (mention.text, *mention.names))
    unknown = [office for office in offices_named(said) if office not in known]
    if not roles or not (bodies or unknown):
        return True
    if unknown:
        return False
    held, places = _duties(passage, corpus), roles_at(said)
    first = places[0][0] < bodies[0].start  # led by X, supported by Y; else: X leads, Y supports
    for mention in bodies:
        before = [role for at, role in places if at < mention.start]
        behind = [role for at, role in places if at >= mention.end]
        role = (before[-1] if before else behind[0]) if first or not behind else behind[0]
        if not any((name, role) in held for name in mention.names):
            return False
    return True


def _duties(passage: Passage, corpus: Corpus) -> set[tuple[str, Role]]:
    """(body, role) of the clauses of a passage."""
    return {
        (duty.organisation, duty.role)
        for clause in corpus.clauses
        if clause.policy == passage.policy and clause.start < passage.end and clause.end > passage.start
        for duty in clause.duties
    }


def _carriers_stand(said: str, squeezed: str, passage: Passage, corpus: Corpus) -> bool:
    """Whether each body that a sentence lets carry something out (主抓, 推动) has to do so in the passage."""
    data, held = words()["carry"], _duties(passage, corpus)
    mentions = corpus.directory.find(said)
    rest = blank(said, [(mention.start, mention.end) for mention in mentions])
    for mention in mentions:
        does = re.match(
            rf"(?:[\s、,和与及]|and |the )*{data['before']}(?P<verb>{data['verb']})", rest[mention.end :]
        )
        if not does or any((name, role) in held for name in mention.names for role in _BEARING):
            continue
        names = "|".join(re.escape(squeeze(name)) for name in mention.names)
        if not re.search(rf"(?:{names})[^。;()]{{0,30}}{re.escape(does['verb'])}", squeezed):
            return False
    return True


def _before(sentence: str, squeezed: str) -> list[str]:
    """What of a text stands before the sentence, for each place where it holds it word for word."""
    return [squeezed[: match.start()] for match in re.finditer(re.escape(sentence), squeezed)]


def _modals_stand(said: str, passage: Passage) -> bool:
    """Whether each modal of a sentence stands where its words do: 应当 in one sentence is no 可以 of the next.

    What opens a list (：) speaks for its items.
    """
    stated = [squeeze(text) for text in re.split(r"[。！？；\n]", passage.text)]
    opening = "".join(text for text in stated if text.endswith(":"))
    for clause in re.split(r"[,;。:!?]", said):
        shares = [(share_of_words(squeeze(clause), text), text) for text in stated]
        best = max(share for share, _ in shares)
        near = "".join(text for share, text in shares if share >= NEAREST * best)
        if modals_missing(clause, near + opening + squeeze("".join(passage.section))):
            return False
    return True
