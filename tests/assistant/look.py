"""Ways to look at an answer: what the reader sees, what is cited, what a fact check misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from eval.systems import indexed

PLAN = "hanzhong-2024-11"


def on_text(folder: Path, name: str, text: str) -> PolicyAssistant:
    """The assistant on one policy of this text, whose file has this name."""
    (folder / name).write_text(text, "utf-8")
    return indexed([folder / name], folder / "indexed")


def spoken(*questions: str) -> list[dict[str, str]]:
    """A history in which the reader asked these; the answers' words must not matter."""
    return [
        turn
        for question in questions
        for turn in ({"role": "user", "content": question}, {"role": "assistant", "content": "……"})
    ]


def shown(answer: Answer) -> str:
    """What the reader sees: the text and the cells of the table."""
    cells = [cell for row in answer.table.rows for cell in row] if answer.table else []
    return "\n".join([answer.text, *cells])


def quotes(answer: Answer) -> str:
    """All cited slices."""
    return "\n".join(citation.quote for citation in answer.citations)


def tasks(answer: Answer) -> list[str]:
    """First cell of each row of the table."""
    return [row[0] for row in answer.table.rows] if answer.table else []


def holds(text: str, *facts: str) -> list[str]:
    """The facts that a text lacks, blanks aside; [] where it has all."""
    plain = "".join(text.split())
    return [fact for fact in facts if "".join(fact.split()) not in plain]


def sound(answer: Answer, sources: Mapping[str, str]) -> list[str]:
    """What is wrong with the citations of any answer; [] where nothing is."""
    wrong = []
    numbers = [citation.number for citation in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        wrong.append(f"numbers {numbers}")
    for citation in answer.citations:
        if citation.quote != sources[citation.policy][citation.start : citation.end]:
            wrong.append(f"quote {citation.number} is not its slice")
    marks: Sequence[Any] = [
        number for row in (answer.table.citations if answer.table else ()) for number in row
    ]
    wrong += [f"table cites {number}" for number in marks if number not in numbers]
    return wrong
