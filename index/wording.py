"""The words around a value: how it is meant (突破, 不超过), and what before it is no name of it."""

from __future__ import annotations

import re

from index.policy import Comparator

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


YEAR = re.compile(  # a year to compare with (较2024年, 在2020年基础上, 由2024年的41%) is none that anything is due in
    r"(?<![较比与以对由])(?P<a>20\d\d)\s*(?:年?\s*(?:-|—|–|~|至|到)\s*(?P<b>20\d\d)\s*)?年(?:\s*(?P<month>1?\d)\s*月)?(?:\s*\d{1,2}\s*日)?(?P<tail>底|末|年底|上半年|下半年)?(?:之?前)?(?!的?基础|的?水平|相比|的\s*\d)"
)


_LEADS = re.compile(
    r"^(?:(?:其中|到|至|在|力争|争取|努力|确保|全市|全省|全县|全区|全国|我市|全年|预计|使|[一二三四五两]年(?:内|间|期间?)?(?=累计|合计|总计|共|统筹|总投|安排|拟|新增|新建|建设|改造|培育|完成|投入)|将|并|且|共|累计|合计|总计|基本|原则上|规模化地?(?![率程水经种养])|同时|进一步|[::])[,]?)+"
)


RISE = re.compile(r"[从由][^,;。]*\d[^,;。]*$")  # (企业)由50家(增加到80家)
# Last years of the five-year plans.
PLAN_ENDS = {"十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035, "十七": 2040}


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


def subject(text: str, start: int, at: int) -> str:
    """What a sentence is about, for a number whose own fragment names nothing: its first fragment."""
    first = re.match(r"[^,;。:]{2,60}", text[start:at])
    name = without_leads(first.group() if first else text[start:at])
    name = re.split(r"按照?|依据|根据", name)[0] or name
    name = RISE.sub("", name[: read_comparator(name, "")[1]])
    name = re.match(r".{2,}?(?=\d)|", name).group() or name  # type: ignore[union-attr]
    return re.sub(r"(?:为|是|的|应当|每人每月|每月|每年)+$", "", without_leads(name)).strip()


def without_leads(head: str) -> str:
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
            + YEAR.pattern.replace("?P<a>", "")
            .replace("?P<b>", "")
            .replace("?P<month>", "")
            .replace("?P<tail>", "")
            + r"(?:起(?!草))?\s*,?",
            "",
            head,
        ).lstrip(" ,、")
        head = re.sub(
            r'^\s*(?:到|至)?"?十[一二三四五六七八九]五"?(?:规划)?(?:期?末|时期末|期间|时期)\s*,?', "", head
        )
    return head
