"""Parts of statements that several are made of."""

from __future__ import annotations

from graphmem.records import MOST

LAST_STEP = """OPTIONAL MATCH (e:Episode) WHERE e.namespace = $namespace AND e.step IS NOT NULL AND e.order IS NOT NULL
WITH e ORDER BY e.namespace DESC, e.step DESC, e.order DESC LIMIT 1 RETURN coalesce(e.step, -1) AS last"""
"""All that an index is made of is named, so that its end is read and nothing else."""

EMBEDDER = "head(COLLECT { MATCH (m:Memory {namespace: $namespace}) RETURN m.embedder })"

RENEWED = "head(COLLECT { MATCH (m:Memory {namespace: $namespace}) RETURN m.renewed })"
"""When all vectors were replaced last, as a number that grows."""

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

EPISODE_BY_ID = "MATCH (e:Episode {namespace: $namespace, id: id}) USING INDEX SEEK e:Episode(namespace, id)"
FACT_BY_ID = "MATCH (f:Fact {namespace: $namespace, id: id}) USING INDEX SEEK f:Fact(namespace, id)"
"""Looked up in the index, by name: a server that knows little of its own data yet looks through all that there is."""

MERGES = "MATCH (m:Merge) WHERE m.namespace = $namespace RETURN m.record AS record, m.order AS order ORDER BY m.order"

SEEN_BY_THEN = """(EXISTS { (n)<-[:SUBJECT|OBJECT]-(f:Fact) WHERE f.since <= $at }
    OR EXISTS { (n)<-[:MENTIONS]-(e:Episode) WHERE e.step <= $at })"""

PUT_PASSAGE = """MERGE (p:Passage {namespace: $namespace, id: row.id})
    ON CREATE SET p += row.new, p.episode = e.id, p.step = e.step, p.order = e.order"""
"""A passage of a long episode `e`; it has no edges, so that who looks at an episode sees what it taught."""
