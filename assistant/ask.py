"""A question together with what is needed to answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from assistant.corpus import Clause, Corpus
from assistant.draft import Draft
from assistant.question import Question
from assistant.terms import words
from index.parser import DOCUMENT_KINDS
from index.policy import Policy

_OF_KIND = re.compile(rf"({DOCUMENT_KINDS})(?:里面?|中|内|一共|总共|共|有?几|有?多少|分为?几|第|的结构)")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with what is needed to answer it."""

    question: Question
    corpus: Corpus
    dense: dict[tuple[str, int], float]  # 0..1 for the chunk at (policy, offset)
    today: date

    def draft(self) -> Draft:
        """An empty answer in the language of the question."""
        return Draft(self.corpus, self.question.language)

    def policies(self) -> list[Policy]:
        """Policies that the question names, or those of the kind that it names (条例共有多少条), or all."""
        every = list(self.corpus.policies.values())
        if self.question.policies:
            return [policy for policy in every if policy.id in self.question.policies]
        kinds = _OF_KIND.findall(self.question.folded)
        return [p for p in every if any(kind in p.title for kind in kinds)] or every

    def clauses(self) -> list[Clause]:
        """Clauses of the policies that the question names, or all."""
        chosen = self.question.policies
        return [clause for clause in self.corpus.clauses if not chosen or clause.policy in chosen]

    def topical(self) -> list[tuple[str, float]]:
        """Terms that carry a topic."""
        return [(term.text, term.weight) for term in self.question.terms if term.weight >= 0.4]

    def names_a_thing(self, least: float, besides: str = "", plain: str = "(?!)") -> bool:
        """Whether the question names a thing that the policies speak of elsewhere than in their titles and in ``besides``.

        ``least`` is the weight of a word from which it names a thing; a word that ``plain`` matches names none.
        """
        titles = "\n".join(name for names in self.corpus.titles.values() for name in names)
        no_thing = re.compile(f"{words()['document']['plain']}|{plain}")
        return any(
            term.weight >= least
            and not term.pair
            and not no_thing.fullmatch(term.text)
            and self.corpus.known(replace(term, near=()))
            and not any(variant in titles or variant in besides for variant in term.variants)
            for term in self.question.terms
        )
