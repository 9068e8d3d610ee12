"""Numbers as the list formats of a word processor write them (ECMA-376 part 1, 17.18.59 ST_NumberFormat)."""

from __future__ import annotations

_DIGITS = "〇一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_LEGAL = str.maketrans("〇零一二三四五六七八九十百千", "零零壹贰叁肆伍陆柒捌玖拾佰仟")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ENCLOSED = {
    "decimalenclosedcircle": 0x2460,
    "decimalenclosedparen": 0x2474,
    "decimalenclosedfullstop": 0x2488,
}
_CYCLES = {"ideographtraditional": "甲乙丙丁戊己庚辛壬癸", "ideographzodiac": "子丑寅卯辰巳午未申酉戌亥"}
_COUNTED = (
    "chinesecounting", "chinesecountingthousand", "japanesecounting", "taiwanesecounting",
    "taiwanesecountingthousand", "cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal",
)  # fmt: skip


def numeral(number: int, form: str) -> str:
    """A number from 1 up in a list format, by its name in DOCX or CSS; decimal where the format is unknown.

    "" for ``none`` and ``bullet``, which count nothing.
    """
    form = form.lower()
    if form in ("none", "bullet") or number < 0:
        return ""
    if form in _COUNTED:
        return chinese(number)
    if form in ("ideographdigital", "japanesedigitaltenthousand"):
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if form in ("chineselegalsimplified", "simp-chinese-formal"):
        return chinese(number).replace("十", "一十", number in range(10, 20)).translate(_LEGAL)
    if form in _CYCLES and number:
        return _CYCLES[form][(number - 1) % len(_CYCLES[form])]
    if form.startswith("decimalenclosedcircle"):
        form = "decimalenclosedcircle"
    if form in _ENCLOSED and 1 <= number <= 20:
        return chr(_ENCLOSED[form] + number - 1)
    if form in ("upperletter", "lowerletter", "upper-alpha", "lower-alpha", "upper-latin", "lower-latin"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number else ""
        return letter.upper() if form.startswith("upper") else letter
    if form in ("upperroman", "lowerroman", "upper-roman", "lower-roman"):
        return _roman(number).upper() if form.startswith("upper") else _roman(number)
    if form in ("decimalzero", "decimal-leading-zero"):
        return f"{number:02}"
    if form.startswith("decimalfullwidth"):
        return "".join(chr(0xFF10 + int(digit)) for digit in str(number))
    return str(number)


def chinese(number: int) -> str:
    """A number below 10,000 as it is counted: 十二, 二十, 一百零五; digit by digit from there on."""
    if number >= 10_000 or number == 0:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = bool(text)
    return text.removeprefix("一") if 10 <= number < 20 else text


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
