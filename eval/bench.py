"""``python -m eval bench``: time and memory beside the goals; prints, and never fails on a slow machine."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``bench``."""


def main(options: argparse.Namespace) -> int:
    """Exit status: 0."""
    raise SystemExit("not written yet")
