"""Who belongs to a class, asked for by its label."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text

TEXT = """# 棠浦市人才安居办法

棠政办发〔2026〕5号

第一条 为吸引人才，制定本办法。

第二条 人才分为A、B、C、D四类。其中，C类为取得博士学位的人员，D类为取得硕士学位的人员。A、B类由市委人才工作领导小组认定。

第三条 C类每月补贴2000元，D类每月补贴1200元。

第四条 本办法自2026年5月1日起施行。
"""


@pytest.fixture(scope="module")
def talents(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on that text."""
    folder: Path = tmp_path_factory.mktemp("talents")
    return on_text(folder, "tangpu-2026.md", TEXT)


@pytest.mark.parametrize(
    "question", ["“C类人才”到底是指什么样的人？", "C类人才是哪些人？", "什么样的人算C类人才？"]
)
def test_who_belongs_to_a_class_is_told(talents: PolicyAssistant, question: str) -> None:
    answer = talents.invoke({"question": question})
    assert holds(answer.text, "C类为取得博士学位的人员") == []
    assert "2000元" not in answer.text
    assert answer.certificate.passed


def test_the_amount_of_a_class_is_no_question_for_its_members(talents: PolicyAssistant) -> None:
    answer = talents.invoke({"question": "C类人才每月补贴多少？"})
    assert holds(answer.text, "2000元") == []
