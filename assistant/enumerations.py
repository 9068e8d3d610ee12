"""Lists that stand in the text, answered complete: items below a sentence, things named in one.

A list answers where what it is a list of (四大工程, 下列材料) is what the question asks for, and
what the question says besides stands in its sentence and headings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.corpus import Corpus, Unit, once_a_corpus
from assistant.definitions import is_definition
from assistant.draft import Draft, without_own_marks
from assistant.listing_asked import Asked, what_is_listed, without_generic
from assistant.listings import ARTICLE, NEAREST, Listing, granted, listings, split_joined
from assistant.match import coverage, is_of_another_party
from assistant.terms import Term, words
from index.keywords import tagged
from index.policy import Policy
from index.text import squeeze
from prompts import phrase

ENOUGH = 0.5  # of the question's other terms that a list's sentence and headings hold
LEAST = 0.3  # the same where the question counts or names the list as the text does (四大工程)
NEAR = 0.7  # nearness in meaning of a list of which fewer words need to stand in the text
CLEAR = 0.8  # score from which one of several lists is the one that is meant
AHEAD = 0.1  # how much better it has to fit than the next where its score is below that
ASIDE = 0.5  # what a word counts that stands in another clause than the one that asks
LONG = 4  # characters of an item that a question names
SHOWN = 12  # items that the answer names in its sentence; the table has all


def answer_enumeration(ask: Ask) -> Draft | None:
    """The list that is asked for, with all its items; None where none fits well."""
    asked = asked_of(ask)
    if asked is None:
        return None
    is_granted = re.search(words()["listing"]["granted"], ask.question.folded)
    found = [
        (score, fitting)
        for policy in ask.policies()
        for listing in listings_of(ask.corpus)[policy.id]
        if (not listing.sorts or is_granted)
        if (fitting := of_sort(asked, listing, policy.source))
        and (score := _fit(ask, policy, asked, fitting)) > 0
    ]
    best, *others = sorted((score for score, _ in found), reverse=True) or [0.0]
    doubtful = bool(others) and best < CLEAR and (best - others[0] < AHEAD or bool(ask.question.numbers))
    if not found or doubtful:
        return None
    return say_listing(ask, asked, max(found, key=_score)[1])


@once_a_corpus
def listings_of(corpus: Corpus) -> dict[str, tuple[Listing, ...]]:
    """The lists of every policy by its id, read at the first question for a list."""
    return {policy.id: (*listings(policy), *granted(policy)) for policy in corpus.policies.values()}


def _score(found: tuple[float, Listing]) -> float:
    return found[0]


def asked_of(ask: Ask) -> Asked | None:
    """What a question wants listed; None where it wants no list of the text (谁, 何时), or the text defines it."""
    question = ask.question
    aside = words()["listing"]["not"]
    if question.language != "zh" or question.roles or question.has(*aside):
        return None
    if question.has("without") and question.mentions:
        return None  # tasks of which somebody has no part
    if question.has("definition") and any(is_definition(question, p.source) for p in ask.policies()):
        return None  # the text says what it is
    asked = what_is_listed(question.folded)
    if asked and asked.number is None and re.search(words()["listing"]["single"], question.folded):
        return None  # 做法是什么 asks for one thing
    return asked


def of_sort(asked: Asked, listing: Listing, source: str) -> Listing | None:
    """A list whose items are of the sort asked for; where only the question tells the sort, without it behind the last item."""
    named = [variant for term in asked.sorts for variant in term.variants]
    if any(variant in listing.sorts for variant in named) or _head_tells_sort(asked, listing, named):
        return listing
    start, end = listing.items[-1]
    for variant in named if listing.weak else ():
        if variant not in source[start:end]:
            continue
        at = source[start:end].find(variant)
        [*_, (opened, closed)] = split_joined(source, [(start, start + at + len(variant))])
        item = squeeze(source[opened:closed])
        if LONG <= len(item) > len(variant) and item in asked.clause:
            continue  # 民办幼儿园, the last thing named, is asked about itself
        without = _without_sort(listing, source, variant, at)
        if without is not None:
            return without
    return None


def _head_tells_sort(asked: Asked, listing: Listing, named: Sequence[str]) -> bool:
    """Whether what a list says that it is a list of is what is asked for; ``named`` are the words for the sort."""
    head = re.sub(words()["listing"]["left"], "", listing.head)
    if any((len(v) > 1 and head.startswith(v)) or (_is_sort(v, listing) and head.endswith(v)) for v in named):
        return True
    core = without_generic(head)  # 改造 of 改造内容分为
    if head != listing.head and any(len(core) > 1 and t.text.endswith(core) for t in asked.whole):
        return True
    if asked.plain and len(head) > 1 and any(t.text.endswith(head) for t in asked.whole):
        return True  # 申请材料: the 材料
    if asked.plain and listing.apart and is_forbidden(asked.clause) and forbids(listing.about):
        return True  # 不能干的事: 不得有下列行为
    return (head != listing.head or listing.apart) and any(
        len(v) > 1 and head.rstrip("。;").endswith(v) for term in asked.whole for v in term.variants
    )  # what its items are parts of


def _without_sort(listing: Listing, source: str, variant: str, at: int) -> Listing | None:
    """A list whose last item ends with its sort, without that where it is of all items; ``at`` is where in the item the
    sort stands. None where it may be of the last item alone."""
    start, end = listing.items[-1]
    last, before = source[start:end], listing.items[:-1]
    if all(source[a:b].endswith(variant) for a, b in before):
        joined = rf"(?:(?:以及|或者|[和及与或])[^，。；、]{{1,12}}?{re.escape(variant)})*"
        until = at + len(variant)
        until += re.match(joined, last[until:]).end()  # type: ignore[union-attr]
        items = split_joined(source, [*before, (start, start + until)])
        return replace(listing, items=tuple(items), head=variant)
    if len(variant) < 2 or any(source[a:b].endswith(variant[-2:]) for a, b in before):
        return None  # 共创X集群、Y产业集群: each says itself of what sort it is, and they are not of one
    if not re.match(r"$|[和及与]|以及|建设$", last[at + len(variant) :]):
        return None
    kind = re.search(words()["listing"]["kind"], last[:at])
    until = kind.start() if kind else at
    joined_on = re.search("[和及与或]$|以及$", last[:until])
    if until < 2 or joined_on or _governs(source[listing.start : listing.items[0][0]], last[:until]):
        return None
    items = [*before, *split_joined(source, [(start, start + until)])]
    return replace(listing, items=tuple(items), head=last[until : at + len(variant)])


def _is_sort(variant: str, listing: Listing) -> bool:
    """Whether a word may be the sort that a list's head ends with; of one character where the text counts them (8个组)."""
    return len(variant) > 1 or bool(listing.stated)


def is_forbidden(folded: str) -> bool:
    """Whether it is asked what one must not do."""
    return bool(re.search(words()["listing"]["forbidden"], folded))


def forbids(text: str) -> bool:
    """Whether a text says what one must not do."""
    return bool(re.search(words()["negation"]["forbids"], text))


def _governs(before: str, text: str) -> bool:
    """Whether the last thing named ends within a text and a verb goes on from it (合作社建设集约化, 街道应当协助), as
    behind words that make somebody do something any verb does (支持企业、合作社建设)."""
    entry, at = words()["listing"], 0
    makes = re.search(entry["makes"], before)
    for word, _ in tagged(text):
        goes_on = word in entry["opens"] and (makes or at + len(word) < len(text))
        if at and (goes_on or word in entry["governs"]):
            return True
        at += len(word)
    return False


def _fit(ask: Ask, policy: Policy, asked: Asked, listing: Listing) -> float:
    """How well a list answers: the question's other terms that it holds, and nearness in meaning; 0 where not enough."""
    folded = squeeze(ask.question.folded)
    counted = bool(listing.stated and listing.stated == asked.number)
    place, sort = next(
        ((p, t) for p, t in enumerate(asked.sorts) if any(v in listing.head for v in t.variants)), (0, None)
    )
    named = len(listing.head) >= 4 and listing.head in folded
    differs = asked.number and not counted and asked.number != len(listing.items)
    if differs and not listing.stated and not ask.question.has("yesno"):
        return 0.0
    one = any(len(item := squeeze(policy.source[a:b])) >= LONG and item in folded for a, b in listing.items)
    if one and ask.question.has("count") and not ask.question.has("except", "yesno"):
        return 0.0  # how many there are of a thing that is listed with others
    section = listing.section
    if is_forbidden(folded) and not forbids(listing.about + section.heading):
        return 0.0  # where one must not, is no list of where one may
    unit = _unit_of(policy, listing)
    if is_of_another_party(ask.question.terms, "|".join(text for _, text in unit.texts[:3])):
        return 0.0
    rest = _other_terms(ask, asked, sort, folded)
    held = coverage(ask.corpus, rest, unit) if rest else 1.0 if counted or named else ENOUGH
    beside = [
        score for (p, at), score in ask.dense.items() if p == policy.id and section.start <= at < listing.end
    ]
    near = max(beside, default=0.0)
    least = LEAST if counted or near >= NEAR else ENOUGH
    if held < (0.0 if named else least):
        return 0.0
    return (
        held
        + 0.3 * near
        - 0.1 * (place if sort else len(asked.sorts))
        + 0.5 * counted
        + 0.5 * named
        + 0.3 * (asked.number == len(listing.items))
    )


def _other_terms(ask: Ask, asked: Asked, sort: Term | None, folded: str) -> list[Term]:
    """The words of a question besides the sort of things that it wants listed; those of clauses that do not ask, less."""
    entry = words()["listing"]
    where = re.search(entry["where"], folded)
    return [
        term if term.text in asked.clause else replace(term, weight=ASIDE * term.weight)
        for term in ask.question.terms
        if term.weight >= 0.3
        and not (where and term.text in where["place"])
        and not term.pair
        and (term.text in asked.clause or ask.corpus.known(term))
        and term.text not in (*entry["generic"], *entry["links"])
        and not (asked.said[0] - len(term.text) < ask.question.folded.find(term.text) < asked.said[1])
        and not (sort and (term.text in sort.text or sort.text in term.text))
    ]


def _unit_of(policy: Policy, listing: Listing) -> Unit:
    """What speaks for a list: its sentence, less so its heading, with items that stand apart, and those above."""
    section = listing.section
    items = squeeze("|".join(policy.source[a:b] for a, b in listing.items))
    return Unit(
        (
            (1.0, listing.about + "|" + listing.head),
            (0.9, squeeze(section.heading) + ("|" + items if listing.apart else "")),
            (0.5, squeeze(" ".join(section.path))),
            (0.5, squeeze(policy.title)),
        )
    )


def say_listing(ask: Ask, asked: Asked, listing: Listing) -> Draft:
    """All items of a list, counted, each with its citation."""
    draft = ask.draft()
    source = ask.corpus.policies[listing.policy].source
    whole = draft.cite(listing.policy, listing.start, listing.end)
    texts = [
        re.sub(r"\s+", "", source[start:end]).rstrip("；。，、的").lstrip("#") for start, end in listing.items
    ]
    draft.count = listing.stated if listing.open and listing.stated else len(texts)
    head = re.sub(r"^本[一-鿿]{2}所称|[,，]?" + words()["listing"]["left"], "", listing.head)
    name = f"“{head}”" if 1 < len(head) <= NEAREST else phrase(draft.language, "listing_items")
    if listing.apart and listing.about.endswith(":"):
        opened = ARTICLE.sub("", source[listing.start : listing.end])
        name = without_own_marks(re.sub(r"\s+", "", opened)).rstrip("：:") + "，"
    count = draft.compute(draft.count)
    if asked.number and asked.number != draft.count and not listing.open:
        draft.say("count_wrong", asked=f"{draft.compute(asked.number)}{asked.measure}")
        draft.note("premise", "notice_premise")
    draft.say("listing_open" if listing.open else "listing", name=name, count=count, cite=whole)
    draft.head("serial", "content")
    marks = []
    for place, (text, (start, end)) in enumerate(zip(texts, listing.items, strict=True), 1):
        span = (start, end) if listing.apart else (listing.start, listing.end)
        span = listing.lines[place - 1] if listing.lines else span
        draft.row(
            [str(place), text],
            [draft.number(listing.policy, *span), draft.number(listing.policy, listing.start, listing.end)],
        )
        marks.append(without_own_marks(text) + (draft.cite(listing.policy, *span) if listing.apart else ""))
        draft.compute(place)
    comma = phrase(draft.language, "item_comma" if listing.apart else "list_comma")
    shown = marks if len(marks) <= SHOWN else [*marks[:SHOWN], "…"]
    draft.pieces.append(comma.join(shown) + phrase(draft.language, "stop"))
    if listing.open:
        draft.note("partial", "notice_open_list")
    return draft
