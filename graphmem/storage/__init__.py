"""The durable graph: one `Store` for each place that a memory can live in."""

from __future__ import annotations

from os import PathLike, fspath

from graphmem.errors import extra
from graphmem.protocols import Store


def is_server(location: str | PathLike[str]) -> bool:
    """Whether `location` is a server's address, not a file's path."""
    return "://" in fspath(location)


def open_store(location: str | PathLike[str], namespace: str = "default") -> Store:
    """The store at `location`: the path of an SQLite file, made when missing, ":memory:", or a server's address.

    An address reads `neo4j://user@host:7687/database`; the password is `NEO4J_PASSWORD` in the environment.
    """
    if is_server(location):
        with extra("neo4j"):
            from graphmem.storage.neo4j import Neo4jStore

        return Neo4jStore(location, namespace)
    from graphmem.storage.sqlite import SqliteStore

    return SqliteStore(location, namespace)


def namespaces_at(location: str | PathLike[str]) -> list[str]:
    """The namespaces that were ever written to at `location`, in order of name."""
    if is_server(location):
        from graphmem.storage.neo4j.address import parse
        from graphmem.storage.neo4j.connection import Connection

        connection = Connection(parse(fspath(location)))
        try:
            rows = connection.read("MATCH (m:Memory) RETURN m.namespace AS name ORDER BY name")
            return [row["name"] for row in rows]
        finally:
            connection.close()
    from graphmem.storage.sqlite.connection import open_file, told

    with told(fspath(location)):
        db = open_file(fspath(location))
        try:
            return [row[0] for row in db.execute("SELECT name FROM namespaces ORDER BY name")]
        finally:
            db.close()
