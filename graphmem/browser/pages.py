"""What Neo4j Browser is given of one memory, and where that Browser is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from graphmem.browser.database import http_port, label_entities
from graphmem.browser.guide import guide
from graphmem.browser.style import label, style
from graphmem.errors import StoreError
from graphmem.storage.neo4j import Neo4jStore
from graphmem.viewer.kinds import COLOURS, kinds

AURA, AURA_BROWSER = ".neo4j.io", "https://browser.neo4j.io/"


class Pages:
    """The guide and the style of the memory in `store`. Whenever the style is asked for, entities get their kinds."""

    style_url = ""

    def __init__(self, store: Neo4jStore, namespace: str) -> None:
        self._store = store
        self._namespace = namespace
        self.by_path: Mapping[str, Callable[[], str]] = {"/guide.html": self._guide, "/style.grass": self._style}

    def _guide(self) -> str:
        self._label()
        return guide(self._namespace, self.style_url)

    def _style(self) -> str:
        self._label()
        return style()

    def _label(self) -> None:
        """Give entities the label of their kind, where the user may write: the style colours by label."""
        found = {name: label(kind) for name, kind in kinds(self._store.facts()).items()}
        try:
            label_entities(self._store.connection, self._namespace, found, among=[label(kind) for kind in COLOURS])
        except StoreError:  # a user who may only read sees them all in one colour
            return

    def browser_url(self, guide_url: str) -> str:
        """The address of the Browser that belongs to the server, with the guide to play."""
        where = self._store.connection.address
        asked = {"connectURL": str(where), "cmd": "play", "arg": guide_url}
        host = where.uri.partition("://")[2].partition("?")[0].rpartition(":")[0]
        if host.endswith(AURA):
            return f"{AURA_BROWSER}?{urlencode(asked)}"
        scheme, port = http_port(self._store.connection)
        return f"{scheme}://{host}:{port}/browser/?{urlencode(asked)}"
