"""AriGraph's evaluation on MuSiQue: are the passages that a question needs among the first episodes recalled?

    python -m benchmarks.passages FOLDER

The folder holds `per_question.json` (100 questions, each with its own 20 passages and the triples GPT-4o-mini extracted
from them in AriGraph's run) and `pooled_corpus.json`, `pooled_questions.json` (100 questions over 1,890 passages with
triples by GPT-3.5). Triples are handed over as they are; no model runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.reading import ROOM, load, mean, share, show, watched
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.protocols import Embedder
from graphmem.retrieval import AriGraph, PageRank, Search

SEARCHES: dict[str, Search] = {"": PageRank(), ", paper's search": AriGraph()}


def teach(memory: Memory, passage: Mapping[str, Any]) -> None:
    memory.remember(f"{passage['title']}\n{passage['text']}", triples=triples_of(passage))


def triples_of(passage: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The recorded triples of a passage that are whole."""
    return [triple for raw in passage["triples"] if (triple := _triple(raw))]


def _triple(raw: str | list[str]) -> tuple[str, str, str] | None:
    """A recorded triple, when it is one."""
    parts = [part.strip() for part in (raw.split(",", 2) if isinstance(raw, str) else raw)]
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) else None


def first(memory: Memory, question: str, number: int, search: Search) -> list[str]:
    found = memory.recall(question, episodes=number, budget=ROOM, search=search)
    return [episode.text for episode in found.episodes]


def own(questions: Iterable[Mapping[str, Any]], embedder: Embedder) -> dict[str, dict[str, float]]:
    """Each question over its own passages."""
    shares: dict[str, list[tuple[float, float]]] = {way: [] for way in SEARCHES}
    for question in questions:
        with Memory(":memory:", embedder=embedder) as memory:
            for passage in question["passages"]:
                teach(memory, passage)
            wanted = {f"{p['title']}\n{p['text']}" for p in question["passages"] if p["supporting"]}
            for way, search in SEARCHES.items():
                texts = first(memory, question["question"], 5, search)
                shares[way].append((share(wanted, texts[:2]), share(wanted, texts)))
    return {
        f"own{way}": {"recall@2": mean(two for two, _ in found), "recall@5": mean(five for _, five in found)}
        for way, found in shares.items()
    }


def pooled(memory: Memory, questions: Iterable[Mapping[str, Any]], search: Search) -> dict[str, float]:
    """All questions over one corpus."""
    found = []
    for question in questions:
        wanted = {f"{passage['title']}\n{passage['text']}" for passage in question["supporting"]}
        found.append((wanted, first(memory, question["question"], 10, search)))
    return {f"recall@{n}": mean(share(wanted, texts[:n]) for wanted, texts in found) for n in (2, 5, 10)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    embedder = load_embedder()
    rows = own(watched(load(given.folder / "per_question.json"), "own passages"), embedder)
    with Memory(":memory:", embedder=embedder) as memory:
        for passage in watched(load(given.folder / "pooled_corpus.json"), "reading the corpus"):
            teach(memory, passage)
        questions = load(given.folder / "pooled_questions.json")
        for way, search in SEARCHES.items():
            rows[f"pooled{way}"] = pooled(memory, watched(questions, "asking"), search)
    if given.json:
        print(json.dumps(rows))
    else:
        show("MuSiQue", rows)


if __name__ == "__main__":
    main()
