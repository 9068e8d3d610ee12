"""Steps of the tour on who does what: the tasks of the reader's body and its partners, or of every body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from assistant.bearers import clause_spans, is_vague, main_role
from assistant.corpus import Clause
from assistant.tour_reader import Reader, Step, quoted
from index.policy import Role
from prompts import phrase

NAMED = 5  # bodies that a sentence names in a row


def _lead(reader: Reader) -> Iterator[Step]:
    """What the body answers for."""
    for clause in _own(reader):
        if _holds(reader, clause, main_role(clause)):
            yield _own_step(reader, clause, main_role(clause), "lead")


def _support(reader: Reader) -> Iterator[Step]:
    """In what the body takes part beside another that leads."""
    for clause in _own(reader):
        for role in (Role.SUPPORT, Role.RESPONSIBLE):
            if role is not main_role(clause) and _holds(reader, clause, role):
                yield _own_step(reader, clause, role, "support")
                break


def _implement(reader: Reader) -> Iterator[Step]:
    for clause in _own(reader):
        if _holds(reader, clause, Role.IMPLEMENT):
            yield _own_step(reader, clause, Role.IMPLEMENT, "implement")


def _own(reader: Reader) -> Sequence[Clause]:
    return reader.own if reader.body else ()


def _holds(reader: Reader, clause: Clause, role: Role) -> bool:
    return reader.body is not None and clause.bears(reader.body.names, [role])


def _own_step(reader: Reader, clause: Clause, role: Role, kind: str) -> Step:
    """What a clause asks of the reader's body, and with whom."""
    names = reader.body.names if reader.body else ()
    mine = next(d.organisation for d in clause.duties if d.organisation in names and d.role is role)
    first = main_role(clause)
    heads = [d.organisation for d in clause.bearers(first) if d.organisation not in names]
    partners = [d.organisation for d in clause.bearers(Role.SUPPORT) if d.organisation not in names]
    spans = clause_spans(reader.policy, clause, (mine, *heads, *partners))
    text = quoted(reader.policy, spans)
    if not _stands(role, text):
        return Step(kind, clause.task, reader.say("step_named", org=mine), spans)
    parts = [reader.say(f"step_own_{role.value}", org=mine)]
    if role is not first and heads and _stands(first, text):
        parts.append(reader.say(f"step_others_{first.value}", orgs=_listed(reader, heads)))
    elif partners and _stands(Role.SUPPORT, text):
        parts.append(reader.say("step_others_support", orgs=_listed(reader, partners)))
    return Step(kind, clause.task, _sentence(reader, parts), spans)


def _task(reader: Reader) -> Iterator[Step]:
    """For a reader of no body: who answers for what, each body once, of each part of the document in turn."""
    if reader.body:
        return
    parts: dict[str, list[Clause]] = {}
    for clause in reader.own:
        parts.setdefault(" › ".join(clause.path[:-1]), []).append(clause)
    met: set[str] = set()
    for clause in filter(None, (c for row in zip_longest(*parts.values()) for c in row)):
        heads = [d.organisation for d in clause.heads() if not is_vague(d.organisation)]
        role, spans = main_role(clause), clause_spans(reader.policy, clause, heads)
        if set(heads) <= met or not _stands(role, quoted(reader.policy, spans)):
            continue
        met |= set(heads)
        said = reader.say(f"step_others_{role.value}", orgs=_listed(reader, heads))
        yield Step("task", clause.task, _sentence(reader, [said]) + reader.say("step_whom"), spans)


def _stands(role: Role, text: str) -> bool:
    """Whether the word for a role stands in the quoted text."""
    return phrase("zh", f"role_{role.value}") in text


def _sentence(reader: Reader, parts: list[str]) -> str:
    return reader.say("clause_comma").join(parts) + reader.say("stop")


def _listed(reader: Reader, names: list[str]) -> str:
    more = reader.say("step_more") if len(names) > NAMED else ""
    return reader.say("list_comma").join(names[:NAMED]) + more


FINDERS = {"lead": _lead, "support": _support, "implement": _implement, "task": _task}
