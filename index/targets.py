"""Targets: indicator, comparator, value, unit, due year or period, read from running text.

Works on folded text: 10 家 and １０家 are one. A value keeps its wording (突破 is not 等于).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from index.distribution import (
    distribute,
    distribute_above,
    distribute_years,
    refers_above,
    row_of,
    with_bare,
    without_opening,
    years_alike,
)
from index.fragments import (
    BARE_VERB,
    ONLY_VERBS,
    PERIOD,
    VERBS,
    fragment_end,
    fragment_start,
    read_value,
)
from index.grids import grids
from index.policy import Comparator, Policy, Section, Target
from index.quantities import COUNTING, Quantity, quantities, units_alike
from index.tables import table_targets
from index.task_tables import cells_of
from index.text import Folded, fold, fold_with_origin, squeeze
from index.wording import PLAN_ENDS, YEAR, subject

_TENTATIVE = re.compile(r"力争|争取|努力|预计|预期|原则上")
_PLAN_PERIOD = re.compile(r'"?(十[一二三四五六七八九])五"?(?:规划)?(?:期?末|时期末|期间|时期|收官)')


_CONDITION = re.compile(r"(?:年满|未满|不满|已满|满)\s*$")  # an age that somebody has to have
_OF_AGE = re.compile(  # 以上老年人, (含)以下的儿童, 至79周岁老年人
    r"(?:\([^()]*\))?(?:及?以[上下]|[至到-]\d+周?岁(?:及?以[上下])?)?的?[^,;。、\d]{0,8}?(?:人|者|儿童|婴幼儿|居民|职工|学生|群体|父母|子女)"
)
_GRANT = re.compile(
    r"每(?:[个位名]|一)?[人户家台套辆艘架条项件座只头亩吨](?:一次性)?(?:给予|补助|奖励|补贴|资助|增加|最高)*"
)  # of whom, is said before
_FOR = re.compile(r"\s*(?P<whose>[^,;。:]{2,30})的,")
_SIZE = re.compile(  # 10亿元以上项目6个: of what size those are that are counted
    r"\s*(?:及?以[上下])的?[一-鿿]{2,14}?(?:不少于|不低于|不超过|超过|突破|达到|达|至少)?\s*\d"
)
_PLACE = re.compile(r"(?<!现)在$")  # 在5个县试用: where it is done
_FROM = re.compile(r"[从由][^,;。]{0,16}$")
_RISES = re.compile(r"\s*(?:左右)?(?:逐步)?(?:增|提|上|扩|下|降|减|压|缩|升|调)[^,;。\d]{0,4}[到至为]")
_TERM = re.compile(
    r"(?:施行|实施|执行|生效)[,，]?(?:试行期|有效期|实施期限?)(?:限|为|是)*$"
)  # how long the document holds
_OVER = re.compile(r"(?:内|间|期间)?(?:累计|合计|总计|共)")  # 四年(累计改造27万亩): no value itself
_DOES = re.compile(rf"(?:内|间)?(?:{VERBS})+(?!期)[^,;。\d]{{0,14}}\d")  # 三年(改造管道300公里): the same
_BEFORE_YEAR = re.compile(r"^.*20\d\d年(?:底|末)?(?:前|之前|以前)(?=.)")  # 请各单位在2027年前(培育示范企业)
_FIRST_YEAR = re.compile(r"[从由](20\d\d)年[^,;。]{0,4}$")  # of the value from which it rises
_PART = re.compile(rf"其中[,、]?(?P<name>(?:{VERBS})+)$")  # 58万亩，其中(新建)36万亩: which of them
_NAMELESS = re.compile(r"[\d年月日]*")  # an indicator that is only a number: 2025年(300家)
_BULLET = re.compile(r"[—–\-*•·●◆■▪]{1,2}\s*(?=[^\s\d—–\-*])")  # ——产值达到32亿元
_LEAD = re.compile(
    r"(?:到|至)(?P<by>20\d\d)年|(?P<of>20\d\d)年[^,;。:]{0,12}(?:目标|任务)"
)  # 到2027年底，实现以下目标：
_LISTED = re.compile(r"等\s*$")  # 子女教育、…等6项: what was listed, counted


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, in offsets of the folded section; one of a cell with the task and the due year of its row."""

    start: int
    end: int
    task: str = ""
    year: int | None = None


def find_targets(policy: Policy) -> tuple[Target, ...]:
    """Every commitment with a number, in reading order."""
    found: list[Target] = []
    opened = False
    for section in policy.sections:
        opened = opened or section.level > 0
        tables, read = table_targets(policy, section) if opened else ([], [])
        found += tables
        if section.level == 0:
            continue
        folded = fold_with_origin(policy.source[section.start : section.end])
        body = section.body_start - section.start
        skip = [
            (duty.clause_start - section.start, duty.clause_end - section.start)
            for duty in policy.duties
            if duty.section == section.id and duty.bracketed
        ]
        skip += [(start - section.start, end - section.start) for start, end in read]
        units = list(_dated(policy, section, folded, _units(policy, section, folded, body, read)))
        found += _section_targets(policy, section, folded, units, skip)
    return tuple(_named(sorted(found, key=lambda target: target.start)))


def _named(found: list[Target]) -> Iterator[Target]:
    """Targets with a name: one without takes that of the next in its sentence (2026年500家、2027年800家X), or is left out."""
    for number, target in enumerate(found):
        if not _NAMELESS.fullmatch(target.indicator):
            yield target
            continue
        for later in found[number + 1 :]:
            if later.sentence_start != target.sentence_start or later.unit != target.unit:
                break
            if not _NAMELESS.fullmatch(later.indicator):
                yield replace(target, indicator=later.indicator)
                break


def _is_condition(sentence: str, quantity: Quantity) -> bool:
    """Whether an age is one that somebody has to have (年满60周岁; 80周岁以上老年人), no number to be reached."""
    before, behind = sentence[: quantity.start], sentence[quantity.end :]
    return quantity.unit in ("岁", "周岁") and bool(_CONDITION.search(before) or _OF_AGE.match(behind))


def _is_period(sentence: str, quantity: Quantity) -> bool:
    """Whether so many years are the time in which another number is reached (三年改造管道300公里), no value."""
    if quantity.unit != "年":
        return False
    opens = not sentence[: quantity.start].strip() or sentence[: quantity.start].rstrip()[-1] in ",;:"
    return bool(_OVER.match(sentence, quantity.end) or (opens and _DOES.match(sentence, quantity.end)))


def _units(
    policy: Policy, section: Section, folded: Folded, body: int, read: list[tuple[int, int]]
) -> Iterator[_Unit]:
    """The sentences of a section from its body on, and those of the cells of tables whose columns hold no values."""
    begin = bisect_left(folded.origin, body)
    tables = [
        grid
        for grid in grids(policy.source, section.start, section.end)
        if not any(start <= grid.header.start < end for start, end in read)
    ]
    spans = [(grid.header.start - section.start, grid.rows[-1].end - section.start) for grid in tables]
    for start, end in _sentences(folded.text, begin, len(folded.text)):
        if not any(left <= folded.origin[start] < right for left, right in spans):
            cut = start
            for match in re.finditer(";", folded.text[start:end]):
                at = start + match.end()
                if refers_above(
                    re.split("[;。]", folded.text[at:end])[0]
                ):  # …；到2027年，上述三项指标分别达到…
                    yield _Unit(cut, at)
                    cut = at
            yield _Unit(cut, end)
    for grid in tables:
        for cell, task, year in cells_of(policy.source, grid):
            at, until = (
                bisect_left(folded.origin, offset - section.start) for offset in (cell.start, cell.end)
            )
            for start, end in _sentences(folded.text, at, until):
                yield _Unit(start, end, task, year)


def _dated(policy: Policy, section: Section, folded: Folded, units: Iterable[_Unit]) -> Iterator[_Unit]:
    """Sentences of a list with the year of the line that opens it (到2027年底，实现以下目标：): lines with bullets behind
    it, or the section where it is an item of one that such a line opens."""
    above = policy.sections[section.parent] if section.parent is not None and section.marker else None
    lines = policy.source[above.start : above.end].rstrip().splitlines() if above else []
    of_item, of_lines = _opened(fold(lines[-1])) if lines else None, None
    for unit in units:
        text = folded.text[unit.start : unit.end]
        bullet = _BULLET.match(text)
        if bullet:
            yield replace(unit, start=unit.start + bullet.end(), year=unit.year or of_lines or of_item)
        else:
            of_lines = _opened(text)
            yield replace(unit, year=unit.year or of_item)


def _opened(line: str) -> int | None:
    """The year in which what a folded line opens (…：) is due; None where it opens nothing or names none."""
    found = list(_LEAD.finditer(line)) if line.rstrip().endswith(":") else []
    return int(found[-1]["by"] or found[-1]["of"]) if found else None


def _section_targets(
    policy: Policy, section: Section, folded: Folded, units: list[_Unit], skip: list[tuple[int, int]]
) -> Iterator[Target]:
    text = folded.text
    told: list[str] = []  # the indicators of a sentence
    earlier: list[str] = []  # those of the last sentence that has some
    for unit in units:
        earlier, told = told or earlier, []
        start, end = unit.start, unit.end
        year, period, named, bound = unit.year, "", "", Comparator.EQUAL
        before: Target | None = None  # in this sentence
        parted = ""  # the part that was named last
        previous_end = start
        sentence = text[start:end]
        numbers = [
            quantity
            for quantity in quantities(sentence)
            if not any(a <= folded.origin[start + quantity.start] < b for a, b in skip)
            and not _is_condition(sentence, quantity)
            and not _SIZE.match(sentence[quantity.end :])
            and not (quantity.unit in COUNTING and _PLACE.search(sentence[: quantity.start]))
            and not (
                _FROM.search(sentence[: quantity.start]) and _RISES.match(sentence[quantity.end :])
            )  # from which it rises
            and not _TERM.search(sentence[: quantity.start])
            and not _is_period(sentence, quantity)
            and not (quantity.unit in ("项", "类", "种") and _LISTED.search(sentence[: quantity.start]))
        ]
        numbers = with_bare(sentence, numbers)
        distributed, dated = distribute(sentence, numbers), distribute_years(sentence, numbers)
        distributed |= distribute_above(sentence, numbers, earlier)
        first = min((value.start for value in distributed), default=0)
        for quantity in numbers:
            if quantity not in distributed and any(
                re.search(rf"(?<![\d.,]){re.escape(quantity.text)}", name)
                and sentence.rfind(quantity.text, 0, first) == quantity.start
                for name in distributed.values()
            ):
                continue  # 突破5亿元、10亿元的，分别奖励50万元、100万元: it tells the classes
            at, until = start + quantity.start, start + quantity.end
            left = fragment_start(text, previous_end, at)
            right = fragment_end(text, until, end)
            found_year = list(YEAR.finditer(text, previous_end, at)) or (
                [] if year else list(YEAR.finditer(text, start, at))
            )
            if found_year:
                year = int(found_year[-1]["b"] or found_year[-1]["a"])
            plan = _PLAN_PERIOD.search(text, previous_end, at)
            if plan and not found_year:
                year = PLAN_ENDS.get(plan.group(1), year)
            near = [m.group() for m in PERIOD.finditer(text, left, at)]
            period = near[-1] if near else (period if text[left - 1 : left] == "、" else "")
            indicator, shown_start, shown_end, comparator = read_value(text, left, at, until, right)
            if quantity in dated:
                year, indicator = dated[quantity]
            elif quantity in distributed:
                indicator = distributed[quantity]
            elif len(row_of(numbers, quantity, sentence)) > 1 and "分别" in sentence[: quantity.start]:
                previous_end = until  # values of several subjects that cannot be told apart
                continue
            opened = "其中" if before and before.indicator == parted else ""  # behind a part: 、改造22万亩
            part = _PART.search(opened + text[previous_end:at]) if before and not indicator else None
            parted = part["name"] if part else ""
            own = indicator = part["name"] if part else indicator
            unnamed = not own or ONLY_VERBS.fullmatch(own.removeprefix("每年"))
            if unnamed and found_year and before and _named_alike(before, quantity):
                indicator = before.indicator  # 到2026年，X达到80万吨；到2028年，达到150万吨
            elif not own and not part:
                indicator = named if text[left - 1 : left] == "、" and named else _subject(text, start, at)
            elif _GRANT.fullmatch(indicator):
                indicator = _whose(text, start, at) + indicator
            named = indicator
            indicator = indicator or unit.task
            if not indicator:
                previous_end = until
                continue
            indicator = _BEFORE_YEAR.sub("", _by_heading(section, indicator)) or indicator
            if not own and ONLY_VERBS.fullmatch(indicator):
                indicator = ""  # 2025年完成300家、2026年500家X: the next one names it
            row = row_of(numbers, quantity, sentence)
            if row[0] is not quantity and (quantity in dated or quantity in distributed):
                comparator = bound if comparator is Comparator.EQUAL else comparator  # 分别不超过1、2
            bound = comparator
            span_start, span_end = folded.span(left, max(shown_end, until))
            show_start, show_end = folded.span(shown_start, shown_end)
            sentence_start, sentence_end = folded.span(start, end)
            base = section.start
            due = year if not re.match(r"自|从", sentence) else None
            before = Target(
                indicator=_of_task(unit, _as_written(policy.source, base, folded, indicator, start, right)),
                comparator=comparator,
                low=quantity.low,
                high=quantity.high,
                unit=quantity.unit,
                text=re.sub(r"\s+", "", policy.source[base + show_start : base + show_end]),
                year=due if not period.startswith("每") else (due if found_year else None),
                period=period,
                tentative=bool(_TENTATIVE.search(text, previous_end, at)),
                section=section.id,
                start=base + span_start,
                end=base + span_end,
                sentence_start=base + sentence_start,
                sentence_end=base + sentence_end,
            )
            told.append(before.indicator)
            alike = years_alike(text[previous_end:at])
            yield from (replace(before, year=each) for each in alike) if alike else (before,)
            if risen := _risen_from(sentence, quantity):
                risen_start, risen_end = folded.span(start + risen.start, start + risen.end)
                yield replace(
                    before,
                    comparator=Comparator.EQUAL,
                    low=risen.low,
                    high=risen.high,
                    unit=risen.unit,
                    text=risen.text,
                    year=next((int(m) for m in _FIRST_YEAR.findall(sentence[: risen.start])[-1:]), None),
                    period="",
                    start=base + risen_start,
                    end=base + risen_end,
                    base=True,
                )
            previous_end = until


def _named_alike(target: Target, quantity: Quantity) -> bool:
    """Whether a value without a name may be one more of a target's, which has a name that tells what it is."""
    return (
        bool(target.indicator)
        and units_alike(target.unit, quantity.unit)
        and not BARE_VERB.match(target.indicator)
    )


def _risen_from(sentence: str, quantity: Quantity) -> Quantity | None:
    """The value from which this one rises (由2024年的41%提高到55%), right before it; None where there is none."""
    for other in quantities(sentence[: quantity.start]):
        rises = _RISES.fullmatch(sentence[other.end : quantity.start])
        if rises and _FROM.search(sentence[: other.start]) and units_alike(other.unit, quantity.unit):
            return other
    return None


def _whose(text: str, start: int, at: int) -> str:
    """Whom or what the clause of a value is for, as its first words say: 小型企业的，每户补助5万元; "" where none do."""
    mark = max(text.rfind(";", start, at), text.rfind(":", start, at))
    first = _FOR.match(text, max(start, mark + 1), at)
    return first["whose"].removeprefix("对") if first else ""


def _subject(text: str, start: int, at: int) -> str:
    """What the clause of a value is about: behind ; what its own first words say, else what the sentence does."""
    own = _whose(text, start, at) if ";" in text[start:at] else ""
    return own or subject(text, start, at)


def _by_heading(section: Section, indicator: str) -> str:
    """What a verb alone (三年累计改造6000户) is done to: the heading that ends in it names it."""
    heading = re.sub(r"\s+", "", section.heading)
    if BARE_VERB.match(indicator) and heading.endswith(indicator):
        return without_opening(heading)
    return indicator


def _of_task(unit: _Unit, indicator: str) -> str:
    """An indicator of a cell behind the task that its row names, unless one says the other."""
    if not unit.task or squeeze(indicator) in squeeze(unit.task):
        return unit.task or indicator
    return indicator if squeeze(unit.task) in squeeze(indicator) else f"{unit.task}：{indicator}"


def _sentences(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Slices up to 。！？ or a line end, the mark included; ； does not end the reach of 到2025年."""
    at = start
    for match in re.finditer(r"[。!?\n]|$", text[start:stop]):
        end = start + match.end()
        left = at
        while left < end and text[left] in " \n":
            left += 1
        if left < end and text[left:end].strip():
            right = end
            while right > left and text[right - 1] in " \n":
                right -= 1
            yield left, right
        at = end


def _as_written(source: str, base: int, folded: Folded, indicator: str, start: int, right: int) -> str:
    """The indicator as the source writes it, blanks removed."""
    at = folded.text.find(indicator, start, right)
    if at >= 0:
        begin, until = folded.span(at, at + len(indicator))
        indicator = source[base + begin : base + until]
    return re.sub(r"\s+", "", indicator)
