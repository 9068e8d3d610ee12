"""Questions that name several targets (A、B和C): one target for each part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.match import coverage, grip, precision
from assistant.question import Question
from assistant.target_fit import Found
from assistant.target_years import years_asked
from assistant.terms import Term, expression, words
from index.policy import Target
from index.text import squeeze

NEARBY = 0.85  # what the words count that stand in the sentence or the heading of a target


def by_sides(ask: Ask, pool: Sequence[Found]) -> list[Found]:
    """The two targets of 甲的X比乙的多多少: each of its own side and of what is said of both; [] where in doubt.

    What stands behind the 的 of the first side, and in other clauses of the question, is said of both.
    """
    match = re.search(words()["ask"]["difference"]["sides"], ask.question.folded)
    if not match:
        return []
    terms = [term for term in ask.question.terms if term.weight >= 0.3 and not term.pair]
    one, head = match["one"], match["head"] or ""
    first = [t for t in terms if t.text in one and t.text not in head]
    second = [t for t in terms if t.text in match["other"] and t not in first and t.text not in head]
    both = [t for t in terms if t not in first and t not in second and t.text not in match["what"]]
    if not first or not second:
        return []
    found = [
        _only([f for f in pool if _is_of(ask, f, [*own, *both]) and not _is_of(ask, f, apart)])
        for own, apart in ((first, second), (second, first))
    ]
    sides = [side for side in found if side]
    return sides if len(sides) == 2 and sides[0][1].unit == sides[1][1].unit else []


def _is_of(ask: Ask, found: Found, named: Sequence[Term]) -> bool:
    """Whether the words of a target itself hold every one of these."""
    own = Unit(ask.corpus.target_unit(*found).texts[:1])
    return all(grip(term, own) >= 0.45 for term in named)


def _only(fitting: Sequence[Found]) -> Found | None:
    """The one of some targets, or of several of one value the first; None where they differ."""
    return fitting[0] if len({(t.low, t.high, t.unit) for _, t in fitting}) == 1 else None


def by_topic(ask: Ask, pool: Sequence[Found]) -> list[Found]:
    """The targets of a topic of which several numbers are asked (X那块，A多少，B多少), which stand in one sentence; else []."""
    parts = expression("several", "joints").split(ask.question.folded)
    asking = [part for part in parts if expression("several", "many").search(part)]
    topic = [
        term
        for part in parts
        if part not in asking
        for term in _terms_in(ask.question, part)
        if term.weight >= 0.3 and not term.pair
    ]
    if len(asking) < 2 or not topic:
        return []
    named = [
        found for found in pool if all(grip(term, ask.corpus.target_unit(*found)) >= 0.45 for term in topic)
    ]
    together = {(policy, target.sentence_start) for policy, target in named}
    if len(together) != 1 or len(named) < len(asking):
        return []
    own = [_gripped(ask, named, _terms_in(ask.question, part)) for part in asking]
    asked = [found for found in named if any(found in some for some in own)]
    return asked if all(own) else named


def _gripped(ask: Ask, found: Sequence[Found], terms: Sequence[Term]) -> list[Found]:
    """The targets whose own words hold one of some terms."""
    own = [term for term in terms if term.weight >= 0.4]
    return [
        one
        for one in found
        if any(grip(term, Unit(ask.corpus.target_unit(*one).texts[:1])) >= 0.45 for term in own)
    ]


def by_parts(ask: Ask, pool: Sequence[Found]) -> list[Found]:
    """One target for each part of a question that names several (A、B和C)."""
    question = ask.question
    found: list[Found] = []
    named: list[Target] = []  # the best for each part
    last: list[str] = []  # words of the last part, whose end is often said of all
    text = question.folded
    if question.has("ratio"):
        text = expression("several", "compared").sub("、", text)
    joints, every = expression("several", "joints"), expression("several", "all")
    parts = [_terms_in(question, part) for part in joints.split(text) if not every.match(part)]
    parts = [own for own in parts if any(term.weight >= 0.5 for term in own)]
    if len(parts) < 2 and question.has("largest", "smallest"):
        return []  # 哪个最大，比最小的多多少: one group is named, not two things
    rankings: list[list[_Ranked]] = []
    for own in parts:
        last = [word for term in own if term.weight >= 0.9 and not term.pair for word in term.variants[:1]]
        ranked = _ranked_for(ask, own, pool)
        if not ranked or ranked[0][1] < 0.6:
            return []
        rankings.append(ranked)
    for ranked in rankings:
        best = _ends_like(ranked, rankings[-1][0][3])
        named.append(best[3])
        for score, direct, policy, target in ranked:
            same = squeeze(target.indicator) == squeeze(best[3].indicator)
            years = years_asked(question)
            wanted = not years or target.year in years or target.year is None
            alike = target is best[3] or (score == best[0] and best is ranked[0])
            if direct >= 0.6 and wanted and (alike or same) and (policy, target) not in found:
                found.append((policy, target))
    if len(named) < 2 and len({squeeze(t.indicator) for _, t in found}) > 1:
        return []  # one part is of several: not one for each
    if any(named.count(t) > 1 and any(word not in squeeze(t.indicator) for word in last) for t in named):
        return []  # two parts are of one target, which is none of what the last says of all
    return found


def _terms_in(question: Question, part: str) -> list[Term]:
    """Terms that a part of the question holds."""
    return [term for term in question.terms if term.text in part.replace(" ", "") or term.text in part]


_Ranked = tuple[float, float, str, Target]  # score, how directly the target is named, policy, target


def _ranked_for(ask: Ask, own: Sequence[Term], pool: Sequence[Found]) -> list[_Ranked]:
    """The targets for one part of a question, of whose terms ``own`` are, best first."""
    every = ask.question.terms
    shared = [term for term in every if re.search(r"产业|规模|集群|企业|目标|占比|比重", term.text)]
    ranked = []
    for policy, target in pool:
        unit = ask.corpus.target_unit(policy, target)
        direct = coverage(ask.corpus, own, Unit(unit.texts[:1]))
        direct = max(direct, NEARBY * coverage(ask.corpus, own, unit))
        extra = coverage(ask.corpus, shared, unit) if shared else 0.0
        exact = precision([*own, *shared], squeeze(target.indicator))
        ranked.append((direct + 0.35 * exact + 0.1 * extra, direct, policy, target))
    return sorted(ranked, key=lambda item: -item[0])


def _ends_like(ranked: Sequence[_Ranked], last: Target) -> _Ranked:
    """The best for a part; of those named as directly, the one whose name ends most as that of the last part.

    The words behind the last name are said of every part: 甲区和乙区农村人员标准 is of 农村人员 in both.
    """
    best = ranked[0]
    if best[3] is last:
        return best
    rivals = [item for item in ranked if item[1] >= best[1] - 0.01 and item[3].unit == last.unit]
    ending = squeeze(last.indicator)
    return max([best, *rivals], key=lambda item: _same_end(squeeze(item[3].indicator), ending))


def _same_end(one: str, other: str) -> int:
    """How many characters two names have in common at their end."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
