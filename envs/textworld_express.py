"""TextWorld-Express: eight families of small games in one fast simulator (Jansen and Côté 2022, arXiv 2208.01174).

Needs Java and `pip install textworld-express`. Scores are shares of 1. A way between rooms is `go north` here, as
everywhere else, and the observation of a room begins with its title.
"""

from __future__ import annotations

import re
from typing import Any

from envs.episode import Episodes
from envs.errors import UnknownWorld
from envs.extras import end_java, import_extra, need_java
from envs.protocol import Info

PACKAGE = "textworld-express"
GAMES = ("coin", "cookingworld", "twc", "mapreader", "arithmetic", "sorting", "simonsays", "peckingorder")

_FOLD = "train"
_ENDLESS = 10**9  # steps; the limit is ours
_ROOM = re.compile(r"\AYou are in the ([\w -]+)\.")
_MOVE = re.compile(r"^move (?=north|south|east|west)")
_GO = re.compile(r"^go (?=north|south|east|west)")


class TextWorldExpressEnv(Episodes):
    """Plays `game`, one of `GAMES`; a seed names one of its training games.

    Raises `UnknownWorld` or `MissingWorld`.
    """

    def __init__(self, game: str = "coin", *, seed: int = 0, max_steps: int | None = None) -> None:
        if game not in GAMES:
            raise UnknownWorld(f"TextWorld-Express has no game {game!r}. Choose one of {', '.join(GAMES)}.")
        super().__init__(seed=seed, max_steps=max_steps)
        self._name = game
        self._begin(seed)

    def _end(self) -> None:
        end_java(self._game)

    def _begin(self, seed: int) -> tuple[str, Info]:
        if self._game is None:
            need_java(PACKAGE)
            self._game = import_extra("textworld_express", PACKAGE).TextWorldExpressEnv(envStepLimit=_ENDLESS)
            self._game.load(self._name, "")
            self._seeds = self._game.getValidSeedsTrain()
        observation, told = self._game.reset(seed=self._seeds[seed % len(self._seeds)], gameFold=_FOLD)
        self.task = told["taskDescription"]
        return _titled(observation), _info(told)

    def _send(self, command: str) -> tuple[str, Info]:
        observation, _, _, told = self._game.step(_GO.sub("move ", command))
        return _titled(observation), _info(told)


def _titled(observation: str) -> str:
    """The observation with the title of the room that it describes."""
    room = _ROOM.match(observation)
    return f"-= {room[1].title()} =-\n{observation}".strip() if room else observation.strip()


def _info(told: dict[str, Any]) -> Info:
    lost = bool(told["taskfailure"])
    won = not lost and (bool(told["tasksuccess"]) or told["score"] >= 1)
    return Info(
        admissible_commands=[] if won or lost else sorted(_MOVE.sub("go ", each) for each in told["validActions"]),
        inventory=told["inventory"].strip(),
        score=float(told["score"]),
        max_score=1.0,
        won=won,
        lost=lost,
        moves=0,
    )
