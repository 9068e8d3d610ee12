"""The steps of a build, as whoever waits for it is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from index.errors import message


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it begins; ``str(step)`` is its sentence. One that has parts is told again for each of them."""

    name: str  # of its sentence, ``step_NAME``
    values: Mapping[str, str | int] = field(default_factory=dict)  # that stand in it
    done: int = 0  # parts that are finished
    total: int = 0  # parts in all, 0 where it has none

    def __str__(self) -> str:
        return message(f"step_{self.name}", **self.values)


Progress = Callable[[Step], None]
