"""Making games: what a seed gives, what is in the folder, what can go wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envs import open_game
from envs.errors import FolderNotWritable, GameMakingFailed, UnknownSize, UnknownTask
from envs.tasks import SIZES, TASKS, building, make, treasure_hunt
from envs.tasks.building import unwinnable
from envs.tasks.draft import BadDraw, Draft

ROOT = Path(__file__).resolve().parents[3]


def _info(game: Path) -> Any:
    return json.loads(game.with_suffix(".json").read_text())


def _names(game: Path, kinds: str) -> list[str]:
    return [thing["name"] for _, thing in _info(game)["infos"] if thing["type"] in kinds.split()]


def _first(game: Path) -> tuple[str, list[str]]:
    observation, info = open_game(game).reset()
    return observation, info["admissible_commands"]


@pytest.mark.parametrize("task", TASKS)
def test_a_seed_gives_the_same_game_in_any_process(task: str, games_folder: Path, tmp_path: Path) -> None:
    here = make(task, "default", 1, games_folder)
    code = f"from envs.tasks import make; make({task!r}, 'default', 1, {str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "4711"}, check=True)
    there = tmp_path / here.name
    assert _info(there) == _info(here)  # rooms, exits, things, texts
    assert _first(there) == _first(here)


def test_another_seed_gives_another_game(hunt: Path, games_folder: Path) -> None:
    assert _info(make("treasure-hunt", "default", 2, games_folder))["world"] != _info(hunt)["world"]


@pytest.mark.parametrize("game", ["hunt", "cleaning", "cooking"])
def test_a_made_game_is_won_by_the_walkthrough_in_its_metadata(game: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(game)
    assert unwinnable(path, _info(path)["metadata"]["walkthrough"]) == ""


def test_a_small_hunt_has_four_to_six_rooms_and_six_points(games_folder: Path) -> None:
    hunts = [make("treasure-hunt", "small", seed, games_folder) for seed in (1, 2, 3)]
    assert {len(_names(hunt, "r")) for hunt in hunts} <= {4, 5, 6}
    assert {sum(quest["reward"] for quest in _info(hunt)["quests"]) for hunt in hunts} == {6}


def test_a_walkthrough_that_falls_short_is_found_out(hunt: Path) -> None:
    assert unwinnable(hunt, ["take Key 1"]) == "its walkthrough ends with 1 of 7 points"


def test_dice_that_give_no_game_are_thrown_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []

    def moody(size: str, seed: int) -> Draft:
        seeds.append(seed)
        if len(seeds) < 3:
            raise BadDraw("no map")
        return treasure_hunt.draft(size, seed)

    monkeypatch.setitem(building._MAKERS, "treasure-hunt", moody)
    building.build("treasure-hunt", "default", 1, tmp_path / "game.z8")
    assert len(set(seeds)) == 3
    open_game(tmp_path / "game.z8").reset()


def test_after_many_throws_the_maker_gives_up_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hopeless(size: str, seed: int) -> Draft:
        raise BadDraw("no map")

    monkeypatch.setitem(building._MAKERS, "cooking", hopeless)
    with pytest.raises(GameMakingFailed, match=r"seed 7 .*no map.*another seed"):
        building.build("cooking", "hard", 7, tmp_path / "game.z8")
    assert list(tmp_path.iterdir()) == []


def test_a_game_that_is_there_is_not_made_again(hunt: Path) -> None:
    before = hunt.stat().st_mtime_ns
    assert make("treasure-hunt", "default", 1, hunt.parent) == hunt
    assert hunt.stat().st_mtime_ns == before


@pytest.mark.parametrize("missing", [".z8", ".json"])
def test_half_a_game_is_made_again(missing: str, hunt: Path, tmp_path: Path) -> None:
    for part in (hunt, hunt.with_suffix(".json")):
        if part.suffix != missing:
            shutil.copy(part, tmp_path)
    game = make("treasure-hunt", "default", 1, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["treasure-hunt-default-1.json", game.name]
    assert _first(game) == _first(hunt)


def test_an_unknown_task_is_told_the_tasks(tmp_path: Path) -> None:
    with pytest.raises(UnknownTask, match="treasure-hunt, cleaning, cooking"):
        make("chess", "default", 1, tmp_path)


def test_an_unknown_size_is_told_the_sizes(tmp_path: Path) -> None:
    with pytest.raises(UnknownSize, match="default, hard, hardest"):
        make("cleaning", "level1", 1, tmp_path)
    assert "level4" in SIZES["cooking"]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FolderNotWritable, match="file"):
        make("cooking", "level1", 1, tmp_path / "file" / "games")


def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    folder = Path("/proc") if os.geteuid() == 0 else tmp_path  # root may write anywhere but there
    with pytest.raises(FolderNotWritable, match="cannot be written"):
        make("cooking", "level1", 1, folder)


# --- Treasure Hunt -------------------------------------------------------------------------------------------------


def test_a_hunt_has_the_papers_size_and_points(hunt: Path) -> None:
    assert len(_names(hunt, "r")) == 12
    assert sorted(_names(hunt, "k")) == ["Golden key", "Key 1", "Key 2", "Key 3"]
    assert len(set(_names(hunt, "c"))) == 12
    assert open_game(hunt).reset()[1]["max_score"] == 7.0


def test_the_hardest_hunt_has_36_rooms_and_7_keys(games_folder: Path) -> None:
    hunt = make("treasure-hunt", "hardest", 1, games_folder)
    assert len(set(_names(hunt, "r"))) == len(set(_names(hunt, "c"))) == 36
    assert len(_names(hunt, "k")) == 7


def test_the_notes_of_a_hunt_lead_to_the_next_locker(hunt: Path) -> None:
    """Played by its texts alone: unlock what the task, and then each note, says the key is for."""
    env = open_game(hunt)
    env.reset()
    unlocked = []
    for command in _info(hunt)["metadata"]["walkthrough"]:
        observation = env.step(command)[0]
        if command.startswith("unlock"):
            unlocked.append(command.removeprefix("unlock ").split(" with ")[0])
        if command.startswith("examine Note"):
            number = command.removeprefix("examine Note ")
            assert observation.startswith(f"The key {number} unlocks ")
            unlocked.append(observation.removeprefix(f"The key {number} unlocks ").rstrip("."))
    assert unlocked[0] == "White locker"
    assert "Key 1 that you find in Room A unlocks the White locker" in env.task
    assert unlocked[1:-1:2] == unlocked[2:-1:2]  # what the note said, and what its key then opened
    assert unlocked[-1] == "Golden locker"


# --- Cleaning ------------------------------------------------------------------------------------------------------


def test_a_cleaning_has_9_rooms_and_11_things_out_of_place_among_others(cleaning: Path) -> None:
    truth = _info(cleaning)["metadata"]["cleaning"]
    assert len(_names(cleaning, "r")) == 9
    assert len(truth["misplaced"]) == 11
    assert set(truth["misplaced"]) < set(truth["homes"])


# --- Cooking -------------------------------------------------------------------------------------------------------


def test_a_cooking_has_9_rooms_and_a_recipe_of_3(cooking: Path) -> None:
    assert len(_names(cooking, "r")) == 9
    assert len(_info(cooking)["metadata"]["ingredients"]) == 3
    assert "frying is done only with the stove" in open_game(cooking).task


def test_making_sixteen_rooms_leaves_textworlds_own_maker_as_it_was() -> None:
    maker = pytest.importorskip("textworld.challenges.tw_cooking.cooking")
    from envs.tasks import cooking

    before = (maker.ROOMS, maker.NEIGHBORS, maker.make_graph_world)
    game = cooking.draft("hardest", 1).game
    assert len(game.world.rooms) == 16
    assert len(game.metadata["ingredients"]) == 5
    assert (maker.ROOMS, maker.NEIGHBORS, maker.make_graph_world) == before
    assert "study" not in maker.NEIGHBORS["corridor"]


def test_with_full_hands_as_much_is_carried_as_the_recipe_has_ingredients() -> None:
    pytest.importorskip("textworld")
    from envs.tasks import cooking

    game = cooking.draft("hands-full", 1).game
    hands = [fact for fact in game.world.facts if fact.name in ("free", "used") and fact.arguments[0].type == "slot"]
    assert len(hands) == len(game.metadata["ingredients"]) == 5


@pytest.mark.parametrize(
    ("size", "rooms", "points"), [("level1", 1, 4), ("level2", 1, 5), ("level3", 9, 3), ("level4", 6, 11)]
)
def test_the_levels_have_the_rooms_and_points_of_the_comparison(size: str, rooms: int, points: int) -> None:
    pytest.importorskip("textworld")
    from envs.tasks import cooking

    game = cooking.draft(size, 1).game
    assert (len(game.world.rooms), game.max_score) == (rooms, points)
