"""Values in a row, what stands beside what is due, rows of a table by their number: on a short text of our own."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import on_text

TEXT = """白川市支持群众体育发展若干措施

文号：白川政办规〔2026〕7号

成文日期：2026年3月2日

发布日期：2026年3月9日

《白川市支持群众体育发展若干措施》已经市政府第21次常务会议审议通过，现印发给你们。

## 一、主要目标

到2026年底，人均体育场地面积达到2.6平方米，社区健身站点覆盖率达到90%，每千名60岁以下居民社会体育指导员数达到3.1人。到2027年底，上述三项指标分别达到2.9平方米、96%和3.4人。

| 指标 | 单位 | 2025年（基期） | 2027年 | 2030年 | 属性 |
| --- | --- | --- | --- | --- | --- |
| 健身步道里程 | 公里 | 410 | 520 | 640 | 约束性 |
| 星级俱乐部数量 | 家 | 18 | 30 | 45 | 预期性 |

## 二、支持措施

1. 支持办赛。承办国际级、国家级、省级赛事的，分别按实际办赛支出的50%、40%、30%给予补助，最高分别不超过200万元、100万元、30万元。【市体育局、市财政局负责，排在首位的为牵头单位，下同】

2. 改造场地。完成青石、平湖2处大型体育场和9处小型球场改造。【市体育局、市住房和城乡建设局负责】

【改造】大型企业、中型企业改造球场的，分别按实际支出的20%、15%给予补助。

3. 发放消费券。消费券自领取之日起10日内有效，逾期作废。【市商务局、市体育局负责】

4. 节约用水。游泳场馆年节水量按每立方米0.8元给予奖励。【市水务局、市体育局负责】

6. 培训教练。每年培训社区教练200人。【市教育局牵头，市财政局、市残联按职责分工负责】

7. 场馆照明补贴按场地片数计算，标准如下：

| 场地片数 | 市区（万元/处） | 县城（万元/处） |
| --- | --- | --- |
| 4片及以下 | 6 | 4 |
| 5片 | 8 | 6 |

## 三、组织实施

申报单位有下列情形之一的，不予支持：被列入失信名单的；两年内发生较大安全事故的；欠缴税款的。

区（县）体育部门负责本辖区申报材料的初审。将约束性指标完成情况纳入考核，权重2分。

本措施所称“以上”“以内”均含本数。本措施自2026年4月1日起施行，有效期5年。健身卡自2027年1月1日起发放，有效期1年。
"""


@pytest.fixture(scope="module")
def sports(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("sports"), "baichuan-tiyu-2026.md", TEXT)


@pytest.mark.parametrize(
    ("question", "facts", "others"),
    [
        ("承办一场国家级赛事花了180万，能拿多少补助？", ["72万元"], ["90万元"]),
        ("承办一场国家级赛事花了300万，能拿多少补助？", ["120万元", "100万元"], ["150万元"]),
        ("承办一场赛事花了180万，能拿多少补助？", ["分别按实际办赛支出"], ["72万元", "90万元", "54万元"]),
        ("我们大概花了500万改造球场，大型企业能补多少？", ["100万元"], ["75万元"]),
        ("我们大概花了500万改造球场，能补多少？", ["分别按实际支出"], ["75万元", "100万元"]),
        ("我们大概花了500万改造球场，中型企业能补多少？", ["75万元"], ["100万元"]),
        ("游泳馆一年省了6万方水，能领多少奖励？", ["48000元"], []),
        ("2027年每千人要有多少社会体育指导员？", ["3.4人"], ["3.1人"]),
        ("健身步道现在有多少公里？", ["410公里"], ["640"]),
        ("健身步道里程现在是多少，2027年要到多少？", ["410公里", "520公里"], ["640"]),
        ("县里建5片场地的照明补贴多少钱？", ["6万元"], ["4万元"]),
        ("青石、平湖两处体育场改造总共要投多少钱？", [], ["11处", "合计"]),
        ("消费券几天就作废？", ["10日"], ["2031"]),
        ("这个措施有效期到哪天？", ["2031年3月31日"], []),
        ("这个措施起码管几年？", ["2031年3月31日"], []),
        ("措施里哪几项指标是约束性指标？", ["健身步道里程"], ["权重", "星级俱乐部"]),
        ("碰上哪几种情形不予支持？", ["失信名单", "安全事故", "欠缴税款"], []),
        ("哪次常务会议过的？", ["第21次"], []),
        ("这个措施是哪天对外发布的？（不是落款成文那天）", ["2026年3月9日"], ["3月2日"]),
        ("区体育局管什么？", ["初审"], []),
        ("社区教练培训由谁配合？", ["市教育局牵头", "市财政局", "市残联"], []),
    ],
)
def test_a_number_is_of_its_class_its_year_and_its_row(
    sports: PolicyAssistant, question: str, facts: list[str], others: list[str]
) -> None:
    answer = sports.invoke({"question": question})
    shown = answer.text + str(answer.table.rows if answer.table else "")
    assert all(fact in shown.replace(" ", "") for fact in facts)
    assert not any(other in shown.replace(" ", "") for other in others)
    assert answer.certificate.passed


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("体育措施里由市体育局牵头的一共几项，都是什么？", 2),
        ("体育措施里头，市体育局要参与负责的有哪几条？", 4),
        ("奖励措施有多少条？", None),
        ("市体育局自己挑头的活儿一共有几项？", 2),
        ("市残联没有牵头、只参与的任务有哪些？", 1),
        ("市残联要参加几项任务？分别是什么", 1),
        ("市残联不牵头、只参与分工的任务有哪些？", 1),
    ],
)
def test_the_measures_of_a_body_are_counted_in_the_document_that_is_named(
    sports: PolicyAssistant, question: str, count: int | None
) -> None:
    assert sports.invoke({"question": question}).count == count


def test_a_later_year_is_asked_of_no_base(sports: PolicyAssistant) -> None:
    history = [
        {"role": "user", "content": "星级俱乐部现在有多少家？"},
        {"role": "assistant", "content": "2025年（现状），星级俱乐部数量18家[1]。"},
    ]
    answer = sports.invoke({"question": "到2030年呢？", "history": history})
    assert "45家" in answer.text


def test_what_is_just_the_limit_brings_the_rule_on_limits(sports: PolicyAssistant) -> None:
    answer = sports.invoke({"question": "写的是“10日以内”，我正好第10日用，算不算？"})
    assert "含本数" in answer.text
