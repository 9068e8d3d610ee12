"""What holds for a number of the reader's, by the tier of a rule or the row of a table that it falls into."""

from __future__ import annotations

from pathlib import Path

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


OTHERS = """# 云岭市扶持和监管办法

云岭政办发〔2026〕9号

第一条 为扶持企业、规范监管，制定本办法。

第二条 扶持资金50万元以下的由市工信局审批，50万元以上200万元以下的由分管副市长审批，200万元以上的由市长办公会审批。

第三条 公办养老机构50张床位以下的配2名护士，50张以上的配4名护士；民办养老机构50张床位以下的配1名护士，50张以上的配3名护士。

第四条 家庭养育子女，未满3周岁的每月补贴500元，3周岁以上6周岁以下的每月补贴300元。

第五条 违规转租公寓的，转租1个月以下的，处2000元罚款；1个月以上3个月以下的，处5000元罚款；3个月以上的，处1万元罚款。公寓租期不超过3年。

第六条 生猪年出栏500头以下的，保费补贴60%；500头（含）以上的，保费补贴70%。

第七条 档案保管费1—3年的每年60元，4—6年的每年50元，7年以上的每年40元。

第八条 企业贷款按附件1贴息。教师与学生之比不低于1∶18。

附件1 贷款贴息表

| 企业类型 | 贷款额 | 贴息比例 |
|---|---|---|
| 小型企业 | 100万元以下 | 50% |
| 小型企业 | 100—500万元 | 40% |
| 中型企业 | 500万元以下 | 30% |
| 中型企业 | 500—2000万元 | 20% |
"""
INCLUSIVE = "第九条 本办法所称“以上”包括本数，“以下”不包括本数。"


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on tiers of several things in one text."""
    return on_text(tmp_path_factory.mktemp("others"), "yunling-fuchi-2026.md", OTHERS)


@pytest.mark.parametrize(
    ("question", "facts", "absent"),
    [
        ("80万元的扶持资金由谁审批？", ["分管副市长"], ["市工信局", "市长办公会"]),
        ("200万元的扶持资金由谁审批？", ["分管副市长", "市长办公会", "共同的界限"], ["市工信局"]),
        ("50万元以上的扶持资金由谁审批？", ["分管副市长", "市长办公会"], ["市工信局"]),
        ("孩子2岁每月补多少？", ["每月补贴500元"], ["300元", "没有写到"]),
        ("小型企业贷款300万元贴息比例是多少？", ["40%"], ["30%"]),
        ("中型企业贷款300万元贴息比例是多少？", ["30%"], ["40%"]),
        ("小型企业贷款800万元贴息比例是多少？", ["没有写到"], ["20%"]),
        ("贷款300万元贴息比例是多少？", ["小型企业", "40%", "中型企业", "30%"], ["50%"]),
        ("档案保管5年，保管费每年多少？", ["每年50元"], ["40元", "60元"]),
        ("20名教师最多能带多少名学生？", ["360名"], ["2名。"]),
    ],
)
def test_whose_tier_and_which_is_read_from_the_text(
    others: PolicyAssistant, question: str, facts: list[str], absent: list[str]
) -> None:
    answer = others.invoke({"question": question})
    assert answer.status == "answered"
    assert holds(answer.text, *facts) == []
    assert holds(answer.text, *absent) == absent
    assert answer.certificate.passed


@pytest.mark.parametrize(
    "question",
    [
        "公寓能租5年吗？",
        "公寓租3年要多少钱？",
        "年出栏600头羊保费补贴多少？",
        "孩子1岁半每月补多少？",
        "奖励给管理团队30万元要谁批？",
    ],
)
def test_tiers_of_another_thing_are_not_told(others: PolicyAssistant, question: str) -> None:
    answer = others.invoke({"question": question})
    assert "属于“" not in answer.text
    assert "没有写到" not in answer.text


def test_two_scales_side_by_side_are_not_mixed(others: PolicyAssistant) -> None:
    answer = others.invoke({"question": "民办养老机构80张床位要配几名护士？"})
    assert holds(answer.text, "民办", "3名") == []
    assert "属于“50张以上”" not in answer.text or "4名" not in answer.text


def test_the_documents_own_rule_says_where_a_limit_lies(tmp_path: Path) -> None:
    rules = on_text(
        tmp_path,
        "yunling-fuchi-2026.md",
        OTHERS.replace("附件1 贷款贴息表", f"{INCLUSIVE}\n\n附件1 贷款贴息表"),
    )
    answer = rules.invoke({"question": "200万元的扶持资金由谁审批？"})
    assert holds(answer.text, "市长办公会") == []
    assert "分管副市长" not in answer.text
