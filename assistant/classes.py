"""Classes that a policy sorts people or things into (C类：取得博士学位的人才): a rule for a class answers of its members."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.terms import Term, words
from index.policy import Policy
from index.text import squeeze

CLEARLY = 2  # characters by which the words of a question have to hold more of one class than of the next


@dataclass(frozen=True, slots=True)
class Class:
    """One class of a policy; ``start:end`` is the item that says who belongs to it."""

    policy: str
    label: str
    what: str  # squeezed
    start: int
    end: int


def classes_of(policy: Policy) -> tuple[Class, ...]:
    """The classes that a policy defines one below another, where it goes on to speak of them by their labels."""
    found = [
        Class(policy.id, match["label"], squeeze(match["what"]), match.start("label"), match.end())
        for match in re.finditer(words()["classes"]["item"], policy.source)
    ]
    labels = [one.label for one in found]
    if len(found) < 2 or len(set(labels)) < len(found):
        return ()
    return tuple(found) if any(policy.source.count(label) > 1 for label in labels) else ()


def class_meant(classes: Sequence[Class], terms: Sequence[Term], folded: str) -> Class | None:
    """The one class whose members a question speaks of without its label; None where it names one or none is clear."""
    named = any(one.label.lower() in folded for one in classes)
    if not classes or named or re.search(words()["classes"]["asked"], folded):
        return None
    text = "|".join([folded, *(variant for term in terms for variant in term.variants[1:])])
    ranked = sorted(((_held(text, one.what), one) for one in classes), key=lambda item: -item[0])
    (most, best), (second, _) = ranked[:2]
    return best if most - second >= CLEARLY else None


def with_class(terms: Sequence[Term], meant: Class, classes: Sequence[Class]) -> tuple[Term, ...]:
    """Terms, those that only this class is defined by also standing for its label (博士: C类); else the label besides."""
    label = meant.label.lower()

    def defines(term: Term) -> bool:
        text = "|".join(term.variants)
        return _held(text, meant.what) > max(_held(text, one.what) for one in classes if one is not meant)

    told = [defines(term) for term in terms]
    if not any(told):
        return (*terms, Term(label, (label,), 0.9))
    return tuple(
        replace(term, variants=(*term.variants, label)) if own else term
        for term, own in zip(terms, told, strict=True)
    )


def _held(text: str, what: str) -> int:
    """Characters of a text that stand in another in runs of two or more."""
    held: set[int] = set()
    for at in range(len(text) - 1):
        if text[at : at + 2] in what:
            held |= {at, at + 1}
    return len(held)
