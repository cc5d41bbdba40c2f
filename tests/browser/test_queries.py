"""The queries of the docs are those of the guide, and each is answered by a real server."""

import html
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem.browser.guide import guide
from graphmem.browser.queries import QUERIES
from graphmem.storage.neo4j import Neo4jStore
from graphmem.testing import teach
from tests.neo4j_server import Server

DOCS = Path(__file__).parents[2] / "docs"
COOKBOOK = (DOCS / "cookbook.md").read_text()
OTHERS = re.findall(r"```cypher\n(.*?)```", (DOCS / "neo4j.md").read_text(), re.DOTALL)
ODD = 'ada\'s "house" \\ {x} é 😀'


@pytest.fixture(scope="module")
def lived(shared_server: Server) -> Iterator[Neo4jStore]:
    """A short life in which every question has an answer."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NEO4J_PASSWORD", "for-tests-only")
        store = Neo4jStore(shared_server.uri, f"{ODD} {uuid.uuid4()}")
        for step, place in enumerate(("hall", "kitchen", "cellar")):
            teach(store, step, ("player", "is in", place), ("key", "is in", place), slot="location")
        teach(store, 3, ("key", "opens", "chest"), ("chest", "is in", "hall"))
        teach(store, 4, *((f"door {n}", "is", "red") for n in range(8)))
        teach(store, 5, ("door 1", "is", "blue"), ("hall", "is above", "cellar"))
        teach(store, 6, ("cellar", "is below", "tower"))
        yield store
        store.close()


def test_the_cookbook_holds_the_queries_of_the_guide() -> None:
    found = re.findall(r"^## (.*?)\n\n(.*?)\n\n```cypher\n(.*?)\n```$", COOKBOOK, re.MULTILINE | re.DOTALL)
    told = [(title, " ".join(shows.split()), cypher) for title, shows, cypher in found]
    assert told == [(query.title, query.shows, query.cypher) for query in QUERIES]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_of_the_cookbook_is_answered(lived: Neo4jStore, query: object) -> None:
    assert lived._read(query.cypher)  # type: ignore[attr-defined]


def test_the_queries_of_the_guide_ask_the_same(lived: Neo4jStore) -> None:
    page = guide(lived._ids.name, "http://localhost:1/style.grass")
    asked = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)[1:]
    for query, text in zip(QUERIES, asked, strict=True):
        here = lived.connection.read(html.unescape(text))
        assert len(here) == len(lived._read(query.cypher)), query.name


@pytest.mark.parametrize("cypher", OTHERS)
def test_the_other_queries_of_the_docs_are_answered(lived: Neo4jStore, cypher: str) -> None:
    assert lived._read(cypher)


def test_what_the_answers_tell(lived: Neo4jStore) -> None:
    ask = {query.name: lived._read(query.cypher) for query in QUERIES}
    assert {row["retired"] for row in ask["retired"]} >= {"player, is in, hall", "player, is in, kitchen"}
    assert {row["instead"] for row in ask["retired"]} >= {"player, is in, kitchen", "player, is in, cellar"}
    assert ask["contradictions"] == [{"subject": "door 1", "relation": "is", "objects": ["red", "blue"]}]
    assert {(row["relation"], row["object"]) for row in ask["words"]} >= {("is in", "cellar")}
    assert ask["size"][0]["episodes"] == 7
    assert ask["life"][0]["since"] == 0
