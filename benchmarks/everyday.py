"""Ordinary notes and a chat: is a line that answers the question among those told, when no number is asked for?

    python -m benchmarks.everyday FOLDER

The folder holds `notes.txt` (a line is an observation), `chat.jsonl` (`text`, as "user: ...") and `questions.json`: for
each of the two files, questions with the numbers (from 0) of the `lines` that answer them. Beside recall stand plain
vectors (the three nearest lines) and BM25 (the three best). No model runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reading import Unread, load, mean, show
from graphmem import Memory
from graphmem.conversations import observations_of
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.language.words import words
from graphmem.protocols import Embedder
from graphmem.records import Observation
from graphmem.retrieval.scoring import matching_words

FIRST = 3
"""So many lines are told by the peers."""

FILES = {"chat": "chat.jsonl", "notes": "notes.txt"}


def lines_of(path: Path) -> list[Observation]:
    """The lines of a file as observations; those of a chat with their speaker."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if path.suffix == ".txt":
        return [Observation(line) for line in lines]
    return [said for line in lines for said in observations_of([json.loads(line)["text"]])]


def recalled(memory: Memory, question: str) -> list[int]:
    return [episode.step for episode in memory.recall(question).episodes]


def nearest(texts: Sequence[str], question: str, embedder: Embedder) -> list[int]:
    cosines = embedder.embed(texts) @ embedder.embed([question])[0]
    return [int(place) for place in (-cosines).argsort()[:FIRST]]


def matching(texts: Sequence[str], question: str) -> list[int]:
    scores = matching_words(words(question), [words(text) for text in texts]).sum(axis=1)
    return [int(place) for place in (-scores).argsort(kind="stable")[:FIRST]]


def figures(
    observations: Sequence[Observation], questions: Sequence[Mapping[str, Any]], embedder: Embedder
) -> dict[str, dict[str, float]]:
    """For each way, how many questions have a right line among those told, of how many, and how many lines it tells."""
    texts = [each.text for each in observations]
    with Memory(":memory:", extractor=Unread(), embedder=embedder) as memory:
        memory.remember_together(observations)
        asked = [each["question"] for each in questions]
        ways = {
            "graphmem": [recalled(memory, question) for question in asked],
            "vectors": [nearest(texts, question, embedder) for question in asked],
            "BM25": [matching(texts, question) for question in asked],
        }
    return {
        way: {
            "right": sum(bool(set(lines) & set(each["lines"])) for lines, each in zip(told, questions, strict=True)),
            "of": len(questions),
            "lines": mean(map(len, told)),
        }
        for way, told in ways.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    questions, embedder = load(given.folder / "questions.json"), CachedEmbedder(load_embedder())
    rows = {
        kind: figures(lines_of(given.folder / name), questions[name], embedder)
        for kind, name in FILES.items()
        if name in questions
    }
    if given.json:
        peers = {kind: {way: ways[way] for way in ("vectors", "BM25")} for kind, ways in rows.items()}
        print(json.dumps({kind: ways["graphmem"] for kind, ways in rows.items()} | {"peers": peers}))
    else:
        show("Everyday", {f"{kind}, {way}": figure for kind, ways in rows.items() for way, figure in ways.items()})


if __name__ == "__main__":
    main()
