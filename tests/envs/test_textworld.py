"""Any compiled TextWorld game, as an environment."""

from __future__ import annotations

import builtins
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from envs import TextWorldEnv, open_game
from envs.errors import EpisodeOver, GameNotFound, MissingCompiler, MissingGameInfo, MissingTextWorld, NotAGame
from envs.textworld import import_textworld


def test_the_first_observation_is_the_room_and_nothing_else(hunt_env: TextWorldEnv) -> None:
    observation, _ = hunt_env.reset()
    assert observation.startswith("-= Room A =-\n")
    assert "$$" not in observation
    assert not observation.rstrip().endswith("0/1")
    assert "\n\n\n" not in observation


def test_a_games_own_intro_stays_in_the_first_observation(cooking: Path) -> None:
    observation, _ = TextWorldEnv(cooking).reset()
    assert observation.startswith("You are hungry! Let's cook a delicious meal.")


def test_info_tells_the_commands_and_the_score(hunt_env: TextWorldEnv) -> None:
    _, info = hunt_env.reset()
    assert "take Key 1" in info["admissible_commands"]
    assert (info["score"], info["max_score"], info["moves"]) == (0.0, 7.0, 0)
    observation, reward, terminated, truncated, info = hunt_env.step("take Key 1")
    assert observation.startswith("You pick up the Key 1 from the ground.")
    assert (reward, terminated, truncated) == (1.0, False, False)
    assert info["inventory"] == "You are carrying: a Key 1."


def test_a_command_need_not_be_listed_to_be_understood(hunt_env: TextWorldEnv) -> None:
    _, info = hunt_env.reset()
    assert "get key 1" not in info["admissible_commands"]
    assert hunt_env.step("get key 1")[1] == 1.0


def test_reset_begins_the_same_game_again(hunt_env: TextWorldEnv) -> None:
    first = hunt_env.reset()
    hunt_env.step("take Key 1")
    assert hunt_env.reset() == first


def test_it_plays_on_after_close_and_reset(hunt_env: TextWorldEnv) -> None:
    first = hunt_env.reset()
    hunt_env.close()
    hunt_env.close()
    assert hunt_env.reset() == first


@pytest.mark.parametrize("command", ["quit", "restart", "save", "undo", "tw-print player id", "print_state", " QUIT. "])
def test_words_to_the_interpreter_do_not_reach_it(hunt_env: TextWorldEnv, command: str) -> None:
    hunt_env.reset()
    hunt_env.step("take Key 1")
    observation, reward, terminated, _, info = hunt_env.step(command)
    assert observation == "That's not a verb I recognise."
    assert (reward, terminated, info["score"]) == (0.0, False, 1.0)


def test_several_commands_at_once_are_refused(hunt_env: TextWorldEnv) -> None:
    hunt_env.reset()
    assert hunt_env.step("take Key 1. look")[0] == "One command at a time, please."
    assert hunt_env.step("take Key 1 then quit")[0] == "One command at a time, please."


def test_an_empty_command_is_answered(hunt_env: TextWorldEnv) -> None:
    hunt_env.reset()
    assert hunt_env.step("  \n ")[0] == "I beg your pardon?"


def test_there_is_no_limit_of_steps_unless_one_is_given(hunt: Path) -> None:
    unlimited, limited = TextWorldEnv(hunt), TextWorldEnv(hunt, max_steps=2)
    for env in (unlimited, limited):
        env.reset()
    assert not any(unlimited.step("look")[3] for _ in range(60))
    assert [limited.step("look")[3] for _ in range(2)] == [False, True]
    with pytest.raises(EpisodeOver, match="reset"):
        limited.step("look")


def test_games_may_be_opened_from_many_threads(hunt: Path) -> None:
    observations: list[str] = []
    threads = [threading.Thread(target=lambda: observations.append(TextWorldEnv(hunt).reset()[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(observations) == 4
    assert len(set(observations)) == 1


def test_a_missing_game_is_named(tmp_path: Path) -> None:
    with pytest.raises(GameNotFound, match=r"no game at .*nowhere\.z8"):
        open_game(tmp_path / "nowhere.z8")


@pytest.mark.parametrize("content", [b"", b"not a game", b"\x08" * 4000, bytes(range(256)) * 40])
def test_a_file_that_is_no_game_is_refused_before_the_interpreter_sees_it(tmp_path: Path, content: bytes) -> None:
    game = tmp_path / "x.z8"
    game.write_bytes(content)
    game.with_suffix(".json").write_text("{}")
    with pytest.raises(NotAGame, match=r"x\.z8"):
        open_game(game)


def test_a_damaged_game_is_refused(tmp_path: Path, hunt: Path) -> None:
    content = bytearray(hunt.read_bytes())
    content[5000] ^= 0xFF
    game = tmp_path / "damaged.z8"
    game.write_bytes(content)
    shutil.copy(hunt.with_suffix(".json"), game.with_suffix(".json"))
    with pytest.raises(NotAGame, match="damaged"):
        open_game(game)


def test_only_z8_files_are_games(tmp_path: Path) -> None:
    story = tmp_path / "story.ulx"
    story.write_bytes(b"Glul")
    with pytest.raises(NotAGame, match=r"not a \.z8 file"):
        open_game(story)


@pytest.mark.parametrize("content", [None, "no json", "[]", '{"world": []}'])
def test_a_game_wants_its_json_beside_it(tmp_path: Path, hunt: Path, content: str | None) -> None:
    game = tmp_path / "alone.z8"
    shutil.copy(hunt, game)
    if content is not None:
        game.with_suffix(".json").write_text(content)
    with pytest.raises(MissingGameInfo, match=r"alone\.json"):
        open_game(game)


def test_a_json_that_only_looks_right_is_a_clear_error(tmp_path: Path, hunt: Path) -> None:
    game = tmp_path / "fake.z8"
    shutil.copy(hunt, game)
    game.with_suffix(".json").write_text('{"world": [], "quests": [], "infos": [], "metadata": {}}')
    with pytest.raises(MissingGameInfo, match=r"fake\.json"):
        open_game(game)


@pytest.fixture
def no_textworld(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def fail(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "textworld":
            raise ImportError("No module named 'textworld'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fail)


@pytest.mark.usefixtures("no_textworld")
def test_without_textworld_the_mend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    with pytest.raises(MissingTextWorld, match="pip install textworld"):
        import_textworld()


@pytest.mark.usefixtures("no_textworld")
def test_without_a_compiler_that_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    with pytest.raises(MissingCompiler, match=r"make and cc.*build-essential"):
        import_textworld()
