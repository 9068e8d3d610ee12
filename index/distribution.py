"""Values of several subjects or years in one row: A、B的…分别为1、2; 2025年、2026年分别新增1、2."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from index.quantities import Quantity, read_numeral, units_alike
from index.wording import read_comparator, without_leads

_A_YEAR = r"(?:到|至)?20\d\d年?(?:底|末)?"
_YEARS = re.compile(rf"{_A_YEAR}(?:(?:、|和|及|与|,|以及){_A_YEAR})+")
_EACH_YEAR = re.compile(rf"{_A_YEAR}(?:(?:、|和|及|与){_A_YEAR})+(?:每年|各|均)(?=[^,;:。\d]*$)")
_ONE_YEAR = re.compile(r"(?P<year>20\d\d)年(?:安排|投入|下达|拨付|补助|筹集)$")
_NEXT_YEAR = re.compile(r"\s*(?:、|,|和|及)(?P<year>20\d\d)年(?:安排|投入|下达|拨付|补助|筹集)?\s*")
_SPAN = re.compile(r"(?:到|至)?(20\d\d)年?(?:-|—|–|~|至|到)(20\d\d)年?(?:底|末)?(?:期间|间|各年)?")
_RESPECTIVELY = re.compile(r"(?:每人每月|每月|每年|均)?分别(?:为|是|达到|达)?$")
_PERIODIC = re.compile(r"(?:每人每月|每月|每年|均)$")
_ABOVE = re.compile(
    r"(?:上述|前述|以上|这)(?P<count>[两二三四五六七八九十\d]+)(?:项|个|大)(?:主要|核心|约束性)?(?:指标|目标|任务)值?(?:将|要|力争)?分别"
)
_JOINT = re.compile(r"以及|和|与|及")
_LIST = re.compile(
    r"[^,;:。、的和与及()\d]{2,14}(?:和|与|及|以及)[^,;:。、的和与及()]{2,14}"
    r"|[^,;:。、的()]{2,14}(?:、[^,;:。、的()]{2,14})+"
)


@cache
def _words() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(Path(__file__).with_name("series.toml").read_text("utf-8"))
    return {name: re.compile(pattern) for name, pattern in data.items()}


def without_opening(heading: str) -> str:
    """A heading without the verbs that open it: 推进老旧小区改造 -> 老旧小区改造."""
    return _words()["opening"].sub("", heading)


def with_bare(sentence: str, numbers: list[Quantity]) -> list[Quantity]:
    """The numbers, with those of a row that leave the unit to its last (分别为100、200、300万元)."""
    found: list[Quantity] = []
    for quantity in numbers:
        end, row = quantity.start, [quantity]
        floor = max(found[-1].end if found else 0, sentence.rfind("分别", 0, end))
        while floor > 0 and (
            match := re.search(r"(?<![\d.])(\d+(?:\.\d+)?)\s*(?:、|和|及)\s*$", sentence[floor:end])
        ):
            start, value = floor + match.start(), float(match.group(1))
            plain = replace(
                quantity, start=start, end=floor + match.end(1), low=value, high=value, text=match.group(1)
            )
            row.insert(0, plain)
            end = start
        found += row
    return found


def row_of(numbers: list[Quantity], quantity: Quantity, sentence: str) -> list[Quantity]:
    """The values that stand in one row (2413元、2512元、2121元) with this one."""
    at = numbers.index(quantity)
    row = [quantity]
    for other in numbers[at + 1 :]:
        if not _goes_on(sentence, row[-1], other):
            break
        row.append(other)
    for other in reversed(numbers[:at]):
        if not _goes_on(sentence, other, row[0]):
            break
        row.insert(0, other)
    return row


def _goes_on(sentence: str, one: Quantity, other: Quantity) -> bool:
    """Whether no more than a comma stands between two values, and both are of one kind."""
    between = sentence[one.end : other.start].strip()
    same = units_alike(one.unit, other.unit)
    return same and between in ("、", "和", "及", ",", "以及", "与")


def _rows(sentence: str, numbers: list[Quantity]) -> Iterator[tuple[list[Quantity], str]]:
    """Each row of two or more values, with the text before it."""
    for quantity in numbers:
        row = row_of(numbers, quantity, sentence)
        if len(row) > 1 and row[0] is quantity:
            yield row, sentence[: quantity.start]


def distribute(sentence: str, numbers: list[Quantity]) -> dict[Quantity, str]:
    """A、B、C的…分别为1、2、3: which value is whose."""
    found: dict[Quantity, str] = {}
    for row, before in _rows(sentence, numbers):
        if "分别" not in before[-14:]:
            continue
        fitting = [(names, raw) for names, raw in _lists(before) if len(names) == len(row)]
        if not fitting:
            continue
        what = re.split(r"[,;:]", _RESPECTIVELY.sub("", before.rstrip()))[-1]
        names, tail = _names_and_tail(*fitting[-1], what)
        tail = _of_what(tail, sentence[row[-1].end :])
        for value, name in zip(row, names, strict=True):
            found[value] = (name.removesuffix(tail[:2]) if len(tail) > 2 else name) + tail  # …回收|回收率
    return found


def refers_above(clause: str) -> bool:
    """Whether a folded clause gives the values of indicators that were told before it (上述三项指标分别达到…)."""
    return bool(_ABOVE.search(clause))


def distribute_above(
    sentence: str, numbers: list[Quantity], indicators: Sequence[str]
) -> dict[Quantity, str]:
    """上述三项指标分别达到5.1个、60%和85%: which value is of which indicator of the sentence before."""
    above = _ABOVE.search(sentence)
    if not above:
        return {}
    count = above["count"]
    number = int(count) if count.isdigit() else read_numeral(count)
    behind = re.split(r"[,;](?!\d)", sentence[above.end() :])[0]  # ，带动就业2万人 is of none of them
    values = [q for q in numbers if above.end() <= q.start < above.end() + len(behind)]
    return dict(zip(values, indicators, strict=True)) if number == len(values) == len(indicators) else {}


def _lists(before: str) -> Iterator[tuple[list[str], str]]:
    """The lists of names in a text (A、B和C) as written, in their order; with 和 in the last also cut there."""
    for match in _LIST.finditer(before):
        raw = match.group().split("分别")[0]
        names = raw.split("、")
        yield names, raw
        joints = list(_JOINT.finditer(names[-1]))
        if joints:
            last = names[-1]
            yield [*names[:-1], last[: joints[0].start()], last[joints[0].end() :]], raw


def _of_what(said: str, behind: str) -> str:
    """What the values are of: the words before them, or where those only state them (给予) the noun behind."""
    cut = _words()["verb"].sub("", said[: read_comparator(said, "")[1]].replace("分别", "")).strip()
    if cut != said.strip() or not cut:
        noun = _words()["behind"].match(behind)
        return cut + (noun["noun"].strip() if noun else "")
    return cut


def distribute_years(sentence: str, numbers: list[Quantity]) -> dict[Quantity, tuple[int, str]]:
    """到2025年和2027年，产值分别达到1、2: which value is due when, and of what."""
    found: dict[Quantity, tuple[int, str]] = {}
    for row, before in _rows(sentence, numbers):
        if "分别" not in before[-14:] and not _YEARS.search(re.split(r"[;:。]", before)[-1]):
            continue
        years = _years_before(before, len(row))
        if not years:
            continue
        what = re.split(r"[,;:。]", _SPAN.sub("", _YEARS.sub("", before)))[-1]
        what = _RESPECTIVELY.sub("", what[: read_comparator(what, "")[1]].strip()).replace("分别", "")
        name = without_leads(what.strip())
        noun = _words()["behind"].match(sentence[row[-1].end :])
        if noun and len(_words()["verb"].sub("", name)) <= 3:  # 新增50个、60个助餐点
            name = _words()["verb"].sub("", name) + noun["noun"].strip()
        found |= {value: (year, name) for value, year in zip(row, years, strict=True)}
    return found | _year_by_year(sentence, numbers)


def _year_by_year(sentence: str, numbers: list[Quantity]) -> dict[Quantity, tuple[int, str]]:
    """市财政2025年安排1、2026年安排2专项资金: which value is due when; their name is who does it and the noun behind the last."""
    found: dict[Quantity, tuple[int, str]] = {}
    for quantity in numbers:
        first = _ONE_YEAR.search(sentence[: quantity.start])
        if quantity in found or not first:
            continue
        row, years = [quantity], [int(first["year"])]
        for other in numbers[numbers.index(quantity) + 1 :]:
            goes_on = _NEXT_YEAR.fullmatch(sentence[row[-1].end : other.start])
            if not goes_on or not units_alike(other.unit, quantity.unit):
                break
            row.append(other)
            years.append(int(goes_on["year"]))
        noun = _words()["behind"].match(sentence[row[-1].end :])
        who = without_leads(re.split("[,;:。]", sentence[: first.start()])[-1].strip())
        if len(row) > 1 and noun and len(set(years)) == len(years):
            name = who + noun["noun"].strip()
            found |= {value: (year, name) for value, year in zip(row, years, strict=True)}
    return found


def years_alike(before: str) -> list[int]:
    """The years that one value holds for each of (2026年、2027年每年改造8万亩); [] where there is no such list."""
    found = list(_EACH_YEAR.finditer(before))
    return _years_in(found[-1].group()) if found else []


def _years_before(before: str, count: int) -> list[int]:
    """The years of the nearest list or span of ``count`` years, [] where none has so many."""
    lists = [(m.start(), _years_in(m.group())) for m in _YEARS.finditer(before)]
    lists += [(m.start(), [*range(int(m[1]), int(m[2]) + 1)]) for m in _SPAN.finditer(before)]
    return next((years for _, years in sorted(lists, reverse=True) if len(years) == count), [])


def _years_in(text: str) -> list[int]:
    return [int(year) for year in re.findall(r"20\d\d", text)]


def _names_and_tail(names: list[str], raw: str, what: str) -> tuple[list[str], str]:
    """The names of a list, and what is said of all: 甲类、乙类企业奖励 -> 甲类, 乙类 and 企业奖励."""
    *others, last = [_PERIODIC.sub("", name.strip()) for name in names]
    first = without_opening(_words()["award"].sub("", without_leads(others[0])))
    if raw not in what:
        cut = _shared_end(others, last)
        named = [first or others[0], *others[1:], last[:cut]]
        return named, last[cut:] + what.removeprefix("其")
    others[0] = first or others[0]
    if "的" in what:
        return [*others, last], what.split("的", 1)[1]
    cut = _shared_end(others, last)
    return [*others, last[:cut]], last[cut:] + what.split(last, 1)[1]


def _shared_end(others: list[str], last: str) -> int:
    """Where in the last name the part ends that is like the other names (高级技师|证书, beside 技师)."""
    pair = last.rfind(others[-1][-2:])
    if pair >= 0:
        return pair + 2
    ends = {name[-1] for name in others}
    cut = last.find(others[0][-1]) + 1
    return cut if cut and len(ends) == 1 else len(last)
