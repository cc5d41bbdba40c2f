"""Personalised PageRank over a small graph: how often a walk that keeps returning to its seeds is at each node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Node = tuple[str, str]
"""Kind and id: ("entity", name), ("fact", id) or ("episode", id)."""


class Graph:
    """Nodes and weighted links that run both ways. `leaks` says how much of a node's links is not in the graph."""

    def __init__(self) -> None:
        self.index: dict[Node, int] = {}
        self._links: dict[tuple[int, int], float] = {}
        self._degree: dict[int, int] = {}

    def node(self, node: Node) -> int:
        return self.index.setdefault(node, len(self.index))

    def link(self, one: Node, other: Node, weight: float = 1.0) -> None:
        a, b = self.node(one), self.node(other)
        self._links[a, b] = self._links[b, a] = weight

    def has_degree(self, node: Node, degree: int) -> None:
        """That so many links of the node are known of in all, here or not."""
        self._degree[self.node(node)] = degree

    def neighbours(self) -> dict[int, list[int]]:
        """The nodes that each is linked to."""
        found: dict[int, list[int]] = {}
        for a, b in self._links:
            found.setdefault(a, []).append(b)
        return found

    def rank(self, seeds: Mapping[Node, float], *, restart: float, rounds: int) -> NDArray[np.float64]:
        """The PageRank of each node, by its index; `seeds` are where the walk starts and, with `restart`, starts again.

        A step to an entity of many links (a hub) is less likely, `1 / log(2 + degree)`; of a walk that is at a hub, the
        part that would leave by links which are not here starts again, so that a hub passes little on.
        """
        size = len(self.index)
        start = np.zeros(size)
        for node, weight in seeds.items():
            start[self.index[node]] += weight
        if not size or not start.sum():
            return start
        start /= start.sum()
        ends = np.fromiter((end for link in self._links for end in link), np.int64).reshape(-1, 2)
        source, target = ends[:, 0], ends[:, 1]
        degree = np.zeros(size)
        degree[list(self._degree)] = list(self._degree.values())
        weight = np.fromiter(self._links.values(), np.float64) / np.log(2 + degree)[target] ** (degree[target] > 0)
        here = np.bincount(source, minlength=size)
        leaving = np.bincount(source, weight, size) * np.maximum(1, degree / np.maximum(here, 1))
        step = weight / leaving[source]
        now: NDArray[Any] = start
        for _ in range(rounds):
            now = (1 - restart) * np.bincount(target, step * now[source], size)
            now = now + (1 - now.sum()) * start
        return now
