"""Facts that are told anew: is the newest told first, and is a question of several steps answered by a chain of them?

    python -m benchmarks.updates FOLDER

The folder holds sets of FactConsolidation (MemoryAgentBench, arXiv 2507.05257), a JSON file each: `facts` in order of
time, a sentence each, of which the last one holds where they contradict, and `questions` (`question`, `answers`). The
facts are remembered in their order, each question is recalled as it stands, and an answer counts where its words stand:

    first    in the first line told
    first5   in the first five lines told
    chain    at the end of the best chain of facts
    told     anywhere in what is told

No model reads a fact or a question. The weights of chains were tuned on the questions of even number (the first is 0)
of the sets of 6k and 64k tokens; the figures of the others stand beside as `odd`. These are not unseen: one rule (what
bars a chain) was changed after a look at them, and the reader of statements was made with all facts of these sets at
hand.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reading import load, mean, show, watched
from graphmem import Memory, Recollection
from graphmem.embedding import load_embedder
from graphmem.language.words import words
from graphmem.protocols import Embedder
from graphmem.records import entity_key
from graphmem.retrieval.budget import EPISODES_HEADING, FACTS_HEADING, NOTHING

Figures = dict[str, float]


def lines(found: Recollection) -> list[str]:
    """The lines of a recollection that tell something."""
    return [line for line in found.text.splitlines() if line not in (FACTS_HEADING, EPISODES_HEADING, NOTHING)]


def stands_in(answers: Sequence[str], told: Sequence[str]) -> bool:
    """Whether the words of an answer stand, one after the other, in one of the lines."""
    read = [f" {' '.join(words(line))} " for line in told]
    return any(f" {' '.join(words(answer))} " in line for answer in answers for line in read)


def marks(found: Recollection, answers: Sequence[str]) -> Figures:
    """Where the answer is told, 1 or 0 each."""
    told = lines(found)
    ends = {entity_key(chain[-1].object) for chain in found.chains[:1]}
    return {
        "first": stands_in(answers, told[:1]),
        "first5": stands_in(answers, told[:5]),
        "chain": not ends.isdisjoint(map(entity_key, answers)),
        "told": stands_in(answers, told),
    }


def asked(memory: Memory, questions: Sequence[Mapping[str, Any]]) -> list[Figures]:
    """The marks of each question, and the milliseconds that it took."""
    found = []
    for each in watched(questions, "asking"):
        started = time.perf_counter()
        recollection = memory.recall(each["question"])
        milliseconds = 1000 * (time.perf_counter() - started)
        found.append(marks(recollection, each["answers"]) | {"ms": milliseconds})
    return found


def figures(marked: Sequence[Figures]) -> Figures:
    """The mean of each mark, and the median milliseconds."""
    shares = {name: mean(each[name] for each in marked) for name in marked[0] if name != "ms"}
    return shares | {"ms": round(statistics.median(each["ms"] for each in marked), 1)}


def remembered(facts: Sequence[str], embedder: Embedder) -> Memory:
    """A new memory that was told the facts in their order."""
    memory = Memory(":memory:", embedder=embedder)
    memory.remember_many(watched(facts, "remembering"))
    return memory


def measured(path: Path, embedder: Embedder) -> dict[str, Any]:
    """The figures of one set, and those of the half of its questions of odd number."""
    data = load(path)
    with remembered(data["facts"], embedder) as memory:
        marked = asked(memory, data["questions"])
    return figures(marked) | {"odd": figures(marked[1::2] or marked)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    paths = sorted(given.folder.glob("*.json"))
    if not paths:
        raise SystemExit(f"{given.folder} holds no set of facts (*.json)")
    embedder = load_embedder()
    found = {path.stem: measured(path, embedder) for path in paths}
    if given.json:
        print(json.dumps(found))
        return
    rows: dict[str, Figures] = {}
    for name, row in found.items():
        odd = row.pop("odd")
        rows |= {name: row, f"{name}, odd half": odd}
    show("updates", rows)


if __name__ == "__main__":
    main()
