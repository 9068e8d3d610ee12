"""Facts of a policy: its duties and targets, filled in on the same Policy."""

from __future__ import annotations

from dataclasses import replace

from index.duties import find_duties
from index.policy import Policy
from index.targets import find_targets


def annotate(policy: Policy) -> Policy:
    """The policy with its duties and targets."""
    policy = replace(policy, duties=find_duties(policy))
    return replace(policy, targets=find_targets(policy))
