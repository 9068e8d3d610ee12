"""Fixtures shared by all tests, and the rule that with CI=true no browser test may be skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from typing import Any

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; the test is skipped where there is none."""
    for name in (os.environ.get("CHROMIUM"), *CHROMIUM_NAMES):
        path = name and shutil.which(name)
        if path:
            return path
    pytest.skip("no chromium found: `make browser` installs it, or CHROMIUM=/path/to/it names it")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """With CI=true a skipped browser test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and item.get_closest_marker("browser"):
        report.outcome = "failed"
        _, _, reason = report.longrepr
        report.longrepr = f"CI=true: a browser test may not be skipped. {reason}"
    return report
