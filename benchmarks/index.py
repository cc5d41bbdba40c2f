"""Approximate ways to the nearest vectors beside the exact one: time to build, time to ask, and what is found.

python -m benchmarks.index --rows 100000
python -m benchmarks.index --texts FILE

The vectors are those of made-up facts (`benchmarks.scale`), or MiniLM's of the lines of a text file. Each way names
some candidates, which are ranked by the vectors as a memory keeps them, a byte a number; recall@20 is the share of the
20 nearest by the exact vectors that is found so.
The first row under the exact one is the way of the memory; those of faiss stand below, if it is installed.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.scale import TRIPLES, WordVectors, World
from graphmem.embedding import load_embedder
from graphmem.records import Vector
from graphmem.storage.sqlite.nearest import SPARE
from graphmem.storage.sqlite.rough_index import RoughIndex
from graphmem.storage.sqlite.rows import to_blobs, to_vectors

QUERIES, NEAREST = 200, 20

Ask = Callable[[Vector], Any]
"""One query of shape (1, dimension) -> the row numbers of its candidates."""


def made_up(rows: int) -> Vector:
    world, embedder = World(rows), WordVectors()
    facts = world.records(rows // TRIPLES)[2]
    chunks = (facts[start : start + 5_000] for start in range(0, len(facts), 5_000))
    return np.vstack([embedder.embed([fact.triple.text for fact in chunk]) for chunk in chunks])


def of_texts(path: Path) -> Vector:
    texts = list(dict.fromkeys(line.strip() for line in path.read_text().splitlines() if line.strip()))
    embedder = load_embedder()
    return np.vstack([embedder.embed(texts[start : start + 256]) for start in range(0, len(texts), 256)])


def exact(vectors: Vector) -> Ask:
    return lambda query: np.argpartition(-(vectors @ query[0]), NEAREST)[:NEAREST]


def signs(vectors: Vector) -> Ask:
    index, rows = RoughIndex(), range(len(vectors))
    index.put([(rows, rows, vectors)])
    return lambda query: index.near(query, NEAREST + SPARE[0])[0].tolist()


def signs_in_cells(vectors: Vector) -> Ask:
    import faiss

    bits, cells = 8 * len(np.packbits(vectors[0] > 0)), round(math.sqrt(len(vectors)))
    index = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(bits), bits, cells)
    packed = np.packbits(vectors > 0, axis=1)
    index.cp.niter, index.cp.min_points_per_centroid = 5, 1
    index.train(packed[:20_000])
    index.add(packed)
    index.nprobe = cells // 3
    return lambda query: index.search(np.packbits(query > 0, axis=1), 1000)[1][0]


def graph_of_neighbours(vectors: Vector) -> Ask:
    import faiss

    index = faiss.index_factory(vectors.shape[1], "HNSW16,SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(vectors)
    index.add(vectors)
    parameters = faiss.SearchParametersHNSW(efSearch=128)
    return lambda query: index.search(query, 3 * NEAREST, params=parameters)[1][0]


def bytes_in_cells(vectors: Vector) -> Ask:
    import faiss

    cells = round(4 * len(vectors) ** 0.5)
    index = faiss.index_factory(vectors.shape[1], f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[: 40 * cells])
    index.add(vectors)
    parameters = faiss.SearchParametersIVF(nprobe=cells // 16)
    return lambda query: index.search(query, 5 * NEAREST, params=parameters)[1][0]


WAYS = (exact, signs)
WITH_FAISS = (signs_in_cells, bytes_in_cells, graph_of_neighbours)


def compare(vectors: Vector) -> list[dict[str, Any]]:
    """Queries are drawn from the rows and set aside."""
    order = np.random.default_rng(1).permutation(len(vectors))
    queries, vectors = vectors[order[:QUERIES]], np.ascontiguousarray(vectors[order[QUERIES:]])
    nearest = [set(exact(vectors)(query[None])) for query in queries]
    ways = (*WAYS, *(WITH_FAISS if find_spec("faiss") else ()))
    kept = to_vectors(to_blobs(vectors))
    return [measure(way, vectors, kept, queries, nearest) for way in ways]


def measure(
    way: Callable[[Vector], Ask], vectors: Vector, kept: Vector, queries: Vector, nearest: list[set[Any]]
) -> dict[str, Any]:
    started = time.perf_counter()
    ask = way(vectors)
    built = time.perf_counter() - started
    milliseconds, found = [], []
    for query in queries:
        started = time.perf_counter()
        candidates = np.array([row for row in ask(query[None]) if row >= 0])
        milliseconds.append(1000 * (time.perf_counter() - started))
        scores = kept[candidates] @ query
        found.append(set(candidates[np.argsort(-scores)[:NEAREST]]))
    shares = [len(hits & best) / NEAREST for hits, best in zip(found, nearest, strict=True)]
    return {
        "way": way.__name__.replace("_", " "),
        "rows": len(vectors),
        "build_s": round(built, 2),
        "p50_ms": round(float(np.median(milliseconds)), 3),
        "recall@20": round(float(np.mean(shares)), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--texts", type=Path, help="a text a line, embedded with MiniLM")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    given = parser.parse_args()
    found = compare(of_texts(given.texts) if given.texts else made_up(given.rows))
    if given.json:
        print(json.dumps(found))
        return
    table = Table(*found[0])
    for row in found:
        table.add_row(*map(str, row.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
