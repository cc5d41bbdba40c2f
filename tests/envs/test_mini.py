"""The world in pure Python: small, quick, and in TextWorld's English."""

from __future__ import annotations

import pytest

from envs import MiniWorld
from envs.errors import EpisodeOver

WINNING = [
    "open chest",
    "take brass key from chest",
    "go east",
    "take red apple from table",
    "unlock steel door with brass key",
    "open steel door",
    "go north",
    "put red apple on bench",
]


@pytest.fixture
def world() -> MiniWorld:
    world = MiniWorld()
    world.reset()
    return world


def _do(world: MiniWorld, *commands: str) -> str:
    observation = ""
    for command in commands:
        observation = world.step(command)[0]
    return observation


def test_it_begins_in_a_titled_room_with_its_exits() -> None:
    observation, info = MiniWorld().reset()
    assert observation.startswith("-= Bedroom =-\n")
    assert "There is an exit to the east." in observation
    assert info["inventory"] == "You are carrying nothing."


def test_doors_and_furniture_read_as_in_textworld(world: MiniWorld) -> None:
    kitchen = _do(world, "go east")
    assert "There is an open wooden door leading east." in kitchen
    assert "There is a closed steel door leading north." in kitchen
    assert "On the table you see a red apple." in kitchen


def test_it_is_won_with_every_point_by_admissible_commands(world: MiniWorld) -> None:
    total, info = 0.0, world.reset()[1]
    for command in WINNING:
        assert command in info["admissible_commands"]
        _, reward, terminated, _, info = world.step(command)
        total += reward
    assert terminated
    assert info["won"]
    assert total == info["score"] == info["max_score"] == 3.0


def test_every_admissible_command_is_understood(world: MiniWorld) -> None:
    refusals = {"That's not a verb I recognise.", "You can't see any such thing.", "You can't go that way."}
    for done in range(len(WINNING)):
        info = world.reset()[1]
        for command in WINNING[:done]:
            info = world.step(command)[4]
        for command in info["admissible_commands"]:
            other = MiniWorld()
            other.reset()
            assert _do(other, *WINNING[:done], command) not in refusals


def test_eating_the_apple_loses(world: MiniWorld) -> None:
    _do(world, "go east", "take red apple")
    observation, _, terminated, _, info = world.step("eat red apple")
    assert terminated
    assert info["lost"]
    assert "*** You lost! ***" in observation


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        (["open chest"], "You open the chest, revealing a brass key."),
        (["open chest", "take brass key"], "You take the brass key from the chest."),
        (["go east", "take red apple", "drop red apple"], "You drop the red apple on the ground."),
        (
            ["go east", "take red apple", "drop red apple", "take red apple"],
            "You pick up the red apple from the ground.",
        ),
        (["go east", "go north"], "You have to open the steel door first."),
        (["go east", "open steel door"], "You have to unlock the steel door with the brass key first."),
        (["go up"], "You can't go that way."),
        (["take red apple"], "You can't see any such thing."),
        (["take brass key"], "You can't see any such thing."),
        (["sing"], "That's not a verb I recognise."),
    ],
)
def test_it_answers_as_textworld_does(world: MiniWorld, commands: list[str], answer: str) -> None:
    assert _do(world, *commands).splitlines()[0] == answer


def test_what_is_dropped_is_on_the_floor_of_the_room(world: MiniWorld) -> None:
    _do(world, "open chest", "take brass key", "drop brass key")
    assert "There is a brass key on the floor." in _do(world, "look")


def test_it_is_truncated_at_its_limit_of_steps() -> None:
    world = MiniWorld(max_steps=2)
    world.reset()
    assert [world.step("look")[3], world.step("look")[3]] == [False, True]
    with pytest.raises(EpisodeOver, match="reset"):
        world.step("look")
