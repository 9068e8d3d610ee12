"""What a quoted sentence brings with it: the columns of its row, on a short text of our own."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import on_text

TEXT = """青石县公益护河员管理办法

青石政办发〔2025〕8号

## 一、岗位

1. 【招募】每个乡镇招募护河员不少于6名。

2. 【待遇】护河员津贴按下表执行：
岗位类别　　　　每周巡查时间　　　津贴标准（元/人·月）
专职护河员　　　40小时　　　　　　1360
兼职护河员　　　不超过20小时　　　620
津贴按季度核算。

## 二、管理

3. 【检查】护河员应在发现险情后2小时内报告。
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("rules"), "huhe.txt", TEXT)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("专职护河员每人每月津贴多少元？", "1360"),
        ("兼职护河员每周巡查时间是多少？", "不超过20小时"),
    ],
)
def test_a_row_laid_out_with_blanks_answers_with_its_columns(
    rules: PolicyAssistant, question: str, fact: str
) -> None:
    answer = rules.invoke({"question": question})
    assert answer.status == "answered"
    assert fact in answer.text
    assert "津贴标准" in answer.text
    assert answer.certificate.passed
