"""Things out of place: pick up what does not belong, carry it where it does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.policies.heuristic.exploring import exploring
from agents.policies.heuristic.option import Option
from agents.policies.heuristic.sense import ROOMS, Sense
from agents.policies.heuristic.world import Command, World
from graphmem.records import entity_key

_TASK = re.compile(r"\bclean(ing)?\b|\btidy\b|\bout of place\b|\bwhere (it|they) belongs?\b|\bproper (place|location)")
_BELONGS = re.compile(r"^Put (.+) where it belongs$")

DOUBT = 0.12
"""A thing stays where it is unless another room suits it better by this much."""


def is_cleaning(world: World) -> bool:
    return bool(_TASK.search(world.situation.task.casefold()))


def cleaning(world: World, sense: Sense) -> Iterator[Option]:
    """Judge what is seen, take what is out of place, and deliver it; the plan keeps what was judged."""
    judged = _judged(world)
    here = list(out_of_place(world, sense, _rooms(world)))
    for thing in world.carried.values():
        if not world.situation.unexplored and _best_room(world, sense, thing) == world.place:
            yield from put_down(world, sense, thing)
    if not world.situation.unexplored:
        for command in here:
            yield put(command.thing, command.text or None)
    yield from exploring(world, "I must know all rooms to know what belongs where")
    yield from _deliver(world, sense)
    names = dict.fromkeys([*(command.thing for command in here), *judged])
    for thing in names:
        if not world.carries(thing) and (place := world.room_of(thing)) and place != world.place:
            yield put(thing, world.go_to(place))
        elif not world.carries(thing) and (not place or thing in {command.thing for command in here}):
            yield put(thing, None, about=(thing, *world.holders(thing)))


def put(thing: str, action: str | None, *, reason: str = "it is out of place", about: tuple[str, ...] = ()) -> Option:
    """The sub-goal of a thing that is out of place, in the words that `_judged` reads back from the plan."""
    return Option(f"Put {thing} where it belongs", reason, about or (thing,), action)


def _judged(world: World) -> list[str]:
    """Things that the plan says are out of place."""
    matches = (_BELONGS.match(step.text) for step in world.situation.plan.sub_goals)
    return [match[1] for match in matches if match]


def out_of_place(world: World, sense: Sense, rooms: Sequence[str]) -> Iterator[Command]:
    """What can be taken here (lies here, while no commands are listed) and would suit one of `rooms` better."""
    if not world.place:
        return
    for command in world.can("take") or [Command("", "take", thing) for thing in world.lying_here()]:
        kinds = list(dict.fromkeys([entity_key(world.place), *rooms]))
        suits = sense.suits(command.thing, kinds)
        if suits.max() - suits[0] > DOUBT:
            yield command


def _rooms(world: World) -> list[str]:
    """The rooms there are, as far as known; while some are not, the usual ones of any house too."""
    return [entity_key(place) for place in world.places] + (list(ROOMS) if world.situation.unexplored else [])


def _best_room(world: World, sense: Sense, thing: str) -> str | None:
    if not world.places:
        return None
    return world.places[int(sense.suits(thing, world.places).argmax())]


def put_down(world: World, sense: Sense, thing: str) -> Iterator[Option]:
    """Put a carried thing down here, where it suits best."""
    spots = [c for c in (*world.can("put"), *world.can("insert")) if entity_key(c.thing) == entity_key(thing)]
    reason = f"it belongs in the {world.place}"
    if spots:
        best = spots[int(sense.suits(thing, [command.target for command in spots]).argmax())]
        yield put(thing, best.text, reason=reason)
    elif drop := world.find("drop", thing):
        yield put(thing, drop, reason=reason)


def _deliver(world: World, sense: Sense) -> Iterator[Option]:
    """Carry things to their rooms, the nearest first."""
    ways = []
    for thing in world.carried.values():
        place = _best_room(world, sense, thing)
        if place and (action := world.go_to(place)):
            ways.append((world.situation.distances[place], thing, place, action))
    for _, thing, place, action in sorted(ways, key=lambda way: way[0]):
        yield put(thing, action, reason=f"it belongs in the {place}")
