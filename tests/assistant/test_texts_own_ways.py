"""Ways in which texts say things: lists inside a paragraph, references to a paragraph or an item, several targets of a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from assistant.listings import listings
from assistant.references import slices_referred
from assistant.validity import of_permit
from eval.systems import indexed
from index.parser import parse
from index.policy import Policy
from tests.assistant.look import holds, tasks

Ask = Callable[[str, str], Answer]  # the name of a text, a question
RULES = """岭湾市屋顶绿化管理办法

岭政发〔2025〕3号

第一条 本办法所称示范片区，是指北湖区、南坪区和岭湾高新区。示范片区屋顶绿化总量上限为40万平方米。

第二条 屋顶绿化由市园林绿化局负责，对验收合格的，按每平方米60元给予资助。

第三条 申请人在线提交下列材料：

1.资助申请表；

2.产权证明；

3.设计图纸。

第四条 审核程序。（一）受理：区绿化站在5个工作日内初审。（二）评审：由市园林绿化局组织专家评审。（三）公示：结果公示7日。

第五条 下列屋顶不得实施绿化改造：

（一）危险房屋的屋顶；

（二）坡度大于30度的屋顶。

第六条 纳入名录的屋顶，按照每处每年2000元的标准给予养护补助。
验收后未满一年的幼苗屋顶，按本条第一款规定执行。

第七条 申请人应当书面承诺：（一）如实申报；（二）自验收之日起3年内不拆除绿化设施。

第八条 违反第七条第（二）项承诺的，由区绿化站追回资助资金，2年内不予受理其申报。

第九条 一年内3次以上未浇灌的，暂停其申请资格6个月。

第十条 对拒不整改的单位，应当在评优评先、项目安排、资金支持等方面采取限制措施。

第十一条 举报违规拆除绿化设施，经查实的，每件奖励300元。举报电话：5550123。

第十二条 苗木名录有效期为2年，由市园林绿化局公布。

第十三条 本办法所称“以上”包括本数。

第十四条 本办法自2025年3月1日起施行，有效期5年。《岭湾市屋顶绿化暂行规定》同时废止。
"""
PLAN = """岭湾市海绵城市建设2027年行动方案

岭政办发〔2025〕9号

一、重点任务

| 序号 | 重点任务 | 工作目标 | 牵头单位 | 配合单位 | 完成时限 |
| --- | --- | --- | --- | --- | --- |
| 1 | 老旧管网改造 | 更换雨水管网45公里，封填废井30口 | 市水务局 | 市财政局 | 2027年底 |
| 2 | 蓄水设施建设 | 新建蓄水池12座，年蓄水量达到90万立方米 | 市住建局 | — | 2027年底 |

二、工作要求

（一）各街道办事处为所有重点任务的落实单位，各项任务中不再逐一列出。

（二）鼓励社会力量参与易涝点整治，到2027年，易涝点整治规模突破90处（市应急管理局牵头，市水务局、市住建局配合）。
"""

MORE = """岭湾市示范街区扶持指引

第一条 申请扶持应当具备下列条件：

1.在本市注册；

2.信用良好。

第二条 对示范街区每月发放育儿补贴500元，新建公共停车位不少于500个，新增托位1000张，可以列支间接费用30%。

第三条 单位有第四条第（一）项、第（二）项情形之一的，追回扶持资金。属于《岭湾市财政资金条例》第四条第（二）项情形的，不予扶持。

第四条 除第（二）项另有规定外，下列情形移出名录：（一）弄虚作假的；（二）连续两年未开工的。

第五条 浇灌费用

浇灌费用每处2000元。

幼苗按本条第一款规定执行。

第六条 年度报告于每年六月三十日前报送，数据于每月15日前报送。巡查范围：学校、医院、公园和景区。

第七条 本指引有效期为3年，自2023年3月1日起施行。
"""


@pytest.fixture(scope="module")
def assistants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, PolicyAssistant]]:
    """An assistant on each text, in 2026."""
    found = {}
    for name, text in (("rules.txt", RULES), ("plan.md", PLAN), ("more.txt", MORE)):
        folder = tmp_path_factory.mktemp("own-ways")
        (folder / name).write_text(text, "utf-8")
        made = indexed([folder / name], folder / "indexed")
        found[name.split(".")[0]] = PolicyAssistant(made.index, made.retriever, date(2026, 5, 1))
    yield found
    for assistant in found.values():
        assistant.index.close()


@pytest.fixture
def ask(assistants: dict[str, PolicyAssistant]) -> Ask:
    """Ask the assistant on one of the texts."""
    return lambda text, question: assistants[text].invoke({"question": question, "history": []})


@pytest.mark.parametrize(
    ("question", "rows", "one"),
    [
        ("审核程序有哪几步？", 3, "（三）公示"),
        ("网上申报一般要交哪些材料？麻烦一样不落地列给我", 3, "3.设计图纸"),
        ("哪些屋顶压根就不许动？一条条列清楚。", 2, "坡度大于30度"),
        ("示范片区包括哪几个地方？一共几块？", 3, "岭湾高新区"),
        ("示范片区总共有哪几块？列全", 3, "岭湾高新区"),
        ("不听话的单位会在哪些方面受限？", 3, "评优评先"),
    ],
)
def test_a_list_is_told_whole_in_whatever_way_it_stands(ask: Ask, question: str, rows: int, one: str) -> None:
    answer = ask("rules", question)
    assert (answer.status, answer.count, len(tasks(answer))) == ("answered", rows, rows)
    assert one in answer.text and answer.certificate.passed


def test_what_is_referred_to_stands_beside(ask: Ask) -> None:
    saplings = ask("rules", "刚种下的幼苗屋顶每年补多少钱？")
    assert not holds(saplings.text, "每处每年2000元", "按本条第一款规定执行")
    broken = ask("rules", "区绿化站追回资助资金以后，几年内不受理申报？")
    assert not holds(broken.text, "2年内不予受理", "3年内不拆除绿化设施")


@pytest.mark.parametrize(
    ("question", "both"), [("刚好三次没浇灌，够不够暂停条件？", True), ("没浇灌会被暂停几个月？", False)]
)
def test_a_number_that_is_just_the_limit_brings_the_rule_on_it(ask: Ask, question: str, both: bool) -> None:
    answer = ask("rules", question)
    assert "6个月" in answer.text and ("包括本数" in answer.text) is both


def test_the_term_of_another_thing_is_not_the_documents(ask: Ask) -> None:
    answer = ask("rules", "这份规定哪天开始管事，管几年？它顶替了以前的哪份文件？")
    assert not holds(answer.text, "2025年3月1日", "有效期5年", "岭湾市屋顶绿化暂行规定")
    assert "2年" not in answer.text


def test_two_kinds_of_answer_are_given_where_no_sentence_gives_both(ask: Ask) -> None:
    answer = ask("rules", "举报了有没有钱拿，一般给多少？打哪个电话？")
    assert not holds(answer.text, "300元", "5550123")


@pytest.mark.parametrize(
    "question",
    [
        "每年最晚几月几号之前要重新申报？",
        "纳入名录的屋顶，保护补助每年给多少？",
        "屋顶绿化资助的手续费最高允许收多少？",
    ],
)
def test_what_is_not_said_is_refused(ask: Ask, question: str) -> None:
    assert ask("rules", question).status == "refused"


@pytest.mark.parametrize(
    "question", ["老旧管网改造的目标是多少？", "老旧管网那块，2027年要换多少公里，能省多少水量？"]
)
def test_a_task_that_is_named_gives_all_its_targets(ask: Ask, question: str) -> None:
    answer = ask("plan", question)
    assert not holds(answer.text, "45公里", "30口") and "90万" not in answer.text


def test_who_and_how_much_are_both_told(ask: Ask) -> None:
    answer = ask("plan", "老下雨淹水的地方要治到多大规模，哪个局管？")
    assert not holds(answer.text, "90处", "市应急管理局")


def test_a_role_that_is_left_out_is_not_listed(ask: Ask) -> None:
    answer = ask("plan", "整治易涝点，牵头单位之外，还有哪几个部门配合？")
    assert answer.count == 2 and "市应急管理局" not in answer.text


def test_a_rule_that_makes_somebody_carry_out_every_task(ask: Ask) -> None:
    answer = ask("plan", "蓄水池那条没写街道，是不是就跟我们没关系了？")
    assert answer.route == "ledger" and "为所有重点任务的落实单位" in answer.text


def test_a_body_of_whom_the_subject_of_the_document_is_asked_has_all_its_tasks(ask: Ask) -> None:
    answer = ask("plan", "海绵城市建设里市水务局牵头哪些任务？")
    assert answer.count == 1 and "此外，市水务局配合 1 项" in answer.text


@pytest.fixture(scope="module")
def policy() -> Policy:
    """A text whose ways look like those that the rules are for, and are others."""
    return parse(MORE, "more")


def test_references_are_no_lists(policy: Policy) -> None:
    found = [
        listing for listing in listings(policy) if "第三条" in policy.source[listing.start - 4 : listing.end]
    ]
    assert not [listing for listing in found if listing.apart]
    table = parse(
        "某办法\n\n一、任务\n\n| 序号 | 任务 |\n| --- | --- |\n| 1 | （1）更换管网；（2）封填废井 |\n", "t"
    )
    assert not [listing for listing in listings(table) if listing.apart]


def test_what_is_referred_to_is_found_in_this_document_alone(policy: Policy) -> None:
    def referred(text: str) -> list[str]:
        at = policy.source.find(text)
        return [policy.source[a:b] for a, b in slices_referred(policy, at, text)]

    assert referred("幼苗按本条第一款规定执行。") == ["浇灌费用每处2000元。"]
    assert referred("单位有第四条第（一）项、第（二）项情形之一的") == ["（一）弄虚作假的；"]
    assert referred("属于《岭湾市财政资金条例》第四条第（二）项情形的") == []


@pytest.mark.parametrize(
    ("sentence", "another"),
    [
        ("本指引有效期为3年，自2023年3月1日起施行。", False),
        ("本办法自2025年1月1日起有效期5年。", False),
        ("自2025年1月1日起施行且有效期5年。", False),
        ("苗木名录证书有效期为2年。", True),
        ("配额有效期为3年。", True),
    ],
)
def test_whose_term_it_is(sentence: str, another: bool) -> None:
    assert of_permit(sentence) is another


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("养娃补贴一个月多少钱？", "500元"),
        ("最多可以列支多少间接费用？", "30%"),
        ("年度报告最晚几月几号之前报送？", "六月三十日"),
        ("巡查范围有哪些？", "景区"),
    ],
)
def test_what_is_said_in_other_words_is_not_refused(ask: Ask, question: str, fact: str) -> None:
    assert fact in ask("more", question).text


@pytest.mark.parametrize("question", ["示范街区新建多少充电桩？", "申请有哪些步骤？"])
def test_another_thing_is_not_told_for_what_the_text_has_not(ask: Ask, question: str) -> None:
    answer = ask("more", question)
    assert "500个" not in answer.text and answer.route != "ledger"
