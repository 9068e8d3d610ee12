"""Tests that kill, damage, fill and load. They run at a tenth of their length; ``make soak`` (SOAK=1) runs them whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

SHORT = 0.1  # of the whole length: what ``make test`` runs
SHARE = float(os.environ.get("SOAK") or SHORT)
FIGURE = "soak"  # the property of a test's report that holds one
Note = Callable[[str, object], None]
Case = TypeVar("Case")


def times(whole: int, short: int = 0) -> int:
    """How often something is done that is done ``whole`` times at full length; ``short`` is for what a tenth is too long."""
    return short if short and SHARE <= SHORT else max(1, round(whole * SHARE))


def sample(cases: Sequence[Case], short: int = 0) -> list[Case]:
    """As many of the cases as the length allows, spread evenly."""
    wanted = times(len(cases), short)
    return [cases[at * len(cases) // wanted] for at in range(wanted)]


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Keep a figure for the table at the end: ``note(name, value)``."""
    return lambda name, value: record_property(FIGURE, (name, str(value)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of what was measured, where the tests ran in this process."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    rows = [row for report in reports for name, row in report.user_properties if name == FIGURE]
    if not rows:
        return
    terminalreporter.section(f"soak at {SHARE:g} of its length, {os.cpu_count()} cores")
    width = max(len(str(name)) for name, _ in rows)
    for name, value in rows:
        terminalreporter.write_line(f"{name:{width}}  {value}")
