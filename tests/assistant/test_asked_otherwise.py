"""Questions whose words lead astray: opposites, prohibitions, penalties behind a ；, values that rose from others."""

from __future__ import annotations

import pytest

from assistant.asker import without_preamble
from assistant.chain import PolicyAssistant
from assistant.terms import Language, find_terms
from tests.assistant.look import on_text, shown

TEXT = """# 澄州市户外摊点管理办法

第一条　到2028年，摊点备案率由2024年的41%提高到55%，规范摊点达到80个。

第二条　支持经营企业、街道合作社建设集中摊区，推广统一标识。

第三条　有下列情形之一的，不得设置摊点：

（一）占用盲道、消防通道的；

（二）影响学校、医院出入口的；

（三）损毁绿地的。

第四条　本地户籍摊主每月补助200元。

第九条　非本地户籍摊主每月补助80元。

第五条　占用盲道摆摊的，由城市管理部门责令限期改正；逾期不改正的，处500元以上2000元以下罚款。

第六条　领导小组办公室（市商务局）负责日常工作。市商务局牵头，市财政局、市民政局、市城管局配合开展摊点普查。

第七条　本办法自2026年5月1日起施行，操作细则由市商务局另行制定。
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    return on_text(tmp_path_factory.mktemp("otherwise"), "chengzhou-tandian-2026.md", TEXT)


@pytest.mark.parametrize(
    ("question", "said", "never"),
    [
        ("非本地户籍的摊主一个月补多少？", "80元", ""),
        ("哪些地方不让设摊点？", "损毁绿地", "合作社"),
        ("占了盲道摆摊，不改罚多少钱？", "500元以上2000元以下", ""),
        ("摊点备案率要涨几个百分点？", "14个百分点", ""),
        ("领导小组办公室设在哪？", "市商务局", ""),
        ("操作细则由谁来制定？", "市商务局", "发文"),
    ],
)
def test_what_is_said_and_what_never(rules: PolicyAssistant, question: str, said: str, never: str) -> None:
    answer = rules.invoke({"question": question})
    assert said in shown(answer), answer.text
    assert not never or never not in shown(answer), answer.text


@pytest.mark.parametrize(
    "question", ["集中摊区有几个？", "逾期每天加罚多少？", "摊点备案率2026年要达到多少？", "协议去哪盖章？"]
)
def test_what_is_not_told_is_refused(rules: PolicyAssistant, question: str) -> None:
    assert rules.invoke({"question": question}).status == "refused"


OPENINGS = [
    "我刚到单位财务岗，想问下",
    "写稿子要用：",
    "写汇报用，帮我核一下：",
    "我写报道想弄清楚，",
    "帮我统计一下，",
    "领导让我查一下，",
    "新同事请教：",
    "您好，我是记者，请问",
    "我刚接手这块工作，不好意思，想了解一下",
    "替朋友问一下，",
]
ENGLISH_OPENINGS = [
    "I am advising an overseas partner. ",
    "I'm new here; ",
    "Hello, for my report: ",
    "My boss asked me to check: ",
    "Quick question, could you tell me ",
]


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize(
    "question",
    [
        "摊点普查由哪个局牵头？",
        "本地户籍摊主每月补多少钱？",
        "操作细则由谁来制定？",
        "摊点备案率要涨几个百分点？",
        "市民政局配合几项任务，是哪些？",
        "摊点普查由市财政局牵头，没错吧？",
        "摊主的体检费谁出？",
    ],
)
def test_an_opening_clause_changes_no_answer(rules: PolicyAssistant, opening: str, question: str) -> None:
    plain, opened = (rules.invoke({"question": text}) for text in (question, opening + question))
    assert (opened.status, opened.text, opened.count) == (plain.status, plain.text, plain.count)


@pytest.mark.parametrize("opening", ENGLISH_OPENINGS)
@pytest.mark.parametrize(
    "question", ["which bureau leads the survey of 摊点?", "when do the measures expire?"]
)
def test_an_english_opening_is_no_part_of_the_question(opening: str, question: str) -> None:
    assert without_preamble(opening + question) == question


@pytest.mark.parametrize(
    "question",
    [
        "我们公司去年刚成立，招了6个人，能补多少？",
        "我在A区开店，补多少？",
        "我是市商务局新来的，我们牵头哪些任务？",
        "我刚到公益性岗位，能拿多少补贴？",
        "我是会计，能扣多少？",
        "写报告，多久交一次？",
        "统计数据，谁负责？",
        "我是残疾人，能免费吗？",
        "领导让我查一下",  # no question stands behind it
        "帮我查一下市商务局",
        "I run a small shop; how much do I get?",
    ],
)
def test_a_condition_a_body_and_what_asks_nothing_are_kept(question: str) -> None:
    assert without_preamble(question) == question


@pytest.mark.parametrize(
    ("question", "official"),
    [
        ("旧衣服往哪儿放", "废旧织物"),
        ("营收过亿", "营业收入"),
        ("被房东赶出去", "腾退"),
        ("局长拍板", "审定"),
        ("倒垃圾", "投放"),
        ("must be posted publicly", "公示"),
        ("got it with fake papers", "弄虚作假"),
        ("where to drop off bags", "投放"),
        ("will be refused", "不予受理"),
    ],
)
def test_words_of_readers_stand_for_official_ones(question: str, official: str) -> None:
    language: Language = "en" if question.isascii() else "zh"
    assert any(official in term.variants for term in find_terms(question, language))


FINES = """# 林溪市生活垃圾管理办法

第一条　城市管理部门对未按规定分类投放的个人和单位，先予告知并责令改正；拒不改正的，依照条例处罚。个人参加分类志愿服务满2小时的，可以从轻处罚。

第二条　每年评选垃圾分类示范小区，每个示范小区给予2万元一次性奖励，用于投放设施维护，不得用于发放个人补助。

第三条　运输单位混装混运的，责令改正，处5000元以上2万元以下罚款。
"""


@pytest.fixture(scope="module")
def fines(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on a text with a fine, a penalty of no amount and an amount that is no fine."""
    return on_text(tmp_path_factory.mktemp("fines"), "linxi-laji-2026.md", FINES)


@pytest.mark.parametrize(
    ("question", "status", "said"),
    [
        ("个人不按规定分类又不听劝，具体罚多少钱？", "refused", "没有写明这方面的金额"),
        ("个人不按规定分类投放会怎么处罚？", "answered", "责令改正"),
        ("运输单位混装混运的罚多少钱？", "answered", "5000元以上2万元以下"),
    ],
)
def test_how_much_a_penalty_is_no_other_amount_tells(
    fines: PolicyAssistant, question: str, status: str, said: str
) -> None:
    answer = fines.invoke({"question": question})
    assert answer.status == status
    assert said in shown(answer) and "2万元一次性" not in answer.text
