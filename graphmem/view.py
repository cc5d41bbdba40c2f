"""View: everything that can be read of a memory, now or as it stood after a step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from graphmem import telemetry, validation
from graphmem.asynchronous import twin
from graphmem.errors import EmbedderMismatch, InputError
from graphmem.protocols import Embedder, Store
from graphmem.records import Entity, Episode, Fact, Recollection, Stats, Vector, Why
from graphmem.retrieval.associative import Found, associative_search
from graphmem.retrieval.budget import LEAST, recollect
from graphmem.retrieval.episodic import episodic_search
from graphmem.retrieval.semantic import semantic_search

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

Query = str | Iterable[str] | Mapping[str, int]

Search = Literal["pagerank", "arigraph"]


class View:
    """The graph as it stands, or stood after step `at`: everything that can be read."""

    def __init__(
        self, store: Store, embedder: Callable[[], Embedder], at: int | None = None, *, place: str = ""
    ) -> None:
        self._store = store
        self._get_embedder = embedder
        self._at = at
        self._place = place

    @telemetry.traced("search_memory")
    def recall(
        self,
        query: Query,
        *,
        search: Search = "pagerank",
        plan: str | None = None,
        depth: int = 2,
        width: int = 6,
        episodes: int = 3,
        budget: int = 1000,
        rounds: int = 1,
        without: Iterable[str] = (),
        explain: bool = False,
    ) -> Recollection:
        """The facts and episodes that bear on `query`, ready for a prompt of at most `budget` tokens.

        `query` is a text, or several (as the names of entities). `search` is "pagerank", the associative search of
        `retrieval.associative`, which may take `rounds`, each led on by what the one before it found; or "arigraph",
        the paper's (section 2.2): semantic search of `depth` rounds and `width` facts each (a mapping gives each query
        a depth of its own), then the best episodes by episodic search. At most so many `episodes` are recalled, weighed
        by similarity to the `plan`, too. `without` are ids of episodes that the reader has before it: they and what
        they taught are not told again. With `explain`, the recollection says why each was found.
        """
        queries = _depths(query, depth)
        for name, value, least in (("width", width, 1), ("budget", budget, LEAST), ("rounds", rounds, 1)):
            validation.whole(name, value, least)
        validation.whole("episodes", episodes, 0)
        hidden = self._store.episodes(ids=without) if without else []
        told = frozenset(fact for episode in hidden for fact in episode.facts)
        unseen = frozenset(episode.id for episode in hidden)
        plan = validation.clean(plan) if plan else None
        if search == "pagerank":
            found = associative_search(
                self._store, self._checked_embedder().embed, list(queries), plan=plan, limit=episodes, rounds=rounds,
                without=unseen, told=told, explained=explain, at=self._at,
            )  # fmt: skip
        elif search == "arigraph":
            found = self._arigraph(queries, plan, width=width, limit=episodes, without=unseen, told=told)
        else:
            raise InputError(f'search must be "pagerank" or "arigraph", not {search!r:.80}')
        return recollect(found.facts, found.episodes, budget=budget, conflicts=found.conflicts, why=found.why)

    arecall = twin(recall)

    def _arigraph(
        self,
        queries: Mapping[str, int],
        plan: str | None,
        *,
        width: int,
        limit: int,
        without: Collection[str],
        told: Collection[str],
    ) -> Found:
        """The paper's two searches, one after the other."""
        facts = semantic_search(self._store, self._embed, queries, width=width, without=told, at=self._at)
        aim = self._embed([plan or " ".join(queries)])[0]
        ids = {hit.fact.id for hit in facts}
        sightings = episodic_search(self._store, ids, aim, limit=limit, without=without, at=self._at)
        why = {hit.fact.id: Why(hit.score, (f"similar, {hit.hop} hops from the query",), ()) for hit in facts}
        why |= {episode.id: Why(score, ("taught what was found",), ()) for episode, score in sightings}
        return Found(tuple(hit.fact for hit in facts), tuple(episode for episode, _ in sightings), why)

    def facts(
        self,
        about: str | Iterable[str] | None = None,
        *,
        ids: Iterable[str] | None = None,
        relations: Iterable[str] | None = None,
        retired: bool = False,
    ) -> list[Fact]:
        """Facts that hold (and `retired` ones, if asked), of these entities, ids, relations, in order of assertion."""
        names = [about] if isinstance(about, str) else about
        relations = [relations] if isinstance(relations, str) else relations
        return self._store.facts(ids=ids, entities=names, relations=relations, current=not retired, at=self._at)

    def history(self, entity: str) -> list[Fact]:
        """Every fact that was ever known about `entity`, retired ones too, in order of assertion."""
        return self.facts(validation.text("an entity", entity), retired=True)

    def episodes(
        self, *, ids: Iterable[str] | None = None, pending: bool | None = None, newest: int | None = None
    ) -> list[Episode]:
        """Episodes in order of step: these ids, pending or not, only the `newest` n."""
        if newest is not None:
            validation.whole("newest", newest, 1)
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

    def at(self, step: int) -> View:
        """The memory as it stood after `step`, to read."""
        validation.whole("step", step, 0)
        return View(self._store, self._get_embedder, step, place=self._place)

    def draw(self, ax: Axes) -> Axes:
        """Draw the best connected entities and their facts on an axis of matplotlib; gives the axis."""
        from graphmem.viewer.drawing import draw

        return draw(self, ax)

    def _repr_html_(self) -> str:
        """What a notebook shows: the size, and a small drawing."""
        from graphmem.viewer.drawing import html

        return html(self)

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
        asked = dict(query)
    elif isinstance(query, str | Iterable):
        asked = dict.fromkeys([query] if isinstance(query, str) else query, depth)
    else:
        raise InputError(f"a query must be a text, or several, not {query!r:.80}")
    if not asked:
        raise InputError("a query must be a text that is not empty")
    return {validation.text("a query", name): validation.whole("depth", value, 1) for name, value in asked.items()}
