"""Targets: indicator, comparator, value, unit, due year or period, read from running text.

Works on folded text: 10 家 and １０家 are one. A value keeps its wording (突破 is not 等于).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.policy import Comparator, Policy, Section, Target
from index.quantities import Quantity, quantities
from index.text import Folded, fold_with_origin

# Words before a value, the longest first.
_BEFORE = (
    (Comparator.AT_LEAST, "不少于|不低于|不得少于|不得低于|不小于|至少|不少於|最少|最低|不短于"),
    (
        Comparator.AT_MOST,
        "不超过|不得超过|不能超过|不高于|不得高于|不多于|至多|最多|最长不超过|最长不得超过|最高不超过|控制在|限于|最高|累计不超过",
    ),
    (Comparator.MORE, "突破|超过|高于|超|大于|多于|满"),
    (Comparator.LESS, "低于|少于|不足|小于|未满|不满"),
    (
        Comparator.REACH,
        "达到|达|提高到|提升到|提高至|提升至|增长到|增加到|增至|扩大到|扩大至|发展到|升至|保持在|稳定在|下降到|降至|降低到|降到|压缩到|压缩至|缩短至|缩短到|控制到",
    ),
    (Comparator.ABOUT, "约|大约|左右"),
)


_AFTER = (
    (Comparator.AT_LEAST, "及以上|以上"),
    (Comparator.AT_MOST, "及以下|以内|以下|之内|内"),
    (Comparator.ABOUT, "左右|上下"),
)


_TENTATIVE = re.compile(r"力争|争取|努力|预计|预期|原则上")
_PERIOD = re.compile(
    r"每人每[月年天日]|每个?[^,。;0-9]{0,6}每[月年]|每[年月日天周]|每季度?|年均|月均|日均|人均|每[人户亩吨家名个]|一个纳税年度|逐年|年度"
)


_YEAR = re.compile(  # a year to compare with (较2024年, 在2020年基础上) is none that anything is due in
    r"(?<![较比与以对])(?P<a>20\d\d)\s*(?:年?\s*(?:-|—|–|~|至|到)\s*(?P<b>20\d\d)\s*)?年(?:\s*(?P<month>1?\d)\s*月)?(?:\s*\d{1,2}\s*日)?(?P<tail>底|末|年底|上半年|下半年)?(?:之?前)?(?!的?基础|的?水平|相比)"
)


_PLAN_PERIOD = re.compile(r'"?(十[一二三四五六七八九])五"?(?:规划)?(?:期?末|时期末|期间|时期|收官)')
_FIVE_YEARS = {"十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035, "十七": 2040}


_LEADS = re.compile(
    r"^(?:(?:其中|到|至|在|力争|争取|努力|确保|全市|全省|全县|全区|全国|我市|全年|预计|使|将|并|且|共|累计|合计|总计|基本|原则上|规模化地?|同时|进一步|[::])[,]?)+"
)


_VERBS = (
    "新增|新培育|培育壮大|培育|形成|打造|建设|建成|实现|完成|引进|引育|招引|创建|认定|新建|改造|推广|实施|组织|开展|签约|谋划|支持|"
    "推动|新认定|扶持|开工|投用|制定|制修订|发布|新签约|储备|举办|转化|选派|培训|遴选|推出|建立|设立|评选|落地|布局|吸引|聚集|集聚|带动|新招引|促成|发展|孵化"
)


_BARE_VERB = re.compile(rf"^(?:{_VERBS}|有|为|达|是|按照?|以|给予|的)+$")
_CONDITION = re.compile(r"(?:年满|未满|不满|已满|满)\s*$")  # an age that somebody has to have
_YEARS = re.compile(r"(?:到|至)?20\d\d年?(?:[、和及与,](?:到|至)?20\d\d年?)+")
_RISE = re.compile(r"[从由][^,;。]*\d[^,;。]*$")  # (规上企业)由50家(增加到80家)
_FROM = re.compile(r"[从由][^,;。]{0,16}$")
_RISES = re.compile(r"\s*(?:左右)?(?:逐步)?(?:增|提|上|扩|下|降|减|压|缩|升|调)[^,;。\d]{0,4}[到至为]")
_LISTED = re.compile(r"等\s*$")  # 子女教育、…等6项: what was listed, counted
_RESPECTIVELY = re.compile(r"(?:每人每月|每月|每年|均)?分别(?:为|是|达到|达)?$")


def find_targets(policy: Policy) -> tuple[Target, ...]:
    """Every commitment with a number, in reading order."""
    found: list[Target] = []
    for section in policy.sections:
        if section.level == 0:
            continue
        folded = fold_with_origin(policy.source[section.start : section.end])
        body = section.body_start - section.start
        skip = [
            (duty.clause_start - section.start, duty.clause_end - section.start)
            for duty in policy.duties
            if duty.section == section.id and duty.bracketed
        ]
        found += _section_targets(policy, section, folded, body, skip)
    return tuple(found)


def _section_targets(
    policy: Policy, section: Section, folded: Folded, body: int, skip: list[tuple[int, int]]
) -> Iterator[Target]:
    text = folded.text
    begin = next((i for i, origin in enumerate(folded.origin) if origin >= body), 0)
    for start, end in _sentences(text, begin):
        year, period, named = None, "", ""
        previous_end = start
        sentence = text[start:end]
        numbers = [
            quantity
            for quantity in quantities(sentence)
            if not any(a <= folded.origin[start + quantity.start] < b for a, b in skip)
            and not (quantity.unit in ("岁", "周岁") and _CONDITION.search(sentence[: quantity.start]))
            and not (
                _FROM.search(sentence[: quantity.start]) and _RISES.match(sentence[quantity.end :])
            )  # from which it rises
            and not (quantity.unit in ("项", "类", "种") and _LISTED.search(sentence[: quantity.start]))
        ]
        distributed, dated = _distribute(sentence, numbers), _distribute_years(sentence, numbers)
        for quantity in numbers:
            at, until = start + quantity.start, start + quantity.end
            left = _fragment_start(text, previous_end, at)
            right = _fragment_end(text, until, end)
            found_year = list(_YEAR.finditer(text, previous_end, at)) or (
                [] if year else list(_YEAR.finditer(text, start, at))
            )
            if found_year:
                year = int(found_year[-1]["b"] or found_year[-1]["a"])
            plan = _PLAN_PERIOD.search(text, previous_end, at)
            if plan and not found_year:
                year = _FIVE_YEARS.get(plan.group(1), year)
            near = [m.group() for m in _PERIOD.finditer(text, left, at)]
            period = near[-1] if near else (period if text[left - 1 : left] == "、" else "")
            indicator, shown_start, shown_end, comparator = _read(text, left, at, until, right)
            if quantity in dated:
                year, indicator = dated[quantity]
            elif quantity in distributed:
                indicator = distributed[quantity]
            elif len(_row_of(numbers, quantity, sentence)) > 1 and "分别" in sentence[: quantity.start]:
                previous_end = until  # values of several subjects that cannot be told apart
                continue
            if not indicator:
                indicator = named if text[left - 1 : left] == "、" and named else _subject(text, start, at)
            named = indicator
            if not indicator:
                previous_end = until
                continue
            span_start, span_end = folded.span(left, max(shown_end, until))
            show_start, show_end = folded.span(shown_start, shown_end)
            sentence_start, sentence_end = folded.span(start, end)
            base = section.start
            due = year if not re.match(r"自|从", sentence) else None
            yield Target(
                indicator=_as_written(policy.source, base, folded, indicator, start, right),
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
            previous_end = until


def _sentences(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Slices up to 。！？ or a line end, the mark included; ； does not end the reach of 到2025年."""
    at = start
    for match in re.finditer(r"[。!?\n]|$", text[start:]):
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


def _fragment_start(text: str, floor: int, at: int) -> int:
    """Where the words that belong to a number begin: behind the last ，；：。 (or 、 behind a number)."""
    left = at
    depth = 0
    while left > floor:
        character = text[left - 1]
        if character in ")]":
            depth += 1
        elif character in "([":
            if depth == 0:
                break
            depth -= 1
        elif depth == 0 and character in ",;:。\n":
            fragment = text[left:at]
            year_only = re.fullmatch(
                r"\s*(?:每年|年均|全年|累计|均|力争|达到|突破|为|分别为?|其中)?\s*", fragment
            )
            if not year_only:
                break
        left -= 1
    if left == floor and text[left : left + 1] in "、和及与,;":
        left += 1
    while left < at and text[left] in " ,;、":
        left += 1
    return left


def _fragment_end(text: str, until: int, end: int) -> int:
    match = re.compile(r"[,;。、\n(]|$").search(text, until, end)
    return match.start() if match else end


def _read(text: str, left: int, at: int, until: int, right: int) -> tuple[str, int, int, Comparator]:
    """(indicator, slice of the value with its comparator words, comparator)."""
    head = text[left:at]
    tail = text[until:right]
    comparator, before, after = read_comparator(head, tail)
    shown_start, shown_end = left + before, until + after
    head, tail = head[:before], tail[after:]
    head = _without_leads(_RISE.sub("", head))
    head = re.sub(r"(?:由|从)$", "", head)
    head = re.sub(r"^(.{4,}?)按照?.*$", r"\1", head)
    head = re.sub(r"^(?:按照|按(?!照)|其(?=[^中他]))(?=.{3})", "", head)
    plain = re.sub(
        r"(?:为|是|的|在|至|到|按照?|力争|实现|:|共|各|有|约|分别|均|每人每月|每月|每年|每日)+$", "", head
    ).strip()
    if plain and not _BARE_VERB.match(plain) and not _PERIOD.fullmatch(plain):
        return plain, shown_start, shown_end, comparator
    if re.match(r"按照?|以|在|为|不", head) or not re.match(_VERBS, head or tail):
        return "", shown_start, shown_end, comparator
    noun = re.match(r"\s*(?:的)?([^,;。、()0-9]{2,40})", tail)
    if noun:
        name = re.sub(r"(?:以上|以内|左右)$", "", noun.group(1).strip())
        return name, shown_start, max(shown_end, until + noun.end()), comparator
    return "", shown_start, shown_end, comparator


def read_comparator(head: str, tail: str) -> tuple[Comparator, int, int]:
    """How a value is meant, from the text before and behind it (folded).

    Returns the comparator, where its words begin in ``head``, and where they end in ``tail``.
    """
    comparator, begin, end = Comparator.EQUAL, len(head), 0
    after = next(((c, m) for c, words in _AFTER if (m := re.match(rf"\s*(?:{words})", tail))), None)
    before = None
    for candidate, words in _BEFORE:
        match = re.search(rf"(?:{words})\s*(?:为|到|至)?\s*$", head)
        if match and (before is None or match.start() < before[1].start()):
            before = (candidate, match)
    if before:
        comparator, begin = before[0], before[1].start()
    if after:
        if not before or before[0] in (Comparator.REACH, Comparator.ABOUT):
            comparator = after[0]
        end = after[1].end()
    return comparator, begin, end


def _as_written(source: str, base: int, folded: Folded, indicator: str, start: int, right: int) -> str:
    """The indicator as the source writes it, blanks removed."""
    at = folded.text.find(indicator, start, right)
    if at >= 0:
        begin, until = folded.span(at, at + len(indicator))
        indicator = source[base + begin : base + until]
    return re.sub(r"\s+", "", indicator)


def _row_of(numbers: list[Quantity], quantity: Quantity, sentence: str) -> list[Quantity]:
    """The values that stand in one row (2413元、2512元、2121元) with this one."""
    at = numbers.index(quantity)
    row = [quantity]
    for other in numbers[at + 1 :]:
        if sentence[row[-1].end : other.start].strip() not in ("、", "和", "及", ","):
            break
        row.append(other)
    for other in reversed(numbers[:at]):
        if sentence[other.end : row[0].start].strip() not in ("、", "和", "及", ","):
            break
        row.insert(0, other)
    return row


def _distribute(sentence: str, numbers: list[Quantity]) -> dict[Quantity, str]:
    """A、B、C的…分别为1、2、3: which value is whose."""
    found: dict[Quantity, str] = {}
    for quantity in numbers:
        row = _row_of(numbers, quantity, sentence)
        if len(row) < 2 or row[0] is not quantity:
            continue
        before = sentence[: quantity.start]
        if "分别" not in before[-14:]:
            continue
        lists = [
            match.group().split("、")
            for match in re.finditer(r"[^,;:。、的和()]{2,14}(?:、[^,;:。、的和()]{2,14})+", before)
        ]
        fitting = [names for names in lists if len(names) == len(row)]
        if not fitting:
            continue
        what = re.split(r"[,;:]", _RESPECTIVELY.sub("", before.rstrip()))[-1]
        names, tail = _names_and_tail(fitting[-1], what)
        for value, name in zip(row, names, strict=True):
            found[value] = name + tail
    return found


def _distribute_years(sentence: str, numbers: list[Quantity]) -> dict[Quantity, tuple[int, str]]:
    """到2025年和2027年，产值分别达到1、2: which value is due when, and of what."""
    found: dict[Quantity, tuple[int, str]] = {}
    for quantity in numbers:
        row = _row_of(numbers, quantity, sentence)
        before = sentence[: quantity.start]
        if len(row) < 2 or row[0] is not quantity or "分别" not in before[-14:]:
            continue
        years = next((m for m in _YEARS.finditer(before) if len(_years_in(m.group())) == len(row)), None)
        if years is None:
            continue
        what = re.split(r"[,;:]", _YEARS.sub("", before))[-1]
        what = _RESPECTIVELY.sub("", what[: read_comparator(what, "")[1]].strip())
        name = _without_leads(what)
        found |= {value: (year, name) for value, year in zip(row, _years_in(years.group()), strict=True)}
    return found


def _years_in(text: str) -> list[int]:
    return [int(year) for year in re.findall(r"20\d\d", text)]


def _names_and_tail(names: list[str], what: str) -> tuple[list[str], str]:
    """The names of a list, and what is said of all: 甲类、乙类企业奖励 -> 甲类, 乙类 and 企业奖励."""
    *others, last = [_RESPECTIVELY.sub("", name) for name in names]
    if "、".join([*others, last]) not in what:
        return names, what.removeprefix("其")
    if "的" in what:
        return names, what.split("的", 1)[1]
    cut = last.find(names[0][-1]) + 1
    if cut and all(name.endswith(names[0][-1]) for name in others):
        return [*others, last[:cut]], last[cut:]
    return names, what.removeprefix("其")


def _subject(text: str, start: int, at: int) -> str:
    """What a sentence is about, for a number whose own fragment names nothing: its first fragment."""
    first = re.match(r"[^,;。:]{2,60}", text[start:at])
    name = first.group() if first else text[start:at]
    name = re.split(r"按照?|依据|根据", name)[0] or name
    name = _RISE.sub("", name[: read_comparator(name, "")[1]])
    name = re.match(r".{2,}?(?=\d)|", name).group() or name  # type: ignore[union-attr]
    return re.sub(r"(?:为|是|的|应当|每人每月|每月|每年)+$", "", _without_leads(name)).strip()


def _without_leads(head: str) -> str:
    """The words before a value without the year and the adverbs that open them (其中2025年, 到2025年, 力争)."""
    previous = None
    while previous != head:
        previous = head
        head = _LEADS.sub("", _strip_year(head)).strip()
    return head


def _strip_year(head: str) -> str:
    previous = None
    while previous != head:
        previous = head
        head = re.sub(
            r"^\s*(?:到|至|截至|在|自|从|于)?\s*"
            + _YEAR.pattern.replace("?P<a>", "")
            .replace("?P<b>", "")
            .replace("?P<month>", "")
            .replace("?P<tail>", "")
            + r"\s*,?",
            "",
            head,
        ).lstrip(" ,")
        head = re.sub(
            r'^\s*(?:到|至)?"?十[一二三四五六七八九]五"?(?:规划)?(?:期?末|时期末|期间|时期)\s*,?', "", head
        )
    return head
