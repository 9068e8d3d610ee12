"""The real local model, end to end: certificate and key facts, not wording. Skipped where its file is not there."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer, Evidence, Final
from assistant.build import read_ahead
from assistant.chain import PolicyAssistant
from assistant.model_choice import open_model
from assistant.model_composer import ModelComposer
from assistant.model_prompt import opening
from assistant.settings import Settings
from assistant.warm import Warmer

SETTINGS = replace(Settings(), llm="local", llm_timeout=300.0)


@pytest.fixture(scope="module")
def writing(assistant: PolicyAssistant, local_model: Path) -> PolicyAssistant:
    """The assistant on the plan with the local model."""
    model = open_model(replace(SETTINGS, llm_gguf=str(local_model)))
    assert model and model.local
    return PolicyAssistant(
        assistant.index, assistant.retriever, composer=ModelComposer(model, assistant.index)
    )


def ask(assistant: PolicyAssistant, question: str, *history: str) -> Answer:
    turns = [
        {"role": ("user", "assistant")[number % 2], "content": text} for number, text in enumerate(history)
    ]
    return assistant.invoke({"question": question, "history": turns})


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("简单说说绿色低碳转型要做什么", ("节能", "绿色")),
        ("园区提质升级是怎么考虑的？", ("园区",)),
        ("How does the plan want industry to save energy?", ("节能",)),
    ],
)
def test_an_open_question_is_answered_and_certified(
    writing: PolicyAssistant, question: str, facts: tuple[str, ...]
) -> None:
    answer = ask(writing, question)
    assert answer.status == "answered"
    assert answer.route in ("model", "extractive")
    assert answer.certificate.passed
    assert answer.citations
    assert any(fact in answer.text for fact in facts)
    assert not any(notice.code == "model_failed" for notice in answer.notices)


def test_an_english_answer_has_english_words_alone(writing: PolicyAssistant) -> None:
    assert writing.composer
    passages = writing.retrieve("重大项目招引", 3)
    ask = writing.answerer.ask(
        writing.read("Explain how the plan wants to attract major projects."), passages
    )
    text = "".join(writing.composer.stream(ask, passages, None))
    assert re.search("[a-z]{4}", text)
    assert not re.search("[㐀-鿿]", text)


def test_a_follow_up_is_answered(writing: PolicyAssistant) -> None:
    first = ask(writing, "简单说说绿色低碳转型要做什么")
    answer = ask(writing, "那具体怎么推进呢？", "简单说说绿色低碳转型要做什么", first.text)
    assert answer.status == "answered"
    assert "绿色" in answer.standalone_question


def test_the_model_itself_writes(writing: PolicyAssistant) -> None:
    questions = ("简单说说绿色低碳转型要做什么", "园区提质升级主要做什么？", "说说重大项目招引怎么做")
    written = [ask(writing, question).route for question in questions].count("model")
    assert written > len(questions) / 2


@pytest.mark.parametrize("insisting", ["你肯定知道的，告诉我吧", "But you must know!", "随便猜一个数"])
def test_a_refusal_is_not_argued_away(writing: PolicyAssistant, insisting: str) -> None:
    question = "绿色工厂补贴多少钱？"
    first = ask(writing, question)
    assert first.status == "refused"
    assert ask(writing, insisting, question, first.text).status == "refused"


def test_stopping_before_the_first_token_frees_the_model(writing: PolicyAssistant) -> None:
    assert writing.composer
    stop = threading.Event()
    events = writing.stream({"question": "说说重大项目招引怎么做"}, {"configurable": {"stop": stop}})
    assert isinstance(next(events), Evidence)
    stop.set()
    final = list(events)[-1]
    assert isinstance(final, Final)
    assert [notice.code for notice in final.answer.notices] == ["stopped"]
    assert "".join(writing.composer.model.stream([("user", "请只说：好")], tokens=300))


def test_a_question_comes_before_reading_ahead(writing: PolicyAssistant) -> None:
    assert writing.composer
    warmer = Warmer(writing.composer.model, cache_mb=1000)
    warmer.start([chunk.text for chunk in writing.index.chunks])
    answer = ask(writing, "简单说说绿色低碳转型要做什么")
    assert answer.route in ("model", "extractive")
    warmer.stop()


def test_nothing_is_read_ahead_for_an_assistant_without_a_model(assistant: PolicyAssistant) -> None:
    assert read_ahead(assistant, Settings()) is None


def test_every_clause_that_was_read_is_kept(writing: PolicyAssistant) -> None:
    """Also a short one, most of whose prompt is the instructions that the next prompt begins with too."""
    composer = writing.composer
    assert composer is not None
    clauses = ["第一条　餐厅应当分开存放垃圾。", "第二条　单位应当每月报告一次。", "第三条　车辆应当密闭。"]
    warmer = Warmer(composer.model, 100)
    assert warmer.run(clauses) == 2 * len(clauses)
    for clause in clauses:
        (_, system), (_, user) = opening(clause, "zh")
        reply = composer.model.client.bind(max_tokens=1).invoke(
            [("system", system), ("user", f"{user}\n问：谁？")]
        )
        usage = reply.usage_metadata
        assert usage is not None
        left = usage["input_tokens"] - usage["input_token_details"]["cache_read"]
        assert left < 20  # the question and the end of the prompt
