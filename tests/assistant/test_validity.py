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
from assistant.validity import day_asked, in_force, lives
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


def test_what_repeals_and_what_expires() -> None:
    policies = library(old=OLD, new=NEW, other=OTHER, earlier=EARLIER)
    found = lives(policies)
    assert (found["old"].begins, found["old"].ends, found["old"].kind) == (
        date(2018, 5, 1),
        date(2024, 3, 1),
        "repealed",
    )
    life = found["old"]
    assert "同时废止" in policies[life.policy].source[life.start : life.end]
    assert (found["new"].ends, found["new"].kind) == (date(2029, 3, 1), "expired")
    assert (found["earlier"].kind, found["earlier"].policy) == ("repealed", "other")
    assert found["other"].kind == ""  # what it repeals is not itself


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


def test_a_newer_version_of_the_same_title_supersedes() -> None:
    newer = NEW.replace("《某市停车管理办法》（某政发〔2018〕3号）同时废止。", "").replace(
        "办法\n发", "办法（2024年修订）\n发"
    )
    found = lives(library(old=OLD, newer=newer))
    assert (found["old"].kind, found["old"].policy, found["old"].ends) == (
        "superseded",
        "newer",
        date(2024, 3, 1),
    )
    elsewhere = newer.replace("某市", "另市")
    assert lives(library(old=OLD, elsewhere=elsewhere))["old"].kind == ""
    plans = (
        OLD.replace("停车管理办法", f"{year}年停车工作要点").replace("2018年5月", f"{year}年5月")
        for year in (2018, 2019)
    )
    assert [life.kind for life in lives(library(**dict(zip("ab", plans, strict=True)))).values()] == ["", ""]


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
    assert (found["later"].kind, found["earlier"].kind) == ("", "")
    assert found["old"].kind == "superseded"


def test_another_region_is_another_document() -> None:
    elsewhere = "另市人民政府令\n\n" + OLD.replace("某市", "另市").replace("3号", "8号")
    found = lives(library(new=NEW, elsewhere=elsewhere))
    assert found["elsewhere"].kind == ""


@pytest.mark.parametrize(
    "end", ["有效期至9999年12月31日。", "有效期9999年。", "依照本办法取得的许可证有效期为3年。"]
)
def test_what_ends_nothing(end: str) -> None:
    assert lives(library(a=OLD.replace("起施行。", f"起施行。{end}")))["a"].kind == ""


def test_a_term_of_something_else_is_not_the_documents() -> None:
    text = OLD.replace("处50元罚款。", "处50元罚款。停车证有效期1年。")
    assert lives(library(a=text))["a"].kind == ""


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
