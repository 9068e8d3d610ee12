"""Questions for a reader who does not know what to ask: made from the ledger, so that all are answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice

from assistant.corpus import MAIN_ROLES, Corpus
from assistant.terms import Language
from assistant.tour_document import is_due
from index.policy import Role
from prompts import phrase

SHORT = 16  # characters of a task or indicator that a question can name
LEAST = 4  # of a heading
TELLING = 40  # characters of a section from which it has something to say
FEWEST = 4  # questions, where there are so many
MOST = 4  # headings that are tried


def example_questions(
    corpus: Corpus, language: Language = "zh", answered: Callable[[str], bool] = lambda question: True
) -> list[str]:
    """Up to six questions from the ledger, of different kinds, one in the other language; deterministic.

    Where the ledger gives few, headings and what most documents say give others, if they are ``answered``.
    """
    other: Language = "en" if language == "zh" else "zh"
    found: list[str] = []
    role = next((r for r in MAIN_ROLES if any(c.bearers(r) for c in corpus.clauses)), Role.LEAD)
    bracketed = [clause for clause in corpus.clauses if clause.bearers(role)]
    short = [c for c in bracketed if role is Role.LEAD and len(c.task) <= SHORT]
    if short:
        found.append(phrase(language, "example_lead", task=short[len(short) // 2].task))
    if bracketed:
        heads = [duty.organisation for clause in bracketed for duty in clause.bearers(role)]
        second = sorted(dict.fromkeys(heads), key=lambda name: (-heads.count(name), name))
        name = "example_tasks" if role is Role.LEAD else "example_duties"
        found.append(phrase(language, name, body=second[min(1, len(second) - 1)]))
    dated = [
        target
        for policy, target in corpus.targets
        if is_due(corpus.policies[policy], target) and not target.base and len(target.indicator) <= SHORT
    ]
    if dated:
        first = dated[0]
        found.append(phrase(language, "example_target", year=first.year, indicator=first.indicator))
        found.append(phrase(language, "example_year", year=max(t.year for t in dated if t.year)))
    found.append(phrase(language, "example_document"))
    if short:
        found.append(phrase(other, "example_lead", task=short[0].task))
    if len(found) < FEWEST:
        others = [phrase(language, "example_force"), phrase(language, "example_scope")]
        others += [
            phrase(language, "example_section", heading=heading) for heading in _headings(corpus)[:MOST]
        ]
        found += islice(filter(answered, others), FEWEST - len(found))
    return found[:6]


def _headings(corpus: Corpus) -> list[str]:
    """What sections are called that say something themselves, each name once, those in the middle first."""
    sections = [section for policy in corpus.policies.values() for section in policy.sections]
    names = Counter(section.heading for section in sections)
    own = [
        section.heading
        for section in sections
        if section.level
        and LEAST <= len(section.heading) <= SHORT
        and names[section.heading] == 1
        and section.end - section.body_start >= TELLING
    ]
    return [*own[len(own) // 2 :], *own[: len(own) // 2]]
