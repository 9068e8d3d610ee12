"""Whether passages answer a question, and the refusal where they do not.

The sentence that is nearest to a question, in meaning and in words, has to hold the kind of answer that it wants: a number
of the unit asked for, a date, a body. That people use other words than a policy says nothing: of questions in words of
their own, those that a policy answers share no more words with it than those that it does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.corpus import Unit
from assistant.definitions import is_defined, is_definition
from assistant.match import coverage, deed_is_lost, grip, is_of_another_party, is_of_opposite, missing
from assistant.question import Question
from assistant.references import penalties_of, slices_referred
from assistant.sentences import (
    Sentence,
    asks_number,
    opening,
    passage_unit,
    ranked,
    subject_terms,
    tells_class,
)
from assistant.target_fit import is_commitment, of_another_kind, of_sibling
from assistant.terms import Term, expression, words
from assistant.wanted import lacking
from assistant.within import section_at, subtree_end, table_over
from index.grids import row_told
from index.policy import Policy
from index.text import squeeze

MARGIN = 0.1  # a sentence this far behind the nearest may answer (chosen on eval/cases)
MARGIN_OF_EACH = 0.5  # the same where the nearest may answer another part of the question
FAR = 0.845, 0.82  # cosine of the nearest sentence below which nothing speaks of it: Chinese, English
SURE = 0.875, 0.86  # cosine from which it speaks of the question whatever words it uses
TIE = 0.003  # cosines this close are alike
LITTLE = (
    0.15  # share of the words of a question below which a sentence that is not so near says nothing of it
)
FOLLOWING = 160  # characters behind a ；in which the clauses stand that go on from it
BESIDE = 0.4  # a sentence of the paragraph of the nearest this far behind it may go on from it
BEHIND = 0.35  # sentences this far behind the one that answers are still shown their passage
_Near = tuple[float, Sentence]  # how well a sentence answers, and it
_TOLD_BESIDE = ("when", "amount")  # what a paragraph tells of its thing in a sentence of its own
_YEAR = re.compile(r"20\d\d年(?:[至到—~-]+20\d\d年)?")
_SIGNATURE = re.compile(
    r"[^,。;:\d]{0,80}\d{4}年\d{1,2}月\d{1,2}日[^,。;:]{0,10}"
)  # bodies and the date below a text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the passages answer: the ones that do, or why none does."""

    passages: tuple[Passage, ...]
    reason: str = ""  # phrase of the refusal
    near: Sequence[tuple[float, Sentence]] = ()  # their sentences and those beside them, nearest first
    answering: Sequence[tuple[float, Sentence]] = ()  # those of them that hold what is asked for
    joint: Sequence[Sentence] = ()  # sentences that hold it only together


def judge(ask: Ask, passages: Sequence[Passage], margin: float = MARGIN) -> Verdict:
    """Decide whether passages answer a question, by the sentence nearest to it and the kind of answer asked for.

    ``margin`` is how far behind the nearest sentence one may be that answers.
    """
    question = ask.question
    if question.mentions and not question.terms:  # a signature is no task, nor is a title that names a body
        passages = [passage for passage in passages if passage.section and _says_of_body(ask, passage)]
        if not passages:
            return Verdict((), "no_duty")
    reason = _of_unknown(ask)
    if reason:
        return Verdict((), reason)
    near = _nearest_first(ask, passages)
    reason = _too_far(ask, near)
    if reason:
        return Verdict((), reason)
    lacks = [lacking(question, _with_opening(ask, sentence)) for _, sentence in near]
    holding = _holding(ask, near, lacks, margin)
    if "penalty" in question.kinds and lacks[0] and _is_unpunished(ask, near[0][1]):
        return Verdict((), "kind_penalty")
    joint: Sequence[_Near] = ()
    told_apart = lacks[0] in _TOLD_BESIDE and not question.has("yesno")  # a claim is of one sentence
    if not holding and told_apart and near[0][1].near >= _nearness(near) - TIE:
        holding = joint = _told_beside(ask, near, lacks[0])
    if not holding:
        return Verdict((), f"kind_{lacks[0]}")
    if asks_number(question) and _is_of_another(ask, holding[0][1]):
        own = _going_on(ask, holding)
        if not own:
            return Verdict((), "kind_amount")
        holding = [*own, *(item for item in holding if item not in own)]
    if (question.has("who") or "where" in question.kinds) and _is_of_another_deed(ask, holding[0][1]):
        return Verdict((), "refuse")
    chosen = _best_of(holding)
    reason = _objection(ask, chosen)
    if reason:
        return Verdict((), reason)
    return Verdict(chosen, near=near, answering=holding, joint=[sentence for _, sentence in joint])


def _of_unknown(ask: Ask) -> str:
    """Why a question cannot be answered whatever the sentences are: it is of nothing that the policies speak of; ""
    where it can."""
    question = ask.question
    about = [term for term in question.terms if term.weight >= 0.9]
    if question.has("members") and not question.roles and not about:
        return "kind_amount"
    if question.has("together") and not all(ask.corpus.known(replace(term, near=())) for term in about):
        return "kind_together"  # with a thing that no policy speaks of
    if len(question.terms) == 1 and not ask.corpus.known(replace(question.terms[0], near=())):
        return "refuse"  # the one thing asked about is none of the policies' (国务院负责什么)
    says = question.terms or question.mentions or question.years
    return "refuse" if not says or _is_asked_thing_unknown(ask) else ""


def _nearest_first(ask: Ask, passages: Sequence[Passage]) -> list[_Near]:
    """The sentences of passages, the nearest first, without those of other parties and of classes that lack what is
    wanted."""
    question = ask.question
    near = ranked(ask, [passage for passage in passages if not _is_header(ask, passage)])
    near = [item for item in near if not _is_of_another_party(ask, item[1])]
    return [item for item in near if not (tells_class(question, item[1]) and lacking(question, item[1].text))]


def _nearness(near: Sequence[_Near]) -> float:
    """The cosine of the sentence that is nearest in meaning."""
    return max((sentence.near for _, sentence in near), default=0.0)


def _too_far(ask: Ask, near: Sequence[_Near]) -> str:
    """Why the sentences do not speak of a question; "" where they do."""
    question, nearest = ask.question, _nearness(near)
    if nearest < FAR[question.language == "en"]:
        return "refuse"
    if nearest < SURE[question.language == "en"] and _says_little(ask, near[0][1]):
        return "refuse"
    if question.has("filtered") and question.has("tasks", "targets"):  # a condition that no list knows
        return "kind_comparison"
    return ""


def _holding(ask: Ask, near: Sequence[_Near], lacks: Sequence[str], margin: float) -> list[_Near]:
    """The sentences that lack nothing of what is wanted; where the first of them is further than ``margin`` behind the
    nearest, only those nearest in meaning, if not in words, with the others behind them."""
    question = ask.question
    holding = [item for item, kind in zip(near, lacks, strict=True) if not kind]
    behind = holding and lacks[0] and lacks[0] != "together" and near[0][0] - holding[0][0] > margin
    if not behind:
        return holding
    least = _nearness(near) - TIE
    meant = [item for item in holding if item[1].near >= least and not lacking(question, item[1].text)]
    sure = question.language == "zh" or "penalty" in question.kinds  # words that tell a sentence of it apart
    close = meant and sure and not _is_of_another_thing(ask, passage_unit(ask, meant[0][1].passage))
    return [*meant, *holding] if close else []


def _going_on(ask: Ask, holding: Sequence[_Near]) -> list[_Near]:
    """The sentences behind the first, which tells the number of another thing, that go on to tell the one asked for
    (高级工2500元。列入目录的上浮20%。)."""
    first = holding[0][1]
    beside = [
        item
        for item in holding[1:]
        if item[1].passage == first.passage and 0 <= first.start - item[1].end <= FOLLOWING
    ]
    return [item for item in beside if not _is_of_another(ask, item[1])]


def _best_of(holding: Sequence[_Near]) -> tuple[Passage, ...]:
    """The passages of the sentences that answer about as well as the first, three at most."""
    near = (sentence.passage for value, sentence in holding if value >= holding[0][0] - BEHIND)
    good: list[Passage] = []
    for passage in near:
        if passage not in good:
            good.append(passage)
    return tuple(good[:3])


def _objection(ask: Ask, chosen: Sequence[Passage]) -> str:
    """Why passages whose sentences hold what is wanted do not answer after all; "" where they do."""
    question = ask.question
    if _other_year(ask, chosen) or _no_target_of(ask, chosen):
        return "year"
    if _is_nobody_named(ask, chosen):
        return "refuse"
    defined = question.language != "zh" or not question.has("definition") or is_defined(ask, chosen)
    return "" if defined else "kind_definition"


def _is_unpunished(ask: Ask, sentence: Sentence) -> bool:
    """Whether a sentence is an item of an article of which other items are punished, and it is not."""
    policy = ask.corpus.policies[sentence.policy]
    own = section_at(policy, sentence.start)
    if own is None or own.parent is None or any(penalties_of(policy, sentence.start)):
        return False
    beside = [section for section in policy.sections if section.parent == own.parent]
    return any(any(penalties_of(policy, section.start)) for section in beside)


def _told_beside(ask: Ask, near: Sequence[tuple[float, Sentence]], kind: str) -> list[tuple[float, Sentence]]:
    """The sentence of the paragraph of the nearest that tells with it all that is asked for (50处完成20处；到2026年底，完成
    40处), and the nearest; none where no other is near enough. ``kind`` is what the nearest lacks."""
    value, first = near[0]
    source = ask.corpus.policies[first.policy].source
    text = _with_opening(ask, first)
    for item in near[1:]:
        other = item[1]
        between = source[min(first.start, other.start) : max(first.start, other.start)]
        if other.policy != first.policy or "\n" in between.rstrip():
            continue
        goes_on = first.start < other.start and "。" not in between  # …完成18处；到2026年底，…
        told = _with_opening(ask, other)
        told = expression("often", "every").sub("", told)  # how often it is done, is no time limit
        close = value - item[0] <= BESIDE or (item is near[1] and kind == "when")
        if (goes_on or close) and not lacking(ask.question, text + told):
            return [item, near[0]]
    return []


def _says_little(ask: Ask, sentence: Sentence) -> bool:
    """Whether a sentence, its headings counted, holds little of what a question says."""
    unit = passage_unit(ask, sentence.passage, sentence.text, sentence.start)
    terms = [replace(term, near=()) for term in subject_terms(ask) if term.weight >= 0.15]
    return bool(terms) and coverage(ask.corpus, terms, unit) < LITTLE


def _is_of_another(ask: Ask, sentence: Sentence) -> bool:
    """Whether a number is asked of a thing that stands beside 多少, or that the policies know, and the sentence with
    its headings lacks."""
    question = ask.question
    if of_another_kind(question, squeeze(sentence.text), squeeze(" ".join(sentence.section))):
        return True
    of_each = sentence.text.startswith("|") and re.search(words()["amount"]["each_person"], question.folded)
    if of_each and not re.search(words()["amount"]["of_person"], _with_opening(ask, sentence)):
        return True  # the amount of a whole row
    unit = passage_unit(ask, sentence.passage, sentence.text, sentence.start)
    misread = words()["misread"]["zh"]
    nouns = [
        term
        for term in question.terms
        if term.weight >= 0.9 and not term.pair and not term.text.startswith("每")  # 每吨应交多少
        if ask.corpus.known(replace(term, near=())) or not re.search(misread, term.text)
    ]
    return (
        any(_is_counted(question, noun) and grip(noun, unit) < _least(ask, noun) for noun in nouns)
        or _lacks_thing(ask, unit)
        or _is_unknown_grant(ask)
        or ("money" in question.kinds and _holds_amount_alone(ask, unit))
    )


def _is_of_another_party(ask: Ask, sentence: Sentence) -> bool:
    """Whether a sentence with its headings speaks of the other party (承租人, 在编) than the one asked about (出租人, 编外)."""
    own, above = squeeze(sentence.text), squeeze("".join(sentence.section))
    if is_of_opposite(ask.question.folded, own) or of_sibling(ask.question, ask.corpus.text, own, above):
        return True
    unit = passage_unit(ask, sentence.passage, sentence.text, sentence.start)
    known = [term for term in ask.question.terms if ask.corpus.known(replace(term, near=()))]
    return is_of_another_party(known, "|".join(text for _, text in unit.texts))


def _least(ask: Ask, noun: Term) -> float:
    """How firmly a text has to hold what is counted: firmer where no policy knows the word (年利率 is not 三年)."""
    return 0.3 if ask.corpus.known(replace(noun, near=())) else 0.5


def _is_unknown_grant(ask: Ask) -> bool:
    """Whether the grant whose number is asked for (购房补贴) is of a kind that no policy names, and another of the like
    is (租房补贴), or an item that is pointed to (育儿假这一项) is one that none names."""
    for found in re.finditer(words()["amount"]["grant"], ask.question.folded):
        kinds = [
            term
            for term in ask.question.terms
            if term.weight >= 0.4 and not term.pair and found["kind"].endswith(term.text)
        ]
        if not kinds or any(
            len(term.variants) > 1 or ask.corpus.known(replace(term, near=())) for term in kinds
        ):
            continue
        like = f"[一-鿿]{found['kind'][-1]}{found['grant'] or ''}"
        if not found["grant"] or re.search(like, ask.corpus.text):
            return True
    return False


def _holds_amount_alone(ask: Ask, unit: Unit) -> bool:
    """Whether of all that a question names and the policies know, a unit holds the words of the amount and nothing else."""
    plain = re.compile(words()["amount"]["plain"])
    own = [replace(term, near=()) for term in ask.question.terms if term.weight >= 0.15 and not term.pair]
    named = [term for term in own if not plain.match(term.text) and ask.corpus.known(term)]
    return bool(named) and not any(grip(term, unit) for term in named)


def _lacks_thing(ask: Ask, unit: Unit) -> bool:
    """Whether a unit lacks the first thing that a question names, which the policies know."""
    nouns = [term for term in ask.question.terms if term.weight >= 0.9 and not term.pair]
    near = words()["place"]["near"]
    nouns = [noun for noun in nouns if not re.search(re.escape(noun.text) + near, ask.question.folded)]
    thing = min(nouns, key=lambda term: ask.question.folded.find(term.text), default=None)
    return thing is not None and ask.corpus.known(replace(thing, near=())) and grip(thing, unit) < 0.45


def _is_of_another_thing(ask: Ask, unit: Unit) -> bool:
    """Whether a unit lacks the first thing that a question names; in English, where a penalty is asked for, every thing:
    the first is often who asks (a restaurant), in a word that the text has no use for."""
    if ask.question.language == "zh":
        return _lacks_thing(ask, unit)
    return not any(grip(term, unit) >= 0.9 for term in ask.question.terms if term.weight >= 0.9)


def _is_of_another_deed(ask: Ask, sentence: Sentence) -> bool:
    """Whether it is asked who does something else (谁审批), or does it to another kind of thing (建筑垃圾)."""
    question = ask.question
    unit = passage_unit(ask, sentence.passage)
    if deed_is_lost(question, missing(ask.corpus, question.terms, unit)):
        return True
    nouns = [term for term in question.terms if term.weight >= 0.9]
    thing = max(nouns, key=lambda term: question.folded.rfind(term.text), default=None)
    for pair in question.terms:
        if not thing or not pair.pair or ask.corpus.known(pair) or not pair.text.endswith(thing.text):
            continue
        kinds = [noun for noun in nouns if noun is not thing and pair.text.startswith(noun.text)]
        if any(_grip(kind, unit) < 0.45 for kind in kinds) and _grip(thing, unit) >= 0.45:
            return True
    return False


def _grip(term: Term, unit: Unit) -> float:
    """How firmly a unit holds a term itself, not only a neighbour of it."""
    return grip(replace(term, near=()), unit)


def _is_counted(question: Question, noun: Term) -> bool:
    """Whether a noun stands right beside the word that asks for the number (保额最低要多少, 多少补偿款)."""
    text, many = re.escape(noun.text), "(?:多少|百分之几|几(?=[一-鿿]))"
    days = f"{text}(?:得|要|该|应|需|须)+(?:在)?{many}个?(?:工作)?(?:天|日|小时|月|周)"
    doer = re.search(words()["amount"]["doer"], noun.text)
    if re.search(words()["amount"]["limit"], noun.text) or (doer and re.search(days, question.folded)):
        return False  # what is said of any number, and who has so many days
    between = "(?:了?没有?[?,]|[,?]|最[低高少多]|[至最]少|起码|大概|[一总]共|将?要|降低|提高|允许|可以|能够|[得该应能是为有到定可达占买收付交贷借])*"
    return bool(re.search(f"{text}{between}{many}|{many}{text}", question.folded))


def _with_opening(ask: Ask, sentence: Sentence) -> str:
    """A sentence with the one that opens its list or the items that it opens, what it refers to, and where it names no
    year, with the last one before it."""
    policy = ask.corpus.policies[sentence.policy]
    text = opening(policy, sentence.start) + sentence.text + _decided(policy, sentence)
    row = table_over(policy, sentence.start)
    text += row_told(*row) if row else ""
    if re.search(words()["as_there"]["zh"], sentence.text):
        text += "".join(policy.source[a:b] for a, b in slices_referred(policy, sentence.start, sentence.text))
    if "penalty" in ask.question.kinds:
        text += "".join(policy.source[a:b] for a, b in penalties_of(policy, sentence.start))
    section = section_at(policy, sentence.start) if sentence.text.endswith(("：", ":")) else None
    if section:
        text += policy.source[sentence.end : subtree_end(policy.sections, section.id)]
    line = policy.source.rfind("\n", 0, sentence.start) + 1
    before = _YEAR.findall(policy.source[line : sentence.start])
    return text if _YEAR.search(text) or not before else f"{before[-1]}，{text}"


def _decided(policy: Policy, sentence: Sentence) -> str:
    """The clauses behind the ；that a sentence ends with which say what follows from it (；逾期不拆除的，处…罚款)."""
    if not sentence.text.endswith("；"):
        return ""
    rest = re.split("[。\n]", policy.source[sentence.end : sentence.end + FOLLOWING])[0]
    decides = re.compile(words()["decides"]["zh"])
    return "".join(takewhile(decides.match, (clause.strip() for clause in rest.split("；"))))


def _says_of_body(ask: Ask, passage: Passage) -> bool:
    """Whether a passage names one of the bodies asked about outside a 《title》, a signature and an address."""
    lines = map(squeeze, re.sub(r"《[^》]*》", "", passage.text).split("\n"))
    names = [variant for term in subject_terms(ask) for variant in term.variants]
    return any(name in line for line in lines for name in names if not line.endswith((name, ":")))


def _other_year(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether the question asks about a year that these passages, promising for others, do not name."""
    question = ask.question
    if not (asks_number(question) or question.has("targets", "amount", "when") or "money" in question.kinds):
        return False
    for year in question.years:
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
        if not any(map(is_commitment, policy.targets)):
            return False  # a year of the reader's own (去年刚拿下证书), as the policy promises for none
        texts += [policy.title, passage.text if question.has("targets") else policy.source]
    return not any(str(year) in text for year in question.years for text in texts)


def _is_header(ask: Ask, passage: Passage) -> bool:
    """Whether a passage is the header block, whose fields are answered from the ledger, or a signature."""
    if _SIGNATURE.fullmatch(squeeze(passage.text)):
        return True
    if passage.section:
        return False
    header = ask.corpus.policies[passage.policy].header
    return sum(passage.start <= field.start < passage.end for field in header) > 1


def _is_nobody_named(ask: Ask, passages: Sequence[Passage]) -> bool:
    """Whether it is asked which firms are such ones (谁是龙头企业), and no sentence names one or says what makes one."""
    entry = words()["ask"]["identity"]
    if not ask.question.has("identity") or not re.search(entry["of"], ask.question.folded):
        return False
    told = any(is_definition(ask.question, passage.text) for passage in passages)
    return not told and not any(re.search(entry["needs"], passage.text) for passage in passages)


def _is_asked_thing_unknown(ask: Ask) -> bool:
    """Whether one thing of a sort is asked for (去哪个法院) that the policies never mention."""
    asked = expression("one_of", "asked").findall(ask.question.folded)
    return any(
        text.startswith(term.text) and not ask.corpus.known(term)
        for text in asked
        for term in ask.question.terms
        if not term.pair
    )
