"""Further worlds by name: `textworld-express:coin`, `scienceworld:boil`, `jericho:zork1.z5`, `nethack`."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from envs.errors import UnknownWorld
from envs.protocol import Environment


class Door(NamedTuple):
    """Where a world's environment is, what stands behind its name's colon, and whether it must."""

    module: str
    env: str
    part: str
    needed: bool = False


WORLDS = {
    "textworld-express": Door("envs.textworld_express", "TextWorldExpressEnv", "GAME"),
    "scienceworld": Door("envs.scienceworld", "ScienceWorldEnv", "TASK"),
    "jericho": Door("envs.jericho", "JerichoEnv", "FILE", needed=True),
    "nethack": Door("envs.nethack", "NetHackEnv", "CHARACTER"),
}


def is_world(name: str) -> bool:
    """Whether the name is that of a further world, and not of a task or a file."""
    return name.partition(":")[0] in WORLDS


def open_world(name: str, *, seed: int = 0, max_steps: int | None = None) -> Environment:
    """The environment of that name: `WORLD` or `WORLD:PART`. Raises `UnknownWorld`, `MissingWorld`, or the world's own.

    >>> env = open_world("textworld-express:coin", seed=3)
    """
    kind, _, part = name.partition(":")
    if kind not in WORLDS:
        raise UnknownWorld(f"There is no world {kind!r}. Choose one of {', '.join(WORLDS)}.")
    door = WORLDS[kind]
    if door.needed and not part:
        raise UnknownWorld(f"{kind} wants a {door.part.lower()}: {kind}:{door.part}")
    env = getattr(import_module(door.module), door.env)
    opened: Environment = env(*([part] if part else []), seed=seed, max_steps=max_steps)
    return opened
