"""Carrying out a `Change` in one transaction on the server, in at most four statements; a lesson takes one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from graphmem.errors import EmbedderMismatch
from graphmem.records import Change
from graphmem.storage.neo4j.connection import Outdated, Row, Run
from graphmem.storage.neo4j.cypher import MERGES, PUT_PASSAGE
from graphmem.storage.neo4j.rows import MERGE, Namespace, next_order, taught_rows, to_merge

BATCH = 1000
"""Rows of one kind that one statement takes."""

_EDGE = "MATCH ()-[edge:FACT]->() WHERE edge.namespace = $namespace AND edge.fact_id = f.id"

_LABELS = """UNWIND texts AS id WITH DISTINCT id MATCH (v:Vector {id: id})
    WITH v, EXISTS { MATCH (f:Current) WHERE f.text_id = v.id } AS holds,
        EXISTS { MATCH (f:Retired) WHERE f.text_id = v.id } AS held,
        EXISTS { MATCH (e:Episode) WHERE e.text_id = v.id } AS seen,
        EXISTS { MATCH (p:Passage) WHERE p.text_id = v.id } AS part
    FOREACH (_ IN CASE WHEN holds THEN [1] ELSE [] END | REMOVE v:PastFact SET v:CurrentFact)
    FOREACH (_ IN CASE WHEN held AND NOT holds THEN [1] ELSE [] END | REMOVE v:CurrentFact SET v:PastFact)
    FOREACH (_ IN CASE WHEN NOT held AND NOT holds THEN [1] ELSE [] END | REMOVE v:CurrentFact REMOVE v:PastFact)
    FOREACH (_ IN CASE WHEN seen THEN [1] ELSE [] END | SET v:EpisodeText)
    FOREACH (_ IN CASE WHEN seen THEN [] ELSE [1] END | REMOVE v:EpisodeText)
    FOREACH (_ IN CASE WHEN part THEN [1] ELSE [] END | SET v:PassageText)
    FOREACH (_ IN CASE WHEN part THEN [] ELSE [1] END | REMOVE v:PassageText)
    RETURN count(*) AS labelled"""
"""What the vectors of `texts` are found by: facts that hold, or held, episodes and their passages."""

NEW_EMBEDDER = """MERGE (m:Memory {namespace: $namespace})
SET m.embedder = coalesce($embedder, m.embedder), m.renewed = $order
WITH m MATCH (v:Vector) WHERE v.namespace = $namespace DELETE v"""

TAKE_AWAY = f"""CALL () {{ UNWIND $gone_facts AS id MATCH (f:Fact {{namespace: $namespace, id: id}})
    CALL (f) {{ {_EDGE} DELETE edge }}
    WITH f, f.text_id AS text DETACH DELETE f RETURN collect(text) AS texts }}
CALL () {{ UNWIND $gone_entities AS id MATCH (a:Alias)-[:NAMES]->(:Entity {{id: id}})
    DETACH DELETE a RETURN count(*) AS nameless }}
CALL () {{ UNWIND $gone_episodes AS id MATCH (e:Episode {{namespace: $namespace, id: id}})
    SET e.key_id = null RETURN count(*) AS keyless }}
CALL () {{ UNWIND $untaught AS row MATCH (e:Episode {{namespace: $namespace, id: row.episode}})
    MATCH (e)-[taught:ASSERTED|SUPPORTED]->(:Fact {{namespace: $namespace, id: row.fact}})
    DELETE taught RETURN count(*) AS untaught }}
CALL () {{ UNWIND $unmentioned AS row MATCH (e:Episode {{namespace: $namespace, id: row.episode}})
    MATCH (e)-[m:MENTIONS]->(:Entity {{id: row.entity}}) DELETE m RETURN count(*) AS unmentioned }}
CALL (texts) {{ {_LABELS} }}
RETURN labelled"""
"""What goes before anything comes; the aliases and keys of what goes at the end are another's from now on."""

_NEW = "FOREACH (_ IN CASE WHEN n.name IS NULL THEN [1] ELSE [] END | SET n += row.new)"
"""An entity becomes one with its name: until then it was made to be locked, or just now."""

NAME = f"""CALL () {{ UNWIND $entities AS row MERGE (n:Entity {{id: row.id}}) {_NEW} RETURN count(n) AS made }}
CALL () {{ UNWIND $named AS row MATCH (a:Alias)-[:NAMES]->(:Entity {{id: row.id}})
    WHERE NOT a.id IN [alias IN row.aliases | alias.id] DETACH DELETE a RETURN count(*) AS freed }}
CALL () {{ UNWIND $named AS row MATCH (n:Entity {{id: row.id}}) WHERE n.name <> row.name SET n.name = row.name
    WITH n CALL (n) {{ MATCH (n)<-[:SUBJECT]-(f:Fact) SET f.subject = n.name }}
    CALL (n) {{ MATCH (n)<-[:OBJECT]-(f:Fact) SET f.object = n.name }}
    RETURN count(*) AS renamed }}
CALL () {{ UNWIND $named AS row MATCH (n:Entity {{id: row.id}}) UNWIND row.aliases AS alias
    MERGE (a:Alias {{id: alias.id}})
    ON CREATE SET a.namespace = $namespace, a.key = alias.key, a.entity_id = n.id
    WITH a, n, alias WHERE a.entity_id = n.id SET a.name = alias.name MERGE (a)-[:NAMES]->(n)
    RETURN count(*) AS aliases }}
RETURN made"""
"""Entities with just these names and aliases; an alias that is another's stays so."""

_PREPARE = f"""CALL () {{ UNWIND CASE WHEN $embedder IS NULL THEN [] ELSE [$embedder] END AS given
    MERGE (m:Memory {{namespace: $namespace}})
    FOREACH (_ IN CASE WHEN m.embedder IS NULL THEN [1] ELSE [] END |
        SET m.claimed = true SET m.embedder = coalesce(m.embedder, given))
    RETURN collect(m.embedder) AS held }}
CALL () {{ UNWIND $vectors AS row MERGE (v:Vector {{id: row.id}})
    ON CREATE SET v.namespace = $namespace, v.values = row.values
    RETURN count(v) AS stored }}
CALL () {{ UNWIND $entities AS row
    WITH row WHERE EXISTS {{ MATCH (n:Entity) WHERE n.id = row.id }}
        OR NOT EXISTS {{ MATCH (a:Alias)-[:NAMES]->(:Entity) WHERE a.id = row.id }}
    MERGE (n:Entity {{id: row.id}}) {_NEW} RETURN count(n) AS made }}
CALL () {{ UNWIND $episodes AS row MATCH (e:Episode {{namespace: $namespace, id: row.id}})
    WHERE e.key_id <> coalesce(row.state.key_id, '') SET e.key_id = null RETURN count(e) AS rekeyed }}
CALL () {{ UNWIND $episodes AS row MERGE (e:Episode {{namespace: $namespace, id: row.id}})
    ON CREATE SET e += row.new, e.step = row.step
    SET e += row.state RETURN count(e) AS kept }}
CALL () {{ UNWIND $passages AS row MATCH (e:Episode {{namespace: $namespace, id: row.episode}})
    {PUT_PASSAGE} RETURN count(p) AS parted }}"""
"""What facts need. The first embedder's name stays: setting one property locks the node, then the other is read anew.

A name that a merge has made another's alias, since it was read, is not made: then the decision is outdated.
"""

_FACTS = f"""CALL () {{ UNWIND $facts AS row MATCH (f:Fact {{namespace: $namespace, id: row.id}})
    WHERE f.triple_id <> row.state.triple_id OR coalesce(f.slot_id, '') <> coalesce(row.state.slot_id, '')
    CALL (f) {{ MATCH (f)-[end:SUBJECT|OBJECT]->() DELETE end }}
    CALL (f) {{ {_EDGE} DELETE edge }}
    REMOVE f:Current RETURN collect(f.text_id) AS moved }}
CALL () {{ UNWIND $facts AS row
    MATCH (s:Entity {{id: row.state.subject_id}}) MATCH (o:Entity {{id: row.state.object_id}})
    MERGE (f:Fact {{namespace: $namespace, id: row.id}}) ON CREATE SET f.order = row.order
    SET f += row.state, f.subject = s.name, f.object = o.name
    FOREACH (_ IN CASE WHEN row.current THEN [] ELSE [1] END | REMOVE f:Current SET f:Retired)
    FOREACH (_ IN CASE WHEN row.current THEN [1] ELSE [] END | REMOVE f:Retired SET f:Current)
    MERGE (s)<-[:SUBJECT]-(f) MERGE (f)-[:OBJECT]->(o)
    RETURN count(f) AS written }}
CALL () {{ UNWIND $facts AS row
    MATCH (f:Fact {{namespace: $namespace, id: row.id}})
    MATCH (a:Episode {{namespace: $namespace, id: f.asserted_by}})
    CALL (f, a) {{ MATCH (x:Episode)-[old:ASSERTED]->(f) WHERE x <> a DELETE old MERGE (x)-[:SUPPORTED]->(f) }}
    CALL (f, a) {{ MATCH (a)-[old:SUPPORTED]->(f) DELETE old }}
    MERGE (a)-[:ASSERTED]->(f)
    WITH f CALL (f) {{ MATCH (x:Episode)-[old:RETIRED]->(f)
        WHERE f.retired_by IS NULL OR x.id <> f.retired_by DELETE old }}
    CALL (f) {{ MATCH (r:Episode {{namespace: $namespace, id: f.retired_by}}) MERGE (r)-[:RETIRED]->(f) }}
    RETURN count(f) AS attributed }}
CALL () {{ UNWIND $facts AS row
    MATCH (f:Fact {{namespace: $namespace, id: row.id}})
    OPTIONAL {_EDGE}
    FOREACH (_ IN CASE WHEN f.until IS NULL THEN [] ELSE [1] END | DELETE edge)
    WITH f, edge WHERE f.until IS NULL
    CALL (f, edge) {{ WITH f WHERE edge IS NULL
        MATCH (s:Entity {{id: f.subject_id}}) MATCH (o:Entity {{id: f.object_id}})
        CREATE (s)-[:FACT {{namespace: $namespace, fact_id: f.id}}]->(o) }}
    CALL (f) {{ {_EDGE} SET edge.relation = f.relation, edge.since = f.since, edge.support = f.support }}
    RETURN count(f) AS derived }}"""
"""Facts in their new state, those to be retired first; who taught and who ended them; and the edge to look at.

What becomes another triple, or of another slot, first leaves its place to whatever comes there.
"""

PUT = f"""{_PREPARE}
{_FACTS}
CALL () {{ UNWIND $taught AS row
    MATCH (e:Episode {{namespace: $namespace, id: row.episode}}) MATCH (f:Fact {{namespace: $namespace, id: row.fact}})
    FOREACH (_ IN CASE WHEN f.asserted_by = e.id THEN [1] ELSE [] END | MERGE (e)-[:ASSERTED]->(f))
    FOREACH (_ IN CASE WHEN f.asserted_by = e.id THEN [] ELSE [1] END | MERGE (e)-[:SUPPORTED]->(f))
    RETURN count(f) AS taught }}
CALL () {{ UNWIND $mentioned AS row
    MATCH (e:Episode {{namespace: $namespace, id: row.episode}}) MATCH (n:Entity {{id: row.entity}})
    MERGE (e)-[m:MENTIONS]->(n) SET m.entity_id = n.id, m.step = e.step
    RETURN count(n) AS mentioned }}
CALL (moved) {{ WITH $texts + moved AS texts {_LABELS} }}
RETURN made, head(held) AS held"""
"""What comes: all that a lesson changes."""

CLEAN_UP = f"""CALL () {{ UNWIND $gone_episodes AS id MATCH (e:Episode {{namespace: $namespace, id: id}})
    WITH e, e.text_id AS text DETACH DELETE e RETURN collect(text) AS spoken }}
CALL () {{ UNWIND $gone_episodes AS id MATCH (p:Passage) WHERE p.namespace = $namespace AND p.episode = id
    WITH p, p.text_id AS text DELETE p RETURN collect(text) AS parted }}
CALL () {{ UNWIND $loose AS id MATCH (n:Entity {{id: id}}) SET n.changed = $order
    WITH n WHERE NOT EXISTS {{ (n)<-[:SUBJECT|OBJECT|MENTIONS]-() }}
    CALL (n) {{ MATCH (a:Alias)-[:NAMES]->(n) DETACH DELETE a }}
    DELETE n RETURN count(*) AS nobodys }}
CALL () {{ UNWIND $gone_merges AS order MATCH (m:Merge) WHERE m.namespace = $namespace AND m.order = order
    DELETE m RETURN count(*) AS undone }}
CALL () {{ UNWIND $merges AS row CREATE (m:Merge {{namespace: $namespace, order: row.order, record: row.record}})
    RETURN count(*) AS kept }}
CALL (spoken, parted) {{ WITH $loose_texts + spoken + parted AS texts {_LABELS} }}
CALL () {{ UNWIND $loose_texts AS id MATCH (v:Vector {{id: id}})
    WHERE NOT EXISTS {{ MATCH (f:Fact) WHERE f.text_id = v.id }}
    AND NOT EXISTS {{ MATCH (e:Episode) WHERE e.text_id = v.id }}
    AND NOT EXISTS {{ MATCH (p:Passage) WHERE p.text_id = v.id }}
    AND NOT EXISTS {{ MATCH (n:Entity) WHERE n.text_id = v.id }}
    DELETE v RETURN count(*) AS swept }}
RETURN swept, COUNT {{ UNWIND $gone_entities AS id MATCH (n:Entity) WHERE n.id = id RETURN n }} AS named_again"""
"""What goes at the end, with all that nothing names any more. What is locked first, and deleted without its
relationships, takes none of another process's away: an entity that was just named again stays."""


def apply(run: Run, ids: Namespace, change: Change, *, made: Collection[str], embedder: str | None) -> None:
    """Carry out `change`, where `made` are the ids of entities that were made to be locked.

    `embedder` names whose vectors the graph is known to hold. Raises `EmbedderMismatch` for another's, and `Outdated`.
    """
    order = next_order(len(change.facts) + len(change.episodes) + 2 * len(change.entities) + len(change.mentioned))
    if change.vectors_replaced:
        run(NEW_EMBEDDER, {"embedder": change.embedder, "order": order})
    _run(
        run,
        TAKE_AWAY,
        {
            "gone_facts": list(change.gone_facts),
            "gone_entities": ids.entities(change.gone_entities),
            "gone_episodes": list(change.gone_episodes),
            "untaught": taught_rows(change.untaught),
            "unmentioned": ids.mention_rows(change.unmentioned),
        },
    )
    named = ids.entity_rows((entity.name for entity in change.entities), order)
    _run(run, NAME, {"entities": named, "named": list(map(ids.named_row, change.entities))})
    new = None if change.embedder == embedder or change.vectors_replaced else change.embedder
    put = _put(ids, change, order + len(named))
    for rows in _batches(put):
        if new or any(rows.values()):
            (done,) = run(PUT, {**rows, "embedder": new})
            if new and done["held"] != new:
                raise EmbedderMismatch(done["held"], new)
            if done["made"] < len(rows["entities"]):
                raise Outdated
    unnamed = set(made).difference(row["id"] for row in (*named, *put["entities"]))
    _clean_up(run, ids, change, unnamed, order)


def _put(ids: Namespace, change: Change, order: int) -> dict[str, list[Any]]:
    """The rows that `PUT` takes, in the order in which it takes them."""
    ends = [name for fact in change.facts for name in (fact.subject, fact.object)]
    vectors, facts = ids.vector_rows(change.vectors), ids.fact_rows(change.facts, order)
    passages = [row for episode in change.episodes for row in ids.passage_rows(episode.id, episode.text)]
    passages += [row for episode in change.episodes for row in ids.image_rows(episode)]
    texts = {*(row["id"] for row in vectors), *(row["state"]["text_id"] for row in facts)}
    texts |= {row["new"]["text_id"] for row in passages}
    return {
        "vectors": vectors,
        "entities": ids.entity_rows([*ends, *(name for _, name in change.mentioned)], order),
        "episodes": [ids.episode_row(episode, order + place) for place, episode in enumerate(change.episodes)],
        "passages": passages,
        "facts": facts,
        "taught": taught_rows(change.taught),
        "mentioned": ids.mention_rows(change.mentioned),
        "texts": sorted(texts | {ids.text(episode.text) for episode in change.episodes}),
    }


def _batches(rows: dict[str, list[Any]]) -> Iterator[dict[str, list[Any]]]:
    """All rows at once or, where they are many, some of one kind after the other."""
    if all(len(each) <= BATCH for each in rows.values()):
        yield rows
        return
    nothing: dict[str, list[Any]] = {name: [] for name in rows}
    for name, each in rows.items():
        for start in range(0, len(each), BATCH):
            yield nothing | {name: each[start : start + BATCH]}


def _clean_up(run: Run, ids: Namespace, change: Change, unnamed: Collection[str], order: int) -> None:
    kept = run(MERGES, {}) if change.gone_merges else []
    records = [MERGE.dump_json(merge).decode() for merge in change.merges]
    gone = ids.entities(change.gone_entities)
    done = _run(
        run,
        CLEAN_UP,
        {
            "gone_episodes": list(change.gone_episodes),
            "gone_entities": gone,
            "loose": sorted({*ids.entities(change.loose), *gone, *unnamed}),
            "gone_merges": [row["order"] for row in kept if to_merge(row["record"]) in change.gone_merges],
            "merges": [{"order": order + place, "record": record} for place, record in enumerate(records)],
            "loose_texts": list(map(ids.text, change.loose_texts)),
        },
        order=order,
    )
    if done and done[0]["named_again"]:
        raise Outdated


def _run(run: Run, statement: str, rows: Row, **parameters: object) -> list[Row]:
    """Run a statement over rows, if there are any."""
    return run(statement, rows | parameters) if any(rows.values()) else []
