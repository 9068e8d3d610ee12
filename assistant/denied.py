"""What a text says is not so of the very thing that is asked about (短训班不予补助), and a kind that its classes do not have
(分为甲类、乙类两类, and 丙类 is asked about): the sentence that says so is the answer, whatever is asked of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import Passage
from assistant.ask import Ask
from assistant.composer import runs
from assistant.draft import Draft
from assistant.sentences import Sentence, content_words, ranked, sentences
from assistant.terms import words
from index.text import fold_with_origin, squeeze

NEAREST = 4  # sentences looked at, the nearest first
BESIDE = 0.6  # how far behind or before a denial the grant may be that it takes from, in its paragraph
PART = 0.7  # of the characters of a name that a question has to say in a row


def answer_denied(ask: Ask, passages: Sequence[Passage]) -> Draft | None:
    """The sentence that denies what is asked about, or that gives the classes among which it is not; else None."""
    question = ask.question
    if question.language != "zh" or question.has("list", "definition", "tasks"):
        return None
    told = [passage for passage in passages if passage.section]
    if not any(_may_deny(passage.text) for passage in told):
        return None
    near = ranked(ask, told)[:NEAREST]
    for value, sentence in near:
        if _denies(ask, sentence.text):
            grant = [
                one for other, one in near if abs(other - value) <= BESIDE and _takes_from(ask, one, sentence)
            ]
            return _quoted(ask, [*grant[:1], sentence])
    for _, sentence in near:
        if _lacks_class(question.folded, fold_with_origin(sentence.text).text):
            return _quoted(ask, [sentence, *_denial_behind(ask, sentence)])
    return None


def _may_deny(text: str) -> bool:
    """Whether a passage holds words that deny something, or that name classes; sentences are ranked for these alone."""
    entry = words()["denial"]
    return bool(
        re.search(entry["zh"], squeeze(text)) or re.search(entry["classes"], fold_with_origin(text).text)
    )


def _quoted(ask: Ask, chosen: Sequence[Sentence]) -> Draft:
    draft = ask.draft()
    draft.route = "extractive"
    draft.evidence = tuple(dict.fromkeys(sentence.passage for sentence in chosen))
    for group in runs(ask, sorted(chosen, key=lambda sentence: (sentence.policy, sentence.start))):
        first, last = group[0], group[-1]
        text = re.sub(r"\s*\n\s*", "\n", ask.corpus.policies[first.policy].source[first.start : last.end])
        draft.quote(text=text, cite=draft.cite(first.policy, first.start, last.end, first.passage.score))
    if not re.search(words()["denial"]["asked"], ask.question.folded):
        draft.note("premise", "notice_premise")
    return draft


def _denies(ask: Ask, text: str) -> bool:
    """Whether a clause of a sentence denies what is asked, of the thing that is asked about."""
    entry = words()["denial"]
    for clause in re.split("[。;]", squeeze(text)):
        segments = clause.split(",")
        for number, segment in enumerate(segments):
            found = re.search(entry["zh"], segment)
            if not found or re.search(entry["condition"], segment):
                continue
            before = segment[: found.start()]
            of = before if before or not number else segments[number - 1]
            if not before and not of.endswith("的"):
                continue  # …应当整改，期间不予通报: of whom, no clause says
            if _asks_of(ask, found["what"]) and any(_names(ask, item) for item in _items(of)):
                return True
    return False


def _items(of: str) -> list[str]:
    """The things that a clause denies something of (短训班、夜校)."""
    plain = re.sub(words()["denial"]["plain"], "", of)
    return [item for item in re.split("[、和及或]|以及|或者", plain.removesuffix("的")) if len(item) > 1]


def _names(ask: Ask, item: str) -> bool:
    """Whether a question names a thing: in its own words, or by all of its content words, none with another sign."""
    folded = squeeze(ask.question.folded)
    spoken = " ".join(
        [folded, *(form for term in ask.question.terms for form in term.variants if not term.pair)]
    )
    for negated in re.findall(words()["denial"]["negated"], item):
        said = re.search(re.escape(negated[:2]), folded)
        if said and not re.search(f"(?:[不未没无非]|没有)[一-鿿]?{re.escape(negated[:2])}", folded):
            return False  # 但不主办的, and of one who does is asked
        item = item.replace(negated, "")
    item = re.sub("[不未没无非但]+$|^[但而]|(?<=[一-鿿])但[不未没无非]", "", item)
    size = max(3, round(PART * len(item)))
    if len(item) >= 3 and any(item[at : at + size] in spoken for at in range(len(item) - size + 1)):
        return True
    content = content_words(item)
    least = 1 if len(item) == 2 else 2
    return len(content) >= least and all(word in spoken for word in content)


def _asks_of(ask: Ask, what: str) -> bool:
    """Whether a question asks for what is denied: by its words, or for some grant where a grant is denied."""
    entry, folded = words()["denial"], squeeze(ask.question.folded)
    if re.search(entry["grant"], what):
        return bool(re.search(entry["grant_asked"], folded)) or "money" in ask.question.kinds
    return any(word in folded for word in content_words(what)[:2])


def _takes_from(ask: Ask, one: Sentence, denial: Sentence) -> bool:
    """Whether a sentence right before a denial of its paragraph grants what that takes away (分店补助8万元。租用场地的，
    不享受本条补助)."""
    source = ask.corpus.policies[one.policy].source
    joined = one.policy == denial.policy and "\n" not in source[one.end : denial.start].strip(" ")
    own = re.search(words()["denial"]["own"], denial.text)
    return bool(own) and joined and one.end <= denial.start and bool(re.search(r"\d", one.text))


def _denial_behind(ask: Ask, sentence: Sentence) -> list[Sentence]:
    """The next sentence of the paragraph, where it says what is not done below the classes of the one before."""
    behind = [one for one in sentences(ask, sentence.passage) if one.start >= sentence.end][:1]
    source = ask.corpus.policies[sentence.policy].source
    return [
        one
        for one in behind
        if "\n" not in source[sentence.end : one.start]
        and re.search(words()["denial"]["zh"], squeeze(one.text))
    ]


def _lacks_class(folded: str, text: str) -> bool:
    """Whether a text gives the classes of a thing (分为甲类、乙类两类), and a question names one that is none of them."""
    entry = words()["denial"]
    for found in re.finditer(entry["classes"], text):
        items = re.split("[、和及]", re.sub(entry["number"], "", found["items"]))
        for shape in entry["shapes"]:
            if len(items) < 2 or not all(re.fullmatch(shape, item) for item in items):
                continue
            asked = list(re.finditer(f"(?P<one>{shape})的?(?P<of>[一-鿿]{{2}})", folded))
            if any(
                match["of"] in text[: found.start("items")] and match["one"] not in items for match in asked
            ):
                return True
    return False
