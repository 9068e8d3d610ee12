"""How targets are said: a value as a sentence, values as rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.draft import Draft
from assistant.target_fit import Found
from index.policy import Target
from index.quantities import scale_unit
from index.tables import heading_of
from index.text import squeeze
from prompts import phrase

_BARE = re.compile(r"(\d)(?=[^\d%‰]*$)")  # the last digit of a value that names no unit


def value_text(draft: Draft, target: Target) -> str:
    """The value as written, with 力争 where the text says so."""
    tentative = phrase(draft.language, "tentative") if target.tentative else ""
    return f"{tentative}{written_value(target)}"


def written_value(target: Target) -> str:
    """The value as the policy writes it, with the unit that a cell of a table leaves to its header."""
    text = target.text
    if target.unit and squeeze(target.unit) not in squeeze(text):
        text = _BARE.sub(rf"\g<1>{target.unit}", text)
    return text


def cite_target(draft: Draft, policy: str, target: Target) -> str:
    """The marks for the whole sentence that a target stands in: of a table the row, and its header."""
    return "".join(f"[{number}]" for number in _numbers(draft, policy, target))


def is_cell(draft: Draft, policy: str, target: Target) -> bool:
    """Whether a target stands in a table, whose row is no sentence to quote."""
    return heading_of(draft.corpus.policies[policy], target.section, target.start) is not None


def dated(target: Target) -> str:
    """The indicator with the year that it is due in."""
    return f"{target.indicator}（{target.year}）" if target.year else target.indicator


def _numbers(draft: Draft, policy: str, target: Target) -> list[int]:
    row = heading_of(draft.corpus.policies[policy], target.section, target.start)
    whole = (target.sentence_start, target.sentence_end)
    spans = row or [*_dated_before(draft, policy, target), *_named_before(draft, policy, target), whole]
    return [draft.number(policy, *span) for span in spans]


def _dated_before(draft: Draft, policy: str, target: Target) -> list[tuple[int, int]]:
    """The line that opens the list of a target and says when it is due, where its sentence does not."""
    document = draft.corpus.policies[policy]
    section = document.sections[target.section]
    own = document.source[target.sentence_start : target.sentence_end]
    if target.year is None or str(target.year) in own or "\n" not in document.source[: target.sentence_start]:
        return []
    above = document.sections[section.parent] if section.parent is not None else section
    for start, end in ((section.start, target.sentence_start), (above.start, above.end)):
        lines = re.finditer(rf"[^\n]*{target.year}[^\n]*[：:][ \t]*(?=\n)", document.source[start:end])
        found = [(start + line.start(), start + line.end()) for line in lines]
        if found:
            return found[-1:]
    return []


def _named_before(draft: Draft, policy: str, target: Target) -> list[tuple[int, int]]:
    """The sentence that names what a value is of, where its own only points to it (上述三项指标分别达到…)."""
    source = draft.corpus.policies[policy].source
    if squeeze(target.indicator) in squeeze(source[target.sentence_start : target.sentence_end]):
        return []
    others = (
        (t.sentence_start, t.sentence_end)
        for t in draft.corpus.policies[policy].targets
        if t.indicator == target.indicator
        and t.sentence_end <= target.sentence_start
        and not source[t.sentence_end : target.sentence_start].strip()
    )
    return list(others)[-1:]


def when_text(draft: Draft, target: Target) -> str:
    """到2025年， where a target is due in a year."""
    if target.base:
        year = target.year
        return phrase(draft.language, "when_base", year=year) if year else phrase(draft.language, "base")
    if target.year is not None:
        return phrase(draft.language, "when_year", year=target.year)
    return ""


def period_text(target: Target) -> str:
    """每年, 每人每月 …, unless the indicator says so itself."""
    if squeeze(target.period) in squeeze(target.indicator):
        return ""
    return target.period.removeprefix(target.indicator)


def say_target(draft: Draft, policy: str, target: Target) -> None:
    """One target as a sentence, cited."""
    draft.say(
        "target_one",
        when=when_text(draft, target),
        indicator=beside(draft, target),
        period=period_text(target),
        text=value_text(draft, target),
        cite=cite_target(draft, policy, target),
    )


def beside(draft: Draft, target: Target) -> str:
    """The indicator, unless the value names it (10个工业互联网平台) and nothing comes between."""
    return (
        ""
        if draft.language == "zh" and squeeze(target.indicator) in squeeze(target.text)
        else target.indicator
    )


def target_table(draft: Draft, chosen: Iterable[Found]) -> None:
    """Indicator, value, due year or period, clause; one row a target."""
    draft.head("indicator", "value", "year", "section")
    for policy, target in chosen:
        path = draft.corpus.policies[policy].sections[target.section].path
        due = str(target.year) if target.year else (target.period or "—")
        due += phrase(draft.language, "base") if target.base else ""
        numbers = _numbers(draft, policy, target)
        draft.row([target.indicator, value_text(draft, target), due, " › ".join(path)], numbers)


def value_list(draft: Draft, chosen: Sequence[Found]) -> str:
    """Targets with their values in a row, each cited; the year where two are of one indicator."""
    items = [
        phrase(
            draft.language,
            "part",
            indicator=_dated(draft, target, chosen),
            text=value_text(draft, target),
            cite=cite_target(draft, policy, target),
        )
        for policy, target in chosen
    ]
    return phrase(draft.language, "part_comma").join(items)


def _dated(draft: Draft, target: Target, chosen: Sequence[Found]) -> str:
    same = sum(squeeze(other.indicator) == squeeze(target.indicator) for _, other in chosen)
    name = beside(draft, target)
    return f"{name}（{target.year}）" if same > 1 and target.year else name


def plain_unit(unit: str) -> str:
    """The unit without its multiplier: 元 of 亿元."""
    return scale_unit(unit)[1]
