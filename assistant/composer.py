"""Extractive answers: the sentences of the source that answer, in reading order, each cited.

And refusal: what the question asks for must stand in the clause that would answer, not merely
something close to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Passage
from assistant.corpus import Unit
from assistant.draft import Draft
from assistant.duty_answers import Ask
from assistant.match import coverage, deed_is_lost, grip, missing
from assistant.question import Question, Term, words
from assistant.target_answers import is_commitment, other_years, scale_unit, unit_fits
from index.policy import Policy, Section
from index.targets import quantities
from index.text import fold_with_origin, squeeze
from prompts import phrase

ENOUGH = 0.55  # coverage of the question's terms that a passage needs to answer (chosen on eval/cases)
ENOUGH_ENGLISH = 0.55
RELEVANT = 0.6  # coverage from which a sentence speaks of the topic, headings counted
MEANING = 0.6  # what nearness in meaning adds where the policies use none of the question's words
LONGEST = 320  # characters of an extractive answer
_FORMALITY = re.compile(
    r"印发给你们|请(?:认真|遵照|结合实际)?(?:贯彻|遵照|抓好)?(?:落实|执行)|(?:通知|公告|意见)如下"
)
_REFERS = re.compile(r"第[一二三四五六七八九十]+项|前[款项]|前[两二三]项|除前")
_BEARER = re.compile(
    r"部门|机关|单位|政府|机构|委员会|小组|办公室|企业|公司|中心|协会|学校|医院|[^布格全]局|[市省县区]委|国务院|人民银行|[^内外全总]部(?![分署件品位])"
)
_DEFINES = re.compile(r"是指|所称|指的是|以下简称|包括|系指|即")
_TIME = re.compile(
    r"\d{4}年|\d+\s*(?:日|天|个?工作日|个?月|年|小时)|[一二三四五六七八九十]+(?:日|天|个月|年|个工作日)|每年|之日起|届满|底前|\d+月\d+日|当年"
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the passages answer: the ones that do, or why none does."""

    passages: tuple[Passage, ...]
    reason: str = ""  # phrase of the refusal
    missing: tuple[str, ...] = ()


def judge(ask: Ask, passages: Sequence[Passage]) -> Verdict:
    """Decide whether passages answer a question, by the terms they hold and the kind of answer asked for."""
    question = ask.question
    terms = [term for term in subject_terms(question) if term.weight >= 0.15]
    weighty = [term for term in terms if term.weight >= 0.4]
    if not weighty and question.years:
        terms = weighty = [Term(f"{year}年", (f"{year}年",), 1.0) for year in question.years]
    if question.mentions and not question.terms:  # a signature is no task
        passages = [passage for passage in passages if passage.section]
    if not weighty:
        return Verdict((), "refuse")
    passages = [passage for passage in passages if not _is_header(ask, passage)]
    fits = _fits(ask, terms, passages)
    scored = sorted(((fits[passage], passage) for passage in passages), key=lambda item: -item[0])
    if not scored:
        return Verdict((), "refuse")
    best, top = scored[0]
    unit = _unit(top)
    lost = [
        term
        for term in missing(ask.corpus, weighty, unit)
        if term.weight >= 0.9 or not ask.corpus.known(term)
    ]
    unknown = [term for term in lost if not ask.corpus.known(term)]
    names = tuple(term.text for term in lost)
    enough = ENOUGH if question.language == "zh" else ENOUGH_ENGLISH
    held = coverage(ask.corpus, terms, unit)
    lenient = question.has("norm") and not question.kinds & {"money", "contact", "person", "apply"}
    if lenient and top.score >= 0.7 and held >= 0.38 and _heavy(unknown, weighty) <= 0.62:
        enough, unknown = held, []  # what is allowed is often asked in everyday words
    elif _head_lost(question, lost):
        enough += 0.17
    elif held < enough and held >= enough - 0.2 and top.score >= 0.75 and not question.kinds:
        enough, unknown = held, []  # a word for the setting is missing, not what is asked about it
    most = 0.2 if question.has("who") else 0.34  # a deed that no policy knows has no bearer there
    if deed_is_lost(question, missing(ask.corpus, weighty, unit)):
        return Verdict((), "refuse", names)
    if held < enough or (unknown and held < 0.75 and _heavy(unknown, weighty) > most):
        return Verdict((), "refuse", names)
    nearest = top.dense == max(passage.dense for passage in passages)
    if not _holds_a_word(weighty, unit) and (not nearest or len(weighty) < 2):
        return Verdict((), "refuse", names)  # a neighbour of one word is no topic
    near = [
        passage
        for score, passage in scored
        if score >= best - 0.35
        and coverage(ask.corpus, terms, _unit(passage)) >= max(min(enough, held), held - 0.15)
    ]
    holding = [passage for passage in near[:8] if not _missing_kind(ask, (passage,))]
    good = (
        tuple(holding or near or [top])[:3]
        if top not in holding
        else (top, *(p for p in holding if p is not top and fits[p] >= best - 0.15))[:3]
    )
    if _other_year(ask, good) or _no_target_of(ask, good):
        return Verdict((), "year", names)
    kind = _missing_kind(ask, good)
    if kind:
        return Verdict((), f"kind_{kind}", names)
    return Verdict(good)


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
    """Whether a target of a year is asked for and these passages do not name the year."""
    question = ask.question
    if not question.years or not question.has("targets"):
        return False
    titles = " ".join(ask.corpus.policies[passage.policy].title for passage in passages)
    return not any(
        str(year) in passage.text or str(year) in titles for year in question.years for passage in passages
    )


def subject_terms(question: Question) -> list[Term]:
    """Terms of a question with the organisations that it names."""
    named = [
        Term(mention.text, (squeeze(mention.text), *map(squeeze, mention.names), mention.name.stem), 1.0)
        for mention in question.mentions
    ]
    return [*named, *question.terms]


def _heavy(some: Sequence[Term], every: Sequence[Term]) -> float:
    total = sum(term.weight for term in every)
    return sum(term.weight for term in some) / total if total else 0.0


def _unit(passage: Passage, text: str = "") -> Unit:
    """What speaks for a passage: its text, its own heading and chapter, less so the headings above."""
    close = [
        name
        for number, name in enumerate(passage.section)
        if number + 1 == len(passage.section) or name.startswith("第")
    ]
    return Unit(
        (
            (1.0, squeeze(text or passage.text)),
            (0.9, squeeze(" ".join(close))),
            (0.5, squeeze(" ".join(passage.section))),
        )
    )


def _is_header(ask: Ask, passage: Passage) -> bool:
    """Whether a passage is the header block, whose fields are answered from the ledger."""
    if passage.section:
        return False
    header = ask.corpus.policies[passage.policy].header
    return sum(passage.start <= field.start < passage.end for field in header) > 1


def _fits(ask: Ask, terms: Sequence[Term], passages: Sequence[Passage]) -> dict[Passage, float]:
    """How well each passage fits: the terms it holds, its rank, and for words that no policy uses its meaning."""
    low = min((passage.dense for passage in passages), default=0.0)
    high = max((passage.dense for passage in passages), default=0.0)
    foreign = _heavy([term for term in terms if term.near or not ask.corpus.known(term)], terms)
    return {
        passage: coverage(ask.corpus, terms, _unit(passage))
        + 0.25 * passage.score
        + MEANING * foreign * (passage.dense - low) / ((high - low) or 1.0)
        for passage in passages
    }


def _missing_kind(ask: Ask, passages: Sequence[Passage]) -> str:
    """The kind of answer asked for that no sentence near the topic holds; "" where all is there."""
    question = ask.question
    texts = [sentence.text for passage in passages for sentence in sentences(ask, passage)]
    relevant = _relevant(ask, passages) or texts
    for kind in sorted(question.kinds):
        if not any(re.search(words()["kind"][kind]["needs"], text) for text in relevant):
            return kind
    if question.has("when") and not any(_TIME.search(text) for text in relevant):
        return "when"
    if _asks_number(question) and not any(
        unit_fits(question, quantity.unit)
        for text in relevant
        for quantity in quantities(fold_with_origin(text).text)
    ):
        return "amount"
    stated = {scale_unit(quantity.unit)[1] for quantity in question.numbers}
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
    if question.has("who") and not any(_BEARER.search(text) for text in relevant):
        return "who"
    if question.has("definition") and question.language == "zh" and not _is_defined(ask, passages):
        return "definition"
    return ""


def _asks_number(question: Question) -> bool:
    if question.kinds & {"contact", "person"}:
        return False
    return bool(
        re.search(
            r"多少|几(?:家|个|项|户|名|人|条|倍|成|亿|万|元|%|年|天|日|月|岁|次)|百分之几|how many|how much|what percentage",
            question.folded,
        )
    ) and not question.has("list")


def _is_defined(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether the text says what the word asked about is: a definition, a heading, or a list of its parts."""
    for term in ask.question.terms:
        if term.weight < 0.45:
            continue
        for passage in passages:
            text = squeeze(passage.text)
            if any(
                variant in squeeze(passage.section[-1])
                for variant in term.variants
                for _ in passage.section[-1:]
            ):
                return True
            for variant in term.variants:
                at = text.find(variant)
                if at >= 0 and (
                    _DEFINES.search(text[max(0, at - 30) : at + 60])
                    or re.search(r'"[^"]*[、,][^"]*"', text[max(0, at - 40) : at + 60])
                ):
                    return True
    return False


def _relevant(ask: Ask, passages: Sequence[Passage]) -> list[str]:
    """Texts of the sentences that hold most of the question's terms (headings counted)."""
    terms = [term for term in subject_terms(ask.question) if term.weight >= 0.4]
    found = []
    for passage in passages:
        for sentence in sentences(ask, passage):
            if coverage(ask.corpus, terms, _unit(passage, sentence.text)) >= RELEVANT and not _of_another(
                ask, sentence, terms
            ):
                found.append(sentence.text)
    return found


def _of_another(ask: Ask, sentence: Sentence, terms: Sequence[Term]) -> bool:
    """Whether another paragraph of the passage, and not this one, speaks of a thing that was asked about."""
    source = ask.corpus.policies[sentence.policy].source
    passage = sentence.passage
    start = max(source.rfind("\n", 0, sentence.start) + 1, passage.start)
    end = source.find("\n", sentence.end)
    end = passage.end if end < 0 else min(end, passage.end)
    if start <= passage.start and end >= passage.end:
        return False
    own = _unit(passage, source[start:end])
    whole = _unit(passage)
    return any(term.weight >= 0.9 and grip(term, own) < 0.5 and grip(term, whole) >= 0.9 for term in terms)


def sentences(ask: Ask, passage: Passage) -> Iterator[Sentence]:
    """Sentences of a passage: slices up to 。；！？ or a line end, brackets respected."""
    source = ask.corpus.policies[passage.policy].source
    start, depth = passage.start, 0
    for at in range(passage.start, passage.end):
        character = source[at]
        if character in "（(“":
            depth += 1
        elif character in "）)”":
            depth = max(0, depth - 1)
        last = at + 1 == passage.end
        if (character in "。；！？\n" and (depth == 0 or character == "\n")) or last:
            text = source[start : at + 1].strip()
            if text:
                left = start + len(source[start : at + 1]) - len(source[start : at + 1].lstrip())
                yield Sentence(passage.policy, passage.section, left, left + len(text), text, passage)
            start, depth = at + 1, 0


def compose(ask: Ask, passages: Sequence[Passage]) -> Draft:
    """The sentences that answer, each with its citation; the frame is in the reader's language."""
    draft = ask.draft()
    draft.route = "extractive"
    chosen = _choose(ask, passages)
    if ask.question.language == "en":
        draft.say("intro_quotes")
    for group in _runs(ask, chosen):
        first, last = group[0], group[-1]
        source = ask.corpus.policies[first.policy].source
        text = re.sub(r"\s*\n\s*", "\n", source[first.start : last.end])
        score = first.passage.score
        draft.say("quote", text=text, cite=draft.cite(first.policy, first.start, last.end, score))
    items = [sentence for sentence in chosen if re.match(r"[（(][一二三四五六七八九十]+[）)]", sentence.text)]
    if ask.question.has("count", "list") and len(items) > 1:
        draft.count = len(items)
    draft.topic = tuple(dict.fromkeys(sentence.section[-1] for sentence in chosen if sentence.section))
    return draft


def _choose(ask: Ask, passages: Sequence[Passage]) -> list[Sentence]:
    """Sentences worth quoting: the best, those nearly as good, and what belongs to them."""
    question = ask.question
    terms = [term for term in subject_terms(question) if term.weight >= 0.3]
    wanted = [re.compile(words()["kind"][kind]["needs"]) for kind in question.kinds]
    if question.has("when"):
        wanted.append(_TIME)
    stated = {scale_unit(quantity.unit)[1] for quantity in question.numbers}
    broad = (
        not stated and not question.kinds and not _asks_number(question) and not question.has("when", "yesno")
    )
    scored: list[tuple[float, Sentence]] = []
    for rank, passage in enumerate(passages):
        path = squeeze(" ".join(passage.section[-1:]))
        for sentence in sentences(ask, passage):
            text = squeeze(sentence.text)
            if any(text.strip("#") in title for title in ask.corpus.titles[passage.policy]):
                continue
            if _FORMALITY.search(text):
                continue
            own = coverage(ask.corpus, terms, Unit(((1.0, text),)))
            above = coverage(ask.corpus, terms, Unit(((1.0, path),))) if path else 0.0
            value = own + (0.5 * above if broad else 0.2 * above) - 0.12 * rank
            value -= 0.4 * _of_another(ask, sentence, terms)
            value += 0.4 * sum(bool(pattern.search(sentence.text)) for pattern in wanted)
            if _asks_number(question):
                value += 0.3 * any(True for _ in quantities(fold_with_origin(sentence.text).text))
            if stated and any(
                scale_unit(q.unit)[1] in stated for q in quantities(fold_with_origin(sentence.text).text)
            ):
                value += 0.4
            if question.years and any(str(year) in text for year in question.years):
                value += 0.4
            scored.append((value, sentence))
    if not scored:
        return []
    scored.sort(key=lambda item: (-round(item[0] * 20), item[1].start))
    best = scored[0][0]
    chosen: list[Sentence] = []
    length = 0
    share = 0.45 if broad else 0.7
    for value, sentence in scored:
        if value < share * best or (chosen and length + len(sentence.text) > LONGEST):
            continue
        chosen.append(sentence)
        length += len(sentence.text)
        if not broad and len(chosen) >= 3:
            break
    chosen = _with_referred(ask, _with_items(ask, _with_clauses(ask, chosen, terms)))
    return sorted(chosen, key=lambda s: (s.policy, s.start))


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


def _with_items(ask: Ask, chosen: list[Sentence]) -> list[Sentence]:
    """A sentence that opens a list (：) brings the items below it."""
    result = list(chosen)
    for sentence in chosen[:1]:  # the best one
        if not re.search(r"[：:]$|下列|以下|如下", sentence.text):
            continue
        policy = ask.corpus.policies[sentence.policy]
        section = next((s for s in policy.sections if s.start <= sentence.start < s.end), None)
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
        section = next((s for s in policy.sections if s.start <= sentence.start < s.end), None)
        if section is None or not section.marker or not _REFERS.search(sentence.text):
            continue
        for other in policy.sections[: section.id]:
            if other.parent == section.parent and other.level == section.level and other.level > 1:
                _add_section(result, policy, other, sentence)
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


def _runs(ask: Ask, chosen: Sequence[Sentence]) -> list[list[Sentence]]:
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


def refuse(ask: Ask, reason: str, passages: Sequence[Passage], lost: Sequence[str] = ()) -> Draft:
    """Say that the policies do not answer, what was searched, and nothing that is a claim."""
    question, draft = ask.question, ask.draft()
    draft.route, draft.status = "none", "refused"
    late = other_years(ask)
    if question.foreign and any(ask.corpus.regions):
        regions = "、".join(filter(None, ask.corpus.regions))
        draft.say("refuse_foreign", regions=regions, names="、".join(question.foreign))
    elif reason == "not_named":
        names = "、".join(m.text for m in question.mentions if not ask.corpus.directory.named(m))
        draft.say("refuse_not_named", names=names)
        draft.note("not_named", "notice_not_named", names=names)
    elif late or reason == "year":
        draft.say("refuse_year", year="、".join(map(str, question.years)))
    elif reason.startswith("kind_"):
        draft.say("refuse_kind", kind=phrase(draft.language, reason))
    else:
        draft.say("refuse")
    searched = [term.text for term in question.terms if term.weight >= 0.4][:8]
    if searched:
        draft.say("refuse_terms", terms="、".join(searched))
    draft.topic = tuple(searched)
    return draft
