"""What words of a policy refer to by numbers: its articles, their paragraphs and items; and what punishes one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from assistant.within import ITEM, section_at, subtree_end
from index.policy import Policy, Section
from index.quantities import read_numeral
from index.text import squeeze

_ARTICLE = re.compile(r"第[一二三四五六七八九十百零\d]+条")
_ARTICLE_NAME = re.compile(r"第[^　 条]{1,6}条[ 　]*(?P<name>[一-鿿“”、（）]{2,20})。(?=[^\n])")
_OTHER_DOCUMENT = re.compile(  # 《某法》第三条、第五条第二款; 条例第八条 of another one, 本条例第八条 aside
    r"(?:》|(?<!本)(?<!本实施)(?<!本暂行)(?:条例|[办方]法|(?<![办方])法|规定|细则))(?:第[一二三四五六七八九十百零\d]+条(?:第[一二三四五六七八九十]+[款项])*[、和及至或]?)+"
)
_PARAGRAPH = re.compile("本条第(?P<number>[一二三四五六])款|前款")
_ITEM_OF = re.compile(
    r"(?P<article>第[一二三四五六七八九十百零\d]+条)(?:第[一二三四五六]款)?第?[（(]?(?P<item>[一二三四五六七八九十]+)[）)]?项"
)
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十百零]+")
_SECTION_KINDS = {"条": "条", "article": "条", "章": "章", "chapter": "章", "节": "节", "部分": "一"}
_MARKERS = {
    "条": re.compile(r"第.+条"),
    "章": re.compile(r"第.+章"),
    "节": re.compile(r"第.+节"),
    "一": re.compile(r"[一二三四五六七八九十]+、|第.+[章编]"),
    "": re.compile(r"\d+[.、]"),  # 第8项, item 8
}
_OTHER_FORMS = {"": (_MARKERS["条"],), "条": (_MARKERS[""],)}  # 第18条 of a plan is its item 18
_AGAINST = re.compile(
    r"违反(?:了)?(?:本[一-鿿]{2,6}?)?(?P<article>第[一二三四五六七八九十百零\d]+条)?(?:第[一二三四五六]款)?"
    r"(?P<items>(?:[、和或]|或者)*第?[（(]?[一二三四五六七八九十]+[）)]?项(?:(?:[、和或]|或者)*第?[（(]?[一二三四五六七八九十]+[）)]?项)*)?(?=规定|的)"
)
_ITEM_NUMBER = re.compile(r"[一二三四五六七八九十]+(?=[）)]?项)")


def article_name(policy: Policy, at: int) -> str:
    """The words that name the article at an offset (第八条　设备投资补助。对…); "" where it has no name."""
    section = section_at(policy, at)
    if section is None or not _MARKERS["条"].fullmatch(squeeze(section.marker)):
        return ""
    match = _ARTICLE_NAME.match(policy.source, section.start, section.end)
    return match["name"] if match else ""


def articles_named(policy: Policy, text: str) -> list[str]:
    """The names of the articles of a policy that a passage of it refers to (符合第八条、第九条规定的)."""
    own, *_ = [*_ARTICLE.findall(text), ""]  # it begins with its own
    sections = articles_referred(policy, text.replace(own, "", 1))
    return [name for section in sections if (name := article_name(policy, section.start))]


def articles_referred(policy: Policy, text: str) -> list[Section]:
    """The articles of a policy that words of it refer to (在第十条规定标准基础上), not those of another document."""
    markers = dict.fromkeys(_ARTICLE.findall(_OTHER_DOCUMENT.sub("", text)))
    return [section for marker in markers if (section := numbered_section(policy, marker))]


def slices_referred(policy: Policy, at: int, text: str) -> Iterator[tuple[int, int]]:
    """The paragraphs and items that words of a policy at an offset refer to: 本条第一款, 前款, 第二条第（四）项."""
    text = _OTHER_DOCUMENT.sub("", text)
    own = section_at(policy, at)
    if own and not ITEM.match(own.marker) and (found := _PARAGRAPH.search(text)):
        lines = [m.span() for m in re.finditer(r"[^\n]*[。；：:;][^\n]*", policy.source[own.start : own.end])]
        here = next((n for n, (_, end) in enumerate(lines) if at < own.start + end), 0)
        number = int(read_numeral(found["number"])) - 1 if found["number"] else here - 1
        if 0 <= number < len(lines) and number != here:
            yield own.start + lines[number][0], own.start + lines[number][1]
    for found in _ITEM_OF.finditer(text):
        section = numbered_section(policy, found["article"])
        if section:
            whole = policy.source[section.start : subtree_end(policy.sections, section.id)]
            item = re.search(rf"(?<!第)[（(]{found['item']}[）)](?![项款])[^；;。\n]*[；;。]?", whole)
            if item:
                yield section.start + item.start(), section.start + item.end()


def numbered_section(policy: Policy, marker: str) -> Section | None:
    """The section with a number as a question gives it (第八条, 第8项, article 8), or None."""
    number = _value(marker)
    if not number:
        return None
    kind = _SECTION_KINDS.get(re.sub(rf"第|\s|{_NUMBER.pattern}", "", marker), "")
    forms = _MARKERS[kind], *_OTHER_FORMS.get(kind, ())
    for form in forms:
        for section in policy.sections:
            own = squeeze(section.marker)
            if form.match(own) and _value(own) == number:
                return section
    return None


def last_numbered(policy: Policy, marker: str) -> Section | None:
    """The section with the highest number of the kind that a question names (条 for 第四十条), or None."""
    kind = _SECTION_KINDS.get(re.sub(rf"第|\s|{_NUMBER.pattern}", "", marker), "")
    for form in (_MARKERS[kind], *_OTHER_FORMS.get(kind, ())):
        numbered = [
            (number, section)
            for section in policy.sections
            if form.match(squeeze(section.marker)) and (number := _value(section.marker))
        ]
        values = sorted(value for value, _ in numbered)
        if len(values) > 1 and values == list(range(1, len(values) + 1)):  # not anew in each part
            return max(numbered, key=lambda item: item[0])[1]
    return None


def _value(marker: str) -> int:
    """The number of a marker (第十二条, 8.); 0 without one."""
    found = _NUMBER.search(squeeze(marker))
    if found is None:
        return 0
    return int(found.group()) if found.group().isdigit() else int(read_numeral(found.group()))


def penalties_of(policy: Policy, at: int) -> Iterator[tuple[int, int]]:
    """The slices that say what follows for who acts against the article, or the item of one, at an offset (违反第五条第二项规定的，
    处…罚款): from 违反 to the next one of the paragraph, or to its end."""
    own = section_at(policy, at)
    item = squeeze(own.marker) if own and ITEM.match(own.marker) else ""
    while own and own.parent is not None and not _MARKERS["条"].fullmatch(squeeze(own.marker)):
        own = policy.sections[own.parent]
    if own is None or not _MARKERS["条"].fullmatch(squeeze(own.marker)):
        return
    number = int(read_numeral(item.strip("()（）"))) if item.startswith(("(", "（")) else 0
    for article, items, start, end in _sanctions(policy.source):
        if article == _value(own.marker) and (number in items or not items):
            yield start, end


@lru_cache(maxsize=64)
def _sanctions(source: str) -> tuple[tuple[int, tuple[int, ...], int, int], ...]:
    """(article, its items, () for all of it, start, end) of each slice that begins with 违反 and a number."""
    found = []
    for paragraph in re.finditer(r"[^\n]+", source):
        text, article = paragraph.group().rstrip(), 0  # the article that was named last
        against = list(_AGAINST.finditer(text))
        for match, behind in zip_longest(against, against[1:]):
            article = _value(match["article"]) if match["article"] else article
            items = tuple(int(read_numeral(one)) for one in _ITEM_NUMBER.findall(match["items"] or ""))
            end = behind.start() if behind else len(text)
            found.append((article, items, paragraph.start() + match.start(), paragraph.start() + end))
    return tuple(found)
