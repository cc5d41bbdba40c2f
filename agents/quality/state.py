"""TextWorld's own state in the words of facts: what is true, and what of it a text has shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphmem import Triple
from graphmem.records import entity_key

Key = tuple[str, str, str]

IN, IS, EXIT, UNLOCKS = "is in", "is", "has exit", "unlocks"
KINDS = ("places", "exits", "doors", "states")

_LIDS = ("open", "closed", "locked")
_COOKED = ("raw", "fried", "roasted", "grilled", "burned")
_CUT = ("sliced", "diced", "chopped")
_STATES = (*_LIDS, "unlocked", *_COOKED, *_CUT)
_OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}
_INVENTORY = "inventory"
_FLOOR = "floor"

# Other words for the same: AriGraph's model says "kitchen, contains, knife", "potato, was fried, by you".
_HOLDS = frozenset({"contains", "contained", "has on it", "holds", "reveals", "opens up to reveal"})
_IN = frozenset({"is in", "is on", "is at", "is inside", "is located in", "is located on", "located in", "lies on"})
_IS = re.compile(rf"^(?:is|are|was|has been|looks)(?: ({'|'.join(_STATES)}))?$")
_LEADS = re.compile(r"^leads (\w+) from$")
_SIDE = re.compile(rf"^is ({'|'.join(_OPPOSITE)}) of$")


def name_key(name: str) -> str:
    """A name's identity here: spaces within it do not count (livingroom, living room)."""
    return entity_key(name).replace(" ", "")


def canonical(triple: Triple) -> Key | None:
    """The fact in the words of `State.facts`; None when it is of a kind that the game keeps nothing of.

    >>> canonical(Triple("kitchen", "contains", "knife"))
    ('knife', 'is in', 'kitchen')
    """
    subject, relation, obj = name_key(triple.subject), triple.key[1], name_key(triple.object)
    if relation in _HOLDS:
        return obj, IN, subject
    if relation in _IN:
        return subject, IN, obj
    if relation in (EXIT, UNLOCKS) or _SIDE.match(relation) or _LEADS.match(relation):
        return subject, relation, obj
    if state := _IS.match(relation):
        value = state[1] or obj
        return (subject, IS, value) if value in _STATES else None
    return None


def kind_of(key: Key) -> str:
    """One of `KINDS`."""
    if key[1] == IN:
        return "places"
    if key[1] == IS:
        return "states"
    return "exits" if key[1] == EXIT or _SIDE.match(key[1]) else "doors"


@dataclass(frozen=True)
class State:
    """All that is true, as keys. Being in, on and at are one relation here, and the player's own place is `room`."""

    facts: frozenset[Key]
    room: str
    names: dict[str, str]
    """Each name's key, and the name in lower case as a text has it."""

    def exact(self, key: Key) -> bool:
        """Whether the game keeps just this fact."""
        return key in self.facts

    def implied(self, key: Key) -> bool:
        """Whether the fact follows, told less exactly: in the kitchen, of the knife on the kitchen's table."""
        subject, relation, obj = key
        if relation == IN:
            holders = self._holders.get(subject, set())
            on_floor = obj == _FLOOR and bool(holders & self._rooms)
            return on_floor or obj in holders or any(self.implied((holder, IN, obj)) for holder in holders)
        if relation == IS and obj == "closed":
            return (subject, IS, "locked") in self.facts
        if relation == IS and obj == "unlocked":
            return any((subject, IS, state) in self.facts for state in ("open", "closed"))
        return False

    def judged(self, key: Key) -> bool:
        """Whether the game can say if it is so: it knows the subject, and keeps such a state of it."""
        subject, relation, obj = key
        if relation == IS and obj in (*_LIDS, "unlocked"):
            return any((subject, IS, lid) in self.facts for lid in _LIDS)  # it prints "a closed BBQ", and keeps nothing
        return subject in self.names

    def ways(self) -> Iterator[tuple[str, str, str]]:
        """Every way from room to room: (kitchen, east, hall)."""
        for there, relation, here in self.facts:
            if side := _SIDE.match(relation):
                yield here, side[1], there

    def shown(self, text: str, before: State | None) -> Iterator[Key]:
        """The facts that a text tells of, seen after the state `before`: what it names here, and what has changed.

        A place is told where both ends are named, a state where its word stands before the name, and a room's
        description tells its exits. What changes is what the player's command did, and the answer says so.
        """
        lower = text.casefold()
        named = {key for key, name in self.names.items() if re.search(rf"\b{re.escape(name)}\b", lower)}
        here = named | {self.room, _INVENTORY}
        for key in self.facts:
            subject, relation, obj = key
            placed = relation == IN and subject in named and obj in here and self._in_sight(subject)
            placed = placed and subject not in self.doors  # where a door is, its way tells
            way = relation == EXIT and subject == self.room and f"-= {self.names[self.room]} =-" in lower
            door = relation.startswith("leads ") and obj == self.room and subject in named
            stated = relation == IS and subject in named and f"{obj} {self.names[subject]}" in lower
            fits = relation == UNLOCKS and _says_fits(lower, self.names[subject], self.names[obj])
            if placed or way or door or stated or fits:
                yield key
        if before:
            yield from self.facts - before.facts
            yield from self._step_from(before.room)

    def _in_sight(self, thing: str) -> bool:
        """Whether it is carried, or in the room and shut up in nothing."""
        holders = self._holders.get(thing, set())
        if holders & {self.room, _INVENTORY}:
            return True
        return any(not self.exact((h, IS, s)) for h in holders for s in ("closed", "locked")) and all(
            self._in_sight(holder) and not (self.exact((holder, IS, "closed")) or self.exact((holder, IS, "locked")))
            for holder in holders
        )

    def _step_from(self, room: str) -> Iterator[Key]:
        """How two rooms lie to each other, told by a step from one to the other."""
        return (key for key in self.facts if _SIDE.match(key[1]) and {key[0], key[2]} == {room, self.room})

    @cached_property
    def _holders(self) -> dict[str, set[str]]:
        held: dict[str, set[str]] = {}
        for subject, relation, obj in self.facts:
            if relation == IN:
                held.setdefault(subject, set()).add(obj)
        return held

    @cached_property
    def doors(self) -> set[str]:
        return {subject for subject, relation, _ in self.facts if _LEADS.match(relation)}

    @cached_property
    def _rooms(self) -> set[str]:
        return {self.room} | {subject for subject, relation, _ in self.facts if relation == EXIT}


def _says_fits(text: str, key: str, lock: str) -> bool:
    return bool(re.search(rf"\b{re.escape(key)}\b[^.]*\bunlocks (?:the )?{re.escape(lock)}\b", text))


def read_state(propositions: Iterable[Any]) -> State:
    """The state that TextWorld's propositions describe: at(knife, kitchen), closed(door), north_of(hall, kitchen)."""
    facts: set[Key] = set()
    room = ""
    names: dict[str, str] = {}
    links: set[tuple[str, str]] = set()
    for fact in propositions:
        arguments = [name_key(argument.name) for argument in fact.arguments]
        types = [argument.type for argument in fact.arguments]
        names.update((name_key(it.name), it.name.casefold()) for it in fact.arguments if it.type not in _UNNAMED)
        if fact.name == "at" and types[0] == "P":
            room = arguments[1]
        elif fact.name == "link":
            links.add((arguments[1], arguments[0]))
        else:
            facts.update(_in_our_words(fact.name, arguments, types))
    facts.update(_door_ways(frozenset(facts), links))
    return State(frozenset(facts), room, names)


_UNNAMED = frozenset({"P", "I", "ingredient", "slot", "RECIPE", "recipe"})
_UNCOOKED = frozenset({*_UNNAMED, "meal"})


def _in_our_words(name: str, arguments: list[str], types: list[str]) -> Iterator[Key]:
    if name in ("at", "in", "on") and types[0] not in _UNNAMED:
        yield arguments[0], IN, _INVENTORY if types[1] == "I" else arguments[1]
    elif name in _STATES and types[0] not in _UNCOOKED:
        yield arguments[0], IS, name
    elif name == "needs_cooking" and types[0] not in _UNCOOKED:
        yield arguments[0], IS, "raw"
    elif name == "match":
        yield arguments[0], UNLOCKS, arguments[1]
    elif (direction := name.removesuffix("_of")) in _OPPOSITE:
        yield arguments[0], f"is {direction} of", arguments[1]
        yield arguments[1], EXIT, direction


def _door_ways(facts: frozenset[Key], links: set[tuple[str, str]]) -> Iterator[Key]:
    """A door is in both of its rooms, and leads from each in the direction of the other."""
    for door, room in links:
        yield door, IN, room
    for there, relation, here in facts:
        if side := _SIDE.match(relation):
            yield from ((door, f"leads {side[1]} from", here) for door, room in links
                        if room == here and (door, there) in links)  # fmt: skip
