"""The refusal: that the policies do not answer, what was searched, and nothing that is a claim."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.draft import Draft
from assistant.target_choice import other_years
from prompts import phrase


def refuse(ask: Ask, reason: str, passages: Sequence[Passage]) -> Draft:
    """Say that the policies do not answer, what was searched, and nothing that is a claim."""
    question, draft = ask.question, ask.draft()
    draft.route, draft.status = "none", "refused"
    late = other_years(ask)
    if question.foreign and any(ask.corpus.regions):
        regions = "、".join(filter(None, ask.corpus.regions))
        draft.say("refuse_foreign", regions=regions, names="、".join(question.foreign))
    elif reason == "harm":
        draft.say("refuse_harm")
        return draft
    elif reason == "not_named":
        unnamed = [m.text for m in question.mentions if not ask.corpus.directory.named(m)]
        names = "、".join(dict.fromkeys(unnamed))
        draft.say("refuse_not_named", names=names)
        draft.note("not_named", "notice_not_named", names=names)
    elif reason == "no_duty":
        draft.say("refuse_no_duty", names="、".join(dict.fromkeys(m.text for m in question.mentions)))
    elif late or reason == "year":
        draft.say("refuse_year", year="、".join(map(str, question.years)))
    elif reason.startswith("kind_"):
        draft.say("refuse_kind", kind=phrase(draft.language, reason))
    else:
        draft.say("refuse")
    searched = [term.text for term in question.terms if term.weight >= 0.4][:8]
    if searched:
        draft.say("refuse_terms", terms="、".join(searched))
    return draft
