"""The ledger of targets as people look at it: a filtered table, and how many are due when, by theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.bodies import dictionary_key
from assistant.corpus import Corpus
from assistant.references import article_name
from assistant.target_text import written_value
from index.policy import Comparator, Policy, Section, Target
from index.text import squeeze

COLUMNS = ("indicator", "due", "clause")  # by which the table can be sorted
EACH_YEAR = "each"  # due again and again: 每年
UNDATED = "none"  # no year is stated
_YEARLY = ("每年", "年均", "逐年")
_SHORT = 6  # characters of a place that say nothing without the one above


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target of the ledger."""

    policy: str
    theme: str  # heading of its section
    path: tuple[str, ...]
    indicator: str
    comparator: Comparator
    tentative: bool  # 力争
    low: float
    high: float  # equals low where there is no range
    unit: str
    written: str  # the value as the policy writes it
    due: str  # a year, EACH_YEAR or UNDATED
    year: int | None
    period: str  # 每年, 每人每月 …, else ""
    base: bool  # what stands already: no commitment
    start: int
    end: int
    sentence: tuple[int, int]  # the slice to read it in: its sentence, of a table its row
    quote: str  # that slice
    words: str  # squeezed: everything that a reader may look for


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """What is looked at, and in which order; "" does not limit."""

    policy: str = ""
    due: str = ""  # a year, EACH_YEAR or UNDATED
    theme: str = ""
    text: str = ""  # words, all of which a row holds
    sort: str = ""  # one of COLUMNS; "" is the order of the text
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """How many targets of a theme are due when."""

    dues: tuple[str, ...]  # years, then EACH_YEAR and UNDATED where there are any
    themes: tuple[str, ...]  # in reading order
    counts: Mapping[tuple[str, str], int]  # (theme, due) -> targets, at least one

    def total(self, *, theme: str = "", due: str = "") -> int:
        """The targets of a theme, of a due year, or all."""
        return sum(
            count for (own, when), count in self.counts.items() if theme in ("", own) and due in ("", when)
        )


def read_targets(corpus: Corpus) -> tuple[TargetRow, ...]:
    """Every target of the ledger once, in reading order."""
    return tuple(
        _row(policy, policy.sections[target.section], target)
        for policy in corpus.policies.values()
        for target in policy.targets
    )


def _row(policy: Policy, section: Section, target: Target) -> TargetRow:
    theme = _theme(policy, section)
    span = target.sentence_start, target.sentence_end
    written = written_value(target)
    return TargetRow(
        policy=policy.id,
        theme=theme,
        path=section.path,
        indicator=target.indicator,
        comparator=target.comparator,
        tentative=target.tentative,
        low=target.low,
        high=target.high,
        unit=target.unit,
        written=written,
        due=_due(target),
        year=target.year,
        period=target.period,
        base=target.base,
        start=target.start,
        end=target.end,
        sentence=span,
        quote=policy.source[slice(*span)].strip(),
        words=squeeze(
            " ".join((*section.path, theme, target.indicator, written, policy.source[slice(*span)]))
        ),
    )


def _theme(policy: Policy, section: Section) -> str:
    """The heading that a target stands under; of an article without one its name or number."""
    return section.heading or article_name(policy, section.start) or place(section.path) or policy.title


def _due(target: Target) -> str:
    if target.year is not None:
        return str(target.year)
    return EACH_YEAR if target.period.startswith(_YEARLY) else UNDATED


def place(path: Sequence[str]) -> str:
    """The last name of a section's path, with the one above where it says little by itself (（1）)."""
    return " › ".join(path[-2:] if path and len(path[-1]) < _SHORT else path[-1:])


def holds_words(text: str, words: str) -> bool:
    """Whether each word of what a reader typed stands in squeezed text."""
    return all(squeeze(word) in words for word in text.split())


def filter_targets(rows: Iterable[TargetRow], chosen: TargetFilter) -> tuple[TargetRow, ...]:
    """The targets that a filter leaves, sorted; what stands already is among them."""
    found = [
        row
        for row in rows
        if chosen.policy in ("", row.policy)
        and chosen.due in ("", row.due)
        and chosen.theme in ("", row.theme)
        and holds_words(chosen.text, row.words)
    ]
    if chosen.sort == "due":
        order = {due: number for number, due in enumerate(dues_of(found))}
        found.sort(key=lambda row: order[row.due], reverse=chosen.descending)
    elif chosen.sort == "indicator":
        found.sort(key=lambda row: dictionary_key(row.indicator), reverse=chosen.descending)
    elif chosen.descending:
        found.reverse()
    return tuple(found)


def dues_of(rows: Iterable[TargetRow]) -> tuple[str, ...]:
    """When targets are due: years in order, then each year, then those without a year."""
    return tuple(sorted({row.due for row in rows}))  # digits come before letters


def themes_of(rows: Iterable[TargetRow]) -> tuple[str, ...]:
    """The themes of targets, in reading order."""
    return tuple(dict.fromkeys(row.theme for row in rows))


def schedule_of(rows: Sequence[TargetRow]) -> Schedule:
    """What is due when, by theme; what stands already is left out."""
    aims = [row for row in rows if not row.base]
    counts = Counter((row.theme, row.due) for row in aims)
    order = sorted(aims, key=lambda row: (row.policy, row.start))
    return Schedule(dues_of(aims), themes_of(order), dict(counts))
