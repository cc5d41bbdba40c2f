"""The items of LangGraph's store, found among the episodes of many graphs: which is the last version of each.

A file is asked once, whatever the number of graphs in it; of any other place each graph is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from typing import Any, Protocol

from graphmem.embedding import embed_queries
from graphmem.integrations.kept import Kept
from graphmem.memory import Memory
from graphmem.protocols import Embedder
from graphmem.records import Episode
from graphmem.storage.sqlite.catalogue import Catalogue, Entry

MARK = "langgraph"
"""Where an episode's metadata tell of the item that it is a version of: `key`, `value`, `indexed`, `created_at`."""

REGISTER = "langgraph"
"""The graph of the names of all namespaces, for places that cannot tell them; LangGraph forbids it as a root."""

NO_LIMIT = 10**9
"""A budget for what no prompt will hold."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an item, and what its episode's metadata tell of it."""

    namespace: str
    id: str
    time: datetime | None
    mark: Mapping[str, Any]


@dataclass(frozen=True)
class Graph:
    """The graph of one namespace, and the episodes in it that are versions of items, by key."""

    memory: Memory
    kept: Kept[str]


class Items(Protocol):
    """What is asked of the items of all namespaces."""

    def namespaces(self) -> list[str]:
        """Those that hold an item, in the order in which they came."""

    def of_key(self, namespace: str, key: str) -> list[Entry]:
        """The versions of one item, oldest first."""

    def newest(self, namespaces: Iterable[str]) -> list[Entry]:
        """The last version of each item, in the order in which the items came."""

    def read(self, entries: Iterable[Entry]) -> list[Version]:
        """What the entries hold, in their order, without those forgotten meanwhile."""

    def cosines(self, query: str, entries: Iterable[Entry]) -> dict[str, float]:
        """The cosine of texts to a query, by the episode's id, best first."""


def key_of(metadata: Mapping[str, Any]) -> str | None:
    """The key of the item that an episode is a version of."""
    mark = metadata.get(MARK)
    key = mark.get("key") if isinstance(mark, dict) else None
    return key if isinstance(key, str) else None


class FileItems:
    """The items in the file at `path`."""

    def __init__(self, path: str | PathLike[str], embedder: Embedder) -> None:
        self._catalogue, self._embedder = Catalogue(path, key_of), embedder
        self.of_key, self.newest = self._catalogue.of_key, self._catalogue.newest

    def namespaces(self) -> list[str]:
        return [name for name in self._catalogue.namespaces() if name != REGISTER]

    def read(self, entries: Iterable[Entry]) -> list[Version]:
        found = self._catalogue.read(entries)
        return [Version(each.entry.namespace, each.entry.id, each.time, each.metadata[MARK]) for each in found]

    def cosines(self, query: str, entries: Iterable[Entry]) -> dict[str, float]:
        return self._catalogue.cosines(embed_queries(self._embedder, [query])[0], entries, embedder=self._embedder.name)


class GraphItems:
    """The items in the graphs that `graph` opens by name."""

    def __init__(self, graph: Callable[[str], Graph], embedder: Embedder) -> None:
        self._graph, self._embedder = graph, embedder

    def namespaces(self) -> list[str]:
        names = dict.fromkeys(self._graph(REGISTER).kept.keys().values())
        return [name for name in names if self._graph(name).kept.keys()]

    def of_key(self, namespace: str, key: str) -> list[Entry]:
        if namespace != REGISTER and not self.of_key(REGISTER, namespace):
            return []  # nothing is made where nothing was put
        keys = self._graph(namespace).kept.keys()
        return [Entry(namespace, key, id_, row) for row, (id_, held) in enumerate(keys.items()) if held == key]

    def newest(self, namespaces: Iterable[str]) -> list[Entry]:
        found = []
        for name in namespaces:
            latest = {key: id_ for id_, key in self._graph(name).kept.keys().items()}
            found += [Entry(name, key, id_, row) for row, (key, id_) in enumerate(latest.items())]
        return found

    def read(self, entries: Iterable[Entry]) -> list[Version]:
        entries = list(entries)
        found = {(space, episode.id): episode for space, ids in _by_space(entries) for episode in self._of(space, ids)}
        return [
            Version(entry.namespace, entry.id, episode.time, episode.metadata[MARK])
            for entry in entries
            if (episode := found.get((entry.namespace, entry.id)))
        ]

    def cosines(self, query: str, entries: Iterable[Entry]) -> dict[str, float]:
        """Only of what `recall` finds in each graph: a graph that is not in a file does not give its vectors."""
        found = [each for space, ids in _by_space(entries) for each in self._recalled(query, space, set(ids))]
        asked = embed_queries(self._embedder, [query])[0]
        scores = zip(found, self._embedder.embed([episode.text for episode in found]) @ asked, strict=True)
        return dict(sorted(((episode.id, float(score)) for episode, score in scores), key=lambda hit: -hit[1]))

    def _of(self, namespace: str, ids: list[str]) -> list[Episode]:
        return self._graph(namespace).kept.episodes(ids)

    def _recalled(self, query: str, namespace: str, ids: set[str]) -> list[Episode]:
        graph = self._graph(namespace)
        found = graph.memory.recall(query, episodes=len(graph.kept.keys()), budget=NO_LIMIT)
        return [episode for episode in found.episodes if episode.id in ids]


def _by_space(entries: Iterable[Entry]) -> Iterable[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        found.setdefault(entry.namespace, []).append(entry.id)
    return found.items()
