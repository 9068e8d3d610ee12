"""Which policies are in force on a day, and that an answer comes from those alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.build import build_assistant
from assistant.chain import PolicyAssistant
from assistant.settings import Settings
from assistant.validity import Life, day_asked, in_force, lives
from index.build import build
from index.parser import parse
from index.policy import Policy
from index.settings import IndexSettings

OLD = """某市停车管理办法
发文字号：某政发〔2018〕3号

第一条　为了规范停车管理，制定本办法。

第二条　停车秩序由市城市管理局负责。

第三条　违法停车的，处50元罚款。

第四条　本办法自2018年5月1日起施行。
"""
NEW = """某市停车管理办法
发文字号：某政发〔2024〕9号

第一条　为了规范停车管理，制定本办法。

第二条　停车秩序由市公安局负责。

第三条　违法停车的，处200元罚款。

第四条　本办法自2024年3月1日起施行，有效期5年。《某市停车管理办法》（某政发〔2018〕3号）同时废止。
"""
OTHER = """某市洗车管理规定

第一条　洗车用水由市水务局负责。

第二条　本规定自2025年1月1日起施行，《某市洗车办法》同时废止。
"""
EARLIER = """关于印发《某市洗车办法》的通知

第一条　洗车场所由市商务局负责。

第二条　本办法自2015年1月1日起施行。
"""


def library(**texts: str) -> dict[str, Policy]:
    return {name: parse(text, name) for name, text in texts.items()}


def ends(life: Life) -> list[tuple[str, date | None]]:
    """How a policy ends, and when."""
    return [(end.kind, end.day) for end in life.ends]


def test_what_repeals_and_what_expires() -> None:
    policies = library(old=OLD, new=NEW, other=OTHER, earlier=EARLIER)
    found = lives(policies)
    assert found["old"].begins == date(2018, 5, 1)
    assert ends(found["old"]) == [("repealed", date(2024, 3, 1)), ("superseded", date(2024, 3, 1))]
    end = found["old"].replaced
    assert end and end.policy == "new" and "同时废止" in policies["new"].source[end.start : end.end]
    assert ends(found["new"]) == [("expired", date(2029, 3, 1))]
    assert ends(found["earlier"]) == [("repealed", date(2025, 1, 1))]
    assert ends(found["other"]) == []  # what it repeals is not itself


@pytest.mark.parametrize(
    ("day", "kept", "states"),
    [
        (date(2017, 1, 1), {"old", "earlier"}, {"old": "not_yet", "earlier": "in_force"}),
        (date(2020, 1, 1), {"old", "earlier"}, {"old": "in_force"}),
        (date(2024, 3, 1), {"new", "earlier"}, {"new": "in_force", "old": "repealed"}),
        (date(2030, 1, 1), {"new", "other"}, {"new": "expired"}),
    ],
)
def test_a_day_has_its_policies(day: date, kept: set[str], states: dict[str, str]) -> None:
    found = lives(library(old=OLD, new=NEW, other=OTHER, earlier=EARLIER))
    assert set(in_force(found, day)) == kept
    assert {name: found[name].state(day) for name in states} == states


REPEAL = "《某市停车管理办法》（某政发〔2018〕3号）同时废止。"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("办法\n发", "办法（2024年修订）\n发"),
        ("暂行办法\n发", "办法\n发"),
        ("办法\n发", "办法（试行）\n发"),
    ],
)
def test_a_newer_version_of_the_same_title_supersedes(older: str, newer: str) -> None:
    texts = {
        "old": OLD.replace("办法\n发", older, 1),
        "new": NEW.replace(REPEAL, "").replace("办法\n发", newer, 1),
    }
    assert ends(lives(library(**texts))["old"]) == [("superseded", date(2024, 3, 1))]


def test_what_is_no_version() -> None:
    elsewhere = NEW.replace(REPEAL, "").replace("某市", "另市")
    assert ends(lives(library(old=OLD, elsewhere=elsewhere))["old"]) == []
    plans = {
        f"of{year}": OLD.replace("停车管理办法", f"{year}年停车工作要点").replace("2018年5月", f"{year}年5月")
        for year in (2018, 2019)
    }
    assert [ends(life) for life in lives(library(**plans)).values()] == [[], []]


def test_what_expired_before_it_was_replaced_has_expired_in_between() -> None:
    expired = OLD.replace("起施行。", "起施行，有效期2年。")
    life = lives(library(old=expired, new=NEW))["old"]
    days = (date(2019, 1, 1), date(2022, 1, 1), date(2025, 1, 1))
    assert [life.state(day) for day in days] == ["in_force", "expired", "repealed"]


@pytest.mark.parametrize(
    ("said", "begins", "end"),
    [
        ("本办法自二〇一八年五月一日起施行。", date(2018, 5, 1), None),
        ("本办法自2018年5月1日起施行，有效期至2023年4月30日。", date(2018, 5, 1), date(2023, 5, 1)),
        (
            "本办法自2018年5月1日起施行，有效期为2018年5月1日至2023年4月30日。",
            date(2018, 5, 1),
            date(2023, 5, 1),
        ),
        ("本办法自2018年5月1日起施行，有效期两年。", date(2018, 5, 1), date(2020, 5, 1)),
        ("本办法自2018年5月31日起施行，有效期6个月。", date(2018, 5, 31), date(2018, 11, 30)),
        ("本办法自发布之日起30日后施行。", date(2018, 4, 9), None),
        ("本办法自印发之日起施行。", date(2018, 3, 10), None),
        ("本办法自2018年5月1日起施行。违停罚款标准自2026年1月1日起执行。", date(2018, 5, 1), None),
    ],
)
def test_days_that_a_document_states(said: str, begins: date, end: date | None) -> None:
    text = OLD.replace("本办法自2018年5月1日起施行。", said) + "\n2018年3月10日\n"
    life = lives(library(a=text))["a"]
    assert life.begins == begins
    assert ends(life) == ([("expired", end)] if end else [])


def test_a_document_marked_as_invalid_has_expired_whatever_its_term() -> None:
    text = OLD.replace("3号\n", "3号\n失效日期：2099年1月1日\n有效性：失效\n", 1)
    assert lives(library(a=text))["a"].state(date(2026, 1, 1)) == "expired"
    assert (
        lives(library(a=text.replace("失效\n\n", "部分失效\n\n")))["a"].state(date(2026, 1, 1)) == "in_force"
    )


@pytest.mark.parametrize(
    "clause",
    [
        "2010年发布的《某市停车管理办法》同时废止。",  # an earlier one of the same title
        "根据《某市洗车办法》，决定废止《某市养犬办法》。",
        "《某市洗车办法》第十二条同时废止。",
        "依照《某市洗车办法》核发的许可证自行失效。",
        "《某市洗车办法》继续有效，不予废止。",
    ],
)
def test_what_repeals_nothing_of_the_library(clause: str) -> None:
    text = NEW.replace("《某市停车管理办法》（某政发〔2018〕3号）同时废止。", "").replace(
        "有效期5年。", clause
    )
    later = OLD.replace("2018年5月1日", "2025年5月1日").replace("〔2018〕3号", "〔2025〕1号")
    found = lives(library(old=text, later=later, earlier=EARLIER))
    assert (ends(found["later"]), ends(found["earlier"])) == ([], [])
    assert [kind for kind, _ in ends(found["old"])] == ["superseded"]


def test_a_notice_about_a_document_is_not_that_document() -> None:
    notice = EARLIER.replace("关于印发《某市洗车办法》的通知", "关于学习《某市洗车办法》的通知")
    found = lives(library(notice=notice, earlier=EARLIER, other=OTHER))
    assert (ends(found["notice"]), len(ends(found["earlier"]))) == ([], 1)


def test_another_region_is_another_document() -> None:
    elsewhere = "另市人民政府令\n\n" + OLD.replace("某市", "另市").replace("3号", "8号")
    found = lives(library(new=NEW, elsewhere=elsewhere))
    assert ends(found["elsewhere"]) == []


@pytest.mark.parametrize(
    "end", ["有效期至9999年12月31日。", "有效期9999年。", "依照本办法取得的许可证有效期为3年。"]
)
def test_what_ends_nothing(end: str) -> None:
    assert ends(lives(library(a=OLD.replace("起施行。", f"起施行。{end}")))["a"]) == []


def test_a_term_of_something_else_is_not_the_documents() -> None:
    text = OLD.replace("处50元罚款。", "处50元罚款。停车证有效期1年。")
    assert ends(lives(library(a=text))["a"]) == []


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("2023年6月时违停罚多少？", date(2023, 6, 30)),
        ("截至2023年6月15日有效的规定里谁负责", date(2023, 6, 15)),
        ("2020年的时候由谁负责停车？", date(2020, 12, 31)),
        ("As of June 2023, who is responsible?", date(2023, 6, 30)),
        ("As of March 5, 2023 who is responsible?", date(2023, 3, 5)),
        ("到2025年绿色工厂达到多少家？", None),
        ("2025年高新技术企业目标是多少？", None),
        ("2023年2月30日时呢", None),
        ("到2030年时，绿色工厂达到多少家？", None),
        ("2025年执行的目标是多少？", None),
        ("As of 2023-06-15, who is responsible?", date(2023, 6, 15)),
        ("As of now, what is the 2025 target?", None),
        ("as of today", None),
    ],
)
def test_the_day_that_is_asked_for(question: str, day: date | None) -> None:
    assert day_asked(question) == day


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_on_every_day_there_is_an_answering_policy_and_never_two_versions(day: date) -> None:
    kept = in_force(LIVES, day)
    assert kept
    assert not {"old", "new"} <= set(kept)


LIVES = lives(library(old=OLD, new=NEW, other=OTHER, earlier=EARLIER))


@pytest.fixture(scope="module")
def parking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyAssistant]:
    folder = tmp_path_factory.mktemp("parking")
    (folder / "policies").mkdir()
    for name, text in (("old", OLD), ("new", NEW)):
        (folder / "policies" / f"{name}.txt").write_text(text, "utf-8")
    index = IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")
    build(index)
    settings = replace(Settings(), index=index, llm="none", as_of=date(2026, 6, 1))
    assistant = build_assistant(settings)
    yield assistant
    assistant.index.close()


@pytest.mark.parametrize(
    ("question", "fact", "other", "notices"),
    [
        ("停车秩序由谁负责？", "市公安局", "城市管理局", []),
        ("违法停车罚多少钱？", "200", "50元", []),
        ("2023年6月时停车秩序由谁负责？", "市城市管理局", "公安局", []),
        ("某政发〔2018〕3号里停车秩序由谁负责？", "市城市管理局", "公安局", ["repealed"]),
        ("第三条规定了什么？", "200元", "50元", []),
    ],
)
def test_versions_are_not_mixed(
    parking: PolicyAssistant, question: str, fact: str, other: str, notices: list[str]
) -> None:
    answer = parking.invoke({"question": question, "history": []})
    assert answer.status == "answered"
    assert fact in answer.text and other not in answer.text
    assert [notice.code for notice in answer.notices] == notices
    assert answer.certificate.passed


def test_what_was_changed_is_answered_with_both_texts(parking: PolicyAssistant) -> None:
    answer = parking.invoke({"question": "第三条有什么变化？", "history": []})
    assert answer.status == "answered" and answer.certificate.passed
    assert "50元" in answer.text and "200元" in answer.text
    assert {citation.policy for citation in answer.citations} == {"old", "new"}
    assert "2018" in answer.text and "2024" in answer.text  # which is which
    assert [notice.code for notice in answer.notices] == ["repealed"]
    same = parking.invoke({"question": "第一条有哪些修改？", "history": []})
    assert "相同" in same.text
    chosen = parking.invoke({"question": "第三条有什么变化？", "history": [], "policies": ["new"]})
    assert {citation.policy for citation in chosen.citations} <= {"new"}


def test_the_library_says_what_was_repealed(parking: PolicyAssistant) -> None:
    answer = parking.invoke({"question": "收录了哪些文件？", "history": []})
    assert answer.count == 2 and answer.certificate.passed
    states = {row[1]: row[2] for row in (answer.table.rows if answer.table else ())}
    assert "废止" in states["某政发〔2018〕3号"] and "2029年2月28日" in states["某政发〔2024〕9号"]
    gone = parking.invoke({"question": "哪些文件已经废止？", "history": []})
    assert gone.count == 1 and gone.citations[0].policy == "old"


def test_a_search_among_some_policies_finds_nothing_else_and_misses_nothing(parking: PolicyAssistant) -> None:
    chunks = parking.index.chunks
    for policy in ("old", "new"):
        some = parking.retriever.model_copy(update={"policies": frozenset({policy})})
        found = some.search("违法停车罚多少钱")
        assert {(passage.policy, passage.start) for passage in found} == {
            (chunk.policy, chunk.start) for chunk in chunks if chunk.policy == policy
        }
