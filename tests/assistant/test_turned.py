"""A model's sentence may not turn what a passage says: prohibitions, units, years, item numbers, bodies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.chain import PolicyAssistant
from assistant.grounding import ground
from tests.assistant.test_grounding import GREEN, passages

ASKED = "说说这方面的规定"
ENGLISH = "What are the rules?"


def kept(assistant: PolicyAssistant, said: str, *texts: str, question: str = ASKED) -> bool:
    """Whether a sentence is kept that a model draws from passages with these texts."""
    like = passages(assistant, GREEN)[0]
    found = [
        replace(like, text=text, start=like.start + number, section=()) for number, text in enumerate(texts)
    ]
    nearest = [(passage.policy, passage.start) for passage in found]
    return bool(ground(said, found, assistant.read(question), assistant.corpus, lambda _: nearest)[0])


FORBIDDEN = [
    ("企业不得由施工单位垫付工程资金。", "施工单位垫付工程资金。"),
    ("企业不得由施工单位垫付工程资金。", "由施工单位垫付工程资金。"),
    ("不得将费用转嫁给企业。", "费用转嫁给企业。"),
    ("不得将费用转嫁给企业。", "相关费用可转嫁给企业承担。"),
    ("严禁违规新增化工产能。", "违规新增化工产能。"),
    ("严禁违规新增化工产能。", "新增化工产能，属于违规。"),
    ("用人单位不得有下列行为：\n（一）克扣职工工资；\n（二）拖欠职工工资。", "用人单位克扣职工工资。"),
    ("用人单位不得有下列行为：\n（一）克扣职工工资；\n（二）拖欠职工工资。", "拖欠职工工资。"),
    ("未取得许可证的企业应当停止排放污水。", "取得许可证的企业应当停止排放污水。"),
    ("企业拖欠职工工资的，由主管部门责令改正。", "企业拖欠职工工资。"),
    ("建设单位不得克扣或者拖欠工程款。", "建设单位克扣工程款。"),
]


@pytest.mark.parametrize(("text", "said"), FORBIDDEN)
def test_what_is_forbidden_is_not_told_without_its_negation(
    assistant: PolicyAssistant, text: str, said: str
) -> None:
    assert not kept(assistant, said, text)


@pytest.mark.parametrize(
    "said",
    [
        "企业不得由施工单位垫付工程资金。",
        "禁止由施工单位垫付工程资金。",
        "不能由施工单位垫付工程资金。",
        "不允许由施工单位垫付工程资金。",
        "企业禁止让施工单位垫付工程资金。",
        "工程资金不许由施工单位垫付。",
        "由施工单位垫付工程资金是不允许的。",
    ],
)
def test_a_prohibition_in_other_words_is_kept(assistant: PolicyAssistant, said: str) -> None:
    assert kept(assistant, said, "企业不得由施工单位垫付工程资金。")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("企业应当按月支付工资，不得克扣工资。", "企业应当按月支付工资。"),
        ("禁止露天焚烧秸秆，推广秸秆综合利用。", "推广秸秆综合利用。"),
        ("禁止露天焚烧秸秆，推广秸秆综合利用。", "禁止露天焚烧秸秆，推广秸秆综合利用。"),
        ("办理时限不得超过30日。", "办理时限最多30日。"),
        ("不断提高能源利用效率，防止重复建设。", "提高能源利用效率。"),
        (
            "用人单位不得有下列行为：\n（一）克扣职工工资；\n（二）拖欠职工工资。\n用人单位应当按月支付工资。",
            "用人单位不得克扣职工工资，拖欠职工工资。",
        ),
        (
            "用人单位不得有下列行为：\n（一）克扣职工工资；\n（二）拖欠职工工资。\n用人单位应当按月支付工资。",
            "用人单位应当按月支付工资。",
        ),
    ],
)
def test_what_is_allowed_beside_a_prohibition_is_kept(
    assistant: PolicyAssistant, text: str, said: str
) -> None:
    assert kept(assistant, said, text)


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("Construction enterprises advance the project funds.", False),
        ("Construction enterprises must not advance the project funds.", True),
        ("It is prohibited to have construction enterprises advance the project funds.", True),
    ],
)
def test_a_prohibition_in_english(assistant: PolicyAssistant, said: str, stays: bool) -> None:
    assert kept(assistant, said, "不得由施工企业垫付项目资金。", question="What applies to funds?") is stays


@pytest.mark.parametrize("part", ["补贴8家", "由市科技局牵头", "奖励30日内", "由西安交通大学牵头"])
def test_no_part_of_a_sentence_from_two_passages_goes_unread(assistant: PolicyAssistant, part: str) -> None:
    texts = ("强化节能监察和节能诊断。", "推广使用节水灌溉设备。")
    for said in (
        f"强化节能监察和节能诊断，{part}，推广使用节水灌溉设备。",
        f"强化节能监察和节能诊断，推广使用节水灌溉设备，{part}。",
    ):
        for question in (ASKED, f"节能方面，{part}吗？"):
            assert not kept(assistant, said, *texts, question=question)
    assert kept(assistant, "强化节能监察和节能诊断，推广使用节水灌溉设备。", *texts)


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("到2025年，装备制造产值突破550亿元。", True),
        ("到2027年，装备制造产值突破550亿元。", False),
        ("到2027年，装备制造产值突破700亿元。", True),
        ("到2025年，装备制造产值突破700亿元。", False),
        ("到2025年，建成产业创新平台。", True),
        ("到2027年，建成产业创新平台。", False),
    ],
)
def test_targets_keep_their_years(assistant: PolicyAssistant, said: str, stays: bool) -> None:
    text = "到2025年，装备制造产值突破550亿元，建成产业创新平台；到2027年，装备制造产值突破700亿元，形成完整产业体系。"
    assert kept(assistant, said, text) is stays


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("主管部门受理申请后在30日内完成材料审核。", True),
        ("主管部门受理申请后在60日内完成材料审核。", False),
        ("企业在60日内完成现场整改。", True),
        ("企业在30日内完成现场整改。", False),
    ],
)
def test_steps_keep_their_days(assistant: PolicyAssistant, said: str, stays: bool) -> None:
    text = "主管部门受理申请后，30日内完成材料审核；企业应当在60日内完成现场整改。"
    assert kept(assistant, said, text) is stays


@pytest.mark.parametrize(
    ("text", "said", "stays"),
    [
        ("装备制造产值突破550亿元。", "Equipment manufacturing output exceeds 55 billion yuan.", True),
        ("装备制造产值突破550亿元。", "Equipment manufacturing has 550 enterprises.", False),
        ("产业转型占比达到30%。", "Industrial transformation is finished within 30 days.", False),
        ("产业转型在30日内完成。", "Industrial transformation is finished within 30 days.", True),
        ("产业转型在30日内完成。", "Industrial transformation is finished within 30 working days.", False),
        ("8. 推动绿色园区建设。", "It builds 8 green parks.", False),
        ("8. 推动绿色园区建设。", "It builds eight green parks.", False),
        ("推动绿色园区8个建设。", "It builds 8 green parks.", True),
        ("汉政办发〔2024〕11号推动绿色园区建设。", "It builds 11 green parks.", False),
        ("推动绿色园区建设，强化节能诊断。", "The plan has Huawei build green parks.", False),
        ("推动绿色园区建设，强化节能诊断。", "The plan has Xi'an Jiaotong University build green parks.", False),
        ("推动绿色园区建设，强化节能诊断。", "The Plan builds Green Parks in Hanzhong.", True),
    ],
)  # fmt: skip
def test_english_numbers_and_names(assistant: PolicyAssistant, text: str, said: str, stays: bool) -> None:
    assert kept(assistant, said, text, question=ENGLISH) is stays


@pytest.mark.parametrize(
    ("text", "said", "stays"),
    [
        ("8. 推动绿色园区建设。", "推动八项绿色园区建设。", False),
        ("8. 推动绿色园区建设。", "推动8项绿色园区建设。", False),
        ("8. 推动绿色园区建设。", "8. 推动绿色园区建设。", True),
        ("（三）推动绿色园区建设。", "推动三项绿色园区建设。", False),
        ("第十条　推动绿色园区建设。", "推动十项绿色园区建设。", False),
        ("第十条　推动绿色园区建设。", "第十条要求推动绿色园区建设。", True),
        ("委托第三方开展节能诊断。", "委托西安交通大学开展节能诊断。", False),
        ("委托西安交通大学开展节能诊断。", "委托西安交通大学开展节能诊断工作。", True),
        ("委托第三方开展节能诊断。", "委托中国纺织协会开展节能诊断。", False),
        ("委托第三方开展节能诊断。", "委托节能监测中心开展节能诊断。", False),
        ("委托第三方开展节能诊断。", "委托机械设计研究院开展节能诊断。", False),
        ("建设高水平研发中心，对企业开展节能诊断。", "建设研发中心，对企业开展节能诊断。", True),
    ],
)  # fmt: skip
def test_chinese_numbers_and_names(assistant: PolicyAssistant, text: str, said: str, stays: bool) -> None:
    assert kept(assistant, said, text) is stays
