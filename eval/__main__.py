"""``python -m eval COMMAND``: each subcommand is a module with ``add_arguments`` and ``main``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from eval import bench, compare, draft, report, retrieval, run

_COMMANDS = (
    ("run", run, "ask every case and print the score by category"),
    ("report", report, "write the report of a run as HTML and Markdown"),
    ("compare", compare, "show what one run won and lost against another"),
    ("retrieval", retrieval, "measure the retriever alone on passages and questions of your own"),
    ("draft", draft, "turn what readers said of answers into drafts of cases"),
    ("bench", bench, "measure time and memory, and print them beside their goals"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status of the subcommand; 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m eval", description="Score and measure the assistant.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module, text in _COMMANDS:
        command = commands.add_parser(
            name, help=text, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add_arguments(command)
        command.set_defaults(main=module.main)
    options = parser.parse_args(arguments)
    status: int = options.main(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
