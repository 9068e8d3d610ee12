"""The indexed policies as the assistant looks at them: clauses, targets, sections, names."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from assistant.classes import Class, classes_of
from assistant.terms import Term
from assistant.validity import Life, lives
from assistant.within import caption_over, table_over
from index.directory import Directory
from index.header import document_name, field_of, region_of
from index.keywords import tagged
from index.policy import Duty, HeaderField, Policy, Role, Target
from index.text import squeeze

FEW = 3  # policies that use a word which tells them from the others
ABBREVIATED = 3  # times that a policy uses the words which a question abbreviates
MAIN_ROLES = (Role.LEAD, Role.RESPONSIBLE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A responsibility clause: one task with everybody's role in it."""

    policy: str
    number: int
    task: str
    section: int
    path: tuple[str, ...]
    start: int
    end: int
    bracketed: bool
    duties: tuple[Duty, ...]
    own: str  # squeezed text of the task without the names of its bearers
    parents: str  # squeezed headings above it
    again: tuple[
        tuple[int, int], ...
    ] = ()  # rows of a table of the policy that say the task and its heads again

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where the policy says who bears the task: its own slice, then the rows that say it again."""
        return (self.start, self.end), *self.again

    def bearers(self, *roles: Role) -> list[Duty]:
        """Duties of these roles, one per organisation."""
        return list({duty.organisation: duty for duty in self.duties if duty.role in roles}.values())

    def bears(self, names: Collection[str], roles: Collection[Role] = tuple(Role)) -> bool:
        """Whether one of these organisations has one of these roles."""
        return any(duty.organisation in names and duty.role in roles for duty in self.duties)

    def heads(self) -> list[Duty]:
        """Who leads; where nobody leads, who is responsible."""
        return self.bearers(Role.LEAD) or self.bearers(Role.RESPONSIBLE)


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that a question can be about, with the texts that speak for it, the closest first."""

    texts: tuple[tuple[float, str], ...]  # (weight, squeezed text)


class Corpus:
    """All policies of one published generation."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self.policies = policies
        self.clauses = tuple(clause for policy in policies.values() for clause in _with_rows(policy))
        self.text = "\n".join(self.texts.values())
        self.regions: dict[str, tuple[str, ...]] = {}  # region -> policies; "" for national ones
        for policy in policies.values():
            region = region_of(policy)
            self.regions[region] = (*self.regions.get(region, ()), policy.id)
        bearers = [(clause.policy, duty.organisation) for clause in self.clauses for duty in clause.duties]
        countrywide = self.regions.get("", ())
        local = {name for policy, name in bearers if policy not in countrywide}
        national = [name for _, name in bearers if name not in local]
        self.directory = Directory(
            [name for _, name in bearers], filter(None, self.regions), self.text, national
        )
        self.names = short_titles({policy.id: policy.title for policy in policies.values()})
        self.titles = {policy.id: tuple(_titles(policy)) for policy in policies.values()}

    @cached_property
    def targets(self) -> tuple[tuple[str, Target], ...]:
        """(policy id, target) of every policy."""
        return tuple((policy.id, target) for policy in self.policies.values() for target in policy.targets)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The squeezed text of each policy, by its id."""
        return {policy.id: squeeze(policy.source) for policy in self.policies.values()}

    def holding(self, nouns: Iterable[Term], others: Iterable[Term] = ()) -> tuple[str, ...]:
        """Ids of the policies that use each noun which some policy uses, and each of ``others`` that only a few use.

        () where none or all do, and where no word tells a few policies from the rest.
        """
        whole, some = ([ids for term in terms if (ids := self._users(term))] for terms in (nouns, others))
        rare = [ids for ids in (*whole, *some) if len(ids) <= FEW]
        held = tuple(id for id in self.policies if rare and all(id in ids for ids in (*whole, *rare)))
        return held if len(held) < len(self.policies) else ()

    def _users(self, term: Term) -> set[str]:
        return {id for id, text in self.texts.items() if any(variant in text for variant in term.variants)}

    @cached_property
    def lives(self) -> dict[str, Life]:
        """From when to when each policy is in force, by its id."""
        return lives(self.policies)

    @cached_property
    def classes(self) -> dict[str, tuple[Class, ...]]:
        """The classes of each policy that has some, by its id."""
        found = {policy.id: classes_of(policy) for policy in self.policies.values()}
        return {policy: classes for policy, classes in found.items() if classes}

    @cached_property
    def _bearers(self) -> dict[str, list[tuple[int, int]]]:
        """For each policy the slices that only say who bears the task before them, their brackets included, in order."""
        found: dict[str, set[tuple[int, int]]] = {}
        for policy in self.policies.values():
            for duty in policy.duties:
                start, end = duty.clause_start, duty.clause_end
                if policy.source[start - 1 : start] in ("（", "(") and policy.source[end : end + 1] in (
                    "）",
                    ")",
                ):
                    start, end = start - 1, end + 1
                if duty.bracketed:
                    found.setdefault(policy.id, set()).add((start, end))
        return {policy: sorted(slices) for policy, slices in found.items()}

    def without_bearers(self, policy: str, start: int, end: int) -> str:
        """A slice of a policy without who leads and supports, which the ledger tells: a chat model never does."""
        text, at = "", start
        for begin, until in self._bearers.get(policy, ()):
            if at <= begin and until <= end:
                text, at = text + self.policies[policy].source[at:begin], until
        return text + self.policies[policy].source[at:end]

    def clause_unit(self, clause: Clause) -> Unit:
        """What speaks for a clause: its task's text, less so the headings above it."""
        return Unit(((1.0, clause.own), (0.5, clause.parents)))

    def target_unit(self, policy: str, target: Target) -> Unit:
        """What speaks for a target: its indicator, less so its sentence and headings."""
        return self._target_units[policy, target]

    @cached_property
    def _target_units(self) -> dict[tuple[str, Target], Unit]:
        """The unit of each target, which a question looks at several times."""
        return {found: self._read_target(*found) for found in self.targets}

    def _read_target(self, policy: str, target: Target) -> Unit:
        document = self.policies[policy]
        section = document.sections[target.section]
        fragment = squeeze(document.source[target.start : target.end])
        fragment += f"|{squeeze(target.unit)}数"  # 户数 is what 2500户 counts
        sentence = squeeze(document.source[target.sentence_start : target.sentence_end])
        return Unit(
            (
                (1.0, squeeze(target.indicator) + fragment),
                (
                    0.55,
                    sentence
                    + squeeze(" ".join(section.path[-1:]))
                    + squeeze(caption_over(document, target.start)),
                ),
                (0.35, squeeze(" ".join((document.title, *section.path)))),
            )
        )

    @cached_property
    def _documents(self) -> tuple[str, ...]:
        return tuple(
            squeeze(policy.source[section.start : section.end])
            for policy in self.policies.values()
            for section in policy.sections
        )

    @cached_property
    def rarity(self) -> Callable[[Term], float]:
        """0..1: 1 for a term that no section holds, near 0 for one that every section holds."""
        return lru_cache(maxsize=4096)(self._rarity)

    def _rarity(self, term: Term) -> float:
        total = len(self._documents)
        words = (*term.variants, *(word for word, _ in term.near))
        holding = sum(any(word in text for word in words) for text in self._documents)
        return math.log((total + 1) / (holding + 0.5)) / math.log((total + 1) / 0.5)

    @cached_property
    def weight(self) -> Callable[[Term], float]:
        """What a term counts: rare ones more; a verb or a chance pair of words that no policy holds, less."""
        return lru_cache(maxsize=4096)(self._weight)

    def _weight(self, term: Term) -> float:
        weight = term.weight * (0.25 + self.rarity(term))
        return weight * 0.3 if term.weight <= 0.5 and not self.known(term) else weight

    def known(self, term: Term) -> bool:
        """Whether some policy holds the term, one of its official forms or a word close in meaning."""
        return bool(term.near) or any(variant in self.text for variant in term.variants)

    @cached_property
    def spelt_out(self) -> Callable[[str], str]:
        """The words of the policies that two to four characters abbreviate, or "".

        They are used again and again, or three characters and more take one of each word (长护险, 长期护理保险).
        """
        return lru_cache(maxsize=4096)(self._spelt_out)

    def _spelt_out(self, short: str) -> str:
        if not re.fullmatch(r"[一-鿿]{2,4}", short):
            return ""
        pattern = "[一-鿿]{0,2}".join(short)
        found = Counter(re.findall(pattern, self.text))
        whole, times = found.most_common(1)[0] if found else ("", 0)
        if times >= ABBREVIATED or len(short) < 3:
            return whole if times >= ABBREVIATED else ""
        longer = re.findall(rf"{pattern}[一-鿿]", self.text)
        return next((words for words in (*found, *longer) if _takes_each(short, words)), "")

    def field(self, policy: Policy, meaning: str) -> HeaderField | None:
        """The header field with this meaning (``header.toml``)."""
        return field_of(policy, meaning)


Kept = TypeVar("Kept")


def once_a_corpus(read: Callable[[Corpus], Kept]) -> Callable[[Corpus], Kept]:
    """A function whose result is kept as long as the corpus that it reads: of a whole index and of some of its policies."""
    kept: WeakKeyDictionary[Corpus, Kept] = WeakKeyDictionary()

    @wraps(read)
    def get(corpus: Corpus) -> Kept:
        if corpus not in kept:
            kept[corpus] = read(corpus)
        return kept[corpus]

    return get


def short_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """The names of the documents themselves, by id; two of one name keep their whole titles."""
    names = {policy: document_name(title) for policy, title in titles.items()}
    times = Counter(names.values())
    return {policy: name if times[name] == 1 else titles[policy] for policy, name in names.items()}


def _takes_each(short: str, whole: str) -> bool:
    """Whether the characters of an abbreviation are one of each word that is abbreviated, of two words or more."""
    parts = [word for word, _ in tagged(whole)]
    return len(parts) == len(short) and all(
        len(word) > 1 and character in word for character, word in zip(short, parts, strict=True)
    )


def _titles(policy: Policy) -> Iterator[str]:
    yield squeeze(policy.title)
    for section in policy.sections:
        if section.level == 0 and section.heading:
            yield squeeze(section.heading)
    number = field_of(policy, "document_number")
    if number:
        yield squeeze(number.value)


def _clauses(policy: Policy) -> Iterator[Clause]:
    groups: dict[int, list[Duty]] = {}
    for duty in policy.duties:
        groups.setdefault(duty.clause, []).append(duty)
    for number, duties in groups.items():
        first = duties[0]
        section = policy.sections[first.section]
        if first.bracketed:
            text = (
                policy.source[first.start : first.clause_start] + policy.source[first.clause_end : first.end]
            )
        else:
            text = policy.source[first.start : first.end]
        yield Clause(
            policy=policy.id,
            number=number,
            task=first.task,
            section=first.section,
            path=section.path,
            start=first.start,
            end=first.end,
            bracketed=first.bracketed,
            duties=tuple(duties),
            own=squeeze(first.task + "\n" + text),
            parents=squeeze(" ".join(section.path)),
        )


def _with_rows(policy: Policy) -> Iterator[Clause]:
    """The clauses of a policy; a table's row (重点任务分工表) that gives a task of the text the same heads is part of its clause."""
    clauses = list(_clauses(policy))
    rows = {c.number: c for c in clauses if c.bracketed and table_over(policy, c.start)}
    named: dict[str, list[Clause]] = {}
    for clause in clauses:
        if clause.number not in rows:
            for name in (policy.sections[clause.section].heading, clause.task):
                named.setdefault(_task_name(name), []).append(clause)
    again: dict[int, list[Clause]] = {}
    for row in rows.values():
        first = next((c for c in named.get(_task_name(row.task), ()) if _has_same_heads(c, row)), None)
        if first:
            again.setdefault(first.number, []).append(row)
    parts = {row.number for found in again.values() for row in found}
    for clause in clauses:
        if clause.number not in parts:
            yield _with_again(clause, again.get(clause.number, ()))


def _task_name(task: str) -> str:
    """The name by which a task is known again: without its number, and of sentences the first."""
    return re.sub(r"^(?:\(?[一二三四五六七八九十\d]+[)、.])+", "", squeeze(task)).split("。")[0].strip(";")


def _has_same_heads(one: Clause, other: Clause) -> bool:
    """Whether two clauses name the same heads; where only one says who of them leads, a part of the other's."""
    first, second = ({duty.organisation for duty in clause.heads()} for clause in (one, other))
    return (
        first == second
        or (not one.bearers(Role.LEAD) and second <= first)
        or (not other.bearers(Role.LEAD) and first <= second)
    )


def _with_again(clause: Clause, rows: Sequence[Clause]) -> Clause:
    """A clause with the rows that say it again, and whom they name beside; 牵头 or 配合 says more than 责任单位."""
    if not rows:
        return clause
    every = [duty for part in (clause, *rows) for duty in part.duties]
    told = {duty.organisation for duty in every if duty.role in (Role.LEAD, Role.SUPPORT)}
    duties: dict[tuple[str, Role], Duty] = {}
    for duty in every:
        if duty.role is not Role.RESPONSIBLE or duty.organisation not in told:
            duties.setdefault((duty.organisation, duty.role), duty)
    return replace(clause, duties=tuple(duties.values()), again=tuple((row.start, row.end) for row in rows))


def targets_in(policy: Policy, clause: Clause) -> list[Target]:
    """The targets that stand in a clause; what stands already is none."""
    return [t for t in policy.targets if clause.start <= t.start < clause.end and not t.base]
