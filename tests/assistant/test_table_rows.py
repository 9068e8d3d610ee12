"""Questions for rows of a table: chosen by cells, bounds, extremes and dates; the items of a cell."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 临溪市水系治理行动方案

临政办发〔2025〕8号

## 一、总体要求

推进水系治理，改善水环境。本方案由市水利局解释。

## 二、保障措施

加强督促检查，按季度通报进展。

## 附件1 重点工程表

| 序号 | 工程名称 | 投资（万元） | 责任单位 | 建设年限 |
| --- | --- | --- | --- | --- |
| 1 | 北塘清淤工程 | 12600 | 市水利局 | 2025—2026 |
| 2 | 南渠护岸工程 | 9800 | 市水利局、市城市管理局 | 2025—2027 |
| 3 | 西闸更新工程 | 2300 | 市城市管理局 | 2025 |
| 4 | 东湖补水工程 | 15000 | 市水务集团 | 2026—2027 |
| 合计 | | 39700 | | |

## 附件2 各县区任务分解表

| 地区 | 2025年整治河段（个） | 2026年整治河段（个） | 两年合计（个） |
| --- | --- | --- | --- |
| 青山县 | 6 | 4 | 10 |
| 白石县 | 3 | 9 | 12 |
| 临溪高新区 | 2 | 1 | 3 |

## 附件3 巡查分工表

| 巡查事项 | 牵头单位 | 配合单位 | 完成时限 |
| --- | --- | --- | --- |
| 排查入河排口 | 市生态环境局 | 市水利局 | 2025年6月底 |
| 清理河面漂浮物 | 市城市管理局 | 市生态环境局 | 持续推进 |
| 核查取水许可 | 市水利局 | 市生态环境局、市司法局 | 2026年3月底 |

## 附件4 申请材料清单

| 事项 | 申请材料 | 办理时限 |
| --- | --- | --- |
| 取水许可 | 申请表、水资源论证报告、身份证明 | 20个工作日 |
| 占用河道许可 | 申请表；施工方案 | 15个工作日 |

## 附件5 泵站建设清单

单位：万元

| 泵站名称 | 区域 | 概算 | 开工时间 | 完工时间 |
| --- | --- | --- | --- | --- |
| 全市 | 全市 | 23300 | — | — |
| 河口泵站 | 东片 | 12600 | 2025年3月 | 2026年12月 |
| 其中：河口泵站续建段 | 东片 | 600 | 2025年3月 | 2026年12月 |
| 石桥泵站 | 西片 | 8300 | 2026年4月 | 2027年6月 |
| 柳湾泵站 | 西片 | 2400 | 2026年9月 | 2026年12月 |
| 塔山泵站 | 南片 | 1700 | 2026年10月 | 2027年3月 |
| 梅岭泵站 | 南片 | 900 | 2026年11月 | 2027年4月 |
| 竹园泵站 | 南片 | — | 2027年2月 | 2027年9月 |
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("plan"), "linxi-2025.md", TEXT)


@pytest.mark.parametrize(
    ("question", "rows", "others"),
    [
        ("附件1里投资超过1亿元的工程有哪些？", ["北塘", "东湖"], ["南渠", "西闸"]),
        ("投资不到1亿元的工程有几个？", ["南渠", "西闸"], ["北塘", "合计"]),
        ("重点工程表里归市水利局负责的工程有几个？", ["北塘", "南渠"], ["西闸", "东湖"]),
        ("2027年完成的工程有哪些？", ["南渠", "东湖"], ["北塘", "西闸"]),
        ("投资最多的工程是哪个？", ["东湖", "15000"], ["北塘"]),
        ("市水利局负责的工程里投资最少的是哪个？", ["南渠", "9800"], ["西闸", "北塘"]),
        ("哪几个县区2026年整治河段不少于4个？", ["青山县", "白石县"], ["高新区"]),
        ("整治河段超过5个的有哪些县区？", ["青山县", "白石县"], ["高新区"]),
        ("2025年整治河段最少的是哪个地方？", ["高新区"], ["青山县", "白石县"]),
        ("巡查分工表里持续推进的事项有哪些？", ["清理河面漂浮物"], ["取水许可", "入河排口"]),
        ("巡查分工表里市生态环境局配合的事项有哪些？", ["河面漂浮物", "取水许可"], ["入河排口"]),
        ("投资不超过9800万元的工程有哪些？", ["南渠", "西闸"], ["北塘", "东湖"]),
        ("投资未达到1亿元的工程有哪些？", ["南渠", "西闸"], ["北塘", "东湖"]),
        ("概算超过1亿元的泵站有哪些？", ["河口泵站"], ["全市", "其中", "石桥", "柳湾"]),
        ("哪个泵站概算最多？", ["河口泵站"], ["全市", "23300"]),
        ("2026年完工的泵站有哪些？", ["河口泵站", "柳湾泵站"], ["石桥"]),
        ("2026年开工的泵站有哪些？", ["石桥泵站", "柳湾泵站"], ["河口"]),
        ("办取水许可要准备哪几样材料？", ["申请表", "论证报告", "身份证明"], ["施工方案"]),
    ],
)
def test_rows_that_fulfil_what_is_said_of_them(
    plan: PolicyAssistant, question: str, rows: list[str], others: list[str]
) -> None:
    answer = plan.invoke({"question": question})
    assert (answer.status, answer.route) == ("answered", "ledger")
    assert holds(answer.text, *rows) == []
    assert holds(answer.text, *others) == others
    assert holds(quotes(answer), *rows) == []
    assert answer.certificate.passed


@pytest.mark.parametrize(
    ("question", "total", "rows"),
    [
        ("市水利局负责的工程投资合计多少？", "合计投资22400万元", 2),
        ("重点工程表一共几个工程，投资合计多少？", "合计投资39700万元[1]", 4),
        ("西片的泵站概算合计多少？", "合计概算10700万元", 2),
        ("南片的泵站概算合计多少？", "合计概算2600万元。另有 1 项没有写明数值。", 3),
    ],
)
def test_the_values_of_the_rows_are_added_up(
    plan: PolicyAssistant, question: str, total: str, rows: int
) -> None:
    answer = plan.invoke({"question": question})
    assert total in answer.text
    assert answer.count == rows
    assert answer.certificate.passed


def test_one_row_is_told_with_all_its_cells(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "重点工程表里市水务集团负责的工程是哪个？"})
    assert (
        holds(answer.text, "东湖补水工程", "投资15000万元", "责任单位市水务集团", "建设年限2026—2027") == []
    )
    assert answer.count == 1


def test_rows_are_shown_with_all_their_cells(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "附件1里投资超过1亿元的工程有哪些？"})
    assert answer.count == 2
    assert answer.table is not None
    assert answer.table.columns == ("序号", "工程名称", "投资（万元）", "责任单位", "建设年限")
    assert answer.table.rows[1] == ("4", "东湖补水工程", "15000", "市水务集团", "2026—2027")


@pytest.mark.parametrize(
    "question",
    [
        "附件1里资金来源是社会资本的工程有哪些？",
        "投资超过1亿元的桥梁有几座？",
        "2029年完成的工程有哪些？",
        "附件5里不在西片的泵站有哪些？",
        "2026年底前完工的泵站有哪些？",
    ],
)
def test_a_condition_that_no_row_tells_chooses_none(plan: PolicyAssistant, question: str) -> None:
    answer = plan.invoke({"question": question})
    assert "表中" not in answer.text
