"""The seam of a search: what is asked, what it may read, what it gives.

class Newest:
    "The newest episodes, whatever is asked."

    def find(self, question, snapshot):
        return Found(episodes=tuple(snapshot.episodes(newest=question.episodes)))

memory.recall("what now?", search=Newest())
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from graphmem.protocols import Kind, Store
from graphmem.records import Around, Entity, Episode, Fact, Seeds, Vector, Why


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: one or more `texts`, and at most how many `episodes` are wanted.

    With `stops`, no number was asked for: a search that can tell gives those that bear on the question, no others.
    `plan` is what the asker means to do. `without` are ids of episodes that it has before it, `known` those of the
    facts that these taught: neither is told again. With `explain`, each find should come with its reason.
    """

    texts: tuple[str, ...]
    plan: str | None = None
    episodes: int = 3
    without: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    explain: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The facts and episodes that bear on a question, best first, and why each was found, by its id.

    `excerpts` gives, by its id, what is to be told of an episode that is too long to be told whole. `conflicts` pairs a
    fact with one that another episode of the same step asserts in its place. `chains` are told before the other facts,
    each as one line. `changes` gives, by the id of an episode, those that it changes: they and their facts come after.
    """

    facts: tuple[Fact, ...] = ()
    episodes: tuple[Episode, ...] = ()
    why: Mapping[str, Why] = field(default_factory=dict)
    conflicts: tuple[tuple[Fact, Fact], ...] = ()
    excerpts: Mapping[str, str] = field(default_factory=dict)
    chains: tuple[tuple[Fact, ...], ...] = ()
    changes: Mapping[str, Collection[str]] = field(default_factory=dict)


class Search(Protocol):
    """A way to find what bears on a question."""

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        """What bears on `question`, the most relevant first."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A graph as it stands, or stood after the step `at`, and the embedder of its texts: all that a search may ask.

    Each method is one question to the store, that of the same name (`graphmem.protocols.Store`).
    """

    store: Store
    embed: Callable[[Sequence[str]], Vector]
    """Texts -> unit vectors of shape (len(texts), dimension)."""
    at: int | None = None
    embed_queries: Callable[[Sequence[str]], Vector] | None = None
    """The same of questions, where they are embedded otherwise."""

    def ask(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of questions, shape (len(texts), dimension)."""
        return (self.embed_queries or self.embed)(texts)

    def seeds(self, names: Iterable[str], texts: Sequence[str], words: str, *, limit: int) -> Seeds:
        """The entities called one of `names`, and what is near `texts` or has some of `words`."""
        return self.store.seeds(names, self.ask(texts), words, limit=limit, at=self.at)

    def around(self, entities: Iterable[str], of: Iterable[str], *, facts: int, episodes: int) -> Around:
        return self.store.around(entities, of, facts=facts, episodes=episodes, at=self.at)

    def outgoing(self, entities: Iterable[str], *, each: int, limit: int) -> list[Fact]:
        return self.store.outgoing(entities, each=each, limit=limit, at=self.at)

    def entities(self, names: Iterable[str]) -> list[Entity]:
        return self.store.entities(names, at=self.at)

    def nearest(self, kind: Kind, vectors: Vector, *, limit: int) -> list[list[tuple[str, float]]]:
        return self.store.nearest(kind, vectors, limit=limit, at=self.at)

    def facts(self, *, ids: Iterable[str] | None = None, about: Iterable[str] | None = None) -> list[Fact]:
        """Facts that hold, with these ids or about these entities."""
        return self.store.facts(ids=ids, entities=about, at=self.at)

    def episodes(
        self, *, ids: Iterable[str] | None = None, taught: Iterable[str] | None = None, newest: int | None = None
    ) -> list[Episode]:
        """Episodes with these ids, that taught one of these facts, the newest n; in order of step."""
        return self.store.episodes(ids=ids, facts=taught, newest=newest, at=self.at)

    def vectors(self, texts: Iterable[str]) -> Vector:
        """Unit vectors of `texts`, shape (len(texts), dimension): stored ones are not computed again."""
        texts = list(texts)
        stored = self.store.vectors(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in stored]
        if missing:
            stored |= dict(zip(missing, self.embed(missing), strict=True))
        return np.stack([stored[text] for text in texts])
