"""Where the server is, and its password: taken from the environment alone, and told to nobody."""

import logging

import pytest

from graphmem import Memory
from graphmem.errors import GraphmemError, InputError, StoreError, StoreRefused
from graphmem.storage.neo4j.address import parse
from graphmem.testing import HashEmbedder
from tests.neo4j_server import PASSWORD, Server

SECRET = "open-sesame-1001"


@pytest.mark.parametrize("scheme", ["neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"])
def test_a_scheme_is_passed_on_as_it_is(scheme: str) -> None:
    assert parse(f"{scheme}://ada@graph.example:7000/house").uri == f"{scheme}://graph.example:7000"


def test_what_is_left_out_has_its_usual_value() -> None:
    found = parse("neo4j://graph.example")
    assert (found.uri, found.user, found.database) == ("neo4j://graph.example:7687", "neo4j", None)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("http://localhost", "must begin with one of neo4j"),
        ("neo4j://", "names no host"),
        ("neo4j://localhost:many", "must read neo4j://user@host:7687/database"),
        ("neo4j://localhost/a/b", "is no database"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_with_the_mend(location: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse(location)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError, match="set NEO4J_PASSWORD") as refused:
        Memory(f"neo4j://ada:{SECRET}@localhost:7687")
    assert SECRET not in str(refused.value)


def test_a_wrong_password_is_told_without_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreRefused, match=r"does not let neo4j in: set NEO4J_PASSWORD") as refused:
        Memory(server.uri)
    assert all(SECRET not in told for told in (*_chain(refused.value), caplog.text))


def _chain(error: BaseException | None) -> list[str]:
    told = []
    while error:
        told.append(f"{error!r}")
        error = error.__cause__ or error.__context__
    return told


def test_the_password_reaches_no_log(server: Server, namespace: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Memory(server.uri, namespace=namespace, embedder=HashEmbedder()) as memory:
        memory.remember("hello", triples=[("apple", "is in", "kitchen")])
    assert "RUN" in caplog.text
    assert PASSWORD not in caplog.text


def test_a_database_that_is_not_there_is_named(server: Server) -> None:
    with pytest.raises(StoreError, match="no such database"):
        Memory(f"{server.uri}/nowhere")


def test_a_namespace_has_a_limit(server: Server) -> None:
    with pytest.raises(GraphmemError, match="1000 characters"):
        Memory(server.uri, namespace="n" * 1001)
