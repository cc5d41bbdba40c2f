"""check_environment passes what keeps the protocol, and names what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envs import Environment, MiniWorld, check_environment
from envs.errors import BrokenContract
from envs.protocol import Info

Step = tuple[str, float, bool, bool, Info]


def test_the_mini_world_keeps_the_protocol() -> None:
    check_environment(MiniWorld())
    check_environment(MiniWorld(max_steps=3))
    assert isinstance(MiniWorld(), Environment)


@pytest.mark.parametrize("game", ["hunt", "cleaning", "cooking"])
def test_made_games_keep_the_protocol(
    game: str, request: pytest.FixtureRequest, opened: Callable[[Path], Environment]
) -> None:
    check_environment(opened(request.getfixturevalue(game)))


class Generous(MiniWorld):
    """Rewards that the score knows nothing of."""

    def step(self, action: str) -> Step:
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward + 1, terminated, truncated, info


class Talkative(MiniWorld):
    """An info that tells how to win."""

    def reset(self, **options: Any) -> tuple[str, Info]:
        observation, info = super().reset(**options)
        return observation, {**info, "walkthrough": ["open chest"]}  # type: ignore[typeddict-unknown-key]


class Silent(MiniWorld):
    """An info without the inventory."""

    def reset(self, **options: Any) -> tuple[str, Info]:
        observation, info = super().reset(**options)
        del info["inventory"]  # type: ignore[misc]
        return observation, info


class Fickle(MiniWorld):
    """Another text at each reset."""

    resets = 0

    def reset(self, **options: Any) -> tuple[str, Info]:
        self.resets += 1
        observation, info = super().reset(**options)
        return f"{observation} ({self.resets})", info


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (Generous, "the score changed by"),
        (Talkative, "no player should be told: walkthrough"),
        (Silent, "lacks 'inventory'"),
        (Fickle, "differ at step 0"),
    ],
)
def test_a_broken_environment_is_told_what_is_broken(broken: type[MiniWorld], fault: str) -> None:
    with pytest.raises(BrokenContract, match=fault):
        check_environment(broken())
