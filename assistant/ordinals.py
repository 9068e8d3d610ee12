"""What only numbers a part of a document or a document (8. …, （三）, 第八条, 〔2024〕11号): it counts nothing."""

from __future__ import annotations

import re

from assistant.terms import blank
from index.quantities import read_numeral
from index.text import squeeze

_NUMERAL = "一二三四五六七八九十百零〇两"
_PART = "[条章节款项编]"
_ITEM = re.compile(
    rf"(?:^|(?<=[\n|;:。]))[ \t]*(?:#+[ \t]*)?(?P<number>\d{{1,3}}[.、](?!\d)|\((?:\d{{1,3}}|[{_NUMERAL}]{{1,4}})\)|[{_NUMERAL}]{{1,4}}、)"
)
_REFERENCE = re.compile(rf"第\s*(?P<number>\d{{1,4}}|[{_NUMERAL}]{{1,7}})\s*{_PART}")
_ENGLISH = re.compile(
    r"\b(?:article|section|chapter|item|clause|paragraph|task|point|no\.)\s*(?P<number>\d{1,4})\b"
)
_DOCUMENT = re.compile(r"\[\d{4}\]\s*(?:第\s*)?\d+\s*号")
STROKE = "|"  # in place of a character that counts nothing: it stands in no word and no number
_HEAD = 3  # characters behind its number by which an item is known


def without_ordinals(text: str) -> str:
    """A folded text with strokes in place of what only numbers a part of it, or a document; offsets stay."""
    for pattern in (_ITEM, _REFERENCE, _DOCUMENT):
        text = blank(text, (match.span() for match in pattern.finditer(text)), STROKE)
    return text


def without_held_ordinals(said: str, support: str) -> str:
    """A folded text with strokes in place of the ordinals that another holds too; offsets stay.

    An item's number is held with the first characters of its item (8. 推动绿色…).
    """
    documents = {squeeze(match.group()) for match in _DOCUMENT.finditer(support)}
    said = blank(
        said, (m.span() for m in _DOCUMENT.finditer(said) if squeeze(m.group()) in documents), STROKE
    )
    items = list(_ITEM.finditer(support))
    for item in items:
        head = squeeze(support[item.end() : item.end() + 4 * _HEAD])[:_HEAD]
        behind = r"\s*".join(map(re.escape, head))
        number = r"\s*".join(map(re.escape, squeeze(item["number"])))
        said = blank(said, (m.span() for m in re.finditer(rf"(?<!\d){number}(?=\s*{behind})", said)), STROKE)
    held = {_value(match["number"]) for match in _REFERENCE.finditer(support)}
    held |= {_value(re.sub(r"[().、\s]", "", item["number"])) for item in items}
    for pattern in (_REFERENCE, _ENGLISH):
        said = blank(said, (m.span() for m in pattern.finditer(said) if _value(m["number"]) in held), STROKE)
    return said


def _value(number: str) -> float:
    return float(number) if number.isdecimal() else read_numeral(number.replace("〇", "零"))
