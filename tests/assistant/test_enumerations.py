"""Lists that stand in the text are answered complete, with a row and a citation for each item."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from assistant.listing_asked import what_is_listed
from tests.assistant.look import on_text

TEXT = """云岭市推进城市更新实施方案

一、总体要求

实施“焕新、提质、增绿”三大工程，聚焦打造文化创意、现代商贸、滨水休闲特色产业集群和若干示范街区。加快推进东门老街修缮、南湖泵站、西站广场等重大项目建设。

城东区、城北区的改造补助标准为每户2万元，其老旧楼栋另行确定。

本方案所称老城区，是指城东区、城北区和旧港区。工程评估结果分为优秀、良好、合格三个等次。独居老人、残疾人和失业人免费参加技能培训。

市财政每年安排更新专项资金200万元。引导大店携手小店共创先进商贸集群、社区小店集群。

二、资金补助

申请改造补助应当提交下列材料：

（一）改造补助申请表；

（二）房屋权属证明；

（三）工程结算书。

四、补助范围

对加装电梯，按造价的30%给予补助；对更新管网的，每户一次性补助5000元。

五、不予支持的情形

下列情形不予补助：拖欠工程款的；擅自改变用途的；已享受同类补助的。每年评选“匠心”“诚信”“便民”三类示范店。受理改造申请后，施工单位应当配齐围挡、灯光、洗车台和监控设备。前线工作队下设综合、抢险、保障3个小组。

六、办理流程

改造申请按照下列程序办理：

（一）受理。

（二）审核。

（三）公示。

（四）拨付。

三、重点项目清单

| 序号 | 项目名称 | 建设地点 | 总投资（万元） |
| --- | --- | --- | --- |
| 1 | 老街修缮 | 城东区 | 3000 |
| 2 | 泵站改造 | 城南区 | 800 |
| 3 | 滨水步道 | 城东区 | 1200 |
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("plan"), "gengxin-2025.md", TEXT)


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("三大工程是哪三样？", ("焕新", "提质", "增绿")),
        ("特色产业集群一共几个，都叫什么？", ("文化创意", "现代商贸", "滨水休闲")),
        ("方案点名的重大项目有哪些？", ("东门老街修缮", "南湖泵站", "西站广场")),
        ("申请改造补助要带几样材料？", ("改造补助申请表", "房屋权属证明", "工程结算书")),
        ("补助哪几类投入？一条条列给我", ("加装电梯", "更新管网")),
        ("老城区到底圈的是哪几块地方？", ("城东区", "城北区", "旧港区")),
        ("工程评估最后评成哪几档？", ("优秀", "良好", "合格")),
        ("一分钱不花就能参加技能培训的有哪几类人？", ("独居老人", "残疾人", "失业人")),
        (
            "下周去窗口，麻烦把改造补助要带的申请材料一样不落告诉我",
            ("改造补助申请表", "房屋权属证明", "工程结算书"),
        ),
        ("哪几种情形一律不给补助？", ("拖欠工程款", "改变用途", "同类补助")),
        ("每年评的示范店叫什么，一共几类？", ("匠心", "诚信", "便民")),
        ("工作队下面分哪几个小组？", ("综合", "抢险", "保障")),
        ("改造申请一共分几步办？", ("受理", "审核", "公示", "拨付")),
        ("建在城东区的重点项目有哪些？", ("老街修缮", "滨水步道")),
        ("清单那张表一共排了几个项目？", ("老街修缮", "泵站改造", "滨水步道")),
        ("哪些区的改造补助标准是每户2万元？都列出来", ("城东区", "城北区")),
    ],
)
def test_every_item_has_a_row_and_a_citation(
    plan: PolicyAssistant, question: str, items: tuple[str, ...]
) -> None:
    answer = plan.invoke({"question": question})
    assert answer.count == len(items)
    assert answer.table is not None
    assert all(item in "|".join(cells) for item, cells in zip(items, answer.table.rows, strict=True))
    assert all(answer.table.citations)
    assert answer.certificate.passed


def test_a_list_in_a_quoted_sentence_is_counted(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "施工单位要配齐哪些东西？"})
    assert answer.count == 4
    assert "监控设备" in answer.text


def test_which_one_counts_as_such_is_no_list() -> None:
    assert what_is_listed("什么样的地方算老城区") is None


def test_what_comes_every_year_is_added_up_over_the_years_asked_about(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "市财政的更新专项资金三年加起来是多少？"})
    assert "600万元" in answer.text and "200万元" in answer.text
    assert answer.certificate.passed


def test_a_wrong_number_of_items_is_corrected(plan: PolicyAssistant) -> None:
    answer = plan.invoke({"question": "五大工程是哪五个？"})
    assert answer.count == 3
    assert answer.text.startswith("不是5大")
    assert "premise" in {notice.code for notice in answer.notices}


@pytest.mark.parametrize(
    "question",
    [
        "改造补助标准是多少？",
        "办理施工许可需要哪些材料？",
        "三大工程由谁牵头？",
        "简单说说特色产业集群要做什么",
        "三大工程打算怎么推，思路是什么？",
        "滨水休闲和现代商贸这两条，各有什么重点？",
        "清单里投资最大的项目是哪个？",
        "全市要培育几个社区小店集群？",  # one of those that are listed
    ],
)
def test_no_list_is_given_where_none_is_asked_for_or_none_fits(plan: PolicyAssistant, question: str) -> None:
    answer = plan.invoke({"question": question})
    assert answer.table is None or answer.table.columns[0] != "序号"


def test_the_sort_asked_for_stands_behind_the_question_word_or_before_it() -> None:
    asked = [what_is_listed(q) for q in ("要带几样材料?", "四大工程是哪四样", "重大项目里,点名的有几个")]
    assert [found.sorts[0].text for found in asked if found] == ["材料", "工程", "重大项目"]
    assert what_is_listed("目标是多少?") is None
    assert what_is_listed("特色产业集群要做什么") is None
    assert what_is_listed("三大工程是什么,打算怎么推?") is None
