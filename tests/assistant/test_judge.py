"""Whether a sentence answers what a number is asked of, on a short text of our own."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text

TEXT = """青石县公益护河员管理办法

青石政办发〔2025〕8号

## 一、岗位

1. 【招募】每个乡镇招募护河员不少于6名。（责任单位：县水利局、县财政局）

2. 【待遇】护河员津贴按季度核算，每人每月1360元。

## 二、管理

3. 【计划】县水利局负责编制年度招募计划，核定津贴。（责任单位：县水利局、县民政局、县财政局按职责分工负责）

4. 【培训】取得护河初级证的奖励300元，中级证的奖励500元。列入紧缺目录的上浮20%。

5. 【检查】护河员应在发现险情后2小时内报告。每季度开展一次考核，优秀率不超过三分之一。
以上措施列第一位的为牵头单位。

6. 【补正】招募材料不齐的，应当一次性告知需要补正的全部内容。报名人应当在15日内补正。

7. 【险段】到2025年底，普查确定的46处险段整治完成18处；到2026年底，累计整治完成35处。

8. 【赛事】承办省级护河赛事的，按办赛支出的30%补助，最高10万元。市级及以下赛事不予补助。
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("rules"), "huhe.txt", TEXT)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("每年招募多少护河员的计划归谁编制？", "县水利局"),
        ("护河员得多少小时内报告险情？", "2小时"),
        ("一年要考核几次？", "每季度"),
        ("护河员一年要考核几次？", "每季度"),
        ("优秀率最高占几成？", "三分之一"),
        ("我考的中级证在紧缺目录里，能拿多少钱？", "500元"),
        ("文件带编号的措施总数是多少条？", "5"),
    ],
)
def test_what_is_asked_of_a_number_is_no_thing_that_lacks(
    rules: PolicyAssistant, question: str, fact: str
) -> None:
    answer = rules.invoke({"question": question})
    assert answer.status == "answered"
    assert fact in answer.text


def test_a_number_of_another_thing_is_still_refused(rules: PolicyAssistant) -> None:
    assert rules.invoke({"question": "护河贷款最多能贷多少？"}).status == "refused"


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("招募材料不齐，多久要补上？", ["15日内", "材料不齐"]),
        ("2026年底险段有几处弄好？", ["35处"]),
        ("市级护河赛事最多补多少钱？", ["市级及以下赛事不予补助"]),
    ],
)
def test_a_paragraph_may_tell_it_in_two_sentences(
    rules: PolicyAssistant, question: str, facts: list[str]
) -> None:
    answer = rules.invoke({"question": question})
    assert answer.status == "answered"
    assert holds(answer.text, *facts) == []


@pytest.mark.parametrize(
    "question", ["普查确定的46处险段分别是哪些？", "46处险段分布在哪些地方？", "险段整治总共要投多少钱？"]
)
def test_a_number_that_the_question_knows_is_no_answer_to_it(rules: PolicyAssistant, question: str) -> None:
    assert rules.invoke({"question": question}).status == "refused"
