"""The answers to several questions as one: to the parts of a question, to its sides, to what it asks besides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.draft import Draft
from assistant.header_asked import fields_asked
from assistant.parts import Part
from assistant.question import Question
from assistant.terms import Term
from assistant.wanted import lacking
from index.keywords import tagged
from index.text import squeeze

NOUN = 0.9  # weight of a word that names a thing
MOST_QUOTED = 3  # sentences that answer one of the parts


@dataclass(frozen=True, slots=True)
class _Text:
    """A squeezed text with its words."""

    text: str
    words: frozenset[str]

    @classmethod
    def of(cls, draft: Draft, *more: str) -> _Text:
        """What an answer shows, and ``more``."""
        text = squeeze(" ".join((draft.text(), str(draft.rows), *more)))
        return cls(text, frozenset(word for word, _ in tagged(text)))

    def holds(self, term: Term) -> bool:
        """Whether it holds a word, and not only as a part of a longer one (水量 in 蓄水量)."""
        said = [variant for variant in term.variants if variant in self.text]
        around = [word for word in self.words if any(variant in word for variant in said)]
        return any(v in self.words or not any(v in word for word in around) for v in said)


def answer_parts(parts: list[Question], answer: Callable[[Question], Draft]) -> Draft | None:
    """The answers to all parts as one; what is missing makes it partial. None where nothing is answered."""
    return _of_parts([(part, answer(part)) for part in parts])


def _of_parts(drafts: list[tuple[Question, Draft]]) -> Draft | None:
    """The answers to all parts as one (see ``answer_parts``)."""
    whole = _joined([draft for _, draft in drafts if draft.status != "refused"])
    if whole is not None:
        for part, draft in drafts:
            if draft.status == "refused":
                _say_missing(whole, part)
    return whole


def _say_missing(whole: Draft, part: Question) -> None:
    whole.status = "partial"
    whole.note("partial", "notice_partial", terms=part.text)


def with_rest(whole: Draft, parts: list[Part], answer: Callable[[Part], Draft]) -> Draft:
    """An answer, and behind it what else its question asks (租金多少，押金又是多少) and it does not tell.

    A question refused as a whole is answered in parts, where two of them are answered: of one alone it is not sure. What
    the answer does not tell and what alone is refused too makes it partial.
    """
    answered = whole.status != "refused"
    if answered and not _is_denied(whole):
        parts = [part for part in parts if _is_untold(whole, part)]
    drafts = [(part, answer(part)) for part in parts]
    instead = _instead(whole, drafts)
    if instead or not answered or not parts:
        return instead or whole
    besides = [
        draft
        for part, draft in drafts
        if draft.status != "refused" and _is_untold(whole, part) and _is_of_part(whole, part, draft)
    ]
    counts = {draft.count for draft in (whole, *besides)} - {None}
    if besides:
        _joined([whole, *besides])
    whole.count = counts.pop() if len(counts) == 1 else None
    for part, draft in drafts:
        if draft.status == "refused" and _is_left(whole, part):
            _say_missing(whole, part.question)
    return whole


def _instead(whole: Draft, drafts: list[tuple[Part, Draft]]) -> Draft | None:
    """The answer in parts that takes the place of a refusal, or of a denial where no part is denied; else None."""
    told = [draft for _, draft in drafts if draft.status != "refused"]
    if whole.status == "refused":
        of_year = any(
            part.question.years for part, _ in drafts
        )  # of a year that is not told, nor is any part
        fits = len(told) > 1 and not of_year
    else:  # a number of another part was taken for a claim
        fits = _is_denied(whole) and len(told) == len(drafts) > 1 and not any(map(_is_denied, told))
    return _of_parts([(part.question, draft) for part, draft in drafts]) if fits else None


def _is_denied(draft: Draft) -> bool:
    """Whether an answer says that a question takes for granted what the text does not say."""
    return any(notice.code == "premise" for notice in draft.notices)


def _is_untold(whole: Draft, part: Part) -> bool:
    """Whether an answer may lack what a part asks for: a field of the document, a word of its own, a kind of answer."""
    if fields_asked(part.question):
        return True
    said = _Text.of(whole)
    fresh = [term for term in part.own if not said.holds(term)]
    if whole.count is not None or len(whole.rows) > 1:  # a list is whole by itself
        return any(term.weight >= NOUN for term in fresh)
    return bool(fresh) or bool(lacking(part.question, whole.text()))


def _is_of_part(whole: Draft, part: Part, draft: Draft) -> bool:
    """Whether the answer to a part is of what the part itself names, and no more of the same or of many things."""
    if fields_asked(part.question):  # of the document
        return draft.route == "ledger" and draft.text() not in whole.text()
    if draft.route == "extractive" and len(draft.spans) > MOST_QUOTED:
        return False
    cited = _Text.of(draft, *(" ".join(citation.section) for citation in draft.citations()))
    held = [cited.holds(term) for term in part.own if term.weight >= NOUN]
    return all(held) if part.question.language == "zh" else any(held) or not held


def _is_left(whole: Draft, part: Part) -> bool:
    """Whether an answer says nothing of a part that alone is refused: of a field of the document, or of a thing that it
    does not name, where it has no answer of the kind either."""
    if fields_asked(part.question):
        return True
    said = _Text.of(whole)
    unnamed = any(not said.holds(term) for term in part.own if term.weight >= NOUN)
    return unnamed and bool(lacking(part.question, whole.text()))


def answer_sides(sides: list[Question], answer: Callable[[Question], Draft]) -> Draft | None:
    """The answers to all of the sides as one; None where one is missing, for then nothing is compared."""
    drafts = [answer(side) for side in sides]
    return _joined(drafts) if all(draft.status != "refused" for draft in drafts) else None


def _joined(drafts: list[Draft]) -> Draft | None:
    """Answers as one, with the passages of all of them where all are quotes; None where there are none."""
    if not drafts:
        return None
    whole, *others = drafts
    if all(draft.evidence for draft in drafts):
        best = [draft.evidence[0] for draft in drafts]
        every = [passage for draft in drafts for passage in draft.evidence]
        whole.evidence = tuple(dict.fromkeys(best + every))
    else:  # a model would read of the quotes alone, and what the ledger says be lost
        whole.evidence = ()
    for draft in others:
        whole.append(draft)
    return whole
