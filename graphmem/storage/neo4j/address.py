"""Where a server is: an address as the user writes it, taken apart, and never with a password in it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from graphmem.errors import InputError

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""`+s` asks for TLS with a known certificate, `+ssc` for TLS with any; `neo4j` finds its way in a cluster."""


@dataclass(frozen=True, slots=True)
class Address:
    """`uri` is what the driver takes; `database` None is the user's home database."""

    uri: str
    user: str
    database: str | None

    def __str__(self) -> str:
        scheme, _, server = self.uri.partition("://")
        return f"{scheme}://{self.user}@{server}" + (f"/{self.database}" if self.database else "")


def parse(location: str) -> Address:
    """`neo4j://user@host:7687/database`; user "neo4j", the port and the database may be left out."""
    try:
        parts = urlsplit(location)
        host, port, password = parts.hostname, parts.port, parts.password
    except ValueError as error:
        raise InputError(f"an address must read neo4j://user@host:7687/database ({error})") from None
    if parts.scheme not in SCHEMES:
        raise InputError(f"a memory's address must begin with one of {', '.join(SCHEMES)}, not {parts.scheme!r:.40}")
    if password is not None:
        raise InputError(
            f"{parts.scheme}://…@{host}: a password in an address reaches logs and histories; leave it out, and set "
            "NEO4J_PASSWORD in the environment"
        )
    if not host:
        raise InputError(f"{location:.80} names no host; write neo4j://user@host:7687/database")
    database = unquote(parts.path.strip("/")) or None
    if database and "/" in database:
        raise InputError(f"{parts.path!r:.80} is no database; write neo4j://user@host:7687/database")
    server = f"[{host}]" if ":" in host else host
    query = f"?{parts.query}" if parts.query else ""  # a cluster's routing context
    uri = f"{parts.scheme}://{server}:{port or 7687}{query}"
    return Address(uri, unquote(parts.username or "") or "neo4j", database)
