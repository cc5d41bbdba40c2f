"""The questions of the guide and of the docs, as Cypher over `$namespace`; comments say what to change.

Each gives one kind of picture, since Neo4j Browser draws every relationship between the nodes of a result: entities
with the edges `:FACT` between them (what is known now), or facts as nodes with what they are about and who taught them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A question, what its answer shows, and the Cypher that asks it."""

    name: str
    title: str
    shows: str
    cypher: str


QUERIES = (
    Query(
        "now",
        "What it knows now",
        "Every fact that holds, as an arrow from its subject to its object.",
        """MATCH (a:Entity)-[f:FACT]->(b:Entity)
WHERE f.namespace = $namespace
RETURN a, f, b
ORDER BY f.since DESC LIMIT 250""",
    ),
    Query(
        "newest",
        "What it learned last",
        "The facts of the ten latest episodes that still hold.",
        """MATCH (e:Episode)
WHERE e.namespace = $namespace
WITH e ORDER BY e.step DESC, e.order DESC LIMIT 10
MATCH (e)-[:ASSERTED]->(f:Current)
MATCH (a:Entity)-[edge:FACT]->(b:Entity)
WHERE edge.namespace = $namespace AND edge.fact_id = f.id
RETURN a, edge, b""",
    ),
    Query(
        "then",
        "What it knew at an earlier step",
        "The graph as it stood: facts are nodes here, since those that ended later (red) have no arrow any more. The "
        "arrows that Browser adds between entities are those of today; its setting Connect result nodes ends that.",
        """WITH 10 AS step  // any step
MATCH (a:Entity)<-[s:SUBJECT]-(f:Fact)-[o:OBJECT]->(b:Entity)
WHERE f.namespace = $namespace AND f.since <= step AND (f.until IS NULL OR f.until > step)
RETURN a, s, f, o, b
ORDER BY f.since DESC LIMIT 150""",
    ),
    Query(
        "life",
        "One entity's life",
        "Every fact that was ever known about it, oldest first: `until` is the step at which it ended.",
        """MATCH (n:Entity)
WHERE n.namespace = $namespace  // AND n.name = 'Ada'
WITH n ORDER BY COUNT { (n)<-[:SUBJECT]-() } DESC LIMIT 1
MATCH (f:Fact)-[:SUBJECT|OBJECT]->(n)
RETURN f.since AS since, f.until AS until, f.subject AS subject, f.relation AS relation, f.object AS object,
    f.support AS seen
ORDER BY f.since, f.order LIMIT 200""",
    ),
    Query(
        "episode",
        "What an episode taught",
        "The latest observation, the facts that it asserted, saw again and retired, and what they are about.",
        """MATCH (e:Episode)-[:ASSERTED]->()
WHERE e.namespace = $namespace  // AND e.step = 7
WITH DISTINCT e ORDER BY e.step DESC LIMIT 1
MATCH (e)-[t:ASSERTED|SUPPORTED|RETIRED]->(f:Fact)
MATCH (a:Entity)<-[s:SUBJECT]-(f)-[o:OBJECT]->(b:Entity)
RETURN e, t, f, s, a, o, b""",
    ),
    Query(
        "retired",
        "What was retired, and by what",
        "Facts that ended, the observation that ended each, and what was learned in its place.",
        """MATCH (e:Episode)-[:RETIRED]->(f:Retired)
WHERE f.namespace = $namespace
OPTIONAL MATCH (e)-[:ASSERTED]->(g:Fact)
WHERE g.subject_id = f.subject_id AND g.slot = f.slot
RETURN f.until AS step, f.subject + ', ' + f.relation + ', ' + f.object AS retired,
    g.subject + ', ' + g.relation + ', ' + g.object AS instead, e.text AS observation
ORDER BY step DESC LIMIT 50""",
    ),
    Query(
        "way",
        "The shortest way between two entities",
        "How the two that came up first and last are connected, by facts that hold.",
        """MATCH (n:Entity)-[:FACT]-()
WHERE n.namespace = $namespace  // or MATCH a and b by name
WITH n ORDER BY n.order
WITH collect(DISTINCT n) AS met
WITH head(met) AS a, last(met) AS b
WHERE a <> b
MATCH way = shortestPath((a)-[:FACT*..12]-(b))
RETURN way""",
    ),
    Query(
        "hubs",
        "Hubs",
        "The entities that most is known about, and how much of it holds.",
        """MATCH (n:Entity)
WHERE n.namespace = $namespace
WITH n, COUNT { (n)<-[:SUBJECT|OBJECT]-() } AS facts
RETURN n.name AS entity, facts, COUNT { (n)-[:FACT]-() } AS now, COUNT { (n)<-[:MENTIONS]-() } AS episodes
ORDER BY facts DESC LIMIT 20""",
    ),
    Query(
        "unsupported",
        "Facts seen only once",
        "What holds on the word of a single episode, the oldest first: what to doubt before anything else.",
        """MATCH (e:Episode)-[:ASSERTED]->(f:Current)
WHERE f.namespace = $namespace AND f.support = 1
RETURN f.subject AS subject, f.relation AS relation, f.object AS object, f.since AS since, e.text AS observation
ORDER BY f.since LIMIT 50""",
    ),
    Query(
        "contradictions",
        "What may contradict itself",
        "Several values of one relation that hold at once, where the relation mostly has one. A slot has one value by "
        "rule; these have none.",
        """MATCH (f:Current)
WHERE f.namespace = $namespace
WITH f.relation AS relation, f.subject AS subject, collect(f.object) AS objects
WITH relation, collect({subject: subject, objects: objects}) AS groups
WITH relation, groups, [g IN groups WHERE size(g.objects) > 1] AS several
WHERE size(several) > 0 AND 4 * size(several) <= size(groups)
UNWIND several AS g
RETURN g.subject AS subject, relation, g.objects AS objects
ORDER BY size(objects) DESC LIMIT 50""",
    ),
    Query(
        "words",
        "Facts by their words",
        "Full-text search over what holds.",
        """CALL db.index.fulltext.queryNodes('current_facts', 'key')  // any words
YIELD node AS f, score
WHERE f.namespace = $namespace
RETURN f.subject AS subject, f.relation AS relation, f.object AS object, score
ORDER BY score DESC LIMIT 20""",
    ),
    Query(
        "size",
        "How much there is",
        "Numbers of episodes, entities, and facts that hold and held.",
        """RETURN COUNT { MATCH (e:Episode) WHERE e.namespace = $namespace } AS episodes,
    COUNT { MATCH (n:Entity) WHERE n.namespace = $namespace } AS entities,
    COUNT { MATCH (f:Current) WHERE f.namespace = $namespace } AS holding,
    COUNT { MATCH (f:Retired) WHERE f.namespace = $namespace } AS retired""",
    ),
)
