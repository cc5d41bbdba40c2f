"""The seam between the loop and what an agent remembers with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphmem import Episode, Fact, Learned, Recollection, Triple


@dataclass(frozen=True, slots=True)
class Moment:
    """One step, as a memory takes it in.

    `text` is the observation, after the command that led to it ("> go east"); `place` is where that command was sent,
    `score` the points after it. `first` says that a game begins with it.
    """

    step: int
    text: str
    place: str | None = None
    score: float = 0.0
    first: bool = False


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
    """Takes in every step, and gives back text for the next prompt.

    Subclass it, or write `take_in` and `recall`.
    """

    def take_in(self, moment: Moment) -> Learned | None:
        """Remember a step. Gives the facts learned, if this memory reads any. Raises `LLMError` where a model fails."""

    def recall(self, cue: Cue, budget: int) -> str:
        """What bears on `cue`, in at most `budget` tokens (as `count_tokens` counts them); "" when nothing does."""

    def map_facts(self) -> list[Fact]:
        """The map of places and exits, for an agent that can `go to` a place; none where no map is drawn."""
        return []

    def close(self) -> None:
        """Let go of files and connections; most hold none."""
        return


class LoopMemory(Protocol):
    """What `Ariadne` asks of its memory: a part of `graphmem.Memory`, and what the adapter makes of any other."""

    def remember(
        self,
        text: str,
        *,
        metadata: Mapping[str, Any] | None = None,
        triples: Iterable[Triple | tuple[str, str, str]] | None = None,
        outdated: Iterable[Fact] = (),
    ) -> Learned: ...

    def recall(
        self,
        query: str | Iterable[str] | Mapping[str, int],
        *,
        plan: str | None = None,
        width: int = 6,
        budget: int = 1000,
        without: Iterable[str] = (),
    ) -> Recollection: ...

    def facts(self, *, relations: Iterable[str] | None = None, retired: bool = False) -> list[Fact]: ...

    def episodes(self) -> list[Episode]: ...

    def extract_pending(self) -> list[Learned]: ...
