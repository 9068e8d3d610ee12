"""Extractive answers: the sentences of the source that answer, in reading order, each cited."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.companions import with_companions
from assistant.corpus import Unit
from assistant.definitions import is_definition, mentions, quoted_phrases
from assistant.draft import Draft
from assistant.match import coverage, grip
from assistant.question import Question
from assistant.sentences import (
    TIME,
    Sentence,
    asks_number,
    of_another,
    passage_unit,
    ranked,
    sentences,
    subject_terms,
    tells_class,
)
from assistant.stated import contradicted, forbidden
from assistant.terms import Term, expression, words
from assistant.wanted import lacking
from assistant.within import ITEM, section_at, table_over
from index.grids import row_told
from index.policy import Policy
from index.quantities import in_digits, quantities, scale_unit
from index.text import fold_with_origin, squeeze
from prompts import phrase

LONGEST = 320  # characters of an extractive answer
WHOLE = 400  # characters of an item that is quoted whole, and of the answer around it
NAMED = 0.5  # share of a question's terms in a heading from which its item is what is asked about
AS_WELL = 0.9  # of the best sentence's value, from which that of the nearest passage answers as well
MENTIONS = 3  # sentences shown that only mention a phrase


def compose(ask: Ask, passages: Sequence[Passage], joint: Sequence[Sentence] = ()) -> Draft:
    """The sentences that answer, each with its citation; the frame is in the reader's language.

    ``joint`` are sentences that answer only together, and are all quoted.
    """
    draft = ask.draft()
    draft.route = "extractive"
    draft.evidence = tuple(passages)
    best, chosen = choose_sentences(ask, passages)
    chosen += [one for one in joint if all(one.start != sentence.start for sentence in chosen)]
    chosen.sort(key=lambda sentence: (sentence.policy, sentence.start))
    quoted = "\n".join(sentence.text for sentence in chosen)
    denied = contradicted(ask, best, quoted) if best else ""
    if denied:
        draft.say("number_denied", asked=denied)
        draft.computed.update((denied, *re.findall(r"\d[\d.]*", denied)))
        draft.note("premise", "notice_premise")
    elif any(forbidden(ask, sentence, quoted) for sentence in chosen):
        draft.say("not_allowed")
        if not ask.question.has("yesno"):
            draft.note("premise", "notice_premise")
    several, told = len({sentence.policy for sentence in chosen}) > 1, ""
    for group in runs(ask, chosen):
        first, last = group[0], group[-1]
        head = ""
        if several and first.policy != told:
            told = first.policy
            head = phrase(draft.language, "says", name=f"《{ask.corpus.names[told]}》")
        policy = ask.corpus.policies[first.policy]
        text, header = _as_told(policy, first.start, last.end)
        cite = draft.cite(policy.id, first.start, last.end, first.passage.score)
        cite += draft.cite(policy.id, *header) if header else ""
        draft.quote(text=text, cite=cite, head=head)
    if ask.question.has("count", "list") and not asks_number(ask.question):
        draft.count = _items_quoted(ask, chosen)
    return draft


def _as_told(policy: Policy, start: int, end: int) -> tuple[str, tuple[int, int] | None]:
    """A slice of a policy line by line, the rows of a table behind the names of their columns; and the slice of those
    names, with the line over them, where it lies elsewhere and a row is told."""
    lines: list[str] = []
    header = None
    for line in re.finditer(r"[^\n]*\S[^\n]*", policy.source[start:end]):
        at = start + line.start()
        bars = line.group().lstrip().startswith("|")
        found = table_over(policy, at) if bars else None
        if found and found[1].start == at and found[1].end <= end:
            lines.append(row_told(*found, policy.source))
            header = (found[0].caption, found[0].header.end)
        elif not bars or at == start:
            lines.append(line.group().strip())
    if lines and lines[0].startswith("|") and header:
        del lines[0]  # the names of the columns
    return "\n".join(lines), None if header and start <= header[0] else header


def say_mentioned(ask: Ask, passages: Sequence[Passage]) -> Draft:
    """The sentences that use a phrase without explaining it, and that they do not explain it: partial."""
    phrases = quoted_phrases(ask.question)
    draft = ask.draft()
    draft.route, draft.status = "extractive", "partial"
    found = [
        sentence
        for passage in passages
        for sentence in sentences(ask, passage)
        if any(mentions(phrase, sentence.text) for phrase in phrases)
    ]
    for sentence in found[:MENTIONS]:
        cite = draft.cite(sentence.policy, sentence.start, sentence.end, sentence.passage.score)
        draft.quote(text=re.sub(r"\s*\n\s*", " ", sentence.text), cite=cite)
    draft.note("partial", "notice_mentioned", terms="、".join(ask.question.quoted))
    return draft


def _items_quoted(ask: Ask, chosen: Sequence[Sentence]) -> int | None:
    """How many items of one list are quoted, where all of its items are; None where some are missing."""
    items = [sentence for sentence in chosen if ITEM.match(sentence.text)]
    if len(items) < 2:
        return None
    policy = ask.corpus.policies[items[0].policy]
    first = section_at(policy, items[0].start)
    every = [s for s in policy.sections if first and s.parent == first.parent and s.level == first.level]
    complete = all(any(s.start <= item.start < s.end for item in items) for s in every)
    return len(items) if complete and len(every) == len(items) else None


def is_broad(question: Question) -> bool:
    """Whether no number, date, kind of answer or yes is asked for, which one sentence would give."""
    exact = question.numbers or question.kinds or asks_number(question)
    return not exact and not question.has("when", "yesno")


def wants_whole(question: Question) -> bool:
    """Whether a question (怎么考虑的, 打算怎么做) is for all that an item says, not for a body, a list or a word."""
    pointed = question.roles or question.has("who", "list", "count", "definition", "targets")
    return is_broad(question) and (question.has("open", "rules") or not pointed)


def choose_sentences(ask: Ask, passages: Sequence[Passage]) -> tuple[Sentence | None, list[Sentence]]:
    """The sentence that answers best, and all worth quoting in reading order: those nearly as good, and
    what belongs to them."""
    question = ask.question
    terms = [term for term in subject_terms(ask) if term.weight >= 0.3]
    wanted = _wanted(question)
    scored = _scored(ask, passages, terms, wanted)
    if not scored:
        return None, []
    best, answering = scored[0]
    if wants_whole(question):  # all that the nearest item says, where its sentence answers nearly as well
        first = next((item for item in scored if item[1].passage == passages[0]), scored[0])
        answering = first[1] if first[0] >= AS_WELL * best else answering
    scored = _of_topic(ask, answering, scored, terms)
    if question.has("definition", "counts") and is_definition(question, answering.text):
        return answering, [answering]
    chosen = _nearly_as_good(ask, answering, scored, best, terms)
    if wanted and not any(_matches(p, sentence.text) for p in wanted for sentence in chosen):
        chosen += [  # what was asked for stands elsewhere in the item: 完成时限：…
            sentence
            for _, sentence in scored
            if sentence.section == chosen[0].section and any(_matches(p, sentence.text) for p in wanted)
        ][:1]
    chosen = with_companions(ask, chosen, terms)
    chosen = [
        s for s in chosen if not _is_heading(s) or any(o.start - s.end in (0, 1) for o in chosen)
    ] or chosen
    return answering, sorted(chosen, key=lambda s: (s.policy, s.start))


def _wanted(question: Question) -> list[re.Pattern[str]]:
    """What a sentence has to hold for each kind of answer that is asked for."""
    wanted = [re.compile(words()["kind"][kind]["needs"]) for kind in question.kinds]
    wanted += [TIME] if question.has("when") else []
    asked = (name for name in ("frequency", "together") if question.has(name))
    return [*wanted, *(re.compile(words()["ask"][name]["needs"]) for name in asked)]


def _scored(
    ask: Ask, passages: Sequence[Passage], terms: Sequence[Term], wanted: Sequence[re.Pattern[str]]
) -> list[tuple[float, Sentence]]:
    """How well each sentence answers, the best first: by its nearness, and by what is asked for that it holds."""
    question = ask.question
    stated = {scale_unit(quantity.unit)[1] for quantity in question.numbers}
    number = asks_number(question)
    scored: list[tuple[float, Sentence]] = []
    for near, sentence in ranked(ask, passages):
        text = squeeze(sentence.text)
        if any(text.strip("#") in title for title in ask.corpus.titles[sentence.policy]):
            continue
        if expression("filler", "formality").search(text) or tells_class(question, sentence):
            continue
        value = near - 0.4 * of_another(ask, sentence, terms)
        value += 0.4 * sum(_matches(pattern, sentence.text) for pattern in wanted)
        told = list(quantities(fold_with_origin(sentence.text).text)) if number or stated else []
        if number:
            value += 0.3 * bool(told)
            value += 0.3 * (not lacking(question, sentence.text))
        if stated and any(scale_unit(q.unit)[1] in stated for q in told):
            value += 0.4
        value -= 0.4 * any(grip(term, Unit(((1.0, text),))) >= 0.9 for term in question.apart)
        if question.years and any(str(year) in text for year in question.years):
            value += 0.4
        scored.append((value, sentence))
    return sorted(scored, key=lambda item: (-round(item[0] * 20), item[1].start))


def _nearly_as_good(
    ask: Ask,
    answering: Sentence,
    scored: Sequence[tuple[float, Sentence]],
    best: float,
    terms: Sequence[Term],
) -> list[Sentence]:
    """The sentences that answer nearly as well as the one that answers, of value ``best``, as far as there is room; of a
    broad question its whole item first."""
    broad = is_broad(ask.question)
    chosen = _item_of(ask, answering, terms) if wants_whole(ask.question) else []
    length, longest = sum(len(sentence.text) for sentence in chosen), WHOLE if chosen else LONGEST
    share = (0.55 if len(chosen) > 1 and _is_named(ask, answering, terms) else 0.45) if broad else 0.7
    for value, sentence in scored:
        if value < share * best or sentence in chosen or (chosen and length + len(sentence.text) > longest):
            continue
        chosen.append(sentence)
        length += len(sentence.text)
        if not broad and len(chosen) >= 3:
            break
    return chosen


def _matches(wanted: re.Pattern[str], text: str) -> bool:
    """Whether a text holds what is wanted, with its Chinese numerals as they stand or in digits."""
    return bool(wanted.search(text) or wanted.search(in_digits(text)))


def _is_heading(sentence: Sentence) -> bool:
    """Whether a sentence is no more than the heading of its item, which its citation shows anyway."""
    text = squeeze(sentence.text.replace("**", ""))
    return text.rstrip("。") == squeeze(" ".join(sentence.section[-1:]))


def _item_of(ask: Ask, best: Sentence, terms: Sequence[Term]) -> list[Sentence]:
    """The best sentence and the others of its item where the heading names what is asked about, else of its
    paragraph; the best alone where that is too long to quote."""
    named = _is_named(ask, best, terms)
    source = ask.corpus.policies[best.policy].source
    item = [
        sentence
        for sentence in sentences(ask, best.passage)
        if named or "\n" not in source[min(best.end, sentence.end) : max(best.start, sentence.start)]
    ]
    if sum(len(sentence.text) for sentence in item) > WHOLE:
        return [best]
    return [best, *(sentence for sentence in item if sentence.start != best.start)]


def _is_named(ask: Ask, sentence: Sentence, terms: Sequence[Term]) -> bool:
    """Whether the heading of a sentence's item names what is asked about."""
    heading = squeeze(" ".join(sentence.section[-1:]))
    return bool(heading) and coverage(ask.corpus, terms, Unit(((1.0, heading),))) >= NAMED


def _of_topic(
    ask: Ask, best: Sentence, scored: Sequence[tuple[float, Sentence]], terms: Sequence[Term]
) -> list[tuple[float, Sentence]]:
    """Sentences without those that lack the quoted phrase, or in another document a word of the best one."""
    phrases = [phrase for phrase in quoted_phrases(ask.question) if phrase in squeeze(best.text)]
    held = [t for t in terms if t.weight >= 0.4 and grip(t, _unit_of(ask, best)) >= 0.9]
    return [
        (value, sentence)
        for value, sentence in scored
        if all(phrase in squeeze(sentence.text) for phrase in phrases)
        and (
            sentence.policy == best.policy
            or all(grip(term, _unit_of(ask, sentence)) >= 0.45 for term in held)
        )
    ]


def _unit_of(ask: Ask, sentence: Sentence) -> Unit:
    return passage_unit(ask, sentence.passage, sentence.text, sentence.start)


def runs(ask: Ask, chosen: Sequence[Sentence]) -> list[list[Sentence]]:
    """Neighbouring sentences of one policy as one quote."""
    runs: list[list[Sentence]] = []
    for sentence in chosen:
        if runs:
            last = runs[-1][-1]
            between = ask.corpus.policies[sentence.policy].source[last.end : sentence.start]
            if (
                last.policy == sentence.policy
                and sentence.start - last.end >= 0
                and not between.strip()
                and last.section == sentence.section
            ):
                runs[-1].append(sentence)
                continue
        runs.append([sentence])
    return runs
