"""What the measurements of time have in common: questions made from an index, percentiles, memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.policy import Policy

ASK_SECTION = "{heading}主要做什么？"


class BenchError(Exception):
    """A measurement that could not be made; ``str(error)`` says why."""


def section_questions(policies: Iterable[Policy], most: int) -> list[str]:
    """An open question for headings of the policies, for titles where there is none; at most so many, from all over."""
    policies = list(policies)
    headings = dict.fromkeys(section.heading for policy in policies for section in policy.sections)
    names = [heading for heading in headings if heading] or [policy.title for policy in policies]
    return [ASK_SECTION.format(heading=name) for name in spread(names, most)]


def spread(items: Sequence[str], most: int) -> list[str]:
    """At most so many of them, from all over."""
    step = max(1, math.ceil(len(items) / most))
    return list(items[::step])


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """p50 and p95, by nearest rank."""
    ordered = sorted(values)
    at_50, at_95 = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95))
    return at_50, at_95


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process in megabytes (10^6 bytes), from /proc (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise BenchError(f"/proc has no resident memory for process {pid}.")
