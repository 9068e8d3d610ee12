"""Answers about the document itself: number, dates, validity, basis, addressees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from assistant.ask import Ask
from assistant.document_rules import document_rules, rules_asked, rules_of
from assistant.draft import Draft, plain_number
from assistant.question import Question
from assistant.refusal import refuse
from assistant.terms import words
from index.header import header_labels
from index.policy import HeaderField, Policy
from index.text import fold, squeeze
from prompts import phrase

_EFFECTIVE = re.compile(
    r"[^。；\n]*(?:自|从|于)\s*(?:\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|(?:发布|公布|印发)之日)\s*起\s*(?:施行|实施|执行|生效|按新标准计算执行)[^。\n]*。?"
)
_EXPIRES = re.compile(
    r"[^。；\n]*(?:有效期(?:为|至|限)?|有效期)\s*(?:[0-9一二三四五六七八九十]+\s*(?:年|个月)|至|到)[^。\n]*。?"
)
_UNTIL = re.compile(r"有效期(?:限)?(?:至|到)\s*(?P<day>\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)")
_BASIS = re.compile(
    r"(?:为|根据|依据|按照|贯彻|落实|遵照)[^。]*《[^》]+》(?:[（(][^）)]*号[）)])?[^。]*(?:制定|提出|现|结合|规定|方案|意见|通知|如下)[^。]*。?"
)
_APPROVED = re.compile(
    r"[^。\n]*(?:会议|常委会)[^。，,\n]{0,12}(?:审议|审定|讨论|研究)?(?:通过|同意|批准)[^。\n]*。?"
)
_SIGNED = re.compile(r"(?m)^[ 　]*\d{4}年\d{1,2}月\d{1,2}日[ 　]*$")
_OTHER_VERSION = re.compile(
    r"(?:上一?|[旧老前]的?一?|原[先来]?的?那?一?|(?:之前|以前|此前|先前|被?[替取]代的)的?那?一?)"
    r"(?:版(?=[的是叫在和跟与还,?]|方案|办法|文件|通知|规定|意见|条例|$)|个版本)|previous (?:version|plan|edition)"
)
_TITLES = re.compile(r"《[^》]+》(?:（[^）]*号）)?")
_STATED_NUMBER = re.compile(r"(?:(?![是为号和与跟])[一-鿿]){1,8}\s*\[\s*\d{4}\s*\]\s*(?:第)?\d+\s*号")
_STATE_ASKED = re.compile(
    r"吗|是否|是不是|还|有没有|现行|[时有]效性|状态|不[?,。]|不$|\b(?:still|status|is|does)\b"
)


_FIELD = "\n"  # in the place of the words that ask for a field
MOST_RULES = 2  # sentences of one sort of rule that are quoted


@dataclass(frozen=True, slots=True)
class Found:
    """One thing said of one policy: label, value and its slice."""

    label: str
    value: str
    start: int
    end: int


@cache
def _asks() -> dict[str, re.Pattern[str]]:
    return {
        meaning: re.compile(
            "|".join(
                [
                    *(fold(word) for word in sorted(row["zh"], key=len, reverse=True)),
                    *(rf"\b(?:{fold(word)})\b" for word in row["en"]),
                ]
            )
        )
        for meaning, row in header_labels().items()
    }


def asks_of_document(question: Question) -> bool:
    """Whether a field of the document (文号, 发布日期) is asked for, without a topic beside it."""
    rest = question.folded
    for pattern in _asks().values():
        rest = pattern.sub(" ", rest)
    for _, match in rules_asked(rest):
        rest = rest.replace(match.group(), " ")
    return rest != question.folded and not any(t.weight >= 0.9 and t.text in rest for t in question.terms)


def fields_asked(question: Question) -> list[str]:
    """The fields of the document that a question asks for, with 依据 and 主送."""
    own = [name for name in ("basis", "recipients") if question.has(name)]
    own += [sort for sort, _ in rules_asked(question.folded)]
    return own + [name for name, pattern in _asks().items() if pattern.search(question.folded)]


def answer_header(ask: Ask) -> Draft | None:
    """The answer to a question about the document itself, or None."""
    question = ask.question
    meant = question.local or question.policies
    policies = [p for p in ask.corpus.policies.values() if not meant or p.id in meant]
    draft = _rules(ask, policies)
    if draft is not None:
        return draft
    if _OTHER_VERSION.search(question.folded):
        return refuse(ask, "refuse", ())
    meanings = _meanings(ask)
    named = any(mention.names for mention in question.mentions)
    if named and not question.policies and not question.has("recipients") and meanings != ["approved"]:
        return None
    if not meanings:
        return None
    draft = ask.draft()
    said = False
    draft.head("policy", "field", "content")
    for policy in policies:
        items = [(meaning, found) for meaning in meanings for found in _find(ask, policy, meaning)]
        for meaning, found in _beside(policy, items):
            said = True
            _say(ask, draft, policy, meaning, found, len(policies) > 1)
    if not said:
        return refuse(ask, "kind_when", ()) if meanings == ["expires"] else None
    if len(policies) == 1:
        draft.rows.clear()
        if meanings == ["issuer"] and len(bodies := policies[0].issuer.split()) > 1:
            draft.count = len(bodies)
    return draft


def _beside(policy: Policy, items: Sequence[tuple[str, Found]]) -> list[tuple[str, Found]]:
    """The fields, those of one line of the header cited together: the line shows which date is which."""
    lines = [policy.source.count("\n", 0, found.start) for _, found in items]
    together = []
    for (meaning, found), line in zip(items, lines, strict=True):
        same = [
            other for (_, other), place in zip(items, lines, strict=True) if place == line and other.label
        ]
        if len(same) > 1 and found.label:
            start = min(_line_start(policy.source, other.start) for other in same)
            found = replace(found, start=start, end=max(other.end for other in same))
        together.append((meaning, found))
    return together


def _rules(ask: Ask, policies: Sequence[Policy]) -> Draft | None:
    """The rules of the document that a question asks for, with the fields asked for beside; None where none is."""
    question, draft = ask.question, ask.draft()
    asked = rules_asked(question.folded)
    said = False
    for sort, _ in asked:
        for policy in policies:
            found = list(rules_of(policy, sort))
            text = squeeze(" ".join(policy.source[slice(*span)] for span in found))
            if not found or _names_a_task(ask, text):
                continue
            said = True
            for start, end in found[:MOST_RULES]:
                value = policy.source[start:end].strip("。；;，, \n")
                name = "rule_policy" if len(policies) > 1 else "rule"
                draft.say(name, title=policy.title, value=value, cite=draft.cite(policy.id, start, end))
    if not said:
        return None
    instead = {name for sort, _ in asked for name in document_rules()[sort].get("instead", ())}
    for meaning in _meanings(ask, plain=True):
        for policy in policies if meaning not in instead else ():
            for item in _find(ask, policy, meaning):
                _say(ask, draft, policy, meaning, item, len(policies) > 1)
    draft.rows.clear()
    return draft


def _names_a_task(ask: Ask, rule: str) -> bool:
    """Whether a question names a thing that the policies speak of elsewhere than in their titles and in ``rule``."""
    titles = "\n".join(name for names in ask.corpus.titles.values() for name in names)
    return any(
        term.weight >= 0.9
        and not term.pair
        and ask.corpus.known(term)
        and not re.fullmatch(words()["document"]["plain"], term.text)
        and not any(variant in titles or variant in rule for variant in term.variants)
        for term in ask.question.terms
    )


def _meanings(ask: Ask, plain: bool = False) -> list[str]:
    """What is asked of the document; [] where the question has a topic beyond that (which ``plain`` says it has not)."""
    question = ask.question
    entry = words()["document"]
    text = re.sub(entry["denied"], " ", _STATED_NUMBER.sub(" ", question.folded))
    if _OTHER_VERSION.search(text) or re.search(entry["another"], text):
        return []
    asked = [name for name in ("basis", "recipients") if question.has(name)]
    rest = text
    for meaning, pattern in _asks().items():
        match = pattern.search(text)
        if match:
            asked.append(meaning)
            rest = pattern.sub(_FIELD, rest)
    # 主题分类 holds 分类; the longest wording wins.
    if (
        "index_number" in asked
        and "document_number" in asked
        and not re.search(r"发文|文号|文件号|document", text)
    ):
        asked.remove("document_number")
    if (
        "published" in asked
        and "issuer" in asked
        and not re.search(r"谁|单位|机关|机构|部门|哪里|who|which|body", text)
    ):
        asked.remove("issuer")
    if "basis" in asked and set(asked) - {"basis"} <= {
        "title",
        "written",
        "issuer",
        "effective",
        "published",
    }:
        asked = ["basis"]
    if "basis" in asked and "document_number" in asked and re.search(entry["that"], text):
        asked.remove("document_number")  # of what it is based on, which the sentence gives
    if {"expires", "validity"} <= set(asked) and not _STATE_ASKED.search(text):
        asked.remove("validity")  # 到哪一年作废: the day, not the state
    if not asked or plain:
        return asked
    clauses = re.split("[,。;?]", rest)
    told = max(number for number, clause in enumerate(clauses) if _FIELD in clause) if _FIELD in rest else -1
    beside = "".join(clause for number, clause in enumerate(clauses) if number != told)  # why it is asked
    left = [
        term
        for term in question.terms
        if term.weight >= 0.4
        and term.text in squeeze(rest)
        and not re.fullmatch(words()["document"]["plain"], term.text)
        and not (term.text in squeeze(beside) and not ask.corpus.known(term))
    ]
    if any(m in asked for m in ("basis", "recipients")):
        return asked if len([t for t in left if t.weight >= 0.9]) <= 2 else []
    titles = "\n".join(name for names in ask.corpus.titles.values() for name in names)
    left = [term for term in left if not any(variant in titles for variant in term.variants)]
    known = [term for term in left if term.weight >= 0.9 and not re.fullmatch(r"[a-z\-]+", term.text)]
    latin = [term for term in left if re.fullmatch(r"[a-z\-]+", term.text)]
    return asked if not known and (len(latin) <= 2 or question.language == "zh") else []


def _find(ask: Ask, policy: Policy, meaning: str) -> Iterator[Found]:
    if meaning == "basis":
        yield from _basis(policy)
        return
    if meaning == "recipients":
        at = policy.source.find(policy.recipients) if policy.recipients else -1
        if at >= 0:
            end = at + len(policy.recipients)
            yield Found("", policy.recipients, at, end + (policy.source[end : end + 1] in ("：", ":")))
        return
    if meaning == "approved":
        match = _APPROVED.search(policy.source)
        if match:
            yield Found("", match.group().strip(), *match.span())
        return
    if meaning == "title":
        at = policy.source.find(policy.title)
        if at >= 0:
            yield Found(
                phrase(ask.question.language, "title", value="", cite="").split("：")[0],
                policy.title,
                at,
                at + len(policy.title),
            )
            return
    if meaning == "issuer":
        names = "[ \t　]+".join(map(re.escape, policy.issuer.split()))
        signed = re.search(rf"(?m)^[ \t　]*(?P<by>{names})\s*\n\s*\d{{4}}年", policy.source)
        at = policy.source.find(policy.issuer) if policy.issuer else -1
        field = ask.corpus.field(policy, meaning)
        if field and squeeze(field.value) == squeeze(policy.issuer):
            yield Found(field.label, field.value, field.start, field.end)
        elif policy.issuer and signed:
            yield Found("", policy.issuer, *signed.span("by"))
        elif at >= 0:
            yield Found("", policy.issuer, at, at + len(policy.issuer))
    item = ask.corpus.field(policy, meaning)
    signed = _SIGNED.search(policy.source) if meaning == "written" and item else None
    if item and signed and _tells_more(signed.group(), item, header_labels()["written"]["labels"][0]):
        yield Found(_label(ask, "written"), signed.group().strip(), signed.start(), signed.end())
    if item:
        if meaning != "issuer" or squeeze(item.value) not in squeeze(policy.issuer):
            yield Found(item.label, item.value, item.start, item.end)
        if meaning not in ("validity", "effective", "expires"):
            return
    if meaning == "effective" or (meaning in ("written", "published") and not item):
        pattern = _EFFECTIVE if meaning == "effective" else _SIGNED
        for match in pattern.finditer(policy.source):
            yield Found(_label(ask, meaning), match.group().strip(), match.start(), match.end())
            if meaning != "effective":
                return
    if meaning in ("expires", "validity"):
        yield from _expiry(ask, policy, meaning)


def _tells_more(signed: str, item: HeaderField, label: str) -> bool:
    """Whether the date below the signature says another thing than the field: another day, or what the field is not."""
    return item.label != label or read_date(signed) != read_date(item.value)


def _expiry(ask: Ask, policy: Policy, meaning: str) -> Iterator[Found]:
    field = ask.corpus.field(policy, "expires")
    if field and meaning == "validity":
        yield Found(field.label, field.value, field.start, field.end)
    match = _EXPIRES.search(policy.source)
    if match:
        day = _UNTIL.search(match.group())
        value = day["day"] if day else match.group().strip()
        yield Found(_label(ask, "expires"), value, match.start(), match.end())
    if not field and not match and meaning == "validity":
        effective = _EFFECTIVE.search(policy.source)
        if effective:
            yield Found(
                _label(ask, "effective"), effective.group().strip(), effective.start(), effective.end()
            )


def expiry(ask: Ask, policy: Policy) -> tuple[Found, date] | None:
    """Until when a policy is in force, and where it says so; None where it does not."""
    field = ask.corpus.field(policy, "expires")
    found = [Found(field.label, field.value, field.start, field.end)] if field else []
    for item in [*found, *_expiry(ask, policy, "expires")]:
        day = _last_day(item.value)
        if day:
            return item, day
    return None


def _last_day(text: str) -> date | None:
    """Until when a text says that it holds; None where it gives the first day and for how long (自…起，有效期5年)."""
    return None if "起" in text else read_date(text)


def _label(ask: Ask, meaning: str) -> str:
    labels = header_labels()[meaning]
    return str(labels["en"][0]).capitalize() if ask.question.language == "en" else str(labels["labels"][0])


def _basis(policy: Policy) -> Iterator[Found]:
    """The sentence that names what the policy is based on, with its 《titles》."""
    for section in policy.sections:
        opening = section.marker[:1] == "第" and section.id <= 12
        if (section.level > 1 or section.parent is not None) and not opening:
            continue
        text = policy.source[section.start : section.end]
        match = _BASIS.search(text)
        if match and _TITLES.search(match.group()) and not re.search(r"印发给你们", match.group()):
            yield Found("", match.group().strip(), section.start + match.start(), section.start + match.end())
            return


def _say(ask: Ask, draft: Draft, policy: Policy, meaning: str, found: Found, many: bool) -> None:
    start, end = found.start, found.end
    if meaning not in ("basis", "recipients"):
        start = min(start, _line_start(policy.source, start)) if found.label else start
    cite = draft.cite(policy.id, start, end)
    value = found.value.rstrip("。")
    label = (
        found.label
        or phrase(draft.language, "issuer" if meaning == "issuer" else meaning, value="", cite="")
        .split("：")[0]
        .split(":")[0]
    )
    if draft.language == "en" and re.search(r"[一-鿿]", label) and meaning in header_labels():
        label = f"{_label(ask, meaning)} ({label})"
    draft.row([policy.title, label, value], [draft.number(policy.id, start, end)])
    if many:
        draft.say("field_policy", title=policy.title, label=label, value=value, cite=cite)
        return
    claim = _claimed(ask, meaning, found)
    if claim is not None:
        draft.say("confirm_field" if claim else "premise_field", label=label, value=value, cite=cite)
        if not claim:
            draft.note("premise", "notice_premise")
    elif meaning in ("basis", "recipients", "title", "approved") or (meaning == "issuer" and not found.label):
        draft.say(meaning, value=value, cite=cite)
    elif meaning == "validity" and found.label in header_labels()["validity"]["labels"]:
        draft.say("in_force", label=label, value=value, cite=cite)
    elif found.label in header_labels()["expires"]["labels"] and (day := _last_day(value)):
        state = phrase(draft.language, "state_expired" if day <= ask.today else "state_valid")
        today = phrase(draft.language, "date", year=ask.today.year, month=ask.today.month, day=ask.today.day)
        draft.computed.update(re.findall(r"\d+", today))
        draft.say("expires_on", value=value, cite=cite, today=today, state=state)
    else:
        iso = read_date(value)
        shown = (
            f"{value} ({iso.isoformat()})" if iso and draft.language == "en" and len(value) < 25 else value
        )
        if iso and draft.language == "en":
            draft.computed.update(re.findall(r"\d+", iso.isoformat()))
        draft.say("field", label=label, value=shown, cite=cite)


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
    stated = _STATED_NUMBER.search(ask.question.folded)
    if not stated:
        return None
    return squeeze(stated.group()).endswith(squeeze(found.value))


def _line_start(source: str, start: int) -> int:
    """Where the label of a header value begins, so that the citation shows both."""
    line = source.rfind("\n", 0, start) + 1
    before = source[line:start]
    match = re.search(r"[^\s　]*(?:[ 　][^\s　]{1})*[：:]?[\s　]*$", before)
    return line + match.start() if match else start


def read_date(text: str) -> date | None:
    """The last date of a text (the end of 2025-11-01至2027-10-31), or None."""
    found = None
    for match in re.finditer(r"(\d{4})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})", fold(text)):
        with suppress(ValueError):
            found = date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    return found
