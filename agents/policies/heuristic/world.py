"""What the texts of a situation say about the world."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agents.policies.protocol import GO_TO, Situation
from graphmem import Fact, Triple
from graphmem.extraction.textworld import TextWorldExtractor, slot
from graphmem.records import Observation, entity_key

_COMMAND = re.compile(r"^(\w+)(?: (.+?))?(?: (?:from|with|on|into|in|to) (.+))?$")
_FACT_LINE = re.compile(r"^- (.+?), (.+?), (.+)$", re.MULTILINE)
_EPISODE = re.compile(r"^\[step \d+\] (.*?)(?=^\[step \d+\] |\Z)", re.MULTILINE | re.DOTALL)

_INDENT = re.compile(r"^  ", re.MULTILINE)

INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Command:
    """An admissible command and its parts: "take knife from table" -> take, knife, table."""

    text: str
    verb: str
    thing: str
    target: str = ""


class World:
    """The situation, read: nearer words overrule farther ones (facts, observation, inventory).

    Of episodes only what lasts is taken (what a note says, a recipe asks for): the rest may have changed since.
    """

    def __init__(self, situation: Situation, extractor: TextWorldExtractor) -> None:
        self.situation = situation
        self.place = situation.place
        self.commands = [_parse(text) for text in situation.admissible]
        self._slots: dict[tuple[str, str], Triple] = {}
        self._triples: dict[tuple[str, str, str], Triple] = {}
        self._extractor = extractor
        self._read_recollection(situation.recollection)
        command = f"> {situation.recent[-1][0]}\n" if situation.recent else ""
        self._learn(self._read(f"{command}{situation.observation}\n{'' if command else situation.task}"))
        self.carried = {
            entity_key(triple.subject): triple.subject
            for triple in self._read(situation.inventory)
            if entity_key(triple.object) == INVENTORY
        }
        self._learn(self._read(situation.inventory))

    def _read_recollection(self, text: str) -> None:
        facts, _, episodes = text.partition("\nEpisodes I remember:")
        for episode in _EPISODE.findall(episodes):
            self._learn(triple for triple in self._read(_INDENT.sub("", episode)) if not slot(triple))
        self._learn(Triple(*match) for match in _FACT_LINE.findall(facts))

    def _read(self, text: str) -> tuple[Triple, ...]:
        here = [Fact("", "player", "is in", self.place, "", 0)] if self.place else []
        return self._extractor.extract(Observation(text), here).triples

    def _learn(self, triples: Iterable[Triple]) -> None:
        for triple in triples:
            name = slot(triple)
            if name:
                self._slots[triple.key[0], name] = triple
            else:
                self._triples[triple.key] = triple

    # Facts

    def objects(self, subject: str, relation: str) -> list[str]:
        """What stands in `relation` to `subject`: objects("key 2", "unlocks") -> ["Red locker"]."""
        key = entity_key(subject)
        return [triple.object for triple in self._triples.values() if triple.key[:2] == (key, relation)]

    def related(self, relation: str) -> Iterator[Triple]:
        return (triple for triple in self._triples.values() if triple.key[1] == relation)

    def is_door(self, thing: str) -> bool:
        """Whether `thing` is known as a way from place to place: (wooden door, leads east from, kitchen)."""
        key = entity_key(thing)
        return any(triple.key[0] == key and triple.key[1].startswith("leads ") for triple in self._triples.values())

    def state(self, thing: str, what: str) -> str:
        """The value of a slot: state("white locker", "openness") -> "locked"; "" when unknown."""
        triple = self._slots.get((entity_key(thing), what))
        return triple.object if triple else ""

    def known_things(self) -> set[str]:
        return {subject for subject, _ in self._slots} | {key for triple in self._triples for key in triple[::2]}

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
        located = [triple for (_, what), triple in self._slots.items() if what == "location"]
        return [t.subject for t in located if not self.known_place(t.object) and self.room_of(t.subject) == self.place]

    @property
    def places(self) -> list[str]:
        """This place, and those that can be walked to, the nearest first."""
        return ([self.place] if self.place else []) + list(self.situation.distances)

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
