"""Rules that bind a whole document, its dates, who asks, and which one of a sort, on a text of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 澄州市人民政府办公室关于印发澄州市社区食堂建设行动方案的通知

索引号\tCZ0001/2026-0001\t主题分类\t民政
成文日期\t2026年03月02日\t发布日期\t2026年03月09日
发文字号\t澄政办发〔2026〕9号\t有效性\t有效

各县（区）人民政府，市政府各部门：

《澄州市社区食堂建设行动方案》已经市政府第12次常务会议审议通过，现印发给你们，请认真组织实施。

澄州市人民政府办公室

2026年3月2日

# 澄州市社区食堂建设行动方案

为落实《全省老年助餐服务意见》（省政办发〔2025〕33号），制定本方案。

## 一、重点任务

（一）建设中央厨房。2026年底前建成中央厨房3座（市民政局牵头，市商务局配合，各县（区）人民政府落实；以下各项任务均需各县（区）人民政府落实，不再逐项列出）。

（二）优化配送网络。配齐保温配送车辆，缩短配送时间（市商务局负责）。

## 二、支持政策

本部分各项政策的责任单位中，列首位的为牵头单位。

（一）加大资金补助。对新建社区食堂给予一次性补助5万元。

责任单位：市财政局、市民政局

## 三、工作要求

各项任务未单独明确完成时限的，均应于2027年12月底前完成。本方案所称“以上”均包括本数。

本方案自印发之日起施行，由市民政局负责解释。本方案印发前已签订的运营合同，按照原合同执行至期满。《澄州市助餐点管理暂行办法》（澄民规〔2021〕4号）同时废止。
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("rules"), "chengzhou-shitang-2026.md", TEXT)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("每条后面一串单位，怎么判断哪家是牵头的？", "列首位的为牵头单位"),
        ("有的任务没写完成时间，最晚什么时候干完？", "2027年12月底前"),
        ("任务后面没写我们县，是不是就不用管？", "均需各县（区）人民政府落实"),
        ("“60岁以上”，60岁本身算在内吗？", "均包括本数"),
        ("对条文理解不一样，以谁的解释为准？", "由市民政局负责解释"),
        ("对条文有疑问，由谁来负责解释？", "由市民政局负责解释"),
        ("对条款理解有争议，最后以哪个部门的解释为准？", "由市民政局负责解释"),
        ("年龄正好60岁整，算不算达到“60岁以上”？", "均包括本数"),
        ("2021年的暂行办法现在还能用吗？", "同时废止"),
        ("新方案出来以后，哪份旧文件不能再用了？", "同时废止"),
        ("通知落款的日期是哪天？", "2026年03月02日"),
        ("原先那版叫什么名字、几号文？", "澄民规〔2021〕4号"),
        ("去年签的运营合同，新方案出台后按哪个执行？", "按照原合同执行至期满"),
        ("是市政府第几次常务会上过的会？", "第12次常务会议"),
        ("档案科要清理旧档，这份方案的成文时间是？", "2026年03月02日"),
        ("写这个方案是以哪份省里意见为依据的？", "省政办发〔2025〕33号"),
        ("从哪天开始算数？", "自印发之日起施行"),
        ("方案挂到网上是哪天？不是落款那个日子", "2026年03月09日"),
        ("听说是照着省里的文件来的，那份文件编号多少？", "省政办发〔2025〕33号"),
    ],
)
def test_a_rule_of_the_document_is_found_by_what_is_asked(
    plan: PolicyAssistant, question: str, quoted: str
) -> None:
    answer = plan.invoke({"question": question})
    assert answer.status == "answered", answer.text
    assert quoted in quotes(answer)
    assert answer.certificate.passed


def test_the_signature_is_who_and_when(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "文件落款是哪个单位、哪一天？"})
    assert holds(answer.text, "澄州市人民政府办公室", "2026年03月02日") == []


def test_a_shop_s_old_name_is_no_document_number(plan: PolicyAssistant) -> None:
    assert "澄政办发" not in plan.invoke({"question": "开多少年才能评老字号？"}).text


def test_bodies_of_one_thing_are_not_those_of_all_tasks(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "运营合同那块是哪几家单位管的？"})
    assert answer.count is None or answer.count < 4


def test_two_dates_asked_at_once_are_both_told(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "这个方案哪天落款的，又是哪天对外公布的？"})
    assert answer.status == "answered"
    assert holds(answer.text, "2026年03月02日", "2026年03月09日") == []


@pytest.mark.parametrize(
    "question",
    [
        "这个方案到哪一年作废？",  # 有效 is no day
        "配套的另行制定的办法，那个文的文号是多少？",
        "中央厨房由哪家企业承建？",
        "中央厨房建在哪个县？",
    ],
)
def test_what_is_not_stated_is_refused(plan: PolicyAssistant, question: str) -> None:
    assert plan.invoke({"question": question}).status == "refused"


def test_the_first_of_a_row_leads_only_where_its_part_says_so(plan: PolicyAssistant) -> None:
    duties = {(c.task, d.organisation): d.role.value for c in plan.corpus.clauses for d in c.duties}
    assert duties["加大资金补助", "市财政局"] == "lead"
    assert duties["加大资金补助", "市民政局"] == "responsible"
    assert duties["优化配送网络", "市商务局"] == "responsible"


@pytest.mark.parametrize(
    ("question", "bodies"),
    [
        ("我是体育局的，中央厨房归哪个局牵头？", []),
        ("我在区税务所上班，中央厨房该找哪个部门牵头？", []),
        ("市商务局要列台账：我们参与配合的任务有哪些？", ["市商务局"]),
        ("我刚调到市商务局，我们局负责哪些任务？", ["市商务局"]),
        ("我是市商务局的，中央厨房谁打头？", []),
        ("省发改委处室的同事问：中央厨房谁打头？", []),
        ("我是第三方评估机构的，中央厨房谁打头？", []),
        ("中央厨房是市商务局牵头的，对吧？", ["市商务局"]),
    ],
)
def test_who_asks_is_seldom_who_is_asked_about(
    plan: PolicyAssistant, question: str, bodies: list[str]
) -> None:
    assert [mention.text for mention in plan.read(question).mentions] == bodies


@pytest.mark.parametrize(
    "question",
    [
        "中央厨房归哪个局牵头？",
        "中央厨房这块归哪个部门？",
        "中央厨房谁打头？",
        "中央厨房，牵头单位？",
        "中央厨房该找哪个口子？",
    ],
)
def test_everyday_words_for_the_bearer_are_no_topic(plan: PolicyAssistant, question: str) -> None:
    answer = plan.invoke({"question": question})
    assert answer.status == "answered", answer.text
    assert "市民政局牵头" in answer.text


def test_who_leads_a_task_told_in_other_words_follows_the_nearest_clause(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "给大伙集中做饭的大厨房，年底前要建三座，谁挑头？"})
    assert answer.route == "ledger"
    assert "市民政局牵头" in answer.text


def test_another_version_is_not_the_one_at_hand(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "上一版是哪天发布的？"})
    assert "2026" not in answer.text


MEASURES = """# 澄州市集市摊位管理办法

各县（区）人民政府，市政府各部门：

为规范集市摊位管理，现将《澄州市集市摊位管理办法》印发给你们。执行中遇到的问题，请径向市商务局反映。

澄州市人民政府

2026年4月1日

# 澄州市集市摊位管理办法

## 第一章 总则

第一条 集市摊位是便民生活圈的重要组成部分。为规范摊位经营，着力解决摊位占道、环境脏乱等问题，根据《全省集市管理条例》等规定，结合本市实际，制定本办法。

第二条 本市行政区域内集市摊位的设置和管理，适用本办法，早餐车除外。

第三条 摊位经营者应当保持清洁，破解垃圾清运难题。

## 第二章 附则

第四条 本办法施行前已设置的摊位，期满后适用本办法。

第五条 本办法自印发之日起施行，有效期至2029年12月31日。《澄州市集市管理规定》（澄政规〔2020〕2号）同时废止。
"""


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on a text in articles."""
    return on_text(tmp_path_factory.mktemp("measures"), "chengzhou-tanwei-2026.md", MEASURES)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("市里出这个办法是要解决什么问题？", "摊位占道"),
        ("为何要出台这么一份文件？", "全省集市管理条例"),
        ("制定背景是什么？", "便民生活圈的重要组成部分"),
        ("Why was this document issued?", "摊位占道"),
        ("它取代了以前哪个文件？", "澄政规〔2020〕2号"),
        ("以前那个管理计划还有效吗？", "同时废止"),
        ("原来的规定废止了没有？", "澄政规〔2020〕2号"),
        ("Is the old version still in force?", "同时废止"),
        ("适用范围是什么？", "早餐车除外"),
        ("Who does it apply to?", "适用本办法"),
        ("执行中遇到问题找谁？", "径向市商务局反映"),
    ],
)
def test_why_where_and_instead_of_what_a_document_holds(
    measures: PolicyAssistant, question: str, quoted: str
) -> None:
    answer = measures.invoke({"question": question})
    assert answer.status == "answered", answer.text
    assert quoted in quotes(answer)
    assert "垃圾清运难题" not in answer.text  # no head of the document
    assert "期满后适用" not in answer.text  # what was begun before
    assert answer.certificate.passed


@pytest.mark.parametrize(
    "question",
    ["这个政策从哪天管到哪天？", "什么时候开始、什么时候结束", "From when to when is it in force?"],
)
def test_a_span_tells_the_first_day_and_the_last_in_one_sentence(
    measures: PolicyAssistant, question: str
) -> None:
    answer = measures.invoke({"question": question})
    assert answer.text.count("自印发之日起施行，有效期至2029年12月31日") == 1
    assert "2026年4月1日" in answer.text  # of which 印发之日 speaks


def test_a_span_without_an_end_says_so(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "从哪天管到哪天？"})
    assert holds(answer.text, "自印发之日起施行", "2026年03月02日", "没有写明有效期") == []


@pytest.mark.parametrize(
    ("question", "missing"),
    [("它适用于哪些人？", "没有写明适用范围"), ("有问题找谁？", "由市民政局负责解释")],
)
def test_what_a_document_has_no_sentence_for(plan: PolicyAssistant, question: str, missing: str) -> None:
    assert missing in plan.invoke({"question": question}).text


def test_a_document_that_repeals_nothing_says_so(tmp_path: Path) -> None:
    text = MEASURES.replace("《澄州市集市管理规定》（澄政规〔2020〕2号）同时废止。", "")
    answer = on_text(tmp_path, "chengzhou-tanwei-2026.md", text).invoke({"question": "老办法还能用吗？"})
    assert answer.status == "refused"
    assert "没有写明它废止或者取代哪份文件" in answer.text


def test_why_a_task_is_set_is_not_why_the_document_was_made(measures: PolicyAssistant) -> None:
    answer = measures.invoke({"question": "为什么摊位经营者应当保持清洁？"})
    assert "制定本办法" not in answer.text


@pytest.mark.parametrize("question", ["摊位管理从哪天到哪天？", "清洁要求适用于哪些摊位？"])
def test_a_span_or_a_scope_of_one_thing_is_not_the_documents(
    measures: PolicyAssistant, question: str
) -> None:
    answer = measures.invoke({"question": question})
    assert "2029年12月31日" not in answer.text
    assert "早餐车除外" not in answer.text
