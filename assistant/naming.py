"""Which policies a question names: by title or number, by a title in short (综保区意见, 低保文件), by kind (这个办法)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from assistant.terms import blank, find_terms, words
from index.parser import DOCUMENT_KINDS

_KINDS = re.compile(f"{DOCUMENT_KINDS}|计划")
_PLACE = re.compile(r"[一-鿿]{1,3}?[省市县区州盟旗]")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(words before 方案, 文件 …, which may be a title in short; 这个办法)."""
    entry = words()["title"]
    kinds, anything = entry["kinds"], entry["anything"]
    return (
        re.compile(
            rf"(?P<name>[一-鿿0-9\"]{{2,24}}?)(?:这|那)?(?:个|份|部)?(?P<kind>{kinds}|{anything})"
            r"(?:里面?|中|内|的|要求|规定)?"
        ),
        re.compile(rf"(?:{entry['this']})(?P<kind>{kinds})"),
    )


def policies_named(
    rest: str, titles: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], str, list[str]]:
    """Ids of the policies named in a folded question, the question without their names, and those names.

    ``titles`` gives, for each policy, the words that name it (title, document number, folded).
    """
    whole = list(_whole_names(rest, titles))
    cuts = [(start, end) for start, end, _ in whole]
    short = list(_short_names(blank(rest, cuts), titles))  # 综保区意见: names the document and nothing else
    best: dict[str, int] = {}
    for policy, length in [(p, end - start) for start, end, p in whole] + [
        (p, length) for *_, p, length in short
    ]:
        best[policy] = max(best.get(policy, 0), length)
    _, this = _patterns()
    for match in this.finditer(rest) if not best else ():
        of_kind = [policy for policy, names in titles.items() if _kind_of(names) == match["kind"]]
        if len(of_kind) == 1:
            best[of_kind[0]] = len(match["kind"])
    longest = max(best.values(), default=0)
    chosen = tuple(policy for policy, length in best.items() if length == longest)
    # Words of a title are often the topic too; what stands in 《》 or is long names the document.
    return (
        (chosen if len(chosen) < max(2, len(titles)) or len(titles) == 1 else ()),
        blank(rest, [*cuts, *((topic, end) for _, topic, end, *_ in short)]),
        [rest[start:end] for start, end in cuts],
    )


def documents_named(
    folded: str, titles: Mapping[str, tuple[str, ...]]
) -> list[tuple[int, int, tuple[str, ...]]]:
    """(start, end, policies) of each place where a folded question names a document, in its order.

    Words that a title shares (a topic) are no name: a name stands in 《》, holds the kind of document, or is a number.
    """
    found: list[tuple[int, int, str]] = []
    kinds = re.compile(rf"《|{_KINDS.pattern}|号$")
    for start, end, policy in _whole_names(folded, titles):
        behind = _KINDS.match(folded, end)
        stop = behind.end() if behind else end
        if folded[start - 1 : start] == "《" or kinds.search(folded[start:stop]):
            found.append((start, stop, policy))
    rest = blank(folded, [(start, end) for start, end, _ in found])
    found += [(start, end, policy) for start, _, end, policy, _ in _short_names(rest, titles)]
    slots: list[tuple[int, int, tuple[str, ...]]] = []
    for start, end, _ in sorted(found, key=lambda item: item[0] - item[1]):  # the longest first
        if all(end <= other or start >= stop for other, stop, _ in slots):
            same = (policy for a, b, policy in found if b - a == end - start and a < end and start < b)
            slots.append((start, end, tuple(dict.fromkeys(same))))
    return sorted(slots)


def _whole_names(text: str, titles: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[int, int, str]]:
    """(start, end, policy) of the words that a text shares with a title or number of a policy."""
    for policy, names in titles.items():
        for name in names:
            for start, end in _common(text, name, 6):
                yield start, end, policy


def _short_names(
    text: str, titles: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[int, int, int, str, int]]:
    """(start, where the place before it ends, end, policy, length) of words before 方案, 意见 … that are a title in short.

    The place is one that the title does not hold: 西泽市停车办法 is read as a place and a document.
    """
    named, _ = _patterns()
    for match in named.finditer(text):
        at, name = _name_in(match)
        for policy, names in titles.items():
            if _abridges(name, match["kind"], names):
                start = _opening(name, names)
                topic = max(start, _other_place(name, names))
                yield at + start, at + topic, match.end(), policy, len(name)


def _name_in(match: re.Match[str]) -> tuple[int, str]:
    """Where the name begins in what stands before 方案, and the name: behind 这份 (引用这份养老方案时)."""
    pointed = list(re.finditer("[这那该][份个部项]|[这该]", match["name"]))
    at = pointed[-1].end() if pointed and pointed[-1].end() < len(match["name"]) else 0
    return match.start("name") + at, match["name"][at:]


def _kind_of(titles: Iterable[str]) -> str:
    """方案, 办法 …: what a document is, from its title: its last such word, the 通知 that issues it aside; or ""."""
    kinds = [kind for title in titles for kind in _KINDS.findall(title) if kind != "通知"]
    return kinds[-1] if kinds else ""


def _abridges(name: str, kind: str, titles: Iterable[str]) -> bool:
    """Whether words before 方案, 意见 …, 文件 are a title in short: its characters, in its order, and its kind."""
    anything = re.fullmatch(words()["title"]["anything"], kind)
    content = [term.text for term in find_terms(name, "zh") if not term.pair and len(term.text) > 1]
    telling = any(not re.fullmatch(words()["title"]["plain"], text) for text in content)
    for title in titles:
        if not anything and kind not in title:
            continue
        if not anything and len(name) >= 3 and _held(name, title) >= 0.75 * len(name):
            return True
        if telling and all(text in title or _stands_for(text, title) for text in content):
            return True
    return False


def _opening(name: str, titles: Iterable[str]) -> int:
    """Where the title begins in the words that hold it (谁负责解释沂川办法): the first two characters of a title."""
    text = "".join(titles)
    return next((at for at in range(len(name) - 1) if name[at] in text and name[at + 1] in text), 0)


def _other_place(name: str, titles: Iterable[str]) -> int:
    """Where a place that no title of the document names ends in words for it (西泽市停车办法), which is read as a place."""
    text = "".join(titles)
    return max((m.end() for m in _PLACE.finditer(name) if m.group() not in text), default=0)


def _held(name: str, title: str) -> int:
    """How many characters of a name stand in a title, in its order."""
    at = held = 0
    for character in name:
        found = title.find(character, at)
        if found >= 0:
            at, held = found + 1, held + 1
    return held


def _stands_for(short: str, title: str) -> bool:
    """Whether a word abbreviates words of a title (个税 for 个人所得税): all its characters, near each other."""
    gap = "[一-鿿]{0,3}"
    return bool(re.search(gap.join(map(re.escape, short)), title))


def _common(text: str, name: str, least: int) -> list[tuple[int, int]]:
    """Longest slices of ``text`` (at least ``least`` characters) that stand in ``name``."""
    spans, at = [], 0
    while at <= len(text) - least:
        end = at + least
        if "\n" not in text[at:end] and text[at:end] in name:
            while end < len(text) and text[at : end + 1] in name:
                end += 1
            spans.append((at, end))
            at = end
        else:
            at += 1
    return spans
