"""Retrieval over observations: those most similar to what is before the agent and to its plan."""

from __future__ import annotations

import numpy as np

from agents.memories.history import in_order
from agents.memories.protocol import AgentMemory, Cue, Moment
from graphmem import Learned
from graphmem.protocols import Embedder
from graphmem.records import Vector


class Rag(AgentMemory):
    """Ranks observations by the mean of their cosines to the observation and to the plan."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._moments: list[Moment] = []
        self._vectors: list[Vector] = []

    def take_in(self, moment: Moment) -> Learned | None:
        self._moments.append(moment)
        self._vectors.append(self._embedder.embed([moment.text])[0])
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        if len(self._moments) < 2:
            return ""
        scores = similarity(np.stack(self._vectors[:-1]), self._embedder, cue)
        return in_order((self._moments[index] for index in np.argsort(-scores, kind="stable")), budget)


def similarity(vectors: Vector, embedder: Embedder, cue: Cue) -> Vector:
    """Of each row of `vectors`, the mean cosine to the observation and to the plan; shape (len(vectors),)."""
    asked = embedder.embed([text for text in (cue.observation, cue.plan) if text.strip()] or ["?"])
    mean: Vector = (vectors @ asked.T).mean(axis=1)
    return mean
