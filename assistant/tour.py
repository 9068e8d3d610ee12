"""The reading path of a newcomer: at most STEPS clauses of a policy, each with a sentence on why it matters.

What is said of a clause (bodies, roles, numbers) is filled in from the ledger and stands in the clause; a role that
the clause words otherwise (会同 for 配合) is not named.
"""

from __future__ import annotations

from assistant import tour_document, tour_duties
from assistant.bearers import Span, clauses_of
from assistant.bodies import Body
from assistant.corpus import Corpus, targets_in
from assistant.terms import Language
from assistant.tour_reader import Reader, Step

STEPS = 12
# kind -> steps of it that a path has where there are so many, and at most where other kinds have few; in reading order
KINDS = {
    "start": (1, 1),
    "goal": (1, 1),
    "scope": (1, 1),
    "definition": (0, 2),
    "lead": (3, 5),
    "support": (1, 5),
    "implement": (1, 5),
    "task": (3, 5),  # of others, where no body is chosen
    "number": (1, 3),
    "deadline": (1, 2),
    "rule": (2, 4),
}


def reading_path(
    corpus: Corpus, policy: str, body: Body | None, language: Language = "zh"
) -> tuple[Step, ...]:
    """At most STEPS steps through a policy for somebody of a body, or of none; deterministic, no clause twice."""
    reader = _reader(corpus, policy, body, language)
    finders = {**tour_document.FINDERS, **tour_duties.FINDERS}
    found = {kind: finders[kind](reader) for kind in KINDS}
    chosen: dict[str, list[Step]] = {kind: [] for kind in KINDS}
    taken: set[Span] = set()
    for most in (0, 1):  # first what every path has, then more of each kind until the path is full
        for number in range(max(limits[most] for limits in KINDS.values())):
            for kind, limits in KINDS.items():
                if len(chosen[kind]) > number or number >= limits[most] or len(taken) == STEPS:
                    continue
                fresh = next((step for step in found[kind] if step.spans[0] not in taken), None)
                if fresh:
                    chosen[kind].append(fresh)
                    taken.add(fresh.spans[0])
    return tuple(step for steps in chosen.values() for step in sorted(steps, key=lambda step: step.spans[0]))


def _reader(corpus: Corpus, policy: str, body: Body | None, language: Language) -> Reader:
    document, clauses = corpus.policies[policy], clauses_of(corpus, policy)
    inside = {clause.number: targets_in(document, clause) for clause in clauses}
    own = [c for c in clauses if body is None or c.bears(body.names)]
    own.sort(key=lambda clause: not inside[clause.number])
    targets = [target for clause in own for target in inside[clause.number]]
    taken = {target for targets in inside.values() for target in targets}
    free = [target for target in document.targets if target not in taken and not target.base]
    return Reader(document, body, language, tuple(own), tuple(targets or free))
