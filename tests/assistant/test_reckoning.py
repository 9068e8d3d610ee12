"""What a rule makes of a number of the question, and what is not reckoned, on a short text of our own."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from assistant.condense import condense
from tests.assistant.look import on_text, quotes

TEXT = """某市人民政府办公室关于乡村物流发展的通知

各县（区）人民政府：

一、资金支持

（一）补助标准。对新建冷库，按照设备投资额的20%给予补助，单个项目不超过80万元。对购置冷藏车的，每辆补助2万元。

（二）救助标准。全市城乡最低生活保障标准为每人每月1300元。甲区、乙区的城镇特困人员基本生活标准为每人每月2100元，其农村特困人员基本生活标准每人每月分别为2400元、2500元。

（三）养护标准。农村公路养护经费为县道每公里每年不低于12000元、乡道每公里每年不低于6000元。

（四）线路标准。村级线路每条每年5万元，由市、县按4∶6的比例分担。

（五）运费标准。自2025年7月1日起，对在本市注册、交付至市级物流园区并由邮政或者快递企业承运的农产品给予补助，运输距离按照承运企业的运单计算，退回、拒收和重复申报的不计入，同一运单只补助一次，申报材料由乡镇人民政府受理并在10个工作日内提出初审意见后报县级商务部门复核，复核通过的按照季度拨付，拨付到企业的基本账户，标准为：生鲜300元/吨，干货120元/吨。单个企业每年度补助总额不超过15万元。

（六）赛事标准。对国家级赛事、省级赛事，分别按办赛支出的50%、50%给予补助，分别不超过200万元、100万元。对新建充电桩的，每台补助2000元。对新建换电站的，按投资额的20%给予补助，单个项目最高不超过50万元。

（七）建站标准。服务人口五千人以下的，每站补助10万元；服务人口五千人以上的，每站补助15万元。

二、项目建设

（一）项目招引。到2027年，签约总投资10亿元以上物流项目6个，其中冷链项目2个。

（二）平台建设。建设“乡村通”信息平台，2026年6月底前向全市开放，先在5个乡镇试用。
"""


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("notice"), "wuliu-2025.txt", TEXT)


@pytest.mark.parametrize(
    ("question", "said", "quoted"),
    [
        ("一家三口，按低保标准全家每月一共能领多少？", "3900元", "每人每月1300元"),
        ("我们买了6辆冷藏车，一共能补助多少？", "12万元", "每辆补助2万元"),
        ("新建冷库设备投了300万，能补助多少？", "60万元", "20%"),
        ("新建冷库设备投了500万，能补助多少？", "按上限为 80万元", "不超过80万元"),
        ("新建冷库设备投了0.02亿元，能补助多少？", "40万元", "20%"),
        ("一家企业寄了200吨生鲜，能补助多少？", "60000元", "300元/吨"),
        ("一家企业寄了200吨干货，能补助多少？", "24000元", "120元/吨"),
        ("一家企业一年寄了6000吨生鲜，能补助多少？", "180万元。按上限为 15万元", "不超过15万元"),
        ("省级赛事办赛支出300万元，能补助多少？", "按上限为 100万元", "分别不超过200万元、100万元"),
        ("建了300台充电桩，能补助多少？", "60万元", "每台补助2000元"),
        ("乡道养护10公里一共多少钱？", "60000元", "6000元"),
        ("乙区农村的特困人员每月比城镇的多多少钱？", "400元", "分别为2400元、2500元"),
        ("签约的物流项目总投资加起来至少有多少？", "60亿元", "10亿元以上物流项目6个"),
    ],
)
def test_a_rule_and_a_number_of_the_reader(
    notice: PolicyAssistant, question: str, said: str, quoted: str
) -> None:
    answer = notice.invoke({"question": question})
    assert answer.certificate.passed
    assert said in answer.text
    assert quoted in quotes(answer)


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("农村公路养护10公里一共要多少经费？", ("120000", "60000")),  # of which road, is not said
        ("村级线路3条每年市里一共出多少？", ("15万",)),  # several share it
        ("买冷藏车每辆补助多少？", ("为 ",)),
    ],
)
def test_what_is_in_doubt_is_not_reckoned(
    notice: PolicyAssistant, question: str, wrong: tuple[str, ...]
) -> None:
    text = notice.invoke({"question": question}).text
    assert not any(number in text for number in wrong)


def test_the_part_of_a_target(notice: PolicyAssistant) -> None:
    answer = notice.invoke({"question": "到2027年签约的物流项目里，其中冷链项目要几个？"})
    assert "冷链项目2个" in answer.text


@pytest.mark.parametrize("question", ["服务人口八千的站补多少？", "服务人口三千的站补多少？"])
def test_the_other_case_of_a_number_is_quoted_too(notice: PolicyAssistant, question: str) -> None:
    text = notice.invoke({"question": question}).text
    assert "10万元" in text and "15万元" in text


@pytest.mark.parametrize(
    ("earlier", "said", "question", "meant"),
    [
        (
            "乡村物流用什么平台？",
            "统一使用“乡村通”信息平台，由市里建设。",
            "它哪个时间点开放？",
            "“乡村通”信息平台",
        ),
        ("甲区的补助怎么分担？", "甲区和乙区按8∶2分担。", "除了它俩以外的区呢", "其他区"),
        ("甲区的补助怎么分担？", "按8∶2分担。", "还有哪个区也是这样？", "补助怎么分担"),
        ("我要是离职了，房子还能住吗？", "应当退出。", "会当天就赶人吗？", "要是离职了"),
        ("我有副高职称，房租打几折？", "C类人才按50%收取。", "那最长能住几年？", "C类人才"),
        (
            "甲县的泵站算重大项目吗？",
            "算。",
            "乙县那个也在名单上？",
            "乙县",
        ),
        ("学校欠了小企业的钱，要公开吗？", "要。", "通过什么方式？", "学校"),
    ],
)
def test_a_follow_up_that_points(
    notice: PolicyAssistant, earlier: str, said: str, question: str, meant: str
) -> None:
    history = [{"role": "user", "content": earlier}, {"role": "assistant", "content": said}]
    assert meant in condense(question, history, notice.read, notice.corpus.text)


def test_the_cap_of_another_rule_caps_nothing(notice: PolicyAssistant) -> None:
    assert "上限" not in notice.invoke({"question": "建了300台充电桩，能补助多少？"}).text
