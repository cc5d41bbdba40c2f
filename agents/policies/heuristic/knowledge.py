"""What the player knows of the world at one step."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agents.policies.heuristic import observations
from agents.policies.protocol import GO_TO, Situation
from agents.worldmap import DIRECTIONS, WorldMap
from graphmem import Fact
from graphmem.records import entity_key

_COMMAND = re.compile(r"^(\w+)(?: (.+?))?(?: (?:from|with|on|into|in|to) (.+))?$")
_EXPLORED = ("player", "has explored", "every exit")

ENOUGH = 2
"""A command that was sent so often at this place, in this state and to the same answer, will not help once more."""


@dataclass(frozen=True, slots=True)
class Command:
    """An admissible command and its parts: "take knife from table" -> take, knife, table."""

    text: str
    verb: str
    thing: str
    target: str = ""


class Knowledge:
    """What was recalled, then what is seen, then what is carried: the later overrules the earlier.

    Where nothing tells one exit from another, chance does, by `seed` and the number of commands sent.

    Facts are taken as the memory hands them over. Only where it has none but texts are these read, and the
    observation where the memory has not read it; the map is then drawn of what they say.
    """

    def __init__(self, situation: Situation, seed: int = 0) -> None:
        self.situation = situation
        self.chance = random.Random(f"{seed} {situation.moves}")
        self.place = situation.place
        self.commands = [_parse(text) for text in situation.admissible]
        self._states: dict[tuple[str, str], Fact] = {}
        self._facts: dict[tuple[str, str, str], Fact] = {}
        recalled = situation.facts if situation.facts is not None else observations.recalled(situation.recollection)
        seen = situation.learned if situation.learned is not None else observations.observed(situation)
        held = list(observations.carried(situation.inventory))
        self.carried = {entity_key(fact.subject): fact.subject for fact in held if fact.slot == "location"}
        self._learn(recalled)
        self._learn(seen)
        self._learn(held)
        self.map = WorldMap(self._facts.values())
        self.distances: Mapping[str, int] = situation.distances or self.map.distances(self.place)
        ends = situation.unexplored or self.map.unexplored()
        self.unexplored = {place: self.chance.sample(exits, len(exits)) for place, exits in ends.items()}
        self.knows_all = _EXPLORED in self._facts or self.map.is_complete()
        """Whether the whole map is known, so that there is nothing left to explore."""

    def _learn(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            if fact.slot:
                self._states[entity_key(fact.subject), fact.slot] = fact
            else:
                self._facts[fact.triple.key] = fact

    # Facts

    def objects(self, subject: str, relation: str) -> list[str]:
        """What stands in `relation` to `subject`: objects("key 2", "unlocks") -> ["Red locker"]."""
        key = entity_key(subject)
        return [fact.object for found, fact in self._facts.items() if found[:2] == (key, relation)]

    def related(self, relation: str) -> Iterator[Fact]:
        return (fact for key, fact in self._facts.items() if key[1] == relation)

    def is_door(self, thing: str) -> bool:
        """Whether `thing` is known as a way from place to place: (wooden door, leads east from, kitchen)."""
        key = entity_key(thing)
        return any(found[0] == key and found[1].startswith("leads ") for found in self._facts)

    def state(self, thing: str, what: str) -> str:
        """The value of what a thing has one of: state("white locker", "openness") -> "locked"; "" when unknown."""
        fact = self._states.get((entity_key(thing), what))
        return fact.object if fact else ""

    def known_things(self) -> set[str]:
        return {subject for subject, _ in self._states} | {key for found in self._facts for key in found[::2]}

    def room_of(self, thing: str) -> str | None:
        """The place where a thing is, up through what holds it; None when carried or unknown."""
        seen: set[str] = set()
        key = entity_key(thing)
        while key not in seen:
            seen.add(key)
            place = self.known_place(key)
            if place:
                return place
            key = entity_key(self.state(key, "location") or key)
        return None

    def holders(self, thing: str) -> list[str]:
        """What a thing is in or on, and what that is in or on, as far as known: names to recall with it."""
        chain: list[str] = []
        while (holder := self.state(chain[-1] if chain else thing, "location")) and holder not in chain:
            chain.append(holder)
        return chain

    def lying_here(self) -> list[str]:
        """What lies in or on something at this place."""
        located = [fact for (_, what), fact in self._states.items() if what == "location"]
        return [f.subject for f in located if not self.known_place(f.object) and self.room_of(f.subject) == self.place]

    @property
    def places(self) -> list[str]:
        """This place, and those that can be walked to, the nearest first."""
        return ([self.place] if self.place else []) + list(self.distances)

    def known_place(self, name: str) -> str | None:
        """The place called `name`, if it is here or can be walked to."""
        key = entity_key(name)
        return next((place for place in self.places if entity_key(place) == key), None)

    # Commands

    def can(self, verb: str) -> list[Command]:
        """The admissible commands that do `verb` to something."""
        return [command for command in self.commands if command.verb == verb and command.thing]

    def find(self, verb: str, thing: str, target: str | None = None) -> str | None:
        """The admissible command that does `verb` to `thing` (and `target`)."""
        for command in self.can(verb):
            if entity_key(command.thing) == entity_key(thing) and (
                target is None or entity_key(command.target) == entity_key(target)
            ):
                return command.text
        return None

    def is_vain(self, action: str) -> bool:
        """Whether it was done here before, and to no end; walks are not counted."""
        walk = action.startswith(GO_TO) or action.removeprefix("go ") in DIRECTIONS
        return not walk and self.situation.tried.get(action, 0) >= ENOUGH

    @property
    def hands_full(self) -> bool:
        """Whether nothing can be taken here."""
        return bool(self.carried) and all(self.is_vain(command.text) for command in self.can("take"))

    def carries(self, thing: str) -> bool:
        return entity_key(thing) in self.carried

    def go_to(self, place: str | None) -> str | None:
        """The action that walks to a known place; None when it is here or not known."""
        if not place or (self.place and entity_key(place) == entity_key(self.place)):
            return None
        return GO_TO + place if self.known_place(place) else None

    def go_to_thing(self, thing: str) -> str | None:
        return self.go_to(self.room_of(thing))


def _parse(text: str) -> Command:
    match = _COMMAND.match(text)
    if not match:
        return Command(text, text, "")
    return Command(text, match[1], match[2] or "", match[3] or "")
