"""kill -9 at random moments of a writing loop: what was acknowledged must be there, and nothing half-written.

python -m benchmarks.durability --rounds 200
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from graphmem import Memory
from graphmem.extraction.textworld import slot
from graphmem.testing import HashEmbedder

TRIPLES = 5
"""What each observation of the loop teaches; the last of them retires one of the observation before."""


@dataclass
class Tally:
    """What was seen over all rounds."""

    rounds: int = 0
    acknowledged: int = 0
    in_flight: int = 0
    lost: int = 0
    half_written: int = 0


def write_for_ever(path: str) -> None:
    """Remember, say so on standard output, and go on: the loop that is killed."""
    with Memory(path, embedder=HashEmbedder(), slot_of=slot) as memory:
        number = memory.stats().last_step + 1
        while True:
            memory.remember(f"observation {number}", key=str(number), triples=_triples(number))
            print(number, flush=True)
            number += 1


def _triples(number: int) -> list[tuple[str, str, str]]:
    things = [(f"thing {number}.{i}", "is in", f"room {number % 7}") for i in range(TRIPLES - 1)]
    return [*things, ("player", "is in", f"room {number % 7}")]


def survive(path: Path, rounds: int, *, longest: float = 0.5, seed: int = 0) -> Tally:
    """Kill the loop `rounds` times, after up to `longest` seconds of writing each, and look at the file after each."""
    tally, chance, acknowledged = Tally(), random.Random(seed), -1
    for _ in range(rounds):
        acknowledged = max(acknowledged, _kill_once(path, chance.uniform(0, longest)))
        _examine(path, acknowledged, tally)
    return tally


def _kill_once(path: Path, seconds: float) -> int:
    """Run the loop, kill it `seconds` after its first acknowledgement; gives the last number it acknowledged."""
    command = [sys.executable, "-m", "benchmarks.durability", "--write", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        first = child.stdout.readline()
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read()
    lines = [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return int(lines[-1])


def _examine(path: Path, acknowledged: int, tally: Tally) -> None:
    with Memory(path, embedder=HashEmbedder(), slot_of=slot) as memory:
        episodes = {int(episode.key or -1): episode for episode in memory.episodes()}
        tally.rounds += 1
        tally.acknowledged = acknowledged + 1
        tally.lost += sum(number not in episodes or episodes[number].pending for number in range(acknowledged + 1))
        tally.in_flight += sum(number > acknowledged for number in episodes)
        whole = {number for number, episode in episodes.items() if len(episode.facts) == TRIPLES}
        untouched = {number for number, episode in episodes.items() if episode.pending and not episode.facts}
        tally.half_written += len(episodes.keys() - whole - untouched)
        for number in sorted(untouched):  # the observation in flight can be sent again
            memory.remember(f"observation {number}", key=str(number), triples=_triples(number))
    with sqlite3.connect(path) as db:
        verdict = db.execute("PRAGMA integrity_check").fetchone()[0]
        tally.half_written += verdict != "ok"
    db.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--write", metavar="FILE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write_for_ever(given.write)
    with tempfile.TemporaryDirectory() as folder:
        print(survive(Path(folder) / "memory.db", given.rounds))


if __name__ == "__main__":
    main()
