"""A Cleaning game with its points, which TextWorld cannot count: there a penalty would fall due at every turn.

Points (AriGraph, section 4.1 gives them as +1, +1 and -1; what is a wrong move is settled here):

    +1  a thing that began out of place is taken, the first time
    +1  such a thing is put where it belongs, the first time
    -1  a thing is taken from where it belongs, each time
    -1  a thing is put where it does not belong, each time; carrying it about costs nothing

A thing belongs in a room (or one of a few), on any piece of furniture there or on the floor. The game is won when
everything is where it belongs. So a perfect game has two points for each thing that began out of place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from envs.errors import MissingGameInfo
from envs.protocol import Info
from envs.textworld import TextWorldEnv
from envs.zmachine import find_game, game_info

CARRIED = "carried"
Rooms = Mapping[str, str]  # thing -> the room it is in, or CARRIED


class CleaningScore:
    """Counts the points of one episode, from where things are. No text and no game: see the module for the rules."""

    def __init__(self, homes: Mapping[str, Iterable[str]], misplaced: Iterable[str], start: Rooms) -> None:
        self._homes = {thing: frozenset(rooms) for thing, rooms in homes.items()}
        self._to_take = set(misplaced)
        self._to_put = set(self._to_take)
        self._rooms = dict(start)
        self.max_points = 2 * len(self._to_put)
        self.points = 0

    def update(self, rooms: Rooms) -> None:
        """Count what moved since the last update."""
        for thing in self._homes:
            before, now = self._rooms[thing], rooms[thing]
            if before != CARRIED and now == CARRIED:
                self._taken(thing, before)
            elif before == CARRIED and now != CARRIED:
                self._put(thing, now)
        self._rooms = dict(rooms)

    @property
    def clean(self) -> bool:
        """Is everything where it belongs?"""
        return all(self._rooms[thing] in homes for thing, homes in self._homes.items())

    def _taken(self, thing: str, room: str) -> None:
        if room in self._homes[thing]:
            self.points -= 1
        elif thing in self._to_take:
            self._to_take.remove(thing)
            self.points += 1

    def _put(self, thing: str, room: str) -> None:
        if room not in self._homes[thing]:
            self.points -= 1
        elif thing in self._to_put:
            self._to_put.remove(thing)
            self.points += 1


class CleaningEnv(TextWorldEnv):
    """Plays a game of envs.tasks.cleaning, scored as above. Otherwise as `TextWorldEnv`.

    Raises `MissingGameInfo` if the game's `.json` does not say what belongs where.
    """

    _with_facts = True

    def __init__(self, path: str | Path, *, max_steps: int | None = None) -> None:
        truth = game_info(find_game(path))["metadata"].get("cleaning")
        if not truth:
            raise MissingGameInfo(
                f"{path} is no Cleaning game: its .json does not say what belongs where. Use open_game."
            )
        self._truth: dict[str, Any] = truth
        self._points: CleaningScore | None = None
        super().__init__(path, max_steps=max_steps)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Begin again. See `Environment.reset`."""
        self._points = None
        return super().reset(seed=seed, options=options)

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Send one command. See `Environment.step`."""
        observation, reward, terminated, truncated, info = super().step(action)
        if info["won"]:
            observation += "\n\n*** The End ***"
        return observation, reward, terminated, truncated, info

    def _info(self) -> Info:
        rooms = rooms_of_things(self._state.facts, self._truth["homes"])
        if self._points is None:
            self._points = CleaningScore(self._truth["homes"], self._truth["misplaced"], rooms)
        self._points.update(rooms)
        info = super()._info()
        info["score"] = float(self._points.points)
        info["max_score"] = float(self._points.max_points)
        info["won"] = self._points.clean
        if info["won"]:
            info["admissible_commands"] = []
        return info


def rooms_of_things(facts: Iterable[Any], things: Iterable[str]) -> dict[str, str]:
    """The room that each thing is in, or CARRIED, from TextWorld's facts.

    `facts` as propositions: in(toothbrush, toy chest), at(toy chest, kids room) -> {"toothbrush": "kids room"}.
    """
    inside = {fact.names[0]: fact.arguments[1] for fact in facts if fact.name in ("at", "in", "on")}
    rooms = {}
    for thing in things:
        holder = inside[thing]
        while holder.type not in ("r", "I"):
            holder = inside[holder.name]
        rooms[thing] = holder.name if holder.type == "r" else CARRIED
    return rooms
