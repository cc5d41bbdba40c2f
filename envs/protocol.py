"""What an agent may expect of a text environment: Gymnasium's `reset` and `step`, with texts for observations."""

from __future__ import annotations

from typing import Any, Protocol, TypedDict, runtime_checkable


class Info(TypedDict):
    """What comes with each observation. Nothing here tells more than a player can see or has earned."""

    admissible_commands: list[str]  # commands that would do something now; the game may understand others too
    inventory: str  # in the game's words: "You are carrying nothing."
    score: float  # points so far
    max_score: float  # points of a perfect game; infinite where more can always be had
    won: bool
    lost: bool
    moves: int  # commands sent since the last reset


@runtime_checkable
class Environment(Protocol):
    """A world that is read and acted on in English.

    >>> observation, info = env.reset()
    >>> observation, reward, terminated, truncated, info = env.step("open wooden door")
    """

    @property
    def task(self) -> str:
        """What the agent is told at its first step, beside the first observation; "" where there is nothing to tell."""
        ...

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Begin again. Return the first observation and its info.

        `seed` settles whatever is random in the environment; `options` is there for Gymnasium's sake.
        """
        ...

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Do `action`, one command in English, and return what came of it.

        Returns (observation, reward, terminated, truncated, info): the reward is the change of the score, terminated
        says that the game is won or lost, truncated that it was cut off at its limit of steps. A command that the
        world does not understand is no error: the observation says so. Raises `EpisodeOver` when a reset is due.
        """
        ...

    def close(self) -> None:
        """Let go of processes and files. May be called twice."""
        ...
