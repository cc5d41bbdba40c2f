"""Ten thousand facts and a hundred thousand: this memory beside stores of vectors and of graphs, with the same vectors.

    python -m benchmarks.peers.scale [--sizes 10000 100000] [--runs 5] [--json]

The facts are those of `benchmarks.scale`, told in order and with their vectors; questions are embedded beforehand. Half
of them ask for what holds since it was told, half where a thing is that was moved once: the newest fact must be told
and, in the last column, the outdated one not. Each store is filled in one process and asked in others, in turns with
the rest; what asking takes are medians of these runs, and each is told on the standard error as it ends. A store whose
library is not installed is left out, and it is said how to install it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.peers.stores import STORES, Observations, Told, words
from benchmarks.reading import show, watched
from benchmarks.scale import TRIPLES, World, machine, private
from graphmem import Triple
from graphmem.records import Vector, entity_key

QUESTIONS = 100
"""Of each kind."""
VECTORS = "vectors.npy"
PATIENCE = 3_600
"""Seconds that one process may take."""

Question = tuple[str, str, str | None]
"""What is asked, the text of the fact that answers it, and that of the outdated one."""


def told_by(facts: int) -> list[tuple[str, list[Triple]]]:
    """The world's observations in order, each with the facts it teaches."""
    _, episodes, told = World(facts).records(facts // TRIPLES)
    taught = defaultdict(list)
    for fact in told:
        taught[fact.asserted_by].append(fact.triple)
    return [(episode.text, taught[episode.id]) for episode in episodes]


def questions(observations: Observations) -> dict[str, list[Question]]:
    """By kind: of what holds since it was told, and of where a thing is that was moved once."""
    said = defaultdict(list)
    for _, triples in observations:
        for triple in triples:
            said[triple.subject, triple.relation].append(triple.text)
    still: list[Question] = []
    moved: list[Question] = []
    for (subject, relation), texts in said.items():
        asked = f"{subject} {relation} what?"
        if relation != "is in" and len(texts) == 1:
            still.append((asked, texts[0], None))
        elif relation == "is in" and len(texts) == 2:
            moved.append((asked, texts[1], texts[0]))
    chance = random.Random(0)
    kinds = {"still": still, "moved": moved}
    return {kind: chance.sample(found, min(QUESTIONS, len(found))) for kind, found in kinds.items()}


def vectors_of(observations: Observations, path: Path) -> dict[str, Vector]:
    """The vectors of all that these observations are found by, from the file at `path`, where they are kept."""
    facts = [triple for _, triples in observations for triple in triples]
    entities = [entity_key(name) for fact in facts for name in (fact.subject, fact.object)]
    texts = list(dict.fromkeys([text for text, _ in observations] + [fact.text for fact in facts] + entities))
    if not path.exists():
        np.save(path, words().embed(texts))
    return dict(zip(texts, np.asarray(np.load(path, mmap_mode="r")), strict=True))


def fill(name: str, facts: int, folder: Path) -> dict[str, float]:
    """Store all facts in an empty folder: the seconds by the clock and of processors."""
    observations = told_by(facts)
    told = Told(observations, vectors_of(observations, folder / VECTORS))
    store = STORES[name].make(folder / name)
    began, computed = time.perf_counter(), time.process_time()
    store.store(told)
    return {"store s": time.perf_counter() - began, "store CPU s": time.process_time() - computed}


def ask(name: str, facts: int, folder: Path) -> dict[str, float]:
    """Open what was stored and ask it: milliseconds a question, private memory, and the answers found."""
    observations = told_by(facts)
    asked = questions(observations)
    vectors = {kind: words().embed([question for question, _, _ in each]) for kind, each in asked.items()}
    for module in STORES[name].modules:
        importlib.import_module(module)
    before = private()
    store = STORES[name].make(folder / name)
    if STORES[name].in_memory:
        store.store(Told(observations, vectors_of(observations, folder / VECTORS)))
    store.open()
    store.ask(asked["still"][0][0], vectors["still"][0])
    found, milliseconds, computed = defaultdict(list), [], time.process_time()
    for kind, each in asked.items():
        for (question, answer, outdated), vector in zip(each, vectors[kind], strict=True):
            began = time.perf_counter()
            texts = store.ask(question, vector)
            milliseconds.append(1000 * (time.perf_counter() - began))
            found[kind].append(answer in texts)
            if outdated:
                found["newest alone"].append(answer in texts and outdated not in texts)
    return {
        "recall ms": statistics.median(milliseconds),
        "CPU ms": 1000 * (time.process_time() - computed) / len(milliseconds),
        "private MB": private() - before,
        **{kind: statistics.fmean(each) for kind, each in found.items()},
    }


def in_a_process(step: str, name: str, facts: int, folder: Path) -> dict[str, float] | None:
    """The figures of `fill` or `ask`; of a store that fails, none, and it is told why."""
    command = [sys.executable, "-m", "benchmarks.peers.scale", "--step", step, name, str(facts), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    except subprocess.SubprocessError as error:
        print(f"{name} is left out: {error}\n{getattr(error, 'stderr', None) or ''}", file=sys.stderr)
        return None
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps({"facts": facts, "store": name, "step": step} | figures), file=sys.stderr, flush=True)
    return figures


def compare(names: Sequence[str], facts: int, runs: int) -> dict[str, dict[str, float]]:
    """A row for each store: filled once, and the medians of asking it."""
    rows: dict[str, dict[str, float]] = {}
    asked: dict[str, list[dict[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        vectors_of(told_by(facts), folder / VECTORS)
        for name in watched(names, f"storing {facts:,} facts"):
            (folder / name).mkdir()
            if filled := in_a_process("fill", name, facts, folder):
                rows[name] = filled | {"disk MB": megabytes(folder / name)}
        for name in watched(list(rows) * runs, "asking"):
            if figures := in_a_process("ask", name, facts, folder):
                asked[name].append(figures)
    medians = {
        name: {figure: statistics.median(each[figure] for each in every) for figure in every[0]}
        for name, every in asked.items()
    }
    return {
        name: {figure: round(each, 3) for figure, each in (rows[name] | found).items()}
        for name, found in medians.items()
    }


def megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def installed() -> Iterator[str]:
    """The stores whose libraries are there; of the others it is said how to install them."""
    for name, kind in STORES.items():
        if all(find_spec(module) for module in kind.modules):
            yield name
        else:
            print(f"{name} is left out: pip install {kind.packages}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--stores", nargs="+", choices=list(STORES))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print a JSON object a size")
    parser.add_argument("--step", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        step, name, facts, folder = given.step
        print(json.dumps({"fill": fill, "ask": ask}[step](name, int(facts), Path(folder))))
        sys.stdout.flush()
        os._exit(0)  # a peer's threads are not waited for
    names = [name for name in installed() if not given.stores or name in given.stores]
    for facts in given.sizes:
        rows = compare(names, facts, given.runs)
        if given.json:
            print(json.dumps({"facts": facts, "machine": machine(), "stores": rows}), flush=True)
        else:
            show(f"{facts:,} facts, medians of {given.runs}", rows)
            print(machine(), flush=True)


if __name__ == "__main__":
    main()
