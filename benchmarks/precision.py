"""Just what bears on a question: is the set of beliefs told exactly the right one, when no number is asked for?

    python -m benchmarks.precision FOLDER

The folder holds PrecisionMemBench's `beliefs.json` (`canonical_name`, `aliases`, `content`, `scope`, `superseded_by`,
`resolved_at`, `pinned`) and `cases.json` (`query`, `scope`, and the ids that should be told and no others). A belief is
an episode: its name and aliases as a heading ("kubernetes (also k8s, kube)"), and its content. Those that are
superseded or resolved are left out, as are the pinned ones, which an agent always has before it. A case asks the
memory of the beliefs of its scope, and of those of every scope. No model runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reading import Unread, load, mean, show, watched
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.protocols import Embedder

EVERYWHERE = "user:universal"
Sets = tuple[set[str], set[str]]
"""The ids that should be told, and those that were."""


def told(belief: Mapping[str, Any]) -> str:
    """The belief as an observation."""
    aliases = f" (also {', '.join(belief['aliases'])})" if belief.get("aliases") else ""
    return f"{belief['canonical_name'].replace('_', ' ')}{aliases}\n{belief['content']}"


def holds(belief: Mapping[str, Any]) -> bool:
    return not (belief.get("superseded_by") or belief.get("resolved_at") or belief.get("pinned"))


def in_scope(belief: Mapping[str, Any], scope: Sequence[str]) -> bool:
    return bool({EVERYWHERE, *scope} & set(belief["scope"]))


def answers(
    beliefs: Sequence[Mapping[str, Any]], cases: Sequence[Mapping[str, Any]], embedder: Embedder
) -> Iterator[Sets]:
    for case in cases:
        with Memory(":memory:", extractor=Unread(), embedder=embedder) as memory:
            for belief in beliefs:
                if holds(belief) and in_scope(belief, case["scope"]):
                    memory.remember(told(belief), triples=[], metadata={"id": belief["_id"]})
            wanted = set(case["expect"]["relevantBeliefs"]["shouldOnlyInclude"])
            yield wanted, {episode.metadata["id"] for episode in memory.recall(case["query"], budget=2000).episodes}


def figures(found: Sequence[Sets]) -> dict[str, float]:
    """`precision` and `recall` are means over the cases; what tells nothing where nothing is wanted has both."""
    return {
        "exact": sum(wanted == got for wanted, got in found),
        "of": len(found),
        "precision": mean(len(wanted & got) / len(got) if got else float(not wanted) for wanted, got in found),
        "recall": mean(len(wanted & got) / len(wanted) if wanted else 1.0 for wanted, got in found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    beliefs, cases = load(given.folder / "beliefs.json"), load(given.folder / "cases.json")
    found = list(answers(beliefs, list(watched(cases, "asking")), CachedEmbedder(load_embedder())))
    rows = figures(found)
    if given.json:
        print(json.dumps(rows | {"half": figures(found[::2]), "other half": figures(found[1::2])}))
    else:
        show("PrecisionMemBench", {"graphmem": rows, "half": figures(found[::2]), "other half": figures(found[1::2])})


if __name__ == "__main__":
    main()
