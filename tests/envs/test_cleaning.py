"""How a Cleaning game is scored: +1 taken, +1 put where it belongs, -1 for a wrong move."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs import CleaningEnv, TextWorldEnv, open_game
from envs.cleaning import CARRIED, CleaningScore
from envs.errors import MissingGameInfo

HOMES = {"toothbrush": ["bathroom"], "pan": ["kitchen", "dining room"], "bed lamp": ["bedroom"]}
START = {"toothbrush": "kitchen", "pan": "bathroom", "bed lamp": "bedroom"}


@pytest.fixture
def score() -> CleaningScore:
    return CleaningScore(HOMES, ["toothbrush", "pan"], START)


def _gained(score: CleaningScore, thing: str, *places: str) -> list[int]:
    """The points for each of these moves of `thing`."""
    gained = []
    for place in places:
        before = score.points
        score.update({**score._rooms, thing: place})
        gained.append(score.points - before)
    return gained


def test_taking_and_putting_right_earn_a_point_each(score: CleaningScore) -> None:
    assert _gained(score, "toothbrush", CARRIED, "bathroom") == [1, 1]


def test_any_of_its_homes_is_right(score: CleaningScore) -> None:
    assert _gained(score, "pan", CARRIED, "dining room") == [1, 1]


def test_putting_a_thing_in_a_wrong_room_costs_a_point_each_time(score: CleaningScore) -> None:
    assert _gained(score, "toothbrush", CARRIED, "bedroom", CARRIED, "kitchen") == [1, -1, 0, -1]


def test_a_mistake_can_be_mended(score: CleaningScore) -> None:
    assert _gained(score, "toothbrush", CARRIED, "bedroom", CARRIED, "bathroom") == [1, -1, 0, 1]


def test_taking_what_was_in_place_costs_a_point_and_putting_it_back_earns_none(score: CleaningScore) -> None:
    assert _gained(score, "bed lamp", CARRIED, "bedroom", CARRIED) == [-1, 0, -1]


def test_points_are_earned_once(score: CleaningScore) -> None:
    assert _gained(score, "toothbrush", CARRIED, "bathroom", CARRIED, "bathroom") == [1, 1, -1, 0]


def test_the_house_is_clean_when_everything_is_in_place(score: CleaningScore) -> None:
    for thing, room in (("toothbrush", "bathroom"), ("pan", "kitchen")):
        assert not score.clean
        _gained(score, thing, CARRIED, room)
    assert score.clean
    _gained(score, "bed lamp", CARRIED)
    assert not score.clean


@given(st.lists(st.tuples(st.sampled_from(list(HOMES)), st.sampled_from(["kitchen", "bathroom", "bedroom", "attic"]))))
def test_no_way_of_moving_things_earns_more_than_two_points_a_thing(moves: list[tuple[str, str]]) -> None:
    score = CleaningScore(HOMES, ["toothbrush", "pan"], START)
    for thing, room in moves:
        _gained(score, thing, CARRIED, room)
        assert score.points <= score.max_points == 4


# --- in a made game -----------------------------------------------------------------------------------------------


@pytest.fixture
def metadata(cleaning: Path) -> Any:
    return json.loads(cleaning.with_suffix(".json").read_text())["metadata"]


def test_a_cleaning_game_is_opened_with_its_points_and_task(cleaning: Path) -> None:
    env = open_game(cleaning)
    assert isinstance(env, CleaningEnv)
    assert "clean the house" in env.task
    assert env.reset()[1]["max_score"] == 22.0


def test_the_walkthrough_wins_every_point(cleaning: Path, metadata: Any) -> None:
    env = open_game(cleaning)
    env.reset()
    rewards = []
    for command in metadata["walkthrough"]:
        observation, reward, terminated, _, info = env.step(command)
        rewards.append(reward)
    assert terminated
    assert info["won"]
    assert observation.endswith("*** The End ***")
    assert info["score"] == 22.0
    assert sum(reward == 1.0 for reward in rewards) == 22


def test_taking_then_dropping_in_the_same_wrong_room_is_a_wrong_move(cleaning: Path, metadata: Any) -> None:
    env = open_game(cleaning)
    env.reset()
    commands = metadata["walkthrough"]
    first = next(number for number, command in enumerate(commands) if command.startswith("take "))
    for command in commands[:first]:
        env.step(command)
    assert env.step(commands[first])[1] == 1.0
    thing = commands[first].removeprefix("take ").split(" from ")[0]
    assert env.step(f"drop {thing}")[1] == -1.0
    assert env.step(f"take {thing}")[1] == 0.0


def test_neither_info_nor_text_tells_where_things_belong(cleaning: Path, metadata: Any) -> None:
    observation, info = open_game(cleaning).reset()
    assert set(info) == {"admissible_commands", "inventory", "score", "max_score", "won", "lost", "moves"}
    assert "belong" not in observation


def test_without_the_wrapper_the_game_plays_and_has_no_points(cleaning: Path) -> None:
    env = TextWorldEnv(cleaning)
    env.reset()
    assert env.step("look")[4]["max_score"] == 0.0


def test_a_game_that_says_nothing_of_homes_is_no_cleaning_game(hunt: Path) -> None:
    with pytest.raises(MissingGameInfo, match="open_game"):
        CleaningEnv(hunt)


def test_a_broken_truth_is_a_clear_error(cleaning: Path, tmp_path: Path) -> None:
    game = tmp_path / "broken.z8"
    shutil.copy(cleaning, game)
    info = json.loads(cleaning.with_suffix(".json").read_text())
    info["metadata"]["cleaning"] = {}
    game.with_suffix(".json").write_text(json.dumps(info))
    with pytest.raises(MissingGameInfo, match="does not say what belongs where"):
        open_game(game)
