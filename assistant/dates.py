"""Years that a question gives by the day on which it is asked: 今年, next year."""

from __future__ import annotations

import re
from datetime import date

from assistant.terms import words


def with_dated_years(text: str, today: date) -> str:
    """A question with the one year that it gives by today (今年, 明年) as a number.

    Two of them, or a year told from the one before it (留到明年), are any year and the next: they stay.
    """
    entry = words()["relative_year"]
    found = list(re.finditer("|".join(f"(?:{form})" for form in entry["forms"]), text, re.I))
    if len(found) != 1 or re.search(entry["beside"], text):
        return text
    match = found[0]
    if re.match(r"\s*[（(]\s*20\d\d", text[match.end() :]):
        return text  # 今年（2025年）: the reader says which
    for form, distance in zip(entry["forms"], entry["distances"], strict=True):
        if re.fullmatch(form, match.group(), re.I):
            written: str = entry["zh" if re.match("[一-鿿]", match.group()) else "en"]
            return text[: match.start()] + written.format(year=today.year + distance) + text[match.end() :]
    return text
