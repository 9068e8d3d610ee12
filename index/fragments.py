"""The words around one value of running text: where they begin and end, what they name, how the value is meant."""

from __future__ import annotations

import re

from index.policy import Comparator
from index.wording import RISE, read_comparator, without_leads

PERIOD = re.compile(
    r"每人每[月年天日]|每个?[^,。;0-9]{0,6}每[月年]|每[年月日天周]|每季度?|年均|月均|日均|人均|每[人户亩吨家名个]|一个纳税年度|逐年|年度"
)

# Verbs that say what is done to reach a value, and not of what it is.
VERBS = (
    "新增|新培育|培育壮大|培育|形成|打造|建设|建成|实现|完成|引进|引育|招引|创建|认定|新建|改造|推广|实施|组织|开展|签约|谋划|支持|"
    "推动|新认定|扶持|开工|投用|制定|制修订|发布|新签约|储备|举办|转化|选派|培训|遴选|推出|建立|设立|评选|落地|布局|吸引|聚集|集聚|带动|新招引|促成|发展|孵化"
)

BARE_VERB = re.compile(rf"^(?:{VERBS}|有|为|达|是|按照?|以|给予|的)+$")
ONLY_VERBS = re.compile(f"(?:{VERBS})+")
_DATED = re.compile(r"(?:到|至)?20\d\d年(?:底|末)?$")  # 签约率2025年(达到100%)


def fragment_start(text: str, floor: int, at: int) -> int:
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


def fragment_end(text: str, until: int, end: int) -> int:
    """Where the words behind a number end that belong to it: before the next mark or bracket, at most at ``end``."""
    match = re.compile(r"[,;。、\n(]|$").search(text, until, end)
    return match.start() if match else end


def read_value(text: str, left: int, at: int, until: int, right: int) -> tuple[str, int, int, Comparator]:
    """(indicator, slice of the value with its comparator words, comparator)."""
    head = text[left:at]
    tail = text[until:right]
    comparator, before, after = read_comparator(head, tail)
    shown_start, shown_end = left + before, until + after
    head, tail = head[:before], tail[after:]
    head = without_leads(RISE.sub("", head))
    head = re.sub(r"(?:由|从)$", "", head)
    head = re.sub(r"^(.{4,}?)按照?.*$", r"\1", head)
    head = re.sub(r"^(?:按照|按(?!照)|其(?=[^中他]))(?=.{3})", "", head)
    plain = re.sub(
        r"(?:为|是|的|在|至|到|按照?|力争|实现|:|共|各|有|约|分别|均|每人每月|每月|每年|每日)+$", "", head
    ).strip()
    plain = _DATED.sub("", plain)
    if plain and not BARE_VERB.match(plain) and not PERIOD.fullmatch(plain):
        return plain, shown_start, shown_end, comparator
    if re.match(r"按照?|以|在|为|不", head) or not re.match(VERBS, head or tail):
        return "", shown_start, shown_end, comparator
    noun = re.match(r"\s*(?:的)?([^,;。、()0-9]{2,40})", tail)
    if noun:
        name = re.sub(r"(?:以上|以内|左右)$", "", noun.group(1).strip())
        return name, shown_start, max(shown_end, until + noun.end()), comparator
    return "", shown_start, shown_end, comparator
