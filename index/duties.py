"""Duties: who leads, supports, is responsible, implements, from bracketed clauses and running text.

Works on folded text (see ``index.text``), so that full- and half-width punctuation are one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.clauses import (
    LABEL,
    TERMS,
    Clause,
    brackets,
    is_of_unled,
    read_bare_list,
    read_clause,
    shares_equally,
    slices,
)
from index.grids import grids
from index.organisations import is_role
from index.policy import Duty, Policy, Role, Section
from index.running_text import read_running
from index.task_tables import task_rows
from index.text import Folded, fold, fold_with_origin

SHORT = 32  # characters of a statement that is named as a whole
NAME = 60  # characters of a sentence that name a task
_OF_PART = re.compile("本(?P<part>部分|章|节|条|项|款)")
_WHICH = re.compile(r"以[上下](?!简称|同|不再)|[上下]述|下列|[本上下]表|表\s*\d+")
_NOTE = re.compile(r"\W*注")
_ASIDE = re.compile(r"^(?:以下简称|下称|简称|即|含|包括|不含|见|详见|附|此件|名单|原)")


@dataclass(frozen=True, slots=True)
class _First:
    """A rule that the first of the bodies responsible for a task leads it; ``start:end`` is its slice."""

    which: str
    clause: int  # the number of its own
    reach: range  # offsets
    others: Role
    unled: bool  # also of lists of which each does its part, as they name no lead
    start: int
    end: int

    def binds(self, duty: Duty, tables: dict[int, str]) -> bool:
        """Whether a duty is of a task that the rule is of."""
        return duty.start in self.reach and _binds(self.which, self.clause, duty.clause, tables)


def find_duties(policy: Policy) -> tuple[Duty, ...]:
    """Every duty of the policy in reading order, with the rules that bind other clauses applied."""
    duties: list[Duty] = []
    rules: list[tuple[str, int, Role, str, int, int]] = []
    leads: list[_First] = []
    tables: dict[int, str] = {}  # clause -> the line over the table that it is a row of
    number = 0
    for section in policy.sections:
        if section.level == 0 and section.id == 0:
            continue
        folded = fold_with_origin(policy.source[section.start : section.end])
        rows = _row_clauses(policy, section, folded)
        clauses = [*rows, *_clauses(folded.text, section.body_start - section.start, rows)]
        previous = 0
        bracketed = sum(clause.bracketed for clause in clauses)
        for clause in sorted(clauses, key=lambda clause: clause.start):
            start, end = clause.row or _statement(folded.text, previous, clause)
            previous = max(end, clause.end) if clause.bracketed else previous
            task = clause.task or _task(
                policy, section, folded, clause, start, clause.bracketed and bracketed == 1
            )
            if clause.row:
                tables[number] = clause.table
            above = [section.start + o for o in folded.span(*clause.above)] if clause.above else (-1, -1)
            at, until = (section.start + o for o in folded.span(start, end))
            clause_at, clause_until = (section.start + o for o in folded.span(clause.start, clause.end))
            template = Duty(
                number, Role.LEAD, "", task, section.id, at, until, clause_at, clause_until, clause.bracketed
            )
            if clause.first and not _is_head(policy, section, clause_at):
                stop = clause_until + (policy.source[clause_until : clause_until + 1] == "。")
                text = folded.text[clause.start : clause.end]
                reach = range(at, len(policy.source)) if clause.bracketed else _reach(policy, section, text)
                which = "" if clause.bracketed else _which(text, bool(rows))
                unled = is_of_unled(text)
                leads.append(_First(which, number, reach, clause.first, unled, clause_at, stop))
            for role, name_start, name_end in clause.parts:
                duties.append(
                    replace(
                        template,
                        role=role,
                        organisation=_name(policy, section, folded, name_start, name_end),
                        rule_start=above[0],
                        rule_end=above[1],
                    )
                )
            for which, names in clause.rules:
                for role, name_start, name_end in names:
                    name = _name(policy, section, folded, name_start, name_end)
                    rules.append((which, number, role, name, clause_at, clause_until))
            number += 1
    return tuple(_apply_rules(policy, _with_leads(policy, duties, leads, tables), rules, tables))


def _reach(policy: Policy, section: Section, text: str) -> range:
    """Where a sentence (本部分…列首位的为牵头单位) binds: in its part of the document where it says so, else in all."""
    part = _OF_PART.search(text)
    if not part:
        return range(len(policy.source))
    top = section
    whole = part["part"] in ("部分", "章", "节")  # else the article or item that it stands in
    while whole and top.parent is not None and policy.sections[top.parent].level > 0:
        top = policy.sections[top.parent]
    behind = policy.sections[top.id + 1 :]
    stop = next((other.start for other in behind if other.level <= top.level), len(policy.source))
    return range(top.start, stop)


def _which(text: str, in_table: bool) -> str:
    """Which tasks such a sentence is of, as ``_binds`` reads it: 以上各项; the table that it is a note to; ``""`` for all."""
    said = _WHICH.search(text)
    return re.sub(r"\s", "", said.group()) if said else "本表" if in_table and _NOTE.match(text) else ""


def _is_head(policy: Policy, section: Section, at: int) -> bool:
    """Whether an offset lies in the head of a table, which says of its own column what the first of a cell does."""
    heads = (grid.header for grid in grids(policy.source, section.start, section.end))
    return any(head.start <= at < head.end for head in heads)


def _with_leads(
    policy: Policy, duties: list[Duty], leads: list[_First], tables: dict[int, str]
) -> list[Duty]:
    """The duties, the first of the bodies responsible leading where nobody is said to and a rule says so."""
    led = {duty.clause for duty in duties if duty.role is Role.LEAD} if leads else set()
    found: list[Duty] = []
    ruled: dict[int, _First] = {}  # by clause
    for duty in duties if leads else ():
        rule = ruled.get(duty.clause) or next((rule for rule in leads if rule.binds(duty, tables)), None)
        equal = shares_equally(fold(policy.source[duty.clause_start : duty.clause_end]))
        said = equal and rule is not None and not rule.unled
        if rule and duty.role is Role.RESPONSIBLE and duty.bracketed and duty.clause not in led and not said:
            role = rule.others if duty.clause in ruled else Role.LEAD
            ruled[duty.clause] = rule
            own = rule.start == duty.clause_start or duty.rule_start >= 0 or role is Role.RESPONSIBLE
            span = (duty.rule_start, duty.rule_end) if own else (rule.start, rule.end)
            duty = replace(duty, role=role, rule_start=span[0], rule_end=span[1])
        found.append(duty)
    return found if leads else duties


def _row_clauses(policy: Policy, section: Section, folded: Folded) -> list[Clause]:
    """The rows of the section's tables that name who bears a task, as clauses."""

    def place(start: int, end: int) -> tuple[int, int]:
        at, until = (bisect_left(folded.origin, offset - section.start) for offset in (start, end))
        return at, until

    return [
        Clause(
            *place(row.start, row.end),
            True,
            parts=[(role, *place(start, end)) for role, start, end in row.parts],
            row=place(row.row.start, row.row.end),
            above=place(row.above.start, row.above.end) if row.above else None,
            task=row.task,
            table=row.label,
        )
        for row in task_rows(policy, section)
    ]


def _apply_rules(
    policy: Policy,
    duties: list[Duty],
    rules: list[tuple[str, int, Role, str, int, int]],
    tables: dict[int, str],
) -> list[Duty]:
    """The duties with those that a rule (以下均需…落实) adds to the other tasks: bracketed clauses, and the sentence that
    says who leads an item (由甲局牵头) where the items beside it have such clauses."""
    if not rules:
        return duties
    by_clause: dict[int, list[Duty]] = {}
    for duty in duties:
        by_clause.setdefault(duty.clause, []).append(duty)
    beside = {policy.sections[duty.section].parent for duty in duties if duty.bracketed} - {None}
    tasks = {
        clause
        for clause, (first, *others) in by_clause.items()
        if first.bracketed
        or (
            policy.sections[first.section].parent in beside
            and any(duty.role is Role.LEAD for duty in (first, *others))
        )
    }
    for which, origin, role, name, start, end in rules:
        for clause, members in by_clause.items():
            present = any(d.organisation == name and d.role is role for d in members)
            if clause in tasks and _binds(which, origin, clause, tables) and not present:
                members.append(
                    replace(members[0], role=role, organisation=name, rule_start=start, rule_end=end)
                )
    return [duty for clause in sorted(by_clause) for duty in by_clause[clause]]


def _binds(which: str, origin: int, clause: int, tables: dict[int, str]) -> bool:
    """Whether a rule of clause ``origin`` binds another: those before it, behind it, of a table, or all (``""``)."""
    if "表" not in which:
        return clause <= origin if which in ("以上", "上述") else clause >= origin or not which
    if which[-1].isdigit():  # 表1 is not 表10
        return bool(re.match(rf"{which}(?!\d)", tables.get(clause, "")))
    before = [table for number, table in tables.items() if number < origin][-1:]
    behind = [table for number, table in tables.items() if number > origin][:1]
    meant = behind or before if which == "下表" else before or behind
    return tables.get(clause) in meant


def _name(policy: Policy, section: Section, folded: Folded, start: int, end: int) -> str:
    at, until = folded.span(start, end)
    return re.sub(r"\s+", "", policy.source[section.start + at : section.start + until])


def _clauses(text: str, body_at: int, rows: list[Clause]) -> Iterator[Clause]:
    """Responsibility clauses of a folded section beside its tables: brackets, labels, then running sentences.

    ``rows`` are the rows of tables, which hold no other clause. A part in them is a body's, not a role's.
    """
    taken = [clause.row for clause in rows if clause.row]
    found: list[Clause] = []
    for start, end in brackets(text):
        if any(left <= start < right for left, right in taken):
            continue
        inner = text[start + 1 : end - 1]
        if _ASIDE.match(inner.strip()):
            continue
        clause = Clause(start, end, True)
        read_clause(text, start + 1, end - 1, clause, strict=False)
        if not clause.parts and _ends_statement(text, end):
            read_bare_list(text, start + 1, end - 1, clause)
        if clause.parts or clause.rules:
            found.append(clause)
            taken.append((start, end))
    labelled = _labelled_runs(text, taken)
    for start, end in labelled:
        clause = Clause(start, end, True)
        read_clause(text, start, end, clause, strict=False)
        if clause.parts:
            found.append(clause)
            taken.append((start, end))
    for start, end in _sentences(text, max(body_at, 0)):
        if any(start < t_end and end > t_start for t_start, t_end in taken):
            free = [(s, e) for s, e in _split_taken(start, end, taken) if e - s > 4]
        else:
            free = [(start, end)]
        for at, until in free:
            clause = Clause(at, until, False)
            read_clause(text, at, until, clause, strict=True)
            running = Clause(at, until, False)
            read_running(text, at, until, running)
            if len(running.parts) > len(clause.parts) and not clause.rules and not clause.first:
                clause.parts = running.parts
            if clause.parts or clause.rules or clause.first:
                found.append(clause)
    for clause in found:
        clause.parts = [part for part in clause.parts if not is_role(text[part[1] : part[2]])]
        if clause.parts or clause.rules or clause.first:
            yield clause


def _ends_statement(text: str, end: int) -> bool:
    return not text[end : end + 1].strip() or text[end] in "。;."


def _labelled_runs(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """牵头单位：X；配合单位：Y in running text: from the first label to the end of the sentence.

    Labels on lines of their own that follow each other are one clause.
    """
    runs: list[tuple[int, int]] = []
    for label in LABEL.finditer(text):
        if any(start <= label.start() < end for start, end in (*taken, *runs)):
            continue
        end = label.end()
        while True:
            stop = re.compile(r"[。\n]").search(text, end)
            end = stop.start() if stop else len(text)
            following = re.compile(r"[。\s]*").match(text, end)
            after = following.end() if following else end
            if not LABEL.match(text, after) and not TERMS.match(text, after):
                break
            end = after + 1
        runs.append((label.start(), end))
    return runs


def _sentences(text: str, start: int) -> Iterator[tuple[int, int]]:
    yield from slices(text, start, len(text), "。;\n")


def _split_taken(start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = start
    for t_start, t_end in sorted(taken):
        if t_end <= start or t_start >= end:
            continue
        yield at, max(at, t_start)
        at = max(at, t_end)
    yield at, end


def _statement(text: str, previous: int, clause: Clause) -> tuple[int, int]:
    """Slice of the sentences that a clause closes, the clause included; for running text its sentence.

    ``previous`` is the end of the bracketed clause before it, 0 (the section's heading) for the first.
    """
    start = previous if clause.bracketed else clause.start
    while start < clause.start and text[start] in " \n。;,":
        start += 1
    end = clause.end
    if text[end : end + 1] in ("。", ";"):
        end += 1
    return start, end


def _task(policy: Policy, section: Section, folded: Folded, clause: Clause, start: int, single: bool) -> str:
    """Short name of what the clause is about: the heading, or heading and first phrase."""
    heading = section.heading.rstrip("。；：:")
    if single and heading:
        return heading
    at = max(start, 0)
    if section.body_start - section.start > at:
        at = section.body_start - section.start
        while at < clause.start and folded.text[at] in " \n。;,":
            at += 1
    stop = clause.start if clause.bracketed else clause.end
    phrase = re.match(r"[^,;。]{2,40}", folded.text[at:stop])
    length = phrase.end() if phrase else min(30, max(0, stop - at))
    whole = folded.text[at:stop].rstrip("。;, (（")
    if clause.bracketed and phrase and length < len(whole) <= SHORT and not re.search("[。;]", whole):
        length = len(whole)  # 落实X要求，强化Y: a short statement is its own name
    if not clause.bracketed:
        length = max(length, _sentence(folded.text, at, clause) - at)
    begin, until = folded.span(at, at + length)
    text = re.sub(r"\s+", "", policy.source[section.start + begin : section.start + until]).rstrip("。；")
    return f"{heading}：{text}" if heading and text else (text or heading or section.marker)


def _sentence(text: str, at: int, clause: Clause) -> int:
    """Where the name of a task of running text ends: its sentence, or what of it names who bears it; 0 if too long."""
    named = max((end for _, _, end in clause.parts), default=clause.start)
    stops = [
        clause.end,
        *(match.start() for match in re.finditer("[,;]", text[: clause.end]) if match.start() > named),
    ]
    fitting = [stop for stop in stops if at < stop <= at + NAME]
    return max(fitting, default=0)
