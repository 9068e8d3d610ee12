"""The words of questions and documents: every entry that the code names is there, and is an expression."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant
from assistant.terms import expression, pattern

FOLDER = Path(assistant.__file__ or "").parent
READ = {"expression": expression, "pattern": pattern}


def _named() -> Iterator[tuple[str, str, str]]:
    """The reader, the group and the entry of each call that names both."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if called in READ and isinstance(node, ast.Call):
                given = [
                    a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ]
                if len(given) == 2:
                    yield called, given[0], given[1]


def test_every_entry_that_the_code_names_is_an_expression() -> None:
    named = set(_named())
    assert len(named) > 90  # the search finds the calls
    for reader, group, name in named:
        assert READ[reader](group, name).pattern, (group, name)


def test_an_entry_that_is_not_there_fails_loudly() -> None:
    with pytest.raises(KeyError):
        expression("follow", "no such entry")
