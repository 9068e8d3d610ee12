"""Which of the indexed policies answer: those in force on the day that is asked for. Versions are never mixed."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from assistant.answerer import Answerer
from assistant.draft import Draft
from assistant.naming import documents_named
from assistant.question import Question
from assistant.references import numbered_section
from assistant.section_answers import versions_of_section
from assistant.terms import words
from assistant.validity import day_asked, in_force, without_day
from prompts import phrase


class Versions:
    """Which policies of an index answer a question, and what changed between two versions."""

    def __init__(self, every: Answerer) -> None:
        self._every = every
        self._lives = every.corpus.lives

    def choose(self, question: str, policies: Collection[str] = ()) -> tuple[Answerer, str, date]:
        """Who answers a question, the question without the day that it names, and that day, else today.

        ``policies`` are those that the reader has chosen, whether in force or not.
        Where it names only policies that are not in force, these answer; where it asks which documents there are, all.
        """
        today = self._every.today
        past = day_asked(question)
        day = past if past and past < today else today
        if policies:
            return self._every.among(policies), question if day == today else without_day(question), day
        kept = in_force(self._lives, day)
        if len(kept) == len(self._lives):
            return self._every, question, day
        asked = self._every.read(question)
        if asked.has("documents"):
            return self._every, question, day
        slots = documents_named(asked.folded, self._every.corpus.titles)
        several = [policy for _, _, policies in slots for policy in policies]
        named = tuple(several) if len(slots) > 1 else asked.policies
        answerer = self._every.among(named if named and not set(named) & set(kept) else kept)
        return answerer, question if day == today else without_day(question), day

    def changes(self, asked: Question, chosen: Collection[str] = ()) -> Draft | None:
        """An article in each version of its document, where a question asks what was changed in it; else None.

        Both are of ``chosen``, where the reader has chosen what may answer.
        """
        if not asked.marker or asked.has("who"):
            return None
        if not re.search(words()["changed"][asked.language], asked.folded):
            return None
        policies = self._every.corpus.policies
        pairs = [
            (older, life.replaced.policy)
            for older, life in self._lives.items()
            if life.replaced
            and (not chosen or {older, life.replaced.policy} <= set(chosen))
            and (not asked.policies or {older, life.replaced.policy} & set(asked.policies))
            and any(numbered_section(policies[id], asked.marker) for id in (older, life.replaced.policy))
        ]
        if len(pairs) != 1:
            return None  # of which document is not said
        (older, newer) = pairs[0]
        return versions_of_section(
            self._every.among((older, newer)).ask(asked, ()), policies[older], policies[newer]
        )

    def warn(self, draft: Draft, day: date) -> None:
        """Add notices of cited policies that are not in force on the day for which an answer was asked."""
        if draft.status == "refused":
            return
        corpus = self._every.corpus
        for policy in dict.fromkeys(citation.policy for citation in draft.citations()):
            document, life = corpus.policies[policy], self._lives[policy]
            state, end = life.state(day), life.ended(day)
            when = life.begins if state == "not_yet" else end.day if end else None
            stated = corpus.field(document, "validity")
            if state == "in_force":
                continue
            if state == "expired" and when is None and stated:
                draft.note("expired", "notice_invalid", title=document.title, value=stated.value)
                continue
            by = corpus.policies[end.policy].title if end else ""
            shown = (
                phrase(draft.language, "date", year=when.year, month=when.month, day=when.day) if when else ""
            )
            name = f"notice_{state}" if when else f"notice_{state}_undated"
            draft.note(state, name, title=document.title, date=shown, by=by)
