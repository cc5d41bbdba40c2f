"""`python -m agents play --policy human`: a person plays, the memory beside the game."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem import Memory

pytest.importorskip("textworld")
ROOT = Path(__file__).parent.parent.parent
HUNT = ("treasure-hunt", "--seed", "1", "--policy", "human")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "agents", "play", *HUNT, *arguments]


def _play(folder: Path, typed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": str(ROOT), "COLUMNS": "160"}
    return subprocess.run(_command(*arguments), cwd=folder, env=env, input=typed, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("human")


def test_what_is_typed_is_played_until_the_input_ends(folder: Path) -> None:
    done = _play(folder, "take Key 1\n\n  go   east \n", "--json")
    assert done.returncode == 0, done.stderr
    *steps, run = map(json.loads, done.stdout.splitlines())
    assert run["actions"] == ["take Key 1", "go east"]
    assert steps[-1]["action"] == ""
    assert "stopped" not in run


def test_the_memory_is_shown_beside_the_game(folder: Path) -> None:
    shown = _play(folder, "take Key 1\n").stdout
    assert "You are carrying nothing." in shown
    assert "+ Key 1, is in, inventory" in shown
    assert "- Key 1, is in, Room A" in shown
    assert shown.count("+ Key 1, is in, Room A") == 1
    assert "1 of 7" in shown


def test_a_question_mark_lists_the_commands(folder: Path) -> None:
    done = _play(folder, "?\n", "--json")
    assert "take Key 1" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["actions"] == []


def test_a_place_can_be_gone_to(folder: Path) -> None:
    done = _play(folder, "go east\ngo to room a\n", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["actions"] == ["go east", "go west"]


def test_ctrl_c_ends_the_run_with_all_saved(folder: Path) -> None:
    env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    arguments = _command("--memory-file", "house.db", "--log", "log.jsonl")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(arguments, cwd=folder, env=env, **pipes) as child:  # type: ignore[call-overload]
        child.stdin.write("take Key 1\n")
        child.stdin.flush()
        while "Key 1, is in, inventory" not in child.stdout.readline():
            pass
        child.send_signal(signal.SIGINT)
        child.stdout.read()
    assert child.returncode == 130
    *_, run = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    assert (run["stopped"], run["actions"]) == ("interrupted", ["take Key 1"])
    with Memory(folder / "house.db") as memory:
        assert [episode.text.splitlines()[0] for episode in memory.episodes()][1:] == ["> take Key 1"]
