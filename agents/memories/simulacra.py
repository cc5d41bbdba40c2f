"""The memory stream of Generative Agents (Park et al., 2023, arXiv 2304.03442, section 4.1), without reflections."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from agents.memories.history import in_order
from agents.memories.protocol import AgentMemory, Cue, Moment
from agents.memories.rag import similarity
from agents.prompts import ImportanceReply, importance
from graphmem import Learned
from graphmem.protocols import LLM, Embedder
from graphmem.records import Vector

DECAY = 0.995
"""Recency: what is left of it after each step since a memory was last told. The paper has it per hour of the game."""

_WORD = re.compile(r"[a-z]+|\d+")

Importance = Callable[[Moment], float]
"""How much an observation matters: 1 (mundane) to 10 (of weight)."""


class Simulacra(AgentMemory):
    """Ranks observations by recency + importance + relevance, each scaled to between 0 and 1."""

    def __init__(self, embedder: Embedder, importance: Importance) -> None:
        self._embedder = embedder
        self._importance = importance
        self._moments: list[Moment] = []
        self._vectors: list[Vector] = []
        self._weights: list[float] = []
        self._touched: list[int] = []

    def take_in(self, moment: Moment) -> Learned | None:
        self._moments.append(moment)
        self._vectors.append(self._embedder.embed([moment.text])[0])
        self._weights.append(self._importance(moment))
        self._touched.append(len(self._moments))
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        past = len(self._moments) - 1
        if past < 1:
            return ""
        recency = DECAY ** (len(self._moments) - np.array(self._touched[:past], np.float32))
        relevance = similarity(np.stack(self._vectors[:past]), self._embedder, cue)
        weights = np.array(self._weights[:past], np.float32)
        order = np.argsort(-(_scaled(recency) + _scaled(weights) + _scaled(relevance)), kind="stable")
        text = in_order((self._moments[index] for index in order), budget)
        for index in order[: text.count("\n[step ")]:
            self._touched[index] = len(self._moments)
        return text


def _scaled(values: Vector) -> Vector:
    """Between 0 and 1; all alike are all 0."""
    spread = float(values.max() - values.min())
    return (values - values.min()) / spread if spread else np.zeros_like(values)


class Judged:
    """Importance as a model judges it: one call for each observation."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    def __call__(self, moment: Moment) -> float:
        return float(self._llm.reply(importance(moment.text), ImportanceReply, purpose="importance").rating)


class Novelty:
    """Importance without a model: how much of an observation was never read before, or 10 when it brought points."""

    def __init__(self) -> None:
        self._read: set[str] = set()
        self._score = 0.0

    def __call__(self, moment: Moment) -> float:
        words = set(_WORD.findall(moment.text.casefold()))
        new = len(words - self._read) / max(len(words), 1)
        self._read |= words
        gained, self._score = moment.score > self._score, moment.score
        return 10.0 if gained else 1 + 9 * new
