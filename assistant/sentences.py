"""Passages as sentences, and how much of a question a passage or a sentence holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.class_labels import of_another_class
from assistant.corpus import Unit
from assistant.definitions import is_definition
from assistant.match import coverage, grip
from assistant.preferred import passage_suits, sentence_suits
from assistant.question import Question
from assistant.references import article_name, articles_named
from assistant.terms import Term
from assistant.within import caption_over, lead_in
from index.keywords import tagged
from index.organisations import Mention
from index.policy import Policy
from index.sentences import sentence_spans
from index.text import squeeze

COSINE = 0.1  # rise of the cosine that counts as much as all the words of a question (chosen on eval/cases)
DEFINES = 0.8  # what a sentence gains that defines the word asked about
PASSAGE = 0.25  # what the score of a sentence's passage counts
MOST = 2.0  # value of a sentence from which it counts in full
BEST = 1.4  # what the value of its best sentence counts beside the score of a passage (chosen on eval/cases)
HEADING = 0.95  # what a word counts that stands in the heading of a sentence, or in what opens its list
OTHER_CLASS = (
    0.8  # what a sentence loses that is of another class than the question names (Ⅳ级, asked of Ⅰ级)
)
TITLE = 0.5  # what a word counts that only the title of the policy holds
TIME = re.compile(
    r"\d{4}年|\d+\s*(?:日|天|个?工作日|个?月|年|小时|分钟)|[一二两三四五六七八九十]+(?:日|天|个月|年|个工作日)|每(?:半?年|学[年期]|季度?|月|周|旬|[日天](?!常)|[一二两三四五六七八九十\d]+个?(?:年|季度|月|周|日|天))|之日起|届满|底前|\d+月\d+日|当年|年度[^，。]{0,8}时|(?<![小同及届临按定平随课工])时的|当月|次年|届满"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage; ``start:end`` in the policy's source."""

    policy: str
    section: tuple[str, ...]
    start: int
    end: int
    text: str
    passage: Passage
    near: float = 0.0  # cosine similarity to the question


def subject_terms(ask: Ask) -> list[Term]:
    """Terms of a question with the organisations that it names."""
    named = [
        Term(mention.text, ask.corpus.directory.in_text(mention) or _spellings(mention), 1.0)
        for mention in ask.question.mentions
    ]
    return [*named, *ask.question.terms]


def _spellings(mention: Mention) -> tuple[str, ...]:
    return (squeeze(mention.text), *map(squeeze, mention.names), mention.name.stem)


def passage_unit(ask: Ask, passage: Passage, text: str = "", at: int | None = None) -> Unit:
    """What speaks for a passage: its text, its own heading and chapter, the sentence that opens its list,
    the names of articles that it refers to; less so the headings above and the title. ``text``, which
    begins at ``at``, stands for a part of it."""
    close = [
        name
        for number, name in enumerate(passage.section)
        if number + 1 == len(passage.section) or name.startswith("第")
    ]
    policy = ask.corpus.policies[passage.policy]
    place = passage.start if at is None else at
    beside = [*close, opening(policy, place), article_name(policy, place), caption_over(policy, place)]
    if at is None:
        beside += articles_named(policy, passage.text)
    return Unit(
        (
            (1.0, squeeze(text or passage.text)),
            (HEADING, squeeze(" ".join(beside))),
            (0.5, squeeze(" ".join(passage.section))),
            (TITLE, squeeze(policy.title)),
        )
    )


def opening(policy: Policy, at: int) -> str:
    """The sentence that opens the list whose item lies at an offset; "" where there is none."""
    span = lead_in(policy, at)
    return policy.source[slice(*span)] if span else ""


def asks_number(question: Question) -> bool:
    """Whether one number is asked for: not a list, a telephone number or a person."""
    if question.kinds & {"contact", "person"}:
        return False
    return question.has("number") and not question.has("list")


def of_another(ask: Ask, sentence: Sentence, terms: Sequence[Term]) -> bool:
    """Whether another paragraph of the passage, and not this one, speaks of a thing that was asked about."""
    source = ask.corpus.policies[sentence.policy].source
    passage = sentence.passage
    start = max(source.rfind("\n", 0, sentence.start) + 1, passage.start)
    end = source.find("\n", sentence.end)
    end = passage.end if end < 0 else min(end, passage.end)
    if start <= passage.start and end >= passage.end:
        return False
    own = passage_unit(ask, passage, source[start:end])
    whole = passage_unit(ask, passage)
    return any(term.weight >= 0.9 and grip(term, own) < 0.5 and grip(term, whole) >= 0.9 for term in terms)


def sentences(ask: Ask, passage: Passage) -> Iterator[Sentence]:
    """Sentences of a passage, the addressees aside: slices up to 。；！？ or a line end, brackets respected."""
    source = ask.corpus.policies[passage.policy].source
    spans = sentence_spans(source, passage.start, passage.end)
    addressees = squeeze(ask.corpus.policies[passage.policy].recipients)
    for number, (start, end) in enumerate(spans):
        if addressees and squeeze(source[start:end]).rstrip(":") == addressees.rstrip(":"):
            continue
        near = passage.near[number] if number < len(passage.near) else passage.dense
        yield Sentence(passage.policy, passage.section, start, end, source[start:end], passage, near)


def ranked(ask: Ask, passages: Sequence[Passage]) -> list[tuple[float, Sentence]]:
    """(value, sentence) of every sentence of the passages, the nearest to the question first.

    The value is its cosine similarity above the mean, of which COSINE counts as 1, the share of the question's words
    that it holds with its headings (0..1), and a little of its passage's score.
    """
    terms = [term for term in subject_terms(ask) if term.weight >= 0.15]
    every = [sentence for passage in passages for sentence in sentences(ask, passage)]
    mean = sum(sentence.near for sentence in every) / max(1, len(every))
    valued = []
    for sentence in every:
        unit = passage_unit(ask, sentence.passage, sentence.text, sentence.start)
        held = coverage(ask.corpus, terms, unit)
        value = (sentence.near - mean) / COSINE + held + PASSAGE * sentence.passage.fused
        if ask.question.has("definition", "counts") and is_definition(ask.question, sentence.text):
            value += DEFINES
        suits = passage_suits(ask, sentence.passage) + sentence_suits(ask, sentence.text)
        value += ask.question.gain(sentence.policy, sentence.start)
        if of_another_class(ask.question.folded, sentence.text, " ".join(sentence.section[-2:])):
            value -= OTHER_CLASS
        valued.append((value + suits, sentence))
    return sorted(valued, key=lambda item: (-item[0], item[1].start))


def best_first(ask: Ask, passages: Sequence[Passage], count: int) -> list[Passage]:
    """The passages, the first ``count`` of them, and those where the last exchange stands, by their score and that of
    their best sentence (see ``ranked``).

    Their ``score`` is then of both, 0..1, and never rises.
    """
    best: dict[Passage, float] = {}
    there = [passage for passage in passages[count:] if ask.question.gain(passage.policy, passage.start)]
    for value, sentence in ranked(ask, [*passages[:count], *there]):
        best.setdefault(sentence.passage, min(1.0, max(0.0, value / MOST)))
    scored = [
        replace(passage, score=round((passage.fused + BEST * best.get(passage, 0.0)) / (1 + BEST), 4))
        for passage in passages
    ]
    return sorted(scored, key=lambda passage: -passage.score)


def tells_class(question: Question, sentence: Sentence) -> bool:
    """Whether a sentence only says who belongs to the class whose members are asked about."""
    return any(
        one.policy == sentence.policy and one.start < sentence.end and sentence.start < one.end
        for one in question.member_of
    )


def content_words(text: str) -> list[str]:
    """The content words of a squeezed text, those of more than one character."""
    return [word for word, flag in tagged(text) if len(word) > 1 and flag[:1] in "nvaijl"]


def share_of_words(text: str, other: str, known: str = "") -> float:
    """Share of the content words of a squeezed text, those in ``known`` aside, that another holds; 0 without any."""
    content = [word for word in content_words(text) if word in other or word not in known]
    return sum(word in other for word in content) / len(content) if content else 0.0
