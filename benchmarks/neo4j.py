"""What a memory on a Neo4j server survives and costs. The server is fetched and started for it, on this machine.

python -m benchmarks.neo4j kill --times 10                    kill -9 of the server under two writers
python -m benchmarks.neo4j scale --sizes 1000 10000 100000    beside SQLite, brought there by Neo4j's importer
python -m benchmarks.neo4j sync --episodes 10000              there, killed in the middle, resumed, and back
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.scale import TRIPLES, WordVectors, World, build
from graphmem import Memory, Triple
from graphmem.graph.copying import all_of, texts_of
from graphmem.protocols import Store
from graphmem.storage import open_store
from graphmem.storage.neo4j import write_import
from graphmem.storage.neo4j.bulk import ARGUMENTS
from graphmem.testing import HashEmbedder
from tests.neo4j_server import PASSWORD, VERSIONS, Server, running

RECALLS, REMEMBERS = 100, 40

WARMING_RECALLS, WARMING_REMEMBERS = 60, 3
"""Not counted: a server plans its statements at the first, and compiles itself for some time."""


# Killed: two writers about the same things, while the server is killed and started again.


@dataclass
class Writer:
    """A process that remembers for ever, and when it acknowledged what."""

    name: str
    process: subprocess.Popen[str]
    acknowledged: dict[int, float] = field(default_factory=dict)

    def listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.acknowledged[int(line)] = time.monotonic()

    def longest_pause(self) -> float:
        times = sorted(self.acknowledged.values())
        return max(np.diff(times), default=0.0)


def write_for_ever(address: str, name: str) -> None:
    """Remember, say so on standard output, and go on."""
    with Memory(address, embedder=HashEmbedder(), slot_of=one_value) as memory:
        number = 0
        while True:
            memory.remember(f"{name} saw {number}", key=f"{name} {number}", triples=triples(number))
            print(number, flush=True)
            number += 1


def one_value(triple: Triple) -> str:
    """Each relation of a thing has one value: where it is, and what the player is."""
    return triple.relation


def triples(number: int) -> list[tuple[str, str, str]]:
    """Things that move about, the same for all who write: they retire and support each other's facts."""
    things = [f"thing {(number * step) % 50}" for step in (1, 7, 13)]
    return [*((thing, "is in", f"room {number % 7}") for thing in dict.fromkeys(things)), ("player", "is", f"{number}")]


@contextmanager
def writers(address: str, names: Iterable[str]) -> Iterator[list[Writer]]:
    command = [sys.executable, "-m", "benchmarks.neo4j", "write", "--address", address, "--name"]
    started = [Writer(name, subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True)) for name in names]
    threads = [threading.Thread(target=writer.listen) for writer in started]
    for thread in threads:
        thread.start()
    try:
        yield started
    finally:
        for writer in started:
            writer.process.send_signal(signal.SIGKILL)
            writer.process.wait()
        for thread in threads:
            thread.join()


def kill(version: str, times: int) -> None:
    chance, restarts = random.Random(0), []
    with running(version) as server:
        with writers(server.uri, ("ada", "ben")) as writing:
            _wait_for(writing)
            for _ in range(times):
                time.sleep(chance.uniform(0.2, 3))
                server.kill()
                started = time.monotonic()
                server.start()
                restarts.append(time.monotonic() - started)
                _wait_for(writing)
            ended = [writer.process.poll() for writer in writing]
        print(f"{times} times killed; writers that gave up: {sum(code is not None for code in ended)}")
        examine(server, writing)
        print(f"longest pause of a writer {max(w.longest_pause() for w in writing):.1f} s;", end=" ")
        print(f"the server was away for {min(restarts):.1f} to {max(restarts):.1f} s, by its first answer")


def _wait_for(writing: Sequence[Writer]) -> None:
    """Until each of them has acknowledged something more."""
    before = [len(writer.acknowledged) for writer in writing]
    while any(len(w.acknowledged) <= n and w.process.poll() is None for w, n in zip(writing, before, strict=True)):
        time.sleep(0.02)


def examine(server: Server, writing: Sequence[Writer]) -> None:
    with Memory(server.uri, embedder=HashEmbedder()) as memory:
        stored, facts, entities = memory.episodes(), memory.facts(), memory.entities()
    acknowledged = {f"{writer.name} {number}" for writer in writing for number in writer.acknowledged}
    whole = {e.key for e in stored if not e.pending and len(e.facts) == len(triples(int(str(e.key).split()[1])))}
    half = [e for e in stored if e.facts and e.key not in whole]
    print(f"acknowledged {len(acknowledged)}, of these lost {len(acknowledged - whole)}; half-written {len(half)}")
    told = {"episodes": (e.key for e in stored), "entities": (it.key for it in entities)}
    told |= {
        "facts": (f.triple.key for f in facts),
        "values of one slot": ((f.subject, f.slot) for f in facts if f.slot),
    }
    twice = {what: sum(n > 1 for n in Counter(keys).values()) for what, keys in told.items()}
    print("there twice:", ", ".join(f"{count} {what}" for what, count in twice.items()))


# Costs: the same questions to a file and to the server, which holds a copy of it.


@dataclass(frozen=True)
class Costs:
    """Milliseconds to recall and to remember, each; and of the processors, on average, by this process and the server.

    The machine's `load` is that by the end.
    """

    recall: Sequence[float]
    recall_cpu: tuple[float, float]
    remember: Sequence[float]
    remember_cpu: tuple[float, float]
    load: float

    def row(self) -> list[str]:
        times = [f"{np.percentile(times, q):,.0f}" for times in (self.recall, self.remember) for q in (50, 95)]
        cpu = [f"{own:.0f} + {servers:.0f}" for own, servers in (self.recall_cpu, self.remember_cpu)]
        return [*times[:2], cpu[0], *times[2:], cpu[1], f"{self.load:.1f}"]


def measure(store: Store, facts: int, server: Server | None = None) -> Costs:
    """Ask it and tell it something."""
    embedder, world = WordVectors(), World(facts)
    told = world.records(min(200, facts // TRIPLES))[2]
    chance = np.random.default_rng(7)
    asked = [told[int(i)] for i in chance.integers(len(told), size=RECALLS + WARMING_RECALLS)]
    queries = [f"what is {fact.relation} {fact.object} and {fact.subject}?" for fact in asked]
    new = [[world.triple() for _ in range(TRIPLES)] for _ in range(REMEMBERS + WARMING_REMEMBERS)]
    with Memory(store, embedder=embedder) as memory:
        memory._embed(queries)  # into the cache
        recall = _each([lambda q=query: memory.recall(q) for query in queries], WARMING_RECALLS, server)
        told_now = [lambda t=each: memory.remember(world.text(t), triples=t) for each in new]
        remember = _each(told_now, WARMING_REMEMBERS, server)
    return Costs(*recall, *remember, os.getloadavg()[0])


def _each(
    work: Sequence[Callable[[], object]], warming: int, server: Server | None
) -> tuple[list[float], tuple[float, float]]:
    """Milliseconds that each took but the first, and of the processors, on average."""
    for call in work[:warming]:
        call()
    before = _cpu(server)
    times = [_ms(call) for call in work[warming:]]
    own, servers = (1000 * (now - then) / len(times) for now, then in zip(_cpu(server), before, strict=True))
    return times, (own, servers)


def _cpu(server: Server | None) -> tuple[float, float]:
    """Seconds of the processors that this process and the server have taken so far."""
    return time.process_time(), server.cpu_seconds() if server else 0.0


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def scale(version: str, sizes: Sequence[int], folder: Path) -> None:
    table = Table("facts", "store", "recall p50, ms", "p95", "CPU", "remember p50, ms", "p95", "CPU", "load")
    p50 = {}
    for facts in sizes:
        path = made(folder, facts)
        with tempfile.TemporaryDirectory() as work:
            copy = Path(work) / "copy.db"
            copy.write_bytes(path.read_bytes())
            table.add_row(f"{facts:,}", "SQLite", *measure(open_store(copy), facts).row())
        with imported(version, path) as server:
            costs = measure(open_store(server.uri), facts, server)
        p50[facts] = np.median(costs.recall)
        table.add_row("", f"Neo4j {version}", *costs.row())
        Console(width=140).print(table)
    print("CPU: milliseconds each, of this process + of the server")
    print(f"recall of the largest to the smallest: {p50[sizes[-1]] / p50[sizes[0]]:.2f} times")


@contextmanager
def imported(version: str, path: Path) -> Iterator[Server]:
    """A server with the memory at `path`, by Neo4j's importer; says how long each part took."""
    with tempfile.TemporaryDirectory(prefix="neo4j-", ignore_cleanup_errors=True) as work:
        server, tables = Server(version, Path(work) / "server"), Path(work) / "tables"
        source = open_store(path)
        seconds = {"tables": _seconds(lambda: write_import(source, tables))}
        source.close()
        command = ["database", "import", "full", "neo4j", "--overwrite-destination", f"@{ARGUMENTS}"]
        seconds["importer"] = _seconds(lambda: server.admin(*command, cwd=tables))
        shutil.rmtree(tables)
        try:
            server.start()
            seconds["constraints and indexes"] = _seconds(lambda: open_store(server.uri).close())
            told = ", ".join(f"{what} {took:,.0f} s" for what, took in seconds.items())
            print(f"{path.name} to {version}: {told}; in all {sum(seconds.values()):,.0f} s", flush=True)
            yield server
        finally:
            server.stop()


def _seconds(work: Callable[[], object]) -> float:
    return _ms(work) / 1000


def made(folder: Path, facts: int) -> Path:
    path = folder / f"scale-{facts}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        build(path, facts)
    return path


# Copies.


def copies(version: str, episodes: int, folder: Path) -> None:
    """Copy a file to a server, killed in the middle, and resumed; then back into another file."""
    path = made(folder, episodes * TRIPLES)
    with running(version) as server, tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-m", "graphmem.cli", "sync"]
        started = time.monotonic()
        with subprocess.Popen([*command, str(path), server.uri], stderr=subprocess.DEVNULL) as copying:
            store = open_store(server.uri)
            while copying.poll() is None and store.stats().episodes < episodes // 2:
                time.sleep(0.2)
            copying.kill()
        print(f"killed after {time.monotonic() - started:.0f} s, with {store.stats().episodes:,} episodes copied")
        for source, target in ((str(path), server.uri), (server.uri, f"{work}/back.db"), (str(path), server.uri)):
            started = time.monotonic()
            done = subprocess.run([*command, source, target], check=True, capture_output=True, text=True)
            print(f"{done.stdout.splitlines()[0]}: {time.monotonic() - started:.0f} s")
        one, other = open_store(path), open_store(f"{work}/back.db")
        for what, same in compare(one, other).items():
            print(f"{what}: {'equal' if same else 'DIFFERENT'}")
        for each in (one, other, store):
            each.close()


def compare(one: Store, other: Store) -> dict[str, bool]:
    """Whether two stores hold the same, where the order of names and ids within an episode does not count."""

    def episodes(store: Store) -> list[object]:
        return [replace(e, facts=tuple(sorted(e.facts)), mentions=tuple(sorted(e.mentions))) for e in store.episodes()]

    def facts(store: Store) -> list[object]:
        return sorted(store.facts(current=False), key=lambda fact: fact.id)

    def entities(store: Store) -> dict[str, set[str]]:
        return {entity.name: set(entity.aliases) for entity in store.entities()}

    texts = texts_of(all_of(one))
    held, given = one.vectors(texts), other.vectors(texts)
    return {
        "episodes": episodes(one) == episodes(other),
        "facts": facts(one) == facts(other),
        "entities": entities(one) == entities(other),
        "vectors": held.keys() == given.keys() and all(np.array_equal(held[text], given[text]) for text in held),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kill", "scale", "sync", "write"))
    parser.add_argument("--version", choices=VERSIONS, default=VERSIONS[0])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--sizes", type=int, nargs="+", default=(1_000, 10_000, 100_000))
    parser.add_argument("--episodes", type=int, default=10_000)
    parser.add_argument("--location", type=Path, default=Path(tempfile.gettempdir()) / "graphmem-scale")
    parser.add_argument("--address", help=argparse.SUPPRESS)
    parser.add_argument("--name", help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ["NEO4J_PASSWORD"] = PASSWORD
    if given.what == "write":
        write_for_ever(given.address, given.name)
    elif given.what == "kill":
        kill(given.version, given.times)
    elif given.what == "scale":
        scale(given.version, given.sizes, given.location)
    else:
        copies(given.version, given.episodes, given.location)


if __name__ == "__main__":
    main()
