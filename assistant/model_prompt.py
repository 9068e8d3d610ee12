"""What a chat model reads of a question: instructions, the best clause, what others add, the question.

What never changes comes first, then the clause, so that what the local model has read ahead serves its questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.corpus import Corpus
from assistant.draft import plain_number
from assistant.match import coverage, missing
from assistant.models import ChatModel, Messages
from assistant.sentences import Sentence, passage_unit, ranked, sentences, subject_terms
from assistant.sentences import opening as list_opening
from assistant.terms import Language, Term, glosses
from assistant.within import section_at
from index.policy import Policy, Section
from index.quantities import quantities, scale_unit
from index.text import fold_with_origin
from prompts import phrase, prompt

BESIDE_LOCAL = 180  # characters beside the best chunk, about 120 tokens: a local model reads slowly
BESIDE_REMOTE = 2400
ASKED_LOCAL = 400  # characters of a question that a local model reads
UNREAD = 150  # characters, in whole sentences, of a best chunk that the local model has not read ahead
WIDEST = 400  # characters of an article that is read whole where one of its items answers
GLOSSES = 3  # terms of the clause, whose English the model is told
_SLOGAN = re.compile(  # a quoted name that counts several things, which a small model reads as amounts
    r"“(?=[^”]*[一二三四五六七八九十百千万亿][^”一二三四五六七八九十百千万亿][^”]*[一二三四五六七八九十百千万亿])"
    r"(?!十[一二三四五六七八九]五|一带一路)[^”。，,、]{3,12}”"
)
_SCALES = (("trillion", 1e12), ("billion", 1e9), ("million", 1e6))


def instructions(language: Language, local: bool) -> str:
    """The system message, which is the same for every question in a language."""
    length = phrase(language, "answer_local" if local else "answer_remote")
    return prompt(f"answer_system_{language}", length=length)


def opening(best: str, language: Language) -> Messages:
    """The part of a prompt that does not depend on the question: what the local model can read before it is asked."""
    best = _worded(best, language)
    (_, system), (_, user) = _messages(best, "", "", language, local=True)
    return ("system", system), ("user", user[: user.index(best) + len(best)])


def messages_for(ask: Ask, passages: Sequence[Passage], model: ChatModel) -> Messages:
    """System and user message of a question, with the passages that answer it, the best first."""
    language, asked = ask.question.language, ask.question.text
    passages = whole_passages(ask.corpus, passages)
    best = _read(ask, passages[0])
    if model.local and not model.has_read(opening(best, language)):
        best = _sentences_of(ask, passages[0], best)
    beside = "".join(f"[{number}] {text}\n" for number, text in _beside(ask, passages, model.local))
    if language == "en":
        beside = _for_english(beside)
    best = _worded(best, language)
    return _messages(best, beside, _end(asked) if model.local else asked, language, model.local)


def _messages(best: str, others: str, question: str, language: Language, local: bool) -> Messages:
    user = prompt(f"answer_user_{language}", best=best, others=others, question=question)
    return ("system", instructions(language, local)), ("user", user)


def _worded(text: str, language: Language) -> str:
    """A clause as a model reads it that answers in a language."""
    if language == "zh":
        return text.strip()
    terms = "; ".join(f"{chinese} = {english}" for chinese, english in glosses(text, GLOSSES))
    return _for_english(text).strip() + ("\n" + prompt("answer_terms_en", terms=terms) if terms else "")


def _beside(ask: Ask, passages: Sequence[Passage], local: bool) -> list[tuple[int, str]]:
    """What is told beside the best chunk: to a local model only what the question asks and the chunk lacks."""
    terms = [term for term in subject_terms(ask) if term.weight >= 0.3]
    if not local:
        return _told_beside(ask, passages, terms, BESIDE_REMOTE)
    if ask.question.has("compare"):  # the best passage of the other side comes second
        return [(2, _cut(_read(ask, other), BESIDE_LOCAL)) for other in passages[1:2]]
    lost = [term for term in missing(ask.corpus, terms, passage_unit(ask, passages[0])) if not term.pair]
    return _told_beside(ask, passages, lost, BESIDE_LOCAL) if lost else []


def _for_english(text: str) -> str:
    """A text as a small model turns it into English: large amounts as English says them, without slogans."""
    return amounts_in_english(_SLOGAN.sub("", text))


def amounts_in_english(text: str) -> str:
    """A text with its large amounts (350亿元) as English says them (35 billion yuan): a small model reads them wrong."""
    folded = fold_with_origin(text)
    for quantity in sorted(quantities(folded.text), key=lambda quantity: -quantity.start):
        factor, unit = scale_unit(quantity.unit)
        scale = next(((word, size) for word, size in _SCALES if quantity.high * factor >= size), None)
        if factor <= 1 or not scale:
            continue
        start, end = folded.span(quantity.start, quantity.end)
        amounts = " to ".join(
            plain_number(value * factor / scale[1]) for value in dict.fromkeys((quantity.low, quantity.high))
        )
        text = f"{text[:start]} {amounts} {scale[0]} {'yuan' if unit == '元' else unit}{text[end:]}"
    return text


def whole_item(policy: Policy, start: int, end: int) -> tuple[int, int]:
    """The slice that a model reads for a chunk: what opens a list with all its items, up to ``WIDEST``, else the chunk."""
    section = section_at(policy, start)
    while section is not None and section.level:
        if _opens_list(policy, section):
            behind = policy.sections[section.id + 1 :]
            until = next((s.start for s in behind if s.level <= section.level), len(policy.source))
            if until - section.start <= WIDEST:
                return min(start, section.start), max(end, until)
        section = None if section.parent is None else policy.sections[section.parent]
    return start, end


def _opens_list(policy: Policy, section: Section) -> bool:
    """Whether a section's own text ends with a colon, so that what is below it goes on with its sentence."""
    return policy.source[section.start : section.end].rstrip().endswith(("：", ":"))


def whole_passages(corpus: Corpus, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages as a model reads them, each article once."""
    found: dict[tuple[str, int, int], Passage] = {}
    for passage in passages:
        policy = corpus.policies[passage.policy]
        start, end = whole_item(policy, passage.start, passage.end)
        whole = replace(passage, start=start, end=end, text=policy.source[start:end].strip())
        found.setdefault((passage.policy, start, end), whole)
    return tuple(found.values())


def _read(ask: Ask, part: Passage | Sentence) -> str:
    """What a model reads of a part of a policy."""
    return ask.corpus.without_bearers(part.policy, part.start, part.end)


def _sentences_of(ask: Ask, passage: Passage, text: str) -> str:
    """Of a text that is long to read the sentences nearest to the question, in reading order: the first, and others within ``UNREAD``.

    What opens the list that they stand in (不得有下列行为：) is told with them.
    """
    if len(text) <= UNREAD:
        return text
    chosen: list[Sentence] = []
    for _, sentence in ranked(ask, [passage]):
        if not chosen or sum(len(_read(ask, other)) for other in [*chosen, sentence]) <= UNREAD:
            chosen.append(sentence)
    chosen.sort(key=lambda sentence: sentence.start)
    read = "".join(_read(ask, sentence).strip() for sentence in chosen)
    lead = list_opening(ask.corpus.policies[passage.policy], chosen[0].start) if chosen else ""
    return (read if lead in read else lead + read) or text


def _cut(text: str, room: int) -> str:
    """A text, or as much of it up to a comma or stop as there is room for."""
    return text if len(text) <= room else text[: max(text.rfind(mark, 0, room) for mark in "，。；") + 1]


def _end(question: str) -> str:
    """The end of a question, which is where a long one asks, from the beginning of a part of it."""
    end = question[-ASKED_LOCAL:]
    return (
        end if end == question else re.sub(r"^[^，,。；;？?！!\n]*[，,。；;？?！!\n]+(?=.)", "", end, count=1)
    )


def _told_beside(
    ask: Ask, passages: Sequence[Passage], terms: Sequence[Term], room: int
) -> list[tuple[int, str]]:
    """(number of the passage, sentences) of what the other passages say of these terms, within ``room``."""
    ranked = sorted(
        (
            (coverage(ask.corpus, terms, passage_unit(ask, passage, sentence.text)), -number, sentence)
            for number, passage in enumerate(passages[1:], start=2)
            for sentence in sentences(ask, passage)
        ),
        key=lambda item: (-item[0], -item[1], item[2].start),
    )
    chosen: dict[int, list[str]] = {}
    seen = {passages[0].text}
    for value, minus, sentence in ranked:
        text = _cut(_read(ask, sentence), room)
        fresh = text and all(text not in other for other in seen)
        if value > 0.3 and fresh:
            chosen.setdefault(-minus, []).append(text)
            seen.add(text)
            room -= len(text)
    return [(number, "".join(texts)) for number, texts in sorted(chosen.items())]
