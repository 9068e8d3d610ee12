"""What every step of the tour is made from, and what a step is."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.bearers import Span
from assistant.bodies import Body
from assistant.corpus import Clause
from assistant.terms import Language
from assistant.within import section_at
from index.policy import Policy, Section, Target
from index.text import squeeze
from prompts import phrase


@dataclass(frozen=True, slots=True)
class Step:
    """One clause to read; ``spans`` are slices of the policy, what the step is about first."""

    kind: str  # one of KINDS of assistant.tour
    title: str
    sentence: str  # why it matters to the reader
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads which policy in which language."""

    policy: Policy
    body: Body | None
    language: Language
    own: tuple[
        Clause, ...
    ]  # the clauses of the body, of every body where none is chosen; those with numbers first
    targets: tuple[
        Target, ...
    ]  # what these clauses commit to; where it is nothing, what no clause of a body does

    def say(self, name: str, **values: object) -> str:
        """A phrase in the reader's language."""
        return phrase(self.language, name, **values)


def quoted(policy: Policy, spans: tuple[Span, ...]) -> str:
    """What a step shows of the policy, squeezed."""
    return squeeze("".join(policy.source[start:end] for start, end in spans))


def place_of(policy: Policy, at: int) -> str:
    """The name of the section at an offset, the policy's title outside of all."""
    section = section_at(policy, at)
    return title_of(section) if section and section.level else policy.title


def title_of(section: Section) -> str:
    """What a section is called by itself."""
    return section.path[-1] if section.path else section.heading
