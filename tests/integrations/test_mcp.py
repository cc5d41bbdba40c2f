"""The MCP server, as the SDK's own client sees it from another process."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.testing import HashEmbedder

pytest.importorskip("mcp")

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from graphmem.integrations.mcp import serve, server

COMMAND = [sys.executable, "-m", "graphmem.cli", "mcp"]
CUP = {"subject": "茶碗", "relation": "is on", "object": "Tisch"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
SAID = "Zoë stellt die 茶碗 auf den Tisch 🍵."


@asynccontextmanager
async def over_stdio(*arguments: str | Path) -> AsyncIterator[Client]:
    """A client of a server that it started, with the embedder that loads fastest."""
    command = [*COMMAND, *map(str, arguments), "--embedder", "lexical"]
    async with Client(StdioServerParameters(command=command[0], args=command[1:])) as client:
        yield client


def opened(path: Path) -> Memory:
    """The memory that such a server has written."""
    return Memory(path, embedder=load_embedder("lexical"))


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


def test_text_of_any_script_comes_back_as_it_went_in(tmp_path: Path) -> None:
    async def main() -> None:
        async with over_stdio(tmp_path / "house.db") as client:
            learned = await call(client, "remember", text=SAID, facts=[CUP])
            assert learned["episode"]["text"] == SAID
            found = await client.call_tool("recall", {"query": "where is 茶碗?"})
            assert (
                found.content[0].text == f"Facts I know:\n- 茶碗, is on, Tisch\nEpisodes I remember:\n[step 0] {SAID}"
            )
            assert found.structured_content["facts"][0]["asserted_by"] == learned["episode"]["id"]
            about = await call(client, "facts_about", entity="茶碗")
            assert [fact["object"] for fact in about["facts"]] == ["Tisch"]

    asyncio.run(main())
    assert opened(tmp_path / "house.db").episodes()[0].text == SAID


def test_history_tells_all_that_was_ever_known(tmp_path: Path) -> None:
    async def main() -> None:
        async with over_stdio(tmp_path / "house.db") as client:
            for place in ("Tisch", "Regal"):
                await call(client, "remember", text=f"auf dem {place}", facts=[{**CUP, "object": place}])
            told = (await call(client, "history", entity="茶碗"))["facts"]
            assert [(fact["object"], fact["until"]) for fact in told] == [("Tisch", None), ("Regal", None)]

    asyncio.run(main())


def test_tools_say_what_they_do_to_the_memory_and_what_they_give(memory: Memory) -> None:
    async def main() -> None:
        async with Client(server(memory, allow_forget=True)) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        hints = {name: tool.annotations for name, tool in tools.items() if tool.annotations}
        reads = {name for name, hint in hints.items() if hint.read_only_hint}
        assert reads == {"recall", "facts_about", "history"}
        assert [name for name, hint in hints.items() if hint.destructive_hint] == ["forget"]
        assert all(hint.idempotent_hint and not hint.open_world_hint for hint in hints.values())
        assert all(tool.output_schema and tool.description for tool in tools.values())

    asyncio.run(main())


def test_nothing_can_be_forgotten_unless_that_was_allowed(tmp_path: Path) -> None:
    async def main() -> None:
        async with over_stdio(tmp_path / "house.db") as client:
            kept = (await call(client, "remember", text=SAID, facts=[CUP]))["episode"]["id"]
            assert "forget" not in [tool.name for tool in (await client.list_tools()).tools]
            assert (await client.call_tool("forget", {"episodes": [kept]})).is_error
        async with over_stdio(tmp_path / "house.db", "--allow-forget") as client:
            assert await call(client, "forget", episodes=[kept]) == {"episodes": 1, "facts": 1, "entities": 2}
            assert (await call(client, "forget", episodes=[kept]))["episodes"] == 0

    asyncio.run(main())


def test_a_call_that_is_repeated_changes_nothing(memory: Memory) -> None:
    async def main() -> None:
        async with Client(server(memory)) as client:
            once = await call(client, "remember", text=SAID, facts=[CUP], key="message-7")
            assert await call(client, "remember", text=SAID, facts=[CUP], key="message-7") == once
            alike = [await call(client, "remember", text="no key", facts=[]) for _ in range(2)]
            assert alike[0] == alike[1]

    asyncio.run(main())
    assert memory.stats().episodes == 2


def test_statistics_and_graph_can_be_read(memory: Memory) -> None:
    async def main() -> None:
        async with Client(server(memory)) as client:
            await call(client, "remember", text=SAID, facts=[CUP])
            numbers, graph = [
                json.loads((await client.read_resource(f"memory://{name}")).contents[0].text)  # type: ignore[union-attr]
                for name in ("statistics", "graph")
            ]
        assert (numbers["episodes"], numbers["facts"]) == (1, 1)
        assert graph["entities"] == ["茶碗", "Tisch"]
        assert graph["facts"][0]["relation"] == "is on"

    asyncio.run(main())


def test_a_recollection_says_why_when_asked(memory: Memory) -> None:
    async def main() -> None:
        async with Client(server(memory)) as client:
            learned = await call(client, "remember", text=SAID, facts=[CUP])
            found = await call(client, "recall", query="茶碗", explain=True)
        (fact,) = learned["asserted"]
        assert found["why"][fact["id"]]["seeds"]
        assert found["why"][learned["episode"]["id"]]["score"] > 0

    asyncio.run(main())


def test_what_is_wrong_is_told_to_the_model(memory: Memory) -> None:
    async def main() -> None:
        async with Client(server(memory)) as client:
            empty = await client.call_tool("recall", {"query": " "})
            assert empty.is_error
            assert "a query must be a text that is not empty" in empty.content[0].text
            assert (await client.call_tool("recall", {"query": {"$ne": None}})).is_error
            with pytest.raises(MCPError):
                await client.read_resource("memory://../../etc/passwd")

    asyncio.run(main())


def test_namespaces_in_one_file_do_not_see_each_other(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "house.db"
        async with over_stdio(path, "--namespace", "ada") as ada, over_stdio(path, "--namespace", "ben") as ben:
            await call(ada, "remember", text=SAID, facts=[CUP])
            assert (await call(ben, "recall", query="茶碗"))["facts"] == []
            assert (await call(ben, "history", entity="茶碗"))["facts"] == []
            graph = await ben.read_resource("memory://graph")
            assert json.loads(graph.contents[0].text)["facts"] == []  # type: ignore[union-attr]

    asyncio.run(main())


def test_two_servers_on_one_file_lose_no_write(tmp_path: Path) -> None:
    async def tell(client: Client, name: str) -> None:
        async def one(number: int) -> None:
            facts = [{"subject": f"{name} {number}", "relation": "is on", "object": "table"}]
            await call(client, "remember", text=f"{name} saw {number}", facts=facts)

        await asyncio.gather(*map(one, range(20)))

    async def main() -> None:
        path = tmp_path / "house.db"
        async with over_stdio(path) as first, over_stdio(path) as second:
            await asyncio.gather(tell(first, "Ada"), tell(second, "Ben"))

    asyncio.run(main())
    memory = opened(tmp_path / "house.db")
    assert {episode.text for episode in memory.episodes()} == {
        f"{who} saw {n}" for who in ("Ada", "Ben") for n in range(20)
    }
    assert len(memory.facts("table")) == 40
    assert not memory.episodes(pending=True)


@contextmanager
def over_http(path: Path, **environment: str) -> Iterator[str]:
    """The address of a server that listens on this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [*COMMAND, str(path), "--http", "--port", str(port), "--embedder", "lexical"]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with over_http(tmp_path_factory.mktemp("mcp") / "house.db") as address:
        yield address


def test_it_serves_several_clients_over_http(url: str) -> None:
    async def main() -> None:
        async with Client(url) as first, Client(url) as second:
            await call(first, "remember", text=SAID, facts=[CUP])
            assert (await call(second, "recall", query="茶碗"))["facts"][0]["object"] == "Tisch"

    asyncio.run(main())


def test_a_web_page_elsewhere_cannot_reach_it_through_the_users_browser(url: str) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert httpx2.post(url, json=LIST, headers=headers).status_code in (403, 421)


def test_over_http_a_token_is_asked_for_when_one_is_set(tmp_path: Path) -> None:
    async def names(url: str) -> list[str]:
        http = httpx2.AsyncClient(headers={"Authorization": "Bearer sesame"})
        async with http, Client(streamable_http_client(url, http_client=http)) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    with over_http(tmp_path / "house.db", GRAPHMEM_MCP_TOKEN="sesame") as url:
        assert "recall" in asyncio.run(names(url))
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            assert httpx2.post(url, json=LIST, headers=headers).status_code == 401


def test_other_machines_are_served_only_with_a_token(memory: Memory) -> None:
    with pytest.raises(InputError, match="GRAPHMEM_MCP_TOKEN"):
        serve(memory, http=True, host="0.0.0.0")


def test_a_port_that_is_taken_is_said_before_anything_is_served(memory: Memory) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"127.0.0.1:{port} cannot be served on: Address already in use"):
            serve(memory, http=True, port=port)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("no/folder/house.db", "does not exist"), ("page.html", "is no graphmem memory"), (".", "is a folder")],
)
def test_a_place_that_cannot_serve_ends_it_with_one_line(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / "page.html").write_text("<html>")
    done = subprocess.run([*COMMAND, name], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert complaint in done.stderr


def test_a_locked_file_is_told_to_the_model_and_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.storage.sqlite.connection.WAIT_SECONDS", 0.05)
    memory = Memory(tmp_path / "house.db", embedder=HashEmbedder())
    memory.remember("seen", triples=[("key", "is in", "box")])

    async def main() -> None:
        async with Client(server(memory)) as client:
            refused = await client.call_tool("remember", {"text": SAID, "facts": [CUP]})
            assert refused.is_error
            assert "another process is writing to it; try again" in refused.content[0].text
            assert (await call(client, "history", entity="key"))["facts"][0]["object"] == "box"

    with closing(sqlite3.connect(tmp_path / "house.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        asyncio.run(main())
