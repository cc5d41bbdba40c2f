"""Where a search may start: all that is asked of the server for it, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from graphmem.records import Hits
from graphmem.storage.neo4j import searching
from graphmem.storage.neo4j.cypher import EMBEDDER, FACT_BY_ID, NAMED, RENEWED, SEEN_BY_THEN, TIME
from graphmem.storage.neo4j.rows import ENTITY, FACT_THEN, PASSAGE, Indexed

PASSAGES = f"""UNWIND $ids AS id MATCH (p:Passage {{namespace: $namespace, id: id}})
RETURN collect({PASSAGE}) AS passages"""


def statement(at: int | None) -> str:
    """One row: `entities`, hits of each kind (`near_facts`, `matching_facts`, …), the `facts` and `passages` hit."""
    kinds = get_args(Indexed)
    hits = ", ".join(f"near_{kind}s, matching_{kind}s" for kind in kinds)
    return "\n".join(
        [
            TIME,
            f"CALL () {{ {NAMED} WITH n WHERE {'true' if at is None else SEEN_BY_THEN}",
            f"WITH n ORDER BY n.order RETURN collect({ENTITY}) AS entities }}",
            *(_searched(kind, at) for kind in kinds),
            f"CALL (near_facts, matching_facts, at, late) {{ {_found('fact')}",
            f"{FACT_BY_ID} RETURN collect({FACT_THEN}) AS facts }}",
            f"CALL (near_passages, matching_passages, at, late) {{ {_found('passage')}",
            f"MATCH (p:Passage {{namespace: $namespace, id: id}}) RETURN collect({PASSAGE}) AS passages }}",
            f"RETURN entities, facts, passages, {hits}, {EMBEDDER} AS embedder, {RENEWED} AS renewed",
        ]
    )


def _searched(kind: Indexed, at: int | None) -> str:
    """By vector and by full text; `partial` is told with the hits by vector."""
    return f"""CALL () {{ CALL () {{ {searching.nearest_statement(kind, at)} }}
    RETURN collect([partial, hits]) AS near_{kind}s }}
CALL () {{ {searching.search_statement(kind, at)} RETURN collect([id, score]) AS matching_{kind}s }}"""


def _found(kind: Indexed) -> str:
    """Each `id` that was hit, once."""
    return f"""WITH at, late, [hit IN matching_{kind}s | hit[0]] +
    reduce(ids = [], row IN near_{kind}s | ids + [hit IN row[1] | hit[3]]) AS ids
UNWIND ids AS id WITH DISTINCT id, at, late"""


def with_passages(found: Mapping[Indexed, Hits], limit: int) -> Hits:
    """Episodes by the best score of their own or of a passage, whose id is the episode's, `#` and a number."""
    best: dict[str, float] = {}
    for id_, score in (*found["episode"], *((id_.rpartition("#")[0], score) for id_, score in found["passage"])):
        best[id_] = max(score, best.get(id_, score))
    return tuple(sorted(best.items(), key=lambda hit: -hit[1])[:limit])
