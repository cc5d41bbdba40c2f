"""The seeds of a search, for stores in which a question costs no round trip."""

from __future__ import annotations

from collections.abc import Iterable

from graphmem.protocols import Kind, Store
from graphmem.records import Hits, Seeds, Vector


def gather(store: Store, names: Iterable[str], vectors: Vector, text: str, *, limit: int, at: int | None) -> Seeds:
    """`Store.seeds`, by one question after the other."""

    def near(kind: Kind) -> Hits:
        best: dict[str, float] = {}
        for row in store.nearest(kind, vectors, limit=limit, at=at):
            for id_, cosine in row:
                best[id_] = max(cosine, best.get(id_, -1.0))
        return tuple(sorted(best.items(), key=lambda hit: -hit[1])[:limit])

    near_facts, matching_facts = near("fact"), tuple(store.search("fact", text, limit=limit, at=at))
    return Seeds(
        entities=tuple(store.entities(names, at=at)),
        facts=tuple(store.facts(ids={id_ for id_, _ in (*near_facts, *matching_facts)}, at=at)),
        near_facts=near_facts,
        matching_facts=matching_facts,
        near_episodes=near("episode"),
        matching_episodes=tuple(store.search("episode", text, limit=limit, at=at)),
    )
