"""Personalised PageRank over a small graph: how often a walk that keeps returning to its seeds is at each node."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Node = tuple[str, str]
"""Kind and id: ("entity", name), ("fact", id) or ("episode", id)."""


class Graph:
    """Nodes, and links that run both ways."""

    def __init__(self) -> None:
        self.index: dict[Node, int] = {}
        self._links: dict[tuple[int, int], None] = {}  # a set, in order
        self._degree: dict[int, int] = {}

    def node(self, node: Node) -> int:
        return self.index.setdefault(node, len(self.index))

    def link(self, one: Node, other: Node) -> None:
        index = self.index
        a = index.setdefault(one, len(index))
        b = index.setdefault(other, len(index))
        self._links[a, b] = self._links[b, a] = None

    def has_degree(self, node: Node, degree: int) -> None:
        """That so many links of the node are known of in all, here or not."""
        self._degree[self.node(node)] = degree

    def neighbours(self) -> dict[int, list[int]]:
        """The nodes that each is linked to."""
        found: dict[int, list[int]] = {}
        for a, b in self._links:
            found.setdefault(a, []).append(b)
        return found

    def rank(self, seeds: Mapping[Node, float], *, restart: float, steps: int) -> NDArray[np.float64]:
        """The PageRank of each node, by its index, after so many `steps`.

        The walk starts at the `seeds`, by their weights, and before each step starts again by chance, `restart`.

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
        ends = np.fromiter(chain.from_iterable(self._links), np.int64, 2 * len(self._links)).reshape(-1, 2)
        source, target = ends[:, 0], ends[:, 1]
        degree = np.zeros(size)
        degree[list(self._degree)] = list(self._degree.values())
        likely = np.where(degree > 0, 1 / np.log(2 + degree), 1.0)[target]
        here = np.bincount(source, minlength=size)
        leaving = np.bincount(source, likely, size) * np.maximum(1, degree / np.maximum(here, 1))
        step = likely / leaving[source]
        now: NDArray[Any] = start
        for _ in range(steps):
            now = (1 - restart) * np.bincount(target, step * now[source], size)
            now = now + (1 - now.sum()) * start
        return now
