"""Tables that share out tasks: a row is a task, the heads of columns say who leads and who supports it.

A cell that merging left empty means what stands above it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from index.clauses import Clause, names_in, read_clause
from index.grids import Cell, Grid, Row, grids
from index.organisations import is_role, looks_like_name
from index.policy import Policy, Role, Section
from index.text import fold_with_origin, squeeze
from index.wording import YEAR

NAME = 60  # characters of a cell that name a task; of a longer one its first phrase does
MOSTLY = 0.5  # of a column's cells that have to be names of bodies
_BREAK = re.compile(r"<br\s*/?>|;")
_NUMBERED = re.compile(r"^(?:\(?[\d一二三四五六七八九十]{1,3}[).、．]\s*(?!\d))+|[*]+")
_SAID = re.compile(r"^(?P<word>[一-鿿]{2})(?:单位|部门)?\s*:|\((?P<behind>[一-鿿]{2})(?:单位|部门)?\)$")
_ROLES = (Role.LEAD, Role.SUPPORT, Role.IMPLEMENT, Role.RESPONSIBLE)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A row of such a table; offsets are of the source."""

    row: Row
    task: str
    parts: tuple[tuple[Role, int, int], ...]  # role and slice of each name
    start: int  # of the cells with the bodies
    end: int
    above: Row | None  # the row that the merged cells with the bodies stand in, where it is another
    deadline: Cell | None
    named: Cell  # the cell that names the task, which may stand above
    texts: tuple[Cell, ...]  # the others that say what is to be done
    label: str  # line over the table and its header, squeezed


@dataclass(frozen=True, slots=True)
class _Bearers:
    """A column that names bodies."""

    place: int
    role: Role
    first: Role  # of the first name of a cell


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the columns of a table hold; places are counted from 0."""

    bearers: tuple[_Bearers, ...]
    tasks: tuple[int, ...]  # the name of the task, and where the first is that of several, the closer one
    deadline: int  # -1 where there is none
    texts: tuple[int, ...]


@cache
def _words() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(Path(__file__).with_name("task_tables.toml").read_text("utf-8"))
    return {name: re.compile(pattern) for name, pattern in data.items()}


def task_rows(policy: Policy, section: Section) -> list[TaskRow]:
    """The tasks of a section's tables that have somebody to bear them, in reading order."""
    return [
        row
        for grid in grids(policy.source, section.start, section.end)
        for row in rows_of(policy.source, grid)
        if row.parts
    ]


def shares_out(source: str, grid: Grid) -> bool:
    """Whether a table has a column of those who bear what its rows name."""
    return bool(_layout(source, grid).bearers)


def rows_of(source: str, grid: Grid) -> Iterator[TaskRow]:
    """The rows of any table with what each is about; ``parts`` is empty where no column names bodies."""
    layout = _layout(source, grid)
    label = squeeze(source[grid.caption : grid.header.start]) or squeeze(grid.header.cells[0].text)
    upper: dict[int, tuple[Cell, Row]] = {}  # by column, the last cell that was filled and its row
    for row in grid.rows:
        if len(row.cells) < len(grid.header.cells) or sum(bool(cell.text) for cell in row.cells) < 2:
            continue
        bodies = [bearer.place for bearer in layout.bearers]
        merged = all(_is_above(row.cells[place]) for place in bodies)
        cells = {place: (cell, row) for place, cell in enumerate(row.cells)}
        for place in (*layout.tasks, layout.deadline, *(bodies if merged else ())):
            if place >= 0 and _is_above(row.cells[place]):
                cells[place] = upper.get(place, cells[place])
        upper |= {place: cells[place] for place in cells if not _is_above(cells[place][0])}
        parts = tuple(
            part for bearer in layout.bearers for part in _parts(source, cells[bearer.place][0], bearer)
        )
        filled = [cells[place][0] for place in bodies if cells[place][0].text] or [row.cells[0]]
        holder = next((cells[place][1] for place in bodies if cells[place][1] is not row), None)
        yield TaskRow(
            row=row,
            task=_task(source, [cells[place][0] for place in layout.tasks]),
            parts=parts,
            start=min(cell.start for cell in filled),
            end=max(cell.end for cell in filled),
            above=holder,
            deadline=cells[layout.deadline][0] if layout.deadline >= 0 else None,
            named=cells[layout.tasks[-1]][0],
            texts=tuple(row.cells[place] for place in layout.texts if row.cells[place].text),
            label=label,
        )


def cells_of(source: str, grid: Grid) -> Iterator[tuple[Cell, str, int | None]]:
    """The cells that say what is to be done, each with the task that it is of ("" of the task's own name) and its year."""
    for row in rows_of(source, grid):
        years = list(YEAR.finditer(row.deadline.text)) if row.deadline else []
        due = int(years[-1]["b"] or years[-1]["a"]) if years else None
        for cell in sorted((row.named, *row.texts), key=lambda cell: cell.start):
            if cell.text and row.row.start <= cell.start:
                yield cell, "" if cell is row.named else row.task, due


def deadline_at(policy: Policy, section: int, at: int) -> tuple[str, int, int] | None:
    """Until when the task of the row at an offset has to be done, with the head of its column, and the row that says so.

    None where the offset, of the section with this number, lies in no such row.
    """
    own = policy.sections[section]
    deadlines = _deadlines(policy.source, own.start, own.end)
    return next((said for start, end, said in deadlines if start <= at < end), None)


@lru_cache(maxsize=64)
def _deadlines(source: str, start: int, end: int) -> tuple[tuple[int, int, tuple[str, int, int]], ...]:
    """(start, end) of the rows of a slice's tables that have a time limit, each with what ``deadline_at`` says of it.

    A list of tasks asks for that of every row: the tables are read once for all of them.
    """
    found = []
    for grid in grids(source, start, end):
        place = _layout(source, grid).deadline
        for row in rows_of(source, grid):
            if row.deadline and row.deadline.text:
                cell, head = row.deadline, grid.header.cells[place]
                inside = next(r for r in grid.rows if r.start <= cell.start <= r.end)
                said = "：".join(source[item.start : item.end] for item in (head, cell))
                found.append((row.row.start, row.row.end, (said, inside.start, inside.end)))
    return tuple(found)


def _is_above(cell: Cell) -> bool:
    return not cell.text or bool(_words()["above"].fullmatch(cell.text))


def _layout(source: str, grid: Grid) -> _Layout:
    words = _words()
    heads = [squeeze(cell.text) for cell in grid.header.cells]
    bearers = tuple(b for place, head in enumerate(heads) if (b := _bearers(grid, place, head)))
    taken = {bearer.place for bearer in bearers}
    serial = {place for place, head in enumerate(heads) if words["serial"].fullmatch(head)}
    due = next((p for p, head in enumerate(heads) if p not in taken and words["deadline"].search(head)), -1)
    rest = [place for place in range(len(heads)) if place not in taken | serial | {due}]
    named = [place for place in rest if words["task"].search(heads[place])]
    first = (named or rest or [0])[0]
    closer = [place for place in named if place > first][:1] if _is_shared(grid, first) else []
    tasks = (first, *closer)
    return _Layout(bearers, tasks, due, tuple(place for place in rest if place not in tasks))


def _is_shared(grid: Grid, place: int) -> bool:
    """Whether a column says the same of several rows, in merged cells or again and again."""
    texts = [row.cells[place].text for row in grid.rows if place < len(row.cells)]
    return len(set(filter(None, texts))) < len(texts)


def _bearers(grid: Grid, place: int, head: str) -> _Bearers | None:
    """The role that a column gives to the bodies in it; None where it names none."""
    words = _words()
    plain = re.sub(r"\([^()]*\)", "", head)
    if not re.search(rf"{words['body'].pattern}$", plain) and not words["share"].fullmatch(plain):
        return None
    found = [role for role in _ROLES if words[role.value].search(plain)]
    role = found[0] if found else Role.RESPONSIBLE if words["share"].fullmatch(plain) else None
    cells = [row.cells[place].text for row in grid.rows if place < len(row.cells)]
    cells = [text for text in cells if not words["nobody"].fullmatch(text)]
    names = [text for text in cells if any(map(looks_like_name, re.split(r"[、,;]|<br\s*/?>|\s", text)))]
    if role is None or not cells or len(names) < MOSTLY * len(cells):
        return None
    if role is Role.LEAD and Role.SUPPORT in found:
        return _Bearers(place, Role.SUPPORT, Role.LEAD)
    return _Bearers(place, role, Role.LEAD if words["first"].search(head) else role)


def _parts(source: str, cell: Cell, bearers: _Bearers) -> Iterator[tuple[Role, int, int]]:
    """Who is named in a cell: by the verbs in it (市X局牵头), else by its column."""
    if _words()["nobody"].fullmatch(cell.text):
        return
    folded = fold_with_origin(source[cell.start : cell.end])
    text = folded.text
    said = Clause(0, len(text), True)
    read_clause(text, 0, len(text), said, strict=False)
    found = said.parts or list(_listed(text, bearers))
    for role, start, end in found:
        if not is_role(text[start:end]):
            at, until = folded.span(start, end)
            yield role, cell.start + at, cell.start + until


def _listed(text: str, bearers: _Bearers) -> Iterator[tuple[Role, int, int]]:
    """The names of a cell without a verb; 牵头：X and X（牵头） say the role of a single one."""
    role = bearers.first
    for left, right in _split(text):
        match = _SAID.search(text, left, right)
        word = (match["word"] or match["behind"]) if match else ""
        own = next((r for r in _ROLES if word and _words()[r.value].fullmatch(word)), None)
        if match and own:
            left, right = (match.end(), right) if match["word"] else (left, match.start())
            bearers = _Bearers(bearers.place, own, own) if match["word"] else bearers
        for start, end in names_in(text, left, right):
            yield own or role, start, end
            role = bearers.role


def _split(text: str) -> Iterator[tuple[int, int]]:
    """Slices between line breaks and commas; between blanks where names of bodies stand on both sides."""
    marks = [match.span() for match in re.finditer(rf"{_BREAK.pattern}|[、,\n]", text)]
    marks = [span for span in marks if text[: span[0]].count("(") <= text[: span[0]].count(")")]
    for left, right in _between(text, marks, 0, len(text)):
        blanks = [(left + m.start(), left + m.end()) for m in re.finditer(r"\s+", text[left:right])]
        pieces = list(_between(text, blanks, left, right))
        yield from pieces if all(looks_like_name(text[a:b]) for a, b in pieces) else [(left, right)]


def _between(text: str, marks: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The slices between marks without their outer blanks, empty ones left out."""
    for left, right in zip(
        [start, *(mark[1] for mark in marks)], [*(mark[0] for mark in marks), end], strict=True
    ):
        piece = text[left:right]
        if piece.strip():
            yield left + len(piece) - len(piece.lstrip()), left + len(piece.rstrip())


def _task(source: str, cells: Sequence[Cell]) -> str:
    """The name of a task: the cell that names it, behind that of the group where it stands in one."""
    names = []
    for cell in cells:
        text = re.sub(r"<br\s*/?>|\s+", "", source[cell.start : cell.end])
        text = _NUMBERED.sub("", text).rstrip("。；;")
        names.append(text if len(text) <= NAME else re.split("[，,；;。]", text)[0][:NAME])
    return "：".join(dict.fromkeys(filter(None, names)))
