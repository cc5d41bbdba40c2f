"""What Neo4j Browser needs of the server that no memory does: where it is, and labels by which the style colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem.storage.neo4j.connection import Connection
from graphmem.storage.neo4j.rows import Namespace

BATCH = 1000
"""Entities that are labelled in one statement."""

_LABEL = """UNWIND $rows AS row MATCH (n:Entity {id: row.id}) WHERE NOT row.label IN labels(n)
REMOVE n:$($among) SET n:$(row.label)"""


def http_port(connection: Connection) -> tuple[str, int]:
    """Scheme and port at which the server has its Browser: ("http", 7474), unless it says otherwise."""
    rows = connection.read("SHOW SETTINGS YIELD name, value WHERE name STARTS WITH 'server.http' RETURN *")
    found = {row["name"]: row["value"] for row in rows}
    scheme = "https" if found.get("server.http.enabled") == "false" else "http"
    usual = {"http": 7474, "https": 7473}[scheme]
    told = (found.get(f"server.{scheme}.{of}_address", "").rpartition(":")[2] for of in ("advertised", "listen"))
    ports = [int(port) for port in told if port.isdecimal()]  # the first is the usual one where nobody set it
    return scheme, next((port for port in ports if port != usual), usual)


def label_entities(connection: Connection, namespace: str, labels: Mapping[str, str], *, among: Sequence[str]) -> None:
    """Give each entity its label in `labels` (by name), of those in `among`, and no other of these."""
    ids = Namespace(namespace)
    rows = [{"id": ids.entity(name), "label": label} for name, label in labels.items() if label in among]
    for start in range(0, len(rows), BATCH):
        connection.write(_LABEL, rows=rows[start : start + BATCH], among=list(among))
