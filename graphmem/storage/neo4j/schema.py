"""The graph's schema on the server, as numbered migrations: each takes a database from the version before to its own.

    (:Entity)<-[:SUBJECT]-(:Fact)-[:OBJECT]->(:Entity)    a fact, :Current or :Retired
    (:Entity)-[:FACT]->(:Entity)                          the same, derived, of facts that hold: to look at
    (:Episode)-[:ASSERTED|SUPPORTED|RETIRED]->(:Fact)     who taught it first, who else, who ended it
    (:Episode)-[:MENTIONS]->(:Entity)<-[:NAMES]-(:Alias)
    (:Passage)                                            a part of a long episode, found by its vector and words
    (:Vector)                                             of a text: :CurrentFact, :PastFact, :EpisodeText, :PassageText
    (:Memory)                                             a namespace, and whose vectors it holds
    (:Episode)-[:SHOWS]->(:Image)                         an image that came with it; its bytes are in a folder
    (:Merge)                                              what undoes a merge of two entities

Every node carries its `namespace`. What is looked for by text of any length is indexed by a hash of it (`…_id`), since
an index takes texts up to 8 kB. To change the schema, add a migration to the end of `MIGRATIONS`; never edit one that
was released. Each step of it, a statement or a function, must do nothing when it is run again.
"""

from __future__ import annotations

from collections.abc import Callable

from graphmem.errors import SchemaTooNew, StoreError
from graphmem.storage.neo4j import images
from graphmem.storage.neo4j.connection import Connection
from graphmem.storage.neo4j.cypher import PUT_PASSAGE
from graphmem.storage.neo4j.rows import Namespace, index_words

Step = str | Callable[[Connection], None]

_FIRST_VECTOR_INDEXES = {
    "CurrentFact": "current_fact_vectors",
    "PastFact": "past_fact_vectors",
    "EpisodeText": "episode_vectors",
}
VECTOR_INDEXES = {**_FIRST_VECTOR_INDEXES, "PassageText": "passage_vectors"}
"""The vector index of each label of :Vector."""

_FIRST_TEXT_INDEXES = {"Current": "current_facts", "Retired": "retired_facts", "Episode": "episode_text"}
TEXT_INDEXES = {**_FIRST_TEXT_INDEXES, "Passage": "passage_text"}
"""The full-text index of each label."""

_FIRST = (
    "CREATE CONSTRAINT graphmem_schema IF NOT EXISTS FOR (s:GraphmemSchema) REQUIRE s.name IS UNIQUE",
    "CREATE CONSTRAINT memory IF NOT EXISTS FOR (m:Memory) REQUIRE m.namespace IS UNIQUE",
    "CREATE CONSTRAINT entity IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT alias IF NOT EXISTS FOR (a:Alias) REQUIRE a.id IS UNIQUE",
    "CREATE CONSTRAINT vector IF NOT EXISTS FOR (v:Vector) REQUIRE v.id IS UNIQUE",
    "CREATE CONSTRAINT episode IF NOT EXISTS FOR (e:Episode) REQUIRE (e.namespace, e.id) IS UNIQUE",
    "CREATE CONSTRAINT episode_key IF NOT EXISTS FOR (e:Episode) REQUIRE e.key_id IS UNIQUE",
    "CREATE CONSTRAINT fact IF NOT EXISTS FOR (f:Fact) REQUIRE (f.namespace, f.id) IS UNIQUE",
    "CREATE CONSTRAINT current_triple IF NOT EXISTS FOR (f:Current) REQUIRE f.triple_id IS UNIQUE",
    "CREATE CONSTRAINT current_slot IF NOT EXISTS FOR (f:Current) REQUIRE f.slot_id IS UNIQUE",
    "CREATE CONSTRAINT fact_edge IF NOT EXISTS FOR ()-[f:FACT]-() REQUIRE (f.namespace, f.fact_id) IS UNIQUE",
    "CREATE INDEX entities IF NOT EXISTS FOR (n:Entity) ON (n.namespace, n.order)",
    "CREATE INDEX entity_names IF NOT EXISTS FOR (n:Entity) ON (n.name)",
    "CREATE INDEX entities_by_text IF NOT EXISTS FOR (n:Entity) ON (n.text_id)",
    "CREATE INDEX aliases IF NOT EXISTS FOR (a:Alias) ON (a.namespace)",
    "CREATE INDEX episodes IF NOT EXISTS FOR (e:Episode) ON (e.namespace, e.step, e.order)",
    "CREATE INDEX episodes_pending IF NOT EXISTS FOR (e:Episode) ON (e.namespace, e.pending)",
    "CREATE INDEX episodes_by_text IF NOT EXISTS FOR (e:Episode) ON (e.text_id)",
    "CREATE INDEX mentions IF NOT EXISTS FOR ()-[m:MENTIONS]-() ON (m.entity_id, m.step)",
    "CREATE INDEX facts IF NOT EXISTS FOR (f:Fact) ON (f.namespace, f.since)",
    "CREATE INDEX facts_by_relation IF NOT EXISTS FOR (f:Fact) ON (f.relation_id)",
    "CREATE INDEX facts_by_text IF NOT EXISTS FOR (f:Fact) ON (f.text_id)",
    "CREATE INDEX current_by_text IF NOT EXISTS FOR (f:Current) ON (f.text_id)",
    "CREATE INDEX current_by_subject IF NOT EXISTS FOR (f:Current) ON (f.subject_id, f.since, f.order)",
    "CREATE INDEX current_by_object IF NOT EXISTS FOR (f:Current) ON (f.object_id, f.since, f.order)",
    "CREATE INDEX retired_by_text IF NOT EXISTS FOR (f:Retired) ON (f.text_id)",
    "CREATE INDEX retired_by_triple IF NOT EXISTS FOR (f:Retired) ON (f.triple_id, f.until)",
    "CREATE INDEX retired_by_slot IF NOT EXISTS FOR (f:Retired) ON (f.slot_id, f.until)",
    "CREATE INDEX retired_by_subject IF NOT EXISTS FOR (f:Retired) ON (f.subject_id, f.until)",
    "CREATE INDEX retired_by_object IF NOT EXISTS FOR (f:Retired) ON (f.object_id, f.until)",
    "CREATE INDEX merges IF NOT EXISTS FOR (m:Merge) ON (m.namespace)",
    "CREATE INDEX vectors IF NOT EXISTS FOR (v:Vector) ON (v.namespace)",
    *(
        f"CREATE INDEX {name}_here IF NOT EXISTS FOR (v:{label}) ON (v.namespace)"
        for label, name in _FIRST_VECTOR_INDEXES.items()
    ),
    *(
        f"CREATE VECTOR INDEX {name} IF NOT EXISTS FOR (v:{label}) ON (v.values) "
        "OPTIONS {indexConfig: {`vector.similarity_function`: 'cosine'}}"
        for label, name in _FIRST_VECTOR_INDEXES.items()
    ),
    *(
        f"CREATE FULLTEXT INDEX {name} IF NOT EXISTS FOR (n:{label}) ON EACH [n.text, n.scope] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'english'}}"
        for label, name in _FIRST_TEXT_INDEXES.items()
    ),
)

BATCH = 500
"""Nodes that one statement gives their words."""

_WITHOUT_WORDS = """MATCH (n:Episode|Fact) WHERE n.words IS NULL AND n.scope IS NOT NULL
RETURN elementId(n) AS node, n:Episode AS episode, n.namespace AS namespace, n.id AS id, n.text AS text LIMIT $batch"""

_SET_WORDS = f"""CALL () {{ UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.node SET n.words = row.words
    FOREACH (_ IN CASE WHEN n:Fact THEN [1] ELSE [] END | REMOVE n.text) RETURN count(n) AS given }}
CALL () {{ UNWIND $rows AS parted MATCH (e:Episode) WHERE elementId(e) = parted.node
    UNWIND parted.passages AS row {PUT_PASSAGE.replace("$namespace", "e.namespace")} RETURN count(p) AS parts }}
RETURN given, parts"""


def _give_words(connection: Connection) -> None:
    """What was stored without the words by which full text finds it, gets them; long episodes, their passages."""
    while found := connection.read(_WITHOUT_WORDS, batch=BATCH):
        rows = [
            {
                "node": row["node"],
                "words": index_words(row["text"]),
                "passages": Namespace(row["namespace"]).passage_rows(row["id"], row["text"]) if row["episode"] else [],
            }
            for row in found
        ]
        connection.write(_SET_WORDS, rows=rows)


def _drop_indexes_of_text(connection: Connection) -> None:
    """Those of the same names that are of words are another process's, which was first."""
    for row in connection.read("SHOW FULLTEXT INDEXES YIELD name, properties WHERE 'text' IN properties RETURN name"):
        if row["name"] in _FIRST_TEXT_INDEXES.values():
            connection.write(f"DROP INDEX {row['name']} IF EXISTS")


_PASSAGES: tuple[Step, ...] = (
    "CREATE CONSTRAINT passage IF NOT EXISTS FOR (p:Passage) REQUIRE (p.namespace, p.id) IS UNIQUE",
    "CREATE INDEX passages_of IF NOT EXISTS FOR (p:Passage) ON (p.namespace, p.episode)",
    "CREATE INDEX passages_by_text IF NOT EXISTS FOR (p:Passage) ON (p.text_id)",
    "CREATE INDEX passage_vectors_here IF NOT EXISTS FOR (v:PassageText) ON (v.namespace)",
    "CREATE VECTOR INDEX passage_vectors IF NOT EXISTS FOR (v:PassageText) ON (v.values) "
    "OPTIONS {indexConfig: {`vector.similarity_function`: 'cosine'}}",
    _give_words,
    _drop_indexes_of_text,
    *(
        f"CREATE FULLTEXT INDEX {name} IF NOT EXISTS FOR (n:{label}) ON EACH [n.words, n.scope] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'english'}}"
        for label, name in TEXT_INDEXES.items()
    ),
)
"""Passages of long episodes; and full text by the words as we see them, in scripts without spaces too."""

MIGRATIONS: tuple[tuple[Step, ...], ...] = (_FIRST, _PASSAGES, images.SCHEMA)

_VERSION = "OPTIONAL MATCH (s:GraphmemSchema {name: 'graphmem'}) RETURN coalesce(s.version, 0) AS version"
_SET_VERSION = """MERGE (s:GraphmemSchema {name: 'graphmem'})
SET s.version = CASE WHEN coalesce(s.version, 0) < $version THEN $version ELSE s.version END"""
_AWAIT = "CALL db.awaitIndexes(86400)"
"""In seconds: of a million facts that were imported, no vector is indexed yet. An index that fails is told at once."""
_EXISTS = "EquivalentSchemaRuleAlreadyExists"


def prepare(connection: Connection) -> None:
    """Bring the database to the newest version, however many do so at the same moment; nothing is written when it is.

    Raises `SchemaTooNew` when it is ahead of this code.
    """
    version: int = connection.once(_VERSION)[0]["version"]
    if version > len(MIGRATIONS):
        raise SchemaTooNew(
            f"{connection.address} was written by a newer graphmem (schema {version}); upgrade graphmem to open it"
        )
    for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
        for step in migration:
            _change(connection, step)
        connection.once(_AWAIT)
        connection.once(_SET_VERSION, writing=True, version=number)


def _change(connection: Connection, step: Step) -> None:
    if not isinstance(step, str):
        step(connection)
        return
    try:
        connection.write(step)
    except StoreError as error:
        if _EXISTS not in str(getattr(error.__cause__, "code", "")):  # another process was first
            raise
