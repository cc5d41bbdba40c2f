"""What a maker hands over: a game not yet compiled, and how it is won."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from envs.tasks.layout import Exits
from envs.textworld import import_textworld


class BadDraw(Exception):
    """These dice give no game; the next seed may."""


@dataclass(frozen=True)
class Draft:
    """A game before it is compiled."""

    game: Any  # textworld.generator.game.Game
    task_text: str  # what the agent is told
    walkthrough: list[str]  # commands that win it
    truth: dict[str, Any] = field(default_factory=dict)  # more for the metadata: what only the scoring may know


def made_as(task: str, size: str, seed: int) -> dict[str, Any]:
    """The mark in a made game's metadata by which it is known again. `makers` goes up when the same seed would give
    another game than it did."""
    return {"task": task, "size": size, "seed": seed, "makers": 1}


Maker = Callable[[str, int], Draft]  # (size, seed) -> a draft; may raise BadDraw


def options(seed: int) -> Any:
    """TextWorld's options, all of whose dice follow from `seed`."""
    made = import_textworld().GameOptions()
    made.seeds = seed
    return made


def new_rooms(maker: Any, names: list[str], exits: Exits) -> list[Any]:
    """Rooms of these names in `maker`, a GameMaker, joined as `exits` says; doorless."""
    rooms = [maker.new_room(name) for name in names]
    for here, ways in exits.items():
        for direction, there in ways.items():
            if direction in ("north", "east"):  # each pair once
                back = {"north": "south", "east": "west"}[direction]
                maker.connect(rooms[here].exits[direction], rooms[there].exits[back])
    return rooms
