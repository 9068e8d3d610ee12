"""By when a task is due that names no day itself: by the rule of its document for such tasks (未注明完成时限的，12月底前)."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.document_rules import rules_of
from assistant.draft import Draft
from assistant.sentences import TIME, ranked
from assistant.within import section_at


def answer_by_default(ask: Ask, passages: Sequence[Passage]) -> Draft | None:
    """The nearest sentence, which is of a task, and the rule; None where its document has none, or the task names a day."""
    near = ranked(ask, passages)
    if not near or not ask.question.has("when"):
        return None
    best = near[0][1]
    policy = ask.corpus.policies[best.policy]
    section = section_at(policy, best.start)
    tasks = [c for c in ask.clauses() if section and c.policy == policy.id and c.section == section.id]
    rules = list(rules_of(policy, "default_deadline"))
    if not rules or not tasks or not section or TIME.search(policy.source[section.start : section.end]):
        return None
    draft = ask.draft()
    draft.route = "extractive"
    draft.quote_slice(policy.id, best.start, best.end)
    for start, end in rules:
        draft.quote_slice(policy.id, start, end)
    return draft
