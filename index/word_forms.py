"""English words brought to forms that can be compared: spelling, number, and the word that a form is made from."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_WORD = re.compile(r"[a-z][a-z']*|\d+")
_AMERICAN = (  # British endings as American ones; both sides of a comparison are read so
    (re.compile(r"is(?=(?:e|ed|er|ing|ation)$)"), "iz"),
    (re.compile(r"ys(?=(?:e|ed|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{2})our"), "or"),
    (re.compile(r"tre$"), "ter"),
    (re.compile(r"ence$"), "ense"),
    (re.compile(r"ogramme$"), "ogram"),
    (re.compile(r"ll(?=(?:ed|ing|er)$)"), "l"),
)
_INFLECTED = (  # ending -> what the base form has in its place
    ("ied", ("y",)),
    ("ed", ("", "e")),
    ("ing", ("", "e")),
    ("ier", ("y",)),
    ("er", ("", "e")),
    ("iest", ("y",)),
    ("est", ("", "e")),
)
_DERIVED = (
    ("ization", ("ize",)),
    ("ation", ("ate", "e", "")),
    ("ition", ("e",)),
    ("ion", ("e", "")),
    ("ment", ("",)),
    ("ible", ("",)),
    ("able", ("", "e")),
    ("al", ("e", "")),
    ("ant", ("",)),
    ("ly", ("",)),
    ("ness", ("",)),
)


def tokens(text: str) -> list[str]:
    """Words of a text in lower case, American spelling and the singular; hyphens part words."""
    words = _WORD.findall(text.lower().replace("-", " "))
    return [_american(_singular(word.removesuffix("'s").replace("'", ""))) for word in words]


def base_forms(english: str, derived: bool = True) -> list[str]:
    """A word or phrase, then what its last word may be made from: greener, green; payment, pay.

    Candidates: not each is a word. Without ``derived`` only of the same word, as grammar bends it.
    """
    *before, last = tokens(english) or [""]
    forms = [last, *filter(None, [_irregular()["base"].get(last)])]
    for table in (_INFLECTED, _DERIVED) if derived else (_INFLECTED,):
        for form in list(forms):
            for ending, bases in table:
                stem = form.removesuffix(ending)
                if stem == form or len(stem) < 3:
                    continue
                forms += [stem + base for base in bases]
                if table is _INFLECTED and stem[-1] == stem[-2]:
                    forms.append(stem[:-1])  # shipping, ship
    return [" ".join([*before, form]) for form in dict.fromkeys(forms)]


@cache
def _irregular() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("word_forms.toml").read_text("utf-8"))


def _singular(word: str) -> str:
    irregular = _irregular()
    if word in irregular["singular"]:
        return str(irregular["singular"][word])
    if word.endswith("children"):  # stepchildren
        return word[:-3]
    if word in irregular["plural_only"] or len(word) < 4 or not re.search("[^sui]s$", word):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zzes")) else word[:-1]


def _american(word: str) -> str:
    for ending, american in _AMERICAN:
        word = ending.sub(american, word)
    return word
