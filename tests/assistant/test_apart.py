"""Questions of several documents or places, and those whose reader has chosen what may answer, on texts of our own."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.apart import named_apart
from assistant.chain import PolicyAssistant
from assistant.naming import documents_named
from assistant.reading import read_against
from assistant.references import articles_referred
from eval.systems import indexed
from tests.assistant.look import holds

NORTH = """北岭市人民政府办公室关于印发《北岭市停车设施建设行动方案》的通知

北政办发〔2025〕7号

各县（区）人民政府：

一、重点任务

（一）建设停车设施。到2027年，新增泊位5000个。（市住房城乡建设局牵头，市公安局配合）

（二）数字化管理。建成停车管理平台。（市大数据局牵头，市公安局配合）

（三）加强巡查。每日巡查停车秩序。（市公安局牵头）

（四）开展评估。每年评估停车设施。（市公安局牵头）

二、资金保障

建设停车设施的，每个泊位补助1200元。
"""
SOUTH = """南泽市人民政府办公室关于印发《南泽市公共停车管理办法》的通知

南政办发〔2024〕21号

第一章　总则

第一条　市城市管理局负责停车管理的组织实施。

第二条　停车管理平台的数字化建设由市政务服务局牵头，市公安局配合。

第二章　罚则

第三条　违法停车的，处150元罚款。

第四条　平台接入许可有效期为3年。

第五条　市公安局牵头开展停车秩序整治。

第六条　市公安局牵头制定停车标志标准。

第七条　拒不改正的，按照本办法第三条规定的两倍处罚，并依照《道路交通安全法》第九十条处理。

第八条　夜间违法停车的，在第三条规定的罚款基础上加罚80元。

第九条　本办法自2025年3月1日起施行，有效期5年。
"""
EAST = """东川市公共充电管理办法

第一条　市发展改革委负责充电设施的规划。

第二条　私设充电桩的，处300元罚款。

第三条　本办法自2025年3月1日起施行。
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on those three."""
    folder = tmp_path_factory.mktemp("apart")
    files = []
    for name, text in (("north", NORTH), ("south", SOUTH), ("east", EAST)):
        files.append(folder / f"{name}.txt")
        files[-1].write_text(text, "utf-8")
    return indexed(files, folder / "index")


def ask(library: PolicyAssistant, question: str, *policies: str) -> Answer:
    return library.invoke({"question": question, "history": [], "policies": list(policies)})


def cited(answer: Answer) -> set[str]:
    """The ids of the policies that an answer cites."""
    return {citation.policy for citation in answer.citations}


def test_each_of_two_places_answers_for_itself(library: PolicyAssistant) -> None:
    answer = ask(library, "北岭市和南泽市的停车管理平台数字化分别由谁牵头？")
    assert (answer.status, cited(answer)) == ("answered", {"north", "south"})
    north, south = answer.text.split("《南泽市公共停车管理办法》")
    assert (
        north.startswith("《北岭市停车设施建设行动方案》") and "市大数据局" in north and "市政务" not in north
    )
    assert "市政务服务局" in south and "大数据" not in south
    assert answer.certificate.passed


def test_each_of_two_documents_answers_for_itself(library: PolicyAssistant) -> None:
    answer = ask(library, "《南泽市公共停车管理办法》和《东川市公共充电管理办法》各自什么时候施行？")
    assert cited(answer) == {"south", "east"}
    assert answer.text.count("2025年3月1日") == 2  # though both say the same


def test_the_tasks_of_both_are_in_one_table(library: PolicyAssistant) -> None:
    answer = ask(library, "北岭市和南泽市的公安局分别牵头哪些任务？")
    assert answer.table and answer.table.columns[0] == "文件"
    names = [row[0] for row in answer.table.rows]
    assert sorted(set(names)) == ["北岭市停车设施建设行动方案", "南泽市公共停车管理办法"]
    assert len(names) == answer.count == 4


def test_several_documents_are_not_reckoned_together(library: PolicyAssistant) -> None:
    bodies = ask(library, "有哪些牵头单位？")
    assert bodies.count is None and cited(bodies) == {"north", "south"}
    assert bodies.text.index("《北岭市停车设施建设行动方案》") < bodies.text.index(
        "《南泽市公共停车管理办法》"
    )


def test_an_article_stands_beside_the_one_that_refers_to_it(library: PolicyAssistant) -> None:
    answer = ask(library, "南泽市停车办法第七条是什么？")
    assert holds(answer.text, "拒不改正", "处150元罚款") == []
    assert holds(ask(library, "夜间违法停车加罚多少钱？").text, "80元", "150元") == []
    policy = library.corpus.policies["south"]
    referred = articles_referred(
        policy, "按照本办法第三条、本实施细则第四条和条例第五条、《某法》第六条、第七条执行"
    )
    assert [section.marker for section in referred] == ["第三条", "第四条"]


def test_a_document_that_speaks_of_less_does_not_answer(library: PolicyAssistant) -> None:
    assert (
        ask(library, "每个充电桩补助多少钱？").status == "refused"
    )  # 1200元 is of a 泊位, in another document


def test_what_one_of_them_does_not_say_is_named(library: PolicyAssistant) -> None:
    answer = ask(library, "北岭市和南泽市违法停车分别罚多少钱？")
    assert (answer.status, cited(answer)) == ("partial", {"south"})
    assert any("北岭市停车设施建设行动方案" in notice.text for notice in answer.notices)
    assert ask(library, "北岭市和东川市的食堂分别几点开门？").status == "refused"


def test_a_chosen_policy_answers_alone(library: PolicyAssistant) -> None:
    assert cited(ask(library, "罚款是多少？", "south")) == {"south"}
    assert cited(ask(library, "罚款是多少？", "east")) == {"east"}
    refused = ask(library, "罚款是多少？", "north")
    assert refused.status == "refused" and [notice.code for notice in refused.notices] == ["chosen"]
    assert "北岭市停车设施建设行动方案" in refused.notices[0].text
    unknown = ask(library, "罚款是多少？", "west")
    assert unknown.status == "refused" and "west" in unknown.text


def test_quotes_of_several_documents_are_headed_by_their_names(library: PolicyAssistant) -> None:
    answer = ask(library, "罚款有什么规定？")
    assert cited(answer) == {"south", "east"}
    assert answer.text.index("《东川市公共充电管理办法》") < answer.text.index("300元")
    assert answer.text.index("《南泽市公共停车管理办法》") < answer.text.index("150元")


def test_the_term_of_a_permit_is_not_that_of_the_document(library: PolicyAssistant) -> None:
    assert holds(ask(library, "平台接入许可有效期几年？").text, "3年") == []
    assert holds(ask(library, "南泽市公共停车管理办法有效期几年？").text, "5年") == []
    permit = ask(library, "许可有效期是几年？", "south").text
    assert holds(permit, "3年") == [] and "5年" not in permit


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("北岭市和南泽市分别由谁牵头？", [("north", "北岭市由谁牵头?"), ("south", "南泽市由谁牵头?")]),
        (
            "北岭市、南泽市和东川市由谁负责？",
            [("north", "北岭市由谁负责?"), ("south", "南泽市由谁负责?"), ("east", "东川市由谁负责?")],
        ),
        ("《北岭市停车设施建设行动方案》废止了《南泽市公共停车管理办法》吗？", []),
        ("从北岭市到南泽市的停车由谁负责？", []),
        ("我是北岭市公安局的，南泽市的停车由谁负责？", []),
        ("北岭市由谁牵头？", []),
        ("北岭市和南泽市有什么不同？", []),
        ("北岭市和南泽市一共补助多少？", []),
    ],
)
def test_places_are_told_apart(library: PolicyAssistant, question: str, parts: list[tuple[str, str]]) -> None:
    found = named_apart(library.read(question), library.corpus)
    assert [own for _, own, _ in found] == [(policy,) for policy, _ in parts]
    for (_, _, text), (_, expected) in zip(found, parts, strict=True):
        assert text == expected


@given(
    st.lists(st.sampled_from("北岭市停车设施建设行动方案和《》的办法南泽东川7号〔2025〕"), max_size=40).map(
        "".join
    )
)
def test_names_are_slices_that_do_not_overlap(text: str) -> None:
    titles = {"a": ("北岭市停车设施建设行动方案", "北政办发[2025]7号"), "b": ("南泽市公共停车管理办法",)}
    slots = documents_named(text, titles)
    if "《南泽市公共停车管理办法》" in text:
        assert ("b",) in [policies for _, _, policies in slots]
    for start, end, policies in slots:
        assert 0 <= start < end <= len(text) and policies
    for (_, end, _), (start, _, _) in pairwise(slots):
        assert end <= start


def test_a_document_does_not_answer_for_another_place(library: PolicyAssistant) -> None:
    assert cited(ask(library, "南泽市停车办法第三条是什么？")) == {"south"}
    refused = ask(library, "西泽市停车办法第三条是什么？")
    assert refused.status == "refused" and "西泽市" in refused.text


def test_a_question_read_against_some_policies_knows_no_other(library: PolicyAssistant) -> None:
    alone = library.answerer.among(("north",))
    assert alone is library.answerer.among(["north"])
    asked = read_against(alone.corpus, alone.index, "南泽市由谁负责？")
    assert asked.foreign == ("南泽市",)
