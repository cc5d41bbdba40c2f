"""The heuristic player that knows only what it is told: whatever its memory hands it as text, it reads as any other.

What stands in the recollection (facts, or observations as they came) is read into facts, and these draw the map. Of the
step before, nothing is kept: no plan, no notes, no map.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from agents.policies.heuristic.cleaning import is_cleaning
from agents.policies.heuristic.option import Option
from agents.policies.heuristic.player import HeuristicPlayer
from agents.policies.heuristic.tidying import tidying
from agents.policies.heuristic.world import World
from agents.policies.protocol import GO_TO, STOP, Decision, Plan, Situation
from agents.worldmap import DIRECTIONS, HAS_EXIT, RELATIONS, WorldMap
from graphmem import Extraction, Fact, Triple
from graphmem.extraction.textworld import TextWorldExtractor, slot
from graphmem.protocols import Embedder
from graphmem.records import Observation

_FACT = re.compile(r"^- (.+?), (.+?), (.+)$", re.MULTILINE)
_OBSERVATION = re.compile(r"^\[step (\d+)(?:, in (.+?))?\] (.*(?:\n  .*)*)", re.MULTILINE)
_INDENT = re.compile(r"^  ", re.MULTILINE)
_TITLE = re.compile(r"^-= (.+?) =-\s*$", re.MULTILINE)
_EXPLORED = ("player", "has explored", "every exit")


class Reader(TextWorldExtractor):
    """The extractor, with what it read lately kept by text and place: the same text is not parsed twice."""

    def __init__(self) -> None:
        self._read = lru_cache(8192)(super().extract)

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        return self._read(Observation(observation.text), tuple(known))

    def triples(self, text: str, place: str | None) -> tuple[Triple, ...]:
        here = [Fact("", "player", "is in", place, "", 0)] if place else []
        return self.extract(Observation(text), here).triples


class TextPlayer(HeuristicPlayer):
    """A `HeuristicPlayer` whose map and knowledge are read anew, at each step, from text alone.

    It sees the task, the observation with the command that led to it, the inventory, the admissible commands and the
    recollection. It walks a step at a time. Where nothing tells one exit from another, chance does, by `seed`. Players
    may share a `reader`.
    """

    def __init__(self, embedder: Embedder, seed: int = 0, reader: Reader | None = None) -> None:
        super().__init__(embedder)
        self._extractor = self._reader = reader or Reader()
        self._chance = random.Random(seed)
        self._map = WorldMap([])
        self._knows_all = False

    def plan(self, situation: Situation) -> Plan:
        return super().plan(self._informed(situation))

    def act(self, situation: Situation) -> Decision:
        informed = self._informed(situation)
        decision = super().act(informed)
        if decision.action == STOP and not self._knows_all:
            return self._wander(informed)
        if not decision.action.startswith(GO_TO):
            return decision
        route = self._map.route(informed.place or "", decision.action.removeprefix(GO_TO))
        command = f"go {route[0][0]}" if route else ""
        return replace(decision, action=command) if command in informed.admissible else self._wander(informed)

    def _options(self, world: World) -> Iterator[Option]:
        if is_cleaning(world):
            return tidying(world, self._sense, complete=self._knows_all)
        return super()._options(world)

    def _informed(self, situation: Situation) -> Situation:
        """The situation with what can be read in its texts, and nothing of the step before."""
        triples = [*self._recalled(situation.recollection), *self._arrival(situation)]
        self._map = WorldMap(_as_facts(triples))
        self._knows_all = any(triple.key == _EXPLORED for triple in triples) or _is_complete(self._map, triples)
        unexplored = {place: self._shuffled(exits) for place, exits in self._map.unexplored().items()}
        return replace(
            situation,
            recollection="\n".join(f"- {t.subject}, {t.relation}, {t.object}" for t in _latest(triples)),
            plan=Plan(goal=situation.task),
            recent=situation.recent[-1:],
            distances=self._map.distances(situation.place) if situation.place else {},
            unexplored=unexplored,
        )

    def _recalled(self, text: str) -> list[Triple]:
        """What observations say, in order of time, then the facts: these hold now."""
        triples: list[Triple] = []
        for _, place, seen in sorted(_OBSERVATION.findall(text), key=lambda found: int(found[0])):
            triples += self._reader.triples(_INDENT.sub("", seen), place or None)
        return triples + [Triple(*parts) for parts in _FACT.findall(text)]

    def _arrival(self, situation: Situation) -> Iterable[Triple]:
        """The exits of this place, and the way back that the last command tells of."""
        command, seen = situation.recent[-1] if situation.recent else ("", situation.observation)
        before = next((found[-1] for _, text in reversed(situation.recent[:-1]) if (found := _TITLE.findall(text))), "")
        if not command:
            return self._reader.triples(seen, situation.place)
        return self._reader.triples(f"> {command}\n{seen}", before or situation.place)

    def _shuffled(self, exits: Iterable[str]) -> list[str]:
        ways = list(exits)
        self._chance.shuffle(ways)
        return ways

    def _wander(self, situation: Situation) -> Decision:
        """Any exit, when nothing is known that would be better."""
        ways = [command for command in situation.admissible if command.removeprefix("go ") in DIRECTIONS]
        if not ways:
            return Decision("look", "there is no way on")
        return Decision(self._chance.choice(ways), "I know of nothing better to do")


def _is_complete(worldmap: WorldMap, triples: Iterable[Triple]) -> bool:
    """Whether the exits of every place on the map are known, and where each leads."""
    described = {triple.key[0] for triple in triples if triple.key[1] == HAS_EXIT}
    places = worldmap.places()
    return len(places) > 1 and places <= described and not worldmap.unexplored()


def _latest(triples: Iterable[Triple]) -> list[Triple]:
    """Of facts that replace one another the last."""
    kept = {(triple.key[0], slot(triple)) if slot(triple) else triple.key: triple for triple in triples}
    return list(kept.values())


def _as_facts(triples: Iterable[Triple]) -> list[Fact]:
    """Those that draw the map, as facts."""
    return [
        Fact("", triple.subject, triple.relation, triple.object, asserted_by="", since=0)
        for triple in triples
        if triple.key[1] in RELATIONS
    ]
