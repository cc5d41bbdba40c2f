"""The durable graph: one `Store` for each place that a memory can live in."""

from __future__ import annotations

from os import PathLike

from graphmem.protocols import Store


def open_store(location: str | PathLike[str], namespace: str = "default") -> Store:
    """The store at `location`: the path of an SQLite file, made when missing, or ":memory:"."""
    from graphmem.storage.sqlite import SqliteStore

    return SqliteStore(location, namespace)
