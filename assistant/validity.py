"""From when to when each indexed policy is in force, and which sentence of which policy says so.

A policy begins on the day that it states, or on that of its publication; it ends where it expires, where another one
repeals it (…同时废止), or where a newer version of the same title begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.corpus import region_of
from assistant.header_found import last_day, read_date
from index.header import header_labels
from index.parser import DOCUMENT_KINDS
from index.policy import HeaderField, Policy
from index.quantities import read_numeral
from index.text import fold, squeeze

_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_DAY = r"(?:\d{4})\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
_BEGINS = re.compile(rf"(?:自|从|于)\s*(?P<day>{_DAY})\s*起\s*(?:正式)?(?:施行|实施|执行|生效)")
_TERM = re.compile(r"有效期\s*(?:为|限为?)?\s*(?P<number>[0-9一二三四五六七八九十两]+)\s*(?P<unit>年|个月)")
_UNTIL = re.compile(rf"有效期\s*(?:限)?\s*(?:至|到)\s*(?P<day>{_DAY})")
_OWN = re.compile(rf"本(?:{DOCUMENT_KINDS}|文件)|(?:施行|实施|执行|生效)|印发之日")
_LICENCE = re.compile(r"(?:证书?|许可|批文|合同|资格|牌照|执照)[^，。；]{0,6}有效期")
_ENDS = r"(?:废止|停止执行|不再执行|停止施行|失效)"
_TITLE = r"《[^》]+》(?:\s*[（(][^（）()]*号[^（）()]*[）)])?"
_REPEALED = re.compile(
    rf"(?P<before>{_TITLE}(?:[、，和及与]?(?:以及)?{_TITLE})*)(?:等)?(?:文件|规定)?[^《》。；，第不证的]{{0,8}}{_ENDS}"
    rf"|{_ENDS}(?:了|下列文件：)?(?P<behind>{_TITLE}(?:[、，和及与]?(?:以及)?{_TITLE})*)(?!第)"
)
_NAMED = re.compile(r"《(?P<title>[^》]+)》(?:\s*[（(](?P<number>[^（）()]*号)[^（）()]*[）)])?")
_INVALID = re.compile(r"(?<!部分)(?:失效|废止|无效|作废)")
_VERSION = re.compile(r"[（(](?:\d{4}年?)?(?:修订版?|修正版?|试行|暂行|\d{4}年?版)[）)]")
_AS_OF = re.compile(
    r"(?<![到至争计])(?:截至|截止到?|在|于)?(?P<year>\d{4})年(?:(?P<month>\d{1,2})月(?:份|底|初)?(?:(?P<day>\d{1,2})[日号])?"
    r"(?:的时候|那时候?|时(?!间|限|段)|有效的|施行的|执行的)|(?:的时候|那时候?|当时))[，,、]?"
    r"|\bas of (?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})|(?P<when>(?:[a-z]+\.? )?(?:\d{1,2}(?:st|nd|rd|th)?,? )?\d{4})\b(?!-))[,，]?"
)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]


@dataclass(frozen=True, slots=True)
class Life:
    """When a policy is in force; ``kind`` says how it ends, and ``policy`` with the slice where that is written."""

    begins: date | None
    ends: date | None = None  # the first day on which it is in force no longer
    kind: str = ""  # "expired", "repealed", "superseded"; "" where nothing ends it
    policy: str = ""
    start: int = 0
    end: int = 0

    def state(self, day: date) -> str:
        """``in_force``, ``not_yet``, or how it has ended by a day."""
        if self.begins and day < self.begins:
            return "not_yet"
        return self.kind if self.kind and (self.ends is None or self.ends <= day) else "in_force"


def lives(policies: Mapping[str, Policy]) -> dict[str, Life]:
    """The life of each policy, by its id; what ends it first counts."""
    found = {policy.id: _own(policy) for policy in policies.values()}
    for policy in policies.values():
        for other, start, end in _repealed(policy, policies):
            begins, ends = found[other].begins, found[policy.id].begins
            if begins and ends and begins >= ends:
                continue  # an earlier document of that title is meant
            found[other] = _earlier(found[other], Life(None, ends, "repealed", policy.id, start, end))
    for older, newer in _versions(policies, found):
        ends = found[newer].begins
        found[older] = _earlier(found[older], Life(None, ends, "superseded", newer))
    return found


def in_force(found: Mapping[str, Life], day: date) -> list[str]:
    """Ids of the policies that answer for a day: those that another indexed one has repealed or replaced by then are
    left out, and those that replace one which still holds.

    A policy that has only expired stays: nothing stands in its place, and the reader is warned.
    """
    gone = {id for id, life in found.items() if life.state(day) in ("repealed", "superseded")}
    early = {
        life.policy
        for id, life in found.items()
        if id not in gone
        and life.kind in ("repealed", "superseded")
        and found[life.policy].state(day) == "not_yet"
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
        said = re.search(r"(?P<before>.*?)(?P<year>\d{4})", match["when"])
        if said is None:
            return None
        year, number = said["year"], re.search(r"\d{1,2}", said["before"])
        named = [n for n, name in enumerate(_MONTHS, 1) if name[:3] in said["before"]]
        month, day = str(named[0]) if named else None, number[0] if number else None
    with suppress(ValueError):
        if month and day:
            return date(int(year), int(month), int(day))
        last = int(month or 12)
        return date(int(year) + last // 12, last % 12 + 1, 1) - timedelta(days=1)
    return None


def without_day(question: str) -> str:
    """A question without the day for which it asks."""
    folded = fold(question)
    return _AS_OF.sub("", folded).strip() or question


def _own(policy: Policy) -> Life:
    """What a policy says of itself."""
    begins = _begins(policy)
    header = _field(policy, "expires")
    day = last_day(header.value) if header else None
    state = _field(policy, "validity")
    if state and _INVALID.search(state.value) and not re.search(r"[未没不]", state.value):
        return Life(begins, day, "expired", policy.id, state.start, state.end)
    if header and day:
        return Life(begins, day, "expired", policy.id, header.start, header.end)
    for sentence in reversed(list(_SENTENCE.finditer(policy.source))):
        if not _OWN.search(sentence.group()) or _LICENCE.search(sentence.group()):
            continue
        until, term = _UNTIL.search(sentence.group()), _TERM.search(sentence.group())
        ends = None
        with suppress(ValueError, OverflowError):  # 有效期至9999年12月31日: no end
            if until and (last := read_date(until["day"])):
                ends = last + timedelta(days=1)
            elif term and begins:
                number = term["number"]
                count = int(number) if number.isdecimal() else int(read_numeral(number))
                ends = _later(begins, count, term["unit"])
        if ends:
            return Life(begins, ends, "expired", policy.id, *sentence.span())
    return Life(begins)


def _begins(policy: Policy) -> date | None:
    """The day that the header or the last sentence of its kind states, else the day of publication or signature."""
    stated = _field(policy, "effective")
    if stated and (day := read_date(stated.value)):
        return day
    stated_days = []
    for match in _BEGINS.finditer(policy.source):
        before = policy.source[policy.source.rfind("。", 0, match.start()) + 1 : match.start()]
        if "》" not in before or "本" in before.rpartition("》")[2]:
            stated_days.append(("本" in before, match.start(), match["day"]))
    if stated_days:  # what it says of itself, else what comes last
        return read_date(max(stated_days)[2])
    for meaning in ("published", "written"):
        stated = _field(policy, meaning)
        if stated and (day := read_date(stated.value)):
            return day
    signed = re.findall(r"(?m)^[ 　]*(\d{4}年\d{1,2}月\d{1,2}日)[ 　]*$", policy.source)
    return read_date(signed[-1]) if signed else None


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
    own = _field(policy, "document_number")
    if number and own:
        return _number(number) == _number(own.value)
    wanted = squeeze(title)
    if wanted not in (squeeze(policy.title), *map(squeeze, re.findall("印发《([^》]+)》", policy.title))):
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
            key = (squeeze(_VERSION.sub("", policy.title)), region_of(policy), squeeze(policy.issuer))
            families.setdefault(key, []).append((begins, policy.id))
    for members in families.values():
        for begins, older in members:
            later = min(((day, id) for day, id in members if day > begins), default=None)
            if later:
                yield older, later[1]


def _earlier(life: Life, other: Life) -> Life:
    """A life with what ends it first; what replaces it says more than that it has expired."""
    if life.kind and life.kind != "expired" and (life.ends or date.min) <= (other.ends or date.min):
        return life
    return replace(other, begins=life.begins)


def _later(day: date, count: int, unit: str) -> date:
    """The day a number of years or months after another; the last of the month where there is no such day."""
    months = day.month - 1 + (12 * count if unit == "年" else count)
    year, month = day.year + months // 12, months % 12 + 1
    for last in range(day.day, 27, -1):
        with suppress(ValueError):
            return date(year, month, last)
    return date(year, month, day.day)


def _field(policy: Policy, meaning: str) -> HeaderField | None:
    return policy.field(*header_labels()[meaning]["labels"])
