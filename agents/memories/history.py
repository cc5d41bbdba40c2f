"""Full history: every observation, the newest kept when the budget is full."""

from __future__ import annotations

from agents.memories.observations import told
from agents.memories.protocol import AgentMemory, Cue, Moment
from graphmem import Learned


class FullHistory(AgentMemory):
    """Tells what was seen, the newest first to find room."""

    def __init__(self) -> None:
        self._moments: list[Moment] = []

    def take_in(self, moment: Moment) -> Learned | None:
        self._moments.append(moment)
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        return told(reversed(self._moments[:-1]), budget)
