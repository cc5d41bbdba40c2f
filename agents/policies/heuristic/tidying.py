"""Things out of place, by a player that keeps no notes: taken at sight, and put down where they belong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.policies.heuristic.cleaning import out_of_place, put, put_down
from agents.policies.heuristic.exploring import exploring
from agents.policies.heuristic.option import Option
from agents.policies.heuristic.sense import ROOMS, Sense
from agents.policies.heuristic.world import World
from graphmem.records import entity_key


def tidying(world: World, sense: Sense, *, complete: bool) -> Iterator[Option]:
    """Put down, take, deliver, explore: a known room that suits best is walked to when it is nearer than a new exit.

    While the map is not `complete`, there may be any usual room in the house.
    """
    rooms = [entity_key(place) for place in world.places] + ([] if complete else list(ROOMS))
    for thing in world.carried.values():
        if _home(world, sense, thing, rooms) == world.place:
            yield from put_down(world, sense, thing)
    for command in out_of_place(world, sense, rooms):
        yield put(command.thing, command.text or None)
    ways = sorted(_deliveries(world, sense, rooms), key=lambda way: way[0])
    ends = [world.situation.distances.get(place, 0) for place in world.situation.unexplored]
    yield from (option for distance, option in ways if distance <= min(ends, default=distance))
    yield from exploring(world, "I must know all rooms to know what belongs where")
    yield from (option for _, option in ways)


def _home(world: World, sense: Sense, thing: str, rooms: Sequence[str]) -> str | None:
    """The known room where a thing belongs; None while a room that may yet be found would suit it better."""
    best = int(sense.suits(thing, rooms).argmax()) if rooms else 0
    return world.places[best] if best < len(world.places) else None


def _deliveries(world: World, sense: Sense, rooms: Sequence[str]) -> Iterator[tuple[int, Option]]:
    """What is carried to a known room, with the distance."""
    for thing in world.carried.values():
        place = _home(world, sense, thing, rooms)
        if place and (action := world.go_to(place)):
            reason = f"it belongs in the {place}"
            yield world.situation.distances[place], put(thing, action, reason=reason, about=(thing, entity_key(place)))
