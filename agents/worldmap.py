"""The map that facts draw: places, exits, ways (AriGraph, section 3: exploration and graph-based navigation)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import pairwise

import networkx as nx

from graphmem import Fact
from graphmem.records import entity_key

DIRECTIONS = ("north", "south", "east", "west", "up", "down")

LEADS = {f"is {direction} of": direction for direction in DIRECTIONS[:4]} | {"is above": "up", "is below": "down"}
HAS_EXIT = "has exit"

RELATIONS = (HAS_EXIT, *LEADS)
"""The relations that make the map: (kitchen, has exit, east) and (hall, is east of, kitchen)."""


class WorldMap:
    """The map that those of `facts` draw whose relation is one of `RELATIONS`."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._exits: dict[str, dict[str, Fact]] = {}
        self._graph = nx.DiGraph()
        self._names: dict[str, str] = {}
        for fact in facts:
            self._draw(fact)

    def _draw(self, fact: Fact) -> None:
        relation = fact.triple.key[1]
        if relation == HAS_EXIT and entity_key(fact.object) in DIRECTIONS:
            self._exits.setdefault(self._place(fact.subject), {})[entity_key(fact.object)] = fact
        elif relation in LEADS:
            here, there = self._place(fact.object), self._place(fact.subject)
            self._graph.add_edge(here, there, direction=LEADS[relation], fact=fact)

    def _place(self, name: str) -> str:
        key = entity_key(name)
        self._names.setdefault(key, name)
        self._graph.add_node(key)
        return key

    def distances(self, place: str | None) -> dict[str, int]:
        """Every place that can be walked to from `place`, by name, with the number of moves; the nearest first."""
        key = entity_key(place or "")
        if key not in self._graph:
            return {}
        lengths: dict[str, int] = nx.single_source_shortest_path_length(self._graph, key)
        return {self._names[found]: steps for found, steps in lengths.items() if found != key}

    def route(self, start: str, goal: str) -> list[tuple[str, str]] | None:
        """The shortest way as (direction, place it leads to); None when no way is known."""
        try:
            keys = nx.shortest_path(self._graph, entity_key(start), entity_key(goal))
        except (nx.NodeNotFound, nx.NetworkXNoPath):
            return None
        return [(self._graph.edges[here, there]["direction"], self._names[there]) for here, there in pairwise(keys)]

    def unexplored(self) -> dict[str, list[str]]:
        """For each place, the exits that nobody has taken yet."""
        open_ends = {}
        for place in self._exits:
            if facts := self.open_ends(place):
                open_ends[self._names[place]] = [entity_key(fact.object) for fact in facts]
        return open_ends

    def is_complete(self) -> bool:
        """Whether the exits of every place are known, and where each leads."""
        return len(self._graph) > 1 and self._exits.keys() >= set(self._graph) and not self.unexplored()

    # In facts, for a memory that tells of it

    def doors(self, place: str) -> list[Fact]:
        """Where each exit of `place` leads that was taken."""
        return [fact for _, _, fact in self._graph.out_edges([entity_key(place)], data="fact")]

    def open_ends(self, place: str) -> list[Fact]:
        """The exits of `place` that nobody has taken yet."""
        key = entity_key(place)
        taken = {direction for _, _, direction in self._graph.out_edges([key], data="direction")}
        exits = self._exits.get(key, {})
        return [exits[direction] for direction in sorted(exits.keys() - taken, key=DIRECTIONS.index)]

    def ways(self, here: str | None) -> dict[str, list[Fact]]:
        """Of each place that can be walked to, by its key, the way there, step by step; the nearest first."""
        ways: dict[str, list[Fact]] = {entity_key(here or ""): []}
        queue = deque(ways)
        while queue:
            place = queue.popleft()
            for _, there, fact in self._graph.out_edges(place, data="fact"):
                if there not in ways:
                    ways[there] = [*ways[place], fact]
                    queue.append(there)
        return ways
