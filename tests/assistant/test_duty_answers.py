"""Who does what in the Hanzhong plan: tasks, organisations, counts, wrong premises.

The plan names its duties in 29 clauses in brackets; the counts below were taken from its text.
"""

from __future__ import annotations

import re

import pytest

from tests.assistant.conftest import Ask
from tests.assistant.look import holds, quotes, shown, tasks

RULE = "以下均需各县（区）、汉中经济技术开发区落实"
IMPLEMENTERS = ["各县（区）", "汉中经济技术开发区"]


@pytest.mark.parametrize(
    ("question", "lead", "clause"),
    [
        ("绿色工厂的目标由哪个局牵头？", "市工业和信息化局", "新增省级以上绿色工厂 8 家"),
        ("绿色园区由谁牵头？", "市工业和信息化局", "绿色园区 1 家"),
        ("陕西工业精品由谁牵头？", "市市场监管局", "培育陕西工业精品30个以上"),
        ("招商引资、签约省外工业项目由谁牵头？", "市经合局", "每年签约省外工业项目"),
        ("数字经济由哪个部门牵头？", "市发展改革委", "加快发展数字经济"),
        ("融资专项行动由谁牵头？", "中国人民银行汉中市分行", "十行千亿惠万企"),
        ("人才需求清单由哪个局牵头建立？", "市人力资源社会保障局", "紧缺人才需求清单"),
        ("安全隐患排查治理由谁牵头？", "市应急管理局", "安全隐患排查治理"),
        ("谁管四水四定？", "市水利局", "四水四定"),
        ("“标准地+承诺制”由谁负责？", "市自然资源局", "标准地+承诺制"),
        ("Which bureau leads the green-factory targets?", "市工业和信息化局", "新增省级以上绿色工厂 8 家"),
        ("Who is in charge of work safety hazards?", "市应急管理局", "安全隐患排查治理"),
    ],
)
def test_who_leads(ask: Ask, question: str, lead: str, clause: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.route) == ("answered", "ledger")
    assert lead in answer.text
    assert clause in quotes(answer)


@pytest.mark.parametrize(
    ("question", "supporters", "others"),
    [
        ("绿色工厂由谁配合？", ["市发展改革委", "市生态环境局"], ["市科技局"]),
        ("现代材料产业集群由谁配合？", ["市发展改革委", "市住房城乡建设局"], ["市商务局"]),
        ("企业创新能力的配合单位有哪些？", ["市科技局", "市税务局"], ["市发展改革委"]),
        ("应急转产机制由谁配合？", ["市工业和信息化局", "市交通运输局", "市应急管理局"], ["市水利局"]),
        ("Who supports the green factories?", ["市发展改革委", "市生态环境局"], ["市科技局"]),
    ],
)
def test_who_supports(ask: Ask, question: str, supporters: list[str], others: list[str]) -> None:
    answer = ask(question)
    assert holds(answer.text, *supporters) == []
    assert holds(answer.text, *others) == others


def test_a_task_with_one_responsible_body_has_no_lead_and_no_support(ask: Ask) -> None:
    answer = ask("能源产业集群由谁配合？")
    assert answer.status == "answered"
    assert "市发展改革委" in answer.text
    assert "牵头" not in answer.text


def test_roles_within_their_remit_are_not_supporters(ask: Ask) -> None:
    answer = ask("十行千亿惠万企专项行动由谁牵头、谁负责？")
    facts = ["中国人民银行汉中市分行", "市工业和信息化局", "国家金融监管总局汉中监管分局"]
    assert holds(answer.text, *facts) == []


@pytest.mark.parametrize(
    "question", ["绿色工厂由谁落实？", "陕西工业精品由谁落实？", "Who implements the green factories?"]
)
def test_implementers_come_from_the_rule_which_is_cited(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert holds(answer.text, *IMPLEMENTERS) == []
    assert RULE in quotes(answer)


@pytest.mark.parametrize("name", IMPLEMENTERS)
def test_the_rule_reaches_every_task(ask: Ask, name: str) -> None:
    answer = ask(f"{name}落实哪些任务？")
    assert answer.count == 29
    assert len(tasks(answer)) == 29
    assert RULE in quotes(answer)


@pytest.mark.parametrize(
    ("question", "count", "some"),
    [
        ("市工业和信息化局牵头哪些任务？", 15, "推动绿色低碳转型"),
        ("市发展改革委牵头哪些任务？", 6, "积极开辟新领域新赛道"),
        ("市科技局配合哪些任务？", 5, "打造产业创新平台"),
        ("市数据局配合了几项任务？", 3, "推进智改数转网联"),
        ("市农业农村局配合哪些任务？", 6, "支持链主企业做强做优"),
        ("Which tasks does the Science and Technology Bureau support?", 5, "打造产业创新平台"),
        ("How many tasks does the Development and Reform Commission lead?", 6, "积极开辟新领域新赛道"),
    ],
)
def test_a_list_is_complete_and_each_row_is_cited(
    ask: Ask, source: str, question: str, count: int, some: str
) -> None:
    answer = ask(question)
    assert answer.count == count
    assert len(set(tasks(answer))) == count
    assert some in tasks(answer)
    assert str(count) in answer.text
    assert answer.table is not None
    assert len({numbers[0] for numbers in answer.table.citations}) == count
    name = next(
        n for n in ("工业和信息化局", "发展改革委", "科技局", "数据局", "农业农村局") if n in shown(answer)
    )
    assert all(name in citation.quote or RULE in citation.quote for citation in answer.citations)


def test_the_leads_in_the_text_and_in_the_lists_agree(ask: Ask, source: str) -> None:
    for name, count in (("市工业和信息化局", 15), ("市发展改革委", 6), ("市应急管理局", 1)):
        assert len(re.findall(rf"（{name}牵头", source)) == count == ask(f"{name}牵头哪些任务？").count


def test_leading_none_is_said_with_what_it_does_instead(ask: Ask) -> None:
    answer = ask("市生态环境局牵头哪些任务？")
    assert (answer.status, answer.count) == ("answered", 0)
    assert "配合" in answer.text
    assert "推动绿色低碳转型" in shown(answer)


@pytest.mark.parametrize(
    ("question", "count", "some"),
    [
        ("市科技局和市税务局共同参与哪些任务？", 1, "提升企业创新能力"),
        ("市工业和信息化局牵头、市生态环境局配合的任务有哪些？", 2, "推动绿色低碳转型"),
        ("市工业和信息化局牵头、市科技局配合的任务有哪些？", 4, "加快园区提质升级"),
        ("哪些任务由市发展改革委牵头、市工业和信息化局配合？", 5, "狠抓重点项目建设"),
        ("市经合局和市税务局共同参与哪些任务？", 0, ""),
    ],
)
def test_tasks_of_two(ask: Ask, question: str, count: int, some: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.count) == ("answered", count)
    assert some in shown(answer)


LEADERS = [
    "市工业和信息化局", "市发展改革委", "市市场监管局", "市经合局", "中国人民银行汉中市分行",
    "市人力资源社会保障局", "市应急管理局",
]  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "方案里有哪些单位担任过牵头单位？",
        "牵头单位有几个？",
        "有多少个牵头单位？",
        "一共有哪些牵头单位？",
    ],
)
def test_distinct_leads(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.count == 7
    assert holds(shown(answer), *LEADERS) == []
    assert sorted(tasks(answer)) == sorted(LEADERS)


def test_who_leads_most_and_least(ask: Ask) -> None:
    most = ask("哪个单位牵头的任务最多？").text
    assert "市工业和信息化局" in most and "15" in most
    assert "15" in ask("市发展改革委和市工业和信息化局谁牵头的任务多？").text


def test_all_tasks(ask: Ask, source: str) -> None:
    answer = ask("文件一共有多少项任务？")
    assert answer.count == len(tasks(answer)) == 29


@pytest.mark.parametrize("question", ["哪些任务没有牵头单位？", "哪些任务由一个单位负责，没有牵头单位？"])
def test_tasks_without_a_lead(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.count == 3
    assert holds(shown(answer), "市发展改革委", "市自然资源局", "市水利局") == []


def test_a_task_named_by_its_number(ask: Ask) -> None:
    assert "市工业和信息化局" in ask("第8项任务由谁牵头？").text


@pytest.mark.parametrize(
    ("question", "right", "supporter"),
    [
        ("市生态环境局为什么牵头绿色工厂？", "市工业和信息化局", "市生态环境局"),
        ("绿色工厂是不是由市发展改革委牵头？", "市工业和信息化局", "市发展改革委"),
        ("陕西工业精品是由市工业和信息化局牵头的吗？", "市市场监管局", "市工业和信息化局"),
        (
            "Does the Ecology and Environment Bureau lead the green factories?",
            "市工业和信息化局",
            "市生态环境局",
        ),
    ],
)
def test_a_wrong_premise_is_corrected(ask: Ask, question: str, right: str, supporter: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert "premise" in [notice.code for notice in answer.notices]
    assert re.match(r"不是|No\b", answer.text)
    assert holds(answer.text, right, supporter) == []
    assert answer.certificate.passed


@pytest.mark.parametrize("question", ["市商务局为什么牵头绿色工厂？", "绿色工厂是市科技局牵头吗？"])
def test_a_premise_about_a_body_that_has_no_part_is_corrected(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert "premise" in [notice.code for notice in answer.notices]
    assert answer.text.startswith("不是")
    assert "市工业和信息化局" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "市市场监管局是不是牵头陕西工业精品？",
        "市发展改革委是否配合绿色工厂？",
        "各县（区）需要落实绿色工厂吗？",
    ],
)
def test_a_right_premise_is_confirmed(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.notices == ()
    assert answer.text.startswith("是的")


@pytest.mark.parametrize(
    "question",
    ["市教育局负责哪些任务？", "市教育局为什么牵头绿色工厂？", "市公安局配合什么？", "省教育厅牵头哪些任务？",
     "Which tasks does the Education Bureau lead?"],
)  # fmt: skip
def test_an_organisation_that_the_plan_never_names(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.citations, answer.table) == ("refused", (), None)
    assert "not_named" in [notice.code for notice in answer.notices]


def test_several_clauses_under_one_heading(ask: Ask) -> None:
    answer = ask("强化生产要素保障由谁负责？")
    facts = ["市自然资源局", "中国人民银行汉中市分行", "市人力资源社会保障局"]
    assert holds(answer.text, *facts) == []
    assert len(tasks(answer)) == 3


def test_english_keeps_the_official_names(ask: Ask) -> None:
    answer = ask("Which bureau leads the green-factory targets?")
    assert answer.language == "en"
    assert holds(answer.text, "市工业和信息化局", "市发展改革委", "市生态环境局", *IMPLEMENTERS) == []
    assert "Industry and Information Technology Bureau" in answer.text


def test_who_and_how_many_are_both_answered(ask: Ask) -> None:
    answer = ask("绿色工厂谁牵头，要新增多少家？")
    assert answer.status == "answered"
    assert holds(answer.text, "市工业和信息化局牵头", "8家") == []


def test_a_number_that_is_missing_beside_the_bearer_makes_the_answer_partial(ask: Ask) -> None:
    answer = ask("首席质量官由谁推广，要培训多少人？")
    assert (answer.status, [notice.code for notice in answer.notices]) == ("partial", ["partial"])
    assert "市市场监管局牵头" in answer.text


@pytest.mark.parametrize("question", ["新型显示产业是谁牵头？", "新型储能产业由哪个局负责？"])
def test_an_industry_of_another_kind_has_no_lead(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.table) == ("refused", None)


def test_one_task_is_one_task_in_english(ask: Ask) -> None:
    assert "supports 1 task[" in ask("Is the Municipal Finance Bureau leading any task?").text


@pytest.mark.parametrize("question", ["略阳县要落实哪些任务？", "南郑区人民政府负责什么？"])
def test_a_county_has_the_duties_of_all_counties(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.count) == ("answered", 29)
    assert RULE in quotes(answer)
    assert [notice.code for notice in answer.notices] == ["member"]


@pytest.mark.parametrize(
    "question",
    ["天河区要落实哪些任务？", "韩城市要做什么？", "汉台区规上工业企业目标是多少家？", "洋县绿色工厂的目标"],
)
def test_a_county_of_another_city_has_none(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.citations) == ("refused", ())


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("发改委和工信局谁管的多？", "最多的是市工业和信息化局：市工业和信息化局牵头、负责 16 项"),
        ("工信局和发改委谁牵头的任务少？", "最少的是市发展改革委：市发展改革委牵头 6 项"),
        ("市财政局和市税务局谁配合的任务多？", "一样多：市财政局配合 1 项"),
    ],
)
def test_who_has_more(ask: Ask, question: str, said: str) -> None:
    assert said in ask(question).text


def test_a_premise_about_a_task_by_its_number(ask: Ask) -> None:
    assert ask("第8项任务是市工信局牵头吗？").text.startswith("是的")
    assert ask("第9项任务是市科技局牵头吗？").text.startswith("不是")


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("绿色工厂由市工信局牵头、市生态环境局配合，对吗？", "是的"),
        ("绿色工厂由市生态环境局牵头、市工信局配合，对吗？", "不是"),
        ("Are green factories led by the Ecology Bureau and supported by the Industry and IT Bureau?", "No."),
    ],
)
def test_each_body_is_given_the_role_that_is_said_of_it(ask: Ask, question: str, start: str) -> None:
    answer = ask(question)
    assert answer.text.startswith(start)
    assert answer.text.count(start) == 2


@pytest.mark.parametrize(
    ("question", "count", "some", "other"),
    [
        ("哪些任务没有配合单位？", 4, "加快发展综合能源产业集群", "推动绿色低碳转型"),
        ("Which tasks have no supporting body?", 4, "加快发展综合能源产业集群", "推动绿色低碳转型"),
        ("市工信局不牵头哪些任务？", 14, "加强重大项目招引", "推动绿色低碳转型"),
        ("哪些任务不需要市发展改革委参与？", 11, "打造产业创新平台", "推动绿色低碳转型"),
    ],
)
def test_tasks_that_somebody_has_no_part_in(
    ask: Ask, question: str, count: int, some: str, other: str
) -> None:
    answer = ask(question)
    assert answer.count == count
    assert some in tasks(answer) and other not in tasks(answer)


def test_everybody_but_one(ask: Ask) -> None:
    answer = ask("除了市工信局，还有哪些局牵头任务？")
    assert answer.count == 6
    assert "市工业和信息化局" not in shown(answer)


def test_two_counts_in_one_question(ask: Ask) -> None:
    answer = ask("市发展改革委牵头几项，市工信局牵头几项？")
    assert holds(answer.text, "市发展改革委牵头6项", "市工业和信息化局牵头15项") == []
    assert answer.count == 21


@pytest.mark.parametrize(
    "question",
    ["汉中市有几个县区？", "How many counties does Hanzhong have?", "国家发展改革委负责什么？", "国务院负责什么？",
     "《实施方案》适用到哪一年？", "哪些任务有三个以上配合单位？"],
)  # fmt: skip
def test_what_the_duties_do_not_say_is_refused(ask: Ask, question: str) -> None:
    assert ask(question).status == "refused"


def test_all_responsibility_clauses_are_counted(ask: Ask) -> None:
    assert ask("一共有多少条责任分工？").count == 29


@pytest.mark.parametrize("question", ["没有市发改委参与的任务有哪些？", "没有发改委参与的任务有哪些？"])
def test_a_negation_reaches_over_the_name_of_a_body(ask: Ask, question: str) -> None:
    assert ask(question).count == 11


def test_bodies_with_two_roles_and_with_one_only(ask: Ask) -> None:
    both = ask("哪些单位既牵头又配合？")
    assert both.count == 4 and "市发展改革委" in both.text and "市科技局" not in both.text
    only = ask("哪些部门只配合不牵头？")
    assert "市科技局" in only.text and "市发展改革委" not in only.text


def test_tasks_that_two_bodies_both_support(ask: Ask) -> None:
    assert ask("市卫健委和市农业农村局都配合的任务有几项？").count == 6


def test_all_who_tie_are_named(ask: Ask) -> None:
    answer = ask("市数据局、市商务局和市财政局谁配合的任务最多？")
    assert answer.text.startswith("最多的是市数据局、市商务局")


@pytest.mark.parametrize("question", ["Who supports the most tasks?", "Which body supports the most tasks?"])
def test_most_is_no_ministry(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert "市发展改革委" in answer.text and "11" in answer.text


@pytest.mark.parametrize(
    ("question", "count"),
    [("哪些任务提到绿色工厂？", 1), ("和中医药有关的任务有哪些？", 1), ("涉及产业链的任务", 8)],
)
def test_tasks_that_speak_of_a_thing(ask: Ask, question: str, count: int) -> None:
    assert ask(question).count == count


def test_a_thing_in_two_tasks_has_two_bearers(ask: Ask) -> None:
    answer = ask("谁负责抽水蓄能电站？")
    assert holds(quotes(answer), "围绕抽水蓄能电站", "佛坪抽水蓄能电站") == []


def test_the_sentence_of_a_task_that_says_itself_who_does_it(ask: Ask) -> None:
    answer = ask("谁负责督促指导？")
    assert "领导小组办公室（市工业和信息化局）负责各项重点工作的组织实施和督促指导" in answer.text


@pytest.mark.parametrize("question", ["谁审批绿色工厂？", "绿色工厂谁来认定？", "绿色工厂的发证机关是谁？"])
def test_who_does_something_else_is_not_who_leads(ask: Ask, question: str) -> None:
    assert ask(question).status == "refused"


@pytest.mark.parametrize(
    "question",
    [
        "How will the city support small businesses?",
        "Explain how the plan supports research and development in firms.",
        "如何落实绿色工厂建设？",
        "怎么支持中小企业？",
    ],
)
def test_how_it_is_done_is_not_who_does_it(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.route) == ("answered", "extractive")


def test_duties_are_not_divided_by_year(ask: Ask) -> None:
    answer = ask("2027年呢？", "绿色工厂的目标由哪个局牵头？")
    assert [notice.code for notice in answer.notices] == ["year"]


def test_a_body_that_is_named_without_a_duty(ask: Ask) -> None:
    answer = ask("市政府办公室负责什么？")
    assert answer.status == "refused" and "提到了市政府办公室" in answer.text
    assert ask("市政府办公室牵头绿色工厂吗？").text.startswith("不是。")


def test_the_items_of_a_part_and_its_groups(ask: Ask) -> None:
    assert ask("主要措施有几项？").count == 15
    assert ask("主要措施分几个方面？").count == 5
    assert "分 5 个方面，共 15 项" in ask("主要措施有几项？").text


def test_a_target_whose_bearer_nobody_states_is_partial(ask: Ask) -> None:
    answer = ask("2027年战新产业占比35%的目标由谁负责？")
    assert (answer.status, [notice.code for notice in answer.notices]) == ("partial", ["partial"])
    assert "33%" in answer.text
    assert "推动绿色低碳转型" not in shown(answer)


def test_asked_for_its_part_a_body_without_one_is_no_wrong_premise(ask: Ask) -> None:
    answer = ask("市商务局在绿色工厂中承担什么角色？")
    assert answer.notices == ()
    assert "责任分工中没有市商务局" in answer.text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("装备制造、现代材料由谁牵头", ["做强装备制造产业集群", "做优现代材料产业集群"]),
        ("装备制造谁牵头？现代材料呢？", ["做强装备制造产业集群", "做优现代材料产业集群"]),
        ("绿色园区与陕西工业精品分别由谁牵头？", ["突出质量品牌建设", "推动绿色低碳转型"]),
        (
            "Who leads equipment manufacturing and modern materials?",
            ["做强装备制造产业集群", "做优现代材料产业集群"],
        ),
        ("智算中心、页岩气勘探开发由谁牵头", []),  # one task lists both, and none is named after them
    ],
)
def test_tasks_named_together_are_each_answered(ask: Ask, question: str, expected: list[str]) -> None:
    answer = ask(question)
    assert sorted(tasks(answer)) == sorted(expected)
    assert expected == [] or "狠抓重点项目建设" not in answer.text


@pytest.mark.parametrize(
    "question", ["氢能由哪个部门负责？", "氢能由谁负责", "氢能归谁管", "生物质能、地热能由谁负责"]
)
def test_a_word_that_ends_in_neng_is_read_whole(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert "“加快发展综合能源产业集群”由市发展改革委负责" in answer.text


def test_a_topic_is_called_by_all_its_characters(ask: Ask) -> None:
    assert "“页岩气”涉及 2 项分工" in ask("页岩气谁负责").text
    assert "“抽水蓄能电站”涉及 2 项分工" in ask("抽水蓄能电站由谁负责").text


def test_a_noun_of_one_character_is_not_answered_with_a_list_of_all_tasks(ask: Ask) -> None:
    assert ask("氨由哪个部门负责？").status == "refused"
    assert ask("哪些任务由一个局负责？").count == 3


def test_the_office_of_a_leading_group_is_named_with_all_of_its_name(ask: Ask) -> None:
    answer = ask("市制造强市建设领导小组办公室负责什么")
    assert not answer.text.startswith("不是") and "责任分工中没有" not in answer.text
    assert "负责各项重点工作的组织实施和督促指导" in quotes(answer)


def test_a_zone_that_is_only_written_to_does_not_get_the_duties_of_another(ask: Ask) -> None:
    answer = ask("航空经济技术开发区落实哪些任务")
    assert answer.status == "refused"
    assert "航空经济技术开发区" in answer.text and "汉中经济技术开发区" not in answer.text
    assert ask("绿色工厂由航空经济技术开发区落实吗？").text.startswith("不是")
    assert ask("经济技术开发区落实哪些任务").count == 29


@pytest.mark.parametrize(
    "question",
    ["一共有多少个单位参与？", "哪些单位参与？", "多少个部门参与了这个方案？", "所有参与单位有多少个"],
)
def test_to_take_part_is_any_role(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.count == ask("涉及多少个单位？").count == 26
    assert holds(shown(answer), "市经合局", "各县（区）") == []


def test_supporting_bodies_are_still_only_those(ask: Ask) -> None:
    assert ask("配合单位一共有几个？").count == 18


def test_each_body_that_a_sentence_names_is_cited(ask: Ask) -> None:
    answer = ask("配合单位一共有几个？")
    marks = {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)}
    cited = "".join(citation.quote for citation in answer.citations if citation.number in marks)
    assert holds(cited, *(row[0] for row in answer.table.rows if answer.table)) == []  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("question", "count", "right"),
    [
        ("市工信局牵头16项任务对吗", 15, False),
        ("市工信局牵头15项任务，对吗？", 15, True),
        ("市科技局配合3项任务，对吗？", 5, False),
        ("方案有30项任务，对吗？", 29, False),
        ("共有20个部门参与，对吗？", 26, False),
    ],
)
def test_a_number_of_tasks_that_is_claimed_is_checked(
    ask: Ask, question: str, count: int, right: bool
) -> None:
    answer = ask(question)
    assert answer.count == count
    assert answer.text.startswith("是的" if right else "不是")
    assert [notice.code for notice in answer.notices] == ([] if right else ["premise"])


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("装备制造集群要做到800亿元，是谁牵头？", "350亿元"),
        ("新增100家绿色工厂由谁负责？", "8家"),
        ("绿色园区建成3家由谁牵头", "1家"),
        ("绿色工厂要新增8家，谁牵头", ""),
        ("装备制造集群要突破350亿元，谁来牵头？", ""),
    ],
)
def test_a_number_that_is_taken_for_granted_is_corrected(ask: Ask, question: str, right: str) -> None:
    answer = ask(question)
    assert holds(shown(answer), "市工业和信息化局") == []
    assert ("premise" in [notice.code for notice in answer.notices]) is bool(right)
    assert ("不是" in answer.text) is bool(right)
    assert not right or holds(shown(answer), right) == []


def test_who_and_how_much_of_the_nearest_task_are_both_told(ask: Ask) -> None:
    answer = ask("我家在镇上开了个小作坊做药材切片，想知道市里食药这块准备做到多大盘子，哪个局管？")
    assert not holds(answer.text, "350亿元", "市工业和信息化局")


@pytest.mark.parametrize("question", ["支持哪些产业集群，一共几个？", "支持哪些产业集群？"])
def test_two_clauses_that_end_alike_are_no_list(ask: Ask, question: str) -> None:
    assert ask(question).table is None
