"""Answers about the parts of a document: one article or section, the list of them."""

from __future__ import annotations

import re

from assistant.apart import MOST, say_which
from assistant.ask import Ask
from assistant.draft import Draft, without_own_marks
from assistant.references import articles_referred, last_numbered, numbered_section
from assistant.terms import Term, expression, words
from assistant.within import subtree_end
from index.parser import DOCUMENT_KINDS
from index.policy import Policy, Section
from index.text import squeeze
from prompts import phrase

MOST_REFERRED = 3  # articles shown beside one that refers to them
LONGEST_REFERRED = 300  # characters of one that is quoted beside it


def answer_section(ask: Ask) -> Draft | None:
    """第八条规定了什么: the text of a section asked for by its number, or None."""
    question = ask.question
    if question.roles or question.has("who"):
        return None
    if not question.marker:
        return _by_heading(ask)
    draft = ask.draft()
    draft.route = "ledger"
    numbered = _numbered(ask)
    if len(numbered) > MOST:
        asked = squeeze(question.marker)
        draft.computed.update(re.findall(r"\d+", asked))
        spans = [(policy.id, section.start, section.end) for policy, section in numbered]
        return say_which(draft, spans, "section_in_documents", asked=asked)
    for policy, section in numbered:
        if question.has("targets") and any(target.section == section.id for target in policy.targets):
            return None  # its targets are asked for, not its text
        end = subtree_end(policy.sections, section.id)
        body = policy.source[section.body_start : end].strip()
        children = _below(policy, section)
        if len(children) > 1 and (len(body) > 400 or question.has("count")):
            _say_children(draft, policy, section, children)
        else:
            text = re.sub(r"\s*\n\s*", "\n", body) or section.heading
            title = f"《{ask.corpus.names[policy.id]}》" if len(ask.corpus.policies) > 1 else ""
            draft.say(
                "section_text",
                name=title + (section.path[-1] if section.path else ""),
                text=without_own_marks(text),
                cite=draft.cite(policy.id, section.start, end),
            )
            _say_referred(draft, policy, section, text)
    if len(numbered) > 1:
        draft.count = None  # of each there is one
    if not draft.pieces:
        _say_last(ask, draft)
    return draft if draft.pieces else None


def _numbered(ask: Ask) -> list[tuple[Policy, Section]]:
    """The section with the number that is asked for in each policy; items (10.) only where none has such an article."""
    found = [
        (policy, section)
        for policy in ask.policies()
        if (section := numbered_section(policy, ask.question.marker))
    ]
    exact = [(policy, section) for policy, section in found if squeeze(section.marker).startswith("第")]
    quoted = [squeeze(text) for text in ask.question.quoted]  # 第三部分“主要措施”
    named = [(p, s) for p, s in found if any(text in squeeze(s.heading) for text in quoted)]
    return named or exact or found


def _say_referred(draft: Draft, policy: Policy, section: Section, text: str) -> None:
    """The articles that a quoted one refers to, of long ones the name."""
    others = [other for other in articles_referred(policy, text) if other.id != section.id]
    for other in others[:MOST_REFERRED]:
        end = subtree_end(policy.sections, other.id)
        body = re.sub(r"\s*\n\s*", "\n", policy.source[other.body_start : end].strip())
        values = {"name": other.path[-1], "cite": draft.cite(policy.id, other.start, end)}
        if len(body) <= LONGEST_REFERRED:
            draft.say("section_referred", text=without_own_marks(body), **values)
        else:
            draft.say("section_referred_long", **values)


def versions_of_section(ask: Ask, older: Policy, newer: Policy) -> Draft | None:
    """第八条改了什么: the section of a number in the older and in the newer version of a document, or None."""
    draft, said = ask.draft(), []
    for policy in (older, newer):
        number = ask.corpus.field(policy, "document_number")
        title = f"《{policy.title}》"
        if number:
            title += f"（{number.value}{draft.cite(policy.id, number.start, number.end)}）"
        section = numbered_section(policy, ask.question.marker)
        if section is None:
            draft.say("version_without", title=title, name=squeeze(ask.question.marker))
            draft.computed.update(re.findall(r"\d+", ask.question.marker))
            continue
        end = subtree_end(policy.sections, section.id)
        body = policy.source[section.body_start : end].strip()
        said.append(squeeze(body))
        draft.say(
            "section_text",
            name=title + (section.path[-1] if section.path else ""),
            text=without_own_marks(re.sub(r"\s*\n\s*", "\n", body) or section.heading),
            cite=draft.cite(policy.id, section.start, end),
        )
    if len(said) == 2 and said[0] == said[1]:
        draft.say("version_same")
    return draft if said else None


def _say_last(ask: Ask, draft: Draft) -> None:
    """There is no 第四十条: say which is the last, where the sections are numbered through."""
    for policy in ask.policies():
        last = last_numbered(policy, ask.question.marker)
        if last is not None:
            cite = draft.cite(policy.id, last.start, last.end)
            name = last.path[-1]
            draft.say(
                "no_section",
                title=ask.corpus.names[policy.id],
                asked=squeeze(ask.question.marker),
                last=name,
                cite=cite,
            )
            draft.computed.update(re.findall(r"\d+", ask.question.marker))
            draft.note("premise", "notice_premise")


def _by_heading(ask: Ask) -> Draft | None:
    """发展目标是什么: the text of the section whose heading is all that the question names."""
    question = ask.question
    text = squeeze(question.text)
    if (
        question.mentions
        or question.kinds
        or (question.has("amount", "count", "when", "yesno") and not question.has("targets"))
    ):
        return None
    for policy in ask.policies():
        for section in policy.sections:
            heading = squeeze(section.heading)
            end = subtree_end(policy.sections, section.id)
            if len(heading) < 4 or not section.level or heading not in text or end != section.end:
                continue
            if any(term.weight >= 0.4 and term.text not in heading for term in question.terms):
                continue
            if "目标" in text.replace(heading, "") and any(t.section == section.id for t in policy.targets):
                continue  # its targets are asked for, not its text
            body = re.sub(r"\s*\n\s*", "\n", policy.source[section.body_start : end].strip())
            if 20 <= len(body) <= 700:
                draft = ask.draft()
                draft.route = "extractive"
                draft.say(
                    "section_text",
                    name=section.path[-1],
                    text=without_own_marks(body),
                    cite=draft.cite(policy.id, section.start, end),
                )
                return draft
    return None


def answer_structure(ask: Ask) -> Draft | None:
    """重点任务有哪些, 共几章: the parts of the document or of one of its sections, or None."""
    return _parts_counted(ask) or next(
        filter(None, (_parts_of_section(ask, p) for p in ask.policies())), None
    )


def _parts_counted(ask: Ask) -> Draft | None:
    """共几章: the parts of a document of the sorts that a question counts; None where it counts another thing's."""
    counted = expression("structure", "counted").findall(ask.question.folded)
    if not counted or _names_part(ask, squeeze(ask.question.text)):
        return None
    things = any(
        t.weight >= 0.9
        and not re.search(words()["structure"]["plain"], t.text)
        and not any(t.text in squeeze(policy.title) for policy in ask.policies())
        for t in ask.question.terms
    )
    if things or any(_is_sort(ask, t) for t in ask.question.terms):  # 奖励措施有多少条: those of one sort
        return None
    draft = ask.draft()
    for policy in ask.policies():
        for kind in dict.fromkeys(words()["marker"].get(b, a or b) for a, b in counted):
            found = _of_kind(policy, kind)
            if found:
                _say_children(draft, policy, None, found)
    return draft if draft.pieces else None


def _parts_of_section(ask: Ask, policy: Policy) -> Draft | None:
    """重点任务有哪些: the parts of the first section whose heading a question names, and no more than that."""
    question, text = ask.question, squeeze(ask.question.text)
    lists = question.has("structure", "list") or expression("structure", "by_item").search(question.folded)
    if not lists or expression("structure", "how_many").search(question.folded) or question.kinds:
        return None
    for section in policy.sections:
        heading = squeeze(section.heading)
        if len(heading) < 3 or not section.level:
            continue
        if not _names_heading(text, heading) and not _same_heading(question.folded, heading):
            continue
        children = _below(policy, section)
        items = [item for child in children for item in _below(policy, child)]
        grouped = items and not any(_own_text(policy, child) for child in children)
        rest = [
            t
            for t in question.terms
            if t.weight >= 0.9
            and t.text not in heading
            and not re.fullmatch(rf"[a-z]+|{words()['structure']['plain']}", t.text)
        ]
        if len(children) >= 2 and not rest:
            draft = ask.draft()
            if grouped and expression("structure", "by_item").search(question.folded):
                _say_children(draft, policy, section, items, groups=len(children))
            else:
                _say_children(draft, policy, section, children)
            return draft
    return None


def _is_sort(ask: Ask, term: Term) -> bool:
    """Whether two words name a sort of measure (奖励措施), and not the measures of the document."""
    plain = re.search(rf"(?:{words()['structure']['plain']})$", term.text) if term.pair else None
    before = term.text[: plain.start()] if plain else ""
    titled = any(before in squeeze(policy.title) for policy in ask.policies())
    return bool(before) and not titled and not re.search(DOCUMENT_KINDS, before)


def _names_part(ask: Ask, text: str) -> bool:
    """Whether a question names a part of a document by its heading (主要任务共有多少条), not the document."""
    return any(
        section.level and len(heading := squeeze(section.heading)) >= 4 and heading in text
        for policy in ask.policies()
        for section in policy.sections
        if len(_below(policy, section)) > 1
    )


def _below(policy: Policy, section: Section) -> list[Section]:
    """The sections one level below a section."""
    return [s for s in policy.sections if s.parent == section.id and s.level == section.level + 1]


def _own_text(policy: Policy, section: Section) -> str:
    """What a section says itself, beside its heading and the sections below it."""
    return policy.source[section.body_start : section.end].strip()


def _names_heading(text: str, heading: str) -> bool:
    """Whether a question holds a heading, or one of the parts that commas make of it."""
    return heading in text or any(len(part) >= 5 and part in text for part in re.split("[,，]", heading))


def _same_heading(folded: str, heading: str) -> bool:
    return any(name in folded and heading.endswith(ending) for name, ending in words()["heading"].items())


def _of_kind(policy: Policy, kind: str) -> list[Section]:
    if kind in ("章", "条", "节"):
        found = [s for s in policy.sections if re.fullmatch(rf"第.+{kind}", squeeze(s.marker))]
        return found or (_numbered_through(policy) if kind == "条" else [])
    return [s for s in policy.sections if s.level == 1]


def _numbered_through(policy: Policy) -> list[Section]:
    """The items 1., 2., … that are numbered on from one part of the document to the next, which it counts as its own."""
    items = [s for s in policy.sections if re.fullmatch(r"\d+[.．、]", s.marker)]
    numbers = [int(re.sub(r"\D", "", s.marker)) for s in items]
    through = numbers == list(range(1, len(items) + 1)) and len({s.parent for s in items}) > 1
    return items if through else []


def _counting_word(draft: Draft, sections: list[Section]) -> str:
    """What sections are counted as: 条, 章, 节 where their markers say so, else 项."""
    kinds = {
        found[1] if (found := re.fullmatch(r"第.+([章条节])", squeeze(s.marker))) else "项" for s in sections
    }
    kind = kinds.pop() if len(kinds) == 1 else "项"
    return kind if draft.language == "zh" else next(en for en, zh in words()["marker"].items() if zh == kind)


def _say_children(
    draft: Draft, policy: Policy, parent: Section | None, children: list[Section], groups: int = 0
) -> None:
    """The sections below ``parent`` (or of the document), counted; ``groups`` where they stand in groups."""
    name = parent.path[-1] if parent and parent.path else f"《{draft.corpus.names[policy.id]}》"
    draft.count = len(children)
    shown = f"“{name}”" if parent else name
    if parent and len(draft.corpus.policies) > 1:
        shown = f"《{draft.corpus.names[policy.id]}》{shown}"
    values = {
        "name": shown,
        "count": draft.compute(len(children)),
        "unit": _counting_word(draft, children),
        "groups": draft.compute(groups) if groups else "",
    }
    draft.say("sections_grouped" if groups else "sections", **values)
    draft.head("section", "content")
    items = []
    for child in children:
        end = subtree_end(policy.sections, child.id)
        cite = draft.cite(policy.id, child.start, end if end - child.start < 600 else child.end)
        title = child.path[-1] if child.path else child.heading
        body = re.sub(r"\s+", "", policy.source[child.body_start : child.end])
        if not child.heading:
            title = f"{title}{body}" if len(body) <= 80 else title
        items.append(f"{title.rstrip('；。')}{cite}")
        draft.row(
            [child.path[-1] if child.path else "", body[:60] + ("…" if len(body) > 60 else "")],
            [draft.number(policy.id, child.start, end if end - child.start < 600 else child.end)],
        )
    if len(items) <= 12:
        draft.pieces.append(phrase(draft.language, "item_comma").join(items) + phrase(draft.language, "stop"))
    else:
        draft.pieces.append(items[0] + " … " + items[-1])
