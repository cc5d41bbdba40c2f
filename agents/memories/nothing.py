"""No memory at all: what every other one is measured against."""

from __future__ import annotations

from agents.memories.protocol import AgentMemory, Cue, Moment
from graphmem import Learned


class Nothing(AgentMemory):
    """Takes in nothing and recalls nothing."""

    def take_in(self, moment: Moment) -> Learned | None:
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        return ""
