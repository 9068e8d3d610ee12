"""An answer while it is written: phrases, citation numbers, table rows, computed numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.answer import Citation, Notice, Passage, Route, Status, Table
from assistant.corpus import Corpus
from assistant.terms import Language
from assistant.within import section_at
from index.organisations import english_name
from prompts import phrase

_MARK = re.compile(r"\[(\d+)\]")


@dataclass(slots=True)
class Draft:
    """Collects an answer; ``cite`` numbers the spans in order of use."""

    corpus: Corpus
    language: Language
    route: Route = "ledger"
    status: Status = "answered"
    pieces: list[str] = field(default_factory=list)
    spans: dict[tuple[str, int, int], int] = field(default_factory=dict)
    scores: dict[tuple[str, int, int], float] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    of_source: bool = False  # the columns are named as a table of the source names them
    rows: list[tuple[tuple[str, ...], tuple[int, ...]]] = field(default_factory=list)
    count: int | None = None
    notices: list[Notice] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)  # organisations named only to say that they have no part
    evidence: tuple[Passage, ...] = ()  # of an extractive answer: the passages that answer, best first
    computed: set[str] = field(default_factory=set)  # numbers that follow from shown operands

    def say(self, name: str, /, **values: object) -> None:
        """Add a sentence."""
        self.pieces.append(phrase(self.language, name, **values))

    def quote(self, text: str, cite: str, head: str = "") -> None:
        """Add words of the source, behind the name of their document; an English answer, and one in a model's words, says once that they are."""
        intro = phrase(self.language, "intro_quotes")
        if self.route == "model":
            intro = f"\n{intro}"
        if (self.language == "en" or self.route == "model") and intro not in self.pieces:
            self.pieces.append(intro)
        self.say("quote", text=head + without_own_marks(text), cite=cite)

    def quote_slice(self, policy: str, start: int, end: int, cite: str = "") -> str:
        """Add a slice of a policy as one line, with its own citation where ``cite`` is none; returns the line."""
        text = re.sub(r"\s+", " ", self.corpus.policies[policy].source[start:end]).strip()
        self.quote(text=text, cite=cite or self.cite(policy, start, end))
        return text

    def number(self, policy: str, start: int, end: int, score: float = 1.0) -> int:
        """The citation number of a slice of a policy, outer blanks trimmed."""
        source = self.corpus.policies[policy].source
        while start < end and source[start].isspace():
            start += 1
        while end > start and source[end - 1].isspace():
            end -= 1
        key = (policy, start, end)
        self.scores[key] = max(self.scores.get(key, 0.0), score)
        return self.spans.setdefault(key, len(self.spans) + 1)

    def cite(self, policy: str, start: int, end: int, score: float = 1.0) -> str:
        """The mark ``[n]`` for a slice of a policy."""
        return f"[{self.number(policy, start, end, score)}]"

    def row(self, cells: Sequence[str], citations: Iterable[int]) -> None:
        """Add a row to the table."""
        self.rows.append((tuple(cells), tuple(dict.fromkeys(citations))))

    def head(self, *names: str) -> None:
        """Name the table's columns: the ends of ``column_…`` phrases."""
        self.columns, self.of_source = names, False

    def head_of_source(self, names: Iterable[str]) -> None:
        """Name the table's columns as the source names them."""
        self.columns, self.of_source = tuple(names), True

    def note(self, code: str, name: str, /, **values: object) -> None:
        """Add a notice once."""
        notice = Notice(code, phrase(self.language, name, **values))
        if notice not in self.notices:
            self.notices.append(notice)

    def compute(self, value: float | int) -> str:
        """A computed number as it is shown, remembered for the certificate."""
        text = plain_number(value)
        self.computed.add(text)
        return text

    def organisations(self, names: Iterable[str]) -> str:
        """Names in a row; in English with their usual English names."""
        comma = phrase(self.language, "list_comma")
        return comma.join(self.organisation(name) for name in dict.fromkeys(names))

    def organisation(self, name: str) -> str:
        """A name as the policy writes it; in English with its usual English name."""
        english = english_name(name) if self.language == "en" else ""
        return f"{name} ({english})" if english else name

    def append(self, other: Draft, head: str = "") -> None:
        """Add the answer to another question behind this one; its citations are numbered on.

        ``head`` is set before it, and then nothing of it is left out because it was said before: of another document.
        """
        marks = {number: self.number(*key, other.scores[key]) for key, number in other.spans.items()}
        said = [_MARK.sub(lambda m: f"[{marks.get(int(m[1]), m[1])}]", piece) for piece in other.pieces]
        if head:
            self.pieces += [head + piece if number == 0 else piece for number, piece in enumerate(said)]
            said = []
        plain = [_MARK.sub("", piece) for piece in said]
        self.pieces = [p for p in self.pieces if not _inside(_MARK.sub("", p), plain)]
        before = [_MARK.sub("", p) for p in self.pieces]
        new = zip(said, plain, strict=True)
        self.pieces += [p for p, own in new if own not in before and not _inside(own, before)]
        rows = [(cells, tuple(marks[number] for number in row)) for cells, row in other.rows]
        if len(self.rows) < 2 and not head:
            self.columns, self.of_source, self.rows = other.columns, other.of_source, rows
        elif self.columns == other.columns or not self.rows:
            self.columns, self.of_source = other.columns, other.of_source
            self.rows += rows if head else [row for row in rows if row not in self.rows]
        self.count = other.count if self.count is None else self.count
        self.notices += [notice for notice in other.notices if notice not in self.notices]
        self.denied |= other.denied
        self.computed |= other.computed
        if other.route != "ledger":
            self.route = other.route
        if other.status == "partial":
            self.status = "partial"

    def settle(self) -> None:
        """Drop citations that nothing shown refers to (of a table with one row) and number the others anew."""
        shown = [int(mark) for piece in self.pieces for mark in _MARK.findall(piece)]
        if len(self.rows) > 1:
            shown += [number for _, marks in self.rows for number in marks]
        kept = [
            key for key, number in sorted(self.spans.items(), key=lambda item: item[1]) if number in shown
        ]
        new = {self.spans[key]: number for number, key in enumerate(kept, start=1)}
        self.spans = {key: new[self.spans[key]] for key in kept}
        self.pieces = [_MARK.sub(lambda m: f"[{new.get(int(m[1]), m[1])}]", piece) for piece in self.pieces]
        self.rows = [(cells, tuple(new[n] for n in marks if n in new)) for cells, marks in self.rows]

    def tokens(self) -> tuple[str, ...]:
        """The sentences written so far, each but the first with the blank that English puts before it."""
        blank = " " if self.language == "en" else ""
        return tuple(piece if number == 0 else blank + piece for number, piece in enumerate(self.pieces))

    def text(self) -> str:
        """The sentences written so far, as one text."""
        return "".join(self.tokens())

    def citations(self) -> tuple[Citation, ...]:
        """Citations by number."""
        return tuple(
            self._citation(number, key)
            for key, number in sorted(self.spans.items(), key=lambda item: item[1])
        )

    def _citation(self, number: int, key: tuple[str, int, int]) -> Citation:
        policy = self.corpus.policies[key[0]]
        section = section_at(policy, key[1]) or policy.sections[0]
        document = self.corpus.field(policy, "document_number")
        return Citation(
            number=number,
            policy=policy.id,
            title=policy.title,
            document_number=document.value if document else "",
            section=section.path,
            start=key[1],
            end=key[2],
            quote=policy.source[key[1] : key[2]],
            score=round(self.scores[key], 4),
            page=policy.page_at(key[1]),
        )

    def table(self) -> Table | None:
        """The table, where there is more than one row; rows of several documents say of which they are."""
        if len(self.rows) < 2:
            return None
        columns = self.columns
        if not self.of_source:
            columns = tuple(phrase(self.language, f"column_{name}") for name in columns)
        rows, marks = (tuple(column) for column in zip(*self.rows, strict=True))
        if names := self._documents():
            columns = (phrase(self.language, "column_policy"), *columns)
            rows = tuple((name, *cells) for name, cells in zip(names, rows, strict=True))
        return Table(columns, rows, marks)

    def _documents(self) -> list[str]:
        """The document of each row, where each row is of one and not all are of the same; [] where that needs no saying."""
        policies = {number: policy for (policy, _, _), number in self.spans.items()}
        of_rows = [{policies[number] for number in marks} for _, marks in self.rows]
        if (
            "policy" in self.columns
            or any(len(own) != 1 for own in of_rows)
            or len(set().union(*of_rows)) < 2
        ):
            return []
        return [self.corpus.names[policy] for own in of_rows for policy in own]


def _inside(text: str, others: Iterable[str]) -> bool:
    """Whether a sentence is a part of another one."""
    return any(text != other and text in other for other in others)


def without_own_marks(text: str) -> str:
    """Words of a source whose own ``[1]`` is not taken for a citation of the answer, without Markdown's ``#`` and ``**``."""
    plain = re.sub(r"^#{1,6}\s+", "", text, flags=re.M).replace("**", "")
    return re.sub(r"\[(\d{1,3})\]", "［\\1］", plain)


def plain_number(value: float | int) -> str:
    """350.0 as 350, 1.5 as 1.5."""
    rounded = round(float(value), 4)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:.4f}".rstrip("0").rstrip(".")
