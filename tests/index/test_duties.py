"""Duties: who leads, supports, is responsible, implements."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from index.policy import Duty, Policy
from index.text import fold

Read = Callable[[str], Policy]
HEAD = "某市关于示范工作的通知\n\n一、任务\n\n"


def roles(policy: Policy, clause: int = 0) -> list[tuple[str, str]]:
    """(role, organisation) of one clause."""
    return [(duty.role.value, duty.organisation) for duty in policy.duties if duty.clause == clause]


def assert_verbatim(policy: Policy) -> None:
    """Each duty names an organisation that its clause (or its rule) writes, and lies in its section."""
    for duty in policy.duties:
        section = policy.sections[duty.section]
        assert section.start <= duty.start <= duty.clause_start < duty.clause_end <= duty.end <= section.end
        bound = duty.rule_start >= 0 and duty.organisation not in clause_text(policy, duty)
        written = policy.source[duty.rule_start : duty.rule_end] if bound else clause_text(policy, duty)
        assert duty.organisation in re.sub(r"\s+", "", written)


def clause_text(policy: Policy, duty: Duty) -> str:
    return re.sub(r"\s+", "", policy.source[duty.clause_start : duty.clause_end])


def test_the_plan_has_29_bracketed_clauses(hanzhong: Policy) -> None:
    clauses = {(duty.clause_start, duty.clause_end) for duty in hanzhong.duties if duty.bracketed}
    assert len(clauses) == 29
    for start, end in clauses:
        text = hanzhong.source[start:end]
        assert text[0] == "（" and text[-1] == "）"
        assert fold(text).count("(") == fold(text).count(")")
    # every bracket of the plan that says 牵头 or 负责, nested ones once
    assert len(re.findall(r"（[^（）]*(?:（[^（）]*）[^（）]*)*(?:牵头|负责)", hanzhong.source)) == 29


def test_duties_of_the_plan_are_verbatim(hanzhong: Policy) -> None:
    assert_verbatim(hanzhong)
    assert [duty.clause for duty in hanzhong.duties] == sorted(duty.clause for duty in hanzhong.duties)


def test_green_factories_in_the_plan(hanzhong: Policy) -> None:
    duties = [duty for duty in hanzhong.duties if duty.task == "推动绿色低碳转型"]
    assert [(duty.role.value, duty.organisation) for duty in duties] == [
        ("lead", "市工业和信息化局"),
        ("support", "市发展改革委"),
        ("support", "市生态环境局"),
        ("implement", "各县（区）"),
        ("implement", "汉中经济技术开发区"),
    ]
    assert [duty.rule_start >= 0 for duty in duties] == [False, False, False, True, True]


def test_the_rule_of_the_plan_binds_every_bracketed_clause(hanzhong: Policy) -> None:
    for clause in {duty.clause for duty in hanzhong.duties if duty.bracketed}:
        assert ("implement", "各县（区）") in roles(hanzhong, clause)
        assert ("implement", "汉中经济技术开发区") in roles(hanzhong, clause)


def test_several_clauses_of_one_section_have_their_own_sentences(hanzhong: Policy) -> None:
    work = next(section for section in hanzhong.sections if section.marker == "四、")
    duties = [duty for duty in hanzhong.duties if duty.section == work.id and duty.bracketed]
    spans = sorted({(duty.start, duty.end) for duty in duties})
    assert len(spans) == 6
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    water = next(duty for duty in duties if duty.organisation == "市水利局")
    assert hanzhong.source[water.start : water.end] == (
        "落实“四水四定”要求，强化水资源刚性约束（市水利局负责）。"
    )


def test_a_nested_bracket_is_part_of_the_name_and_later_clauses_are_bound(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（办公室（市财政局）牵头，市商务局配合，各县（区）落实，"
        "以下均需各县（区）、高新区管委会落实，不再单独列出）。\n\n（二）乙任务。做好乙（市教育局负责）。\n"
    )
    assert_verbatim(policy)
    assert roles(policy) == [
        ("lead", "办公室（市财政局）"),
        ("support", "市商务局"),
        ("implement", "各县（区）"),
        ("implement", "高新区管委会"),
    ]
    assert roles(policy, 1) == [
        ("responsible", "市教育局"),
        ("implement", "各县（区）"),
        ("implement", "高新区管委会"),
    ]
    bound = [duty for duty in policy.duties if duty.clause == 1 and duty.role.value == "implement"]
    assert all("以下均需" in policy.source[duty.rule_start : duty.rule_end] for duty in bound)


def test_a_rule_about_what_follows_does_not_bind_what_stands_before(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（市财政局负责）。\n\n"
        "（二）乙任务。做好乙（市商务局负责，以下均需各县（区）落实）。\n\n（三）丙任务。做好丙（市教育局负责）。\n"
    )
    assert roles(policy, 0) == [("responsible", "市财政局")]
    assert ("implement", "各县（区）") in roles(policy, 1)
    assert ("implement", "各县（区）") in roles(policy, 2)


def test_the_first_named_leads_here_and_below(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（市财政局、市商务局、市教育局负责，排在第一位的为牵头单位，下同）。\n\n"
        "（二）乙任务。做好乙（市民政局、市公安局负责）。\n\n（三）丙任务。做好丙（市水利局牵头，市公安局配合）。\n"
    )
    assert_verbatim(policy)
    assert roles(policy, 0) == [
        ("lead", "市财政局"),
        ("responsible", "市商务局"),
        ("responsible", "市教育局"),
    ]
    assert roles(policy, 1) == [("lead", "市民政局"), ("responsible", "市公安局")]
    assert roles(policy, 2) == [("lead", "市水利局"), ("support", "市公安局")]
    lead = next(duty for duty in policy.duties if duty.organisation == "市民政局")
    assert "排在第一位" in policy.source[lead.rule_start : lead.rule_end]


def test_without_that_rule_the_first_named_does_not_lead(read: Read) -> None:
    policy = read(HEAD + "（一）甲任务。做好甲（市民政局、市公安局负责）。\n")
    assert roles(policy) == [("responsible", "市民政局"), ("responsible", "市公安局")]


def test_the_first_named_of_a_list_without_a_verb_leads(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（市财政局、市商务局，排第一位的为牵头部门，下同）。\n\n"
        "（二）乙任务。做好乙（市民政局、市公安局）。\n"
    )
    assert roles(policy, 0) == [("lead", "市财政局"), ("responsible", "市商务局")]
    assert roles(policy, 1) == [("lead", "市民政局"), ("responsible", "市公安局")]


ROWS = (
    "（一）甲任务。做好甲。（责任单位：市财政局、市商务局）\n\n"
    "（二）乙任务。做好乙。\n责任单位：市民政局\n\n"
    "（三）丙任务。做好丙。（责任单位：市水利局；配合单位：市公安局）\n\n"
    "（四）丁任务。做好丁。（牵头单位：市教育局；责任单位：市体育局）\n\n"
)


@pytest.mark.parametrize(
    "rule",
    [
        "责任单位排在首位的为牵头单位。",
        "责任单位排在首位的为牵头单位，负责组织申报。",
        "各项任务的责任单位中，列第一位的为牵头单位。",
        "本措施所称牵头责任单位，是指各条责任单位中排列在第一位的单位。",
        "本措施所称“牵头单位”是指责任单位中排名第一的单位。",
        "以上各项排第一的单位为牵头单位。",
        "以上任务由排在第一位的单位牵头。",
        "有多个责任单位的，第一个单位为牵头单位。",
        "（注：责任单位中居首位者为牵头单位）",
        "注：排序第一的责任单位为该项工作的牵头单位。",
    ],
)
def test_a_sentence_says_that_the_first_named_leads(read: Read, rule: str) -> None:
    policy = read(HEAD + ROWS + f"二、附则\n\n{rule}\n")
    assert_verbatim(policy)
    assert roles(policy, 0) == [("lead", "市财政局"), ("responsible", "市商务局")]
    assert roles(policy, 1) == [("lead", "市民政局")]
    assert roles(policy, 2) == [("lead", "市水利局"), ("support", "市公安局")]
    assert roles(policy, 3) == [("lead", "市教育局"), ("responsible", "市体育局")]
    assert len(policy.duties) == 7
    written = {policy.source[d.rule_start : d.rule_end] for d in policy.duties if d.rule_start >= 0}
    assert [text.strip("（）") for text in written] == [rule.strip("（）")]


@pytest.mark.parametrize(
    "sentence",
    [
        "各项任务中有多个牵头单位的，排在第一位的负总责。",
        "有多个牵头单位的任务，列首位的为牵头单位。",
        "多家单位联合申报的项目，排在首位的为牵头单位。",
        "联合体承担任务的，排名第一的单位为牵头单位。",
        "市财政局为第一牵头单位的工作另行安排。",
        "本市工作考核排名第一的单位给予奖励。",
        "课题组成员中列首位的为牵头单位，负责经费管理。",
        "对任务完成情况考核排名第一的牵头单位给予通报表扬。",
        "排在首位的牵头单位负总责，其他牵头单位按职责配合做好各项工作。",
        "项目由多个单位共同承担的，排名第一的单位为牵头单位，负责项目组织实施。",
        "合作单位中排在首位的为牵头单位，负责经费管理。",
        "联合举办活动的，排在首位的单位为主办单位，负责活动安全工作。",
        "牵头单位应当按月报送各项任务的第一手材料。",
    ],
)
def test_a_sentence_about_something_else_makes_nobody_lead(read: Read, sentence: str) -> None:
    policy = read(HEAD + ROWS + f"二、附则\n\n{sentence}\n")
    assert roles(policy, 0) == [("responsible", "市财政局"), ("responsible", "市商务局")]
    assert roles(policy, 1) == [("responsible", "市民政局")]
    assert roles(policy, 2) == [("responsible", "市水利局"), ("support", "市公安局")]


def test_the_rule_may_stand_in_a_bracket_behind_the_list(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲。\n责任单位：市财政局、市商务局（列首位的为牵头单位，下同）\n\n"
        "（二）乙任务。做好乙。\n责任单位：市民政局、市公安局\n"
    )
    assert roles(policy, 0) == [("lead", "市财政局"), ("responsible", "市商务局")]
    assert roles(policy, 1) == [("lead", "市民政局"), ("responsible", "市公安局")]


@pytest.mark.parametrize(
    "rule",
    [
        "责任单位中列首位的为牵头单位，其余为配合单位。",
        "本措施所称牵头单位，是指责任单位中排在第一位的单位，配合单位是指其他单位。",
    ],
)
def test_the_rule_says_that_the_others_support(read: Read, rule: str) -> None:
    policy = read(HEAD + ROWS + f"二、附则\n\n{rule}\n")
    assert roles(policy, 0) == [("lead", "市财政局"), ("support", "市商务局")]
    assert roles(policy, 3) == [("lead", "市教育局"), ("responsible", "市体育局")]
    assert len(policy.duties) == 7
    assert all(policy.source[d.rule_start : d.rule_end] == rule for d in policy.duties if d.clause == 0)


def test_the_rule_binds_the_part_that_it_is_of(read: Read) -> None:
    two = "（一）丙任务。做好丙（市水利局、市公安局负责）。\n\n"
    text = f"{HEAD}（一）甲任务。做好甲（市财政局、市商务局负责）。\n\n二、政策\n\n本部分各项政策排在首位的单位为牵头单位。\n\n"
    policy = read(f"{text}{two}三、保障\n\n{two}")
    leading = [duty.organisation for duty in policy.duties if duty.role.value == "lead"]
    assert leading == ["市水利局"]
    above = "以上各项任务排第一的单位为牵头单位。\n\n"
    policy = read(f"{HEAD}{two}二、政策\n\n{above}（一）丁任务。做好丁（市教育局、市体育局负责）。\n")
    leading = [duty.organisation for duty in policy.duties if duty.role.value == "lead"]
    assert leading == ["市水利局"]


def test_bodies_that_share_a_task_equally_have_no_lead(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（市财政局、市商务局按职责分工负责）。\n\n责任单位列首位的为牵头单位。\n"
    )
    assert roles(policy, 0) == [("responsible", "市财政局"), ("responsible", "市商务局")]


@pytest.mark.parametrize(
    "rule",
    [
        "分工中没有指定牵头单位的，排首位的部门为牵头部门",
        "各项任务未明确牵头单位的，排在第一位的部门为牵头部门",
        "责任单位没有注明牵头的，由列首位的单位牵头",
    ],
)
def test_a_rule_of_lists_that_name_no_lead_is_also_of_those_who_share_a_task(read: Read, rule: str) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（市财政局、市商务局按职责分工负责）。\n\n"
        "（二）乙任务。做好乙（市水利局牵头，市公安局按职责分工负责）。\n\n"
        f"二、附则\n\n（三）{rule}；各县对各项任务负有责任。\n"
    )
    assert roles(policy, 0) == [("lead", "市财政局"), ("responsible", "市商务局")]
    assert roles(policy, 1) == [("lead", "市水利局"), ("responsible", "市公安局")]


def test_a_rule_that_opens_a_numbered_item_is_no_heading(read: Read) -> None:
    policy = read(
        HEAD
        + ROWS
        + "二、附则\n\n（一）责任单位列首位的为牵头单位，负责组织申报。丙任务不涉及申报。\n\n（二）本措施自印发之日起施行。\n"
    )
    assert roles(policy, 0) == [("lead", "市财政局"), ("responsible", "市商务局")]
    assert [s.heading for s in policy.sections if s.marker == "（一）"] == ["甲任务", ""]


@pytest.mark.parametrize(
    "lines",
    [
        "牵头单位：市财政局；配合单位：市商务局、市教育局。",
        "牵头单位：市财政局\n配合单位：市商务局、市教育局。",
        "（牵头单位：市财政局；配合单位：市商务局、市教育局）。",
        "(牵头部门:市财政局;协办部门:市商务局、市教育局)。",
        "主办单位：市财政局，协同单位：市商务局，市教育局。",
    ],
)
def test_labels(read: Read, lines: str) -> None:
    policy = read(HEAD + f"（一）甲任务。做好甲。\n{lines}\n\n（二）乙任务。做好乙。\n")
    assert_verbatim(policy)
    assert roles(policy) == [("lead", "市财政局"), ("support", "市商务局"), ("support", "市教育局")]


@pytest.mark.parametrize(
    "source",
    [
        HEAD + "（一）甲任务。做好甲。\n牵头单位：市财政局；配合单位：市商务局\n\n（二）乙任务。做好乙。\n",
        HEAD + "（一）甲任务。做好甲（市财政局牵头，市商务局配合）",
    ],
    ids=["label line", "end of file"],
)
def test_a_clause_without_a_full_stop_stays_in_its_section(read: Read, source: str) -> None:
    policy = read(source)
    assert roles(policy) == [("lead", "市财政局"), ("support", "市商务局")]
    assert_verbatim(policy)


def test_a_label_line_ends_with_its_line(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲。\n牵头单位：市财政局；配合单位：市商务局\n到2025年，企业达到20家。\n"
    )
    assert roles(policy) == [("lead", "市财政局"), ("support", "市商务局")]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("由市财政局牵头，市商务局、市教育局配合。", "lead 市财政局 support 市商务局 support 市教育局"),
        ("由市财政局会同市商务局负责。", "responsible 市财政局 support 市商务局"),
        ("市财政局负责本市示范资金的管理工作。", "responsible 市财政局"),
        ("县级以上人民政府负责本区域的示范工作。", "responsible 县级以上人民政府"),
        ("市财政局、市商务局按职责分工负责。", "responsible 市财政局 responsible 市商务局"),
        ("加强示范，提高水平，推进各项工作。", ""),
    ],
)
def test_running_text(read: Read, sentence: str, expected: str) -> None:
    policy = read(HEAD + f"（一）甲任务。做好甲。{sentence}\n")
    assert_verbatim(policy)
    assert " ".join(f"{role} {name}" for role, name in roles(policy)) == expected
    assert not any(duty.bracketed for duty in policy.duties)


def test_together_with_behind_the_comma(read: Read) -> None:
    policy = read(HEAD + "（一）甲任务。由市财政局牵头，会同市商务局、市教育局制定细则。\n")
    assert roles(policy) == [("lead", "市财政局"), ("support", "市商务局"), ("support", "市教育局")]


def test_responsible_for_carrying_out_is_no_part_of_the_name(read: Read) -> None:
    policy = read(HEAD + "（一）甲任务。做好甲。市财政局负责组织实施。\n")
    assert {name for _, name in roles(policy)} == {"市财政局"}


def test_names_that_hold_the_word_and_are_not_split(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（市住房和城乡建设局、市文化和旅游局牵头，"
        "市工业和信息化局、市人力资源和社会保障局、市财政局和市商务局配合）。\n"
    )
    assert roles(policy) == [
        ("lead", "市住房和城乡建设局"),
        ("lead", "市文化和旅游局"),
        ("support", "市工业和信息化局"),
        ("support", "市人力资源和社会保障局"),
        ("support", "市财政局"),
        ("support", "市商务局"),
    ]


def test_groups_and_and_others(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲（市财政局牵头，市商务局等有关部门配合，各县（区）组织实施）。\n\n"
        "（二）乙任务。做好乙（市级有关部门按职责分工负责）。\n"
    )
    assert roles(policy) == [
        ("lead", "市财政局"),
        ("support", "市商务局"),
        ("support", "有关部门"),
        ("implement", "各县（区）"),
    ]
    assert roles(policy, 1) == [("responsible", "市级有关部门")]


def test_half_width_and_blanks_inside_names(read: Read) -> None:
    policy = read(HEAD + "（一）甲任务。做好甲(市财政局　牵头,市 商务局配合)。\n")
    assert_verbatim(policy)
    assert roles(policy) == [("lead", "市财政局"), ("support", "市商务局")]


@pytest.mark.parametrize(
    "aside", ["（以下简称甲任务）", "（含各县）", "（2024年）", "（数字技术）", "（见附件）"]
)
def test_other_brackets_are_no_clauses(read: Read, aside: str) -> None:
    assert read(HEAD + f"（一）甲任务。做好甲{aside}。\n").duties == ()


def test_lines_name_everybody_up_to_the_line_that_names_something_else(read: Read) -> None:
    policy = read(
        HEAD
        + "1.推行绿色制造。开展审核。\n牵头单位：市经济和信息化局\n配合单位：市生态环境局、各区人民政府\n"
        "完成时限：2026年12月底前\n\n2.提升利用水平。推进利用。\n责任单位：市财政局、市商务局\n"
    )
    assert_verbatim(policy)
    assert roles(policy, 0) == [
        ("lead", "市经济和信息化局"),
        ("support", "市生态环境局"),
        ("support", "各区人民政府"),
    ]
    assert roles(policy, 1) == [("responsible", "市财政局"), ("responsible", "市商务局")]


def test_several_bodies_guide_in_running_text(read: Read) -> None:
    policy = read(HEAD + "1.各镇人民政府负责组织实施，市农业农村局、市供销合作总社负责指导。\n")
    assert ("responsible", "市农业农村局") in roles(policy)
    assert ("responsible", "市供销合作总社") in roles(policy)


def test_who_shares_equally_is_led_by_nobody(read: Read) -> None:
    policy = read(
        HEAD
        + "1. 【招募】每个乡镇招募护河员6名。（责任单位：县水利局、县财政局）\n\n"
        + "2. 【计划】编制年度招募计划。（责任单位：县水利局、县民政局、县财政局按职责分工负责）\n\n"
        + "以上措施列第一位的为牵头单位。\n"
    )
    assert roles(policy, 0) == [("lead", "县水利局"), ("responsible", "县财政局")]
    assert roles(policy, 1) == [
        ("responsible", "县水利局"),
        ("responsible", "县民政局"),
        ("responsible", "县财政局"),
    ]


def test_who_shares_a_task_does_not_lead_it_by_that_rule_whatever_stands_behind(read: Read) -> None:
    policy = read(
        HEAD + "（一）甲任务。做好甲。（市财政局、市商务局按职责分工负责，各县（区）落实）\n\n"
        "二、附则\n\n责任单位排在首位的为牵头单位。\n"
    )
    assert ("lead", "市财政局") not in roles(policy, 0)


@pytest.mark.parametrize(
    "due",
    ["10月底前", "2026年12月底前完成", "方案6月底前出台，站点12月中旬前建成", "长期坚持", "完成时限：9月底"],
)
def test_when_a_task_is_due_stands_beside_who_does_it(read: Read, due: str) -> None:
    policy = read(f"{HEAD}（一）改造企业120家。（市甲局、砚溪海关、砚溪学院；{due}）\n")
    assert roles(policy) == [
        ("responsible", "市甲局"),
        ("responsible", "砚溪海关"),
        ("responsible", "砚溪学院"),
    ]
    assert_verbatim(policy)
