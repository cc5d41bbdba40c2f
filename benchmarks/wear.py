"""What a memory costs that has been used for long in one place: a hub, a state that changes for ever, merges, versions.

    python -m benchmarks.wear --sizes 500 5000

Each memory is filled to one size after the other; at each, calls are timed by the processor's time, a median of ten.
What a call costs should follow what it is about, not how often something like it was done before. No model is needed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.scale import WordVectors, machine
from graphmem import Memory, Triple

SIZES = (500, 5_000)
CALLS = 10

Call = Callable[[Memory, int], object]
"""What is done to a memory; the number is one that was not used before."""


@dataclass(frozen=True)
class Shape:
    """One kind of long use: what each of its turns tells, and the calls that are timed."""

    name: str
    turn: Call
    calls: Mapping[str, Call]


def _told(*triples: tuple[str, str, str]) -> Callable[[Memory, int], object]:
    """Remember what is told of turn `{n}`, where `{m}` is 0 or 1 by turns."""

    def remember(memory: Memory, n: int) -> object:
        told = [tuple(part.format(n=n, m=n % 2) for part in triple) for triple in triples]
        return memory.remember(f"turn {n}: " + "; ".join(map(" ".join, told)), triples=told)

    return remember


def _forgotten(memory: Memory, n: int) -> object:
    return memory.forget(memory.episodes(newest=2)[0])


def _merged(memory: Memory, n: int) -> object:
    return memory.merge(f"person {n}", f"nickname {n}")


def _two_made_one(memory: Memory, n: int) -> object:
    _told(("person {n}", "likes", "tea {n}"), ("nickname {n}", "lives in", "town {n}"))(memory, n)
    return _merged(memory, n)


def _renewed(memory: Memory, n: int) -> object:
    kept = [(f"valve {i}", "is made of", "brass") for i in range(20)]
    return memory.update({"text": f"level {n}", "key": "tank", "triples": [*kept, ("tank", "has level", str(n))]})


def _recalled(question: str) -> Call:
    return lambda memory, n: memory.recall(question)


SHAPES = (
    Shape(
        "one who has many facts",
        many := _told(("Ada", "likes", "thing {n}"), ("Ada", "met", "person {n}")),
        {"remember": many, "recall": _recalled("what does Ada like, and whom did she meet?"), "forget": _forgotten},
    ),
    Shape(
        "a state that changes for ever",
        toggled := _told(("door", "is", "state {m}"), ("player", "is in", "room {m}")),
        {"remember": toggled, "recall": _recalled("where is the player, is the door open?"), "forget": _forgotten},
    ),
    Shape("many merges", _two_made_one, {"merge": _two_made_one, "forget": _forgotten}),
    Shape("versions of one key", _renewed, {"update": _renewed}),
)


def slot_of(triple: Triple) -> str | None:
    return {"is": "state", "is in": "location"}.get(triple.relation)


def cost(memory: Memory, call: Call, numbers: Iterator[int]) -> float:
    """Milliseconds of the processor's time, a median."""
    taken = []
    for number in (next(numbers) for _ in range(CALLS)):
        started = time.process_time()
        call(memory, number)
        taken.append((time.process_time() - started) * 1e3)
    return float(np.median(taken))


def measure(shape: Shape, sizes: list[int], folder: Path) -> dict[str, list[float]]:
    """By call, what it costs at each size."""
    numbers = iter(range(2**31))
    found: dict[str, list[float]] = {name: [] for name in shape.calls}
    with Memory(folder / "memory.db", embedder=WordVectors(), slot_of=slot_of) as memory:
        done = 0
        for size in sizes:
            for _ in range(size - done):
                shape.turn(memory, next(numbers))
            done = size
            for name, call in shape.calls.items():
                found[name].append(cost(memory, call, numbers))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="turns")
    sizes = sorted(parser.parse_args().sizes)
    table = Table("", "call", *(f"after {size:,} turns, ms" for size in sizes), "ratio", title=machine())
    for shape in SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            for name, costs in measure(shape, sizes, Path(folder)).items():
                table.add_row(shape.name, name, *(f"{it:.1f}" for it in costs), f"{costs[-1] / costs[0]:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
