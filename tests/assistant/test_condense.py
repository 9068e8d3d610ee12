"""Follow-ups: what they mean is read from the reader's last questions, by rule."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from assistant.condense import condense
from tests.assistant.conftest import Ask
from tests.assistant.look import holds, quotes, shown, spoken

LEADS = "绿色工厂的目标由哪个局牵头？"
LEADS_EN = "Which bureau leads the green-factory targets?"


def _condensed(assistant: PolicyAssistant, question: str, *earlier: str) -> str:
    return condense(question, spoken(*earlier), assistant.read, assistant.corpus.text)


@pytest.mark.parametrize(
    ("earlier", "question", "facts"),
    [
        ([LEADS], "那谁来配合？", ["市发展改革委", "市生态环境局"]),
        ([LEADS], "谁配合？", ["市发展改革委", "市生态环境局"]),
        ([LEADS], "那由谁来落实呢", ["各县（区）", "汉中经济技术开发区"]),
        ([LEADS], "它的目标是多少？", ["8"]),
        ([LEADS], "这项任务由谁配合？", ["市发展改革委", "市生态环境局"]),
        (["陕西工业精品由谁牵头？"], "那谁来配合？", ["市工业和信息化局"]),
        ([LEADS, "那谁来配合？"], "现代材料的呢？", ["市住房城乡建设局", "市发展改革委"]),
        (["装备制造产业集群由谁牵头？"], "现代材料的呢？", ["市工业和信息化局"]),
        (["装备制造产业集群规模目标是多少？"], "现代材料的呢？", ["550亿元"]),
        (["装备制造产业集群规模目标是多少？"], "那绿色食药呢？", ["350亿元"]),
        (["市生态环境局配合哪些任务？"], "其中哪些是市工信局牵头的？", ["共同承担"]),
        (["市税务局配合哪些任务？"], "这些里面有哪几项由市工业和信息化局牵头？", ["提升企业创新能力"]),
        (["市科技局配合哪些任务？"], "那市数据局呢？", ["积极开辟新领域新赛道", "推进智改数转网联", "狠抓重点项目建设"]),
        ([LEADS], "那市生态环境局呢？", ["配合"]),
        ([LEADS_EN], "And who supports it?", ["市发展改革委", "市生态环境局"]),
        ([LEADS_EN], "Who supports it?", ["市发展改革委", "市生态环境局"]),
        (["How many green factories by 2025?"], "Who leads it?", ["市工业和信息化局"]),
        ([LEADS], "And who supports it?", ["市发展改革委", "市生态环境局"]),
        (["简单说说绿色低碳转型要做什么"], "那具体怎么推进呢？", ["节能监察"]),
    ],
)  # fmt: skip
def test_a_follow_up_is_answered_about_the_last_topic(
    ask: Ask, earlier: list[str], question: str, facts: list[str]
) -> None:
    answer = ask(question, *earlier)
    assert answer.status == "answered"
    assert holds(shown(answer), *facts) == []
    assert answer.standalone_question != question


def test_another_year(ask: Ask) -> None:
    answer = ask("2027年呢？", "2025年制造业增加值占地区生产总值比重要超过多少？")
    assert "2027" in answer.standalone_question and "2025" not in answer.standalone_question
    assert "超过30%" in shown(answer)
    assert "28%" not in shown(answer)


def test_a_year_that_has_no_such_target(ask: Ask) -> None:
    assert ask("2027年呢？", "到2025年新增多少家绿色工厂？").status == "refused"


def test_another_topic_is_not_answered_about_the_old_one(ask: Ask) -> None:
    answer = ask("那绿色食药呢？", "现代材料产业集群规模目标是多少？")
    assert holds(quotes(answer), "绿色食药产业集群规模突破350亿元") == []
    assert "550" not in shown(answer)


def test_the_language_of_the_follow_up_counts(ask: Ask) -> None:
    assert ask("And who supports it?", LEADS).language == "en"
    assert ask("那谁来配合？", LEADS_EN).language == "zh"


@pytest.mark.parametrize(
    "question",
    ["哪些任务没有配合单位？", "陕西工业精品由谁牵头？", "市发展改革委牵头哪些任务？", "2027年有哪些目标？", "文件一共有多少项任务？",
     "四大产业集群规模目标合计多少？", "重点任务有哪些？", "市科技局和市税务局共同参与哪些任务？",
     "市市场监管局是不是牵头陕西工业精品？", "绿色园区由谁牵头？", "什么是标准地+承诺制？",
     "Which tasks does the Science and Technology Bureau support?"],
)  # fmt: skip
def test_a_question_that_stands_alone_is_not_changed(assistant: PolicyAssistant, question: str) -> None:
    assert _condensed(assistant, question, LEADS) == question
    assert _condensed(assistant, question) == question


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("文号是多少？", "汉政办发〔2024〕11号"),
        ("发文字号呢？", "汉政办发〔2024〕11号"),
        ("索引号是多少？", "6107000010/2024-004485"),
        ("这个文件什么时候发布的？", "2024年08月08日"),
        ("什么时候印发的？", "2024年8月2日"),
        ("主送哪些单位？", "兴汉新区"),
        ("制定依据是什么？", "陕办字〔2024〕19号"),
        ("这份文件现在有效吗？", "有效"),
        ("What is the document number?", "汉政办发〔2024〕11号"),
        ("When was it published?", "2024"),
    ],
)
def test_a_question_about_the_document_is_not_glued_to_the_last_topic(
    ask: Ask, question: str, fact: str
) -> None:
    answer = ask(question, LEADS)
    assert answer.status == "answered"
    assert fact in shown(answer)
    assert "绿色工厂" not in answer.standalone_question


def test_a_topic_after_a_question_about_the_document(ask: Ask) -> None:
    answer = ask(LEADS, "文号是多少？")
    assert answer.standalone_question == LEADS
    assert "市工业和信息化局" in answer.text


def test_only_what_the_reader_asked_counts(assistant: PolicyAssistant) -> None:
    history = [{"role": "assistant", "content": "陕西工业精品由市市场监管局牵头。"}, *spoken(LEADS)]
    history.append({"role": "assistant", "content": "现代材料产业集群由市工业和信息化局牵头。"})
    assert "绿色工厂" in condense("那谁来配合？", history, assistant.read, assistant.corpus.text)


def test_a_follow_up_without_history_is_refused_not_guessed(ask: Ask) -> None:
    answer = ask("那谁来配合？")
    assert answer.standalone_question == "那谁来配合？"
    assert answer.status == "refused"


def test_a_long_history_still_answers(ask: Ask) -> None:
    answer = ask("那谁来配合？", *["文号是多少？", "市科技局配合哪些任务？"] * 20, LEADS)
    assert "市生态环境局" in shown(answer)


def test_a_refused_question_can_be_followed(ask: Ask) -> None:
    answer = ask("那由谁牵头呢？", "绿色工厂补贴多少钱？")
    assert "市工业和信息化局" in shown(answer)


@pytest.mark.parametrize(
    ("earlier", "question", "facts"),
    [
        (["现代材料产业集群目标", "装备制造的呢？"], "这两个加起来多少？", ["900亿元"]),
        (["高新技术企业目标", "专精特新呢？"], "哪个多？", ["最大的是高新技术企业"]),
        (["高新技术企业目标", "专精特新呢？", "哪个多？"], "差多少？", ["230家"]),
        (["How big is the materials cluster?", "And the equipment cluster?"], "What is the difference?", ["200"]),
        (["市科技局配合哪些任务？", "市财政局呢？"], "哪些是和市发改委一起的？", ["共同承担 1 项", "支持链主企业做强做优"]),
        (["第8项任务是什么？"], "谁牵头？", ["市工业和信息化局", "推动绿色低碳转型"]),
        (["绿色园区有几家？"], "配合单位有哪些？", ["市发展改革委、市生态环境局配合"]),
    ],
)  # fmt: skip
def test_a_follow_up_on_what_was_said_before_the_last_question(
    ask: Ask, earlier: list[str], question: str, facts: list[str]
) -> None:
    answer = ask(question, *earlier)
    assert answer.status == "answered"
    assert holds(shown(answer), *facts) == []


def test_that_bureau_is_the_one_that_the_answer_named(assistant: PolicyAssistant) -> None:
    history = [
        *spoken("工业互联网平台由谁牵头？"),
        {
            "role": "assistant",
            "content": "“推进智改数转网联”由市工业和信息化局牵头[1]，市发展改革委配合[1]。",
        },
    ]
    question = "那个局还牵头什么？"
    answer = assistant.invoke({"question": question, "history": history})
    assert answer.standalone_question == "市工业和信息化局还牵头什么？"
    assert answer.count == 15
    assert (
        condense(question, spoken("工业互联网平台由谁牵头？"), assistant.read, assistant.corpus.text)
        == question
    )


def test_the_whole_name_of_a_topic_is_carried_on(assistant: PolicyAssistant) -> None:
    assert _condensed(assistant, "现代材料的呢？", "装备制造产业集群目标是多少？").startswith("现代材料")
    assert "现代材料" in _condensed(assistant, "由谁牵头？", "现代材料产业集群目标是多少？")


@pytest.mark.parametrize(
    ("question", "before", "standalone"),
    [
        ("它还牵头哪些任务？", "绿色工厂的目标由哪个局牵头？", "市工业和信息化局还牵头哪些任务？"),
        ("还有哪些任务是它牵头的？", "绿色工厂的目标由哪个局牵头？", "哪些任务是市工业和信息化局牵头的？"),
        ("它什么时候建成？", "绿色工厂由谁牵头？", "绿色工厂什么时候建成？"),
        ("为什么？", "绿色工厂由谁牵头？", "为什么绿色工厂由谁牵头？"),
    ],
)
def test_it_is_the_body_that_bears_a_task(
    assistant: PolicyAssistant, question: str, before: str, standalone: str
) -> None:
    said = assistant.invoke({"question": before}).text
    history = [{"role": "user", "content": before}, {"role": "assistant", "content": said}]
    assert condense(question, history, assistant.read, assistant.corpus.text) == standalone


def test_one_kind_in_place_of_another(assistant: PolicyAssistant) -> None:
    def read(question: str, *earlier: str) -> str:
        return condense(question, spoken(*earlier), assistant.read, "农村特困人员城镇特困人员成年流浪人员")

    assert read("农村的呢？", "城镇特困人员标准是多少？") == "农村特困人员标准是多少？"
    assert read("成年的呢？", "未成年流浪人员饮食标准是多少？") == "成年流浪人员饮食标准是多少？"


def test_it_is_the_plan_that_was_asked_about(assistant: PolicyAssistant) -> None:
    earlier, question = "What does the plan say about land for factories?", "And how does it attract talent?"
    assert _condensed(assistant, question, earlier) == "how does the plan attract talent?"
    assert "green factories" in _condensed(assistant, "Who leads it?", "How many green factories by 2025?")


@pytest.mark.parametrize("question", ["夏天呢，也是这样？", "那夏天呢？", "夏天也一样吗"])
def test_another_time_of_what_was_asked(assistant: PolicyAssistant, question: str) -> None:
    before = "厨余垃圾一天要收几趟？"
    assert _condensed(assistant, question, before) == f"夏天，{before}"


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("冬天厨余垃圾一天要收几趟？", "夏天呢？", "夏天厨余垃圾一天要收几趟？"),
        ("工作日几点开门？", "周末呢？", "周末几点开门？"),
    ],
)
def test_another_time_takes_the_place_of_the_one_before(
    assistant: PolicyAssistant, before: str, question: str, whole: str
) -> None:
    assert _condensed(assistant, question, before) == whole


KINDS = "一级响应二级响应橙色预警红色预警东山灌区西山灌区"


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("甲类住户要出多少？", "乙类也是这个数吗？", "乙类住户要出多少？"),
        ("东山灌区改造哪年完工？", "西山那个是不是也是这个时间？", "西山灌区改造哪年完工？"),
        ("一级响应烧多久没扑灭就启动？", "二级要烧多久？", "二级响应烧多久没扑灭就启动？"),
        ("国家级比赛能补多少？", "省级的呢？", "省级比赛能补多少？"),
        ("购房补贴的钱谁出？", "租房补贴也一样吗？", "租房补贴的钱谁出？"),
    ],
)
def test_the_question_before_is_asked_of_its_like(
    assistant: PolicyAssistant, before: str, question: str, whole: str
) -> None:
    assert condense(question, spoken(before), assistant.read, KINDS) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("橙色预警是谁签发？", "那红色的时候卡口最少放几个人？", "红色预警的时候卡口最少放几个人？"),
        ("青禾区三年一共要改多少个小区？", "那电梯要装几部？", "青禾区三年一共电梯要装几部？"),
        ("进校园，配合的有谁？", "引进人才那条又是谁牵头？", "引进人才那条又是谁牵头？"),
    ],
)
def test_a_follow_up_with_a_question_of_its_own_keeps_it(
    assistant: PolicyAssistant, before: str, question: str, whole: str
) -> None:
    assert condense(question, spoken(before), assistant.read, KINDS) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("雪场买车有补助吗？", "那进口的呢？", "进口的，雪场买车有补助吗？"),
        ("进度怎么评价？", "那要是连着两次亮红灯呢？", "要是连着两次亮红灯，进度怎么评价？"),
        ("骗补有什么后果？", "要是施工队造假，它自己会怎么样？", "要是施工队造假，它自己会怎么样？"),
        (
            "How much is paid for firms over 80?",
            "And for those with 60?",
            "How much is paid for those with 60?",
        ),
    ],
)
def test_a_condition_is_never_pasted_into_the_question_before(
    assistant: PolicyAssistant, before: str, question: str, whole: str
) -> None:
    assert _condensed(assistant, question, before) == whole
