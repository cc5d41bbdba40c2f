"""`python -m agents play`: real games, played to the end without a model."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agents.ariadne import Ariadne
from agents.policies.heuristic import HeuristicPlayer
from agents.policies.protocol import Plan, Situation
from envs import MiniWorld
from graphmem import Memory
from graphmem.embedding import load_embedder


def _play(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-m", "agents", "play", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(root)}, capture_output=True, text=True)


def _records(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the games of this module are made, and the memory of the hunt is kept."""
    return tmp_path_factory.mktemp("play")


@pytest.fixture(scope="module")
def hunt(folder: Path) -> list[dict[str, Any]]:
    return _records(_play("treasure-hunt", "--seed", "5", "--memory-file", "hunt.db", "--json", folder=folder))


def test_it_wins_a_treasure_hunt(hunt: list[dict[str, Any]]) -> None:
    run = hunt[-1]
    assert (run["won"], run["score"], run["normalized_score"]) == (True, run["max_score"], 1.0)
    assert run["steps"] == len(hunt) - 1
    assert run["actions"] == [command for step in hunt[:-1] for command in step["commands"]]
    assert run["episodes"] == len(run["actions"]) + 1
    assert run["facts"] > 20
    assert run["memory_ms_per_step"] > 0


def test_each_step_tells_the_whole_turn(hunt: list[dict[str, Any]]) -> None:
    first = hunt[0]
    assert {"observation", "asserted", "retired", "recalled", "plan", "action", "score"} <= first.keys()
    assert first["observation"].startswith("-= Room A =-")
    assert ["player", "is in", "Room A"] in first["asserted"]
    assert any(["player", "is in", "Room A"] in step["retired"] for step in hunt[1:-1])


def test_the_memory_file_can_be_asked_afterwards(hunt: list[dict[str, Any]], folder: Path) -> None:
    with Memory(folder / "hunt.db") as memory:
        assert memory.stats().episodes == hunt[-1]["episodes"]
        assert "treasure, is in, inventory" in str(memory.recall("where is the treasure?"))


def test_a_second_try_with_the_same_memory_is_shorter(hunt: list[dict[str, Any]], folder: Path) -> None:
    again = _records(_play("treasure-hunt", "--seed", "5", "--memory-file", "hunt.db", "--json", folder=folder))[-1]
    assert again["won"]
    assert len(again["actions"]) < len(hunt[-1]["actions"])


def test_it_cooks_a_meal(folder: Path) -> None:
    run = _records(_play("cooking", "--size", "level4", "--seed", "2", "--json", folder=folder))[-1]
    assert run["won"]


def test_it_cleans_most_of_a_house(folder: Path) -> None:
    run = _records(_play("cleaning", "--seed", "1", "--json", folder=folder))[-1]
    assert run["normalized_score"] > 0.6


def test_it_wins_the_mini_world() -> None:
    embedder = load_embedder("minilm")
    with Memory(":memory:", embedder=embedder) as memory:
        env = MiniWorld()
        steps = list(Ariadne(env, memory, HeuristicPlayer(embedder), max_steps=60).run())
    assert steps[-1].info["won"]


def test_a_command_that_names_no_thing_is_no_sub_goal() -> None:
    situation = Situation("explore", "A dungeon.", "", ("open", "take", "east"), plan=Plan("explore"))
    assert all(step.about != ("",) for step in HeuristicPlayer(load_embedder("lexical")).plan(situation).sub_goals)


def test_a_person_can_watch(folder: Path, hunt: list[dict[str, Any]]) -> None:
    done = _play("treasure-hunt", "--seed", "5", "--max-steps", "3", folder=folder)
    assert done.returncode == 0
    for word in ("step 1 · Room A", "saw", "learned", "plan", "action", "not won", "score"):
        assert word in done.stdout, word


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nosuch.z8"], "nosuch.z8"),
        (["chess"], "treasure-hunt, cleaning, cooking"),
        (["fake.z8"], "fake.z8"),
        (["story.z5"], "jericho:story.z5"),
        (["cooking", "--size", "vast"], "level4"),
        (["cooking", "--paper"], "--policy llm"),
        (["treasure-hunt", "--memory-file", "fake.z8"], "no graphmem memory"),
        (["treasure-hunt", "--memory-file", "no/such/house.db"], "does not exist"),
    ],
)
def test_bad_input_ends_with_one_clear_line(arguments: list[str], word: str, tmp_path: Path) -> None:
    for name in ("fake.z8", "story.z5"):
        (tmp_path / name).write_bytes(b"this is no game")
    done = _play(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
