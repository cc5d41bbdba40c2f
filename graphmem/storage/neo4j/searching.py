"""The server's two searches. Its vector index is approximate, and slow to learn of what was just written: so ask it for
more than is wanted, and rank exactly what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphmem.language.words import words as words_of
from graphmem.records import MOST, Vector
from graphmem.storage.neo4j.connection import Row
from graphmem.storage.neo4j.rows import Indexed
from graphmem.storage.neo4j.schema import VECTOR_INDEXES

Read = Callable[..., list[Row]]

FEW = 1000
"""Up to so many vectors are all compared: no index is asked."""

LEAST_ASKED, MOST_ASKED = 200, 20_000
"""How many nearest an index is asked for: more in each round, until enough of them are of this namespace and time."""

MOST_WORDS = 200

RANKED = 2
"""So many times as many vectors as are wanted are compared exactly, of those that the index gives."""

SPARE = 4
"""So many times as many matches as are wanted are read, since the newest of equals come first."""

_NEAREST = """CALL () {{ MATCH (v:{label}) WHERE v.namespace = $namespace WITH v LIMIT {few} + 1
    RETURN collect(v) AS some }}
UNWIND $queries AS asking
WITH some, asking.number AS number, asking.vector AS query, size(some) > {few} AS partial
CALL (some, query, partial) {{
    CALL (some, query, partial) {{
        WITH some, query, partial WHERE NOT partial UNWIND some AS v
        WITH v, query WHERE size(v.values) = size(query)
        RETURN v, vector.similarity.cosine(v.values, query) AS score ORDER BY score DESC LIMIT {ranked}
        UNION WITH query, partial WHERE partial
        CALL db.index.vector.queryNodes('{index}', $asked, query) YIELD node AS v, score AS rough
        WHERE v.namespace = $namespace
        WITH v, query, rough ORDER BY rough DESC LIMIT {ranked}
        RETURN v, vector.similarity.cosine(v.values, query) AS score }}
    MATCH {match}
    WITH f, {time} AS time, score ORDER BY score DESC, time DESC, f.order DESC LIMIT $limit
    RETURN collect([score, time, f.order, f.id]) AS hits }}
RETURN number, partial, hits"""
"""Exact scores cost the most: the index's own, of rounded numbers, says of which vectors they are wanted."""

_FACTS_NOW = "(f:Current) WHERE f.text_id = v.id"
_FACTS_THEN = "(f:Fact) WHERE f.text_id = v.id AND f.since <= $at AND (f.until IS NULL OR f.until > $at)"
_SEEN = "(f:{label}) WHERE f.text_id = v.id AND f.step <= $at"


def nearest(read: Read, kind: Indexed, vectors: Vector, *, limit: int, at: int | None) -> list[list[tuple[str, float]]]:
    """See `Store.nearest`. One round trip, and another where too few of those nearest are of this namespace or time."""
    found: list[list[tuple[str, float]]] = [[] for _ in vectors]
    wanted = list(range(len(vectors))) if limit > 0 else []
    asked = max(LEAST_ASKED, 4 * limit)
    while wanted:
        queries = [query for query in as_queries(vectors) if query["number"] in wanted]
        rows = read(nearest_statement(kind, at), queries=queries, asked=asked, limit=limit, at=step(at))
        for number in wanted:
            found[number] = best([row["hits"] for row in rows if row["number"] == number], limit)
        partial = any(row["partial"] for row in rows) and asked < MOST_ASKED
        wanted = [number for number in wanted if partial and len(found[number]) < limit]
        asked = min(4 * asked, MOST_ASKED)
    return found


def nearest_statement(kind: Indexed, at: int | None) -> str:
    """Rows of (number, partial, hits); `partial` says that an index was asked, so that there may be more."""
    if kind == "fact":
        labels, time = ["CurrentFact"] if at is None else ["CurrentFact", "PastFact"], "f.since"
        match = _FACTS_NOW if at is None else _FACTS_THEN
    else:
        labels, time, match = [f"{kind.capitalize()}Text"], "f.step", _SEEN.format(label=kind.capitalize())
    ranked = f"{RANKED} * $limit" if at is None else f"{FEW} + $asked"  # of the past, any number may not hold
    return "\nUNION ALL ".join(
        _NEAREST.format(label=label, index=VECTOR_INDEXES[label], few=FEW, ranked=ranked, match=match, time=time)
        for label in labels
    )


def as_queries(vectors: Vector) -> list[Row]:
    return [{"number": number, "vector": vector.tolist()} for number, vector in enumerate(vectors)]


def step(at: int | None) -> int:
    """The step that statements compare with: now is later than any."""
    return MOST if at is None else at


def best(hits: Iterable[Iterable[list[Any]]], limit: int) -> list[tuple[str, float]]:
    """The `limit` best (id, cosine) of several lists of (score, step, order, id); each id once."""
    found: dict[str, float] = {}
    for score, _, _, id_ in sorted((hit for each in hits for hit in each), reverse=True):
        found.setdefault(id_, 2 * score - 1)
    return list(found.items())[:limit]


def lucene(query: str, scope: str) -> str:
    """What the index is asked: quoted words, so that no syntax comes from outside; "" when there are none.

    The namespace's `scope` is part of it, so that no other namespace crowds this one out.
    """
    words = list(dict.fromkeys(words_of(query)))[:MOST_WORDS]
    quoted = " ".join(f'"{word}"' for word in words)
    return f"+scope:{scope}^0 +words:({quoted})" if words else ""


def search_statement(kind: Indexed, at: int | None) -> str:
    """What ends with `id` and `score`, best first."""
    if kind == "fact":
        indexes, holds = ["current_facts"], "f.since <= $at AND (f.until IS NULL OR f.until > $at)"
        indexes += [] if at is None else ["retired_facts"]
    else:
        indexes, holds = [f"{kind}_text"], "f.step <= $at"
    options = f"{{limit: {SPARE} * $limit}}" if at is None else "{}"  # of the past, any number may not hold
    found = "\nUNION ALL ".join(
        f"WITH $lucene AS lucene WHERE lucene <> '' "
        f"CALL db.index.fulltext.queryNodes('{index}', lucene, {options}) YIELD node AS f, score WHERE {holds} "
        "RETURN f, score ORDER BY score DESC, f.order DESC LIMIT $limit"
        for index in indexes
    )
    return f"CALL () {{ {found} }} WITH f.id AS id, score ORDER BY score DESC, f.order DESC LIMIT $limit"
