"""Texts in Chinese numerals, what a text denies of the thing asked about, differences, and clauses that belong together."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import on_text, quotes, shown

RULES = """临溪市河埠管理条例

（2026年1月22日临溪市人民代表大会常务委员会通过）

第一章　总则

第一条　为了加强河埠管理，制定本条例。

第二章　管理

第二条　河埠岸线内新建构筑物的，高度不超过十二米。

第三条　河埠内每日二十二时至次日六时禁止装卸作业。

第四条　每个货运单位停靠的驳船不超过四艘。个人在河埠停放渔船，每户限领两个泊位。

第五条　私有河埠实施加固工程的，由县级人民政府按照核定加固费用的百分之三十以上百分之五十以下给予补助。

第三章　法律责任

第六条　擅自拆除河埠石阶的，由水行政主管部门责令限期恢复原状，处二十万元以上五十万元以下罚款。

第七条　本条例自2026年5月1日起施行。
"""

PLAN = """# 临溪市水运发展若干措施

临政办发〔2025〕8号

## 一、目标

| 序号 | 指标 | 单位 | 2025年 | 2030年 | 属性 |
| --- | --- | --- | --- | --- | --- |
| 1 | 绿色航道里程 | 公里 | 97 | 220 | 约束性 |
| 2 | 货运泊位总量 | 个 | 41 | 50 | 预期性 |

约束性指标纳入对各县区的绩效考核。

## 二、措施

（一）扶持船企。对船企购置电动货船的，每艘补助40万元；购置电动渔船的，每艘补助15万元。旧船翻新不予补助。

（二）建设平台。牵头建设省级航运平台的，一次性奖励80万元。参与共建但不牵头的，不享受本条奖励。

（三）加大投入。市级财政2025年安排3.2亿元、2026年安排3.6亿元、2027年安排3.8亿元专项资金。

（四）补助码头。市级财政对新建的货运码头按每座6万元、改扩建的按每座2万元给予一次性建设补助。

（五）培训船员。船员每年培训不少于40学时，新上船人员须经不少于120学时的岗前培训，考核合格方可上船。

（六）预警分级。洪水预警由低到高分为黄色、橙色、红色三级，红色预警经总指挥批准后发布。

（七）航道巡查。封航期间实行巡查：丁档每旬1次；丙档每旬3次；乙档每9小时1次；甲档每5小时1次。

（十）运力储备。市级财政2026年安排三千万元、2027年安排四千五百万元运力储备金。

（八）稳定队伍。对内河航标站在编在岗人员，按每人每月300元发放岗位津贴。

（九）推进保险。渔船保险保费市级财政补贴25%。货船保险由有条件的县先行试点。

## 三、项目

| 序号 | 项目名称 | 总投资（万元） | 年度目标和时限 |
| --- | --- | --- | --- |
| 1 | 北塘船闸工程 | 36800 | 3月底前完成用地预审，8月底前进场开工 |
| 2 | 船员技能培训 | 1320 | 12月底前开展培训9000人次 |
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("rules"), "hebu.md", RULES)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("plan"), "shuiyun.md", PLAN)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("擅自拆除河埠石阶，罚款区间是多少？", "二十万元以上五十万元以下"),
        ("河埠内几点以后不能装卸？", "二十二时至次日六时"),
        ("河埠岸线内新建构筑物最高多少米？", "十二米"),
        ("货运单位停靠的驳船最多几艘？", "四艘"),
    ],
)
def test_numbers_in_chinese_numerals_answer(rules: PolicyAssistant, question: str, fact: str) -> None:
    answer = rules.invoke({"question": question})
    assert answer.status == "answered" and fact in answer.text


@pytest.mark.parametrize(
    ("question", "denied"),
    [
        ("河埠岸线内新建构筑物高度可以到18米，对吗？", "不是18米"),
        ("河埠岸线内新建构筑物高度可以到十八米，对吗？", "不是十八米"),
        ("每个货运单位停靠的驳船可以有五艘，对吗？", "不是五艘"),
    ],
)
def test_another_number_than_a_numeral_is_denied(rules: PolicyAssistant, question: str, denied: str) -> None:
    assert denied in rules.invoke({"question": question}).text


def test_the_right_number_is_not_denied(rules: PolicyAssistant) -> None:
    assert "不是" not in rules.invoke({"question": "河埠岸线内新建构筑物高度不超过12米，对吗？"}).text


def test_a_share_between_two_bounds(rules: PolicyAssistant) -> None:
    answer = rules.invoke({"question": "我家私有河埠加固，核定加固费用10万元，能补助多少？"})
    assert "3万元以上5万元以下" in answer.text


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("旧船翻新一艘能补助多少钱？", "旧船翻新不予补助"),
        ("旧船翻新一艘补15万，我们翻新了4艘，应该能拿60万吧？", "旧船翻新不予补助"),
        ("我们只是参与共建省级航运平台，也能拿奖励吗？", "不享受本条奖励"),
        ("蓝色洪水预警要哪位领导批准？", "黄色、橙色、红色三级"),
    ],
)
def test_what_is_denied_is_the_answer(plan: PolicyAssistant, question: str, fact: str) -> None:
    answer = plan.invoke({"question": question})
    assert answer.status == "answered" and fact in answer.text


@pytest.mark.parametrize(
    ("question", "fact", "other"),
    [
        ("购置电动渔船每艘补助多少？", "15万元", "不予补助"),
        ("红色洪水预警要哪位领导批准？", "总指挥批准", "不享受"),
    ],
)
def test_the_denial_of_another_thing_is_not_brought(
    plan: PolicyAssistant, question: str, fact: str, other: str
) -> None:
    answer = plan.invoke({"question": question})
    assert fact in answer.text and other not in answer.text


def test_who_checks_what_is_not_granted_is_refused(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "旧船翻新由谁验收？"})
    assert answer.status == "refused" and "不予补助" not in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "我是航标站的编外人员，每月岗位津贴多少？",
        "货船保险市级财政补贴百分之几？",
        "北塘船闸工程哪一年能建成投用？",
        "参加船员技能培训，每个人能领多少补贴？",
    ],
)
def test_what_is_said_of_another_is_no_answer(plan: PolicyAssistant, question: str) -> None:
    assert plan.invoke({"question": question}).status == "refused"


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("航标站在编人员每月岗位津贴多少？", "300元"),
        ("渔船保险市级财政补贴百分之几？", "25%"),
        ("北塘船闸工程什么时候开工？", "8月底前进场开工"),
        ("五年下来绿色航道里程要净增多少公里？", "123公里"),
        ("到2030年货运泊位总量要增加多少个？", "9个"),
        ("货运泊位总量2030年是约束性指标，对吧？没完成会扣考核分吗？", "预期性"),
        ("货运码头的建设补助，新建的和改扩建的每座各多少，差多少？", "4万元"),
        ("市级财政三年一共安排多少专项资金？", "10.6亿元"),
        ("船员上船前要培训多少学时？", "120学时"),
        ("船员每年要培训多少学时？", "40学时"),
        ("封航期间多久巡查一次？", "甲档每5小时1次"),
        ("乙档多久巡查一次？", "乙档每9小时1次"),
        ("两年一共安排多少运力储备金？", "合计 7500万元"),
    ],
)
def test_reckoned_and_told_together(plan: PolicyAssistant, question: str, fact: str) -> None:
    answer = plan.invoke({"question": question})
    assert answer.status == "answered" and fact in shown(answer)


def test_a_label_that_is_asked_for_brings_no_other(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "乙档多久巡查一次？"})
    assert "乙档每9小时1次" in answer.text and "丙档每旬3次" not in answer.text


def test_the_year_of_every_day_brings_no_other_case(plan: PolicyAssistant) -> None:
    assert "120学时" not in plan.invoke({"question": "船员每年要培训多少学时？"}).text


def test_the_rule_on_the_assessment_stands_beside_the_nature(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "货运泊位总量2030年是约束性指标，对吧？没完成会扣考核分吗？"})
    assert "不是约束性" in answer.text and "约束性指标纳入" in quotes(answer)


def test_the_years_of_the_question_before_together(plan: PolicyAssistant) -> None:
    history = [
        {"role": "user", "content": "市级财政2025年安排多少专项资金？"},
        {"role": "assistant", "content": "2025年安排3.2亿元。"},
    ]
    answer = plan.invoke({"question": "那三年加起来总共多少？", "history": history})
    assert "10.6亿元" in answer.text
