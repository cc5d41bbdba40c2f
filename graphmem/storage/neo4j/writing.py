"""What is written: statements over rows of parameters, each of which may be run again without harm."""

from __future__ import annotations

from graphmem.storage.neo4j.reading import EMBEDDER, HELD, LAST_STEP, NAMED
from graphmem.storage.neo4j.rows import ENTITY, EPISODE, FACT, FACT_THEN

APPEND = f"""MERGE (m:Memory {{namespace: $namespace}})
FOREACH (_ IN CASE WHEN $row.step < 0 THEN [1] ELSE [] END | SET m.numbered = $row.new.order)
WITH m
OPTIONAL MATCH (same:Episode {{namespace: $namespace, id: $row.id}})
OPTIONAL MATCH (keyed:Episode {{key_id: $row.key_id}})
CALL () {{ {LAST_STEP} }}
WITH coalesce(same, keyed) AS found, last
CALL (found, last) {{
    WITH found, last WHERE found IS NULL
    MERGE (e:Episode {{namespace: $namespace, id: $row.id}})
    ON CREATE SET e += $row.new, e.step = CASE WHEN $row.step < 0 THEN last + 1 ELSE $row.step END
    RETURN e
    UNION WITH found WHERE found IS NOT NULL RETURN found AS e }}
"""
"""One episode `e`, stored unless its id or key is there. To number it, the namespace's node is locked first."""

APPENDED = f"{APPEND} RETURN {EPISODE} AS episode"

_ALSO = NAMED.replace("$names", "$also")

OBSERVE = f"""{APPEND}
WITH e, e.step AS at, e.step < last AS late
CALL () {{ {NAMED} RETURN collect(n) AS named }}
CALL () {{ {_ALSO} RETURN collect(n) AS others }}
CALL (named, others) {{ UNWIND named + others AS n WITH DISTINCT n ORDER BY n.order
    RETURN collect({ENTITY}) AS entities }}
CALL (named, at, late) {{ UNWIND named AS n {HELD}
    WITH DISTINCT f, at, late ORDER BY f.since DESC, f.order DESC LIMIT $limit
    RETURN collect({FACT_THEN}) AS known }}
RETURN {EPISODE} AS episode, entities, known, {EMBEDDER} AS embedder"""

FAIL = """UNWIND $errors AS row MATCH (e:Episode {namespace: $namespace, id: row.id}) WHERE e.pending
SET e.error = row.error"""

CLAIM = """MERGE (m:Memory {namespace: $namespace})
FOREACH (_ IN CASE WHEN m.embedder IS NULL THEN [1] ELSE [] END |
    SET m.claimed = true SET m.embedder = coalesce(m.embedder, $embedder))"""
"""The first embedder's name stays: setting one property locks the node, then the other is read anew."""

ALIASES = """CALL () { UNWIND $entities AS row MATCH (a:Alias {id: row.id})-[:NAMES]->(n:Entity)
    WHERE NOT EXISTS { MATCH (own:Entity) WHERE own.id = row.id }
    RETURN collect([a.key, n.name]) AS aliases, collect(a.id) AS skipped }"""
"""Which of the names are another entity's: a merge may have made them so since they were read."""

ENTITIES = """CALL (skipped) { UNWIND $entities AS row WITH row WHERE NOT row.id IN skipped
    MERGE (n:Entity {id: row.id}) ON CREATE SET n += row.new
    RETURN count(n) AS made }"""

_CONCERNED = """CALL (step) {
    UNWIND $triples AS id MATCH (f:Current) WHERE f.triple_id = id RETURN f
    UNION UNWIND $slots AS id MATCH (f:Current) WHERE f.slot_id = id RETURN f
    UNION UNWIND $triples AS id MATCH (f:Retired) WHERE f.triple_id = id AND f.until > step RETURN f
    UNION UNWIND $slots AS id MATCH (f:Retired) WHERE f.slot_id = id AND f.until > step RETURN f
    UNION UNWIND $outdated AS id MATCH (f:Fact) WHERE f.namespace = $namespace AND f.id = id
        AND (f.until IS NULL OR f.until > step) RETURN f }"""

PREPARE = f"""CALL () {{ {CLAIM} RETURN m.embedder AS embedder }}
{ALIASES}
{ENTITIES}
CALL () {{ OPTIONAL MATCH (f:Fact) WHERE f.namespace = $namespace AND f.id IN $outdated
    RETURN collect(f.subject_id) AS others }}
CALL (others) {{ UNWIND $subjects + others AS id WITH DISTINCT id ORDER BY id
    MATCH (n:Entity {{id: id}}) SET n.changed = $order RETURN count(n) AS locked }}
CALL () {{ {LAST_STEP} }}
MATCH (e:Episode {{namespace: $namespace, id: $episode}})
WITH embedder, aliases, e, e.step AS step, e.step < last AS late
CALL (step, late) {{ {_CONCERNED}
    RETURN collect({{fact: {FACT}, later: CASE WHEN late THEN COLLECT {{
        MATCH (t:Episode)-[:ASSERTED|SUPPORTED]->(f) WHERE t.step > step
        RETURN [t.step, t.id] ORDER BY t.step, t.order }} ELSE [] END}}) AS concerned }}
RETURN embedder, aliases, {EPISODE} AS episode, concerned"""
"""What must be read to learn from `$episode`. The subjects are locked in order of id, so that no other process decides
about their facts until this transaction ends, and no two wait for each other."""

FACTS = """CALL () { UNWIND $facts AS row
    MATCH (s:Entity {id: row.subject_id}) MATCH (o:Entity {id: row.object_id})
    MERGE (f:Fact {namespace: $namespace, id: row.id})
    ON CREATE SET f += row.new, f.subject = s.name, f.object = o.name, f.subject_id = s.id, f.object_id = o.id
    SET f += row.state
    FOREACH (_ IN CASE WHEN row.current THEN [] ELSE [1] END | REMOVE f:Current SET f:Retired)
    FOREACH (_ IN CASE WHEN row.current THEN [1] ELSE [] END | REMOVE f:Retired SET f:Current)
    MERGE (s)<-[:SUBJECT]-(f) MERGE (f)-[:OBJECT]->(o)
    RETURN count(f) AS written }
CALL () { UNWIND $facts AS row
    MATCH (f:Fact {namespace: $namespace, id: row.id})
    MATCH (a:Episode {namespace: $namespace, id: f.asserted_by})
    CALL (f, a) { MATCH (x:Episode)-[old:ASSERTED]->(f) WHERE x <> a DELETE old MERGE (x)-[:SUPPORTED]->(f) }
    CALL (f, a) { MATCH (a)-[old:SUPPORTED]->(f) DELETE old }
    MERGE (a)-[:ASSERTED]->(f)
    WITH f CALL (f) { MATCH (x:Episode)-[old:RETIRED]->(f)
        WHERE f.retired_by IS NULL OR x.id <> f.retired_by DELETE old }
    CALL (f) { MATCH (r:Episode {namespace: $namespace, id: f.retired_by}) MERGE (r)-[:RETIRED]->(f) }
    RETURN count(f) AS attributed }
CALL () { UNWIND $facts AS row
    MATCH (f:Fact {namespace: $namespace, id: row.id})
    OPTIONAL MATCH ()-[old:FACT]->() WHERE old.namespace = $namespace AND old.fact_id = f.id
    FOREACH (_ IN CASE WHEN f.until IS NULL THEN [] ELSE [1] END | DELETE old)
    WITH f, old WHERE f.until IS NULL
    CALL (f, old) { WITH f WHERE old IS NULL
        MATCH (s:Entity {id: f.subject_id}) MATCH (o:Entity {id: f.object_id})
        CREATE (s)-[:FACT {namespace: $namespace, fact_id: f.id, relation: f.relation}]->(o) }
    CALL (f) { MATCH ()-[edge:FACT]->() WHERE edge.namespace = $namespace AND edge.fact_id = f.id
        SET edge.since = f.since, edge.support = f.support }
    RETURN count(f) AS derived }"""
"""Facts in their new state, those to be retired first; who taught and who ended them; and the edge to look at."""

TAUGHT = """CALL () { UNWIND $moved AS row
    MATCH (old:Fact {namespace: $namespace, id: row.old}) MATCH (new:Fact {namespace: $namespace, id: row.new})
    UNWIND row.episodes AS id MATCH (e:Episode {namespace: $namespace, id: id})-[taught:ASSERTED|SUPPORTED]->(old)
    DELETE taught
    WITH e, new WHERE e.id <> new.asserted_by MERGE (e)-[:SUPPORTED]->(new)
    RETURN count(e) AS moved }
CALL () { UNWIND $taught AS row
    MATCH (e:Episode {namespace: $namespace, id: row.episode})
    UNWIND row.facts AS id MATCH (f:Fact {namespace: $namespace, id: id}) WHERE f.asserted_by <> e.id
    MERGE (e)-[:SUPPORTED]->(f)
    RETURN count(f) AS taught }
CALL () { UNWIND $taught AS row
    MATCH (e:Episode {namespace: $namespace, id: row.episode})
    UNWIND row.mentions AS id MATCH (n:Entity {id: id})
    MERGE (e)-[m:MENTIONS]->(n) SET m.entity_id = n.id, m.step = e.step
    RETURN count(n) AS mentioned }"""
"""Which episodes teach a fact that was split off another, and what episodes support and mention."""

VECTORS = """CALL () { UNWIND $vectors AS row MERGE (v:Vector {id: row.id})
    ON CREATE SET v.namespace = $namespace, v.values = row.values
    RETURN count(v) AS stored }"""

LABELS = """CALL () { UNWIND $texts AS id MATCH (v:Vector {id: id})
    WITH v, EXISTS { MATCH (f:Current) WHERE f.text_id = v.id } AS holds,
        EXISTS { MATCH (f:Retired) WHERE f.text_id = v.id } AS held,
        EXISTS { MATCH (e:Episode) WHERE e.text_id = v.id } AS seen
    FOREACH (_ IN CASE WHEN holds THEN [1] ELSE [] END | REMOVE v:PastFact SET v:CurrentFact)
    FOREACH (_ IN CASE WHEN held AND NOT holds THEN [1] ELSE [] END | REMOVE v:CurrentFact SET v:PastFact)
    FOREACH (_ IN CASE WHEN NOT held AND NOT holds THEN [1] ELSE [] END | REMOVE v:CurrentFact REMOVE v:PastFact)
    FOREACH (_ IN CASE WHEN seen THEN [1] ELSE [] END | SET v:EpisodeText)
    FOREACH (_ IN CASE WHEN seen THEN [] ELSE [1] END | REMOVE v:EpisodeText)
    RETURN count(*) AS labelled }"""
"""What the vectors of these texts are found by: facts that hold, or held, and episodes."""

FINISH = """MATCH (e:Episode {namespace: $namespace, id: $episode})
SET e.pending = false, e.error = null
RETURN written, COLLECT { MATCH (e)-[:MENTIONS]->(n:Entity) RETURN n.name ORDER BY n.order } AS mentions"""

LEARN = f"{VECTORS}\n{FACTS}\n{TAUGHT}\n{LABELS}\n{FINISH}"
"""All that one lesson changes, in one statement."""

LEARNED = f"""MATCH (e:Episode {{namespace: $namespace, id: $episode}})
RETURN COLLECT {{ MATCH (e)-[:ASSERTED|SUPPORTED]->(f:Fact) RETURN {FACT} ORDER BY f.order }} AS taught,
    COLLECT {{ MATCH (e)-[:RETIRED]->(f:Fact) RETURN {FACT} ORDER BY f.order }} AS retired"""

ADD_ALIASES = """UNWIND $aliases AS row MATCH (n:Entity {id: row.entity})
MERGE (a:Alias {id: row.id})
ON CREATE SET a.namespace = $namespace, a.name = row.name, a.key = row.key, a.entity_id = n.id
WITH a, n WHERE a.entity_id = n.id MERGE (a)-[:NAMES]->(n)"""

KNOWN = """RETURN
    COLLECT { UNWIND $episodes AS id MATCH (e:Episode {namespace: $namespace, id: id}) RETURN e.id } AS episodes,
    COLLECT { UNWIND $facts AS id MATCH (f:Fact {namespace: $namespace, id: id}) RETURN f.id } AS facts"""

EPISODES = """UNWIND $episodes AS row MERGE (e:Episode {namespace: $namespace, id: row.id})
ON CREATE SET e += row.new, e.step = row.step"""

DROP_FACTS = """CALL () { UNWIND $dropped AS id MATCH (f:Fact {namespace: $namespace, id: id})
    CALL (f) { MATCH ()-[edge:FACT]->() WHERE edge.namespace = $namespace AND edge.fact_id = f.id DELETE edge }
    DETACH DELETE f RETURN count(*) AS dropped }"""

RENEW_EPISODES = """UNWIND $episodes AS row MERGE (e:Episode {namespace: $namespace, id: row.id})
ON CREATE SET e += row.new, e.step = row.step
SET e.pending = row.new.pending, e.error = row.new.error"""

UNTEACH = """CALL () { UNWIND $episodes AS id MATCH (:Episode {namespace: $namespace, id: id})-[m:MENTIONS]->(n:Entity)
    DELETE m RETURN collect(DISTINCT n.id) AS named }
CALL () { UNWIND $episodes AS id MATCH (:Episode {namespace: $namespace, id: id})-[t:ASSERTED|SUPPORTED]->(f:Fact)
    DELETE t WITH DISTINCT f WHERE NOT f.id IN $facts AND NOT EXISTS { (:Episode)-[:ASSERTED|SUPPORTED]->(f) }
    RETURN collect(f.id) AS stale }
RETURN named, stale"""
"""The episodes teach and mention nothing; which entities they named, and which facts nobody teaches now."""

MOVED = """UNWIND $facts AS row MATCH (f:Fact {namespace: $namespace, id: row.id})
WHERE f.triple_id <> row.new.triple_id
RETURN f.id AS id, COLLECT { MATCH (e:Episode)-[:ASSERTED|SUPPORTED]->(f) RETURN e.id } AS teachers"""
"""Facts that are another triple now, as a merge of their entities makes them, and who else teaches them."""

DROP = f"""CALL () {{ UNWIND $dropped AS id
    MATCH (f:Fact {{namespace: $namespace, id: id}})-[:SUBJECT|OBJECT]->(n:Entity)
    RETURN collect(DISTINCT n.id) AS ends, collect(DISTINCT f.text_id) AS texts }}
{DROP_FACTS}
RETURN ends, texts"""

UNNAMED = """UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE NOT EXISTS { (n)<-[:SUBJECT|OBJECT|MENTIONS]-() }
OPTIONAL MATCH (a:Alias)-[:NAMES]->(n)
WITH n, n.text_id AS text, collect(a) AS aliases
FOREACH (a IN aliases | DETACH DELETE a)
DETACH DELETE n
RETURN text"""
"""Entities that nothing names go; gives the ids of their texts."""

RENAME = """UNWIND $entities AS row MATCH (n:Entity {id: row.id}) SET n.name = row.new.name
WITH n MATCH (a:Alias)-[:NAMES]->(n) DETACH DELETE a"""

TOUCHED = f"""CALL () {{ UNWIND $episodes AS id
    MATCH (e:Episode {{namespace: $namespace, id: id}})-[:ASSERTED|SUPPORTED|RETIRED]->(f:Fact)
    RETURN collect(DISTINCT f.subject_id) AS subjects }}
CALL (subjects) {{ UNWIND subjects AS id WITH id ORDER BY id
    MATCH (n:Entity {{id: id}}) SET n.changed = $order RETURN count(n) AS locked }}
CALL () {{ UNWIND $episodes AS id
    MATCH (e:Episode {{namespace: $namespace, id: id}})-[:ASSERTED|SUPPORTED|RETIRED]->(t:Fact)
    WITH DISTINCT t
    CALL (t) {{ RETURN t AS f
        UNION MATCH (f:Current) WHERE f.triple_id = t.triple_id RETURN f
        UNION MATCH (f:Retired) WHERE f.triple_id = t.triple_id RETURN f
        UNION MATCH (f:Current) WHERE f.slot_id = t.slot_id RETURN f
        UNION MATCH (f:Retired) WHERE f.slot_id = t.slot_id RETURN f }}
    WITH DISTINCT f
    RETURN collect({{fact: {FACT}, teachers: COLLECT {{ MATCH (e:Episode)-[:ASSERTED|SUPPORTED]->(f)
        WHERE NOT e.id IN $episodes RETURN [e.step, e.id] ORDER BY e.step, e.order }}}}) AS facts }}
CALL () {{ UNWIND $episodes AS id MATCH (e:Episode {{namespace: $namespace, id: id}})
    RETURN collect(e.id) AS gone, collect(e.text_id) AS texts }}
RETURN gone, texts, facts"""
"""What must be read to forget `$episodes`: facts they taught or retired, their rivals, and who else taught them."""

FORGET = f"""CALL () {{ UNWIND $merged AS row
    MATCH (old:Fact {{namespace: $namespace, id: row.old}}) MATCH (new:Fact {{namespace: $namespace, id: row.new}})
    MATCH (e:Episode)-[:ASSERTED|SUPPORTED]->(old) WHERE e.id <> new.asserted_by
    MERGE (e)-[:SUPPORTED]->(new) RETURN count(e) AS passed }}
CALL () {{ UNWIND $dropped AS id MATCH (f:Fact {{namespace: $namespace, id: id}})-[:SUBJECT|OBJECT]->(n:Entity)
    RETURN collect(DISTINCT n) AS ends }}
CALL () {{ UNWIND $episodes AS id MATCH (:Episode {{namespace: $namespace, id: id}})-[:MENTIONS]->(n:Entity)
    RETURN collect(DISTINCT n) AS mentioned }}
{DROP_FACTS}
{FACTS}
CALL () {{ UNWIND $episodes AS id MATCH (e:Episode {{namespace: $namespace, id: id}})
    DETACH DELETE e RETURN count(*) AS episodes }}
CALL (ends, mentioned) {{ UNWIND ends + mentioned AS n RETURN collect(DISTINCT n.id) AS named }}
RETURN named"""

SWEEP = f"""{LABELS}
CALL () {{ UNWIND $texts AS id MATCH (v:Vector {{id: id}}) WHERE NOT id IN $kept
    AND NOT EXISTS {{ MATCH (f:Fact) WHERE f.text_id = v.id }}
    AND NOT EXISTS {{ MATCH (e:Episode) WHERE e.text_id = v.id }}
    AND NOT EXISTS {{ MATCH (n:Entity) WHERE n.text_id = v.id }}
    DELETE v RETURN count(*) AS swept }}
RETURN swept"""
"""The vectors of texts that are gone go too, but for those that undoing a merge brings back."""

CALLED = f"""UNWIND $ids AS id
CALL (id) {{ MATCH (n:Entity {{id: id}}) RETURN n UNION MATCH (:Alias {{id: id}})-[:NAMES]->(n:Entity) RETURN n }}
RETURN id, collect({ENTITY}) AS entities"""

TWO = """UNWIND $ids AS id WITH DISTINCT id ORDER BY id MATCH (n:Entity {id: id}) SET n.changed = $order
RETURN n.id AS id"""

INVOLVED = f"""CALL () {{ MATCH (f:Fact)-[:SUBJECT|OBJECT]->(:Entity {{id: $gone}})
    RETURN collect(DISTINCT f) AS found }}
CALL (found) {{ UNWIND found AS f WITH DISTINCT f.subject_id AS id ORDER BY id
    MATCH (n:Entity {{id: id}}) SET n.changed = $order RETURN count(n) AS locked }}
UNWIND found AS f RETURN {FACT} AS fact ORDER BY f.order"""
"""The facts about the entity that goes, with all their subjects locked."""

ALIKE = f"""CALL () {{ UNWIND $triples AS id MATCH (f:Current) WHERE f.triple_id = id RETURN f
    UNION UNWIND $triples AS id MATCH (f:Retired) WHERE f.triple_id = id RETURN f
    UNION UNWIND $slots AS id MATCH (f:Current) WHERE f.slot_id = id RETURN f
    UNION UNWIND $slots AS id MATCH (f:Retired) WHERE f.slot_id = id RETURN f
    UNION UNWIND $facts AS id MATCH (f:Fact {{namespace: $namespace, id: id}}) RETURN f }}
RETURN {FACT} AS fact,
    COLLECT {{ MATCH (e:Episode)-[:ASSERTED|SUPPORTED]->(f) RETURN [e.step, e.id, e.order] }} AS taught
ORDER BY f.order"""

MENTIONING = """MATCH (e:Episode)-[:MENTIONS]->(:Entity {id: $gone})
RETURN e.id AS id, EXISTS { (e)-[:MENTIONS]->(:Entity {id: $keep}) } AS both ORDER BY e.step, e.order"""

JOIN = """CALL () { UNWIND $mentions AS id
    MATCH (e:Episode {namespace: $namespace, id: id})-[old:MENTIONS]->(:Entity {id: $gone})
    MATCH (k:Entity {id: $keep}) DELETE old
    MERGE (e)-[m:MENTIONS]->(k) SET m.entity_id = k.id, m.step = e.step RETURN count(*) AS mentions }
CALL () { MATCH (g:Entity {id: $gone}) OPTIONAL MATCH (a:Alias)-[:NAMES]->(g)
    WITH g, collect(a) AS aliases FOREACH (a IN aliases | DETACH DELETE a) DETACH DELETE g RETURN count(*) AS gone }
CREATE (:Merge {namespace: $namespace, order: $order, record: $record})"""

PART = """CALL () { UNWIND $aliases AS id MATCH (a:Alias {id: id})-[:NAMES]->(:Entity {id: $keep})
    DETACH DELETE a RETURN count(*) AS aliases }
CALL () { UNWIND $moved AS id MATCH (:Episode {namespace: $namespace, id: id})-[m:MENTIONS]->(:Entity {id: $keep})
    DELETE m RETURN count(*) AS moved }
MATCH (m:Merge) WHERE m.namespace = $namespace AND m.order = $order DELETE m"""

CLAIMED = f"{CLAIM} RETURN m.embedder AS embedder"

MENTION = """UNWIND $mentions AS id MATCH (e:Episode {namespace: $namespace, id: id}) MATCH (g:Entity {id: $gone})
MERGE (e)-[m:MENTIONS]->(g) SET m.entity_id = g.id, m.step = e.step"""

COUNTS = """RETURN COUNT { MATCH (e:Episode) WHERE e.namespace = $namespace } AS episodes,
    COUNT { MATCH (n:Entity) WHERE n.namespace = $namespace } AS entities,
    COUNT { MATCH (f:Fact) WHERE f.namespace = $namespace } AS facts"""

TOLD = f"""UNWIND $episodes AS id MATCH (e:Episode {{namespace: $namespace, id: id}})
RETURN {EPISODE} AS episode, COLLECT {{ MATCH (e)-[:ASSERTED|SUPPORTED]->(f:Fact) RETURN {FACT} }} AS taught"""

NEW_EMBEDDER = """MERGE (m:Memory {namespace: $namespace}) SET m.embedder = $embedder
WITH m MATCH (v:Vector) WHERE v.namespace = $namespace DELETE v"""

LABELLED_VECTORS = f"{VECTORS}\n{LABELS}\nRETURN labelled"

LABEL_ENTITIES = """UNWIND $rows AS row MATCH (n:Entity {id: row.id}) WHERE NOT row.label IN labels(n)
REMOVE n:$($among) SET n:$(row.label)"""
