"""Text environments behind one interface, Gymnasium's `reset` and `step`.

    protocol.py   Environment and Info: what an agent may expect
    checker.py    check_environment: does an environment of your own keep to it?
    errors.py     what can go wrong, as one tree of exceptions
    games.py      open_game: any TextWorld game file, scored as it is meant to be
    textworld.py  TextWorldEnv: any compiled TextWorld game
    feedback.py   from what such a game prints to what a player reads
    zmachine.py   is this file a game?
    cleaning.py   CleaningEnv: a game of the Cleaning family, with its points
    mini.py       MiniWorld: a few rooms in pure Python, for fast tests; mini_rules.py: how they behave
    tasks/        makers of Treasure Hunt, Cleaning and Cooking games
    worlds.py     open_world: further worlds by name, each in a module of its own: textworld_express.py,
                  scienceworld.py, jericho.py, nethack.py; episode.py counts for them, extras.py finds their packages

>>> from envs import open_game
>>> env = open_game("games/treasure-hunt-default-1.z8")
>>> observation, info = env.reset()

Importing this package imports none of the modules: a name is looked up when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envs.checker import check_environment
    from envs.cleaning import CleaningEnv
    from envs.errors import EnvError
    from envs.games import open_game
    from envs.mini import MiniWorld
    from envs.protocol import Environment, Info
    from envs.textworld import TextWorldEnv
    from envs.worlds import open_world

__all__ = [
    "CleaningEnv",
    "EnvError",
    "Environment",
    "Info",
    "MiniWorld",
    "TextWorldEnv",
    "check_environment",
    "open_game",
    "open_world",
]

_HOMES = {
    "CleaningEnv": "envs.cleaning",
    "EnvError": "envs.errors",
    "Environment": "envs.protocol",
    "Info": "envs.protocol",
    "MiniWorld": "envs.mini",
    "TextWorldEnv": "envs.textworld",
    "check_environment": "envs.checker",
    "open_game": "envs.games",
    "open_world": "envs.worlds",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'envs' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
