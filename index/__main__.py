"""Command line: ``python -m index build|add|remove|list|status|verify|show|backup|restore``.

Exit status: 0 done, 1 some input could not be read (or another process builds, and the live
index stays in use), 2 wrong usage, 3 no usable index.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import load_dotenv

from index.errors import PolicyIndexError, message
from index.header import field_of
from index.settings import IndexSettings

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.steps import Step


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    load_dotenv(Path(".env"))
    settings = IndexSettings.from_environment(os.environ)
    try:
        if options.command == "build":
            return _build(settings)
        if options.command in ("add", "remove"):
            return _change(settings, options)
        if options.command in ("backup", "restore"):
            return _archive(settings, options)
        if options.command == "list":
            return _list(settings)
        if options.command == "status":
            return _status(settings)
        if options.command == "verify":
            from index.build import verify_live

            print(message("sound", generation=verify_live(settings)))
            return 0
        return _show(settings, options.policy, options.start, options.end)
    except PolicyIndexError as error:
        print(error, file=sys.stderr)
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description=message("cli_index"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help=message("cli_build"))
    add = commands.add_parser("add", help=message("cli_add"))
    add.add_argument("files", nargs="+", type=Path)
    remove = commands.add_parser("remove", help=message("cli_remove"))
    remove.add_argument("policies", nargs="+")
    commands.add_parser("list", help=message("cli_list"))
    commands.add_parser("status", help=message("cli_status"))
    commands.add_parser("verify", help=message("cli_verify"))
    backup = commands.add_parser("backup", help=message("cli_backup"))
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = commands.add_parser("restore", help=message("cli_restore"))
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help=message("cli_replace"))
    show = commands.add_parser("show", help=message("cli_show"))
    show.add_argument("policy")
    show.add_argument("--start", type=int, default=0)
    show.add_argument("--end", type=int)
    return parser


def _build(settings: IndexSettings) -> int:
    from index.build import build
    from index.errors import IndexBusyError, NoPoliciesError

    try:
        report = build(settings, progress=_say)
    except NoPoliciesError as error:
        print(error, file=sys.stderr)
        return 1
    except IndexBusyError as error:
        print(error, file=sys.stderr)
        return 1 if _is_usable(settings) else 3
    _print(report)
    return 1 if report.problems else 0


def _say(step: Step) -> None:
    if not step.total:  # what has parts shows a bar, or is told at the end
        print(f"… {step}", file=sys.stderr, flush=True)


def _print(report: BuildReport) -> None:
    for problem in report.problems:
        print(problem, file=sys.stderr)
    head = "unchanged" if report.unchanged else "published"
    print(message(head, found=message("found", **asdict(report)), seconds=report.seconds))


def _change(settings: IndexSettings, options: argparse.Namespace) -> int:
    """Add or remove policies; 1 where a file holds none, or where another process builds."""
    from index.errors import IndexBusyError, NoPoliciesError
    from index.library import ASIDE, add, remove

    try:
        if options.command == "add":
            change = add(settings, options.files, _say)
        else:
            change = remove(settings, options.policies, _say)
    except NoPoliciesError as error:
        print(error, file=sys.stderr)
        return 2
    except IndexBusyError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in change.problems:
        print(problem, file=sys.stderr)
    for name, other in change.known:
        print(message("already_indexed", file=name, other=other))
    for name in (*change.replaced, *change.removed):
        print(message("moved_aside", file=name, folder=settings.policy_dir / ASIDE))
    for name in change.added:
        print(message("added", file=name))
    if change.report:
        _print(change.report)
    return 1 if change.problems else 0


def _archive(settings: IndexSettings, options: argparse.Namespace) -> int:
    """Back up or restore; 1 where it cannot be done (in full), 2 where something would be replaced untold."""
    from index.backup import backup
    from index.errors import ArchiveError, IndexBusyError, NoPoliciesError, OccupiedError
    from index.manifest import SCHEMA
    from index.restore import restore

    file: Path = options.file
    try:
        if options.command == "backup":
            about = backup(settings, file)
        else:
            about = restore(settings, file, replacing=options.replace)
    except OccupiedError as error:
        print(error, file=sys.stderr)
        return 2
    except (ArchiveError, IndexBusyError, NoPoliciesError) as error:
        print(error, file=sys.stderr)
        return 1
    feedback = message("with_feedback" if about.has_feedback else "without_feedback")
    if options.command == "restore" and about.schema != SCHEMA:
        print(message("restored_policies", policies=about.policies, feedback=feedback))
        print(message("restored_other_schema", built=about.schema, wanted=SCHEMA), file=sys.stderr)
        return 1
    print(
        message(
            "backed_up" if options.command == "backup" else "restored",
            file=file,
            size=f"{file.stat().st_size / 1e6:.1f}",
            policies=about.policies,
            generation=about.generation,
            feedback=feedback,
        )
    )
    if options.command == "restore":
        return _status(settings)
    return 0


def _list(settings: IndexSettings) -> int:
    """One line for each policy, then the files that hold none."""
    from index.store import open_index

    index = open_index(settings)
    chunks = Counter(chunk.policy for chunk in index.chunks)
    for policy in index.policies.values():
        number = field_of(policy, "document_number")
        print(
            message(
                "listed",
                policy=policy.id,
                title=policy.title,
                number=number.value if number else "—",
                chunks=chunks[policy.id],
                duties=len(policy.duties),
                targets=len(policy.targets),
            )
        )
    for name in index.manifest.skipped:
        print(message("listed_skipped", file=name))
    return 0


def _is_usable(settings: IndexSettings) -> bool:
    """Whether a published index can be read, whoever builds the next one."""
    from index.store import open_index

    try:
        open_index(settings)
    except PolicyIndexError:
        return False
    return True


def _status(settings: IndexSettings) -> int:
    from index.folder import is_stale
    from index.store import open_index

    index = open_index(settings)
    manifest = index.manifest
    print(message("status", **asdict(manifest)))
    print(message("holds", policies=len(manifest.files), **asdict(manifest)))
    if is_stale(index):
        print(message("stale"))
    return 0


def _show(settings: IndexSettings, policy: str, start: int, end: int | None) -> int:
    from index.store import open_index

    policies = open_index(settings).policies
    if policy not in policies:
        print(message("unknown_policy", policy=policy, known="、".join(policies)), file=sys.stderr)
        return 2
    source = policies[policy].source
    stop = len(source) if end is None else end
    if not 0 <= start <= stop <= len(source):
        print(message("bad_range", size=len(source)), file=sys.stderr)
        return 2
    sys.stdout.write(source[start:stop])
    return 0


if __name__ == "__main__":
    sys.exit(main())
