"""Questions for a reader who does not know what to ask: made from the ledger, so that all are answered."""

from __future__ import annotations

from assistant.corpus import Corpus
from assistant.terms import Language
from prompts import phrase

SHORT = 16  # characters of a task or indicator that a question can name


def example_questions(corpus: Corpus, language: Language = "zh") -> list[str]:
    """Up to six questions from the ledger, of different kinds, one in the other language; deterministic."""
    other: Language = "en" if language == "zh" else "zh"
    found: list[str] = []
    bracketed = [clause for clause in corpus.clauses if clause.heads()]
    short = [clause for clause in bracketed if len(clause.task) <= SHORT]
    if short:
        found.append(phrase(language, "example_lead", task=short[len(short) // 2].task))
    if bracketed:
        heads = [duty.organisation for clause in bracketed for duty in clause.heads()]
        second = sorted(dict.fromkeys(heads), key=lambda name: (-heads.count(name), name))
        found.append(phrase(language, "example_tasks", body=second[min(1, len(second) - 1)]))
    dated = [
        target
        for _, target in corpus.targets
        if target.year and not target.base and len(target.indicator) <= SHORT
    ]
    if dated:
        first = dated[0]
        found.append(phrase(language, "example_target", year=first.year, indicator=first.indicator))
        found.append(phrase(language, "example_year", year=max(t.year for t in dated if t.year)))
    found.append(phrase(language, "example_document"))
    if short:
        found.append(phrase(other, "example_lead", task=short[0].task))
    return found[:6]
