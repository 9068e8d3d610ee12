"""Answers where a rule of the document says that the first of the bodies behind a task leads it."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Passage
from assistant.chain import PolicyAssistant
from assistant.grounding import ground
from tests.assistant.look import on_text, quotes, shown, tasks

RULE = "本措施所称牵头单位，是指各条责任单位中排列在第一位的单位。"
TEXT = f"""# 澄州市人民政府关于印发促进湿地旅游若干措施的通知

澄政规〔2026〕9号

# 澄州市促进湿地旅游若干措施

第一条 完善观鸟步道。支持沿湖各村建设观鸟步道，每公里补助8万元。（责任单位：市文化和旅游局、市林业局、市财政局）

第二条 开行湖区专线。每年开行湖区旅游专线不少于12条。（责任单位：市交通运输局、市文化和旅游局）

第三条 培训湿地讲解员。编写统一的导览词。每年培训讲解员不少于200人次。（责任单位：市林业局）

第四条 {RULE}

第五条 本措施自2026年6月1日起施行。
"""


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("first"), "chengzhou-lvyou-2026.md", TEXT)


def asked(measures: PolicyAssistant, question: str) -> Answer:
    """The answer, with its certificate in order."""
    answer = measures.invoke({"question": question, "history": []})
    assert answer.certificate and answer.certificate.passed
    return answer


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("观鸟步道由谁牵头？", "由市文化和旅游局牵头[1][2]，由市林业局、市财政局负责[1]"),
        ("湿地讲解员培训归谁管？", "由市林业局牵头[1][2]"),
        ("湖区专线由市文化和旅游局牵头吗？", "不牵头“开行湖区专线”，而是负责"),
        ("每年开行湖区专线压到10条，由市文化和旅游局牵头，没错吧？", "不是10条"),
        ("湖区专线是市交通运输局牵头的，对吗？", "是的，市交通运输局牵头“开行湖区专线”[1][2]"),
        ("市财政局牵头哪些任务？", "市财政局没有牵头的任务[1][2]"),
        ("哪个单位牵头的任务最多？", "1 项"),
        ("市文化和旅游局和市林业局谁牵头的任务多？", "市林业局牵头 1 项"),
    ],
)
def test_who_leads_is_said_with_the_rule(measures: PolicyAssistant, question: str, said: str) -> None:
    answer = asked(measures, question)
    assert said in answer.text
    assert RULE in quotes(answer)


def test_what_a_body_leads_is_counted(measures: PolicyAssistant) -> None:
    answer = asked(measures, "市文化和旅游局牵头的有几条，分别是什么？")
    assert answer.count == 1
    assert "完善观鸟步道" in answer.text and "开行湖区专线" not in answer.text
    assert RULE in quotes(answer)


def test_what_a_body_that_is_not_the_first_does(measures: PolicyAssistant) -> None:
    answer = asked(measures, "市文化和旅游局要做什么？")
    assert "牵头 1 项、负责 1 项" in answer.text
    assert tasks(answer) == ["完善观鸟步道", "开行湖区专线"]
    assert asked(measures, "有哪些单位负责，共几个？").count == 4
    assert "市林业局、市财政局" in shown(asked(measures, "观鸟步道由谁配合？"))


def test_sentences_that_are_quoted_bring_the_rule_and_their_task(measures: PolicyAssistant) -> None:
    answer = asked(measures, "带人逛湖边的人怎么教，谁挑头？")
    assert answer.route == "extractive"
    assert "第三条 培训湿地讲解员。" in quotes(answer)
    assert RULE in quotes(answer)


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("观鸟步道由市文化和旅游局牵头。", True),
        ("观鸟步道由市林业局牵头。", False),
        ("观鸟步道由市林业局、市财政局负责。", True),
    ],
)
def test_a_models_sentence_is_held_against_the_rule(
    measures: PolicyAssistant, said: str, stands: bool
) -> None:
    clause = measures.corpus.clauses[0]
    text = TEXT[clause.start : clause.end]
    passage = Passage(clause.policy, clause.path, clause.start, clause.end, text, 1.0, 1.0, 1.0)
    question = measures.read("谁牵头？")
    kept, struck = ground(said, [passage], question, measures.corpus, lambda sentence: [])
    assert (bool(kept), bool(struck)) == (stands, not stands)


UNLED = """# 白塔市支持手工业发展若干措施

塔政办发〔2025〕9号

一、重点任务

（一）扶持作坊。补助老作坊。（市文旅局、市财政局按职责分工负责）

（二）培养工匠。举办培训班，本措施不另行安排资金。（市人社局牵头，市文旅局按职责分工负责）

（三）拓展销路。组织参展。（市商务局、市文旅局按职责分工负责）

二、附则

（四）分工中没有指定牵头单位的，排首位的部门为牵头部门；各县对各项任务负有责任。
"""


@pytest.fixture(scope="module")
def unled(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("unled"), "baita.md", UNLED)


@pytest.mark.parametrize(
    "question",
    [
        "扶持作坊那一条后面括号里列了两个部门，都没写谁牵头，到底由谁牵头？",
        "扶持作坊这一项后面括号里写了两家单位，怎么看谁牵头？",
    ],
)
def test_the_rule_is_told_of_a_task_that_names_no_lead(unled: PolicyAssistant, question: str) -> None:
    answer = unled.invoke({"question": question})
    assert "由市文旅局牵头" in answer.text and "排首位的部门为牵头部门" in answer.text
    plain = unled.invoke({"question": "扶持作坊由谁牵头？"})
    assert "由市文旅局牵头" in plain.text and "排首位" not in plain.text


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("市文旅局牵头的措施有几条？", 1),
        ("市文旅局列为责任单位的措施一共有多少条，都是哪些？", 3),
        ("“重点任务”部分里由市商务局牵头的任务有哪几项？", 1),
    ],
)
def test_measures_are_a_sort_of_task_and_no_topic(unled: PolicyAssistant, question: str, count: int) -> None:
    answer = unled.invoke({"question": question})
    assert (answer.status, answer.count) == ("answered", count)


def test_who_takes_part_is_said_with_who_leads(unled: PolicyAssistant) -> None:
    answer = unled.invoke({"question": "拓展销路有哪些部门参与？"})
    assert "由市商务局牵头" in answer.text and "市文旅局" in answer.text
    assert "没有列出配合单位" not in answer.text


DETAIL = """# 河湾市助餐服务工作方案

河政办发〔2025〕31号

## 一、主要任务

1. 开办邻里食堂。每个街道开办邻里食堂不少于2家。食堂的每日菜谱由区营养指导中心统一审核，餐具消毒记录由食堂自行留存。（责任单位：市民政局、市市场监管局）

2. 培训送餐人员。每年培训送餐人员不少于300人次。（责任单位：市商务局）
"""


@pytest.fixture(scope="module")
def canteens(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("canteens"), "zhucan.md", DETAIL)


def test_who_does_the_very_thing_is_told_before_who_bears_the_task(canteens: PolicyAssistant) -> None:
    answer = asked(canteens, "邻里食堂每天的菜谱由谁审核？")
    assert answer.text.startswith("食堂的每日菜谱由区营养指导中心统一审核")
    assert "市民政局" in answer.text


def test_who_bears_a_task_is_told_without_its_details(canteens: PolicyAssistant) -> None:
    assert "营养指导中心" not in asked(canteens, "邻里食堂由哪个部门负责？").text


MIXED = """# 河湾市废旧物资回收工作方案

河政办发〔2025〕44号

## 一、重点任务

1.布点收旧。全年布设收旧点60个。(市商务局、市供销社)

2.建设分拣中心。优先利用现有场地。(市供销社、市总工会、市生态环境局)

3.规范拆解。每季度检查1次。(市公安局、市供销社)

## 二、保障措施

（一）明确责任。各项任务括号内列首位的为牵头单位,其余为配合单位；各项任务均须各县（市）人民政府抓好属地落实。上述经费，全部由市财政列支。

## 附件 2025年任务分解表

| 地区 | 收旧点（个） | 回收车（辆） |
| --- | --- | --- |
| 东湾县 | 30 | 12 |
| 西湾县 | 18 | 20 |
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("mixed"), "huishou.md", MIXED)


def test_a_list_of_bodies_holds_others_than_offices(mixed: PolicyAssistant) -> None:
    assert asked(mixed, "分拣中心由谁牵头？").text.startswith("“建设分拣中心”由市供销社牵头")
    every = asked(mixed, "市供销社参与哪些任务？")
    assert (every.count, tasks(every)) == (3, ["布点收旧", "建设分拣中心", "规范拆解"])


def test_the_tasks_of_a_body_in_a_part_are_all_listed(mixed: PolicyAssistant) -> None:
    answer = asked(mixed, "第一部分里市供销社配合哪几项任务？")
    assert answer.count == 2
    assert tasks(answer)[:2] == ["布点收旧", "规范拆解"]


def test_who_implements_every_task_is_not_who_pays(mixed: PolicyAssistant) -> None:
    answer = asked(mixed, "任务后面都没写县政府，县里是不是不用管？")
    assert "均须各县（市）人民政府抓好属地落实" in answer.text
    assert "列支" not in answer.text


def test_a_year_in_the_name_of_a_table_is_that_of_its_rows(mixed: PolicyAssistant) -> None:
    answer = asked(mixed, "2025年收旧点在20个以上的有哪些地区？")
    assert answer.count == 1
    assert "东湾县" in answer.text
    assert asked(mixed, "2027年收旧点在20个以上的有哪些地区？").count is None
