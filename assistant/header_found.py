"""What a document says of itself, and where: the fields of its header, its dates and term, what it is based on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.ask import Ask
from assistant.dates import read_date
from assistant.validity import of_permit
from index.header import header_labels
from index.policy import HeaderField, Policy
from index.text import squeeze
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
_ANNEXES = re.compile(
    r"(?m)^[ \t　]*附件[：:][ \t　]*(?P<all>1[.．、][^\n。；]+(?:\n+[ \t　]*\d+[.．、](?!\d)[^\n。；]+)*|(?!\d)[^\n。；]+)$"
)  # named below the text: 1.某某表  2.某某清单, or one
_SIGNED = re.compile(r"(?m)^[ 　]*\d{4}年\d{1,2}月\d{1,2}日[ 　]*$")
_TITLES = re.compile(r"《[^》]+》(?:（[^）]*号）)?")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing said of one policy: label, value and its slice."""

    label: str
    value: str
    start: int
    end: int


def find(ask: Ask, policy: Policy, meaning: str) -> Iterator[Found]:
    """Where a policy states a field (``document_number``, ``written`` …): each place that says it in its own way."""
    own = _OWN_WAY.get(meaning)
    yield from own(ask, policy) if own else _field(ask, policy, meaning)


def _field(ask: Ask, policy: Policy, meaning: str) -> Iterator[Found]:
    """The field of the header."""
    item = ask.corpus.field(policy, meaning)
    if item:
        yield Found(item.label, item.value, item.start, item.end)


def _recipients(ask: Ask, policy: Policy) -> Iterator[Found]:
    at = policy.source.find(policy.recipients) if policy.recipients else -1
    if at >= 0:
        end = at + len(policy.recipients)
        yield Found("", policy.recipients, at, end + (policy.source[end : end + 1] in ("：", ":")))


def _annexes(ask: Ask, policy: Policy) -> Iterator[Found]:
    match = _ANNEXES.search(policy.source)
    if match:
        value = re.sub(r"\s*\n\s*", "；", match["all"].strip())
        yield Found(label_of(ask, "annexes"), value, *match.span("all"))


def _approved(ask: Ask, policy: Policy) -> Iterator[Found]:
    match = _APPROVED.search(policy.source)
    if match:
        yield Found("", match.group().strip(), *match.span())


def _title(ask: Ask, policy: Policy) -> Iterator[Found]:
    """The title where it stands; else the field."""
    at = policy.source.find(policy.title)
    if at < 0:
        yield from _field(ask, policy, "title")
        return
    label = phrase(ask.question.language, "title", value="", cite="").split("：")[0]
    yield Found(label, policy.title, at, at + len(policy.title))


def _issuer(ask: Ask, policy: Policy) -> Iterator[Found]:
    """Who issued it, by the field, the signature or the first mention; then the field where it names somebody else."""
    names = "[ \t　]+".join(map(re.escape, policy.issuer.split()))
    signed = re.search(rf"(?m)^[ \t　]*(?P<by>{names})\s*\n\s*\d{{4}}年", policy.source)
    at = policy.source.find(policy.issuer) if policy.issuer else -1
    field = ask.corpus.field(policy, "issuer")
    if field and squeeze(field.value) == squeeze(policy.issuer):
        yield Found(field.label, field.value, field.start, field.end)
    elif policy.issuer and signed:
        yield Found("", policy.issuer, *signed.span("by"))
    elif at >= 0:
        yield Found("", policy.issuer, at, at + len(policy.issuer))
    if field and squeeze(field.value) not in squeeze(policy.issuer):
        yield Found(field.label, field.value, field.start, field.end)


def _written(ask: Ask, policy: Policy) -> Iterator[Found]:
    """The day below the signature where it is another than the field's, and the field."""
    item, signed = ask.corpus.field(policy, "written"), _SIGNED.search(policy.source)
    if signed and (not item or _tells_more(signed.group(), item, header_labels()["written"]["labels"][0])):
        yield Found(label_of(ask, "written"), signed.group().strip(), *signed.span())
    yield from _field(ask, policy, "written")


def _published(ask: Ask, policy: Policy) -> Iterator[Found]:
    """The field; without one the day below the signature."""
    signed = _SIGNED.search(policy.source)
    if signed and not ask.corpus.field(policy, "published"):
        yield Found(label_of(ask, "published"), signed.group().strip(), *signed.span())
    yield from _field(ask, policy, "published")


def _effective(ask: Ask, policy: Policy) -> Iterator[Found]:
    """The field, and each sentence that says from when it holds."""
    yield from _field(ask, policy, "effective")
    for match in _EFFECTIVE.finditer(policy.source):
        yield Found(label_of(ask, "effective"), match.group().strip(), *match.span())


def _expires(ask: Ask, policy: Policy) -> Iterator[Found]:
    """The field, and the sentence that says until when it holds."""
    yield from _field(ask, policy, "expires")
    yield from _term(ask, policy)


def _validity(ask: Ask, policy: Policy) -> Iterator[Found]:
    """Whether it holds, and until when; where nothing says the latter, from when."""
    yield from _field(ask, policy, "validity")
    until = list(_expires(ask, policy))
    yield from until
    effective = _EFFECTIVE.search(policy.source)
    if not until and effective:
        yield Found(label_of(ask, "effective"), effective.group().strip(), *effective.span())


def _tells_more(signed: str, item: HeaderField, label: str) -> bool:
    """Whether the date below the signature says another thing than the field: another day, or what the field is not."""
    return item.label != label or read_date(signed) != read_date(item.value)


def _term(ask: Ask, policy: Policy) -> Iterator[Found]:
    """The first sentence that says until when, or for how long, the policy holds; of a day that it names, the day."""
    terms = (match for match in _EXPIRES.finditer(policy.source) if not of_permit(match.group()))
    if match := next(terms, None):
        day = _UNTIL.search(match.group())
        value = day["day"] if day else match.group().strip()
        yield Found(label_of(ask, "expires"), value, match.start(), match.end())


def label_of(ask: Ask, meaning: str) -> str:
    """The name of a field in the language of the question."""
    labels = header_labels()[meaning]
    return str(labels["en"][0]).capitalize() if ask.question.language == "en" else str(labels["labels"][0])


def _basis(ask: Ask, policy: Policy) -> Iterator[Found]:
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


_OWN_WAY: dict[str, Callable[[Ask, Policy], Iterator[Found]]] = {
    "basis": _basis,
    "recipients": _recipients,
    "annexes": _annexes,
    "approved": _approved,
    "title": _title,
    "issuer": _issuer,
    "written": _written,
    "published": _published,
    "effective": _effective,
    "expires": _expires,
    "validity": _validity,
}  # by what is asked; anything else is a field of the header and no more


def line_start(source: str, start: int) -> int:
    """Where the label of a header value begins, so that the citation shows both."""
    line = source.rfind("\n", 0, start) + 1
    before = source[line:start]
    match = re.search(r"[^\s　]*(?:[ 　][^\s　]{1})*[：:]?[\s　]*$", before)
    return line + match.start() if match else start
