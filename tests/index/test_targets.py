"""Targets: indicator, comparator, value, unit, due year or period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from index.facts import annotate
from index.parser import parse
from index.policy import Comparator, Policy, Target
from index.quantities import quantities, read_numeral
from index.text import fold, squeeze

Read = Callable[[str], Policy]


@pytest.fixture
def targets(read: Read) -> Callable[[str], tuple[Target, ...]]:
    """The targets of one item's text, each checked to be a slice of it."""

    def of(text: str) -> tuple[Target, ...]:
        policy = read(f"某市关于示范工作的通知\n\n一、任务\n\n（一）甲任务。{text}\n")
        assert_verbatim(policy)
        return policy.targets

    return of


def assert_verbatim(policy: Policy) -> None:
    """The slice of each target holds its value as written, inside its sentence, inside its section."""
    position = 0
    for target in policy.targets:
        section = policy.sections[target.section]
        assert section.start <= target.sentence_start <= target.start < target.end <= target.sentence_end
        assert target.sentence_end <= section.end
        assert target.text in squeeze_blanks(policy.source[target.start : target.end])
        assert target.start >= position
        position = target.end


def squeeze_blanks(text: str) -> str:
    return "".join(text.split())


Targets = Callable[[str], tuple[Target, ...]]


def test_the_plan_has_28_targets(hanzhong: Policy) -> None:
    assert len(hanzhong.targets) == 28
    assert_verbatim(hanzhong)
    assert Counter(target.year for target in hanzhong.targets) == {2025: 24, 2027: 2, None: 2}
    assert sum(target.tentative for target in hanzhong.targets) == 4


def test_six_targets_of_one_sentence_of_the_plan(hanzhong: Policy) -> None:
    section = next(section for section in hanzhong.sections if section.marker == "5.")
    six = [target for target in hanzhong.targets if target.section == section.id]
    assert [(t.indicator, t.comparator, t.low, t.unit, t.year) for t in six] == [
        ("规上工业企业", Comparator.MORE, 800, "家", 2025),
        ("创新型中小企业", Comparator.MORE, 150, "家", 2025),
        ("高新技术企业", Comparator.MORE, 300, "家", 2025),
        ("专精特新企业", Comparator.MORE, 70, "家", 2025),
        ("“小巨人”和单项冠军企业", Comparator.MORE, 10, "家", 2025),
        ("省级上市后备企业", Comparator.EQUAL, 20, "家", 2025),
    ]
    assert len({target.sentence_start for target in six}) == 1


def test_green_factories_of_the_plan(hanzhong: Policy) -> None:
    factories, parks = (t for t in hanzhong.targets if "绿色工厂" in t.indicator or "绿色园区" in t.indicator)
    assert (factories.low, factories.high, factories.unit, factories.text) == (8, 8, "家", "8家")
    assert (parks.indicator, parks.low, parks.unit, parks.year) == ("绿色园区", 1, "家", 2025)


def test_a_yearly_target_of_the_plan_has_no_due_year(hanzhong: Policy) -> None:
    yearly = [target for target in hanzhong.targets if target.period]
    assert [(t.period, t.year, t.comparator, t.low, t.unit) for t in yearly] == [
        ("每年", None, Comparator.AT_LEAST, 100, "亿元"),
        ("每年", None, Comparator.AT_LEAST, 50, "个"),
    ]


@pytest.mark.parametrize(
    ("words", "comparator", "value", "unit"),
    [
        ("企业突破800家", Comparator.MORE, 800, "家"),
        ("企业超过800家", Comparator.MORE, 800, "家"),
        ("企业达到800家", Comparator.REACH, 800, "家"),
        ("企业达到800家以上", Comparator.AT_LEAST, 800, "家"),
        ("企业800家以上", Comparator.AT_LEAST, 800, "家"),
        ("企业不少于800家", Comparator.AT_LEAST, 800, "家"),
        ("企业不低于800家", Comparator.AT_LEAST, 800, "家"),
        ("企业800家", Comparator.EQUAL, 800, "家"),
        ("企业800家左右", Comparator.ABOUT, 800, "家"),
        ("费用不超过800元", Comparator.AT_MOST, 800, "元"),
        ("费用控制在800元以内", Comparator.AT_MOST, 800, "元"),
        ("损失率低于2.5%", Comparator.LESS, 2.5, "%"),
        ("能耗下降3个百分点以上", Comparator.AT_LEAST, 3, "个百分点"),
        ("产值达到1,200亿元", Comparator.REACH, 1200, "亿元"),
        ("规上企业产值达到1.5万亿元", Comparator.REACH, 1.5, "万亿元"),
        ("占比达到百分之三十五", Comparator.REACH, 35, "%"),
        ("培训人员3万人次", Comparator.EQUAL, 3, "万人次"),
        ("示范户达到200户", Comparator.REACH, 200, "户"),
    ],
)
def test_comparators_and_units(
    targets: Targets, words: str, comparator: Comparator, value: float, unit: str
) -> None:
    (target,) = targets(f"到2025年，{words}。")
    assert (target.comparator, target.low, target.high, target.unit) == (comparator, value, value, unit)
    assert target.year == 2025
    assert target.indicator


@pytest.mark.parametrize("range_", ["1至2家", "1-2家", "1—2家", "1～2家", "１至２家", "1 至 2 家", "1到2家"])
def test_ranges(targets: Targets, range_: str) -> None:
    (target,) = targets(f"到2025年，建设创新中心{range_}。")
    assert (target.low, target.high, target.unit, target.text) == (1, 2, "家", squeeze_blanks(range_))


def test_full_width_digits_are_read_and_kept_as_written(targets: Targets) -> None:
    first, second = targets("到２０２５年，企业突破 ８００ 家，占比达到３２％。")
    assert (first.low, first.unit, first.year, first.text) == (800, "家", 2025, "突破８００家")
    assert (second.low, second.unit, second.year, second.text) == (32, "%", 2025, "达到３２％")


def test_the_year_is_carried_to_the_end_of_its_sentence_and_no_further(targets: Targets) -> None:
    found = targets("到2025年，企业达到20家，园区达到3个；到2027年，企业达到30家，园区达到5个。中心达到8个。")
    assert [(t.indicator, t.low, t.year) for t in found] == [
        ("企业", 20, 2025),
        ("园区", 3, 2025),
        ("企业", 30, 2027),
        ("园区", 5, 2027),
        ("中心", 8, None),
    ]


def test_a_line_that_opens_a_list_gives_its_year(read: Read) -> None:
    policy = read(
        "某县关于产业的方案\n\n一、目标\n\n到2026年底，产值达到24亿元。\n\n到2027年底，力争实现以下目标：\n"
        "——产值达到32亿元；\n——冷库达到9万立方米。\n\n另建中心8个。\n\n二、2028年主要目标：\n\n（一）园区达到3个。\n"
        "（二）基地达到6个。\n\n三、基础\n\n2025年工作情况如下：\n\n（一）工厂达到7个。\n"
    )
    assert_verbatim(policy)
    assert [(t.indicator, t.low, t.year) for t in policy.targets] == [
        ("产值", 24, 2026),
        ("产值", 32, 2027),
        ("冷库", 9, 2027),
        ("另建中心", 8, None),
        ("园区", 3, 2028),
        ("基地", 6, 2028),
        ("工厂", 7, None),
    ]


def test_a_plan_period_gives_its_last_year(targets: Targets) -> None:
    (target,) = targets("“十五五”末，企业达到20家。")
    assert target.year == 2030


@pytest.mark.parametrize(
    ("words", "period"), [("每年培育企业不少于50家", "每年"), ("每人每月补助300元", "每人每月")]
)
def test_periods(targets: Targets, words: str, period: str) -> None:
    (target,) = targets(f"{words}。")
    assert (target.period, target.year) == (period, None)


def test_tentative(targets: Targets) -> None:
    first, second = targets("到2025年，力争产业产值突破350亿元。企业达到20家。")
    assert first.tentative and not second.tentative


def test_respectively_gives_each_its_own_value(targets: Targets) -> None:
    found = targets("甲县、乙县、丙县的补助标准分别为100元、200元、300元。")
    assert [(t.indicator, t.low) for t in found] == [
        ("甲县补助标准", 100),
        ("乙县补助标准", 200),
        ("丙县补助标准", 300),
    ]


def test_respectively_without_a_particle(targets: Targets) -> None:
    found = targets("甲类、乙类、丙类企业奖励分别为10万元、20万元、30万元。")
    assert [(t.indicator, t.low) for t in found] == [
        ("甲类企业奖励", 10),
        ("乙类企业奖励", 20),
        ("丙类企业奖励", 30),
    ]


def test_respectively_behind_what_is_done_to_them(targets: Targets) -> None:
    found = targets("开展甲膜和乙包装物回收，回收率分别达到90%、88%以上。")
    assert [(t.indicator, t.low) for t in found] == [("甲膜回收率", 90), ("乙包装物回收率", 88)]


def test_a_part_that_only_its_verb_names(targets: Targets) -> None:
    found = targets("新建和改造步道70公里，其中新建40公里、改造30公里。")
    assert [(t.indicator, t.low) for t in found] == [("新建和改造步道", 70), ("新建", 40), ("改造", 30)]


def test_above_refers_to_what_the_same_sentence_told(targets: Targets) -> None:
    found = targets(
        "到2025年，学前三年毛入园率达到95%，甲占比达到58%；到2027年，上述两项指标分别达到97%和65%。"
    )
    assert [(t.indicator, t.low, t.year) for t in found] == [
        ("学前三年毛入园率", 95, 2025),
        ("甲占比", 58, 2025),
        ("学前三年毛入园率", 97, 2027),
        ("甲占比", 65, 2027),
    ]


def test_the_years_in_which_a_number_is_reached_are_none_themselves(targets: Targets) -> None:
    assert [(t.low, t.unit) for t in targets("三年改造燃气管道210公里、供水管道165公里。")] == [
        (210, "公里"),
        (165, "公里"),
    ]


def test_values_that_cannot_be_told_apart_are_not_given_to_anyone(targets: Targets) -> None:
    assert targets("上述三地的标准分别为100元、200元、300元。") == ()


def test_scale_is_an_indicator(targets: Targets) -> None:
    (target,) = targets("到2025年，规模突破350亿元。")
    assert target.indicator == "规模"


@pytest.mark.parametrize(
    "text",
    [
        "根据某政办发〔2024〕19号文件执行。",
        "根据某政办发[2024]19号文件执行。",
        "自2024年8月2日起执行。",
        "于8月2日前完成。",
        "按照第三条、第12条、第2款规定办理。",
        "实施三年行动，用好两个市场。",
        "统一使用GB/T 9704标准。",
        "围绕“十四五”规划，打造第1批示范。",
        "到2035年，体系基本形成。",
        "本办法自2025年3月1日起施行，有效期5年。",
    ],
)
def test_what_is_no_target(targets: Targets, text: str) -> None:
    assert targets(text) == ()


def test_numbers_in_headings_and_responsibility_clauses_are_no_targets(read: Read) -> None:
    policy = read(
        "某市关于示范的通知\n\n一、任务\n\n（一）甲任务。做好甲（市财政局牵头，3个有关部门配合）。\n"
    )
    assert policy.duties
    assert policy.targets == ()


def test_the_indicator_stands_in_the_source(hanzhong: Policy) -> None:
    plain = squeeze(hanzhong.source)
    assert all(squeeze(target.indicator) in plain for target in hanzhong.targets)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("三十五", 35),
        ("十", 10),
        ("两百", 200),
        ("五点五", 5.5),
        ("一千零二十", 1020),
        ("三万五千", 35000),
        ("一百零五", 105),
    ],
)
def test_numerals(written: str, value: float) -> None:
    assert read_numeral(written) == value


def test_quantities_are_slices_of_the_folded_text() -> None:
    text = fold("新增１０ 家、占比３２％，满五年、百分之二十")
    found = list(quantities(text))
    assert [(q.low, q.unit) for q in found] == [(10, "家"), (32, "%"), (5, "年"), (20, "%")]
    assert all(text[q.start : q.end] == q.text for q in found)


@pytest.mark.parametrize("base", ["较2024年下降", "比2024年下降", "在2024年基础上下降", "与2024年相比下降"])
def test_a_year_to_compare_with_is_no_due_year(targets: Targets, base: str) -> None:
    found = targets(f"到2027年底，单位产值用水量{base}12%，回用率达到30%。")
    assert [(target.year, target.text) for target in found] == [(2027, "12%"), (2027, "达到30%")]


def test_a_verb_alone_takes_the_indicator_of_its_sentence(targets: Targets) -> None:
    found = targets("企业清洁生产审核2025年完成60家，2026年完成80家。")
    assert [(target.year, target.text, "清洁生产审核" in target.indicator) for target in found] == [
        (2025, "60家", True),
        (2026, "80家", True),
    ]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("按照每月1000元的标准扣除。", [("按照", 1000.0, None)]),
        ("到2025年和2027年，产值分别达到100亿元和200亿元。", [("产值", 100.0, 2025), ("产值", 200.0, 2027)]),
        (
            "新建公共停车位3000个以上，其中2025年完成1200个。",
            [("新建公共停车位", 3000.0, None), ("新建公共停车位", 1200.0, 2025)],
        ),
        ("规上企业由50家增加到80家。", [("规上企业", 80.0, None), ("规上企业", 50.0, None)]),
        (
            "到2028年，机械化率由2024年的41%提高到55%，规模化率达到80%。",
            [("机械化率", 55.0, 2028), ("机械化率", 41.0, 2024), ("规模化率", 80.0, 2028)],
        ),
        (
            "到2026年，日烘干能力达到12万吨；到2028年，达到15万吨。",
            [("日烘干能力", 12.0, 2026), ("日烘干能力", 15.0, 2028)],
        ),
        (
            "2025年改造棚室6万亩，2026年、2027年每年改造8万亩，四年累计改造棚室22万亩。",
            [
                ("改造棚室", 6.0, 2025),
                ("改造棚室", 8.0, 2026),
                ("改造棚室", 8.0, 2027),
                ("改造棚室", 22.0, 2027),
            ],
        ),
        ("年满60岁的父母可以申请。", []),
        ("包括子女教育、继续教育等6项专项附加扣除。", []),
    ],
)
def test_what_a_number_is_of_and_due_when(sentence: str, found: list[tuple[str, float, int | None]]) -> None:
    policy = annotate(parse(f"# 关于测试的方案\n\n一、目标\n\n{sentence}\n", "t"))
    assert [(target.indicator, target.low, target.year) for target in policy.targets] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一、目标\n2025年完成300家、2026年完成500家、2027年完成800家经营主体入网。", [300, 500, 800]),
        ("一、目标\n2025年新增10家、2026年新增20家。", []),
    ],
)
def test_a_number_without_a_name_takes_that_of_its_row_or_is_left_out(text: str, found: list[int]) -> None:
    targets = annotate(parse(text, "x")).targets
    assert [target.low for target in targets] == found
    assert {target.indicator for target in targets} <= {"经营主体入网"}


def test_a_policy_of_one_paragraph_has_its_facts() -> None:
    policy = annotate(parse("请各单位在2027年前培育示范企业20家，由市商务局负责。", "x"))
    assert [(target.indicator, target.year) for target in policy.targets] == [("培育示范企业", 2027)]
    assert [duty.organisation for duty in policy.duties] == ["市商务局"]


def test_what_tells_the_classes_of_a_row_is_no_target(targets: Callable[[str], tuple[Target, ...]]) -> None:
    found = targets("培育龙头企业8家，对年产值首次突破2亿元、8亿元的企业，分别给予20万元、80万元奖励。")
    assert [(target.indicator, target.low, target.unit) for target in found] == [
        ("培育龙头企业", 8, "家"),
        ("年产值首次突破2亿元奖励", 20, "万元"),
        ("8亿元奖励", 80, "万元"),
    ]


def test_a_target_beside_classes_with_its_digits_stays(targets: Callable[[str], tuple[Target, ...]]) -> None:
    found = targets("产值增长5亿元，对突破15亿元、25亿元的企业，分别给予20万元、80万元奖励。")
    assert [(target.low, target.unit) for target in found] == [(5, "亿元"), (20, "万元"), (80, "万元")]
