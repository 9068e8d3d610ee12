"""From when to when each indexed policy is in force, and which sentence of which policy says so.

A policy begins on the day that it states, or on that of its publication; it ends where it expires, where another one
repeals it (…同时废止), or where a newer version of the same title begins.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.dates import DAY, last_day, read_date
from assistant.terms import words
from index.header import document_name, field_of, region_of
from index.parser import DOCUMENT_KINDS
from index.policy import Policy
from index.quantities import read_numeral
from index.text import fold, squeeze

_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_IN_FORCE = r"(?:施行|实施|执行|生效)"
_BEGINS = re.compile(rf"(?:自|从|于)\s*(?P<day>{DAY})\s*起\s*(?:正式)?{_IN_FORCE}")
_AFTER = re.compile(rf"自(?:发布|公布|印发)之日起\s*(?P<days>\d{{1,3}})\s*日后?(?:起)?{_IN_FORCE}")
_NUMBER = r"(?P<number>\d{1,2}|[一二三四五六七八九十两]{1,3})"
_TERM = re.compile(rf"有效期\s*(?:为|限为?)?\s*{_NUMBER}\s*(?P<unit>年|个月)")
_TERM_OF = re.compile(r"(?P<what>[一-鿿]{2,8})有效期限?(?:为|是|至|到|[一二三四五六七八九十\d])")
_DOCUMENT = re.compile(
    rf"本|(?:{DOCUMENT_KINDS}|指南|指引|目录|预案|导则|规程|规范|文件|政策|标准|条款|[施试执]行|实施|日起|其|[且并])的?$"
)
_UNTIL = re.compile(rf"有效期[^。；]{{0,24}}?(?:至|到)\s*(?P<day>{DAY})")
_OWN = re.compile(rf"本(?:{DOCUMENT_KINDS}|文件)|{_IN_FORCE}|印发之日")
_ENDS = r"(?:废止|停止执行|不再执行|停止施行|失效)"
_TITLE = r"《[^》]+》(?:\s*[（(][^（）()]*号[^（）()]*[）)])?"
_TITLES = rf"{_TITLE}(?:[、，和及与]?(?:以及)?{_TITLE})*"
_REPEALED = (
    re.compile(  # what stands between the titles and the verb names no part, no licence and no negation
        rf"(?P<before>{_TITLES})(?:等)?(?:文件|规定)?[^《》。；，第不证的]{{0,8}}{_ENDS}"
        rf"|{_ENDS}(?:了|下列文件：)?(?P<behind>{_TITLES})(?!第)"
    )
)
_NAMED = re.compile(r"《(?P<title>[^》]+)》(?:\s*[（(](?P<number>[^（）()]*号)[^（）()]*[）)])?")
_INVALID = re.compile(r"(?<!部分)(?:失效|废止|无效|作废)")
_VERSION = re.compile(r"[（(](?:\d{4}年?)?(?:修订版?|修正版?|试行|暂行|\d{4}年?版)[）)]|暂行|试行")
_AS_OF = re.compile(  # 到2030年时 tells when a target is due
    r"(?<![到至争计])(?:截至|截止到?|在|于)?(?P<year>\d{4})年(?:(?P<month>\d{1,2})月(?:份|底|初)?(?:(?P<day>\d{1,2})[日号])?"
    r"(?:的时候|那时候?|时(?!间|限|段)|有效的|施行的|执行的)|(?:的时候|那时候?|当时))[，,、]?"
    r"|\bas of (?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})|(?P<when>(?:[a-z]+\.? )?(?:\d{1,2}(?:st|nd|rd|th)?,? )?\d{4})\b(?!-))[,，]?"
)
REPLACED = ("repealed", "superseded")


@dataclass(frozen=True, slots=True)
class End:
    """One way in which a policy ends, and the slice of the policy that says so."""

    kind: str  # "expired", "repealed", "superseded"
    day: date | None  # the first day on which it is in force no longer; None where none is written
    policy: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Life:
    """When a policy is in force."""

    begins: date | None
    ends: tuple[End, ...] = ()

    @property
    def replaced(self) -> End | None:
        """What repeals it or takes its place first."""
        found = [end for end in self.ends if end.kind in REPLACED]
        return min(found, key=lambda end: end.day or date.min, default=None)

    def ended(self, day: date) -> End | None:
        """How it has ended by a day; that another one stands in its place says more than that it has expired."""
        if self.replaced and (self.replaced.day is None or self.replaced.day <= day):
            return self.replaced
        return next((e for e in self.ends if e.kind == "expired" and (e.day is None or e.day <= day)), None)

    def state(self, day: date) -> str:
        """``in_force``, ``not_yet``, or how it has ended by a day."""
        if self.begins and day < self.begins:
            return "not_yet"
        end = self.ended(day)
        return end.kind if end else "in_force"


def lives(policies: Mapping[str, Policy]) -> dict[str, Life]:
    """The life of each policy, by its id."""
    found = {policy.id: _own(policy) for policy in policies.values()}

    def ends(id: str, end: End) -> None:
        found[id] = replace(found[id], ends=(*found[id].ends, end))

    for policy in policies.values():
        day = found[policy.id].begins
        for other, start, end in _repealed(policy, policies):
            begins = found[other].begins
            if not (begins and day and begins >= day):  # else an earlier document of that title is meant
                ends(other, End("repealed", day, policy.id, start, end))
    for older, newer in _versions(policies, found):
        ends(older, End("superseded", found[newer].begins, newer))
    return found


def in_force(found: Mapping[str, Life], day: date) -> list[str]:
    """Ids of the policies that answer for a day: those that another indexed one has repealed or replaced by then are
    left out, and those that replace one which still holds.

    A policy that has only expired stays: nothing stands in its place, and the reader is warned.
    """
    gone = {id for id, life in found.items() if life.state(day) in REPLACED}
    early = {
        life.replaced.policy
        for id, life in found.items()
        if id not in gone and life.replaced and found[life.replaced.policy].state(day) == "not_yet"
    }
    kept = [id for id in found if id not in gone | early]
    return kept or list(found)


def day_asked(question: str) -> date | None:
    """The day for which a question asks (2023年6月时…, as of June 2023), its last where a month or year is given."""
    match = _AS_OF.search(fold(question))
    if match is None:
        return None
    year, month, day = match["year"], match["month"], match["day"]
    if match["iso"]:
        return read_date(match["iso"])
    if match["when"]:
        before, year = match["when"][:-4], match["when"][-4:]
        number = re.search(r"\d{1,2}", before)
        named = [n for n, name in enumerate(month_name) if n and name[:3].lower() in before]
        month, day = str(named[0]) if named else None, number[0] if number else None
    with suppress(ValueError):
        if month and day:
            return date(int(year), int(month), int(day))
        last = int(month or 12)
        return date(int(year) + last // 12, last % 12 + 1, 1) - timedelta(days=1)
    return None


def without_day(question: str) -> str:
    """A question without the day for which it asks."""
    return _AS_OF.sub("", fold(question)).strip() or question


def _own(policy: Policy) -> Life:
    """What a policy says of itself."""
    begins, ends = _begins(policy), []
    state = field_of(policy, "validity")
    if state and _INVALID.search(state.value) and not re.search(r"[未没不]", state.value):
        ends.append(End("expired", None, policy.id, state.start, state.end))
    header = field_of(policy, "expires")
    if header and (day := last_day(header.value)):
        ends.append(End("expired", day, policy.id, header.start, header.end))
    for sentence in reversed(list(_SENTENCE.finditer(policy.source))):
        if not ends and _OWN.search(sentence.group()) and not of_permit(sentence.group()):
            day = _last(sentence.group(), begins)
            if day:
                ends.append(End("expired", day, policy.id, *sentence.span()))
    return Life(begins, tuple(ends))


def _last(sentence: str, begins: date | None) -> date | None:
    """The first day on which a document is in force no longer, as a sentence about its term says; None without one."""
    until, term = _UNTIL.search(sentence), _TERM.search(sentence)
    with suppress(ValueError, OverflowError):  # 有效期至9999年12月31日: no end
        if until and (last := read_date(until["day"])):
            return last + timedelta(days=1)
        if term and begins:
            number = term["number"]
            return _later(
                begins, int(number) if number.isdecimal() else int(read_numeral(number)), term["unit"]
            )
    return None


def _begins(policy: Policy) -> date | None:
    """The day that the header or the document states, else that of publication or signature."""
    stated = field_of(policy, "effective")
    if stated and (day := read_date(stated.value)):
        return day
    found = []
    for match in _BEGINS.finditer(policy.source):
        before = policy.source[policy.source.rfind("。", 0, match.start()) + 1 : match.start()]
        if "》" not in before or "本" in before.rpartition("》")[2]:
            found.append(("本" in before, match.start(), match["day"]))
    if found:  # what it says of itself, else what comes last
        return read_date(max(found)[2])
    after = _AFTER.search(policy.source)
    day = _published(policy)
    return day + timedelta(days=int(after["days"])) if day and after else day


def _published(policy: Policy) -> date | None:
    for meaning in ("published", "written"):
        stated = field_of(policy, meaning)
        if stated and (day := read_date(stated.value)):
            return day
    signed = re.findall(rf"(?m)^[ 　]*({DAY})[ 　]*$", policy.source)
    return read_date(signed[-1]) if signed else None


def of_permit(sentence: str) -> bool:
    """Whether a sentence gives the term of a permit, a contract or another thing (配额有效期), not the document's."""
    permit = re.search(rf"(?:{words()['document']['permit']})[^，。；]{{0,6}}有效期", sentence)
    return bool(permit) or any(not _DOCUMENT.search(m["what"]) for m in _TERM_OF.finditer(sentence))


def _repealed(policy: Policy, policies: Mapping[str, Policy]) -> Iterator[tuple[str, int, int]]:
    """Ids of the indexed policies that a policy repeals, with the slice of the sentence."""
    for sentence in _SENTENCE.finditer(policy.source):
        for repeal in _REPEALED.finditer(sentence.group()):
            for named in _NAMED.finditer(repeal["before"] or repeal["behind"]):
                for other in policies.values():
                    if other.id != policy.id and _is_named(other, policy, named["title"], named["number"]):
                        yield other.id, *sentence.span()


def _is_named(policy: Policy, by: Policy, title: str, number: str | None) -> bool:
    """Whether a title, with a document number or without, is that of a policy, in the words of another one."""
    own = field_of(policy, "document_number")
    if number and own:
        return _number(number) == _number(own.value)
    if squeeze(title) not in (
        squeeze(policy.title),
        squeeze(document_name(policy.title)),
        *map(squeeze, re.findall("(?:印发|发布|公布|转发)《([^》]+)》", policy.title)),
    ):
        return False
    return region_of(by) in ("", region_of(policy))


def _number(text: str) -> str:
    """A document number with one kind of brackets."""
    return re.sub(r"[\[\]()〔〕【】\s]", "|", fold(text))


def _versions(policies: Mapping[str, Policy], found: Mapping[str, Life]) -> Iterator[tuple[str, str]]:
    """(older, newer) of the policies of one title and issuer: for each the next one that begins later."""
    families: dict[tuple[str, str, str], list[tuple[date, str]]] = {}
    for policy in policies.values():
        begins = found[policy.id].begins
        if begins:
            title = squeeze(_VERSION.sub("", document_name(policy.title)))
            key = (title, region_of(policy), squeeze(policy.issuer))
            families.setdefault(key, []).append((begins, policy.id))
    for members in families.values():
        for begins, older in members:
            later = min(((day, id) for day, id in members if day > begins), default=None)
            if later:
                yield older, later[1]


def _later(day: date, count: int, unit: str) -> date:
    """The day a number of years or months after another; the last of the month where there is no such day."""
    months = day.month - 1 + (12 * count if unit == "年" else count)
    year, month = day.year + months // 12, months % 12 + 1
    for last in range(day.day, 27, -1):
        with suppress(ValueError):
            return date(year, month, last)
    return date(year, month, day.day)
