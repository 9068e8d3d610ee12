"""Values of several years where a net rise is asked for, and values of one sentence that are each asked for."""

from __future__ import annotations

import pytest

from assistant.chain import PolicyAssistant
from tests.assistant.look import holds, on_text

TEXT = """# 石坪县牧业行动方案

石政办发〔2026〕7号

## 一、任务

（一）建设牛舍。到2029年，建成标准牛舍900座、饲草基地40个。

（二）畅通运输。到2029年，建成县级饲草周转库12个，实现乡镇全覆盖；建成乡级饲草代售点75个。

附件：分年度任务表

| 序号 | 工程名称 | 单位 | 2026年 | 2027年 | 2028年 | 2029年 |
| --- | --- | --- | --- | --- | --- | --- |
| 1 | 标准牛舍工程 | 座 | 150 | 250 | 250 | 250 |
| 2 | 青贮窖数量 | 处 | 40 | 55 | 60 | 70 |
"""


@pytest.fixture(scope="module")
def herds(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    return on_text(tmp_path_factory.mktemp("herds"), "muye.md", TEXT)


def test_of_a_net_rise_that_nothing_gives_the_years_are_told(herds: PolicyAssistant) -> None:
    answer = herds.invoke({"question": "标准牛舍2026年到2029年净增多少？"})
    assert not holds(answer.text, "到2026年，标准牛舍工程150座", "到2027年，标准牛舍工程250座")
    assert "相差" not in answer.text


def test_a_net_rise_between_two_values_of_one_thing_is_reckoned(herds: PolicyAssistant) -> None:
    answer = herds.invoke({"question": "青贮窖数量2026年到2029年净增多少？"})
    assert "相差30处" in answer.text.replace(" ", "")


def test_two_values_of_a_sentence_are_each_told_once(herds: PolicyAssistant) -> None:
    answer = herds.invoke({"question": "县级饲草周转库建几个，乡级饲草代售点呢？"})
    assert answer.text.count("12个") == 1 and answer.text.count("75个") == 1
