"""Numbers of the Hanzhong plan: values, lists, sums, differences, the largest, wrong numbers."""

from __future__ import annotations

import re

import pytest

from tests.assistant.conftest import Ask
from tests.assistant.look import holds, quotes, shown, tasks


@pytest.mark.parametrize(
    ("question", "facts", "others"),
    [
        ("到2025年新增多少家绿色工厂？", ["8家", "2025"], ["800"]),
        ("绿色园区的目标是几家？", ["1家"], ["8家"]),
        ("现代材料产业集群规模目标是多少？", ["力争", "突破550亿元"], ["350"]),
        ("综合能源产业规模目标是多少？", ["150亿元"], ["550"]),
        ("规上工业企业研发活动覆盖率要达到多少？", ["50%以上"], ["800"]),
        ("高新技术企业目标是多少家？", ["突破300家"], ["150"]),
        ("省级上市后备企业有多少家？", ["20家"], ["300"]),
        ("建设省级制造业创新中心几家？", ["1至2家"], ["30"]),
        ("培育多少个陕西工业精品？", ["30个以上"], ["15户"]),
        ("每年签约省外工业项目总投资不少于多少？", ["每年", "100亿元"], ["50个"]),
        ("每年谋划投资亿元以上制造业重大项目多少个？", ["不少于50个"], ["100亿"]),
        ("打造多少个数字化典型应用场景？", ["30个"], ["5家"]),
        ("到2027年工业战略性新兴产业总产值占比达到多少？", ["33%"], ["32%"]),
        ("How many green factories by 2025?", ["8家", "2025"], ["800"]),
        ("What is the target of the modern materials cluster?", ["550亿元"], ["350"]),
    ],
)
def test_a_value_with_its_comparator(ask: Ask, question: str, facts: list[str], others: list[str]) -> None:
    answer = ask(question)
    assert (answer.status, answer.route) == ("answered", "ledger")
    assert holds(answer.text, *facts) == []
    assert holds(answer.text, *others) == others
    number = next(digits for digits in re.findall(r"\d+", facts[-1]) or re.findall(r"\d+", facts[0]))
    assert number in quotes(answer)


@pytest.mark.parametrize(
    ("question", "count"),
    [("2027年有哪些目标？", 2), ("到2027年要实现哪些目标？", 2), ("2025年有哪些目标？", 24)],
)
def test_all_targets_of_a_year(ask: Ask, question: str, count: int) -> None:
    answer = ask(question)
    assert answer.table is not None
    assert answer.count == len(answer.table.rows) == count
    year = question[: question.index("年")].removeprefix("到")
    assert {row[2] for row in answer.table.rows} == {year}
    assert all(year in citation.quote.replace(" ", "") for citation in answer.citations)


def test_the_targets_of_2027(ask: Ask) -> None:
    assert holds(shown(ask("2027年有哪些目标？")), "超过30%", "33%") == []


@pytest.mark.parametrize(
    "question", ["2030年绿色工厂目标是多少？", "2026年制造业增加值占地区生产总值比重是多少？"]
)
def test_a_year_without_such_a_target_is_refused(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.status == "refused"
    assert "8" not in answer.text and "28" not in answer.text


@pytest.mark.parametrize(
    ("question", "total", "operands"),
    [
        ("四大产业集群规模目标合计多少？", "1400亿元", ["350亿元", "550亿元", "150亿元"]),
        ("装备制造和现代材料产业集群规模加起来是多少？", "900亿元", ["350亿元", "550亿元"]),
        ("绿色工厂和绿色园区合计多少？", "9家", ["8家", "1家"]),
        ("规上工业企业研发机构和省级以上工业企业技术中心合计多少家？", "80家", ["50家", "30家以上"]),
        pytest.param(
            "What is the total target for the four industrial clusters?", "1400亿元", ["350亿元", "150亿元"]),
    ],
)  # fmt: skip
def test_a_sum_shows_its_operands(ask: Ask, question: str, total: str, operands: list[str]) -> None:
    answer = ask(question)
    assert holds(answer.text, total, *operands) == []
    assert answer.certificate.passed
    assert answer.table is not None and answer.table.citations


@pytest.mark.parametrize(
    ("question", "difference"),
    [
        ("现代材料和装备制造产业集群规模相差多少？", "200亿元"),
        ("创新型中小企业和高新技术企业相差多少家？", "150家"),
        ("制造业增加值占地区生产总值比重从2025年到2027年提高多少个百分点？", "2个百分点"),
        ("制造业增加值占比2025年和2027年相差多少？", "2个百分点"),
    ],
)
def test_a_difference(ask: Ask, question: str, difference: str) -> None:
    answer = ask(question)
    assert holds(answer.text, difference) == []
    assert answer.certificate.passed


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("制造业增加值占比到2025年要超过多少？", "28%"),
        ("到2027年制造业增加值占地区生产总值比重超过多少？", "30%"),
    ],
)
def test_a_share_that_is_to_be_exceeded_is_no_difference(ask: Ask, question: str, value: str) -> None:
    answer = ask(question)
    assert holds(answer.text, value) == []
    assert "相差" not in answer.text
    assert "战略性新兴产业" not in answer.text


@pytest.mark.parametrize(
    ("question", "largest", "value"),
    [
        ("哪个产业集群规模目标最大？", "现代材料产业集群", "550亿元"),
        ("专精特新企业、高新技术企业、创新型中小企业哪个目标最多？", "高新技术企业", "300家"),
        ("Which cluster has the largest target?", "现代材料产业集群", "550亿元"),
    ],
)
def test_the_largest_comes_first(ask: Ask, question: str, largest: str, value: str) -> None:
    text = ask(question).text
    assert holds(text, largest, value) == []
    assert re.findall(r"\d+(?=亿元|家)", text)[0] == re.findall(r"\d+", value)[0]


def test_the_smallest(ask: Ask) -> None:
    text = ask("四大产业集群中哪个规模目标最小？").text
    assert re.findall(r"(\d+)亿元", text)[0] == "150"


def test_a_ratio(ask: Ask) -> None:
    text = ask("装备制造产业集群规模是绿色食药产业集群规模的几倍？").text
    assert "1 倍" in text or "1倍" in text


@pytest.mark.parametrize(
    ("question", "wrong", "right"),
    [
        ("绿色工厂目标是不是10家？", "10", "8家"),
        ("高新技术企业目标是500家吗？", "500", "突破300家"),
        ("现代材料产业集群规模目标是350亿元，对吗？", "350", "550亿元"),
        ("现代材料产业集群规模目标350亿元对吗？", "350", "550亿元"),
        ("绿色工厂的目标是36吗？", "36", "8家"),
        ("2025年制造业增加值占比30%对不对？", "30%", "超过28%"),
    ],
)
def test_a_wrong_number_is_corrected(ask: Ask, question: str, wrong: str, right: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert answer.text.startswith("不是")
    assert holds(answer.text, right) == []
    assert "premise" in [notice.code for notice in answer.notices]
    assert wrong not in quotes(answer)


def test_a_wrong_number_behind_why_is_corrected(ask: Ask) -> None:
    answer = ask("规上工业企业目标为什么是1000家？")
    assert "premise" in [notice.code for notice in answer.notices]


@pytest.mark.parametrize(
    "question", ["高新技术企业目标是300家吗？", "现代材料产业集群规模目标是不是550亿元？"]
)
def test_a_right_number_is_confirmed(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.text.startswith("是的")
    assert answer.notices == ()


@pytest.mark.parametrize(
    "question",
    [
        "第5条“引导企业专精特新提升”里所有量化指标",
        "“引导企业专精特新提升”有哪些目标？",
    ],
)
def test_the_targets_of_a_section(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.count == len(tasks(answer)) == 6
    assert holds(shown(answer), "800家", "150家", "300家", "70家", "10家", "20家") == []


@pytest.mark.parametrize(
    "question",
    ["5G基站目标是多少？", "绿色工厂补贴多少钱？", "新能源汽车要生产多少辆？", "招聘多少名工人？",
     "How many electric vehicles will be produced by 2025?"],
)  # fmt: skip
def test_a_number_that_the_plan_does_not_give_is_refused(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.citations) == ("refused", ())


@pytest.mark.parametrize(
    "question",
    ["国家级绿色园区要新增多少家？", "市级绿色工厂有几家？", "2025年工业总产值要达到多少？",
     "地区生产总值2025年要达到多少？"],
)  # fmt: skip
def test_a_number_of_another_level_or_of_another_whole_is_no_answer(ask: Ask, question: str) -> None:
    """The plan's numbers are of the province's level, and shares of those totals."""
    answer = ask(question)
    assert (answer.status, answer.citations) == ("refused", ())


def test_a_number_of_another_kind_of_the_same_thing_is_no_answer(ask: Ask) -> None:
    assert ask("到2025年，新增智能工厂几家？").status == "refused"
    assert "8家" in ask("到2025年，新增绿色工厂几家？").text


def test_the_part_that_a_share_is_named_for_may_be_asked_for(ask: Ask) -> None:
    assert holds(shown(ask("制造业增加值2027年的目标是多少？")), "占地区生产总值比重", "超过30%") == []
    assert "达到32%" in shown(ask("工业总产值中战略性新兴产业的占比2025年要到多少？"))


@pytest.mark.parametrize("question", ["全市一共提出多少个目标？", "一共有几个量化指标？"])
def test_all_targets_are_counted(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.count == 28
    assert answer.table is not None
    assert len(answer.table.rows) == 28


def test_a_value_that_names_its_indicator_is_said_once(ask: Ask) -> None:
    assert ask("工业互联网平台要建几个？").text.count("工业互联网平台") == 1


def test_a_bare_number_in_english_is_corrected(ask: Ask) -> None:
    assert ask("Is the green factory target 20?").text.startswith("Not 20.")
    assert ask("Is the green factory target 8?").text.startswith("Yes.")


@pytest.mark.parametrize("question", ["产业集群规模合计多少？", "What is the total of the cluster targets?"])
def test_the_sum_of_a_group_is_complete(ask: Ask, question: str) -> None:
    """One of the four is a cluster by its heading only."""
    assert "1400" in ask(question).text


@pytest.mark.parametrize(
    "question",
    ["装备制造和能源产业集群目标对比", "Compare the 2025 targets of the equipment and energy clusters."],
)
def test_targets_side_by_side(ask: Ask, question: str) -> None:
    assert holds(shown(ask(question)), "350亿元", "150亿元") == []


def test_the_targets_of_a_value(ask: Ask) -> None:
    text = ask("力争突破350亿元的是哪个产业？").text
    assert holds(text, "装备制造", "绿色食药") == []
    assert "能源" not in text


def test_the_targets_of_every_year(ask: Ask) -> None:
    answer = ask("每年有什么目标？")
    assert holds(shown(answer), "100亿元", "50个") == []
    assert answer.count == 2


@pytest.mark.parametrize(
    "question", ["哪项目标最大？", "目标值大于100家的有哪些？", "十五五期间的目标是什么？", "省级以上绿色工厂已经有多少家？"]
)  # fmt: skip
def test_a_condition_that_is_not_understood_is_not_left_out(ask: Ask, question: str) -> None:
    assert ask(question).status == "refused"


def test_the_number_that_a_body_has_to_reach(ask: Ask) -> None:
    assert "突破800家" in ask("市工信局2025年要完成多少家规上企业？").text


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("装备制造产业集群规模突破350亿元吗？", "是的"),
        ("装备制造产业集群规模至少300亿元吗？", "是的"),
        ("装备制造产业集群规模不超过350亿元，对吗？", "不是“不超过350亿元”"),
        ("规上工业企业超过500家吗？", "是的"),
        ("规上工业企业超过900家吗？", "不是超过900家"),
        ("到2025年绿色工厂要突破8家吗？", "数值相同"),
        ("绿色工厂是10家吗？", "不是10家"),
        ("Is the equipment manufacturing cluster target 35 billion yuan?", "Yes"),
        ("Is the equipment manufacturing cluster target more than 300 billion yuan?", "Not more than"),
    ],
)
def test_a_claimed_number_is_judged_with_its_comparator(ask: Ask, question: str, begins: str) -> None:
    assert ask(question).text.startswith(begins)


@pytest.mark.parametrize("words", ["之和", "总和", "合计", "一共", "加起来"])
def test_a_sum_is_the_same_in_all_words_for_it(ask: Ask, words: str) -> None:
    assert "1400亿元" in ask(f"四大产业集群规模目标{words}是多少？").text


def test_what_ties_is_not_said_to_be_the_largest(ask: Ask) -> None:
    answer = ask("装备制造和绿色食药哪个规模目标更大？")
    assert answer.text.startswith("一样大")
    assert holds(answer.text, "装备制造", "绿色食药") == []


def test_targets_with_a_quoted_word(ask: Ask) -> None:
    answer = ask("列出所有带“力争”的目标")
    assert answer.count == 4
    assert all("力争" in row[1] for row in answer.table.rows) if answer.table else False


def test_the_reason_of_a_number_is_not_stated(ask: Ask) -> None:
    assert "没有说明原因" in ask("为什么绿色工厂是8家？").text


@pytest.mark.parametrize("question", ["每家绿色工厂平均多少人？"])
def test_what_cannot_be_computed_is_refused(ask: Ask, question: str) -> None:
    assert ask(question).status == "refused"


def test_values_of_other_units_are_shown_and_not_subtracted(ask: Ask) -> None:
    answer = ask("绿色工厂比装备制造多多少？")
    assert "单位不同" in answer.text and "相差" not in answer.text


@pytest.mark.parametrize("question", ["工信局2025年有哪些指标", "工信局2025年要完成哪些量化目标"])
def test_the_targets_of_a_body_are_those_of_its_tasks(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.count == 20
    assert "装备制造产业集群规模" in tasks(answer)
    assert "能源产业规模" not in tasks(answer)  # 市发展改革委


def test_a_body_whose_tasks_have_no_target_gets_no_list_of_tasks(ask: Ask) -> None:
    answer = ask("市水利局有哪些指标？")
    assert "没有写明" in answer.text and answer.table is None


@pytest.mark.parametrize("question", ["Which targets are due in 2027?", "What targets must be met by 2027?"])
def test_targets_of_a_year_in_english(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert answer.count == 2
