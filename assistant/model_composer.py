"""Answers to open questions in a chat model's words: a short prompt, and only sentences that a passage supports."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.draft import Draft
from assistant.grounding import Grounded, ground
from assistant.model_faults import ModelFailed
from assistant.model_prompt import instructions, messages_for, whole_passages
from assistant.models import ChatModel
from assistant.numbers import numbers_missing
from assistant.screen import Screen, without_marks
from assistant.sentences import asks_number, share_of_words
from assistant.terms import Language, expression
from index.store import Index
from index.text import fold, squeeze
from prompts import phrase

TOKENS_LOCAL = 160  # of an answer of the local model, which writes some 20 a second
SENTENCES_LOCAL = 2  # after which the local model is stopped: what it has not told is quoted
ENOUGH_LOCAL = {"zh": 40, "en": 80}  # characters, from which one sentence is enough
CLAUSE_LOCAL = {"zh": 50, "en": 150}  # characters of a sentence, from which it may end with a clause of it
NEAR = 4  # chunks nearest to an English sentence, of which its passage has to be one
LEAST = 6  # characters of an answer
TOLD = 0.85  # share of a sentence's words from which an answer has told it
_ITEM_NUMBER = re.compile(
    r"^\s*(?:#+\s*)?(?:\d+[.．、]|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+、|第[^\s条章节]{1,6}[条章节])\s*"
)
_STOP = re.compile(r"[。！？]|[.!?](?=[”\"]?\s+[A-Z0-9\[(“\"])")
_NO_STOP = re.compile(
    r"(?:^|\n)\s*\d{1,2}$|\b(?:No|Nos|no|Art|Arts|e\.g|i\.e|U\.S|approx|vs|Dr|Mr|Ms|St|Co|Ltd|Inc)$"
)
_CLAUSE = {
    "zh": re.compile(r"[，；](?=[^，；])"),
    "en": re.compile(  # by strengthening A, (and) actively promoting B: one more of the things done
        r",(?= (?:and )?(?:[a-z]{1,14}ly )?"
        r"(?!(?:exclud|except|exceed|limit|barr|capp|depend|pend|accord|fail|includ|dur|start|follow|regard|concern)ing "
        r"|being |having |providing that)[a-z]{1,16}ing )"
    ),
}
_LEADS_UP = re.compile(
    r"(?:By|In|To|For|With|Through|Under|As|If|When|While|After|Before|On)\b"
)  # to the main clause
_NAMES = re.compile(r"\b(?:namely|including|such as|like)\b")  # what stands in a row behind is no clause
AHEAD = {
    "zh": 18,
    "en": 42,
}  # characters of the next clause from which it is clear whether the one before is the end
_ENGLISH = "root ::= [ -~‘’“”–—]+"  # llama.cpp's grammar of an answer without Chinese characters


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
        messages, language = messages_for(ask, passages, self.model), ask.question.language
        if not self.model.local:
            yield from self.model.stream(messages, stop)
            return
        options = {"grammar": _ENGLISH} if language == "en" else {}
        yield from until_enough(self.model.stream(messages, stop, TOKENS_LOCAL, options), language)

    def screen(self, language: Language) -> Screen:
        """What a reader may see of one answer while it comes."""
        return Screen(instructions(language, self.model.local), self.model.key)

    def draft(self, ask: Ask, text: str, quotes: Draft) -> Draft | None:
        """The sentences of ``text`` that stand in the passages of the quotes, each cited; None where too little is left.

        What the quotes say beside them (that a number is denied) comes first, what the sentences leave out of them last.
        """
        screen, passages = self.screen(ask.question.language), whole_passages(ask.corpus, quotes.evidence)
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
            cited = self._narrowest(ask, sentence, quotes.evidence)
            cites = (draft.cite(p.policy, p.start, p.end, p.score) for p in cited)
            draft.say("quote", text=_with_mark(sentence.text, "".join(cites)), cite="")
        if struck:
            draft.note("struck", "notice_struck", count=len(struck))
        _quote_missing(quotes, draft)
        return draft

    def _narrowest(self, ask: Ask, sentence: Grounded, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """The passages of a sentence as they were found, where the item alone supports what its whole article does."""
        if any(passage in passages for passage in sentence.passages):
            return sentence.passages
        inside = [
            passage
            for passage in passages
            if any(p.policy == passage.policy and p.start <= passage.start < p.end for p in sentence.passages)
        ]
        kept, _ = ground(sentence.text, inside, ask.question, ask.corpus, self._nearest)
        return kept[0].passages if kept else sentence.passages

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


def _with_mark(sentence: str, cite: str) -> str:
    """The sentence with its citation before the stop."""
    match = re.search(r"[。！？；.!?]+[”\"]?$", sentence)
    return f"{sentence[: match.start()]}{cite}{match.group()}" if match else f"{sentence}{cite}"


def _stops(text: str) -> list[int]:
    """Where the sentences of a text end that go on or end with a full-width stop: offsets behind the stop."""
    return [match.end() for match in _STOP.finditer(text) if not _NO_STOP.search(text[: match.start()])]


def until_enough(pieces: Iterator[str], language: Language) -> Iterator[str]:
    """The pieces of a local model's answer, up to where it may end; raises ModelFailed where it ends nowhere."""
    text, told = "", 0
    try:
        for piece in pieces:
            text += piece
            end = enough(text, language)
            if end is not None:
                yield _ended(text[told:end], language)
                return
            ready = max(told, _sure(text, language))
            yield text[told:ready]
            told = ready
        yield text[told:]
    except ModelFailed as failure:
        if failure.reason != "model_endless" or not _stops(text):
            raise


def _ended(text: str, language: Language) -> str:
    """The end of an answer, with a stop where it ends with the comma of a clause."""
    bare = text.rstrip("，；,")
    return text if bare == text else bare + ("。" if language == "zh" else ".")


def _sure(text: str, language: Language) -> int:
    """How much of an answer may be shown: up to a comma that may yet become its end."""
    comma = max(text.rfind(mark) for mark in "，；,")
    may_end = comma >= CLAUSE_LOCAL[language] and len(text) <= comma + AHEAD[language]
    return comma if may_end else len(text.rstrip("，；,"))


def enough(text: str, language: Language) -> int | None:
    """The offset where an answer of the local model may end, None where it has not said enough.

    It ends with a sentence, or a long one with a clause that stands by itself and that nothing behind it limits.
    """
    stops = _stops(text)
    if len(stops) >= SENTENCES_LOCAL or (stops and stops[-1] >= ENOUGH_LOCAL[language]):
        return stops[-1]
    for match in _CLAUSE[language].finditer(text, CLAUSE_LOCAL[language]) if not stops else ():
        if _may_end(text[: match.start()], text[match.end() :], language):
            return match.end()
    return None


def _may_end(before: str, behind: str, language: Language) -> bool:
    """Whether a sentence may end between two clauses of it."""
    if (
        any(before.count(a) != before.count(b) for a, b in ("“”", "（）", "《》", "()"))
        or before.count('"') % 2
    ):
        return False
    if language == "en":
        last = re.split(r"\b(?:by|,) (?:and )?(?:[a-z]+ly )?[a-z]+ing\b", before)
        return len(last) > 1 and not _LEADS_UP.match(before) and not _NAMES.search(last[-1])
    known = len(behind) >= AHEAD["zh"] or bool(re.search("[，；。]", behind))
    hangs, turns = expression("clause", "hangs"), expression("clause", "turns")
    return known and not hangs.search(before) and not turns.match(behind)


def _whole_sentences(text: str) -> str:
    """A model's answer without the sentence at its end that was cut off, where there is one before it."""
    stops = _stops(text)
    ended = re.search(r"[。！？.!?][”\"]?$", without_marks(text).rstrip())
    return text if not stops or ended else text[: stops[-1]]
