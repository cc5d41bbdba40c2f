"""What a decision asks for, inside its transaction, in one statement: it locks what is to be decided on, then reads."""

from __future__ import annotations

from graphmem.records import MOST, Known, Wanted
from graphmem.storage.neo4j.connection import Run
from graphmem.storage.neo4j.cypher import EMBEDDER, EPISODE_BY_ID, FACT_BY_ID, HELD, LAST_STEP, NAMED
from graphmem.storage.neo4j.rows import (
    ENTITY,
    EPISODE,
    FACT,
    Namespace,
    next_order,
    to_entities,
    to_episodes,
    to_facts,
    to_merge,
    to_pairs,
)

_SOME_EPISODES = f"""CALL () {{ UNWIND $episodes AS id {EPISODE_BY_ID} RETURN e
    UNION UNWIND $keys AS id MATCH (e:Episode {{key_id: id}}) RETURN e }}"""

_LOCK = f"""CALL () {{ UNWIND CASE WHEN $numbered OR $merges THEN [1] ELSE [] END AS _
    MERGE (m:Memory {{namespace: $namespace}}) SET m.numbered = $order RETURN count(m) AS numbered }}
CALL () {{ {_SOME_EPISODES} WITH e ORDER BY e.id SET e.changed = $order RETURN count(e) AS changing }}
CALL () {{ UNWIND $subjects AS id
    OPTIONAL MATCH (own:Entity {{id: id}}) OPTIONAL MATCH (:Alias {{id: id}})-[:NAMES]->(n:Entity)
    RETURN collect(CASE WHEN own IS NULL THEN coalesce(n.id, id) ELSE id END) AS subjects }}
CALL () {{ UNWIND $facts AS id {FACT_BY_ID}
    RETURN collect(f.subject_id) AS others }}
CALL (subjects, others) {{ UNWIND subjects + others AS id WITH DISTINCT id ORDER BY id
    MERGE (n:Entity {{id: id}}) SET n.changed = $order
    RETURN collect(CASE WHEN n.name IS NULL THEN id END) AS made }}"""
"""The namespace, to give a step or look at merges; the episodes; and the subjects in order of id, so that no two wait
for each other.

A subject that is missing is made, without a name, to be locked: it is no entity yet, and goes if nothing names it.
"""

_FACTS = f"""CALL () {{
    UNWIND $triples AS id MATCH (f:Current) WHERE f.triple_id = id RETURN f
    UNION UNWIND $slots AS id MATCH (f:Current) WHERE f.slot_id = id RETURN f
    UNION UNWIND $triples AS id MATCH (f:Retired) WHERE f.triple_id = id AND f.until > $holding RETURN f
    UNION UNWIND $slots AS id MATCH (f:Retired) WHERE f.slot_id = id AND f.until > $holding RETURN f
    UNION UNWIND $facts AS id {FACT_BY_ID} RETURN f
    UNION UNWIND $taught_by AS id
        MATCH (:Episode {{namespace: $namespace, id: id}})-[:ASSERTED|SUPPORTED|RETIRED]->(f:Fact) RETURN f
    UNION {NAMED.replace("$names", "$about")} MATCH (f:Fact)-[:SUBJECT|OBJECT]->(n) RETURN f
    UNION WITH {MOST} AS at WHERE $newest > 0 {NAMED} {HELD.replace("$limit", "$newest")} RETURN f }}"""

SELECT = f"""{_LOCK}
CALL () {{ {LAST_STEP} }}
CALL (last) {{ {_FACTS}
    WITH f, last ORDER BY f.order
    RETURN collect({{fact: {FACT}, taught: CASE WHEN $teachers < last THEN COLLECT {{
        MATCH (e:Episode)-[:ASSERTED|SUPPORTED]->(f) WHERE e.step > $teachers RETURN [e.step, e.order, e.id]
        }} ELSE [] END}}) AS facts }}
CALL () {{ {_SOME_EPISODES}
    WITH e ORDER BY e.step, e.order RETURN collect({EPISODE}) AS episodes }}
CALL () {{ {NAMED} WITH n WHERE n.name IS NOT NULL
    WITH n ORDER BY n.order RETURN collect({ENTITY}) AS entities }}
CALL () {{ {NAMED.replace("$names", "$mentioning")} MATCH (e:Episode)-[:MENTIONS]->(n)
    WITH n, e ORDER BY e.step, e.order RETURN collect([n.name, e.id]) AS mentions }}
RETURN last, facts, episodes, entities, mentions, made, {EMBEDDER} AS embedder,
    COLLECT {{ MATCH (m:Merge) WHERE $merges AND m.namespace = $namespace
        RETURN m.record ORDER BY m.order }} AS merges"""


def select(run: Run, ids: Namespace, wanted: Wanted) -> tuple[Known, list[str]]:
    """What is known, and the ids of the subjects that were made to be locked."""
    triples, slots = ids.places(wanted.places)
    (row,) = run(
        SELECT,
        {
            "order": next_order(),
            "numbered": wanted.numbered,
            "subjects": ids.entities(wanted.subjects),
            "episodes": list(wanted.episodes),
            "keys": list(filter(None, map(ids.key, wanted.keys))),
            "names": ids.entities(wanted.names),
            "newest": wanted.newest,
            "triples": triples,
            "slots": slots,
            "holding": -MOST if wanted.holding is None else wanted.holding,
            "facts": list(wanted.facts),
            "taught_by": list(wanted.taught_by),
            "about": ids.entities(wanted.about),
            "teachers": wanted.teachers,
            "mentioning": ids.entities(wanted.mentioning),
            "merges": wanted.merges,
        },
    )
    taught = ((*who, fact["fact"]["id"]) for fact in row["facts"] for who in fact["taught"])
    known = Known(
        episodes=to_episodes(row["episodes"]),
        entities=to_entities(row["entities"]),
        facts=to_facts(fact["fact"] for fact in row["facts"]),
        taught=tuple(sorted(taught, key=lambda who: who[:2])),
        mentions=to_pairs(row["mentions"]),
        merges=tuple(map(to_merge, row["merges"])),
        last_step=row["last"],
        embedder=row["embedder"],
    )
    return known, row["made"]
