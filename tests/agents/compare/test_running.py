"""The grid is carried out whatever happens: nothing is lost, and nothing is played or counted twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from agents.compare.results import read_results
from agents.compare.running import run
from agents.compare.store import Store
from tests.agents.compare import made
from tests.agents.compare.made import SETTINGS, cell

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "out", SETTINGS)


@pytest.fixture
def games(tmp_path: Path) -> Path:
    """A folder where the players leave a mark for every run."""
    folder = tmp_path / "games"
    folder.mkdir()
    return folder


def _counted(store: Store) -> list[int]:
    return sorted(result.cell.seed for result in read_results(store.logs(), SETTINGS.max_steps))


def test_a_second_time_nothing_is_played(store: Store, games: Path) -> None:
    cells = [cell(1), cell(2)]
    for _ in range(2):
        with ThreadPoolExecutor(2) as executor:
            assert run(store, cells, games=games, executor=executor, player=made.played) == {}
    assert len(list(games.iterdir())) == 2
    assert _counted(store) == [1, 2]


def test_a_run_that_fails_stops_no_other_and_is_listed_with_its_reason(store: Store, games: Path) -> None:
    failed = run(store, [cell(n) for n in (1, 2, 3)], games=games, workers=1, player=made.failing_at_two)
    assert failed == {cell(2): "ValueError: the game would not begin"}
    assert [each.cell for each in store.failed()] == [cell(2)]
    assert _counted(store) == [1, 3]


def test_a_run_that_kills_its_process_stops_no_other(store: Store, games: Path) -> None:
    failed = run(store, [cell(n) for n in (1, 2, 3, 4)], games=games, workers=2, player=made.dying_at_two)
    assert failed == {cell(2): "ChildDied: its process died, when it ran alone too"}
    assert _counted(store) == [1, 3, 4]


def test_a_failed_run_is_tried_again_the_next_time(store: Store, games: Path) -> None:
    run(store, [cell(2)], games=games, workers=1, player=made.failing_at_two)
    with ThreadPoolExecutor(1) as executor:
        assert run(store, [cell(2)], games=games, executor=executor, player=made.played) == {}
    assert _counted(store) == [2]
    assert store.failed() == []


def test_every_outcome_is_told(store: Store, games: Path) -> None:
    told = []
    with ThreadPoolExecutor(1) as executor:
        run(store, [cell(1), cell(2)], games=games, executor=executor, player=made.failing_at_two,
            tell=lambda of, outcome: told.append((of.seed, isinstance(outcome, Exception))))  # fmt: skip
    assert sorted(told) == [(1, False), (2, True)]


_RUN = """
from pathlib import Path
from agents.compare.running import run
from agents.compare.store import Store
from tests.agents.compare import made
if __name__ == "__main__":
    cells = [made.cell(seed) for seed in range(12)]
    run(Store(Path("out"), made.SETTINGS), cells, games=Path("games"), workers=1, player=made.slowly)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_after_ctrl_c_or_a_kill_it_goes_on_where_it_stopped(
    store: Store, games: Path, tmp_path: Path, how: signal.Signals
) -> None:
    script = tmp_path / "grid.py"
    script.write_text(_RUN)
    env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    with subprocess.Popen([sys.executable, script], cwd=tmp_path, env=env, stderr=subprocess.DEVNULL) as grid:
        _until(lambda: len(store.logs()) >= 2)
        grid.send_signal(how)
    before = {path: path.read_bytes() for path in store.logs()}
    assert len(before) < 12
    with ThreadPoolExecutor(4) as executor:
        run(store, [cell(seed) for seed in range(12)], games=games, executor=executor, player=made.slowly)
    assert _counted(store) == list(range(12))
    assert {path: path.read_bytes() for path in before} == before


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a Dask scheduler on loopback, and its two workers."""
    pytest.importorskip("distributed")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
                env=env, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        file = tmp_path / "scheduler.json"
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        _until(file.exists)
        one = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(file))
        yield str(file), [start("dask_worker", *one) for _ in range(2)]


def test_a_dask_cluster_that_loses_a_worker_loses_no_run(
    store: Store, games: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    from distributed import Client

    file, workers = cluster
    cells = [cell(seed) for seed in range(16)]
    told: Counter[int] = Counter()

    def tell(of: made.Cell, outcome: object) -> None:
        told[of.seed] += 1
        if told.total() == 4:
            workers[0].kill()

    with Client(scheduler_file=file, timeout=60) as client:
        client.wait_for_workers(2, timeout=120)
        failed = run(store, cells, games=games, executor=client.get_executor(), player=made.slowly, tell=tell)
    assert failed == {}
    assert told == Counter(range(16))
    assert _counted(store) == list(range(16))


def _until(done: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
