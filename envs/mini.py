"""A house of four rooms in pure Python, which speaks as TextWorld's games do: for fast tests of agents.

                      garden (bench)
                         |  locked steel door
    bedroom (chest) -- kitchen (table, red apple) -- open wooden door -- pantry (shelf)

The apple belongs on the bench. The brass key is in the closed chest. One point each for taking the key, taking the
apple, and putting the apple on the bench, which wins. Eating the apple loses.
"""

from __future__ import annotations

from typing import Any

from envs.errors import EpisodeOver
from envs.mini_rules import APPLE, CARRIED, KEY, House, admissible, inventory, look, obey
from envs.protocol import Info

TASK = (
    "Your task is to put the red apple on the bench in the garden. "
    "The garden is behind a locked steel door, and the brass key that opens it is in a chest."
)
_MAX_SCORE = 3.0


class MiniWorld:
    """The four rooms as an `Environment`. Deterministic; `max_steps` truncates an episode."""

    task = TASK

    def __init__(self, *, max_steps: int | None = None) -> None:
        self.max_steps = max_steps
        self._world = House()
        self._moves = 0
        self._over = True

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Begin again. There are no dice, so `seed` changes nothing."""
        self._world, self._moves, self._over = House(), 0, False
        return look(self._world), self._info()

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Do one command. See `Environment.step`."""
        if self._over:
            raise EpisodeOver("MiniWorld is over or not begun. Call reset() before step().")
        self._moves += 1
        observation = obey(self._world, " ".join(action.split()))
        reward = _earn(self._world)
        info = self._info()
        if reward:
            observation += "\n\nYour score has just gone up by one point."
        if info["won"] or info["lost"]:
            observation += "\n\n*** The End ***" if info["won"] else "\n\n*** You lost! ***"
        terminated = info["won"] or info["lost"]
        truncated = not terminated and self.max_steps is not None and self._moves >= self.max_steps
        self._over = terminated or truncated
        return observation, reward, terminated, truncated, info

    def close(self) -> None:
        """Nothing to let go of, but the next step wants a reset."""
        self._over = True

    def _info(self) -> Info:
        return Info(
            admissible_commands=admissible(self._world),
            inventory=inventory(self._world),
            score=float(len(self._world.earned)),
            max_score=_MAX_SCORE,
            won=self._world.won,
            lost=self._world.lost,
            moves=self._moves,
        )


def _earn(world: House) -> float:
    """Points for what has just become true for the first time."""
    done = {f"took {thing}" for thing in (KEY, APPLE) if world.places[thing] == CARRIED}
    if world.won:
        done.add("won")
    fresh = done - world.earned
    world.earned |= fresh
    return float(len(fresh))
