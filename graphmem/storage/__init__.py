"""The durable graph: one `Store` for each place that a memory can live in."""

from __future__ import annotations

from os import PathLike, fspath

from graphmem.protocols import Store


def open_store(location: str | PathLike[str], namespace: str = "default") -> Store:
    """The store at `location`: the path of an SQLite file, made when missing, ":memory:", or a server's address.

    An address reads `neo4j://user@host:7687/database`; the password is `NEO4J_PASSWORD` in the environment.
    """
    if "://" in fspath(location):
        from graphmem.storage.neo4j import Neo4jStore

        return Neo4jStore(location, namespace)
    from graphmem.storage.sqlite import SqliteStore

    return SqliteStore(location, namespace)
