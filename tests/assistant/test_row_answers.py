"""The row and the column of a table that a question names, and what a ratio makes of a number."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 沙河区学校食堂和养老机构管理办法

沙河政办发〔2026〕4号

第一条 为规范食堂和养老机构的管理，制定本办法。

第二条 公办学校食堂的伙食费不得高于附件1规定的标准。

第三条 市场监管部门按风险等级检查食堂，频次见附件2。

第四条 护理人员与自理老人的比例不低于1∶15，与失能老人的比例不低于1∶4。

第五条 养老机构每50张床位配备不少于2名护士。

第六条 一类、二类机构的备案在3个工作日内办结，三类机构的备案在7个工作日内办结。

第七条 成立食堂管理工作专班，由区长任组长，分管教育的副区长任副组长。

第八条 本办法自2026年5月1日起施行。

附件1 公办学校伙食费最高标准（单位：元／生·餐）

| 学段 | 早餐 | 午餐 | 晚餐 |
|---|---|---|---|
| 小学 | 4 | 10 | 8 |
| 初中 | 5 | 12 | 10 |
| 普通高中、中职 | 6 | 14 | 13 |

注：城区学校可在上述标准基础上上浮，上浮幅度不超过15%。

附件2 食堂检查频次表

| 风险等级 | 检查频次 | 抽检批次 |
|---|---|---|
| A级 | 每学年1次 | 不少于1批次 |
| B级 | 每学期1次 | 不少于2批次 |
| C级 | 每学期2次 | 不少于4批次 |

附件3 改造项目表

| 序号 | 项目名称 | 建设地点 | 总投资（万元） |
|---|---|---|---|
| 1 | 一小食堂 | 城东 | 260 |
| 2 | 二中食堂 | 城西 | 340 |
| 3 | 福利院厨房 | 城东 | 150 |
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("rules"), "shahe-2026.md", TEXT)


@pytest.mark.parametrize(
    ("question", "facts", "others"),
    [
        ("公办初中午餐最高收多少钱？", ["午餐12元/生·餐"], ["10元", "14元"]),
        ("高中晚饭最高标准是多少？", ["晚餐13元/生·餐"], ["12元", "10元"]),
        ("C级食堂多久查一次？", ["C级", "每学期2次"], ["每学年1次"]),
        ("城区小学的午餐上浮后最多多少？", ["午餐10元/生·餐", "上浮幅度不超过15%"], ["12元"]),
        ("改造项目总投资一共多少？", ["合计总投资750万元"], []),
        ("收了40个失能老人，至少要配几个护理人员？", ["1∶4”计算为 10个"], ["计算为 3个"]),
        ("120张床位要配几名护士？", ["计算为 5名"], []),
        ("专班组长是谁？", ["由区长任组长"], []),
    ],
)
def test_what_a_row_or_a_ratio_says(
    rules: PolicyAssistant, question: str, facts: list[str], others: list[str]
) -> None:
    answer = rules.invoke({"question": question})
    assert answer.status == "answered"
    assert holds(answer.text, *facts) == []
    assert holds(answer.text, *others) == others
    assert quotes(answer)
    assert answer.certificate.passed


def test_the_number_of_another_class_confirms_nothing(rules: PolicyAssistant) -> None:
    answer = rules.invoke({"question": "三类机构的备案也是3个工作日办结，对吧？"})
    assert not answer.text.startswith("是的")
    assert holds(answer.text, "7个工作日") == []


def test_a_row_without_the_number_asked_for_is_not_told(rules: PolicyAssistant) -> None:
    answer = rules.invoke({"question": "C级食堂的厨师工资多少钱？"})
    assert "检查频次" not in answer.text


@pytest.mark.parametrize("question", ["初中食堂由哪家企业承建？", "专班组长叫什么名字？"])
def test_a_named_row_that_says_nothing_of_it_is_no_answer(rules: PolicyAssistant, question: str) -> None:
    answer = rules.invoke({"question": question})
    assert answer.status == "refused"
