"""Questions whose words lead astray: opposites, prohibitions, penalties behind a ；, values that rose from others."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
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
