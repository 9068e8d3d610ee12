"""Tables that are laid out with blanks, terms told as a time, equal shares, and what a number is asked of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.answer import Answer
from eval.systems import indexed
from index.policy import Role
from tests.assistant.library import corpus_of

Ask = Callable[[str], Answer]
TEXT = """青石县公益护河员管理办法

青石政办发〔2025〕8号

## 一、岗位

1. 【招募】每个乡镇招募护河员不少于6名。（责任单位：县水利局、县财政局）

2. 【待遇】护河员津贴按下表执行：
岗位类别　　　　每周巡查时间　　　津贴标准（元/人·月）
专职护河员　　　40小时　　　　　　1360
兼职护河员　　　不超过20小时　　　620
津贴按季度核算。

## 二、管理

3. 【计划】县水利局负责编制年度招募计划，核定津贴。（责任单位：县水利局、县民政局、县财政局按职责分工负责）

4. 【培训】取得护河初级证的奖励300元，中级证的奖励500元。列入紧缺目录的上浮20%。

5. 【检查】护河员应在发现险情后2小时内报告。每季度开展一次考核，优秀率不超过三分之一。
以上措施列第一位的为牵头单位。

本办法自2025年9月1日起施行，有效期3年。
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    file = tmp_path_factory.mktemp("text") / "huhe.txt"
    file.write_text(TEXT, "utf-8")
    assistant = indexed([Path(file)], tmp_path_factory.mktemp("index"))
    return lambda question: assistant.invoke({"question": question})


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("专职护河员每人每月津贴多少元？", "1360"),
        ("兼职护河员每周巡查时间是多少？", "不超过20小时"),
    ],
)
def test_a_row_laid_out_with_blanks_answers_with_its_columns(ask: Ask, question: str, fact: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert fact in answer.text
    assert "津贴标准" in answer.text
    assert answer.certificate.passed


def test_a_term_told_as_a_time_ends_on_a_day(ask: Ask) -> None:
    assert "2028年8月31日" in ask("这个办法什么时候失效？").text


def test_who_shares_equally_is_led_by_nobody() -> None:
    corpus = corpus_of(a=TEXT)
    assert "县财政局按职责分工负责" not in {
        d.organisation for clause in corpus.clauses for d in clause.duties
    }
    by_task = {
        clause.task: [duty.role for duty in clause.duties] for clause in corpus.clauses if clause.bracketed
    }
    assert next(roles for task, roles in by_task.items() if "招募" in task) == [Role.LEAD, Role.RESPONSIBLE]
    assert next(roles for task, roles in by_task.items() if "计划" in task) == [Role.RESPONSIBLE] * 3


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
def test_what_is_asked_of_a_number_is_no_thing_that_lacks(ask: Ask, question: str, fact: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert fact in answer.text


def test_a_number_of_another_thing_is_still_refused(ask: Ask) -> None:
    assert ask("护河贷款最多能贷多少？").status == "refused"
