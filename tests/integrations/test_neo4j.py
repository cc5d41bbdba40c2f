"""Doors that lead to a Neo4j server in place of a file; skipped as the tests in tests/storage/neo4j are."""

import asyncio
import sys

import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.graph.learning import new_id
from tests.neo4j_server import PASSWORD, Server


@pytest.fixture
def address(server: Server) -> str:
    return server.uri


def test_the_mcp_server_serves_a_graph_in_neo4j(address: str) -> None:
    pytest.importorskip("mcp")
    from mcp import Client, StdioServerParameters

    namespace = f"mcp-{new_id()}"
    command = ["-m", "graphmem.cli", "mcp", address, "--namespace", namespace, "--embedder", "lexical"]
    starting = StdioServerParameters(command=sys.executable, args=command, env={"NEO4J_PASSWORD": PASSWORD})
    cup = {"subject": "茶碗", "relation": "is on", "object": "Tisch"}

    async def main() -> None:
        async with Client(starting) as client:
            await client.call_tool("remember", {"text": "Zoë stellt die 茶碗 ab.", "facts": [cup]})
            found = await client.call_tool("recall", {"query": "茶碗", "explain": True})
            assert "- 茶碗, is on, Tisch" in found.content[0].text
            assert "Why:" in found.content[0].text

    asyncio.run(main())
    with Memory(address, namespace=namespace, embedder=load_embedder("lexical")) as memory:
        assert [str(fact) for fact in memory.facts("茶碗")] == ["茶碗, is on, Tisch"]


def test_langgraphs_store_lives_in_neo4j(address: str) -> None:
    pytest.importorskip("langgraph")
    from graphmem.integrations.langgraph import MemoryStore

    store = MemoryStore(address, embedder=load_embedder("lexical"))
    root = new_id()
    store.put((root, "ada"), "home", {"text": "Ada lives in Oslo."})
    store.put((root, "ada"), "home", {"text": "Ada lives in Bergen."})
    store.put((root, "ben"), "home", {"text": "Ben lives in Oslo."})
    assert [item.value["text"] for item in store.search((root, "ada"), query="Ada")] == ["Ada lives in Bergen."]
    assert store.list_namespaces(prefix=(root,)) == [(root, "ada"), (root, "ben")]
    store.delete((root, "ada"), "home")
    assert store.get((root, "ada"), "home") is None
    store.close()
