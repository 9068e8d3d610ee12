"""What a quoted sentence cannot stand without: its list, the items it refers to, the clauses that go on from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.document_rules import rules_of
from assistant.duty_text import rules_behind
from assistant.match import grip
from assistant.references import articles_referred, penalties_of, slices_referred
from assistant.sentences import Sentence, asks_number, sentences
from assistant.terms import Term, words
from assistant.within import lead_in, section_at, table_over
from index.grids import cell_end
from index.lines import is_aligned
from index.policy import Policy, Role, Section
from index.quantities import quantities, scale_unit
from index.sentences import sentence_spans
from index.text import fold_with_origin, squeeze

LONGEST = 200  # characters of an article that is brought by a number reckoned from it
_CASE = re.compile(r"[^，,；;。]{2,30}的[，,]")  # for whom or what a clause holds
_REFERS = re.compile(r"第[一二三四五六七八九十]+项|前[款项]|前[两二三]项|除前")


def with_companions(ask: Ask, chosen: list[Sentence], terms: Sequence[Term]) -> list[Sentence]:
    """Chosen sentences, the best first, with what belongs to them; in no order."""
    chosen = _with_article(ask, _with_rules(ask, _with_series(ask, chosen)))
    chosen = _with_referred(ask, _with_items(ask, _with_clauses(ask, chosen, terms)))
    chosen = _with_row(ask, _with_columns(ask, _with_slices(ask, chosen)))
    chosen = _with_rest_of_list(ask, _with_second_half(ask, chosen))
    chosen = _with_penalties(ask, _with_limits(ask, _with_leader(ask, chosen)))
    return _with_inclusive(ask, _with_class(ask, _with_lead_in(ask, chosen)))


def _with_limits(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """What is granted brings the sentences behind it, in its paragraph, that limit it (同一企业每年合计不超过100万元)."""
    entry, result = words()["limits"], list(chosen)
    for best in chosen[:1] if asks_number(ask.question) or "money" in ask.question.kinds else []:
        policy = ask.corpus.policies[best.policy]
        line = policy.source.find("\n", best.end)
        stop = len(policy.source) if line < 0 else line
        for start, end in (
            sentence_spans(policy.source, best.end, stop) if re.search(entry["of"], best.text) else ()
        ):
            if re.search(entry["zh"], policy.source[start:end]):
                _add_slice(result, policy, start, end, best)
    return result


def _with_penalties(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """Asked for a penalty, what must not be done brings what follows for who does it."""
    needs, result = words()["kind"]["penalty"]["needs"], list(chosen)
    for sentence in chosen if "penalty" in ask.question.kinds else []:
        policy = ask.corpus.policies[sentence.policy]
        for start, end in penalties_of(policy, sentence.start) if not re.search(needs, sentence.text) else ():
            _add_slice(result, policy, start, end, sentence)
    return result


def _with_slices(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """The best sentence brings the paragraph or the item that it refers to (按本条第一款规定执行, 违反第二条第（四）项)."""
    result = list(chosen)
    for best in chosen[:1]:
        policy = ask.corpus.policies[best.policy]
        for start, end in slices_referred(policy, best.start, best.text):
            _add_slice(result, policy, start, end, best)
    return result


def _with_columns(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A row of a table that is laid out with blanks brings the names of its columns, and with them its units."""
    result = list(chosen)
    for sentence in chosen:
        policy = ask.corpus.policies[sentence.policy]
        table = table_over(policy, sentence.start) if is_aligned(sentence.text) else None
        if table:
            _add_slice(result, policy, table[0].header.start, table[0].header.end, sentence)
    return result


def _with_row(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A sentence within a cell brings the cells before it: what its row is of."""
    result = list(chosen)
    for sentence in chosen:
        policy = ask.corpus.policies[sentence.policy]
        table = table_over(policy, sentence.start)
        before = [cell for cell in table[1].cells if cell.end <= sentence.start] if table else []
        if table and before and sentence.start >= table[1].start:
            _add_slice(result, policy, table[1].start, cell_end(policy.source, before[-1].end), sentence)
    return result


def _with_leader(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """Asked who leads, a sentence with a task's bodies brings how the task opens and the rule that the first of them leads."""
    result = list(chosen)
    for sentence in chosen if Role.LEAD in ask.question.roles else []:
        policy = ask.corpus.policies[sentence.policy]
        for task in ask.corpus.clauses:
            leading = task.bearers(Role.LEAD) if task.policy == policy.id and task.bracketed else []
            rules = rules_behind(leading)
            if rules and sentence.start <= leading[0].clause_start < sentence.end:
                body = max(task.start, policy.sections[task.section].body_start)
                stop = policy.source.find("。", body, task.end)
                for span in ((task.start, stop + 1 if stop >= 0 else task.end), *rules):
                    _add_slice(result, policy, *span, sentence)
    return result


def _with_inclusive(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A number that is just the limit (刚好三次) brings the rule on what 以上 and 以内 include."""
    result = list(chosen)
    exactly = re.search(words()["exactly"]["zh"], ask.question.folded)
    for best in chosen[:1] if exactly else []:
        policy = ask.corpus.policies[best.policy]
        for start, end in rules_of(policy, "inclusive"):
            _add_slice(result, policy, start, end, best)
    return result


def _with_article(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A number that is reckoned from what another article says (在第十条规定标准基础上增加) brings that article."""
    result = list(chosen)
    for best in chosen[:1] if asks_number(ask.question) else []:
        policy = ask.corpus.policies[best.policy]
        own = section_at(policy, best.start)
        for other in articles_referred(policy, best.text):
            if other.end - other.start <= LONGEST and (own is None or other.id != own.id):
                _add_section(result, policy, other, best)
    return result


def _with_class(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A rule for a class (C类人才…) brings the item that says who belongs to it, where that is what tells it is meant."""
    result = list(chosen)
    for one in ask.question.member_of:
        named = [s for s in chosen if s.policy == one.policy and one.label in s.text]
        if named:
            _add_slice(result, ask.corpus.policies[one.policy], one.start, one.end, named[0])
    return result


def _with_second_half(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A sentence cut at ；whose next clause decides (；合同另有约定的，最长不得…) brings that clause."""
    result = list(chosen)
    decides = re.compile(words()["decides"]["zh"])
    for sentence in chosen[:1]:
        clauses = list(sentences(ask, sentence.passage))
        at = next((i for i, clause in enumerate(clauses) if clause.start == sentence.start), len(clauses))
        for before, clause in pairwise(clauses[at:]):
            if not _is_joined(ask, before, clause) or not (
                decides.match(clause.text) or _is_other_case(ask, before, clause, clause, sentence)
            ):
                break
            if clause not in result:
                result.append(clause)
        for clause, before in pairwise(reversed(clauses[: at + 1])):
            if not _is_joined(ask, before, clause) or not _is_other_case(
                ask, before, clause, before, sentence
            ):
                break
            if before not in result:
                result.append(before)
    return result


def _with_series(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A clause of a series with labels (丁级每日1次；丙级每日2次) brings the others; of a label that is asked about, the clause
    that has it and the one that opens the series."""
    best = chosen[0]
    every = sorted(sentences(ask, best.passage), key=lambda sentence: sentence.start)
    labels = [_label(sentence.text) for sentence in every]
    at = next((n for n, sentence in enumerate(every) if sentence.start == best.start), None)
    if at is None or not labels[at]:
        return chosen
    first = last = at
    while first and labels[first - 1] and _is_joined(ask, every[first - 1], every[first]):
        first -= 1
    while last + 1 < len(every) and labels[last + 1] and _is_joined(ask, every[last], every[last + 1]):
        last += 1
    series, labels = every[first : last + 1], labels[first : last + 1]
    if len(set(labels)) < max(3, len(labels)):
        return chosen
    asked = squeeze(ask.question.folded)
    named = [
        one for one, label in zip(series, labels, strict=True) if re.search(rf"(?<![a-z]){label}", asked)
    ]
    meant = list(dict.fromkeys([*named, series[0]])) if named else series
    return [*meant, *(sentence for sentence in chosen if sentence not in series)]


def _label(text: str) -> str:
    """The label that a clause of a series begins with (丁级), behind the words that open it; "" without one."""
    found = re.match(words()["series"]["label"], squeeze(text))
    return found["label"].lower() if found else ""


def _with_rest_of_list(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A sentence that opens a list in its own paragraph (有下列情形之一的：甲；乙；丙。) brings all of it, of a list asked for."""
    result = list(chosen)
    for opening in chosen if ask.question.has("list", "count") and not asks_number(ask.question) else []:
        if not re.search(r"[:：][^:：]*[；;]\s*$", opening.text):
            continue
        behind = [clause for clause in sentences(ask, opening.passage) if clause.start >= opening.start]
        for before, clause in pairwise(behind):
            if not _is_joined(ask, before, clause):
                break
            if clause not in result:
                result.append(clause)
    return result


def _is_joined(ask: Ask, before: Sentence, clause: Sentence) -> bool:
    """Whether a clause goes on behind the ；of the one before in its line."""
    source = ask.corpus.policies[before.policy].source
    return before.text.rstrip().endswith(("；", ";")) and "\n" not in source[before.end : clause.start]


def _is_other_case(ask: Ask, one: Sentence, two: Sentence, other: Sentence, best: Sentence) -> bool:
    """Whether two clauses give the number that is asked for in two cases (小型企业的，5万元；中型企业的，8万元), of which the
    question does not name the case of the best one, against the other."""
    units = [
        {scale_unit(quantity.unit)[1] for quantity in quantities(fold_with_origin(clause.text).text)}
        for clause in (one, two)
    ]
    alike = asks_number(ask.question) and bool(_CASE.match(two.text)) and bool(units[0] & units[1])
    return alike and not (_CASE.search(best.text) and _names_case(ask, best.text, other.text))


def _names_case(ask: Ask, own: str, other: str) -> bool:
    """Whether a question names what tells the case of one clause from another's, and nothing that the other has alone."""
    units = [Unit(((1.0, squeeze(text)),)) for text in (own, other)]
    terms = [replace(term, near=()) for term in ask.question.terms if term.weight >= 0.4]
    held = [[grip(term, unit) for unit in units] for term in terms]
    mine = any(one >= 0.9 and two < 0.45 for one, two in held)
    return mine and not any(two >= 0.9 and one < 0.45 for one, two in held)


def _with_clauses(ask: Ask, chosen: list[Sentence], terms: Sequence[Term]) -> list[Sentence]:
    """Clauses of the best sentence (between ；) that speak of what the chosen ones leave out."""
    result = list(chosen)
    for best in chosen[:1]:
        source = ask.corpus.policies[best.policy].source
        for clause in sentences(ask, best.passage):
            if clause in result:
                continue
            between = source[min(clause.end, best.end) - 1 : max(clause.start, best.start)]
            own = Unit(((1.0, squeeze(clause.text)),))
            held = Unit(((1.0, squeeze("".join(sentence.text for sentence in result))),))
            adds = any(
                term.weight >= 0.9 and grip(term, own) >= 0.9 and grip(term, held) < 0.9 for term in terms
            )
            if adds and not re.search(r"[。！？\n]", between):
                result.append(clause)
    return result


def _with_rules(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """Of a list of what one has to do (应当遵守下列规定：), all is asked for where the best sentence is one item."""
    result = list(chosen)
    for item in chosen[:1] if ask.question.has("rules") else []:
        policy = ask.corpus.policies[item.policy]
        section, span = section_at(policy, item.start), lead_in(policy, item.start)
        if section is None or span is None:
            continue
        if re.search(words()["ask"]["rules"]["list"], policy.source[slice(*span)]):
            for other in policy.sections:
                if other.parent == section.parent and other.level == section.level:
                    _add_section(result, policy, other, item)
    return result


def _with_items(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A sentence that opens a list (：) brings the items below it."""
    result = list(chosen)
    for sentence in chosen[:1]:  # the best one
        if not re.search(r"[：:]$|下列|以下|如下", sentence.text):
            continue
        policy = ask.corpus.policies[sentence.policy]
        section = section_at(policy, sentence.start)
        if section is None:
            continue
        for child in policy.sections[section.id + 1 :]:
            if child.level <= section.level:
                break
            _add_section(result, policy, child, sentence)
    return result


def _with_referred(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """An item that speaks of the items before it (除第一项…以外) brings them."""
    result = list(chosen)
    for sentence in chosen[:1]:
        policy = ask.corpus.policies[sentence.policy]
        section = section_at(policy, sentence.start)
        if section is None or not section.marker or not _REFERS.search(sentence.text):
            continue
        for other in policy.sections[: section.id]:
            if other.parent == section.parent and other.level == section.level and other.level > 1:
                _add_section(result, policy, other, sentence)
    return result


def _with_lead_in(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """An item of a list (（二）纳税人为…) brings the sentence that opens the list (按照以下标准扣除：)."""
    result = list(chosen)
    for item in chosen:
        policy = ask.corpus.policies[item.policy]
        span = lead_in(policy, item.start)
        if span is None:
            continue
        start, end = span
        if any(other.policy == policy.id and other.start <= start and other.end >= end for other in result):
            continue
        result = [other for other in result if other.policy != policy.id or not start <= other.start < end]
        result.append(
            Sentence(policy.id, item.section[:-1], start, end, policy.source[start:end], item.passage)
        )
    return result


def _add_section(result: list[Sentence], policy: Policy, section: Section, beside: Sentence) -> None:
    """Add a section as one sentence, unless some of it is there already."""
    whole = policy.source[section.start : section.end]
    text = whole.strip()
    at = section.start + whole.find(text)
    item = Sentence(policy.id, section.path, at, at + len(text), text, beside.passage)
    if all(
        item.end <= other.start or item.start >= other.end or other.policy != item.policy for other in result
    ):
        result.append(item)


def _add_slice(result: list[Sentence], policy: Policy, start: int, end: int, beside: Sentence) -> None:
    """Add a slice as one sentence, unless some of it is there already."""
    if any(other.policy == policy.id and other.start < end and start < other.end for other in result):
        return
    section = section_at(policy, start)
    path = section.path if section else ()
    result.append(Sentence(policy.id, path, start, end, policy.source[start:end], beside.passage))
