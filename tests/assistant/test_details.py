"""Details that a question wants: told whole where the text has them, refused where it only comes near."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.build import build_assistant
from assistant.chain import PolicyAssistant
from assistant.settings import Settings
from eval.systems import indexed
from tests.assistant.look import holds, tasks

TEXT = """岩川市人民政府办公室关于印发岩川市冬季取暖保障办法的通知

岩政办发〔2025〕8号

各县（区）人民政府，市政府各部门：

第一章 组织

第一条 市取暖保障指挥部统一指挥全市取暖保障工作。成员单位：市财政局、市民政局、国网岩川供电公司、市应急管理局、市住房和城乡建设局。

第二条 建立由分管副市长任召集人的取暖联席会议制度，办公室设在市住房城乡建设局，每季度召开一次会议。

第三条 各县（区）人民政府对本辖区取暖保障工作负总责，上述各项任务均须由其抓好落实，不再逐项列出。

第二章 设施

第四条 全市设置取暖驿站42处，可以容纳1800人。取暖火灾起数较2024年下降50%以上。全市煤气中毒2024年发生35起。重点支持：空气能、地源热、蓄热式电暖产业。取暖用户使用的电暖设备应当具备倾倒断电、过热保护和漏电报警功能。

第五条 建设“暖冬通”调度平台，2026年9月底前上线，接入率不低于90%。供热企业等级每半年评定一次，评定结果向社会公布。

第六条 承租人不得有下列行为：

（一）擅自改动供热管道；

（二）私自排放热水；

（三）拒绝入户检修。

第七条 出租人应当在租赁合同中写明取暖费用由谁承担。

第三章 标准

第八条 取暖补贴标准为每户每年2024.5元，从2025年1月1日起执行。到2027年，集中供热面积达到900万平方米。

第九条 本办法自2025年1月1日起施行，有效期5年。
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of that text."""
    place = tmp_path_factory.mktemp("details")
    (place / "yanchuan-2025.txt").write_text(TEXT, "utf-8")
    indexed([place / "yanchuan-2025.txt"], place / "indexed").index.close()
    return place / "indexed"


@pytest.fixture(scope="module")
def measures(folder: Path) -> PolicyAssistant:
    """The assistant on it, in 2026."""
    from index.settings import IndexSettings

    index = IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")
    return build_assistant(replace(Settings(), index=index, llm="none", as_of=date(2026, 11, 1)))


def ask(assistant: PolicyAssistant, question: str) -> Answer:
    return assistant.invoke({"question": question, "history": []})


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("建“暖冬通”平台预算是多少钱？", "金额"),
        ("2024年全市取暖火灾总共多少起？", "数量"),
        ("供热企业等级评定具体放在哪两个月？", "哪几个月"),
        ("取暖驿站都在哪些街道？", "街道"),
        ("取暖联席会议有哪些部门参加？", "成员"),
    ],
)
def test_what_the_text_only_comes_near_to_is_refused(
    measures: PolicyAssistant, question: str, reason: str
) -> None:
    answer = ask(measures, question)
    assert answer.status == "refused" and reason in answer.text


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("指挥部有哪些成员单位？", 5),
        ("成员单位总数是多少？", 5),
        ("指挥部成员单位有多少家？", 5),
        ("电暖设备应当具备哪些功能？", 3),
        ("把租客不能干的事情逐条列给我", 3),
        ("承租人不得有哪些行为？", 3),
    ],
)
def test_a_list_is_whole(measures: PolicyAssistant, question: str, rows: int) -> None:
    answer = ask(measures, question)
    assert (answer.status, answer.count, len(tasks(answer))) == ("answered", rows, rows)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("2024年全市煤气中毒发生了多少起？", "35起"),
        ("重点支持哪些产业？", "蓄热式电暖"),
    ],
)
def test_what_the_text_has_is_told(measures: PolicyAssistant, question: str, fact: str) -> None:
    assert fact in ask(measures, question).text


def test_what_one_must_not_do_is_no_list_for_another(measures: PolicyAssistant) -> None:
    for question in ("出租人不得有哪些行为？", "出租人能不能改动供热管道？"):
        answer = ask(measures, question)
        assert answer.count is None and "擅自改动" not in answer.text


def test_a_rule_says_whom_it_binds(measures: PolicyAssistant) -> None:
    answer = ask(measures, "后面没写区县的，就跟我们县没关系了吗？")
    assert not holds(answer.text, "各县（区）人民政府", "均须由其抓好落实")


def test_a_rule_from_an_earlier_year_still_holds_this_year(measures: PolicyAssistant) -> None:
    answer = ask(measures, "今年取暖补贴标准是多少？")
    assert not holds(answer.text, "2024.5元") and "this_year" in [notice.code for notice in answer.notices]


@pytest.mark.parametrize("question", ["2026年取暖补贴标准是多少？", "明年集中供热面积要达到多少？"])
def test_another_year_that_is_named_is_not_answered(measures: PolicyAssistant, question: str) -> None:
    answer = ask(measures, question)
    assert answer.status == "refused" or "2027" in answer.text
