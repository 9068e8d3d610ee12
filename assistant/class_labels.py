"""Labels of classes in a text (一类、二类企业, Ⅲ级响应, A级): a rule for others than a question names is no answer to it."""

from __future__ import annotations

import re

from assistant.terms import expression
from index.text import fold, squeeze


def of_another_class(asked: str, text: str, around: str = "") -> bool:
    """Whether a text is of classes without one that a question names; ``around`` tells of which one without labels is."""
    wanted, told, beside = (_labels(squeeze(fold(part))) for part in (asked, text, around))
    return any(not labels <= told.get(kind, beside.get(kind, labels)) for kind, labels in wanted.items())


def _labels(text: str) -> dict[str, set[str]]:
    """The labels that a squeezed text names, by the word for their class (类, 级): 一、二类 names both."""
    found: dict[str, set[str]] = {}
    for match in expression("value", "classes").finditer(text):
        labels = re.split(f"[{match['kind']}、,和及或]+", match["labels"])
        found.setdefault(match["kind"], set()).update(filter(None, labels))
    return found
