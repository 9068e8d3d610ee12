"""Working groups that a text lists with their members (综合组：甲局、乙局): who leads one, which ones a body is in.

The first member leads where a sentence beside the groups says so (各组列首位的单位为牵头单位).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.corpus import Corpus, once_a_corpus
from assistant.draft import Draft
from assistant.duty_text import join_parts
from assistant.own_rows import asks_duties, say_own_rows
from assistant.terms import words
from assistant.within import section_at, subtree_end
from index.clauses import rule_of_first
from index.organisations import Mention, looks_like_name
from index.policy import Policy, Role
from index.text import fold, squeeze
from prompts import phrase

_SENTENCE = re.compile(r"[^。；：:\n]+[。；]?")
_MARKER = r"[ 　]*(?P<marker>\d{1,2}[.．、]|[（(][一二三四五六七八九十\d]{1,2}[）)])?[ 　]*"
_LINE = re.compile(
    rf"^{_MARKER}(?P<name>[一-鿿]{{2,14}}(?:组|专班))[：:](?P<members>[^。；;：:\n]+)[。；;]?[ 　]*$", re.M
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a policy; offsets are of its source."""

    policy: str
    name: str
    members: tuple[str, ...]
    start: int  # of its line
    end: int
    rule: tuple[int, int] | None  # the sentence by which the first member leads it


def answer_groups(ask: Ask) -> Draft | None:
    """Who leads the group that a question names, who is in it, or the groups of a body; None where no group is meant."""
    question, entry = ask.question, words()["group"]
    if question.language != "zh" or question.has("yesno", "why", "without", "except"):
        return None
    folded = squeeze(question.folded)
    groups = [group for policy in ask.policies() for group in groups_of(ask.corpus)[policy.id]]
    named = [group for group in groups if group.name in folded]
    if len(named) == 1 and not question.mentions:
        return _of_one(ask, named[0], folded)
    if not named and len(question.mentions) == 1 and re.search(entry["asked"], folded):
        return _of_body(ask, groups, question.mentions[0])
    return None


@once_a_corpus
def groups_of(corpus: Corpus) -> dict[str, tuple[Group, ...]]:
    """The groups of every policy by its id."""
    return {policy.id: tuple(_groups(policy)) for policy in corpus.policies.values()}


def _groups(policy: Policy) -> Iterator[Group]:
    """The groups of a policy, list by list; of a list with a numbered item that is no group, none."""
    run: list[re.Match[str]] = []
    for line in _LINE.finditer(policy.source):
        if not all(map(looks_like_name, _members(line))):
            continue
        if run and policy.source[run[-1].end() : line.start()].strip():
            yield from _read(policy, run)
            run = []
        run.append(line)
    yield from _read(policy, run)


def _read(policy: Policy, run: Sequence[re.Match[str]]) -> Iterator[Group]:
    """The groups of lines that stand one below the other."""
    if len(run) < 2 or _goes_on(policy, run):
        return
    rule = _rule(policy, run)
    for line in run:
        yield Group(policy.id, line["name"], _members(line), line.start(), line.end(), rule)


def _members(line: re.Match[str]) -> tuple[str, ...]:
    return tuple(squeeze(member) for member in re.split("[、，,]", line["members"]))


def _goes_on(policy: Policy, run: Sequence[re.Match[str]]) -> bool:
    """Whether the list has other items, before these lines or behind them."""
    first, last = run[0]["marker"], run[-1]["marker"]
    behind = re.compile(rf"\s*{_MARKER}").match(policy.source, run[-1].end())
    follows = bool(last and behind and behind["marker"] and behind["marker"][-1] == last[-1])
    starts = not first or bool(re.match("[（(]?[1一](?!\\d)", first))
    return (follows and behind is not None and _is_same(behind["marker"], last)) or not starts


def _is_same(marker: str, other: str) -> bool:
    """Whether two markers number items of one list: 2. and 3., not 2. and （三）."""
    digits = [bool(re.search(r"\d", text)) for text in (marker, other)]
    return digits[0] == digits[1] and marker[-1] == other[-1]


def _rule(policy: Policy, run: Sequence[re.Match[str]]) -> tuple[int, int] | None:
    """The sentence on groups that says that the first of each leads it, in the section that lists them; None without one."""
    section = section_at(policy, run[0].start())
    if section is None:
        return None
    if section.start >= run[0].start() and section.parent is not None:  # each line is a section of its own
        section = policy.sections[section.parent]
    end = subtree_end(policy.sections, section.id)
    for sentence in _SENTENCE.finditer(policy.source, section.start, max(end, run[-1].end())):
        text = fold(sentence[0])
        if re.search(words()["group"]["of_groups"], text) and rule_of_first(text, bracketed=True):
            return sentence.span()
    return None


def _of_one(ask: Ask, group: Group, folded: str) -> Draft | None:
    """Who leads a group, or its members, counted; None where something else is asked, or nothing says who leads."""
    entry, draft = words()["group"], ask.draft()
    rest = folded.replace(group.name, "")
    cite = draft.cite(group.policy, group.start, group.end)
    task = f"“{group.name}”"
    stop = phrase(draft.language, "stop")
    if re.search(entry["lead"], rest):
        if group.rule is None:
            return None
        cite += draft.cite(group.policy, *group.rule)
        orgs = draft.organisations(group.members[:1])
        draft.pieces.append(phrase(draft.language, "lead", task=task, orgs=orgs, cite=cite) + stop)
        return draft
    if not re.search(entry["members"], rest):
        return None
    draft.count = len(group.members)
    orgs = draft.organisations(group.members)
    draft.say("group_members", name=task, count=draft.compute(draft.count), orgs=orgs, cite=cite)
    return draft


def _of_body(ask: Ask, groups: Sequence[Group], body: Mention) -> Draft | None:
    """The groups that a body is in, or leads, counted, with what a table says of its duties where that is asked too."""
    leads = Role.LEAD in ask.question.roles
    if not groups or (leads and not all(group.rule for group in groups)):
        return None
    names = _spelt(groups, body)
    draft = ask.draft()
    if names and asks_duties(re.sub(words()["group"]["asked"], "", ask.question.folded)):
        say_own_rows(ask, draft, names)
    of = [group for group in groups if names & {*group.members}]
    led = [group for group in of if group.members[0] in names]
    draft.count = len(led if leads else of)
    org = draft.organisations(sorted(names)) if of else body.text
    if not of:
        draft.denied.add(body.text)
        cite = "".join(draft.cite(group.policy, group.start, group.end) for group in groups)
        draft.say("groups_none", org=org, count=draft.compute(len(groups)), cite=cite)
    elif leads:
        rules = sorted({(group.policy, *group.rule) for group in (led or of) if group.rule})
        cite = "".join(draft.cite(*rule) for rule in rules)
        name = "groups_led" if led else "groups_led_none"
        draft.say(name, org=org, count=draft.compute(len(led)), list=_listed(draft, led), cite=cite)
    if of and not (leads and led):
        draft.say("groups_of", org=org, count=draft.compute(len(of)), list=_listed(draft, of))
    return draft


def _listed(draft: Draft, groups: Sequence[Group]) -> str:
    """The names of groups in a row, each with its citation."""
    return join_parts(
        draft, [f"{group.name}{draft.cite(group.policy, group.start, group.end)}" for group in groups]
    )


def _spelt(groups: Sequence[Group], body: Mention) -> set[str]:
    """How the groups spell a body: as the question does, or with more before it (公安局) where just one ends so."""
    members = {member for group in groups for member in group.members}
    same = members & {squeeze(body.text), *map(squeeze, body.names)}
    ends = {member for member in members if member.endswith(squeeze(body.text))}
    return same or (ends if len(ends) == 1 else set())
