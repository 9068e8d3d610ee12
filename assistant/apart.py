"""Questions that name several documents or places: each answers for itself, and never for another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from assistant.corpus import Corpus
from assistant.draft import Draft
from assistant.naming import documents_named
from assistant.question import Question
from assistant.terms import expression, words
from assistant.within import section_at
from prompts import phrase

MOST = 4  # documents or places of one question
_GAP = "\0"
_COMPUTED = ("sum", "difference", "ratio", "largest", "smallest")
_TOGETHER = (*_COMPUTED, "shared")

Slot = tuple[int, int, tuple[str, ...]]


def named_apart(question: Question, corpus: Corpus) -> list[tuple[str, tuple[str, ...], str]]:
    """(name, policies, question) for each document or place that a question joins (甲和乙), the question without the others.

    [] where it joins none, or asks what only all of them together tell.
    """
    together = question.has("compare") and not expression("several", "each").search(question.folded)
    if together or question.has(*_TOGETHER) or len(corpus.policies) < 2:
        return []
    for slots in (documents_named(question.folded, corpus.titles), sorted(_places(question, corpus))):
        if not _joined(question, slots):
            continue
        owners = {policies for _, _, policies in slots}
        if 2 <= len(owners) <= MOST and len(set().union(*owners)) == sum(map(len, owners)):
            return [
                (
                    _called(question, corpus, own, slots),
                    own,
                    _without(question.folded, [(start, end) for start, end, other in slots if other != own]),
                )
                for own in dict.fromkeys(policies for _, _, policies in slots)
            ]
    return []


def _joined(question: Question, slots: Sequence[Slot]) -> bool:
    """Whether names stand one behind the other with 和 or a comma between them, none in what the reader says of himself."""
    between = [question.folded[one[1] : other[0]] for one, other in pairwise(slots)]
    marks = rf"》?(?:[(][^()]*[)])?{words()['several']['join']}《?"
    return all(start >= question.introduced for start, _, _ in slots) and all(
        one[1] <= other[0] and re.fullmatch(marks, text)
        for (one, other), text in zip(pairwise(slots), between, strict=True)
    )


def mixes(question: Question, draft: Draft) -> list[str]:
    """Ids of the policies that an answer reckons or counts together, though each speaks for itself; [] where it does not."""
    cited = list(dict.fromkeys(citation.policy for citation in draft.citations()))
    counted = draft.columns[:1] == ("org",)
    return cited if len(cited) > 1 and (counted or question.has(*_COMPUTED)) else []


def say_which(draft: Draft, spans: Sequence[tuple[str, int, int]], name: str, **values: object) -> Draft:
    """That several documents, and which, hold what is asked for, too many to answer for each: ``name`` is the sentence."""
    draft.count = len(spans)
    draft.say(name, count=draft.compute(len(spans)), **values)
    draft.head("policy", "section")
    for policy, start, end in spans:
        section = section_at(draft.corpus.policies[policy], start)
        path = section.path[-1] if section and section.path else "—"
        draft.row([draft.corpus.names[policy], path], [draft.number(policy, start, end)])
    draft.note("which", "notice_which")
    return draft


def answer_apart(
    parts: Sequence[tuple[str, tuple[str, ...], str]],
    answer: Callable[[tuple[str, ...], str], Draft],
    whole: Draft,
) -> bool:
    """Write the answers of all parts into ``whole``, each under its name; whether one of them answers."""
    counts: list[int | None] = []
    missing = []
    for name, policies, text in parts:
        draft = answer(policies, text)
        if draft.status == "refused":
            missing.append(name)
            continue
        whole.append(draft, phrase(whole.language, "says", name=name))
        counts.append(draft.count)
    if not counts:
        return False
    whole.count = sum(count or 0 for count in counts) if None not in counts and not missing else None
    if missing:
        whole.status = "partial"
        terms = phrase(whole.language, "list_comma").join(missing)
        whole.note("partial", "notice_partial", terms=terms)
    return True


def _places(question: Question, corpus: Corpus) -> Iterator[Slot]:
    """The places of the policies that a question names, each with the body of it that is named behind."""
    folded = question.folded
    for region, policies in corpus.regions.items():
        short = region[:-1] if len(region) > 2 else region
        for match in re.finditer(rf"{re.escape(region)}|{re.escape(short)}", folded) if region else ():
            body = (m.end for m in question.mentions if m.start in range(match.start(), match.end() + 1))
            yield match.start(), max((match.end(), *body)), policies


def _called(question: Question, corpus: Corpus, policies: tuple[str, ...], slots: Sequence[Slot]) -> str:
    """What an answer is headed with: the document's name; of several those words of the question."""
    if len(policies) == 1:
        return f"《{corpus.names[policies[0]]}》"
    start, end = next((start, end) for start, end, own in slots if own == policies)
    return question.folded[start:end]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text without slices, one of the words that joined each with its neighbours, and 分别."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + _GAP + text[end:]
    join = words()["several"]["join"]
    text = re.sub(
        rf"(?P<before>{join})?《?{_GAP}》?(?:(?:{join})?《?{_GAP}》?)*(?P<after>{join})?",
        lambda m: m["before"] if m["before"] and m["after"] else "",
        text,
    )
    return expression("several", "each").sub("", text)
