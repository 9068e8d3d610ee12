"""Answers from tables and rows of values: each year's own number, what stands already, sums and gaps."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 澄州市人民政府办公室关于印发澄州市托育服务三年行动计划（2025—2027年）的通知

澄政办发〔2025〕9号

# 澄州市托育服务三年行动计划（2025—2027年）

## 一、工作目标

主要指标如下表：

| 指标 | 2024年现状 | 2025年 | 2026年 | 2027年 | 属性 |
| --- | --- | --- | --- | --- | --- |
| 普惠托位累计数（个） | 1500 | 2000 | 3200 | 4800 | 约束性 |
| 保育师持证人数（人） | 600 | 900 | 1300 | 1700 | 预期性 |

## 二、重点任务

1. 建设社区托育点。2025年、2026年、2027年分别新建社区托育点20个、30个、25个。

2. 推进幼儿园活动室改造。三年累计改造400间，其中2025年150间、2026年120间、2027年130间。

3. 加强人才培养。取得初级、中级、高级保育师证书的，分别给予1000元、2000元、4000元奖励。

4. 强化资金保障。三年统筹安排市级资金1.5亿元，其中2025年4000万元、2026年5000万元、2027年6000万元。

6. 加强设施建设。设施总投资900万元。新建公共食堂2个、流动餐车3辆、共享厨房5个。

| 设施 | 投资（万元） |
| --- | --- |
| 公共食堂 | 500 |
| 流动餐车 | 250 |
| 共享厨房 | 150 |

5. 稳定补贴标准。东江区、西河区的城镇托位补贴标准为每月500元，其农村托位补贴标准每月分别为450元、400元。
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("plan"), "chengzhou-2025.md", TEXT)


@pytest.mark.parametrize(
    ("question", "facts", "others"),
    [
        ("2026年普惠托位累计数目标是多少？", ["2026年", "3200个"], ["2000", "4800"]),
        ("2027年保育师持证人数要达到多少人？", ["1700人"], ["1300"]),
        ("2024年普惠托位有多少个？", ["1500个", "现状"], ["2000"]),
        ("2026年新建多少个社区托育点？", ["30个"], ["20个", "25个"]),
        ("2027年普惠托位累计数比2024年多多少？", ["3300个"], []),
        ("保育师持证人数2027年比现状增加多少人？", ["1100人"], []),
        ("三年一共要新建多少个社区托育点？", ["75个", "20个", "30个", "25个"], []),
        ("2025年、2026年、2027年幼儿园活动室改造间数之和是多少？", ["合计400间"], ["800"]),
        ("2026年和2027年市级资金合计多少？", ["1.1亿元"], ["1.5"]),
        ("公共食堂、流动餐车、共享厨房的投资合计多少？", ["900万元"], ["1800"]),
        ("2025到2027年市级托育资金哪年最多？总共多少？", ["2027", "6000万元", "1.5亿元"], []),
        ("初级、中级、高级保育师的奖励最高和最低相差多少？", ["3000元"], []),
        ("东江区、西河区农村托位补贴标准相差多少？", ["50元"], ["500"]),
    ],
)
def test_a_number_of_a_table_or_a_row(
    plan: PolicyAssistant, question: str, facts: list[str], others: list[str]
) -> None:
    answer = plan.invoke({"question": question})
    assert (answer.status, answer.route) == ("answered", "ledger")
    assert holds(answer.text, *facts) == []
    assert holds(answer.text, *others) == others
    assert answer.certificate.passed


def test_a_cell_is_shown_with_the_header_that_dates_it(plan: PolicyAssistant) -> None:
    quoted = quotes(plan.invoke({"question": "2026年普惠托位累计数目标是多少？"}))
    assert "| 普惠托位累计数（个） |" in quoted and "| 2026年 |" in quoted


def test_what_stands_already_is_no_target(plan: PolicyAssistant) -> None:
    text = plan.invoke({"question": "普惠托位累计数是多少？"}).text
    assert holds(text, "2000个", "3200个", "4800个") == [] and "1500" not in text


def test_values_of_several_years_end_are_not_added(plan: PolicyAssistant) -> None:
    assert "合计" not in plan.invoke({"question": "三年普惠托位累计数一共多少？"}).text


def test_a_year_that_a_table_lacks(plan: PolicyAssistant) -> None:
    assert plan.invoke({"question": "2028年普惠托位累计数目标是多少？"}).status == "refused"


def test_a_year_that_stands_beside_others_is_not_refused(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "2026年安排市级资金多少？"})
    assert answer.status == "answered" and "5000万元" in answer.text


def test_a_sibling_that_lacks_a_word_of_its_heading_is_compared(
    several: PolicyAssistant,
) -> None:
    text = several.invoke({"question": "哪个产业集群的规模目标最大？比最小的多多少？"}).text
    assert holds(text, "现代材料产业集群规模", "550亿元", "能源产业规模", "150亿元", "相差400亿元") == []


@pytest.mark.parametrize(
    ("question", "gap"),
    [("东江区和西河区农村托位补贴标准相差多少？", "50"), ("西河区与东江区的农村托位补贴标准差多少？", "50")],
)
def test_words_behind_the_last_name_are_said_of_every_part(
    plan: PolicyAssistant, question: str, gap: str
) -> None:
    answer = plan.invoke({"question": question})
    assert f"相差 {gap}元" in answer.text
    assert "城镇" not in answer.text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("哪些指标是约束性的？", "约束性指标共 1 项：普惠托位累计数[1]。"),
        ("普惠托位累计数是约束性指标还是预期性指标？", "普惠托位累计数：约束性[1]"),
        ("保育师持证人数是约束性指标吗？", "不是约束性。保育师持证人数：预期性[1]"),
    ],
)
def test_what_binds_is_read_in_the_row(plan: PolicyAssistant, question: str, text: str) -> None:
    answer = plan.invoke({"question": question})
    assert (answer.text, answer.certificate.passed) == (text, True)
