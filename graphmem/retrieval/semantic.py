"""Semantic search (AriGraph, section 2.2 and algorithm 1): facts near the query, spread along the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graphmem.protocols import Store
from graphmem.records import Fact, Vector, entity_key

Embed = Callable[[Sequence[str]], Vector]
"""Texts -> unit vectors of shape (len(texts), dimension)."""


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A fact, how many hops from a query it was found, and its cosine to what found it."""

    fact: Fact
    hop: int
    score: float


def semantic_search(
    store: Store, embed: Embed, queries: Mapping[str, int], *, width: int, at: int | None = None
) -> list[FoundFact]:
    """The `width` facts nearest to each query, then those nearest to the entities of what was found, and so on.

    `queries` gives each query its depth: how many rounds may start from it. Equal to the paper's search run for each
    query and united; a round asks the store once for all its queries. The result is ranked: fewer hops first, then
    the higher cosine, then the newer fact.
    """
    left = {query: depth for query, depth in queries.items() if depth > 0}
    hops = dict.fromkeys(left, 0)
    asked: set[str] = set()
    found: dict[str, FoundFact] = {}
    for depth in range(max(left.values(), default=0), 0, -1):
        batch = [query for query in left if left[query] == depth and query not in asked]
        if not batch:
            continue
        asked.update(batch)
        hits = store.nearest("fact", embed(batch), limit=width, at=at)
        facts = {fact.id: fact for fact in store.facts(ids={id_ for row in hits for id_, _ in row}, at=at)}
        for query, row in zip(batch, hits, strict=True):
            for id_, score in row:
                if id_ not in facts:  # retired by another process between the two questions
                    continue
                _keep(found, FoundFact(facts[id_], hops[query], score))
                for name in map(entity_key, (facts[id_].subject, facts[id_].object)):
                    left[name] = max(left.get(name, 0), depth - 1)
                    hops.setdefault(name, hops[query] + 1)
    return sorted(found.values(), key=lambda hit: (hit.hop, -hit.score, -hit.fact.since))


def _keep(found: dict[str, FoundFact], hit: FoundFact) -> None:
    held = found.get(hit.fact.id)
    if held is None or (hit.hop, -hit.score) < (held.hop, -held.score):
        found[hit.fact.id] = hit
