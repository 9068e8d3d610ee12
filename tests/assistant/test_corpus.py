"""The policies as the assistant looks at them: the table that an offset lies in."""

from __future__ import annotations

from assistant.within import caption_over, table_over
from index.parser import parse


class Counted(int):
    """An offset that counts how often it is compared."""

    times = 0

    def __lt__(self, other: int) -> bool:
        self.times += 1
        return int(self) < other

    def __ge__(self, other: int) -> bool:
        self.times += 1
        return int(self) >= other


def test_the_row_of_a_long_table_is_found_without_reading_those_before_it() -> None:
    rows = [f"| 第{number}村 | {number} |" for number in range(1000)]
    policy = parse(
        "一、任务\n\n分解如下：\n\n| 村 | 户数（户） |\n|---|---|\n" + "\n".join(rows) + "\n\n完。\n", "a"
    )
    at = Counted(policy.source.index("第900村"))
    found = table_over(policy, at)
    assert found is not None and found[1].cells[0].text == "第900村"
    assert at.times < 50


def test_what_lies_in_no_row_has_no_table_over_it() -> None:
    table = "| 村 | 户数 |\n|---|---|\n| 甲村 | 3 |\n"
    policy = parse(f"一、任务\n\n前。\n\n{table}\n中。\n\n{table.replace('甲', '乙')}\n后。\n", "a")
    for text in ("任务", "前。", "村 |", "中。", "后。"):
        assert table_over(policy, policy.source.index(text)) is None
    for name in ("甲村", "乙村"):
        found = table_over(policy, policy.source.index(name))
        assert found is not None and found[1].cells[0].text == name
    assert caption_over(policy, policy.source.index("乙村")).startswith("中。")
    assert caption_over(policy, policy.source.index("中。")) == ""
