"""The content words of a question, with the words of official documents that they may stand for.

The words are data: ``words.toml`` (how people ask), ``terms.toml`` (everyday and English words).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

from index.keywords import tagged
from index.text import fold, squeeze

Language = Literal["zh", "en"]
_POS_WEIGHTS = {
    "n": 1.0,
    "v": 0.45,
    "a": 0.5,
    "e": 1.0,
    "i": 1.0,
    "l": 0.9,
    "j": 1.0,
    "b": 0.6,
    "t": 0.3,
    "x": 0.7,
    "m": 0.3,
    "s": 0.6,
    "z": 0.4,
    "d": 0.15,
}
UNKNOWN = 0.4  # weight of an English word that the glossary does not know
CONTEXT = 0.4  # weight of a word of a sentence that does not ask
DEED = 0.9  # weight of the everyday verb behind 能 or 可以
PHRASE = 0.5  # weight of two neighbouring words as one (智慧社区), where the policies know it


@dataclass(frozen=True, slots=True)
class Term:
    """A content word of the question with the words of documents that it may stand for."""

    text: str
    variants: tuple[str, ...]  # the word itself and its official forms, folded, without blanks
    weight: float
    pair: bool = False  # two neighbouring words as one
    kind: tuple[str, ...] = ()  # of a pair: its words, where the first makes a kind of the second (大型企业)
    near: tuple[
        tuple[str, float], ...
    ] = ()  # words of the policies close in meaning, and how far each counts


@cache
def words() -> dict[str, Any]:
    """The patterns of ``words.toml``."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


@cache
def _glossary() -> dict[str, dict[str, Any]]:
    data = tomllib.loads(Path(__file__).with_name("terms.toml").read_text("utf-8"))
    for chinese, english in data["told"].items():
        forms = data["english"].setdefault(english, [])
        if chinese not in forms:
            forms.append(chinese)
    return data


@cache
def pattern(group: str, name: str) -> re.Pattern[str]:
    """The expressions of an entry of ``words.toml`` in both languages as one; KeyError where there is none."""
    entry = words()[group][name]
    return re.compile("|".join([*entry["zh"], *entry["en"]]))


@cache
def expression(group: str, name: str) -> re.Pattern[str]:
    """The one expression of an entry of ``words.toml``; KeyError where there is none."""
    return re.compile(words()[group][name])


def is_asking(text: str) -> bool:
    """Whether a folded text, or a clause of it, asks something."""
    return bool(expression("asking", "words").search(text))


@cache
def _noise() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    """(phrases to cut from a Chinese question, whole words without topic, English stop words)."""
    entries = words()["noise"]["zh"]
    phrases = [
        entry
        for entry in entries
        if len(entry) >= 3
        or entry.startswith(("(", "能"))
        or entry in ("谁", "什么", "怎么", "如何", "哪些", "请问", "是否", "为何")
    ]
    asked = [
        *(w for role in words()["role"].values() for w in role["zh"] if w not in ("参与", "协同", "辅助")),
        *words()["ask"]["who"]["zh"],  # behind 谁管: the first alternative that fits is cut
    ]
    return (
        re.compile("|".join([*asked, *phrases])),
        re.compile("|".join(entries)),
        frozenset(words()["noise"]["en"]),
    )


@cache
def _sorts() -> re.Pattern[str]:
    """哪几项重点任务, 主要措施有: what names only the sort of thing asked for, its name as ``name``."""
    entry = words()["sort"]
    which, thing, inside, behind = (entry[key] for key in ("which", "thing", "inside", "behind"))
    return re.compile(
        rf"{entry['asked']}(?P<one>(?:{which})*?(?:{thing})(?:任务)?)(?!{inside})"
        rf"|(?P<two>(?:{which})+?(?:{thing}))(?={behind})"
        rf"|(?<={entry['of_role']})(?P<three>(?:{which})*?(?:{thing}))(?={behind})"
    )


def sorts_in(text: str) -> list[str]:
    """The sorts of thing that a folded question asks a body or a role for: 重点任务, 主要措施."""
    return [match["one"] or match["two"] or match["three"] for match in _sorts().finditer(text)]


def without_sorts(rest: str) -> str:
    """What is left of a folded question, without the words that name only the sort of thing asked for."""
    return blank(rest, [match.span() for match in _sorts().finditer(rest)])


@cache
def _english_terms() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    rows = []
    for phrase, chinese in sorted(_glossary()["english"].items(), key=lambda item: -len(item[0])):
        parts = re.split(r"[\s-]+", fold(phrase))
        last = parts[-1]
        body = r"[\s-]+".join([*map(re.escape, parts[:-1]), _inflected(last)])
        rows.append((re.compile(rf"\b{body}\b"), tuple(squeeze(word) for word in chinese)))
    return tuple(rows)


@cache
def glossary() -> dict[str, tuple[str, ...]]:
    """English words of the glossary with the words of official documents that they stand for."""
    return {
        fold(english): tuple(map(squeeze, chinese)) for english, chinese in _glossary()["english"].items()
    }


def glosses(text: str, most: int) -> list[tuple[str, str]]:
    """(Chinese term, English term) of what a small model renders wrongly in a text, ``most`` at most, in reading order."""
    told = _glossary()["told"]
    found = {match.group() for match in _told().finditer(squeeze(text))}
    return [(chinese, told[chinese]) for chinese in sorted(found, key=squeeze(text).index)[:most]]


@cache
def _told() -> re.Pattern[str]:
    terms = "|".join(map(re.escape, sorted(_glossary()["told"], key=len, reverse=True)))
    return re.compile(rf"(?<![违法高初普])(?:{terms})")  # 违规上路, 高中试点


def _inflected(word: str) -> str:
    """A pattern for an English word and its regular forms: plural, and for longer words -ed, -ing, -er."""
    stem, long = re.escape(word[:-1]), len(word) >= 4
    if word.endswith("y"):
        return f"{stem}(?:y|ies{'|ied|ying' if long else ''})"
    if word.endswith("e") and long:
        return f"{stem}(?:e|es|ed|er|ing)"
    return f"{re.escape(word)}(?:s|es{'|ed|ing|er' if long else ''})?"


@cache
def _everyday() -> dict[str, tuple[str, ...]]:
    return {
        squeeze(word): tuple(map(squeeze, official)) for word, official in _glossary()["everyday"].items()
    }


def blank(text: str, spans: Iterable[tuple[int, int]], mark: str = "\n") -> str:
    """The text with a mark in place of each character of these slices, so that offsets stay and no word is joined."""
    for start, end in spans:
        text = text[:start] + mark * (end - start) + text[end:]
    return text


def find_terms(rest: str, language: Language, factor: float = 1.0) -> tuple[Term, ...]:
    """Content words of what is left of a folded question, each once; ``factor`` scales their weights."""
    found: dict[str, Term] = {}
    if language == "en" or re.search(r"[a-z]{3}", rest):
        rest = _read_english(rest, found, factor)
    cut, whole, _ = _noise()
    rest = cut.sub("\n", rest)
    for piece in re.split(r"[^0-9a-z㐀-鿿+.\-]+", rest):
        if re.search(r"[㐀-鿿]", piece):
            _read_chinese(piece, found, whole, factor)
    return tuple(found.values())


def lightened(terms: Iterable[Term], folded: str) -> tuple[Term, ...]:
    """What stands behind 哪些 is the kind of answer asked for (哪些省市), not what it is about: it weighs less."""
    asked = [match.group(1) or match.group(2) for match in expression("asking", "kind").finditer(folded)]
    return tuple(
        replace(term, weight=0.4 * term.weight) if any(text.startswith(term.text) for text in asked) else term
        for term in terms
    )


def stressed(terms: Iterable[Term], folded: str) -> tuple[Term, ...]:
    """Of whether something may be done (能修手机吗), the deed weighs as much as what it is done to."""
    deeds = {match.group(1) for match in expression("asking", "may").finditer(folded)}
    return tuple(
        replace(term, weight=max(term.weight, DEED))
        if term.text in deeds and len(term.variants) > 1
        else term
        for term in terms
    )


def in_context(terms: tuple[Term, ...], folded: str) -> tuple[Term, ...]:
    """Words of the sentences that only set the scene weigh less than those of the sentence that asks."""
    parts = [part for part in re.split(r"[,。;:!?]", folded) if part.strip()]
    asking = [part for part in parts if is_asking(part)]
    if len(parts) < 2 or not asking or len(asking) == len(parts):
        return terms
    if any(expression("asking", "of_before").search(part) for part in asking):
        return terms  # 这块归谁管: what it is about was said before
    inside = [any(term.text in part for part in asking) for term in terms]
    if not any(own and term.weight >= 0.9 for own, term in zip(inside, terms, strict=True)):
        return terms
    return tuple(
        term if own else replace(term, weight=CONTEXT * term.weight)
        for own, term in zip(inside, terms, strict=True)
    )


def join_kinds(terms: tuple[Term, ...], corpus: str) -> tuple[Term, ...]:
    """A kind that the policies name is one word of full weight, in place of the two that make it."""
    kinds = [term for term in terms if term.kind and term.text in corpus]
    parts = {part for term in kinds for part in term.kind}
    weights = {term.text: term.weight for term in terms}
    return tuple(
        replace(term, weight=max(weights[part] for part in term.kind), pair=False) if term in kinds else term
        for term in terms
        if term.text not in parts
    )


def opposed(terms: tuple[Term, ...], folded: str) -> tuple[Term, ...]:
    """Words that a question says 非 before (非独生的) as their opposite, which is another word."""
    return tuple(
        replace(
            term, text=f"非{term.text}", variants=tuple(f"非{variant}" for variant in term.variants), near=()
        )
        if f"非{term.text}" in folded and folded.count(term.text) == folded.count(f"非{term.text}")
        else term
        for term in terms
    )


def _read_english(rest: str, found: dict[str, Term], factor: float) -> str:
    for pattern, chinese in _english_terms():
        for match in list(pattern.finditer(rest)):
            phrase = match.group()
            if "\n" not in phrase and phrase not in _noise()[2]:
                found.setdefault(phrase, Term(phrase, chinese, factor * official_weight(chinese[0])))
                rest = blank(rest, [match.span()])
    for match in re.finditer(r"[a-z][a-z'\-]{2,}", rest):
        word = match.group().rstrip("'s") if match.group().endswith("'s") else match.group()
        if word not in _noise()[2] and match.group() not in _noise()[2]:
            found.setdefault(word, Term(word, (word,), UNKNOWN * factor))
    return re.sub(r"[a-z][a-z'\-]*", lambda m: m.group() if len(m.group()) < 3 else "\n", rest)


@cache
def official_weight(word: str) -> float:
    """What a word of the glossary weighs: a verb as the same verb of a Chinese question, else 1."""
    flags = [flag for _, flag in tagged(word)]
    return _POS_WEIGHTS["v"] if flags == ["v"] else 1.0


def is_verb(word: str) -> bool:
    """Whether a word is read as verbs alone (新增)."""
    return all(flag[:1] == "v" for _, flag in tagged(word))


def is_noun(word: str) -> bool:
    """Whether a word is read as one noun (步骤)."""
    flags = [flag for _, flag in tagged(word)]
    return len(flags) == 1 and flags[0].startswith("n")


def _with_opposites(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Tokens with 非 joined to the noun behind it: 非独生子女 is another thing than 独生子女."""
    joined: list[tuple[str, str]] = []
    for word, flag in tokens:
        if joined and joined[-1][0] == "非" and flag[:1] in "nljv":
            joined[-1] = (f"非{word}", flag)
        else:
            joined.append((word, flag))
    return joined


def _crosses(word: str, piece: str, bounds: set[int]) -> bool:
    """Whether a word of the glossary only seems to stand in a piece: it begins within one word of it and ends within
    another (动工 in 专项行动工作)."""
    return all(
        match.start() not in bounds and match.end() not in bounds
        for match in re.finditer(re.escape(word), piece)
    )


def _read_chinese(piece: str, found: dict[str, Term], whole: re.Pattern[str], factor: float) -> None:
    whole_words = [word for word, _ in tagged(piece)]
    whole_piece, bounds = piece, {0, *accumulate(map(len, whole_words))}
    for word in sorted((w for w in _everyday() if len(w) >= 2 and w in piece), key=len, reverse=True):
        inside = any(  # 小企业 in 中小企业, 欠款 in 拖欠款项
            word in other[1:-1] or (word in other and len(other) == len(word) + 1) for other in whole_words
        )
        spelt_out = any(
            word != official and word in official and official in piece for official in _everyday()[word]
        )
        if word in piece and not inside and not spelt_out and not _crosses(word, whole_piece, bounds):
            found.setdefault(word, Term(word, (word, *_everyday()[word]), factor))
            piece = piece.replace(word, "\n")
    for part in piece.split("\n"):
        before = ""  # the content word just before, to make 智慧社区 of 智慧 and 社区
        of_kind = False  # whether it can make a kind of the noun behind it: no verb with its object
        tokens = _with_opposites([(word.strip(), flag) for word, flag in tagged(part)])
        for place, (word, flag) in enumerate(tokens):
            if not word or whole.fullmatch(word):
                before = ""
                continue
            names = word in words()["class"]["zh"]
            if (
                before
                and flag[:1] == "v"
                and [w for w, _ in tokens[place + 1 : place + 2] if w in words()["class"]["zh"]]
            ):
                flag = "n"  # 新型显示产业: what it is the industry of
            weight = _POS_WEIGHTS.get(flag[:1], 0.2)
            if len(word) == 1 and not (flag[:1] == "v" and word in _everyday()):
                weight *= 0.35
            if weight >= 0.1:
                found.setdefault(word, Term(word, (word, *_everyday().get(word, ())), weight * factor))
            content = len(word) > 1 and weight >= 0.4
            if content and before:
                pair = Term(before + word, (before + word,), PHRASE * factor, pair=True)
                found.setdefault(pair.text, replace(pair, kind=(before, word)) if names and of_kind else pair)
            of_kind = flag[:1] != "v"
            before = word if content else ""
