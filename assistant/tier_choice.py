"""Which tiers a question with a number means: those of what it counts, in a rule or a table that fits its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.match import ENOUGH, coverage, grip
from assistant.question import Question
from assistant.ranges import Range, ranges, spoken_in_digits
from assistant.table_conditions import text_beside
from assistant.terms import Term, expression, words
from assistant.tiers import Tiers, tiers_of
from assistant.within import subtree_end
from index.quantities import scale_unit
from index.text import squeeze

CLOSE = 0.1  # tiers of another rule this close to the best are equally meant
NEAR = 0.35  # what the nearness of the passage counts
OWN = 0.5  # what the words count that stand in the tiers themselves
THING = 0.9  # weight of a word that names a thing
LEAST = 0.3  # of each word that names a thing which the policies speak of, that the tiers have to hold
LIKE = 0.4  # of a word that a text holds in part (餐饮 of 餐饮店)
JUST = 1e-6  # how far beyond 100 is what is said to be more than 100
COUNTED = 6  # characters behind a number in which a question says what it counts


@dataclass(frozen=True, slots=True)
class Said:
    """A number of the reader's, or a range that he gives (50人以上)."""

    text: str
    range: Range
    behind: str  # the words right behind it (个 is of 泊位)
    got: bool  # an amount that he has had already


@dataclass(frozen=True, slots=True)
class Meant:
    """Tiers that a question means, with a number that falls into one of them, or between them."""

    tiers: Tiers
    said: Said
    score: float


def numbers_said(question: Question) -> list[Said]:
    """The numbers of a question as they are compared; [] where one is a half (1岁半), which no tier is read for."""
    text = question.folded if question.language == "en" else squeeze(question.folded)
    if expression("tier", "half").search(text):
        return []
    for spoken, written in words()["tier"]["english"].items() if question.language == "en" else ():
        text = re.sub(rf"(?<=\d){spoken}", written, text)
    text = spoken_in_digits(text)
    got = expression("tier", "got")
    return [
        Said(
            re.sub(r"^\D+", "", text[one.start : one.end]),
            _as_said(one, text[one.start : one.end]),
            re.split("[,;。?!]", text[one.end : one.end + COUNTED])[0],
            bool(got.search(text[: one.start])),
        )
        for one in ranges(text)
    ]


def _as_said(one: Range, text: str) -> Range:
    """What a reader means by a bound: behind 达到 or 超过 a number, or what lies just beyond it; with 以上 a range."""
    if text[:1].isdigit() or one.is_point or (isfinite(one.low) and isfinite(one.high)):
        return one
    end, inside = (one.low, one.low_in) if isfinite(one.low) else (one.high, one.high_in)
    value = end if inside else end * (1 + JUST if isfinite(one.low) else 1 - JUST)
    return replace(one, low=value, high=value, low_in=True, high_in=True)


def tiers_meant(ask: Ask) -> list[Meant]:
    """The tiers of the one rule or table that fits best; [] where none does, or another one as well."""
    meant = _of_numbers(ask, lambda tiers: _fit(ask, tiers))
    best = [one for one in meant if _same(one.tiers, meant[0].tiers)]
    rivals = [one for one in meant if one not in best and one.score > best[0].score - CLOSE]
    return [] if rivals else best


def tiers_meant_at(ask: Ask, policy: str, start: int, end: int) -> list[Meant]:
    """The tiers that a slice of a policy is a part of: that of the sentence that answers best."""
    meant = _of_numbers(
        ask, lambda tiers: float(tiers.policy == policy and tiers.start < end and start < tiers.end)
    )
    alone = bool(meant) and all(_same(one.tiers, meant[0].tiers) for one in meant)
    return meant if alone and not _names_another(ask, meant[0].tiers) else []


def _same(one: Tiers, other: Tiers) -> bool:
    """Whether tiers are the same, or of one table."""
    return one is other or (one.table is not None and one.table is other.table)


def _of_numbers(ask: Ask, fit: Callable[[Tiers], float]) -> list[Meant]:
    """The tiers of what the numbers of a question count, best first."""
    question = ask.question
    listed = question.has("list") and not question.has("amount")
    if listed or question.has("why", "definition", "largest", "smallest"):
        return []
    asked = {policy.id for policy in ask.policies()}
    found = [
        Meant(tiers, one, score)
        for one in numbers_said(question)
        if not one.got
        for tiers in tiers_of(ask.corpus)
        if tiers.policy in asked
        and one.range.unit == tiers.unit
        and _counts(ask, one, tiers)
        and not _of_others(ask, one, tiers)
        and (score := fit(tiers)) > 0
    ]
    return sorted(found, key=lambda one: -one.score)


def _counts(ask: Ask, said: Said, tiers: Tiers) -> bool:
    """Whether tiers are of what a number counts: the unit tells so (85岁), or the question names it (投资, 泊位)."""
    if tiers.unit in words()["tier"]["own"] or not _topics(ask):
        return True
    text = squeeze(ask.corpus.policies[tiers.policy].source[tiers.start : tiers.end])
    persons = expression("tier", "persons")
    if persons.search(said.text) and any(persons.search(squeeze(tier.said)) for tier in tiers.tiers):
        return True
    counted = expression("tier", "thing").match(said.behind)
    if tiers.unit == scale_unit("个")[1] and counted and counted.group() not in text:
        return False
    pairs = {said.behind[at : at + 2] for at in range(len(said.behind) - 1)}
    if tiers.unit == said.range.unit and any(
        pair in tiers.counted or (tiers.table and pair in text) for pair in pairs
    ):
        return True
    names = [v for term in ask.question.terms if term.weight >= 0.15 for v in term.variants if len(v) > 1]
    return any(name in tiers.counted for name in names)


def _of_others(ask: Ask, said: Said, tiers: Tiers) -> bool:
    """Whether a number lies in another range beside the tiers too, and no word of the question tells whose is meant."""
    if not any(one.cuts(said.range) for one in tiers.beside):
        return False
    policy = ask.corpus.policies[tiers.policy]
    section = policy.sections[tiers.section]
    end = subtree_end(policy.sections, section.id)
    apart = squeeze(policy.source[section.start : tiers.start] + policy.source[tiers.end : end])
    own = tiers.counted + squeeze(policy.source[slice(*tiers.opening)] if tiers.opening else "")
    names = (v for term in ask.question.terms for v in term.variants if len(v) > 1)
    return not any(name in own and name not in apart for name in names)


def _topics(ask: Ask) -> list[Term]:
    """The terms of a question that name what it is about, and no number or what is asked of one."""
    plain = f"{words()['tier']['plain']}|{words()['document']['plain']}"
    return [
        term
        for term in ask.question.terms
        if term.weight >= 0.4
        and not term.pair
        and not re.search(rf"(?<=\d){re.escape(term.text)}", ask.question.folded)
        and not re.search(r"\d", spoken_in_digits(term.text))
        and not re.fullmatch(plain, term.text)
    ]


def _fit(ask: Ask, tiers: Tiers) -> float:
    """How well tiers fit what else a question says; 0 where they do not, or where it says nothing and others may be meant."""
    terms = _topics(ask)
    if not terms:
        same = [other for other in tiers_of(ask.corpus) if other.unit == tiers.unit]
        return 1.0 if len(same) == 1 else 0.0
    policy = ask.corpus.policies[tiers.policy]
    own = squeeze(policy.source[tiers.start : tiers.end])
    path = " ".join(policy.sections[tiers.section].path)
    beside = squeeze(text_beside(policy, tiers.table) if tiers.table else path)
    text = Unit(((1.0, own), (0.9, beside)))
    lost = [t for t in terms if t.weight >= THING and ask.corpus.known(t) and grip(t, text) < LEAST]
    if _names_another(ask, tiers) or any(
        grip(t, Unit(((1.0, squeeze(policy.title)),))) < LEAST for t in lost
    ):
        return 0.0
    held = coverage(ask.corpus, terms, Unit((*text.texts, (0.5, squeeze(policy.title)))))
    chunks = (v for (p, at), v in ask.dense.items() if p == policy.id and tiers.start - 40 <= at < tiers.end)
    named = coverage(ask.corpus, terms, Unit(((1.0, own),)))
    return held + NEAR * max(chunks, default=0.0) + OWN * named if held >= ENOUGH else 0.0


def _names_another(ask: Ask, tiers: Tiers) -> bool:
    """Whether a question names a thing that no policy speaks of, and nothing like it stands beside the tiers."""
    unit = Unit(((1.0, squeeze(ask.corpus.policies[tiers.policy].source[tiers.start : tiers.end])),))
    return any(
        term.weight >= THING
        and len(term.variants) == 1
        and not ask.corpus.known(term)
        and grip(term, unit) < LIKE
        for term in _topics(ask)
    )
