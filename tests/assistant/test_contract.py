"""Answers as CONTRACT.md's JSON (schema 1), as a stream, and as a LangChain Runnable."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answer import Answer, Evidence, Final, Token
from assistant.ask import Ask as AskedOf
from assistant.chain import PolicyAssistant
from assistant.terms import Language
from eval.systems import indexed
from index.build import build
from tests.assistant.conftest import Ask
from tests.assistant.look import PLAN, shown, sound, spoken

KEYS = [
    "schema", "id", "question", "standalone_question", "language", "status", "route", "text",
    "citations", "passages", "table", "count", "certificate", "notices", "timings_ms",
]  # fmt: skip
CITATION = {
    "number": int, "policy": str, "title": str, "document_number": str, "section": list,
    "start": int, "end": int, "quote": str, "score": float,
}  # fmt: skip
PASSAGE = {
    "policy": str, "section": list, "start": int, "end": int, "text": str,
    "score": float, "dense": float, "keyword": float,
}  # fmt: skip
QUESTIONS: dict[str, tuple[str, ...]] = {
    "ledger": ("绿色工厂的目标由哪个局牵头？",),
    "list": ("市工业和信息化局牵头哪些任务？",),
    "none": ("市自然资源局牵头哪些任务？",),
    "target": ("到2025年新增多少家绿色工厂？",),
    "sum": ("四大产业集群规模目标合计多少？",),
    "field": ("文号是多少？",),
    "structure": ("重点任务有哪些？",),
    "extractive": ("什么是标准地+承诺制？",),
    "refused": ("绿色工厂补贴多少钱？",),
    "not named": ("市教育局负责哪些任务？",),
    "premise": ("市生态环境局为什么牵头绿色工厂？",),
    "english": ("Which bureau leads the green-factory targets?",),
    "english list": ("Which tasks does the Science and Technology Bureau support?",),
    "english refused": ("What is the subsidy for a green factory?",),
    "follow-up": ("那谁来配合？", "绿色工厂的目标由哪个局牵头？"),
    "empty": ("",),
}


@pytest.fixture(scope="module", params=QUESTIONS, ids=str)
def answer(request: pytest.FixtureRequest, ask: Ask) -> Answer:
    """One answer of each kind."""
    question, *earlier = QUESTIONS[request.param]
    return ask(question, *earlier)


def _typed(row: dict[str, Any], types: dict[str, type]) -> bool:
    return list(row) == list(types) and all(
        isinstance(row[key], kind) or (kind is float and isinstance(row[key], int))
        for key, kind in types.items()
    )


def test_the_json_has_the_keys_and_types_of_the_contract(answer: Answer) -> None:
    data = json.loads(json.dumps(answer.to_json(), ensure_ascii=False))
    assert list(data) == KEYS
    assert data["schema"] == 1
    assert data["id"] is None
    assert data["language"] in ("zh", "en")
    assert data["status"] in ("answered", "partial", "refused")
    assert data["route"] in ("ledger", "model", "extractive", "none")
    assert all(isinstance(data[key], str) for key in ("question", "standalone_question", "text"))
    assert all(_typed(row, CITATION) for row in data["citations"])
    assert all(_typed(row, PASSAGE) for row in data["passages"])
    assert data["count"] is None or type(data["count"]) is int
    assert _typed(data["certificate"], {"passed": bool, "unsupported": list})
    assert all(_typed(row, {"code": str, "text": str}) for row in data["notices"])
    assert all(type(value) in (int, float) and value >= 0 for value in data["timings_ms"].values())
    assert "total" in data["timings_ms"]


def test_the_table_is_rectangular_and_cites_row_by_row(answer: Answer) -> None:
    table = answer.to_json()["table"]
    if table is None:
        return
    assert list(table) == ["columns", "rows", "citations"]
    assert len(table["rows"]) > 1
    assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert all(isinstance(cell, str) and cell for row in table["rows"] for cell in row)
    assert len(table["citations"]) == len(table["rows"])
    assert all(table["citations"])


def test_quotes_are_slices_of_the_source_to_the_letter(answer: Answer, assistant: PolicyAssistant) -> None:
    sources = {name: policy.source for name, policy in assistant.corpus.policies.items()}
    assert sound(answer, sources) == []
    assert all(p.text == sources[p.policy][p.start : p.end] for p in answer.passages)


def test_marks_in_the_text_are_numbers_of_citations(answer: Answer) -> None:
    marks = {int(mark) for mark in re.findall(r"\[(\d+)\]", answer.text)}
    assert marks <= {citation.number for citation in answer.citations}


def test_every_answer_is_cited_and_certified_and_a_refusal_claims_nothing(answer: Answer) -> None:
    assert answer.text.strip()
    assert answer.certificate.passed
    if answer.status == "refused":
        assert answer.citations == ()
        assert answer.table is None
        assert answer.count is None
    else:
        assert answer.citations
        assert answer.route in ("ledger", "extractive")


def test_passages_come_best_first_with_both_scores(answer: Answer) -> None:
    scores = [passage.score for passage in answer.passages]
    assert scores == sorted(scores, reverse=True)
    assert all(
        0 <= passage.score <= 1 and -1 <= passage.dense <= 1 and passage.keyword >= 0
        for passage in answer.passages
    )


def test_what_the_answer_cites_comes_first_among_the_passages(answer: Answer) -> None:
    cited = [
        any(
            c.policy == p.policy
            and min(c.end, p.end) - max(c.start, p.start) >= min(len(c.quote), len(p.text)) / 2
            for c in answer.citations
        )
        for p in answer.passages
    ]
    assert cited == sorted(cited, reverse=True)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("市工业和信息化局牵头哪些任务？", 15),
        ("市发展改革委牵头了几项任务？", 6),
        ("市科技局配合哪些任务？", 5),
        ("文件一共有多少项任务？", 29),
        ("重点任务有哪些？", 6),
        ("2027年有哪些目标？", 2),
        ("Which tasks does the Science and Technology Bureau support?", 5),
    ],
)
def test_the_count_of_a_list_is_the_number_of_its_rows(ask: Ask, question: str, count: int) -> None:
    answer = ask(question)
    assert answer.table is not None
    assert (answer.count, len(answer.table.rows)) == (count, count)


def test_a_list_of_one_is_counted_and_has_no_table(ask: Ask) -> None:
    answer = ask("市经合局牵头哪些任务？")
    assert (answer.count, answer.table) == (1, None)


def test_a_true_none_is_an_answer(ask: Ask) -> None:
    answer = ask("市数据局牵头哪些任务？")
    assert (answer.status, answer.count) == ("answered", 0)


def test_an_answer_says_what_was_asked_and_how_it_was_read(ask: Ask) -> None:
    answer = ask("那谁来配合？", "绿色工厂的目标由哪个局牵头？")
    assert answer.question == "那谁来配合？"
    assert "绿色工厂" in answer.standalone_question
    assert "市生态环境局" in shown(answer)


def test_the_citation_names_document_number_and_section(ask: Ask) -> None:
    citation = ask("绿色工厂的目标由哪个局牵头？").citations[0]
    assert citation.policy == PLAN
    assert citation.document_number == "汉政办发〔2024〕11号"
    assert citation.section[-1] == "8. 推动绿色低碳转型"
    assert "新增省级以上绿色工厂 8 家" in citation.quote


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_stream_is_evidence_then_tokens_then_the_final_answer(
    assistant: PolicyAssistant, name: str
) -> None:
    question, *earlier = QUESTIONS[name]
    events = list(assistant.stream({"question": question, "history": spoken(*earlier)}))
    assert isinstance(events[0], Evidence)
    assert isinstance(events[-1], Final)
    assert all(isinstance(event, Token) for event in events[1:-1])
    answer = events[-1].answer
    cited = {(citation.policy, citation.start) for citation in answer.citations}
    for passage in answer.passages:  # what it cites has come forward
        assert any((p.policy, p.start) == (passage.policy, passage.start) for p in events[0].passages) or any(
            policy == passage.policy and passage.start <= start < passage.end for policy, start in cited
        )
    joiner = " " if answer.language == "en" else ""
    pieces = [event.text for event in events if isinstance(event, Token)]
    assert not pieces or answer.text in ("".join(pieces), joiner.join(pieces))
    assert pieces or not question


def _streamed(assistant: PolicyAssistant, question: str) -> tuple[str, str]:
    """The tokens of a stream in a row, and the text of its answer."""
    *events, final = assistant.stream({"question": question})
    assert isinstance(final, Final)
    return "".join(event.text for event in events if isinstance(event, Token)), final.answer.text


@pytest.mark.parametrize(
    "question", ["市工业和信息化局牵头哪些任务？", "Which bureau leads the green-factory targets?"]
)
def test_the_tokens_of_a_stream_make_the_text(assistant: PolicyAssistant, question: str) -> None:
    streamed, text = _streamed(assistant, question)
    assert streamed == text


def test_the_tokens_of_several_english_sentences_make_the_text(assistant: PolicyAssistant) -> None:
    question = "Which tasks does the Municipal Bureau of Industry and Information Technology lead?"
    streamed, text = _streamed(assistant, question)
    assert streamed == text


def test_it_is_a_runnable(assistant: PolicyAssistant) -> None:
    assert isinstance(assistant, Runnable)
    answer = assistant.invoke({"question": "文号是多少？", "history": []}, config={"tags": ["test"]})
    assert isinstance(answer, Answer)


def test_history_is_optional(assistant: PolicyAssistant) -> None:
    assert assistant.invoke({"question": "文号是多少？"}).status == "answered"


def test_a_batch_keeps_the_order(assistant: PolicyAssistant) -> None:
    questions = [
        "文号是多少？",
        "绿色工厂补贴多少钱？",
        "那谁来配合？",
        "Which bureau leads the green-factory targets?",
    ]
    histories = [[], [], spoken("绿色工厂的目标由哪个局牵头？"), []]
    inputs = [{"question": q, "history": h} for q, h in zip(questions, histories, strict=True)]
    answers = assistant.batch(inputs)
    assert [answer.question for answer in answers] == questions
    assert [answer.status for answer in answers] == ["answered", "refused", "answered", "answered"]
    for answer, given in zip(answers, inputs, strict=True):
        assert answer.text == assistant.invoke(given).text


def test_it_composes_with_other_runnables(assistant: PolicyAssistant) -> None:
    before: RunnableLambda[str, dict[str, Any]] = RunnableLambda(
        lambda text: {"question": text, "history": []}
    )
    after: RunnableLambda[Answer, str] = RunnableLambda(lambda answer: answer.text)
    chain = before | assistant | after
    assert "市工业和信息化局" in chain.invoke("绿色工厂的目标由哪个局牵头？")


def test_asking_twice_answers_the_same(assistant: PolicyAssistant) -> None:
    for question in ("四大产业集群规模目标合计多少？", "如何支持企业融资？"):
        first, second = (assistant.invoke({"question": question}).to_json() for _ in range(2))
        first.pop("timings_ms"), second.pop("timings_ms")
        assert first == second


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_examples_answer(assistant: PolicyAssistant, language: Language) -> None:
    assert len(assistant.examples(language)) >= 3
    for question in assistant.examples(language):
        answer = assistant.invoke({"question": question})
        assert answer.status == "answered", question
        assert answer.certificate.passed, question


def test_marks_and_rows_use_every_citation(answer: Answer) -> None:
    used = {int(mark) for mark in re.findall(r"\[(\d+)\]", answer.text)}
    used |= {number for row in (answer.table.citations if answer.table else ()) for number in row}
    assert {citation.number for citation in answer.citations} <= used


def test_a_draft_that_says_more_than_its_quotes_is_replaced_by_quotes(assistant: PolicyAssistant) -> None:
    question = "到2025年新增多少家绿色工厂？"
    ask = AskedOf(assistant.read(question), assistant.corpus, {}, assistant.today)
    draft = ask.draft()
    at = assistant.corpus.policies[PLAN].source.index("新增省级以上绿色工厂")
    draft.say("quote", text="新增绿色工厂999家", cite=draft.cite(PLAN, at, at + 20))
    answered = assistant.answerer.certified(ask, draft, assistant.retriever.search(question))
    assert "999" not in answered.text() and "8 家" in answered.text()
    assert [notice.code for notice in answered.notices] == ["replaced"]


@pytest.mark.parametrize("question", ["绿色工厂由谁牵头？", "绿色工厂补贴多少钱？"])
def test_answer_and_refusal_say_that_the_index_is_old(question: str, source: str, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text(source, "utf-8")
    opened = indexed([tmp_path / "plan.md"], tmp_path / "indexed")
    assert "index_stale" not in [notice.code for notice in opened.invoke({"question": question}).notices]
    settings = opened.index.settings
    (settings.policy_dir / "more.txt").write_text("某市关于测试的通知\n\n一、测试。\n", "utf-8")
    old = [notice.text for notice in opened.invoke({"question": question}).notices]
    build(settings)
    replaced = [notice.text for notice in opened.invoke({"question": question}).notices]
    assert len(old) == len(replaced) == 1 and old != replaced
