"""Answers about the document itself: number, dates, validity, basis, addressees, and the rules that bind all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from assistant.ask import Ask
from assistant.dates import last_day, read_date
from assistant.document_rules import document_rules, rules_asked, rules_of
from assistant.draft import Draft, plain_number
from assistant.header_asked import STATED_NUMBER, asks_other_version, asks_span, meanings_asked
from assistant.header_found import Found, find, label_of, line_start
from assistant.refusal import refuse
from assistant.terms import expression
from index.grids import cell_end
from index.header import header_labels
from index.policy import Policy
from index.text import fold, squeeze
from prompts import phrase

MOST_RULES = 2  # sentences of one sort of rule that are quoted


def answer_header(ask: Ask) -> Draft | None:
    """The answer to a question about the document itself, or None."""
    question = ask.question
    meant = question.local or question.policies
    policies = [p for p in ask.corpus.policies.values() if not meant or p.id in meant]
    draft = _rules(ask, policies)
    if draft is not None:
        return draft
    if asks_other_version(question.folded):
        return refuse(ask, "refuse", ())
    meanings = meanings_asked(ask)
    issuers = squeeze(" ".join(policy.issuer for policy in policies))
    named = any(m.names and squeeze(m.text) not in issuers for m in question.mentions)
    if named and not question.policies and not question.has("recipients") and meanings != ["approved"]:
        return None
    if not meanings:
        return None
    draft = ask.draft()
    said, bodies = False, 1
    draft.head("policy", "field", "content")
    for policy in policies:
        items = [(meaning, found) for meaning in meanings for found in find(ask, policy, meaning)]
        if asks_span(question.folded):
            items = _span_of(ask, policy, items)
        for meaning, found in _beside(policy, items):
            said = True
            bodies = (
                max(bodies, len(re.split(r"[、\s]+", found.value.strip()))) if meaning == "issuer" else bodies
            )
            _say(ask, draft, policy, meaning, found, len(policies) > 1)
        if asks_span(question.folded) and items and len(policies) == 1 and not _tells_end(items):
            draft.say("no_end")
    if not said:
        return refuse(ask, "kind_when", ()) if set(meanings) <= {"effective", "expires"} else None
    if len(policies) == 1:
        draft.rows.clear()
        if meanings == ["issuer"] and bodies > 1:
            draft.count = bodies
    return draft


def _span_of(ask: Ask, policy: Policy, items: Sequence[tuple[str, Found]]) -> list[tuple[str, Found]]:
    """From when to when a document holds: each sentence once, and of 自印发之日起 the day on which that was."""
    kept = []
    for meaning, found in items:
        same = [(m, item) for m, item in items if (item.start, item.end) == (found.start, found.end)]
        if (meaning, found) == max(same, key=lambda each: (len(each[1].value), each[0] == "expires")):
            label = phrase(ask.question.language, "span") if len(same) > 1 else found.label
            kept.append((meaning, replace(found, label=label)))
    from_issue = expression("document", "from_issue")
    if issue := next((m["by"] for _, found in kept if (m := from_issue.search(found.value))), ""):
        issued = "written" if issue == "印发" else "published"
        kept += [(issued, found) for found in find(ask, policy, issued)]
    return kept


def _tells_end(items: Sequence[tuple[str, Found]]) -> bool:
    """Whether one of these tells until when a document holds."""
    return any(meaning == "expires" or re.search("至|期限|有效期", found.value) for meaning, found in items)


def _beside(policy: Policy, items: Sequence[tuple[str, Found]]) -> list[tuple[str, Found]]:
    """The fields, those of one line of the header cited together: the line shows which date is which."""
    lines = [policy.source.count("\n", 0, found.start) for _, found in items]
    together = []
    for (meaning, found), line in zip(items, lines, strict=True):
        same = [
            other for (_, other), place in zip(items, lines, strict=True) if place == line and other.label
        ]
        if len(same) > 1 and found.label:
            start = min(line_start(policy.source, other.start) for other in same)
            found = replace(found, start=start, end=max(other.end for other in same))
        together.append((meaning, found))
    return together


def _rules(ask: Ask, policies: Sequence[Policy]) -> Draft | None:
    """The rules of the document that a question asks for, with the fields asked for beside; None where none is."""
    question, draft = ask.question, ask.draft()
    asked = [sort for sort, _ in rules_asked(question.folded)]
    many = len(policies) > 1
    for sort in asked:
        for policy in policies:
            _say_rules(ask, draft, policy, sort, many)
    if not draft.pieces:
        return _not_stated(ask, asked)
    instead = {name for sort in asked for name in document_rules()[sort].get("instead", ())}
    for meaning in meanings_asked(ask, plain=True):
        for policy in policies if meaning not in instead else ():
            for item in find(ask, policy, meaning):
                if not _is_said(draft, policy, item):
                    _say(ask, draft, policy, meaning, item, many)
    if not many:
        draft.rows.clear()
    return draft


def _say_rules(ask: Ask, draft: Draft, policy: Policy, sort: str, many: bool) -> None:
    """The sentences that state a policy's rules of a sort; where none does, what answers in their place."""
    rule = document_rules()[sort]
    found = list(rules_of(policy, sort))
    text = squeeze(" ".join(policy.source[slice(*span)] for span in found))
    borne = sort != "all_implement" or any(duty.rule_start >= 0 for duty in policy.duties)
    if borne and ask.names_a_thing(0.9, text, rule.get("plain", "(?!)")):
        return
    other = rule.get("otherwise", "") if not found else ""
    if other in document_rules():
        found = list(rules_of(policy, other))
    elif other:
        for item in find(ask, policy, other):
            _say(ask, draft, policy, other, item, many)
    for start, end in found[: rule.get("most", MOST_RULES)]:
        value = policy.source[start:end].strip("。；;，,：: \n")
        name = "rule_policy" if many else "rule"
        title = ask.corpus.names[policy.id]
        draft.say(name, title=title, value=value, cite=draft.cite(policy.id, start, end))


def _not_stated(ask: Ask, asked: Sequence[str]) -> Draft | None:
    """That no policy states a rule, where that is worth a word (which document it replaces); None where it is not."""
    for sort in asked:
        rule = document_rules()[sort]
        missing = rule.get("missing", {})
        worded = missing and re.search(missing["asked"], ask.question.folded)
        if worded and not ask.names_a_thing(0.9, plain=rule.get("plain", "(?!)")):
            return refuse(ask, missing["say"], ())
    return None


def _is_said(draft: Draft, policy: Policy, item: Found) -> bool:
    """Whether a sentence that is quoted already says what a field does."""
    return any(
        id == policy.id and start <= item.start and item.end <= end for id, start, end, *_ in draft.spans
    )


def _say(ask: Ask, draft: Draft, policy: Policy, meaning: str, found: Found, many: bool) -> None:
    """One thing said of a policy, as a row and in a sentence; ``many``: with the policy's name, for several tell it."""
    start, end = found.start, cell_end(policy.source, found.end)
    if found.label and meaning not in ("basis", "recipients"):
        start = min(start, line_start(policy.source, start))
    cite = draft.cite(policy.id, start, end)
    label, value = _label(ask, meaning, found), found.value.rstrip("。")
    title = ask.corpus.names[policy.id]
    draft.row([title, label, value], [draft.number(policy.id, start, end)])
    if many:
        draft.say("field_policy", title=title, label=label, value=value, cite=cite)
        return
    claim = _claimed(ask, meaning, found)
    if claim is None:
        _say_value(ask, draft, policy, meaning, found, {"label": label, "value": value, "cite": cite})
        return
    draft.say("confirm_field" if claim else "premise_field", label=label, value=value, cite=cite)
    if not claim:
        draft.note("premise", "notice_premise")


def _label(ask: Ask, meaning: str, found: Found) -> str:
    """What a value is called: by the document, else by its sentence; in English with a name that a reader knows."""
    language = ask.question.language
    label = found.label or phrase(language, meaning, value="", cite="").split("：")[0].split(":")[0]
    if language == "en" and re.search(r"[一-鿿]", label) and meaning in header_labels():
        label = f"{label_of(ask, meaning)} ({label})"
    return label


def _say_value(
    ask: Ask, draft: Draft, policy: Policy, meaning: str, found: Found, values: Mapping[str, str]
) -> None:
    """The sentence for a value that the question does not claim: in the words of its sort, and what follows from a day."""
    value = values["value"]
    if meaning in ("basis", "recipients", "title", "approved") or (meaning == "issuer" and not found.label):
        draft.say(meaning, value=value, cite=values["cite"])
    elif meaning == "annexes":
        draft.count = value.count("；") + 1
        draft.say("annexes", count=draft.compute(draft.count), value=value, cite=values["cite"])
    elif meaning == "validity" and found.label in header_labels()["validity"]["labels"]:
        draft.say("in_force", **values)
    elif found.label in header_labels()["expires"]["labels"] and (day := last_day(value)):
        state = phrase(draft.language, "state_expired" if day <= ask.today else "state_valid")
        today = _shown(draft, ask.today)
        draft.say("expires_on", value=value, cite=values["cite"], today=today, state=state)
    elif meaning in ("expires", "validity") and (last := _last_day(ask, policy, found)):
        draft.say("term_ends", **values, day=_shown(draft, last))
    else:
        iso = read_date(value) if draft.language == "en" else None
        if iso:
            draft.computed.update(re.findall(r"\d+", iso.isoformat()))
        shown = f"{value} ({iso.isoformat()})" if iso and len(value) < 25 else value
        draft.say("field", **{**values, "value": shown})


def _shown(draft: Draft, day: date) -> str:
    """A day in the language of the answer, whose numbers no clause has to hold."""
    shown = phrase(draft.language, "date", year=day.year, month=day.month, day=day.day)
    draft.computed.update(re.findall(r"\d+", shown))
    return shown


def _last_day(ask: Ask, policy: Policy, found: Found) -> date | None:
    """The last day of a term that this sentence tells as a time from a day on (自…起施行，有效期5年); None where it is not,
    or is told."""
    ends = [
        end.day
        for end in ask.corpus.lives[policy.id].ends
        if end.kind == "expired"
        and end.policy == policy.id
        and end.day
        and end.start <= found.start < end.end
    ]
    if not (ends and re.search(r"20\d\d年.*起.*有效期", found.value)):
        return None
    last = ends[0] - timedelta(days=1)
    return None if str(last.day) in re.findall(r"(?:至|到).*?月(\d{1,2})日", found.value) else last


def _claimed(ask: Ask, meaning: str, found: Found) -> bool | None:
    """Whether the question states the right value; None where it states none."""
    if not ask.question.has("yesno", "why"):
        return None
    if meaning != "document_number":
        if read_date(found.value) and not ask.question.years:
            return None
        numbers = [str(year) for year in ask.question.years]
        numbers += [plain_number(q.low) for q in ask.question.numbers if q.unit in found.value]
        own = re.findall(r"\d+", fold(found.value))
        return all(number in own for number in numbers) if numbers and own else None
    stated = STATED_NUMBER.search(ask.question.folded)
    if not stated:
        return None
    return squeeze(stated.group()).endswith(squeeze(found.value))
