"""Who bears the clauses of one policy, for the tour: its bodies, and where a clause says what they do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from assistant.bodies import Body, read_bodies
from assistant.corpus import Clause, Corpus
from assistant.terms import expression
from index.organisations import is_generic, organisation_data, read_name
from index.policy import Policy, Role
from index.tables import heading_of
from index.text import squeeze

Span = tuple[int, int]


def bodies_in(corpus: Corpus, policy: str) -> tuple[Body, ...]:
    """The bodies with duties in a policy, named as it names them, those with the most clauses first.

    有关部门 and the like, which name nobody, are left out.
    """
    clauses = clauses_of(corpus, policy)
    written = Counter(duty.organisation for clause in clauses for duty in clause.duties)
    names: dict[Body, list[str]] = {}
    for (own, name), body in read_bodies(corpus).items():
        if own == policy and not is_vague(name):
            names.setdefault(body, []).append(name)
    bodies = [
        replace(body, name=max(own, key=written.__getitem__), names=tuple(own)) for body, own in names.items()
    ]
    return tuple(sorted(bodies, key=lambda body: -sum(clause.bears(body.names) for clause in clauses)))


def clauses_of(corpus: Corpus, policy: str) -> list[Clause]:
    """The responsibility clauses of one policy, in reading order."""
    return sorted((c for c in corpus.clauses if c.policy == policy), key=lambda clause: clause.start)


def is_vague(name: str) -> bool:
    """Whether a name may mean several bodies that are not named (市级有关部门)."""
    return is_generic(name) or bool(expression("body", "vague").search(squeeze(name)))


def may_be_same(one: str, other: str) -> bool:
    """Whether two names could mean one body: in doubt yes (财政部门 and 市财政局, 各县（区） and 县政府)."""
    (first, stem, groups), (second, other_stem, other_groups) = _traits(one), _traits(other)
    return first in second or second in first or stem == other_stem or not groups.isdisjoint(other_groups)


@lru_cache(maxsize=4096)
def _traits(name: str) -> tuple[str, str, frozenset[int]]:
    """A name squeezed, its stem and the numbers of the groups that it is of."""
    folded = squeeze(name)
    groups = enumerate(organisation_data()["group"])
    return folded, read_name(name).stem, frozenset(n for n, g in groups if re.fullmatch(g["pattern"], folded))


def clause_spans(policy: Policy, clause: Clause, names: Iterable[str]) -> tuple[Span, ...]:
    """Where a clause says what these bodies do in it: its slice, the rules that bind it, the header of its table."""
    known = set(names)
    spans = [*clause.spans]
    spans += [
        (d.rule_start, d.rule_end) for d in clause.duties if d.organisation in known and d.rule_start >= 0
    ]
    table = heading_of(policy, clause.section, clause.start) if clause.bracketed else None
    spans += [table[1]] if table else []
    return tuple(dict.fromkeys(spans))


def main_role(clause: Clause) -> Role:
    """The role of those who answer for a clause: to lead it, or where nobody does, to be responsible for it."""
    return Role.LEAD if clause.bearers(Role.LEAD) else Role.RESPONSIBLE
