"""Memory: the one class most users need. What can be read of it stands in `view`; here is how it is written.

It holds the order of calls; the work is done in the rooms beside it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sized
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from os import PathLike, fspath
from typing import Any, Self

from graphmem import telemetry, validation
from graphmem.asynchronous import twin
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.errors import GraphmemError, InputError
from graphmem.extraction import default_extractor
from graphmem.graph import export as transfer
from graphmem.graph import merging
from graphmem.graph.auditing import Audit, audit
from graphmem.graph.learning import new_id
from graphmem.language.names import proper_names, spans
from graphmem.language.plurals import other_number
from graphmem.protocols import Embedder, Extractor, SlotOf, Store
from graphmem.records import (
    NEXT,
    Entity,
    Episode,
    Extraction,
    Fact,
    Forgotten,
    Learned,
    Lesson,
    Observation,
    Observed,
    Triple,
    Vector,
    entity_key,
)
from graphmem.storage import open_store
from graphmem.validation import Given, observation
from graphmem.view import View

log = logging.getLogger(__name__)

KNOWN_FACTS = 96
"""How many known facts an extractor is shown at most."""

UNWRITTEN = 200
"""So many names, the last that were told without standing in the text, are asked for beforehand."""

BATCH = 128
"""How many observations are committed together when many are remembered."""


def no_slot(triple: Triple) -> str | None:
    """The default of `slot_of`: no fact replaces another by itself, many may hold at once."""
    return None


class Memory(View):
    """An agent's memory: what it saw, what it knows, and which sighting taught it what.

    `location` is the path of a file (made when missing), ":memory:", or any `Store`. Graphs of different namespaces
    in one file never see each other. The default extractor and embedder need no key and no server; they are loaded
    when first used. Raises `EmbedderMismatch` when the graph holds another embedder's vectors, and the subclasses of
    `StoreError` when the place cannot serve. Threads and tasks may share one.

    >>> memory = Memory(":memory:")
    >>> learned = memory.remember("apple story", triples=[("apple", "is in", "kitchen")])
    >>> print(memory.recall("where is the apple?", episodes=0))
    Facts I know:
    - apple, is in, kitchen
    """

    def __init__(
        self,
        location: str | PathLike[str] | Store,
        *,
        namespace: str = "default",
        extractor: Extractor | None = None,
        embedder: Embedder | None = None,
        slot_of: SlotOf = no_slot,
    ) -> None:
        self._embedder = CachedEmbedder(embedder) if embedder else None
        self._extractor = extractor
        self._slot_of = slot_of
        self._unwritten: tuple[str, ...] = ()
        validation.text("a namespace", namespace)
        store = open_store(fspath(location), namespace) if isinstance(location, str | PathLike) else location
        super().__init__(store, self._load_embedder, place=telemetry.place(location, namespace))
        if store.embedder() is not None:
            try:
                self._checked_embedder()
            except GraphmemError:
                store.close()
                raise

    def _load_embedder(self) -> Embedder:
        if self._embedder is None:
            self._embedder = CachedEmbedder(load_embedder())
        return self._embedder

    @telemetry.traced("create_memory")
    def remember(
        self,
        text: str,
        *,
        step: int | None = None,
        time: datetime | None = None,
        metadata: Mapping[str, Any] | None = None,
        triples: Iterable[Triple | tuple[str, str, str]] | None = None,
        outdated: Iterable[Fact] = (),
        key: str | None = None,
    ) -> Learned:
        """Store an observation, then learn what it says.

        The episode is durable before anything tries to understand it. With `triples` no extractor runs. A known fact
        gains support; what the observation makes outdated is retired, and so are the facts given as `outdated`.
        `step` is one more than the last when left out. A call with a `key` that was used before changes nothing and
        gives back what it did then. When extraction fails, that is logged, and the returned episode is `pending` with
        its `error`: see `extract_pending`. (With `triples`, which only the caller has, the error is raised: call
        again with the same key.)
        """
        given = None if triples is None else tuple(map(validation.triple, triples))
        ended = self._known_facts(outdated)
        episode = Episode(
            id=new_id(),
            text=validation.text("an observation", text),
            step=NEXT if step is None else validation.whole("step", step, 0),
            time=validation.moment(time),
            metadata=validation.metadata(metadata),
            key=None if key is None else validation.text("a key", key),
        )
        observed = self._observe(episode, given)
        if observed.episode.text != episode.text:
            log.warning("the key %r was used before, for another text; that one is kept", key)
        if not observed.episode.pending:
            return self._store.learn([Lesson(observed.episode)], embedder=self._load_embedder().name)[0]
        return self._learn(observed, given, ended)

    aremember = twin(remember)

    @telemetry.traced("create_memory")
    def remember_many(
        self, observations: Iterable[Given], *, progress: Callable[[int, int | None], None] | None = None
    ) -> int:
        """Remember one observation after the other, faster than by single calls; gives their number.

        Each is a text, a pair of a text and its triples, or an `Observation` (or mapping) with any of `text`,
        `triples`, `step`, `time`, `metadata` and `key`. They are embedded and committed `BATCH` at a time, and
        `progress` is told (done, how many there are, if that is known) after each batch. With keys it can be called
        again after it was interrupted: what is there already is passed over. An extractor of your own may take long:
        then each observation is committed by itself.
        """
        total = len(observations) if isinstance(observations, Sized) else None
        done, left = 0, iter(observations)
        while batch := [observation(given) for given in islice(left, BATCH)]:
            self._embed_ahead(batch)
            for extracted_by_own, part in groupby(batch, lambda it: it.triples is None and self._extractor is not None):
                with nullcontext() if extracted_by_own else self._together():
                    for each in part:
                        self.remember(
                            **{
                                name: getattr(each, name)
                                for name in each.__slots__
                                if name not in ("before", "speaker")
                            }
                        )
            done += len(batch)
            if progress:
                progress(done, total)
        return done

    aremember_many = twin(remember_many)

    def _together(self) -> AbstractContextManager[None]:
        """One transaction for several writes, where the store has such."""
        together: Callable[[], AbstractContextManager[None]] = getattr(self._store, "together", nullcontext)
        return together()

    def _embed_ahead(self, batch: Iterable[Observation]) -> None:
        """Embed all that a batch is known to need at once; the embedder's cache keeps it until it is wanted."""
        texts = {each.text for each in batch}
        for triple in (triple for each in batch for triple in each.triples or ()):
            texts.update((triple.text, triple.key[0], triple.key[2]))
        self._checked_embedder().embed(sorted(texts - self._store.vectors(texts).keys(), key=len))

    def _observe(self, episode: Episode, given: tuple[Triple, ...] | None) -> Observed:
        """Store the episode, with what is known of what it names and, to extract, of the extractor's anchors."""
        names, also = self._asked(episode.text, given)
        return self._store.observe(episode, names, limit=KNOWN_FACTS if given is None else 0, also=also)

    def _asked(self, text: str, given: tuple[Triple, ...] | None) -> tuple[set[str], set[str]]:
        """The names that are asked for when an episode is stored: those it may be about, and others it may tell."""
        names = spans(text)
        if given is None:
            also = set(self._unwritten).union(*map(other_number, names))
            return names | set(self._the_extractor().anchors), also
        ends = {end for triple in given for end in (triple.subject, triple.object)}
        return names | ends, set().union(*map(other_number, ends))

    def _known_facts(self, facts: Iterable[Fact]) -> tuple[str, ...]:
        ids = tuple(fact.id for fact in facts)
        unknown = set(ids) - {fact.id for fact in self._store.facts(ids=ids, current=False)} if ids else ()
        if unknown:
            raise InputError(f"no fact with the id {', '.join(sorted(unknown))} is in this memory")
        return ids

    def _learn(
        self, observed: Observed, given: tuple[Triple, ...] | None = None, outdated: tuple[str, ...] = ()
    ) -> Learned:
        episode = observed.episode
        try:
            lesson = self._lesson(observed, given, outdated)
        except Exception as error:  # whatever an extractor or a model raises, the episode is safe and says why
            log.warning("step %d: extraction failed, the episode is pending: %s", episode.step, error)
            log.debug("extraction failed", exc_info=True)
            self._store.fail({episode.id: f"{type(error).__name__}: {error}"})
            if given is not None:
                raise
            return Learned(self._store.episodes(ids=[episode.id])[0])
        return self._store.learn([lesson], embedder=self._load_embedder().name)[0]

    def _lesson(self, observed: Observed, given: tuple[Triple, ...] | None, outdated: tuple[str, ...]) -> Lesson:
        """What the episode teaches: extracted or given, linked to the entities that are there, and embedded."""
        episode, known = observed.episode, observed.known
        extraction = (
            Extraction(given) if given is not None else self._the_extractor().extract(_observation(observed), known)
        )
        named = spans(episode.text)
        told = {*extraction.mentions, *(name for t in extraction.triples for name in (t.subject, t.object))}
        names = self._names(observed, told, given)
        triples = tuple(_linked(triple, names) for triple in extraction.triples)
        taught = [name for triple in triples for name in (triple.subject, triple.object)]
        words = {word for name in taught for word in entity_key(name).split()}
        written = [name for name in proper_names(episode.text) if entity_key(name) not in words]
        mentions = dict.fromkeys(
            [*(names.get(entity_key(name), validation.clean(name)) for name in (*extraction.mentions, *written))]
            + [name for key, name in names.items() if key in named]
            + taught
        )
        texts = [episode.text, *(t.text for t in triples), *(end for t in triples for end in (t.key[0], t.key[2]))]
        vectors = self._checked_embedder().embed(texts := list(dict.fromkeys(texts)))
        return Lesson(
            episode=episode,
            triples=triples,
            slots=extraction.slots or tuple(map(self._slot_of, triples)),
            outdated=outdated + tuple(known[index].id for index in extraction.outdated if 0 <= index < len(known)),
            mentions=tuple(mentions),
            vectors=dict(zip(texts, vectors, strict=True)),
        )

    def _names(self, observed: Observed, told: Iterable[str], given: tuple[Triple, ...] | None) -> dict[str, str]:
        """By key, the entity that each name told is called by, or called so as one, or as many.

        Names that were not asked for when the episode was stored are asked for now, and from now on before.
        """
        found = list(observed.entities)
        known = _by_key(found)
        new = {name: key for name in told if (key := entity_key(name)) not in known}
        forms = {entity_key(form): key for name, key in new.items() for form in other_number(name)}
        asked = {entity_key(name) for names in self._asked(observed.episode.text, given) for name in names}
        if unasked := {*new.values(), *forms} - asked:
            found += self._store.entities(unasked)
            self._unwritten = tuple(dict.fromkeys([*sorted(unasked), *self._unwritten]))[:UNWRITTEN]
        names = _by_key(found)
        numbered = {forms[it.key]: it.name for it in found if it.key in forms and it.name.split()[-1].islower()}
        return numbered | names

    def _the_extractor(self) -> Extractor:
        if self._extractor is None:
            self._extractor = default_extractor()
        return self._extractor

    @telemetry.traced("update_memory")
    def extract_pending(self) -> list[Learned]:
        """Try again to extract the episodes that are pending, oldest first; each keeps its place in time."""
        return [self._learn(self._observe(episode, None)) for episode in self._store.episodes(pending=True)]

    @telemetry.traced("delete_memory")
    def forget(self, *episodes: Episode | str) -> Forgotten:
        """Remove episodes (or their ids) for good: text, facts no other episode supports, vectors and full text.

        What such an episode had retired holds again. The freed space is overwritten and given back.
        """
        ids = {
            episode.id if isinstance(episode, Episode) else validation.text("an episode", episode)
            for episode in episodes
        }
        missing = ids - {episode.id for episode in self._store.episodes(ids=ids)}
        if missing:
            raise InputError(f"no episode with the id {', '.join(sorted(missing))}; `episodes()` lists them")
        return self._store.forget(ids)

    @telemetry.traced("update_memory")
    def merge(self, keep: str, gone: str) -> Entity:
        """Make two entities one, and give it: `gone` becomes another name of `keep`, which gets its facts and mentions.

        Facts that are then the same become one with the support of both; where both had a value of what can have one
        only, what was seen last holds. `unmerge(gone)` undoes it.
        """
        names = [validation.text("an entity", name) for name in (keep, gone)]
        one, other = (merging.called(name, self._store.entities([name])) for name in names)
        about = self._store.facts(entities=[other.name], current=False) if self._store.embedder() else []
        texts = [merging.renamed(fact, one.name, other.name).triple.text for fact in about]
        self._store.merge(*names, vectors=dict(zip(texts, self._embed(texts), strict=True)) if texts else None)
        return self._store.entities([one.name])[0]

    @telemetry.traced("update_memory")
    def unmerge(self, gone: str) -> Entity:
        """Undo the merge in which `gone` became another name, and give it back as it was.

        What was learned since stays, of the entity that was kept.
        """
        self._store.unmerge(validation.text("an entity", gone))
        return merging.called(gone, self._store.entities([gone]))

    @telemetry.traced("update_memory")
    def alias(self, name: str, *aliases: str) -> Entity:
        """Let an entity be known by other names too, and give it."""
        entity = merging.called(name, self._store.entities([validation.text("an entity", name)]))
        given = (" ".join(validation.text("an alias", alias).split()) for alias in aliases)
        names = tuple(alias for alias in given if entity_key(alias) != entity.key)
        if taken := [found for found in self._store.entities(names) if found.key != entity.key]:
            raise InputError(f"{taken[0].name!r} is another entity of that name: `merge` makes it one with {name!r}")
        self._store.restore([Entity(entity.name, names)], [], [])
        return self._store.entities([entity.name])[0]

    def audit(self, *, limit: int = 50) -> Audit:
        """What may be wrong, at most `limit` findings of each kind; nothing is changed. See `graph.auditing`."""
        return audit(self._store, self._slot_of, limit=validation.whole("limit", limit, 1))

    def export(self, path: str | PathLike[str]) -> int:
        """Write the whole memory to a `.jsonl` or `.graphml` file; gives the number of records. See `transfer`."""
        return transfer.export(self._store, path)

    @telemetry.traced("create_memory")
    def import_file(self, path: str | PathLike[str]) -> int:
        """Put the records of such a file into this memory, all or none; gives their number."""
        return transfer.import_file(self._store, path, self._checked_embedder())

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def re_embed(store: Store, embedder: Embedder, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Embed everything in `store` anew with `embedder`; the old vectors serve until all new ones are there.

    `progress` is told (done, total) after each batch. Returns the number of texts embedded.
    """
    texts = list(dict.fromkeys(store.texts()))
    vectors: dict[str, Vector] = {}
    for start in range(0, len(texts), 256):
        batch = texts[start : start + 256]
        vectors |= zip(batch, embedder.embed(batch), strict=True)
        if progress:
            progress(len(vectors), len(texts))
    store.replace_vectors(embedder.name, vectors)
    return len(texts)


def _observation(observed: Observed) -> Observation:
    """The stored episode as its extractor sees it."""

    def seen(episode: Episode) -> Observation:
        return Observation(episode.text, episode.speaker, episode.time, metadata=episode.metadata)

    return replace(seen(observed.episode), before=tuple(map(seen, observed.before)))


def _by_key(entities: Iterable[Entity]) -> dict[str, str]:
    """The name of each entity, by the key of every name it has; its own name is nobody else's."""
    found = list(entities)
    aliases = {entity_key(alias): entity.name for entity in found for alias in entity.aliases}
    return aliases | {entity.key: entity.name for entity in found}


def _linked(triple: Triple, names: Mapping[str, str]) -> Triple:
    subject, object_ = (validation.clean(names.get(entity_key(name), name)) for name in (triple.subject, triple.object))
    return Triple(subject, validation.clean(triple.relation), object_)
