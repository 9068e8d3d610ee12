"""Radicals that some programs write into a PDF instead of the character of the same form (⼯ for 工, ⻓ for 长)."""

from __future__ import annotations

import unicodedata

# CJK Radicals Supplement, which NFKC leaves as it is, by EquivalentUnifiedIdeograph.txt of the Unicode Character
# Database: the forms that are characters of their own today.
_SUPPLEMENT = dict(
    zip(
        "⺁⺄⺇⺈⺋⺌⺍⺕⺗⺘⺙⺛⺝⺟⺠⺡⺣⺥⺦⺨⺩⺬⺭⺮⺯⺶⺷⺹⺼⺾⻀⻁⻂⻄⻅⻆⻇⻈⻉⻋⻍⻎⻐⻑⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻲⻳",
        "厂乙几勹㔾小小彐心扌攵旡月母民氵灬爫丬犭王示礻竹糹羊羊老月艹艹虎衤西见角角讠贝车辶辶钅長长门阝雨青韦页风飞食飠马骨鬼鱼鸟卤麦黄黾齐齐歯齿龙龙龟龟",
        strict=True,
    )
)


def unified(text: str) -> str:
    """Text with radicals (U+2E80 to U+2FDF) as the characters that they look like, and no-break spaces as spaces."""
    if text.isascii() or not any("\u2e80" <= c <= "\u2fdf" or c == "\xa0" for c in text):
        return text
    return "".join(
        " " if c == "\xa0"
        else _SUPPLEMENT.get(c) or (unicodedata.normalize("NFKC", c) if "\u2e80" <= c <= "\u2fdf" else c)
        for c in text
    )  # fmt: skip
