"""Cooking (AriGraph, section 4.1), by the First TextWorld Problems maker that comes with TextWorld, "tw-cooking".

`default`, `hard` and `hardest` are the paper's. Its games want cutting and cooking, and begin with doors and containers
open, as the settings in the `.json` of the game that it publishes say.

`level1` to `level4` are the four levels of the comparison with reinforcement learning, which are GATA's (Adhikari et
al. 2020, table 1):

    level   ingredients   rooms   cut   cook   most points
    1       1             1       yes   no     4
    2       1             1       yes   yes    5
    3       1             9       no    no     3
    4       3             6       yes   yes    11

The table does not say whether doors and containers begin closed: here they do in level 4 alone. Where a level has no
cutting or no cooking, the recipe may still name it, and the food has it done already: "a diced grilled red tuna" is
ready, and grilled once more it burns.

`hands-full` is the hardest there is: as `hardest`, with doors and containers closed, and a player who can carry no more
things than the recipe has ingredients. For the knife, one of them must be put down and come back for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from envs.tasks.draft import BadDraw, Draft, options


@dataclass(frozen=True)
class _Skills:
    """What a game asks for, in tw-cooking's terms: with `drop`, the player carries as many things as ingredients."""

    ingredients: int
    rooms: int
    cut: bool = True
    cook: bool = True
    open: bool = False
    drop: bool = False


SIZES = {
    "default": _Skills(3, 9),
    "hard": _Skills(4, 12),
    "hardest": _Skills(5, 16),
    "level1": _Skills(1, 1, cook=False),
    "level2": _Skills(1, 1),
    "level3": _Skills(1, 9, cut=False, cook=False),
    "level4": _Skills(3, 6, open=True),
    "hands-full": _Skills(5, 16, open=True, drop=True),
}

TASK = (
    "Your task is to prepare the meal by following the recipe from a cookbook and to eat it afterwards. "
    "The cookbook is in the kitchen. Do not forget the content of the recipe when you find it. "
    "When you prepare food, remember that frying is done only with the stove, roasting is done only with the oven and "
    "grilling is done only with the BBQ. The meal should be prepared in the kitchen. "
    "Do not forget to prepare the meal after you gathered and processed all individual ingredients."
)

# tw-cooking knows twelve rooms. Four more, empty ones, for the house of sixteen: where each is, and beside what.
_MORE_ROOMS = {
    "study": ["livingroom", "corridor"],
    "laundry": ["corridor", "bathroom"],
    "greenhouse": ["garden", "backyard"],
    "garage": ["driveway", "backyard"],
}
_INSIDE, _OUTSIDE, _BEYOND = ("study", "laundry"), ("greenhouse",), ("garage",)
_TW_ROOMS = 12  # the most that tw-cooking's settings may ask for


def draft(size: str, seed: int) -> Draft:
    """A cooking game of that size. Raises `BadDraw` if tw-cooking finds no map."""
    from textworld.challenges.tw_cooking import cooking

    skills = SIZES[size]
    settings = {
        "recipe": skills.ingredients, "take": skills.ingredients, "go": min(skills.rooms, _TW_ROOMS),
        "open": skills.open, "cook": skills.cook, "cut": skills.cut, "drop": skills.drop,
        "recipe_seed": 0, "split": None,
    }  # fmt: skip
    with _amended(cooking, more_rooms=skills.rooms > _TW_ROOMS):
        game = cooking.make(settings, options(seed))
    game.metadata["settings"]["go"] = skills.rooms
    return Draft(game, TASK, list(game.metadata["walkthrough"]))


@contextmanager
def _amended(cooking: Any, *, more_rooms: bool) -> Iterator[None]:
    """tw-cooking for the length of one call: with the four rooms more, a clear word when no map is found, and without
    recording the walkthrough in the quests, which compiles the game once more and takes minutes in a large one."""
    from textworld.generator.maker import GameMaker

    find_map = cooking.make_graph_world

    def find_map_or_say_so(*args: Any, **kwargs: Any) -> Any:
        found = find_map(*args, **kwargs)
        if found is None:
            raise BadDraw("tw-cooking found no map")
        return found

    kitchen, inside, outside, beyond = cooking.ROOMS
    rooms = [kitchen, [*inside, *_INSIDE], [*outside, *_OUTSIDE], [*beyond, *_BEYOND]] if more_rooms else cooking.ROOMS
    neighbours = _with_more_rooms(cooking.NEIGHBORS) if more_rooms else cooking.NEIGHBORS
    with (
        patch.object(cooking, "make_graph_world", find_map_or_say_so),
        patch.object(cooking, "ROOMS", rooms),
        patch.object(cooking, "NEIGHBORS", neighbours),
        patch.object(GameMaker, "set_walkthrough", lambda self, commands: None),
    ):
        yield


def _with_more_rooms(neighbours: dict[str, list[str]]) -> dict[str, list[str]]:
    """`neighbours` with the four rooms more, both ways, in a table of its own."""
    table = {room: list(beside) for room, beside in neighbours.items()}
    for room, beside in _MORE_ROOMS.items():
        table[room] = list(beside)
        for other in beside:
            table[other].append(room)
    return table
