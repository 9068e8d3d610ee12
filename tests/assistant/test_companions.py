"""What a quoted sentence brings with it, on short texts of our own: the columns of its row, what limits a grant."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import on_text, quotes

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
    assert "津贴标准" in quotes(answer)
    assert answer.certificate.passed


GRANTS = """岚河市设备更新补助办法

岚政办发〔2025〕6号

第一条 购置节能窑炉的企业，按购置款的15%给予补助。同一企业每年合计补助不超过200万元。企业可以重复申报不同年度的项目。

第二条 临街商户购置挡水板的，每户补助1500元；地下车库购置挡水板的，每个车库补助8万元。申请材料齐全的，5日内受理。
"""


@pytest.fixture(scope="module")
def grants(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("grants"), "lanhe-2025.txt", GRANTS)


def test_a_grant_brings_the_sentence_that_limits_it_and_no_other(grants: PolicyAssistant) -> None:
    text = grants.invoke({"question": "企业买节能窑炉能补多少？"}).text
    assert "15%" in text and "不超过200万元" in text
    assert "重复申报" not in text


@pytest.mark.parametrize(
    ("question", "own", "other"),
    [("临街商户买挡水板补多少钱？", "1500元", "8万元"), ("地下车库买挡水板补多少钱？", "8万元", "1500元")],
)
def test_another_case_is_not_brought_where_the_question_names_its_own(
    grants: PolicyAssistant, question: str, own: str, other: str
) -> None:
    text = grants.invoke({"question": question}).text
    assert own in text and other not in text


def test_both_cases_are_told_where_the_question_names_none(grants: PolicyAssistant) -> None:
    text = grants.invoke({"question": "购置挡水板补助多少钱？"}).text
    assert "1500元" in text and "8万元" in text


ROLES = """# 石湖县抗旱预案

石政办发〔2025〕9号

## 一、分工

| 序号 | 成员单位 | 职责 |
| --- | --- | --- |
| 1 | 县气象局 | 发布旱情预报；提出人工增雨建议，组织实施增雨作业；汇总降水资料 |
| 2 | 县供销社 | 储备抽水机具；调配农用水泵 |
"""


def test_a_sentence_within_a_cell_brings_the_cells_before_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    plan = on_text(tmp_path_factory.mktemp("roles"), "kanghan.md", ROLES)
    answer = plan.invoke({"question": "增雨作业怎么组织实施？"})
    assert "县气象局" in answer.text
    assert "县供销社" not in answer.text


RULES = """松泉市公共绿地管理办法

松泉政规〔2025〕3号

第一条 为了保护公共绿地，制定本办法。

第六条 公共绿地内禁止下列行为：
（一）攀折花木；
（二）停放机动车；
（三）设置烧烤炉具；
（四）捕捉鸟类。

第七条 广场舞应当在每日二十一时前结束。

第十二条 违反本办法第六条第一项规定的，由绿化管理机构责令改正，可以处五十元罚款；违反第二项、第三项规定的，处二百元以上一千元以下罚款。

第十三条 违反本办法第七条规定的，由公安机关给予警告。
"""


@pytest.fixture(scope="module")
def greens(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on those rules."""
    return on_text(tmp_path_factory.mktemp("greens"), "lvdi.txt", RULES)


@pytest.mark.parametrize(
    ("question", "penalty", "others"),
    [
        ("在公共绿地攀折花木怎么处罚？", "可以处五十元罚款", ["一千元", "警告"]),
        ("在公共绿地里摆烧烤炉具会罚多少？", "处二百元以上一千元以下罚款", ["五十元", "警告"]),
        ("广场舞跳过二十一时会受什么处罚？", "由公安机关给予警告", ["五十元", "一千元"]),
    ],
)
def test_what_must_not_be_done_brings_what_follows(
    greens: PolicyAssistant, question: str, penalty: str, others: list[str]
) -> None:
    answer = greens.invoke({"question": question})
    assert answer.status == "answered"
    assert penalty in answer.text
    assert [other for other in others if other in answer.text] == []
    assert answer.certificate.passed


def test_no_penalty_is_told_of_what_the_rules_do_not_punish(greens: PolicyAssistant) -> None:
    assert "罚款" not in greens.invoke({"question": "在公共绿地捕捉鸟类罚多少？"}).text
