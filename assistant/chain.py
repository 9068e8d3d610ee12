"""PolicyAssistant: the one entrance. A LangChain Runnable from a question to a certified answer."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from assistant.answer import Answer, Certificate, Event, Evidence, Final, Passage, Token
from assistant.ask import Ask
from assistant.certificate import certify
from assistant.composer import compose, say_mentioned
from assistant.condense import condense, leans
from assistant.corpus import Corpus, numbered_section
from assistant.dates import with_dated_years
from assistant.definitions import only_mentioned
from assistant.draft import Draft
from assistant.duty_answers import bearers_of_nearest
from assistant.examples import example_questions
from assistant.follow_ups import follow_ups
from assistant.judge import judge
from assistant.model_composer import ModelComposer, is_open
from assistant.model_condense import rewrite, translate
from assistant.model_faults import ModelFailed, Stopped
from assistant.one_of import is_none_named
from assistant.parts import answer_parts, answer_sides, aspects_of, parts_of, sides_of
from assistant.question import Question, is_foreign, language_of, without_control
from assistant.reading import read_against, with_neighbours
from assistant.refusal import refuse
from assistant.retriever import HybridRetriever
from assistant.route import route
from assistant.section_answers import versions_of_section
from assistant.target_answers import asks_number_of_body, is_of_all
from assistant.target_choice import other_years
from assistant.terms import Language, words
from assistant.validity import Life, day_asked, in_force, lives, without_day
from index.header import header_labels
from index.store import Index, is_stale, read_pointer
from prompts import phrase

LONGEST_QUESTION = 2000  # characters
CONSIDERED = 12  # passages that may answer
SHOWN = 6  # passages beside an answer


class PolicyAssistant(Runnable[dict[str, Any], Any]):
    """Answers ``{"question": str, "history": [{"role", "content"}, …]}`` from one published index.

    ``invoke`` and ``batch`` return Answers; ``stream`` yields Evidence, Token … and Final.
    """

    def __init__(
        self,
        index: Index,
        retriever: HybridRetriever,
        as_of: date | None = None,
        composer: ModelComposer | None = None,
        policies: Collection[str] | None = None,
    ) -> None:
        """``policies`` are the ids of those that answer; all of the index where it is None."""
        self.index = index
        self.corpus = Corpus(
            {id: policy for id, policy in index.policies.items() if policies is None or id in policies}
        )
        self.retriever = retriever
        self._as_of = as_of
        self.composer = composer

    @cached_property
    def lives(self) -> dict[str, Life]:
        """From when to when each policy of the index is in force."""
        return lives(self.index.policies)

    @lru_cache(maxsize=16)  # noqa: B019 - an assistant lives as long as its index
    def _among(self, policies: tuple[str, ...]) -> PolicyAssistant:
        """The assistant that answers from some of the policies alone."""
        return PolicyAssistant(self.index, self.retriever, self._as_of, self.composer, policies)

    def _answering(self, question: Question, day: date) -> PolicyAssistant:
        """The assistant on the policies that hold on a day, or on those that a question names where none of them does.

        Versions of one document are never mixed in an answer.
        """
        kept = in_force(self.lives, day)
        named = question.policies
        if len(kept) == len(self.corpus.policies):
            return self
        return self._among(tuple(named) if named and not set(named) & set(kept) else tuple(kept))

    @property
    def today(self) -> date:
        """The day on which questions are answered (AS_OF, else the clock's)."""
        return self._as_of or date.today()

    @property
    def writes(self) -> str:
        """Who writes the answers to open questions: ``local`` or ``remote`` model, or ``none``."""
        return "none" if self.composer is None else "local" if self.composer.model.local else "remote"

    def examples(self, language: Language = "zh") -> list[str]:
        """Questions that this index answers, made from its ledger and headings."""

        def answered(question: str) -> bool:
            quoting = PolicyAssistant(self.index, self.retriever, self._as_of)  # a model would take its time
            return quoting.invoke({"question": question}).status == "answered"

        return example_questions(self.corpus, language, answered)

    def follow_ups(self, answer: Answer) -> list[str]:
        """Up to three questions that lead on from an answer; the ledger answers each."""
        return follow_ups(
            answer,
            self.corpus,
            lambda question, policy: (
                language_of(question) == answer.language and self._answers_exactly(question, policy)
            ),
        )

    def _answers_exactly(self, question: str, policy: str) -> bool:
        """Whether the ledger answers a question, from this policy."""
        draft = route(Ask(self.read(question), self.corpus, {}, self.today))
        return (
            draft is not None
            and draft.status == "answered"
            and policy in {citation.policy for citation in draft.citations()}
            and self._certificate(draft).passed
        )

    def warm_up(self) -> None:
        """Load what the first question needs: model, vector store, tokenizer (seconds)."""
        for question in self.examples() or ["?"]:
            self.invoke({"question": question})
        self.read("Which words?")  # the dictionary

    def read(self, text: str) -> Question:
        """A question taken apart against the indexed policies."""
        return read_against(self.corpus, self.index, text)

    def retrieve(self, question: str, k: int) -> list[Passage]:
        """The ``k`` passages nearest to a question that stands alone, best first, also where the ledger would answer."""
        return self._searched(question, language_of(question))[1][:k]

    def invoke(self, input: dict[str, Any], config: RunnableConfig | None = None, **_: Any) -> Answer:
        """The certified answer to one question."""
        for event in self._events(input, config):
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
        yield from self._events(input, config)

    def _events(self, input: Mapping[str, Any], config: RunnableConfig | None) -> Iterator[Event]:
        start = time.perf_counter()
        question = str(input.get("question") or "")
        history: Sequence[Mapping[str, str]] = input.get("history") or ()
        clean = with_dated_years(without_control(question), self.today)
        history = [
            {**turn, "content": with_dated_years(turn.get("content") or "", self.today)} for turn in history
        ]
        language = language_of(clean)
        problem = _unusable(clean)
        if problem:
            text = phrase(language, problem, limit=LONGEST_QUESTION)
            answer = Answer(
                question[:LONGEST_QUESTION], clean[:LONGEST_QUESTION], language, "refused", "none", text
            )
            yield Evidence(())
            spent = {"condense": 0.0, "retrieve": 0.0, "first_token": _since(start), "total": _since(start)}
            yield Final(replace(answer, timings_ms=spent))
            return
        stop = ((config or {}).get("configurable") or {}).get("stop")
        standalone = condense(clean, history, self.read, self.corpus.text) if history else clean
        condensed = _since(start)
        past = day_asked(standalone)
        day = past if past and past < self.today else self.today
        here = self._answering(self.read(standalone), day)
        text = standalone if here is self or day == self.today else without_day(standalone)
        asked, passages, searched = here._searched(text, language)
        yield Evidence(tuple(passages[:SHOWN]))
        timings = {"condense": condensed, "retrieve": searched}
        better = self._by_model(clean, standalone, history, stop)
        if better != standalone:
            standalone = better
            timings["condense"] = _since(start)
            asked, passages, _ = here._searched(standalone, language)
        beside = tuple(passages[:SHOWN])
        draft = self._changes(asked) or here._answer_whole(asked, passages)
        ask = Ask(asked, here.corpus, _nearness(passages), self.today)
        if self.composer is not None and draft.evidence and is_open(ask):
            for event in self._written(self.composer, ask, draft, stop):
                if isinstance(event, Draft):
                    draft = event
                else:
                    timings.setdefault("first_token", _since(start))
                    yield event
        self._warn(draft, day)
        draft.settle()
        if "first_token" not in timings:
            timings["first_token"] = _since(start)
            for piece in draft.tokens():
                yield Token(piece)
        answer = self._finish(draft, question, standalone, beside, asked)
        timings["total"] = _since(start)
        yield Final(replace(answer, timings_ms=timings))

    def _searched(self, standalone: str, language: Language) -> tuple[Question, list[Passage], float]:
        """The question taken apart, the passages found for it, and the milliseconds that the search took."""
        asked = self.read(standalone)
        if language != asked.language:
            asked = replace(asked, language=language)
        before = time.perf_counter()
        passages = self._search_for(_search_text(asked, standalone))
        return asked, passages, _since(before)

    def _search_for(self, text: str) -> list[Passage]:
        """The passages of the policies that answer, best first."""
        return [p for p in self.retriever.search(text) if p.policy in self.corpus.policies]

    def _by_model(
        self,
        question: str,
        standalone: str,
        history: Sequence[Mapping[str, str]],
        stop: threading.Event | None,
    ) -> str:
        """The question as the model puts it where it is in another language or no rule is sure; else as it is."""
        if self.composer is None:
            return standalone
        model = self.composer.model
        if is_foreign(question):
            chinese = translate(model, question, stop)
            return condense(chinese, history, self.read, self.corpus.text) if chinese else standalone
        if history and leans(standalone, self.read):
            put = rewrite(model, question, history, stop)
            return put if put and not leans(put, self.read) else standalone
        return standalone

    def _written(
        self, composer: ModelComposer, ask: Ask, quotes: Draft, stop: threading.Event | None
    ) -> Iterator[Token | Draft]:
        """The model's words as they come, then the draft: its certified sentences, or the quotes and why."""
        text, screen = "", composer.screen()
        try:
            for piece in composer.stream(ask, quotes.evidence, stop):
                text += piece
                if shown := screen.feed(piece):
                    yield Token(shown)
        except ModelFailed as failure:
            reason = phrase(quotes.language, failure.reason)
            quotes.note("model_failed", "notice_model_failed", reason=reason)
        except Stopped:
            quotes.note("stopped", "notice_stopped")
        else:
            draft = composer.draft(ask, without_control(text), quotes)
            if draft is not None and self._certificate(draft).passed:
                yield draft
                return
            quotes.note("replaced", "notice_replaced")
        yield quotes

    def _answer_whole(self, asked: Question, passages: Sequence[Passage]) -> Draft:
        """One answer, also to a question that asks two things."""
        parts = parts_of(asked, self.read, self.corpus.text)
        if parts:
            draft = answer_parts(
                parts,
                lambda part: self._answer(
                    part, passages if part.folded == asked.folded else self._search(part)
                ),
            )
            if draft is not None:
                return draft
        return self._answer(asked, passages)

    def _search(self, asked: Question) -> Sequence[Passage]:
        return self._search_for(_search_text(asked, asked.text))

    def _answer(self, asked: Question, passages: Sequence[Passage]) -> Draft:
        """Ledger first; else the sentences that answer; else a refusal."""
        ask = Ask(asked, self.corpus, _nearness(passages), self.today)
        if asked.foreign and not asked.local and "" not in self.corpus.regions:
            return refuse(ask, "foreign", passages)
        if asked.has("harm"):
            return refuse(ask, "harm", passages)
        unnamed = [m for m in asked.mentions if not self.corpus.directory.named(m)]
        claimed = bool(asked.roles) and asked.has("yesno")  # of a task whose bearers can be named
        if unnamed and not ((asked.has("who") or claimed) and ask.topical()):
            return refuse(ask, "not_named", passages)
        chosen = [p for p in passages if not asked.policies or p.policy in asked.policies][:CONSIDERED]
        draft = route(ask)
        if draft is not None:
            for mention in asked.mentions:
                if mention.member:
                    draft.note("member", "notice_member", name=mention.text, group="、".join(mention.names))
            return self._certified(ask, draft, chosen)
        if asks_number_of_body(asked) and is_of_all(ask):
            return refuse(ask, "kind_amount", passages)
        if is_none_named(ask, chosen):
            return refuse(ask, "refuse", passages)
        if unnamed or (asked.has("amount", "targets") and other_years(ask)):
            return refuse(ask, "not_named" if unnamed else "year", passages)
        compared = answer_sides(sides_of(asked, self.read, self.corpus.text), self._quoted_anew)
        each = compared or answer_parts(aspects_of(asked, self.read, self.corpus.text), self._quoted_anew)
        if each is not None:
            return each
        return self._quoted(asked, passages)

    def _quoted_anew(self, asked: Question) -> Draft:
        return self._quoted(asked, self._search(asked))

    def _quoted(self, asked: Question, passages: Sequence[Passage]) -> Draft:
        """The sentences that answer, or a refusal; words that no policy uses are read by their neighbours."""
        asked = replace(asked, terms=with_neighbours(self.corpus, self.index, asked.terms))
        ask = Ask(asked, self.corpus, _nearness(passages), self.today)
        chosen = [p for p in passages if not asked.policies or p.policy in asked.policies][:CONSIDERED]
        mentioning = only_mentioned(ask, chosen)
        if mentioning:
            return say_mentioned(ask, mentioning)
        verdict = judge(ask, chosen)
        if not verdict.passages:
            return refuse(ask, verdict.reason, passages)
        return bearers_of_nearest(ask, verdict.near) or compose(ask, verdict.passages)

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
            certificate=self._certificate(draft),
            notices=tuple(draft.notices),
        )

    def _certificate(self, draft: Draft) -> Certificate:
        if draft.status == "refused":
            return Certificate()
        return certify(
            draft.text(),
            draft.table(),
            draft.citations(),
            draft.computed,
            self.corpus.directory,
            draft.denied,
            written=draft.route == "model",
        )

    def _certified(self, ask: Ask, draft: Draft, passages: Sequence[Passage]) -> Draft:
        """The draft where its certificate passes; else quotes of the source, and the reader is told."""
        if self._certificate(draft).passed:
            return draft
        verdict = judge(ask, passages)
        if not verdict.passages:
            return refuse(ask, verdict.reason, passages)
        quotes = compose(ask, verdict.passages)
        quotes.note("replaced", "notice_replaced")
        return quotes

    def _warn_of_index(self, draft: Draft) -> None:
        """Notices of an index that another has replaced, and of sources that have changed since it was made."""
        own = self.index.manifest.generation
        if read_pointer(self.index.settings).get("current", own) != own:
            draft.note("index_stale", "notice_replaced_index")
        elif is_stale(self.index):
            draft.note("index_stale", "notice_stale")

    def _warn(self, draft: Draft, day: date) -> None:
        """Notices of cited policies that are not in force on the day for which an answer was asked."""
        if draft.status == "refused":
            return
        for policy in dict.fromkeys(citation.policy for citation in draft.citations()):
            document, life = self.index.policies[policy], self.lives[policy]
            state = life.state(day)
            if state == "in_force":
                continue
            by = self.index.policies[life.policy].title if life.policy else ""
            when = life.begins if state == "not_yet" else life.ends
            stated = document.field(*header_labels()["validity"]["labels"])
            if state == "expired" and when is None and stated:
                draft.note("expired", "notice_invalid", title=document.title, value=stated.value)
            else:
                name = f"notice_{state}" if when else f"notice_{state}_undated"
                draft.note(state, name, title=document.title, date=when, by=by)

    def _changes(self, asked: Question) -> Draft | None:
        """An article in each version of its document, where a question asks what was changed in it; else None."""
        if not asked.marker or not re.search(words()["changed"][asked.language], asked.folded):
            return None
        pairs = [
            (older, life.policy)
            for older, life in self.lives.items()
            if life.kind in ("repealed", "superseded")
            and (not asked.policies or {older, life.policy} & set(asked.policies))
            and any(numbered_section(self.index.policies[id], asked.marker) for id in (older, life.policy))
        ]
        if len(pairs) != 1 or asked.has("who"):
            return None  # of which document is not said
        among = self._among(tuple(dict.fromkeys(id for pair in pairs for id in pair)))
        return versions_of_section(
            Ask(asked, among.corpus, {}, self.today),
            [(self.index.policies[older], self.index.policies[newer]) for older, newer in pairs],
        )


def _unusable(text: str) -> str:
    """The phrase that says why a question cannot be read, "" where it can."""
    if not text:
        return "empty"
    if len(text) > LONGEST_QUESTION:
        return "too_long"
    if not re.search(r"[0-9A-Za-z㐀-鿿]", text):
        return "unreadable"
    return ""


def _search_text(asked: Question, standalone: str) -> str:
    """The question with the official forms of its everyday and English words."""
    extra = [variant for term in asked.terms for variant in term.variants[:2] if variant != term.text]
    return " ".join([standalone, *dict.fromkeys(extra)]) if extra else standalone


def _nearness(passages: Sequence[Passage]) -> dict[tuple[str, int], float]:
    return {(passage.policy, passage.start): passage.score for passage in passages}


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)
