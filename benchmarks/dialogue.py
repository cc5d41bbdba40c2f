"""Long conversations: which share of the turns that hold the evidence for a question is among the first recalled?

    python -m benchmarks.dialogue FOLDER

The folder holds LoCoMo's conversations, a JSON file each: `turns` (`id`, `session`, `time`, `speaker`, `text`,
`image_caption`) and `questions` with the ids of the turns that hold the `evidence`. Each turn is remembered as it was
said; no model runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.reading import ROOM, Unread, load, mean, share, show, watched
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.retrieval import AriGraph, PageRank, Search

SEARCHES: dict[str, Search] = {"graphmem": PageRank(), "paper's search": AriGraph()}


def said(turn: Mapping[str, Any]) -> str:
    """The turn as an observation."""
    image = f" [image: {turn['image_caption']}]" if turn["image_caption"] else ""
    return f"{turn['speaker']}: {turn['text']}{image}"


def conversation(path: Path, memory: Memory) -> list[Mapping[str, Any]]:
    """Remember the turns of a conversation; gives the questions that have evidence in it."""
    data = load(path)
    for turn in data["turns"]:
        memory.remember(said(turn), metadata={"id": turn["id"], "session": turn["session"]})
    ids = {turn["id"] for turn in data["turns"]}
    return [question for question in data["questions"] if ids & set(question["evidence"])]


def ask(memory: Memory, questions: list[Mapping[str, Any]], search: Search) -> Iterator[dict[str, float]]:
    """For each question its figures, by name.

    The share of its evidence among the first 10 and 20 turns (`several`: of questions with several pieces of it), the
    share of the sessions of its evidence among the first 10 sessions of these turns, whether the first turn is of one
    of them, and the milliseconds it took.
    """
    session = {episode.metadata["id"]: episode.metadata["session"] for episode in memory.episodes()}
    for question in questions:
        started = time.perf_counter()
        found = memory.recall(question["question"], episodes=20, budget=ROOM, search=search)
        milliseconds = 1000 * (time.perf_counter() - started)
        turns = [episode.metadata["id"] for episode in found.episodes]
        evidence = session.keys() & set(question["evidence"])
        wanted, sessions = {session[turn] for turn in evidence}, list(dict.fromkeys(session[turn] for turn in turns))
        several = {"several@10": share(evidence, turns[:10])} if len(evidence) > 1 else {}
        yield several | {
            "recall@10": share(evidence, turns[:10]),
            "recall@20": share(evidence, turns),
            "session@10": share(wanted, sessions[:10]),
            "first_session": float(bool(sessions) and sessions[0] in wanted),
            "ms": milliseconds,
        }


def figures(found: list[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure, and the median of the milliseconds."""
    names = ("recall@10", "recall@20", "several@10", "session@10", "first_session")
    means = {name: mean(values) for name in names if (values := [each[name] for each in found if name in each])}
    return means | {"ms": round(statistics.median(each["ms"] for each in found), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    answers: dict[str, list[dict[str, float]]] = {way: [] for way in SEARCHES}
    paths = sorted(given.folder.glob("*.json"))
    if not paths:
        raise SystemExit(f"{given.folder} holds no conversation (*.json)")
    embedder = load_embedder()
    for path in watched(paths, "conversations"):
        with Memory(":memory:", extractor=Unread(), embedder=embedder) as memory:
            questions = conversation(path, memory)
            for way, search in SEARCHES.items():
                answers[way] += ask(memory, questions, search)
    rows = {way: figures(found) for way, found in answers.items()}
    if given.json:
        print(json.dumps(rows["graphmem"] | {"paper's search": rows["paper's search"]}))
    else:
        show("LoCoMo", rows)


if __name__ == "__main__":
    main()
