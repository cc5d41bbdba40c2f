"""The graph in plain dictionaries: the shortest reading of the `Store` protocol, and the oracle of the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np

from graphmem.errors import EmbedderMismatch, InputError
from graphmem.images import found_by, keys_of
from graphmem.language.words import words
from graphmem.passages import parts
from graphmem.protocols import Kind, Select
from graphmem.records import (
    MOST_COUNTED,
    Around,
    Change,
    Entity,
    Episode,
    Fact,
    Hits,
    Known,
    Merge,
    Observed,
    Part,
    Seeds,
    Stats,
    Vector,
    Wanted,
    entity_key,
)

Result = TypeVar("Result")
Held = list[tuple[str, str]]


class DictStore:
    """A `Store` that lives as long as the object."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._episodes: dict[str, Episode] = {}
        self._facts: dict[str, Fact] = {}
        self._entities: dict[str, Entity] = {}
        self._vectors: dict[str, Vector] = {}
        self._merges: list[Merge] = []
        self._images: dict[str, bytes] = {}
        self._embedder: str | None = None

    # Writing

    def observe(
        self,
        episode: Episode,
        names: Iterable[str],
        *,
        limit: int,
        also: Iterable[str] = (),
        images: Mapping[str, bytes] | None = None,
    ) -> Observed:
        with self._lock:
            stored = self._known(Wanted()).placed(episode)
            self._images |= images or {}
            self._episodes.setdefault(stored.id, stored)
            named = self.entities(names := list(names))
            known = self.facts(entities=[entity.name for entity in named], at=stored.step)[::-1][:limit]
            before = self.episodes(at=stored.step)
            before = before[: [each.id for each in before].index(stored.id)][-6:]
            return Observed(stored, tuple(self.entities([*names, *also])), tuple(known), tuple(before))

    def write(self, decide: Callable[[Select], tuple[Change, Result]]) -> Result:
        with self._lock:
            change, result = decide(self._known)
            self._apply(change)
            return result

    def _known(self, wanted: Wanted) -> Known:
        """More than is wanted: all there is."""
        episodes = self.episodes()
        arrivals = {id_: place for place, id_ in enumerate(self._episodes)}
        return Known(
            episodes=tuple(episodes),
            entities=tuple(self._entities.values()),
            facts=tuple(self._facts.values()),
            taught=tuple((it.step, arrivals[it.id], it.id, id_) for it in episodes for id_ in it.facts),
            mentions=tuple((name, episode.id) for episode in episodes for name in episode.mentions),
            merges=tuple(self._merges),
            last_step=max((episode.step for episode in episodes), default=-1),
            embedder=self._embedder,
        )

    def _apply(self, change: Change) -> None:
        if change.vectors_replaced:
            self._vectors = {}
        elif self._embedder and change.embedder not in (None, self._embedder):
            raise EmbedderMismatch(self._embedder, str(change.embedder))
        named = {image.hash for episode in change.episodes for image in episode.images}
        if missing := named - {*self._images, *change.images}:
            raise InputError(f"no image {min(missing)}")
        self._embedder = change.embedder or self._embedder
        self._vectors = {**change.vectors, **self._vectors}
        for fact_id in change.gone_facts:
            self._facts.pop(fact_id, None)
        for name in change.gone_entities:
            self._entities.pop(entity_key(name), None)
        for entity in change.entities:
            self._entities[entity.key] = entity
        for episode in change.episodes:
            held = self._episodes.get(episode.id, replace(episode, facts=(), mentions=()))
            state = {"pending": episode.pending, "error": episode.error, "key": episode.key, "images": episode.images}
            self._episodes[episode.id] = replace(held, **state)
        self._images |= change.images
        for fact in change.facts:
            self._facts[fact.id] = replace(fact, subject=self._named(fact.subject), object=self._named(fact.object))
        self._link(change)
        for id_ in change.gone_episodes:
            self._episodes.pop(id_, None)
        seen = {image.hash for episode in self._episodes.values() for image in episode.images}
        self._images = {hash_: data for hash_, data in self._images.items() if hash_ in seen}
        self._merges = [merge for merge in self._merges if merge not in change.gone_merges] + list(change.merges)
        self._drop_loose(change)

    def _link(self, change: Change) -> None:
        """Who teaches and mentions what, in order."""
        for id_, episode in self._episodes.items():
            facts = [it for it in episode.facts if it in self._facts and (id_, it) not in change.untaught]
            facts += [fact for taught_by, fact in change.taught if taught_by == id_ and fact in self._facts]
            gone = {entity_key(name) for by, name in change.unmentioned if by == id_}
            names = [name for name in episode.mentions if entity_key(name) not in gone]
            names += [self._named(name) for by, name in change.mentioned if by == id_]
            names = [self._named(name) for name in names]
            self._episodes[id_] = replace(
                episode, facts=tuple(dict.fromkeys(facts)), mentions=tuple(dict.fromkeys(names))
            )

    def _named(self, name: str) -> str:
        return self._entities.setdefault(entity_key(name), Entity(name)).name

    def _drop_loose(self, change: Change) -> None:
        named = _named_by(self._facts.values(), self._episodes.values())
        for key in map(entity_key, change.loose):
            if key not in named:
                self._entities.pop(key, None)
        texts = {*self._entities, *(it.triple.text for it in self._facts.values())}
        texts |= {episode.text for episode in self._episodes.values()}
        texts |= {part.text for episode in self._episodes.values() for part in parts(episode.text)}
        texts |= {text for episode in self._episodes.values() for text in keys_of(episode.images)}
        for text in change.loose_texts:
            if text not in texts:
                self._vectors.pop(text, None)

    # Reading

    def episodes(
        self,
        *,
        ids: Iterable[str] | None = None,
        facts: Iterable[str] | None = None,
        pending: bool | None = None,
        at: int | None = None,
        newest: int | None = None,
    ) -> list[Episode]:
        wanted = None if ids is None else set(ids)
        taught = None if facts is None else set(facts)
        found = [
            episode
            for episode in sorted(self._episodes.values(), key=lambda episode: episode.step)
            if (wanted is None or episode.id in wanted)
            and (taught is None or taught.intersection(episode.facts))
            and (pending is None or episode.pending == pending)
            and (at is None or episode.step <= at)
        ]
        return found if newest is None else found[max(0, len(found) - newest) :]

    def facts(
        self,
        *,
        ids: Iterable[str] | None = None,
        entities: Iterable[str] | None = None,
        relations: Iterable[str] | None = None,
        current: bool = True,
        at: int | None = None,
    ) -> list[Fact]:
        wanted = None if ids is None else set(ids)
        keys = None if entities is None else {entity.key for entity in self.entities(entities)}
        named = None if relations is None else {" ".join(relation.casefold().split()) for relation in relations}
        found = [
            fact.as_of(at)
            for fact in sorted(self._facts.values(), key=lambda fact: fact.since)
            if (wanted is None or fact.id in wanted)
            and (keys is None or keys & {fact.triple.key[0], fact.triple.key[2]})
            and (named is None or fact.triple.key[1] in named)
            and (fact.holds_at(at) if current else at is None or fact.since <= at)
        ]
        if at is None:
            return found
        support = Counter(id_ for episode in self.episodes(at=at) for id_ in episode.facts)
        return [replace(fact, support=support[fact.id]) for fact in found]

    def entities(self, names: Iterable[str] | None = None, *, at: int | None = None) -> list[Entity]:
        found = list(self._entities.values())
        if at is not None:
            seen = _named_by(self.facts(current=False, at=at), self.episodes(at=at))
            found = [entity for entity in found if entity.key in seen]
        if names is None:
            return found
        keys = {entity_key(name) for name in names}
        return [it for it in found if keys & {it.key, *(entity_key(alias) for alias in it.aliases)}]

    def seeds(self, names: Iterable[str], vectors: Vector, text: str, *, limit: int, at: int | None = None) -> Seeds:
        near_facts, matching_facts = (find(self._held("fact", at)) for find in self._finders(vectors, text))
        near, matching = (find(self._held("episode", at, passages=True)) for find in self._finders(vectors, text))
        found = dict.fromkeys(id_ for id_, _ in (*near[:limit], *matching[:limit]) if "#" in id_)
        return Seeds(
            entities=tuple(self.entities(names, at=at)),
            facts=tuple(self.facts(ids={id_ for id_, _ in (*near_facts[:limit], *matching_facts[:limit])}, at=at)),
            near_facts=near_facts[:limit],
            matching_facts=matching_facts[:limit],
            near_episodes=_of_episodes(near)[:limit],
            matching_episodes=_of_episodes(matching)[:limit],
            passages=tuple(self._part(id_) for id_ in found),
        )

    def _finders(self, vectors: Vector, query: str) -> tuple[Callable[[Held], Hits], Callable[[Held], Hits]]:
        """What ranks (id, text) by vector, and by the words of a query."""

        def near(held: Held) -> Hits:
            known = [(id_, self._vectors[text]) for id_, text in held if text in self._vectors]
            scores = ((id_, max((float(row @ vector) for row in vectors), default=0.0)) for id_, vector in known)
            return tuple(sorted(scores, key=lambda hit: -hit[1])) if len(vectors) else ()

        def matching(held: Held) -> Hits:
            sought = set(words(query))
            texts = [(id_, set(words(text))) for id_, text in held]
            frequency = Counter(word for _, found in texts for word in found)
            scores = [(id_, sum(1 / frequency[word] for word in sought & found)) for id_, found in texts]
            return tuple(sorted((hit for hit in scores if hit[1]), key=lambda hit: -hit[1]))

        return near, matching

    def _part(self, id_: str) -> Part:
        episode, _, number = id_.partition("#")
        if not number.isdecimal():
            return Part(episode, 0, 0)
        part = parts(self._episodes[episode].text)[int(number)]
        return Part(episode, part.start, part.end, " > ".join(part.headings))

    def nearest(
        self, kind: Kind, vectors: Vector, *, limit: int, at: int | None = None
    ) -> list[list[tuple[str, float]]]:
        held = [(id_, self._vectors[text]) for id_, text in self._held(kind, at) if text in self._vectors]
        if not held:
            return [[] for _ in vectors]
        scores = vectors @ np.stack([vector for _, vector in held]).T
        return [[(held[i][0], float(row[i])) for i in np.argsort(-row, kind="stable")[:limit]] for row in scores]

    def _held(self, kind: Kind, at: int | None, *, passages: bool = False) -> Held:
        """(id, text) of the facts that hold at `at`, or of the episodes up to it and their passages, newest first."""
        if kind == "fact":
            return [(fact.id, fact.triple.text) for fact in self.facts(at=at)[::-1]]
        told = self.episodes(at=at)[::-1]
        parted = [(f"{it.id}#{n}", part.text) for it in told for n, part in enumerate(parts(it.text)) if passages]
        seen = [(id_, text) for it in told for id_, text, _ in found_by(it) if passages]
        return [*((episode.id, episode.text) for episode in told), *parted, *seen]

    def around(
        self, entities: Iterable[str], of: Iterable[str] = (), *, facts: int, episodes: int, at: int | None = None
    ) -> Around:
        found: dict[str, Fact] = {}
        mentions: dict[tuple[str, str], None] = {}
        degrees: dict[str, int] = {}
        disputed: list[Fact] = []
        for entity in self.entities(entities, at=at):
            held = self.facts(entities=[entity.name], at=at)[::-1]
            told = [episode for episode in self.episodes(at=at)[::-1] if entity.name in episode.mentions]
            found |= {fact.id: fact for fact in held[:facts]}
            mentions |= {(entity.name, episode.id): None for episode in told[:episodes]}
            past = [f for f in self.facts(entities=[entity.name], current=False, at=at) if f.until == f.since]
            disputed += [fact for fact in past if entity_key(fact.subject) == entity.key][::-1][:facts]
            degrees[entity.name] = min(len(held), MOST_COUNTED) + min(len(told), MOST_COUNTED)
        taught: list[tuple[str, str]] = []
        for episode in self.episodes(ids=(of := list(of)), at=at):
            held = self.facts(ids=episode.facts, at=at)[:facts]
            found |= {fact.id: fact for fact in held}
            taught += [(episode.id, fact.id) for fact in held]
            mentions |= {(name, episode.id): None for name in episode.mentions}
        stored = [episode.id for episode in self.episodes(at=at)]
        follows = tuple(pair for pair in pairwise(stored) if set(of).intersection(pair))
        return Around(tuple(found.values()), tuple(taught), tuple(mentions), follows, tuple(disputed), degrees)

    def outgoing(self, entities: Iterable[str], *, each: int, limit: int, at: int | None = None) -> list[Fact]:
        found: dict[str, Fact] = {}
        for entity in self.entities(entities, at=at):
            held = [f for f in self.facts(entities=[entity.name], at=at)[::-1] if entity_key(f.subject) == entity.key]
            same: dict[str, list[Fact]] = {}
            for fact in held[:MOST_COUNTED]:
                same.setdefault(fact.slot or fact.triple.key[1], []).append(fact)
            first = {fact.id for facts in same.values() for fact in facts[:each]}
            found |= {fact.id: fact for fact in [fact for fact in held if fact.id in first][:limit]}
        return list(found.values())

    def vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        return {text: self._vectors[text] for text in texts if text in self._vectors}

    def images(self, hashes: Iterable[str]) -> dict[str, bytes]:
        return {hash_: self._images[hash_] for hash_ in hashes if hash_ in self._images}

    def merges(self) -> list[Merge]:
        return list(self._merges)

    def embedder(self) -> str | None:
        return self._embedder

    def stats(self, *, at: int | None = None) -> Stats:
        episodes, facts = self.episodes(at=at), self.facts(current=False, at=at)
        return Stats(
            episodes=len(episodes),
            pending=sum(episode.pending for episode in episodes),
            entities=len(self.entities(at=at)),
            facts=len(facts),
            current_facts=sum(fact.current for fact in facts),
            last_step=max((episode.step for episode in episodes), default=-1),
        )

    def close(self) -> None:
        """Nothing to release."""


def _named_by(facts: Iterable[Fact], episodes: Iterable[Episode]) -> set[str]:
    """The keys of the entities that these speak of."""
    named = {entity_key(name) for fact in facts for name in (fact.subject, fact.object)}
    return named | {entity_key(name) for episode in episodes for name in episode.mentions}


def _of_episodes(hits: Hits) -> Hits:
    """Each episode by the best of its own score and those of its passages."""
    best: dict[str, float] = {}
    for id_, score in hits:
        best.setdefault(id_.partition("#")[0], score)
    return tuple(best.items())
