"""`python -m agents replay`: a past run, step by step."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.ariadne import Ariadne
from agents.policies.heuristic import HeuristicPlayer
from agents.replay import LoggedRun, LoggedStep, read_log
from agents.runlog import run_record, step_record
from envs import MiniWorld
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.errors import InputError

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """What `play --log` writes of five steps in the mini world."""
    embedder = load_embedder("lexical")
    with Memory(":memory:", embedder=embedder) as memory:
        agent = Ariadne(MiniWorld(), memory, HeuristicPlayer(embedder), max_steps=5)
        steps = list(agent.run())
        records = [*map(step_record, steps), run_record(agent, steps, memory.stats())]
    return [json.dumps(record, ensure_ascii=False) for record in records]


@pytest.fixture
def log(tmp_path: Path, lines: list[str]) -> Callable[..., Path]:
    """A log of these lines; else of the run's own."""

    def write(*written: str, end: str = "\n") -> Path:
        path = tmp_path / "log.jsonl"
        path.write_text("\n".join(written or lines) + end)
        return path

    return write


def _replay(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agents", "replay", str(path)]
    env = {"PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_without_a_terminal_all_steps_are_printed(log: Callable[..., Path], lines: list[str]) -> None:
    done = _replay(log(), COLUMNS="200")
    assert done.returncode == 0, done.stderr
    for line in lines[:-1]:
        step = json.loads(line)
        assert f"step {step['step']} · {step['place']}" in done.stdout
        assert step["action"] in done.stdout
    assert "not won" in done.stdout


def test_a_run_that_is_read_is_the_run_that_was_written(log: Callable[..., Path], lines: list[str]) -> None:
    *steps, run = read_log(log())
    assert all(isinstance(step, LoggedStep) for step in steps)
    assert isinstance(run, LoggedRun)
    assert [step.action for step in steps if isinstance(step, LoggedStep)] == [
        json.loads(line)["action"] for line in lines[:-1]
    ]


@pytest.mark.skipif(os.name == "nt", reason="wants a pseudo-terminal")
def test_at_a_terminal_keys_go_forwards_and_back(log: Callable[..., Path]) -> None:
    import pty

    ours, theirs = pty.openpty()
    env = {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120", "LINES": "50"}
    command = [sys.executable, "-m", "agents", "replay", str(log())]
    with subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as child:
        os.close(theirs)
        try:
            _until(ours, "1 of 6")
            for key, shown in (("n", "2 of 6"), ("\x1b[C", "3 of 6"), ("p", "2 of 6"), ("\x1b[D", "1 of 6")):
                _press(ours, key)
                _until(ours, shown)
            _press(ours, "q")
            assert child.wait(timeout=60) == 0
        finally:
            child.kill()
            os.close(ours)


def _press(terminal: int, key: str) -> None:
    """Press a key once one is waited for: what is typed before that is thrown away."""
    import termios

    while termios.tcgetattr(terminal)[3] & termios.ICANON:
        time.sleep(0.01)
    os.write(terminal, key.encode())


def _until(terminal: int, wanted: str) -> None:
    """Read what is printed until it is there; a minute is enough."""
    printed = ""
    while wanted not in printed:
        assert select.select([terminal], [], [], 60)[0], f"{wanted!r} never came: {printed!r}"
        printed += os.read(terminal, 65536).decode(errors="replace")


def test_a_last_line_that_a_kill_cut_short_is_left_out(log: Callable[..., Path], lines: list[str]) -> None:
    assert len(read_log(log(*lines[:2], lines[2][:40], end=""))) == 2


def test_a_text_may_hold_any_end_of_a_line(log: Callable[..., Path], lines: list[str]) -> None:
    told = json.loads(lines[0]) | {"reason": "one\u2028two\x85three"}
    assert len(read_log(log(json.dumps(told, ensure_ascii=False), *lines[1:]))) == len(lines)


@pytest.mark.parametrize("fault", ["no JSON at all", '{"step": 3}', "[1, 2]", '{"won": "perhaps"}'])
def test_a_malformed_line_is_named(log: Callable[..., Path], lines: list[str], fault: str) -> None:
    with pytest.raises(InputError, match=r"log\.jsonl, line 2 is no step of a run"):
        read_log(log(lines[0], fault, lines[1]))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, "log.jsonl cannot be read"),
        (b"\xff\xfe\x00", "log.jsonl cannot be read"),
        (b"\n\n", "holds no step"),
        (b"{}\n{}\n", "line 1"),
    ],
)
def test_a_bad_log_ends_with_one_clear_line(tmp_path: Path, written: bytes | None, told: str) -> None:
    if written is not None:
        (tmp_path / "log.jsonl").write_bytes(written)
    done = _replay(tmp_path / "log.jsonl")
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_a_log_holds_is_only_text(log: Callable[..., Path], lines: list[str]) -> None:
    step = json.loads(lines[0]) | {"observation": "\x1b[2J[red]gone[/red]"}
    done = _replay(log(json.dumps(step)))
    assert "\x1b[2J" not in done.stdout
    assert "[red]gone[/red]" in done.stdout
