"""Command line: ``ask "问题" [--json]``, ``batch IN.jsonl OUT.jsonl``, ``model fetch|status|remove`` and ``user …``.

Exit status: 0 answered or refused, 1 some input could not be read or the model not be fetched, 2 wrong usage or
settings, 3 no usable index.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import load_dotenv

from assistant import user_commands
from assistant.answer import SCHEMA, Answer
from assistant.incoming import is_history, is_names, is_text
from assistant.settings import Settings, SettingsError
from assistant.view import place_of, printable, texts
from index.errors import PolicyIndexError, message

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    load_dotenv(Path(".env"))
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    if options.command == "model":
        return _model(settings, options.action)
    if options.command == "user":
        return user_commands.run(settings, options)
    try:
        from assistant.build import build_assistant

        assistant = build_assistant(settings)
        assistant.warm_up()  # so that no answer's time holds the loading of the model
        if options.command == "ask":
            return _ask(assistant, options.question, options.policy, as_json=options.json)
        return _batch(assistant, options.input, options.output)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except PolicyIndexError as error:
        print(error, file=sys.stderr)
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assistant", description=message("cli_assistant"))
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help=message("cli_ask"))
    ask.add_argument("question")
    ask.add_argument("--policy", action="append", default=[], metavar="ID", help=message("cli_policy"))
    ask.add_argument("--json", action="store_true", help=message("cli_json"))
    batch = commands.add_parser("batch", help=message("cli_batch"))
    batch.add_argument("input", type=Path, metavar="IN.jsonl")
    batch.add_argument("output", type=Path, metavar="OUT.jsonl")
    model = commands.add_parser("model", help=message("cli_model"))
    model.add_argument("action", choices=("fetch", "status", "remove"))
    user_commands.add_arguments(commands.add_parser("user", help=message("cli_user")))
    return parser


def _ask(assistant: PolicyAssistant, question: str, policies: list[str], *, as_json: bool) -> int:
    if not is_text(question) or not is_names(policies):
        print(message("unpaired_question"), file=sys.stderr)
        return 2
    answer = assistant.invoke({"question": question, "history": [], "policies": policies})
    print(
        json.dumps(answer.to_json(), ensure_ascii=False, indent=2) if as_json else printable(as_text(answer))
    )
    return 0


def as_text(answer: Answer) -> str:
    """An answer for a terminal: notices, text, table, quotes."""
    lines = [f"! {notice.text}" for notice in answer.notices]
    lines.append(answer.text)
    if answer.table:
        rows = [answer.table.columns, *answer.table.rows]
        widths = [max(_width(row[column]) for row in rows) for column in range(len(answer.table.columns))]
        marks = ["", *("".join(f"[{number}]" for number in row) for row in answer.table.citations)]
        for row, mark in zip(rows, marks, strict=True):
            cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
            lines.append("  ".join([*cells, mark]).rstrip())
    for citation in answer.citations:
        place = place_of(citation, texts(answer.language)) or citation.title
        quote = " ".join(citation.quote.split())
        lines.append(f"[{citation.number}] {citation.document_number or citation.policy} {place}：{quote}")
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns that a text takes in a terminal: two for a wide character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _batch(assistant: PolicyAssistant, source: Path, target: Path) -> int:
    from tqdm import tqdm

    try:
        lines = source.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        print(message("cannot_read", path=source, reason=error), file=sys.stderr)
        return 1
    failed = False
    try:
        with target.open("w", encoding="utf-8") as out:
            for number, line in enumerate(tqdm(lines, unit=message("batch_unit"), disable=None), start=1):
                if not line.strip():
                    continue
                result = _answer_line(assistant, line, number)
                failed |= result["status"] == "error"
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
                out.flush()
    except OSError as error:
        print(message("cannot_write", path=target, reason=error), file=sys.stderr)
        return 1
    return 1 if failed else 0


def _answer_line(assistant: PolicyAssistant, line: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _error(number, message("not_json", line=number, reason=error))
    if not isinstance(entry, dict) or not isinstance(entry.get("question"), str):
        return _error(number, message("no_question", line=number))
    if not is_text(json.dumps(entry, ensure_ascii=False)):
        return _error(number, message("unpaired", line=number))
    history = entry.get("history") or []
    if not is_history(history):
        return _error(number, message("bad_history", line=number))
    policies = entry.get("policies") or []
    if not is_names(policies):
        return _error(number, message("bad_policies", line=number))
    asked = {"question": entry["question"], "history": history, "policies": policies}
    answer = assistant.invoke(asked).to_json()
    answer["id"] = entry.get("id")
    return answer


def _model(settings: Settings, action: str) -> int:
    """Fetch the local model, say where it is, or delete it."""
    from assistant import model_file

    size = f"{model_file.described()['bytes'] / 1e9:.1f}"
    path = model_file.model_path(settings)
    if action == "remove":
        print(message("model_removed", size=f"{model_file.remove() / 1e9:.1f}"))
    elif path is not None:
        print(message("model_ready", path=path))
    elif action == "status":
        print(message("model_absent", size=size))
    elif settings.llm == "none" or settings.remote:
        print(message("model_skipped"))
    else:
        return _fetch(settings, size)
    return 0


def _fetch(settings: Settings, size: str) -> int:
    from tqdm import tqdm

    from assistant import model_file

    about = model_file.described()
    print(
        message("model_fetching", name=about["name"], size=size, path=model_file.cache_folder()), flush=True
    )
    try:
        with tqdm(total=about["bytes"], unit="B", unit_scale=True, disable=None) as bar:
            path = model_file.fetch(settings, lambda count: bar.update(count) and None)
    except KeyboardInterrupt:
        print(message("model_interrupted"), file=sys.stderr)
        return 1
    except model_file.ModelFileError as error:
        print(error, file=sys.stderr)
        return 1
    print(message("model_ready", path=path))
    return 0


def _error(number: int, text: str) -> dict[str, Any]:
    return {"schema": SCHEMA, "id": None, "line": number, "status": "error", "text": text}


if __name__ == "__main__":
    sys.exit(main())
