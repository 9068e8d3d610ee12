"""One question that stands alone to a draft of its answer: from the ledger, else in sentences of the source."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock

from assistant.answer import Certificate, Passage
from assistant.apart import MOST, answer_apart, mixes, named_apart, say_which
from assistant.ask import Ask
from assistant.certificate import certify
from assistant.composer import compose, say_mentioned
from assistant.corpus import Corpus
from assistant.dates import is_of_a_year
from assistant.deadlines import answer_by_default
from assistant.definitions import only_mentioned
from assistant.denied import answer_denied
from assistant.document_rules import rules_asked
from assistant.draft import Draft
from assistant.duty_answers import bearers_of_nearest
from assistant.header_asked import fields_asked
from assistant.joined import answer_parts, answer_sides, with_rest
from assistant.judge import MARGIN, MARGIN_OF_EACH, judge
from assistant.listed_near import answer_listed, count_listed
from assistant.one_of import is_none_named
from assistant.parts import Part, asked_beside, aspects_of, parts_of, sides_of
from assistant.place import around, last_exchange, leads_there, names_its_own, places_of
from assistant.question import Place, Question
from assistant.ratios import say_ratio
from assistant.reading import read_against, with_neighbours
from assistant.refusal import refuse
from assistant.retriever import HybridRetriever
from assistant.route import route
from assistant.sentences import best_first
from assistant.target_choice import other_years
from assistant.target_of_body import add_targets, asks_bearer_and_number, asks_number_of_body, is_of_all
from assistant.terms import Language, words
from assistant.tier_answers import answer_tier_at
from assistant.wanted import asks_fine
from index.organisations import Mention
from index.store import Index

CONSIDERED = 12  # passages that may answer
KEPT = 32  # answerers of some of the policies that are kept for the next question


class Answerer:
    """Answers from the policies of an index, or from some of them alone, without a language model."""

    def __init__(
        self,
        index: Index,
        retriever: HybridRetriever,
        as_of: date | None = None,
        policies: Collection[str] | None = None,
        root: Answerer | None = None,
    ) -> None:
        """``policies`` are the ids of those that answer; all of the index where it is None. ``root`` answers from all."""
        kept = index.policies if policies is None else {id: index.policies[id] for id in policies}
        self.index = index
        self.corpus = Corpus(kept)
        self._retriever = (
            retriever if policies is None else retriever.model_copy(update={"policies": frozenset(kept)})
        )
        self._as_of = as_of
        self._among: dict[tuple[str, ...], Answerer] = {}
        self._guard = Lock()
        self._root = root or self

    @property
    def today(self) -> date:
        """The day on which questions are answered (AS_OF, else the clock's)."""
        return self._as_of or date.today()

    def among(self, policies: Collection[str]) -> Answerer:
        """The one that answers from these policies alone; the last few are kept."""
        root = self._root
        key = tuple(id for id in root.corpus.policies if id in policies)
        if len(key) == len(root.corpus.policies):
            return root
        with root._guard:
            answerer = root._among.pop(key, None)
        answerer = answerer or Answerer(self.index, root._retriever, self._as_of, key, root)
        with root._guard:
            while len(root._among) >= KEPT:
                del root._among[next(iter(root._among))]
            root._among[key] = answerer
        return answerer

    def read(self, text: str) -> Question:
        """A question taken apart against the policies."""
        return read_against(self.corpus, self.index, text)

    def places(self, follow_up: str, history: Sequence[Mapping[str, str]]) -> tuple[Place, ...]:
        """Where the last exchange stands, if a follow-up may be answered there; () else."""
        question, said = last_exchange(history)
        asked = self.read(follow_up)
        if not question or not said or names_its_own(asked):
            return ()
        places = places_of(said, self._retriever.search(f"{question} {said}"), self.corpus)
        return places if leads_there(asked, places, self.corpus) else ()

    def search(
        self, text: str, language: Language, places: tuple[Place, ...] = ()
    ) -> tuple[Question, list[Passage], float]:
        """The question taken apart, the passages found for it, and the milliseconds that the search took.

        ``places`` is where the last exchange stands, near which a follow-up is likely answered.
        """
        asked = replace(self.read(text), places=places)
        if language != asked.language:
            asked = replace(asked, language=language)
        before = time.perf_counter()
        passages = self._search(asked, text)
        return asked, passages, round((time.perf_counter() - before) * 1000, 2)

    def ask(self, asked: Question, passages: Sequence[Passage]) -> Ask:
        """A question with the policies and the nearness of the passages."""
        nearness = {(passage.policy, passage.start): passage.fused for passage in passages}
        return Ask(asked, self.corpus, nearness, self.today)

    def answer(self, asked: Question, passages: Sequence[Passage]) -> Draft:
        """One answer, also to a question that asks two things, or of two documents."""
        apart = named_apart(asked, self.corpus)
        if apart:
            whole = Draft(self.corpus, asked.language)
            if answer_apart(apart, lambda policies, text: self._of(policies, text, asked.language), whole):
                return whole
            return refuse(self.ask(asked, passages), "refuse", passages)
        parts = parts_of(asked, self._reading(asked), self.corpus.text)
        if parts:
            draft = answer_parts(parts, self._answered_anew)
            if draft is not None:
                return draft
        whole = self._answer(asked, passages)
        asks = asked_beside(asked, self._reading(asked), self.corpus.text)
        near = around(whole, self.corpus) if asks else ()
        return with_rest(whole, asks, lambda part: self._answered_beside(part, near))

    def still_holds(self, undated: str, language: Language) -> tuple[Draft, Question, list[Passage]] | None:
        """The answer to what is asked of this year, where the documents say it of no year, or of all since one.

        ``undated`` is the question without the number of the year; None where the answer is of a year.
        """
        asked, passages, _ = self.search(undated, language)
        draft = self.answer(asked, passages)
        said = [draft.text(), *(cell for cells, _ in draft.rows for cell in cells)]
        for citation in draft.citations():
            said += citation.section
            if draft.route == "ledger":  # a target of a plan for one year (2024年重点工作安排)
                said.append(self.index.policies[citation.policy].title)
        if draft.status != "answered" or is_of_a_year("\n".join(said)):
            return None
        draft.note("this_year", "notice_this_year", year=self.today.year)
        return draft, asked, passages

    def answers_exactly(self, question: str, policy: str) -> bool:
        """Whether the ledger answers a question, from this policy."""
        draft = route(self.ask(self.read(question), ()))
        return (
            draft is not None
            and draft.status == "answered"
            and policy in {citation.policy for citation in draft.citations()}
            and self.certificate(draft).passed
        )

    def certificate(self, draft: Draft) -> Certificate:
        """The check of a draft against what it cites."""
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

    def certified(self, ask: Ask, draft: Draft, passages: Sequence[Passage]) -> Draft:
        """The draft where its certificate passes; else quotes of the source, and the reader is told."""
        if self.certificate(draft).passed:
            return draft
        verdict = judge(ask, passages)
        if not verdict.passages:
            return refuse(ask, verdict.reason, passages)
        quotes = compose(ask, verdict.passages, verdict.joint)
        quotes.note("replaced", "notice_replaced")
        return quotes

    def _narrowed(self, asked: Question) -> Question:
        """The question, of those documents alone that use its rarest words: what another one says of less is no answer."""
        if asked.policies or asked.marker or asked.mentions or asked.has("list", "tasks"):
            return asked
        if rules_asked(asked.folded) or fields_asked(asked):
            return asked
        plain = re.compile(words()["document"]["plain"])
        nouns = [term for term in asked.terms if term.weight >= 0.9 and not plain.fullmatch(term.text)]
        weak = [term for term in asked.terms if term.weight >= (0.2 if term.pair else 0.4)]
        held = self.corpus.holding(nouns) or self.corpus.holding(nouns, weak)
        return replace(asked, policies=held) if held else asked

    def _unmixed(self, asked: Question, draft: Draft, policies: Sequence[str]) -> Draft:
        """The answer of each document, where ``draft`` reckons with what several say; which they are where they are many."""
        whole = Draft(self.corpus, asked.language)
        if len(policies) > MOST:
            spans = {span[0]: span for span in reversed(draft.spans)}
            return say_which(whole, [spans[policy] for policy in policies], "several_documents")
        parts = [(f"《{self.corpus.names[policy]}》", (policy,), asked.text) for policy in policies]
        if answer_apart(parts, lambda own, text: self._of(own, text, asked.language), whole):
            whole.count = None  # of each there is one
            return whole
        return refuse(self.ask(asked, ()), "refuse", ())

    def _of(self, policies: Collection[str], text: str, language: Language) -> Draft:
        """The answer of these policies alone."""
        answerer = self.among(policies)
        asked, passages, _ = answerer.search(text, language)
        return answerer.answer(asked, passages)

    def _reading(self, asked: Question) -> Callable[[str], Question]:
        """How the parts of a question are read: they may be answered where it may."""
        return lambda text: replace(self.read(text), places=asked.places)

    def _search(self, asked: Question, text: str = "") -> list[Passage]:
        """The passages for a question, best first; ``text`` is how it was put, where not as it stands."""
        found = self._retriever.search(_search_text(asked, text or asked.text))
        return best_first(self.ask(asked, found), found, CONSIDERED)

    def _answer(self, asked: Question, passages: Sequence[Passage]) -> Draft:
        """Ledger first; else the sentences that answer; else a refusal."""
        named, asked = bool(asked.policies), self._narrowed(asked)
        chosen = _of_asked(asked, passages)
        if asked.policies and not named and len(chosen) < CONSIDERED / 2:
            passages = self.among(asked.policies)._search(asked)
            chosen = _of_asked(asked, passages)
        ask = self.ask(asked, passages)
        unnamed = [m for m in asked.mentions if not self.corpus.directory.named(m)]
        reason = self._out_of_reach(ask, unnamed)
        if reason:
            return refuse(ask, reason, passages)
        denied = answer_denied(ask, chosen)
        if denied is not None:
            return denied
        draft = route(ask)
        if draft is not None and not named and (mixed := mixes(asked, draft)):
            return self._unmixed(asked, draft, mixed)
        if draft is not None:
            for mention in asked.mentions:
                if mention.member:
                    draft.note("member", "notice_member", name=mention.text, group="、".join(mention.names))
            return self.certified(ask, draft, chosen)
        reason = _not_stated(ask, chosen, unnamed)
        if reason:
            return refuse(ask, reason, passages)
        each = self._of_sides(asked)
        return each if each is not None else self._quoted(asked, passages)

    def _out_of_reach(self, ask: Ask, unnamed: Sequence[Mention]) -> str:
        """Why no policy can answer a question, whatever it says: another place's, harmful, or of ``unnamed`` bodies; "" where
        one can."""
        asked = ask.question
        countrywide = self.corpus.regions.get("", ())
        if asked.policies:  # another place's document is none of the place that is asked about
            countrywide = tuple(policy for policy in countrywide if policy in asked.policies)
        if asked.foreign and not asked.local and not countrywide:
            return "foreign"
        if asked.has("harm"):
            return "harm"
        claimed = bool(asked.roles) and asked.has("yesno")  # of a task whose bearers can be named
        if unnamed and not ((asked.has("who") or claimed) and ask.topical()):
            return "not_named"
        return ""

    def _of_sides(self, asked: Question) -> Draft | None:
        """The sentences for each of the things that a question compares, or for each of its aspects; None where it has one."""
        compared = answer_sides(sides_of(asked, self._reading(asked), self.corpus.text), self._quoted_anew)
        return compared or answer_parts(
            aspects_of(asked, self._reading(asked), self.corpus.text), self._quoted_anew
        )

    def _answered_anew(self, asked: Question) -> Draft:
        return self._answer(asked, self._search(asked))

    def _answered_beside(self, part: Part, near: tuple[Place, ...]) -> Draft:
        """The answer to what is asked besides, likely in the places of the rest of the answer.

        Where it leans on what was asked before, the ledger tells no topic of it.
        """
        asked = replace(part.question, places=near or part.question.places)
        return self._quoted_anew(asked) if part.leans else self._answered_anew(asked)

    def _quoted_anew(self, asked: Question) -> Draft:
        return self._quoted(asked, self._search(asked))

    def _quoted(self, asked: Question, passages: Sequence[Passage], margin: float = MARGIN) -> Draft:
        """The sentences that answer, or a refusal; words that no policy uses are read by their neighbours."""
        asked = replace(asked, terms=with_neighbours(self.corpus, self.index, asked.terms))
        ask = self.ask(asked, passages)
        chosen = _of_asked(asked, passages)
        mentioning = only_mentioned(ask, chosen)
        if mentioning:
            return say_mentioned(ask, mentioning)
        fine = asks_fine(asked)
        verdict = judge(ask, chosen, MARGIN_OF_EACH if fine else margin)
        if verdict.reason == "kind_when" and (by_default := answer_by_default(ask, chosen)):
            return by_default
        if not verdict.passages:
            several = not fine and len(asked.kinds) > 1 and verdict.reason.startswith("kind_")
            each = self._of_each_kind(asked, passages) if several else None
            return each or refuse(ask, verdict.reason, passages)
        borne = bearers_of_nearest(ask, verdict.near)
        if borne and asks_bearer_and_number(asked):
            add_targets(ask, borne)
        best = verdict.answering[0][1] if verdict.answering else None
        tier = answer_tier_at(ask, best.policy, best.start, best.end) if best and not borne else None
        listed = borne or tier or answer_listed(ask, verdict.answering)
        if listed:
            return listed
        quotes = compose(ask, verdict.passages, verdict.joint)
        count_listed(ask, quotes, verdict.answering)
        if best:
            say_ratio(ask, quotes, best.policy, best.start, best.end)
        return quotes

    def _of_each_kind(self, asked: Question, passages: Sequence[Passage]) -> Draft | None:
        """The sentences for each kind of answer that is wanted (多少钱, 哪个电话), where no sentence gives all."""
        parts = [replace(asked, kinds=frozenset((kind,))) for kind in sorted(asked.kinds)]
        return answer_sides(parts, lambda part: self._quoted(part, passages, MARGIN_OF_EACH))


def _of_asked(asked: Question, passages: Sequence[Passage]) -> list[Passage]:
    """The passages that may answer, best first: of the policies that are asked, where some are."""
    return [p for p in passages if not asked.policies or p.policy in asked.policies][:CONSIDERED]


def _not_stated(ask: Ask, chosen: Sequence[Passage], unnamed: Sequence[Mention]) -> str:
    """Why no sentence answers a question that the ledger does not answer; "" where one may."""
    if asks_number_of_body(ask.question) and is_of_all(ask):
        return "kind_amount"
    if is_none_named(ask, chosen):
        return "refuse"
    if unnamed:
        return "not_named"
    return "year" if ask.question.has("amount", "targets") and other_years(ask) else ""


def _search_text(asked: Question, standalone: str) -> str:
    """The question with the official forms of its everyday and English words."""
    extra = [variant for term in asked.terms for variant in term.variants[:2] if variant != term.text]
    return " ".join([standalone, *dict.fromkeys(extra)]) if extra else standalone
