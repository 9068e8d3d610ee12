"""Lists that stand in a policy: items below a sentence or heading, things named in a sentence, clauses that grant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.terms import words
from assistant.within import ITEM
from index.keywords import tagged
from index.policy import Policy, Section
from index.quantities import read_numeral
from index.text import squeeze

UNEVEN = 6  # times a thing named may be longer than another: else its beginning was not found
LABEL = 12  # characters of what stands before a colon and says what the things behind it are (成员单位：…)
NEAREST = 20  # characters of a head that say what the items are
_NUMBER = r"(?<![\d.第一二两三四五六七八九十百千])(?P<number>[二三四五六七八九]?十[一二三四五六七八九]?|[二两三四五六七八九]|\d{1,3})"
_MEASURE = "(?P<measure>个|项|大|类|种|级|条|家|方面|道|批|座|所|名|套|件|处|位|户)"
COUNTED = re.compile(rf"(?P<etc>等)?(?:的|这)?{_NUMBER}{_MEASURE}(?P<head>[一-鿿]{{1,{NEAREST}}})")
_OPEN = re.compile(rf"(?<![高中初平同相对优上下])等(?![于待候次值级同])(?P<head>[一-鿿]{{0,{NEAREST}}})")
_LIST_OF = re.compile(r"(?:下列|以下|如下)(?P<head>[一-鿿]{1,10}?)(?=之一|[的，,：:；]|$)")
_JOINED = re.compile("以及|或者|[和及与或]")
_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?")
_CLAUSE = re.compile(r"[^，,：:。；！？\n]+")
_BRACKETS = re.compile(r"[（(][^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)*[）)]")
ARTICLE = re.compile(r"^\s*第[一二三四五六七八九十百零\d]+条\s*")
_INSIDE = tuple(  # how the items of one paragraph are numbered
    re.compile(pattern)
    for pattern in (
        r"(?<![第件式表图注])[（(](?P<number>[一二三四五六七八九十]+|\d+)[）)](?!\s*[项款目])",
        r"(?<![一-鿿])(?P<number>[一二三四五六七八九十]+)(?:是|要)(?=[一-鿿])",
    )
)
_COLON = re.compile(r"(?P<opening>[^。；：:\n|]*(?:下列|以下|如下)[^。；：:\n|]*)[：:](?P<items>[^。\n|]+)")
_SIDE_BY_SIDE = re.compile(r"(?:[“「][^”」、。；]{1,12}[”」]){2,}")  # “甲类”“乙类”两类企业
_QUOTED = re.compile(r"[“「]([^”」]*、[^”」]*)[”」]")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a policy; offsets are of its source."""

    policy: str
    section: Section
    head: str  # squeezed words that say what the items are
    about: str  # squeezed sentence that it stands in
    items: tuple[tuple[int, int], ...]
    start: int  # of the sentence, or of what opens the list
    end: int
    stated: int | None = None  # how many the text says there are
    open: bool = False  # ends with 等
    apart: bool = False  # items are cited beside what opens the list
    lines: tuple[tuple[int, int], ...] = ()  # what is cited for each item, where it is more than the item
    sorts: tuple[str, ...] = ()  # what granted things are asked for as, where no head says it
    weak: bool = False  # what follows the items may be their sort (绿色建材产业), the question tells


def value_of(digits: str) -> int:
    """The number that digits or a Chinese numeral stand for."""
    return int(digits) if digits.isdigit() else int(read_numeral(digits.replace("两", "二")))


def listings(policy: Policy) -> tuple[Listing, ...]:
    """All lists of a policy, in reading order."""
    return tuple(
        listing
        for section in policy.sections
        if section.level or section.parent is None
        for listing in (
            *_items_below(policy, section),
            *_items_inside(policy, section),
            *_behind_colon(policy, section),
            *_in_sentences(policy, section),
        )
    )


def _items_below(policy: Policy, section: Section) -> Iterator[Listing]:
    """The items below a sentence that opens a list (应当提交下列材料：), or the headings below a heading."""
    children = [s for s in policy.sections if s.parent == section.id and s.level == section.level + 1]
    if len(children) < 2 or not section.level:
        return
    own = policy.source[section.start : section.end].rstrip()
    start = section.start
    if own.endswith(("：", ":")) and all(ITEM.match(child.marker) for child in children):
        start += max(own.rfind("。"), own.rfind("\n")) + 1
        opening = squeeze(own[start - section.start :])
        head = next((m["head"] for m in _LIST_OF.finditer(opening)), opening[-NEAREST:])
        items = tuple(_line(policy.source, child.start, child.end) for child in children)
    elif section.heading and all(child.heading for child in children):
        opening = head = squeeze(section.heading)
        items = tuple((child.start, child.start + len(_heading(policy, child))) for child in children)
    else:
        return
    yield Listing(policy.id, section, head, opening, items, start, section.start + len(own), apart=True)


def _items_inside(policy: Policy, section: Section) -> Iterator[Listing]:
    """The numbered items of one paragraph: 审核程序。（一）受理。…（二）公示。…, 一是…；二是…"""
    source = policy.source
    for line in re.finditer(r"[^\n]+", source[section.start : section.end]):
        for marker in _INSIDE if not re.search(r"[|\t]", line[0]) else ():
            marks = list(marker.finditer(line[0]))
            numbers = [value_of(mark["number"]) for mark in marks]
            if len(marks) < 2 or numbers != list(range(1, len(marks) + 1)):
                continue
            at = section.start + line.start()
            ends = [mark.start() for mark in marks[1:]]
            whole = any("。" in line[0][mark.end() : end - 1] for mark, end in zip(marks, ends, strict=False))
            stop = -1 if whole else line[0].find("。", marks[-1].end())
            ends.append(len(line[0]) if stop < 0 else stop)
            before = line[0][: marks[0].start()].rstrip("。 　")
            start = before.rfind("。") + 1
            opening = squeeze(ARTICLE.sub("", before[start:]))
            if not opening:
                continue  # what the items are of stands elsewhere
            items = tuple((at + mark.start(), at + end) for mark, end in zip(marks, ends, strict=True))
            opened = (at + start, at + len(before))
            head = next((m["head"] for m in _LIST_OF.finditer(opening)), opening.rstrip(":,")[-NEAREST:])
            yield Listing(policy.id, section, head, opening, items, *opened, apart=True)


def _behind_colon(policy: Policy, section: Section) -> Iterator[Listing]:
    """The things behind the colon of a sentence, a ； between them: 下列情形不予支持：…的；…的。"""
    source = policy.source
    for sentence in _COLON.finditer(source, section.start, section.end):
        spans = [m.span() for m in re.finditer("[^；]+", sentence["items"])]
        opening = squeeze(ARTICLE.sub("", sentence["opening"]))
        named = _LIST_OF.search(opening)
        if len(spans) < 2 or not named or any(m.search(sentence["items"]) for m in _INSIDE):
            continue
        at = sentence.start("items")
        items = tuple((at + a, at + b) for a, b in spans)
        opened = sentence.start("opening"), at
        yield Listing(policy.id, section, named["head"], opening, items, *opened, apart=True)


def _heading(policy: Policy, section: Section) -> str:
    own = policy.source[section.start : section.end]
    at = own.find(section.heading)
    return own[: at + len(section.heading)] if at >= 0 else own.split("\n")[0]


def _line(source: str, start: int, end: int) -> tuple[int, int]:
    """The first line of a slice that is not blank."""
    start += len(source[start:end]) - len(source[start:end].lstrip())
    stop = source.find("\n", start, end)
    return start, end if stop < 0 else stop


def _in_sentences(policy: Policy, section: Section) -> Iterator[Listing]:
    """The things that a sentence of a section names one after another."""
    source = policy.source
    plain = _BRACKETS.sub(lambda m: "　" * len(m[0]), source[section.body_start : section.end])
    for sentence in _SENTENCE.finditer(plain):
        if not re.search("、|[”」][“「]", sentence[0]) or "\t" in sentence[0] or "|" in sentence[0]:
            continue
        start, end = section.body_start + sentence.start(), section.body_start + sentence.end()
        about = squeeze(source[start:end])
        before = ""
        for clause in _CLAUSE.finditer(plain, sentence.start(), sentence.end()):
            is_labelled = plain[clause.start() - 1 : clause.start()] in ("：", ":") and len(before) <= LABEL
            label = before if is_labelled else ""
            for found in _in_clause(clause[0], section.body_start + clause.start(), before):
                head, items, stated, is_open, weak = found
                sizes = sorted(b - a for a, b in (items[:-1] if weak else items))
                if (
                    sizes[0] < 1
                    or sizes[-1] > UNEVEN * sizes[0] + UNEVEN
                    or about in squeeze(policy.recipients)
                ):
                    continue
                yield Listing(policy.id, section, head, about, items, start, end, stated, is_open, weak=weak)
                if label and not head:
                    named = (*items[:-1], *_apart(source, items[-1]))
                    yield Listing(policy.id, section, label, about, named, start, end, stated, is_open)
            before = squeeze(clause[0])


_Found = tuple[str, tuple[tuple[int, int], ...], int | None, bool, bool]


def _in_clause(text: str, at: int, before: str) -> Iterator[_Found]:
    """(head, items, number that the text states, whether it ends with 等, whether only a question tells the head).

    ``before`` is the clause before it.
    """
    quoted = _in_quotes(text, at)
    if quoted is not None:
        yield from quoted
        return
    text = re.sub("(?:以?外|之外)$", "", text)
    spans = _parts(text, at)
    if len(spans) < 2:
        return
    first, last = spans[0], spans[-1]
    opened = _opened(text[: first[1] - at])
    spans[0] = (first[0] + opened, first[1])
    left = squeeze(text[:opened])
    counted = _counted_items(text, at, spans)
    if counted:
        yield counted
        return
    open_end = _OPEN.search(text[last[0] - at :])
    if open_end and open_end.start():
        named = [*spans[:-1], *split_joined(text, [(last[0], last[0] + open_end.start())], at)]
        yield _head(open_end["head"]) or left, tuple(named), None, True, False
        return
    if re.search(words()["listing"]["left"], left):
        yield before + left, (*spans[:-1], *split_joined(text, spans[-1:], at)), None, False, False
    yield "", tuple(spans), None, False, True


def _in_quotes(text: str, at: int) -> list[_Found] | None:
    """The things named in quotation marks, each in its own or all in one; None where a clause has none."""
    side = _SIDE_BY_SIDE.search(text)
    counted = COUNTED.match(text, side.end()) if side else None
    if side and counted:
        spans = [
            (at + side.start() + m.start(), at + side.start() + m.end())
            for m in re.finditer("[“「][^”」]+[”」]", side[0])
        ]
        return [_of_counted(counted, spans)]
    quoted = _QUOTED.search(text)
    if not quoted:
        return None
    spans = _parts(quoted[1], at + quoted.start(1))
    counted = COUNTED.match(text, quoted.end())
    if counted:
        return [_of_counted(counted, spans)]
    behind = re.match(r"(?:等)?[一-鿿]{1,20}", text[quoted.end() :])
    return [(behind[0], tuple(spans), None, behind[0].startswith("等"), False)] if behind else []


def _of_counted(counted: re.Match[str], spans: Sequence[tuple[int, int]]) -> _Found:
    """Items with the number behind them, which need not be theirs."""
    return _counted_head(counted), tuple(spans), value_of(counted["number"]), bool(counted["etc"]), False


def _counted_items(text: str, at: int, spans: Sequence[tuple[int, int]]) -> _Found | None:
    """Items that are as many as the number behind the last of them says, or fewer with 等; None where none is."""
    last = spans[-1]
    for said in COUNTED.finditer(text[last[0] - at :]):
        number = value_of(said["number"])
        named = [*spans[:-1], (last[0], last[0] + said.start())]
        named = named if len(named) == number else split_joined(text, named, at)
        if said.start() and (len(named) == number or said["etc"]):
            short = bool(said["etc"]) and len(named) < number
            return _counted_head(said), tuple(named), number, short, False
    return None


def _counted_head(counted: re.Match[str]) -> str:
    """The sort behind a number, with it where both are a name (四大工程, 三级网络)."""
    head = _head(counted["head"])
    return counted["number"] + counted["measure"] + head if counted["measure"] in ("大", "级") else head


def _head(text: str) -> str:
    """What names the sort of the things before it: up to a verb that goes on (方面开展…)."""
    head = ""
    for word, _ in tagged(text):
        if head and word in words()["listing"]["opens"]:
            break
        head += word
    return head


def _parts(text: str, at: int) -> list[tuple[int, int]]:
    """The slices between 、, outer blanks trimmed."""
    spans = []
    for part in re.finditer("[^、]+", text):
        left = part.start() + len(part[0]) - len(part[0].lstrip())
        if part[0].strip():
            spans.append((at + left, at + left + len(part[0].strip())))
    return spans


def split_joined(source: str, spans: Sequence[tuple[int, int]], at: int = 0) -> list[tuple[int, int]]:
    """Slices of a text that begins at ``at``, those that 和 or 或者 joins apart."""
    result = []
    for start, end in spans:
        for match in _JOINED.finditer(source, start - at, end - at):
            if start - at < match.start() and match.end() < end - at:
                result.append((start, at + match.start()))
                start = at + match.end()
        result.append((start, end))
    return result


def _apart(source: str, last: tuple[int, int]) -> list[tuple[int, int]]:
    """The last thing named, which may be two (民政局和财政局), but not within one body's name (住房和城乡建设局)."""
    parts = split_joined(source, [last])
    is_body = [
        bool(re.search(words()["listing"]["body"], source[start:end])) for start, end in (last, *parts)
    ]
    return [last] if is_body[0] and not all(is_body) else parts


def _opened(first: str) -> int:
    """Where in its text the first thing named begins: behind the last verb that governs the list."""
    place = begin = 0
    for word, _ in tagged(first):
        place += len(word)
        if word in words()["listing"]["opens"] and place < len(first):
            begin = place
    return begin


def granted(policy: Policy) -> Iterator[Listing]:
    """Clauses of one sentence after another that each grant something (对X按…补助；对Y每辆…), asked for by 补哪几类."""
    entry = words()["listing"]
    grant = re.compile(entry["grant"])
    for section in policy.sections:
        for paragraph in re.finditer(r"[^\n。]+", policy.source[section.start : section.end]):
            clauses = [
                (m.start("what"), m.end("what"))
                for clause in re.finditer("[^；]+", paragraph[0])
                if (m := grant.search(paragraph[0], clause.start(), clause.end()))
            ]
            if len(clauses) < 2:
                continue
            at = section.start + paragraph.start()
            items = tuple((at + a, at + b) for a, b in clauses)
            about = squeeze(policy.source[section.start : section.end])
            end = at + len(paragraph[0])
            yield Listing(policy.id, section, "", about, items, at, end, sorts=tuple(entry["parallel"]))
