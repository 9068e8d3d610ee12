"""Rules of wording that the Hanzhong plan has no example of, on a short text of our own."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from eval.systems import indexed
from tests.assistant.look import on_text, quotes, tasks

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

四、组织实施

省商务主管部门要加大统筹协调力度，会同有关部门建立促进综合保税区发展的部门协调机制。要深化改革，简化综合保税区设立的审核和验收程序。

各市、州人民政府作为综合保税区的申请设立和运行管理主体，要切实落实主体责任。
"""


@pytest.fixture(scope="module")
def opinion(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("opinion"), "yunling-2025.txt", TEXT)


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


LINES = """江城市生态环境局关于印发无废城市建设行动计划的通知

各区人民政府：

二、重点任务

（一）工业领域

1.推行绿色制造。引导企业开展清洁生产审核。
牵头单位：市经济和信息化局
配合单位：市生态环境局
完成时限：2026年12月底前

（二）生活领域

2.完善垃圾分类体系。新建大件垃圾拆解中心4座。
牵头单位：市城市管理执法委员会
完成时限：2025年12月底前

三、补助标准。收集企业可以按照以下标准领取补助：

（一）收集点不足50个的，每月1000元；

（二）收集点50个以上的，每月2000元。

本通知有效期至2026年6月30日。
"""


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on a notice whose duties stand in lines of their own."""
    return on_text(tmp_path_factory.mktemp("notice"), "jiangcheng-2025.txt", LINES)


def test_tasks_by_the_line_that_says_when(notice: PolicyAssistant) -> None:
    answer = notice.invoke({"question": "哪些任务2025年底前完成？"})
    assert answer.count == 1 and "完善垃圾分类体系" in answer.text
    assert "2026年12月底前" in quotes(notice.invoke({"question": "绿色制造什么时候完成？"}))


def test_a_kind_that_the_policy_does_not_name_is_not_its_neighbour(notice: PolicyAssistant) -> None:
    assert notice.invoke({"question": "建筑垃圾由谁负责？"}).status == "refused"


def test_items_in_groups_without_text_are_counted(notice: PolicyAssistant) -> None:
    answer = notice.invoke({"question": "一共有多少项重点任务？"})
    assert answer.count == 2 and "分 2 个方面" in answer.text


def test_an_item_comes_with_the_sentence_that_opens_its_list(notice: PolicyAssistant) -> None:
    quoted = quotes(notice.invoke({"question": "收集点50个以上每月补助多少钱？"}))
    assert "可以按照以下标准领取补助：" in quoted and "每月2000元" in quoted


def test_a_year_that_an_undated_number_is_not_of(notice: PolicyAssistant) -> None:
    assert notice.invoke({"question": "2030年每月补助多少钱？"}).status == "refused"


def test_what_is_indexed_and_what_is_in_force(notice: PolicyAssistant) -> None:
    listed = notice.invoke({"question": "收录了哪些文件？"})
    assert listed.count == 1 and "无废城市建设行动计划" in listed.text
    expired = notice.invoke({"question": "哪些文件已经失效？"})
    assert expired.count == (1 if notice.today.isoformat() >= "2026-06-30" else 0)
    assert notice.invoke({"question": "需要提交哪些文件？"}).route != "ledger"


def test_until_when_the_tasks_of_a_body_have_to_be_done(notice: PolicyAssistant) -> None:
    answer = notice.invoke({"question": "市经济和信息化局牵头的任务什么时候完成？"})
    assert "完成时限：2026年12月底前" in answer.text
    assert answer.certificate.passed


def test_what_a_body_leads_and_what_else_it_takes_part_in(several: PolicyAssistant) -> None:
    answer = several.invoke({"question": "汉中市发展改革委牵头哪项，又参与哪项？"})
    assert "牵头" in answer.text and "配合" in answer.text


@pytest.mark.parametrize("question", ["第三条是什么？", "有哪些牵头单位？"])
def test_where_many_documents_hold_it_they_are_listed(several: PolicyAssistant, question: str) -> None:
    answer = several.invoke({"question": question})
    assert answer.count and answer.count > 4 and [notice.code for notice in answer.notices] == ["which"]
    assert answer.table and len({row[0] for row in answer.table.rows}) == answer.count
    assert answer.certificate.passed


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("综合保税区谁是管理主体", "各市、州人民政府作为综合保税区的申请设立和运行管理主体"),
        ("谁负责统筹协调建立部门协调机制", "建立促进综合保税区发展的部门协调机制"),
    ],
)
def test_a_sentence_outside_the_tasks_says_who(opinion: PolicyAssistant, question: str, quote: str) -> None:
    answer = opinion.invoke({"question": question})
    assert answer.route == "extractive"
    assert quote in quotes(answer)


def test_who_is_such_a_body_is_not_who_bears_a_task(opinion: PolicyAssistant) -> None:
    answer = opinion.invoke({"question": "谁是一般纳税人？"})
    assert "牵头" not in answer.text.replace("牵头部门", "")


def test_a_task_that_holds_little_of_the_question_does_not_say_who(opinion: PolicyAssistant) -> None:
    answer = opinion.invoke({"question": "综合保税区设立审核由谁简化"})
    assert answer.route != "ledger"


WORDED = """# 清源县数字乡村建设行动方案

## 一、主要任务

1．推进网络建设。每年新建基站不少于120座。（责任单位：县工信局；配合单位：县自然资源局）

2．农产品溯源。县市场监管局负责建设农产品质量追溯平台，县农业农村局配合做好数据采集。

3．政务服务下沉。县数据局牵头，县政务服务中心按职责分工负责。

## 二、保障措施

（一）强化资金保障。县审计局负责对资金使用情况进行监督。
"""


def test_numbered_tasks_that_say_in_a_sentence_who_bears_them_are_counted(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("worded")
    (folder / "qingyuan-2025.md").write_text(WORDED, "utf-8")
    plan = indexed([folder / "qingyuan-2025.md"], folder / "indexed")
    answer = plan.invoke({"question": "一共多少项任务？"})
    assert answer.count == 3
    assert tasks(answer) == ["推进网络建设", "农产品溯源", "政务服务下沉"]


def test_only_what_the_text_says_is_said_of_those_who_are_responsible(opinion: PolicyAssistant) -> None:
    answer = opinion.invoke({"question": "拓展两个市场由谁牵头、谁负责？"})
    assert "财政厅、海关负责" in answer.text
    assert "按职责" not in answer.text


def test_what_only_one_document_names_is_not_answered_from_another(several: PolicyAssistant) -> None:
    assert several.invoke({"question": "农户装滴灌每亩补贴多少钱？"}).status == "refused"
