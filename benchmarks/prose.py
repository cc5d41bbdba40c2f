"""Ordinary English read without a model: how many of the facts told are right, and what a later text ends.

    python -m benchmarks.prose [prose.json]

The file holds four lists of cases, each in one of two halves (the reader was tuned on the first):
`facts`     sentences (`text`) with all facts that are right (`right`, "subject, relation, object", judged by hand over
            what is told and what is not, in the reader's own wording); any other is junk
`none`      sentences that tell no fact: denied, doubted, reported, asked, wished, supposed
`retire`    pairs (`before`, `after`) of which the second ends a fact of the first that holds the word `gone`
`keep`      pairs of which the second ends nothing
Each case is remembered in a memory of its own, so that what is retired is what a reader would no longer be told.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.reading import load, show, watched
from graphmem import Learned, Memory
from graphmem.embedding.lexical import LexicalEmbedder
from graphmem.extraction import default_extractor

DATA = Path(__file__).with_suffix(".json")

Case = Mapping[str, Any]


def learned(*texts: str) -> Learned:
    """What the last of the texts taught a new memory."""
    with Memory(":memory:", extractor=default_extractor(), embedder=LexicalEmbedder()) as memory:
        return [memory.remember(text) for text in texts][-1]


def facts(cases: Iterable[Case]) -> dict[str, float]:
    """Of the facts told, how many are right and how many junk; of the sentences, how many tell one that is right."""
    told = [({str(fact) for fact in learned(case["text"]).asserted}, set(case["right"])) for case in cases]
    right = sum(len(found & wanted) for found, wanted in told)
    return {
        "told": sum(len(found) for found, _ in told),
        "right": right,
        "junk": sum(len(found - wanted) for found, wanted in told),
        "read": sum(bool(found & wanted) for found, wanted in told),
    }


def stored(cases: Iterable[Case]) -> int:
    """How many of the sentences that tell no fact were stored as one."""
    return sum(bool(learned(case["text"]).asserted) for case in cases)


def retired(cases: Iterable[Case]) -> int:
    """In how many pairs the second text ends the fact that it should."""
    return sum(
        any(case["gone"] in str(fact) for fact in learned(case["before"], case["after"]).retired) for case in cases
    )


def kept(cases: Iterable[Case]) -> int:
    """In how many pairs the second text ends nothing."""
    return sum(not learned(case["before"], case["after"]).retired for case in cases)


def figures(data: Mapping[str, list[Case]]) -> dict[str, float]:
    """All figures of these cases, each with the number that it is of."""
    found = facts(data["facts"])
    return {
        **found,
        "precision": round(found["right"] / max(found["told"], 1), 3),
        "sentences": len(data["facts"]),
        "false": stored(data["none"]),
        "of none": len(data["none"]),
        "retired": retired(data["retire"]),
        "of retire": len(data["retire"]),
        "kept": kept(data["keep"]),
        "of keep": len(data["keep"]),
    }


def half(data: Mapping[str, list[Case]], number: int) -> dict[str, list[Case]]:
    return {name: [case for case in cases if case["half"] == number] for name, cases in data.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=DATA)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    data = load(given.file)
    halves = {"first half (tuned on)": half(data, 1), "second half": half(data, 2)}
    rows = {name: figures(halves[name]) for name in watched(list(halves), "halves")}
    rows = {"all": {name: sum(row[name] for row in rows.values()) for name in next(iter(rows.values()))}, **rows}
    rows["all"]["precision"] = round(rows["all"]["right"] / max(rows["all"]["told"], 1), 3)
    if given.json:
        print(json.dumps(rows["all"] | {"halves": [row for name, row in rows.items() if name != "all"]}))
    else:
        show("prose", rows)


if __name__ == "__main__":
    main()
