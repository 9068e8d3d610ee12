"""A conversation as the reader's browser keeps it, read back as what it is there: text that anybody may have changed."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from assistant.answer import Answer, Certificate, Citation, Notice, Passage
from index.policy import Policy

LONGEST = 4_000_000  # characters of a conversation that are read
TURNS = 20  # messages of history from which a follow-up is understood
MOST = 100  # of its turns that are read, the last ones
_ID = re.compile(r"[0-9a-f]{32}")
_GENERATION = 64  # characters, as the store of the feedback takes them


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, and the generation of the index that gave it."""

    id: str
    generation: str
    answer: Answer

    def to_json(self) -> str:
        """What the browser keeps; its ``answer`` is the contract's object. Half a surrogate pair becomes ``?``."""
        data = {"id": self.id, "generation": self.generation, "answer": self.answer.to_json()}
        return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


_TURN = TypeAdapter(Turn)


def new_turn(answer: Answer, generation: str) -> Turn:
    """The turn of an answer just given, under an id of its own."""
    return Turn(uuid.uuid4().hex, generation, answer)


def read_turns(text: object) -> list[Turn]:
    """The turns in a conversation's JSON, without those that are damaged; [] where nothing can be read."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return []
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(items, list):
        return []
    return [turn for item in items[-MOST:] if (turn := _read(item))]


def _read(item: object) -> Turn | None:
    try:
        turn = _TURN.validate_python(item)
    except ValidationError:
        return None
    return turn if _is_sound(turn) else None


def _is_sound(turn: Turn) -> bool:
    """Whether an object of the right types is one that the page can show."""
    answer, table = turn.answer, turn.answer.table
    numbers = [citation.number for citation in answer.citations]
    scores = [
        *(citation.score for citation in answer.citations),
        *(passage.score for passage in answer.passages),
    ]
    return bool(
        _ID.fullmatch(turn.id)
        and len(turn.generation) <= _GENERATION
        and len(numbers) == len(set(numbers))
        and all(-1 <= score <= 2 for score in scores)
        and (
            table is None
            or (
                len(table.rows) == len(table.citations)
                and all(len(row) == len(table.columns) for row in table.rows)
            )
        )
    )


def as_it_stands(turn: Turn, policies: Mapping[str, Policy], changed: str) -> Turn:
    """The turn with those spans only that the policies still have; where one is gone, ``changed`` is told beside it."""
    answer = turn.answer
    citations = tuple(c for c in answer.citations if _stands(c, c.quote, policies))
    passages = tuple(p for p in answer.passages if _stands(p, p.text, policies))
    answer = replace(answer, passages=passages)
    if len(citations) < len(answer.citations):
        gone = dict.fromkeys(c.title for c in answer.citations if c not in citations)
        answer = replace(
            answer,
            citations=citations,
            certificate=Certificate(False, tuple(gone)),
            notices=(*answer.notices, Notice("changed", changed)),
        )
    return replace(turn, answer=answer)


def _stands(found: Citation | Passage, quoted: str, policies: Mapping[str, Policy]) -> bool:
    policy = policies.get(found.policy)
    return (
        policy is not None
        and 0 <= found.start < found.end <= len(policy.source)
        and policy.source[found.start : found.end] == quoted
    )


def history_of(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The last messages of these turns, from which a follow-up is understood."""
    return [
        {"role": role, "content": content}
        for turn in turns
        for role, content in (("user", turn.answer.question), ("assistant", turn.answer.text))
    ][-TURNS:]


def policies_of(turn: Turn, generation: str, policies: Iterable[Policy]) -> dict[str, str]:
    """Id and title of each policy of the index that answered; of an earlier index, of those that are cited."""
    if turn.generation == generation:
        return {policy.id: policy.title for policy in policies}
    return {citation.policy: citation.title for citation in turn.answer.citations}
