"""Names of an English sentence, by their capitals, that neither a passage nor its readers know (Huawei, Xi'an University)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from assistant.terms import glossary, words
from index.directory import Directory
from index.organisations import region_spellings, region_spellings_of
from index.text import fold
from index.word_forms import base_forms

_CAPITAL = re.compile(r"(?<![\w'’&-])[A-Z][\w'’&-]*")
_OPENS = re.compile(r"(?:^|[.!?:;]\s+)[\"“(]?$")  # before the first word of a sentence


def names_missing(
    sentence: str, support: str, directory: Directory, known: str = "", regions: Iterable[str] = ()
) -> list[str]:
    """Words with a capital inside a sentence that name nothing known.

    Known are the bodies of the directory, what a squeezed text or ``known`` (a folded one) spells, these regions, and
    words of the language (Plan, Article) and of the glossary, which some write with capitals.
    """
    said = fold(sentence)
    bodies = " ".join(mention.text for mention in directory.find(said))
    own = {region_spellings_of(region) for region in regions}
    places = own | {name for name, chinese in region_spellings().items() if chinese[:2] in support}
    missing = []
    for match in _CAPITAL.finditer(sentence):
        word = re.sub(r"['’]s$", "", match.group().lower()).replace("’", "'")
        if _OPENS.search(sentence[: match.start()]) or word.replace("'", "") in places:
            continue
        spelt = any(re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) for text in (bodies, known))
        if not spelt and word not in support and not is_plain(word):
            missing.append(match.group())
    return missing


def is_plain(word: str) -> bool:
    """Whether a word is one of the language, or one of the glossary's, in whatever form."""
    parts = [part for part in re.split(r"[-&]", word) if part]
    return all(part.isdecimal() or not _vocabulary().isdisjoint((part, *base_forms(part))) for part in parts)


@cache
def _vocabulary() -> frozenset[str]:
    entries = [*words()["noise"]["en"], *words()["month"]["en"], *words()["number"]["en"], *glossary()]
    entries += [*words()["number"]["scale"], *words()["capital"]["en"]]
    return frozenset(part for entry in entries for part in re.findall(r"[a-z']+", entry.lower()))
