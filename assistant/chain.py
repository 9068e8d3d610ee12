"""PolicyAssistant: the one entrance. A LangChain Runnable from a question to a certified answer."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from assistant.answer import Answer, Event, Evidence, Final, Passage, Token
from assistant.answerer import Answerer
from assistant.ask import Ask
from assistant.asker import without_preamble
from assistant.condense import condense
from assistant.corpus import Corpus
from assistant.dates import says_this_year, with_dated_years
from assistant.draft import Draft
from assistant.examples import example_questions
from assistant.follow_ups import follow_ups
from assistant.leaning import leans
from assistant.meter import Meter
from assistant.model_composer import ModelComposer, is_open
from assistant.model_condense import rewrite, translate
from assistant.model_faults import ModelFailed, Stopped
from assistant.question import Question, is_foreign, language_of, without_control
from assistant.retriever import HybridRetriever
from assistant.terms import Language
from assistant.versions import Versions
from index.folder import is_stale
from index.pointer import read_pointer
from index.store import Index
from prompts import phrase

LONGEST_QUESTION = 2000  # characters
SHOWN = 6  # passages beside an answer
AT_ONCE = (
    2  # questions that compute at a time: more would only slow each other down, and the server with them
)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Put:
    """One question as it was put, and as it is read."""

    whole: str  # as the reader wrote it
    text: str  # without what is no part of it; 今年 as a number
    undated: str  # of a question without history that says 今年: the same with 今年; else ""
    history: Sequence[Mapping[str, str]]  # the turns before it, cleaned alike
    language: Language
    policies: Sequence[str]  # ids of the policies that alone may answer; none: all may


class PolicyAssistant(Runnable[dict[str, Any], Any]):
    """Answers ``{"question": str, "history": [{"role", "content"}, …]}`` from one published index.

    ``"policies": [id, …]`` beside them says from which of its policies alone; without it all may answer.
    ``invoke`` and ``batch`` return Answers; ``stream`` yields Evidence, Token … and Final.
    """

    is_warm = False  # whether what the first question needs is loaded

    def __init__(
        self,
        index: Index,
        retriever: HybridRetriever,
        as_of: date | None = None,
        composer: ModelComposer | None = None,
    ) -> None:
        self.index = index
        self.retriever = retriever
        self.composer = composer
        self.answerer = Answerer(index, retriever, as_of)
        self.versions = Versions(self.answerer)
        self.meter = Meter(lambda: self.index.manifest)
        self._turn = threading.BoundedSemaphore(AT_ONCE)  # held while one computes, not while a model writes

    @property
    def corpus(self) -> Corpus:
        """All policies of the index."""
        return self.answerer.corpus

    @property
    def today(self) -> date:
        """The day on which questions are answered (AS_OF, else the clock's)."""
        return self.answerer.today

    @property
    def writes(self) -> str:
        """Who writes the answers to open questions: ``local`` or ``remote`` model, or ``none``."""
        return "none" if self.composer is None else "local" if self.composer.model.local else "remote"

    def examples(self, language: Language = "zh") -> list[str]:
        """Questions that this index answers, made from its ledger and headings."""

        def answered(question: str) -> bool:
            answerer, text, _ = self.versions.choose(question)
            asked, passages, _ = answerer.search(text, language)
            return answerer.answer(asked, passages).status == "answered"  # a model would take its time

        return example_questions(self.corpus, language, answered)

    def follow_ups(self, answer: Answer) -> list[str]:
        """Up to three questions that lead on from an answer; the ledger answers each."""
        with self._turn:
            return follow_ups(
                answer,
                self.corpus,
                lambda question, policy: (
                    language_of(question) == answer.language
                    and self.answerer.answers_exactly(question, policy)
                ),
            )

    def warm_up(self) -> None:
        """Load what the first question needs: model, vector store, tokenizer (seconds)."""
        for question in self.examples() or ["?"]:
            for _ in self._events({"question": question}, None):  # nobody asked: it is not counted
                pass
        self.read("Which words?")  # the dictionary
        self.is_warm = True

    def read(self, text: str) -> Question:
        """A question taken apart against the indexed policies."""
        return self.answerer.read(text)

    def retrieve(self, question: str, k: int) -> list[Passage]:
        """The ``k`` passages nearest to a question that stands alone, best first, also where the ledger would answer."""
        with self._turn:
            return self.answerer.search(without_preamble(question), language_of(question))[1][:k]

    def invoke(self, input: dict[str, Any], config: RunnableConfig | None = None, **_: Any) -> Answer:
        """The certified answer to one question."""
        for event in self._counted(input, config):
            if isinstance(event, Final):
                return event.answer
        raise AssertionError("a stream ends with Final")

    def stream(
        self, input: dict[str, Any], config: RunnableConfig | None = None, **_: Any
    ) -> Iterator[Event]:
        """Evidence, then Tokens, then Final, whose answer replaces what was streamed.

        Where no model writes, the texts of the Tokens in order make the answer's text. A ``threading.Event`` as
        ``config["configurable"]["stop"]`` ends the model's answer.
        """
        yield from self._counted(input, config)

    def _counted(self, input: Mapping[str, Any], config: RunnableConfig | None) -> Iterator[Event]:
        """The events of an answer, whoever asks: counted, and ended where the program ends."""
        given = (config or {}).get("configurable") or {}
        stop = given.get("stop") or threading.Event()
        with self.meter.answering(stop) as count:
            for event in self._events(input, {"configurable": {**given, "stop": stop}}):
                if isinstance(event, Final):
                    count(event.answer)
                    break
                yield event
            else:
                return
        yield event

    def _events(self, input: Mapping[str, Any], config: RunnableConfig | None) -> Iterator[Event]:
        start = time.perf_counter()
        put = self._cleaned(input)
        problem = self._unanswerable(put)
        if problem is not None:
            yield Evidence(())
            spent = {"condense": 0.0, "retrieve": 0.0, "first_token": _since(start), "total": _since(start)}
            yield Final(replace(problem, timings_ms=spent))
            return
        stop = ((config or {}).get("configurable") or {}).get("stop")
        with self._turn:
            began = time.perf_counter()
            standalone = put.text
            if put.history:
                standalone = condense(put.text, put.history, self.read, self.corpus.text)
            condensed = _since(began)
            answerer, text, day = self.versions.choose(standalone, put.policies)
            places = answerer.places(put.text, put.history)
            asked, passages, searched = answerer.search(text, put.language, places)
        yield Evidence(tuple(passages[:SHOWN]))
        timings = {"condense": condensed, "retrieve": searched}
        better = self._by_model(put, standalone, stop)
        with self._turn:
            if better != standalone:
                standalone = better
                timings["condense"] = _since(start)
                answerer, text, day = self.versions.choose(standalone, put.policies)
                asked, passages, _ = answerer.search(text, put.language, places)
            beside = tuple(passages[:SHOWN])
            draft = self.versions.changes(asked, put.policies) or answerer.answer(asked, passages)
            refused = draft.status == "refused" and bool(put.undated)
            if refused and (holds := answerer.still_holds(put.undated, put.language)):
                draft, asked, passages = holds
                beside = tuple(passages[:SHOWN])
            ask = answerer.ask(asked, passages)
        if self.composer is not None and draft.evidence and is_open(ask):
            for event in self._written(self.composer, ask, draft, stop):
                if isinstance(event, Draft):
                    draft = event
                else:
                    timings.setdefault("first_token", _since(start))
                    yield event
        if put.policies and draft.status == "refused":
            names = [f"《{answerer.corpus.names[id]}》" for id in put.policies]
            draft.note("chosen", "notice_chosen", policies=phrase(put.language, "item_comma").join(names))
        self.versions.warn(draft, day)
        draft.settle()
        if "first_token" not in timings:
            timings["first_token"] = _since(start)
            for piece in draft.tokens():
                yield Token(piece)
        with self._turn:
            beside = _cited_first(passages, draft)[:SHOWN] if draft.status != "refused" else beside
            answer = self._finish(draft, put.whole, standalone, beside, asked)
        timings["total"] = _since(start)
        yield Final(replace(answer, timings_ms=timings))

    def _cleaned(self, input: Mapping[str, Any]) -> _Put:
        """What is asked as it is read: the one place where questions are cleaned, that of the turns before too."""
        whole = str(input.get("question") or "")
        bare = without_preamble(without_control(whole))
        text = with_dated_years(bare, self.today)
        history = [
            {**turn, "content": with_dated_years(without_preamble(turn.get("content") or ""), self.today)}
            for turn in input.get("history") or ()
        ]
        undated = bare if says_this_year(whole) and not history else ""
        return _Put(whole, text, undated, history, language_of(text), input.get("policies") or ())

    def _unanswerable(self, put: _Put) -> Answer | None:
        """The answer that says why a question cannot be read, or asked of these policies; None where it can."""
        unknown = [policy for policy in put.policies if policy not in self.index.policies]
        problem = "no_policy" if unknown else _unusable(put.text)
        if not problem:
            return None
        named = phrase(put.language, "list_comma").join(unknown)
        text = phrase(put.language, problem, limit=LONGEST_QUESTION, policies=named)
        question, standalone = put.whole[:LONGEST_QUESTION], put.text[:LONGEST_QUESTION]
        return Answer(question, standalone, put.language, "refused", "none", text)

    def _by_model(self, put: _Put, standalone: str, stop: threading.Event | None) -> str:
        """The question as the model puts it where it is in another language or no rule is sure; else as it is."""
        if self.composer is None:
            return standalone
        model = self.composer.model
        if is_foreign(put.text):
            chinese = translate(model, put.text, stop)
            return condense(chinese, put.history, self.read, self.corpus.text) if chinese else standalone
        if put.history and leans(standalone, self.read):
            rewritten = rewrite(model, put.text, put.history, stop)
            return rewritten if rewritten and not leans(rewritten, self.read) else standalone
        return standalone

    def _written(
        self, composer: ModelComposer, ask: Ask, quotes: Draft, stop: threading.Event | None
    ) -> Iterator[Token | Draft]:
        """The model's words as they come, then the draft: its certified sentences, or the quotes and why."""
        text, screen = "", composer.screen(ask.question.language)
        try:
            for piece in composer.stream(ask, quotes.evidence, stop):
                text += piece
                if shown := screen.feed(piece):
                    yield Token(shown)
        except ModelFailed as failure:
            logger.warning("the model gave no answer: %s", failure.reason)
            reason = phrase(quotes.language, failure.reason)
            quotes.note("model_failed", "notice_model_failed", reason=reason)
        except Stopped:
            quotes.note("stopped", "notice_stopped")
        else:
            with self._turn:
                draft = composer.draft(ask, without_control(text), quotes)
                passed = draft is not None and self.answerer.certificate(draft).passed
            if draft is not None and passed:
                yield draft
                return
            quotes.note("replaced", "notice_replaced")
        yield quotes

    def _finish(
        self,
        draft: Draft,
        question: str,
        standalone: str,
        passages: tuple[Passage, ...],
        asked: Question,
    ) -> Answer:
        self._warn_of_index(draft)
        return Answer(
            question=question,
            standalone_question=standalone,
            language=asked.language,
            status=draft.status,
            route=draft.route,
            text=draft.text(),
            citations=draft.citations() if draft.status != "refused" else (),
            passages=passages,
            table=draft.table(),
            count=draft.count,
            certificate=self.answerer.certificate(draft),
            notices=tuple(draft.notices),
        )

    def _warn_of_index(self, draft: Draft) -> None:
        """Notices of an index that another has replaced, and of sources that have changed since it was made."""
        own, settings = self.index.manifest.generation, self.index.settings
        # no answer waits for a database: who shares one looks for another generation in the background
        if not settings.shared and read_pointer(settings).get("current", own) != own:
            draft.note("index_stale", "notice_replaced_index")
        elif is_stale(self.index):
            draft.note("index_stale", "notice_stale")


def _cited_first(passages: Sequence[Passage], draft: Draft) -> tuple[Passage, ...]:
    """The passages, best first, those before the others that hold half of what an answer cites, or stand half in it.

    Their scores never rise: one that goes ahead counts as no less than what is behind it.
    """

    def is_cited(passage: Passage) -> bool:
        return any(
            policy == passage.policy
            and 2 * (min(end, passage.end) - max(start, passage.start))
            >= min(end - start, passage.end - passage.start)
            for policy, start, end in draft.spans
        )

    ordered = sorted(passages, key=lambda passage: not is_cited(passage))
    scores = accumulate(reversed([passage.score for passage in ordered]), max)
    return tuple(replace(p, score=score) for p, score in zip(ordered, reversed(list(scores)), strict=True))


def _unusable(text: str) -> str:
    """The phrase that says why a question cannot be read, "" where it can."""
    if not text:
        return "empty"
    if len(text) > LONGEST_QUESTION:
        return "too_long"
    if not re.search(r"[0-9A-Za-z㐀-鿿]", text):
        return "unreadable"
    return ""


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)
