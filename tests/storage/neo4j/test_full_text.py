"""Full text and passages on a server: words as we see them, and what was stored before there were any."""

from collections.abc import Iterator

import numpy as np
import pytest

from graphmem.graph.learning import append
from graphmem.passages import parts
from graphmem.records import Episode, Part, Seeds
from graphmem.storage.neo4j import Neo4jStore
from graphmem.testing import HashEmbedder, teach
from tests.neo4j_server import Server

LONG = "\n\n".join(f"Paragraph {word}. " + "It goes on and on. " * 40 for word in ("one", "two", "three"))

NOTHING = np.empty((0, HashEmbedder.dimension), np.float32)


@pytest.fixture
def store(server: Server, namespace: str) -> Iterator[Neo4jStore]:
    made = Neo4jStore(server.uri, namespace)
    yield made
    made.close()


def _found(store: Neo4jStore, query: str, at: int | None = None) -> Seeds:
    return store.seeds([], NOTHING, query, limit=5, at=at)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("แมวอยู่ในครัว", "แมวอยู่ที่ไหน"),
        ("コーヒーを飲む", "コーヒー"),
        ("The report is in notes.txt, version 3.14.", "notes"),
        ("Zoe\u0308 paints", "Zo\u00eb"),
        ("Sie wohnt in der Hauptstraße", "HAUPTSTRASSE"),
        ("She painted the doors", "painting a door"),
    ],
)
def test_words_are_found_as_we_see_them(store: Neo4jStore, text: str, query: str) -> None:
    append(store, [Episode("e1", text, 1), Episode("e2", "something else", 2)])
    assert [id_ for id_, _ in _found(store, query).matching_episodes] == ["e1"]


def test_what_is_observed_is_found_by_its_passages_and_goes_with_them(store: Neo4jStore) -> None:
    store.observe(Episode("long#1", LONG, 5), [], limit=0)
    expected = parts(LONG)[-1]
    assert _found(store, "three").passages == (Part("long#1", expected.start, expected.end),)
    assert [id_ for id_, _ in _found(store, "three").matching_episodes] == ["long#1"]
    assert _found(store, "three", at=4) == Seeds()


def test_who_looks_at_an_episode_sees_no_passages(store: Neo4jStore) -> None:
    append(store, [Episode("long", LONG, 1)])
    edges = store._read(
        "MATCH (p:Passage {namespace: $namespace}) RETURN count(p) AS held, sum(COUNT { (p)--() }) AS to"
    )
    assert edges == [{"held": len(parts(LONG)), "to": 0}]


def test_a_graph_of_before_gets_its_words_and_passages_when_it_is_opened(
    server: Server, namespace: str, store: Neo4jStore
) -> None:
    teach(store, 1, ("apple", "is in", "box"))
    append(store, [Episode("long", LONG, 2)])
    _make_older(store)
    opened = Neo4jStore(server.uri, namespace)
    assert [str(fact) for fact in _found(opened, "apple").facts] == ["apple, is in, box"]
    assert [part.episode for part in _found(opened, "three").passages] == ["long"]
    opened.close()


def _make_older(store: Neo4jStore) -> None:
    """As it was stored before there were words and passages."""
    store.connection.write("MATCH (p:Passage {namespace: $namespace}) DELETE p", **_scope(store))
    store.connection.write(
        """MATCH (n:Episode|Fact) WHERE n.namespace = $namespace REMOVE n.words
        FOREACH (_ IN CASE WHEN n:Fact THEN [1] ELSE [] END |
            SET n.text = n.subject + ', ' + n.relation + ', ' + n.object)""",
        **_scope(store),
    )
    store.connection.write("DROP INDEX current_facts")
    store.connection.write("CREATE FULLTEXT INDEX current_facts FOR (n:Current) ON EACH [n.text, n.scope]")
    store.connection.write("MATCH (s:GraphmemSchema) SET s.version = 1")


def _scope(store: Neo4jStore) -> dict[str, str]:
    return {"namespace": store._ids.name}
