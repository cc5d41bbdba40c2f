"""One hop from entities and episodes: what is asked of the server for it, and what that makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphmem.records import MOST_COUNTED, Around
from graphmem.storage.neo4j.connection import Row
from graphmem.storage.neo4j.cypher import HELD, TIME
from graphmem.storage.neo4j.kept import OfEntity, OfEpisode
from graphmem.storage.neo4j.rows import FACT_THEN, to_facts, to_pairs

LATELY_RETIRED = 200
"""So many of an entity's facts, the last to be retired, are looked at for those that were denied at once."""

_CALLED = """CALL (asked) { MATCH (n:Entity {id: asked}) RETURN n
        UNION MATCH (:Alias {id: asked})-[:NAMES]->(n:Entity) RETURN n }"""
"""The entity `n` whose name or alias is `asked`."""

STATEMENT = f"""{TIME}
CALL (at, late) {{ UNWIND $names AS asked
    {_CALLED}
    CALL (n, at) {{ MATCH (e:Episode)-[m:MENTIONS]->() WHERE m.entity_id = n.id AND m.step <= at
        WITH e, m ORDER BY m.entity_id DESC, m.step DESC LIMIT $episodes RETURN collect(e.id) AS told }}
    CALL (n, at, late) {{ {HELD} RETURN collect({FACT_THEN}) AS held }}
    CALL (n, at, late) {{ MATCH (f:Retired) WHERE f.subject_id = n.id AND f.until <= at
        WITH f, at, late ORDER BY f.subject_id DESC, f.until DESC LIMIT {LATELY_RETIRED}
        WITH f, at, late WHERE f.since = f.until
        WITH f, at, late LIMIT $limit RETURN collect({FACT_THEN}) AS disputed }}
    WITH asked, n, told, held, disputed, CASE WHEN late THEN
            COUNT {{ MATCH (n)<-[:SUBJECT|OBJECT]-(f:Fact) WHERE f.since <= at AND (f.until IS NULL OR f.until > at)
                RETURN f LIMIT {MOST_COUNTED} }}
        ELSE COUNT {{ (n)-[:FACT]-() }} END AS facts,
        CASE WHEN late THEN COUNT {{ MATCH ()-[m:MENTIONS]->() WHERE m.entity_id = n.id AND m.step <= at
                RETURN m LIMIT {MOST_COUNTED} }}
        ELSE COUNT {{ (n)<-[:MENTIONS]-() }} END AS mentions
    RETURN collect({{asked: asked, name: n.name, told: told, held: held, disputed: disputed,
        facts: facts, mentions: mentions}}) AS entities }}
CALL (at, late) {{ UNWIND $of AS id MATCH (e:Episode) WHERE e.namespace = $namespace AND e.id = id AND e.step <= at
    CALL (e, at, late) {{ MATCH (e)-[:ASSERTED|SUPPORTED]->(f:Fact)
        WHERE f.since <= at AND (f.until IS NULL OR f.until > at)
        WITH f, at, late ORDER BY f.order LIMIT $limit RETURN collect({FACT_THEN}) AS held }}
    CALL (e) {{ OPTIONAL MATCH (b:Episode) WHERE b.namespace = e.namespace AND b.step <= e.step AND b.order IS NOT NULL
            AND (b.step < e.step OR b.order < e.order)
        RETURN b.id AS before ORDER BY b.namespace DESC, b.step DESC, b.order DESC LIMIT 1 }}
    CALL (e, at) {{ OPTIONAL MATCH (a:Episode) WHERE a.namespace = e.namespace AND a.step >= e.step AND a.step <= at
            AND a.order IS NOT NULL AND (a.step > e.step OR a.order > e.order)
        RETURN a.id AS after ORDER BY a.namespace, a.step, a.order LIMIT 1 }}
    RETURN collect({{id: e.id, held: held, before: before, after: after,
        mentions: COLLECT {{ MATCH (e)-[:MENTIONS]->(n:Entity) RETURN n.name }}}}) AS episodes }}
RETURN entities, episodes"""
"""One row: `entities`, each with the one of `$names` that asked for it, and the `episodes` with the ids `$of`."""

OUTGOING = f"""{TIME}
CALL (at, late) {{ UNWIND $names AS asked
    {_CALLED}
    CALL (n, at) {{
        CALL (n, at) {{
            MATCH (f:Current) WHERE f.subject_id = n.id AND f.since <= at AND f.order IS NOT NULL
            RETURN f ORDER BY f.subject_id DESC, f.since DESC, f.order DESC LIMIT {MOST_COUNTED}
            UNION MATCH (f:Retired) WHERE f.subject_id = n.id AND f.until > at AND f.since <= at
            RETURN f ORDER BY f.since DESC, f.order DESC LIMIT {MOST_COUNTED} }}
        WITH f ORDER BY f.since DESC, f.order DESC LIMIT {MOST_COUNTED}
        WITH coalesce(f.slot, f.relation_id) AS said, collect(f) AS same
        UNWIND same[..$each] AS f
        RETURN f ORDER BY f.since DESC, f.order DESC LIMIT $limit }}
    RETURN collect([asked, {FACT_THEN}]) AS outgoing }}
RETURN outgoing"""
"""One row: pairs of the one of `$names` that asked, and a fact that leads on from the entity of that name."""


def of_entity(row: Row, at: int | None) -> OfEntity:
    return OfEntity(
        row["name"],
        to_facts(row["held"], at),
        to_facts(row["disputed"]),
        tuple(filter(None, row["told"])),
        min(row["facts"], MOST_COUNTED) + min(row["mentions"], MOST_COUNTED),
    )


def of_episode(row: Row, at: int | None) -> OfEpisode:
    return OfEpisode(
        row["id"], to_facts(row["held"], at), tuple(filter(None, row["mentions"])), row["before"], row["after"]
    )


def together(of_entities: Iterable[OfEntity], of_episodes: Sequence[OfEpisode]) -> Around:
    """What lies around all of them, each once."""
    entities = list({each.name: each for each in of_entities}.values())
    around: list[OfEntity | OfEpisode] = [*entities, *of_episodes]
    held = {fact.id: fact for each in around for fact in each.held}
    mentions = [(each.name, id_) for each in entities for id_ in each.told]
    mentions += [(name, each.id) for each in of_episodes for name in each.mentions]
    follows = (pair for each in of_episodes for pair in ((each.before, each.id), (each.id, each.after)))
    return Around(
        facts=tuple(sorted(held.values(), key=lambda fact: -fact.since)),
        taught=to_pairs((each.id, fact.id) for each in of_episodes for fact in each.held),
        mentions=to_pairs(mentions),
        follows=to_pairs(follows),
        disputed=tuple(fact for each in entities for fact in each.disputed),
        degrees={each.name: each.degree for each in entities},
    )
