"""Which lines are rows of a table, and which open a section."""

from __future__ import annotations

import pytest

from index.lines import is_aligned, is_row, read_lines


@pytest.mark.parametrize(
    "line",
    [
        "岗位类别　　　人数（人）　　　津贴（元/月）",
        "专职护河员   40小时   1360",
        "　　甲级　　　5　　　8　　　9",
        "1　　　申请表　　　原件",
    ],
)
def test_what_is_a_row(line: str) -> None:
    assert is_aligned(line) and is_row(line)


@pytest.mark.parametrize(
    "line",
    ["文　　号：某发〔2025〕1号", "第一章　　总　　则", "甲　乙　丙", "一段没有空白的文字", "甲　　乙"],
)
def test_what_is_no_row(line: str) -> None:
    assert not is_aligned(line)


@pytest.mark.parametrize(
    "line",
    [
        "第二编　　附　　录",
        "## 第一章　　总　　则",
        "第一章   总    则",
        "**第三章　　附　　则**",
        "第二节　　监督检查　　分　　工",
        "第五条　　护河员　　津贴　　标准",
        "一、总则　　　职责　　　附则",
        "（一）申请表　　　原件　　　2份",
        "1. 申请表　　　原件　　　2份",
        "（2）身份证　　　复印件　　　1份",
        "# 附件　　　护河员名册　　　样表",
    ],
)
def test_what_opens_a_section_is_no_row(line: str) -> None:
    (found,) = read_lines(line)
    assert not is_row(line)
    assert found.rank or found.hashes


@pytest.mark.parametrize("line", ["公　　告", "某　　县　　公　　告", "附件　　名　　册　　样　　表"])
def test_letters_apart_are_no_cells(line: str) -> None:
    assert not is_aligned(line)
