"""The graph in plain dictionaries: for tests and throw-away runs, and the shortest reading of the `Store` protocol."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from graphmem.errors import EmbedderMismatch, GraphmemError
from graphmem.graph import learning, merging
from graphmem.protocols import Kind
from graphmem.records import (
    MOST_COUNTED,
    NEXT,
    Around,
    Entity,
    Episode,
    Fact,
    Forgotten,
    Learned,
    Lesson,
    Observed,
    Seeds,
    Stats,
    Vector,
    entity_key,
)
from graphmem.storage.seeding import gather

_WORD = re.compile(r"\w+")


class InMemoryStore:
    """A `Store` that lives as long as the object."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._episodes: dict[str, Episode] = {}
        self._facts: dict[str, Fact] = {}
        self._entities: dict[str, Entity] = {}
        self._vectors: dict[str, Vector] = {}
        self._merges: list[merging.Merge] = []
        self._embedder: str | None = None

    def append(self, episodes: Sequence[Episode]) -> list[Episode]:
        with self._lock:
            return [self._append(episode) for episode in episodes]

    def _append(self, episode: Episode) -> Episode:
        for stored in self._episodes.values():
            if stored.id == episode.id or (episode.key is not None and stored.key == episode.key):
                return stored
        if episode.step == NEXT:
            episode = replace(episode, step=self.stats().last_step + 1)
        self._episodes[episode.id] = episode
        return episode

    def observe(self, episode: Episode, names: Iterable[str], *, limit: int, also: Iterable[str] = ()) -> Observed:
        with self._lock:
            stored = self._append(episode)
            named = self.entities(names := list(names))
            entities = self.entities([*names, *also])
            known = self.facts(entities=[entity.name for entity in named], at=stored.step)[::-1][:limit]
        return Observed(stored, tuple(entities), tuple(known))

    def learn(self, lessons: Sequence[Lesson], *, embedder: str) -> list[Learned]:
        with self._lock:
            self._claim(embedder)
            return [self._learn(lesson) for lesson in lessons]

    def _claim(self, embedder: str) -> None:
        if self._embedder is not None and self._embedder != embedder:
            raise EmbedderMismatch(self._embedder, embedder)
        self._embedder = embedder

    def _learn(self, lesson: Lesson) -> Learned:
        episode = self._episodes[lesson.episode.id]
        if not episode.pending:
            taught = [self._facts[id_] for id_ in episode.facts if id_ in self._facts]
            return Learned(
                episode,
                asserted=tuple(fact for fact in taught if fact.asserted_by == episode.id),
                supported=tuple(fact for fact in taught if fact.asserted_by != episode.id),
                retired=tuple(fact for fact in self._facts.values() if fact.retired_by == episode.id),
            )
        lesson = merging.linked(lesson, self._aliases())
        resolution = learning.resolve(lesson, self._after(episode.step), self._teachers(after=episode.step))
        for fact in resolution.written.values():
            self._write(fact)
        for new, (old, episode_ids) in resolution.moved.items():
            for id_ in episode_ids:
                facts = tuple(new if fact == old else fact for fact in self._episodes[id_].facts)
                self._episodes[id_] = replace(self._episodes[id_], facts=facts)
        self._vectors |= {text: vector for text, vector in lesson.vectors.items() if text not in self._vectors}
        taught_ids = tuple(fact.id for fact in (*resolution.asserted, *resolution.supported))
        mentions = tuple(dict.fromkeys(self._entity(name) for name in lesson.mentions))
        episode = replace(episode, pending=False, error=None, facts=taught_ids, mentions=mentions)
        self._episodes[episode.id] = episode
        return Learned(episode, tuple(resolution.asserted), tuple(resolution.supported), tuple(resolution.retired))

    def _aliases(self) -> dict[str, str]:
        """The name of the entity that each alias means, by the alias's key, unless another has it for its own."""
        named = ((entity_key(alias), entity.name) for entity in self._entities.values() for alias in entity.aliases)
        return {key: name for key, name in named if key not in self._entities}

    def _after(self, step: int) -> list[Fact]:
        return [fact for fact in self._facts.values() if fact.until is None or fact.until > step]

    def _teachers(self, *, after: int = -1, without: Collection[str] = ()) -> dict[str, list[tuple[int, str]]]:
        """By fact id, the (step, episode id) of the episodes that taught it, earliest first."""
        teachers: dict[str, list[tuple[int, str]]] = {}
        for episode in self.episodes():
            if episode.step > after and episode.id not in without:
                for fact_id in episode.facts:
                    teachers.setdefault(fact_id, []).append((episode.step, episode.id))
        return teachers

    def _write(self, fact: Fact) -> None:
        self._facts[fact.id] = replace(fact, subject=self._entity(fact.subject), object=self._entity(fact.object))

    def _entity(self, name: str) -> str:
        """The name under which the entity was first seen."""
        return self._entities.setdefault(entity_key(name), Entity(name)).name

    def fail(self, errors: Mapping[str, str]) -> None:
        with self._lock:
            for id_, error in errors.items():
                if id_ in self._episodes and self._episodes[id_].pending:
                    self._episodes[id_] = replace(self._episodes[id_], error=error)

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
        with self._lock:
            stored = sorted(self._episodes.values(), key=lambda episode: episode.step)
        found = [
            episode
            for episode in stored
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
        with self._lock:
            found = [
                learning.as_known(fact, at)
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
        with self._lock:
            found = list(self._entities.values())
            if at is not None:
                seen = self._named(self.facts(current=False, at=at), self.episodes(at=at))
                found = [entity for entity in found if entity.key in seen]
        if names is None:
            return found
        keys = {entity_key(name) for name in names}
        return [e for e in found if keys & {e.key, *(entity_key(alias) for alias in e.aliases)}]

    def seeds(self, names: Iterable[str], vectors: Vector, text: str, *, limit: int, at: int | None = None) -> Seeds:
        return gather(self, names, vectors, text, limit=limit, at=at)

    def around(
        self,
        entities: Iterable[str],
        of: Iterable[str] = (),
        *,
        facts: int,
        episodes: int,
        at: int | None = None,
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
        of = list(of)
        taught: list[tuple[str, str]] = []
        for episode in self.episodes(ids=of, at=at):
            held = self.facts(ids=episode.facts, at=at)[:facts]
            found |= {fact.id: fact for fact in held}
            taught += [(episode.id, fact.id) for fact in held]
            mentions |= {(name, episode.id): None for name in episode.mentions}
        stored = [episode.id for episode in self.episodes(at=at)]
        wanted = set(of)
        follows = tuple(pair for pair in pairwise(stored) if wanted.intersection(pair))
        return Around(tuple(found.values()), tuple(taught), tuple(mentions), follows, tuple(disputed), degrees)

    def nearest(
        self, kind: Kind, vectors: Vector, *, limit: int, at: int | None = None
    ) -> list[list[tuple[str, float]]]:
        with self._lock:
            held = [(id_, self._vectors[text]) for id_, text in self._held(kind, at) if text in self._vectors]
        if not held:
            return [[] for _ in vectors]
        scores = vectors @ np.stack([vector for _, vector in held]).T
        return [[(held[i][0], float(row[i])) for i in np.argsort(-row, kind="stable")[:limit]] for row in scores]

    def _held(self, kind: Kind, at: int | None) -> list[tuple[str, str]]:
        """(id, text) of the facts that hold at `at`, or of the episodes up to it, newest first."""
        if kind == "fact":
            return [(fact.id, fact.triple.text) for fact in self.facts(at=at)[::-1]]
        return [(episode.id, episode.text) for episode in self.episodes(at=at)[::-1]]

    def search(self, kind: Kind, query: str, *, limit: int, at: int | None = None) -> list[tuple[str, float]]:
        words = set(_WORD.findall(query.casefold()))
        texts = [(id_, set(_WORD.findall(text.casefold()))) for id_, text in self._held(kind, at)]
        frequency = Counter(word for _, found in texts for word in found)
        scores = [(id_, sum(1 / frequency[word] for word in words & found)) for id_, found in texts]
        return sorted((hit for hit in scores if hit[1]), key=lambda hit: -hit[1])[:limit]

    def vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        return {text: self._vectors[text] for text in texts if text in self._vectors}

    def texts(self) -> Iterator[str]:
        facts = [fact.triple.text for fact in self._facts.values()]
        undone = [fact.triple.text for merge in self._merges for fact in merge.before.facts]
        episodes = [episode.text for episode in self._episodes.values()]
        yield from dict.fromkeys([*facts, *undone, *self._entities, *episodes])

    def embedder(self) -> str | None:
        return self._embedder

    def replace_vectors(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        with self._lock:
            self._embedder, self._vectors = embedder, dict(vectors)

    def restore(
        self,
        entities: Sequence[Entity],
        episodes: Sequence[Episode],
        facts: Sequence[Fact],
        *,
        vectors: Mapping[str, Vector] | None = None,
        embedder: str | None = None,
    ) -> None:
        with self._lock:
            self._check(episodes, [fact for fact in facts if fact.id not in self._facts])
            if embedder:
                self._claim(embedder)
            self._vectors = {**(vectors or {}), **self._vectors}
            for entity in entities:
                held = self._entities.get(entity.key, Entity(entity.name))
                self._entities[entity.key] = replace(held, aliases=(*dict.fromkeys((*held.aliases, *entity.aliases)),))
            for episode in episodes:
                for name in episode.mentions:
                    self._entity(name)
                self._episodes.setdefault(episode.id, episode)
            for fact in facts:
                if fact.id not in self._facts:
                    self._write(fact)

    def renew(
        self,
        entities: Sequence[Entity],
        episodes: Sequence[Episode],
        facts: Sequence[Fact],
        *,
        vectors: Mapping[str, Vector] | None = None,
        embedder: str | None = None,
    ) -> None:
        with self._lock:
            given = {fact.id for fact in facts}
            told = {**self._episodes, **{episode.id: episode for episode in episodes}}
            taught = {id_ for episode in told.values() for id_ in episode.facts}
            kept = {id_: fact for id_, fact in self._facts.items() if id_ in taught - given}
            held, self._facts = self._facts, kept
            try:
                self._check(episodes, facts)
                if embedder:
                    self._claim(embedder)
            except GraphmemError:
                self._facts = held
                raise
            self._episodes = told
            for fact in facts:
                self._write(fact)
            for name in (name for episode in episodes for name in episode.mentions):
                self._entity(name)
            named = self._named(self._facts.values(), self._episodes.values())
            self._entities = {key: entity for key, entity in self._entities.items() if key in named}
            self._entities |= {entity.key: entity for entity in entities}
            self._vectors = {**(vectors or {}), **self._vectors}

    def _check(self, episodes: Sequence[Episode], facts: Sequence[Fact]) -> None:
        """Raise `InputError` when new records contradict what is held."""
        keys = {episode.key: episode.id for episode in self._episodes.values() if episode.key is not None}
        current = [fact for fact in (*self._facts.values(), *facts) if fact.current]
        slots = Counter((fact.triple.key[0], fact.slot) for fact in current if fact.slot)
        same = Counter(fact.triple.key for fact in current)
        clash = any(keys.get(episode.key, episode.id) != episode.id for episode in episodes if episode.key is not None)
        if clash or any(count > 1 for count in (*slots.values(), *same.values())):
            raise learning.contradiction()

    def merge(self, keep: str, gone: str, *, vectors: Mapping[str, Vector] | None = None) -> None:
        with self._lock:
            one, other = (merging.called(name, self.entities([name])) for name in (keep, gone))
            merging.check_two(one, other)
            told = [set(episode.mentions) for episode in self._episodes.values()]
            mentions = {
                id_: one.name in names for id_, names in zip(self._episodes, told, strict=True) if other.name in names
            }
            merge = merging.merge(one, other, self._known(), mentions)
            self._put(merge.before.ids, merge.after)
            for id_ in merge.mentions:
                names = (one.name if name == other.name else name for name in self._episodes[id_].mentions)
                self._episodes[id_] = replace(self._episodes[id_], mentions=tuple(dict.fromkeys(names)))
            del self._entities[other.key]
            self._entities[one.key] = replace(one, aliases=tuple(dict.fromkeys([*one.aliases, *merge.names])))
            self._vectors = {**(vectors or {}), **self._vectors}
            self._merges.append(merge)

    def unmerge(self, gone: str) -> None:
        with self._lock:
            merge = self._merges.pop(merging.to_undo(gone, self._merges))
            keep = self._entities[entity_key(merge.keep)]
            self._entities[keep.key] = replace(keep, aliases=tuple(a for a in keep.aliases if a not in merge.names))
            self._entities.setdefault(merge.gone.key, merge.gone)
            self._put(*merging.undo(merge, self._known()))
            for id_ in merge.mentions:
                names = [name for name in self._episodes[id_].mentions if name != keep.name or id_ not in merge.moved]
                self._episodes[id_] = replace(self._episodes[id_], mentions=(*names, merge.gone.name))

    def merges(self) -> list[tuple[str, str]]:
        return [(merge.keep, merge.gone.name) for merge in self._merges]

    def _known(self) -> merging.Known:
        taught = ((episode.step, episode.id, id_) for episode in self.episodes() for id_ in episode.facts)
        return merging.Known(tuple(self._facts.values()), tuple(taught))

    def _put(self, old: Collection[str], new: merging.Known) -> None:
        """`new` facts and teachings instead of the `old` facts."""
        self._facts = {id_: fact for id_, fact in self._facts.items() if id_ not in old}
        for fact in new.facts:
            self._write(fact)
        taught: dict[str, list[str]] = {}
        for _, episode_id, id_ in new.taught:
            taught.setdefault(episode_id, []).append(id_)
        for episode in list(self._episodes.values()):
            kept = [id_ for id_ in episode.facts if id_ not in old]
            self._episodes[episode.id] = replace(episode, facts=(*kept, *taught.get(episode.id, ())))

    def forget(self, episode_ids: Iterable[str]) -> Forgotten:
        with self._lock:
            before = self.stats()
            gone = {id_ for id_ in episode_ids if id_ in self._episodes}
            told = self.episodes(ids=gone)
            taught = self.facts(ids=[id_ for episode in told for id_ in episode.facts], current=False)
            redo = self._merges[merging.to_redo(told, taught, self._merges) :]
            for merge in reversed(redo):
                self.unmerge(merge.gone.name)
            self._forget(gone)
            for merge in redo:
                if {entity_key(merge.keep), merge.gone.key} <= self._entities.keys():
                    self.merge(merge.keep, merge.gone.name)
            texts = set(self.texts())
            self._vectors = {text: vector for text, vector in self._vectors.items() if text in texts}
            after = self.stats()
        return Forgotten(before.episodes - after.episodes, before.facts - after.facts, before.entities - after.entities)

    def _forget(self, gone: set[str]) -> None:
        """Remove episodes, and the facts and entities that nothing speaks of any more."""
        kept = [episode for episode in self.episodes() if episode.id not in gone]
        aftermath = learning.forget(gone, list(self._facts.values()), self._teachers(without=gone))
        self._facts = {**self._facts, **aftermath.written}
        self._facts = {id_: fact for id_, fact in self._facts.items() if id_ not in aftermath.deleted}
        merged = aftermath.merged
        self._episodes = {
            episode.id: replace(episode, facts=tuple(merged.get(id_, id_) for id_ in episode.facts)) for episode in kept
        }
        named = self._named(self._facts.values(), self._episodes.values())
        self._entities = {key: entity for key, entity in self._entities.items() if key in named}

    @staticmethod
    def _named(facts: Iterable[Fact], episodes: Iterable[Episode]) -> set[str]:
        """The keys of the entities that these speak of."""
        named = {entity_key(name) for fact in facts for name in (fact.subject, fact.object)}
        return named | {entity_key(name) for episode in episodes for name in episode.mentions}

    def stats(self, *, at: int | None = None) -> Stats:
        with self._lock:
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
