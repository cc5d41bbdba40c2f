"""Why something was found: the seeds that lead to it, and the way from the nearest of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graphmem.records import Why
from graphmem.retrieval import weights
from graphmem.retrieval.neighbourhood import Neighbourhood
from graphmem.retrieval.random_walk import Node

if TYPE_CHECKING:
    import networkx as nx


def explain(around: Neighbourhood, finds: Sequence[Node]) -> dict[str, Why]:
    """By id, the score of each find, its seeds and the way to it; a way through a hub counts as long."""
    import networkx as nx

    graph = _walkable(around)
    lengths: dict[Node, list[tuple[float, Node, list[Node]]]] = {find: [] for find in finds}
    for seed, weight in around.weights.items():
        reached, ways = nx.single_source_dijkstra(graph, seed, cutoff=weights.FARTHEST, weight="length")
        for find in lengths.keys() & reached.keys():
            lengths[find].append((reached[find] - math.log(weight), seed, ways[find]))
    return {
        find[1]: Why(
            score=round(around.rank_of(find), 6),
            seeds=tuple(_source(around, seed) for _, seed, _ in sorted(ways)[: weights.REASONS]),
            path=tuple(_name(around, node) for node in min(ways)[2]) if ways else (),
        )
        for find, ways in lengths.items()
    }


def _walkable(around: Neighbourhood) -> nx.Graph:
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(around.graph.index)
    nodes = list(around.graph.index)
    for one, others in around.graph.neighbours().items():
        for other in others:
            ends = [around.degrees.get(nodes[i][1], 1) if nodes[i][0] == "entity" else 1 for i in (one, other)]
            graph.add_edge(nodes[one], nodes[other], length=math.log(1 + max(ends)))
    return graph


def _source(around: Neighbourhood, seed: Node) -> str:
    sources = ", ".join(around.sources[seed])
    return sources if seed[0] == "entity" else f"{_name(around, seed)} ({sources})"


def _name(around: Neighbourhood, node: Node) -> str:
    kind, name = node
    if kind == "episode":
        return f"episode {name}"
    return str(around.facts[name]) if kind == "fact" and name in around.facts else name
