"""Why something was found: the seeds that lead to it, and the way from the nearest of them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from itertools import count

from graphmem.records import Why
from graphmem.retrieval import weights
from graphmem.retrieval.neighbourhood import Neighbourhood
from graphmem.retrieval.random_walk import Node


def explain(around: Neighbourhood, finds: Sequence[Node]) -> dict[str, Why]:
    """By id, the score of each find, its seeds and the way to it; a way through a hub counts as long."""
    nodes, links = list(around.graph.index), around.graph.neighbours()
    steps = [math.log(1 + (around.degrees.get(name, 1) if kind == "entity" else 1)) for kind, name in nodes]
    lengths: dict[Node, list[tuple[float, Node, list[Node]]]] = {find: [] for find in finds}
    for seed, weight in around.weights.items():
        reached = _reached(around.graph.index[seed], links, steps)
        for find in finds:
            if way := reached.get(around.graph.index.get(find, -1)):
                length, passed = way
                lengths[find].append((length - math.log(weight), seed, [nodes[at] for at in passed]))
    return {
        find[1]: Why(
            score=round(around.rank_of(find), 6),
            seeds=tuple(_source(around, seed) for _, seed, _ in sorted(ways)[: weights.REASONS]),
            path=tuple(_name(around, node) for node in min(ways)[2]) if ways else (),
        )
        for find, ways in lengths.items()
    }


def _reached(
    seed: int, links: Mapping[int, Sequence[int]], steps: Sequence[float]
) -> dict[int, tuple[float, tuple[int, ...]]]:
    """The shortest way from the seed to each node that is near enough, with its length (Dijkstra's)."""
    found: dict[int, tuple[float, tuple[int, ...]]] = {}
    order = count()
    ahead: list[tuple[float, int, tuple[int, ...]]] = [(0.0, next(order), (seed,))]
    while ahead:
        length, _, way = heapq.heappop(ahead)
        if way[-1] in found:
            continue
        found[way[-1]] = length, way
        for other in links.get(way[-1], ()):
            further = length + max(steps[way[-1]], steps[other])
            if other not in found and further <= weights.FARTHEST:
                heapq.heappush(ahead, (further, next(order), (*way, other)))
    return found


def _source(around: Neighbourhood, seed: Node) -> str:
    sources = ", ".join(around.sources[seed])
    return sources if seed[0] == "entity" else f"{_name(around, seed)} ({sources})"


def _name(around: Neighbourhood, node: Node) -> str:
    kind, name = node
    if kind == "episode":
        return f"episode {name}"
    return str(around.facts[name]) if kind == "fact" and name in around.facts else name
