"""Whether passages answer a question, and the refusal where they do not.

What the question asks for must stand in the clause that would answer, not merely something close to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.definitions import is_defined, is_definition
from assistant.match import coverage, deed_is_lost, grip, missing
from assistant.preferred import passage_suits
from assistant.question import Question
from assistant.sentences import TIME, asks_number, of_another, opening, passage_unit, sentences, subject_terms
from assistant.target_fit import is_commitment, of_another_level, of_another_whole, unit_fits
from assistant.terms import DEED, Term, words
from assistant.unknown import is_another_kind, is_asked_thing_unknown, is_procedure_of_unknown, unheld
from index.quantities import quantities, scale_unit
from index.text import fold_with_origin, squeeze

ENOUGH = 0.55  # coverage of the question's terms that a passage needs to answer (chosen on eval/cases)
RELEVANT = 0.6  # coverage from which a sentence speaks of the topic, headings counted
MEANING = 0.6  # what nearness in meaning adds where the policies use none of the question's words
IN_ENGLISH = 0.4  # share of an English question that counts as read by its meaning, at least
_SIGNATURE = re.compile(
    r"[^,。;:\d]{0,80}\d{4}年\d{1,2}月\d{1,2}日[^,。;:]{0,10}"
)  # bodies and the date below a text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the passages answer: the ones that do, or why none does."""

    passages: tuple[Passage, ...]
    reason: str = ""  # phrase of the refusal
    missing: tuple[str, ...] = ()


def judge(ask: Ask, passages: Sequence[Passage]) -> Verdict:
    """Decide whether passages answer a question, by the terms they hold and the kind of answer asked for."""
    question = ask.question
    terms = [term for term in subject_terms(ask) if term.weight >= 0.15]
    weighty = [term for term in terms if term.weight >= 0.4]
    if not weighty and question.years:
        terms = weighty = [Term(f"{year}年", (f"{year}年",), 1.0) for year in question.years]
    if question.mentions and not question.terms:  # a signature is no task, nor is a title that names a body
        passages = [passage for passage in passages if passage.section and _says_of_body(ask, passage)]
        if not passages:
            return Verdict((), "no_duty")
    about = [term for term in question.terms if term.weight >= 0.9]
    if question.has("members") and not question.roles and not about:
        return Verdict((), "kind_amount")
    if not weighty or is_asked_thing_unknown(ask) or is_procedure_of_unknown(ask, weighty):
        return Verdict((), "refuse", tuple(term.text for term in weighty if not ask.corpus.known(term)))
    passages = [passage for passage in passages if not _is_header(ask, passage)]
    passages = _of_deed(ask, weighty, passages)
    fits = _fits(ask, terms, passages)
    scored = sorted(((fits[passage], passage) for passage in passages), key=lambda item: -item[0])
    if not scored:
        return Verdict((), "refuse")
    best, top = scored[0]
    unit = passage_unit(ask, top)
    lost = [
        term
        for term in missing(ask.corpus, weighty, unit)
        if term.weight >= 0.9 or not ask.corpus.known(term)
    ]
    unknown = [term for term in lost if not ask.corpus.known(term)]
    names = tuple(term.text for term in lost)
    enough = ENOUGH
    held = coverage(ask.corpus, terms, unit)
    lenient = question.has("norm") and not question.kinds & {"money", "contact", "person", "apply"}
    if lenient and top.score >= 0.7 and held >= 0.38 and _heavy(unknown, weighty) <= 0.62:
        enough, unknown = held, []  # what is allowed is often asked in everyday words
    elif _head_lost(question, lost) or (
        asks_number(question) and _head_lost(question, unheld(weighty, unit))
    ):
        enough += 0.17
    elif held < enough and held >= enough - 0.2 and top.score >= 0.75 and not question.kinds:
        enough, unknown = held, []  # a word for the setting is missing, not what is asked about it
    most = 0.2 if question.has("who") else 0.34  # a deed that no policy knows has no bearer there
    if deed_is_lost(question, missing(ask.corpus, weighty, unit)):
        return Verdict((), "refuse", names)
    of_unknown = (unknown and _head_lost(question, unknown)) or is_another_kind(ask, unit)
    if of_unknown and question.has("who") and question.language == "zh":
        return Verdict((), "refuse", names)  # of a thing that no policy knows, nobody is named
    if question.language == "en":  # most English words stand in no glossary: they cannot be found
        unknown = [term for term in unknown if term.weight >= 0.9]
    if held < enough or (unknown and held < 0.75 and _heavy(unknown, weighty) > most):
        return Verdict((), "refuse", names)
    nearest = top.dense == max(passage.dense for passage in passages)
    if not _holds_a_word(weighty, unit) and (not nearest or len(weighty) < 2):
        return Verdict((), "refuse", names)  # a neighbour of one word is no topic
    margin, least = 0.15, min(enough, held)
    if question.numbers:  # which of them is meant, the number decides
        margin, least = 0.25, min(least, ENOUGH)
    near = [
        passage
        for score, passage in scored
        if score >= best - 0.35
        and coverage(ask.corpus, terms, passage_unit(ask, passage)) >= max(least, held - margin)
    ]
    holding = [passage for passage in near[:8] if not _missing_kind(ask, (passage,))]
    good = (
        tuple(holding or near or [top])[:3]
        if top not in holding
        else (top, *(p for p in holding if p is not top and fits[p] >= best - 0.15))[:3]
    )
    if _other_year(ask, good) or _no_target_of(ask, good):
        return Verdict((), "year", names)
    if _is_nobody_named(ask, good):
        return Verdict((), "refuse", names)
    kind = _missing_kind(ask, good)
    if kind:
        return Verdict((), f"kind_{kind}", names)
    return Verdict(good)


def _says_of_body(ask: Ask, passage: Passage) -> bool:
    """Whether a passage names one of the bodies asked about outside a 《title》, a signature and an address."""
    lines = map(squeeze, re.sub(r"《[^》]*》", "", passage.text).split("\n"))
    names = [variant for term in subject_terms(ask) for variant in term.variants]
    return any(name in line for line in lines for name in names if not line.endswith((name, ":")))


def _of_deed(ask: Ask, terms: Sequence[Term], passages: Sequence[Passage]) -> Sequence[Passage]:
    """Whether something may be done (能修手机吗) is said where the deed is named, if it is anywhere."""
    deeds = [term for term in terms if len(term.text) == 1 and term.weight >= DEED]
    doing = [p for p in passages if all(grip(deed, passage_unit(ask, p)) >= 0.8 for deed in deeds)]
    return doing or passages


def _holds_a_word(terms: Sequence[Term], unit: Unit) -> bool:
    """Whether a unit holds one of the terms itself, not only a neighbour of it."""
    return any(grip(replace(term, near=()), unit) >= 0.45 for term in terms)


def _head_lost(question: Question, lost: Sequence[Term]) -> bool:
    """Whether the noun that is asked about (the last of a Chinese, the first of an English question) is lost."""
    nouns = [term for term in question.terms if term.weight >= 0.9]
    if not nouns:
        return bool(lost)
    choose = max if question.language == "zh" else min
    return choose(nouns, key=lambda term: question.folded.rfind(term.text)) in lost


def _other_year(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether the question asks about a year that these passages, promising for others, do not name."""
    for year in ask.question.years:
        for passage in passages:
            policy = ask.corpus.policies[passage.policy]
            dated = re.findall(r"20\d\d", policy.title) or [
                target
                for target in policy.targets
                if passage.start <= target.start < passage.end and is_commitment(target)
            ]
            if str(year) in passage.text or str(year) in policy.title or not dated:
                break
        else:
            return True
    return False


def _no_target_of(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether a target, or a number, of a year is asked for that these passages, or their policies, never name."""
    question = ask.question
    if not question.years or not (question.has("targets") or asks_number(question)):
        return False
    texts = []
    for passage in passages:
        policy = ask.corpus.policies[passage.policy]
        texts += [policy.title, passage.text if question.has("targets") else policy.source]
    return not any(str(year) in text for year in question.years for text in texts)


def _heavy(some: Sequence[Term], every: Sequence[Term]) -> float:
    total = sum(term.weight for term in every)
    return sum(term.weight for term in some) / total if total else 0.0


def _is_header(ask: Ask, passage: Passage) -> bool:
    """Whether a passage is the header block, whose fields are answered from the ledger, or a signature."""
    if _SIGNATURE.fullmatch(squeeze(passage.text)):
        return True
    if passage.section:
        return False
    header = ask.corpus.policies[passage.policy].header
    return sum(passage.start <= field.start < passage.end for field in header) > 1


def _fits(ask: Ask, terms: Sequence[Term], passages: Sequence[Passage]) -> dict[Passage, float]:
    """How well each passage fits: the terms it holds, its rank, and for words that no policy uses its meaning."""
    low = min((passage.dense for passage in passages), default=0.0)
    high = max((passage.dense for passage in passages), default=0.0)
    foreign = _heavy([term for term in terms if term.near or not ask.corpus.known(term)], terms)
    if ask.question.language == "en":
        foreign = max(foreign, IN_ENGLISH)
    return {
        passage: coverage(ask.corpus, terms, passage_unit(ask, passage))
        + 0.25 * passage.score
        + passage_suits(ask, passage)
        + MEANING * foreign * (passage.dense - low) / ((high - low) or 1.0)
        for passage in passages
    }


def _is_nobody_named(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether it is asked which firms are such ones (谁是龙头企业), and no sentence names one or says what makes one."""
    entry = words()["ask"]["identity"]
    if not ask.question.has("identity") or not re.search(entry["of"], ask.question.folded):
        return False
    told = any(is_definition(ask.question, passage.text) for passage in passages)
    return not told and not any(re.search(entry["needs"], text) for text in _relevant(ask, passages))


def _missing_kind(ask: Ask, passages: Sequence[Passage]) -> str:
    """The kind of answer asked for that no sentence near the topic holds; "" where all is there."""
    question = ask.question
    texts = [sentence.text for passage in passages for sentence in sentences(ask, passage)]
    relevant = _relevant(ask, passages) or texts
    for kind in sorted(question.kinds):
        if not any(re.search(words()["kind"][kind]["needs"], text) for text in relevant):
            return kind
    if question.has("when") and not any(TIME.search(text) for text in relevant):
        return "when"
    for name, kind in (("frequency", "when"), ("together", "together")):
        needs = words()["ask"][name]["needs"]
        if question.has(name) and not any(re.search(needs, text) for text in relevant):
            return kind
    if asks_number(question) and not any(_is_number_asked(question, text) for text in relevant):
        return "amount"
    stated = {scale_unit(quantity.unit)[1] for quantity in question.numbers if quantity.unit}
    if (
        stated
        and question.has("yesno", "why")
        and not any(
            scale_unit(quantity.unit)[1] in stated
            for text in relevant
            for quantity in quantities(fold_with_origin(text).text)
        )
    ):
        return "amount"
    if question.has("who") and not any(re.search(words()["ask"]["who"]["needs"], text) for text in relevant):
        return "who"
    for name in ("difference", "largest", "smallest", "ratio"):
        if question.has(name) and not any(
            re.search(words()["ask"][name]["needs"], text) for text in relevant
        ):
            return "comparison"
    if question.has("definition") and question.language == "zh" and not is_defined(ask, passages):
        return "definition"
    return ""


def _is_number_asked(question: Question, text: str) -> bool:
    """Whether a sentence holds a number of the unit, level and thing asked for."""
    folded = fold_with_origin(text).text
    return not of_another_level(question, Unit(((1.0, squeeze(text)),))) and any(
        unit_fits(question, quantity.unit)
        and not of_another_whole(question, re.split("[,;。]", folded[: quantity.start])[-1])
        for quantity in quantities(folded)
    )


def _relevant(ask: Ask, passages: Sequence[Passage]) -> list[str]:
    """Texts of the sentences that hold most of the question's terms (headings counted)."""
    terms = [term for term in subject_terms(ask) if term.weight >= 0.4]
    found = []
    for passage in passages:
        for sentence in sentences(ask, passage):
            if coverage(
                ask.corpus, terms, passage_unit(ask, passage, sentence.text, sentence.start)
            ) >= RELEVANT and not of_another(ask, sentence, terms):
                found.append(opening(ask.corpus.policies[sentence.policy], sentence.start) + sentence.text)
    return found
