"""Reading one namespace of a graph on a server: each question is one round trip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike, fspath

from graphmem.errors import InputError
from graphmem.protocols import Kind
from graphmem.records import MOST, MOST_COUNTED, Around, Entity, Episode, Fact, Stats, Vector
from graphmem.storage import resolve
from graphmem.storage.neo4j import address, schema, searching
from graphmem.storage.neo4j.connection import Connection, Row
from graphmem.storage.neo4j.rows import (
    ENTITY,
    EPISODE,
    FACT_THEN,
    Namespace,
    to_entity,
    to_episode,
    to_fact,
    to_vector,
)

LONGEST_NAMESPACE = 1000

LAST_STEP = """OPTIONAL MATCH (e:Episode) WHERE e.namespace = $namespace AND e.step IS NOT NULL
RETURN coalesce(e.step, -1) AS last ORDER BY e.namespace DESC, e.step DESC LIMIT 1"""

TIME = f"""CALL () {{ {LAST_STEP} }}
WITH coalesce($at, {MOST}) AS at, coalesce($at < last, false) AS late"""
"""How a statement begins that reads the graph as it stood: `at`, and whether anything is `late`r than that."""

NAMED = """CALL () {
    UNWIND $names AS id MATCH (n:Entity {id: id}) RETURN n
    UNION UNWIND $names AS id MATCH (:Alias {id: id})-[:NAMES]->(n:Entity) RETURN n }"""
"""The entities `n` whose name or alias is one of `$names`."""

HELD = """CALL (n, at) {
    CALL (n, at) {
        MATCH (f:Current) WHERE f.subject_id = n.id AND f.since <= at AND f.order IS NOT NULL
        RETURN f ORDER BY f.subject_id DESC, f.since DESC, f.order DESC LIMIT $limit
        UNION MATCH (f:Current) WHERE f.object_id = n.id AND f.since <= at AND f.order IS NOT NULL
        RETURN f ORDER BY f.object_id DESC, f.since DESC, f.order DESC LIMIT $limit
        UNION MATCH (f:Retired) WHERE f.subject_id = n.id AND f.until > at AND f.since <= at
        RETURN f ORDER BY f.since DESC, f.order DESC LIMIT $limit
        UNION MATCH (f:Retired) WHERE f.object_id = n.id AND f.until > at AND f.since <= at
        RETURN f ORDER BY f.since DESC, f.order DESC LIMIT $limit }
    RETURN f ORDER BY f.since DESC, f.order DESC LIMIT $limit }"""
"""The `$limit` newest facts `f` about entity `n` that hold at step `at`. Each part reads an index, in its order."""

_SEEN_BY_THEN = """(EXISTS { (n)<-[:SUBJECT|OBJECT]-(f:Fact) WHERE f.since <= $at }
    OR EXISTS { (n)<-[:MENTIONS]-(e:Episode) WHERE e.step <= $at })"""

_AROUND = f"""{TIME}
{NAMED}
CALL (n, at) {{ MATCH (e:Episode)-[m:MENTIONS]->() WHERE m.entity_id = n.id AND m.step <= at
    WITH e, m ORDER BY m.entity_id DESC, m.step DESC LIMIT $episodes RETURN collect(e.id) AS told }}
CALL (n, at) {{ CALL (n, at) {{ MATCH (f:Current) WHERE f.subject_id = n.id AND f.since <= at RETURN f LIMIT {MOST_COUNTED}
        UNION ALL MATCH (f:Current) WHERE f.object_id = n.id AND f.since <= at RETURN f LIMIT {MOST_COUNTED}
        UNION ALL MATCH (f:Retired) WHERE f.subject_id = n.id AND f.until > at AND f.since <= at
        RETURN f LIMIT {MOST_COUNTED}
        UNION ALL MATCH (f:Retired) WHERE f.object_id = n.id AND f.until > at AND f.since <= at
        RETURN f LIMIT {MOST_COUNTED} }}
    RETURN count(f) AS facts }}
CALL (n, at) {{ MATCH ()-[m:MENTIONS]->() WHERE m.entity_id = n.id AND m.step <= at
    WITH m LIMIT {MOST_COUNTED} RETURN count(m) AS mentions }}
CALL (n, at, late) {{ {HELD} RETURN collect({FACT_THEN}) AS held }}
RETURN n.name AS name, told, facts, mentions, held"""


class Neo4jReader:
    """What a `Store` can be asked, over one namespace of the database at `location`."""

    def __init__(self, location: str | PathLike[str], namespace: str = "default") -> None:
        if len(namespace) > LONGEST_NAMESPACE:
            raise InputError(f"a namespace may have {LONGEST_NAMESPACE} characters, not {len(namespace)}")
        self._connection = Connection(address.parse(fspath(location)))
        self._ids = Namespace(namespace)
        try:
            schema.prepare(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def _read(self, statement: str, **parameters: object) -> list[Row]:
        return self._connection.read(statement, namespace=self._ids.name, **parameters)

    def _entity_ids(self, names: Iterable[str]) -> list[str]:
        return sorted({self._ids.entity(name) for name in names})

    def episodes(
        self,
        *,
        ids: Iterable[str] | None = None,
        facts: Iterable[str] | None = None,
        pending: bool | None = None,
        at: int | None = None,
        newest: int | None = None,
    ) -> list[Episode]:
        start = "MATCH (e:Episode) WHERE e.namespace = $namespace AND e.step <= $at AND e.order IS NOT NULL"
        if facts is not None:
            start = """UNWIND $facts AS id MATCH (f:Fact {namespace: $namespace, id: id})
            MATCH (e:Episode)-[:ASSERTED|SUPPORTED]->(f) WITH DISTINCT e WHERE e.step <= $at"""
        if ids is not None:
            start += " AND e.id IN $ids"
        if pending is not None:
            start += " AND e.pending = $pending"
        rows = self._read(
            f"""{start} WITH e ORDER BY e.namespace DESC, e.step DESC, e.order DESC LIMIT $newest
            RETURN {EPISODE} AS episode""",
            ids=None if ids is None else list(ids),
            facts=None if facts is None else sorted(set(facts)),
            pending=pending,
            at=MOST if at is None else at,
            newest=MOST if newest is None else newest,
        )
        return [to_episode(row["episode"]) for row in reversed(rows)]

    def facts(
        self,
        *,
        ids: Iterable[str] | None = None,
        entities: Iterable[str] | None = None,
        relations: Iterable[str] | None = None,
        current: bool = True,
        at: int | None = None,
    ) -> list[Fact]:
        about = f"{NAMED} WITH at, late, collect(n.id) AS about" if entities is not None else ""
        label = "Current" if current and at is None else "Fact"
        where = "AND (f.until IS NULL OR f.until > at)" if current else ""
        if entities is not None:
            found = f"""CALL (about) {{ UNWIND about AS id MATCH (f:Current) WHERE f.subject_id = id RETURN f
                UNION UNWIND about AS id MATCH (f:Current) WHERE f.object_id = id RETURN f
                UNION UNWIND about AS id MATCH (f:Retired) WHERE f.subject_id = id RETURN f
                UNION UNWIND about AS id MATCH (f:Retired) WHERE f.object_id = id RETURN f }}
                WITH f, at, late WHERE f.since <= at {where}"""
        else:
            found = f"MATCH (f:{label}:Fact) WHERE f.namespace = $namespace AND f.since <= at {where}"
        if ids is not None:
            found += " AND f.id IN $ids"
        if relations is not None:
            found += " AND f.relation_id IN $relations"
        return self._facts(
            f"{TIME} {about} {found} RETURN {FACT_THEN} AS fact ORDER BY f.since, f.order",
            at=at,
            ids=None if ids is None else list(ids),
            names=None if entities is None else self._entity_ids(entities),
            relations=None if relations is None else [self._ids.relation(relation) for relation in relations],
        )

    def _facts(self, statement: str, *, at: int | None, **parameters: object) -> list[Fact]:
        rows = self._read(statement, at=at, **parameters)
        return [resolve.as_known(to_fact(row["fact"]), at) for row in rows]

    def entities(self, names: Iterable[str] | None = None, *, at: int | None = None) -> list[Entity]:
        start = "MATCH (n:Entity) WHERE n.namespace = $namespace" if names is None else f"{NAMED} WITH n WHERE true"
        seen = "" if at is None else f"AND {_SEEN_BY_THEN}"
        rows = self._read(
            f"{start} {seen} RETURN {ENTITY} AS entity ORDER BY n.order",
            names=None if names is None else self._entity_ids(names),
            at=at,
        )
        return [to_entity(row["entity"]) for row in rows]

    def around(self, entities: Iterable[str], *, facts: int, episodes: int, at: int | None = None) -> Around:
        rows = self._read(_AROUND, names=self._entity_ids(entities), limit=facts, episodes=episodes, at=at)
        found = {row["id"]: resolve.as_known(to_fact(row), at) for each in rows for row in each["held"]}
        return Around(
            tuple(sorted(found.values(), key=lambda fact: -fact.since)),
            tuple((row["name"], id_) for row in rows for id_ in row["told"]),
            {row["name"]: min(row["facts"], MOST_COUNTED) + row["mentions"] for row in rows},
        )

    def nearest(
        self, kind: Kind, vectors: Vector, *, limit: int, at: int | None = None
    ) -> list[list[tuple[str, float]]]:
        return searching.nearest(self._read, kind, vectors, limit=limit, at=at)

    def search(self, kind: Kind, query: str, *, limit: int, at: int | None = None) -> list[tuple[str, float]]:
        return searching.search(self._read, kind, query, scope=self._ids.scope, limit=limit, at=at)

    def vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        by_id = {self._ids.text(text): text for text in texts}
        rows = self._read(
            "UNWIND $ids AS id MATCH (v:Vector {id: id}) RETURN v.id AS id, v.values AS values", ids=list(by_id)
        )
        return {by_id[row["id"]]: to_vector(row["values"]) for row in rows}

    def texts(self) -> Iterator[str]:
        rows = self._read(
            """MATCH (f:Fact) WHERE f.namespace = $namespace RETURN f.text AS text
            UNION MATCH (n:Entity) WHERE n.namespace = $namespace RETURN n.key AS text
            UNION MATCH (e:Episode) WHERE e.namespace = $namespace RETURN e.text AS text"""
        )
        return (row["text"] for row in rows)

    def embedder(self) -> str | None:
        rows = self._read("MATCH (m:Memory {namespace: $namespace}) RETURN m.embedder AS embedder")
        return rows[0]["embedder"] if rows else None

    def stats(self, *, at: int | None = None) -> Stats:
        seen = "" if at is None else f"AND {_SEEN_BY_THEN}"
        (row,) = self._read(
            f"""CALL () {{ MATCH (e:Episode) WHERE e.namespace = $namespace AND e.step <= $at
                RETURN count(e) AS episodes, count(CASE WHEN e.pending THEN 1 END) AS pending,
                    coalesce(max(e.step), -1) AS last_step }}
            CALL () {{ MATCH (n:Entity) WHERE n.namespace = $namespace {seen} RETURN count(n) AS entities }}
            CALL () {{ MATCH (f:Fact) WHERE f.namespace = $namespace AND f.since <= $at
                RETURN count(f) AS facts, count(CASE WHEN f.until IS NULL OR f.until > $at THEN 1 END)
                    AS current_facts }}
            RETURN *""",
            at=MOST if at is None else at,
        )
        return Stats(**row)

    def close(self) -> None:
        self._connection.close()
