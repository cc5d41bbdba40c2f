"""The part of the map that an agent needs to be told: exits, ways to what is unexplored, ways to what it wants."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from agents.worldmap import DIRECTIONS, HAS_EXIT, LEADS
from graphmem import Fact
from graphmem.records import entity_key


class Ways:
    """All shortest ways from `here`, by the facts of a map (`agents.worldmap.RELATIONS`)."""

    def __init__(self, facts: Sequence[Fact], here: str | None) -> None:
        self._into: dict[str, list[Fact]] = {}
        self._out: dict[str, list[Fact]] = {}
        self._exits: dict[str, list[Fact]] = {}
        for fact in facts:
            relation = " ".join(fact.relation.casefold().split())
            if relation == HAS_EXIT and entity_key(fact.object) in DIRECTIONS:
                self._exits.setdefault(entity_key(fact.subject), []).append(fact)
            elif relation in LEADS:
                self._out.setdefault(entity_key(fact.object), []).append(fact)
        self._here = entity_key(here or "")
        self._arrival: dict[str, Fact] = {}
        self.places = self._walk()
        """Every place that can be reached, the nearest first."""

    def _walk(self) -> list[str]:
        places, queue = [self._here], deque([self._here])
        while queue:
            place = queue.popleft()
            for fact in self._out.get(place, []):
                there = entity_key(fact.subject)
                if there not in self._arrival and there != self._here:
                    self._arrival[there] = fact
                    places.append(there)
                    queue.append(there)
        return places

    def doors(self, place: str) -> list[Fact]:
        """Where each exit of `place` leads that was taken."""
        return self._out.get(entity_key(place), [])

    def to(self, place: str) -> list[Fact]:
        """The way to `place`, step by step; empty when it is here or not to be reached."""
        way: list[Fact] = []
        key = entity_key(place)
        while fact := self._arrival.get(key):
            way.append(fact)
            key = entity_key(fact.object)
        return way[::-1]

    def unexplored(self) -> list[tuple[str, list[Fact]]]:
        """Places with exits that nobody has taken yet, the nearest first, each with those exits."""
        ends = []
        for place in self.places:
            taken = {LEADS[" ".join(fact.relation.casefold().split())] for fact in self._out.get(place, [])}
            exits = [fact for fact in self._exits.get(place, []) if entity_key(fact.object) not in taken]
            if exits:
                ends.append((place, exits))
        return ends


def united(*groups: Iterable[Fact]) -> list[Fact]:
    """All facts in order, each once."""
    return list({fact.id: fact for group in groups for fact in group}.values())
