"""What a memory costs as it grows: a thousand facts, ten thousand, a hundred thousand, a million.

python -m benchmarks.scale --sizes 1000 10000 100000 1000000

The worlds are made up: words as frequent as in text (Zipf), names of two words, a few of the relations common, three
hubs that up to 20,000 facts are about, one fact in ten retired. A text's vector is that of its words, rare ones
weighing more, with a share of its own: no model is needed. Each file is made once and kept in `--location`; every
figure is taken in a process of its own that opens it, once the file has been read: no disk is measured. `--busy` keeps
each core busy with another process meanwhile. The machine's load and the threads of BLAS are told with the figures.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from graphmem import Entity, Episode, Fact, Memory
from graphmem.graph.copying import Records, copy
from graphmem.records import Vector
from graphmem.storage.sqlite.rows import to_vectors
from graphmem.storage.sqlite.store import SqliteStore

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TRIPLES = 5
"""What an episode teaches."""
HUBS = ("inventory", "market square", "player")
HUB_FACTS = 20_000
BATCH = 5_000
"""Episodes restored in one transaction."""
QUERIES, OBSERVATIONS, BESIDE = 100, 30, 40

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def vocabulary(size: int = 30_000) -> list[str]:
    """Made-up words, all different, the most frequent first."""
    words = ("".join(parts) for n in (2, 3) for parts in itertools.product(_SYLLABLES, repeat=n))
    step = 11 if size > 4_000 else 1  # so that neighbours do not all start alike
    return list(dict.fromkeys(itertools.islice(words, 0, step * size, step)))[:size]


class WordVectors:
    """An `Embedder` whose texts are near when they share words, rare ones above all."""

    name, dimension = "words of the benchmark", 384

    def __init__(self) -> None:
        self._rank = {word: rank for rank, word in enumerate(vocabulary())}
        chance = np.random.default_rng(7)
        spread = 1 / (1 + np.arange(self.dimension) / 8)  # as in texts, a few directions tell most
        turn = np.linalg.qr(chance.normal(size=(self.dimension, self.dimension)))[0] * spread[:, None]
        topics = chance.normal(size=(256, self.dimension))
        words = topics[np.arange(8192) % len(topics)] + chance.normal(size=(8192, self.dimension))
        self._words = (words @ turn).astype(np.float32)
        self._own = (chance.normal(size=(4096, self.dimension)) @ turn).astype(np.float32)

    def embed(self, texts: Sequence[str]) -> Vector:
        """In parts that fit a processor's cache."""
        parts = [self._embed(texts[start : start + 256]) for start in range(0, len(texts), 256)]
        return np.vstack(parts) if parts else np.empty((0, self.dimension), np.float32)

    def _embed(self, texts: Sequence[str]) -> Vector:
        words = [text.replace(",", " ").replace(".", " ").split() or [text] for text in texts]
        rows = np.array([zlib.crc32(word.encode()) % 8192 for found in words for word in found])
        weights = np.log([self._rank.get(word, 30_000) + 3.0 for found in words for word in found])
        starts = np.cumsum([0, *(len(found) for found in words[:-1])])
        sums = np.add.reduceat(self._words[rows] * weights[:, None].astype(np.float32), starts)
        own = np.array([zlib.crc32(text.encode()) for text in texts])
        mark = self._own[own % 4096] + self._own[own // 4096 % 4096]
        vectors = sums + 0.35 * mark * (np.linalg.norm(sums, axis=1) / np.linalg.norm(mark, axis=1))[:, None]
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class World:
    """Episodes and facts without end, the same for the same seed."""

    def __init__(self, facts: int, seed: int = 0) -> None:
        self._chance = np.random.default_rng(seed)
        words = vocabulary()
        weights = 1 / (np.arange(len(words)) + 2.7)
        self._words, self._cumulative = np.array(words), np.cumsum(weights / weights.sum())
        self._relations = [f"is {word} of" for word in words[:200]]
        self._names = [f"{a} {b}" for a, b in zip(self.draw(facts // 4 + 50), self.draw(facts // 4 + 50), strict=True)]
        self._hub_facts = [min(HUB_FACTS, facts // 20)] * len(HUBS)
        self._told: set[tuple[str, str, str]] = set()
        self._numbers = itertools.count()

    def draw(self, count: int) -> list[str]:
        """Words as frequent as in text."""
        return [str(word) for word in self._words[np.searchsorted(self._cumulative, self._chance.random(count))]]

    def triple(self) -> tuple[str, str, str]:
        """One that was not told before."""
        while True:
            one, other, relation, hub = self._chance.random(4)
            found = (self._name(one), self._relations[int(200 * relation**3)], self._name(other))
            place = int(hub * 20)
            if place < len(HUBS) and self._hub_facts[place]:
                found = (found[0], "is in", HUBS[place])
            if found not in self._told and found[0] != found[2]:
                self._told.add(found)
                if place < len(HUBS) and self._hub_facts[place]:
                    self._hub_facts[place] -= 1
                return found

    def _name(self, chance: float) -> str:
        return self._names[int(len(self._names) * chance**1.5)]

    def text(self, triples: Iterable[tuple[str, str, str]]) -> str:
        return ". ".join(" ".join(triple) for triple in triples) + ". " + " ".join(self.draw(12)) + "."

    def records(self, count: int) -> tuple[list[Entity], list[Episode], list[Fact]]:
        """`count` further episodes with their facts; one in ten is retired by the next episode."""
        episodes: list[Episode] = []
        facts: list[Fact] = []
        for last in (False,) * (count - 1) + (True,):
            number = next(self._numbers)
            triples = [self.triple() for _ in range(TRIPLES)]
            new = [Fact(f"f{number}.{i}", *triple, f"e{number}", number) for i, triple in enumerate(triples)]
            names = dict.fromkeys(name for s, _, o in triples for name in (s, o))
            ids = tuple(fact.id for fact in new)
            episodes.append(
                Episode(f"e{number}", self.text(triples), number, pending=False, facts=ids, mentions=tuple(names))
            )
            if number % 2 and not last:
                old = new[0]
                new[0] = Fact(
                    old.id, old.subject, old.relation, old.object, old.asserted_by, number,
                    retired_by=f"e{number + 1}", until=number + 1,
                )  # fmt: skip
            facts += new
        return [Entity(name) for episode in episodes for name in episode.mentions], episodes, facts


def build(path: Path, facts: int) -> float:
    """Make the memory of `facts` facts at `path`; gives the seconds it took."""
    started, world, embedder = time.perf_counter(), World(facts), WordVectors()
    store = SqliteStore(part := path.with_suffix(".part"))
    left = facts // TRIPLES
    batches = [min(BATCH, left - start) for start in range(0, left, BATCH)]
    for count in track(batches, f"making {facts:,} facts", console=Console(stderr=True)):
        entities, episodes, new = world.records(count)
        texts = [episode.text for episode in episodes] + [fact.triple.text for fact in new]
        texts += dict.fromkeys(entity.key for entity in entities)
        vectors = dict(zip(texts, embedder.embed(texts), strict=True))
        records = Records(list(dict.fromkeys(entities)), episodes, new)
        copy(store, records, vectors=vectors, embedder=embedder.name)
    with Memory(store, embedder=embedder) as memory:
        memory.recall("what is in the market square?")  # builds the index
    part.rename(path)
    return time.perf_counter() - started


@dataclass(frozen=True)
class Costs:
    """What one memory costs, in milliseconds and megabytes.

    `recall_cpu_ms` is the processor's time, on average: what a busy machine does not blur as it does the others.
    """

    facts: int
    recall_p50_ms: float
    recall_p95_ms: float
    recall_cpu_ms: float
    remember_p50_ms: float
    open_ms: float
    first_recall_ms: float
    nearest_p50_ms: float
    search_p50_ms: float
    memory_mb: float
    file_mb: float


def measure(path: Path, facts: int) -> Costs:
    """Open the memory at `path`, ask it and tell it something. Queries are embedded beforehand."""
    embedder, world = WordVectors(), World(facts)
    world.records(min(200, facts // TRIPLES))
    triples = sorted(world._told)
    chance = np.random.default_rng(int(time.time()))
    asked = [triples[int(i)] for i in chance.integers(len(triples), size=QUERIES + 1)]
    queries = [f"what is {relation} {object_} and {subject}?" for subject, relation, object_ in asked]
    vectors = embedder.embed(queries)
    _read(path)
    before = private()
    opened, memory = _timed(lambda: Memory(path, embedder=embedder))
    with memory:
        memory._embed(queries)  # into the cache
        first, _ = _timed(lambda: memory.recall(queries[-1]))
        computed = time.process_time()
        recall = [_timed(lambda q=query: memory.recall(q))[0] for query in queries[:-1]]
        computed = (time.process_time() - computed) * 1e3 / len(recall)
        near = [_timed(lambda v=v: memory._store.nearest("fact", v[None], limit=20))[0] for v in vectors[:-1]]
        search = [_timed(lambda q=query: memory._store._search("fact", q, 20, None))[0] for query in queries[:-1]]
        grown = private() - before
        told = [[world.triple() for _ in range(TRIPLES)] for _ in range(OBSERVATIONS)]
        texts = [world.text(triples) for triples in told]
        remember = [
            _timed(lambda x=text, t=new: memory.remember(x, triples=t))[0]
            for text, new in zip(texts, told, strict=True)
        ]
    return Costs(
        facts, *np.percentile(recall, [50, 95]).tolist(), computed, float(np.median(remember)), opened, first,
        float(np.median(near)), float(np.median(search)), grown, path.stat().st_size / 1e6,
    )  # fmt: skip


def _read(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def _timed(call: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    result = call()
    return (time.perf_counter() - started) * 1e3, result


def private() -> float:
    """Megabytes of memory that are this process's own: the file, which it reads as memory, is not counted."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


@contextmanager
def _cores(*, busy: bool) -> Iterator[None]:
    """With each core kept busy, or not."""
    command = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1 if busy else 0)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def machine() -> str:
    threads = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or "as many as cores"
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, BLAS threads: {threads}"


def embedding_all_again(facts: int = 1_000, hops: int = 2) -> float:
    """Milliseconds of AriGraph's way: each hop embeds every triplet again, here with MiniLM."""
    from graphmem.embedding import load_embedder

    embedder, world = load_embedder(), World(facts)
    texts = [fact.triple.text for fact in world.records(facts // TRIPLES)[2]]
    embedder.embed(texts[:32])
    return _timed(lambda: [embedder.embed(texts) for _ in range(hops)])[0]


def brute_force(path: Path, facts: int) -> float:
    """Milliseconds, median, of comparing a query with every vector of the memory at `path` and of plain BM25."""
    embedder, world = WordVectors(), World(facts)
    queries = [" ".join(triple) for triple in (world.triple() for _ in range(20))]
    store = SqliteStore(path)
    rows = store._db.execute("SELECT v.vector FROM facts f JOIN vectors v USING (namespace, hash)")
    matrix = to_vectors([row[0] for row in rows])
    bm25 = "SELECT rowid FROM fact_text WHERE fact_text MATCH ? ORDER BY bm25(fact_text) LIMIT 20"

    def ask(query: str, vector: Vector) -> None:
        np.argpartition(-(matrix @ vector), 20)
        store._db.execute(bm25, [" OR ".join(f'"{word}"' for word in query.split())]).fetchall()

    times = [_timed(lambda q=q, v=v: ask(q, v))[0] for q, v in zip(queries, embedder.embed(queries), strict=True)]
    store.close()
    return float(np.median(times))


def beside_a_writer(path: Path, facts: int) -> tuple[float, float]:
    """Recalls a second of one thread: alone, and beside a thread that writes one observation after the other.

    On a copy of the memory at `path`; the two by turns, a median of five each.
    """
    embedder, world = WordVectors(), World(facts)
    queries = [" ".join(world.triple()) for _ in range(QUERIES)]
    writes, ended = threading.Event(), threading.Event()
    with tempfile.TemporaryDirectory() as folder, Memory(shutil.copy(path, folder), embedder=embedder) as memory:
        memory._embed(queries)

        def write() -> None:
            while writes.wait() and not ended.is_set():
                triples = [world.triple() for _ in range(TRIPLES)]
                memory.remember(world.text(triples), triples=triples)

        def pace() -> float:
            return 1e3 * BESIDE / _timed(lambda: [memory.recall(query) for query in queries[:BESIDE]])[0]

        writer = threading.Thread(target=write)
        writer.start()
        paces: dict[bool, list[float]] = {False: [], True: []}
        for busy in (False, True) * 5:
            (writes.set if busy else writes.clear)()
            paces[busy].append(pace())
        ended.set()
        writes.set()
        writer.join()
    return float(np.median(paces[False])), float(np.median(paces[True]))


def _in_a_process_of_its_own(path: Path, facts: int) -> Costs:
    command = [sys.executable, "-m", "benchmarks.scale", "--measure", str(path), "--sizes", str(facts)]
    return Costs(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def costs(sizes: Iterable[int], location: Path, *, busy: bool) -> Iterator[Costs]:
    for facts in sizes:
        path = location / f"scale-{facts}.db"
        if not path.exists():
            print(f"{facts:,} facts: made in {build(path, facts):.0f} s", file=sys.stderr)
        with _cores(busy=busy):
            yield _in_a_process_of_its_own(path, facts)


def _print(found: Sequence[Costs]) -> None:
    table = Table("facts", *(name.replace("_", " ") for name in list(asdict(found[0]))[1:]))
    for each in found:
        facts, *numbers = asdict(each).values()
        table.add_row(f"{facts:,}", *(f"{number:,.1f}" for number in numbers))
    Console(width=140).print(table)
    print(f"recall of the largest to the smallest: {found[-1].recall_p50_ms / found[0].recall_p50_ms:.2f} times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--location", type=Path, default=Path(tempfile.gettempdir()) / "graphmem-scale")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.add_argument("--busy", action="store_true", help="keep each core busy meanwhile")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(asdict(measure(given.measure, given.sizes[0]))))
        return
    given.location.mkdir(parents=True, exist_ok=True)
    found = list(costs(given.sizes, given.location, busy=given.busy))
    if given.json:
        print(json.dumps([asdict(each) for each in found]))
        return
    _print(found)
    print(f"{machine()}{', each kept busy' if given.busy else ''}")
    print(f"every triplet of 1,000 embedded again at each of 2 hops: {embedding_all_again():,.0f} ms a question")
    alone, beside = beside_a_writer(given.location / f"scale-{given.sizes[0]}.db", given.sizes[0])
    print(f"recalls a second at {given.sizes[0]:,}: {alone:.0f} alone, {beside:.0f} beside a writing thread")
    if (path := given.location / "scale-100000.db").exists():
        print(f"brute force at 100,000 (all vectors, plain BM25): {brute_force(path, 100_000):,.1f} ms a question")


if __name__ == "__main__":
    main()
