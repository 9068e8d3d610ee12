"""What the questions of a quiz are made from, and what a question is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from assistant.bearers import Span
from assistant.bodies import Body
from assistant.corpus import Clause
from assistant.terms import Language
from index.policy import Policy, Target
from index.text import squeeze

OPTIONS = 4
FEWEST = 3  # options of a question
LONGEST = 160  # characters of a quoted sentence with a gap
GAP = "＿＿＿＿"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``options[right]`` is its answer, which stands in ``spans`` of the policy, the closest first."""

    kind: str
    text: str
    options: tuple[str, ...]
    right: int
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Ground:
    """One policy for a reader of a body, or of none; ``random`` is the quiz's own."""

    policy: Policy
    clauses: tuple[Clause, ...]
    bodies: tuple[Body, ...]
    body: Body | None
    language: Language
    random: Random

    @cached_property
    def tasks(self) -> list[Clause]:
        """The clauses whose task has a name of its own, which names none of its bearers."""
        names = Counter(squeeze(clause.task) for clause in self.clauses)
        return [
            clause
            for clause in self.clauses
            if clause.bracketed
            and names[squeeze(clause.task)] == 1
            and len(clause.task) <= LONGEST
            and not any(duty.organisation in clause.task for duty in clause.duties)
        ]

    @cached_property
    def targets(self) -> list[Target]:
        """The commitments to one number."""
        return [t for t in self.policy.targets if not t.base and t.low == t.high]

    def beside(self, clause: Clause) -> list[Clause]:
        """The clauses of a clause's section, with itself."""
        return [other for other in self.clauses if other.section == clause.section]

    def question(
        self, kind: str, text: str, right: str, wrong: Sequence[str], spans: tuple[Span, ...]
    ) -> Question | None:
        """A question with the first of the wrong options, in a random order; None where too few of them differ."""
        different = {squeeze(option): option for option in wrong if squeeze(option) != squeeze(right)}
        options = [right, *list(different.values())[: OPTIONS - 1]]
        if len(options) < FEWEST:
            return None
        self.random.shuffle(options)
        return Question(kind, text, tuple(options), options.index(right), spans)
