"""The policy folder as policies, with what could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.errors import NoPoliciesError, SourceError, message
from index.facts import annotate
from index.parser import parse
from index.policy import Policy
from index.reader import decode, policy_files, read_bytes
from index.settings import IndexSettings

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the policy folder holds: files as name -> sha256, the skipped ones apart, problems as sentences."""

    policies: tuple[Policy, ...]  # with their facts
    files: dict[str, str]
    skipped: dict[str, str]
    problems: tuple[str, ...]


def read_sources(
    settings: IndexSettings, progress: Progress, known: Mapping[tuple[str, str], Policy] | None = None
) -> Sources:
    """Every file of the folder; raises NoPoliciesError where none can be read as a policy.

    ``known`` are policies that need not be parsed again, by name and sha256 of their file.
    """
    policies: dict[str, Policy] = {}
    files: dict[str, str] = {}
    skipped: dict[str, str] = {}
    problems: list[str] = []
    for path in policy_files(settings.policy_dir):
        try:
            data = read_bytes(path)
            digest = hashlib.sha256(data).hexdigest()
            skipped[path.name] = digest
            if path.stem in policies:
                other = next(name for name in files if Path(name).stem == path.stem)
                raise SourceError(message("same_name", file=path.name, other=other))
            same = (known or {}).get((path.name, digest))
            policies[path.stem] = same or read_policy(data, path)
            files[path.name] = skipped.pop(path.name)
        except SourceError as error:
            problems.append(str(error))
    progress(message("step_read", count=len(files)))
    if not policies:
        raise NoPoliciesError("\n".join([*problems, message("no_policies", folder=settings.policy_dir)]))
    return Sources(tuple(policies.values()), files, skipped, tuple(problems))


def read_policy(data: bytes, path: Path) -> Policy:
    """The policy of a file with these bytes, with its facts; raises SourceError where it holds none."""
    return annotate(parse(decode(data, path.name), path.stem))
