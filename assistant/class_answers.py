"""Who belongs to a class that a document labels (C类为取得正高级职称或者博士学位的人员), asked for by its label."""

from __future__ import annotations

import re

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.terms import expression
from index.sentences import sentence_spans
from index.text import fold, squeeze


def answer_class(ask: Ask) -> Draft | None:
    """The sentences that say who or what belongs to the class, by its label; None where none is asked for or says so."""
    asked = expression("classes", "of_label").search(squeeze(ask.question.folded))
    if not asked:
        return None
    label = asked["label"] or asked["named"]
    draft = ask.draft()
    says = re.compile(rf"(?<![一-鿿a-z]){re.escape(label)}{expression('classes', 'is').pattern}")
    for policy in ask.policies():
        for start, end in sentence_spans(policy.source, 0, len(policy.source)):
            text = squeeze(fold(policy.source[start:end]))
            if says.search(text) and not text.startswith("|"):
                draft.quote_slice(policy.id, start, end)
    return draft if draft.pieces else None
