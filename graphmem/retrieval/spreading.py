"""Spreading: from the seeds of a query along the graph, a bounded hop at a time, always from where most bears on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphmem.protocols import Store
from graphmem.records import Fact, Hits, Seeds
from graphmem.retrieval.pagerank import Graph, Node

HOPS = 1
"""Hops after the one from the seeds. A second one found no more on any of the benchmarks."""

FRONTIER_ENTITIES, FRONTIER_EPISODES = 24, 16
"""From how many entities and episodes a hop goes on: those of the highest rank that were not asked about before."""

FACTS_OF_EACH, EPISODES_OF_EACH = 10, 10
"""Of each entity the newest, no more: a hub is never read whole."""

RESTART, ROUNDS = 0.3, 20


@dataclass
class Spread:
    """The neighbourhood of a query: the graph, the rank of its nodes, and what it was started from."""

    graph: Graph = field(default_factory=Graph)
    weights: dict[Node, float] = field(default_factory=dict)
    sources: dict[Node, list[str]] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    follows: set[tuple[str, str]] = field(default_factory=set)
    disputed: dict[str, Fact] = field(default_factory=dict)
    asked: set[Node] = field(default_factory=set)
    degrees: dict[str, int] = field(default_factory=dict)
    rank: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def seed(self, node: Node, weight: float, source: str) -> None:
        """Let the walk start at `node` too."""
        self.graph.node(node)
        self.weights[node] = self.weights.get(node, 0.0) + weight
        self.sources.setdefault(node, []).append(source)

    def add_fact(self, fact: Fact) -> None:
        self.facts[fact.id] = fact
        for end in (fact.subject, fact.object):
            self.graph.link(("fact", fact.id), ("entity", end))
        self.graph.link(("fact", fact.id), ("episode", fact.asserted_by))

    def ranked(self, kind: str) -> list[tuple[str, float]]:
        """The nodes of a kind with their rank, the highest first."""
        rank = self.rank.tolist()
        nodes = [(name, rank[i]) for (of, name), i in self.graph.index.items() if of == kind]
        return sorted(nodes, key=lambda node: -node[1])


def spread(store: Store, seeds: Seeds, names: Mapping[str, float], *, at: int | None) -> Spread:
    """The neighbourhood of `seeds`, ranked by PageRank; `names` are the entities that the query names, weighed."""
    found = Spread()
    _seed_hits(found, "episode", seeds.near_episodes, VECTOR_SHARE, "similar")
    _seed_hits(found, "episode", seeds.matching_episodes, TEXT_SHARE, "full text")
    _seed_hits(found, "fact", seeds.near_facts, VECTOR_SHARE, "similar")
    _seed_hits(found, "fact", seeds.matching_facts, TEXT_SHARE, "full text")
    for fact in seeds.facts:
        if ("fact", fact.id) in found.weights:
            found.add_fact(fact)
    _hop(found, store, names, [name for kind, name in found.weights if kind == "episode"], at)
    _seed_names(found, names)
    for _ in range(HOPS):
        found.rank = found.graph.rank(found.weights, restart=RESTART, rounds=ROUNDS)
        entities, episodes = _frontier(found, "entity"), _frontier(found, "episode")
        _hop(found, store, entities[:FRONTIER_ENTITIES], episodes[:FRONTIER_EPISODES], at)
    found.rank = found.graph.rank(found.weights, restart=RESTART, rounds=ROUNDS)
    return found


VECTOR_SHARE, TEXT_SHARE, NAME_SHARE = 0.5, 0.3, 1.0
"""How much of the walk starts at what is near by vector, matches by full text, or is named."""

STRONGEST = 12
"""So many of the hits of a kind are seeds, each by its score to the power of `SHARPNESS`."""

SHARPNESS = 4


def _seed_hits(found: Spread, kind: str, hits: Hits, share: float, source: str) -> None:
    strongest = [(id_, max(score, 0.0) ** SHARPNESS) for id_, score in hits[:STRONGEST]]
    total = sum(weight for _, weight in strongest)
    for id_, weight in strongest:
        if weight:
            found.seed((kind, id_), share * weight / total, source)


def _seed_names(found: Spread, names: Mapping[str, float]) -> None:
    """Named entities share in the start by their weight; a rare one more than one that is everywhere."""
    shares = {name: weight / math.log(2 + found.degrees.get(name, 0)) for name, weight in names.items()}
    total = sum(shares.values())
    for name, weight in shares.items():
        found.seed(("entity", name), NAME_SHARE * weight / total, f"named {name}")


def _frontier(found: Spread, kind: str) -> list[str]:
    return [name for name, _ in found.ranked(kind) if (kind, name) not in found.asked]


def _hop(found: Spread, store: Store, entities: Iterable[str], episodes: Iterable[str], at: int | None) -> None:
    entities, episodes = list(entities), list(episodes)
    around = store.around(entities, episodes, facts=FACTS_OF_EACH, episodes=EPISODES_OF_EACH, at=at)
    for fact in around.facts:
        found.add_fact(fact)
    for episode, fact_id in around.taught:
        if fact_id in found.facts:
            found.graph.link(("episode", episode), ("fact", fact_id))
    for name, episode in around.mentions:
        found.graph.link(("entity", name), ("episode", episode))
    for name, degree in around.degrees.items():
        found.graph.has_degree(("entity", name), degree)
    found.degrees |= around.degrees
    found.follows |= set(around.follows)
    found.disputed |= {fact.id: fact for fact in around.disputed}
    found.asked |= {("entity", name) for name in entities} | {("episode", id_) for id_ in episodes}
