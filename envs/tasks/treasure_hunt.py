"""Treasure Hunt (AriGraph, section 4.1): locked lockers, keys in a chain, and notes that say which locker is next.

Every room has a locker of its own colour, all of them locked. Key 1 lies where the player begins and opens the white
locker; in each opened locker lie the next key and a note on what it opens, at last the golden key. The golden locker
holds the treasure. The words of the world are those of the paper's own game.
"""

from __future__ import annotations

import random
from typing import Any

from envs.tasks.draft import Draft, new_rooms, options
from envs.tasks.layout import Exits, grow, path
from envs.textworld import import_textworld

SIZES = {"default": (12, 4), "hard": (16, 5), "hardest": (36, 7)}  # rooms, keys
SMALL_ROOMS, SMALL_KEYS = (4, 5, 6), 3
"""Of `small`, a game of six points for a player that takes long to think: its rooms are drawn."""
TREASURE_POINTS = 3  # and one for each key, as in the paper's game of 7 points
_LOOPS = 0.1

# No name may begin with a capital P or I: GameMaker takes such a thing for the player or the inventory and renames it.
_COLOURS = (
    "Amber", "Aqua", "Azure", "Beige", "Black", "Blue", "Bronze", "Brown", "Charcoal", "Copper", "Coral",
    "Crimson", "Cyan", "Emerald", "Fuchsia", "Green", "Grey", "Khaki", "Lavender", "Lemon", "Lilac", "Lime",
    "Magenta", "Maroon", "Mauve", "Mint", "Navy", "Ochre", "Olive", "Orange", "Red", "Rose", "Ruby", "Rust",
    "Sapphire", "Scarlet", "Silver", "Tan", "Teal", "Turquoise", "Umber", "Violet", "Yellow",
)  # fmt: skip

TASK = (
    "Your task is to get a treasure. The treasure is hidden in the Golden locker. "
    "You need the Golden key to unlock it. That key is hidden in one of the other lockers. "
    "All lockers are locked, and each requires its own key. "
    "The Key 1 that you find in Room A unlocks the White locker. "
    "Read the notes that you find, they will guide you further."
)


def draft(size: str, seed: int) -> Draft:
    """A hunt of that size."""
    rng = random.Random(seed)
    rooms, keys = (rng.choice(SMALL_ROOMS), SMALL_KEYS) if size == "small" else SIZES[size]
    exits = grow(rooms, rng, loops=_LOOPS)
    chain = rng.sample(range(1, rooms), keys - 1)  # the rooms whose lockers are opened, in order
    chain.append(rng.choice([room for room in exits if room not in chain]))  # the golden locker's, Room A perhaps
    colours = _colours(rooms, chain, rng)
    return Draft(_game(exits, chain, colours, seed), TASK, _walkthrough(exits, chain, colours))


def _colours(rooms: int, chain: list[int], rng: random.Random) -> list[str]:
    """The colour of each room's locker."""
    colours = rng.sample(_COLOURS, rooms)
    colours[chain[0]], colours[chain[-1]] = "White", "Golden"
    return colours


def _room_name(number: int) -> str:
    """0 -> "Room A", 25 -> "Room Z", 26 -> "Room A2": titles keep these as they are, but make "Room AA" a "Room Aa"."""
    rounds, letter = divmod(number, 26)
    return f"Room {chr(ord('A') + letter)}{rounds + 1 if rounds else ''}"


def _key_name(number: int, keys: int) -> str:
    return "Golden key" if number == keys else f"Key {number}"


def _game(exits: Exits, chain: list[int], colours: list[str], seed: int) -> Any:
    maker = import_textworld().GameMaker(options(seed))
    rooms = new_rooms(maker, [_room_name(number) for number in exits], exits)
    maker.set_player(rooms[0])
    lockers = []
    for room, colour in zip(rooms, colours, strict=True):
        locker = maker.new(type="c", name=f"{colour} locker")
        locker.add_property("locked")
        room.add(locker)
        lockers.append(locker)
    wanted = _fill(maker, rooms[0], [lockers[room] for room in chain])
    maker.quests = [_quest(maker, thing, points) for thing, points in wanted]
    game = maker.build()
    game.objective = ""  # the task is told by the environment, once, and not by the game's own intro as well
    return game


def _fill(maker: Any, start: Any, lockers: list[Any]) -> list[tuple[Any, int]]:
    """Lay out keys, notes and the treasure; return the things that earn points, with their points."""
    wanted = []
    place = start
    for number, locker in enumerate(lockers, 1):
        key = maker.new(type="k", name=_key_name(number, len(lockers)))
        maker.add_fact("match", key, locker)
        place.add(key)
        wanted.append((key, 1))
        if 1 < number < len(lockers):
            note = maker.new(type="o", name=f"Note {number}", desc=f"The key {number} unlocks {locker.name}.")
            place.add(note)
        place = locker
    treasure = maker.new(type="o", name="treasure")
    place.add(treasure)
    return [*wanted, (treasure, TREASURE_POINTS)]


def _quest(maker: Any, thing: Any, points: int) -> Any:
    """So many points for having `thing`."""
    from textworld.generator.game import Event, Quest

    held = Event(conditions={maker.new_fact("in", thing, maker.inventory)})
    return Quest(win_events=[held], reward=points, desc="")


def _walkthrough(exits: Exits, chain: list[int], colours: list[str]) -> list[str]:
    commands, here = ["take Key 1"], 0
    for number, room in enumerate(chain, 1):
        locker = f"{colours[room]} locker"
        commands += [f"go {direction}" for direction in path(exits, here, room)]
        commands += [f"unlock {locker} with {_key_name(number, len(chain))}", f"open {locker}"]
        found = "treasure" if number == len(chain) else _key_name(number + 1, len(chain))
        commands.append(f"take {found} from {locker}")
        if number + 1 < len(chain):
            commands.append(f"examine Note {number + 1}")
        here = room
    return commands
