"""``python -m eval draft``: what readers said of answers, as drafts of evaluation cases.

One JSON line for each row of the feedback, with question, history and the spans that were cited or retrieved
filled in, and a list ``todo`` of what a person has to settle. ``python -m eval run --check`` reports a case as
unfinished until the key ``draft`` is gone. A file that is there already is added to: lines that somebody has
worked on stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.files import write_whole

if TYPE_CHECKING:
    from assistant.feedback import Feedback

NEAREST = 3  # retrieved passages that stand in for the citations where there are none
_PIECES = re.compile(r"[，；。、！？\n]+|[,;]\s|\.(?:\s|$)")  # between the facts of a corrected answer
_MARK = re.compile(r"\[\d{1,3}\]")
_ROLE = re.compile(r"牵头|配合|负责|落实")
_HEADER = re.compile(r"文号|索引号|发布|印发|发文|成文|施行|有效|失效|主题分类")


class DraftError(Exception):
    """Drafts that cannot be made or written; ``str(error)`` is one sentence."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``draft``."""
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="add the drafts to this file (default: print them)"
    )
    parser.add_argument(
        "--id", type=int, nargs="+", default=[], metavar="N", help="only these rows (default: all)"
    )


def main(options: argparse.Namespace) -> int:
    """Exit status: 0 done, 2 there is no such row, or the feedback or the file cannot be used."""
    from dotenv import load_dotenv

    from assistant.feedback import FeedbackStore
    from index.errors import PolicyIndexError
    from index.settings import IndexSettings

    load_dotenv(Path(".env"))
    try:
        rows = FeedbackStore(IndexSettings.from_environment({**os.environ})).list(options.id)
        lacking = set(options.id) - {row.id for row in rows}
        if lacking:
            raise DraftError(f"There is no feedback {', '.join(map(str, sorted(lacking)))}.")
        drafts = [draft(row) for row in rows]
        if options.out is None:
            print(*map(_line, drafts), sep="\n", end="\n" if drafts else "")
            return 0
        written = add(options.out, drafts)
    except (DraftError, PolicyIndexError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.out}: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"{options.out}: {written} drafts added, {len(drafts) - written} were there.", file=sys.stderr)
    return 0


def draft(row: Feedback) -> dict[str, Any]:
    """The case that a row may become, in the contract's keys, then what helps to finish it."""
    answer = row.answer
    answerable = _answerable(row)
    spans = [*answer.get("citations", ()), *answer.get("passages", ())]
    policies = [name for name, _ in Counter(span["policy"] for span in spans).most_common()] or list(
        row.policies
    )
    facts = _facts(row.corrected or "") if answerable else []
    evidence = _evidence(row) if answerable else []
    case: dict[str, Any] = {
        "id": f"feedback-{row.id}",
        "category": _category(row, answerable),
        "policy": policies[0] if policies else "",
        "question": row.question,
        "history": [{key: turn.get(key, "") for key in ("role", "content")} for turn in row.history],
        "answerable": answerable,
        "key_facts": [[fact] for fact in facts],
        "forbidden": [],
        "evidence": evidence,
        "expect_count": answer.get("count") if answerable and row.thumb == "up" else None,
    }
    return case | {
        "draft": True,
        "todo": _todo(row, case, policies),
        "feedback": {
            "id": row.id,
            "created": row.created,
            "thumb": row.thumb,
            "reason": row.reason,
            "corrected": row.corrected,
            "generation": row.generation,
        },
        "said": {key: answer.get(key) for key in ("status", "route", "text", "table", "count")},
        "retrieved": [
            {key: passage.get(key) for key in ("policy", "section", "start", "end", "text")}
            for passage in answer.get("passages", ())
        ],
    }


def _answerable(row: Feedback) -> bool:
    """What the reader says of it; where nothing is said of it, what the assistant did."""
    if row.reason is not None:
        return row.reason != "should_have_refused"
    return bool(row.corrected) or row.answer.get("status") != "refused"


def _category(row: Feedback, answerable: bool) -> str:
    """A guess from the way that the answer took."""
    answer = row.answer
    if not answerable:
        return "unanswerable"
    if row.history:
        return "multi-turn"
    if answer.get("language") == "en":
        return "cross-lingual"
    if answer.get("count") is not None or answer.get("table"):
        return "aggregate"
    if answer.get("route") == "ledger":
        if _ROLE.search(answer.get("text", "")):
            return "responsibility"
        return "metadata" if _HEADER.search(row.question) else "numeric"
    return "colloquial" if answer.get("status") == "refused" else "explanation"


def _facts(corrected: str) -> list[str]:
    """The pieces of a corrected answer that its punctuation sets apart."""
    pieces = (piece.strip() for piece in _PIECES.split(_MARK.sub("", corrected)))
    return list(dict.fromkeys(piece for piece in pieces if piece))


def _evidence(row: Feedback) -> list[str]:
    """Quotes of the citations; the nearest passages where there are none, or where they are the wrong ones."""
    quotes = (
        [] if row.reason == "wrong_source" else [item["quote"] for item in row.answer.get("citations", ())]
    )
    passages = [passage["text"] for passage in row.answer.get("passages", ())[:NEAREST]]
    return list(dict.fromkeys(quotes or passages))


def _todo(row: Feedback, case: Mapping[str, Any], policies: Sequence[str]) -> list[str]:
    """What a person has to settle before the draft is a case."""
    steps = ["Take out of question and history what is personal.", "Check the category: it is guessed."]
    if row.reason is None:
        steps.append("Check whether the policies answer: the reader gave no reason.")
    if len(policies) != 1:
        steps.append(f"Name the policy: {', '.join(policies) or 'no span says which'}.")
    if case["answerable"]:
        steps.append(
            "Shorten the key facts, the reader's words, to what must stand in an answer, and add variants."
            if case["key_facts"]
            else "Write the key facts."
        )
        steps.append(
            "Keep of the evidence, verbatim, what proves the key facts."
            if case["evidence"]
            else "Copy the evidence out of the policy, verbatim."
        )
    return [*steps, "Remove draft, todo, said and retrieved."]


def add(path: Path, drafts: Iterable[Mapping[str, Any]]) -> int:
    """Add the drafts whose feedback is not in the file yet, all or none; returns how many. Raises DraftError."""
    try:
        text = path.read_text("utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise DraftError(f"{path} is not UTF-8; nothing was written.") from error
    if text and not text.endswith("\n"):
        text += "\n"
    there = set(_ids(path, text))
    fresh = [case for case in drafts if case["feedback"]["id"] not in there and case["id"] not in there]
    if fresh:
        write_whole(path, text + "".join(f"{_line(case)}\n" for case in fresh))
    return len(fresh)


def _ids(path: Path, text: str) -> Iterable[str | int]:
    """Ids of the cases of a file, and of the feedback that they were made from."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                yield row["id"]
                if "feedback" in row:
                    yield row["feedback"]["id"]
            except (ValueError, KeyError, TypeError) as error:
                raise DraftError(f"{path}, line {number} is no case; nothing was written.") from error


def _line(case: Mapping[str, Any]) -> str:
    return json.dumps(case, ensure_ascii=False)
