"""Maps: rooms on a grid, grown at random, and the ways between them."""

from __future__ import annotations

import random
from collections import deque

Exits = dict[int, dict[str, int]]  # room -> direction -> room

_STEPS = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
_BACK = {"north": "south", "south": "north", "east": "west", "west": "east"}


def grow(rooms: int, rng: random.Random, *, loops: float) -> Exits:
    """A connected map of `rooms` rooms, numbered in the order in which they grew.

    It grows as a tree; `loops` is the chance that two neighbours on the grid that the tree leaves apart are joined.
    """
    cells = [(0, 0)]
    exits: Exits = {0: {}}
    while len(cells) < rooms:
        here = rng.randrange(len(cells))
        direction = rng.choice(list(_STEPS))
        cell = _beside(cells[here], direction)
        if cell not in cells:
            cells.append(cell)
            exits[len(cells) - 1] = {}
            _join(exits, here, direction, len(cells) - 1)
    for here, cell in enumerate(cells):
        for direction in ("north", "east"):  # each pair of neighbours once
            beside = _beside(cell, direction)
            if beside in cells and direction not in exits[here] and rng.random() < loops:
                _join(exits, here, direction, cells.index(beside))
    return exits


def path(exits: Exits, start: int, goal: int) -> list[str]:
    """The directions of a shortest way: [] where start is goal, else e.g. ["north", "east"]."""
    ways: dict[int, list[str]] = {start: []}
    queue = deque([start])
    while goal not in ways:
        here = queue.popleft()
        for direction, there in exits[here].items():
            if there not in ways:
                ways[there] = [*ways[here], direction]
                queue.append(there)
    return ways[goal]


def _beside(cell: tuple[int, int], direction: str) -> tuple[int, int]:
    east, north = _STEPS[direction]
    return cell[0] + east, cell[1] + north


def _join(exits: Exits, here: int, direction: str, there: int) -> None:
    exits[here][direction] = there
    exits[there][_BACK[direction]] = here
