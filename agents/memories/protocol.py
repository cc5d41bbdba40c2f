"""The seam between the loop and what an agent remembers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from graphmem import Learned, Recollection, Stats


@dataclass(frozen=True, slots=True)
class Moment:
    """One step, as a memory takes it in.

    `text` is the observation, after the command that led to it ("> go east"); `place` is where that command was sent,
    `reached` where the agent then stands, `score` the points after it. `first` says that a game begins with it.
    """

    step: int
    text: str
    place: str | None = None
    score: float = 0.0
    first: bool = False
    reached: str | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """What the agent has before it when it asks its memory.

    The `observation` (taken in last, so that it need not be told again), the `place` where it stands, its `plan` as
    text, and the `names` of what these are about, each with the depth to which a graph is to be searched.
    """

    observation: str
    place: str | None = None
    plan: str = ""
    names: Mapping[str, int] = field(default_factory=dict)


class AgentMemory(Protocol):
    """Takes in every step, and gives back what bears on the next.

    Subclass it and write `take_in` and `recall`; the rest is for a memory that outlives a run.
    """

    def take_in(self, moment: Moment) -> Learned | None:
        """Remember a step. Gives the facts learned, if this memory reads any. Raises `LLMError` where a model fails."""

    def recall(self, cue: Cue, budget: int) -> Recollection | str:
        """What bears on `cue`, in at most `budget` tokens (as `count_tokens` counts them); "" when nothing does.

        A memory that holds facts gives a `Recollection`, whose facts are those that its text tells: they make the map,
        and a player that reads facts need not read the text.
        """

    def begin(self, world: str) -> None:
        """A game of this world begins anew: what earlier games left is to be set right."""
        return

    def last_run(self, world: str) -> list[str]:
        """The texts that the last run of this world took in, to go on with it; none where they are not kept."""
        return []

    def lessons(self) -> list[str]:
        """What was learned from earlier attempts, the oldest first."""
        return []

    def keep_lesson(self, lesson: str) -> None:
        """Keep what an attempt that failed taught, where lessons are kept."""
        return

    def stats(self) -> Stats | None:
        """The size of the memory; None where nobody counts."""
        return None

    def close(self) -> None:
        """Let go of files and connections; most hold none."""
        return
