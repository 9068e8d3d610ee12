"""What lets a clause answer, and what it says of a number or a phrase of the question, on a text of our own."""

from __future__ import annotations

import pytest

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text

TEXT = """云溪市商务局关于印发老字号扶持资金管理办法的通知

各区商务局：

第一条　联席会议办公室设在市商务局，每季度召开一次会议。深化“一店一策”，实施“强品、拓店、焕新”三大行动。

第二条　店铺改造补助。对改造投资额50万元以上的项目，按照投资额的10%给予补助，最高30万元。

第三条　租金补贴。对老字号店铺按照每月2000元的标准给予租金补贴，补贴期限不超过2年。

第四条　同一店铺符合第二条、第三条规定的，由企业选择其中一项申请，不得重复享受。

第五条　店铺改造补助分两次拨付：开工后拨付40%，完工后拨付60%。

第六条　申报企业应当同时符合下列条件：

（一）登记注册满3年；

（二）上一年度销售额不低于200万元。

第七条　企业应当于每年5月31日前向区商务局提交申请；逾期提交的，不予受理。

第八条　有下列行为之一的，收回扶持资金，并在5年内取消其申报资格：

（一）提供虚假材料骗取扶持资金的；

（二）挪用扶持资金的。

第九条　拟支持名单公示期不少于7个工作日。老字号店铺经营场所发生变化的，应当及时报告。
本办法所称老字号店铺是指经营满三十年的店铺。
"""


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("measure"), "yunxi-2025.txt", TEXT)


def _ask(assistant: PolicyAssistant, question: str) -> Answer:
    return assistant.invoke({"question": question})


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("联席会议多久开一次？", ["每季度"]),
        ("公示期至少几个工作日？", ["7个工作日"]),
        ("几月份前提交申请？", ["5月31日前"]),
        ("几月份前提交申请？交给谁？", ["5月31日前", "区商务局"]),
        ("提供虚假材料骗取扶持资金的，几年内取消申报资格？", ["5年内", "虚假材料"]),
        ("申报条件中上一年度销售额不低于多少？", ["200万元", "同时符合下列条件"]),
        ("什么叫老字号店铺？", ["经营满三十年"]),
        ("投资额40万元的项目能申请店铺改造补助吗？", ["50万元以上"]),
        ("店铺改造补助和租金补贴能同时申请吗？", ["不得重复享受"]),
        ("既然店铺改造补助和租金补贴可以同时申请，那合计能拿多少？", ["不得重复享受"]),
        ("6月提交的申请受理吗？", ["逾期提交的，不予受理"]),
    ],
)
def test_the_clause_that_answers_is_quoted(measure: PolicyAssistant, question: str, facts: list[str]) -> None:
    assert holds(_ask(measure, question).text, *facts) == []


@pytest.mark.parametrize(
    ("question", "denied"),
    [
        ("老字号店铺租金补贴每月3000元，对吧？", "不是3000元"),
        ("店铺改造补助分三次拨付，每次多少？", "不是三次"),
    ],
)
def test_another_number_than_the_clause_has_is_denied(
    measure: PolicyAssistant, question: str, denied: str
) -> None:
    answer = _ask(measure, question)
    assert answer.text.startswith(denied)
    assert [notice.code for notice in answer.notices] == ["premise"]
    assert answer.certificate.passed


@pytest.mark.parametrize(
    "question",
    [
        "老字号店铺租金补贴每月2000元，对吧？",
        "老字号店铺租金补贴超过1000元，对吧？",
        "投资额60万元的项目能申请店铺改造补助吗？",
    ],
)
def test_a_right_number_a_bound_and_a_case_are_not_denied(measure: PolicyAssistant, question: str) -> None:
    assert "不是" not in _ask(measure, question).text


def test_a_phrase_that_is_only_used_is_not_explained(measure: PolicyAssistant) -> None:
    answer = _ask(measure, "“一店一策”是什么意思？")
    assert answer.status == "partial"
    assert "没有解释" in answer.notices[0].text
    explained = _ask(measure, "“三大行动”具体指什么？")
    assert explained.status == "answered" and "强品、拓店、焕新" in explained.text


def test_what_goes_together_with_what_is_not_guessed(measure: PolicyAssistant) -> None:
    assert _ask(measure, "租金补贴可以和贷款贴息叠加吗？").status == "refused"


EVERYDAY = """第一条　纳税人赡养老人的支出，按照每月2000元的标准扣除；非独生子女每人分摊不超过每月1000元。

第二条　住房租金支出，按照以下标准定额扣除：

（一）直辖市每月1500元；

（二）其他城市每月800元。

第三条　扣除额一个纳税年度扣除不完的，不能结转以后年度扣除。

第四条　将在综合保税区内生产的手机从许可证目录中剔除，便利内销。

第五条　允许综合保税区内企业开展保税检测和全球维修业务。

第六条　到2026年，规上工业企业达到90家。
"""


@pytest.fixture(scope="module")
def everyday(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on rules that readers ask about in everyday words."""
    return on_text(tmp_path_factory.mktemp("everyday"), "guiding-2025.txt", "白河市若干规定\n\n" + EVERYDAY)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("老板让我问问规上企业要冲到多少家", "90家"),
        ("租房一个月能抵多少个税", "每月1500元"),
        ("今年抵不完的能留到明年吗", "不能结转"),
        ("我们姐弟三个，养爸妈每人最多能抵多少？", "1000元"),
        ("综合保税区里能修手机吗", "全球维修业务"),
    ],
)
def test_everyday_words(everyday: PolicyAssistant, question: str, fact: str) -> None:
    assert fact in _ask(everyday, question).text
