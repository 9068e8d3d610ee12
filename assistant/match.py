"""How well a clause, target or passage fits the terms of a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.corpus import Clause, Corpus, Unit
from assistant.question import Question
from assistant.terms import Term, expression, words
from index.policy import Target
from index.text import squeeze

ENOUGH = 0.5  # coverage from which a unit may be what a question is about
NEAR = 0.12  # units this close to the best are equally meant


@dataclass(frozen=True, slots=True)
class Fit:
    """Coverage of the question's terms (0..1), and the score that ranks (coverage and what breaks ties)."""

    coverage: float
    score: float


def overlap(variant: str, text: str) -> float:
    """1 where ``text`` holds ``variant``; for longer words the share of their longest slice in it."""
    if variant in text:
        return 1.0 if _holds_itself(variant, text) else 0.0
    size = len(variant)
    if size < 3 or variant.isascii():
        return 0.0
    best = 0.0
    for length in range(size - 1, 1, -1):
        if any(variant[at : at + length] in text for at in range(size - length + 1)):
            best = (length / size) ** 2 if length / size >= 0.5 else 0.0
            break
    if size == 4 and variant[:2] in text and variant[2:] in text:
        return max(best, 0.8)  # 子女教育: both words stand there, apart
    return best


def _holds_itself(variant: str, text: str) -> bool:
    """Whether a text holds a word outside its opposite (独生子女 in 非独生子女)."""
    at = text.find(variant)
    while at >= 0:
        if not expression("negation", "opposite").search(text[max(0, at - 1) : at] + variant[:2]):
            return True
        at = text.find(variant, at + 1)
    return False


def grip(term: Term, unit: Unit) -> float:
    """How firmly a unit holds a term, 0..1: the word itself in its closest text is 1."""
    best = 0.0
    for place, (weight, text) in enumerate(unit.texts):
        for number, variant in enumerate(term.variants):
            value = weight * overlap(variant, text) * (1.0 if number == 0 else 0.95)
            if value > best:
                best = value
        if best >= weight and place == 0:
            break
        for word, share in term.near:
            if word in text:
                best = max(best, weight * share)
    return best


def is_of_another_party(terms: Sequence[Term], text: str) -> bool:
    """Whether a squeezed text names the other party (承租人) of one that terms name (出租人), and not this one."""
    longer = words()["party"]["longer"]
    parties = [term for term in terms if len(term.text) == 3 and term.text.endswith("人") and not term.pair]
    return any(
        re.search(f"[一-鿿]{re.escape(party.text[1:])}(?!{longer})", text)
        and not any(variant in text for variant in party.variants)
        for party in parties
    )


def is_of_opposite(folded: str, text: str) -> bool:
    """Whether a squeezed text speaks only of those (在编人员) who are not the ones that a folded question is about (编外)."""
    return any(
        re.search(own, folded) and re.search(other, text) and not re.search(stands, text)
        for own, other, stands in words()["party"]["opposed"]
        if not re.search(other, folded)
    )


def coverage(corpus: Corpus, terms: Sequence[Term], unit: Unit) -> float:
    """Share of the terms' weight that a unit holds; rare terms weigh more. 0 without terms."""
    total = held = 0.0
    for term in terms:
        weight = corpus.weight(term)
        total += weight
        held += weight * grip(term, unit)
    return held / total if total else 0.0


def rank_clauses(
    corpus: Corpus, question: Question, clauses: Iterable[Clause], dense: dict[tuple[str, int], float]
) -> list[tuple[Fit, Clause]]:
    """Clauses, best first. ``dense`` gives 0..1 for the chunk that begins at (policy, offset)."""
    ranked = []
    for clause in clauses:
        value = coverage(corpus, question.terms, corpus.clause_unit(clause))
        name = squeeze(clause.task)
        named = coverage(corpus, question.terms, Unit(((1.0, name),)))
        near = max(
            (
                score
                for (policy, start), score in dense.items()
                if policy == clause.policy and clause.start - 40 <= start < clause.end
            ),
            default=0.0,
        )
        ranked.append((Fit(value, value + 0.15 * named + 0.35 * near), clause))
    return sorted(ranked, key=lambda item: -item[0].score)


def rank_targets(
    corpus: Corpus, question: Question, targets: Iterable[tuple[str, Target]]
) -> list[tuple[Fit, str, Target]]:
    """Targets, best first: those whose indicator the question names most exactly."""
    ranked = []
    for policy, target in targets:
        unit = corpus.target_unit(policy, target)
        value = coverage(corpus, question.terms, unit)
        exact = precision(question.terms, squeeze(target.indicator))
        direct = coverage(corpus, question.terms, Unit(unit.texts[:1]))
        unit_asked = 0.1 if target.unit[-1:] and squeeze(target.unit)[-1] in question.folded else 0.0
        ranked.append((Fit(value, value + 0.35 * exact + 0.3 * direct + unit_asked), policy, target))
    return sorted(ranked, key=lambda item: -item[0].score)


def precision(terms: Sequence[Term], indicator: str) -> float:
    """Share of an indicator's characters that the question's terms account for."""
    covered = [False] * len(indicator)
    for term in terms:
        for variant in term.variants:
            at = indicator.find(variant)
            while at >= 0:
                covered[at : at + len(variant)] = [True] * len(variant)
                at = indicator.find(variant, at + 1)
    return sum(covered) / len(indicator) if indicator else 0.0


def missing(corpus: Corpus, terms: Sequence[Term], unit: Unit, least: float = 0.45) -> list[Term]:
    """Terms of weight that a unit does not hold."""
    return [term for term in terms if term.weight >= 0.4 and grip(term, unit) < least]


def deeds(question: Question) -> list[str]:
    """What it is asked who does (设立 in 由谁设立), where that says more than that somebody works on it."""
    entry = words()["deed"]
    if question.language == "en":
        match = re.match(entry["en"][0], question.folded)
        return [match["verb"]] if match else []
    found = [match["verb"] for deed in entry["zh"] for match in re.finditer(deed, question.folded)]
    return [deed for deed in found if not deed.startswith(tuple(entry["general"]))]


def deed_is_lost(question: Question, lost: Iterable[Term]) -> bool:
    """Whether it is asked who does something else: who pays for X is not who leads X."""
    texts = [term.text for term in lost if not term.pair]
    if question.language == "en":
        return any(deed in texts for deed in deeds(question))
    return any(deed.startswith(text) for deed in deeds(question) for text in texts)
