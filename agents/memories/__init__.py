"""What an agent can remember with, behind one small interface: take in a step, give back what bears on the next.

    protocol.py    AgentMemory, and what it is given: Moment, Cue
    graph.py       the graph (graphmem), whole or without episodes or map
    history.py     every observation, the newest kept; no memory
    summary.py     a running summary: by a model, or extractive
    rag.py         the observations most similar to the present one and to the plan
    simulacra.py   recency, importance and relevance
    reflexion.py   full history, and lessons from failed trials

`MEMORIES` names them, and whatever you add to it is compared like the rest; `make_memory` makes one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.memories.graph import WIDTH, GraphMemory, open_memory
from agents.memories.history import FullHistory, Nothing
from agents.memories.protocol import AgentMemory
from agents.memories.rag import Rag
from agents.memories.reflexion import Reflexion
from agents.memories.simulacra import Judged, Novelty, Simulacra
from agents.memories.summary import ExtractiveSummary, Summary
from graphmem.errors import InputError
from graphmem.protocols import LLM, Embedder, Extractor
from graphmem.retrieval import AriGraph, Search

__all__ = ["MEMORIES", "AgentMemory", "GraphMemory", "Kind", "Tools", "added_memories", "make_memory", "open_memory"]


@dataclass(frozen=True)
class Tools:
    """What a memory may be made of."""

    embedder: Embedder
    extractor: Extractor
    llm: LLM | None = None
    task: str = ""

    @property
    def model(self) -> LLM:
        """The language model. Raises `InputError` when there is none."""
        if self.llm is None:
            raise InputError("this memory needs a language model: choose --policy llm, or another memory")
        return self.llm


@dataclass(frozen=True)
class Kind:
    """One memory to choose: its title in a table, how it is made, whether it asks a model, and how often it may try."""

    title: str
    make: Callable[[Tools], AgentMemory]
    needs_model: bool = False
    trials: int = 1
    bounded: bool = True
    """Whether the token budget makes a difference."""


def _graph(
    tools: Tools, search: Search | None = None, *, episodic: bool = True, exploration: bool = True
) -> GraphMemory:
    memory = open_memory(":memory:", tools.embedder, tools.extractor)
    return GraphMemory(memory, search=search, episodic=episodic, exploration=exploration)


MEMORIES: dict[str, Kind] = {
    "graph": Kind("graph", _graph),
    "graph-arigraph": Kind("graph, the paper's search", lambda tools: _graph(tools, AriGraph(width=WIDTH))),
    "graph-no-episodes": Kind("graph without episodic search", lambda tools: _graph(tools, episodic=False)),
    "graph-no-exploration": Kind("graph without exploration", lambda tools: _graph(tools, exploration=False)),
    "history": Kind("full history", lambda tools: FullHistory()),
    "summary": Kind("summary", lambda tools: Summary(tools.model), needs_model=True),
    "summary-extractive": Kind("summary (extractive)", lambda tools: ExtractiveSummary()),
    "rag": Kind("RAG", lambda tools: Rag(tools.embedder)),
    "simulacra": Kind("Simulacra", lambda tools: Simulacra(tools.embedder, Judged(tools.model)), needs_model=True),
    "simulacra-novelty": Kind("Simulacra (importance by novelty)", lambda tools: Simulacra(tools.embedder, Novelty())),
    "reflexion": Kind("Reflexion", lambda tools: Reflexion(tools.model, tools.task), needs_model=True, trials=3),
    "none": Kind("no memory", lambda tools: Nothing(), bounded=False),
}


_OURS = frozenset(MEMORIES)


def added_memories() -> dict[str, Kind]:
    """Those that a user added to `MEMORIES` and another process can import: made by a function or class of a module."""
    added = {name: kind for name, kind in MEMORIES.items() if name not in _OURS}
    return {name: kind for name, kind in added.items() if "<" not in getattr(kind.make, "__qualname__", "<")}


def make_memory(name: str, tools: Tools) -> AgentMemory:
    """A fresh memory of that name. Raises `InputError` for an unknown name, or one that needs a model `tools` lacks."""
    if name not in MEMORIES:
        raise InputError(f"there is no memory {name!r}: choose of {', '.join(MEMORIES)}")
    return MEMORIES[name].make(tools)
