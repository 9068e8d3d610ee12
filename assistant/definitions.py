"""Whether the text says what a word means, or only uses it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.match import overlap
from assistant.question import Question
from assistant.terms import expression
from index.text import squeeze

_WHOLE = 0.8  # how much of a word the defined one has to hold


def defines(text: str) -> bool:
    """Whether a text defines some word (本办法所称X是指…)."""
    return bool(expression("defining", "whole").search(squeeze(text)))


def is_definition(question: Question, text: str) -> bool:
    """Whether a text defines the word that is asked about (本办法所称X是指…)."""
    terms = (term.variants for term in question.terms if term.weight >= 0.3 and not term.pair)
    asked: list[tuple[str, ...]] = [(phrase,) for phrase in quoted_phrases(question)] or list(terms)
    for match in expression("defining", "whole").finditer(squeeze(text)):
        word = match["word"] or match["named"]
        if asked and all(max(overlap(v, word) for v in variants) >= _WHOLE for variants in asked):
            return True
    return False


def is_defined(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether the text says what the word asked about is: a definition, a heading, or a list of its parts."""
    phrases = [w for w in quoted_phrases(ask.question) if any(mentions(w, p.text) for p in passages)]
    if phrases:
        return any(_is_explained(phrase, passage.text) for phrase in phrases for passage in passages)
    if any(is_definition(ask.question, passage.text) for passage in passages):
        return True
    for term in ask.question.terms:
        if term.weight < 0.45:
            continue
        for passage in passages:
            text = squeeze(passage.text)
            headings = [squeeze(name) for name in passage.section[-1:]]
            if any(variant in heading for variant in term.variants for heading in headings):
                return True
            for variant in term.variants:
                at = text.find(variant)
                if at >= 0 and (
                    expression("defining", "near").search(text[max(0, at - 30) : at + 60])
                    or re.search(r'"[^"]*[、,][^"]*"', text[max(0, at - 40) : at + 60])
                ):
                    return True
    return False


def quoted_phrases(question: Question) -> list[str]:
    """What stands in “” in the question, as it stands in a text without blanks."""
    return [squeeze(phrase) for phrase in question.quoted if "《" + phrase not in question.folded]


def only_mentioned(ask: Ask, passages: Sequence[Passage]) -> list[Passage]:
    """Passages that use the quoted phrase whose meaning is asked for, where none explains it."""
    phrases = quoted_phrases(ask.question)
    if not ask.question.has("definition") or not phrases:
        return []
    if any(_is_explained(phrase, passage.text) for phrase in phrases for passage in passages):
        return []
    return [p for p in passages if any(mentions(phrase, p.text) for phrase in phrases)]


def mentions(phrase: str, text: str) -> bool:
    """Whether a text uses a phrase itself, not only a longer quotation that holds it (“四提升” for 四提)."""
    others = re.sub(
        r"«([^«»]*)»", lambda m: "" if phrase not in (m[1], *m[1].split("、")) else m[1], _directed(text)
    )
    return phrase in others


def _is_explained(phrase: str, text: str) -> bool:
    """Whether a text explains a phrase: “a、b、c”三大X, X（a、b），X是指…, X，即…."""
    word = re.escape(phrase)
    plain = _directed(text)
    before = rf"«[^«»]*[、,][^«»]*»(?:的|等)?«?{word}"
    behind = rf"{word}»?,?(?:是指|指的是|系指|,即|包括|:|\((?:即|指|包括)?[^)]*[、,])"
    return bool(re.search(f"{before}|{behind}|所称«?{word}", plain))


def _directed(text: str) -> str:
    """A text without blanks whose quotation marks still tell where a quotation begins."""
    return squeeze(text.replace("“", "«").replace("”", "»"))
