"""Opening a game file as the environment it is meant for."""

from __future__ import annotations

from pathlib import Path

from envs.cleaning import CleaningEnv
from envs.protocol import Environment
from envs.textworld import TextWorldEnv
from envs.zmachine import find_game, game_info


def open_game(path: str | Path, *, max_steps: int | None = None) -> Environment:
    """The environment that plays the game at `path`, a `.z8` file with its `.json` beside it.

    A Cleaning game gets its points from `CleaningEnv`; any other counts its own. Raises what `TextWorldEnv` raises.
    """
    is_cleaning = "cleaning" in game_info(find_game(path))["metadata"]
    return CleaningEnv(path, max_steps=max_steps) if is_cleaning else TextWorldEnv(path, max_steps=max_steps)
