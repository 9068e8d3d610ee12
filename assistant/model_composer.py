"""Answers to open questions in a chat model's words: a short prompt, and only sentences that a passage supports."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.claims import numbers_missing
from assistant.composer import choose_sentences, runs
from assistant.corpus import Corpus
from assistant.draft import Draft, plain_number
from assistant.grounding import Screen, ground
from assistant.match import coverage
from assistant.models import ChatModel, Messages
from assistant.sentences import asks_number, passage_unit, sentences, share_of_words, subject_terms
from index.organisations import english_name
from index.quantities import quantities, scale_unit
from index.store import Index
from index.text import fold, squeeze
from prompts import phrase, prompt

BESIDE_LOCAL = 180  # characters beside the best chunk, about 120 tokens: a local model reads slowly
BESIDE_REMOTE = 2400
NEAR = 4  # chunks nearest to an English sentence, of which its passage has to be one
LEAST = 6  # characters of an answer
QUOTED = 240  # characters quoted below an answer
TOLD = 0.85  # share of a sentence's words from which an answer has told it
MOST_WORDS = 6  # numbers and bodies whose English is given to the model
_ITEM_NUMBER = re.compile(
    r"^\s*(?:#+\s*)?(?:\d+[.．、]|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+、|第[^\s条章节]{1,6}[条章节])\s*"
)
_SCALES = (("trillion", 1e12), ("billion", 1e9), ("million", 1e6))


def is_open(ask: Ask) -> bool:
    """Whether a question wants sentences: in English, or no number, date, body or list that a quote gives exactly."""
    question = ask.question
    exact = asks_number(question) or question.kinds or question.has("when", "who", "list", "count", "yesno")
    return question.language == "en" or question.has("open") or not exact


class ModelComposer:
    """Writes drafts with a chat model from the passages that answer."""

    def __init__(self, model: ChatModel, index: Index) -> None:
        self.model = model
        self._index = index

    def stream(self, ask: Ask, passages: Sequence[Passage], stop: threading.Event | None) -> Iterator[str]:
        """The model's own words as they come; raises ModelFailed or Stopped."""
        yield from self.model.stream(self.messages(ask, passages), stop)

    def screen(self) -> Screen:
        """What a reader may see of one answer while it comes."""
        return Screen(prompt("answer_system"), self.model.key)

    def messages(self, ask: Ask, passages: Sequence[Passage]) -> Messages:
        """System and user message: what never changes first, then the best chunk, so that the cache serves both."""
        room = BESIDE_LOCAL if self.model.local else BESIDE_REMOTE
        beside = [f"[{number}] {text}" for number, text in _beside(ask, passages, room)]
        language = phrase(ask.question.language, "answer_language")
        if ask.question.language == "en":
            language += in_english(passages[0].text, ask.corpus)
        return _messages(
            passages[0].text, "".join(f"{line}\n" for line in beside), ask.question.text, language
        )

    def draft(self, ask: Ask, text: str, passages: Sequence[Passage]) -> Draft | None:
        """The sentences of ``text`` that stand in the passages, each cited; None where too little is left."""
        screen = self.screen()
        grounded, struck = ground(text, passages, ask.question, ask.corpus, self._nearest)
        kept = [sentence for sentence in grounded if not screen.hides(sentence.text)]
        struck += [sentence.text for sentence in grounded if sentence not in kept]
        if sum(len(sentence.text) for sentence in kept) < LEAST or len(struck) > len(kept):
            return None
        draft = ask.draft()
        draft.route = "model"
        for sentence in kept:
            passage = sentence.passage
            cite = draft.cite(passage.policy, passage.start, passage.end, passage.score)
            draft.say("quote", text=_with_mark(sentence.text, cite), cite="")
        if struck:
            draft.note("struck", "notice_struck", count=len(struck))
        _quote_missing(ask, passages, draft)
        return draft

    def _nearest(self, sentence: str) -> list[tuple[str, int]]:
        chunks = self._index.chunks
        return [
            (chunks[position].policy, chunks[position].start)
            for position, _ in self._index.dense(sentence, NEAR)
        ]


def _quote_missing(ask: Ask, passages: Sequence[Passage], draft: Draft) -> None:
    """Add what would be quoted without a model and what the answer leaves out: numbers, or many of the words."""
    said = fold(draft.text())
    squeezed, room = squeeze(said), QUOTED
    _, chosen = choose_sentences(ask, passages)
    for group in runs(ask, chosen):
        first, last = group[0], group[-1]
        text = ask.corpus.policies[first.policy].source[first.start : last.end]
        plain = _ITEM_NUMBER.sub("", text)
        if not re.search(r"[。；：]|[^。]{30}", plain):
            continue  # a heading alone
        told = share_of_words(squeeze(plain), squeezed) >= TOLD and not numbers_missing(fold(plain), said)
        if told or (len(text) > room and room < QUOTED):
            continue
        room -= len(text)
        cite = draft.cite(first.policy, first.start, last.end, first.passage.score)
        draft.quote(text=re.sub(r"\s*\n\s*", "\n", text), cite=cite)


def in_english(text: str, corpus: Corpus) -> str:
    """How the large numbers and the bodies of a clause are said in English, as a line of the prompt; "" without any."""
    said = []
    for quantity in quantities(fold(text)):
        factor, unit = scale_unit(quantity.unit)
        value = quantity.high * factor
        scale = next(((word, size) for word, size in _SCALES if value >= size), None)
        if factor > 1 and scale:
            plain = plain_number(value / scale[1])
            said.append(f"{quantity.text} = {plain} {scale[0]}{' yuan' if unit == '元' else ''}")
    for mention in corpus.directory.find(text):
        english = next(filter(None, map(english_name, mention.names)), "")
        said += [f"{mention.text} = {english}"] if english else []
    return phrase("en", "answer_words", words="; ".join(dict.fromkeys(said[:MOST_WORDS]))) if said else ""


def opening(best: str) -> Messages:
    """The part of a prompt that does not depend on the question: what the model can read before it is asked."""
    (_, system), (_, user) = _messages(best, "", "", "")
    return ("system", system), ("user", user[: user.index(best.strip()) + len(best.strip())])


def _messages(best: str, others: str, question: str, language: str) -> Messages:
    user = prompt("answer_user", best=best.strip(), others=others, question=question, language=language)
    return ("system", prompt("answer_system")), ("user", user)


def _with_mark(sentence: str, cite: str) -> str:
    """The sentence with its citation before the stop."""
    match = re.search(r"[。！？；.!?]+[”\"]?$", sentence)
    return f"{sentence[: match.start()]}{cite}{match.group()}" if match else f"{sentence}{cite}"


def _beside(ask: Ask, passages: Sequence[Passage], room: int) -> list[tuple[int, str]]:
    """(number of the passage, sentences) of what the other passages say of the question, within ``room``."""
    terms = [term for term in subject_terms(ask) if term.weight >= 0.3]
    ranked = sorted(
        (
            (coverage(ask.corpus, terms, passage_unit(ask, passage, sentence.text)), -number, sentence)
            for number, passage in enumerate(passages[1:], start=2)
            for sentence in sentences(ask, passage)
        ),
        key=lambda item: (-item[0], -item[1], item[2].start),
    )
    chosen: dict[int, list[str]] = {}
    seen = {passages[0].text}
    for value, minus, sentence in ranked:
        fresh = all(sentence.text not in text for text in seen)
        if value > 0.3 and len(sentence.text) <= room and fresh:
            chosen.setdefault(-minus, []).append(sentence.text)
            seen.add(sentence.text)
            room -= len(sentence.text)
    return [(number, "".join(texts)) for number, texts in sorted(chosen.items())]
