"""An evaluator's own corpus and questions: JSON lines, read with the number of every line that is wrong.

Corpus: ``{"id", "title", "text"}``; questions: ``{"id", "question", "passages": [{"id", "relevant"}]}``.
``title`` may be missing; ``relevant`` is true or false or a grade (as TREC has them: 0 and less is not relevant).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

HIGHEST_GRADE = 100  # trec_eval counts passages of every grade up to the highest
MOST_SHOWN = 20  # wrong lines that one error names


class PassagesError(Exception):
    """A file that cannot be used; ``str(error)`` is one sentence a line, each with file and line number."""


@dataclass(frozen=True, slots=True)
class CorpusPassage:
    """One text that may be found."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question with the grades of the passages that were judged for it."""

    id: str
    question: str
    grades: dict[str, int]  # passage id -> grade; above 0 is relevant

    @property
    def relevant(self) -> list[str]:
        """Ids of the passages that answer it."""
        return [passage for passage, grade in self.grades.items() if grade > 0]


_Row = TypeVar("_Row", CorpusPassage, Query)


def read_corpus(path: Path) -> list[CorpusPassage]:
    """The passages of a file, in order; raises PassagesError."""
    return _read(path, _passage)


def read_queries(path: Path, known: Collection[str]) -> list[Query]:
    """The questions of a file; raises PassagesError also where a relevant passage is not among ``known``."""

    def query(row: Mapping[str, Any]) -> Query:
        found = _query(row)
        lacking = [passage for passage in found.relevant if passage not in known]
        if lacking:
            raise ValueError(f"the corpus has no passage {', '.join(map(repr, lacking))}")
        return found

    return _read(path, query)


def _read(path: Path, parse: Callable[[Mapping[str, Any]], _Row]) -> list[_Row]:
    """What every line says, in order; raises PassagesError that names the first wrong lines."""
    rows: dict[str, _Row] = {}
    lines: dict[str, int] = {}
    wrong = []
    for number, line in _lines(path):
        try:
            data = json.loads(line.decode("utf-8"))
            if not isinstance(data, dict):
                raise ValueError("a JSON object is expected")
            row = parse(data)
            if row.id in rows:
                raise ValueError(f"the id {row.id!r} is that of line {lines[row.id]}")
        except UnicodeDecodeError:
            wrong.append(f"{path}, line {number}: it is not UTF-8.")
        except (json.JSONDecodeError, RecursionError) as error:
            wrong.append(
                f"{path}, line {number}: it is not JSON ({getattr(error, 'msg', 'nested too deep')})."
            )
        except ValueError as error:
            wrong.append(f"{path}, line {number}: {error}.")
        else:
            rows[row.id], lines[row.id] = row, number
    if len(wrong) > MOST_SHOWN:
        wrong[MOST_SHOWN:] = [f"{path}: {len(wrong) - MOST_SHOWN} more lines are wrong."]
    if not wrong and not rows:
        wrong = [f"{path}: it holds no line."]
    if wrong:
        raise PassagesError("\n".join(wrong))
    return list(rows.values())


def _passage(row: Mapping[str, Any]) -> CorpusPassage:
    title = row.get("title")
    return CorpusPassage(
        _id(row), "" if title is None else _text(row, "title", empty=True), _text(row, "text")
    )


def _query(row: Mapping[str, Any]) -> Query:
    judged = row.get("passages")
    if not isinstance(judged, list) or not all(isinstance(item, dict) for item in judged):
        raise ValueError('"passages" should be a list of {"id", "relevant"}')
    grades: dict[str, int] = {}
    for item in judged:
        passage, grade = _id(item), item.get("relevant")
        if not isinstance(grade, int) or abs(grade) > HIGHEST_GRADE:
            raise ValueError(
                f'"relevant" of passage {passage!r} should be true, false or a small whole number'
            )
        grade = max(0, int(grade))  # trec_eval knows no negative grades
        if grades.setdefault(passage, grade) != grade:
            raise ValueError(f"passage {passage!r} is judged twice, differently")
    return Query(_id(row), _text(row, "question"), grades)


def _id(row: Mapping[str, Any]) -> str:
    """The id as text: public sets have numbers too."""
    value = row.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(row, "id")


def _text(row: Mapping[str, Any], key: str, *, empty: bool = False) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not (empty or value.strip()):
        raise ValueError(f'"{key}" should be a text' + ("" if empty else " that is not empty"))
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f'"{key}" holds half a surrogate pair')
    return value


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number from 1, bytes) of the lines that are not blank; only a line feed ends a line, as in JSON lines."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if line.strip():
                    yield number, line
    except OSError as error:
        raise PassagesError(f"{path}: {error.strerror}.") from error
