"""View: everything that can be read of a memory, now or as it stood after a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from graphmem.errors import EmbedderMismatch, InputError
from graphmem.protocols import Embedder, Store
from graphmem.records import Entity, Episode, Fact, Recollection, Stats, Vector
from graphmem.retrieval.budget import LEAST, recollect
from graphmem.retrieval.episodic import episodic_search
from graphmem.retrieval.semantic import semantic_search

if TYPE_CHECKING:
    import networkx as nx

Query = str | Iterable[str] | Mapping[str, int]


class View:
    """The graph as it stands, or stood after step `at`: everything that can be read."""

    def __init__(self, store: Store, embedder: Callable[[], Embedder], at: int | None = None) -> None:
        self._store = store
        self._get_embedder = embedder
        self._at = at

    def recall(
        self,
        query: Query,
        *,
        plan: str | None = None,
        depth: int = 2,
        width: int = 6,
        episodes: int = 3,
        budget: int = 1000,
        without: Iterable[str] = (),
    ) -> Recollection:
        """The facts and episodes that bear on `query`, ready for a prompt of at most `budget` tokens.

        AriGraph's search (section 2.2): semantic search of `depth` rounds and `width` facts each, then the
        `episodes` best by episodic search, weighed by similarity to the `plan` (the query, when there is none).
        `query` is a text, several (as the names of entities), or a mapping of each to a depth of its own. `without`
        are ids of episodes that the reader has before it: they and the facts they asserted are not told again.
        """
        queries = _depths(query, depth)
        at_least("width", width, 1)
        at_least("budget", budget, LEAST)
        hidden = set(without)
        found = semantic_search(self._store, self._embed, queries, width=width, at=self._at)
        found = [hit for hit in found if hit.fact.asserted_by not in hidden]
        aim = self._embed([plan or " ".join(queries)])[0]
        ids = {hit.fact.id for hit in found}
        sightings = episodic_search(self._store, ids, aim, limit=episodes + len(hidden), at=self._at)
        seen = [episode for episode, _ in sightings if episode.id not in hidden][:episodes]
        return recollect([hit.fact for hit in found], seen, budget=budget)

    def facts(
        self,
        about: str | Iterable[str] | None = None,
        *,
        relations: Iterable[str] | None = None,
        retired: bool = False,
    ) -> list[Fact]:
        """Facts that hold (and `retired` ones, if asked), of these entities and relations, in order of assertion."""
        names = [about] if isinstance(about, str) else about
        return self._store.facts(entities=names, relations=relations, current=not retired, at=self._at)

    def history(self, entity: str) -> list[Fact]:
        """Every fact that was ever known about `entity`, retired ones too, in order of assertion."""
        return self.facts(entity, retired=True)

    def episodes(
        self, *, ids: Iterable[str] | None = None, pending: bool | None = None, newest: int | None = None
    ) -> list[Episode]:
        """Episodes in order of step: these ids, pending or not, only the `newest` n."""
        return self._store.episodes(ids=ids, pending=pending, newest=newest, at=self._at)

    def entities(self, names: Iterable[str] | None = None) -> list[Entity]:
        """The entities called (or also called) one of `names`; all when None."""
        return self._store.entities(names, at=self._at)

    def stats(self) -> Stats:
        """The size of the memory."""
        return self._store.stats(at=self._at)

    def graph(self) -> nx.MultiDiGraph:
        """The facts that hold as a `networkx.MultiDiGraph`: entities as nodes, an edge (keyed by id) for each fact."""
        import networkx as nx

        graph = nx.MultiDiGraph()
        for fact in self.facts():
            graph.add_edge(
                fact.subject,
                fact.object,
                key=fact.id,
                relation=fact.relation,
                since=fact.since,
                support=fact.support,
                asserted_by=fact.asserted_by,
            )
        return graph

    def _embed(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of `texts`, shape (len(texts), dimension): stored ones are not computed again."""
        embedder = self._checked_embedder()
        stored = self._store.vectors(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in stored]
        if missing:
            stored |= dict(zip(missing, embedder.embed(missing), strict=True))
        return np.stack([stored[text] for text in texts])

    def _checked_embedder(self) -> Embedder:
        embedder, held = self._get_embedder(), self._store.embedder()
        if held is not None and held != embedder.name:
            raise EmbedderMismatch(held, embedder.name)
        return embedder


def _depths(query: Query, depth: int) -> dict[str, int]:
    if isinstance(query, Mapping):
        queries = dict(query)
    else:
        queries = dict.fromkeys([query] if isinstance(query, str) else query, depth)
    queries = {clean(text): int(value) for text, value in queries.items() if text.strip()}
    if not queries:
        raise InputError("a query must be a text that is not empty")
    for value in queries.values():
        at_least("depth", value, 1)
    return queries


def clean(text: str) -> str:
    """`text` without halves of surrogate pairs, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def at_least(what: str, value: int, least: int) -> None:
    if not isinstance(value, int) or value < least:
        raise InputError(f"{what} must be a whole number, {least} or more, not {value!r}")
