"""What the command line plays: a made game, a game file, or a further world, by name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from envs import Environment, open_game
from envs.reworded import Reworded
from envs.tasks import TASKS, make
from envs.worlds import WORLDS, is_world, open_world

GAMES = Path("games")
"""Where made games are kept."""

NAMES = f"A .z8 file, {', '.join(TASKS)}, or {', '.join(f'{name}:{door.part}' for name, door in WORLDS.items())}."

SIZES_HELP = "default, hard or hardest; treasure-hunt: small too; cooking: level1 to level4 and hands-full too."


def open_named(
    name: str, size: str, seed: int, wording: str | None = None, games: Path = GAMES
) -> tuple[Environment, str]:
    """The environment of that name, and what tells its world from others.

    `size` is a made game's, and so is `wording`: one of `WORDINGS`, in which its notes, recipes and task are told.
    It is made in the folder `games`.
    """
    if is_world(name):
        return open_world(name, seed=seed), f"{name} {seed}"
    path = Path(name) if name.endswith(".z8") or Path(name).is_file() else make(name, size, seed, games)
    env, world = open_game(path), world_of(path)
    return (Reworded(env, wording, seed), f"{world} ({wording})") if wording else (env, world)


def world_of(game: Path) -> str:
    """What tells one game from another, whatever its file is called."""
    return f"{game.stem} {hashlib.sha256(game.read_bytes()).hexdigest()[:12]}"
