"""Numbers with units in folded text, in digits and in Chinese numerals."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from index.text import fold_with_origin, squeeze

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
_NUMERAL = "一二三四五六七八九十百千万亿零两"
_VALUES = {"十": 10.0, "百": 100.0, "千": 1e3, "万": 1e4, "亿": 1e8}
_ROUND = tuple(_VALUES)
_CLOCK = re.compile(
    rf"(?<![第〇同当届{_NUMERAL}\d])(?P<hour>(?!一时)[{_NUMERAL}]+)时(?![间候代期刻效段限常而])"
)
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
def _units() -> dict[str, Any]:
    """The units, and what makes a number of a Chinese numeral."""
    return tomllib.loads(Path(__file__).with_name("units.toml").read_text("utf-8"))


@cache
def _spoken_units() -> tuple[str, ...]:
    """The units for which a number in Chinese numerals counts too."""
    return tuple(unit for units in _units()["spoken"].values() for unit in units)


@cache
def _quantity_pattern() -> re.Pattern[str]:
    data = _units()
    units = "|".join(sorted(map(re.escape, data["unit"]), key=len, reverse=True))
    spoken = "|".join(sorted(map(re.escape, _spoken_units()), key=len, reverse=True))
    many = "|".join(data["multiplier"])
    number = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    return re.compile(
        rf"(?<![\d.第no])(?P<low>{number})\s*(?P<many1>{many})?"
        rf"(?:\s*(?:%|元)?\s*(?:-|—|–|~|至|到)\s*(?P<high>{number}))?\s*(?P<many>{many})?\s*(?:余|多)?(?P<unit>{units})(?![a-z])(?!(?<=起)[步算付])"
        rf"|(?<![\d.])(?P<bare>\d+\.\d+)(?![\d.%])"
        rf"|(?P<percent>百分之|万分之|千分之)(?P<part>[{_NUMERAL}点]+)(?:(?:至|到|-|—|–|~)(?:(?P=percent))?(?P<part_high>[{_NUMERAL}点]+))?"
        rf"|(?<![\d第〇{_NUMERAL}])(?P<spoken>[{_NUMERAL}]+(?:点[{_NUMERAL}]+)?)"
        rf"(?:(?:{spoken})?(?:至|到|-|—|–|~)(?P<spoken_high>[{_NUMERAL}]+(?:点[{_NUMERAL}]+)?))?(?:余|多)?(?P<spoken_unit>{spoken})"
    )


def read_numeral(text: str) -> float:
    """Value of a number in Chinese numerals (三十五, 十, 两百, 五点五, 一亿五千万, and as one says it 两万五)."""
    if "点" in text:
        before, fraction = text.split("点", 1)
        return read_numeral(before) + float("0." + "".join(str(_DIGITS.get(c, 0)) for c in fraction))
    spoken = re.search("([百千万亿])([一二两三四五六七八九])$", text)  # 两万五
    if spoken:
        return read_numeral(text[:-1]) + _DIGITS[spoken[2]] * _VALUES[spoken[1]] / 10
    whole = section = digit = 0.0  # of 亿; of 万 and less
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in "十百千":
            section += (digit or 1) * _VALUES[character]
            digit = 0
        elif character == "万":
            whole, section = whole + ((section + digit) or 1) * 1e4, 0.0
            digit = 0
        elif character == "亿":
            whole, section = ((whole + section + digit) or 1) * 1e8, 0.0
            digit = 0
    return whole + section + digit


def is_numeral(text: str) -> bool:
    """Whether Chinese numerals are one number: not 四五, 十四五, 二零二六."""
    whole = text.split("点")[0]
    apart = not re.search("[一二两三四五六七八九]{2}|零[零十百千万亿]|[十百千万亿]{2}十|十[十百千]", whole)
    return apart and (not whole.startswith("零") or whole == "零") and not re.search("零[^零]零", whole)


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
            low = read_numeral(match["part"])
            high = read_numeral(match["part_high"]) if match["part_high"] else low
            yield Quantity(start, end, low, high, unit, match.group())
        elif _spoken_counts(text, match):
            low, high = _spoken_values(match)
            yield Quantity(start, end, low, high, match["spoken_unit"], match.group())


@lru_cache(maxsize=4096)
def in_digits(text: str) -> str:
    """A text with its amounts and times of the day in digits, where they are in Chinese numerals: 50% for 百分之五十, 12米,
    22时."""
    folded = fold_with_origin(text)
    changes: list[tuple[int, int, str]] = [
        (*folded.span(q.start, q.end), f"{'-'.join(map(_plain, sorted({q.low, q.high})))}{_about(q)}{q.unit}")
        for q in quantities(folded.text)
        if q.text[0] in _NUMERAL
    ]
    changes += [
        (*match.span("hour"), _plain(read_numeral(match["hour"])))
        for match in _CLOCK.finditer(text)
        if is_numeral(match["hour"]) and read_numeral(match["hour"]) <= 24
    ]
    for start, end, written in sorted(changes, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _about(quantity: Quantity) -> str:
    """余 or 多 where it stands before the unit (三十多米): the number is not exact."""
    before = quantity.text.removesuffix(quantity.unit)
    return before[-1] if before.endswith(("余", "多")) else ""


def _plain(value: float) -> str:
    """A number in digits."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _spoken_values(match: re.Match[str]) -> tuple[float, float]:
    """Both ends of a number in Chinese numerals: 三至五万 begins with 30,000."""
    low = high = read_numeral(match["spoken"])
    if match["spoken_high"]:
        high = read_numeral(match["spoken_high"])
        many = re.search("[千百]?[万亿]$", match["spoken_high"])
        if many and not re.search("[万亿]", match["spoken"]):
            low *= _SCALE[many.group()]
    return low, high


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
    """Chinese numerals count where they are an amount, not part of a set phrase (一个, 三年行动, 十四五).

    One of a single character counts of things (四只, 两次) only with a bound beside it, which no turn of phrase has.
    """
    spoken, unit = match["spoken"], match["spoken_unit"]
    before, after = text[: match.start()], text[match.end() :]
    if not all(is_numeral(part) for part in (spoken, match["spoken_high"]) if part):
        return False
    if "亿" in spoken and spoken[0] in _ROUND[1:]:
        return False  # 亿元企业, 千亿元产业: what they are called
    if re.search(r'["第初周元星月]$', before) or re.match(r'["月]', after):
        return False
    if _is_turn(text, match):
        return False
    if unit in ("人", "个", "项", "家", "名", "次", "户") and re.match(r"[大类]|统|重|化", after):
        return False
    bound = re.search(_units()["bound_before"] + "$", before) or re.match("及?以[上下内]", after)
    if not bound and spoken[0] in _ROUND[1:]:
        return False  # 每百米, 百日攻坚, 千人计划
    if bound or match["spoken_high"]:
        return True
    if len(spoken) == 1 and unit in _units()["spoken"]["things"] and (spoken != "十" or unit == "分"):
        return False  # 两个市场, 三项行动: a turn of phrase more often than an amount
    return spoken != "一" or unit not in _units()["spoken"]["plain"]


def _is_turn(text: str, match: re.Match[str]) -> bool:
    """Whether a numeral and what follows it only look like a number with its unit, as units.toml says: 数十家, 两个一百年,
    四周设置围挡, 五月一日."""
    turn = _units()["turn"]
    before, after = text[: match.start()], text[match.end() :]
    if match["spoken"][0] in _ROUND and re.search(f"(?:{turn['vague']})$", before):
        return True
    return any(
        re.fullmatch(one["number"], match["spoken"] + match["spoken_unit"])
        and re.search(f"(?:{one['before']})$", before)
        and re.match(one["after"], after)
        for one in turn["phrase"]
    )


def is_unit(text: str) -> bool:
    """Whether a text is a unit, its multiplier aside: 万元, 张/千人, 元/人·月."""
    plain = squeeze(text)
    first = plain.split("/")[0]
    for word in sorted(_units()["multiplier"], key=len, reverse=True):
        if first.startswith(word) and len(first) > len(word):
            first = first[len(word) :]
            break
    return len(plain) <= 12 and first in (*_units()["unit"], *_spoken_units())


def scale_unit(unit: str) -> tuple[float, str]:
    """(factor, plain unit): 亿元 is (1e8, 元); counting words are one unit."""
    plain, factor = squeeze(unit), 1.0
    for word in sorted(_SCALE, key=len, reverse=True):
        if plain.startswith(word) and len(plain) > len(word):
            plain, factor = plain[len(word) :], _SCALE[word]
            break
    return factor, "家" if plain in COUNTING else _SAME.get(plain, plain)


def units_alike(one: str, other: str) -> bool:
    """Whether two units measure the same: 万元 and 亿元, or two counting words."""
    return scale_unit(one)[1] == scale_unit(other)[1]
