"""The graph on a Neo4j server: many agents on many machines, and a Browser to look at what they know."""

from graphmem.storage.neo4j.bulk import write_import
from graphmem.storage.neo4j.store import Neo4jStore

__all__ = ["Neo4jStore", "write_import"]
