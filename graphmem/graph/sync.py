"""Copying a memory from one store to another, and keeping the copy up: from a file to a server, and back.

Episodes go in order of step, some at a time, each time with what they taught, supported and ended. So the copy is at
every moment the memory as it once stood, and what was interrupted goes on where it stopped. Only what is missing or
different is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from graphmem.errors import EmbedderMismatch
from graphmem.graph.copying import Records, copy, image_hashes
from graphmem.images import keys_of
from graphmem.passages import parts
from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Fact, entity_key

BATCH = 200
"""Episodes that are copied in one transaction; a few more where they are of one step."""

ROUNDS = 3
"""How often the stores are compared at most: while one is copied, somebody may write to it."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What `sync` did: numbers of episodes and facts written, and of episodes that only the target has."""

    episodes: int
    facts: int
    only_in_target: int


@dataclass(frozen=True)
class _Held:
    """All records of a store, by what identifies them."""

    episodes: dict[str, Episode]
    facts: dict[str, Fact]
    entities: dict[str, Entity]


def sync(source: Store, target: Store, *, progress: Callable[[int, int], None] | None = None) -> Copied:
    """Bring all that `source` holds to `target`, as it is; gives what was written.

    What only `target` holds stays. `progress` is told (episodes done, episodes to do) after each transaction. Raises
    `EmbedderMismatch` when the target holds other vectors, `InputError` when it contradicts what is copied.
    """
    held, given = target.embedder(), source.embedder()
    if held and given and held != given:
        raise EmbedderMismatch(held, given)
    episodes: set[str] = set()
    facts: set[str] = set()
    for _ in range(ROUNDS):
        want, have = _read(source), _read(target)
        todo = [it for it in want.episodes.values() if not _same(it, have.episodes.get(it.id))]
        done = 0
        for batch, changed in _batches(todo, want, have):
            _copy(source, target, batch, changed, want, have)
            episodes |= {episode.id for episode in batch}
            facts |= {fact.id for fact in changed}
            done += len(batch)
            if progress:
                progress(done, len(todo))
        if not done and not _copy_names(target, want, have):
            break
    return Copied(len(episodes), len(facts), len(have.episodes.keys() - want.episodes.keys()))


def _read(store: Store) -> _Held:
    return _Held(
        {episode.id: episode for episode in store.episodes()},
        {fact.id: fact for fact in store.facts(current=False)},
        {entity.key: entity for entity in store.entities()},
    )


def _batches(todo: Sequence[Episode], want: _Held, have: _Held) -> Iterator[tuple[list[Episode], list[Fact]]]:
    """Episodes to write, each time with the facts that they change, as these stood after the last of them."""
    left = {id_: fact for id_, fact in want.facts.items() if fact != have.facts.get(id_)}
    done = want.episodes.keys() - {episode.id for episode in todo}
    support = Counter(fact for id_ in done for fact in want.episodes[id_].facts)
    touched = _touching(left.values(), todo)
    for batch in _by_step(todo):
        done |= {episode.id for episode in batch}
        support.update(fact for episode in batch for fact in episode.facts)
        ids = dict.fromkeys(id_ for episode in batch for id_ in touched.get(episode.id, ()))
        changed = [_as_of(left[id_], done, support[id_]) for id_ in ids if id_ in left]
        changed = [fact for fact in changed if fact.asserted_by in done]
        for fact in changed:
            if fact == left[fact.id]:
                del left[fact.id]
        yield batch, changed
    if left:
        yield [], list(left.values())


def _touching(facts: Iterable[Fact], todo: Iterable[Episode]) -> dict[str, list[str]]:
    """By episode, the ids of those of `facts` that it asserted, supported or retired, in order of assertion."""
    touched: dict[str, list[str]] = {episode.id: [] for episode in todo}
    taught: dict[str, list[str]] = {}
    for episode in todo:
        for id_ in episode.facts:
            taught.setdefault(id_, []).append(episode.id)
    for fact in facts:
        for episode_id in {fact.asserted_by, fact.retired_by, *taught.get(fact.id, ())}:
            if episode_id in touched:
                touched[episode_id].append(fact.id)
    return touched


def _by_step(episodes: Iterable[Episode]) -> Iterator[list[Episode]]:
    """Batches in order, each with all episodes of its steps, which may have to do with each other."""
    batch: list[Episode] = []
    for _, group in groupby(episodes, key=lambda episode: episode.step):
        batch += group
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _as_of(fact: Fact, done: Collection[str], support: int) -> Fact:
    """The fact as the episodes `done` leave it."""
    if fact.retired_by is None or fact.retired_by in done:
        return replace(fact, support=support)
    return replace(fact, support=support, retired_by=None, until=None)


def _copy(
    source: Store, target: Store, episodes: Sequence[Episode], facts: Sequence[Fact], want: _Held, have: _Held
) -> None:
    names = [name for fact in facts for name in (fact.subject, fact.object)]
    keys = dict.fromkeys(map(entity_key, [*names, *(name for episode in episodes for name in episode.mentions)]))
    entities = [want.entities[key] for key in keys if key in want.entities and not _named(want, have, key)]
    unseen = [episode.text for episode in episodes if episode.id not in have.episodes]
    new = [*unseen, *(part.text for text in unseen for part in parts(text))]
    seen = (text for episode in episodes for text in keys_of(episode.images))
    told = (fact.triple.text for fact in facts if fact.id not in have.facts)
    texts = {*new, *seen, *told, *(entity.key for entity in entities)}
    images = source.images(image_hashes(each for each in episodes if each.id not in have.episodes))
    records = Records(entities, episodes, facts)
    vectors = source.vectors(texts)
    copy(target, records, vectors=vectors, embedder=source.embedder(), renew=True, images=images)


def _copy_names(target: Store, want: _Held, have: _Held) -> bool:
    """Bring the entities that no copied record named, or that are called otherwise; gives whether there were any."""
    missing = [entity for key, entity in want.entities.items() if not _named(want, have, key)]
    if missing:
        copy(target, Records(missing), renew=True)
    return bool(missing)


def _same(one: Episode, other: Episode | None) -> bool:
    """Whether both are one record; a store may order what an episode taught in its own way."""
    return other is not None and _sorted(one) == _sorted(other)


def _sorted(episode: Episode) -> Episode:
    return replace(episode, facts=tuple(sorted(episode.facts)), mentions=tuple(sorted(episode.mentions)))


def _named(want: _Held, have: _Held, key: str) -> bool:
    one, other = want.entities[key], have.entities.get(key)
    return other is not None and (one.name, set(one.aliases)) == (other.name, set(other.aliases))
