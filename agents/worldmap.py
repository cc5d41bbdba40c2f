"""Places and exits as the memory knows them (AriGraph, section 3: exploration and graph-based navigation)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import networkx as nx

from graphmem import Extraction, Fact
from graphmem.extraction.textworld import TextWorldExtractor, slot
from graphmem.protocols import Extractor
from graphmem.records import Observation, entity_key

DIRECTIONS = ("north", "south", "east", "west", "up", "down")

LEADS = {f"is {direction} of": direction for direction in DIRECTIONS[:4]} | {"is above": "up", "is below": "down"}
HAS_EXIT = "has exit"

RELATIONS = (HAS_EXIT, *LEADS)
"""The relations that make the map: (kitchen, has exit, east) and (hall, is east of, kitchen)."""


class WorldMap:
    """The map that facts of `RELATIONS` draw."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._exits: dict[str, set[str]] = {}
        self._graph = nx.DiGraph()
        self._names: dict[str, str] = {}
        for fact in facts:
            self._draw(fact)

    def _draw(self, fact: Fact) -> None:
        relation = " ".join(fact.relation.casefold().split())
        if relation == HAS_EXIT and entity_key(fact.object) in DIRECTIONS:
            self._exits.setdefault(self._place(fact.subject), set()).add(entity_key(fact.object))
        elif relation in LEADS:
            here, there = self._place(fact.object), self._place(fact.subject)
            self._graph.add_edge(here, there, direction=LEADS[relation])

    def _place(self, name: str) -> str:
        key = entity_key(name)
        self._names.setdefault(key, name)
        self._graph.add_node(key)
        return key

    def places(self) -> set[str]:
        """The key of every place on the map."""
        return set(self._graph)

    def distances(self, place: str) -> dict[str, int]:
        """Every place that can be walked to from `place`, by name, with the number of moves; the nearest first."""
        key = entity_key(place)
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
        for place, exits in self._exits.items():
            taken = {data["direction"] for _, _, data in self._graph.out_edges(place, data=True)}
            if exits - taken:
                open_ends[self._names[place]] = sorted(exits - taken, key=DIRECTIONS.index)
        return open_ends


class Mapped:
    """An `Extractor` that reads what `inner` does, and the map by rule: as in AriGraph, no model is asked for it.

    It reads a game, so a thing is in one place: its facts have TextWorld's slots.
    """

    anchors = ("player",)

    def __init__(self, inner: Extractor) -> None:
        self._inner = inner
        self._rules = TextWorldExtractor()
        self.name = f"{inner.name} with map"

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        read = self._inner.extract(observation, known)
        rules = self._rules.extract(observation, known).triples
        drawn = [triple for triple in rules if triple.key[1] in RELATIONS or triple.key[:2] == ("player", "is in")]
        triples = (*read.triples, *drawn)
        return replace(read, triples=triples, slots=tuple(map(slot, triples)))
