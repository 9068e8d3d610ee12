"""Answers about the indexed documents as a whole: which there are, and which are in force."""

from __future__ import annotations

import re

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.header_found import expiry
from index.header import header_labels
from index.policy import Policy
from prompts import phrase

_EXPIRED = re.compile(r"失效|过期|作废|废止|无效|到期|\b(?:expired|invalid|no longer)\b")
_IN_FORCE = re.compile(r"有效|生效|\b(?:in force|valid)\b")


def answer_library(ask: Ask) -> Draft | None:
    """The list of the indexed documents, with number and state, or None where something else is asked."""
    question = ask.question
    if not question.has("documents") or question.mentions or question.kinds or question.policies:
        return None
    if any(term.weight >= 0.9 for term in question.terms):
        return None
    policies = list(ask.corpus.policies.values())
    states = {policy.id: _is_expired(ask, policy) for policy in policies}
    name = "documents"
    if _EXPIRED.search(question.folded):
        policies, name = [p for p in policies if states[p.id]], "documents_expired"
    elif _IN_FORCE.search(question.folded):
        policies, name = [p for p in policies if not states[p.id]], "documents_valid"
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
    if titles:
        draft.pieces.append(
            phrase(draft.language, "item_comma").join(titles) + phrase(draft.language, "stop")
        )
    return draft


def _is_expired(ask: Ask, policy: Policy) -> bool:
    found = expiry(ask, policy)
    stated = policy.field(*header_labels()["validity"]["labels"])
    return bool(found and found[1] <= ask.today) or bool(stated and _EXPIRED.search(stated.value))


def _state(ask: Ask, draft: Draft, policy: Policy) -> tuple[str, list[int]]:
    """Whether a policy is in force as it says itself, with the citations that show it."""
    found = expiry(ask, policy)
    stated = policy.field(*header_labels()["validity"]["labels"])
    if found:
        item, day = found
        name = "state_expired_on" if day <= ask.today else "state_valid_until"
        return phrase(draft.language, name, date=item.value), [draft.number(policy.id, item.start, item.end)]
    if stated:
        return stated.value, [draft.number(policy.id, stated.start, stated.end)]
    return phrase(draft.language, "state_unknown"), []
