"""Questions that ask two things (绿色工厂由谁牵头，目标是多少): each is answered, or said to be missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from assistant.condense import Read, condense
from assistant.draft import Draft
from assistant.header_answers import asks_of_document, fields_asked
from assistant.question import Question
from assistant.sentences import asks_number
from assistant.terms import words
from prompts import phrase

_SPLIT = re.compile(r"[,，;；。?？]+|\band\b(?=\s+(?:who|which|what|how|when|by)\b)", re.I)
_ONE_ANSWER = (
    "yesno",
    "why",
    "sum",
    "difference",
    "ratio",
    "largest",
    "smallest",
    "shared",
    "without",
    "except",
)
MOST = 3  # parts of a question


def parts_of(question: Question, read: Read, corpus: str) -> list[Question]:
    """The questions that a question is made of, each standing alone; [] where it asks one thing.

    ``corpus`` is the folded text of the policies (see ``condense``).
    """
    premise = re.match(words()["premise"]["zh"], question.text)
    if premise:  # what is taken for granted is asked first
        rest = question.text[premise.end() :]
        claim = phrase("zh", "ask_premise", claim=premise["claim"])
        history = [{"role": "user", "content": claim}]
        return [read(claim), read(condense(rest, history, read, corpus))]
    pieces = [piece.strip() for piece in _SPLIT.split(question.text) if piece.strip()]
    if not 2 <= len(pieces) <= MOST or question.has(*_ONE_ANSWER):
        return []
    found: list[Question] = []
    for piece in pieces:
        history = [{"role": "user", "content": part.text} for part in found]
        part = read(condense(piece, history, read, corpus))
        found.append(part if _has_topic(part) or not found else _in_question(question, part))
    named = next((part for part in found if part.policies), question)
    found = [
        part if part.policies else replace(part, policies=named.policies, local=named.local) for part in found
    ]
    kinds = [_asked(part) for part in found]
    return found if all(kinds) and len(set(kinds)) > 1 else []


def sides_of(question: Question, read: Read) -> list[Question]:
    """The two things that a question compares or asks about each (A和B有什么不同), as questions; [] where none are."""
    if not question.has("compare"):
        return []
    found = next(
        filter(None, (re.search(form, question.folded) for form in words()["sides"][question.language])), None
    )
    shared = (found.groupdict().get("of") or "") if found else ""  # A和B的付款期限
    sides = [read(found[name].strip() + shared) for name in ("first", "second")] if found else []
    return sides if all(any(term.weight >= 0.9 for term in side.terms) for side in sides) else []


def _has_topic(part: Question) -> bool:
    """Whether a part names what it is about itself, or asks about the document."""
    nouns = any(term.weight >= 0.9 for term in part.terms)
    return nouns or bool(part.mentions or part.roles or part.marker or part.years) or bool(fields_asked(part))


def _in_question(question: Question, part: Question) -> Question:
    """A part (交给谁) with the words of the whole question, of which it asks one thing."""
    asks = part.asks | (question.asks & {"norm"})
    return replace(question, text=part.text, asks=asks, kinds=part.kinds, roles=part.roles)


def _asked(question: Question) -> str:
    """What sort of thing a question asks for; "" where it asks nothing that can be told apart."""
    if asks_of_document(question) or question.has("basis", "recipients"):
        return " ".join(("document", *fields_asked(question)))
    if question.has("when"):
        return "when"
    if asks_number(question) or (question.has("targets") and not question.has("who")):
        return "number"
    return "who" if question.roles or question.has("who") else ""


def answer_parts(parts: list[Question], answer: Callable[[Question], Draft]) -> Draft | None:
    """The answers to all parts as one; what is missing makes it partial. None where nothing is answered."""
    drafts = [(part, answer(part)) for part in parts]
    whole: Draft | None = None
    for draft in _answered(drafts):
        if whole is None:
            whole = draft
        else:
            whole.append(draft)
    if whole is not None:
        for part, draft in drafts:
            if draft.status == "refused":
                whole.status = "partial"
                whole.note("partial", "notice_partial", terms=part.text)
    return whole


def _answered(drafts: list[tuple[Question, Draft]]) -> Iterator[Draft]:
    return (draft for _, draft in drafts if draft.status != "refused")
