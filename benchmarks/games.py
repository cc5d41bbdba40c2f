"""Play many made games of each family and size with the heuristic player, and print a table of how it went.

python -m benchmarks.games --games 20
python -m benchmarks.games --file hunt.z8 --task "what the agent is told"
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from agents.ariadne import Ariadne
from agents.memories import GraphMemory, open_memory
from agents.players import rules_of_thumb
from agents.runlog import run_record
from envs import open_game
from envs.tasks import SIZES, make
from graphmem.embedding import load_embedder

GAMES = Path("games")


def play(path: Path, task: str = "", max_steps: int = 300) -> dict[str, Any]:
    """One game with a fresh memory; gives the run's record, as `play --json` prints it last."""
    embedder = load_embedder()
    env = open_game(path)
    player = rules_of_thumb(embedder)
    with open_memory(":memory:", embedder, player.extractor) as memory:
        remembered = GraphMemory(memory, search=player.search)
        agent = Ariadne(env, remembered, player.policy, task=task, max_steps=max_steps, world=path.stem)
        steps = list(agent.run())
        record = run_record(agent, steps, memory.stats())
    env.close()
    return record


def _made(game: tuple[str, str, int]) -> tuple[tuple[str, str, int], dict[str, Any]]:
    return game, play(make(*game, GAMES))


def _row(name: str, records: list[dict[str, Any]]) -> list[str]:
    commands = [len(record["actions"]) for record in records]
    return [
        name,
        f"{sum(record['won'] for record in records)} of {len(records)}",
        f"{statistics.mean(record['normalized_score'] for record in records):.3f}",
        f"{statistics.mean(commands):.0f} ({min(commands)} to {max(commands)})",
    ]


def _rows(number: int, tasks: list[str], processes: int) -> Iterator[list[str]]:
    games = [(task, size, seed) for task in tasks for size in SIZES[task] for seed in range(1, number + 1)]
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with ProcessPoolExecutor(processes) as pool:
        progress = Console(stderr=True)
        for (task, size, _), record in track(pool.map(_made, games), "playing", len(games), console=progress):
            found.setdefault((task, size), []).append(record)
            if len(found[task, size]) == number:
                row = _row(f"{task}, {size}", found[task, size])
                progress.print(*row, sep=" | ", highlight=False)
                yield row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=20, help="of each family and size; seeds 1, 2, ...")
    parser.add_argument("--tasks", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--file", type=Path, help="play this game file alone")
    parser.add_argument("--task", default="", help="what the agent is told, with --file")
    given = parser.parse_args()
    table = Table("games", "won", "mean score (of 1)", "commands, mean (range)")
    if given.file:
        table.add_row(*_row(given.file.name, [play(given.file, given.task)]))
    else:
        for row in _rows(given.games, given.tasks, given.processes):
            table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
