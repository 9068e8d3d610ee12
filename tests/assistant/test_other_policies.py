"""Rules of wording that the Hanzhong plan has no example of, on a short text of our own."""

from __future__ import annotations

from typing import cast

import pytest

from assistant.chain import PolicyAssistant
from eval.run import indexed
from tests.assistant.look import quotes, tasks

TEXT = """云岭省人民政府关于促进综合保税区发展的若干意见

各市、州人民政府：

一、主要任务

1.拓展两个市场。在综合保税区推广一般纳税人资格试点。（税务局、财政厅、海关负责，排在第一位的部门为牵头部门，下同）

2.释放企业产能。允许综合保税区内企业承接委托加工。（商务厅、海关负责）

3.简化进出区管理。对综合保税区内货物实施便捷管理。（海关负责）

二、货款支付

4.及时付款。机关从综合保税区内企业采购货物，应当自交付之日起30日内支付货款。

大型企业采购货物，应当按照行业规范合理约定付款期限并及时支付货款。

三、信息共享

5.下列部门应当向税务部门提供信息：

（一）公安部门有关户籍信息；

（二）住房城乡建设部门有关房屋租赁信息。
"""


@pytest.fixture(scope="module")
def opinion(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    folder = tmp_path_factory.mktemp("opinion")
    (folder / "yunling-2025.txt").write_text(TEXT, "utf-8")
    return cast(PolicyAssistant, indexed([folder / "yunling-2025.txt"], folder / "indexed"))


@pytest.mark.parametrize("question", ["哪些任务只由海关负责？", "海关单独负责哪些任务？"])
def test_tasks_of_one_body_alone(opinion: PolicyAssistant, question: str) -> None:
    answer = opinion.invoke({"question": question})
    assert answer.count == 1
    assert "简化进出区管理" in quotes(answer)
    assert "商务厅" not in quotes(answer)


def test_the_first_named_leads(opinion: PolicyAssistant) -> None:
    answer = opinion.invoke({"question": "海关参与哪些任务？"})
    assert answer.count == 3
    assert tasks(answer) == ["拓展两个市场", "释放企业产能", "简化进出区管理"]


@pytest.mark.parametrize("question", ["大型企业的付款期限是多少天？", "大型企业付款期限是30天对吗？"])
def test_a_term_for_others_is_no_term_for_large_enterprises(opinion: PolicyAssistant, question: str) -> None:
    answer = opinion.invoke({"question": question})
    assert "30" not in answer.text
    assert "是的" not in answer.text


def test_a_term_for_whom_it_is_meant(opinion: PolicyAssistant) -> None:
    assert "30日" in quotes(opinion.invoke({"question": "机关采购货物多少天内付款？"}))


@pytest.mark.parametrize("question", ["住建部门要提供什么信息？", "住房城乡建设部门提供什么？"])
def test_a_department_by_its_short_name(opinion: PolicyAssistant, question: str) -> None:
    answer = opinion.invoke({"question": question})
    assert "房屋租赁信息" in quotes(answer)
    assert "户籍信息" not in quotes(answer)


def test_an_abbreviation_is_spelt_out_before_the_question_is_read(opinion: PolicyAssistant) -> None:
    terms = [term.text for term in opinion.read("综保区要推广什么？").terms]
    assert "区要" not in "".join(terms)
    assert "一般纳税人资格试点" in quotes(opinion.invoke({"question": "综保区推广什么试点？"}))


def test_one_thing_of_a_sort_that_the_policy_never_mentions(opinion: PolicyAssistant) -> None:
    assert opinion.invoke({"question": "企业没拿到货款，去哪个法院起诉？"}).status == "refused"
