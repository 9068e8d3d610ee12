"""What a question wants listed: of what sort the things are, and how many it says there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.listings import COUNTED, value_of
from assistant.terms import Term, find_terms, words
from index.keywords import tagged


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants listed: words for its sort, the likeliest first, and how many it says there are."""

    sorts: tuple[Term, ...]
    number: int | None
    measure: str
    plain: bool  # no sort is named, or one that says nothing (投入, 情形)
    whole: tuple[Term, ...] = ()  # what has the parts that are asked for (老城区 of 老城区是哪几块)
    clause: str = ""  # of the question, in which they are asked for
    said: tuple[int, int] = (0, 0)  # where the words stand that ask for them


@lru_cache(maxsize=256)
def what_is_listed(folded: str) -> Asked | None:
    """What a folded question wants listed (材料 of 要带几样材料), or None where it wants no list."""
    entry = words()["listing"]
    which = re.search(entry["which"], folded)
    asks = which or re.search(entry["asks"], folded)
    if not asks or re.search(entry["unless"], folded):
        return None
    counted = next(COUNTED.finditer(folded), None)
    sorts = _names(counted["head"])[:2] if counted else []
    if which:
        stretch = re.split(entry["ends"], folded[which.end() :])[0]
        first, *rest = stretch.split("的")[:2]
        sorts += _names(first) or ([first] if len(first) == 1 else [])  # 哪几个组
        if first not in entry["places"]:  # 哪几个县的 asks for no more than the places
            sorts += [name for part in rest for name in (*_names(part), *_words(part)[:1])]
    if re.search(entry["steps"], folded):
        sorts = list(entry["step"])
    plain = not _specific(sorts)
    front = folded[: asks.start()]
    aside = re.search(r"(?<=[,。])[^,。]*的[有是]?$", front)
    if aside and not any(flag[:1] == "n" for _, flag in tagged(aside[0])):
        front = front[: aside.start()]  # …, 点名的有几个
    runs = [run for part in re.split("[,。的]", front) for run in _runs(part) if _is_noun(run)]
    whole = [run for run in runs if _specific([run])][-1:]
    whole = [without_generic(run) for run in whole]
    if plain:
        sorts += whole
    number = counted or re.search(entry["number"], folded)
    terms = [_term(sort) for sort in dict.fromkeys(sorts) if sort not in entry["document"]]
    return Asked(
        tuple(terms),
        value_of(number["number"]) if number else None,
        number["measure"] if number else "",
        plain,
        tuple(_term(run) for run in whole),
        next(c for c in re.finditer("[^,。;?]*", folded) if c.start() <= asks.start() <= c.end())[0],
        asks.span(),
    )


def _runs(text: str) -> list[str]:
    """The words of a folded text that stand side by side and may name a thing, as one each."""
    runs, behind = [""], words()["listing"]["behind"]
    for word, flag in tagged(text):
        apart = (*words()["listing"]["links"], *words()["listing"]["document"])
        inside = flag[:1] in "nvjlbai" and (word not in apart or bool(runs[-1] and word in behind))
        runs[-1:] = [runs[-1] + word] if inside else [runs[-1], ""]
    return [run for run in runs if run and run not in words()["listing"]["document"]]


def _words(text: str) -> list[str]:
    return [word for word, flag in tagged(text) if len(word) > 1 or flag == "n"]


def _is_noun(run: str) -> bool:
    return any(flag[:1] in "njl" or flag == "vn" for _, flag in tagged(run))


def _names(text: str) -> list[str]:
    """What a folded text may name: its first run of words, and the last word of that, or one that opens it (方面)."""
    run = next(iter(_runs(text)), "")
    nouns = _words(run)
    general = [noun for noun in nouns[:1] if not _specific([noun])]
    return list(dict.fromkeys([*([run] if len(run) > 1 else []), *nouns[-1:], *general]))


def without_generic(run: str) -> str:
    """A run of words without the last one where that says nothing (保证金名目)."""
    found = [word for word, _ in tagged(run)]
    return "".join(found[:-1]) if found[1:] and found[-1] in words()["listing"]["generic"] else run


def _term(sort: str) -> Term:
    """A word for the sort of things with the words of documents that it may stand for."""
    return next((term for term in find_terms(sort, "zh") if term.text == sort), Term(sort, (sort,), 1.0))


def _specific(nouns: Sequence[str]) -> list[str]:
    return [noun for noun in nouns if noun not in words()["listing"]["generic"]]
