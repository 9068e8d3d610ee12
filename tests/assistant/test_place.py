"""Where the last exchange stands counts for what is asked next, and for that alone."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import on_text, shown

TEXT = """# 青禾市沼气管理办法

## 第一章 总则

第一条　为了规范沼气管理，制定本办法。

第二条　市农业农村局负责沼气管理工作。

## 第二章 审核

第三条　沼气站的补助由县农业农村局自收到材料之日起3个工作日内审核。

第四条　对审核结果有异议的，申请人可以自收到通知之日起15个工作日内书面申请复查。市农业农村局应当自收到申请之日起20个工作日内作出答复。

第五条　沼气站应当每年检修1次，检修记录保存5年。

## 第三章 退出

第六条　沼气站停用的，应当自停用之日起10日内报告。县农业农村局应当自收到报告之日起7个工作日内作出书面答复。

第七条　伪造材料的，追回补助。
"""
ASKED = "对审核结果不服怎么办？"
TOLD = "对审核结果有异议的，可以自收到通知之日起15个工作日内书面申请复查[1]。"


@pytest.fixture(scope="module")
def biogas(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("biogas"), "qinghe-zhaoqi-2025.md", TEXT)


def _history(question: str, said: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": said}]


def test_the_sentence_behind_the_one_that_was_quoted_answers(biogas: PolicyAssistant) -> None:
    asked = {"question": "交上去以后多久给答复？", "history": _history(ASKED, TOLD)}
    answer = biogas.invoke(asked)
    assert (
        [citation.quote for citation in answer.citations]
        == [
            "市农业农村局应当自收到申请之日起20个工作日内作出答复。"  # and not what stands of another answer (第六条)
        ]
    )


def test_the_place_is_that_of_the_last_answer(biogas: PolicyAssistant) -> None:
    source = next(iter(biogas.corpus.policies.values())).source
    places = biogas.answerer.places("交上去以后多久给答复？", _history(ASKED, TOLD))
    best = max(places, key=lambda place: place.gain)
    least = min(places, key=lambda place: place.gain)
    assert source[best.start : best.end].startswith("市农业农村局应当自收到申请之日起20个工作日内")
    assert "15个工作日" in source[least.start : least.end]


@pytest.mark.parametrize(
    ("follow_up", "said"),
    [
        ("伪造材料的会怎样？", TOLD),
        ("第六条说什么？", TOLD),
        ("交上去以后多久给答复？", "现有文件没有回答这个问题的内容。已检索：火星。"),
    ],
)
def test_another_topic_and_a_refusal_have_no_place(
    biogas: PolicyAssistant, follow_up: str, said: str
) -> None:
    assert biogas.answerer.places(follow_up, _history(ASKED, said)) == ()


@pytest.mark.parametrize("question", ["停用的沼气站几天内要报告？", "伪造材料的会怎样？", "孤儿津贴是多少？"])
def test_a_question_on_another_topic_is_answered_as_without_history(
    biogas: PolicyAssistant, question: str
) -> None:
    alone = biogas.invoke({"question": question})
    after = biogas.invoke({"question": question, "history": _history(ASKED, TOLD)})
    assert (after.status, shown(after)) == (alone.status, shown(alone))
