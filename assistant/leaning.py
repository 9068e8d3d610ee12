"""A follow-up taken apart: what it has of its own, and what it leans on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.question import Question, topic_of
from assistant.terms import Term, expression, words

Read = Callable[[str], Question]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question with what was said before it."""

    text: str  # as it was put
    earlier: Sequence[str]  # the questions before it, each as it stands alone
    said: str  # the answer before it
    corpus: str  # the folded text of the policies
    read: Read
    now: Question
    then: Question  # the question before it
    subject: str  # what that was about
    topical: Sequence[Term]  # its own words that name a topic
    pronoun: re.Match[str] | None  # what in it stands for something said before
    opens: bool  # it begins with 那, 还有
    elliptic: bool  # it ends with 呢

    @property
    def before(self) -> str:
        """The question before it, as it stands alone."""
        return self.earlier[-1]

    @property
    def leans(self) -> bool:
        """Whether its form says that it goes on from something."""
        return self.opens or self.elliptic

    @property
    def names_nothing(self) -> bool:
        """Whether it has neither a topic nor a body of its own."""
        return not self.topical and not self.now.mentions


def taken_apart(text: str, earlier: Sequence[str], said: str, read: Read, corpus: str) -> FollowUp:
    """A follow-up, what was asked before it (one question or more) and the answer before it."""
    now, then = read(text), read(earlier[-1])
    attribute = words()["follow"]["attribute"]
    topical = [t for t in now.terms if t.weight >= 0.4 and not re.fullmatch(attribute, t.text)]
    opens, elliptic = _opens(text), _is_elliptic(text)
    pronoun = _pronoun_of(text)
    subject = topic_of(then)
    return FollowUp(text, earlier, said, corpus, read, now, then, subject, topical, pronoun, opens, elliptic)


def _pronoun_of(text: str) -> re.Match[str] | None:
    """The pronoun that stands for something said before; None where it stands for the document, or for what the
    follow-up names itself (要是施工队造假，它自己会怎么样)."""
    pronoun = expression("follow", "pronoun").search(text)
    if not pronoun or means_whole(text):
        return None
    named = re.match(rf"(?:{words()['follow']['if']})[^，,]*[，,]", text[: pronoun.start()])
    return None if named else pronoun


def leans(question: str, read: Read) -> bool:
    """Whether a question still leans on what was said before it: the rules have not resolved it."""
    now = read(question)
    if means_whole(question) or now.has("documents", "structure", "basis", "recipients"):
        return False
    topical = any(term.weight >= 0.4 for term in now.terms)
    leaning = expression("follow", "pronoun").search(question) or _opens(question) or _is_elliptic(question)
    return bool(leaning) or not (topical or now.mentions or now.years or now.marker or now.policies)


def _opens(text: str) -> bool:
    return bool(expression("follow", "opening").match(text.strip()))


def _is_elliptic(text: str) -> bool:
    return bool(expression("follow", "elliptic").search(text.strip()))


def means_whole(text: str) -> bool:
    """Whether a question speaks of the document as a whole (这个方案)."""
    return bool(expression("follow", "whole").search(text))


def is_of_document(now: Question) -> bool:
    """Whether a question asks what the document says of itself (文号, 有效期)."""
    return bool(expression("follow", "of_document").search(now.folded))


def without_opening(text: str) -> str:
    """A follow-up without the words that lead on to it (那, 还有)."""
    return expression("follow", "opening").sub("", text.strip(), count=1).strip() or text.strip()


def with_name(text: str, pronoun: re.Match[str], name: str) -> str:
    """A follow-up with a name in the place of its pronoun."""
    return without_opening(text[: pronoun.start()] + name + text[pronoun.end() :])
