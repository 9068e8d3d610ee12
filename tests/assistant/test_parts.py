"""Questions that ask two things: both are answered, or what is missing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.conftest import Ask
from tests.assistant.look import holds, on_text, quotes, sound


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("绿色工厂目标是多少，哪些部门配合？", ["8家", "市生态环境局配合"]),
        ("绿色工厂的牵头单位和目标分别是什么？", ["市工业和信息化局牵头", "8家"]),
        ("绿色工厂什么时候建成，由谁牵头？", ["2025年", "市工业和信息化局牵头"]),
        ("文号是什么，绿色工厂由谁牵头？", ["汉政办发〔2024〕11号", "市工业和信息化局牵头"]),
        ("Who leads green factories, and how many must be added?", ["市工业和信息化局", "8家"]),
    ],
)
def test_both_are_answered(ask: Ask, assistant: PolicyAssistant, question: str, facts: list[str]) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert holds(answer.text, *facts) == []
    assert answer.certificate.passed
    sources = {policy.id: policy.source for policy in assistant.index.policies.values()}
    assert sound(answer, sources) == []


def test_what_is_missing_makes_the_answer_partial(ask: Ask) -> None:
    answer = ask("绿色工厂由谁牵头，补贴多少钱？")
    assert answer.status == "partial"
    assert "市工业和信息化局牵头" in answer.text
    assert [notice.code for notice in answer.notices] == ["partial"]
    assert "补贴" in answer.notices[0].text


def test_the_same_sentence_is_not_said_twice(ask: Ask) -> None:
    answer = ask("装备制造由谁牵头？规模目标多少？什么时候完成？")
    assert answer.text.count("350亿元") == 1


@pytest.mark.parametrize("question", ["装备制造和现代材料，哪个规模大？", "绿色工厂8家，对吗？"])
def test_one_thing_in_two_clauses_is_one_question(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert len(quotes(answer).split("新增省级以上绿色工厂")) <= 2


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("市科技局牵头了几项任务？配合了几项？", ["配合 5 项", "没有牵头的任务"]),
        ("哪个产业集群的规模目标最大？比最小的多多少？", ["550亿元", "150亿元", "相差 400亿元"]),
        ("装备制造和现代材料哪个规模大，大多少？", ["最大的是现代材料", "相差 200亿元"]),
        ("方案是哪天发布的？成文又是哪天？", ["2024年08月08日", "2024年8月2日"]),
        ("方案什么时候发布，依据是什么？", ["2024年08月08日"]),
    ],
)
def test_both_halves_of_one_sort_are_answered(ask: Ask, question: str, facts: list[str]) -> None:
    assert holds(ask(question).text, *facts) == []


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("市科技局牵头的打造产业创新平台要建设几家省级制造业创新中心？", ["不是", "1至2家"]),
        ("市发改委牵头的智改数转要形成多少个工业互联网平台？", ["不是", "10个"]),
        ("市经合局配合市工信局做的招商任务目标是多少？", ["不是", "100亿元"]),
    ],
)
def test_a_corrected_premise_still_gives_the_number(ask: Ask, question: str, facts: list[str]) -> None:
    answer = ask(question)
    assert holds(answer.text, *facts) == []
    assert "premise" in [notice.code for notice in answer.notices]


STALLS = """松岭市夜间集市管理办法

松政办发〔2025〕12号

第一条 集市开放时间由街道办事处确定，向市商务局备案。

第二条 摊位租金每月300元，每季度末缴纳。环卫费由区城市管理局收取。

第三条 摊主应在开市前1小时到场，摊位不得转租。转租的，收回摊位，两年内不得再次申请。

第四条 易爆罐装气体不得带入集市。夜间值守人员每班不少于2人。
"""


@pytest.fixture(scope="module")
def stalls(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on those rules."""
    return on_text(tmp_path_factory.mktemp("stalls"), "jishi.txt", STALLS)


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("摊位租金每月多少钱？环卫费又归哪个部门收？", ["300元", "区城市管理局"]),
        ("摊主开市前多久到场，摊位能转租吗？", ["1小时", "不得转租"]),
        ("我在夜市摆摊，租金一个月多少，夜间值守每班几个人？", ["300元", "不少于2人"]),
        ("How much is the monthly rent, and at least how many people must be on night duty?", ["300元", "不少于2人"]),
    ],
)  # fmt: skip
def test_what_is_asked_besides_is_answered_too(
    stalls: PolicyAssistant, question: str, facts: list[str]
) -> None:
    answer = stalls.invoke({"question": question})
    assert answer.status == "answered"
    assert holds(answer.text, *facts) == []
    assert answer.certificate.passed


@pytest.mark.parametrize(
    ("question", "citations"),
    [
        ("转租摊位会怎样，多久不能再申请？", 1),  # told by the sentence on the first
        ("摊位租金每月多少钱，租金怎么缴？", 1),
        ("环卫费谁收，收多少？", 1),  # how much is not told
    ],
)
def test_what_the_answer_tells_already_is_not_quoted_again(
    stalls: PolicyAssistant, question: str, citations: int
) -> None:
    assert len(stalls.invoke({"question": question}).citations) == citations


GROVES = """# 松岭市林道养护计划

松政办发〔2025〕20号

## 一、工作要求

1. 加强管护。每年巡查林道不少于4次。（市林业局）

附件：1. 林道清单

附件1 林道清单

| 序号 | 项目名称 | 投资（万元） | 牵头单位 | 配合单位 |
| --- | --- | --- | --- | --- |
| 1 | 东坡林道 | 300 | 市林业局 | 市交通运输局 |
| 2 | 南沟林道 | 500 | 市水利局 | 市林业局 |
| 3 | 北岭林道 | 待定 | 市交通运输局 | 市财政局 |
"""


@pytest.mark.parametrize(
    ("question", "rows", "others"),
    [
        ("附件1的项目里市财政局配合几个，投资一共多少？", ["北岭林道"], ["合计", "800"]),
        ("附件1里市林业局参与了哪些项目？", ["东坡林道", "南沟林道"], ["北岭"]),
        ("附件1里投资最多和最少的项目是哪个，相差多少？", [], ["相差", "符合的"]),
    ],
)
def test_rows_are_not_added_up_for_a_part_that_lost_its_body(
    tmp_path: Path, question: str, rows: list[str], others: list[str]
) -> None:
    answer = on_text(tmp_path, "lindao.md", GROVES).invoke({"question": question})
    assert holds(answer.text, *rows) == []
    assert holds(answer.text, *others) == others


@pytest.mark.parametrize("question", ["摊位押金多少钱，谁来退？", "摊位租金2030年涨多少，2031年又涨多少？"])
def test_a_question_refused_as_a_whole_is_not_answered_by_one_of_its_parts(
    stalls: PolicyAssistant, question: str
) -> None:
    assert stalls.invoke({"question": question}).status == "refused"


@pytest.mark.parametrize("question", ["摊位不得转租，对吧？", "租金每月300元，是不是？"])
def test_what_only_asks_for_assent_is_no_question_of_its_own(stalls: PolicyAssistant, question: str) -> None:
    answer = stalls.invoke({"question": question})
    assert len(answer.citations) == 1


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("摊位租金每月多少钱，文件有几个附件？", "附件"),
        ("谁收环卫费，文号是什么？有几个附件？", "附件"),
    ],
)
def test_a_part_that_the_answer_leaves_out_is_said_to_be_missing(
    stalls: PolicyAssistant, question: str, left: str
) -> None:
    answer = stalls.invoke({"question": question})
    assert answer.status == "partial"
    assert [left in notice.text for notice in answer.notices if notice.code == "partial"] == [True]


def test_what_the_answer_tells_is_not_said_to_be_missing(stalls: PolicyAssistant) -> None:
    answer = stalls.invoke({"question": "转租摊位会怎样，多久不能再申请？"})
    assert (answer.status, answer.notices) == ("answered", ())


FREE = """松岭市停车收费办法

松政办发〔2025〕30号

第一条 路边泊位停放20分钟以内免费。公园停车场免费时间延长至50分钟。

第二条 停车费由泊位管理者收取。
"""


def test_the_number_of_one_part_is_not_denied_by_that_of_another(tmp_path: Path) -> None:
    answer = on_text(tmp_path, "tingche.txt", FREE).invoke(
        {"question": "停放20分钟以内要钱吗，公园停车场呢？"}
    )
    assert holds(answer.text, "20分钟以内", "50分钟") == []
    assert holds(answer.text, "不是20分钟") == ["不是20分钟"]
