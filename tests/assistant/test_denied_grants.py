"""A denial answers what it denies: a grant where money is asked for, a permit where the permit is, in other words too."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import on_text

TEXT = """# 白塔市茶山管理若干措施

塔政办发〔2026〕3号

## 一、措施

（一）扶持晾青房。对新建晾青房的，每座补助8万元。租赁场地建设的，不享受本条补助。

（二）规范渡口。每个渡口限设四十个船位。流动渡工不予发放渡运许可证。

（三）征收补偿。被征收房屋的补偿由市自然资源局核定。经认定为废弃茶寮的，不予补偿。

（四）技能培训。举办制茶技能培训班。夜间补习班不予免除学费。
"""


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("tea"), "chashan.md", TEXT)


@pytest.mark.parametrize("question", ["流动渡工多少人？", "流动渡工给谁做工？", "流动渡工由谁领导？"])
def test_a_permit_that_is_denied_answers_no_other_question(tea: PolicyAssistant, question: str) -> None:
    answer = tea.invoke({"question": question})
    assert answer.status == "refused" and "不予发放" not in answer.text


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("流动渡工能办渡运许可证吗？", "流动渡工不予发放渡运许可证"),
        ("废弃茶寮补偿多少？", "经认定为废弃茶寮的，不予补偿"),
        ("夜间补习班学费能免多少？", "夜间补习班不予免除学费"),
        ("租场地建的晾青房补多少？", "不享受本条补助"),
    ],
)
def test_what_is_denied_is_told_of_what_is_asked(tea: PolicyAssistant, question: str, fact: str) -> None:
    answer = tea.invoke({"question": question})
    assert answer.status == "answered" and fact in answer.text


def test_what_is_granted_brings_whom_it_is_not_for(tea: PolicyAssistant) -> None:
    answer = tea.invoke({"question": "新建晾青房每座补助多少？"})
    assert "8万元" in answer.text and "租赁场地建设的，不享受本条补助" in answer.text
