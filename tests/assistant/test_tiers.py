"""What holds for a number of the reader's, by the tier of a rule or the row of a table that it falls into."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text, quotes

TEXT = """# 松塬县老年津贴和企业奖补办法

松塬政办发〔2026〕7号

第一条 为提高老年人生活水平，稳定企业用工，制定本办法。

第二条 高龄津贴按月发放：80—89周岁的老年人每人每月100元，90—99周岁的每人每月300元，100周岁及以上的每人每月1000元。

第三条 企业新增用工奖补按下列标准执行：
（一）新增用工50人以下的，每人奖补500元；
（二）新增用工50人（含）至100人的，每人奖补800元；
（三）新增用工100人（含）以上的，每人奖补1000元，单个企业最高30万元。

第四条 技术改造项目设备投资300万元（含）至1000万元的，按设备投资额的5%给予补助；1000万元（含）至5000万元的，按8%给予补助；5000万元及以上的，按10%给予补助，最高不超过600万元。

第五条 停车30分钟以内不收费；超过30分钟不足2小时的，每次收费5元；2小时以上的，每次收费10元。

第六条 擅自改变津贴用途的，由县民政局处1万元以上5万元以下的罚款；情节严重的，处5万元以上10万元以下的罚款。

第七条 新建公共停车场按泊位数给予一次性建设补助，标准见附件1。经营场所按面积缴纳垃圾处理费，标准见附件2。

第八条 本办法自2026年3月1日起施行。

附件1 停车场建设补助标准表

| 序号 | 泊位数 | 补助标准（元/个） | 单个项目最高（万元） |
|---|---|---|---|
| 1 | 50个以下 | 1000 | 4 |
| 2 | 50—99个 | 2000 | 15 |
| 3 | 100—199个 | 3000 | 50 |
| 4 | 200个及以上 | 4000 | 120 |

附件2 垃圾处理费标准表

| 类别 | 面积 | 收费标准（元/月） |
|---|---|---|
| 餐饮 | 50平方米及以下 | 80 |
| 餐饮 | 50—150平方米（含） | 200 |
| 餐饮 | 150平方米以上 | 400 |
| 零售 | 100平方米以下 | 30 |
| 零售 | 100平方米及以上 | 60 |

附件3 加装电梯补助标准（万元/单元）

| 楼层数 | 单元建筑面积不足1000平方米 | 1000平方米以上（含）不足1500平方米 | 1500平方米以上（含） |
|---|---|---|---|
| 四层 | 15 | 17 | 19 |
| 五层 | 18 | 20 | 22 |
| 六层以上（含） | 22 | 24 | 26 |
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("rules"), "songyuan-2026.md", TEXT)


@pytest.mark.parametrize(
    ("question", "facts", "others"),
    [
        ("85岁每月能领多少津贴？", ["每人每月100元"], ["300元"]),
        ("我奶奶今年92岁，每个月多少钱？", ["每人每月300元"], ["100元", "1000元"]),
        ("企业新招了60个人，每人奖多少？", ["每人奖补800元"], ["500元"]),
        ("新增用工120人能拿多少奖补？", ["每人奖补1000元", "12万元"], ["800元"]),
        ("设备投资2000万元的补助比例是多少？", ["8%"], ["5%", "10%"]),
        ("设备投资500万能补多少？", ["5%", "25万元"], ["8%"]),
        ("设备投资8000万元补助多少？", ["10%", "按上限为 600万元"], ["8%"]),
        ("停车20分钟收费吗？", ["不收费"], ["10元"]),
        ("停1个小时多少钱？", ["每次收费5元"], ["10元"]),
        ("建了120个泊位的停车场每个泊位补多少？", ["3000元/个"], ["2000元"]),
        ("建80个泊位能拿多少补助？", ["2000元/个", "16万元", "按上限为 15万元"], ["3000元"]),
        ("餐饮店80平方米每月交多少垃圾费？", ["200元/月"], ["30元", "80元"]),
        ("100平的零售店每个月垃圾费多少钱？", ["60元/月"], ["30元", "200元"]),
        ("五楼1200平方米的单元加装电梯补助多少？", ["20万元"], ["18", "24"]),
        ("How much allowance does a 92-year-old get each month?", ["每人每月300元"], ["100元"]),
        ("A firm hired 60 new employees; how much is the reward per person?", ["每人奖补800元"], ["500元"]),
        (
            "How much is the subsidy for a car park with 120 parking spaces?",
            ["3000元/个", "36万元"],
            ["2000元"],
        ),
    ],
)
def test_the_tier_of_the_number_is_told_alone(
    rules: PolicyAssistant, question: str, facts: list[str], others: list[str]
) -> None:
    answer = rules.invoke({"question": question})
    assert (answer.status, answer.route) == ("answered", "ledger")
    assert holds(answer.text, *facts) == []
    assert holds(answer.text, *others) == others
    assert quotes(answer)
    assert answer.certificate.passed


@pytest.mark.parametrize(
    ("question", "lowest"),
    [("75岁有高龄津贴吗？", "80—89周岁"), ("设备投资200万元有补助吗？", "300万元（含）")],
)
def test_a_number_outside_all_tiers_is_said_to_be(rules: PolicyAssistant, question: str, lowest: str) -> None:
    answer = rules.invoke({"question": question})
    assert "没有写到" in answer.text
    assert holds(answer.text, lowest) == []
    assert answer.certificate.passed


@pytest.mark.parametrize(
    "question",
    ["92岁坐公交车多少钱？", "罚款3万元由谁决定？", "办理停车证要3天吗？", "60个人的会议室收多少钱？"],
)
def test_a_number_of_another_thing_has_no_tier(rules: PolicyAssistant, question: str) -> None:
    answer = rules.invoke({"question": question})
    assert "属于“" not in answer.text
