"""`python -m agents compare`, with a real game."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agents.compare.grid import Settings, grid
from agents.compare.playing import play
from agents.compare.report import report
from agents.compare.running import run
from agents.compare.store import Store
from agents.memories import MEMORIES, Kind
from envs.tasks import make
from tests.agents.compare import made
from tests.agents.compare.made import cell

pytest.importorskip("textworld")
ROOT = Path(__file__).parents[3]
GRID = ("--tasks", "treasure-hunt", "--sizes", "default", "--seeds", "1", "--max-steps", "8", "--budget-tokens", "200")
CHOSEN = ("--memories", "graph,history,summary,none")


def _agents(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-W", "ignore", "-m", "agents", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("treasure-hunt", "default", 1, tmp_path_factory.mktemp("games"))


@pytest.fixture(scope="module")
def games(hunt: Path) -> str:
    return str(hunt.parent)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, games: str) -> Path:
    """Where a small grid was played, with what it printed as done.json."""
    made = tmp_path_factory.mktemp("compare")
    done = _agents(made, "compare", *GRID, *CHOSEN, "--games", games, "--workers", "1", "--out", "out")
    (made / "done.json").write_text(json.dumps([done.returncode, done.stdout, done.stderr]))
    return made


def test_one_command_makes_logs_tables_and_plots(folder: Path) -> None:
    code, printed, told = json.loads((folder / "done.json").read_text())
    assert code == 0, told
    assert "out/table.md" in printed.splitlines()
    assert len(list((folder / "out/logs").iterdir())) == 3
    with (folder / "out/results.csv").open(newline="") as file:
        assert {row["memory"] for row in csv.DictReader(file)} == {"graph", "history", "none"}


def test_memories_that_need_a_model_are_left_out_and_it_is_said(folder: Path) -> None:
    told = " ".join(json.loads((folder / "done.json").read_text())[2].split())
    assert "left out where the heuristic player plays, as they need a model: summary" in told


def test_a_second_time_nothing_is_played(folder: Path, games: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in (folder / "out/logs").iterdir()}
    done = _agents(folder, "compare", *GRID, *CHOSEN, "--games", games, "--workers", "1", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in (folder / "out/logs").iterdir()} == before


def test_a_report_alone_makes_the_tables_again(folder: Path) -> None:
    table = folder / "out/table.md"
    before = table.read_text()
    table.unlink()
    assert _agents(folder, "compare", "--report", "out").returncode == 0
    assert table.read_text() == before


def test_a_log_of_the_grid_is_one_of_play(folder: Path, games: str, hunt: Path) -> None:
    game = str(hunt)
    done = _agents(folder, "play", game, "--json", "--max-steps", "4")
    played = [json.loads(line) for line in done.stdout.splitlines()]
    (log,) = (folder / "out/logs").glob("*_graph_*")
    logged = [json.loads(line) for line in log.read_text().splitlines()]
    assert logged[0].keys() == played[0].keys()
    assert logged[-1].keys() - played[-1].keys() == {"cell", "trials"}
    assert played[-1].keys() <= logged[-1].keys()


def test_a_past_run_of_the_grid_is_shown_again(folder: Path) -> None:
    (log,) = (folder / "out/logs").glob("*_none_*")
    done = _agents(folder, "replay", str(log))
    assert done.returncode == 0, done.stderr
    assert "step 1 · " in done.stdout


@pytest.mark.parametrize("memory", ["graph", "simulacra-novelty"])
def test_the_same_cell_is_the_same_run(memory: str, games: str) -> None:
    once, again = ([_untimed(record) for record in _played(memory, games)] for _ in range(2))
    assert once == again


def test_what_is_recalled_keeps_to_the_budget_of_the_cell(games: str) -> None:
    assert all(record["recalled_tokens"] <= 200 for record in _played("rag", games)[:-1])


def test_a_memory_that_a_user_adds_runs_through_to_tables_and_plots(
    games: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEMORIES, "last", Kind("the last step", made.last))
    store = Store(tmp_path / "out", Settings(max_steps=3))
    cells = grid(["treasure-hunt"], ["default"], [1], ["last", "none"], [200])
    assert run(store, cells, games=Path(games), workers=1) == {}
    report(store)
    assert "| no memory | the last step |" in (tmp_path / "out/table.md").read_text()


def _played(memory: str, games: str) -> list[dict[str, Any]]:
    return play(cell(1, memory, 200), Settings(max_steps=6), Path(games))


def _untimed(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if not key.startswith("memory_ms")}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--tasks", "chess"], "there is no task 'chess'"),
        (["--seeds", "one"], "--seeds must be numbers"),
        (["--reworded", "backwards"], "there is no wording 'backwards': choose of letter"),
        (["--report", "nowhere"], "nowhere holds no comparison"),
        (["--policy", "llm"], "OpenAI needs a key"),
        (["--scheduler", "tcp://127.0.0.1:1"], "no Dask scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_bad_input_ends_with_one_clear_line(arguments: list[str], word: str, tmp_path: Path) -> None:
    if "--scheduler" in arguments:
        pytest.importorskip("distributed")
    done = _agents(tmp_path, "compare", "--memories", "none", *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert "Traceback" not in done.stderr
