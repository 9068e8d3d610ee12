"""Tables and series of values: which number is whose, due when, in which unit, and what stands already."""

from __future__ import annotations

import pytest

from index.facts import annotate
from index.parser import parse
from index.policy import Comparator, Policy, Target
from index.tables import caption_unit, heading_of

HEAD = "# 关于印发测试市规划的通知\n\n测政发〔2025〕5号\n\n# 测试市规划\n\n一、目标\n\n"
Value = tuple[int | None, str, float, str, bool]

MARKDOWN = """主要指标如下表：

| 指标 | 2024年现状 | 2025年 | 2027年 | 属性 |
| --- | --- | --- | --- | --- |
| 床位占比（%） | 58 | 62 | 70 | 约束性 |
| 助餐点累计数（个） | 1,400 | 2000 | ≥3000 | 预期性 |
| 满意度（%） | — | 持续提高 | 90以上 | 预期性 |
"""
TABS = """序号\t指标\t单位\t2020年\t2027年\t牵头单位
1\t甲产业产值\t亿元\t100\t150—200\t市工信局
2\t每千人床位\t张/千人\t5\t6.5\t市民政局
"""
UNIT_OVER = """各县任务，单位：万元

| 县 | 2025年 | 2026年 |
|---|---|---|
| 甲县 | 500 | 600 |
"""
LEVELS = """| 级别 | 奖励标准（万元） | 申报时间 |
|---|---|---|
| 国家级平台 | 100 | 2025年 |
| 省级平台 | 不超过50 | 2026年 |
"""
YEARS_DOWN = """| 年份 | 新增车位（个） | 投资 |
|---|---|---|
| 2025年 | 500 | 3000万元 |
| 2026年 | 600 | 3500万元 |
"""


def read(text: str) -> Policy:
    """A policy with one section that holds the text."""
    return annotate(parse(f"{HEAD}{text}\n", "t"))


def values(targets: tuple[Target, ...]) -> list[Value]:
    return [(t.year, t.indicator, t.low, t.unit, t.base) for t in targets]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            MARKDOWN,
            [
                (2024, "床位占比", 58, "%", True),
                (2025, "床位占比", 62, "%", False),
                (2027, "床位占比", 70, "%", False),
                (2024, "助餐点累计数", 1400, "个", True),
                (2025, "助餐点累计数", 2000, "个", False),
                (2027, "助餐点累计数", 3000, "个", False),
                (2027, "满意度", 90, "%", False),
            ],
        ),
        (
            TABS,
            [
                (2020, "甲产业产值", 100, "亿元", True),
                (2027, "甲产业产值", 150, "亿元", False),
                (2020, "每千人床位", 5, "张/千人", True),
                (2027, "每千人床位", 6.5, "张/千人", False),
            ],
        ),
        (UNIT_OVER, [(2025, "甲县", 500, "万元", False), (2026, "甲县", 600, "万元", False)]),
        (
            LEVELS,
            [
                (None, "国家级平台奖励标准", 100, "万元", False),
                (None, "省级平台奖励标准", 50, "万元", False),
            ],
        ),
        (
            YEARS_DOWN,
            [
                (2025, "新增车位", 500, "个", False),
                (2025, "投资", 3000, "万元", False),
                (2026, "新增车位", 600, "个", False),
                (2026, "投资", 3500, "万元", False),
            ],
        ),
        ("| 任务 | 牵头单位 | 完成时限 |\n|---|---|---|\n| 建设平台 | 市科技局 | 2025年12月 |\n", []),
    ],
)
def test_each_cell_is_a_value_of_its_row_and_column(text: str, found: list[Value]) -> None:
    assert values(read(text).targets) == found


def test_a_cell_is_cited_with_the_header_of_its_table() -> None:
    policy = read(MARKDOWN)
    for target in policy.targets:
        row = policy.source[target.sentence_start : target.sentence_end]
        assert target.indicator in row and "\n" not in row
        assert target.text in policy.source[target.start : target.end]
        found = heading_of(policy, target.section, target.start)
        assert found is not None and policy.source[slice(*found[0])] == row
        assert "2024年现状" in policy.source[slice(*found[1])]
    last = read(UNIT_OVER)
    found = heading_of(last, last.targets[0].section, last.targets[0].start)
    assert found is not None and "单位：万元" in last.source[slice(*found[1])]


def test_how_a_cell_binds() -> None:
    found = {(t.indicator, t.year): t.comparator for t in read(MARKDOWN + "\n" + LEVELS).targets}
    assert found["助餐点累计数", 2027] is Comparator.AT_LEAST
    assert found["满意度", 2027] is Comparator.AT_LEAST
    assert found["省级平台奖励标准", None] is Comparator.AT_MOST


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        (
            "2025年、2026年、2027年分别新增助餐点50个、50个、60个。",
            [("新增助餐点", 50, 2025), ("新增助餐点", 50, 2026), ("新增助餐点", 60, 2027)],
        ),
        (
            "2025—2027年，分别新增50个、50个和60个助餐点。",
            [("新增助餐点", 50, 2025), ("新增助餐点", 50, 2026), ("新增助餐点", 60, 2027)],
        ),
        (
            "三年安排资金2.4亿元，其中2025年7000万元、2026年8000万元。",
            [("安排资金", 2.4, None), ("安排资金", 7000, 2025), ("安排资金", 8000, 2026)],
        ),
        ("新建停车位2025年500个、2026年600个。", [("新建停车位", 500, 2025), ("新建停车位", 600, 2026)]),
        (
            "取得高级工、技师、高级技师证书的，分别给予1000元、2000元、4000元奖励。",
            [("高级工证书奖励", 1000, None), ("技师证书奖励", 2000, None), ("高级技师证书奖励", 4000, None)],
        ),
        (
            "对国家级、省级和市级平台，分别给予不超过100、50、20万元的补助。",
            [("国家级平台补助", 100, None), ("省级平台补助", 50, None), ("市级平台补助", 20, None)],
        ),
        ("甲县和乙县分别新建公园2个和3个。", [("甲县新建公园", 2, None), ("乙县新建公园", 3, None)]),
        ("甲县、乙县分别新建公园2个、3个、4个。", []),  # two names, three values
    ],
)
def test_values_in_a_row_go_to_their_years_and_names(
    sentence: str, found: list[tuple[str, float, int | None]]
) -> None:
    assert [(t.indicator, t.low, t.year) for t in read(sentence).targets] == found


def test_all_of_a_row_are_meant_as_the_first() -> None:
    found = read("对国家级、省级平台，分别给予不超过100万元、50万元补助。").targets
    assert [t.comparator for t in found] == [Comparator.AT_MOST, Comparator.AT_MOST]


def test_a_verb_alone_is_of_what_its_heading_names() -> None:
    found = read("1. 推进老旧小区改造。三年累计改造600户。").targets
    assert [(t.indicator, t.low) for t in found] == [("老旧小区改造", 600)]


ALIGNED = """岗位类别　　　　巡查里程（公里）　　　人数（人）　　　津贴（元/月）
专职护河员　　　40　　　3　　　1360
"""


@pytest.mark.parametrize(
    "blank", ["兼职护河员　　　　　　　　　5　　　620", "兼职护河员　　　　　　　　　5人　　　620元"]
)
def test_a_blank_cell_moves_no_value_into_another_column(blank: str) -> None:
    found = values(read(f"按下表执行：\n{ALIGNED}{blank}\n津贴按季核算。").targets)
    assert {name for _, name, *_ in found} == {"专职护河员巡查里程", "专职护河员人数", "专职护河员津贴"}
    assert read(f"按下表执行：\n{ALIGNED.splitlines()[0]}\n{blank}\n津贴按季核算。").targets == ()


@pytest.mark.parametrize("number", ["", "{}. ", "（{}）"])
def test_a_list_in_columns_is_no_table_of_targets(number: str) -> None:
    papers = ["申请表　　　原件　　　2份", "身份证　　　复印件　　　1份", "承诺书　　　原件　　　1份"]
    lines = [number.format(place) + paper for place, paper in enumerate(papers, start=1)]
    assert read("\n".join(["申请人提交下列材料：", *lines])).targets == ()


def test_a_unit_in_a_bracket_may_be_called_one() -> None:
    found = read("| 县 | 产值（单位：万元） |\n|---|---|\n| 甲县 | 500 |\n").targets
    assert [(t.indicator, t.low, t.unit) for t in found] == [("甲县产值", 500, "万元")]


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位：万元", "万元"),
        ("伙食费最高标准（单位：元／生·餐）", "元/生·餐"),
        ("附表2 加装电梯补助标准（万元/单元）", "万元/单元"),
        ("附表3 重点项目表（试行）", ""),
        ("补助标准（万元/个）按年度执行", ""),
    ],
)
def test_the_line_over_a_table_gives_its_unit(line: str, unit: str) -> None:
    assert caption_unit(f"{line}\n\n") == unit
