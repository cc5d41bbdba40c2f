"""The server's two searches. Its vector index is approximate, and slow to learn of what was just written: so ask it for
more than is wanted, and rank exactly what it gives."""

from __future__ import annotations

import re
from collections.abc import Callable

from graphmem.protocols import Kind
from graphmem.records import MOST, Vector
from graphmem.storage.neo4j.connection import Row
from graphmem.storage.neo4j.schema import VECTOR_INDEXES

Read = Callable[..., list[Row]]

FEW = 1000
"""Up to so many vectors are all compared: no index is asked."""

LEAST_ASKED, MOST_ASKED = 200, 20_000
"""How many nearest an index is asked for: more in each round, until enough of them are of this namespace and time."""

MOST_WORDS = 200

_WORD = re.compile(r"\w+")

_NEAREST = """CALL () {{ MATCH (v:{label}) WHERE v.namespace = $namespace WITH v LIMIT {few} + 1
    RETURN collect(v) AS some }}
UNWIND $queries AS asking
WITH some, asking.number AS number, asking.vector AS query, size(some) > {few} AS partial
CALL (some, query, partial) {{
    CALL (some, query, partial) {{
        WITH some, partial WHERE NOT partial UNWIND some AS v RETURN v
        UNION WITH query, partial WHERE partial
        CALL db.index.vector.queryNodes('{index}', $asked, query) YIELD node AS v
        WHERE v.namespace = $namespace RETURN v }}
    WITH v, query WHERE size(v.values) = size(query)
    MATCH {match}
    WITH f, {time} AS time, vector.similarity.cosine(v.values, query) AS score
    ORDER BY score DESC, time DESC, f.order DESC LIMIT $limit
    RETURN collect([score, time, f.order, f.id]) AS hits }}
RETURN number, partial, hits"""

_FACTS_NOW = "(f:Current) WHERE f.text_id = v.id"
_FACTS_THEN = "(f:Fact) WHERE f.text_id = v.id AND f.since <= $at AND (f.until IS NULL OR f.until > $at)"
_EPISODES = "(f:Episode) WHERE f.text_id = v.id AND f.step <= $at"


def nearest(read: Read, kind: Kind, vectors: Vector, *, limit: int, at: int | None) -> list[list[tuple[str, float]]]:
    """See `Store.nearest`. One round trip, and another where too few of those nearest are of this namespace or time."""
    found: list[list[tuple[str, float]]] = [[] for _ in vectors]
    wanted = list(range(len(vectors))) if limit > 0 else []
    asked = max(LEAST_ASKED, 4 * limit)
    statement = "\nUNION ALL ".join(_nearest(label, kind, at) for label in _labels(kind, at))
    while wanted:
        rows = read(
            statement,
            queries=[{"number": number, "vector": vectors[number].tolist()} for number in wanted],
            asked=min(asked, MOST_ASKED),
            limit=limit,
            at=MOST if at is None else at,
        )
        for number in wanted:
            hits = sorted((hit for row in rows if row["number"] == number for hit in row["hits"]), reverse=True)
            found[number] = [(id_, 2 * score - 1) for score, _, _, id_ in hits[:limit]]
        partial = any(row["partial"] for row in rows) and asked < MOST_ASKED
        wanted = [number for number in wanted if partial and len(found[number]) < limit]
        asked *= 4
    return found


def _labels(kind: Kind, at: int | None) -> list[str]:
    if kind == "episode":
        return ["EpisodeText"]
    return ["CurrentFact"] if at is None else ["CurrentFact", "PastFact"]


def _nearest(label: str, kind: Kind, at: int | None) -> str:
    match = _EPISODES if kind == "episode" else _FACTS_NOW if at is None else _FACTS_THEN
    time = "f.step" if kind == "episode" else "f.since"
    return _NEAREST.format(label=label, index=VECTOR_INDEXES[label], few=FEW, match=match, time=time)


def search(
    read: Read, kind: Kind, query: str, *, scope: str, limit: int, at: int | None
) -> list[tuple[str, float]]:
    """See `Store.search`. The namespace is part of what the index is asked, so that no other crowds it out."""
    words = list(dict.fromkeys(_WORD.findall(query.casefold())))[:MOST_WORDS]
    if not words or limit < 1:
        return []
    quoted = " ".join(f'"{word}"' for word in words)  # no query syntax from outside
    lucene = f"+scope:{scope}^0 +text:({quoted})"
    indexes = ["episode_text"] if kind == "episode" else ["current_facts"] + ([] if at is None else ["retired_facts"])
    holds = "f.step <= $at" if kind == "episode" else "f.since <= $at AND (f.until IS NULL OR f.until > $at)"
    found = "\nUNION ALL ".join(
        f"CALL db.index.fulltext.queryNodes('{index}', $lucene) YIELD node AS f, score WHERE {holds} "
        "RETURN f, score ORDER BY score DESC LIMIT $limit"
        for index in indexes
    )
    rows = read(
        f"CALL () {{ {found} }} RETURN f.id AS id, score ORDER BY score DESC, f.order DESC LIMIT $limit",
        lucene=lucene,
        limit=limit,
        at=MOST if at is None else at,
    )
    return [(row["id"], row["score"]) for row in rows]
