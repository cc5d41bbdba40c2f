"""What a step costs the memory (remember and recall, embedding included) early and late in one long run.

python -m benchmarks.step_time --steps 160
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agents.ariadne import Ariadne
from agents.memories import open_memory
from agents.policies.protocol import Decision, Plan, Policy, Situation, SubGoal
from envs import open_game
from envs.tasks import make
from graphmem.embedding import load_embedder

WINDOW = 10
"""Steps over which a figure is the median."""


class Wanderer(Policy):
    """Walks on and on: through exits that are new while there are any, then round and round the known places."""

    def __init__(self) -> None:
        self._turn = itertools.count()

    def plan(self, situation: Situation) -> Plan:
        places = [situation.place or "", *itertools.islice(situation.distances, 3)]
        return Plan("see it all", tuple(SubGoal(f"look at {place}", about=(place,)) for place in places if place))

    def act(self, situation: Situation) -> Decision:
        here = situation.unexplored.get(situation.place or "", ())
        ways = [f"go {way}" for way in here] or [c for c in situation.admissible if c.startswith("go ")]
        return Decision(ways[next(self._turn) % len(ways)])


def milliseconds(steps: int, folder: Path) -> Iterator[float]:
    """Memory time of each step of one run through the largest hunt, on a file."""
    env = open_game(make("treasure-hunt", "hardest", 1, folder))
    with open_memory(folder / "long.db", load_embedder()) as memory:
        for step in Ariadne(env, memory, Wanderer(), max_steps=steps).run():
            yield step.memory_ms
    env.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=160)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as folder:
        times = list(milliseconds(steps, Path(folder)))
    table = Table("around step", "memory, ms a step (median)")
    around = [10, *range(50, steps - WINDOW // 2 + 1, 50)]
    medians = {step: statistics.median(times[step - WINDOW // 2 : step + WINDOW // 2]) for step in around}
    for step, median in medians.items():
        table.add_row(str(step), f"{median:.1f}")
    Console().print(table)
    print(f"ratio of the last to the first: {medians[around[-1]] / medians[around[0]]:.2f}")


if __name__ == "__main__":
    main()
