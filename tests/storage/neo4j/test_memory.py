"""A memory on a server is the same memory: the game is won with it, namespaces are apart, and it may be only read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from neo4j import READ_ACCESS

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.errors import StoreUnwritable
from graphmem.storage.neo4j.connection import Connection
from graphmem.testing import HashEmbedder
from tests.neo4j_server import Server

ROOT = Path(__file__).parents[3]
LOCATION = ("apple", "is in", "kitchen")


def test_a_treasure_hunt_is_won_straight_into_a_server(server: Server, tmp_path: Path) -> None:
    pytest.importorskip("textworld", reason="needs the extra textworld")
    play = [sys.executable, "-m", "agents", "play", "treasure-hunt", "--seed", "5", "--memory-file", server.uri]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*play, "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout.splitlines()[-1])
    assert (run["won"], run["score"]) == (True, run["max_score"])
    with Memory(server.uri) as memory:
        assert memory.stats().episodes == run["episodes"]
        assert memory.recall("where is the player?").facts
        edges = memory._store._read(  # type: ignore[attr-defined]
            "MATCH (:Entity)-[f:FACT {namespace: $namespace}]->(:Entity) RETURN count(f) AS held"
        )
        assert edges == [{"held": len(memory.facts())}]


def test_namespaces_never_see_each_other(server: Server, namespace: str) -> None:
    with (
        Memory(server.uri, namespace=f"{namespace} ada", embedder=HashEmbedder()) as ada,
        Memory(server.uri, namespace=f"{namespace} ben", embedder=load_embedder("lexical")) as ben,
    ):
        ada.remember("Ada's apple is in the kitchen.", triples=[LOCATION], key="k")
        ben.remember("Ben's apple is in the cellar.", triples=[("apple", "is in", "cellar")], key="k")
        assert [str(fact) for fact in ada.facts("apple")] == ["apple, is in, kitchen"]
        assert [str(fact) for fact in ben.facts("apple")] == ["apple, is in, cellar"]
        assert [str(fact) for fact in ben.recall("where is the apple?").facts] == ["apple, is in, cellar"]
        ben.forget(*ben.episodes())
        assert (ada.stats().facts, ben.stats().facts) == (1, 0)


def test_what_was_written_outside_is_text_and_never_cypher(server: Server, namespace: str) -> None:
    strange = "x'}) DETACH DELETE n //\"`\\ $in {name}"
    with Memory(server.uri, namespace=f"{namespace}{strange}", embedder=HashEmbedder()) as memory:
        memory.remember(strange, triples=[(strange, strange, "y")], metadata={strange: strange}, key=strange)
        (fact,) = memory.recall(strange).facts
        assert (fact.subject, fact.relation) == (strange, strange)
        assert memory.episodes()[0].text == strange


class ReadOnly(Connection):
    """A connection whose every session the server holds to reading, as it does with a user who may do no more."""

    def _persist(self, mode, work, **options):  # type: ignore[no-untyped-def]
        return super()._persist(READ_ACCESS, work, **options)


def test_recall_and_all_reading_need_no_right_to_write(server: Server, namespace: str) -> None:
    embedder = load_embedder("lexical")
    with Memory(server.uri, namespace=namespace, embedder=embedder) as memory:
        memory.remember("The apple is in the kitchen.", triples=[LOCATION])
    with Memory(server.uri, namespace=namespace, embedder=embedder) as reader:
        connection = reader._store.connection  # type: ignore[attr-defined]
        connection.close()
        reader._store.connection = ReadOnly(connection.address)  # type: ignore[attr-defined]
        assert [str(fact) for fact in reader.recall("where is the apple?").facts] == ["apple, is in, kitchen"]
        assert reader.at(0).recall("where is the apple?").facts
        assert (len(reader.history("apple")), len(reader.episodes()), reader.stats().facts) == (1, 1, 1)
        with pytest.raises(StoreUnwritable, match="may read here, not write"):
            reader.remember("more", triples=[("pear", "is in", "kitchen")])
