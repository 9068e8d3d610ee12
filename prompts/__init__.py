"""Texts with named variables: the sentences of the answers, and the prompts. A missing one fails loudly.

What fills a variable is data: it is put in as it is and never read as a template.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def _phrases() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))


def phrase(language: str, name: str, /, **values: object) -> str:
    """The sentence ``name`` in a language, ``zh`` or ``en``; KeyError where it or a variable is missing."""
    return _phrases()[language][name].format_map(values)


@cache
def _prompt(name: str) -> str:
    return Path(__file__).with_name(f"{name}.md").read_text("utf-8").strip()


def prompt(name: str, /, **values: object) -> str:
    """The prompt of the file ``name``.md, filled in; FileNotFoundError, or KeyError where a variable is missing."""
    return _prompt(name).format_map(values)
