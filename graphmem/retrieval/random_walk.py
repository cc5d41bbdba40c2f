"""Personalised PageRank over a small graph: how often a walk that keeps returning to its seeds is at each node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Node = tuple[str, str]
"""Kind and id: ("entity", name), ("fact", id) or ("episode", id)."""

_BITS = 32
"""A link is one whole number: the index of an end in so many bits, and above them that of the other."""


class Graph:
    """Nodes, and links that run both ways."""

    def __init__(self) -> None:
        self.index: dict[Node, int] = {}
        self._links: dict[int, None] = {}  # a set, in order
        self._degree: dict[int, int] = {}

    def node(self, node: Node) -> int:
        return self.index.setdefault(node, len(self.index))

    def link(self, one: Node, other: Node) -> None:
        index = self.index  # not by `node`: of all that a search does, this is done most often
        self.join(index.setdefault(one, len(index)), index.setdefault(other, len(index)))

    def join(self, one: int, other: int) -> None:
        """Link two nodes by their indices."""
        self._links[one << _BITS | other if one < other else other << _BITS | one] = None

    def has_degree(self, node: Node, degree: int) -> None:
        """That so many links of the node are known of in all, here or not."""
        self._degree[self.node(node)] = degree

    def neighbours(self) -> dict[int, list[int]]:
        """The nodes that each is linked to."""
        found: dict[int, list[int]] = {}
        for one, other in self._ends().tolist():
            found.setdefault(one, []).append(other)
        return found

    def _ends(self) -> NDArray[np.int64]:
        """Where each link leads from and to, shape (twice the links, 2): there and back."""
        links = np.fromiter(self._links, np.int64, len(self._links))
        one, other = links >> _BITS, links & (1 << _BITS) - 1
        return np.stack([one, other, other, one], axis=1).reshape(-1, 2)

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
        source, target = np.ascontiguousarray(self._ends().T)
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
