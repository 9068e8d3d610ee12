"""Two runs side by side: what was won and lost, how far figures moved, and whether that is chance."""

from __future__ import annotations

from math import comb
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.compare import Comparison, Difference, compare, mcnemar, short, text
from eval.results import read_result
from tests.eval.results import Row, answer, row, write


def run(folder: Path, failed: str, names: str = "abcdefghij") -> list[str]:
    """The folder of a run whose cases are letters, those of ``failed`` lost."""
    write(folder, *(row(name, step="compose" if name in failed else None) for name in names))
    return [str(folder)]


def compared(tmp_path: Path, one: list[Row], other: list[Row]) -> Comparison:
    return compare(read_result(write(tmp_path / "A", *one)), read_result(write(tmp_path / "B", *other)))


def figure(comparison: Comparison, name: str) -> Difference:
    return next(found for found in comparison.differences if found.name == name)


@pytest.mark.parametrize(
    ("failed_a", "failed_b", "status"),
    [
        ("", "abcdef", 1),  # p = 2 / 2**6 = 0.03
        ("", "abcde", 0),  # p = 2 / 2**5 = 0.06
        ("abcdef", "", 0),  # better
        ("abc", "abc", 0),
        ("j", "abcdef", 0),  # six lost, one won: p = 0.125
    ],
)
def test_status_is_1_only_where_b_is_worse_by_more_than_chance(
    tmp_path: Path, failed_a: str, failed_b: str, status: int
) -> None:
    assert main(["compare", *run(tmp_path / "A", failed_a), *run(tmp_path / "B", failed_b)]) == status


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (1, 0), (6, 1), (3, 3), (0, 9)])
def test_mcnemar_is_the_binomial_tail_on_both_sides(lost: int, won: int) -> None:
    n = lost + won
    tail = sum(comb(n, k) for k in range(min(lost, won) + 1)) / 2**n
    assert mcnemar(lost, won) == pytest.approx(min(1.0, 2 * tail))


def test_won_and_lost_are_named_with_both_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *run(tmp_path / "A", "a"), *run(tmp_path / "B", "b")]) == 0
    shown = capsys.readouterr().out
    lost = shown[
        shown.index("Lost: passed in A, not in B (1)") : shown.index("Won: passed in B, not in A (1)")
    ]
    assert "b [responsibility] b由谁牵头？" in lost
    assert "A: 由甲局牵头[1]。" in lost and "B: 没有提到[1]。" in lost
    assert "failed at compose: missing fact: 甲局" in lost
    assert "a由谁牵头？" not in lost and "c由谁牵头？" not in shown
    assert "1 lost, 1 won, p = 1: no difference is shown." in shown


def test_only_shared_cases_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *run(tmp_path / "A", "ab", "abcd"), *run(tmp_path / "B", "f", "cdef")]) == 0
    shown = capsys.readouterr().out
    assert "2 cases in both runs; not compared: 2 only in A, 2 only in B" in shown
    assert "passed                    2    100.0    100.0     +0.0   +0.0 to +0.0" in shown


def test_a_case_that_changed_is_warned_of(tmp_path: Path) -> None:
    changed = row("a", question="换了", key_facts=[["乙局"]])
    comparison = compared(tmp_path, [row("a"), row("b")], [changed, row("b", passed=False)])
    assert comparison.changed == (("a", ("question", "key_facts")),)
    printed = text(read_result(tmp_path / "A"), read_result(tmp_path / "B"), comparison)
    assert "warning: a is not the same case in both runs: question, key_facts differ" in printed


def test_the_same_run_differs_in_nothing(tmp_path: Path) -> None:
    rows = [row("a"), row("b", step="retrieve")]
    for found in compared(tmp_path, rows, rows).differences:
        assert (found.b - found.a, found.low, found.high) == (0, 0, 0)


def test_the_interval_is_of_pairs(tmp_path: Path) -> None:
    """Half of the cases fail in both runs: unpaired, that spread would be in the interval."""
    names = [f"c{number}" for number in range(100)]
    one = [row(name, step="compose" if number % 2 else None) for number, name in enumerate(names)]
    other = [row("c0", step="compose"), *one[1:]]
    found = figure(compared(tmp_path, one, other), "passed")
    assert (found.a, found.b) == (0.5, 0.49)
    assert -0.04 <= found.low < found.high <= 0


def test_figures_by_hand(tmp_path: Path) -> None:
    refused = answer("没有", status="refused")
    uncertain = answer("是", "甲局牵头") | {
        "count": 3,
        "certificate": {"passed": False, "unsupported": ["是"]},
    }
    no: Row = {"answerable": False, "key_facts": [], "evidence": [], "facts": None, "rank": None}
    rows = [
        row("rank 2", rank=2, category="numeric"),
        row("unranked", rank=None, facts=0.5, category="reasoning"),
        row("over-refused", step="refuse", answer=refused, rank=4),
        row("rightly refused", answer=refused, category="unanswerable", **no),
        row("not refused", step="refuse", category="unanswerable", **no),
        row("premise", category="false-premise", correct=False),
        row("count", expect_count=3, answer=uncertain, list_recall=0.25),
        row("two", evidence=["甲局牵头", "乙局牵头"], citation_recall=0.5),
    ]
    comparison = compared(tmp_path, rows, rows)
    expected = {
        "hit@1": (6, 3 / 6),
        "hit@3": (6, 4 / 6),
        "hit@5": (6, 5 / 6),
        "mrr": (6, (0.5 + 0.25 + 3) / 6),
        "facts": (6, 4.5 / 6),
        "all_facts": (6, 4 / 6),
        "ledger_all_facts": (4, 3 / 4),
        "refusal_precision": (2, 1 / 2),
        "refusal_recall": (2, 1 / 2),
        "refusal_f1": (3, 1 / 2),
        "over_refusal": (6, 1 / 6),
        "false_premise": (1, 0.0),
        "exact_count": (1, 1.0),
        "list_recall": (1, 0.25),
        "evidence_cited": (6, 5 / 6),
        "certificate_failures": (8, 1 / 8),
    }
    for name, (n, value) in expected.items():
        found = figure(comparison, name)
        assert found.n == n and found.a == pytest.approx(value), name
    assert "list_precision" not in {found.name for found in comparison.differences}


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda folder: (folder / "cases.jsonl").unlink(), "cases.jsonl: No such file or directory"),
        (lambda folder: (folder / "run.json").write_text("{"), "run.json: Invalid JSON"),
        (
            lambda folder: (folder / "cases.jsonl").write_text("\n{}\n"),
            "cases.jsonl, line 2: id: Field required",
        ),
        (lambda folder: (folder / "cases.jsonl").write_bytes(b"\xff"), "cases.jsonl: not UTF-8"),
        (lambda folder: (folder / "cases.jsonl").write_text(""), "no case is in both"),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: object, line: str
) -> None:
    a, b = run(tmp_path / "A", ""), run(tmp_path / "B", "")
    assert callable(spoil)
    spoil(tmp_path / "B")
    assert main(["compare", *a, *b]) == 2
    captured = capsys.readouterr()
    assert line in captured.err and captured.err.count("\n") == 1 and captured.out == ""


def test_wrong_usage_is_2(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["compare", str(tmp_path)])
    assert raised.value.code == 2


def test_a_terminal_is_not_obeyed() -> None:
    assert short("a\x1b[2J\u202eb\n c") == "a [2J b c"
    assert len(short("长" * 500)) == 160
