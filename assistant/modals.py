"""Whether a sentence leaves a passage's modals and negations as they are: 应当, 可以, 不得, 未 (must, may, must not).

What is forbidden in one part of a passage is not told without its 不得, nor what may be done as what must be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from assistant.claims import modals_missing
from assistant.sentences import share_of_words
from assistant.terms import Language, words
from assistant.told import HALF, Word, holds, words_told
from index.text import fold, squeeze

NEAREST = 0.8  # of the best sentence's share of words, from which another says the same
_ITEM = re.compile(r"\s*(?:#|[-*·•]|\d{1,3}[.、]|[(（①-⑳]|[一二三四五六七八九十]+(?:、|是)|第.{1,6}项)")


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a passage between its commas, squeezed, and whether what it says is forbidden."""

    text: str
    forbidden: bool


def modals_stand(said: str, text: str, opening: str, section: str) -> bool:
    """Whether each modal of a folded sentence stands where its words do: 应当 in one sentence is no 可以 of the next.

    What opens a list (：) speaks for its items; ``opening`` is of the list that the text goes on with.
    """
    stated = [squeeze(part) for part in re.split(r"[。！？；\n]", text)]
    leads = squeeze(opening) + "".join(part for part in stated if part.endswith(":"))
    for clause in re.split(r"[,;。:!?]", said):
        shares = [(share_of_words(squeeze(clause), part), part) for part in stated]
        best = max(share for share, _ in shares)
        near = "".join(part for share, part in shares if share >= NEAREST * best)
        if modals_missing(clause, near + leads + squeeze(section)):
            return False
    return True


def negations_stand(said: str, text: str, opening: str, language: Language) -> bool:
    """Whether no part of a folded sentence tells without a negation what the text tells with one."""
    parts = list(_parts(text, opening))
    return all(_told_as_it_stands(clause, parts, language) for clause in _open_clauses(said, language))


def _told_as_it_stands(clause: str, parts: list[_Part], language: Language) -> bool:
    """Whether a part of the text that says the most of what a clause says says it without a negation, as the clause does."""
    told = words_told(clause, language)
    shares = [(sum(holds(part.text, word) for word in told), part) for part in parts]
    best = max((share for share, _ in shares), default=0)
    if not told or best < HALF * len(told):
        return True
    near = [part for share, part in shares if share == best]
    return not all(part.forbidden or _is_negated(told, part.text, squeeze(clause)) for part in near)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(words()["negation"][name])


def _open_clauses(said: str, language: Language) -> Iterator[str]:
    """The parts of a sentence that no negation covers: 不得 goes on over the parts behind it that have no verb of their own."""
    own, denies = _pattern(f"own_{language}"), _pattern(f"denies_{language}")
    pieces = re.split(
        r"[,;。:!?]" if language == "zh" else r"[,;:!?]|\.(?!\d)|\b(?:but|while|whereas)\b", said
    )
    covered = False
    for at, clause in enumerate(pieces):
        denied = bool(denies.search(clause))
        covered = denied or (covered and not own.search(clause))
        behind = pieces[at + 1] if at + 1 < len(pieces) else ""
        if not covered and not (denies.search(behind) and not words_told(denies.sub(",", behind), language)):
            yield clause


def _is_negated(told: list[Word], text: str, clause: str) -> bool:
    """Whether a word stands in a text only behind a negation (未达标) that a clause, which says it too, leaves out."""
    return any(
        held and all(_only_negated(v, text) and not _only_negated(v, clause) for v in held)
        for held in ([variant for variant in word if variant in text] for word in told)
    )


def _only_negated(word: str, text: str) -> bool:
    """Whether a text that holds a word has it only behind a negation (不低于)."""
    bare = re.sub(rf"(?:{words()['negation']['weak']}){re.escape(word)}", "", text)
    return word in text and word not in bare


def _parts(text: str, opening: str) -> Iterator[_Part]:
    """The parts of a passage; a list's items are forbidden where what opens it forbids."""
    forbids, goes_on = _pattern("forbids"), _pattern("goes_on")
    lead, ended = bool(forbids.search(_last(fold(opening)))), False
    for sentence in re.split(r"(?<=[。!?;\n])", fold(text)):
        if not sentence.strip():
            continue
        if ended and not _ITEM.match(sentence):
            lead = False
        ended = not sentence.endswith(";")
        *heads, tail = sentence.split(":")
        for head in (*heads, tail):
            before = False
            for part in head.split(","):
                before = lead or bool(forbids.search(part)) or (before and bool(goes_on.match(part)))
                yield _Part(squeeze(part), before)
            if head is not tail:
                lead = bool(forbids.search(_last(head)))


def _last(head: str) -> str:
    """The last part of what opens a list."""
    return re.split(r"[,。;]", head.rstrip().rstrip(":"))[-1]
