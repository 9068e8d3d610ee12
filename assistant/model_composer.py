"""Answers to open questions in a chat model's words: a short prompt, and only sentences that a passage supports."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.corpus import Corpus, section_at
from assistant.draft import Draft, plain_number
from assistant.grounding import ground
from assistant.match import coverage, missing
from assistant.model_faults import ModelFailed
from assistant.models import ChatModel, Messages
from assistant.numbers import numbers_missing
from assistant.screen import Screen, without_marks
from assistant.sentences import (
    Sentence,
    asks_number,
    passage_unit,
    ranked,
    sentences,
    share_of_words,
    subject_terms,
)
from assistant.terms import Term
from index.policy import Policy, Section
from index.quantities import quantities, scale_unit
from index.store import Index
from index.text import fold, fold_with_origin, squeeze
from prompts import phrase, prompt

BESIDE_LOCAL = 180  # characters beside the best chunk, about 120 tokens: a local model reads slowly
BESIDE_REMOTE = 2400
ASKED_LOCAL = 400  # characters of a question that a local model reads
TOKENS_LOCAL = 160  # of an answer of the local model, which writes some 20 a second
SENTENCES_LOCAL = 2  # after which the local model is stopped: what it has not told is quoted
ENOUGH_LOCAL = {"zh": 40, "en": 80}  # characters, from which one sentence is enough
UNREAD = 150  # characters, in whole sentences, of a best chunk that the local model has not read ahead
WIDEST = 400  # characters of an article that is read whole where one of its items answers
NEAR = 4  # chunks nearest to an English sentence, of which its passage has to be one
LEAST = 6  # characters of an answer
TOLD = 0.85  # share of a sentence's words from which an answer has told it
_ITEM_NUMBER = re.compile(
    r"^\s*(?:#+\s*)?(?:\d+[.．、]|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+、|第[^\s条章节]{1,6}[条章节])\s*"
)
_STOP = re.compile(r"[。！？]|[.!?](?=\s)(?<!\d\.)")
_ENGLISH = "root ::= [ -~‘’“”–—]+"  # llama.cpp's grammar of an answer without Chinese characters
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
        """The model's own words as they come; raises ModelFailed or Stopped.

        The local model is stopped where it has said enough, which frees it for the next question.
        """
        messages, text = self.messages(ask, passages), ""
        language = ask.question.language
        options = {"grammar": _ENGLISH} if language == "en" else {}
        if not self.model.local:
            yield from self.model.stream(messages, stop)
            return
        try:
            for piece in self.model.stream(messages, stop, TOKENS_LOCAL, options):
                text += piece
                yield piece
                stops = list(_STOP.finditer(text))
                if len(stops) >= SENTENCES_LOCAL or (stops and stops[-1].end() >= ENOUGH_LOCAL[language]):
                    return
        except ModelFailed as failure:
            if failure.reason != "model_endless" or not _STOP.search(text):
                raise

    def screen(self) -> Screen:
        """What a reader may see of one answer while it comes."""
        return Screen(prompt("answer_system"), self.model.key)

    def messages(self, ask: Ask, passages: Sequence[Passage]) -> Messages:
        """System and user message: what never changes first, then the best chunk, so that the cache serves both."""
        passages = _whole(ask.corpus, passages)
        best = _read(ask, passages[0])
        if self.model.local and not self.model.has_read(opening(best)):
            best = _sentences_of(ask, passages[0], best)
        beside = "".join(f"[{number}] {text}\n" for number, text in self._beside(ask, passages))
        if ask.question.language == "en":
            best, beside = amounts_in_english(best), amounts_in_english(beside)
        language = phrase(ask.question.language, "answer_language")
        asked = ask.question.text
        return _messages(best, beside, _end(asked) if self.model.local else asked, language)

    def _beside(self, ask: Ask, passages: Sequence[Passage]) -> list[tuple[int, str]]:
        """What is told beside the best chunk: to a local model only what the question asks and the chunk lacks."""
        terms = [term for term in subject_terms(ask) if term.weight >= 0.3]
        if not self.model.local:
            return _told_beside(ask, passages, terms, BESIDE_REMOTE)
        if ask.question.has("compare"):  # the best passage of the other side comes second
            return [(2, _cut(_read(ask, other), BESIDE_LOCAL)) for other in passages[1:2]]
        lost = [term for term in missing(ask.corpus, terms, passage_unit(ask, passages[0])) if not term.pair]
        return _told_beside(ask, passages, lost, BESIDE_LOCAL) if lost else []

    def draft(self, ask: Ask, text: str, quotes: Draft) -> Draft | None:
        """The sentences of ``text`` that stand in the passages of the quotes, each cited; None where too little is left.

        What the quotes say beside them (that a number is denied) comes first, what the sentences leave out of them last.
        """
        screen, passages = self.screen(), _whole(ask.corpus, quotes.evidence)
        grounded, struck = ground(_whole_sentences(text), passages, ask.question, ask.corpus, self._nearest)
        kept = [sentence for sentence in grounded if not screen.hides(sentence.text)]
        struck += [sentence.text for sentence in grounded if sentence not in kept]
        if sum(len(sentence.text) for sentence in kept) < LEAST or len(struck) > len(kept):
            return None
        draft = ask.draft()
        draft.route = "model"
        intro = phrase(draft.language, "intro_quotes")
        draft.pieces += [p for p in quotes.pieces if p != intro and not re.search(r"\[\d+\]", p)]
        draft.computed |= quotes.computed
        draft.notices += quotes.notices
        draft.status, draft.count = quotes.status, quotes.count
        draft.denied |= quotes.denied
        for sentence in kept:
            cites = (draft.cite(p.policy, p.start, p.end, p.score) for p in sentence.passages)
            draft.say("quote", text=_with_mark(sentence.text, "".join(cites)), cite="")
        if struck:
            draft.note("struck", "notice_struck", count=len(struck))
        _quote_missing(quotes, draft)
        return draft

    def _nearest(self, sentence: str) -> list[tuple[str, int]]:
        chunks = self._index.chunks
        return [
            (chunks[position].policy, chunks[position].start)
            for position, _ in self._index.dense(sentence, NEAR)
        ]


def _quote_missing(quotes: Draft, draft: Draft) -> None:
    """Add what is quoted without a model and what the answer leaves out: numbers, or many of the words."""
    said = fold(draft.text())
    squeezed = squeeze(said)
    for policy, start, end in sorted(quotes.spans, key=lambda span: quotes.spans[span]):
        text = draft.corpus.policies[policy].source[start:end]
        plain = _ITEM_NUMBER.sub("", text)
        if not re.search(r"[。；：]|[^。]{30}", plain):
            continue  # a heading alone
        if share_of_words(squeeze(plain), squeezed) >= TOLD and not numbers_missing(fold(plain), said):
            continue
        cite = draft.cite(policy, start, end, quotes.scores[policy, start, end])
        draft.quote(text=re.sub(r"\s*\n\s*", "\n", text), cite=cite)


def amounts_in_english(text: str) -> str:
    """A text with its large amounts (350亿元) as English says them (35 billion yuan): a small model reads them wrong."""
    folded = fold_with_origin(text)
    for quantity in sorted(quantities(folded.text), key=lambda quantity: -quantity.start):
        factor, unit = scale_unit(quantity.unit)
        scale = next(((word, size) for word, size in _SCALES if quantity.high * factor >= size), None)
        if factor <= 1 or not scale:
            continue
        start, end = folded.span(quantity.start, quantity.end)
        amounts = " to ".join(
            plain_number(value * factor / scale[1]) for value in dict.fromkeys((quantity.low, quantity.high))
        )
        text = f"{text[:start]} {amounts} {scale[0]} {'yuan' if unit == '元' else unit}{text[end:]}"
    return text


def whole_item(policy: Policy, start: int, end: int) -> tuple[int, int]:
    """The slice that a model reads for a chunk: what opens a list with all its items, up to ``WIDEST``, else the chunk."""
    section = section_at(policy, start)
    while section is not None and section.level:
        if _opens_list(policy, section):
            behind = policy.sections[section.id + 1 :]
            until = next((s.start for s in behind if s.level <= section.level), len(policy.source))
            if until - section.start <= WIDEST:
                return min(start, section.start), max(end, until)
        section = None if section.parent is None else policy.sections[section.parent]
    return start, end


def _opens_list(policy: Policy, section: Section) -> bool:
    """Whether a section's own text ends with a colon, so that what is below it goes on with its sentence."""
    return policy.source[section.start : section.end].rstrip().endswith(("：", ":"))


def _whole(corpus: Corpus, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages as a model reads them, each article once."""
    found: dict[tuple[str, int, int], Passage] = {}
    for passage in passages:
        policy = corpus.policies[passage.policy]
        start, end = whole_item(policy, passage.start, passage.end)
        whole = replace(passage, start=start, end=end, text=policy.source[start:end].strip())
        found.setdefault((passage.policy, start, end), whole)
    return tuple(found.values())


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


def _read(ask: Ask, part: Passage | Sentence) -> str:
    """What a model reads of a part of a policy."""
    return ask.corpus.without_bearers(part.policy, part.start, part.end)


def _sentences_of(ask: Ask, passage: Passage, text: str) -> str:
    """Of a text that is long to read the sentences nearest to the question, in reading order, within ``UNREAD``."""
    if len(text) <= UNREAD:
        return text
    chosen: list[Sentence] = []
    for _, sentence in ranked(ask, [passage]):
        if not chosen or sum(len(_read(ask, other)) for other in [*chosen, sentence]) <= UNREAD:
            chosen.append(sentence)
    return "".join(_read(ask, sentence).strip() for sentence in sorted(chosen, key=lambda s: s.start)) or text


def _cut(text: str, room: int) -> str:
    """A text, or as much of it up to a comma or stop as there is room for."""
    return text if len(text) <= room else text[: max(text.rfind(mark, 0, room) for mark in "，。；") + 1]


def _end(question: str) -> str:
    """The end of a question, which is where a long one asks, from the beginning of a part of it."""
    end = question[-ASKED_LOCAL:]
    return (
        end if end == question else re.sub(r"^[^，,。；;？?！!\n]*[，,。；;？?！!\n]+(?=.)", "", end, count=1)
    )


def _whole_sentences(text: str) -> str:
    """A model's answer without the sentence at its end that was cut off, where there is one before it."""
    stops = list(_STOP.finditer(text))
    ended = re.search(r"[。！？.!?][”\"]?$", without_marks(text).rstrip())
    return text if not stops or ended else text[: stops[-1].end()]


def _told_beside(
    ask: Ask, passages: Sequence[Passage], terms: Sequence[Term], room: int
) -> list[tuple[int, str]]:
    """(number of the passage, sentences) of what the other passages say of these terms, within ``room``."""
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
        text = _cut(_read(ask, sentence), room)
        fresh = text and all(text not in other for other in seen)
        if value > 0.3 and fresh:
            chosen.setdefault(-minus, []).append(text)
            seen.add(text)
            room -= len(text)
    return [(number, "".join(texts)) for number, texts in sorted(chosen.items())]
