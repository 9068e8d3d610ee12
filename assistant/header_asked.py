"""Which fields of the document, and which rules of it, a question asks for (文号, 发布日期, 谁负责解释)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.ask import Ask
from assistant.document_rules import rules_asked
from assistant.question import Question
from assistant.terms import expression, words
from index.header import header_labels
from index.parser import DOCUMENT_KINDS
from index.text import fold, squeeze

STATED_NUMBER = re.compile(r"(?:(?![是为号和与跟])[一-鿿]){1,8}\s*\[\s*\d{4}\s*\]\s*(?:第)?\d+\s*号")
_OF_DOCUMENT = rf"(?:{DOCUMENT_KINDS}|文件|政策|指南|它|[这本该份个]|有效期?|(?:施行|实施|执行|有效)的?(?:期限|时间|日期)|到底|究竟|[a-z]\s*)"
_FIELD = "\n"  # in the place of the words that ask for a field


@cache
def _asks() -> dict[str, re.Pattern[str]]:
    return {
        meaning: re.compile(
            "|".join(
                [
                    *(fold(word) for word in sorted(row["zh"], key=len, reverse=True)),
                    *(rf"\b(?:{fold(word)})\b" for word in row["en"]),
                ]
            )
        )
        for meaning, row in header_labels().items()
    }


def asks_of_document(question: Question) -> bool:
    """Whether a field of the document (文号, 发布日期) is asked for, without a topic beside it."""
    rest = question.folded
    for pattern in _asks().values():
        rest = pattern.sub(" ", rest)
    for _, match in rules_asked(rest):
        rest = rest.replace(match.group(), " ")
    return rest != question.folded and not any(t.weight >= 0.9 and t.text in rest for t in question.terms)


def fields_asked(question: Question) -> list[str]:
    """The fields of the document that a question asks for, with 依据 and 主送."""
    own = [name for name in ("basis", "recipients") if question.has(name)]
    own += [sort for sort, _ in rules_asked(question.folded)]
    return own + [name for name, pattern in _asks().items() if pattern.search(question.folded)]


def asks_other_version(folded: str) -> bool:
    """Whether a folded question is about another version of the document (上一版) than the one that is indexed."""
    return bool(expression("document", "other_version").search(folded))


def asks_span(folded: str) -> bool:
    """Whether a folded question asks from which day to which day the document holds (从哪天管到哪天)."""
    match = re.search(words()["document"]["span"], folded)
    subject = re.split("[,。;:?]", folded[: match.start()])[-1] if match else ""
    return match is not None and bool(re.search(rf"(?:^|{_OF_DOCUMENT})[的是要都能会]*$", subject))


def _of_permit(ask: Ask, text: str) -> bool:
    """Whether a permit's or a contract's term is asked for (许可能管几年), which is not the document's."""
    term = r"(?:(?!文件|政策|办法|措施|方案)[^。;?]){0,10}(?:有效|几年|[几多]少?天|多久|多长|到期|过期|失效|作废)"
    permit = re.search(rf"(?P<what>{words()['document']['permit']}){term}", text)
    titles = [title for policy in ask.policies() for title in ask.corpus.titles[policy.id]]
    if re.search(words()["document"]["permit_en"], text):
        return True
    return permit is not None and not any(permit["what"] in title for title in titles)


def meanings_asked(ask: Ask, plain: bool = False) -> list[str]:
    """What is asked of the document; [] where the question has a topic beyond that (which ``plain`` says it has not)."""
    entry = words()["document"]
    text = re.sub(entry["denied"], " ", STATED_NUMBER.sub(" ", ask.question.folded))
    text = re.sub(entry["described"], " ", text)
    if asks_other_version(text) or re.search(entry["another"], text):
        return []
    told, rest = _fields_told(ask.question, text)
    asked = _meant(ask, text, told)
    return asked if not asked or plain or not _has_topic(ask, asked, rest) else []


def _fields_told(question: Question, text: str) -> tuple[list[str], str]:
    """The fields whose words stand in a folded question, and the question with ``_FIELD`` in the place of these."""
    asked = [name for name in ("basis", "recipients") if question.has(name)]
    rest = text
    if asks_span(question.folded):
        asked += ["effective", "expires"]
        rest = re.sub(words()["document"]["span"], _FIELD, text)
    for meaning, pattern in _asks().items():
        if pattern.search(text):
            asked.append(meaning)
            rest = pattern.sub(_FIELD, rest)
    return list(dict.fromkeys(asked)), rest


def _meant(ask: Ask, text: str, told: Sequence[str]) -> list[str]:
    """Of the fields whose words stand in a question those that it means: one's words hold another's (主题分类 分类)."""
    asked, entry = list(told), words()["document"]
    if {"index_number", "document_number"} <= {*asked} and not re.search(entry["number_named"], text):
        asked.remove("document_number")
    if {"published", "issuer"} <= {*asked} and not re.search(entry["issuer_named"], text):
        asked.remove("issuer")
    if "basis" in asked and {*asked} <= {"basis", "title", "written", "issuer", "effective", "published"}:
        asked = ["basis"]
    if {"basis", "document_number"} <= {*asked} and re.search(entry["that"], text):
        asked.remove("document_number")  # of what it is based on, which the sentence gives
    state = re.search(entry["state"], text) and not asks_span(text)
    if {"expires", "validity"} <= {*asked} and not state:
        asked.remove("validity")  # 到哪一年作废: the day, not the state
    if {"expires", "validity"} & {*asked} and _of_permit(ask, text):
        asked = [meaning for meaning in asked if meaning not in ("expires", "validity")]
    return asked


def _has_topic(ask: Ask, asked: Sequence[str], rest: str) -> bool:
    """Whether a question has a topic beside the fields that it asks for; ``rest`` is the question without their words."""
    question = ask.question
    clauses = re.split("[,。;?]", rest)
    told = max(number for number, clause in enumerate(clauses) if _FIELD in clause) if _FIELD in rest else -1
    beside = "".join(clause for number, clause in enumerate(clauses) if number != told)  # why it is asked
    left = [
        term
        for term in question.terms
        if term.weight >= 0.4
        and term.text in squeeze(rest)
        and not re.fullmatch(words()["document"]["plain"], term.text)
        and not (term.text in squeeze(beside) and not ask.corpus.known(term))
    ]
    if {"basis", "recipients"} & {*asked}:
        return len([term for term in left if term.weight >= 0.9]) > 2
    titles = "\n".join(name for policy in ask.policies() for name in ask.corpus.titles[policy.id])
    left = [term for term in left if not any(variant in titles for variant in term.variants)]
    latin = [term for term in left if re.fullmatch(r"[a-z\-]+", term.text)]
    known = [term for term in left if term.weight >= 0.9 and term not in latin]
    return bool(known) or (len(latin) > 2 and question.language != "zh")
