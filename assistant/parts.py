"""What a question asks that asks several things (充电桩由谁牵头，目标是多少): its parts, its sides, its aspects."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.condense import condense
from assistant.document_rules import rules_asked
from assistant.header_asked import asks_of_document, fields_asked
from assistant.leaning import Read
from assistant.question import Question
from assistant.sentences import asks_number
from assistant.terms import Term, expression, is_asking, pattern, words
from index.text import fold_with_origin
from prompts import phrase

_ONE_ANSWER = (
    "yesno",
    "why",
    "sum",
    "difference",
    "ratio",
    "largest",
    "smallest",
    "shared",
    "without",
    "except",
)
MOST = 3  # parts of a question
MOST_ASKED = 4  # questions in one


def parts_of(question: Question, read: Read, corpus: str) -> list[Question]:
    """The questions that a question is made of, each standing alone; [] where it asks one thing.

    ``corpus`` is the folded text of the policies (see ``condense``).
    """
    premise = re.match(words()["premise"]["zh"], question.text)
    if premise:  # what is taken for granted is asked first
        rest = question.text[premise.end() :]
        claim = phrase("zh", "ask_premise", claim=(premise["of"] or "") + premise["claim"])
        history = [{"role": "user", "content": claim}]
        return [read(claim), read(condense(rest, history, read, corpus))]
    pieces = expression("pieces", "split").split(_behind_introduction(question))
    pieces = [piece.strip() for piece in pieces if piece.strip()]
    if not 2 <= len(pieces) <= MOST or question.has(*_ONE_ANSWER):
        return []
    if rules_asked(question.folded) or re.search(words()["document"]["another"], question.folded):
        return []  # a rule of the whole document, asked for with its setting; or the number of another document than the one indexed
    if question.mentions and re.search(words()["asker"]["each"], question.folded):
        return []  # who leads each of a body's tasks stands in the list of them
    found: list[Question] = []
    for piece in pieces:
        history = [{"role": "user", "content": part.text} for part in found]
        part = read(condense(piece, history, read, corpus))
        found.append(part if _has_topic(part) or not found else _in_question(question, part))
    named = next((part for part in found if part.policies), question)
    found = [
        part if part.policies else replace(part, policies=named.policies, local=named.local) for part in found
    ]
    kinds = [_asked(part) for part in found]
    beside = not question.has("basis", "recipients") and bool(fields_asked(question))
    if beside and all(kind.startswith("document") for kind in kinds):
        return []  # fields of the document: told together
    return found if all(kinds) and len(set(kinds)) > 1 else []


@dataclass(frozen=True, slots=True)
class Part:
    """One of the questions that a question asks one behind the other."""

    question: Question  # standing alone
    own: tuple[Term, ...]  # the words of its own that the policies know
    leans: bool  # on what was asked before it


def asked_beside(question: Question, read: Read, corpus: str) -> list[Part]:
    """The questions that a question asks one behind the other (租金多少，押金又是多少); [] where it asks one.

    What only sets the scene goes with the question behind it.
    """
    found: list[Part] = []
    asking = _asking(question)
    for piece in asking if 2 <= len(asking) <= MOST_ASKED else ():
        history = [{"role": "user", "content": part.question.text} for part in found]
        raw = read(piece)
        part = raw if fields_asked(raw) else read(condense(piece, history, read, corpus))
        alone = _has_topic(part) or bool(_known_words(part, corpus, 0.4))
        part = part if alone or not found else _in_question(question, part)
        policies, local = part.policies or question.policies, part.local or question.local
        own = tuple(
            t for t in raw.terms if not t.pair and t.weight >= 0.4 and any(v in corpus for v in t.variants)
        )
        found.append(
            Part(replace(part, policies=policies, local=local), own, bool(found) and part.text != raw.text)
        )
    return found


def _asking(question: Question) -> list[str]:
    """The pieces of a question that ask something, each with what sets the scene before it."""
    asking: list[str] = []
    scene = ""
    pieces = expression("pieces", "beside").split(_behind_introduction(question))
    for piece in filter(None, map(str.strip, pieces)):
        folded = piece.lower()
        if not is_asking(folded) or expression("pieces", "tag").fullmatch(folded) or len(piece) < 3:
            scene += piece + ("，" if question.language == "zh" else ", ")
        else:
            asking.append(scene + piece)
            scene = ""
    return asking


def _behind_introduction(question: Question) -> str:
    """What a question says behind the introduction of the asker."""
    begin = fold_with_origin(question.text).span(0, question.introduced)[1] if question.introduced else 0
    return question.text[begin:]


def sides_of(question: Question, read: Read, corpus: str) -> list[Question]:
    """The two things that a question compares or asks about each (A和B有什么不同), as questions; [] where none are.

    What the rest of the question names (对建筑垃圾，A和B…, A和B，付款期限上…) is asked of both.
    """
    if not question.has("compare"):
        return []
    found = next(
        filter(None, (re.search(form, question.folded) for form in words()["sides"][question.language])), None
    )
    if not found:
        return []
    shared = found.groupdict().get("of") or ""  # A和B的付款期限
    named = [found[name].strip() for name in ("first", "second")]
    if question.language == "zh":
        rest = question.folded[: found.start()] + "，" + question.folded[found.end() :]
        rest = expression("pieces", "preposition").sub(r"\1", pattern("ask", "compare").sub("，", rest))
        about = _known_words(read(rest), corpus, 0.9)
        shared += "".join(f" {word}" for word in about if not any(word in side for side in named))
    sides = [read(side + shared) for side in named]
    if not all(any(term.weight >= 0.9 for term in side.terms) for side in sides):
        return []
    return [_apart(*pair) for pair in zip(sides, reversed(sides), strict=True)]


def _apart(side: Question, other: Question) -> Question:
    """One of two things compared, which remembers what the other is: what is said of both tells them not apart."""
    own = {term.text for term in side.terms}
    nouns = (term for term in other.terms if term.weight >= 0.9 and not term.pair)
    apart = tuple(term for term in nouns if term.text not in own)
    return replace(
        side, apart=apart, asks=side.asks - {"when"}
    )  # 付款期限 is what is compared, no day asked for


def aspects_of(question: Question, read: Read, corpus: str) -> list[Question]:
    """The topics in which something is asked for (在A、B和C上能得到什么), as questions; [] where there is one."""
    found = re.search(words()["aspects"]["zh"], question.folded)
    if not found:
        return []
    rest = read(question.folded[: found.start()] + "，" + question.folded[found.end() :])
    nouns = [term for term in rest.terms if term.weight >= 0.9 and not term.pair]
    if nouns and not any(variant in corpus for term in nouns for variant in term.variants):
        return []  # of somebody whom no policy names, nothing is said there
    names = [
        name
        for piece in re.split("[、和与及]", found["list"])
        for name in _known_words(read(piece), corpus, 0.4)
    ]
    return [read(name) for name in names] if 2 <= len(names) <= MOST else []


def _known_words(question: Question, corpus: str, least: float) -> list[str]:
    """The words of a question of some weight that the policies use, in its order; two used as one word are one."""
    found: list[str] = []
    weighty = {term.text: term for term in question.terms if term.weight >= least and not term.pair}
    for word in sorted(weighty, key=question.folded.find):
        if found and found[-1] + word in question.folded and found[-1] + word in corpus:
            found[-1] += word
        elif any(variant in corpus for variant in weighty[word].variants):
            found.append(word)
    return found


def _has_topic(part: Question) -> bool:
    """Whether a part names what it is about itself, or asks about the document."""
    nouns = any(term.weight >= 0.9 for term in part.terms)
    return nouns or bool(part.mentions or part.roles or part.marker or part.years) or bool(fields_asked(part))


def _in_question(question: Question, part: Question) -> Question:
    """A part (交给谁) with the words of the whole question, of which it asks one thing."""
    asks = part.asks | (question.asks & {"norm"})
    return replace(question, text=part.text, asks=asks, kinds=part.kinds, roles=part.roles)


def _asked(question: Question) -> str:
    """What sort of thing a question asks for; "" where it asks nothing that can be told apart."""
    if asks_of_document(question) or {"basis", "recipients", "approved"} & set(fields_asked(question)):
        return " ".join(("document", *fields_asked(question)))
    if question.has("when"):
        return "when"
    if asks_number(question) or (question.has("targets") and not question.has("who")):
        return "number"
    return "who" if question.roles or question.has("who") else ""
