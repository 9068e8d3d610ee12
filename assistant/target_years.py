"""Targets by the years that a question asks for: spans, series, what stands already, totals of parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.match import Fit
from assistant.question import Question
from assistant.target_fit import Found
from assistant.terms import expression
from index.policy import Policy, Target
from index.quantities import scale_unit
from index.tables import is_total
from index.text import squeeze

_SPAN = re.compile(r"(20\d\d)年?(?:底|末)?(?:-|—|–|~|至|到)(20\d\d)年?")


def years_asked(question: Question) -> tuple[int, ...]:
    """The years of a question; of a span (2025到2027年) all, unless it asks for the change from end to end."""
    if question.has("difference"):
        return question.years
    spans = [range(int(m[1]), int(m[2]) + 1) for m in _SPAN.finditer(question.folded)]
    return tuple(dict.fromkeys([*question.years, *(year for span in spans for year in span)]))


def asks_what_stands(question: Question) -> bool:
    """Whether a question asks for what stands already (现状, 目前)."""
    return bool(expression("value", "base").search(question.folded))


def asks_both(question: Question) -> bool:
    """Whether a question asks for what stands and for what is due (现在多少，2030年要到多少), and not to reckon with them."""
    reckoned = question.has("difference", "ratio", "sum", "largest", "smallest")
    return asks_what_stands(question) and bool(years_asked(question)) and not reckoned


def without_base(text: str) -> str:
    """A question without the words for what stands already (现在有多少 asks 有多少)."""
    return re.sub(expression("value", "base").pattern, "", text, flags=re.I)


def without_base_words(question: Question) -> Question:
    """A question that compares with what stands (比现状提高多少) without the words for that among its terms."""
    terms = tuple(term for term in question.terms if not expression("value", "base").search(term.text))
    return replace(question, terms=terms) if terms and question.has("difference") else question


def of_one_series(ask: Ask, best: Target, ranked: Sequence[tuple[Fit, str, Target]]) -> list[Found]:
    """The values of one indicator over the years that a question spans (三年一共, 哪年最多), and their total."""
    years, both = years_asked(ask.question), asks_both(ask.question)
    spans = both or len(years) > 1 or bool(expression("value", "over_years").search(ask.question.folded))
    name = squeeze(best.indicator)
    series = [
        (p, t)
        for _, p, t in ranked
        if squeeze(t.indicator) == name and t.section == best.section and (both or not t.base)
    ]
    dated = [found for found in series if found[1].year]
    if not spans or len(dated) < 2 or len({t.year for _, t in dated}) < len(dated):
        return []
    return sorted(in_years(ask, series), key=lambda found: found[1].year or 0)


def without_totals(ask: Ask, chosen: Sequence[Found]) -> list[Found]:
    """The values without those that add up the others: a row 合计, or the total before 其中.

    Where the parts are not all of their total and the question gives no years, the total stays alone.
    """
    policies = ask.corpus.policies
    rest = [found for found in chosen if not is_total(found[1].indicator)] or list(chosen)
    for found in list(rest):
        others = [t for p, t in rest if found[1] is not t and p == found[0]]
        parts = [t for t in others if is_part(policies[found[0]].source, found[1], t)]
        if len(parts) == 1 and not years_asked(ask.question):
            rest = [(p, t) for p, t in rest if t is not parts[0]]  # 6个，其中2个: the two are among the six
        if len(parts) < 2:
            continue
        whole = found[1].low * scale_unit(found[1].unit)[0]
        if (
            len(years_asked(ask.question)) > 1
            or abs(whole - sum(t.low * scale_unit(t.unit)[0] for t in parts)) < 1e-6
        ):
            rest.remove(found)
        else:
            rest = [(p, t) for p, t in rest if t not in parts]
    return [found for found in rest if not _adds_up(found, rest)]


def _adds_up(found: Found, chosen: Sequence[Found]) -> bool:
    """Whether a value that is called a total is what two or more others of its document come to."""
    value = found[1].low * scale_unit(found[1].unit)[0]
    others = [t.low * scale_unit(t.unit)[0] for p, t in chosen if p == found[0]]
    others = [other for other in others if abs(other - value) > 1e-6 * value]
    called = re.search(r"总(?!部)|合计|共计|一共|全[市县区省]", found[1].indicator)
    return bool(called) and len(others) > 1 and abs(sum(others) - value) <= 1e-6 * value


def is_part(source: str, total: Target, part: Target) -> bool:
    """Whether a value stands behind the 其中 that opens the parts of another in its sentence."""
    between = source[total.end : part.end]
    return part.sentence_start == total.sentence_start and bool(
        re.fullmatch(r"[^。；;]*?[，,]?其中[^。；;]*", between)
    )


def in_years(ask: Ask, found: Sequence[Found]) -> list[Found]:
    """Those of the years asked for; a target of every year counts for each."""
    years = years_asked(ask.question)
    if not years:
        return list(found)
    stands = asks_what_stands(ask.question)
    return [
        (p, t)
        for p, t in found
        if t.year in years
        or (t.base and stands)
        or (t.year is None and _holds_in(ask.corpus.policies[p], years))
    ]


def _holds_in(policy: Policy, years: Sequence[int]) -> bool:
    """Whether a policy's undated numbers are of one of these years: of its title, else of its text."""
    titled = re.findall(r"20\d\d", policy.title)
    return any(str(year) in (titled or policy.source) for year in years)
