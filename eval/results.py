"""What ``python -m eval run`` leaves in its folder, read back and checked: ``run.json``, ``cases.jsonl``.

Keys that are not named here are ignored, so that a folder of a later version can still be read;
what an answer may lack (the baselines have no certificate, an error no passages) has a default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

RUN, CASES = "run.json", "cases.jsonl"


class ResultError(Exception):
    """A folder that cannot be read as the result of a run; one line that names the file and the reason."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


_Model = TypeVar("_Model", bound=_Read)


class Turn(_Read):
    """One turn of the history before the question."""

    role: str
    content: str


class Citation(_Read):
    """A slice ``start:end`` of a policy's source that an answer points to."""

    number: int = 0
    policy: str = ""
    title: str = ""
    document_number: str | None = None
    section: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    quote: str


class Passage(_Read):
    """One retrieved passage."""

    policy: str = ""
    section: tuple[str, ...] = ()
    text: str
    score: float = 0.0


class Table(_Read):
    """The table of an answer; a cell is text or a number."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Certificate(_Read):
    """Whether all that the answer states stands in what it cites, and what does not."""

    passed: bool
    unsupported: tuple[str, ...] = ()


class Notice(_Read):
    """What the reader must be told beside the answer."""

    code: str = ""
    text: str


class Answer(_Read):
    """An answer as CONTRACT's JSON (schema 1); ``status`` is ``error`` where the assistant raised."""

    status: str
    text: str
    language: str = "zh"
    standalone_question: str = ""
    route: str | None = None
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    table: Table | None = None
    count: int | None = None
    certificate: Certificate | None = None
    notices: tuple[Notice, ...] = ()


class Record(_Read):
    """One line of ``cases.jsonl``: a case, what was answered, and its score."""

    id: str
    category: str
    policy: str = ""
    question: str
    history: tuple[Turn, ...] = ()
    answerable: bool
    key_facts: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...] = ()
    evidence: tuple[str, ...]
    expect_count: int | None = None
    passed: bool
    correct: bool
    failures: tuple[tuple[str, str], ...]  # kind and detail
    step: str | None  # where a failed case was lost
    facts: float | None = None  # share of the key facts that the answer states
    rank: int | None = None  # from 1: the first retrieved passage that holds a piece of evidence
    ranks: tuple[int | None, ...] = ()  # the same for each piece of evidence
    rank_beside: int | None = None  # the first passage beside the answer, where what it cites comes first
    citation_precision: float | None = None
    citation_recall: float | None = None
    list_precision: float | None = None
    list_recall: float | None = None
    shown: str
    answer: Answer
    wall_ms: float = 0.0

    @property
    def refused(self) -> bool:
        """Whether the answer is a refusal, rightly or wrongly."""
        return self.answer.status == "refused"

    def cites(self, evidence: str) -> bool:
        """Whether a piece of evidence lies inside one cited quote of the case's policy."""
        return any(
            evidence in citation.quote
            for citation in self.answer.citations
            if not self.policy or citation.policy == self.policy
        )


class Figure(_Read):
    """One figure of many cases with its 95 % interval; no value where no case counts towards it."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


class Latency(_Read):
    """Milliseconds of the answers of one route."""

    p50: float
    p95: float
    n: int


class Figures(BaseModel):
    """The figures by name in ``model_extra``, and beside them the latency of each route."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Figure] = Field(init=False)

    latency: dict[str, Latency] = {}
    categories: dict[str, Any] = {}

    @property
    def named(self) -> Mapping[str, Figure]:
        """Name -> figure, in the order of the file."""
        return self.__pydantic_extra__


class Info(_Read):
    """``run.json``: what was run and what came out."""

    system: str
    llm: str = "none"
    split: str = ""
    without: tuple[str, ...] = ()  # parts that were switched off
    embedding: str = ""
    started: str = ""
    seconds: float | None = None
    commit: str = ""
    policies: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # names of the files of cases
    figures: Figures = Figures()

    @field_validator("commit", "split", "embedding", "started", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return "" if value is None else value

    @property
    def name(self) -> str:
        """The system and what it ran without, as ``assistant without ledger, llm none``."""
        off = f" without {', '.join(self.without)}" if self.without else ""
        return f"{self.system}{off}, llm {self.llm}"


@dataclass(frozen=True, slots=True)
class Result:
    """One run; the records keep the order of the cases."""

    folder: Path
    info: Info
    records: tuple[Record, ...]


def read_info(folder: Path) -> Info:
    """What the run of a folder is of and its figures, without its cases; raises ResultError."""
    return _parsed(Info, _text(folder / RUN), str(folder / RUN))


def read_result(folder: Path) -> Result:
    """The run of a folder; raises ResultError for a missing file, a broken line or an id that comes twice."""
    info = read_info(folder)
    path = folder / CASES
    lines = enumerate(_text(path).split("\n"), start=1)  # splitlines would cut at U+2028 inside a string
    records = [_parsed(Record, line, f"{path}, line {number}") for number, line in lines if line.strip()]
    twice = _twice(record.id for record in records)
    if twice is not None:
        raise ResultError(f"{path}: two lines have the id {twice!r}")
    return Result(folder, info, tuple(records))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ResultError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ResultError(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from error


def _parsed(model: type[_Model], text: str, place: str) -> _Model:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ResultError(f"{place}: {where + ': ' if where else ''}{first['msg']}") from error


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
