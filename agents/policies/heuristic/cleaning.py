"""Things out of place: taken at sight, and put down where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.policies.heuristic.exploring import exploring
from agents.policies.heuristic.knowledge import Command, Knowledge
from agents.policies.heuristic.option import Option, option
from agents.policies.heuristic.sense import ROOMS, Sense
from graphmem.records import entity_key

_TASK = re.compile(r"\bclean(ing)?\b|\btidy\b|\bout of place\b|\bwhere (it|they) belongs?\b|\bproper (place|location)")

DOUBT = 0.12
"""A thing stays where it is unless another room suits it better by this much."""

DOUBT_UNSEEN = 0.2
"""The same where that room is not known to be there. (On five hard games 0.12 gave 0.920, 0.2 gave 0.947.)"""

OUT_OF_PLACE = "it is out of place"


def is_cleaning(known: Knowledge) -> bool:
    return bool(_TASK.search(known.situation.task.casefold()))


def cleaning(known: Knowledge, sense: Sense) -> Iterator[Option]:
    """Put down, take, deliver, explore: a known room that suits best is walked to when it is nearer than a new exit.

    While the whole map is not known, there may be any usual room in the house.
    """
    rooms = [entity_key(place) for place in known.places] + ([] if known.knows_all else list(ROOMS))
    for thing in known.carried.values():
        if _home(known, sense, thing, rooms) == known.place:
            yield from _put_down(known, sense, thing)
    for command in _out_of_place(known, sense, rooms):
        yield option("put away", command.thing, OUT_OF_PLACE, command.text or None)
    ways = sorted(_deliveries(known, sense, rooms), key=lambda way: way[0])
    ends = [known.distances.get(place, 0) for place in known.unexplored]
    yield from (each for distance, each in ways if distance <= min(ends, default=distance))
    yield from exploring(known, "I must know all rooms to know what belongs where")
    yield from (each for _, each in ways)


def _home(known: Knowledge, sense: Sense, thing: str, rooms: Sequence[str]) -> str | None:
    """The known room where a thing belongs; None while a room that may yet be found would suit it better."""
    best = int(sense.suits(thing, rooms).argmax()) if rooms else 0
    return known.places[best] if best < len(known.places) else None


def _out_of_place(known: Knowledge, sense: Sense, rooms: Sequence[str]) -> Iterator[Command]:
    """What can be taken here (lies here, while no commands are listed) and would suit one of `rooms` better.

    The known places are the first of these.
    """
    if not known.place:
        return
    for command in known.can("take") or [Command("", "take", thing) for thing in known.lying_here()]:
        suits = sense.suits(command.thing, rooms) - sense.suits(command.thing, [known.place])
        if suits[: len(known.places)].max() > DOUBT or suits.max() > DOUBT_UNSEEN:
            yield command


def _put_down(known: Knowledge, sense: Sense, thing: str) -> Iterator[Option]:
    """Put a carried thing down here, where it suits best."""
    spots = [c for c in (*known.can("put"), *known.can("insert")) if entity_key(c.thing) == entity_key(thing)]
    reason = f"it belongs in the {known.place}"
    if spots:
        best = spots[int(sense.suits(thing, [command.target for command in spots]).argmax())]
        yield option("put away", thing, reason, best.text)
    elif drop := known.find("drop", thing):
        yield option("put away", thing, reason, drop)


def _deliveries(known: Knowledge, sense: Sense, rooms: Sequence[str]) -> Iterator[tuple[int, Option]]:
    """What is carried to a known room, with the distance."""
    for thing in known.carried.values():
        place = _home(known, sense, thing, rooms)
        if place and (action := known.go_to(place)):
            reason, about = f"it belongs in the {place}", (thing, entity_key(place))
            yield known.distances[place], option("put away", thing, reason, action, about=about)
