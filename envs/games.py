"""Opening a game file as the environment it is meant for."""

from __future__ import annotations

from pathlib import Path

from envs.protocol import Environment
from envs.textworld import TextWorldEnv


def open_game(path: str | Path, *, max_steps: int | None = None) -> Environment:
    """The environment that plays the game at `path`, a `.z8` file with its `.json` beside it.

    Raises what `TextWorldEnv` raises.
    """
    return TextWorldEnv(path, max_steps=max_steps)
