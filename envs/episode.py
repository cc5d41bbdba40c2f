"""The bookkeeping that worlds from elsewhere share: moves, rewards, ends, and a step after the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from envs.errors import EpisodeOver
from envs.protocol import Info


class Episodes(ABC):
    """An `Environment`, once a subclass says how an episode begins and what a command does.

    `seed` holds for every reset that names none. `max_steps` truncates an episode after so many commands.
    """

    task = ""

    def __init__(self, *, seed: int = 0, max_steps: int | None = None) -> None:
        self._seed = seed
        self._max_steps = max_steps
        self._moves = 0
        self._score = 0.0
        self._over = True
        self._game: Any = None

    @abstractmethod
    def _begin(self, seed: int) -> tuple[str, Info]:
        """Begin an episode: its first observation and info."""

    @abstractmethod
    def _send(self, command: str) -> tuple[str, Info]:
        """Do a command: the observation and info that it leads to. Moves are counted elsewhere."""

    def _end(self) -> None:
        """End the game's process, if it has one."""
        self._game.close()

    def close(self) -> None:
        """End the game. A later `reset` begins anew."""
        if self._game is not None:
            self._end()
        self._game, self._over = None, True

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Begin again. See `Environment.reset`."""
        self._seed = self._seed if seed is None else seed
        observation, info = self._begin(self._seed)
        self._moves, self._score, self._over = 0, info["score"], False
        return observation, info

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Send one command. See `Environment.step`."""
        if self._over:
            raise EpisodeOver("The game is over or not begun. Call reset() before step().")
        self._moves += 1
        observation, info = self._send(" ".join(action.split()))
        info["moves"] = self._moves
        reward, self._score = info["score"] - self._score, info["score"]
        terminated = info["won"] or info["lost"]
        truncated = not terminated and self._max_steps is not None and self._moves >= self._max_steps
        self._over = terminated or truncated
        return observation, reward, terminated, truncated, info
