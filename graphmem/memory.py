"""Memory: the one class most users need. What can be read of it stands in `view`; here is how it is written.

It holds the order of calls; the work is done in the rooms beside it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, groupby, islice
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from graphmem import telemetry, validation
from graphmem.asynchronous import twin
from graphmem.batches import KEY_USED, learn_together
from graphmem.context import nearest_first, with_like, with_near
from graphmem.conversations import messages_read
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.errors import GraphmemError, InputError, LLMError
from graphmem.graph import copying, forgetting, learning, merging
from graphmem.graph.copying import re_embed as re_embed
from graphmem.graph.draft import Draft, written
from graphmem.images import by_hash, image_of
from graphmem.images import read as images_in
from graphmem.language.speakers import speaker_of
from graphmem.lessons import KNOWN_FACTS, Lessons, texts_of
from graphmem.protocols import Embedder, Extractor, SlotOf, Store
from graphmem.records import (
    NEXT,
    Entity,
    Episode,
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
from graphmem.unread import Unread
from graphmem.validation import Given
from graphmem.view import View

if TYPE_CHECKING:
    from graphmem.graph.auditing import Audit

log = logging.getLogger(__name__)

BATCH = 128
"""How many observations are committed together when many are remembered."""

BATCH_BYTES = 2**26
"""As many bytes of images are held at once then, and those of one observation more."""


def no_slot(triple: Triple) -> str | None:
    """The default of `slot_of`: any number of facts may hold beside each other."""
    return None


class Memory(View):
    """An agent's memory: what it saw, what it knows, and which sighting taught it what.

    `location` is the path of a file (made when missing), ":memory:", a server's address, or any `Store`. Graphs of
    different namespaces in one place never see each other. `slot_of` says which triples have one value only, where the
    extractor does not; by default none has. The default extractor and embedder need no key and no server; they are
    loaded when first used. Raises `EmbedderMismatch` when the graph holds another embedder's vectors, and the
    subclasses of `StoreError` when the place cannot serve. Threads and tasks may share one.

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
        self._embedder = CachedEmbedder(validation.embedder(embedder)) if embedder else None
        self._extractor = validation.extractor(extractor)
        self._slow = extractor is not None
        self._slot_of = slot_of
        self._lessons = Lessons(self._load_extractor, self._checked_embedder, slot_of)
        self._unread = Unread(self._read_later)
        self._took_up = False
        self._reading = threading.Lock()
        validation.name("a namespace", namespace)
        location = validation.location(location)
        store = open_store(location, namespace) if isinstance(location, str) else location
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

    def _load_extractor(self) -> Extractor:
        if self._extractor is None:
            from graphmem.extraction import default_extractor  # its rules take longer to import than all the rest

            self._extractor = default_extractor()
        return self._extractor

    @telemetry.traced("create_memory")
    def remember(
        self,
        text: str = "",
        *,
        speaker: str | None = None,
        time: datetime | str | None = None,
        step: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        images: Iterable[str | PathLike[str] | bytes] = (),
        triples: Iterable[Triple | tuple[str, str, str]] | None = None,
        outdated: Iterable[Fact] = (),
        key: str | None = None,
        wait: bool = True,
    ) -> Learned:
        """Store an observation, then learn what it says.

        `speaker` says it, at `time`. The episode is durable before anything tries to understand it. With `triples` no
        extractor runs, and all is one write. A known fact gains support; what the observation makes outdated is
        retired, and so are the facts given as `outdated`. `step` is one more than the last when left out.

        `images` (PNG, JPEG, GIF or WebP; paths or bytes) are kept with it, each once however often it comes, and the
        text may be empty then. A language model that sees describes and reads them; else the text is their caption.

        A call with a `key` that was used before gives back what it did then, `repeated`. Triples that are new are
        learned; another text is not kept. When extraction fails, that is logged, and the returned episode is `pending`
        with its `error`: see `extract_pending`. (With `triples`, which only the caller has, the error is raised: call
        again with the same key.)

        Without `wait` it is read afterwards, by a thread, in its turn: the returned episode is durable and `pending`,
        and recalled by its words meanwhile. `flush` waits for all of these. What is given as `triples` or `outdated` is
        learned at once all the same.
        """
        given = {"text": text, "speaker": speaker, "time": time, "step": step, "metadata": metadata, "key": key}
        observation = validation.observation({**given, "images": images, "triples": triples})
        ended = dict.fromkeys(self._known_facts(outdated), learning.OUTDATED)
        if observation.triples is not None:
            return self._taught(observation, ended)
        episode, seen = _episode(observation), _bytes([observation])
        if wait or ended:
            return self._understood(episode, self._observe(episode, seen), ended)
        observed = self._store.observe(episode, (), limit=0, images=seen)
        if observed.episode.pending and observed.episode.content == episode.content:
            self._take_up(observed.episode)
            return Learned(observed.episode, repeated=observed.episode.id != episode.id)
        return self._understood(episode, observed)

    aremember = twin(remember)

    def flush(self) -> None:
        """Wait until all that was remembered without `wait` is read, by this memory or before by a process that ended.

        Raises `ExtractionError` when some of it could not be: that stays pending, see `extract_pending`.
        """
        self._unread.wait()
        self._unread.put(self._untouched())
        self._unread.wait()
        self._unread.told()

    aflush = twin(flush)

    def _take_up(self, episode: Episode) -> None:
        """Let an episode be read in its turn; at first, what an earlier process has left, too."""
        self._unread.put([episode] if self._took_up else self._untouched())
        self._took_up = True

    def _untouched(self) -> list[Episode]:
        """The episodes that nobody has tried to read, oldest first."""
        return [each for each in self._store.episodes(pending=True) if each.error is None]

    def _read_later(self, episode: Episode) -> str | None:
        """Read an episode, if it is still there and pending; gives why it could not be read."""
        with self._reading:
            left = self._store.episodes(ids=[episode.id], pending=True)
            return self._learn(self._observe(left[0])).episode.error if left else None

    @telemetry.traced("create_memory")
    def remember_many(
        self,
        observations: Iterable[Given],
        *,
        progress: Callable[[int, int | None], None] | None = None,
        concurrency: int = 1,
    ) -> int:
        """Remember one observation after the other, faster than by single calls; gives their number.

        Each is a text, a pair of a text and its triples, a message of a chat (as `conversations.observations_of` takes
        it), or an `Observation` (or mapping) with any of `text`, `images`, `speaker`, `time`, `triples`, `step`,
        `metadata` and `key`. They are embedded and committed `BATCH` at a time,
        and `progress` is told (done, how many there are, if that is known) after each batch. With keys it can be called
        again after it was interrupted: what is there already is passed over.

        An extractor of your own may take long: then each observation is committed by itself, and so many as
        `concurrency` says are read at once (these do not see what the others teach). When a model refuses one for what
        holds of all (a wrong key, a spent budget), all are kept, pending, and the error is raised.
        """
        validation.whole("concurrency", concurrency, 1)
        validation.several("observations", observations)
        total = len(observations) if isinstance(observations, Sized) else None
        done, left = 0, map(validation.observation, messages_read(observations))
        with ThreadPoolExecutor(concurrency) as pool:
            while batch := _batch(left):
                parts = self._parts(batch, concurrency)
                for part in parts:
                    try:
                        self._remember_part(part, pool)
                    except LLMError:
                        self._keep([*chain.from_iterable(parts), *left])
                        raise
                    done += len(part)
                    if progress:
                        progress(done, total)
        return done

    aremember_many = twin(remember_many)

    def _parts(self, batch: Sequence[Observation], concurrency: int) -> Iterator[list[Observation]]:
        """What is remembered in one write, or read at once by an extractor of one's own, in order."""
        for read, part in groupby(batch, self._reads):
            most = concurrency if read else BATCH
            while some := list(islice(part, most)):
                yield some

    def _reads(self, observation: Observation) -> bool:
        """Whether an extractor of one's own reads it."""
        return self._slow and observation.triples is None

    def _remember_part(self, part: Sequence[Observation], pool: ThreadPoolExecutor) -> None:
        if not self._reads(part[0]):
            self._together(part)
            return
        episodes = [_episode(each) for each in part]
        observed = [self._observe(ep, _bytes([each])) for ep, each in zip(episodes, part, strict=True)]
        each_at = pool.map if len(part) > 1 else map
        deque(each_at(partial(self._understood, in_batch=True), episodes, observed), maxlen=0)

    def _keep(self, observations: Sequence[Observation]) -> None:
        """Store what a model will not read now; what comes with its triples is learned."""
        for given, part in groupby(observations, lambda it: it.triples is not None):
            if given:
                self._together(list(part))
            else:
                left = list(part)
                stored = learning.append(self._store, [_episode(each) for each in left], _bytes(left))
                log.warning("%d observations are kept, and read by extract_pending()", len(stored))

    @telemetry.traced("create_memory")
    def remember_together(self, observations: Iterable[Given]) -> list[Learned]:
        """Remember all of these in one write, or none of them: nobody sees a part of it.

        An extractor of your own reads them afterwards, one by one.
        """
        given = validation.several("observations", observations)
        return self._together([validation.observation(each) for each in given])

    @telemetry.traced("update_memory")
    def update(self, observation: Given) -> Learned:
        """Remember a new version of what was remembered under the observation's `key`, which it takes over.

        The older version stays as it was told, with its id in its key; the facts that only versions of it have taught
        are retired. All is one write: of two that come at once, the later one holds. Raises `InputError` when there is
        no key.
        """
        new = validation.observation(observation)
        if new.key is None:
            raise InputError("what is updated is named by its key: give a `key`")
        self._unread.wait()  # what an older version says is known before it is ended
        return self._together([new], renewing=True)[0]

    def _taught(self, observation: Observation, outdated: Mapping[str, str]) -> Learned:
        """Learn the triples given with an observation in the write that stores it; if that fails, it is kept alone."""
        try:
            vectors = self._lessons.vectors(texts_of(observation.text, observation.triples or ()))
            return self._together([observation], outdated=outdated, vectors=vectors)[0]
        except Exception as error:
            (episode,) = learning.append(self._store, [_episode(observation)], _bytes([observation]))
            learning.fail(self._store, {episode.id: f"{type(error).__name__}: {error}"})
            raise

    def _together(
        self,
        observations: Sequence[Observation],
        *,
        outdated: Mapping[str, str] = MappingProxyType({}),
        vectors: Mapping[str, Vector] = MappingProxyType({}),
        renewing: bool = False,
    ) -> list[Learned]:
        """All in one write; the first ends the facts `outdated`, by id with the reason, or renews what has its key.

        Texts whose `vectors` are not given are embedded, if they are new.
        """
        batch = [(_episode(each), each) for each in observations]
        embedder = self._checked_embedder()
        images = _bytes(observations)
        of_images = self._lessons.image_vectors(images)
        later = [self._reads(each) for each in observations]
        texts = [episode.text for episode, _ in batch if episode.text not in vectors]
        self._lessons.vectors(texts)  # before the write lock is taken; it is kept
        unread = zip(observations, later, strict=True)
        self._lessons.read_ahead([each for each, wait in unread if each.triples is None and not wait])

        def decide(draft: Draft) -> tuple[list[Learned], str | None]:
            new, older = batch, None
            draft.images |= images
            draft.vectors |= of_images
            if renewing:
                episode, older = learning.renew(draft, batch[0][0])
                new = [(episode, observations[0])]
            told = new, self._lessons, embedder.name
            learned = learn_together(draft, *told, unread=later, outdated=outdated, renews=older)
            taught = [each for each in learned if draft.has_kept(each.episode.id)]
            wanted = dict.fromkeys(text for each in taught for text in _texts(each))
            draft.vectors |= {text: vectors[text] for text in wanted if text in vectors}
            left = [text for text in wanted if text not in vectors]
            stored = self._store.vectors(left) if left else {}
            draft.vectors |= self._lessons.vectors([text for text in left if text not in stored])
            return learned, older

        stored, older = written(self._store, decide)
        return [
            self._learn(self._observe(each.episode), renews=older) if wait and each.episode.pending else each
            for each, wait in zip(stored, later, strict=True)
        ]

    def _observe(self, episode: Episode, images: Mapping[str, bytes] | None = None) -> Observed:
        """Store the episode, with its images; gives it with what its extractor is told of what bears on it."""
        names, also = self._lessons.asked(episode.text, None, episode.speaker)
        observed = self._store.observe(episode, names, limit=KNOWN_FACTS, also=also, images=images)
        with self._lessons.reading(observed):
            vector = self._checked_embedder().embed([observed.episode.text])
        observed = with_near(self._store, observed, vector)
        if not self._slow:
            return observed
        if getattr(self._extractor, "examples", None) == "nearest":
            observed = with_like(self._store, observed, vector)
        return nearest_first(self._store, observed, vector)

    def _known_facts(self, facts: Iterable[Fact]) -> tuple[str, ...]:
        facts = tuple(validation.several("outdated facts", facts))
        if not all(isinstance(fact, Fact) for fact in facts):
            raise InputError(f"outdated are facts, as `facts()` gives them, not {facts!r:.80}")
        ids = tuple(fact.id for fact in facts)
        unknown = set(ids) - {fact.id for fact in self._store.facts(ids=ids, current=False)} if ids else ()
        if unknown:
            raise InputError(f"no fact with the id {', '.join(sorted(unknown))} is in this memory")
        return ids

    def _understood(
        self,
        episode: Episode,
        observed: Observed,
        ended: Mapping[str, str] = MappingProxyType({}),
        *,
        in_batch: bool = False,
    ) -> Learned:
        """What an observed episode teaches, if that is not known yet."""
        repeated = observed.episode.id != episode.id
        if repeated and observed.episode.content != episode.content:
            log.warning(KEY_USED, episode.key)
            return replace(self._commit(Lesson(observed.episode)), repeated=True)
        if observed.episode.pending or ended:
            learned = self._learn(observed, ended, more=repeated, in_batch=in_batch)
        else:
            learned = self._commit(Lesson(observed.episode))
        return replace(learned, repeated=repeated)

    def _learn(
        self,
        observed: Observed,
        outdated: Mapping[str, str] = MappingProxyType({}),
        *,
        renews: str | None = None,
        more: bool = False,
        in_batch: bool = False,
    ) -> Learned:
        """Read and commit; what fails is noted, and raised if a batch is to stop."""
        episode = observed.episode
        try:
            observed = self._with_images(observed)
            lesson = self._lessons.read(observed, None, self._store.entities)
            lesson = self._lessons.embedded(lesson, observed.images)
        except Exception as error:  # whatever an extractor or a model raises, the episode is safe and says why
            log.warning("step %d: extraction failed, the episode is pending: %s", episode.step, error)
            log.debug("extraction failed", exc_info=True)
            reason = f"{type(error).__name__}: {error}"
            learning.fail(self._store, {episode.id: reason})
            if in_batch and isinstance(error, LLMError) and error.lasting:
                raise
            return Learned(replace(episode, error=reason))
        return self._commit(replace(lesson.ending(outdated), more=more, renews=renews))

    def _with_images(self, observed: Observed) -> Observed:
        """With the bytes of its images."""
        if not (hashes := [image.hash for image in observed.episode.images]):
            return observed
        held = self._store.images(hashes)
        return replace(observed, images=tuple(held[hash_] for hash_ in hashes))

    def _commit(self, lesson: Lesson) -> Learned:
        return learning.learn(self._store, [lesson], embedder=self._load_embedder().name)[0]

    @telemetry.traced("update_memory")
    def extract_pending(self) -> list[Learned]:
        """Try again to extract the episodes that are pending, oldest first; each keeps its place in time.

        When a model refuses one for what holds of all, the rest stays pending and the error is raised.
        """
        self._unread.wait()
        pending = self._store.episodes(pending=True)
        return [self._learn(self._observe(episode), in_batch=True) for episode in pending]

    @telemetry.traced("update_memory")
    def re_extract(self) -> list[Learned]:
        """Read the episodes that have taught nothing once more, oldest first; each keeps its place in time.

        For what was remembered before there was a reader for it, as prose without a trained pipeline.
        """
        untaught = [each for each in self._store.episodes(pending=False) if not each.facts]
        return [self._learn(self._observe(episode), more=True, in_batch=True) for episode in untaught]

    @telemetry.traced("update_memory")
    def restore(self, fact: Fact | str) -> Fact:
        """Let a fact (or its id) that was wrongly retired hold again, beside what has taken its place; gives it.

        Raises `InputError` when it holds already.
        """
        return learning.restore(self._store, fact.id if isinstance(fact, Fact) else validation.text("a fact", fact))

    @telemetry.traced("delete_memory")
    def forget(self, *episodes: Episode | str) -> Forgotten:
        """Remove episodes (or their ids) for good: text, facts no other episode supports, vectors and full text.

        What such an episode had retired holds again. The freed space is overwritten, and used again.
        """
        ids = {each.id if isinstance(each, Episode) else validation.text("an episode", each) for each in episodes}
        forgetting.check_held(self._store, ids)
        with self._reading:  # what is being read would be stored again
            return forgetting.forget(self._store, sorted(ids))

    @telemetry.traced("update_memory")
    def merge(self, keep: str, gone: str) -> Entity:
        """Make two entities one, and give it: `gone` becomes another name of `keep`, which gets its facts and mentions.

        Facts that are then the same become one with the support of both; where both had a value of what can have one
        only, what was seen last holds. `unmerge(gone)` undoes it.
        """
        names = [validation.text("an entity", name) for name in (keep, gone)]
        one, other = (merging.called(name, self._store.entities([name])) for name in names)
        embedder = self._store.embedder()
        about = self._store.facts(entities=[other.name], current=False) if embedder else []
        texts = list(dict.fromkeys(merging.renamed(fact, one.name, other.name).triple.text for fact in about))
        vectors = dict(zip(texts, self._embed(texts), strict=True)) if texts else {}
        return merging.merge(self._store, *names, vectors=vectors, embedder=embedder)

    @telemetry.traced("update_memory")
    def unmerge(self, gone: str) -> Entity:
        """Undo the merge in which `gone` became another name, and give it back as it was.

        What was learned since stays, of the entity that was kept.
        """
        return merging.unmerge(self._store, validation.text("an entity", gone))

    @telemetry.traced("update_memory")
    def alias(self, name: str, *aliases: str) -> Entity:
        """Let an entity be known by other names too, and give it."""
        entity = merging.called(name, self._store.entities([validation.text("an entity", name)]))
        given = (" ".join(validation.text("an alias", alias).split()) for alias in aliases)
        return copying.alias(self._store, entity, [alias for alias in given if entity_key(alias) != entity.key])

    def audit(self, *, limit: int = 50) -> Audit:
        """What may be wrong, at most `limit` findings of each kind; nothing is changed. See `graph.auditing`."""
        from graphmem.graph import auditing

        return auditing.audit(self._store, self._slot_of, limit=validation.whole("limit", limit, 1))

    def export(self, path: str | PathLike[str]) -> int:
        """Write the whole memory to a `.jsonl` or `.graphml` file; gives the number of records. See `graph.export`."""
        from graphmem.graph import export as exporting

        return exporting.export(self._store, path)

    @telemetry.traced("create_memory")
    def import_file(self, path: str | PathLike[str]) -> int:
        """Put the records of such a file into this memory, all or none; gives their number."""
        from graphmem.graph import export as exporting

        return exporting.import_file(self._store, path, self._checked_embedder())

    def close(self) -> None:
        """Let all be read that was remembered without `wait`, and close the store."""
        try:
            self._unread.wait()
        finally:  # after a Ctrl-C, what is left stays pending
            self._unread.leave()
            self._store.close()

    def __repr__(self) -> str:
        stats = self.stats()
        return f"Memory({self._place!r}: {stats.episodes} episodes, {stats.current_facts} facts hold)"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _episode(observation: Observation) -> Episode:
    """A new episode of what is observed."""
    return Episode(
        id=learning.new_id(),
        text=observation.text,
        step=NEXT if observation.step is None else observation.step,
        time=observation.time,
        metadata=observation.metadata,
        key=observation.key,
        speaker=observation.speaker or speaker_of(observation.text),
        images=tuple(map(image_of, images_in(observation.images))),
    )


def _batch(left: Iterator[Observation]) -> list[Observation]:
    """The next `BATCH` observations; fewer where their images are large."""
    batch: list[Observation] = []
    size = 0
    while len(batch) < BATCH and size < BATCH_BYTES and (each := next(left, None)):
        batch.append(each)
        size += sum(map(len, images_in(each.images)))
    return batch


def _bytes(observations: Iterable[Observation]) -> dict[str, bytes]:
    """The images of observations, by hash."""
    return by_hash(data for each in observations for data in images_in(each.images))


def _texts(learned: Learned) -> list[str]:
    """The texts of what was learned that have vectors."""
    facts = (*learned.asserted, *learned.supported)
    return texts_of(learned.episode.text, [fact.triple for fact in facts])
