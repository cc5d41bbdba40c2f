"""Any `AgentMemory` in the place of the loop's `Memory`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from agents.memories.protocol import AgentMemory, Cue, Moment
from graphmem import Episode, Fact, Learned, Recollection, Stats

_COMMAND = re.compile(r"^> .*\n?")


class ForTheLoop:
    """What `Ariadne` asks of a memory, answered by `memory`; its budget is the one of each recall.

    It keeps count of the steps, and the last observation, of which every reader has it before it. It brings nothing
    back from an earlier run.
    """

    def __init__(self, memory: AgentMemory) -> None:
        self.memory = memory
        self._step = 0
        self._facts = 0
        self._place: str | None = None
        self._observation = ""

    def remember(
        self,
        text: str,
        *,
        metadata: Mapping[str, Any] | None = None,
        triples: Iterable[Any] | None = None,
        outdated: Iterable[Fact] = (),
    ) -> Learned:
        given = metadata or {}
        moment = Moment(self._step, text, self._place, given.get("score", 0.0), bool(given.get("start")))
        learned = self.memory.take_in(moment)
        self._step += 1
        self._place = given.get("place")
        self._observation = _COMMAND.sub("", text, count=1)
        self._facts += len(learned.asserted) if learned else 0
        return learned or Learned(Episode(str(moment.step), text, moment.step, metadata=given, pending=False))

    def recall(
        self,
        query: str | Iterable[str] | Mapping[str, int],
        *,
        plan: str | None = None,
        width: int = 6,
        budget: int = 1000,
        without: Iterable[str] = (),
    ) -> Recollection:
        names = query if isinstance(query, Mapping) else {}
        text = self.memory.recall(Cue(self._observation, self._place, plan or "", names), budget)
        return Recollection((), (), text)

    def facts(self, *, relations: Iterable[str] | None = None, retired: bool = False) -> list[Fact]:
        """The map, for `go to`: only that is asked for."""
        return self.memory.map_facts()

    def episodes(self) -> list[Episode]:
        return []

    def extract_pending(self) -> list[Learned]:
        return []

    def stats(self) -> Stats:
        return Stats(self._step, 0, 0, self._facts, self._facts, self._step - 1)
