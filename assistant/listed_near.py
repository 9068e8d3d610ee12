"""The list that the sentence which answers opens or stands in, where the question names it in words of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.enumerations import asked_of, forbids, is_forbidden, listings_of, of_sort, say_listing
from assistant.listing_asked import Asked
from assistant.listings import Listing, split_joined
from assistant.sentences import Sentence, asks_number
from assistant.terms import Term, is_noun, words
from index.text import squeeze

OPENER = 0.35  # how far behind the sentence that answers the one may be that opens its list


def answer_listed(ask: Ask, answering: Sequence[tuple[float, Sentence]]) -> Draft | None:
    """The whole list of a sentence that answers, where a list is asked for; None where none is, or none fits.

    ``answering`` are the sentences that hold what is asked for, with their values, the nearest first.
    """
    asked = asked_of(ask)
    if asked is None or asks_number(ask.question) or not answering:
        return None
    meant = [sentence for value, sentence in answering if value >= answering[0][0] - OPENER]
    sorts = _sorts(asked)
    known = [term for term in sorts if ask.corpus.known(replace(term, near=()))]
    if any(is_noun(term.text) for term in sorts) and not known:
        return None  # of something else than any policy speaks of (步骤)
    for sentence in meant if known else meant[:1]:
        for listing in listings_of(ask.corpus)[sentence.policy]:
            opens = _overlaps(sentence, listing, listing.start, listing.end)
            if listing.apart:
                opened = any(_overlaps(one, listing, listing.start, listing.end) for one in meant)
                stands = opens or any(_overlaps(sentence, listing, *item) for item in listing.items)
                if stands and opened and _may_be(ask, known, listing):
                    return say_listing(ask, asked, listing)
            elif opens and sentence is meant[0] and (named := _named(ask, asked, listing)):
                return say_listing(ask, asked, named)
    return None


def count_listed(ask: Ask, draft: Draft, answering: Sequence[tuple[float, Sentence]]) -> None:
    """Say how many things the nearest sentence lists, where it is quoted and a list is asked for.

    Nothing is said where the list is open (…等), where it is not of the sort asked for, or where none is alone.
    """
    asked = asked_of(ask)
    if asked is None or not answering or asks_number(ask.question) or draft.count is not None:
        return
    sentence = answering[0][1]
    found = {
        listing.items: listing
        for listing in listings_of(ask.corpus)[sentence.policy]
        if _overlaps(sentence, listing, listing.start, listing.end)
    }
    sorts = [term for term in _sorts(asked) if ask.corpus.known(replace(term, near=()))]
    if len(found) != 1:
        return
    [listing] = found.values()
    items = split_joined(ask.corpus.policies[listing.policy].source, listing.items)
    of_sort = listing.apart or not sorts or any(v in sentence.text for term in sorts for v in term.variants)
    quoted = all(
        any(policy == listing.policy and start <= a and b <= end for policy, start, end in draft.spans)
        for a, b in listing.items
    )
    if len(items) > 2 and of_sort and quoted and not listing.open:
        draft.count = listing.stated or (len(listing.items) if listing.apart else len(items))
        draft.say("listed", count=draft.compute(draft.count))


def _overlaps(sentence: Sentence, listing: Listing, start: int, end: int) -> bool:
    """Whether a sentence holds some of a slice of a list's policy."""
    return sentence.policy == listing.policy and sentence.start < end and start < sentence.end


def _named(ask: Ask, asked: Asked, listing: Listing) -> Listing | None:
    """The things that a sentence names, where they are of the sort asked for (在哪些方面: …等方面)."""
    entry, folded = words()["listing"], squeeze(ask.question.folded)
    beside = ask.question.folded.replace(asked.clause, "")
    if re.search(entry["asking"], beside) or (listing.sorts and not re.search(entry["granted"], folded)):
        return None  # more is asked (有什么用), which the sentence may say
    sort = re.search(entry["named"], folded)
    if sort and listing.head.startswith(sort["name"]):
        return replace(listing, head=sort["name"])
    if listing.weak:  # only the question tells the sort: all of what it says, not its last word alone
        asked = replace(asked, sorts=asked.sorts[:1])
    return of_sort(asked, listing, ask.corpus.policies[listing.policy].source)


def _sorts(asked: Asked) -> list[Term]:
    """The sorts of thing asked for (材料), without words that say no more than that things are (地方)."""
    generic = words()["listing"]["generic"]
    return [term for term in asked.sorts if len(term.text) > 1 and not term.pair and term.text not in generic]


def _things(ask: Ask, sorts: Sequence[Term]) -> list[Term]:
    """The things that a question names, but for the sort and for what one does (申报)."""
    aside = {*words()["listing"]["generic"], *words()["listing"]["acts"], *(term.text for term in sorts)}
    return [
        term
        for term in ask.question.terms
        if term.weight >= 0.9
        and not term.pair
        and term.text not in aside
        and (ask.corpus.known(replace(term, near=())) or is_noun(term.text))
    ]


def _may_be(ask: Ask, sorts: Sequence[Term], listing: Listing) -> bool:
    """Whether nothing speaks against a list: it is of the sort asked for, where there is one, and of what must not be."""
    about = listing.about + squeeze(listing.section.heading)
    if is_forbidden(squeeze(ask.question.folded)) and not forbids(about):
        return False
    policy = ask.corpus.policies[listing.policy]
    items = squeeze("|".join(policy.source[start:end] for start, end in listing.items))
    text = about + items + squeeze(" ".join(listing.section.path))
    if any(not any(v in text for v in thing.variants) for thing in _things(ask, sorts)):
        return False  # materials, but for something else
    return not sorts or any(variant in about for term in sorts for variant in term.variants)
