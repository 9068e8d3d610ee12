"""The last question asked of something else: what a follow-up names (提升类) in the place of its like (完善类)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from assistant.terms import words
from index.keywords import tagged
from index.text import squeeze

_LESS = set("updcyrf")  # flags of words that no name begins with: 的, 在, 都, 和, 了, 这, 里
LONGEST = 6  # characters of what is replaced
APART = 2  # characters by which it may be longer or shorter than what takes its place
_LABEL = re.compile(
    r"(?:[A-Za-z甲乙丙丁戊己]|[Ⅰ-Ⅻ]|[一二三四五六七八九十\d]+)(?P<sort>[类级档期批等])"
)  # A类, Ⅲ级


def put_in_place(what: str, before: str, corpus: str) -> str:
    """A question asked of ``what`` in place of its like; "" where it names nothing like it.

    Of one kind are words with the same last character (国家级, 省级), and those that stand before the same word
    somewhere in ``corpus``, the folded text of the policies (东山灌区, 西山灌区).
    """
    at = _like(what, before) or _beside_the_same(what, before, corpus)
    return before[: at[0]] + what + before[at[1] :] if at else ""


def completed(new: str, before: str, corpus: str) -> str:
    """A follow-up whose short name (红色) gets the noun that its like has in the last question (橙色预警), where the
    policies write it so."""
    for start, end, word, _ in _words(new):
        at = _like(word, before) if len(word) > 1 else None
        following = next((w for first, _, w, flag in _words(before) if at and first == at[1]), "")
        if len(following) > 1 and following not in new and squeeze(word + following) in corpus:
            return new[:start] + word + following + new[end:]
    return new


def lead_of(before: str) -> str:
    """The place and the period that open a question (A区三年一共), which hold for the next one too; "" where none."""
    match = re.match(words()["follow"]["lead"], before.strip())
    return match.group() if match else ""


def _words(text: str) -> Iterator[tuple[int, int, str, str]]:
    at = 0
    for word, flag in tagged(text):
        yield at, at + len(word), word, flag
        at += len(word)


def _like(what: str, before: str) -> tuple[int, int] | None:
    """The slice of a question that is one or two words of the kind of ``what``: the nearest to it in length, the first."""
    label = _LABEL.fullmatch(what)
    labels = [
        m for m in _LABEL.finditer(before) if label and m["sort"] == label["sort"] and m.group() != what
    ]
    if labels:
        return labels[0].span()
    tokens = list(_words(before))
    found = []
    for number, (start, end, word, flag) in enumerate(tokens):
        if not word.endswith(what[-1]):
            continue
        for first, first_flag in (
            (start, flag),
            *((t[0], t[3]) for t in tokens[max(0, number - 1) : number]),
        ):
            name = before[first:end]
            if (
                2 <= len(name) <= LONGEST
                and abs(len(name) - len(what)) <= APART
                and first_flag[:1] not in _LESS
                and not (name in what or what in name)
                and bool(re.search(r"\d", name)) == bool(re.search(r"\d", what))
            ):
                found.append((abs(len(name) - len(what)), first, end))
    return min(found)[1:] if found else None


def _beside_the_same(what: str, before: str, corpus: str) -> tuple[int, int] | None:
    tokens = list(_words(before))
    for (start, end, word, flag), (_, _, following, _) in pairwise(tokens):
        named = flag[:1] == "n" and len(word) > 1 and len(following) > 1 and word != what
        if named and squeeze(what + following) in corpus and squeeze(word + following) in corpus:
            return start, end
    return None
