"""Numbers with units in folded text, in digits and in Chinese numerals."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.text import squeeze

COUNTING = set("家户个项条件人名所座处台套辆艘架张部期批种类支只头株棵门本份款位对栋间口眼")


_SCALE = {
    "万": 1e4,
    "亿": 1e8,
    "千": 1e3,
    "百": 1e2,
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "千万": 1e7,
    "百万": 1e6,
    "trillion": 1e12,
    "billion": 1e9,
    "million": 1e6,
}
_SAME = {"天": "日", "个工作日": "工作日", "月": "个月", "百分点": "个百分点", "岁": "周岁"} | {
    "yuan": "元",
    "rmb": "元",
    "percent": "%",
    "percentagepoints": "个百分点",
}
_NUMERAL = "一二三四五六七八九十百千万零两"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; offsets in the folded text. ``low`` and ``high`` count the plain unit's
    multiples as written (350亿元 is 350 with unit 亿元)."""

    start: int
    end: int
    low: float
    high: float
    unit: str
    text: str


@cache
def _units() -> dict[str, list[str]]:
    return tomllib.loads(Path(__file__).with_name("units.toml").read_text("utf-8"))


@cache
def _quantity_pattern() -> re.Pattern[str]:
    data = _units()
    units = "|".join(sorted(map(re.escape, data["unit"]), key=len, reverse=True))
    spoken = "|".join(sorted(map(re.escape, data["spoken"]), key=len, reverse=True))
    many = "|".join(data["multiplier"])
    number = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    return re.compile(
        rf"(?<![\d.第no])(?P<low>{number})\s*(?P<many1>{many})?"
        rf"(?:\s*(?:%|元)?\s*(?:-|—|–|~|至|到)\s*(?P<high>{number}))?\s*(?P<many>{many})?\s*(?:余|多)?(?P<unit>{units})(?![a-z])(?!(?<=起)[步算付])"
        rf"|(?<![\d.])(?P<bare>\d+\.\d+)(?![\d.%])"
        rf"|(?P<percent>百分之|万分之|千分之)(?P<part>[{_NUMERAL}点]+)"
        rf"|(?<![第〇{_NUMERAL}])(?P<spoken>[{_NUMERAL}]+)(?P<spoken_unit>{spoken})"
    )


def read_numeral(text: str) -> float:
    """Value of a number in Chinese numerals (三十五, 十, 两百, 五点五)."""
    if "点" in text:
        whole, fraction = text.split("点", 1)
        return read_numeral(whole) + float("0." + "".join(str(_DIGITS.get(c, 0)) for c in fraction))
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        elif character in "万亿":
            total = (total + section + digit) * {"万": 10**4, "亿": 10**8}[character]
            section = digit = 0
    return float(total + section + digit)


def quantities(text: str) -> Iterator[Quantity]:
    """Numbers with units in folded text; years, dates, ordinals and document numbers are left out."""
    for match in _quantity_pattern().finditer(text):
        start, end = match.span()
        if match["low"]:
            if not _counts(text, match):
                continue
            low = float(match["low"].replace(",", ""))
            high = float(match["high"].replace(",", "")) if match["high"] else low
            yield Quantity(
                start, end, low, high, (match["many"] or match["many1"] or "") + match["unit"], match.group()
            )
        elif match["bare"]:
            if re.search(r"(?:系数|指数|比值|密度|强度|得分)[^,;。]{0,10}$", text[:start]):
                yield Quantity(start, end, float(match["bare"]), float(match["bare"]), "", match.group())
        elif match["percent"]:
            unit = {"百分之": "%", "千分之": "‰", "万分之": "万分之"}[match["percent"]]
            value = read_numeral(match["part"])
            yield Quantity(start, end, value, value, unit, match.group())
        elif _spoken_counts(text, match):
            value = read_numeral(match["spoken"])
            yield Quantity(start, end, value, value, match["spoken_unit"], match.group())


def _counts(text: str, match: re.Match[str]) -> bool:
    """Whether digits and unit are a quantity, not a year, a date or an ordinal."""
    if match["unit"] == "起" and re.fullmatch(r"(?:19|20)\d\d", match["low"]):
        return False  # 自2026起
    number, unit = match["low"], match["unit"]
    before, after = text[: match.start()], text[match.end() :]
    if unit in ("年", "年度") and len(number) == 4 and not match["many"]:
        return False
    if unit in ("日", "月", "号") and re.search(r"月\s*$", before):
        return False
    if re.search(r"(?:第|no\.?|号|\[\d{4}\]|(?<![代手钟水电])表|附[表图件])\s*$", before) or (unit == "号"):
        return False
    if re.search(r"(?:19|20)\d\d\s*年\s*$", before) and unit == "月":
        return False
    return not (unit == "级" and after[:1].isalnum()) and not re.match(r"位数", after)


def _spoken_counts(text: str, match: re.Match[str]) -> bool:
    """Chinese numerals count where they are an amount, not part of a set phrase (一个, 三年行动, 十四五)."""
    spoken, unit = match["spoken"], match["spoken_unit"]
    before, after = text[: match.start()], text[match.end() :]
    if len(spoken) == 1 and spoken != "十" and unit in ("个", "项", "家", "名", "人", "次", "户"):
        return False  # 两个市场, 三项行动: a turn of phrase more often than an amount
    if spoken == "一" and unit in ("个", "项", "次", "家", "名", "人", "种", "户", "年", "日", "天", "月"):
        return False
    if unit in ("人", "个", "项", "家", "名", "次", "户") and re.match(r"[大类]|统|重|化", after):
        return False
    if unit == "年" and (re.match(r"行动|规划|计划|来", after) or before.endswith("学前")):
        return False  # 学前三年毛入园率
    return not re.search(r'["第初周元星]$', before) and not re.match(r'["月]', after)


def is_unit(text: str) -> bool:
    """Whether a text is a unit, its multiplier aside: 万元, 张/千人, 元/人·月."""
    plain = squeeze(text)
    first = plain.split("/")[0]
    for word in sorted(_units()["multiplier"], key=len, reverse=True):
        if first.startswith(word) and len(first) > len(word):
            first = first[len(word) :]
            break
    return len(plain) <= 12 and first in (*_units()["unit"], *_units()["spoken"])


def scale_unit(unit: str) -> tuple[float, str]:
    """(factor, plain unit): 亿元 is (1e8, 元); counting words are one unit."""
    plain, factor = squeeze(unit), 1.0
    for word in sorted(_SCALE, key=len, reverse=True):
        if plain.startswith(word) and len(plain) > len(word):
            plain, factor = plain[len(word) :], _SCALE[word]
            break
    return factor, "家" if plain in COUNTING else _SAME.get(plain, plain)
