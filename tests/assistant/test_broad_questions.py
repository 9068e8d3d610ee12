"""Broad questions without a model: the whole item, the clause that prescribes, the purpose, each of several topics."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from assistant.dates import with_dated_years
from tests.assistant.conftest import Ask
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 南溪市人民政府关于促进临港物流园高质量发展的若干意见

各区人民政府，市政府各部门：

临港物流园是联通内外市场的重要平台，对扩大贸易、稳定就业发挥着重要作用。为推动园区转型，现提出以下意见。

一、总体要求

坚持创新引领，完善仓储设施，把临港物流园办成区域性分拨中心。

二、主要任务

（一）建设冷链设施。支持临港物流园内企业建设冷库。鼓励企业引进节能设备。对新建冷库按照投资额给予补助。（市商务局负责）

（二）优化通关服务。临港物流园内企业可以自主备案。推行先放行、后检测。（市口岸办负责）

（三）评定龙头企业。对龙头企业优先安排用地。（市商务局负责）

三、管理要求

第一条　本意见所称冷链货物，是指从生产到销售始终处于低温环境的货物。

第二条　仓储企业应当遵守下列规定：

（一）对冷链货物分区存放；

（二）每日检测库温并记录。

第三条　仓储企业存放货物的保管期限为三个月。运输企业存放货物的保管期限由双方约定。仓储企业和运输企业共同存放的，保管期限自交付之日起算。

第四条　管理部门工作人员玩忽职守的，依法给予处分。
"""


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("park"), "nanxi-2024-6.md", TEXT)


def _ask(assistant: PolicyAssistant, question: str, earlier: str = "") -> Answer:
    history = (
        [{"role": "user", "content": earlier}, {"role": "assistant", "content": "……"}] if earlier else []
    )
    return assistant.invoke({"question": question, "history": history})


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("绿色食药这一块，方案是怎么考虑的？", ["增品种、提品质、创品牌", "走出去", "药械双轮驱动"]),
        ("汉中打算怎么开辟新赛道？", ["新一代信息技术", "未来产业", "数字经济"]),
    ],
)
def test_what_is_planned_is_quoted_as_a_whole_item(ask: Ask, question: str, facts: list[str]) -> None:
    assert holds(quotes(ask(question)), *facts) == []


def test_one_sentence_is_enough_for_a_question_about_one_thing(regulation: PolicyAssistant) -> None:
    quoted = quotes(_ask(regulation, "餐厨垃圾每日至少清运几次？"))
    assert "至少1次" in quoted and "22时" not in quoted


def test_an_item_too_long_to_quote_gives_its_sentences(ask: Ask) -> None:
    assert all(len(citation.quote) <= 400 for citation in ask("方案怎么发展产业集群？").citations)


@pytest.mark.parametrize("question", ["仓库平时该怎么对待冷链货物？", "仓储企业存冷链货物，有什么规矩要守？"])
def test_what_one_has_to_do_is_read_where_it_is_prescribed(park: PolicyAssistant, question: str) -> None:
    quoted = quotes(_ask(park, question))
    assert holds(quoted, "应当遵守下列规定", "分区存放", "每日检测库温") == []
    assert "是指从生产到销售" not in quoted


def test_the_duties_of_a_restaurant_are_those_of_who_makes_the_waste(regulation: PolicyAssistant) -> None:
    quoted = quotes(_ask(regulation, "简单说说，饭店平时该怎么对待餐厨垃圾？"))
    assert holds(quoted, "设置符合标准的收集容器", "分开收集、存放", "24小时内") == []


def test_why_is_answered_at_the_purpose(park: PolicyAssistant) -> None:
    assert "发挥着重要作用" in quotes(_ask(park, "为什么要促进临港物流园发展？"))


def test_the_whole_is_answered_under_its_heading(park: PolicyAssistant) -> None:
    assert "区域性分拨中心" in quotes(_ask(park, "临港物流园要办成什么样，总的思路是怎样的？"))


def test_each_topic_has_its_clause(ask: Ask) -> None:
    answer = ask("外地龙头企业想来汉中建厂，在招商和用地融资上能得到什么支持？")
    assert answer.status == "answered"
    assert holds(quotes(answer), "一事一议", "标准地+承诺制", "一链一行") == []


def test_a_comparison_in_everyday_words(regulation: PolicyAssistant) -> None:
    answer = _ask(regulation, "对餐厨垃圾，饭店这边的规矩和拉运这边的规矩有什么不一样？")
    assert holds(quotes(answer), "分开收集、存放", "不得滴漏、撒落") == []


def test_what_is_said_of_one_side_tells_it_from_the_other(park: PolicyAssistant) -> None:
    quoted = quotes(_ask(park, "仓储企业和运输企业，保管期限上有什么区别？"))
    assert holds(quoted, "保管期限为三个月", "由双方约定") == []


@pytest.mark.parametrize(
    ("earlier", "question", "standalone"),
    [
        ("方案对落后产能是什么态度？", "那节能方面呢，怎么抓？", "节能方面，怎么抓？"),
        ("中小企业怎么培育？", "那专精特新的呢，要做什么？", "中小企业，专精特新的，要做什么？"),
        ("绿色工厂由谁牵头？", "那监管部门失职了怎么办？", "监管部门失职了怎么办？"),
    ],
)
def test_a_follow_up_keeps_its_own_subject_and_question(
    ask: Ask, earlier: str, question: str, standalone: str
) -> None:
    assert ask(question, earlier).standalone_question == standalone


def test_neglect_of_duty_is_what_officials_are_punished_for(park: PolicyAssistant) -> None:
    answer = _ask(park, "那管理部门自己失职了怎么办？", "仓储企业不分区存放会怎样？")
    assert "依法给予处分" in quotes(answer)


@pytest.mark.parametrize("question", ["企业想退出临港物流园，该怎么办手续？", "谁是龙头企业？"])
def test_what_no_sentence_says_is_refused(park: PolicyAssistant, question: str) -> None:
    assert _ask(park, question).status == "refused"


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("明年有哪些目标？", "2026年有哪些目标？"),
        ("What was the target last year?", "What was the target 2024?"),
        ("今年抵不完的能留到明年吗", "今年抵不完的能留到明年吗"),
        ("我今年60岁能扣吗", "我今年60岁能扣吗"),
        ("上一年度销售额不低于多少", "上一年度销售额不低于多少"),
    ],
)
def test_a_year_by_the_day_of_the_question(text: str, dated: str) -> None:
    assert with_dated_years(text, date(2025, 3, 1)) == dated


def test_parts_are_counted_in_their_own_word(regulation: PolicyAssistant) -> None:
    assert "共 18 条" in _ask(regulation, "办法一共多少条？").text
    assert "共 5 章" in _ask(regulation, "办法一共几章？").text
    assert _ask(regulation, "这个办法共29条，对吗？").text.startswith("不是29条")


def test_the_item_of_the_nearest_passage_is_quoted_whole(ask: Ask) -> None:
    assert "一事一议" in ask("招商引资的思路是怎样的？").text
