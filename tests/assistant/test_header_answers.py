"""Questions about the document itself, and about its parts by number or heading."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.chain import PolicyAssistant
from assistant.dates import read_date
from tests.assistant.conftest import Ask
from tests.assistant.look import PLAN, holds, on_text, shown, sound


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("文号是多少？", "汉政办发〔2024〕11号"),
        ("这是几号文件？", "汉政办发〔2024〕11号"),
        ("多少号文", "汉政办发〔2024〕11号"),
        ("What is the document number?", "汉政办发〔2024〕11号"),
        ("方案啥时候印发的？", "2024年8月2日"),
        ("哪一天出台的？", "2024年8月2日"),
        ("When was the plan issued?", "2024-08-02"),
        ("什么时候公布的？", "2024年08月08日"),
        ("谁印发的？", "汉中市人民政府办公室"),
        ("这是哪个单位的文件？", "汉中市人民政府办公室"),
        ("Who issued it?", "汉中市人民政府办公室"),
        ("文件还有效吗？", "有效"),
        ("这方案还管用不？", "有效"),
        ("Is the plan still in force?", "有效"),
        ("依据什么制定的？", "陕办字〔2024〕19号"),
        ("主送哪些单位？", "各县（区）人民政府"),
        ("标题是什么？", "实施方案的通知"),
        ("索引号", "6107000010/2024-004485"),
    ],
)
def test_header(ask: Ask, source: str, question: str, fact: str) -> None:
    answer = ask(question)
    assert (answer.status, answer.route) == ("answered", "ledger")
    assert holds(shown(answer), fact) == []
    assert answer.certificate.passed
    assert sound(answer, {PLAN: source}) == []


@pytest.mark.parametrize(
    "question",
    [
        "上一版方案是哪一年发的？",
        "方案什么时候到期？",
        "哪一天废止？",
        "谁签发的？",
        "When does the plan expire?",
    ],
)
def test_what_the_header_does_not_say_is_refused(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert answer.status == "refused"
    assert answer.citations == ()


def test_a_wrong_number_of_the_document_is_corrected(ask: Ask) -> None:
    answer = ask("文号是汉政办发〔2024〕12号吗？")
    assert "premise" in [notice.code for notice in answer.notices]
    assert "汉政办发〔2024〕11号" in answer.text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年8月2日", date(2024, 8, 2)),
        ("２０２４－０８－０２ 09:11", date(2024, 8, 2)),
        ("2025-11-01至2027-10-31", date(2027, 10, 31)),
        ("2025年13月40日", None),
        ("长期有效", None),
    ],
)
def test_read_date_takes_the_end_of_a_range(text: str, day: date | None) -> None:
    assert read_date(text) == day


def test_a_term_told_as_a_time_ends_on_a_day(tmp_path: Path) -> None:
    text = "青石县公益护河员管理办法\n\n第一条　护河员由县水利局招募。\n\n第二条　本办法自2025年9月1日起施行，有效期3年。\n"
    rules = on_text(tmp_path, "huhe.txt", text)
    assert "2028年8月31日" in rules.invoke({"question": "这个办法什么时候失效？"}).text


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("第六条规定了什么？", "餐厨垃圾产生单位应当遵守下列规定"),
        ("第六条", "餐厨垃圾产生单位应当遵守下列规定"),
        ("What does article 6 say?", "餐厨垃圾产生单位应当遵守下列规定"),
        ("第18条讲什么", "自2025年6月1日起施行"),
    ],
)
def test_an_article_by_its_number(regulation: PolicyAssistant, question: str, fact: str) -> None:
    answer = regulation.invoke({"question": question})
    assert answer.status == "answered"
    assert holds(shown(answer), fact) == []


def test_of_an_article_that_is_not_there_the_last_is_named(regulation: PolicyAssistant) -> None:
    answer = regulation.invoke({"question": "第九十条规定了什么？"})
    assert [notice.code for notice in answer.notices] == ["premise"]
    assert holds(answer.text, "没有第九十条", "最后是“第十八条”") == []
    assert answer.certificate.passed


def test_articles_are_counted(regulation: PolicyAssistant) -> None:
    answer = regulation.invoke({"question": "办法一共有多少条？"})
    assert answer.count == 18
    assert answer.table is not None and len(answer.table.rows) == 18


@pytest.mark.parametrize(("question", "count"), [("重点任务有哪些？", 6), ("What are the main tasks?", 6)])
def test_the_parts_of_a_section(ask: Ask, question: str, count: int) -> None:
    answer = ask(question)
    assert answer.count == count
    assert answer.table is not None and len(answer.table.rows) == count


ATTACHED = """某市关于印发河道养护办法的通知

某政发〔2025〕3号

各县（区）人民政府：

现将《河道养护办法》印发给你们。本通知自2025年1月1日起施行，有效期2年。

第一条　为养护河道，制定本办法。

第二条　对养护河道的单位，按每公里2000元给予奖励。

第三条　本办法自2025年9月1日起施行，有效期5年。
"""


def test_a_term_is_told_with_the_last_day_of_its_own_sentence(tmp_path: Path) -> None:
    text = on_text(tmp_path, "yanghu-2025.txt", ATTACHED).invoke({"question": "有效期到哪天？"}).text
    assert "有效期" in text
    assert not ("有效期2年" in text and "2030年8月31日" in text)


def test_measures_of_a_sort_are_not_the_articles_of_the_document(tmp_path: Path) -> None:
    rules = on_text(tmp_path, "yanghu-2025.txt", ATTACHED)
    assert rules.invoke({"question": "办法一共多少条？"}).count == 3
    assert rules.invoke({"question": "奖励措施有多少条？"}).count is None


DECREE = """青川市节水办法

青川市人民政府令第46号

《青川市节水办法》已经市人民政府第12次常务会议审议通过，现予公布。

第一条 本办法由市水务局会同市发展改革委负责解释。

第二条 节水合格证书有效期两年。

附件：1.节水定额表
　　　2.节水承诺书

青川市人民政府办公室
2025年3月1日
"""


@pytest.mark.parametrize(
    ("question", "fact", "count"),
    [
        ("这是市政府第几号令？", "青川市人民政府令第46号", None),
        ("这个办法有几个附件？", "附件 2 个：1.节水定额表；2.节水承诺书", 2),
        ("附件都有哪些，文号是什么？", "2.节水承诺书", 2),
        ("Which bodies are responsible for interpreting the measures?", "市水务局会同市发展改革委", None),
        ("How long is a water-saving certificate valid?", "有效期两年", None),
    ],
)
def test_a_decree_and_its_annexes(tmp_path: Path, question: str, fact: str, count: int | None) -> None:
    answer = on_text(tmp_path, "jieshui.txt", DECREE).invoke({"question": question})
    assert fact in answer.text
    assert answer.count == count


def test_the_text_of_an_annex_is_no_list_of_annexes(tmp_path: Path) -> None:
    own = DECREE.split("附件：")[0] + "附件：节水登记办法\n\n1. 登记由县水务局办理。\n2. 登记不收费。\n"
    answer = on_text(tmp_path, "jieshui.txt", own).invoke({"question": "这个办法有几个附件？"})
    assert (answer.count, "登记不收费" in answer.text) == (1, False)


def test_annexes_that_are_not_named_are_not_counted(tmp_path: Path) -> None:
    bare = DECREE.replace("附件：1.节水定额表\n　　　2.节水承诺书\n\n", "")
    assert (
        on_text(tmp_path, "jieshui.txt", bare).invoke({"question": "这个办法有几个附件？"}).status
        == "refused"
    )
