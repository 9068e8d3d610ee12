"""The phrase tables: both languages whole, and every name that the code uses is there."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant
import prompts
from assistant.route import RULES
from assistant.terms import words
from index.policy import Role
from prompts import phrase

FOLDER = Path(assistant.__file__ or "").parent
TABLES: dict[str, dict[str, str]] = tomllib.loads(
    Path(prompts.__file__ or "").with_name("phrases.toml").read_text("utf-8")
)
# Which positional argument of a call is the name of a phrase.
NAMED = {"phrase": 1, "say": 0, "note": 1, "_part": 1}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _literals(node: ast.expr) -> Iterator[str]:
    """String constants that an argument can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _used() -> Iterator[tuple[str, int, str, set[str] | None]]:
    """File, line, phrase name and keyword arguments (None where ``**`` hides some) of each call."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = NAMED.get(called)
            if place is None or len(node.args) <= place:
                continue
            given = {word.arg for word in node.keywords if word.arg}
            hidden = any(word.arg is None for word in node.keywords) or called == "_part"
            for name in _literals(node.args[place]):
                yield path.name, node.lineno, name, None if hidden else given


def test_both_languages_have_the_same_phrases() -> None:
    assert set(TABLES) == {"zh", "en"}
    of_a_prompt = {"turn_user", "turn_assistant"}  # which is Chinese, whatever the reader's language
    assert set(TABLES["zh"]) - of_a_prompt == set(TABLES["en"])


@pytest.mark.parametrize("name", TABLES["en"])
def test_both_languages_have_the_same_placeholders(name: str) -> None:
    assert _placeholders(TABLES["zh"][name]) == _placeholders(TABLES["en"][name])


def test_every_phrase_that_the_code_names_exists() -> None:
    used = list(_used())
    assert len(used) > 40  # the search finds the calls
    assert [row[:3] for row in used if row[2] not in TABLES["zh"]] == []


def test_every_call_gives_what_its_phrase_needs() -> None:
    lacking = [
        (file, line, name, needed - given)
        for file, line, name, given in _used()
        if given is not None
        and name in TABLES["zh"]
        and (needed := _placeholders(TABLES["zh"][name])) - given
    ]
    assert lacking == []


def test_names_that_are_put_together_exist() -> None:
    """f"role_{role}", f"kind_{kind}", f"column_{name}", f"no_{role}", f"{role}_task"."""
    names = {f"role_{role.value}" for role in Role}
    names |= {f"no_{role.value}" for role in (Role.SUPPORT, Role.IMPLEMENT)}
    names |= {name for role in (Role.SUPPORT, Role.IMPLEMENT) for name in (role.value, f"{role.value}_task")}
    names |= {f"kind_{kind}" for kind in [*words()["kind"], "when", "amount", "definition"]}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "head":
                names |= {f"column_{name}" for argument in node.args for name in _literals(argument)}
    assert names - set(TABLES["zh"]) == set()


def test_a_missing_phrase_and_a_missing_value_fail_loudly() -> None:
    with pytest.raises(KeyError):
        phrase("zh", "no such phrase")
    with pytest.raises(KeyError):
        phrase("zh", "lead", orgs="市科技局")


def test_english_phrases_have_no_chinese_punctuation_but_book_marks() -> None:
    marks = {
        name: found for name, text in TABLES["en"].items() if (found := set(text) & set("，。；：、？！（）"))
    }
    assert {name: found for name, found in marks.items() if name != "lower_bound"} == {}


def test_the_rules_are_tried_in_a_fixed_order() -> None:
    assert len(RULES) == len(set(RULES)) > 3
