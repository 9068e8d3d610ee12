"""What may be asked next: the ledger answers it, from the same policy, and the answer has not said it yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from assistant.examples import example_questions
from assistant.follow_ups import MOST, follow_ups
from prompts import phrase
from tests.assistant.library import corpus_of
from tests.assistant.look import holds, on_text, shown

ASKED = [
    "绿色工厂的目标由哪个局牵头？",
    "到2027年规上工业企业要达到多少户？",
    "市科技局配合哪些任务？",
    "如何支持企业融资？",
    "绿色工厂补贴多少钱？",  # refused
    "Which bureau leads the green-factory targets?",
]


@pytest.mark.parametrize("question", ASKED)
def test_each_is_answered_exactly_and_is_new(assistant: PolicyAssistant, question: str) -> None:
    answer = assistant.invoke({"question": question})
    found = assistant.follow_ups(answer)
    assert 0 < len(found) <= MOST and len(set(found)) == len(found) and question not in found
    for following in found:
        then = assistant.invoke({"question": following})
        assert (then.status, then.route, then.language) == ("answered", "ledger", answer.language), following
        assert shown(then) != shown(answer)


def test_where_there_are_many_policies_they_stay_with_the_cited_one(several: PolicyAssistant) -> None:
    answer = several.invoke({"question": "绿色工厂的目标由哪个局牵头？"})
    cited = {citation.policy for citation in answer.citations}
    found = several.follow_ups(answer)
    assert found
    for question in found:
        assert cited & {citation.policy for citation in several.invoke({"question": question}).citations}


def test_what_the_answer_names_is_not_offered(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": "绿色工厂的目标由哪个局牵头，谁配合？"})
    (support,) = {duty.organisation for c in assistant.corpus.clauses for duty in c.duties} & {"市生态环境局"}
    assert holds(answer.text, support) == []
    assert not [question for question in assistant.follow_ups(answer) if "由哪" in question]


def test_what_was_asked_is_not_offered_under_another_name(assistant: PolicyAssistant) -> None:
    question = phrase("en", "example_tasks", body="市工业和信息化局")
    other = phrase("en", "example_tasks", body="Municipal Industry and Information Technology Bureau")

    def offered(answer: Answer) -> list[str]:
        return follow_ups(answer, assistant.corpus, lambda following, _: following == other)

    answer = replace(assistant.invoke({"question": question}), language="en")
    assert offered(answer) == []
    assert offered(replace(answer, question="", standalone_question="")) == [other]


def test_starter_questions_fit_the_document() -> None:
    ruled = "# 某市停车办法\n\n第一条　停车秩序由市公安局负责。\n\n第二条　本办法自2024年1月1日起施行，有效期5年。\n"
    found = example_questions(corpus_of(a=ruled))
    assert phrase("zh", "example_duties", body="市公安局") in found
    assert not [question for question in found if "牵头" in question or "有效期" in question]
    told = "某市方案\n\n一、目标\n\n做好。\n\n二、保障措施\n\n" + "各单位要加强组织领导，按时完成。" * 4
    section = phrase("zh", "example_section", heading="保障措施")
    found = example_questions(corpus_of(a=told), "zh", lambda question: question.startswith("“"))
    assert found == [phrase("zh", "example_document"), section]  # 目标 says too little


def test_nothing_that_no_ledger_answers(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": ASKED[0]})
    assert follow_ups(answer, assistant.corpus, lambda question, policy: False) == []
    assert follow_ups(replace(answer, citations=()), assistant.corpus, lambda *_: True) == []


def test_a_policy_without_duties_offers_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = "# 某市停车办法\n\n第一条　为了规范停车，制定本办法。\n\n第二条　停车场应当公示收费标准。\n"
    bare = on_text(tmp_path_factory.mktemp("bare"), "parking.md", text)
    assert bare.follow_ups(bare.invoke({"question": "停车场应当公示什么？"})) == []
