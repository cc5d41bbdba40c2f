"""Cleaning (AriGraph, section 4.1): a house with things out of place, among others that are in place.

The paper's one house has 9 rooms and 11 things out of place; here a seed draws the rooms, the map, the furniture's
content and the things. What belongs where is commonsense, written down in envs.tasks.house: a thing's place is a room,
and any piece of furniture there or its floor will do (the paper names one piece of furniture each). A thing out of
place lies in the open, in a room where it does not belong. The game itself gives no points: envs.cleaning does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from envs.tasks.draft import Draft, new_rooms, options
from envs.tasks.house import ALSO_IN, ALWAYS, HOUSE, PLAUSIBLE_IN, Furniture
from envs.tasks.layout import Exits, grow, path
from envs.textworld import import_textworld

SIZES = {"default": (9, 11), "hard": (12, 15), "hardest": (16, 20)}  # rooms, things out of place
_LOOPS = 0.6
_IN_PLACE_PER_ROOM = 2
_CLOSED = 0.5  # the chance that what can be closed is

TASK = (
    "Your task is to clean the house by locating and taking items that are out of place and returning them to their "
    "proper locations in the house. Leave the items alone that are where they belong."
)


@dataclass(frozen=True)
class _Spot:
    """Where a thing lies: on or in a piece of furniture, or on the floor (None), of a room."""

    room: str
    furniture: Furniture | None


def draft(size: str, seed: int) -> Draft:
    """A house of that size to clean."""
    count, out_of_place = SIZES[size]
    rng = random.Random(seed)
    others = [room for room in HOUSE if room not in ALWAYS]
    rooms = [*ALWAYS, *rng.sample(others, count - len(ALWAYS))]
    rng.shuffle(rooms)
    exits = grow(count, rng, loops=_LOOPS)
    home = {thing: _Spot(room, piece) for room in rooms for piece in HOUSE[room] for thing in piece.things}
    misplaced = {thing: _wrong_spot(thing, rooms, rng) for thing in _draw(rooms, out_of_place, rng)}
    spots = {**_in_place(rooms, set(misplaced), rng), **misplaced}
    closed = {piece.name for room in rooms for piece in HOUSE[room] if piece.closes and rng.random() < _CLOSED}
    game = _game(rooms, exits, spots, closed, seed)
    truth = {"homes": {thing: _homes(thing, home[thing].room) for thing in spots}, "misplaced": list(misplaced)}
    return Draft(game, TASK, _walkthrough(rooms, exits, misplaced, home, closed), {"cleaning": truth})


def _homes(thing: str, room: str) -> list[str]:
    return [room, *ALSO_IN.get(thing, ())]


def _draw(rooms: list[str], count: int, rng: random.Random) -> list[str]:
    """`count` things to put out of place, from as many rooms as there are, none twice before all once."""
    piles = {room: [thing for piece in HOUSE[room] for thing in piece.things] for room in rooms}
    drawn: list[str] = []
    while len(drawn) < count:
        for room in rng.sample(rooms, min(len(rooms), count - len(drawn))):
            drawn.append(piles[room].pop(rng.randrange(len(piles[room]))))
    return drawn


def _wrong_spot(thing: str, rooms: list[str], rng: random.Random) -> _Spot:
    """Somewhere in the open in a room where `thing` is out of place, and seen to be."""
    home = next(room for room in HOUSE for piece in HOUSE[room] if thing in piece.things)
    unsurprising = {*_homes(thing, home), *PLAUSIBLE_IN.get(thing, ())}
    room = rng.choice([room for room in rooms if room not in unsurprising])
    return _Spot(room, rng.choice([None, *(piece for piece in HOUSE[room] if not piece.closes)]))


def _in_place(rooms: list[str], misplaced: set[str], rng: random.Random) -> dict[str, _Spot]:
    """In each room a few things where they belong."""
    spots = {}
    for room in rooms:
        here = [(thing, piece) for piece in HOUSE[room] for thing in piece.things if thing not in misplaced]
        for thing, piece in rng.sample(here, min(_IN_PLACE_PER_ROOM, len(here))):
            spots[thing] = _Spot(room, piece)
    return spots


def _game(rooms: list[str], exits: Exits, spots: dict[str, _Spot], closed: set[str], seed: int) -> Any:
    maker = import_textworld().GameMaker(options(seed))
    places: dict[tuple[str, str | None], Any] = {}
    for name, room in zip(rooms, new_rooms(maker, rooms, exits), strict=True):
        places[name, None] = room
        for piece in HOUSE[name]:
            places[name, piece.name] = made = maker.new(type="c" if piece.closes else "s", name=piece.name)
            if piece.closes:
                made.add_property("closed" if piece.name in closed else "open")
            room.add(made)
    maker.set_player(places[rooms[0], None])
    for thing, spot in spots.items():
        places[spot.room, spot.furniture.name if spot.furniture else None].add(maker.new(type="o", name=thing))
    game = maker.build()
    game.objective = ""  # the task is told by the environment
    return game


def _walkthrough(
    rooms: list[str], exits: Exits, misplaced: dict[str, _Spot], home: dict[str, _Spot], closed: set[str]
) -> list[str]:
    """First a tour that takes everything, then one that puts everything where it belongs, room by room."""
    commands: list[str] = []
    here = 0
    for number, room in enumerate(rooms):
        taken = [_take(thing, spot) for thing, spot in misplaced.items() if spot.room == room]
        if taken:
            commands += [*(f"go {direction}" for direction in path(exits, here, number)), *taken]
            here = number
    opened: set[str] = set()
    for number, room in enumerate(rooms):
        things = [thing for thing in misplaced if home[thing].room == room]
        if things:
            commands += [f"go {direction}" for direction in path(exits, here, number)]
            here = number
        for thing in things:
            piece = home[thing].furniture
            assert piece is not None
            if piece.name in closed - opened:
                commands.append(f"open {piece.name}")
                opened.add(piece.name)
            commands.append(f"insert {thing} into {piece.name}" if piece.closes else f"put {thing} on {piece.name}")
    return commands


def _take(thing: str, spot: _Spot) -> str:
    return f"take {thing} from {spot.furniture.name}" if spot.furniture else f"take {thing}"
