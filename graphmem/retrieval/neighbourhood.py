"""The neighbourhood of a question: from its seeds along the graph, a bounded hop at a time, ranked by a random walk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphmem.records import Fact, Hits, Seeds
from graphmem.retrieval import ranking, weights
from graphmem.retrieval.random_walk import Graph, Node
from graphmem.retrieval.search import Snapshot


@dataclass
class Neighbourhood:
    """A bounded part of the graph, the rank of its nodes, and where the walk over it starts.

    `weights` says how much of the walk starts at a seed, `sources` what made it one. `degrees` counts, by name, the
    links of an entity, here or not. `follows` pairs ids of episodes with those just after them.
    """

    graph: Graph = field(default_factory=Graph)
    weights: dict[Node, float] = field(default_factory=dict)
    sources: dict[Node, list[str]] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    follows: set[tuple[str, str]] = field(default_factory=set)
    disputed: dict[str, Fact] = field(default_factory=dict)
    asked: set[Node] = field(default_factory=set)
    degrees: dict[str, int] = field(default_factory=dict)
    rank: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    _ranked: dict[str, dict[str, float]] = field(default_factory=dict)

    def seed(self, node: Node, weight: float, source: str) -> None:
        """Let the walk start at `node` too."""
        self.graph.node(node)
        self.weights[node] = self.weights.get(node, 0.0) + weight
        self.sources.setdefault(node, []).append(source)

    def add_fact(self, fact: Fact) -> None:
        if fact.id in self.facts:
            return
        self.facts[fact.id] = fact
        node, index, join = self.graph.node(("fact", fact.id)), self.graph.index, self.graph.join
        join(node, index.setdefault(("entity", fact.subject), len(index)))
        join(node, index.setdefault(("entity", fact.object), len(index)))
        join(node, index.setdefault(("episode", fact.asserted_by), len(index)))

    def walk(self) -> None:
        """Rank the nodes that are here now."""
        self.rank = self.graph.rank(self.weights, restart=weights.RESTART, steps=weights.STEPS)
        self._ranked.clear()

    def ranked(self, kind: str) -> Mapping[str, float]:
        """The nodes of a kind with their rank, the highest first."""
        if not self._ranked:
            nodes = list(self.graph.index)
            for at in np.argsort(-self.rank, kind="stable").tolist():
                of, name = nodes[at]
                self._ranked.setdefault(of, {})[name] = float(self.rank[at])
        return self._ranked.get(kind, {})

    def rank_of(self, node: Node) -> float:
        """The rank of a node; 0 when it is not here."""
        return float(self.rank[self.graph.index[node]]) if node in self.graph.index else 0.0


def explore(snapshot: Snapshot, seeds: Seeds, names: Mapping[str, float]) -> Neighbourhood:
    """The neighbourhood of `seeds`, ranked; `names` are the entities that the question names, weighed."""
    found = Neighbourhood()
    _seed_hits(found, "episode", seeds.near_episodes, weights.VECTOR_SHARE, "similar")
    _seed_hits(found, "episode", seeds.matching_episodes, weights.TEXT_SHARE, "full text")
    _seed_hits(found, "fact", seeds.near_facts, weights.VECTOR_SHARE, "similar")
    _seed_hits(found, "fact", seeds.matching_facts, weights.TEXT_SHARE, "full text")
    for fact in seeds.facts:
        if ("fact", fact.id) in found.weights:
            found.add_fact(fact)
    _hop(found, snapshot, names, [name for kind, name in found.weights if kind == "episode"])
    for name, weight in ranking.shares_of_names(names, found.degrees).items():
        found.seed(("entity", name), weight, f"named {name}")
    for _ in range(weights.HOPS):
        found.walk()
        entities, episodes = _frontier(found, "entity"), _frontier(found, "episode")
        _hop(found, snapshot, entities[: weights.FRONTIER_ENTITIES], episodes[: weights.FRONTIER_EPISODES])
    found.walk()
    return found


def _seed_hits(found: Neighbourhood, kind: str, hits: Hits, share: float, source: str) -> None:
    for id_, weight in ranking.shares_of_hits(hits, share).items():
        found.seed((kind, id_), weight, source)


def _frontier(found: Neighbourhood, kind: str) -> list[str]:
    return [name for name in found.ranked(kind) if (kind, name) not in found.asked]


def _hop(found: Neighbourhood, snapshot: Snapshot, entities: Iterable[str], episodes: Iterable[str]) -> None:
    entities, episodes = list(entities), list(episodes)
    around = snapshot.around(
        entities, episodes, facts=weights.FACTS_OF_EACH, episodes=weights.EPISODES_OF_EACH
    )  # fmt: skip
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
