"""The grid, carried out: in processes of this machine, or by any executor that is handed in."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from agents.compare.grid import Cell, Settings
from agents.compare.playing import play
from agents.compare.store import Store
from agents.memories import MEMORIES, Kind, added_memories

Records = list[dict[str, Any]]
Outcome = Records | BaseException
Tell = Callable[[Cell, Outcome], None]
Player = Callable[[Cell, Settings, Path], Records]
"""As `agents.compare.playing.play`: importable, as other processes call it."""

Job = tuple[Player, Cell, Settings, Path]

DIED = "its process died, when it ran alone too"


def run(
    store: Store,
    cells: Sequence[Cell],
    *,
    games: Path,
    executor: Executor | None = None,
    workers: int | None = None,
    player: Player = play,
    tell: Tell = lambda cell, outcome: None,
) -> dict[Cell, str]:
    """Play those of `cells` that have no log in `store` yet, and give those that failed, each with its reason.

    In `workers` processes of this machine (as many as it has cores), or by `executor`: any of `concurrent.futures`'
    kind, whose workers can import this package and write the folder `games`. A run that fails, or whose process dies,
    stops none of the others. `player` plays one run; `tell` is called after each.
    """
    jobs = [(player, cell, store.settings, games) for cell in store.missing(cells)]
    failed: dict[Cell, str] = {}
    outcomes = _handed_over(executor, jobs) if executor else _here(jobs, workers or os.cpu_count() or 1)
    for cell, outcome in outcomes:
        if isinstance(outcome, BaseException):
            failed[cell] = " ".join(f"{type(outcome).__name__}: {outcome}".split())
        else:
            store.keep(cell, outcome)
        tell(cell, outcome)
    store.fail(failed)
    return failed


def _handed_over(executor: Executor, jobs: Iterable[Job]) -> Iterator[tuple[Cell, Outcome]]:
    """Everything at once: the executor knows best in what order and where."""
    futures = {_submit(executor, job): job for job in jobs}
    try:
        while futures:
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                yield futures.pop(future)[1], _outcome(future)
    finally:
        for future in futures:
            future.cancel()


def _here(jobs: Sequence[Job], workers: int) -> Iterator[tuple[Cell, Outcome]]:
    """In a pool of processes. When one dies, all that ran are suspect, and run once more, each alone."""
    waiting, suspects = deque(jobs), deque[Job]()
    while waiting or suspects:
        for job, outcome in _pooled(waiting, workers):
            if isinstance(outcome, BrokenExecutor):
                suspects.append(job)
            else:
                yield job[1], outcome
        while suspects:
            for job, outcome in _pooled(deque([suspects.popleft()]), 1):
                yield job[1], ChildDied(DIED) if isinstance(outcome, BrokenExecutor) else outcome


class ChildDied(Exception):
    """A run took its process with it."""


def _pooled(waiting: deque[Job], workers: int) -> Iterator[tuple[Job, Outcome]]:
    """The outcomes of one pool, until nothing is waiting or the pool is broken; no more are in it than can run."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=(added_memories(),))
    futures: dict[Future[Records], Job] = {}
    broken = False
    try:
        while (waiting and not broken) or futures:
            while waiting and not broken and len(futures) < workers:
                job = waiting.popleft()
                try:
                    futures[_submit(pool, job)] = job
                except BrokenExecutor:
                    waiting.appendleft(job)
                    broken = True
            for future in wait(futures, return_when=FIRST_COMPLETED).done if futures else ():
                outcome = _outcome(future)
                broken = broken or isinstance(outcome, BrokenExecutor)
                yield futures.pop(future), outcome
    except BaseException:  # Ctrl-C, above all: what runs is given up, and has no log
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submit(executor: Executor, job: Job) -> Future[Records]:
    player, cell, settings, games = job
    return executor.submit(player, cell, settings, games)


def _outcome(future: Future[Records]) -> Outcome:
    try:
        return future.result()
    except Exception as error:
        return error


def _begin_worker(memories: dict[str, Kind]) -> None:
    """A worker knows the memories that were added, leaves Ctrl-C to its parent, and does not outlive it."""
    MEMORIES.update(memories)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)
