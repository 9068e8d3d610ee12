"""The kinds of answer that a question wants, and whether a text holds them."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from assistant.wanted import holds_number, lacking

AMOUNT = "每台一次性补助2万元，全市共建成12座。"


@pytest.mark.parametrize(
    ("question", "text", "kind"),
    [
        ("每台补助多少钱？", AMOUNT, ""),
        ("每台补助多少钱？", "每台给予一次性补助。", "money"),
        ("一共要建多少座？", AMOUNT, ""),
        ("一共要建多少公里？", AMOUNT, "amount"),
        ("2030年要建多少座？", "到2027年建成12座。", "amount"),
        ("2025年每人每月多少元？", "标准为每人每月2094.4元。", ""),
        ("2026年要建多少座？", "2025—2027年每年建成12座。", ""),
        ("垫资最多能占几成？", "不得由施工单位垫资建设。", ""),
        ("什么时候办完？", "自受理之日起办结。", ""),
        ("什么时候办完？", "应当及时办结。", "when"),
        ("多久检查一次？", "每季度检查一次。", ""),
        ("多久检查一次？", "应当在30日内检查。", "when"),
        ("逾期每天加罚多少？", "逾期不拆除的，处5000元罚款。", "amount"),
        ("逾期每天加罚多少？", "按照每日1000元加处罚款。", ""),
        ("投诉要准备哪些材料？", "及时将投诉转交有关部门处理。", "papers"),
        ("投诉要准备哪些材料？", "提交身份证明和合同复印件。", ""),
        ("协议去哪盖章？", "应当签订书面协议。", "where"),
        ("看什么时候的规模？", "依合同订立时的规模确定。", ""),
        ("由谁检查？", "由市场监管部门检查。", ""),
        ("由谁检查？", "应当每年检查。", "who"),
        ("咨询电话是多少？", "由窗口受理。", "contact"),
        ("以后打电话叫车要等多久？", "不超过90分钟。", ""),
        ("组长是谁，叫什么名字？", "领导小组组长由分管领导担任。", "person"),
        ("罚款多少？", "处5000元以上2万元以下的罚款。", ""),
        ("基金对单个企业最多投多少钱？", "设立总规模30亿元的基金。", "amount"),
        ("基金对单个企业最多投多少钱？", "对单个企业的投资不超过2000万元。", ""),
        ("基金一共有多少钱？", "设立总规模30亿元的基金。", ""),
        ("会怎么处罚？", "应当及时清运。", "penalty"),
        ("认定标准是什么？", "到2025年新增8家。", "criteria"),
        ("认定标准是什么？", "应当同时符合下列条件：", ""),
        ("基地选址在哪个县？", "加快建设基地。", "place"),
        ("末班车几点发？", "每日不少于4班。", "clock"),
        ("目前建成了多少座？", AMOUNT, "result"),
        ("城镇的比农村的高多少？", "城镇为1000元，农村为900元。", ""),
        ("城镇的比农村的高多少？", "城镇为1000元。", "comparison"),
        ("怎么支持小企业？", "给予支持。", ""),
    ],
)
def test_a_text_holds_what_is_wanted_or_lacks_it(
    assistant: PolicyAssistant, question: str, text: str, kind: str
) -> None:
    assert lacking(assistant.read(question), text) == kind


@pytest.mark.parametrize(
    ("question", "text", "holds"),
    [
        ("县级出资比例是多少？", "由县政府统一成立领导小组。", False),
        ("县级出资比例是多少？", "县级出资三成。", True),
        ("护河员一年要培训几次？", "每年6月1日至9月30日为汛期。", False),
        ("护河员一年要培训几次？", "每年6月1日、9月30日各组织培训。", True),
        ("护河员一年要培训几次？", "每月发放津贴，每年一次性奖励。", False),
    ],
)
def test_what_only_looks_like_a_share_or_a_number_of_times(
    assistant: PolicyAssistant, question: str, text: str, holds: bool
) -> None:
    assert holds_number(assistant.read(question), text) is holds
