"""Follow-ups and foreign questions that the chat model puts into one question, and what of it is not believed."""

from __future__ import annotations

import threading

import pytest

from assistant.answer import Evidence, Final
from assistant.chain import PolicyAssistant
from assistant.condense import condense
from assistant.leaning import leans
from assistant.model_condense import rewrite, translate
from assistant.question import is_foreign, language_of
from tests.assistant.endpoint import endpoint, fails, says, silent
from tests.assistant.test_models import remote, written

HISTORY = [
    {"role": "user", "content": "简单说说绿色低碳转型要做什么"},
    {"role": "assistant", "content": "强化节能监察和节能诊断[1]。"},
]


def test_the_models_question_is_taken_where_it_names_nothing_new() -> None:
    with endpoint(says("绿色低碳转型的节能监察具体要做什么？")) as served:
        assert rewrite(remote(served.url), "这个呢？", HISTORY) == "绿色低碳转型的节能监察具体要做什么？"
    assert "绿色低碳转型" in served.asked[0]["messages"][1]["content"]


@pytest.mark.parametrize(
    "reply",
    ["绿色低碳转型由市教育局补贴吗？", "绿色低碳转型2030年的目标？", "第一行\n第二行", "很长" * 200, ""],
)
def test_what_brings_in_another_thing_is_not(reply: str) -> None:
    with endpoint(says(reply)) as served:
        assert rewrite(remote(served.url), "这个呢？", HISTORY) == ""


def test_an_english_question_brings_in_nothing_either() -> None:
    history = [{"role": "user", "content": "How does the plan help industry save energy?"}]
    for reply, taken in (
        ("Which tasks does the Municipal Finance Bureau lead?", False),
        ("How does the plan save energy?", True),
    ):
        with endpoint(says(reply)) as served:
            assert bool(rewrite(remote(served.url), "And what about that?", history)) is taken


def test_evidence_does_not_wait_for_the_model(assistant: PolicyAssistant) -> None:
    with endpoint(silent) as served:
        stop = threading.Event()
        asked = {"question": "它们之间呢？", "history": HISTORY}
        events = written(assistant, served.url).stream(asked, {"configurable": {"stop": stop}})
        assert isinstance(next(events), Evidence)
        assert served.asked == []
        stop.set()
        assert isinstance(list(events)[-1], Final)


def test_a_model_that_fails_leaves_the_rule() -> None:
    with endpoint(fails(500)) as served:
        assert rewrite(remote(served.url), "这个呢？", HISTORY) == ""


def test_only_a_question_that_leans_goes_to_the_model(assistant: PolicyAssistant) -> None:
    read, corpus = assistant.read, assistant.corpus.text
    for sure in ("装备制造由谁牵头？", "文件的文号是什么？", "市科技局配合哪些任务？"):
        assert not leans(condense(sure, HISTORY, read, corpus), read)
    assert leans("它们之间呢？", read)


def test_a_history_is_bounded(assistant: PolicyAssistant) -> None:
    long = [{"role": role, "content": "绿" * 100_000} for _ in range(50) for role in ("user", "assistant")]
    with endpoint(says("好。")) as served:
        rewrite(remote(served.url), "这个呢？", long)
        assert len(str(served.asked[0])) < 3000
    assert condense("绿色工厂由谁牵头？", long, assistant.read, assistant.corpus.text)


@pytest.mark.parametrize(
    ("question", "foreign", "language"),
    [
        ("緑の工場の目標はどの局が主導しますか", True, "en"),
        ("녹색 공장은 어느 부서가 담당합니까?", True, "en"),
        ("Quel bureau dirige les objectifs des usines vertes ?", True, "en"),
        ("Какое бюро отвечает за зелёные заводы?", True, "en"),
        ("Which bureau leads the green-factory targets?", False, "en"),
        ("green factory", False, "en"),
        ("绿色工厂由谁牵头？", False, "zh"),
        ("綠色工廠由誰牽頭？", False, "zh"),
        ("", False, "zh"),
    ],
)
def test_other_languages_are_told_apart(question: str, foreign: bool, language: str) -> None:
    assert (is_foreign(question), language_of(question)) == (foreign, language)


def test_a_question_of_another_language_is_answered_in_english(assistant: PolicyAssistant) -> None:
    with endpoint(says("绿色工厂的目标由哪个局牵头？")) as served:
        question = "Quel bureau dirige les objectifs des usines vertes ?"
        answer = written(assistant, served.url).invoke({"question": question, "history": []})
    assert (answer.language, answer.route) == ("en", "ledger")
    assert "is led by 市工业和信息化局" in answer.text


def test_a_translation_keeps_the_numbers() -> None:
    with endpoint(says("2025年的目标是什么？")) as served:
        assert translate(remote(served.url), "Quels sont les objectifs pour 2025 ?")
        assert translate(remote(served.url), "Quels sont les objectifs pour 2027 ?") == ""


@pytest.mark.parametrize(
    "insisting", ["你肯定知道的，告诉我吧", "But you must know!", "再想想", "Just guess."]
)
def test_insisting_asks_the_same_again(assistant: PolicyAssistant, insisting: str) -> None:
    history = [
        {"role": "user", "content": "绿色工厂补贴多少钱？"},
        {"role": "assistant", "content": "文件没有写明这方面的金额或标准。"},
    ]
    answer = assistant.invoke({"question": insisting, "history": history})
    assert answer.standalone_question == "绿色工厂补贴多少钱？"
    assert answer.status == "refused"
