"""View: everything that can be read of a memory, now or as it stood after a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from graphmem import telemetry, validation
from graphmem.asynchronous import twin
from graphmem.conversations import is_message, question_of
from graphmem.embedding import embed_queries
from graphmem.errors import EmbedderMismatch, InputError, extra
from graphmem.protocols import LLM, Embedder, Store
from graphmem.records import Entity, Episode, Fact, Recollection, Stats, Vector, step_of, with_images
from graphmem.retrieval import AriGraph, Found, PageRank, Question, Search, Snapshot
from graphmem.retrieval.budget import LEAST, recollect
from graphmem.retrieval.filters import FilteredSnapshot, filter_of

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

    from graphmem.answering import Answer

Query = str | Iterable[str] | Mapping[str, int] | Sequence[Mapping[str, Any]]

SearchName = Literal["pagerank", "arigraph"]

NAMED_SEARCHES: Mapping[str, type[PageRank] | type[AriGraph]] = {"pagerank": PageRank, "arigraph": AriGraph}


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
        search: Search | SearchName = "pagerank",
        plan: str | None = None,
        episodes: int | None = None,
        budget: int = 1000,
        without: Iterable[str] = (),
        where: Mapping[str, Any] | None = None,
        explain: bool = False,
        depth: int | None = None,
        width: int | None = None,
        rounds: int | None = None,
    ) -> Recollection:
        """The facts and episodes that bear on `query`, ready for a prompt of at most `budget` tokens.

        `query` is a text, or several (as the names of entities), or the last messages of a conversation, whose last one
        asks. `search` is `PageRank()`, by a random walk from what the query finds; `AriGraph()`, the paper's (section
        2.2); or one's own (`graphmem.retrieval.Search`). The first two have names, "pagerank" and "arigraph", and
        beside a name their options may be given here: `rounds`; `depth` (a mapping in place of the query gives each
        text a depth of its own) and `width`. At most so many `episodes` are recalled (None: as many as bear on the
        query), weighed by similarity to the `plan`, too. `without` are ids of episodes that the reader has before it:
        they and what they taught are not told again. `where` says which episodes count, and facts that these taught: by
        "speaker", "since" and "until" (a moment each), and by any field of their metadata, each a value or a list of
        such. With `explain`, the recollection says why each was found.
        """
        texts = _texts(query)
        depths = dict(zip(texts, query.values(), strict=True)) if isinstance(query, Mapping) else depth
        chosen = _chosen(search, depth=depths, width=width, rounds=rounds)
        validation.whole("budget", budget, LEAST)
        if episodes is not None:
            validation.whole("episodes", episodes, 0)
        hidden = self._store.episodes(ids=validation.texts("ids of episodes", without)) if without else []
        question = Question(
            texts,
            plan=validation.text("a plan", plan) if plan and not str(plan).isspace() else None,
            episodes=3 if episodes is None else episodes,
            stops=episodes is None,
            without=frozenset(episode.id for episode in hidden),
            known=frozenset(fact for episode in hidden for fact in episode.facts),
            explain=explain,
        )
        found = chosen.find(question, self._snapshot(where))
        return _told(found, " . ".join(texts), budget)

    arecall = twin(recall)

    def ask(
        self,
        question: str | Sequence[Mapping[str, Any]],
        model: LLM,
        *,
        budget: int = 2000,
        rounds: int = 3,
        search: Search | SearchName = "pagerank",
        where: Mapping[str, Any] | None = None,
    ) -> Answer:
        """An answer by `model`, and the episodes that it stands on; `answer.known` is false when the memory has none.

        `question` is a text, or the last messages of a conversation: a follow-up is first made whole from the turns
        before it, by one call more. Each call is told at most `budget` tokens: a memory that fits is told whole, of a
        larger one what bears on the question. While the draft lacks something, recall is asked again with what it has
        found, `rounds` times at most, and no longer than something new is found. `search` and `where` are those of
        `recall`. `answer.usage` tells what it took. Raises the subclasses of `LLMError`.
        """
        from graphmem.answering import ask

        validation.able("a model", model, "reply", 'graphmem.llm.ChatModel("gpt-4.1-mini")')
        return ask(self, question, model, budget=budget, rounds=rounds, search=_chosen(search), where=where)

    aask = twin(ask)

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
        named = (("ids", ids), ("entities", names), ("relations", relations))
        chosen = {what: validation.texts(what, given) for what, given in named if given is not None}
        return self._store.facts(**chosen, current=not retired, at=self._at)

    def history(self, entity: str) -> list[Fact]:
        """Every fact that was ever known about `entity`, retired ones too, in order of assertion."""
        return self.facts(validation.text("an entity", entity), retired=True)

    def episodes(
        self, *, ids: Iterable[str] | None = None, pending: bool | None = None, newest: int | None = None
    ) -> list[Episode]:
        """Episodes in order of step: these ids, pending or not, only the `newest` n."""
        if newest is not None:
            validation.whole("newest", newest, 1)
        chosen = None if ids is None else validation.texts("ids", ids)
        return self._store.episodes(ids=chosen, pending=pending, newest=newest, at=self._at)

    def image(self, hash: str) -> bytes:
        """The bytes of an image, by the `hash` that stands in an episode's `images`.

        Raises `InputError` when no episode of this memory has it.
        """
        found = self._store.images([validation.text("the hash of an image", hash)])
        if hash not in found:
            raise InputError(f"no image {hash!r:.80} is in this memory; `Episode.images` tells the hashes")
        return found[hash]

    def entities(self, names: Iterable[str] | None = None) -> list[Entity]:
        """The entities called (or also called) one of `names`; all when None."""
        return self._store.entities(None if names is None else validation.texts("names", names), at=self._at)

    def stats(self) -> Stats:
        """The size of the memory."""
        return self._store.stats(at=self._at)

    def graph(self) -> nx.MultiDiGraph:
        """The facts that hold as a `networkx.MultiDiGraph`: entities as nodes, an edge (keyed by id) for each fact."""
        with extra("networkx"):
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

    def at(self, moment: int | datetime | str) -> View:
        """The memory as it stood after a step, or at a moment ("2024-05-17", or a datetime), to read."""
        if isinstance(moment, int):
            step = validation.whole("step", moment, 0)
        else:
            step = step_of(validation.some_moment(moment))
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
        return self._snapshot().vectors(texts)

    def _snapshot(self, where: Mapping[str, Any] | None = None) -> Snapshot:
        embedder = self._checked_embedder()
        parts = self._store, embedder.embed, self._at, partial(embed_queries, embedder)
        return FilteredSnapshot(*parts, where=filter_of(where)) if where else Snapshot(*parts)

    def _checked_embedder(self) -> Embedder:
        embedder, held = self._get_embedder(), self._store.embedder()
        if held is not None and held != embedder.name:
            raise EmbedderMismatch(held, embedder.name)
        return embedder


def _texts(query: Query) -> tuple[str, ...]:
    """The texts of a query, each once; of the messages of a conversation, what the last one asks."""
    if isinstance(query, Sequence) and query and is_message(query[-1]):
        return (question_of(query),)
    if not isinstance(query, str | Iterable):
        raise InputError(f"a query must be a text, or several, not {query!r:.80}")
    given = [query] if isinstance(query, str) else query
    texts = tuple(dict.fromkeys(validation.text("a query", text) for text in given))
    if not texts:
        raise InputError("a query must be a text that is not empty")
    return texts


def _chosen(search: Search | str, **options: Any) -> Search:
    """The search that is meant, with the options given beside its name; raises `InputError` for one it would ignore."""
    given = {name: value for name, value in options.items() if value is not None}
    if not isinstance(search, str):
        if given:
            raise InputError(f"{', '.join(given)}: an option of the search, as in search=AriGraph(depth=2, width=6)")
        return validation.able("a search", search, "find", "graphmem.retrieval.PageRank()")
    if search not in NAMED_SEARCHES:
        raise InputError(f'search must be "pagerank", "arigraph", or a search of your own, not {search!r:.80}')
    kind = NAMED_SEARCHES[search]
    for name in given.keys() - {field.name for field in fields(kind)}:
        other = next(each for each in NAMED_SEARCHES if each != search)
        mend = f'leave it out, or search by "{other}"'
        raise InputError(f"{kind.__name__} has no {name}: {mend}")
    return kind(**given)


def _told(found: Found, question: str, budget: int) -> Recollection:
    """What was found, cut to the budget; of a long episode what bears on the question."""
    whole = {episode.id: episode for episode in found.episodes}
    shown = [replace(e, text=with_images(found.excerpts.get(e.id, e.text), e.images)) for e in found.episodes]
    told = recollect(
        found.facts, shown, budget=budget, conflicts=found.conflicts, why=found.why, chains=found.chains,
        question=question,
    )  # fmt: skip
    episodes = tuple(whole[episode.id] for episode in told.episodes)
    excerpts = {each.id: found.excerpts[each.id] for each in episodes if each.id in found.excerpts}
    return replace(told, episodes=episodes, excerpts=excerpts)
