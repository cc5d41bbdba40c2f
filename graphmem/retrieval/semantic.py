"""Semantic search (AriGraph, section 2.2 and algorithm 1): facts near the query, spread along the graph."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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
    store: Store,
    embed: Embed,
    queries: Mapping[str, int],
    *,
    width: int,
    without: Collection[str] = (),
    at: int | None = None,
) -> list[FoundFact]:
    """The `width` facts nearest to each query, then those nearest to the entities of what was found, and so on.

    `queries` gives each query its depth: how many rounds may start from it. Equal to the paper's search run for each
    query and united; a round asks the store once for all its queries. Facts whose ids are in `without` are passed over
    as if they were not there. The result is ranked: fewer hops first, then the higher cosine, then the newer fact.
    """
    left = {query: depth for query, depth in queries.items() if depth > 0}
    hops = dict.fromkeys(left, 0)
    asked: set[str] = set()
    found: dict[str, FoundFact] = {}
    while open_ := {query: depth for query, depth in left.items() if depth > 0 and query not in asked}:
        depth = max(open_.values())
        batch = [query for query in open_ if open_[query] == depth]
        asked.update(batch)
        nearest = store.nearest("fact", embed(batch), limit=width + len(without), at=at)
        hits = [[hit for hit in row if hit[0] not in without][:width] for row in nearest]
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
