"""Steps of the tour on the document itself: why it was made, its goals, its words, its numbers, dates and rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from assistant.bearers import Span, clause_spans
from assistant.document_rules import document_rules, rules_of
from assistant.task_lists import deadline_in, deadline_words
from assistant.tour_reader import Reader, Step, place_of, quoted, title_of
from assistant.within import section_at
from index.policy import Policy, Role, Section, Target
from index.sentences import sentence_spans
from index.tables import heading_of
from index.text import squeeze

LONGEST = 400  # characters of a section that are shown as one step
_OWN_STEP = ("purpose", "scope")  # rules of the document that steps of their own tell


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("tour.toml").read_text("utf-8"))


def _start(reader: Reader) -> Iterator[Step]:
    policy = reader.policy
    title = re.search(r"\s*".join(map(re.escape, "".join(policy.title.split()))), policy.source)
    named = [title.span()] if title else []
    for pattern in _words()["purpose_says"]:
        for span in _matches(policy, pattern):
            yield Step("start", policy.title, reader.say("step_start"), (span, *named))
    if named:
        yield Step("start", policy.title, reader.say("step_title"), tuple(named))


def _goal(reader: Reader) -> Iterator[Step]:
    for pattern in _words()["goals"]:
        for section in reader.policy.sections:
            if re.search(pattern, section.heading) and section.level:
                span = _extract(reader.policy, section)
                if span:
                    yield Step("goal", title_of(section), reader.say("step_goal"), (span,))


def _extract(policy: Policy, section: Section) -> Span | None:
    """The sentences of a section that hold its targets, from its beginning where they are few; None of an empty one."""
    spans = list(sentence_spans(policy.source, section.body_start, section.end))
    if not spans:
        return None
    targets = [t for t in policy.targets if t.section == section.id]
    first = 0
    if targets and spans[-1][1] - spans[0][0] > LONGEST:
        first = next((n for n, (_, end) in enumerate(spans) if targets[0].start < end), 0)
    last = next(
        (n for n in range(len(spans) - 1, first, -1) if spans[n][1] - spans[first][0] <= LONGEST), first
    )
    return spans[first][0], spans[last][1]


def _scope(reader: Reader) -> Iterator[Step]:
    yield from _worded(reader, "scope")


def _definition(reader: Reader) -> Iterator[Step]:
    yield from _worded(reader, "definition")


def _worded(reader: Reader, kind: str) -> Iterator[Step]:
    for span in _matches(reader.policy, _words()[f"{kind}_says"]):
        yield Step(kind, place_of(reader.policy, span[0]), reader.say(f"step_{kind}"), (span,))


def _matches(policy: Policy, pattern: str) -> Iterator[Span]:
    """The slices that a pattern finds, their blanks and the marker of their section aside."""
    for match in re.finditer(pattern, policy.source):
        text = match.group().rstrip()
        start = match.start() + len(text) - len(text.lstrip())
        section = section_at(policy, start)
        if section and not section.heading and start < section.body_start < match.start() + len(text):
            start = section.body_start
        yield start, match.start() + len(text)


def _number(reader: Reader) -> Iterator[Step]:
    """What the clauses commit to, the last first: the first are in the steps on who does what."""
    for target in reversed(reader.targets):
        value = _value(reader.policy, target)
        if value and not value.startswith(("以上", "以下")):  # the upper end of a range: 以上5万元以下
            said = reader.say("step_number", value=value)
            yield Step("number", target.indicator, said, _target_spans(reader.policy, target))


def _deadline(reader: Reader) -> Iterator[Step]:
    """The dates of the tasks, then the years of the targets, each year once, the last first."""
    for clause in reader.own:
        due = deadline_in(reader.policy, clause)
        if due and re.search(r"\d", due[0]):
            text, start, end = due
            spans = dict.fromkeys(((start, end), *clause_spans(reader.policy, clause, ())))
            said = reader.say("step_deadline", text=deadline_words(text))
            yield Step("deadline", clause.task, said, tuple(spans))
    dated = {target.year: target for target in reader.targets if is_due(reader.policy, target)}
    for target in sorted(dated.values(), key=lambda target: -(target.year or 0)):
        value = _value(reader.policy, target)
        if value:
            said = reader.say("step_year", year=target.year, value=value)
            yield Step("deadline", target.indicator, said, _target_spans(reader.policy, target))


def is_due(policy: Policy, target: Target) -> bool:
    """Whether the sentence of a target says that it is due in its year (到2025年, 2025年底前), not from it on."""
    sentence, year = squeeze(policy.source[target.sentence_start : target.sentence_end]), target.year
    due = rf"(?<!\d年)[到至]{year}年(?!\d*月?\d*日?起)|{year}年(?:\d+月)?(?:\d+日)?(?:底|末|前|以前|之前)"
    return bool(year and re.search(due, sentence))


def _value(policy: Policy, target: Target) -> str:
    """The words of a target as its sentence has them, of a cell its value behind what it is of; "" where they are not."""
    if heading_of(policy, target.section, target.start) is None:
        return " ".join(policy.source[target.start : target.end].split())
    row = quoted(policy, _target_spans(policy, target))
    names = [target.indicator, target.indicator.rpartition("：")[2]]
    name = next((name for name in names if squeeze(name) in row), "")
    return f"{name}{target.text}" if name and squeeze(target.text) in row else ""


def _target_spans(policy: Policy, target: Target) -> tuple[Span, ...]:
    row = heading_of(policy, target.section, target.start)
    return row or ((target.sentence_start, target.sentence_end),)


def _rule(reader: Reader) -> Iterator[Step]:
    """The rules that bind everyone, those first that give a body tasks which do not name it."""
    policy, seen = reader.policy, set[Span]()
    worded = [
        (sort, span) for sort in document_rules() if sort not in _OWN_STEP for span in rules_of(policy, sort)
    ]
    ledger = [d for d in policy.duties if d.role is Role.IMPLEMENT and d.rule_start >= 0]
    bound = [("all_implement", (duty.rule_start, duty.rule_end)) for duty in ledger]
    for sort, span in sorted([*worded, *bound], key=lambda found: found[0] != "all_implement"):
        if not any(span[0] < end and start < span[1] for start, end in seen):
            seen.add(span)
            yield Step("rule", place_of(policy, span[0]), reader.say(f"step_rule_{sort}"), (span,))


FINDERS = {
    "start": _start,
    "goal": _goal,
    "scope": _scope,
    "definition": _definition,
    "number": _number,
    "deadline": _deadline,
    "rule": _rule,
}
