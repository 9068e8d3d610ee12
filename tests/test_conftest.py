"""The rule of conftest: where CI=true a test of the browser or of servers that is skipped is a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CASES = """
import pytest

@pytest.mark.browser
def test_page(chromium):
    pass

@pytest.mark.servers
def test_database(postgres):
    pass

def test_other():
    pytest.skip("not here")
"""


@pytest.mark.parametrize(("ci", "expected"), [("true", {"errors": 2, "skipped": 1}), ("", {"skipped": 3})])
def test_a_skipped_test(
    ci: str, expected: dict[str, int], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr("tests.servers.DEBIAN", "nowhere")
    conftest = Path(__file__).with_name("conftest.py").read_text("utf-8")
    # the run inside may import the module anew
    pytester.makeconftest(f"{conftest}\nimport tests.servers\ntests.servers.DEBIAN = 'nowhere'\n")
    pytester.makeini("[pytest]\nmarkers = browser\n servers")
    pytester.makepyfile(CASES)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(**expected)
