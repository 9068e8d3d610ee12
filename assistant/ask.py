"""A question together with what is needed to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.corpus import Clause, Corpus
from assistant.draft import Draft
from assistant.question import Question


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

    def clauses(self) -> list[Clause]:
        """Clauses of the policies that the question names, or all."""
        chosen = self.question.policies
        return [clause for clause in self.corpus.clauses if not chosen or clause.policy in chosen]

    def topical(self) -> list[tuple[str, float]]:
        """Terms that carry a topic."""
        return [(term.text, term.weight) for term in self.question.terms if term.weight >= 0.4]
