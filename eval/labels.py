"""What the reports call the figures and the steps, and what each of them means in one sentence (``labels.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _labels() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_name("labels.toml").read_text("utf-8"))


def figure_labels(language: str = "en") -> Mapping[str, tuple[str, str]]:
    """Key -> label and definition, in the order of the table."""
    return {key: (label, meaning) for key, (label, meaning) in _labels()[language]["figures"].items()}


def step_labels(language: str = "en") -> Mapping[str, str]:
    """Step -> what it means for a case to be lost there, in the order of the pipeline."""
    return _labels()[language]["steps"]


def name_of(key: str, language: str = "en") -> str:
    """What a step, category, failure or route is called; in English, and where there is no name, its key."""
    return str(_labels()[language].get("names", {}).get(key, key))
