"""Questions of several hops over Wikipedia passages: are all passages that a question needs among the first found?

    python -m benchmarks.multihop FOLDER

The folder holds 2WikiMultihopQA's `corpus_small.json` and `corpus.json` (lists of `title`, `text`) and `questions.json`
(`question`, `supporting_titles`, and the titles that peers retrieved). Passages are remembered one by one, with nothing
but their text; no model reads them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reading import ROOM, Unread, load, mean, share, show, watched
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.retrieval import AriGraph, PageRank, Search

CORPORA = {"small": "corpus_small.json", "full": "corpus.json"}
SEARCHES: dict[str, Search] = {"": PageRank(), "two rounds": PageRank(rounds=2), "paper's search": AriGraph()}
ASKED = 16
"""Episodes recalled: enough for eight titles, since some titles have several passages."""


def titles_found(memory: Memory, question: str, search: Search) -> list[str]:
    """The titles of the episodes recalled, best first."""
    found = memory.recall(question, episodes=ASKED, budget=ROOM, search=search)
    return list(dict.fromkeys(episode.metadata["title"] for episode in found.episodes))


def figures(memory: Memory, questions: Sequence[Mapping[str, Any]], search: Search) -> dict[str, float]:
    """Shares of questions whose titles are all found, and mean recall; and the median milliseconds of a question."""
    found, milliseconds = [], []
    for question in watched(questions, "asking"):
        started = time.perf_counter()
        titles = titles_found(memory, question["question"], search)
        milliseconds.append(1000 * (time.perf_counter() - started))
        found.append((question["supporting_titles"], titles))
    return {
        "perfect@8": mean(set(wanted) <= set(titles[:8]) for wanted, titles in found),
        "perfect@5": mean(set(wanted) <= set(titles[:5]) for wanted, titles in found),
        "recall@5": mean(share(wanted, titles[:5]) for wanted, titles in found),
        "ms": round(statistics.median(milliseconds), 1),
    }


def peers(questions: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """The same of the titles that other systems retrieved, as recorded."""
    return {
        f"{peer} (recorded)": {
            "perfect@8": mean(set(q["supporting_titles"]) <= set(q["retrieved_by_peers"][peer][:8]) for q in questions)
        }
        for peer in questions[0].get("retrieved_by_peers", {})
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpora", nargs="*", default=list(CORPORA), choices=list(CORPORA))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    questions = load(given.folder / "questions.json")
    rows: dict[str, dict[str, float]] = {}
    for name in given.corpora:
        with Memory(":memory:", extractor=Unread(), embedder=load_embedder()) as memory:
            for passage in watched(load(given.folder / CORPORA[name]), f"reading the {name} corpus"):
                memory.remember(f"{passage['title']}\n{passage['text']}", metadata={"title": passage["title"]})
            for way, search in SEARCHES.items():
                rows[f"{name}, {way}" if way else name] = figures(memory, questions, search)
    if given.json:
        print(json.dumps(rows))
    else:
        show("2WikiMultihopQA", rows | peers(questions))


if __name__ == "__main__":
    main()
