"""Answers about the indexed documents as a whole: which there are, and which are in force."""

from __future__ import annotations

import re
from datetime import date, timedelta

from assistant.ask import Ask
from assistant.dates import last_day
from assistant.draft import Draft
from assistant.terms import expression
from assistant.validity import REPLACED, End
from index.policy import Policy
from prompts import phrase


def answer_library(ask: Ask) -> Draft | None:
    """The list of the indexed documents, with number and state, or None where something else is asked."""
    question = ask.question
    if not question.has("documents") or question.mentions or question.kinds or question.policies:
        return None
    if any(term.weight >= 0.9 for term in question.terms):
        return None
    policies = list(ask.corpus.policies.values())
    ended = {policy.id for policy in policies if ask.corpus.lives[policy.id].ended(ask.today)}
    name = "documents"
    if expression("document", "expired").search(question.folded):
        policies, name = [p for p in policies if p.id in ended], "documents_expired"
    elif expression("document", "in_force").search(question.folded):
        policies, name = [p for p in policies if p.id not in ended], "documents_valid"
    draft = ask.draft()
    draft.count = len(policies)
    draft.say(name, count=draft.compute(len(policies)))
    draft.head("policy", "number", "state")
    titles = []
    for policy in policies:
        at = max(policy.source.find(policy.title), 0)
        mark = draft.number(policy.id, at, at + len(policy.title))
        state, marks = _state(ask, draft, policy)
        said = f"（{state}）" + "".join(f"[{number}]" for number in marks) if name != "documents" else ""
        titles.append(f"《{policy.title}》[{mark}]{said}")
        number = ask.corpus.field(policy, "document_number")
        if number:
            marks.append(draft.number(policy.id, number.start, number.end))
        draft.row([policy.title, number.value if number else "—", state], [mark, *marks])
    if not titles:
        draft.pieces[-1] = draft.pieces[-1].rstrip("：:") + phrase(draft.language, "stop")
    else:
        draft.pieces.append(
            phrase(draft.language, "item_comma").join(titles) + phrase(draft.language, "stop")
        )
    return draft


def _state(ask: Ask, draft: Draft, policy: Policy) -> tuple[str, list[int]]:
    """Whether a policy is in force, with the citations that show it."""
    life = ask.corpus.lives[policy.id]
    end = life.ended(ask.today)
    stated = ask.corpus.field(policy, "validity")
    if end and end.kind in REPLACED:
        marks = [draft.number(end.policy, end.start, end.end)] if end.end else []
        return phrase(draft.language, f"state_{end.kind}", by=ask.corpus.policies[end.policy].title), marks
    end = next((end for end in life.ends if end.kind == "expired" and end.day), None)
    if end and end.day:
        name = "state_expired_on" if end.day <= ask.today else "state_valid_until"
        return phrase(draft.language, name, date=_day(draft, policy, end.day, end)), [
            draft.number(policy.id, end.start, end.end)
        ]
    if stated:
        return stated.value, [draft.number(policy.id, stated.start, stated.end)]
    return phrase(draft.language, "state_unknown"), []


def _day(draft: Draft, policy: Policy, day: date, end: End) -> str:
    """The last day as the header writes it, or as it follows from the sentence about the term."""
    written = policy.source[end.start : end.end].strip()
    if last_day(written):
        return written
    last = day - timedelta(days=1)
    text = phrase(draft.language, "date", year=last.year, month=last.month, day=last.day)
    draft.computed.update(re.findall(r"\d+", text))
    return text
